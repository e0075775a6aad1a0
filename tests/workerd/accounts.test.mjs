// Accounts that fail in every way, at every step that asks one. Protected paths stay closed unless the account's
// last answer is still valid, no request takes longer than three seconds, and unfinished work is done later.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { NAVIGATION, cookieParts } from "../harness/browser.mjs";
import { FAULTS } from "../harness/faulty-accounts.mjs";
import { OWN_PAGE, isLive, nextSecond, signIn, signOut, signedIn, untilCallback } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

const ENDING = "__Host-ol-ending";
const PATIENCE_MS = 3_000;
let world;

before(async () => {
  // The account is asked at every request; one service goes on for a while without an answer, the other never does.
  const always = { revocation_check_seconds: 0 };
  const services = {
    DEMO: { host: "localhost", ...always, revocation_grace_seconds: 300 },
    STRICT: { host: "one.localhost", ...always, revocation_grace_seconds: 0 },
  };
  world = await World.start({ engine: "workerd", services, faulty: true });
});
beforeEach(async () => {
  await world.clear();
  await nextSecond();
});
afterEach(() => world?.accounts("sound"));
after(() => world?.stop());

/** Does something and gives its outcome; it must not have taken long. */
async function inTime(work) {
  const began = performance.now();
  const outcome = await work();
  const took = performance.now() - began;
  assert.ok(took < PATIENCE_MS, `it took ${Math.round(took)} ms`);
  return outcome;
}

test("accounts that do not fail are asked, and answer", async () => {
  const browser = await signedIn(world, "STRICT");
  await world.accounts("sound");
  assert.ok(await isLive(browser));
  assert.equal(await world.accounts("sound"), 1);
});

for (const fault of FAULTS) {
  test(`t71 an account that ${fault}: closed without grace, open within it, and nobody on optional paths`, async () => {
    const [strict, lenient] = [await signedIn(world, "STRICT"), await signedIn(world, "DEMO")];
    await world.accounts(fault);
    const page = await inTime(() => strict.get("/echo/x"));
    assert.deepEqual([page.status, page.get("retry-after"), page.get("cache-control")], [503, "30", "no-store"]);
    assert.match(page.get("content-type"), /^text\/html/);
    const script = await inTime(() => strict.fetch("/echo/x"));
    assert.deepEqual([script.status, script.get("content-type"), script.get("retry-after")], [503, "application/problem+json", "30"]);
    assert.deepEqual([...page.all("set-cookie"), ...script.all("set-cookie")], [], "the cookie is good again when the account is");
    assert.deepEqual(await world.origins.STRICT.requests(), []);
    const optional = await inTime(() => strict.get("/echo/optional/x"));
    assert.equal(optional.status, 200);
    assert.ok(!optional.json.headers.some(([name]) => name === "one-login-assertion"));
    const graced = await inTime(() => lenient.get("/echo/x"));
    assert.equal(graced.status, 200);
    await world.logs("session_unchecked");
    await world.accounts("sound");
    assert.deepEqual([await isLive(strict), await isLive(lenient)], [true, true]);
  });

  test(`t71 an account that ${fault}: a sign-in ends with 503 and without a cookie`, async () => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser, "/echo/x");
    await world.accounts(fault);
    const answer = await inTime(() => browser.get(callback));
    assert.deepEqual([answer.status, answer.get("retry-after"), browser.session], [503, "30", undefined]);
    await world.accounts("sound");
    await signIn(world, world.browser());
  });

  test(`t72 an account that ${fault}: a notification is answered 503, and taken when it comes again`, async () => {
    const browser = await signedIn(world);
    // The second try comes after the test has mended the account, and not much later.
    await world.provider.delivery({ retry_delay_seconds: ["hangs", "too-slow"].includes(fault) ? 4 : 1 });
    await world.accounts(fault);
    await inTime(async () => {
      await world.provider.endSessions("kenneth");
      await world.provider.delivered();
    });
    const sent = await world.provider.notifications();
    assert.ok(sent.every(({ status, state }) => status === 503 && state === "will-retry"), JSON.stringify(sent));
    await world.accounts("sound");
    const again = await world.provider.delivered(2 * sent.length);
    assert.ok(again.slice(sent.length).every(({ status, attempt }) => status === 200 && attempt === 2), JSON.stringify(again));
    assert.equal(await isLive(browser), false);
  });
}

for (const fault of ["throws", "panics", "hangs", "answers-nothing", "throws-afterwards"]) {
  for (const everywhere of [false, true]) {
    const where = everywhere ? "everywhere" : "here";
    test(`an account that ${fault}: signing out ${where} ends it for the browser now and for copies later`, async () => {
      const [browser, elsewhere] = [await signedIn(world), await signedIn(world)];
      const copy = browser.copy();
      await world.accounts(fault);
      const answer = await inTime(() => signOut(browser, `/auth/sign-out${everywhere ? "?everywhere" : ""}`));
      assert.ok(answer.location.startsWith(`${world.provider.url}/logout`));
      const kept = answer.all("set-cookie").map(cookieParts).find(({ name }) => name === browser.endings[0]);
      assert.deepEqual(kept.attributes, ["HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax", "Secure"]);
      await world.logs("sign_out_unfinished");
      // Coming back too early changes nothing and loses nothing.
      const early = await inTime(() => browser.get("/auth/signed-out"));
      const heading = everywhere ? "We could not sign you out of all devices" : "We could not finish signing you out";
      assert.equal(early.status, 200);
      assert.ok(early.text.includes(`${heading}</h1>`), early.text);
      assert.equal(browser.endings.length, 1);
      await world.accounts("sound");
      assert.equal((await browser.get("/auth/signed-out")).status, 200);
      assert.deepEqual(browser.names, []);
      assert.equal(await isLive(copy), false);
      // The Worker cannot tell a lost answer from a lost question, but the session has ended.
      assert.equal(await isLive(elsewhere), !everywhere);
    });
  }
}

test("a sign-out that was not finished is finished by the next sign-in as well", async () => {
  const browser = await signedIn(world);
  const copy = browser.copy();
  await world.accounts("answers-nothing");
  await signOut(browser);
  await world.accounts("sound");
  assert.ok(await isLive(copy), "it had not ended yet");
  await signIn(world, browser);
  assert.deepEqual(browser.endings, []);
  assert.equal(await isLive(copy), false);
  assert.ok(await isLive(browser));
});

test("when a sign-out is pending in a browser, then that browser is signed out, whatever the account stores", async () => {
  const browser = await signedIn(world);
  const copy = browser.copy();
  await world.accounts("answers-nothing");
  await signOut(browser);
  // The answers of a page's parts came late, and one of them renewed the cookie.
  browser.session = copy.session;
  assert.equal((await browser.get("/echo/x")).status, 302);
});

test("rejects a pending sign-out that was made up or that belongs to another service", async () => {
  const browser = await signedIn(world);
  const other = await signedIn(world, "STRICT");
  await world.accounts("answers-nothing");
  const copy = other.copy();
  await signOut(other);
  await world.accounts("sound");
  for (const value of [other.cookies.get(other.endings[0]), browser.session, "A".repeat(200), "x"]) {
    const planted = world.browser();
    planted.cookies.set(ENDING, value);
    await planted.get("/auth/signed-out");
    // It may be that of an isolate that is a version ahead, and goes by itself in ten minutes.
    assert.deepEqual(planted.names, [ENDING]);
  }
  assert.deepEqual([await isLive(browser), await isLive(copy)], [true, true]);
});

test("t71 t72 an account that is slow, and not too slow, is waited for in every step", async () => {
  const browser = world.browser("STRICT");
  const callback = await untilCallback(world, browser, "/echo/x");
  await world.accounts("slow");
  assert.equal((await inTime(() => browser.get(callback))).status, 303);
  assert.equal((await inTime(() => browser.get("/echo/x"))).status, 200);
  await inTime(() => signOut(browser));
  assert.deepEqual(browser.endings, []);
  await world.accounts("sound");
  const notified = await signedIn(world);
  const { sub } = (await notified.fetch("/whoami")).json;
  await nextSecond();
  await world.accounts("slow");
  assert.equal((await inTime(() => world.provider.notify({ client_id: "demo", sub }))).status, 200);
  await world.accounts("sound");
  assert.equal(await isLive(notified), false);
});

test("t79 when a notification arrives while a sign-in is being recorded, then it ends the sign-in", async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, "/echo/x");
  const [{ clients }] = (await world.provider.sessions()).slice(-1);
  const { sub } = clients.at(-1);
  await world.accounts("slow");
  const finishing = browser.get(callback);
  await new Promise((resolve) => setTimeout(resolve, 400));
  await world.accounts("sound");
  assert.equal((await world.provider.notify({ client_id: "demo", sub })).status, 200);
  const answer = await finishing;
  // It starts again by itself, once.
  assert.deepEqual([answer.status, answer.get("location")], [303, "/auth/sign-in?return_to=%2Fecho%2Fx"], answer.text);
  assert.equal(browser.session, undefined);
  await world.logs("callback", "signed_out_meanwhile");
});

test("t66 when one person's account is broken, then public paths, pages and other people's sign-ins work", async () => {
  await world.accounts("panics");
  for (let n = 0; n < 5; n += 1) {
    const browser = world.browser();
    browser.session = "A".repeat(200);
    assert.equal((await browser.get("/")).status, 200);
    assert.equal((await browser.get("/auth/health")).status, 200);
    assert.equal((await browser.get("/auth/sign-out", OWN_PAGE)).status, 303);
    assert.equal((await world.raw({ target: "/echo/x", headers: NAVIGATION })).status, 302);
  }
});

test("t47 when a copy of an ended session floods the Worker, then it never opens a page", async () => {
  const browser = await signedIn(world);
  const copy = browser.copy();
  await signOut(browser);
  await world.origin.clear();
  const answers = await Promise.all(Array.from({ length: 120 }, () => copy.copy().fetch("/echo/x")));
  const passed = answers.filter(({ status }) => status === 200).length;
  assert.equal(passed, 0, `${passed} of ${answers.length} requests passed`);
  assert.deepEqual(await world.origin.requests(), []);
});

test("t83 when accounts fail, then no log line has personal data", () => assert.deepEqual(world.leaks(), []));
