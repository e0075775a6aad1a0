// The cost of a request, in counts that are the same on every machine: requests to the outside, questions to accounts,
// and crossings between JavaScript and WebAssembly. The crossings are the main cost of a signed-in request. `cargo edge
// bench` measures times; a number here changes only together with the code that it counts.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { authorise, signIn, signedIn, start, untilCallback } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

let world;

before(async () => {
  world = await World.start({ engine: "workerd", counted: true });
  // Discovery, keys and the documents' place in memory are there after this.
  await signIn(world, world.browser());
});
beforeEach(async () => {
  await world.clear();
  await world.provider.auto("kenneth");
  await world.counts();
});
after(() => world?.stop());

/** A browser whose requests need nothing signed any more. */
async function settled(target) {
  const browser = await signedIn(world);
  await browser.get(target);
  await world.counts();
  return browser;
}

/** The requests that the Worker sent, and the number of questions to accounts. */
async function outside() {
  const { fetched, accounts } = await world.counts();
  return { fetched, accounts };
}

test("when a signed-in request arrives, then the Worker only asks the origin", async () => {
  const browser = await settled("/account");
  for (let n = 0; n < 3; n += 1) {
    assert.equal((await browser.get("/account")).status, 200);
    assert.deepEqual(await outside(), { fetched: ["/account"], accounts: 0 });
  }
});

test("when a sign-in starts, then the Worker sends no request", async () => {
  await start(world.browser(), "/account");
  assert.deepEqual(await outside(), { fetched: [], accounts: 0 });
});

test("a callback asks two endpoints of the provider and the account", async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, "/account");
  await world.counts();
  assert.equal((await browser.get(callback)).status, 303);
  assert.deepEqual(await outside(), { fetched: ["/token", "/userinfo"], accounts: 1 });
});

test("a callback that ends another person's session asks that person's account too", async () => {
  const browser = world.browser();
  const another = await start(browser, "/account");
  await signIn(world, browser);
  await world.provider.auto("sian");
  // In another browser at the provider, so that the provider ends no session itself and sends no notification.
  const callback = await authorise(world, another);
  await world.counts();
  assert.equal((await browser.get(callback)).status, 200, "a page says that the place is withheld");
  assert.deepEqual(await outside(), { fetched: ["/token", "/userinfo"], accounts: 2 });
});

test("when a notification arrives, then the Worker only asks the account", async () => {
  const { status } = await world.provider.notify({ client_id: "demo", sub: "urn:fdc:gov.uk:2022:somebody" });
  assert.equal(status, 200);
  assert.deepEqual(await outside(), { fetched: [], accounts: 1 });
});

/** The crossings of the boundary for each request: calls of WebAssembly, and calls by WebAssembly. */
const CROSSINGS = {
  calls: { fetch: 1, __wbindgen_malloc: 1, answered: 1 },
  imports: { __wbg_read: 1, __wbg_now: 1, __wbg_forward: 1 },
};

async function crossings(browser, target) {
  await world.counts();
  assert.equal((await browser.get(target)).status, 200);
  const { calls, imports } = await world.counts();
  return { calls, imports };
}

test("a public request crosses the boundary exactly so often", async () => {
  const browser = world.browser();
  await browser.get("/");
  // A public answer that sets no cookie and redirects nowhere costs no call of `answered`.
  const { answered, __wbindgen_malloc, ...calls } = CROSSINGS.calls;
  assert.deepEqual([answered, __wbindgen_malloc], [1, 1]);
  assert.deepEqual(await crossings(browser, "/"), { ...CROSSINGS, calls });
});

test("a signed-in request whose answer goes on untouched crosses it no more often, but hands Cache-Control over", async () => {
  const browser = await settled("/private");
  const calls = { ...CROSSINGS.calls, __wbindgen_malloc: 2 };
  assert.deepEqual(await crossings(browser, "/private"), { ...CROSSINGS, calls });
});

test("when a signed-in answer is wrapped again, then it crosses no more often but hands the changes over", async () => {
  const browser = await settled("/account");
  const calls = { ...CROSSINGS.calls, __wbindgen_free: 1 };
  assert.deepEqual(await crossings(browser, "/account"), { ...CROSSINGS, calls });
});

test("when a browser goes away, then the work that its request waits for is finished", async () => {
  await world.counts();
  assert.equal((await world.browser().get("/account")).status, 302);
  const { imports } = await world.counts();
  assert.equal(imports.__wbg_after, 1);
});
