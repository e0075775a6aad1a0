// Whole sign-ins of services that are registered differently: other algorithms, a shared secret, other paths and scopes.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { signIn, start, untilCallback } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

const SECRET = randomBytes(24).toString("base64url");
let world;

before(async () => {
  const services = {
    RSA: { host: "localhost", id_token_alg: "RS256", registration: { id_token_alg: "RS256" } },
    PSS: { host: "one.localhost", request_signing_alg: "PS256" },
    SHARED: {
      host: "two.localhost",
      token_auth_method: "client_secret_post",
      registration: { token_auth_method: "client_secret_post", client_secret: SECRET },
    },
    PATHS: { host: "three.localhost", own_path: "/one-login", redirect_path: "/signed-in/back" },
    WALLET: {
      host: "four.localhost",
      scopes: ["openid", "wallet-subject-id"],
      routes: [{ path: "/account/*", release: ["wallet_subject_id"] }],
      level: "Cl",
    },
  };
  world = await World.start({ engine: "workerd", services, secrets: { CLIENT_SECRET_SHARED: SECRET } });
});
beforeEach(() => world.clear());
after(() => world?.stop());

/** The claims that the origin of a service got in its last request. */
async function told(id) {
  const { headers } = (await world.origins[id].requests()).at(-1);
  return decodeJwt(headers.find(([name]) => name === "one-login-assertion")[1]);
}

test("when a person signs in at any variant, then its origin gets an assertion for its own audience", async () => {
  for (const id of Object.keys(world.hosts)) {
    const browser = world.browser(id);
    const { answer } = await signIn(world, browser, "/account/x?y=z");
    assert.equal(answer.location, "/account/x?y=z", id);
    await browser.get("/account/x");
    const claims = await told(id);
    assert.deepEqual([claims.iss, claims.aud], Array(2).fill(`http://${world.hosts[id]}`), id);
    assert.equal("wallet_subject_id" in claims, id === "WALLET");
    assert.equal(claims.vot, id === "WALLET" ? "Cl" : "Cl.Cm");
  }
});

test("t5 when a client is registered for RS256, then it rejects a token of the other algorithm", async () => {
  for (const [fault, status] of [["id-token-alg-not-registered", 500], ["id-token-signature-tampered", 502]]) {
    const browser = world.browser("RSA");
    const callback = await untilCallback(world, browser, "/account");
    await world.provider.fault(fault);
    assert.equal((await browser.get(callback)).status, status, fault);
    assert.equal(browser.session, undefined);
  }
});

test("a request object is signed as the service is registered, and asks for what it needs", async () => {
  for (const [id, alg, scope, level] of [
    ["RSA", "RS256", "openid email phone", "Cl.Cm"], ["PSS", "PS256", "openid email phone", "Cl.Cm"],
    ["WALLET", "RS256", "openid wallet-subject-id", "Cl"],
  ]) {
    const object = new URL(await start(world.browser(id), "/account")).searchParams.get("request");
    assert.equal(decodeProtectedHeader(object).alg, alg, id);
    const claims = decodeJwt(object);
    assert.deepEqual([claims.scope, claims.vtr], [scope, [level]], id);
  }
});

test("when the shared secret is wrong, then no session begins, and no page and no log shows it", async () => {
  const wrong = randomBytes(24).toString("base64url");
  await world.restart({ secrets: { CLIENT_SECRET_SHARED: wrong } });
  const browser = world.browser("SHARED");
  const answer = await browser.get(await untilCallback(world, browser, "/account"));
  assert.equal(answer.status, 500);
  assert.equal(browser.session, undefined);
  assert.ok(!answer.text.includes(wrong) && !world.log.includes(wrong) && !world.log.includes(SECRET));
  const shown = (await world.provider.requests()).map(({ query, headers }) => query + headers.flat().join());
  assert.ok(shown.every((text) => !text.includes(wrong)), "a secret travels in the form alone");
  await world.restart({ secrets: { CLIENT_SECRET_SHARED: SECRET } });
});

test("t88 other paths of the edge's own are as much its own", async () => {
  const host = world.hosts.PATHS;
  assert.equal((await world.raw({ host, target: "/one-login/health" })).status, 200);
  for (const target of ["/one-login", "/one-login/", "/One-Login/x", "/one-login/x", "/SIGNED-IN/back", "/signed-in/back/"]) {
    const { status } = await world.raw({ host, target });
    assert.ok([400, 404].includes(status), `${target}: ${status}`);
  }
  assert.equal((await world.raw({ host, target: "/auth/health" })).status, 401, "the usual path is the origin's there");
  assert.deepEqual(await world.origins.PATHS.requests(), []);
});
