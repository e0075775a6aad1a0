// Programs that a test file starts. Each gets a process group of its own, because wrangler starts others in turn, and no
// group outlives the test file, however it ends.

import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const KEPT_LINES = 40;
const running = new Set();

function kill(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has gone already.
  }
}

process.on("exit", () => running.forEach((child) => kill(child, "SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));

/** A running program and everything that it has said. */
export class Child {
  output = "";
  ended = null;

  constructor(name, command, args, options = {}) {
    this.name = name;
    this.process = spawn(command, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    running.add(this.process);
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.output += text));
    }
    this.exit = new Promise((resolve) => {
      this.process.on("error", (error) => resolve((this.ended = error.message)));
      this.process.on("exit", (code, signal) => resolve((this.ended = `exit ${code ?? signal}`)));
    });
  }

  /** Waits until its output matches, and gives the match. */
  async says(pattern, patience = 60_000) {
    for (let waited = 0; waited < patience; waited += 25) {
      const match = this.output.match(pattern);
      if (match) return match;
      if (this.ended !== null) break;
      await sleep(25);
    }
    throw new Error(`${this.name} (${this.ended ?? "running"}) never said ${pattern}:\n${this.tail}`);
  }

  /** Its last lines, for a reader who looks into a failed test. */
  get tail() {
    return this.output.split("\n").slice(-KEPT_LINES).join("\n");
  }

  async stop() {
    kill(this.process, "SIGTERM");
    await Promise.race([this.exit, sleep(5_000, null, { ref: false })]);
    // The program's own children may still run, so the whole group is killed now.
    kill(this.process, "SIGKILL");
    running.delete(this.process);
  }
}

/** Runs a program to its end and gives its output; anything but success is an error. */
export async function run(command, args, options) {
  const child = new Child(command, command, args, options);
  const ended = await child.exit;
  running.delete(child.process);
  if (ended !== "exit 0") throw new Error(`${command} ${args.join(" ")}: ${ended}\n${child.tail}`);
  return child.output;
}
