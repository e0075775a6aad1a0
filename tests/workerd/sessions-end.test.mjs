// The service ends a person's sessions, with keys of its own in the configuration and at an address. The Worker asks the
// account at every request here, so that a test sees an ended session at once.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { SignJWT, calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { isLive, nextSecond, signedIn, subjectOf, untilCallback } from "../harness/journey.mjs";
import { startOrigin } from "../harness/origin.mjs";
import { CLI, ROOT } from "../harness/places.mjs";
import { World } from "../harness/world.mjs";

const ALGORITHMS = ["ES256", "RS256", "PS256"];
let world, listed, published, listener, asked;

async function makeKey(alg) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { alg, privateKey, kid: await calculateJwkThumbprint(jwk), jwk: { ...jwk, alg } };
}

before(async () => {
  listed = Object.fromEntries(await Promise.all(ALGORITHMS.map(async (alg) => [alg, await makeKey(alg)])));
  published = await makeKey("ES256");
  asked = 0;
  listener = await startOrigin({
    "/jwks.json": (_, response) => {
      asked += 1;
      response.end(JSON.stringify({ keys: [{ ...published.jwk, kid: published.kid }] }));
    },
  });
  const always = { revocation_check_seconds: 0 };
  const services = {
    DEMO: { host: "localhost", ...always, service_keys: ALGORITHMS.map((alg) => listed[alg].jwk) },
    APART: { host: "one.localhost", ...always, service_keys: `${listener.url}/jwks.json` },
    NONE: { host: "two.localhost", ...always },
  };
  world = await World.start({ engine: "workerd", services });
});
beforeEach(() => world.clear());
after(async () => {
  await world?.stop();
  await listener?.stop();
});

function token(id, key, sub, { typ = "end-sessions+jwt", ...rest } = {}) {
  const own = `http://${world.hosts[id]}`;
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: own, aud: own, sub, iat: now, exp: now + 60, jti: randomUUID(), ...rest };
  return new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid, typ }).sign(key.privateKey);
}

const post = (id, body, headers = [["Content-Type", "application/jwt"]]) =>
  world.raw({ method: "POST", target: "/auth/sessions/end", host: world.hosts[id], headers, body });

/** Signed in, in a second of its own, so that no message of before is about it. */
async function person(id = "DEMO") {
  await nextSecond();
  const browser = await signedIn(world, id);
  return { browser, sub: await subjectOf(browser) };
}

for (const alg of ALGORITHMS) {
  test(`when the service ends sessions with ${alg}, then every one of the person is over and a new sign-in works`, async () => {
    const { browser, sub } = await person();
    const second = await signedIn(world);
    const answer = await post("DEMO", await token("DEMO", listed[alg], sub));
    assert.deepEqual([answer.status, answer.text, answer.get("cache-control")], [200, "", "no-store"]);
    await world.logs("sessions_ended", "by_service");
    for (const each of [browser, second]) assert.equal(await isLive(each), false);
    assert.ok(await isLive((await person()).browser));
  });
}

test("when the service's keys are at an address, then they are fetched once for many messages", async () => {
  const { browser, sub } = await person("APART");
  const before = asked;
  const tokens = await Promise.all(Array.from({ length: 5 }, () => token("APART", published, sub)));
  for (const each of tokens) assert.equal((await post("APART", each)).status, 200);
  assert.equal(asked - before, 1);
  assert.equal(await isLive(browser), false);
  // A key that is in no copy: any sender can make one up, so that the set is not fetched again at once.
  assert.equal((await post("APART", await token("APART", listed.ES256, sub))).status, 503);
  assert.equal(asked - before, 1);
});

test("when the service keeps a person out, then a sign-in ends at a page in both languages, and nothing reaches the service", async () => {
  const { browser, sub } = await person();
  const until = Math.floor(Date.now() / 1000) + 3_600;
  assert.equal((await post("DEMO", await token("DEMO", listed.ES256, sub, { block_until: until }))).status, 200);
  await nextSecond();
  for (const [lang, heading] of [["en", "You cannot sign in to this service"], ["cy", "Ni allwch fewngofnodi i’r gwasanaeth hwn"]]) {
    await world.clear();
    const other = world.browser();
    const answer = await other.get(await untilCallback(world, other, `/auth/sign-in?return_to=%2Faccount&lang=${lang}`));
    assert.deepEqual([answer.status, other.session], [403, undefined]);
    assert.match(answer.text, new RegExp(`<html[^>]* lang="${lang}"`));
    assert.ok(answer.text.includes(heading), answer.text);
    await world.logs("callback", "blocked_by_service");
    assert.deepEqual(await world.origins.DEMO.requests(), []);
  }
  assert.equal(await isLive(browser), false);
  const lift = await token("DEMO", listed.ES256, sub, { block_until: 0 });
  assert.equal((await post("DEMO", lift)).status, 200);
  assert.ok(await isLive((await person()).browser));
});

test("t130 rejects every message that is not the service's own, and no session ends", async () => {
  const { browser, sub } = await person();
  const stranger = { ...(await makeKey("ES256")), kid: listed.ES256.kid };
  const assertion = (await browser.fetch("/echo/optional/x")).json.headers.find(([name]) => name === "one-login-assertion")[1];
  const now = Math.floor(Date.now() / 1000);
  const key = listed.ES256;
  for (const [body, error] of [
    [await token("DEMO", stranger, sub), "signature_invalid"],
    [await token("DEMO", { ...listed.PS256, kid: listed.RS256.kid }, sub), "algorithm_mismatch"],
    [await token("APART", key, sub), "issuer_mismatch"],
    [await token("DEMO", key, sub, { aud: `http://${world.hosts.APART}` }), "audience_mismatch"],
    [await token("DEMO", key, sub, { exp: now + 90 }), "expired"],
    [await token("DEMO", key, sub, { typ: "jwt" }), "wrong_type"],
    [assertion, "wrong_type"],
    ["", "token_malformed"],
  ]) {
    const answer = await post("DEMO", body);
    assert.deepEqual([answer.status, answer.json], [400, { error }], error);
    await world.logs("sessions_ended", error);
  }
  const good = await token("DEMO", key, sub);
  assert.equal((await post("DEMO", good, [["Content-Type", "text/plain"]])).json.error, "content_type");
  assert.equal((await post("NONE", good)).status, 404);
  assert.ok(await isLive(browser));
  assert.equal((await post("DEMO", good)).status, 200);
  assert.equal(await isLive(browser), false);
  // The same message once more does not end what began after it.
  const { browser: next } = await person();
  assert.equal((await post("DEMO", good)).status, 200);
  assert.ok(await isLive(next));
});

/** The tool's exit code and what it said. */
function tool(args, input) {
  return new Promise((resolve) => {
    const child = execFile(CLI, ["sessions", ...args], { cwd: ROOT, timeout: 60_000 }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
    child.stdin.end(input);
  });
}

test("when an operator ends sessions with the tool, then they are over, and its answer says what follows", async () => {
  const file = path.join(world.directory, "service-key.pem");
  const at = ["--at", `http://${world.host}/auth/sessions/end`, "--key", file, "--sub", "-"];
  for (const alg of ["ES256", "RS256"]) {
    await fs.writeFile(file, await exportPKCS8(listed[alg].privateKey));
    const printed = await tool(["key", "--key", file]);
    assert.equal(printed.code, 0, printed.err);
    for (const name of ["x", "n"]) if (listed[alg].jwk[name]) assert.ok(printed.out.includes(listed[alg].jwk[name]), printed.out);
    assert.doesNotMatch(printed.out, /\bd = /);
    const { browser, sub } = await person();
    const ended = await tool(["end", ...at], sub);
    assert.deepEqual([ended.code, ended.out], [0, "Ended. The person can sign in again.\n"], ended.err);
    assert.equal(await isLive(browser), false);
    const blocked = await tool(["end", ...at, "--block-hours", "2"], sub);
    assert.match(blocked.out, /^Ended\. The person is kept out until \d\d:\d\d:\d\d UTC on /, blocked.err);
    await world.logs("sessions_ended", "blocked");
    assert.equal((await tool(["end", ...at, "--unblock"], sub)).code, 0);
  }
  await fs.writeFile(file, await exportPKCS8((await makeKey("ES256")).privateKey));
  const refused = await tool(["end", ...at], "urn:fdc:gov.uk:2022:somebody");
  assert.equal(refused.code, 1);
  assert.match(refused.err, /400.*key_unknown/s);
});
