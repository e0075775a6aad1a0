// Forms that reach a route, in the three engines: the service's own under each referrer policy, a sibling's and another
// site's, with and without a service worker that hands them on. A sibling is another port here, which is the same site.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import https from "node:https";
import { after, test } from "node:test";
import { ENGINES } from "../harness/engines/engines.mjs";
import { inEngines } from "../harness/engines/person.mjs";
import { startOrigin } from "../harness/origin.mjs";

let world, service, signIn, person, origin, elsewhere;

const form = (action, policy) => `<!DOCTYPE html><html lang="en"><title>Form</title>
  <meta name="referrer" content="${policy}"><h1>Form</h1><form method="post" action="${action}"><button>Send</button></form>`;
const html = (text) => (_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end(text);
const WORKER = `self.addEventListener("install", () => self.skipWaiting());
  self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  self.addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));`;
const POLICIES = ["strict-origin-when-cross-origin", "same-origin", "no-referrer"];

async function settings() {
  origin = await startOrigin({
    "/": html("<h1>Service</h1>"), "/account": html("<h1>Account</h1>"), "/account/sent": html("<h1>Received</h1>"),
    ...Object.fromEntries(POLICIES.map((policy) => [`/account/${policy}`, html(form("/account/sent", policy))])),
    "/worker.js": (_, response) => response.writeHead(200, { "Content-Type": "text/javascript" }).end(WORKER),
  });
  const routes = [{ path: "/", access: "public" }, { path: "/worker.js", access: "public" }, { path: "/account/*" }];
  return { auto: null, services: { DEMO: { host: "localhost", origin: origin.url, routes } } };
}

inEngines(settings, (made) => ({ world, service, signIn, person } = made));
after(async () => {
  elsewhere?.closeAllConnections();
  elsewhere?.close();
  await origin?.stop();
});

/** Starts the server of the other pages; gives its port. */
async function others() {
  if (elsewhere === undefined) {
    const [key, cert] = await Promise.all(
      ["certificate-key.pem", "certificate.pem"].map((name) => fs.readFile(`${world.certificate}/${name}`)));
    elsewhere = https.createServer({ key, cert }, (request, response) =>
      html(form(`${service}/account/sent`, new URL(request.url, "https://x").searchParams.get("policy")))(request, response));
    await new Promise((resolve) => elsewhere.listen(0, resolve));
  }
  return elsewhere.address().port;
}

async function register(who) {
  await who.open(`${service}/`);
  await who.evaluate(async () => {
    await navigator.serviceWorker.register("/worker.js");
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  });
}

for (const engine of ENGINES) {
  for (const handedOn of [false, true]) {
    const through = handedOn ? "through a service worker " : "";
    test(`t121 ${through}the service's own forms arrive and no other page's do, in ${engine}`, async () => {
      const port = await others();
      const who = await person(engine);
      if (handedOn) await register(who);
      await signIn(who);
      for (const policy of POLICIES) {
        const pages = {
          own: `${service}/account/${policy}`,
          sibling: `https://localhost:${port}/?policy=${policy}`,
          another: `https://127.0.0.1:${port}/?policy=${policy}`,
        };
        for (const [whose, address] of Object.entries(pages)) {
          const before = origin.seen.filter(({ method }) => method === "POST").length;
          await who.open(address);
          await who.click({ selector: "button" });
          // Behind a service worker nothing tells a page of one's own that hides itself from another's.
          const arrives = whose === "own" && !(handedOn && policy === "no-referrer");
          await who.reads(arrives ? /^Received$/ : /^This was sent from another website$/, "h1");
          const after = origin.seen.filter(({ method }) => method === "POST").length;
          assert.equal(after - before, arrives ? 1 : 0, `${whose} ${policy}`);
        }
      }
    });
  }
}
