// Late answers of an origin, in two isolates: the person signs out or in while they are on their way. The browser keeps
// the newer state, and no earlier answer undoes it.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeJwt } from "jose";
import { FETCH } from "../harness/browser.mjs";
import { nextSecond, signOut, signedIn, untilCallback } from "../harness/journey.mjs";
import { startOrigin } from "../harness/origin.mjs";
import { elsewhere } from "../harness/revocation.mjs";
import { World } from "../harness/world.mjs";

const CHECK_SECONDS = 2;
const held = [];
let world;
let origin;

const said = ({ headers }) => decodeJwt(headers["one-login-assertion"]);

before(async () => {
  origin = await startOrigin({
    "/account": (request, response) => response.end(JSON.stringify(said(request))),
    "/account/held": (request, response) => held.push(() => response.end(JSON.stringify(said(request)))),
  });
  const service = { host: "localhost", origin: origin.url, revocation_check_seconds: CHECK_SECONDS };
  world = await World.start({ engine: "workerd", services: { DEMO: service }, twice: true });
});
beforeEach(async () => {
  await world.clear();
  await world.provider.auto("kenneth");
  await nextSecond();
});
after(async () => {
  held.splice(0).forEach((release) => release());
  await world?.stop();
  await origin?.stop();
});

/** Requests of five tabs in both isolates, each of which renews the session, and whose answers do not come yet. */
async function onTheirWay(browser) {
  await sleep((CHECK_SECONDS + 1) * 1_000);
  const tabs = [browser, elsewhere(world, browser)].flatMap((tab) => Array.from({ length: 5 }, () => tab.copy()));
  const answers = tabs.map((tab) => tab.fetch("/account/held"));
  while (held.length < tabs.length) await sleep(10);
  return async () => {
    held.splice(0).forEach((release) => release());
    for (const answer of await Promise.all(answers)) {
      assert.equal(answer.status, 200);
      assert.ok(answer.all("set-cookie").length > 0, "it renews the session as it was");
      browser.keep(answer);
    }
  };
}

/** The person's e-mail address that the service gets from each isolate, or the status of a refusal. */
async function told_of(browser) {
  const answers = [browser.copy(), elsewhere(world, browser)].map((tab) => tab.send({ target: "/account", headers: FETCH }));
  return (await Promise.all(answers)).map(({ status, json }) => (status === 200 ? json.email : status));
}

for (const query of ["", "?everywhere"]) {
  test(`t110 whoever signs out${query} stays signed out, whatever was on its way in ten tabs`, async () => {
    const browser = await signedIn(world);
    const arrive = await onTheirWay(browser);
    await signOut(browser, `/auth/sign-out${query}`);
    await arrive();
    assert.ok(browser.session, "the cookie is back");
    assert.deepEqual(await told_of(browser), [401, 401]);
    assert.equal((await browser.get("/account")).status, 302);
    assert.equal(browser.session, undefined, "and goes with the next answer");
  });
}

test("t110 t46 when another person signs in, then late answers of ten tabs never bring the first person back", async () => {
  const browser = await signedIn(world);
  const arrive = await onTheirWay(browser);
  await world.provider.auto("amal");
  const tab = world.browser();
  const callback = await untilCallback(world, tab, "/account");
  for (const name of tab.attempts) browser.cookies.set(name, tab.cookies.get(name));
  assert.match((await browser.get(callback)).text, /You are signed in with a different GOV\.UK One Login/);
  await arrive();
  assert.deepEqual(await told_of(browser), ["amal@example.gov.uk", "amal@example.gov.uk"]);
  await browser.get("/account");
  const sessions = [...browser.cookies.keys()].filter((name) => name.startsWith("__Host-ol-session"));
  assert.equal(sessions.length, 1, "nothing of the first is left");
});

test("t110 when the first person had signed out, then their late answers have no effect on the second person", async () => {
  const browser = await signedIn(world);
  const arrive = await onTheirWay(browser);
  await signOut(browser);
  await world.provider.auto("amal");
  browser.elsewhere = undefined;
  assert.equal((await browser.get(await untilCallback(world, browser, "/account"))).status, 303);
  await arrive();
  assert.deepEqual(await told_of(browser), ["amal@example.gov.uk", "amal@example.gov.uk"]);
});

test("t110 t47 when One Login has ended a session, then late answers do not bring it back", async () => {
  const browser = await signedIn(world);
  const arrive = await onTheirWay(browser);
  await world.provider.endSessions("kenneth");
  await world.provider.delivered();
  await sleep((CHECK_SECONDS + 1) * 1_000);
  assert.equal((await browser.get("/account")).status, 302);
  await arrive();
  assert.deepEqual(await told_of(browser), [401, 401]);
});
