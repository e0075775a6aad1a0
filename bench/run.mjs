// Measures, and prints each figure as one line of JSON: `cargo edge bench` reads them.
//
// In each round every case has its turn, in another order each time, so that whatever else the machine does hits all of
// them alike. Only a round's own difference between cases counts, never a figure from another round.

import { setTimeout as sleep } from "node:timers/promises";
import { GROUPS } from "./cases.mjs";
import { asleep, busy, coldStarts, memory, uploads } from "./once.mjs";
import { sent } from "./journeys.mjs";
import { cpuMicros } from "./process.mjs";
import { World } from "./world.mjs";

const { rounds, requests, generations = 1, lifetime, starts, turns, only } = JSON.parse(process.env.EDGE_BENCH ?? "{}");
const CONNECTIONS = 4;

/** Fewer of what takes milliseconds. */
const SLOW_SHARE = 6;

/** Before the first round that counts come two of so many times the usual requests. */
const WARM_UP = 4;

/** Of a busy Worker so many times the usual requests. */
const BUSY_TIMES = 20;

/** Requests before each measurement, so that connections, caches and keys are there. */
const WARM = 10;

const print = (figure) => console.log(JSON.stringify(figure));

/** Sends a case's requests and gives what they cost. */
async function measured(world, test, requests) {
  const worker = world.workers[test.worker];
  const count = Math.ceil(test.slow ? requests / SLOW_SHARE : requests);
  const prepared = await test.prepare({ world, worker, count: count + WARM });
  const warm = await sent(worker, prepared.slice(0, WARM), test.status);
  await sleep(10);
  const before = cpuMicros(worker.pid);
  const answers = await sent(worker, prepared.slice(WARM), test.status);
  // Work that goes on after the last answer counts too.
  await sleep(10);
  const cpu = (cpuMicros(worker.pid) - before) / answers.length;
  test.keep?.(worker, [...warm, ...answers]);
  const latency = answers.map((answer) => answer.micros).sort((a, b) => a - b);
  const percentile = (share) => latency[Math.min(latency.length - 1, Math.floor(share * latency.length))];
  return { cpu, p50: percentile(0.5), p90: percentile(0.9), p99: percentile(0.99) };
}

function shuffled(list) {
  const out = [...list];
  for (let n = out.length - 1; n > 0; n -= 1) {
    const other = Math.floor(Math.random() * (n + 1));
    [out[n], out[other]] = [out[other], out[n]];
  }
  return out;
}

const groups = only ? GROUPS.filter((group) => group.some(({ name }) => only.includes(name))) : GROUPS;
const needed = new Set(["edge", ...groups.flat().map(({ worker }) => worker)]);

/** One round; without a number it only warms up. */
async function round(world, requests, number) {
  for (const group of shuffled(groups)) {
    for (const test of group) {
      const figures = await measured(world, test, requests);
      if (number !== undefined) print({ kind: "case", round: number, name: test.name, ...figures });
    }
  }
}

// Every process is started again now and then, because two of the same kind are never compiled exactly alike.
for (let generation = 0; generation < generations; generation += 1) {
  const world = await World.start({ connections: CONNECTIONS, only: (name) => needed.has(name) });
  try {
    await round(world, WARM_UP * requests);
    await round(world, WARM_UP * requests);
    const until = Math.round((rounds * (generation + 1)) / generations);
    for (let number = Math.round((rounds * generation) / generations); number < until; number += 1) {
      await round(world, requests, number);
      print({ kind: "round", round: number + 1 });
    }
    if (generation + 1 < generations || only) continue;
    for await (const figure of uploads(world)) print(figure);
    for await (const figure of busy(world, turns, BUSY_TIMES * requests)) print(figure);
    for await (const figure of asleep(world, turns)) print(figure);
    for await (const figure of memory(world, lifetime)) print(figure);
    // Last, because it ends what is running.
    for await (const figure of coldStarts(world, starts)) print(figure);
  } finally {
    await world.stop();
  }
}
