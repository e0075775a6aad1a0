// Measurements made once in a run, after the rounds: the start of a process, its memory, and the size of the upload.

import fs from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Child } from "../tests/harness/children.mjs";
import { npm } from "../tests/harness/places.mjs";
import { Driver } from "./driver.mjs";
import { navigation, sent, session } from "./journeys.mjs";
import { cpuMicros, residentBytes } from "./process.mjs";
import { PATHS } from "./world.mjs";

/** The Workers whose starts are compared: the forward-only Worker shows what workerd itself needs. */
const STARTED = ["zero", "peer", "edge"];

/** The requests after which memory is looked at; one session is fresh for longer than this takes. */
const BATCH = 5_000;

/**
 * The time from a program's start to its answer to the first request, from a person who is signed in: compiling,
 * configuring, importing keys, signing. The Workers take turns.
 */
export async function* coldStarts(world, starts) {
  const runs = [];
  for (const name of STARTED) {
    const worker = world.workers[name];
    const cookie = await session(name === "zero" ? world.workers.edge : worker);
    runs.push({ name, worker, request: navigation(worker, PATHS.account, cookie) });
  }
  for (const { worker } of runs) await world.end(worker);
  for (let round = 0; round < starts; round += 1) {
    for (const run of runs) yield { kind: "cold", round, name: run.name, ...(await coldStart(run)) };
  }
}

async function coldStart({ worker, request }) {
  const { config, port } = worker;
  const child = new Child(worker.child.name, npm("workerd"), ["serve", config], { cwd: path.dirname(config) });
  const driver = new Driver(port, 1);
  try {
    while (!(await listens(port))) await sleep(1);
    const start = await settled(child.process.pid);
    const [answer] = await driver.send([request]);
    if (answer.status !== 200) throw new Error(`the first answer was ${answer.head}`);
    const cpu = await settled(child.process.pid);
    return { cpu, start, first_request: cpu - start, first_latency: answer.micros };
  } finally {
    driver.close();
    await child.stop();
  }
}

/** The CPU time of a process once it has nothing left to do. */
async function settled(pid) {
  for (let before = cpuMicros(pid); ; ) {
    await sleep(30);
    const now = cpuMicros(pid);
    if (now - before < 100) return now;
    before = now;
  }
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** Resident memory before and after many signed-in requests. */
export async function* memory(world, requests) {
  for (const name of ["peer", "edge"]) {
    const worker = world.workers[name];
    const before = residentBytes(worker.pid);
    for (let done = 0; done < requests; done += BATCH) {
      const request = navigation(worker, PATHS.account, await session(worker));
      await sent(worker, new Array(Math.min(BATCH, requests - done)).fill(request), 200);
    }
    yield { kind: "memory", name, requests, before, after: residentBytes(worker.pid) };
  }
}

/** The size of each Worker's upload. */
export async function* uploads(world) {
  for (const name of ["peer", "edge"]) {
    const files = await Promise.all(world.workers[name].upload.map((file) => fs.readFile(file)));
    const packed = await Promise.all(files.map((file) => promisify(gzip)(file)));
    const sum = (parts) => parts.reduce((total, { length }) => total + length, 0);
    yield { kind: "upload", name, raw: sum(files), gzip: sum(packed) };
  }
}
