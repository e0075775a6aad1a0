// Where a person is sent after signing in: always a path of the same host, whatever was asked for.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { authorise, signIn, signedIn, start } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

let world;

before(async () => (world = await World.start()));
beforeEach(() => world.clear());
after(() => world?.stop());

const EVIL = "evil.example";

/** Forms in which an address of another host has been smuggled past checks, most by way of how browsers repair them. */
const FORMS = [
  (host) => `//${host}`, (host) => `///${host}`, (host) => `////${host}/x`, (host) => `/////${host}`,
  (host) => `\\\\${host}`, (host) => `/\\${host}`, (host) => `\\/${host}`, (host) => `/\\/${host}`,
  (host) => `//\\${host}`,
  (host) => `/\\\\${host}`, (host) => `\\${host}`, (host) => `/\t/${host}`, (host) => `/\n/${host}`,
  (host) => `/\r/${host}`,
  (host) => `/\t\\${host}`, (host) => `\t//${host}`, (host) => `\n//${host}`, (host) => `\r\n//${host}`,
  (host) => ` //${host}`,
  (host) => `\u0000//${host}`, (host) => `\u0001//${host}`, (host) => `\u000b//${host}`, (host) => `\u000c//${host}`,
  (host) => `\u001f//${host}`, (host) => `\u00a0//${host}`, (host) => `\u2028//${host}`, (host) => `\ufeff//${host}`,
  (host) => `/ /${host}`, (host) => `/\u0000/${host}`, (host) => `/\u00a0/${host}`, (host) => `/\u2028/${host}`,
  (host) => `/.//${host}`, (host) => `/./${host}/..//${host}`, (host) => `/..//${host}`, (host) => `/../\\${host}`,
  (host) => `/a/..//${host}`,
  (host) => `/a/../..//${host}`, (host) => `/%2e//${host}`, (host) => `/%2e%2e//${host}`, (host) => `/.%2e//${host}`,
  (host) => `/./\\${host}`,
  (host) => `/;//${host}`, (host) => `./\\${host}`, (host) => `.//${host}`, (host) => `..//${host}`,
  (host) => `//${host}/%2e%2e`,
  (host) => `//${host}%2f..`, (host) => `//${host}/..`, (host) => `//${host}:80`, (host) => `//${host}:443/`,
  (host) => `//${host}?x`,
  (host) => `//${host}#x`, (host) => `//${host}\\@HOST`, (host) => `//HOST@${host}`, (host) => `//HOST:pass@${host}`,
  (host) => `//HOST.${host}`,
  (host) => `//HOST%00.${host}`, (host) => `//HOST%40${host}`, (host) => `//${host}%23.HOST`,
  (host) => `//${host}%5c.HOST`, (host) => `//${host}/HOST`,
  (host) => `http://${host}`, (host) => `https://${host}/`, (host) => `HTTPS://${host}`, (host) => `hTTp://${host}`,
  (host) => `https:${host}`,
  (host) => `https:/${host}`, (host) => `https:///${host}`, (host) => `https:\\\\${host}`, (host) => `https:\\${host}`,
  (host) => `http:/\\${host}`,
  (host) => `https://HOST@${host}`, (host) => `https://HOST.${host}`, (host) => `https://${host}/HOST`,
  (host) => `https://${host}?HOST`,
  (host) => `https://${host}#HOST`, (host) => `https://${host}\\.HOST`, (host) => `http://HOST:80@${host}`,
  (host) => `http://HOST#@${host}/`,
  (host) => `http://HOST?@${host}/`, (host) => `http://HOST\\@${host}/`, (host) => `http://HOST%2f@${host}/`,
  (host) => `ht\ttp://${host}`,
  (host) => `\thttps://${host}`, (host) => ` https://${host}`, (host) => `https ://${host}`,
  (host) => `https%3a//${host}`, (host) => `https%3a%2f%2f${host}`,
  (host) => `ftp://${host}`, (host) => `ws://${host}`, (host) => `file://${host}/x`, (host) => `gopher://${host}`,
  (host) => `blob:https://${host}/x`,
  (host) => `${host}`, (host) => `.${host}`, (host) => `@${host}`, (host) => `:@${host}`, (host) => `?//${host}`,
  (host) => `#//${host}`,
  (host) => `;@${host}`, (host) => `,//${host}`, (host) => `*//${host}`, (host) => `~//${host}`,
  (host) => `www.${host}`, (host) => `[::1]@${host}`,
  (host) => `/\u2044${host}`, (host) => `/\u2215${host}`, (host) => `/\uff0f${host}`, (host) => `\uff0f\uff0f${host}`,
  (host) => `/\u3002${host}`,
  (host) => `//evil\u3002example`, (host) => `//evil\uff0eexample`, (host) => `//ⓔvil.example`,
  (host) => `/\ufe68${host}`, (host) => `/\u29f8${host}`,
  (host) => `//2130706433/`, (host) => `//0x7f.1/`, (host) => `//[::ffff:127.0.0.1]/`, (host) => `//127.1/`,
  (host) => `//0/`,
  (host) => `javascript:alert(1)`, (host) => `JaVaScRiPt:alert(1)`, (host) => `java\nscript:alert(1)`,
  (host) => `\u0001javascript:alert(1)`,
  (host) => `javascript://HOST/%0aalert(1)`, (host) => `javascript%3aalert(1)`, (host) => `vbscript:msgbox(1)`,
  (host) => `data:text/html,<script>alert(1)</script>`,
  (host) => `data:text/html;base64,PHNjcmlwdD4=`, (host) => `/\r\nSet-Cookie: planted=1`,
  (host) => `/x\r\nLocation: https://${host}`, (host) => `/%0d%0aSet-Cookie:%20planted=1`,
  (host) => `/x%0d%0aLocation:%20https://${host}`, (host) => `/%E5%98%8A%E5%98%8DSet-Cookie:planted=1`,
  (host) => `/嘊嘍Set-Cookie:planted=1`, (host) => `/x\u0000https://${host}`,
  (host) => `/%2f%2f${host}`, (host) => `/%5c${host}`, (host) => `/%5c%5c${host}`, (host) => `%2f%2f${host}`,
  (host) => `%5c%5c${host}`, (host) => `/%09/${host}`,
  (host) => `/%2f${host}`, (host) => `/%252f%252f${host}`, (host) => `/%00/${host}`, (host) => `/%20/${host}`,
  (host) => `/%c0%af%c0%af${host}`, (host) => `/x?//${host}`,
  (host) => `/x?next=https://${host}`, (host) => `/x#//${host}`, (host) => `/@${host}`, (host) => `/x@${host}`,
  (host) => `/http://${host}`, (host) => `/https:${host}`,
  (host) => `/auth/callback?code=x&state=y`, (host) => `/auth/sign-in?return_to=//${host}`, (host) => `/auth`,
  (host) => `/auth/`, (host) => `/a/../auth/sign-in`,
  (host) => ``, (host) => ` `, (host) => `?`, (host) => `#`, (host) => `.`, (host) => `..`,
  (host) => `/${"a".repeat(2_000)}`,
];

const corpus = () => FORMS.map((form) => form(EVIL).replaceAll("HOST", world.host));

/** Asserts that an answer keeps the browser on this host, as a browser would read it. */
function assertStays(answer, wanted) {
  const about = JSON.stringify(wanted);
  const location = answer.location;
  assert.ok(location !== null, `${about}: one Location`);
  assert.match(location, /^\/(?![/\\])[\x21-\x7e]*$/, about);
  const own = `http://${world.host}`;
  assert.equal(new URL(location, own).origin, own, about);
  assert.ok(!/^\/auth(\/|\?|$)/.test(new URL(location, own).pathname), `${about} goes round in circles`);
  assert.ok(answer.all("set-cookie").every((line) => line.startsWith("__Host-ol-")), about);
  assert.ok(answer.headers.every(([name]) => name.toLowerCase() !== "planted"), about);
}

test("the corpus is large enough to mean something", () => {
  assert.ok(new Set(FORMS.map((form) => form(EVIL))).size >= 150, `${FORMS.length} forms`);
});

test("t32 t33 when a signed-in person opens /auth/sign-in, then no form of another host survives in the return path", async () => {
  const browser = await signedIn(world);
  for (const wanted of corpus()) {
    const answer = await browser.get(`/auth/sign-in?return_to=${encodeURIComponent(wanted)}`);
    assert.equal(answer.status, 303, JSON.stringify(wanted));
    assertStays(answer, wanted);
  }
});

test("t32 t33 the same forms put into the query as they are", async () => {
  const browser = await signedIn(world);
  // Angle brackets and number signs are refused before the Worker, by the proxy in front of it.
  const sendable = corpus().filter((wanted) => /^[\x21-\x7e]*$/.test(wanted) && !/[#<>]/.test(wanted));
  assert.ok(sendable.length > 80);
  for (const wanted of sendable) {
    const answer = await browser.get(`/auth/sign-in?return_to=${wanted}`);
    assert.equal(answer.status, 303, wanted);
    assertStays(answer, wanted);
  }
});

test("t32 every twelfth form through a whole sign-in", async () => {
  const some = corpus().filter((_, n) => n % 12 === 0);
  for (const wanted of some) {
    const browser = world.browser();
    const { answer } = await signIn(world, browser, `/auth/sign-in?return_to=${encodeURIComponent(wanted)}`);
    assertStays(answer, wanted);
  }
});

test("t32 a protected address of an odd form leads back to this host or nowhere", async () => {
  for (const target of [
    `/account//${EVIL}`, `//${EVIL}/account`, `/account?next=//${EVIL}`, `/account/@${EVIL}`, `/http://${EVIL}`,
    `/%2f${EVIL}`,
  ]) {
    const browser = world.browser();
    const first = await browser.send({ target, headers: NAVIGATION });
    if (first.status === 400) continue;
    assert.equal(first.status, 302, target);
    assertStays(await browser.get(await authorise(world, first.location)), target);
  }
});

test("t33 line ends in any parameter become no header", async () => {
  const planted = "%0d%0aSet-Cookie:%20planted=1%0d%0aX-Planted:%20yes";
  const signed = await signedIn(world);
  for (const browser of [world.browser(), signed]) {
    for (const target of [
      `/auth/sign-in?return_to=/x${planted}`, `/auth/sign-in?x=${planted}`, `/auth/callback?error=x${planted}`,
      `/auth/callback?code=x${planted}&state=y${planted}`,
      `/account?x=${planted}`, `/account/x${planted}`, `/auth/${planted}`, `/auth/health?${planted}`,
      `/echo/public/x?${planted}`,
    ]) {
      const answer = await browser.get(target);
      assert.ok(answer.headers.every(([name, value]) => name !== "X-Planted" && !value.startsWith("planted")), target);
    }
  }
});

test("a place of nearly three kilobytes is kept, a longer one is forgotten query first, and the log says so", async () => {
  for (const [target, expected] of [
    [`/account?${"q".repeat(2_700)}`, `/account?${"q".repeat(2_700)}`],
    ["/account?town=Ll\xc5\xb7n", "/account?town=Ll%C5%B7n"],
    [`/account?${"q".repeat(2_900)}`, "/account"],
    [`/account/${"p".repeat(2_900)}`, "/"],
  ]) {
    const cut = () => world.events.filter(({ event, label }) => event === "return_path" && label === "too_long").length;
    const before = cut();
    const browser = world.browser();
    const callback = await authorise(world, await start(browser, target));
    assert.equal((await browser.get(callback)).location, expected);
    if (expected.length < 10) assert.ok(await world.told(() => cut() === before + 1), "the log says that it was cut");
    else assert.equal(cut(), before);
  }
});
