// Back-channel logout: the provider's notifications, an attacker's, and the effect of each. The Worker asks the account
// at every request here, so that a test sees an ended session at once.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { isLive, nextSecond, signIn, signedIn, subjectOf, untilCallback } from "../harness/journey.mjs";
import { startOrigin } from "../harness/origin.mjs";
import { World } from "../harness/world.mjs";

const PATH = "/auth/backchannel-logout";
const FORM = ["Content-Type", "application/x-www-form-urlencoded"];
let world;
let listener;
let caught;

before(async () => {
  // One client's notifications do not reach the Worker, so that a test can send their content in its own way.
  listener = await startOrigin({
    "/": (request, response) => {
      caught = "";
      request.on("data", (chunk) => (caught += chunk)).on("end", () => response.end());
    },
  });
  const always = { revocation_check_seconds: 0 };
  const services = {
    DEMO: { host: "localhost", ...always },
    APART: { host: "one.localhost", ...always, registration: { back_channel_logout_uri: `${listener.url}/` } },
  };
  world = await World.start({ engine: "workerd", services });
  await nextSecond();
});
beforeEach(async () => {
  await world.clear();
  await world.provider.clock(0);
  await world.provider.auto("kenneth");
});
after(async () => {
  await world?.stop();
  await listener?.stop();
});

/** A token as the provider would send it to the client apart. */
async function token(sub, rest = {}) {
  assert.equal((await world.provider.notify({ client_id: "apart", sub, ...rest })).status, 200);
  return new URLSearchParams(caught).get("logout_token");
}

/** Sends a form to the service apart. */
const post = (body, headers = [FORM], rest = {}) =>
  world.raw({ method: "POST", target: PATH, host: world.hosts.APART, headers, body, ...rest });

const form = (token, more = "") => `logout_token=${encodeURIComponent(token)}${more}`;

/** The answer that every notification gets: a status, no body, and nothing kept. */
function assertAnswer(answer, status, about) {
  assert.equal(answer.status, status, about);
  assert.deepEqual([answer.get("cache-control"), answer.body.length, answer.location], ["no-store", 0, null], about);
  assert.deepEqual(answer.all("set-cookie"), [], about);
}

/** Signed in at the service apart in a second of its own, so that no notification of before is about it. */
async function apart() {
  await nextSecond();
  const browser = await signedIn(world, "APART");
  return { browser, sub: await subjectOf(browser) };
}

/** The suite's cases under its names, each by the simulator's fault. */
const SUITE = {
  "": [null, 200],
  "-alg-none": ["logout-token-alg-none", 400],
  "-wrong-alg": ["logout-token-alg-rs256", 400],
  "-no-event": ["logout-token-events-missing", 400],
  "-wrong-event": ["logout-token-events-other", 400],
  "-with-nonce": ["logout-token-nonce-present", 400],
  "-wrong-aud": ["logout-token-aud-longer", 400],
  "-wrong-iss": ["logout-token-iss-other", 400],
};

for (const [name, [fault, status]] of Object.entries(SUITE)) {
  test(`oidcc-client-test-rp-backchannel-rpinitlogout${name}: ${status}`, async () => {
    await nextSecond();
    const browser = await signedIn(world);
    const notice = { client_id: "demo", sub: await subjectOf(browser), ...(fault && { fault }) };
    assert.equal((await world.provider.notify(notice)).status, status);
    assert.equal(await isLive(browser), status !== 200);
  });
}

test("t1 t2 t5 t76 t77 rejects every invalid notification with its exact error, and no session ends", async () => {
  const faults = (await world.provider.notificationFaults()).filter(({ accepted }) => !accepted);
  assert.ok(faults.length >= 40, String(faults.length));
  await nextSecond();
  const browser = await signedIn(world);
  const sub = await subjectOf(browser);
  const met = new Set();
  for (const { name } of faults) {
    const { status, headers, body } = await world.provider.notify({ client_id: "demo", sub, fault: name });
    // The Worker's copy of the keys is younger than a minute, so that an unknown key may be good at the next attempt.
    const expected = /-get$/.test(name) ? 405 : /megabyte$/.test(name) ? 413 : /kid-unknown$/.test(name) ? 503 : 400;
    met.add(expected);
    assert.equal(status, expected, name);
    const cache = Object.fromEntries(Object.entries(headers).map(([key, value]) => (Array.isArray(value) ? value : [key, value])));
    assert.equal(cache["cache-control"], "no-store", name);
    assert.equal(body, "", name);
  }
  assert.deepEqual([...met].sort(), [400, 405, 413, 503]);
  assert.ok(await isLive(browser));
  const labels = world.events.filter(({ event }) => event === "notification").map(({ label }) => label);
  assert.ok(labels.every((label) => /^[a-z_0-9]+$/.test(label)), "the log says why, in a word");
});

test("t76 when a notification is unusual but valid, then it gets 200 and the session ends", async () => {
  const faults = (await world.provider.notificationFaults()).filter(({ accepted }) => accepted);
  assert.ok(faults.length >= 5, String(faults.length));
  for (const { name } of faults) {
    await nextSecond();
    const browser = await signedIn(world);
    const answer = await world.provider.notify({ client_id: "demo", sub: await subjectOf(browser), fault: name });
    assert.equal(answer.status, 200, name);
    assert.equal(await isLive(browser), false, name);
  }
});

test("t77 a form is taken in every spelling that forms have, and in no other", async () => {
  const { browser, sub } = await apart();
  const good = await token("urn:fdc:gov.uk:2022:somebody-else");
  for (const [about, status, body, headers] of [
    ["a charset", 200, form(good), [["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]]],
    ["a charset in capitals", 200, form(good), [["content-type", "Application/X-WWW-Form-URLEncoded;CHARSET=UTF-8"]]],
    ["another field next to it", 200, form(good, "&other=1"), [FORM]],
    ["an escaped name", 200, `logout%5Ftoken=${good}`, [FORM]],
    ["no type", 400, form(good), []],
    ["JSON", 400, JSON.stringify({ logout_token: good }), [["Content-Type", "application/json"]]],
    ["JSON that says it is a form", 400, JSON.stringify({ logout_token: good }), [FORM]],
    ["the token alone", 400, good, [["Content-Type", "application/logout+jwt"]]],
    ["plain text", 400, form(good), [["Content-Type", "text/plain"]]],
    ["several parts", 400, form(good), [["Content-Type", "multipart/form-data; boundary=x"]]],
    ["a type with more to it", 400, form(good), [["Content-Type", "application/x-www-form-urlencodedx"]]],
    ["nothing", 400, "", [FORM]],
    ["an empty token", 400, "logout_token=", [FORM]],
    ["two tokens", 400, `${form(good)}&${form(good)}`, [FORM]],
    ["a good and an empty one", 400, form(good, "&logout_token="), [FORM]],
    ["another name", 400, `id_token=${good}`, [FORM]],
    ["a name in capitals", 400, `LOGOUT_TOKEN=${good}`, [FORM]],
    ["a list", 400, `logout_token[]=${good}`, [FORM]],
    ["a space before", 400, `logout_token=%20${good}`, [FORM]],
    ["a line end behind", 400, `logout_token=${good}%0A`, [FORM]],
    ["bytes that are no text", 400, "logout_token=%ff%fe", [FORM]],
  ]) {
    assertAnswer(await post(body, headers), status, about);
  }
  assertAnswer(await world.raw({ target: `${PATH}?${form(good)}`, host: world.hosts.APART, headers: NAVIGATION }), 405, "GET");
  for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const answer = await post(undefined, [], { method });
    assertAnswer(answer, 405, method);
    assert.equal(answer.get("allow"), "POST");
  }
  assert.ok(await isLive(browser), `${sub.length}`);
});

test("t77 a body is read up to 64 KiB and no further", async () => {
  const good = await token("urn:fdc:gov.uk:2022:somebody-else");
  const limit = 64 * 1_024;
  const filled = (length) => form(good, `&x=${"a".repeat(length - form(good, "&x=").length)}`);
  assertAnswer(await post(filled(limit)), 200, "at the limit");
  assertAnswer(await post(filled(limit + 1)), 413, "one byte more");
  const began = performance.now();
  assertAnswer(await post(filled(1_048_576)), 413, "a megabyte");
  assertAnswer(await post("a".repeat(1_048_576), [["Content-Type", "text/plain"]]), 400, "a megabyte of something else");
  assert.ok(performance.now() - began < 1_000, "both at once");
  // Without a content length the Worker learns the body's size only as it arrives.
  const piece = `${(16_384).toString(16)}\r\n${"a".repeat(16_384)}\r\n`;
  const chunked = `${piece.repeat(8)}0\r\n\r\n`;
  assertAnswer(await post(undefined, [FORM, ["Transfer-Encoding", "chunked"]], { trailing: chunked }), 413, "in pieces");
});

test("t78 when a token comes again, then it gets 200 and ends no newer session", async () => {
  const first = await apart();
  const again = await token(first.sub);
  assertAnswer(await post(form(again)), 200, "first");
  assert.equal(await isLive(first.browser), false);
  const second = await apart();
  for (let n = 0; n < 3; n += 1) assertAnswer(await post(form(again)), 200, "again");
  assert.ok(await isLive(second.browser));
  // The provider tries again with a new token, with the time of that try: it ends the sessions from before that time.
  assertAnswer(await post(form(await token(second.sub))), 200, "new");
  assert.equal(await isLive(second.browser), false);
  // Under the id of a token that was seen nothing happens, because the provider never gives an id twice.
  const third = await apart();
  const jti = randomUUID();
  assertAnswer(await post(form(await token(third.sub, { jti, iat_offset: -60 }))), 200, "an old one");
  assertAnswer(await post(form(await token(third.sub, { jti }))), 200, "the same id");
  assert.ok(await isLive(third.browser));
});

test("t78 the same token from twenty sides at once is taken once, with one answer to all", async () => {
  const { browser, sub } = await apart();
  const good = await token(sub);
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(form(good))));
  answers.forEach((answer) => assertAnswer(answer, 200));
  assert.equal(await isLive(browser), false);
  const others = await Promise.all(Array.from({ length: 20 }, () => world.provider.notify({ client_id: "demo", sub })));
  assert.deepEqual(others.map(({ status }) => status), Array(20).fill(200));
});

test("t79 a delayed token with an older time spares the session that began after it", async () => {
  const { browser, sub } = await apart();
  for (const iat_offset of [-100, -30, -5]) assertAnswer(await post(form(await token(sub, { iat_offset }))), 200, String(iat_offset));
  assert.ok(await isLive(browser));
  await nextSecond();
  assertAnswer(await post(form(await token(sub))), 200);
  assert.equal(await isLive(browser), false);
  await nextSecond();
  await signIn(world, world.browser("APART"));
});

test("t79 when a notification is from the near future, then earlier sessions end, and a sign-in before its time must start again", async () => {
  await world.provider.auto("mo");
  const { browser, sub } = await apart();
  assertAnswer(await post(form(await token(sub, { iat_offset: 20 }))), 200);
  assert.equal(await isLive(browser), false);
  await nextSecond();
  const early = world.browser("APART");
  const answer = await early.get(await untilCallback(world, early, "/echo/x"));
  assert.deepEqual([answer.status, early.session], [303, undefined]);
  assert.match(answer.get("location"), /return_to=%2Fecho%2Fx$/);
});

// Each with a person of its own, because the clocks of the tests before were others.
for (const [offset, persona] of [[-29, "amal"], [29, "sian"]]) {
  test(`t79 a provider whose clock is ${offset} seconds off ends a session at once, and lets the next one begin`, async () => {
    await world.provider.clock(offset);
    await world.provider.auto(persona);
    const { browser, sub } = await apart();
    await nextSecond();
    assertAnswer(await post(form(await token(sub))), 200);
    assert.equal(await isLive(browser), false, "the session");
    await nextSecond();
    const next = world.browser("APART");
    await signIn(world, next);
    assert.ok(await isLive(next), "the next one");
  });
}

test("t80 when a thousand notifications name unknown keys, then they cost a few fetches and delay no other request", async () => {
  const { browser } = await apart();
  const [, payload] = (await token("urn:fdc:gov.uk:2022:somebody-else")).split(".");
  const text = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const forged = () => `${text({ alg: "ES256", typ: "logout+jwt", kid: randomUUID() })}.${payload}.${"A".repeat(86)}`;
  await world.clear();
  const began = performance.now();
  let slowest = 0;
  for (let round = 0; round < 20; round += 1) {
    const burst = Array.from({ length: 50 }, () => post(form(forged())));
    const before = performance.now();
    assert.equal((await browser.get("/echo/x")).status, 200);
    slowest = Math.max(slowest, performance.now() - before);
    (await Promise.all(burst)).forEach((answer) => assertAnswer(answer, answer.status === 503 ? 503 : 400));
    if (round % 7 === 6) await nextSecond();
  }
  const fetched = (await world.provider.paths()).filter((path) => path === "/.well-known/jwks.json").length;
  assert.ok(fetched <= 2, `${fetched} fetches`);
  assert.ok(slowest < 1_000, `a page took ${slowest} ms`);
  assert.ok(performance.now() - began < 30_000);
  await signIn(world, world.browser("APART"));
});

test("t81 when a notification is about an unknown person, then its answer is that for a signed-in person", async () => {
  const { sub } = await apart();
  const known = await post(form(await token(sub)));
  const unknown = await post(form(await token(`urn:fdc:gov.uk:2022:${randomUUID()}`)));
  const plain = ({ status, headers, text }) => ({ status, text, headers: headers.filter(([name]) => name.toLowerCase() !== "date") });
  assert.deepEqual(plain(unknown), plain(known));
});

test("t79 a notification between the token call and the end of a sign-in ends the sign-in", async () => {
  await world.provider.auto("amal");
  const { browser, sub } = await apart();
  assertAnswer(await post(form(await token(sub))), 200);
  const again = await untilCallback(world, browser, "/account");
  assertAnswer(await post(form(await token(sub, { iat_offset: 20 }))), 200);
  const answer = await browser.get(again);
  // It starts again by itself, once, and not within the second of the notification.
  assert.deepEqual([answer.status, answer.get("location")], [303, "/auth/sign-in?return_to=%2Faccount"]);
  assert.equal(browser.session, undefined);
  await world.logs("callback", "signed_out_meanwhile");
});

test("t16 a key that is new is fetched for, but not in the minute after the last fetch", async () => {
  await nextSecond();
  const browser = await signedIn(world);
  const notice = { client_id: "demo", sub: await subjectOf(browser) };
  await world.provider.control("POST", "rotate", { keep_old: true, when: "next-signature" });
  // Until then the provider's own tries go on: it makes three in a minute and a half.
  assert.equal((await world.provider.notify(notice)).status, 503);
  assert.ok(await isLive(browser));
  await world.restart();
  assert.equal((await world.provider.notify(notice)).status, 200);
  assert.equal(await isLive(browser), false);
});

test("t83 no log line holds a token or a person", () => assert.deepEqual(world.leaks(), []));
