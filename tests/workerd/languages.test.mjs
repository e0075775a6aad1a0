// A journey in Welsh by a person whose browser prefers English. Every page of the edge and of One Login is in Welsh,
// because the address or the page before says so.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { atProvider, nextSecond, untilCallback } from "../harness/journey.mjs";
import { PAGES, HEADINGS } from "../harness/pages.mjs";
import { ROUTES, World } from "../harness/world.mjs";

const ENGLISH = [["Accept-Language", "en-GB,en;q=0.9"]];
const CLAIMS = ["coreIdentityJWT", "address", "passport", "drivingPermit", "returnCode"];
const DEMO = {
  host: "localhost", language_prefix: true, registered_claims: CLAIMS,
  registration: { claims: CLAIMS, client_locs: ["P0", "P2"] },
  routes: [
    { path: "/cy/apply", level: "Cl.Cm.P2", release: ["coreIdentity"] }, { path: "/cy", access: "public" },
    { path: "/cy/account/*" }, ...ROUTES,
  ],
};

let world;

before(async () => {
  world = await World.start({ engine: "workerd", services: { DEMO } });
});
beforeEach(async () => {
  await world.clear();
  await nextSecond();
});
after(() => world?.stop());

/** The name of an answer's page, by its heading in Welsh. */
function page(answer) {
  assert.equal(answer.get("content-language"), "cy", answer.text.slice(0, 300));
  const heading = answer.text.match(/<h1 class="govuk-heading-l">([^<]+)/)[1];
  return PAGES.find((name) => HEADINGS[name].cy === heading) ?? heading;
}

/** The address of a page's link or button. */
const link = ({ text }) => text.match(/<a class="govuk-button" href="([^"]+)"/)[1].replaceAll("&amp;", "&");

/** The language that One Login is asked to speak by an address that leads there. */
function asked(location) {
  const object = new URL(location).searchParams.get("request");
  return JSON.parse(Buffer.from(object.split(".")[1], "base64url")).ui_locales;
}

/** A browser of a person who is signed in on a Welsh page. */
async function inWelsh() {
  const browser = world.browser();
  const first = await browser.get("/cy/account", ENGLISH);
  assert.equal(asked(first.location), "cy");
  const sent = await atProvider(world, browser, first.location);
  assert.equal((await browser.get(sent.location, ENGLISH)).location, "/cy/account");
  return browser;
}

const from = (path) => ["Referer", `http://${world.host}${path}`];

/** A form without fields that a page of the service posts. */
const post = (browser, target, path) => browser.send({
  method: "POST", target,
  headers: [...NAVIGATION, ...ENGLISH, ["Origin", `http://${world.host}`], ["Sec-Fetch-Site", "same-origin"], from(path)],
});

for (const [query, question, done] of [
  ["", "confirm-sign-out", "signed-out"], ["?everywhere", "confirm-sign-out-everywhere", "signed-out-everywhere"],
]) {
  test(`a sign-out that begins on a Welsh page is Welsh to the next sign-in (${question})`, async () => {
    const browser = await inWelsh();
    const asks = await browser.get(`/auth/sign-out${query}`, [...ENGLISH, from("/cy/account")]);
    assert.equal(page(asks), question);
    const action = asks.text.match(/<form method="post" action="([^"]+)"/)[1].replaceAll("&amp;", "&");
    const leads = await post(browser, action, `/auth/sign-out${query}`);
    assert.equal(page(leads), "Rydych yn cael eich allgofnodi");
    const back = await atProvider(world, browser, link(leads));
    const last = await browser.get(back.location, ENGLISH);
    assert.equal(page(last), done);
    const again = await browser.get(link(last), ENGLISH);
    assert.equal(asked(again.location), "cy", "One Login after it");
  });
}

test("a button of the service's own Welsh page signs out in Welsh", async () => {
  const browser = await inWelsh();
  const leads = await post(browser, "/auth/sign-out", "/cy/account");
  assert.equal(page(leads), "Rydych yn cael eich allgofnodi");
  const back = await atProvider(world, browser, link(leads));
  assert.equal(page(await browser.get(back.location, ENGLISH)), "signed-out");
});

test("a session that ended unused is told in Welsh, and so is the sign-in after it", async () => {
  // The address itself names no language: session.js sends the page's.
  const browser = await inWelsh();
  const own = [...ENGLISH, ["Sec-Fetch-Site", "same-origin"]];
  const leads = await browser.get("/auth/sign-out?inactive&lang=cy&return_to=%2Faccount", own);
  assert.equal(leads.status, 303);
  const back = await atProvider(world, browser, leads.location);
  const told = await browser.get(back.location, ENGLISH);
  assert.equal(page(told), "session-ended");
  const again = await browser.get(link(told), ENGLISH);
  assert.equal(asked(again.location), "cy");
});

test("a callback that fails says so in Welsh", async () => {
  const browser = world.browser();
  await world.provider.fault("error-access-denied");
  const callback = await untilCallback(world, browser, "/cy/account");
  const failed = await browser.get(callback, ENGLISH);
  assert.equal(page(failed), "provider-problem");
  await world.clear();
  const again = await browser.get(link(failed), ENGLISH);
  assert.equal(asked(again.location), "cy");
});

test("a person who comes back from a Post Office by a Welsh address stays in Welsh", async () => {
  const browser = world.browser();
  const start = await browser.get("/auth/return?lang=cy", ENGLISH);
  assert.equal(asked(start.location), "cy");
  const sent = await atProvider(world, browser, start.location);
  const shown = await browser.get((await browser.get(sent.location, ENGLISH)).location, ENGLISH);
  assert.equal(page(shown), "continue-identity");
  const onwards = await browser.get(link(shown), ENGLISH);
  assert.equal(asked(onwards.location), "cy");
  const proved = await atProvider(world, browser, onwards.location);
  const last = await browser.get((await browser.get(proved.location, ENGLISH)).location, ENGLISH);
  assert.equal(page(last), "place-forgotten", "this person left no place behind");
});
