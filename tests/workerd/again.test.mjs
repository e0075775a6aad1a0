// Signing in again where a route wants a recent sign-in, through the built Worker and the provider's own rules.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { atProvider, nextSecond, signIn, signedIn, start } from "../harness/journey.mjs";
import { ROUTES, World } from "../harness/world.mjs";

const PAY = "/account/pay";
let world;

before(async () => {
  const routes = [{ path: PAY, reauthenticate_within: 600 }, ...ROUTES];
  const DEMO = { host: "localhost", routes, revocation_check_seconds: 1 };
  world = await World.start({ engine: "workerd", services: { DEMO } });
});
beforeEach(async () => {
  await world.clear();
  await world.provider.fault(null);
  await world.provider.auto("kenneth");
  await nextSecond();
});
after(() => world?.stop());

/** A browser whose person signed in a month ago, by the ID token's `auth_time`. */
async function longSignedIn() {
  await world.provider.fault("id-token-auth-time-old", 1);
  const browser = await signedIn(world);
  assert.equal((await browser.get("/account")).status, 200, "other routes accept the session");
  await nextSecond();
  return browser;
}

/** The claims of the request object in an address. */
function asked(address) {
  const [, payload] = new URL(address).searchParams.get("request").split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString());
}

test("t46 when a person signed in too long ago, then they sign in again, get a new session, and the old one ends", async () => {
  const browser = await longSignedIn();
  const copy = browser.copy();
  const claims = asked(await start(browser, PAY));
  assert.equal(claims.prompt, "login");
  assert.equal(claims.id_token_hint.split(".").length, 3);
  await signIn(world, browser, PAY);
  assert.equal((await browser.get(PAY)).status, 200);
  assert.notEqual(browser.session, copy.session);
  await nextSecond();
  await nextSecond();
  assert.equal((await copy.get("/account")).status, 302);
  assert.equal((await browser.get("/account")).status, 200);
});

test("t28 when another person is signed in at the provider, then the first person's session ends and no session begins", async () => {
  const browser = await longSignedIn();
  const copy = browser.copy();
  await world.provider.auto("sian");
  const back = await atProvider(world, browser, await start(browser, PAY));
  assert.equal(new URL(back.location).searchParams.get("error"), "login_required");
  const answer = await browser.get(back.location);
  assert.equal(answer.status, 400);
  assert.equal(browser.session, undefined);
  await nextSecond();
  await nextSecond();
  assert.equal((await copy.get("/account")).status, 302);
});

test("t14 when a sign-in is too old for a route, then a script gets that reason", async () => {
  const browser = await longSignedIn();
  const answer = await browser.fetch(PAY);
  assert.equal(answer.status, 401);
  const challenge = answer.headers.find(([name]) => name.toLowerCase() === "www-authenticate")[1];
  assert.match(challenge, /error="insufficient_user_authentication", max_age="600"$/);
});
