// Attacks of a sibling and of a script on the service, in the three engines: requests to the sign-out that show no page,
// cookies that the service refuses, and a planted sign-in. And frames of the service's own that need a sign-in.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { after, beforeEach, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { ENGINES } from "../harness/engines/engines.mjs";
import { inEngines } from "../harness/engines/person.mjs";
import { nextSecond } from "../harness/journey.mjs";

let world, service, person, choose, signIn, signedIn, origin, sibling;
const seen = [];

/** Firefox sends pings to none of a link's addresses by default, and then to one. */
const PINGS = { "browser.send_pings": true, "browser.send_pings.max_per_link": 3 };

/** A server that refuses a head of more than this many bytes with 431, as Node does by itself. */
const ROOM = 8_192;
const WORKER = `self.addEventListener("install", () => self.skipWaiting());
  self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  self.addEventListener("fetch", (event) => {
    const pages = new URL(self.location).searchParams.has("pages");
    if (!pages || event.request.destination === "document") event.respondWith(fetch(event.request));
  });`;

async function settings() {
  origin = http.createServer({ maxHeaderSize: ROOM }, (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const script = request.url.startsWith("/worker.js");
    response.writeHead(200, { "Content-Type": script ? "text/javascript" : "text/html", "Cache-Control": "private, no-store" });
    response.end(script ? WORKER : "<!DOCTYPE html><title>Service</title><h1>Service</h1><p>content</p>");
  });
  await new Promise((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const routes = [{ path: "/", access: "public" }, { path: "/worker.js", access: "public" }, { path: "/account/*" }];
  return { services: { DEMO: { host: "localhost", origin: `http://127.0.0.1:${origin.address().port}`, routes } } };
}

inEngines(settings, (made) => ({ world, service, person, choose, signIn, signedIn } = made));
beforeEach(async () => {
  seen.length = 0;
  await world.provider.control("POST", "single-sign-on", { enabled: null });
});
after(async () => {
  for (const server of [sibling, origin]) {
    server?.closeAllConnections();
    server?.close();
  }
});

/** The address of another server on this host: another port is the same site, and shares its cookies. */
async function siblings() {
  if (sibling === undefined) {
    const [key, cert] = await Promise.all(
      ["certificate-key.pem", "certificate.pem"].map((name) => fs.readFile(`${world.certificate}/${name}`)));
    sibling = https.createServer({ key, cert }, (_, response) =>
      response.writeHead(200, { "Content-Type": "text/html" }).end("<!DOCTYPE html><title>Sibling</title><h1>Sibling</h1>"));
    await new Promise((resolve) => sibling.listen(0, resolve));
  }
  return `https://localhost:${sibling.address().port}/`;
}

/** The headers with which an address answers another person's navigation. */
const asked = (url) => new Promise((resolve, reject) => {
  const headers = Object.fromEntries(NAVIGATION);
  const sent = https.get(url, { headers, rejectUnauthorized: false }, (answer) => resolve(answer.resume().headers));
  sent.on("error", reject);
});

/** Has this service worker answer from now on. */
async function register(who, address) {
  await who.open(`${service}/`);
  await who.evaluate(async (url) => {
    const controls = new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
    await navigator.serviceWorker.register(url);
    await controls;
  }, address);
}

for (const engine of ENGINES) {
  test(`t73 t120 a ping of a link and a beacon end no session, on the service's own page too, in ${engine}`, async () => {
    const who = await signedIn(engine, "kenneth", { preferences: PINGS });
    for (const [page, ping] of [[`${service}/account`, "/account/pinged"], [await siblings(), "/account/sibling"]]) {
      await who.open(page);
      const targets = ["/auth/sign-out", "/auth/sign-out?everywhere", ping];
      const sent = await who.evaluate((base, paths) => {
        const addresses = paths.map((path) => base + path);
        const link = Object.assign(document.createElement("a"), { href: "#pinged", id: "link", textContent: "link", ping: addresses.join(" ") });
        document.body.append(link);
        return addresses.map((address) => navigator.sendBeacon(address, "x"));
      }, service, targets);
      assert.deepEqual(sent, [true, true, true]);
      await who.click({ selector: "#link" });
      // The service's own beacon and ping arrive, each behind those to the sign-out; a sibling's are refused.
      const own = page.startsWith(`${service}/`);
      if (own) await who.until(() => seen.filter((line) => line === `POST ${ping}`).length === 2, `two posts to ${ping}`);
      else await world.logs("refused", "other_site");
      await who.open(`${service}/account`);
      assert.equal(await who.url(), `${service}/account`, `after ${page}`);
      await who.reads(/content/);
    }
  });

  test(`t118 when a sibling's cookies are more than the service takes then a person deletes them and goes on, in ${engine}`, async () => {
    const who = await signedIn(engine);
    await who.open(await siblings());
    const planted = await who.evaluate(() => {
      for (let number = 0; number < 10; number += 1) document.cookie = `big${number}=${"x".repeat(990)}; Path=/; Secure`;
      return document.cookie.length;
    });
    assert.ok(planted > ROOM, `${planted} bytes`);
    await who.open(`${service}/account`);
    await who.reads(/Your browser sent too many cookies/, "h1");
    await who.until(() => who.evaluate(() => document.getAnimations().length === 0), "the button can be clicked");
    await who.click({ selector: "form button" });
    await who.at(new RegExp(`^${service}/auth/signed-out`));
    assert.equal(await who.evaluate(() => document.cookie), "");
    await nextSecond();
    await who.open(`${service}/account`);
    await choose(who, "kenneth");
    await who.at(`${service}/account`);
    await who.reads(/content/);
  });

  test(`t119 when a script plants another person's sign-in then the person is told who is signed in now, in ${engine}`, async () => {
    const who = await signedIn(engine);
    // The attacker's own sign-in, stopped before its callback.
    await world.provider.auto("amal");
    const start = await asked(`${service}/account`);
    const { location: callback } = await asked(start.location);
    await world.provider.auto(null);
    const [attempt] = start["set-cookie"].map((line) => line.split(";")[0]).filter((line) => line.startsWith("__Host-ol-attempt"));
    await who.evaluate((line) => (document.cookie = `${line}; Path=/; Secure`), attempt);
    await who.open(callback);
    await who.reads(/You are signed in with a different GOV\.UK One Login/, "h1");
  });

  test(`a frame that needs a sign-in says so, and an object shows its fallback, in ${engine}`, async () => {
    const who = await person(engine);
    const embed = async (html) => {
      await who.open(`${service}/`);
      await who.evaluate((text) => document.body.insertAdjacentHTML("beforeend", text), html);
    };
    // An error's page, and another site's, is out of reach.
    const inside = () => who.evaluate(() => document.body.lastElementChild.contentDocument?.body?.innerText ?? "");
    const asks = async () => /^You need to use GOV\.UK One Login to see this/.test(await inside());
    const iframe = '<iframe src="/account/part"></iframe>';
    await embed(iframe);
    await who.until(asks, "the frame asks for a sign-in");
    await embed('<object data="/account/part">the fallback</object>');
    await who.reads(/the fallback/);
    // docs/browsers.md: a service worker that hands frames on leaves them empty, one that hands on only pages does not.
    await register(who, "/worker.js");
    await embed(iframe);
    await who.until(async () => (await world.provider.paths()).includes("/authorize"), "the frame was led to One Login");
    assert.equal(await inside(), "");
    await register(who, "/worker.js?pages");
    await embed(iframe);
    await who.until(asks, "the frame asks for a sign-in");
  });
}
