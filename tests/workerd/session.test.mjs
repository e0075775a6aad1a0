// The session cookie when an attacker changes it or moves it to another service, and when keys are rotated.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { createLocalJWKSet, jwtVerify } from "jose";
import { authorise, signIn, signedIn, start, untilCallback } from "../harness/journey.mjs";
import { assertionKey, clientKey, sessionKey } from "../harness/keys.mjs";
import { World } from "../harness/world.mjs";

const NAME = "__Host-ol-session";
let world;
let browser;

before(async () => {
  const other = { host: "one.localhost" };
  const sibling = { host: "two.localhost" };
  world = await World.start({ engine: "workerd", services: { DEMO: { host: "localhost" }, OTHER: other, SIBLING: sibling } });
  browser = await signedIn(world);
});
beforeEach(() => world.clear());
after(() => world?.stop());

/** Whether a value opens a session at a service. */
async function isSession(value, id = "DEMO", name = NAME) {
  const answer = await world.raw({ host: world.hosts[id], target: "/echo/optional/x", headers: [["Cookie", `${name}=${value}`]] });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.all("set-cookie"), [], "a cookie that does not open is ignored, not deleted");
  return answer.json.headers.some(([header]) => header === "one-login-assertion");
}

test("t42 when any byte of a cookie is changed, then it is no session and causes no error", async () => {
  const sealed = Buffer.from(browser.session, "base64url");
  assert.ok(await isSession(browser.session));
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] ^= 1 << at % 8;
    assert.equal(await isSession(changed.toString("base64url")), false, `byte ${at} of ${sealed.length}`);
  }
});

test("t42 neither is one that is cut, longer, empty, or spelt another way", async () => {
  const value = browser.session;
  const last = value.at(-1);
  const bytes = Buffer.from(value, "base64url");
  const variants = [
    "", "x", "=", ".", value.slice(1), value.slice(0, -1), value.slice(0, 10), `${value}A`, `${value}=`, `${value}==`,
    `${value}${value}`, `A${value}`,
    bytes.toString("base64") === value ? `${value}=` : bytes.toString("base64"), bytes.toString("hex"),
    encodeURIComponent(`${value}=`), value.toLowerCase(), value.toUpperCase(),
    `"${value}"`, `'${value}'`, `${value}.`, `${value}%00`, `${value} x`, value.split("").reverse().join(""),
    "A".repeat(4_000), "A".repeat(60_000), Buffer.alloc(200).toString("base64url"),
    `${value.slice(0, -1)}${String.fromCharCode(last.charCodeAt(0) ^ 1)}`, "null", "undefined", "{}", "[]",
    "eyJhbGciOiJub25lIn0.e30.", "../../etc/passwd", "%s%s%n", "\x7f",
  ];
  for (const variant of variants) {
    const answer = await world.raw({ target: "/whoami", headers: [["Cookie", `${NAME}=${variant}`]] });
    assert.ok([200, 400, 431].includes(answer.status), `${variant.slice(0, 40)}: ${answer.status}`);
    if (answer.status === 200) assert.equal(answer.json, null, variant.slice(0, 40));
  }
});

test("t42 a broken cookie on a protected page leads to signing in, not to an error", async () => {
  const broken = world.browser();
  broken.session = `${browser.session.slice(0, -4)}AAAA`;
  const { answer } = await signIn(world, broken);
  assert.equal(answer.location, "/account");
});

test("t48 rejects the cookies of one service at another", async () => {
  const elsewhere = await signedIn(world, "OTHER");
  assert.ok(await isSession(elsewhere.session, "OTHER"));
  assert.equal(await isSession(elsewhere.session, "DEMO"), false);
  assert.equal(await isSession(elsewhere.session, "SIBLING"), false);
  assert.equal(await isSession(browser.session, "OTHER"), false);
  // A sign-in that was begun at one service is finished at no other.
  const begun = world.browser("OTHER");
  const callback = new URL(await untilCallback(world, begun, "/account"));
  const moved = world.browser("SIBLING");
  moved.cookies = new Map(begun.cookies);
  assert.equal((await moved.get(callback.pathname + callback.search)).status, 400);
  assert.equal(moved.session, undefined);
  assert.ok(!(await world.provider.paths()).includes("/token"));
});

test("t48 an attempt's cookie is no session, and a session is no attempt", async () => {
  const begun = world.browser();
  const callback = await untilCallback(world, begun, "/account");
  const [name] = begun.attempts;
  assert.equal(await isSession(begun.cookies.get(name)), false);
  const confused = world.browser();
  confused.cookies.set(name, browser.session);
  assert.equal((await confused.get(callback)).status, 400);
  assert.equal(await isSession(browser.session, "DEMO", name), false);
});

test("t48 t49 rejects another deployment's cookie", async () => {
  const key = world.secrets.SESSION_KEY_A;
  await world.restart({ secrets: { SESSION_KEY_A: sessionKey() } });
  assert.equal(await isSession(browser.session), false);
  await world.restart({ secrets: { SESSION_KEY_A: key } });
  assert.ok(await isSession(browser.session), "and it was not lost by being shown to the wrong one");
});

test("t49 a session outlives a rotation of the session key as long as its generation is there", async () => {
  const [a, b] = [world.secrets.SESSION_KEY_A, sessionKey()];
  // 1. The new generation is there and opens, before it seals anything.
  await world.restart({ secrets: { SESSION_KEY_B: b } });
  assert.ok(await isSession(browser.session));
  const begun = world.browser();
  const address = await start(begun, "/account");
  // 2. The new generation seals; cookies of the old one open, also those of a sign-in under way.
  await world.restart({ variables: { SESSION_KEY_ACTIVE: "B" } });
  assert.ok(await isSession(browser.session));
  assert.equal((await begun.get(await authorise(world, address))).status, 303);
  assert.equal((await world.raw({ target: "/auth/health" })).json.keys.session.generation, "B");
  // 3. An isolate that is still one step behind opens cookies of the new generation.
  await world.restart({ variables: { SESSION_KEY_ACTIVE: "A" } });
  assert.ok(await isSession(begun.session));
  // 4. The old generation is retired, and its sessions with it.
  await world.restart({ variables: { SESSION_KEY_ACTIVE: "B" }, secrets: { SESSION_KEY_A: undefined } });
  assert.equal(await isSession(browser.session), false);
  assert.ok(await isSession(begun.session));
  await world.restart({ variables: { SESSION_KEY_ACTIVE: "A" }, secrets: { SESSION_KEY_A: a, SESSION_KEY_B: undefined } });
  assert.ok(await isSession(browser.session));
});

test("t49 a generation that is named and not there closes every protected page", async () => {
  await world.restart({ variables: { SESSION_KEY_ACTIVE: "B" } });
  for (const target of ["/account", "/", "/auth/sign-in", "/auth/callback?code=x&state=y"]) {
    const answer = await browser.copy().get(target);
    assert.equal(answer.status, 500, target);
  }
  assert.deepEqual(await world.origin.requests(), []);
  await world.restart({ variables: { SESSION_KEY_ACTIVE: "A" } });
  assert.ok(await isSession(browser.session));
});

test("t82 keys towards the provider and the origin rotate: published first, used second, gone last", async () => {
  const kids = async (path) => (await world.raw({ target: path })).json.keys.map(({ kid }) => kid);
  const [client] = await kids("/auth/jwks.json");
  const [assertion] = await kids("/auth/assertion-jwks.json");
  const next = { CLIENT_KEY_DEMO_B: JSON.stringify(await clientKey()), ASSERTION_KEY_DEMO_B: JSON.stringify(await assertionKey()) };
  const table = world.variables.SERVICE_DEMO;

  await world.restart({ secrets: next });
  const published = await kids("/auth/jwks.json");
  assert.equal(published.length, 2);
  assert.equal(published[0], client, "the active one comes first");
  assert.equal((await kids("/auth/assertion-jwks.json")).length, 2);
  await signIn(world, world.browser());

  await world.restart({ variables: { SERVICE_DEMO: { ...table, client_key_active: "B", assertion_key_active: "B" } } });
  assert.deepEqual((await kids("/auth/jwks.json")).toSorted(), published.toSorted(), "the old one is published still");
  const fresh = world.browser();
  await signIn(world, fresh);
  const told = (await fresh.get("/echo/x")).json.headers.find(([name]) => name === "one-login-assertion")[1];
  const keys = createLocalJWKSet((await world.raw({ target: "/auth/assertion-jwks.json" })).json);
  assert.notEqual((await jwtVerify(told, keys)).protectedHeader.kid, assertion);

  const retired = { CLIENT_KEY_DEMO_A: undefined, ASSERTION_KEY_DEMO_A: undefined };
  await world.restart({ secrets: retired });
  assert.deepEqual(await kids("/auth/jwks.json"), published.filter((kid) => kid !== client));
  await signIn(world, world.browser());
  assert.ok(await isSession(browser.session), "sessions have nothing to do with either");
});
