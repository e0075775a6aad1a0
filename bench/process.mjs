// The resources that a process has used so far, as Linux counts them.

import fs from "node:fs";

/** CPU time in microseconds, of every thread, user and system together. */
export function cpuMicros(pid) {
  const tasks = `/proc/${pid}/task`;
  // The first number is the time on a processor in nanoseconds; `stat` counts in hundredths of a second, which is too coarse.
  const nanos = fs.readdirSync(tasks).map((task) => Number(fs.readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]));
  return nanos.reduce((sum, each) => sum + each, 0) / 1_000;
}

/** Resident memory in bytes. */
export function residentBytes(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024;
}
