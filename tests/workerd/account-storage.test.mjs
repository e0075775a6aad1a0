// The runtime's part in accounts beyond their answers: alarms, jurisdictions, overload, broken limiters, and stored
// texts that the Worker cannot read. The Worker asks the account at every request.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { isLive, nextSecond, signIn, signOut, signedIn, untilCallback } from "../harness/journey.mjs";
import { seal } from "../harness/seal.mjs";
import { World } from "../harness/world.mjs";

let world;

before(async () => {
  const always = { host: "localhost", revocation_check_seconds: 0, revocation_grace_seconds: 300 };
  world = await World.start({ engine: "workerd", services: { DEMO: always }, faulty: true, variables: { ACCOUNT_JURISDICTION: "eu" } });
});
beforeEach(async () => {
  await world.clear();
  await nextSecond();
});
afterEach(() => world?.accounts("sound"));
after(() => world?.stop());

test("when an account's entries are no longer needed, then its alarms delete them", async () => {
  await world.accounts("time-flies");
  const browser = await signedIn(world);
  const began = Date.now();
  // The attempt is forgotten first, when it could not be repeated anyway, and the session last.
  let woken = [];
  for (let waited = 0; waited < 10_000 && woken.at(-1)?.alarm !== null; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    ({ woken = [] } = await world.noted());
  }
  const { answered } = await world.noted();
  const [first] = answered;
  assert.deepEqual(first.stored, ["account"]);
  const { account } = first;
  assert.deepEqual([account.sessions.length, account.attempts.length], [1, 1]);
  const due = [account.attempts[0].until, account.sessions[0].expires_at].map((at) => at * 1_000);
  assert.equal(first.alarm, due[0]);
  assert.deepEqual(woken.map(({ alarm }) => alarm), [due[1], null]);
  assert.deepEqual(woken[0].account.attempts, []);
  assert.deepEqual(woken[1].stored, [], "nothing is left, not even an empty account");
  assert.ok(due[1] - began <= 43_201_000);
  assert.equal(await isLive(browser), false);
});

test("an alarm that comes early finds nothing to do, and is set again", async () => {
  // The account of another person, which has stored nothing yet.
  await world.provider.auto("sian");
  await world.accounts("wakes-early");
  const browser = await signedIn(world);
  let woken = [];
  for (let waited = 0; waited < 10_000 && woken.length === 0; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    ({ woken = [] } = await world.noted());
  }
  const [{ account, alarm }] = woken;
  const { sessions, attempts } = account;
  assert.deepEqual([sessions.length, attempts.length, alarm], [1, 1, attempts[0].until * 1_000]);
  assert.ok(await isLive(browser));
  await world.provider.auto("kenneth");
});

test("t106 when an alarm fails in every try, then it is set again, so that no sealed value stays for ever", async () => {
  await world.provider.auto("amal");
  await world.accounts("alarm-fails");
  await signedIn(world);
  let failing = [];
  for (let waited = 0; waited < 10_000 && failing.length === 0; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    ({ failing = [] } = await world.noted());
  }
  const [{ info, tries }] = failing;
  assert.deepEqual(info, [0, false], "the runtime says which try it is");
  assert.deepEqual(tries.map(({ retryCount, threw }) => [retryCount, threw]), [[0, true], [1, true], [4, true], [5, false], [6, false]]);
  for (const { threw, anew } of tries) assert.ok(threw ? anew === null : Math.abs(anew - 3_600_000) < 5_000, String(anew));
  await world.provider.auto("kenneth");
});

test("t109 an account object receives as many bytes as it is sent, and nothing of the memory around them", async () => {
  await world.provider.auto("amal");
  await world.accounts("watched");
  await signedIn(world);
  await world.provider.auto("kenneth");
  const { answered = [] } = await world.noted();
  assert.ok(answered.length > 0);
  for (const { question: [sent, received] } of answered) assert.equal(received, sent);
});

test("an account that was only asked stores nothing and sets no alarm", async () => {
  const browser = await signedIn(world);
  await world.accounts("watched");
  for (const target of ["/auth/sign-out?everywhere", "/auth/sign-out"]) {
    const copy = browser.copy();
    await signOut(copy, target);
    assert.equal(await isLive(browser), false);
  }
  const { answered } = await world.noted();
  const last = answered.at(-1);
  const { sessions, attempts } = last.account;
  // Only the attempt is left, until its callback can no longer be repeated; then the alarm deletes it.
  assert.deepEqual([sessions.length, attempts.length, last.alarm], [0, 1, attempts[0].until * 1_000]);
});

test("when a jurisdiction is configured, then every question goes to it", async () => {
  const ask = async () => {
    await nextSecond();
    await world.accounts("sound");
    const browser = await signedIn(world);
    const sub = (await browser.fetch("/whoami")).json.sub;
    assert.ok(await isLive(browser));
    await signOut(browser);
    await world.provider.notify({ client_id: "demo", sub });
    const { attempt } = await world.noted();
    assert.ok(attempt.length >= 4, attempt.join());
    return [...new Set(attempt)];
  };
  assert.deepEqual(await ask(), ["eu"]);
  await nextSecond();
  const browser = await signedIn(world);
  await world.restart({ variables: { ACCOUNT_JURISDICTION: "none" } });
  assert.deepEqual(await ask(), [""]);
  // Accounts of another jurisdiction are other accounts: a change of the jurisdiction signs every person out.
  assert.equal(await isLive(browser), false);
  await world.restart({ variables: { ACCOUNT_JURISDICTION: "eu" } });
  await nextSecond();
});

test("t71 t72 when an account is overloaded, then it is asked once, gives no grace, and gets the notification later", async () => {
  const browser = await signedIn(world);
  const copy = browser.copy();
  const late = world.browser();
  const callback = await untilCallback(world, late, "/echo/x");
  const sub = (await browser.fetch("/whoami")).json.sub;
  await world.clear();
  await world.accounts("overloaded");
  const page = await browser.get("/echo/x");
  assert.deepEqual([page.status, page.get("retry-after"), page.get("cache-control")], [503, "30", "no-store"]);
  assert.equal((await world.noted()).attempt.length, 1, "asking again makes it worse");
  assert.equal((await late.get(callback)).status, 503);
  assert.equal(late.session, undefined);
  assert.equal((await world.provider.notify({ client_id: "demo", sub })).status, 503);
  await signOut(browser);
  assert.equal(browser.endings.length, 1);
  assert.deepEqual(await world.origin.requests(), []);
  await world.logs("sign_out_unfinished", "overloaded");
  await world.logs("notification", "account_overloaded");
  await world.accounts("sound");
  await browser.get("/auth/signed-out");
  assert.deepEqual(browser.endings, []);
  assert.equal(await isLive(copy), false);
});

test("t71 an object that moves or gets new code is asked once more, by a stub of its own, and one that broke is not", async () => {
  const browser = await signedIn(world);
  for (const mode of ["moves", "is-updated"]) {
    await world.accounts(mode);
    assert.equal((await browser.get("/echo/x")).status, 200);
    const { attempt, question } = await world.noted();
    assert.deepEqual([attempt.length, question.length], [2, 1], mode);
  }
  await world.accounts("breaks");
  assert.equal((await browser.get("/echo/x")).status, 200, "it goes on within its grace");
  assert.equal((await world.noted()).attempt.length, 1);
  await world.logs("session_unchecked", "unreachable");
});

for (const [label, mode] of [
  ["damaged", `stores ${JSON.stringify([2, 2])}`], ["damaged", "stores-text <html>"],
  ["other_format", `stores ${JSON.stringify([3, 0, 0])}`], ["other_format", 'stores-text {"format":1,"sessions":[]}'],
]) {
  test(`t49 an account that nobody can read (${label}: ${mode}) has ended every session, and the operator is told`, async () => {
    const browser = await signedIn(world);
    const before = world.events.filter(({ event }) => event === "account_unreadable").length;
    await world.accounts(mode);
    assert.equal(await isLive(browser), false);
    await world.logs("account_unreadable", label);
    const told = world.events.filter(({ event }) => event === "account_unreadable").slice(before);
    assert.deepEqual(told, [{ event: "account_unreadable", outcome: "failed", label }]);
    await world.accounts("sound");
    assert.equal(await isLive(browser), false);
    await signIn(world, browser);
    assert.ok(await isLive(browser), "and a new session is begun as ever");
  });
}

test("t31 t80 when a limiter throws or hangs, then requests pass; when it refuses, then they do not", async () => {
  const start = () => world.raw({ target: "/echo/x", headers: NAVIGATION });
  const form = [["Content-Type", "application/x-www-form-urlencoded"]];
  const rubbish = () => world.raw({ method: "POST", target: "/auth/backchannel-logout", body: "logout_token=x", headers: form });
  for (const [mode, statuses] of [["limiter-throws", [302, 400]], ["limiter-hangs", [302, 400]], ["limiter-refuses", [429, 429]]]) {
    await world.accounts(mode);
    const began = performance.now();
    assert.deepEqual([(await start()).status, (await rubbish()).status], statuses, mode);
    assert.ok(performance.now() - began < 3_000, mode);
    assert.deepEqual((await world.noted()).limited, ["string", "string"], mode);
  }
});

test("t34 t75 an ID token that would break the address is left out, and the person signed out all the same", async () => {
  for (const [length, sent] of [[1_500, true], [2_049, false], [6_000, false]]) {
    await nextSecond();
    const browser = await signedIn(world);
    const copy = browser.copy();
    const binding = `local\0${world.host}\0demo`;
    const token = Buffer.from("a".repeat(length));
    await world.accounts(`hints ${seal(world.secrets.SESSION_KEY_A, { purpose: "hint", binding }, token)}`);
    const { location } = await signOut(browser);
    const url = new URL(location);
    assert.equal(url.origin + url.pathname, `${world.provider.url}/logout`);
    assert.equal(url.searchParams.get("id_token_hint")?.length, sent ? length : undefined, `${length}`);
    assert.ok(url.search.length <= 2_049);
    await world.accounts("sound");
    assert.equal(await isLive(copy), false);
  }
});

test("t83 when accounts fail, then no log line has personal data", () => assert.deepEqual(world.leaks(), []));
