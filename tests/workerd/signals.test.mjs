// One Login's Signal Exchange, as the simulated one sends it: an access token first, then the signed signal. The Worker asks the
// account at every request here, so that a test sees an ended session at once.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { SignJWT, generateKeyPair } from "jose";
import { isLive, nextSecond, signedIn, subjectOf } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

const SECRET = randomUUID() + randomUUID();
const AUDIENCE = "https://signals.licence.example.gov.uk";
const CHANGE = "https://schemas.openid.net/secevent/caep/event-type/credential-change";
const FORM = [["Content-Type", "application/x-www-form-urlencoded"]];
let world;

before(async () => {
  const receiver = (own) => ({
    signals: { uri: `${own}/signals`, token_uri: `${own}/signals/token`, client_id: "one-login", client_secret: SECRET, audience: AUDIENCE },
  });
  const taking = {
    host: "localhost",
    revocation_check_seconds: 0,
    signals_audience: AUDIENCE,
    signals_client_id: "one-login",
    signals_secret_hashes: [createHash("sha256").update(SECRET).digest("hex")],
    registration: receiver,
  };
  world = await World.start({ engine: "workerd", services: { DEMO: taking, NONE: { host: "one.localhost" } } });
});
beforeEach(() => world.clear());
after(() => world?.stop());

/** Signed in, in a second of its own, so that no signal of before is about it. */
async function person() {
  await nextSecond();
  const browser = await signedIn(world);
  return { browser, sub: await subjectOf(browser) };
}

const post = (target, body, headers, id = "DEMO") => world.raw({ method: "POST", target, host: world.hosts[id], headers, body });
const form = (secret) => `client_id=one-login&client_secret=${secret}&grant_type=client_credentials`;
const granted = async () => (await post("/auth/signals/token", form(SECRET), FORM)).json.access_token;

async function send(token, access) {
  const headers = [["Content-Type", "application/secevent+jwt"], ["Accept", "application/json"]];
  if (access !== undefined) headers.push(["Authorization", `Bearer ${access}`]);
  return post("/auth/signals", token, headers);
}

for (const [event, label] of [["credential-change", "credential_change"], ["account-purged", "account_purged"]]) {
  test(`when One Login signals ${event}, then every session of the person is over and a new sign-in works`, async () => {
    const { browser, sub } = await person();
    const second = await signedIn(world);
    const answer = await world.provider.signal({ client_id: "demo", sub, event });
    assert.deepEqual([answer.status, answer.body, answer.headers["cache-control"]], [202, "", "no-store"], answer.error);
    await world.logs("signal", label);
    for (const each of [browser, second]) assert.equal(await isLive(each), false);
    assert.ok(await isLive((await person()).browser));
  });
}

test("when One Login sends a signal of another kind, a verification among them, then it is taken and no session ends", async () => {
  const { browser, sub } = await person();
  for (const [event, label] of [
    ["verification", "verification"],
    ["https://schemas.openid.net/secevent/sse/event-type/verification", "verification"],
    ["https://schemas.openid.net/secevent/caep/event-type/session-revoked", "other_event"],
  ]) {
    await world.clear();
    const answer = await world.provider.signal({ client_id: "demo", sub, event, state: "abc-123" });
    assert.deepEqual([answer.status, answer.body], [202, ""], event);
    await world.logs("signal", label);
  }
  assert.ok(await isLive(browser));
});

test("t150 when a signal comes again after a new sign-in, then the new session lives", async () => {
  const { browser, sub } = await person();
  const signal = { client_id: "demo", sub, event: "account-purged", iat_offset: -1, jti: randomUUID() };
  await nextSecond();
  await nextSecond();
  assert.equal((await world.provider.signal(signal)).status, 202);
  assert.equal(await isLive(browser), false);
  const { browser: next } = await person();
  assert.equal((await world.provider.signal({ ...signal, iat_offset: -86_400 * 14 })).status, 202);
  assert.ok(await isLive(next));
});

test("t150 rejects every sender and signal that is not One Login's, and no session ends", async () => {
  const { browser, sub } = await person();
  const access = await granted();
  const { keys } = JSON.parse((await (await fetch(`${world.provider.url}/signals/jwks.json`)).text()));
  const { privateKey } = await generateKeyPair("RS256");
  const now = Math.floor(Date.now() / 1000);
  const sign = (header, claims) => {
    const good = { iss: "https://ssf.account.gov.uk/", aud: AUDIENCE, iat: now, jti: randomUUID(), events: { [CHANGE]: { subject: { format: "uri", uri: sub } } } };
    return new SignJWT({ ...good, ...claims }).setProtectedHeader({ alg: "RS256", kid: keys[0].kid, typ: "secevent+jwt", ...header }).sign(privateKey);
  };
  for (const [token, err, description] of [
    [await sign({}), "invalid_key", "signature_invalid"],
    [await sign({ typ: "logout+jwt" }), "invalid_request", "wrong_type"],
    [await sign({}, { iss: `${world.provider.url}/` }), "invalid_issuer", "issuer_mismatch"],
    [await sign({}, { aud: "demo" }), "invalid_audience", "audience_mismatch"],
    ["", "invalid_request", "token_malformed"],
  ]) {
    await world.clear();
    const answer = await send(token, access);
    assert.deepEqual([answer.status, answer.json], [400, { err, description }], description);
    await world.logs("signal", description);
  }
  // A key of One Login's for other tokens signs no signal.
  const others = await (await fetch(`${world.provider.url}/.well-known/jwks.json`)).json();
  assert.ok(others.keys.length > 1 && others.keys.every(({ kid }) => kid !== keys[0].kid));
  assert.equal((await send(await sign({ kid: others.keys.at(-1).kid }), access)).status, 503);
  for (const wrong of [undefined, "", "9999999999.AAAAAAAAAAAAAAAA", `${access}A`]) {
    const answer = await send(await sign({}), wrong);
    assert.deepEqual([answer.status, answer.get("www-authenticate"), answer.json.err], [401, "Bearer", "authentication_failed"], wrong);
  }
  assert.deepEqual((await post("/auth/signals/token", form("x".repeat(64)), FORM)).json, { error: "invalid_client" });
  for (const target of ["/auth/signals", "/auth/signals/token"]) assert.equal((await post(target, form(SECRET), FORM, "NONE")).status, 404);
  assert.ok(await isLive(browser));
});
