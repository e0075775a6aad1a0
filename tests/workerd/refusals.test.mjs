// Every fault of the simulated provider, one at a time. The sign-in ends without a session, without a text of the
// provider on the page, and without a second try. The few faults that a careful client accepts sign in.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DOCUMENTS, SIGN_IN, each } from "../harness/faults.mjs";
import { untilCallback } from "../harness/journey.mjs";
import { request } from "../harness/wire.mjs";
import { World } from "../harness/world.mjs";

let world;

before(async () => {
  world = await World.start();
  // One sign-in fills the copies of the provider's documents, so that each fault meets the step that it is about.
  const browser = world.browser();
  assert.equal((await browser.get(await untilCallback(world, browser, "/account"))).status, 303);
});
after(() => world?.stop());

test("every fault of the simulator's sign-ins and documents has one expectation", async () => {
  const expected = [...each(SIGN_IN), ...each(DOCUMENTS)].map(({ fault }) => fault);
  const ofNotifications = (await world.provider.notificationFaults()).map(({ name }) => name);
  const known = (await world.provider.faults()).filter((fault) => !ofNotifications.includes(fault));
  assert.deepEqual(known.filter((fault) => !expected.includes(fault)), [], "these have no expectation");
  assert.deepEqual(expected.filter((fault) => !known.includes(fault)), [], "these are no faults");
  assert.equal(new Set(expected).size, expected.length);
});

/** The line with a reference, which may be written after the answer has come. */
async function written(reference) {
  for (let waited = 0; ; waited += 25) {
    const event = world.events.find((entry) => entry.reference === reference);
    if (event || waited > 5_000) return event;
    await sleep(25);
  }
}

/** Asserts what a failed sign-in leaves behind, on the page, in the browser, at the provider and in the log. */
async function assertRefused(row, answer, browser, calls) {
  assert.equal(answer.status, row.status, answer.text);
  assert.equal(browser.session, undefined);
  assert.equal(browser.attempts.length, row.keepsAttempt ? 1 : 0);
  assert.match(answer.get("content-type"), /^text\/html/);
  assert.equal(answer.get("cache-control"), "no-store");
  // A busy provider sends `Retry-After`, and the person's page passes it on.
  const busy = /^(token|userinfo)-(429|503)$/.test(row.fault) ? "45" : "30";
  assert.equal(answer.get("retry-after"), row.status === 503 ? busy : null);
  assert.deepEqual(calls, row.calls);
  for (const text of ["Simulated", "svg", "planted", "eyJ", "urn:fdc", "Sorry, there is a problem</h1></body>"]) {
    assert.ok(!answer.text.includes(text), text);
  }
  const [, reference] = answer.text.match(/contact us: ([\w-]+)</);
  const event = await written(reference);
  assert.equal(event?.event, "callback", "the page's reference finds the line in the log");
  assert.match(event.label, /^[a-z_]+$/);
}

/** The calls that were made to the provider after the browser had been there, documents aside. */
async function callsMade() {
  const paths = await world.provider.paths();
  assert.ok(paths.every((path) => !path.startsWith("/canary") && path !== "/.well-known/did.json"), paths.join());
  return paths.filter((path) => path !== "/authorize" && !path.startsWith("/.well-known/"));
}

for (const row of each(SIGN_IN).filter(({ slow }) => !slow)) {
  test(`${row.threats} ${row.fault} ${row.status === 303 ? "signs in" : `ends with ${row.status}`}`, async () => {
    await world.clear();
    await world.provider.fault(row.fault);
    const browser = world.browser();
    const answer = await browser.get(await untilCallback(world, browser, "/account"));
    await world.provider.fault(null);
    if (row.status === 303) {
      assert.equal(answer.status, 303, answer.text);
      assert.deepEqual(await callsMade(), row.calls);
      assert.equal((await browser.get("/account")).status, 200);
      return;
    }
    await assertRefused(row, answer, browser, await callsMade());
    assert.deepEqual(await world.origin.paths(), []);
    assert.equal((await browser.get("/account")).status, 302, "no person is signed in");
  });
}

test("t35 t38 a provider that hangs or drips is given up after eight seconds, and not asked again", async () => {
  await world.clear();
  const running = [];
  // Each fault is used up by its own sign-in, so that all of them can wait at the same time.
  for (const row of each(SIGN_IN).filter(({ slow }) => slow)) {
    const browser = world.browser();
    const callback = await untilCallback(world, browser, "/account");
    const before = (await world.provider.paths()).length;
    const reached = async () => {
      const since = (await world.provider.paths()).slice(before);
      return row.calls.every((path) => since.includes(path));
    };
    await world.provider.fault(row.fault, 1);
    const began = Date.now();
    running.push(browser.get(callback).then((answer) => ({ row, browser, answer, took: Date.now() - began })));
    while (!(await reached())) await sleep(20);
  }
  for (const { row, browser, answer, took } of await Promise.all(running)) {
    await assertRefused(row, answer, browser, row.calls);
    assert.ok(took > 7_500 && took < 12_000, `${row.fault} took ${took} ms`);
  }
  assert.deepEqual(await callsMade(), ["/token", "/token", ...["/token", "/userinfo"], ...["/token", "/userinfo"]]);
  assert.deepEqual(await world.origin.paths(), []);
});

test("t55 a claim that cannot be sent whole is absent, and an odd one arrives as it is", async () => {
  for (const [fault, expected] of [
    ["userinfo-email-missing", [undefined, undefined]],
    ["userinfo-email-long", [undefined, undefined]],
    ["userinfo-email-line-end", [undefined, undefined]],
    ["userinfo-email-bidirectional", ["\u202eku.vog@\u{1f600}example", true]],
    ["userinfo-email-unverified", ["kenneth@example.gov.uk", false]],
  ]) {
    await world.clear();
    await world.provider.fault(fault);
    const browser = world.browser();
    await browser.get(await untilCallback(world, browser, "/account"));
    const { json, status } = await browser.fetch("/whoami");
    assert.equal(status, 200, fault);
    assert.deepEqual([json.email ?? undefined, json.email_verified ?? undefined], expected, fault);
  }
});

/** The result of a sign-in when the provider's clock is ahead by these seconds. */
async function signInWithClock(browser, offset) {
  await world.provider.clock(offset);
  const url = new URL((await browser.get("/account")).location);
  const answer = await request(world.provider.port, { target: url.pathname + url.search, host: url.host });
  // A request that seems too old ends on the provider's own page.
  const last = answer.status === 302 ? await browser.get(answer.location) : null;
  await world.provider.clock(0);
  return last?.status ?? "the provider's page";
}

test("t7 t36 clocks that differ by seconds are forgiven, and by more are the operator's problem", async () => {
  for (const [offset, outcome] of [[25, 303], [-25, 303], [100, 500], [-3_600, 502], [3_600, "the provider's page"]]) {
    await world.clear();
    const browser = world.browser();
    assert.equal(await signInWithClock(browser, offset), outcome, `${offset} s`);
    assert.equal(browser.session !== undefined, outcome === 303);
  }
  assert.ok(await world.told((events) => events.some(({ label }) => label === "assertion_expired")), "the log tells a wrong clock from a used code");
});
