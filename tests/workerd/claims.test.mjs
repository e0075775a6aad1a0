// The service fetches identity claims that fit no header, with the package's own code: once, within a minute, and as itself.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { authorise, nextSecond, signOut, signedIn, start } from "../harness/journey.mjs";
import { ROUTES, World } from "../harness/world.mjs";
import { identityClaims } from "../../packages/node/index.js";

const CLAIMS = ["coreIdentityJWT", "address", "passport", "drivingPermit", "returnCode"];
const PAGE = "/account/all";
const CODES = 100;
const keys = {};
let world;

async function makeKey() {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { key: privateKey, kid: await calculateJwkThumbprint(jwk), jwk };
}

before(async () => {
  const release = ["coreIdentity", "address", "passport", "drivingPermit", "returnCode"];
  const routes = [{ path: PAGE, level: "Cl.Cm.P2", release }, ...ROUTES];
  for (const id of ["DEMO", "APART"]) keys[id] = await makeKey();
  const service = (host, id) => ({
    host, routes, registered_claims: CLAIMS, revocation_check_seconds: 1, registration: { claims: CLAIMS, client_locs: ["P0", "P2"] },
    service_keys: [keys[id].jwk], claims_by_reference: true,
  });
  world = await World.start({ engine: "workerd", services: { DEMO: service("localhost", "DEMO"), APART: service("one.localhost", "APART") } });
});
beforeEach(async () => {
  await world.clear();
  await world.provider.auto("kenneth");
  await world.provider.control("POST", "return-codes", { codes: Array(CODES).fill("𠮷é".repeat(10)) });
  await nextSecond();
});
after(() => world?.stop());

/** The person of the next request, as the service gets it: with a reference of its own. */
async function told(browser) {
  await world.clear();
  assert.equal((await browser.get(PAGE)).status, 200);
  const { headers } = (await world.origin.requests()).filter(({ headers }) => headers).at(-1);
  const names = headers.map(([name]) => name.toLowerCase());
  assert.ok(!names.includes("one-login-identity"));
  const claims = JSON.parse(Buffer.from(headers[names.indexOf("one-login-assertion")][1].split(".")[1], "base64url"));
  assert.equal(claims.identity_claims, "too_large");
  assert.match(claims.claims_reference, /^[\w-]{150,180}$/);
  browser.seen.add(claims.claims_reference);
  return claims;
}

async function proved() {
  const browser = await signedIn(world);
  const back = await authorise(world, await start(browser, PAGE), browser);
  assert.equal((await browser.get(back)).status, 303);
  await nextSecond();
  return browser;
}

const fetcher = (id) => {
  const own = `http://${world.hosts[id]}`;
  return identityClaims({ issuer: own, audience: own, ...keys[id], log: () => {} });
};

function token(person, { by = "DEMO", typ = "fetch-claims+jwt", ...rest } = {}) {
  const own = `http://${world.host}`;
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: own, aud: own, sub: person.sub, reference: person.claims_reference, iat: now, exp: now + 60, jti: randomUUID(), ...rest };
  return new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: keys[by].kid, typ }).sign(keys[by].key);
}

const get = (text, { target = "/auth/claims", id = "DEMO", method = "GET" } = {}) =>
  world.raw({ method, target, host: world.hosts[id], headers: text ? [["Authorization", `Bearer ${text}`]] : [] });

test("t132 when claims fit no header, then the service's package fetches them once, and its log has one line", async () => {
  const browser = await proved();
  const person = await told(browser);
  const claimsOf = fetcher("DEMO");
  const identity = await claimsOf(person);
  assert.equal(identity.returnCode.length, CODES);
  assert.ok(identity.coreIdentity.name.length > 0);
  await world.logs("claims", "handed_out");
  await assert.rejects(claimsOf(person), /claims_unavailable: 400 {"error":"reference_used"}/);
  await world.logs("claims", "reference_used");
  // The next request has another one.
  assert.equal((await claimsOf(await told(browser))).returnCode.length, CODES);
  // Nothing is asked for where the claims came along.
  assert.deepEqual(await claimsOf({ sub: "x", sid: "y", identity: { address: [] } }), { address: [] });
});

test("t132 rejects another service's key and host, another kind, a reference in an address and one after a sign-out", async () => {
  const browser = await proved();
  const person = await told(browser);
  const good = await token(person);
  const there = `http://${world.hosts.APART}`;
  for (const [text, error, options] of [
    [await token(person, { by: "APART" }), "key_unknown"],
    [await token(person, { typ: "end-sessions+jwt" }), "wrong_type"],
    [await token(person, { aud: there }), "audience_mismatch"],
    [await token(person, { sub: "urn:fdc:gov.uk:2022:another" }), "session_over"],
    [await token(person, { reference: person.claims_reference.slice(4) }), "reference_invalid"],
    [good, "issuer_mismatch", { id: "APART" }],
    [await token(person, { by: "APART", iss: there, aud: there }), "reference_invalid", { id: "APART" }],
    ["", "token_missing", { target: `/auth/claims?reference=${person.claims_reference}` }],
  ]) {
    const answer = await get(text, options);
    assert.deepEqual([answer.status, answer.json], [400, { error }], error);
    await world.logs("claims", error);
  }
  for (const method of ["HEAD", "POST"]) assert.equal((await get(good, { method })).status, 405);
  // No refusal used the reference up.
  const answer = await get(good);
  assert.deepEqual([answer.status, answer.get("content-type"), answer.get("cache-control")], [200, "application/jwt", "no-store"]);
  const last = await told(browser);
  await signOut(browser);
  assert.deepEqual((await get(await token(last))).json, { error: "session_over" });
});
