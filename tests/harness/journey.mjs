// The steps of a sign-in, one function each, and all of them together.

import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import { Browser, NAVIGATION } from "./browser.mjs";

/** A reference with its check value, as the page of a failure at this host hands it on to its other language. */
export async function keptReference(world, host) {
  const headers = [...NAVIGATION, ["CF-Ray", "0123456789abcdef-LHR"]];
  const { text } = await world.raw({ target: "/auth/callback?error=x&state=y", host, headers });
  const [, kept] = text.match(/&amp;reference=(0123456789abcdef-LHR\.[\w-]{16})["&]/);
  return kept;
}

/** Goes to a protected address and gives the provider's address that the browser is sent to. */
export async function start(browser, target) {
  const answer = await browser.get(target);
  assert.equal(answer.status, 302, answer.text);
  return answer.location;
}

/** Opens an address of the provider's with the cookies that this browser has there. */
export function atProvider(world, browser, address) {
  const url = new URL(address);
  assert.equal(url.origin, world.provider.url);
  browser.elsewhere ??= new Browser(world.provider.port, url.host);
  return browser.elsewhere.get(address, [["User-Agent", "test"]]);
}

/** Opens the provider's address, which signs the person in by itself, and gives the address of the callback. */
export async function authorise(world, address, browser = {}) {
  const answer = await atProvider(world, browser, address);
  assert.equal(answer.status, 302, answer.text);
  return answer.location;
}

/** A sign-in from its start through the provider, up to the callback's address. */
export async function untilCallback(world, browser, target) {
  const callback = await authorise(world, await start(browser, target), browser);
  const { searchParams } = new URL(callback);
  // Neither is a secret for ever, but neither belongs into a log.
  for (const name of ["code", "state"]) if (searchParams.get(name)) browser.seen.add(searchParams.get(name));
  return callback;
}

/** A whole sign-in; gives the callback's address and answer. */
export async function signIn(world, browser, target = "/account") {
  const callback = await untilCallback(world, browser, target);
  const answer = await browser.get(callback);
  assert.equal(answer.status, 303, answer.text);
  assert.ok(browser.session, "a session cookie was kept");
  return { callback, answer };
}

/** A browser that is signed in already, with cleared records. */
export async function signedIn(world, id) {
  const browser = world.browser(id);
  await signIn(world, browser, "/account");
  await world.clear();
  return browser;
}

/** Whether a browser's session opens anything; nothing that this brings is kept. */
export const isLive = async (browser) => (await browser.copy().get("/echo/x")).status === 200;

/** The person's subject identifier, as the origin gets it; the assertion is not checked. */
export async function subjectOf(browser) {
  const { headers } = (await browser.fetch("/echo/optional/x")).json;
  return decodeJwt(headers.find(([name]) => name === "one-login-assertion")[1]).sub;
}

/** The header of a request that a page of the service makes to its own origin. */
export const OWN_PAGE = [["Sec-Fetch-Site", "same-origin"]];

/** Signs out by a link on the service's own page; gives the answer, which leads to the provider. */
export async function signOut(browser, target = "/auth/sign-out") {
  const answer = await browser.get(target, OWN_PAGE);
  assert.equal(answer.status, 303, answer.text);
  assert.equal(browser.session, undefined);
  return answer;
}

/** Goes on to the provider and gives the address to which it sends the browser. */
export async function onToProvider(world, browser, answer) {
  const gone = await atProvider(world, browser, answer.location);
  assert.equal(gone.status, 302, gone.text);
  return gone.location;
}

/** Waits until the next second has begun: times in tokens and sessions are whole seconds. */
export function nextSecond() {
  return new Promise((resolve) => setTimeout(resolve, 1_020 - (Date.now() % 1_000)));
}
