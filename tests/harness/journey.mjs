// The steps of a sign-in, one function each, and all of them together.

import assert from "node:assert/strict";
import { NAVIGATION } from "./browser.mjs";
import { request } from "./wire.mjs";

/** Goes to a protected address and gives the provider's address that the browser is sent to. */
export async function start(browser, target) {
  const answer = await browser.get(target);
  assert.equal(answer.status, 302, answer.text);
  return answer.location;
}

/** Opens the provider's address, which signs the person in by itself, and gives the address of the callback. */
export async function authorise(world, address) {
  const url = new URL(address);
  assert.equal(url.origin, world.provider.url);
  const answer = await request(world.provider.port, {
    target: url.pathname + url.search,
    host: url.host,
    headers: [...NAVIGATION, ["User-Agent", "test"]],
  });
  assert.equal(answer.status, 302, answer.text);
  return answer.location;
}

/** Start and provider; what is left is to open the callback. */
export async function untilCallback(world, browser, target) {
  const callback = await authorise(world, await start(browser, target));
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

/** A browser that is signed in already, and records that know nothing of how. */
export async function signedIn(world, id) {
  const browser = world.browser(id);
  await signIn(world, browser, "/account");
  await world.clear();
  return browser;
}
