// The benchmark still runs: each of its Workers answers every kind of request as it should, and every figure that
// `cargo edge bench` reads is printed. The figures themselves are no test's business.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { GROUPS } from "../../bench/cases.mjs";
import { run } from "../harness/children.mjs";
import { ROOT } from "../harness/places.mjs";

test("every case of the benchmark is measured", { timeout: 180_000 }, async () => {
  const settings = { rounds: 1, requests: 12, lifetime: 50, starts: 1, turns: 1 };
  const env = { ...process.env, EDGE_BENCH: JSON.stringify(settings) };
  const output = await run(process.execPath, [path.join(ROOT, "bench/run.mjs")], { cwd: ROOT, env });
  const figures = output.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  const names = (kind) => figures.filter((figure) => figure.kind === kind).map(({ name }) => name).sort();
  assert.deepEqual(names("case"), GROUPS.flat().map(({ name }) => name).sort());
  assert.deepEqual(names("busy"), ["edge", "limit", "peer"]);
  assert.deepEqual(names("asleep"), ["edge", "limit", "peer"]);
  assert.deepEqual(names("cold"), ["edge", "peer", "zero"]);
  assert.deepEqual(names("memory"), ["edge", "peer"]);
  assert.deepEqual(names("upload"), ["edge", "peer"]);
  for (const figure of figures.filter(({ kind }) => kind === "case")) {
    assert.ok(figure.cpu > 0 && figure.p50 > 0 && figure.p50 <= figure.p99, JSON.stringify(figure));
  }
});
