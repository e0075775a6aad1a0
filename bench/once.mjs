// Measurements that follow the rounds: a busy Worker, accounts that are asleep, the start of a process, its memory, and the
// size of the upload.

import fs from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Child } from "../tests/harness/children.mjs";
import { npm } from "../tests/harness/places.mjs";
import { Driver } from "./driver.mjs";
import { callbacks, navigation, notifications, people, sent, session, started } from "./journeys.mjs";
import { cpuMicros, residentBytes } from "./process.mjs";
import { PATHS } from "./world.mjs";

/** The Workers whose starts are compared: the forward-only Worker shows what workerd itself needs. */
const STARTED = ["zero", "peer", "edge"];

/** The requests after which memory is looked at; one session is fresh for longer than this takes. */
const BATCH = 5_000;

/** The Workers that are compared with each other. */
const COMPARED = ["peer", "edge"];

/** These too, while nothing is compared but time. */
const TIMED = [...COMPARED, "limit"];

/** How many connections keep a Worker busy. */
const BUSY = 64;

/** The people whose accounts fall asleep at once. */
const ASLEEP = 60;

/** workerd lets go of an object that was not asked for ten seconds (1.20261117.1, `server.c++`, `ActorContainer`). */
const ASLEEP_MS = 12_000;

/**
 * How long a busy Worker takes for each signed-in request, in microseconds by the clock, and below which time 99 of a hundred answers
 * stay. Origin and sender work on the same processors.
 */
export async function* busy(world, turns, requests) {
  for (let round = 0; round < turns; round += 1) {
    for (const name of round % 2 ? [...TIMED].reverse() : TIMED) {
      const worker = world.workers[name];
      const request = navigation(worker, PATHS.account, await session(worker));
      const driver = new Driver(worker.port, BUSY);
      try {
        const busy = { child: worker.child, driver };
        await sent(busy, new Array(2 * BUSY).fill(request), 200);
        const begun = process.hrtime.bigint();
        const answers = await sent(busy, new Array(requests).fill(request), 200);
        const micros = Number(process.hrtime.bigint() - begun) / 1_000 / requests;
        const latency = answers.map((answer) => answer.micros).sort((a, b) => a - b);
        yield { kind: "busy", round, name, micros, p99: latency[Math.floor(0.99 * requests)] };
      } finally {
        driver.close();
      }
    }
  }
}

/** The CPU time of a notification for a person whose account is on disk and not in memory. */
export async function* asleep(world, turns) {
  for (let round = 0; round < turns; round += 1) {
    const known = people(ASLEEP);
    for (const name of TIMED) {
      const worker = world.workers[name];
      await sent(worker, callbacks(worker, await started(worker, ASLEEP), known), 303);
    }
    await sleep(ASLEEP_MS);
    for (const name of TIMED) {
      const worker = world.workers[name];
      const requests = await notifications(world, worker, known);
      const before = cpuMicros(worker.pid);
      await sent(worker, requests, 200);
      await sleep(10);
      yield { kind: "asleep", round, name, cpu: (cpuMicros(worker.pid) - before) / ASLEEP };
    }
  }
}

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
  for (const name of COMPARED) {
    const worker = world.workers[name];
    const before = residentBytes(worker.pid);
    for (let done = 0; done < requests; done += BATCH) {
      const request = navigation(worker, PATHS.account, await session(worker));
      await sent(worker, new Array(Math.min(BATCH, requests - done)).fill(request), 200);
    }
    yield { kind: "memory", name, requests, before, after: residentBytes(worker.pid) };
  }
}

/** The size of each Worker's upload, and of the WebAssembly in it, all of which the first request instantiates. */
export async function* uploads(world) {
  for (const name of COMPARED) {
    const { upload } = world.workers[name];
    const files = await Promise.all(upload.map((file) => fs.readFile(file)));
    const packed = await Promise.all(files.map((file) => promisify(gzip)(file)));
    const sum = (parts) => parts.reduce((total, { length }) => total + length, 0);
    const instantiated = sum(packed.filter((_, at) => upload[at].endsWith(".wasm")));
    yield { kind: "upload", name, raw: sum(files), gzip: sum(packed), instantiated };
  }
}
