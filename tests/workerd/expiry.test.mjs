// Sessions of any age: how long one lasts, when it is renewed, and which levels it opens. The cookies are made here, by a
// second implementation of the seal, because a test cannot wait for twelve hours.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { decodeJwt } from "jose";
import { NAVIGATION, cookieParts } from "../harness/browser.mjs";
import { signedIn } from "../harness/journey.mjs";
import { startOrigin } from "../harness/origin.mjs";
import { hchacha20, seal, session } from "../harness/seal.mjs";
import { ROUTES, World } from "../harness/world.mjs";

const NAME = "__Host-ol-session";
const HOUR = 3_600;
let world;
let origin;

before(async () => {
  origin = await startOrigin({
    "/x": (_, response) => response.writeHead(200, { "set-cookie": ["a=b", "c=d"], "cache-control": "private" }).end("x"),
    "/unchanged": (_, response) => response.writeHead(304).end(),
    "/slow": (_, response) => setTimeout(() => response.end("slow"), 5_500),
  });
  const routes = [...ROUTES, { path: "/simple/*", access: "required", level: "Cl" }];
  const short = { host: "one.localhost", origin: origin.url, session_idle_seconds: 600, session_absolute_seconds: HOUR };
  world = await World.start({ engine: "workerd", services: { DEMO: { host: "localhost", routes }, SHORT: short } });
});
beforeEach(() => world.clear());
after(async () => {
  await world?.stop();
  await origin?.stop();
});

const now = () => Math.floor(Date.now() / 1_000);

/**
 * A session's cookie at a service, made and last used so many seconds ago. Its check time is now: the Worker must not ask
 * the account, which has no record of sessions that are made here.
 */
function cookie(ages, { id = "DEMO", seal: changes, ...rest } = {}) {
  const [made, used] = ages.map((age) => now() - age);
  const binding = `local\0${world.hosts[id]}\0${id.toLowerCase()}`;
  const checked = now() - 5;
  return seal(world.secrets.SESSION_KEY_A, { purpose: "session", binding, ...changes }, session({ made, used, checked, ...rest }));
}

function ask(value, target = "/account", id = "DEMO") {
  return world.raw({ host: world.hosts[id], target, headers: [...NAVIGATION, ["Cookie", `${NAME}=${value}; other=1`]] });
}

/** The renewed session of an answer, if it brings one. */
const renewed = (answer) => answer.all("set-cookie").map(cookieParts).find(({ name }) => name === NAME);

test("the second implementation computes the example of the specification", () => {
  const key = Buffer.from([...Array(32).keys()]);
  const nonce = Buffer.from("000000090000004a0000000031415927", "hex");
  assert.equal(hchacha20(key, nonce).toString("hex"), "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc");
});

test("t47 t51 a session ends an hour after its last use and twelve hours after its start", async () => {
  for (const [ages, status] of [
    [[0, 0], 200], [[30, 30], 200], [[HOUR - 10, HOUR - 10], 200], [[HOUR, HOUR], 302], [[HOUR + 60, HOUR + 60], 302],
    [[2 * HOUR, HOUR - 10], 200], [[12 * HOUR - 10, 30], 200],
    [[12 * HOUR, 0], 302], [[12 * HOUR + 60, 30], 302], [[30 * 24 * HOUR, 0], 302],
  ]) {
    assert.equal((await ask(cookie(ages))).status, status, ages.join());
  }
});

test("t47 a service may choose shorter limits", async () => {
  for (const [ages, status] of [[[500, 500], 200], [[600, 600], 302], [[HOUR - 10, 10], 200], [[HOUR, 10], 302]]) {
    assert.equal((await ask(cookie(ages, { id: "SHORT" }), "/x", "SHORT")).status, status, ages.join());
  }
});

test("t51 rejects a session from the future, except for a small difference of clocks", async () => {
  for (const [ages, status] of [
    [[-20, -20], 200], [[-60, -60], 302], [[0, -60], 302], [[-HOUR, -HOUR], 302], [[-1e9, -1e9], 302],
  ]) {
    assert.equal((await ask(cookie(ages))).status, status, ages.join());
  }
});

test("t48 rejects the same content under another purpose, binding, version or generation", async () => {
  const host = world.hosts.DEMO;
  for (const changes of [
    { purpose: "attempt" }, { binding: `local\0${host}\0other` }, { binding: `integration\0${host}\0demo` },
    { binding: `production\0${host}\0demo` }, { binding: `local\0localhost\0demo` },
    { binding: "" }, { version: 0 }, { version: 2 }, { generation: "B" }, { generation: "C" }, { generation: "a" },
  ]) {
    assert.equal((await ask(cookie([10, 10], { seal: changes }))).status, 302, JSON.stringify(changes));
  }
  for (const rest of [{ format: 0 }, { format: 2 }, { level: 9 }, { subject: "x".repeat(3_500) }]) {
    assert.equal((await ask(cookie([10, 10], rest))).status, 302, JSON.stringify(rest).slice(0, 60));
  }
});

test("t14 when a session has a lower level, then it opens routes of that level and leads to a sign-in for others", async () => {
  const low = cookie([10, 10], { level: 0 });
  assert.equal((await ask(low, "/simple/x")).status, 404, "the origin was asked");
  const higher = await ask(low, "/account");
  assert.equal(higher.status, 302);
  assert.deepEqual(decodeJwt(new URL(higher.location).searchParams.get("request")).vtr, ["Cl.Cm"]);
  assert.equal((await ask(cookie([10, 10]), "/simple/x")).status, 404);
  const first = await world.raw({ target: "/simple/x", headers: NAVIGATION });
  assert.deepEqual(decodeJwt(new URL(first.location).searchParams.get("request")).vtr, ["Cl"]);
  const anybody = await world.raw({ target: "/simple/x", headers: [["Cookie", `${NAME}=${low}`], ["Accept", "*/*"]] });
  assert.equal(anybody.status, 404);
});

test("t51 a session is renewed after a minute of use, and not before", async () => {
  for (const [ages, renews] of [
    [[0, 0], false], [[100, 50], false], [[100, 61], true], [[HOUR - 10, HOUR - 10], true], [[11 * HOUR, 120], true],
  ]) {
    const answer = await ask(cookie(ages));
    assert.equal(answer.status, 200);
    assert.equal(renewed(answer) !== undefined, renews, ages.join());
  }
  const fresh = renewed(await ask(cookie([2 * HOUR, HOUR - 10])));
  assert.deepEqual(fresh.attributes, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
  assert.equal(renewed(await ask(fresh.value)), undefined, "the renewed one is as good as new");
  // Renewing moves the last use and never the start.
  const late = renewed(await ask(cookie([12 * HOUR - 3, 120])));
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  assert.equal((await ask(late.value)).status, 302);
});

test("t51 t110 a renewal goes next to the origin's cookies, also on what is unchanged or slow, and never on what is upgraded or public", async () => {
  const due = () => cookie([300, 300], { id: "SHORT" });
  const [slow, answer, unchanged] = await Promise.all(["/slow", "/x", "/unchanged"].map((target) => ask(due(), target, "SHORT")));
  assert.deepEqual(answer.all("set-cookie").map((line) => cookieParts(line).name), ["a", "c", NAME]);
  // A form that a person goes back to survives, also where its page renewed the session.
  assert.deepEqual([answer.get("cache-control"), slow.get("cache-control")], ["private", "private, no-cache"]);
  assert.notEqual(renewed(unchanged), undefined);
  assert.deepEqual([slow.text, renewed(slow) !== undefined], ["slow", true]);
  const old = cookie([300, 300]);
  assert.deepEqual((await ask(old, "/echo/public/x")).all("set-cookie"), []);
  const upgrade = [
    ["Upgrade", "websocket"], ["Origin", `http://${world.host}`], ["Sec-WebSocket-Version", "13"],
    ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="], ["Cookie", `${NAME}=${old}`],
  ];
  assert.deepEqual((await world.raw({ target: "/echo/x", headers: upgrade })).all("set-cookie"), []);
});

test("the assertion tells the origin when the session ends", async () => {
  const answer = await ask(cookie([HOUR, 30]), "/echo/x");
  const claims = decodeJwt(answer.json.headers.find(([name]) => name === "one-login-assertion")[1]);
  assert.ok(Math.abs(claims.session_exp - (now() + 11 * HOUR)) <= 2);
  assert.equal("auth_time" in claims, false, "what is not known is not said");
});

test("when this implementation seals a session, then the Worker accepts it like a real one", async () => {
  const browser = await signedIn(world);
  assert.equal((await ask(browser.session)).status, (await ask(cookie([0, 0]))).status);
});
