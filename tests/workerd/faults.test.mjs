// Every dependency of the Worker fails, one after the other: KV, accounts, limiters, the clock, the Worker itself. The
// Worker under test is built from the same code with the feature `fault-injection`. The first test shows that the
// uploaded build has nothing of it.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { FETCH, NAVIGATION } from "../harness/browser.mjs";
import { nextSecond, signIn, signOut, signedIn, subjectOf, untilCallback } from "../harness/journey.mjs";
import { startOrigin } from "../harness/origin.mjs";
import { FAULTY, RELEASED } from "../harness/places.mjs";
import { INJECTION, World } from "../harness/world.mjs";

const PATIENCE_MS = 10_000;
/** Above a minute, after which memory asks KV again. */
const A_WHILE = 90;
/** Protected, and answered by the demo service without a look at who asks. */
const PAGE = "/echo/x";
let world;
let slow;
let passed = 0;

before(async () => {
  slow = await startOrigin({ [PAGE]: (_, response) => setTimeout(() => response.end("at last"), 2_000) });
  // The account is asked at every request, and its silence is never borne.
  const strict = { revocation_check_seconds: 0, revocation_grace_seconds: 0 };
  const services = {
    DEMO: { host: "localhost", ...strict },
    SLOW: { host: "one.localhost", origin: slow.url, ...strict },
    LENIENT: { host: "two.localhost", revocation_check_seconds: 0 },
  };
  world = await World.start({ engine: "workerd", services, injected: true });
});
beforeEach(async () => {
  await world.clear();
  await inject("");
  await nextSecond();
});
after(async () => {
  await world?.stop();
  await slow?.stop();
});

/** Says what fails from now on; the time that has passed in these tests stays passed, here and at the provider. */
async function inject(words, clock = 0) {
  await world.provider.clock(passed);
  await world.inject(`${words} clock+${passed}${clock ? ` clock${clock > 0 ? "+" : ""}${clock}` : ""}`);
}

/** Lets time pass, so that documents in memory are read from KV again. */
async function later() {
  passed += A_WHILE;
  await inject("");
}

/** Waits for something that must not take long, whatever fails. */
async function inTime(what, work) {
  const began = performance.now();
  const outcome = await work;
  const took = performance.now() - began;
  assert.ok(took < PATIENCE_MS, `${what} took ${Math.round(took)} ms`);
  return outcome;
}

const bytes = async (directory, name) => (await fs.readFile(path.join(directory, name))).toString("latin1");

test("t66 when the Worker is built for upload, then it has no switch for faults, and the tests' build has one", async () => {
  for (const name of ["index.js", "index_bg.wasm"]) {
    const released = await bytes(RELEASED, name);
    for (const word of [INJECTION, "panic-later", "a test asked for it"]) assert.ok(!released.includes(word), `${name} holds ${word}`);
  }
  assert.ok((await bytes(FAULTY, "index.js")).includes(INJECTION));
  assert.ok((await bytes(FAULTY, "index_bg.wasm")).includes("panic-later"));
});

// The statuses of a signed-in person's page, of a callback, and of a notification.
const GOES_ON = [200, 303, 200];
const CLOSED = [503, 503, 503];
const CHANGES_NOTHING = [200, 503, 503];

const noted = (event) => world.events.filter((one) => one.event === event).length;

/** Checks every kind of visitor while this fails, and that no stranger gets in. The log notes the failure. */
const beneath = (words, [page, callback, notification], event) => async () => {
  await later();
  const browser = await signedIn(world);
  const sub = await subjectOf(browser);
  const returning = world.browser();
  const address = await untilCallback(world, returning, PAGE);
  await later();
  await world.clear();
  const before = event && noted(event);
  await inject(words);

  const cookie = ["Cookie", "__Host-ol-session=made-up"];
  for (const headers of [NAVIGATION, FETCH]) for (const [method, body] of [["GET"], ["POST", "a=b"]]) {
    const answer = await inTime(method, world.raw({ method, target: PAGE, headers: [...headers, cookie], body }));
    assert.equal(answer.status, method === "GET" && headers === NAVIGATION ? 302 : 401);
  }
  assert.deepEqual(await world.origin.requests(), []);

  const pages = [await inTime("a page", browser.get(PAGE)), await inTime("a script", browser.fetch(PAGE))];
  assert.deepEqual(pages.map(({ status }) => status), [page, page]);
  assert.equal((await world.origin.requests()).length, page === 200 ? 2 : 0);

  const back = await inTime("a callback", returning.get(address));
  assert.deepEqual([back.status, returning.session !== undefined], [callback, callback === 303]);

  const told = await inTime("a notification", world.provider.notify({ client_id: "demo", sub }));
  assert.equal(told.status, notification, JSON.stringify(told));
  assert.equal((await world.raw({ target: "/" })).status, 200, "what is public stays open");
  if (event) assert.ok(await world.told(() => noted(event) > before), `nothing says ${event}`);
};

for (const [words, event] of [
  ["kv-get-throws kv-put-throws", "documents_unreadable"], ["kv-get-hangs kv-put-hangs", "documents_unreadable"],
  ["DOCUMENTS-absent", "documents_unreadable"], ["kv-get-empty"], ["kv-get-stale"], ["kv-get-corrupt", "document_not_authentic"],
]) test(`t68 t69 ${words}: strangers stay out, and everybody else goes on`, beneath(words, GOES_ON, event));

for (const words of [
  "ACCOUNTS-absent", "account-throws", "account-overloaded", "account-hangs", "account-get-throws",
]) test(`t71 t72 ${words}: nobody gets in, and a notification has to come again`, beneath(words, CLOSED));

for (const words of ["account-resets", "account-moves"]) {
  test(`t71 t72 ${words}: who waits for the account is served at the second attempt, and nothing is logged as failed`, async () => {
    await beneath(words, GOES_ON)();
    // The notification was of this second.
    await inject("");
    await nextSecond();
    const browser = await signedIn(world);
    await inject(words);
    const before = world.events.length;
    assert.equal((await browser.get(PAGE)).status, 200);
    assert.ok((await signOut(browser)).location.includes("/logout?id_token_hint="), "the account gave the ID token");
    assert.deepEqual(browser.names.filter((name) => name.startsWith("__Host-ol-ending")), []);
    assert.deepEqual(world.events.slice(before).filter(({ outcome }) => outcome === "failed"), []);
  });
}

for (const words of ["account-put-throws", "account-put-hangs", "account-throws-afterwards"]) {
  test(`t71 t72 ${words}: who is in goes on, nobody signs in, and a notification has to come again`, beneath(words, CHANGES_NOTHING));
}

for (const words of ["SIGN_IN_STARTS-absent REFUSED_NOTIFICATIONS-absent", "limiter-throws", "limiter-hangs"]) {
  test(`t80 ${words}: strangers stay out, and everybody else goes on`, beneath(words, GOES_ON));
}

const EVERYTHING = "kv-get-throws kv-put-throws account-throws limiter-throws";
test("t66 when everything fails at once, then no person gets in", beneath(EVERYTHING, CLOSED));

test("t16 t68 KV that goes on giving an old key set keeps no new key from being found, and no old one alive", async () => {
  await later();
  await signIn(world, world.browser());
  await inject("kv-get-stale");
  await signIn(world, world.browser());
  await world.provider.rotate(false);
  await later();
  await later();
  await inject("kv-get-stale");
  await signIn(world, world.browser());
});

test("t36 t51 when the clock is minutes off, then every session is refused until it is right again", async () => {
  await later();
  const browser = await signedIn(world);
  for (const clock of [-400, -3_600]) {
    await inject("", clock);
    const answer = await inTime("a session from the future", browser.copy().get(PAGE));
    assert.equal(answer.status, 302);
  }
  await inject("", 13 * 3_600);
  assert.equal((await browser.copy().get(PAGE)).status, 302, "and one that has ended by the same clock");
  assert.deepEqual(await world.origin.requests(), []);
  for (const clock of [-400, 400]) {
    await inject("");
    const returning = world.browser();
    const address = await untilCallback(world, returning, PAGE);
    await inject("", clock);
    const answer = await inTime("a callback", returning.get(address));
    assert.ok(answer.status >= 400, String(answer.status));
    assert.equal(returning.session, undefined, `${clock} s`);
  }
  await inject("");
  assert.equal((await browser.get(PAGE)).status, 200);
});

/** Asks for a page 1,000 times, fifty times at once, as each of several people in turn; gives how long it took in all. */
async function thousand(people) {
  const began = performance.now();
  for (let made = 0; made < 1_000; made += 50) {
    const batch = Array.from({ length: 50 }, (_, n) => people[n % people.length].copy().fetch(PAGE));
    for (const { status } of await Promise.all(batch)) assert.equal(status, 200);
  }
  return performance.now() - began;
}

for (const [words, label] of [["account-throws", "unreachable"], ["account-hangs", "timed_out"]]) {
  test(`t71 ${words}: of 1,000 requests that pass a few wait, and two lines say how many they were`, async () => {
    const people = [];
    for (const persona of ["kenneth", "sian", "amal", "mo", "olivia"]) {
      await world.provider.auto(persona);
      people.push(await signedIn(world, "LENIENT"));
    }
    await world.provider.auto("kenneth");
    await later();
    // Sums of an earlier test are written now.
    for (const person of people) assert.equal((await person.get(PAGE)).status, 200);
    await inject(words);
    const before = world.events.length;
    const unchecked = () => world.events.slice(before).filter(({ event }) => event === "session_unchecked");
    const took = await thousand(people);
    assert.ok(took < PATIENCE_MS, `${Math.round(took)} ms`);
    const first = unchecked();
    assert.deepEqual(first.map((line) => [line.label, line.count]).sort(), [["limited", undefined], [label, undefined]].sort());
    for (const line of first) assert.match(line.person, /^[0-9a-f]{16}$/);
    await later();
    assert.equal((await people[0].get(PAGE)).status, 200);
    assert.ok(await world.told(() => unchecked().length === 4), JSON.stringify(unchecked()));
    const sums = unchecked().slice(2);
    assert.equal(sums.reduce((sum, { count }) => sum + count, 0), 998);
    for (const { person, reference, route, calls } of sums) assert.deepEqual([person, reference, route, calls], Array(4).fill(undefined));
  });
}

test("t71 account-overloaded: when the overload ends, then people who were refused are let in", async () => {
  await later();
  const browser = await signedIn(world);
  await inject("account-overloaded");
  for (let n = 0; n < 100; n += 1) assert.equal((await browser.copy().fetch(PAGE)).status, 503);
  await inject("");
  const ended = performance.now();
  while ((await browser.copy().fetch(PAGE)).status !== 200) assert.ok(performance.now() - ended < 1_500, "it takes longer than a second");
});

/** Requests of every kind that wait for something: their own account, the provider, or a slow origin. */
async function underWay() {
  const waiting = [];
  const people = [];
  for (let n = 0; n < 5; n += 1) {
    people.push(await signedIn(world, "SLOW"));
    const returning = world.browser();
    waiting.push({ returning, address: await untilCallback(world, returning, PAGE) });
  }
  await world.provider.fault("userinfo-hang");
  const begun = (what, browser, work) => ({ what, browser, answer: work.then((answer) => answer, (error) => error) });
  return [
    ...waiting.map(({ returning, address }) => begun("callback", returning, returning.get(address))),
    ...people.map((browser) => begun("page", browser, browser.get(PAGE))),
    ...people.map((browser) => begun("optional", browser, browser.copy().get("/whoami"))),
    ...waiting.map(() => world.browser()).map((browser) => begun("start", browser, browser.get(PAGE))),
  ];
}

for (const kind of ["panic-at-once", "panic-later"]) {
  test(`t66 t87 ${kind}, with twenty others under way: all end within ten seconds, none gets in, the next one passes`, async () => {
    await later();
    const browser = await signedIn(world);
    await world.clear();
    slow.seen.length = 0;
    const others = await underWay();
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const headers = [[INJECTION, `${kind} clock+${passed}`]];
    const answer = await inTime("the one that panics", browser.copy().get(PAGE, headers));
    assert.ok(answer.status >= 500, String(answer.status));
    assert.deepEqual(answer.all("set-cookie"), []);
    assert.deepEqual(await world.origin.paths(), [], "its origin got nothing");

    let lost = 0;
    for (const { what, browser: person, answer: work } of others) {
      const outcome = await work;
      assert.ok(performance.now() - began < PATIENCE_MS, `${what} took ${Math.round(performance.now() - began)} ms`);
      assert.ok(outcome.status !== undefined, `${what}: ${outcome}`);
      if (what === "page") assert.ok(outcome.status >= 500 || outcome.text === "at last", outcome.text);
      else if (what === "callback") assert.ok(outcome.status >= 500, String(outcome.status));
      if (what === "callback" || what === "start") assert.equal(person.session, undefined, what);
      if (outcome.status >= 500) lost += 1;
    }
    assert.ok(lost > 0, "some of them were in the instance that was lost");
    assert.equal(others.length, 20);
    assert.ok(slow.seen.length <= 10);
    await world.provider.fault(null);
    assert.equal((await browser.get(PAGE)).status, 200);
    await signIn(world, world.browser());
    await world.logs("panic", "panicked");
  });
}

test("t66 when a start or a callback panics, then no session begins and the next instance takes a notification", async () => {
  const browser = await signedIn(world);
  const sub = await subjectOf(browser);
  const returning = world.browser();
  const address = await untilCallback(world, returning, PAGE);
  const headers = [[INJECTION, `panic-later clock+${passed}`]];
  for (const [what, person, target] of [["callback", returning, address], ["start", world.browser(), PAGE]]) {
    const answer = await inTime(what, person.get(target, headers));
    assert.ok(answer.status >= 500, `${what}: ${answer.status}`);
    assert.deepEqual(answer.all("set-cookie"), [], what);
  }
  assert.equal(returning.session, undefined);
  const notified = await inTime("a notification", world.provider.notify({ client_id: "demo", sub }));
  assert.equal(notified.status, 200);
  assert.equal((await browser.get(PAGE)).status, 302);
});

test("t83 when these tests have run, then no log line has personal data", () => assert.deepEqual(world.leaks(), []));
