// The switch with the built Worker and the KV that `wrangler dev` keeps on disk. The records are signed here, so that the
// Worker reads what docs/switch.md says. Each isolate reads KV with its first request, so that a restart saves a minute.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { NAVIGATION } from "../harness/browser.mjs";
import { signedIn, untilCallback } from "../harness/journey.mjs";
import { npm } from "../harness/places.mjs";
import { World } from "../harness/world.mjs";

const run = promisify(execFile);
let world, own, stranger, service;

async function makeKey() {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk, kid: await calculateJwkThumbprint(jwk) };
}

before(async () => {
  [own, stranger] = await Promise.all([makeKey(), makeKey()]);
  world = await World.start({ services: { DEMO: { host: "localhost", switch: true, service_keys: [own.jwk] } } });
  service = `http://${world.host}`;
});
after(() => world?.stop());

const record = (key, off, kid = key.kid) =>
  new SignJWT({ iss: service, aud: service, iat: Math.floor(Date.now() / 1000), ...off }).setProtectedHeader({ alg: "ES256", kid, typ: "switch+jwt" }).sign(key.privateKey);

/** Writes a record with wrangler, as an operator does, and starts the Worker again. */
async function put(text) {
  const config = ["--config", path.join(world.directory, "wrangler.json"), "--persist-to", path.join(world.directory, "state")];
  await world.edge.stop();
  await run(process.execPath, [npm("wrangler"), "kv", "key", "put", `switch/${service}`, text, "--binding", "DOCUMENTS", "--local", ...config], { cwd: world.directory });
  await world.restart();
  await world.clear();
}

test("t137 the service switches sign-in off and closes, and no forged record opens or closes it", async () => {
  const inside = await signedIn(world);
  const under_way = world.browser();
  const callback = await untilCallback(world, under_way, "/account");
  const until = Math.floor(Date.now() / 1000) + 3_600;
  await put(await record(own, { sign_in_off: until }));
  const refused = await world.browser().get("/account");
  assert.equal(refused.status, 503, refused.text);
  assert.ok(Math.abs(Number(refused.get("retry-after")) - 3_600) < 120, refused.get("retry-after"));
  assert.match(refused.text, /Sorry, signing in is unavailable.*You will be able to sign in from \d+(:\d\d)?[ap]m on /s);
  await world.logs("switch", "sign_in_off");
  assert.equal((await inside.get("/account")).status, 200);
  assert.equal((await under_way.get(callback)).status, 303);
  assert.equal((await world.raw({ target: "/", headers: NAVIGATION })).status, 200);

  await put(await record(own, { service_closed: true }));
  const closed = await inside.get("/", [["Accept-Language", "cy"]]);
  assert.deepEqual([closed.status, closed.get("retry-after")], [503, "600"]);
  const script = await world.raw({ target: "/account", headers: [["Sec-Fetch-Dest", "empty"], ["Accept", "application/json"]] });
  assert.deepEqual([script.status, script.get("content-type")], [503, "application/problem+json"]);
  assert.deepEqual(await world.origin.requests(), []);
  const health = await world.raw({ target: "/auth/health" });
  assert.deepEqual(health.json.switch, { sign_in: { state: "on", until: null }, service: { state: "closed", until: null } });
  assert.equal((await world.raw({ target: "/auth/jwks.json" })).status, 200);
  const css = closed.text.match(/href="([^"]+\.css)"/)[1];
  assert.equal((await world.raw({ target: css })).status, 200);

  for (const [forged, label] of [
    [await record(stranger, { service_closed: true }), "key_unknown"],
    [await record(stranger, { service_closed: true }, own.kid), "signature_invalid"],
    ["closed", "token_malformed"],
  ]) {
    await put(forged);
    assert.equal((await world.raw({ target: "/", headers: NAVIGATION })).status, 200, label);
    await world.logs("switch", label);
  }
});
