// Two isolates of the Worker at once, as at two locations: they share only the accounts. Data in the memory of one
// must not keep a person signed in at the other, or let anything happen twice.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NAVIGATION, cookieParts } from "../harness/browser.mjs";
import { nextSecond, signIn, signedIn, untilCallback } from "../harness/journey.mjs";
import { startOrigin } from "../harness/origin.mjs";
import { elsewhere, untilDead } from "../harness/revocation.mjs";
import { request } from "../harness/wire.mjs";
import { World } from "../harness/world.mjs";

const CHECK_SECONDS = 2;
const BOUND_MS = (CHECK_SECONDS + 1) * 1_000;
const FORM = [["Content-Type", "application/x-www-form-urlencoded"]];
let world;
let listener;
let caught;

before(async () => {
  // Notifications do not reach the Worker by themselves, so that a test chooses the isolate that gets them.
  listener = await startOrigin({
    "/": (request, response) => {
      caught = "";
      request.on("data", (chunk) => (caught += chunk)).on("end", () => response.end());
    },
  });
  const registration = { back_channel_logout_uri: `${listener.url}/` };
  const service = { host: "localhost", revocation_check_seconds: CHECK_SECONDS, registration };
  world = await World.start({ engine: "workerd", services: { DEMO: service }, twice: true });
});
beforeEach(async () => {
  await world.clear();
  await nextSecond();
});
after(async () => {
  await world?.stop();
  await listener?.stop();
});

/** The notification that the provider would post about this browser's person. */
async function notification(browser) {
  const { sub } = (await browser.fetch("/whoami")).json;
  assert.equal((await world.provider.notify({ client_id: "demo", sub })).status, 200);
  return caught;
}

const post = (port, body) =>
  request(port, { method: "POST", target: "/auth/backchannel-logout", host: world.host, headers: FORM, body });

const opens = async (browser) => (await browser.get("/account")).status === 200;

test("t47 a notification that arrives in one isolate ends the session in the other within the bound", async () => {
  const browser = await signedIn(world);
  const copy = elsewhere(world, browser);
  assert.deepEqual([await opens(browser), await opens(copy)], [true, true]);
  await nextSecond();
  assert.equal((await post(world.port, await notification(browser))).status, 200);
  const { dead } = await untilDead([browser, copy]);
  assert.ok(dead <= BOUND_MS, `${dead} ms`);
});

test("t27 one callback in two isolates at once begins one session", async () => {
  const here = world.browser();
  const callback = await untilCallback(world, here, "/account");
  const there = elsewhere(world, here);
  const answers = await Promise.all([here.get(callback), there.get(callback)]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 400], answers.map(({ text }) => text).join());
  const sessions = [here, there].filter(({ session }) => session !== undefined);
  assert.equal(sessions.length, 1);
  await sleep(BOUND_MS);
  assert.ok(await opens(elsewhere(world, sessions[0])));
});

test("t78 when both isolates get duplicates of one notification, then they accept all and end only sessions from before it", async () => {
  const browser = await signedIn(world);
  const copy = elsewhere(world, browser);
  await nextSecond();
  const body = await notification(browser);
  const ports = Array.from({ length: 20 }, (_, n) => (n % 2 ? world.port : world.elsewhere));
  assert.deepEqual(new Set((await Promise.all(ports.map((port) => post(port, body)))).map(({ status }) => status)), new Set([200]));
  await sleep(BOUND_MS);
  assert.deepEqual([await opens(browser), await opens(copy)], [false, false]);
  await signIn(world, browser);
  assert.equal((await post(world.elsewhere, body)).status, 200);
  await sleep(BOUND_MS);
  assert.ok(await opens(elsewhere(world, browser)), "the same word again ends nothing new");
});

test("t50 no two cookies of two isolates have a nonce or a state in common, not even in part", async () => {
  const rounds = 25;
  const [nonces, states] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const ports = Array.from({ length: 20 }, (_, n) => (n % 2 ? world.port : world.elsewhere));
    const start = (port) => request(port, { target: "/account", host: world.host, headers: NAVIGATION });
    for (const answer of await Promise.all(ports.map(start))) {
      assert.equal(answer.status, 302);
      const { name, value } = answer.all("set-cookie").map(cookieParts).find((cookie) => cookie.name.includes("attempt"));
      // Behind version and generation stand 24 random bytes; eight of them are enough never to meet again.
      nonces.push(Buffer.from(value, "base64url").subarray(2, 10).toString("hex"));
      states.push(name.slice(-8));
    }
  }
  assert.deepEqual([new Set(nonces).size, new Set(states).size], [20 * rounds, 20 * rounds]);
});

test("t83 when these tests have run, then no log line has personal data", () => assert.deepEqual(world.leaks(), []));
