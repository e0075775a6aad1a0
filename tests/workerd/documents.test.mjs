// The provider's documents at a Worker that has no copy of them: each way in which they can be wrong, and how the Worker
// recovers. These tests use workerd without wrangler: each case restarts it, and it starts quickly.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DOCUMENTS, each } from "../harness/faults.mjs";
import { signIn, untilCallback } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

let world;

before(async () => (world = await World.start({ engine: "workerd" })));
after(() => world?.stop());

async function assertClosed(answer, browser, status) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.get("retry-after"), status === 503 ? "30" : null);
  assert.match(answer.get("content-type"), /^text\/html/);
  assert.equal(browser.session, undefined);
  assert.deepEqual(await world.origin.paths(), []);
  const paths = await world.provider.paths();
  assert.ok(paths.every((path) => !path.startsWith("/canary") && path !== "/userinfo"), paths.join());
}

for (const row of each(DOCUMENTS)) {
  const outcome = row.start ?? row.callback;
  test(`${row.threats} ${row.fault} ${outcome === 303 ? "signs in" : `closes with ${outcome}`}`, async () => {
    await world.restart();
    await world.clear();
    await world.provider.fault(row.fault);
    const browser = world.browser();
    const began = Date.now();
    if (row.start) {
      const answer = await browser.get("/account");
      await assertClosed(answer, browser, row.start);
      assert.deepEqual(answer.all("set-cookie"), []);
      assert.deepEqual(browser.attempts, []);
    } else {
      const answer = await browser.get(await untilCallback(world, browser, "/account"));
      if (row.callback === 303) assert.equal(answer.status, 303, answer.text);
      else await assertClosed(answer, browser, row.callback);
      assert.equal((await world.provider.paths()).filter((path) => path === "/token").length, 1);
    }
    if (row.slow) assert.ok(Date.now() - began > 7_500 && Date.now() - began < 12_000, "eight seconds are enough");
    // Public paths stay open, and protected ones stay closed.
    assert.equal((await world.raw({ target: "/" })).status, 200);
    await world.provider.fault(null);
  });
}

test("t70 many first requests at once, and each document is fetched a few times at most", async () => {
  await world.restart();
  await world.clear();
  const browsers = Array.from({ length: 30 }, () => world.browser());
  const answers = await Promise.all(browsers.map((browser) => browser.get("/account")));
  // Without a copy to fall back to a few requests wait for one; the others are told to come back.
  for (const answer of answers.filter(({ status }) => status !== 302)) {
    assert.deepEqual([answer.status, answer.get("retry-after")], [503, "30"]);
  }
  assert.ok(answers.some(({ status }) => status === 302));
  assert.ok((await world.provider.paths()).length <= 16);
  await world.clear();
  const later = await Promise.all(browsers.map(() => world.browser().get("/account")));
  assert.ok(later.every(({ status }) => status === 302));
  assert.deepEqual(await world.provider.paths(), []);
});

test("t37 a provider that fails is not asked again for ten seconds by a Worker without a copy", async () => {
  await world.restart();
  await world.clear();
  await world.provider.fault("discovery-500");
  for (let n = 0; n < 5; n += 1) assert.equal((await world.browser().get("/account")).status, 503);
  assert.equal((await world.provider.paths()).length, 1);
  const health = await world.raw({ target: "/auth/health" });
  assert.equal(health.status, 503);
  assert.deepEqual([health.json.status, health.json.documents], ["failing", { discovery: "missing", jwks: "missing" }]);
});

/** How often the Worker fetched the key set since the provider's record was cleared. */
async function fetches() {
  return (await world.provider.paths()).filter((path) => path === "/.well-known/jwks.json").length;
}

/** So many callbacks of different browsers, none of them sent yet. */
async function callbacks(count) {
  const waiting = [];
  for (let n = 0; n < count; n += 1) {
    const browser = world.browser();
    const address = await untilCallback(world, browser, "/account");
    waiting.push(() => browser.get(address));
  }
  return waiting;
}

test("t17 tokens with unknown keys cause one fetch in three seconds", async () => {
  await world.restart();
  await world.clear();
  await signIn(world, world.browser());
  await world.provider.fault("id-token-kid-unknown");
  const waiting = await callbacks(10);
  await world.provider.clear();
  const began = Date.now();
  const answers = await Promise.all(waiting.map((send) => send()));
  for (const { status } of answers) assert.ok([502, 503].includes(status), status);
  const most = 1 + Math.ceil((Date.now() - began) / 3_000);
  assert.ok((await fetches()) <= most, `${await fetches()} fetches, ${most} at most`);
  await world.provider.fault(null);
});

test("t70 sign-ins that meet a new key together share a fetch and all succeed", async () => {
  await world.restart();
  await world.clear();
  await signIn(world, world.browser());
  const waiting = await callbacks(12);
  await world.provider.rotate(false);
  await world.provider.clear();
  const answers = await Promise.all(waiting.map((send) => send()));
  assert.deepEqual(answers.map(({ status }) => status), Array(12).fill(303));
  assert.ok((await fetches()) <= 3, `${await fetches()} fetches`);
});

test("t70 when the fetch for a new key hangs then another sign-in fetches for itself", async () => {
  await world.restart();
  await world.clear();
  await signIn(world, world.browser());
  const [first, second] = await callbacks(2);
  await world.provider.rotate(false);
  await world.provider.fault("jwks-hang", 1);
  await world.provider.clear();
  const leader = first();
  const deadline = Date.now() + 5_000;
  while ((await fetches()) === 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal((await second()).status, 303);
  assert.equal((await leader).status, 503, "the one whose fetch hung is told to try again");
});

test("t16 a new signing key is no trouble, whether the Worker has seen it or not", async () => {
  await world.clear();
  await world.provider.rotate(true);
  await world.restart();
  await signIn(world, world.browser());
  // Published and used within the second, while the Worker's copy is fresh.
  await world.provider.rotate(false);
  await world.provider.clear();
  await signIn(world, world.browser());
  assert.equal(await fetches(), 1);
  await world.restart();
  await signIn(world, world.browser());
});

test("t68 t69 when KV is missing, hangs, or holds an attacker's documents, then sign-ins go on", async () => {
  for (const [kv, event] of [
    ["broken", "documents_unreadable"], ["poisoned", "document_not_authentic"], ["stuck", "documents_unreadable"],
  ]) {
    await world.restart({ kv });
    await world.clear();
    const began = Date.now();
    for (let n = 0; n < 3; n += 1) await signIn(world, world.browser());
    assert.ok(Date.now() - began < 8_000, `${kv} KV holds nobody up for long`);
    const documents = (await world.provider.paths()).filter((path) => path.startsWith("/.well-known/"));
    assert.deepEqual(documents.toSorted(), ["/.well-known/jwks.json", "/.well-known/openid-configuration"], kv);
    assert.ok(world.edge.output.includes(event), kv);
    assert.equal((await world.raw({ target: "/auth/health" })).json.status, "ok", kv);
  }
});
