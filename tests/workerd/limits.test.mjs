// The limits of one address in a minute, in `wrangler dev`, which counts as Cloudflare does. The limits save cost: a
// signed-in person does not notice them, and they never refuse a valid notification.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { nextSecond, signedIn, subjectOf } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

const LIMIT = 300;
let world;
let browser;

before(async () => {
  world = await World.start({ limited: true, services: { DEMO: { host: "localhost", revocation_check_seconds: 0 } } });
  browser = await signedIn(world);
});
beforeEach(() => world.clear());
after(() => world?.stop());

/** The statuses of so many requests, made twenty at a time until some are refused: a minute may end on the way. */
async function statuses(one) {
  const found = {};
  for (let made = 0; made < 2 * LIMIT + 40 && found[429] === undefined; made += 20) {
    for (const { status } of await Promise.all(Array.from({ length: 20 }, one))) found[status] = (found[status] ?? 0) + 1;
  }
  return found;
}

test("t80 when notifications are refused too often, then they get 429 and a valid one is still accepted", async () => {
  const sub = await subjectOf(browser);
  const bad = () => world.raw({
    method: "POST", target: "/auth/backchannel-logout", body: `logout_token=${randomUUID()}`,
    headers: [["Content-Type", "application/x-www-form-urlencoded"]],
  });
  const found = await statuses(bad);
  assert.deepEqual(Object.keys(found).sort(), ["400", "429"], JSON.stringify(found));
  assert.ok(found[400] >= LIMIT, JSON.stringify(found));
  assert.equal((await bad()).get("cache-control"), "no-store");
  await nextSecond();
  assert.equal((await world.provider.notify({ client_id: "demo", sub })).status, 200);
  assert.equal((await browser.fetch("/account")).status, 401);
  await nextSecond();
  browser = await signedIn(world);
});

test("t94 sign-ins that start too often get a page with a time to come back, and people who are signed in go on", async () => {
  const begin = () => world.raw({ target: "/account", headers: NAVIGATION });
  const found = await statuses(begin);
  assert.deepEqual(Object.keys(found).sort(), ["302", "429"], JSON.stringify(found));
  assert.ok(found[302] >= LIMIT - 10, JSON.stringify(found));
  // The minute may have ended just now.
  const refused = await begin();
  if (refused.status === 302) return;
  assert.equal(refused.status, 429);
  assert.match(refused.get("retry-after"), /^\d+$/);
  assert.deepEqual([refused.get("cache-control"), refused.all("set-cookie").length], ["no-store", 0]);
  assert.match(refused.text, /too many attempts to sign in/);
  assert.equal((await browser.get("/account")).status, 200);
  assert.equal((await world.raw({ target: "/" })).status, 200);
});
