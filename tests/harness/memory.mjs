// The memory of a program that a test started, with its children. Only Linux gives it in a file.

import fs from "node:fs/promises";

/** The resident memory of a process and all below it, in bytes. */
export async function residentOf(root) {
  const parents = new Map();
  for (const name of await fs.readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await fs.readFile(`/proc/${name}/stat`, "utf8").catch(() => null);
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const isBelow = (pid) => pid === root || (parents.has(pid) && parents.get(pid) > 1 && isBelow(parents.get(pid)));
  let bytes = 0;
  for (const pid of [...parents.keys()].filter(isBelow)) {
    const status = await fs.readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    bytes += 1_024 * Number(status.match(/^VmRSS:\s+(\d+) kB/m)?.[1] ?? 0);
  }
  return bytes;
}

/** Runs `work(n)` for every n below `count`, so many at a time. */
export async function inParallel(count, width, work) {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
