// A whole sign-in, seen from three sides: the requests to the provider, the browser's cookies, and the origin's headers.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { cookieParts } from "../harness/browser.mjs";
import { authorise, signIn, signedIn, start, untilCallback } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

const KENNETH = { email: "kenneth@example.gov.uk", phone: "+447700900000" };
let world;

before(async () => (world = await World.start()));
beforeEach(() => world.clear());
after(() => world?.stop());

/** The verified assertion of the last request that the origin got. */
async function lastAssertion() {
  const { headers } = (await world.origin.requests()).at(-1);
  const values = headers.filter(([name]) => name === "one-login-assertion").map(([, value]) => value);
  assert.equal(values.length, 1, "exactly one assertion");
  const published = await world.raw({ target: "/auth/assertion-jwks.json" });
  const own = `http://${world.host}`;
  const checks = { typ: "one-login-assertion+jwt", algorithms: ["ES256"], issuer: own, audience: own };
  return { ...(await jwtVerify(values[0], createLocalJWKSet(published.json), checks)), value: values[0] };
}

test("t40 the provider is sent exactly four parameters, and a request object that follows its rules", async () => {
  const browser = world.browser();
  const url = new URL(await start(browser, "/account?a=b&c=%20d"));
  assert.equal(url.pathname, "/authorize");
  assert.deepEqual([...url.searchParams.keys()], ["response_type", "client_id", "scope", "request"]);
  assert.equal(url.searchParams.get("response_type"), "code");
  assert.equal(url.searchParams.get("client_id"), "demo");
  assert.equal(url.searchParams.get("scope"), "openid email phone");
  assert.ok(url.search.length <= 4096);

  const object = url.searchParams.get("request");
  const { keys } = (await world.raw({ target: "/auth/jwks.json" })).json;
  const header = decodeProtectedHeader(object);
  assert.deepEqual(header, { alg: "RS256", kid: keys[0].kid, typ: "oauth-authz-req+jwt" });
  const { payload } = await jwtVerify(object, createLocalJWKSet({ keys }), { audience: `${world.provider.url}/authorize`, issuer: "demo" });
  const now = Math.floor(Date.now() / 1000);
  assert.deepEqual(Object.keys(payload).sort(), [
    "aud", "client_id", "code_challenge", "code_challenge_method", "exp", "iat", "iss", "jti", "nonce", "redirect_uri",
    "response_type", "scope", "state", "ui_locales", "vtr",
  ]);
  assert.equal(payload.redirect_uri, `http://${world.host}/auth/callback`);
  assert.deepEqual(payload.vtr, ["Cl.Cm"]);
  assert.equal(payload.code_challenge_method, "S256");
  assert.match(payload.code_challenge, /^[\w-]{43}$/);
  assert.equal(payload.exp - payload.iat, 300);
  assert.ok(Math.abs(payload.iat - now) < 10);
  assert.ok(payload.state.length >= 22 && payload.nonce.length >= 22 && payload.state !== payload.nonce);
  assert.equal((await world.origin.requests()).length, 0, "the origin gets no request before the sign-in");
});

test("the whole journey ends at the page that was asked for, with its query", async () => {
  const browser = world.browser();
  const { answer } = await signIn(world, browser, "/account/licences?a=b&c=%20d");
  assert.equal(answer.location, "/account/licences?a=b&c=%20d");
  const page = await browser.get(answer.location);
  assert.equal(page.status, 200);
  assert.ok(page.text.includes(KENNETH.email));
  assert.equal((await world.origin.requests()).at(-1).target, "/account/licences?a=b&c=%20d");
  // 303 makes the browser forget the address with the code; no later request and no page contains it.
  assert.equal(answer.get("referrer-policy"), "no-referrer");
  assert.equal(answer.body.length, 0);
});

test("t39 t40 the provider gets one token call with our name, and no code twice", async () => {
  await signIn(world, world.browser());
  const calls = await world.provider.requests();
  assert.deepEqual(
    calls.map(({ method, path, status }) => [method, path, status]).filter(([, path]) => !path.startsWith("/.well-known")),
    [["GET", "/authorize", 302], ["POST", "/token", 200], ["GET", "/userinfo", 200]],
  );
  for (const { path, headers, query } of calls.filter((call) => call.path !== "/authorize")) {
    const agent = headers.find(([name]) => name === "user-agent")?.[1];
    assert.match(agent, /^one-login-edge\/\d+\.\d+\.\d+(-[a-z0-9.]+)? \(http:\/\/localhost:\d+\/?\)$/, path);
    assert.equal(query, "", "tokens and codes are never in an address");
  }
  const bearer = calls.at(-1).headers.find(([name]) => name === "authorization")?.[1];
  assert.match(bearer, /^Bearer /);
});

test("t44 t49 the session cookie is a host cookie of the browser's session, small and unreadable", async () => {
  const browser = world.browser();
  const { answer } = await signIn(world, browser);
  const lines = answer.all("set-cookie").map(cookieParts);
  const session = lines.find(({ name }) => name === "__Host-ol-session");
  assert.deepEqual(session.attributes, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
  assert.ok(session.value.length < 1_000);
  assert.match(session.value, /^[\w-]+$/);
  const bytes = Buffer.from(session.value, "base64url").toString("latin1");
  assert.ok(!bytes.includes("kenneth") && !bytes.includes("urn:fdc"));
  const others = lines.filter(({ name }) => name !== "__Host-ol-session");
  assert.deepEqual(others.map(({ name }) => name.slice(0, 18)), ["__Host-ol-starts", "__Host-ol-attempt-"]);
  assert.match(others[0].value, /^\d+-[0-9a-f]{8}$/);
  assert.ok(others[0].attributes.includes("Max-Age=120") && others[1].attributes.includes("Max-Age=0"));
  assert.deepEqual(browser.attempts, []);
});

test("the attempt's cookie lives an hour longer than the attempt and is a host cookie too", async () => {
  const browser = world.browser();
  const answer = await browser.get("/account");
  const lines = answer.all("set-cookie").map(cookieParts);
  assert.deepEqual(lines.map(({ name }) => name.slice(0, 18)), ["__Host-ol-attempt-"]);
  const attempt = lines.find(({ name }) => name.startsWith("__Host-ol-attempt-"));
  assert.deepEqual(attempt.attributes, ["HttpOnly", "Max-Age=7200", "Path=/", "SameSite=Lax", "Secure"]);
  const { state } = decodeJwt(new URL(answer.location).searchParams.get("request"));
  assert.equal(attempt.name, `__Host-ol-attempt-${state.slice(0, 8)}`);
  assert.ok(!Buffer.from(attempt.value, "base64url").includes(state), "the state is sealed");
});

test("t56 the origin's assertion verifies with another library and says only what the route releases", async () => {
  const browser = await signedIn(world);
  await browser.get("/account");
  const { payload, protectedHeader } = await lastAssertion();
  const { keys } = (await world.raw({ target: "/auth/assertion-jwks.json" })).json;
  assert.deepEqual(protectedHeader, { alg: "ES256", kid: keys[0].kid, typ: "one-login-assertion+jwt" });
  const now = Math.floor(Date.now() / 1000);
  assert.match(payload.sub, /^urn:fdc:gov\.uk:2022:/);
  assert.match(payload.sid, /^[\w-]{22}$/);
  assert.equal(payload.vot, "Cl.Cm");
  assert.ok(Math.abs(payload.auth_time - now) < 30);
  assert.equal(payload.exp - payload.iat, 65);
  assert.ok(payload.iat <= now && payload.exp > now && payload.exp <= now + 60);
  assert.ok(Math.abs(payload.session_exp - now - 43_200) < 30);
  assert.deepEqual(
    [payload.email, payload.email_verified, payload.phone_number, payload.phone_number_verified],
    [KENNETH.email, true, KENNETH.phone, true],
  );
  const always = ["aud", "auth_time", "exp", "iat", "iss", "session_exp", "sid", "sub", "vot"];
  const released = ["email", "email_verified", "phone_number", "phone_number_verified"];
  assert.deepEqual(Object.keys(payload).sort(), [...always, ...released].sort());

  await browser.get("/echo/optional/x");
  const optional = await lastAssertion();
  assert.deepEqual(Object.keys(optional.payload).sort(), [...always, "email", "email_verified"].sort());
  await browser.get("/echo/unlisted");
  const unlisted = await lastAssertion();
  assert.deepEqual(Object.keys(unlisted.payload).sort(), always);
  assert.equal(unlisted.payload.sid, payload.sid);
});

test("an assertion is signed once for each release, not for each request", async () => {
  const browser = await signedIn(world);
  await browser.get("/account");
  const first = await lastAssertion();
  await browser.get("/account/other");
  assert.equal((await lastAssertion()).value, first.value);
  await browser.get("/echo/unlisted");
  assert.notEqual((await lastAssertion()).value, first.value);
});

test("t87 two people in one isolate never get each other's assertion", async () => {
  const kenneth = await signedIn(world);
  await world.provider.auto("amal");
  const amal = await signedIn(world);
  await world.provider.auto("kenneth");
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? amal : kenneth).fetch("/whoami")));
  answers.forEach((answer, n) => assert.equal(answer.json.email, n % 2 ? "amal@example.gov.uk" : KENNETH.email));
  const subjects = new Set(answers.map((answer) => answer.json.sub));
  assert.equal(subjects.size, 2);
  await amal.get("/account");
  assert.equal((await lastAssertion()).payload.phone_number_verified, false, "what is not confirmed is not called so");
});

test("a person without a telephone number, and one with letters outside ASCII, sign in", async () => {
  for (const [persona, email] of [["mo", "mo.o'neill+licences@example.gov.uk"], ["sian", "siân.ŵyn@enghraifft.cymru"]]) {
    await world.provider.auto(persona);
    const browser = await signedIn(world);
    await browser.get("/account");
    const { payload } = await lastAssertion();
    assert.equal(payload.email, email);
    assert.equal("phone_number" in payload, persona !== "mo");
  }
  await world.provider.auto("kenneth");
});

test("t46 when a person signs in, then they get a new session, whatever session the browser had", async () => {
  const victim = await signedIn(world);
  await victim.get("/account");
  const planted = (await lastAssertion()).payload;
  await world.provider.auto("amal");
  // An attacker planted Kenneth's cookie in Amal's browser after Amal had begun to sign in.
  const amal = world.browser();
  const callback = await untilCallback(world, amal, "/account");
  amal.session = victim.session;
  const begun = await amal.get(callback);
  assert.match(begun.text, /You are signed in with a different GOV\.UK One Login/);
  assert.match(begun.text, /<a class="govuk-button" href="\/" draggable="false">Continue<\/a>/);
  assert.notEqual(amal.session, victim.session);
  await amal.get("/account");
  const { payload } = await lastAssertion();
  assert.equal(payload.email, "amal@example.gov.uk");
  assert.notEqual(payload.sid, planted.sid);
  await world.provider.auto("kenneth");
});

test("parallel tabs each finish their own sign-in", async () => {
  const browser = world.browser();
  const first = await start(browser, "/account/first");
  const second = await start(browser, "/account/second");
  assert.equal(browser.attempts.length, 2);
  const callbacks = [await authorise(world, second), await authorise(world, first)];
  const locations = [];
  for (const callback of callbacks) locations.push((await browser.get(callback)).location);
  assert.deepEqual(locations, ["/account/second", "/account/first"]);
  assert.deepEqual(browser.attempts, []);
  assert.equal((await browser.get("/account")).status, 200);
});

test("when /auth/sign-in is opened, then it starts a sign-in, or leads a signed-in person on", async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, "/auth/sign-in?return_to=%2Fecho%2Fx%3Fy%3D1");
  assert.equal((await browser.get(callback)).location, "/echo/x?y=1");
  await world.clear();
  const again = await browser.get("/auth/sign-in?return_to=%2Faccount");
  assert.equal(again.status, 303);
  assert.equal(again.location, "/account");
  assert.deepEqual(await world.provider.paths(), []);
});

test("a person who declines gets a page, and no session", async () => {
  await world.provider.auto("declan");
  const browser = world.browser();
  const answer = await browser.get(await untilCallback(world, browser, "/account"));
  assert.equal(answer.status, 502);
  assert.equal(browser.session, undefined);
  assert.match(answer.text, /There was a problem with GOV\.UK One Login/);
  await world.provider.auto("kenneth");
});
