// The same addresses opened from another site by a person who is signed in and by one who is not, in the three engines: that
// site's page sees no difference in windows, frames, errors, timing entries or history.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import https from "node:https";
import { after, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { ENGINES } from "../harness/engines/engines.mjs";
import { inEngines } from "../harness/engines/person.mjs";
import { startOrigin } from "../harness/origin.mjs";

let world, service, signIn, person, origin, elsewhere, another;

const page = (headers = {}) => (_, response) => {
  response.writeHead(200, { "Content-Type": "text/html", "Cache-Control": "no-store", ...headers });
  response.end("<!DOCTYPE html><title>Service</title><h1>Service</h1>");
};
const ROUTES = [
  { path: "/", access: "public" }, { path: "/optional", access: "optional" }, { path: "/account/*" },
  { path: "/recent", reauthenticate_within: 3_600 }, { path: "/aged", max_age: 3_600 }, { path: "/changes/*", other_sites: "allow" },
];
const ADDRESSES = [
  "/", "/optional", "/account", "/recent", "/aged", "/changes/x", "/not-named", "/auth/sign-in?return_to=/account", "/auth/sign-out",
  "/auth/signed-out", "/auth/session", "/auth/header", "/auth/page?name=signed-out", "/auth/callback?error=access_denied&state=x",
  "/auth/nothing", "/auth/assets/session.js",
];

async function settings() {
  const names = ["/", "/optional", "/account", "/recent", "/aged", "/changes/x", "/not-named"];
  const telling = page({ "Cross-Origin-Opener-Policy": "same-origin" });
  origin = await startOrigin({ ...Object.fromEntries(names.map((name) => [name, page()])), "/account/telling": telling });
  return { services: { DEMO: { host: "localhost", origin: origin.url, routes: ROUTES, registration: { max_age_enabled: true } } } };
}

inEngines(settings, (made) => ({ world, service, signIn, person } = made));
after(async () => {
  elsewhere?.closeAllConnections();
  elsewhere?.close();
  await origin?.stop();
});

/** Firefox lets a page behind a window that it opened wait for a second at least, which is no part of what it sees. */
const TIMERS = { preferences: { "dom.min_background_timeout_value_without_budget_throttling": 10 } };

/** How long the other site's page waits for a window that it opened, and for an element that says nothing. */
const PATIENCE = { quick: [250, 900], slow: [1_500, 4_000] };

/** The other site's page: its button looks at an address in each way that a page has. It runs in the browser. */
function looking() {
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const attempt = (what) => {
    try {
      return String(what());
    } catch (error) {
      return error.name;
    }
  };
  async function opened(address) {
    const popup = window.open(address);
    // Out of reach, or cut off, is there; what it does then takes a moment.
    const place = () => attempt(() => popup.location.href);
    for (let waited = 0; waited < 5_000 && place() === "about:blank" && !popup.closed; waited += 50) await pause(50);
    await pause(window.patience[0]);
    const found = {
      closed: popup.closed, frames: attempt(() => popup.length), place: place(), opener: attempt(() => popup.opener === window),
    };
    popup.location = "/blank";
    for (let waited = 0; waited < 5_000 && attempt(() => popup.location.pathname) !== "/blank" && !popup.closed; waited += 50) await pause(50);
    found.history = attempt(() => popup.history.length);
    popup.close();
    return found;
  }
  const loaded = (tag, address) => new Promise((resolve) => {
    const element = document.createElement(tag);
    element.onload = () => resolve("load");
    element.onerror = () => resolve("error");
    setTimeout(() => resolve("neither"), window.patience[1]);
    if (tag === "link") Object.assign(element, { rel: "stylesheet", href: address });
    else element[tag === "object" ? "data" : "src"] = address;
    document.body.append(element);
  });
  const fetched = (address, mode) =>
    fetch(address, { mode, credentials: "include" }).then(({ type, status }) => `${type} ${status}`, ({ name }) => name);
  window.onerror = (message) => window.errors.push(String(message));
  document.querySelector("button").onclick = async () => {
    const address = window.address;
    Object.assign(window, { errors: [], result: undefined });
    performance.clearResourceTimings();
    // All at once, because an engine that says nothing of a frame is waited for in full.
    const tags = ["img", "script", "link", "iframe"];
    const [popup, ...ends] = await Promise.all([opened(address), ...tags.map((tag) => loaded(tag, address))]);
    const found = { popup, ...Object.fromEntries(tags.map((tag, n) => [tag, ends[n]])) };
    for (const mode of ["no-cors", "cors"]) found[mode] = await fetched(address, mode);
    await pause(50);
    found.timings = performance.getEntriesByType("resource").filter(({ name }) => name.startsWith(new URL(address).origin))
      .map(({ initiatorType, transferSize, decodedBodySize, responseStatus, redirectStart }) =>
        [initiatorType, transferSize, decodedBodySize, responseStatus, redirectStart].join(" ")).sort();
    found.errors = window.errors;
    found.frames = window.length;
    document.querySelectorAll("img, link, iframe, body > script").forEach((element) => element.remove());
    window.result = JSON.stringify(found);
  };
}

/** Starts the server of the other site; gives its address. */
async function started() {
  const [key, cert] = await Promise.all(
    ["certificate-key.pem", "certificate.pem"].map((name) => fs.readFile(`${world.certificate}/${name}`)));
  const text = `<!DOCTYPE html><title>Elsewhere</title><h1>Elsewhere</h1><button>Look</button><script>(${looking})();</script>`;
  elsewhere = https.createServer({ key, cert }, (_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end(text));
  await new Promise((resolve) => elsewhere.listen(0, resolve));
  // Another site: an address and a name are never one.
  return `https://127.0.0.1:${elsewhere.address().port}/`;
}

/** All that the other site's page sees of an address. */
async function seen(who, address, patience = PATIENCE.quick) {
  await who.open(another);
  await who.evaluate((wanted, times) => void Object.assign(window, { address: wanted, patience: times }), service + address, patience);
  await who.click({ selector: "button" });
  return JSON.parse(await who.until(() => who.evaluate(() => window.result), `${address} was looked at`));
}

/** Looks as a person who is signed in. Where that differs from before, as on a busy machine, two people look again at leisure. */
async function compared(who, other, address, before) {
  const found = await seen(who, address);
  if (isDeepStrictEqual(found, before)) return;
  assert.deepEqual(await seen(who, address, PATIENCE.slow), await seen(await other(), address, PATIENCE.slow), `${who.engine.name} ${address}`);
}

async function look(engine) {
  const who = await person(engine, TIMERS);
  const without = {};
  for (const address of ADDRESSES) without[address] = await seen(who, address);
  await signIn(who, "kenneth", "/account");
  let other;
  for (const address of ADDRESSES) await compared(who, () => (other ??= person(engine, TIMERS)), address, without[address]);
  // The page looks well: a service that cuts the opener off itself is told apart.
  const telling = await seen(who, "/account/telling", PATIENCE.slow);
  assert.equal(telling.popup.closed, true);
  assert.equal(without["/account"].popup.closed, false);
}

// All three at once: they wait for most of the time.
test("t117 another site sees no difference between a person who is signed in and one who is not, in each engine", { timeout: 240_000 }, async () => {
  another = await started();
  // Each comes to its end, so that none starts an engine that the end of the test does not know of.
  const ends = await Promise.allSettled(ENGINES.map(look));
  assert.deepEqual(ends.flatMap(({ reason }) => reason ?? []), []);
});
