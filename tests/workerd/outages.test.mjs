// The provider is away. Signed-in people go on, a Worker with copies of the documents starts sign-ins, and one without
// says when to come back. `wrangler dev` keeps KV on disk, so that a fresh isolate can find an older isolate's
// documents.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { decodeJwt } from "jose";
import { signIn, start } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

let world;
let browser;

before(async () => {
  world = await World.start();
  browser = world.browser();
  await signIn(world, browser);
});
beforeEach(() => world.origin.clear());
after(() => world?.stop());

test("t37 an isolate that starts afresh reads the documents from KV, not from the provider", async () => {
  await world.provider.clear();
  await world.restart();
  assert.deepEqual((await world.raw({ target: "/auth/health" })).json.documents, { discovery: "fresh", jwks: "fresh" });
  await signIn(world, world.browser());
  const paths = await world.provider.paths();
  assert.ok(paths.every((path) => !path.startsWith("/.well-known/")), paths.join());
});

test("t68 documents in KV that another key made are a miss, and are replaced", async () => {
  await world.provider.clear();
  const own = world.secrets.SESSION_KEY_A;
  await world.restart({ secrets: { SESSION_KEY_A: "A".repeat(43) } });
  await start(world.browser(), "/account");
  assert.ok((await world.provider.paths()).includes("/.well-known/openid-configuration"));
  await world.logs("document_not_authentic");
  await world.restart({ secrets: { SESSION_KEY_A: own } });
  await world.provider.clear();
  await signIn(world, world.browser());
  assert.ok((await world.provider.paths()).includes("/.well-known/openid-configuration"));
});

test("when the hourly task runs, then it fetches the documents before a request needs them", async () => {
  await world.restart({ cold: true });
  await world.provider.clear();
  const answer = await world.raw({ target: "/cdn-cgi/local/scheduled" });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(await world.provider.paths(), ["/.well-known/openid-configuration", "/.well-known/jwks.json"]);
  await world.restart();
  await world.provider.clear();
  await signIn(world, world.browser());
  assert.ok((await world.provider.paths()).every((path) => !path.startsWith("/.well-known/")));
});

test("t37 without the provider, with copies: sessions go on, and sign-ins come as far as the token call", async () => {
  await world.provider.child.stop();
  await world.restart();
  assert.equal((await browser.get("/account")).status, 200);
  const begun = world.browser();
  const address = new URL(await start(begun, "/account"));
  const { state } = decodeJwt(address.searchParams.get("request"));
  await world.origin.clear();
  const answer = await begun.get(`/auth/callback?code=x&state=${state}`);
  assert.deepEqual([answer.status, answer.get("retry-after")], [503, "30"]);
  assert.match(answer.text, /you cannot sign in right now/);
  assert.equal(begun.session, undefined);
  assert.equal((await world.raw({ target: "/auth/health" })).status, 200);
  assert.deepEqual(await world.origin.requests(), []);
});

test("t37 without the provider and without copies: 503 with a time to come back, and nothing is let through", async () => {
  await world.restart({ cold: true });
  for (const target of ["/account", "/auth/sign-in?return_to=/account"]) {
    const person = world.browser();
    const answer = await person.get(target);
    assert.deepEqual([answer.status, answer.get("retry-after")], [503, "30"], target);
    assert.match(answer.get("content-type"), /^text\/html/);
    assert.deepEqual(answer.all("set-cookie"), []);
  }
  assert.equal((await world.browser().fetch("/account")).status, 401);
  const health = await world.raw({ target: "/auth/health" });
  assert.deepEqual([health.status, health.json.status, health.json.documents.discovery], [503, "failing", "missing"]);
  assert.deepEqual(await world.origin.requests(), []);
  // Signed-in requests and public paths do not need the provider.
  assert.equal((await browser.get("/account")).status, 200);
  assert.equal((await world.raw({ target: "/" })).status, 200);
});
