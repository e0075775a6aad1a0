// Arrival, with the built Worker: a new session reaches the arrival path first, and goes on to the page that was wanted.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { decodeJwt } from "jose";
import { cookieParts } from "../harness/browser.mjs";
import { OWN_PAGE, signIn, signOut } from "../harness/journey.mjs";
import { ROUTES, World } from "../harness/world.mjs";

const PLACE = "__Host-ol-arrival";
let world;

before(async () => {
  const routes = [...ROUTES, { path: "/echo/terms/*", release: ["email"] }];
  const services = {
    DEMO: { host: "localhost", arrival: "/echo/terms/welcome", routes },
    PLAIN: { host: "plain.localhost" },
  };
  world = await World.start({ engine: "workerd", services });
});
beforeEach(() => world.clear());
after(() => world?.stop());

/** The `arrival` of the assertion of the last request that reached the service. */
async function said() {
  const { headers } = (await world.origin.requests()).at(-1);
  return decodeJwt(headers.find(([name]) => name === "one-login-assertion")[1]).arrival;
}

const leads = (answer) => [answer.status, answer.location];

test("when a session is new, then the arrival path comes first and the wanted page after it", async () => {
  const browser = world.browser();
  const { answer } = await signIn(world, browser, "/account?a=b");
  assert.equal(answer.location, "/echo/terms/welcome");
  const kept = answer.all("set-cookie").map(cookieParts).find(({ name }) => name === PLACE);
  assert.deepEqual(kept.attributes, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
  assert.doesNotMatch(Buffer.from(kept.value, "base64url").toString("latin1"), /account/);
  assert.equal((await browser.get(answer.location)).status, 200);
  assert.equal(await said(), true);
  assert.deepEqual(leads(await browser.get("/account?c=d")), [303, "/echo/terms/welcome"]);
  assert.equal((await browser.fetch("/account")).status, 200);
  assert.equal(await said(), true);

  const own = [...OWN_PAGE, ["Origin", `http://${world.host}`]];
  const headers = [["Sec-Fetch-Dest", "document"], ["Sec-Fetch-Mode", "navigate"], ...own];
  const on = await browser.send({ method: "POST", target: "/auth/arrived", headers });
  assert.deepEqual(leads(on), [303, "/account?c=d"]);
  assert.equal((await browser.get("/account?c=d")).status, 200);
  assert.equal(await said(), undefined);
  await world.logs("arrival", "held_back");
  await world.logs("arrival", "arrived");
  await signOut(browser);
  assert.ok(!browser.names.includes(PLACE));
});

test("t136 a link of another site skips nothing, and another service's place is not followed", async () => {
  const browser = world.browser();
  await signIn(world, browser, "/account?a=b");
  for (const site of ["cross-site", "same-site"]) {
    const answer = await browser.get("/auth/arrived", [["Sec-Fetch-Site", site]]);
    assert.deepEqual([answer.status, answer.get("refresh")], [200, "0; url=/echo/terms/welcome"], site);
  }
  assert.deepEqual(leads(await browser.get("/account")), [303, "/echo/terms/welcome"]);
  const plain = world.browser("PLAIN");
  const { answer } = await signIn(world, plain, "/account?a=b");
  assert.equal(answer.location, "/account?a=b");
  plain.cookies.set(PLACE, browser.cookies.get(PLACE));
  assert.equal((await plain.get("/auth/arrived", OWN_PAGE)).status, 404);
  browser.cookies.set(PLACE, "//evil.example");
  assert.deepEqual(leads(await browser.get("/auth/arrived", OWN_PAGE)), [303, "/"]);
});
