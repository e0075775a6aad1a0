// Programs on the host of people: what reaches the service of a request to a route with `access = "api"`.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { signedIn } from "../harness/journey.mjs";
import { ROUTES, World } from "../harness/world.mjs";

let world, browser;

before(async () => {
  const routes = [...ROUTES, { path: "/echo/api/*", access: "api" }];
  world = await World.start({ engine: "workerd", services: { DEMO: { host: "localhost", routes } } });
  browser = await signedIn(world);
});
beforeEach(() => world.clear());
after(() => world?.stop());

const one = (headers, wanted) => headers.filter(([name]) => name === wanted).map(([, value]) => value);

test("t145 when a program brings Authorization, then it reaches the service as it came and no session with it", async () => {
  const value = 'Bearer "a",b==;  c';
  for (const method of ["GET", "POST", "DELETE"]) {
    const headers = [
      ...NAVIGATION, ["Authorization", value], ["Cookie", `own=kept; ${browser.cookie}`], ["One-Login-Assertion", "forged"],
      ["one_login_subject", "forged"],
    ];
    const answer = await world.raw({ target: "/echo/api/x", method, headers, body: method === "POST" ? "x" : undefined });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.get("set-cookie"), null);
    assert.match(answer.get("cache-control"), /no-store/);
    const [reached] = await world.origin.requests();
    assert.deepEqual(one(reached.headers, "authorization"), [value]);
    assert.deepEqual(one(reached.headers, "cookie"), ["own=kept"]);
    assert.doesNotMatch(JSON.stringify(reached), /forged/);
    await world.origin.clear();
  }
});

test("t145 rejects a program without Authorization, and nothing reaches the service", async () => {
  const answer = await browser.get("/echo/api/x");
  assert.equal(answer.status, 401);
  assert.deepEqual([answer.get("www-authenticate"), answer.get("content-type")], [`Bearer realm="${world.host}"`, "application/problem+json"]);
  assert.equal(JSON.parse(answer.text).status, 401);
  assert.deepEqual([answer.location, answer.get("set-cookie")], [null, null]);
  assert.deepEqual(await world.origin.requests(), []);
  await world.logs("refused", "no_authorization");
});
