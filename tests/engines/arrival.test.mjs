// Arrival at a service that knows the person and redirects, in the three engines: `Sec-Fetch-Site` of the redirect speaks of
// the whole way back from One Login.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ENGINES } from "../harness/engines/engines.mjs";
import { inEngines } from "../harness/engines/person.mjs";
import { startOrigin } from "../harness/origin.mjs";

const WELCOME = "/account/welcome";
const WORKER = `self.addEventListener("install", () => self.skipWaiting());
  self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  self.addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));`;

let world, service, person, choose, origin;

const html = (text) => (_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end(`<!DOCTYPE html>${text}`);

async function settings() {
  origin = await startOrigin({
    "/": html("<h1>Service</h1>"),
    "/account": html("<h1>Account</h1>"),
    [WELCOME]: (_, response) => response.writeHead(303, { Location: "/auth/arrived" }).end(),
    "/worker.js": (_, response) => response.writeHead(200, { "Content-Type": "text/javascript" }).end(WORKER),
  });
  const routes = [{ path: "/", access: "public" }, { path: "/worker.js", access: "public" }, { path: "/account/*" }];
  return { auto: null, services: { DEMO: { host: "localhost", origin: origin.url, arrival: WELCOME, routes } } };
}

inEngines(settings, (made) => ({ world, service, person, choose } = made));
after(() => origin?.stop());

for (const engine of ENGINES) {
  for (const worker of [false, true]) {
    const behind = worker ? "behind a service worker" : "without a service worker";
    test(`t136 a redirect of the arrival page leads on to the wanted page ${behind}, in ${engine}`, async () => {
      const who = await person(engine);
      await who.open(`${service}/`);
      if (worker) {
        await who.evaluate(async () => {
          await navigator.serviceWorker.register("/worker.js");
          await navigator.serviceWorker.ready;
          if (navigator.serviceWorker.controller) return;
          await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
        });
      }
      await who.open(`${service}/account?from=letter`);
      await choose(who, "kenneth");
      await who.at(`${service}/account?from=letter`);
      assert.equal(await who.heading(), "Account");
    });
  }
}
