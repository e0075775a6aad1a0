// The way back from the provider: who may finish which sign-in, with which parameters, and how often.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NAVIGATION } from "../harness/browser.mjs";
import { signIn, signedIn, start, authorise, untilCallback } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

let world;

before(async () => (world = await World.start()));
beforeEach(() => world.clear());
after(() => world?.stop());

const tokenCalls = async () => (await world.provider.requests()).filter(({ path }) => path === "/token");

/** The callback of a started sign-in with its parameters changed; `null` takes one away, a list repeats it. */
function changed(callback, changes) {
  const url = new URL(callback);
  for (const [name, value] of Object.entries(changes)) {
    url.searchParams.delete(name);
    for (const each of [value].flat()) if (each !== null) url.searchParams.append(name, each);
  }
  return url.href;
}

/** Asserts that an answer ends a sign-in with a page, without a session. */
function assertEnded(answer, browser, status) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.get("content-type"), /^text\/html/);
  assert.equal(browser.session, undefined);
  assert.ok(answer.all("set-cookie").every((line) => !line.startsWith("__Host-ol-session")));
}

test("t22 a callback in a browser that started nothing is refused before the code is used", async () => {
  const attacker = world.browser();
  const callback = await untilCallback(world, attacker, "/account");
  const victim = world.browser();
  const answer = await victim.get(callback);
  assertEnded(answer, victim, 400);
  assert.deepEqual(answer.all("set-cookie"), []);
  assert.equal((await tokenCalls()).length, 0);
});

test("t23 rejects a state with the cookie of another attempt", async () => {
  const browser = world.browser();
  const first = await untilCallback(world, browser, "/account/first");
  await start(browser, "/account/second");
  const [one, two] = browser.attempts;
  const [sealedOne, sealedTwo] = [browser.cookies.get(one), browser.cookies.get(two)];
  browser.cookies.set(one, sealedTwo).set(two, sealedOne);
  assertEnded(await browser.get(first), browser, 400);
  assert.equal((await tokenCalls()).length, 0);
  browser.cookies.set(one, sealedOne).set(two, sealedTwo);
  assert.equal((await browser.get(first)).location, "/account/first", "the right cookie still opens it");
});

test("t24 rejects a stolen code in another browser's sign-in", async () => {
  const victim = world.browser();
  const stolen = new URL(await untilCallback(world, victim, "/account")).searchParams.get("code");
  const thief = world.browser();
  const own = await untilCallback(world, thief, "/account");
  assertEnded(await thief.get(changed(own, { code: stolen })), thief, 400);
  const [call] = await tokenCalls();
  assert.equal(call.status, 400);
  assert.match(call.error, /invalid_grant/);
});

test("t25 an issuer in the answer must be the provider's own", async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, "/account");
  for (const iss of [
    "https://oidc.account.gov.uk/", world.provider.url, `${world.provider.url}//`, `${world.provider.url}/ `,
  ]) {
    const copy = browser.copy();
    assertEnded(await copy.get(changed(callback, { iss })), copy, 400);
  }
  const failed = browser.copy();
  assertEnded(await failed.get(changed(callback, { code: null, error: "access_denied", iss: "https://evil.example/" })), failed, 400);
  assert.equal((await tokenCalls()).length, 0);
  assert.equal((await browser.get(changed(callback, { iss: `${world.provider.url}/` }))).status, 303);
});

test("t26 rejects parameters that are missing, doubled, empty, long or odd before the token call and keeps the attempt", async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, "/account");
  const { code, state } = Object.fromEntries(new URL(callback).searchParams);
  const queries = [
    "", `code=${code}`, `state=${state}`, `code=${code}&code=${code}&state=${state}`,
    `code=other&code=${code}&state=${state}`,
    `code=${code}&state=${state}&state=${state}`, `code=${code}&state=other&state=${state}`,
    `code=${code}&state=${state}&error=access_denied`,
    `code=&state=${state}`, `code=${code}&state=`, `code=${code}&state=${state}&iss=`,
    `code=${code}&state=${state}&error=`,
    `code=${code}&state=${state}&iss=a&iss=a`, `error=a&error=b&state=${state}`,
    `code=${"c".repeat(8_192)}&state=${state}`,
    `code=${code}&state[]=${state}`, `code[]=${code}&state=${state}`, `Code=${code}&state=${state}`,
    `code=${code}&STATE=${state}`,
    `code=${code}%00&state=${state}`, `%00code=${code}&state=${state}`, `code=${code}&state=${state}%00`,
    `code=a%0d%0ab&state=${state}`,
    `code=${code}%20&state=${state}`, `code=${code};state=${state}`, `code=%c3%a9&state=${state}`,
    `code=%ff&state=${state}`,
    `code=${code}&co%64e=${code}&state=${state}`, `code=${code}&state=${state}&%65rror=x`,
  ];
  for (const query of queries) {
    const copy = browser.copy();
    const answer = await copy.get(`/auth/callback?${query}`);
    assertEnded(answer, copy, 400);
    assert.deepEqual(answer.all("set-cookie"), [], query);
    assert.ok(!answer.text.includes(code), query);
  }
  // These are well formed, but no sign-in of this browser has such a state.
  for (const odd of [
    `code=${code}&state=other`, `code=${code}&state=${state.slice(0, 8)}`, `code=${code}&state=${state}x`,
  ]) {
    const copy = browser.copy();
    assertEnded(await copy.get(`/auth/callback?${odd}`), copy, 400);
  }
  assert.equal((await tokenCalls()).length, 0);
  assert.equal((await browser.get(callback)).status, 303);
});

test("t27 when a browser goes back to the callback, then it only leads on if the person is signed in", async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, "/account");
  const early = browser.copy();
  assert.equal((await browser.get(callback)).status, 303);
  const session = browser.session;

  const again = await browser.get(callback);
  assert.equal(again.status, 303);
  assert.equal(again.location, "/");
  assert.equal(browser.session, session);
  assert.equal((await tokenCalls()).length, 1, "the attempt is gone, so the code is not tried again");

  // The second of two clicks still carries the attempt: the provider refuses the code, and the person is sent on.
  const second = early.copy();
  second.session = session;
  const clicked = await second.get(callback);
  assert.equal(clicked.status, 303);
  assert.equal(clicked.location, "/account");
  assert.equal(second.session, session);
  assert.deepEqual((await tokenCalls()).map(({ status }) => status), [200, 400]);

  assertEnded(await early.get(callback), early, 400);
});

test("t27 of two callbacks at once one signs in", async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, "/account");
  const both = [browser.copy(), browser.copy()];
  const answers = await Promise.all(both.map((copy) => copy.get(callback)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 400]);
  assert.equal(both.filter((copy) => copy.session).length, 1);
  assert.deepEqual((await tokenCalls()).map(({ status }) => status).sort(), [200, 400]);
});

test("t30 rejects every method but GET at the callback, and a prefetch spends no code", async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, "/account");
  for (const method of ["POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"]) {
    const answer = await browser.send({ method, target: callback, body: method === "POST" ? "a=b" : undefined });
    assert.equal(answer.status, 405, method);
    assert.equal(answer.get("allow"), "GET", method);
    assert.deepEqual(answer.all("set-cookie"), [], method);
  }
  for (const header of [
    ["Sec-Purpose", "prefetch"], ["Sec-Purpose", "prefetch;prerender"], ["Purpose", "prefetch"], ["X-Moz", "prefetch"],
    ["X-Purpose", "preview"],
  ]) {
    const answer = await browser.get(callback, [header]);
    assert.deepEqual([answer.status, answer.get("cache-control")], [503, "no-store"], header.join());
    assert.deepEqual(answer.all("set-cookie"), [], header.join());
  }
  assert.equal((await tokenCalls()).length, 0);
  assert.equal((await browser.get(callback)).status, 303);
});

test("t29 t33 nothing from the provider's answer is shown, logged or made into a header", async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, "/account");
  const hostile = [
    "<svg onload=alert(1)>", "a\r\nSet-Cookie: planted=1", "\u202eevil", "canary-of-the-answer", "' onmouseover='x",
    "{{7*7}}",
  ];
  for (const text of hostile) {
    for (const changes of [
      { code: null, error: "server_error", error_description: text },
      { code: null, error: "server_error", error_uri: text },
      { code: null, error: text },
      { code: null, state: null, error: "access_denied", error_description: text },
      { code: null, error: "access_denied", state: text },
      { code: text },
      { state: text },
      { iss: text },
    ]) {
      const copy = browser.copy();
      const answer = await copy.get(changed(callback, changes));
      assert.ok(answer.status >= 400, JSON.stringify(changes));
      const shown = answer.text + answer.headers.flat().join("\n");
      assert.ok(!shown.includes(text) && !shown.includes("planted") && !shown.includes("onload"), JSON.stringify(changes));
      assert.equal(copy.session, undefined);
    }
  }
  for (const text of ["onload", "planted", "\u202e", "canary-of-the-answer", "onmouseover"]) {
    assert.ok(!world.log.includes(text), text);
  }
});

test("t31 sixty starts keep the Cookie header under eight kilobytes, and the newest five go on", async () => {
  const browser = world.browser();
  let longest = 0;
  const callbacks = [];
  for (let n = 0; n < 60; n += 1) {
    // Age counts in whole seconds, so that the last five are told from those before by a second.
    if (n === 55) await sleep(1_100);
    const answer = await browser.get(`/account/${n}?${"q".repeat(1_000)}`);
    assert.equal(answer.status, 302);
    longest = Math.max(longest, browser.cookie.length);
    if (n >= 54) callbacks.push(await authorise(world, answer.location));
  }
  assert.ok(longest < 8_192, `${longest} bytes`);
  assert.equal(browser.attempts.length, 5);
  const statuses = [];
  for (const callback of callbacks) statuses.push((await browser.copy().get(callback)).status);
  assert.deepEqual(statuses, [400, 303, 303, 303, 303, 303]);
});

/** The address of a page's one link. */
function linkOf(page) {
  const [, link] = page.text.match(/<a class="govuk-button" href="([^"]*)"/);
  return link.replaceAll("&amp;", "&");
}

test("t28 a start after three circles in two minutes is a page, whose link starts again", async () => {
  const browser = world.browser();
  for (let n = 0; n < 3; n += 1) {
    await signIn(world, browser, `/account/here?a=${n}`);
    browser.session = undefined;
  }
  await world.clear();
  const page = await browser.get("/account/here?a=b");
  assert.equal(page.status, 429);
  assert.match(page.text, /could not keep you signed in/);
  assert.equal((await world.provider.paths()).length, 0);
  const callback = await authorise(world, await start(browser, linkOf(page)));
  assert.equal((await browser.get(callback)).location, "/account/here?a=b");
});

test("a page that ends a sign-in leads back to where the person wanted to go", async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, "/account/here?a=b");
  const page = await browser.get(changed(callback, { code: null, error: "login_required" }));
  assert.equal(page.status, 400);
  const again = await authorise(world, await start(browser, linkOf(page)));
  assert.equal((await browser.get(again)).location, "/account/here?a=b");
});

test("t41 an image, a frame or a script of another site starts no sign-in", async () => {
  const signed = await signedIn(world);
  for (const destination of ["image", "iframe", "frame", "script", "empty", "object", "embed"]) {
    for (const target of ["/auth/sign-in?return_to=/account", "/account"]) {
      const headers = [["Accept", "text/html"], ["Sec-Fetch-Dest", destination], ["Sec-Fetch-Site", "cross-site"]];
      const answer = await world.raw({ target, headers });
      assert.ok([400, 401].includes(answer.status), `${destination} ${target}: ${answer.status}`);
      assert.deepEqual(answer.all("set-cookie"), []);
      assert.equal(answer.get("location"), null);
    }
  }
  assert.equal((await signed.send({ target: "/account", headers: NAVIGATION })).status, 200);
});
