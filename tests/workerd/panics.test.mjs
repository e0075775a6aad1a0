// The effect of a panic: the request that panicked fails closed, and later requests work. Every other request that waits in
// the same isolate at that moment is lost with it.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { signedIn } from "../harness/journey.mjs";
import { PANICS } from "../harness/panics.mjs";
import { World } from "../harness/world.mjs";

let world;

before(async () => {
  world = await World.start({ engine: "workerd", panicking: true });
});
beforeEach(() => world.clear());
after(() => world?.stop());

const panicked = () => world.events.filter(({ event }) => event === "panic");

for (const target of ["/", "/account"]) {
  test(`t66 a panic on ${target} is answered 503, the origin gets nothing, and the next request passes`, async () => {
    const browser = await signedIn(world);
    await world.clear();
    const answer = await browser.fetch(target, [[PANICS, "at-once"]]);
    assert.equal(answer.status, 503);
    assert.equal(answer.get("cache-control"), "no-store");
    assert.equal(answer.get("retry-after"), "30");
    assert.deepEqual(await world.origin.paths(), []);
    assert.equal((await browser.get(target)).status, 200);
  });
}

test("t66 a panic while a request waits is an error, and the next request passes", async () => {
  // The account's object is awake before the panic and has to answer after it.
  const browser = await signedIn(world);
  await world.clear();
  const before = panicked().length;
  const answer = await world.raw({
    target: "/account",
    headers: [["accept", "text/html"], ["sec-fetch-dest", "document"], [PANICS, "later"]],
  });
  assert.ok(answer.status >= 500, String(answer.status));
  assert.deepEqual(await world.origin.paths(), []);
  await world.logs("panic", "panicked");
  const [panic] = panicked().slice(before);
  assert.match(panic.detail, /^src\/edge\/platform\.rs:\d+:\d+$/, "the log names the place and nothing else");
  for (const child of world.children) assert.doesNotMatch(child.output, /Rust panic|panicked at/, "no other hook speaks");
  assert.equal((await browser.get("/account")).status, 200);
  assert.equal((await (await signedIn(world)).get("/account")).status, 200);
});
