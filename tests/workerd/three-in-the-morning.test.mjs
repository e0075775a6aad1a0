// An operator at three in the morning only has the log. The built Worker meets each of five outages, and its lines must
// name the cause: an event and label that no other outage writes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { signIn, untilCallback } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

/** The causes in the table of docs/logs.md, with the lines that an operator looks for. */
const CAUSES = {
  "the token endpoint": ({ event, label }) => event === "callback" && label.startsWith("token_endpoint_"),
  "the provider's keys": ({ event, label }) => event === "callback" && label === "keys_unavailable",
  KV: ({ event, label }) => event === "documents_unreadable" && label === "storage",
  accounts: ({ event, label }) => event === "session_unchecked" || label.startsWith("account_"),
  "the origin": ({ event, label }) => event === "origin" && label === "unreachable",
};

let world;
let browser;
let fetchedAt;

before(async () => {
  // The account is asked at every request, and nothing goes on without its answer.
  const services = { DEMO: { host: "localhost", revocation_check_seconds: 0, revocation_grace_seconds: 0 } };
  world = await World.start({ engine: "workerd", services, faulty: true });
  browser = world.browser();
  await signIn(world, browser);
  assert.equal((await browser.get("/account")).status, 200);
  fetchedAt = Date.now();
});
after(() => world?.stop());

/** The failures that the Worker logged during some work, and the causes that they name. */
async function told(work) {
  const before = world.events.length;
  await work();
  await sleep(200);
  const lines = world.events.slice(before).filter(({ outcome }) => outcome === "failed");
  const causes = Object.keys(CAUSES).filter((cause) => lines.some(CAUSES[cause]));
  return { lines, causes };
}

/** A sign-in as far as the callback's answer. */
async function comesBack() {
  const person = world.browser();
  return person.get(await untilCallback(world, person, "/account"));
}

test("when no fault is set, then no log line says failed, and a forwarded page writes no line", async () => {
  const { lines, causes } = await told(async () => {
    await signIn(world, world.browser());
  });
  assert.deepEqual([lines, causes], [[], []]);
  const before = world.events.length;
  assert.equal((await browser.get("/account")).status, 200);
  await sleep(200);
  assert.equal(world.events.length, before);
});

test("the token endpoint is down", async () => {
  await world.provider.fault("token-reset");
  const { lines, causes } = await told(async () => assert.equal((await comesBack()).status, 503));
  await world.provider.fault(null);
  assert.deepEqual(causes, ["the token endpoint"]);
  const [line] = lines;
  assert.equal(line.route, "/auth/callback");
  assert.ok(Number.isInteger(line.calls.token), "how long it was waited for");
});

test("accounts are down", async () => {
  await world.accounts("throws");
  const { lines, causes } = await told(async () => {
    assert.equal((await browser.get("/account")).status, 503);
    assert.equal((await comesBack()).status, 503);
  });
  await world.accounts("sound");
  assert.deepEqual(causes, ["accounts"]);
  assert.deepEqual(lines.map(({ event, label }) => `${event} ${label}`), ["session_unchecked unreachable", "callback account_unreachable"]);
  assert.equal(lines[0].route, "/account/*", "the rule, not the path");
  assert.match(lines[0].person, /^[0-9a-f]{16}$/);
  assert.ok("account" in lines[0].calls);
});

test("the keys were changed and cannot be fetched", async () => {
  // An unknown key causes a fetch when the copy is a minute old.
  await sleep(Math.max(0, fetchedAt + 62_000 - Date.now()));
  await world.provider.rotate(false);
  await world.provider.fault("jwks-reset");
  const { lines, causes } = await told(async () => assert.equal((await comesBack()).status, 503));
  await world.provider.fault(null);
  assert.deepEqual(causes, ["the provider's keys"]);
  const [first] = lines;
  assert.deepEqual([first.event, first.label, first.detail], ["document_not_fetched", "unreachable", "jwks"]);
});

test("KV is down", async () => {
  await world.restart({ kv: "broken" });
  const { causes } = await told(async () => assert.equal((await comesBack()).status, 303));
  await world.restart();
  assert.deepEqual(causes, ["KV"]);
});

test("the origin is down", async () => {
  assert.equal((await browser.get("/account")).status, 200);
  await world.origin.child.stop();
  const { lines, causes } = await told(async () => assert.equal((await browser.get("/account")).status, 502));
  assert.deepEqual(causes, ["the origin"]);
  assert.ok("origin" in lines[0].calls);
});
