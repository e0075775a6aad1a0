// Staff on the host of the public: what reaches the service of a request to a route with `access = "cloudflare-access"`. The
// keys are RSA, and workerd's WebCrypto verifies.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { NAVIGATION } from "../harness/browser.mjs";
import { signedIn } from "../harness/journey.mjs";
import { ROUTES, World } from "../harness/world.mjs";

const AUDIENCE = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";
const PAGE = "/echo/staff/cases";
let world, browser;

before(async () => {
  const access = "cloudflare-access";
  const routes = [...ROUTES, { path: "/echo/staff/*", access }, { path: PAGE, access, release: ["email"] }];
  world = await World.start({ engine: "workerd", services: { DEMO: { host: "localhost", access_audience: AUDIENCE, routes } } });
  browser = await signedIn(world);
});
beforeEach(() => world.clear());
after(() => world?.stop());

const of = (said = {}) => world.provider.staffToken({ audience: AUDIENCE, ...said });

function ask(token, { target = PAGE, method = "GET", more = [] } = {}) {
  const sent = token === undefined ? [] : [["Cf-Access-Jwt-Assertion", token]];
  return world.raw({ target, method, headers: [...NAVIGATION, ["Cookie", `own=kept; ${browser.cookie}`], ...sent, ...more] });
}

async function refused(answer, status, label) {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual([answer.location, answer.get("set-cookie")], [null, null]);
  assert.deepEqual(await world.origin.requests(), []);
  await world.logs("staff", label);
}

test("t146 when staff come through Access, then the service gets a statement that the edge signed, and no person", async () => {
  const answer = await ask(await of({ email: "ann@example.gov.uk" }), { more: [["One-Login-Staff-Assertion", "forged"], ["One-Login-Assertion", "forged"]] });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.get("set-cookie"), null);
  assert.match(answer.get("cache-control"), /no-store/);
  const [{ headers }] = await world.origin.requests();
  const values = (wanted) => headers.filter(([name]) => name === wanted).map(([, value]) => value);
  assert.deepEqual([values("cookie"), values("one-login-assertion"), values("cf-access-jwt-assertion")], [["own=kept"], [], []]);
  const [statement, ...more] = values("one-login-staff-assertion");
  assert.deepEqual(more, []);
  const keys = createLocalJWKSet((await world.raw({ target: "/auth/assertion-jwks.json" })).json);
  const own = `http://${world.host}`;
  const expected = { issuer: `staff:${own}`, audience: own, typ: "one-login-staff-assertion+jwt", algorithms: ["ES256"] };
  const { payload } = await jwtVerify(statement, keys, expected);
  assert.deepEqual(Object.keys(payload).sort(), ["aud", "email", "exp", "iat", "iss", "sub"]);
  assert.equal(payload.email, "ann@example.gov.uk");
  assert.notEqual(decodeProtectedHeader(statement).typ, "one-login-assertion+jwt");
  // On another route the address stays out, and a program has its client id.
  await world.origin.clear();
  await ask(await of({ common_name: "abc.access" }), { target: "/echo/staff/x", method: "POST" });
  const [reached] = await world.origin.requests();
  const [, program] = reached.headers.find(([name]) => name === "one-login-staff-assertion");
  const claims = (await jwtVerify(program, keys, expected)).payload;
  assert.deepEqual([claims.common_name, claims.sub, claims.email], ["abc.access", undefined, undefined]);
});

test("t146 rejects a person without a token and each token that is not the team's for this service", async () => {
  const now = Math.floor(Date.now() / 1000);
  const page = await ask(undefined);
  await refused(page, 403, "no_token");
  assert.match(page.text, /You do not have access to this page/);
  const good = await of();
  const cases = [
    ["audience_mismatch", of({ audience: "a".repeat(64) })],
    ["wrong_type", of({ claims: { type: "org" } })],
    ["issuer_mismatch", of({ claims: { iss: "https://other.cloudflareaccess.com" } })],
    ["expired", of({ claims: { exp: now - 60 } })],
    ["subject_invalid", of({ claims: { sub: "" } })],
    ["signature_invalid", good.replace(/[^.]+$/, (await of({ common_name: "a" })).split(".")[2])],
    ["token_malformed", `${good}, ${good}`],
  ];
  for (const [label, token] of cases) await refused(await ask(await token), 403, label);
  // A program gets problem details.
  const problem = await world.raw({ target: PAGE });
  assert.deepEqual([problem.status, problem.get("content-type"), JSON.parse(problem.text).status], [403, "application/problem+json", 403]);
});

test("t146 when the team changes its key, then a Worker that fetches its keys takes the new token and the one before", async () => {
  const before = await of();
  assert.equal((await ask(before)).status, 200);
  const next = await of({ rotate: true });
  await world.restart();
  for (const token of [before, next]) assert.equal((await ask(token)).status, 200);
});
