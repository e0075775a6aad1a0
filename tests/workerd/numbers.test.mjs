// Data points: what a bound dataset gets of a sign-in, and that nothing depends on it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import http from "node:http";
import { test } from "node:test";
import { signIn } from "../harness/journey.mjs";
import { CLI, ROOT } from "../harness/places.mjs";
import { World } from "../harness/world.mjs";

const points = (world) => world.log.split("\n").map((line) => line.match(/point (\{.*\})/)?.[1]).filter(Boolean).map((line) => JSON.parse(line));

test("t145 when a person signs in and a dataset is bound, then each line is a data point of nothing but labels and numbers", async () => {
  const world = await World.start({ engine: "workerd", numbers: true });
  try {
    await signIn(world, world.browser());
    await world.browser().fetch("/account");
    assert.ok(await world.told(() => points(world).length >= 3));
    const found = points(world);
    assert.equal(found.length, world.events.length);
    for (const { indexes, blobs, doubles, ...more } of found) {
      assert.deepEqual(more, {});
      assert.deepEqual(indexes, [`DEMO ${blobs[0]}`]);
      assert.equal(blobs.length, 5);
      assert.equal(doubles[0], 1);
      assert.ok(doubles[1] >= 0 && doubles[1] < 60, doubles[1]);
    }
    assert.deepEqual(found.map(({ blobs }) => blobs), [
      ["sign_in_started", "done", "Cl.Cm", "DEMO", "Cl.Cm"],
      ["signed_in", "done", "Cl.Cm", "DEMO", "Cl.Cm"],
      ["refused", "refused", "no_session", "DEMO", ""],
    ]);
  } finally {
    await world.stop();
  }
});

test("when the dataset is no dataset, then people sign in all the same", async () => {
  const world = await World.start({ engine: "workerd", bound: { NUMBERS: null } });
  try {
    await signIn(world, world.browser());
    await world.logs("signed_in", "Cl.Cm");
  } finally {
    await world.stop();
  }
});

test("when wrangler dev has the dataset, then people sign in", async () => {
  const world = await World.start({ engine: "wrangler", numbers: true });
  try {
    await signIn(world, world.browser());
    await world.logs("signed_in", "Cl.Cm");
    assert.doesNotMatch(world.log, /"field":"NUMBERS"|is no binding/);
  } finally {
    await world.stop();
  }
});

/** The SQL API's answer, in the form of "FORMAT clause", JSON, of Cloudflare's SQL reference. */
function answered(rows) {
  const names = ["event", "outcome", "label", "service", "level", "number", "seconds"];
  const meta = names.map((name, n) => ({ name, type: n < 5 ? "String" : "Float64" }));
  return JSON.stringify({ meta, data: rows.map((row) => Object.fromEntries(names.map((name, n) => [name, row[n]]))), rows: rows.length });
}

test("when the report asks Cloudflare for the dataset, then it tells starts, ends, drop-outs and seconds of each service", async () => {
  const asked = [];
  let status = 200;
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    asked.push([`${request.method} ${request.url}`, request.headers.authorization, body]);
    response.writeHead(status, { "Content-Type": "application/json" }).end(answered([
      ["sign_in_started", "done", "Cl.Cm", "DEMO", "Cl.Cm", 200, 0],
      ["signed_in", "done", "Cl.Cm", "DEMO", "Cl.Cm", "150", 48],
      ["callback", "refused", "login_required", "DEMO", "Cl.Cm", 20, 300],
      ["sign_in_started", "done", "Cl.Cm", "OTHER", "Cl.Cm", 9_999, 0],
    ]));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const env = {
    ...process.env, CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${server.address().port}/client/v4`,
    CLOUDFLARE_API_TOKEN: "token", CLOUDFLARE_ACCOUNT_ID: "0123",
  };
  const report = (...line) => new Promise((resolve) => {
    execFile(CLI, ["report", ...line], { cwd: ROOT, env, timeout: 60_000 }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
  });
  try {
    const without = await report();
    assert.equal(without.code, 1);
    assert.match(without.err, /no dataset is bound as NUMBERS/);
    assert.equal((await report("--dataset", "a; DROP")).code, 1);
    assert.deepEqual(asked, []);
    const told = await report("--dataset", "one_login", "--weeks", "2", "--service", "demo");
    assert.equal(told.code, 0, told.err);
    const lines = told.out.split("\n").map((line) => line.trim().replaceAll(/\s+/g, " "));
    for (const line of ["DEMO in production, 2 weeks until now", "started 200", "completed 150", "completion rate 75.0 %",
      "median of signed_in Cl.Cm 48 s", "callback login_required 20", "did not come back 30"]) assert.ok(lines.includes(line), told.out);
    assert.doesNotMatch(told.out, /9,?999|OTHER/);
    const [[call, authorization, query]] = asked;
    assert.deepEqual([call, authorization], ["POST /client/v4/accounts/0123/analytics_engine/sql", "Bearer token"]);
    assert.match(query, /FROM one_login WHERE timestamp > NOW\(\) - INTERVAL '14' DAY .*FORMAT JSON$/);
    status = 403;
    const refused = await report("--dataset", "one_login");
    assert.equal(refused.code, 1);
    assert.match(refused.err, /403/);
    assert.doesNotMatch(refused.err + told.out, /Bearer|token"/);
  } finally {
    server.close();
  }
});
