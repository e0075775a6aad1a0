// A whole sign-in against an independent provider, whose own checks judge the Worker's requests.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { Browser, NAVIGATION } from "../harness/browser.mjs";
import { start } from "../harness/journey.mjs";
import { clientKey } from "../harness/keys.mjs";
import { PERSON, startOtherProvider } from "../harness/other-provider.mjs";
import { World } from "../harness/world.mjs";

let world;
let other;
let table;

before(async () => {
  // The client's address is known only when the world is there, and the world's issuer only when the provider is.
  world = await World.start({ engine: "workerd", auto: null });
  other = await startOtherProvider({
    client_id: "demo",
    redirect_uris: [`http://${world.host}/auth/callback`],
    // Loopback over http is for native clients by the package's rules.
    application_type: "native",
    response_types: ["code"],
    grant_types: ["authorization_code"],
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "RS256",
    request_object_signing_alg: "RS256",
    require_signed_request_object: true,
    id_token_signed_response_alg: "ES256",
    subject_type: "pairwise",
    jwks_uri: `http://${world.host}/.well-known/jwks.json`,
  });
  const { issuer } = other;
  table = { ...world.variables.SERVICE_DEMO, issuer, identity_issuer: issuer, did_url: `${issuer}.well-known/did.json` };
  await world.restart({ variables: { SERVICE_DEMO: table } });
});
beforeEach(() => (other.errors.length = other.seen.length = 0));
after(async () => {
  await world?.stop();
  await other?.stop();
});

/** The error with which the provider refused a request; it may say so on a page of its own or in a redirect. */
function refusal({ answer, location }) {
  const { searchParams } = new URL(location, other.issuer);
  assert.ok(!searchParams.has("code"));
  assert.ok(answer === undefined || answer.status === 400, answer?.text);
  assert.ok(answer !== undefined || searchParams.has("error"), location);
  return other.errors.join();
}

/** Goes through the provider's own redirects and gives where it sends the browser in the end. */
async function through(address) {
  const host = `127.0.0.1:${other.port}`;
  const person = new Browser(other.port, host);
  let location = address;
  for (let steps = 0; steps < 8 && new URL(location, other.issuer).host === host; steps += 1) {
    const { pathname, search } = new URL(location, other.issuer);
    const answer = await person.send({ target: pathname + search, headers: NAVIGATION });
    if (answer.location === null) return { answer, location };
    location = answer.location;
  }
  return { location };
}

test("t40 oidcc-client-test-discovery-openid-config oidcc-client-test-discovery-jwks-uri-keys: a whole sign-in at other paths", async () => {
  const browser = world.browser();
  const { location } = await through(await start(browser, "/account?a=b"));
  assert.deepEqual(other.errors, []);
  const callback = new URL(location);
  assert.equal(callback.origin + callback.pathname, `http://${world.host}/auth/callback`);
  // It names itself in the answer, which One Login does not: present means that it must be right.
  assert.equal(callback.searchParams.get("iss"), other.issuer);
  const answer = await browser.get(location);
  assert.deepEqual([answer.status, answer.location], [303, "/account?a=b"], JSON.stringify(world.events.at(-1)));
  assert.deepEqual(other.errors, []);
  for (const call of ["GET /.well-known/openid-configuration", "GET /auth", "POST /token", "GET /jwks", "GET /me"]) {
    assert.ok(other.seen.includes(call), call);
  }

  const page = await browser.get("/account");
  assert.equal(page.status, 200);
  assert.ok(page.text.includes(PERSON.email));
  const assertion = (await world.origin.requests()).at(-1).headers.find(([name]) => name === "one-login-assertion")[1];
  const keys = createLocalJWKSet((await world.raw({ target: "/auth/assertion-jwks.json" })).json);
  const { payload } = await jwtVerify(assertion, keys, { typ: "one-login-assertion+jwt" });
  assert.match(payload.sub, /^urn:fdc:gov\.uk:2022:/);
  assert.deepEqual([payload.email, payload.phone_number, payload.phone_number_verified], [PERSON.email, PERSON.phone_number, false]);
});

test("t24 t27 its code is spent once, and only with our verifier", async () => {
  const browser = world.browser();
  const { location } = await through(await start(browser, "/account"));
  const copy = browser.copy();
  assert.equal((await browser.get(location)).status, 303);
  assert.equal((await copy.get(location)).status, 400);
  assert.match(other.errors.join(), /grant\.error/);
  assert.equal(copy.session, undefined);
});

test("t40 its checks are real: a request object that was changed on the way is refused", async () => {
  const address = new URL(await start(world.browser(), "/account"));
  const [head, body, signature] = address.searchParams.get("request").split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  const forged = Buffer.from(JSON.stringify({ ...claims, scope: "openid" })).toString("base64url");
  address.searchParams.set("request", [head, forged, signature].join("."));
  assert.match(refusal(await through(address.href)), /could not validate Request Object/);
});

test("t40 t82 rejects a client assertion or request object signed with another key than the published one", async () => {
  const browser = world.browser();
  const { location } = await through(await start(browser, "/account"));
  const callback = location;
  const right = world.secrets.CLIENT_KEY_DEMO_A;
  // The provider still knows the published key when the Worker comes with another one, first to /token …
  await world.restart({ secrets: { CLIENT_KEY_DEMO_A: JSON.stringify(await clientKey()) } });
  const answer = await browser.get(callback);
  assert.equal(answer.status, 500, answer.text);
  assert.equal(browser.session, undefined);
  assert.match(other.errors.join(), /grant\.error.*invalid_client|client authentication failed/i);
  // … and then with a new request object.
  assert.match(refusal(await through(await start(world.browser(), "/account"))), /could not validate Request Object/);
  await world.restart({ secrets: { CLIENT_KEY_DEMO_A: right } });
});

test("t9 when the discovery document names another issuer, then no person is sent to it", async () => {
  await world.restart({ variables: { SERVICE_DEMO: { ...table, issuer: `http://localhost:${other.port}/` } } });
  const answer = await world.browser().get("/account");
  assert.equal(answer.status, 503);
  assert.equal(answer.location, null);
  await world.restart({ variables: { SERVICE_DEMO: table } });
});

test("the same journey with PS256, which its registration does not allow, ends at the provider", async () => {
  await world.restart({ variables: { SERVICE_DEMO: { ...table, request_signing_alg: "PS256" } } });
  const address = await start(world.browser(), "/account");
  assert.equal(decodeProtectedHeader(new URL(address).searchParams.get("request")).alg, "PS256");
  assert.match(refusal(await through(address)), /preregistered alg must be used/);
});
