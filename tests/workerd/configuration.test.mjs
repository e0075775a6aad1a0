// A deployment with mistakes: the faulty services are closed, the others go on, and the log tells the operator.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { signIn } from "../harness/journey.mjs";
import { clientKey, sessionKey } from "../harness/keys.mjs";
import { World } from "../harness/world.mjs";

let world;
let sound;

before(async () => {
  world = await World.start({ engine: "workerd", services: { DEMO: { host: "localhost" }, OTHER: { host: "one.localhost" } } });
  sound = { variables: { ...world.variables }, secrets: { ...world.secrets } };
});
beforeEach(() => world.clear());
after(() => world?.stop());

/** Starts the Worker with these changes to the sound deployment. */
async function deployed({ variables = {}, secrets = {} }) {
  const gone = (now, was) => Object.fromEntries(Object.keys(now).filter((name) => !(name in was)).map((name) => [name, undefined]));
  await world.restart({
    variables: { ...gone(world.variables, sound.variables), ...sound.variables, ...variables },
    secrets: { ...gone(world.secrets, sound.secrets), ...sound.secrets, ...secrets },
  });
}

const table = (changes, id = "DEMO") => ({ [`SERVICE_${id}`]: { ...sound.variables[`SERVICE_${id}`], ...changes } });
const TARGETS = [
  "/", "/account", "/auth/health", "/auth/jwks.json", "/auth/sign-in", "/auth/callback?code=x&state=y",
  "/assets/demo.css",
];

/** Asserts that a host answers 500 to everything and that no request reaches its origin. */
async function assertClosed(id, about) {
  for (const target of TARGETS) {
    const answer = await world.raw({ host: world.hosts[id], target, headers: NAVIGATION });
    assert.equal(answer.status, 500, `${about} ${target}`);
    assert.equal(answer.get("cache-control"), "no-store");
    assert.deepEqual(answer.all("set-cookie"), []);
  }
  assert.deepEqual(await world.origins[id].requests(), [], about);
}

async function assertOpen(id) {
  assert.equal((await world.raw({ host: world.hosts[id], target: "/" })).status, 200);
  assert.equal((await world.raw({ host: world.hosts[id], target: "/auth/health" })).json.status, "ok");
  assert.equal((await world.raw({ host: world.hosts[id], target: "/account", headers: NAVIGATION })).status, 302);
}

test("tables arrive as objects or as texts, and both serve", async () => {
  assert.equal(typeof world.variables.SERVICE_DEMO, "object");
  await deployed({ variables: { SERVICE_OTHER: JSON.stringify(sound.variables.SERVICE_OTHER) } });
  await assertOpen("DEMO");
  await assertOpen("OTHER");
  await signIn(world, world.browser("OTHER"));
});

test("t84 a fault in one service closes that host and no other", async () => {
  const short = await clientKey();
  const { d: _, ...withoutPrivate } = short;
  const faults = {
    "a missing client key": { secrets: { CLIENT_KEY_DEMO_A: undefined } },
    "a missing assertion key": { secrets: { ASSERTION_KEY_DEMO_A: undefined } },
    "a public key for a private one": { secrets: { CLIENT_KEY_DEMO_A: JSON.stringify(withoutPrivate) } },
    "a key that is no key": { secrets: { ASSERTION_KEY_DEMO_A: "secret-canary-that-is-no-key" } },
    "keys of the wrong kind": { secrets: { CLIENT_KEY_DEMO_A: sound.secrets.ASSERTION_KEY_DEMO_A } },
    "a misspelt field": { variables: table({ clientid: "x" }) },
    "a wrong type": { variables: table({ scopes: "openid" }) },
    "an unknown scope": { variables: table({ scopes: ["openid", "everything"] }) },
    "a public route that releases": { variables: table({ routes: [{ path: "/", access: "public", release: ["email"] }] }) },
    "a route that cannot match": { variables: table({ routes: [{ path: "account", access: "public" }] }) },
    "two rules for one path": { variables: table({ routes: [{ path: "/x", access: "public" }, { path: "/X", access: "required" }] }) },
    "a level that cannot be asked for": { variables: table({ level: "P2" }) },
    "another environment": { variables: table({ environment: "production" }) },
    "an issuer without its slash": { variables: table({ issuer: world.provider.url }) },
    "no origin": { variables: table({ origin: undefined }) },
    "an origin with a path": { variables: table({ origin: `${world.origin.url}/x` }) },
    "a header that is not the origin's to set": { variables: table({ origin_headers: { "One-Login-Assertion": "SESSION_KEY_A" } }) },
    "a missing lock": { variables: table({ origin_headers: { "X-Lock": "NOT_THERE" } }) },
    "a text that is no table": { variables: { SERVICE_DEMO: JSON.stringify({ ...sound.variables.SERVICE_DEMO, name: 7 }) } },
  };
  for (const [about, changes] of Object.entries(faults)) {
    await world.clear();
    await deployed(changes);
    await assertClosed("DEMO", about);
    await assertOpen("OTHER");
    await world.logs("configuration", "fault");
  }
  assert.ok(!world.log.includes("secret-canary"), "a fault names the secret and never shows it");
});

test("t48 t84 two services of one client, or of one host, are both closed", async () => {
  await deployed({ variables: table({ client_id: "demo" }, "OTHER") });
  await assertClosed("DEMO", "one client");
  await assertClosed("OTHER", "one client");
  await deployed({ variables: table({ aliases: [world.hosts.OTHER] }) });
  await assertClosed("DEMO", "one host");
});

test("t66 t84 a fault that all share closes all", async () => {
  for (const changes of [
    { secrets: { SESSION_KEY_A: undefined } },
    { secrets: { SESSION_KEY_A: "too-short" } },
    { secrets: { SESSION_KEY_B: sound.secrets.SESSION_KEY_A } },
    { variables: { SESSION_KEY_ACTIVE: "C" } },
    { variables: { SESSION_KEY_ACTIVE: "B" } },
    { variables: { DEPLOYMENT: "staging" } },
    { variables: { DEPLOYMENT: "production" } },
    { variables: { DEPLOYMENT: "" } },
  ]) {
    await world.clear();
    await deployed(changes);
    await assertClosed("DEMO", JSON.stringify(changes));
    await assertClosed("OTHER", JSON.stringify(changes));
  }
});

test("t84 on a developer's machine a closed host says why, and shows no secret", async () => {
  const key = sessionKey();
  await deployed({ variables: table({ scopes: ["email"], colour: "blue" }), secrets: { SESSION_KEY_B: key } });
  const { text, json } = await world.raw({ target: "/account" });
  assert.match(json.detail, /SERVICE_DEMO\.scopes: must include "openid"/);
  assert.match(json.detail, /SERVICE_DEMO\.colour: is not a field/);
  assert.ok(!text.includes(key));
});

test("t59 t84 when a deployment has no service for the host, then it answers no other request either", async () => {
  await deployed({ variables: { SERVICE_DEMO: undefined } });
  assert.equal((await world.raw({ target: "/account" })).status, 404);
  await assertOpen("OTHER");
  await deployed({ variables: { SERVICE_DEMO: undefined, SERVICE_OTHER: undefined } });
  for (const target of TARGETS) assert.equal((await world.raw({ target })).status, 404);
  assert.deepEqual(await world.origin.requests(), []);
});

test("a short session is a warning, and serves", async () => {
  await deployed({ variables: table({ session_idle_seconds: 600 }) });
  await assertOpen("DEMO");
  assert.equal((await world.raw({ target: "/auth/health" })).json.configuration.warnings, 1);
  await world.logs("configuration", "warning");
});
