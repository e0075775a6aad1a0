// The measured time until a session has ended everywhere. Sessions outlive a restart of the Worker and a rotation of
// its keys. An ended session stays ended for every copy of its cookie, also when all storage is lost.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { nextSecond, onToProvider, signIn, signOut, signedIn, untilCallback } from "../harness/journey.mjs";
import { sessionKey } from "../harness/keys.mjs";
import { ASSERTION_SECONDS, ENDINGS, elsewhere, ended, untilDead } from "../harness/revocation.mjs";
import { World } from "../harness/world.mjs";

/** How long a session is relied on before the account is asked again; by default it is a minute. */
const CHECK_SECONDS = 2;
/** Seconds are whole ones in cookies, and the last question takes a moment. */
const BOUND_MS = (CHECK_SECONDS + 1) * 1_000;
let world;

before(async () => {
  const service = { host: "localhost", revocation_check_seconds: CHECK_SECONDS, revocation_grace_seconds: 10 };
  world = await World.start({ engine: "workerd", services: { DEMO: service }, twice: true });
});
beforeEach(async () => {
  await world.clear();
  await world.provider.auto("kenneth");
  await nextSecond();
});
after(() => world?.stop());

const opens = async (browser) => (await browser.get("/account")).status === 200;

const dead = async (...browsers) => (await untilDead(browsers)).dead;

for (const [n, ending] of ENDINGS.entries()) {
  test(`t47 after a ${ending.name} every copy of the cookie is dead within the bound, in both isolates, and nobody else is`, async (t) => {
    await world.provider.auto("amal");
    const amal = await signedIn(world);
    const persona = ["kenneth", "sian"][n % 2];
    const { measured, survivor } = await ended(world, ending, persona);
    const { passed, dead, believed } = await measured;
    t.diagnostic(`every copy was dead within ${dead} ms; the bound is ${BOUND_MS} ms`);
    assert.ok(passed <= CHECK_SECONDS * 1_000, `passed after ${passed} ms`);
    assert.ok(dead <= BOUND_MS, `${dead} ms`);
    assert.ok(believed <= (CHECK_SECONDS + ASSERTION_SECONDS) * 1_000, `believed for ${believed} ms`);
    for (const other of [amal, survivor].filter(Boolean)) assert.ok(await opens(other));
    await sleep(BOUND_MS);
    for (const other of [amal, survivor].filter(Boolean)) assert.ok(await opens(elsewhere(world, other)));
  });
}

test("t47 rejects a cookie that was copied before a sign-out, for scripts and at every repetition", async () => {
  const browser = await signedIn(world);
  const idle = browser.copy();
  await signOut(browser);
  await dead(browser.copy(), elsewhere(world, idle));
  for (let n = 0; n < 40; n += 1) assert.equal((await elsewhere(world, idle).fetch("/account")).status, 401);
});

test("t81 one's own sign-out, and the provider's notification of it, which comes before the browser is back", async () => {
  const browser = await signedIn(world);
  const other = await signedIn(world);
  const back = await onToProvider(world, browser, await signOut(browser));
  assert.deepEqual((await world.provider.delivered()).map(({ status }) => status), [200]);
  assert.match((await browser.get(back)).text, /You have signed out/);
  // The provider's word is about the person: it names no session, so that all of them end.
  assert.ok((await dead(other)) <= BOUND_MS);
  await nextSecond();
  await signIn(world, browser);
  assert.ok(await opens(browser));
});

test("t49 t71 when the Worker restarts, then the accounts keep their entries", async () => {
  const [live, ended] = [await signedIn(world), await signedIn(world)];
  const copy = ended.copy();
  await signOut(ended);
  await world.restart();
  await sleep(BOUND_MS);
  assert.ok(await opens(live));
  assert.equal(await opens(copy), false);
  await world.restart();
  assert.ok(await opens(live), "the renewed cookie says when it was checked");
});

test("t47 when the accounts' storage was emptied, then neither ended sessions nor live ones are accepted", async () => {
  const [live, ended] = [await signedIn(world), await signedIn(world)];
  const copy = ended.copy();
  await signOut(ended);
  await world.restart({ forgetful: true });
  await sleep(BOUND_MS);
  assert.deepEqual([await opens(live.copy()), await opens(copy)], [false, false]);
  await signIn(world, live);
  await sleep(BOUND_MS);
  assert.ok(await opens(live));
});

test("t49 the session key is changed twice, and a session that is in use outlives both", async () => {
  const browser = await signedIn(world);
  const forgotten = browser.copy();
  const first = browser.session;
  const rotate = async (generation) => {
    // A new generation opens everywhere before it seals anywhere.
    await world.restart({ secrets: { [`SESSION_KEY_${generation}`]: sessionKey() } });
    await sleep(BOUND_MS);
    assert.ok(await opens(browser));
    await world.restart({ variables: { SESSION_KEY_ACTIVE: generation } });
    await sleep(BOUND_MS);
    assert.ok(await opens(browser), `generation ${generation} has taken over`);
  };
  await rotate("B");
  const second = browser.session;
  await rotate("A");
  assert.equal(new Set([first, second, browser.session]).size, 3);
  // The Worker no longer has the first key. A cookie of that key is no session; it leads to the sign-in, not to an error.
  assert.equal((await forgotten.get("/account")).status, 302);
  assert.equal(forgotten.session, first, "such a cookie is not deleted");
  // Without its key the edge cannot open the ID token hint, so the person stays at the provider; the session still ends.
  const copy = browser.copy();
  const { location } = await signOut(browser);
  assert.equal(location, `${world.provider.url}/logout`);
  await sleep(BOUND_MS);
  assert.equal(await opens(copy), false);
});

test("t49 one change of the session key keeps the way back from the provider", async () => {
  const browser = await signedIn(world);
  const other = world.variables.SESSION_KEY_ACTIVE === "B" ? "A" : "B";
  await world.restart({ secrets: { [`SESSION_KEY_${other}`]: sessionKey() }, variables: { SESSION_KEY_ACTIVE: other } });
  const answer = await signOut(browser);
  assert.match(await onToProvider(world, browser, answer), /\/auth\/signed-out\?state=/);
});

test("t46 when a person signs in in a browser with an older session, then that session and its copies end", async (t) => {
  for (const persona of ["kenneth", "sian"]) {
    await world.provider.auto("kenneth");
    await nextSecond();
    // The sign-in began in another tab, before this browser had a session.
    const browser = world.browser();
    const callback = await untilCallback(world, browser, "/account");
    await signIn(world, browser);
    const copy = browser.copy();
    await world.provider.auto(persona);
    const answer = persona === "kenneth" ? await browser.get(callback) : await otherPerson(browser);
    // Another person is told so before they go on.
    assert.equal(answer.status, persona === "kenneth" ? 303 : 200, answer.text);
    assert.notEqual(browser.session, copy.session);
    const took = await dead(copy);
    t.diagnostic(`${persona}: dead within ${took} ms`);
    assert.ok(took <= BOUND_MS, `${took} ms`);
    assert.ok(await opens(browser));
  }
});

/** Another person signs in in a tab without the session's cookie, and the callback arrives in the browser that has it. */
async function otherPerson(browser) {
  const tab = world.browser();
  const callback = await untilCallback(world, tab, "/account");
  tab.cookies.forEach((value, name) => browser.cookies.set(name, value));
  return browser.get(callback);
}

test("t83 when these tests have run, then no log line has personal data", () => assert.deepEqual(world.leaks(), []));
