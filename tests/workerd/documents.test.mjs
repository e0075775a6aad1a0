// The provider's documents at a Worker that has no copy of them: each way in which they can be wrong, and how the Worker
// gets over it. workerd alone is quick to start anew, which each case needs.

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
    // What is open to everybody stays open, and what is protected stays closed.
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

test("t17 tokens with unknown keys do not become requests for keys", async () => {
  await world.restart();
  await world.clear();
  await signIn(world, world.browser());
  await world.clear();
  await world.provider.fault("id-token-kid-unknown");
  for (let n = 0; n < 10; n += 1) {
    const browser = world.browser();
    assert.equal((await browser.get(await untilCallback(world, browser, "/account"))).status, 502);
  }
  assert.ok(!(await world.provider.paths()).includes("/.well-known/jwks.json"));
});

test("t16 a new signing key is no trouble for a Worker that has seen it, and a refusal for one that has not", async () => {
  await world.clear();
  await world.provider.rotate(true);
  await world.restart();
  await signIn(world, world.browser());
  // A copy that is younger than a minute is not fetched again, so that no stream of tokens becomes one of requests.
  await world.provider.rotate(false);
  await world.provider.clear();
  const early = world.browser();
  assert.equal((await early.get(await untilCallback(world, early, "/account"))).status, 502);
  assert.ok(!(await world.provider.paths()).includes("/.well-known/jwks.json"));
  await world.restart();
  await signIn(world, world.browser());
});

test("t68 t69 sign-ins go on without KV, with one that hangs, and with one that somebody else filled", async () => {
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
