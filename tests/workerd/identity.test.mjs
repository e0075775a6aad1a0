// Proving an identity through the built Worker: signing in first, the identity as a second request, what the service is
// told, and everything that goes otherwise.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { authorise, nextSecond, signedIn, start } from "../harness/journey.mjs";
import { ROUTES, World } from "../harness/world.mjs";

const CLAIMS = ["coreIdentityJWT", "address", "passport", "drivingPermit", "returnCode"];
const APPLY = "/apply";
let world;

before(async () => {
  const routes = [
    { path: APPLY, level: "Cl.Cm.P2", release: ["coreIdentity", "address"], not_proved: "/apply/not-proved" },
    { path: "/apply/not-proved", access: "optional", release: ["returnCode"] },
    { path: "/account/all", level: "Cl.Cm.P2", release: ["coreIdentity", "address", "passport", "drivingPermit", "returnCode"] },
    ...ROUTES,
  ];
  const DEMO = {
    host: "localhost", routes, registered_claims: CLAIMS, revocation_check_seconds: 1,
    registration: { claims: CLAIMS, client_locs: ["P0", "P2"] },
  };
  world = await World.start({ engine: "workerd", services: { DEMO } });
});
beforeEach(async () => {
  await world.clear();
  await world.provider.fault(null);
  await world.provider.auto("kenneth");
  await nextSecond();
});
after(() => world?.stop());

/** The claims of the request object in an address. */
function asked(address) {
  const [, payload] = new URL(address).searchParams.get("request").split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString());
}

/** Goes from a page to the provider and back, and gives the callback's answer. */
async function round(browser, target) {
  const address = await start(browser, target);
  const back = await authorise(world, address, browser);
  return { claims: asked(address), answer: await browser.get(back) };
}

/** The assertion that the service got last, unverified: the service itself verifies it before it answers 200. */
async function told() {
  const entries = (await world.origin.requests()).filter(({ headers }) => headers);
  const { headers } = entries.at(-1);
  const value = (name) => headers.find(([key]) => key.toLowerCase() === name)?.[1];
  const [, payload] = value("one-login-assertion").split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString());
}

test("t14 when a signed-out person opens an identity route, then they sign in, prove an identity, and the service gets it", async () => {
  const browser = world.browser();
  const first = await round(browser, APPLY);
  assert.deepEqual(first.claims.vtr, ["Cl.Cm"]);
  assert.equal(first.claims.claims, undefined);
  assert.equal(first.answer.status, 303);
  const second = await round(browser, APPLY);
  assert.deepEqual(second.claims.vtr, ["Cl.Cm.P2"]);
  assert.match(JSON.stringify(second.claims.claims), /coreIdentityJWT/);
  assert.equal(second.answer.status, 303);
  const page = await browser.get(APPLY);
  assert.equal(page.status, 200, page.text);
  assert.match(page.text, /KENNETH/i);
  const assertion = await told();
  assert.equal(assertion.vot, "Cl.Cm.P2");
  assert.equal(assertion.identity_claims, "here");
  assert.ok(assertion.coreIdentity.name.length > 0 && assertion.coreIdentity.birthDate.length > 0);
  await browser.get("/account");
  const elsewhere = await told();
  for (const name of ["coreIdentity", "address", "identity_claims"]) assert.equal(elsewhere[name], undefined, name);
});

test("t44 t55 claims that would make the assertion long are in a header of their own, or nowhere", async () => {
  const told = async () => {
    const { headers } = (await world.origin.requests()).filter(({ headers }) => headers).at(-1);
    return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  };
  for (const [codes, place] of [[1, "here"], [45, "header"], [100, "too_large"]]) {
    await world.provider.control("POST", "return-codes", { codes: Array(codes).fill("𠮷é".repeat(10)) });
    const browser = await signedIn(world);
    assert.equal((await round(browser, "/account/all")).answer.status, 303);
    // The service verifies both headers before it answers 200.
    assert.equal((await browser.get("/account/all")).status, 200, place);
    const headers = await told();
    const parsed = (name) => JSON.parse(Buffer.from(headers[name].split(".")[1], "base64url"));
    assert.equal(parsed("one-login-assertion").identity_claims, place);
    assert.ok(headers["one-login-assertion"].length <= 4096);
    assert.equal("one-login-identity" in headers, place === "header");
    if (place === "header") {
      assert.ok(headers["one-login-identity"].length <= 8000);
      assert.equal(parsed("one-login-identity").returnCode.length, codes);
    }
  }
  await world.provider.control("POST", "return-codes", { codes: null });
});

test("t46 a step-up keeps the session, and another tab's older cookie learns of it from the account", async () => {
  const browser = await signedIn(world);
  const tab = browser.copy();
  const { sid } = await browser.get("/account").then(told);
  assert.equal((await round(browser, APPLY)).answer.status, 303);
  assert.equal((await browser.get(APPLY)).status, 200);
  assert.equal((await told()).sid, sid);
  assert.equal((await tab.get(APPLY)).status, 200, "no person proves an identity twice");
});

test("t46 t13 when another person comes back from the step-up, then they do not get the first person's session", async () => {
  const browser = await signedIn(world);
  const first = browser.copy();
  const address = await start(browser, APPLY);
  await world.provider.auto("olivia");
  browser.elsewhere = undefined;
  const answer = await browser.get(await authorise(world, address, browser));
  assert.equal(answer.status, 200);
  assert.match(answer.text, /You are signed in with a different GOV.UK One Login/);
  await nextSecond();
  await nextSecond();
  assert.equal((await first.get("/account")).status, 302, "the first person is out");
});

test("t28 when a person cannot prove an identity, then the route's own page gets the reason, without a loop", async () => {
  await world.provider.auto("farah");
  const browser = await signedIn(world);
  const { answer } = await round(browser, APPLY);
  assert.equal(answer.status, 303);
  assert.equal(new URL(answer.location, "http://x").pathname, "/apply/not-proved");
  const page = await browser.get("/apply/not-proved");
  assert.equal(page.status, 200);
  const assertion = await told();
  assert.equal(assertion.identity_outcome, "not_proved");
  assert.equal(assertion.vot, "Cl.Cm");
  assert.ok(assertion.returnCode.length > 0);
});

for (const fault of ["core-identity-signed-by-stranger", "core-identity-kid-unknown", "did-id-other"]) {
  test(`t18 t20 ${fault}: no identity is believed, and the sign-in of before stays`, async () => {
    const browser = await signedIn(world);
    const back = await authorise(world, await start(browser, APPLY), browser);
    // A document that is fetched already is believed; a new isolate has none, and this KV is gone with the old one.
    if (fault.startsWith("did-")) await world.restart();
    await world.provider.fault(fault);
    const answer = await browser.get(back);
    assert.ok(answer.status >= 500, String(answer.status));
    assert.deepEqual(await world.origin.paths(), []);
    await world.provider.fault(null);
    assert.equal((await browser.get("/account")).status, 200);
    assert.equal((await browser.get(APPLY)).status, 302);
  });
}
