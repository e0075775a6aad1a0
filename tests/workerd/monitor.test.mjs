// The monitor of docs/operations.md, in front of the built Worker: it succeeds when a person could sign in, and names the
// step that fails otherwise.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { ROOT } from "../harness/places.mjs";
import { World } from "../harness/world.mjs";

const MONITOR = path.join(ROOT, "examples/monitor/sign-in.mjs");
let world;

before(async () => {
  world = await World.start({ engine: "workerd", auto: null });
});
beforeEach(() => world.clear());
after(() => world?.stop());

/** The monitor's output for each step, and its exit code. */
function monitor(page = `http://${world.host}/account`, provider = world.provider.url) {
  return new Promise((resolve) => {
    execFile(process.execPath, [MONITOR, page, provider], { timeout: 60_000 }, (error, said) => {
      resolve({ code: error?.code ?? 0, steps: said.split("\n").filter(Boolean).map((line) => JSON.parse(line)) });
    });
  });
}

/** It fails at a step, for a reason. */
async function failsAt(step, why, ...where) {
  const { code, steps } = await monitor(...where);
  assert.equal(code, 1);
  const { step: last, ok, why: said } = steps.at(-1);
  assert.deepEqual([last, ok], [step, false], JSON.stringify(steps));
  assert.match(said, why);
}

test("it goes as far as the provider's sign-in page, and its trace is in the log", async () => {
  const { code, steps } = await monitor();
  assert.equal(code, 0, JSON.stringify(steps));
  assert.deepEqual(steps.map(({ step, ok }) => [step, ok]), ["health", "keys", "start", "provider"].map((step) => [step, true]));
  await world.logs("sign_in_started");
  assert.ok(world.events.some(({ event, trace }) => event === "sign_in_started" && trace === steps[0].trace));
  assert.deepEqual(await world.origin.requests(), []);
});

test("it goes no further than a page that asks for no sign-in, or another provider's", async () => {
  await failsAt("start", /status 200/, `http://${world.host}/`);
  await failsAt("start", /people are sent to http:\/\/127\.0\.0\.1/, undefined, "https://oidc.account.gov.uk");
});

test("it sees that the provider accepts no such request", async () => {
  const { SERVICE_DEMO: table } = world.variables;
  await world.restart({ variables: { SERVICE_DEMO: { ...table, client_id: "another" } } });
  await failsAt("provider", /status 400/);
  await world.restart({ variables: { SERVICE_DEMO: table } });
  await world.provider.auto("kenneth");
  await world.provider.fault("error-unauthorized-client");
  await failsAt("provider", /unauthorized_client/);
  await world.provider.auto(null);
});

test("it sees a configuration with a fault", async () => {
  const { SERVICE_DEMO: table } = world.variables;
  await world.restart({ variables: { SERVICE_DEMO: { ...table, scopes: ["email"] } } });
  await failsAt("health", /status 500/);
  await world.restart({ variables: { SERVICE_DEMO: table } });
});

test("it sees a service that is not there", async () => {
  await failsAt("health", /ECONNREFUSED|no answer/, "http://127.0.0.1:9/account");
});
