// Chromium with its back/forward cache on: two people at one computer, and a service that lets their browser keep each page
// for ten minutes.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { inChromium } from "../harness/chromium.mjs";
import { nextSecond } from "../harness/journey.mjs";
import { startOrigin } from "../harness/origin.mjs";

let world, service, person, origin;

/** A page that names its person, kept as the service says; each answer of the service has a number. */
const page = (caching) => (request, response) => {
  const [, claims] = (request.headers["one-login-assertion"] ?? "").split(".");
  const { sub } = claims === undefined ? {} : JSON.parse(Buffer.from(claims, "base64url"));
  const number = origin.seen.length;
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", ...(caching && { "Cache-Control": caching }) });
  response.end(`<!DOCTYPE html><html lang="en"><title>Page</title><h1>For ${sub ?? "anybody"}, ${number}</h1>
    <a href="/account">Account</a> <a href="/plain">Plain</a> <a href="/auth/sign-out">Leave</a>
    <form action="/auth/sign-out" method="post"><button>Sign out</button></form>`);
};

async function settings() {
  origin = await startOrigin({
    "/": page("public, max-age=60"),
    "/account": page("private, max-age=600"),
    "/plain": page(),
    "/unkept": page("private, max-age=600"),
  });
  const routes = [{ path: "/", access: "public" }, { path: "/unkept", cache: "none" }];
  const DEMO = { host: "localhost", origin: origin.url, revocation_check_seconds: 0, routes };
  return { auto: null, services: { DEMO } };
}

inChromium(settings, (made) => ({ world, service, person } = made), { backForward: true });
after(() => origin?.stop());
beforeEach(async () => {
  await world.clear();
  await nextSecond();
});

async function choose(tab, name) {
  await tab.waitForURL(`${world.provider.url}/authorize**`);
  await tab.locator(`input[type=radio][value=${name}]`).check();
  await tab.getByRole("button", { name: "Continue" }).click();
}

/** A person who is signed in and has seen each of these pages. */
async function seen(name, ...places) {
  const { page: tab } = await person();
  await tab.goto(`${service}/`);
  await tab.goto(service + places[0]);
  await choose(tab, name);
  await tab.waitForURL(service + places[0]);
  const headings = [await tab.textContent("h1")];
  for (const place of places.slice(1)) {
    await tab.goto(service + place);
    headings.push(await tab.textContent("h1"));
  }
  return { tab, headings, whom: headings[0].split(",")[0] };
}

/** Asserts that no step back shows a page that names this person. */
async function assertNothingBehind(tab, whom, about, first = 1) {
  for (let steps = 1; steps <= 6; steps += 1) {
    await tab.goBack({ waitUntil: "load" }).catch(() => {});
    if (steps < first) continue;
    const text = tab.url().startsWith(service) ? await tab.textContent("body") : "";
    assert.ok(!text.includes(whom), `${about}: ${tab.url()} after ${steps} steps`);
  }
}

for (const [way, leave] of [
  ["a button", (tab) => tab.getByRole("button", { name: "Sign out" }).click()],
  ["a link", (tab) => tab.getByRole("link", { name: "Leave" }).click()],
]) {
  test(`t47 t92 after signing out by ${way} Back shows nothing personal, and the next person gets their own page`, async () => {
    const { tab, headings, whom } = await seen("kenneth", "/account", "/plain", "/account", "/plain", "/account");
    // Chromium keeps a page for those who come from another site apart, so that the first visit does not count.
    assert.equal(headings[4], headings[2], "the browser kept the page, as the service allows");
    await leave(tab);
    await tab.waitForURL(`${service}/auth/signed-out?**`);
    await tab.waitForLoadState("networkidle");
    await assertNothingBehind(tab, whom, way);
    await world.provider.delivered();
    await nextSecond();
    await tab.goto(`${service}/account`);
    await choose(tab, "amal");
    await tab.waitForURL(`${service}/account`);
    assert.ok(!(await tab.textContent("h1")).includes(whom));
  });
}

test("t47 t92 when another person takes over a browser then they are not shown pages that it kept of the first one", async () => {
  const { page: late, context } = await person();
  // This tab waits at One Login while the first person signs in in another one.
  await late.goto(`${service}/account`);
  await late.waitForURL(`${world.provider.url}/authorize**`);
  const tab = await context.newPage();
  await tab.goto(`${service}/account`);
  await choose(tab, "kenneth");
  await tab.waitForURL(`${service}/account`);
  for (const place of ["/plain", "/account"]) await tab.goto(service + place);
  const [whom] = (await tab.textContent("h1")).split(",");
  await choose(late, "amal");
  await late.getByRole("heading", { name: "You are signed in with a different GOV.UK One Login" }).waitFor();
  await late.waitForLoadState("networkidle");
  await late.goto(`${service}/account`);
  assert.match(await late.textContent("h1"), /^For /);
  assert.ok(!(await late.textContent("h1")).includes(whom));
});

test("t63 when a route allows no storage, then the browser asks the service at each visit", async () => {
  const { headings } = await seen("kenneth", "/unkept", "/plain", "/unkept", "/plain", "/unkept");
  assert.equal(new Set([headings[0], headings[2], headings[4]]).size, 3, headings.join());
});

test("t47 a session that ended elsewhere leaves nothing behind it once the browser is told", async () => {
  const { tab, whom } = await seen("kenneth", "/account", "/plain");
  await world.provider.endSessions("kenneth");
  await world.provider.delivered();
  await tab.goto(`${service}/plain?again`);
  await tab.waitForURL(`${world.provider.url}/authorize**`);
  // The page that was on the screen comes back once more in Chromium; the page before it does not.
  await assertNothingBehind(tab, whom, "ended elsewhere", 2);
});
