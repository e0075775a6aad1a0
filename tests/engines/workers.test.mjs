// A service with a service worker, a form that takes an hour, and everything that is no page, in the three engines.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ENGINES } from "../harness/engines/engines.mjs";
import { inEngines } from "../harness/engines/person.mjs";
import { nextSecond } from "../harness/journey.mjs";
import { startOrigin } from "../harness/origin.mjs";

let world, service, person, choose, signIn, signedIn, origin;

const page = (body, headers = {}) => (_, response) => {
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", ...headers });
  response.end(`<!DOCTYPE html><html lang="en"><title>Service</title><h1>Service</h1>${body}`);
};
const worker = (preload) => `
  self.addEventListener("install", () => self.skipWaiting());
  self.addEventListener("activate", (event) => event.waitUntil(Promise.all([
    ${preload} ? self.registration.navigationPreload.enable() : null, self.clients.claim(),
  ])));
  self.addEventListener("fetch", (event) => event.respondWith((async () =>
    (${preload} && (await event.preloadResponse)) || fetch(event.request))()));`;
const script = (text) => (_, response) => response.writeHead(200, { "Content-Type": "text/javascript" }).end(text);
const leave = `<form action="/auth/sign-out" method="post"><button>Sign out</button></form>`;
const form = `<form action="/account/sent" method="post"><input name="answer" id="answer"><button>Send</button></form>`;

const PATHS = {
  "/": page(`<a href="/account/form">Begin</a>`),
  "/worker-plain.js": script(worker(false)),
  "/worker-preload.js": script(worker(true)),
  "/account/form": page(form),
  "/account/private-form": page(form, { "Cache-Control": "private, max-age=0" }),
  "/account/kept": page(`<p>personal</p>${leave}`, { "Cache-Control": "private, max-age=600" }),
  "/account/whose": (request, response) => {
    const [, claims] = (request.headers["one-login-assertion"] ?? "").split(".");
    page(`<p>for ${JSON.parse(Buffer.from(claims, "base64url")).sub}</p>`, { "Cache-Control": "private, max-age=600" })(request, response);
  },
  "/account/plain": page(`<p>personal</p>${leave}`),
  "/account/sent": page("<p>received</p>"),
};

async function settings() {
  origin = await startOrigin(PATHS);
  const routes = [
    { path: "/", access: "public" }, { path: "/worker-plain.js", access: "public" },
    { path: "/worker-preload.js", access: "public" }, { path: "/account/*" },
  ];
  return { services: { DEMO: { host: "localhost", origin: origin.url, revocation_check_seconds: 0, routes } } };
}

inEngines(settings, (made) => ({ world, service, person, choose, signIn, signedIn } = made));
after(() => origin?.stop());

/** Registers a service worker and waits until it has this page. */
async function register(who, name) {
  await who.open(`${service}/`);
  await who.evaluate(async (url) => {
    await navigator.serviceWorker.register(url);
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
    }
  }, `/worker-${name}.js`);
}

/**
 * Follows a link of the page that is shown. An address that is typed right after a sign-in leaves a page behind that Firefox
 * 153 gives back although it was told to empty its cache (docs/browsers.md).
 */
async function follow(who, href) {
  await who.evaluate((to) => {
    document.body.append(Object.assign(document.createElement("a"), { href: to, id: "next", textContent: "next" }));
  }, href);
  await who.click({ selector: "#next" });
}

for (const engine of ENGINES) {
  for (const name of ["plain", "preload"]) {
    test(`t100 t114 through a ${name} service worker a person signs in, again after the session's end, and sends a form late, in ${engine}`, async () => {
      const who = await person(engine);
      await register(who, name);
      await who.click({ says: "Begin" });
      await choose(who, "kenneth");
      await who.at(`${service}/account/form`);
      await who.endSession();
      await who.open(`${service}/auth/sign-in?return_to=/account/form`);
      await who.at(`${service}/account/form`);
      await who.endSession();
      await who.type("#answer", "an hour of work");
      await who.click({ says: "Send" });
      // A form cannot be repeated by a redirect: a page says what to do, and no JSON does.
      await who.reads(/session|sign in/i, "h1");
      await who.open(`${service}/account/form`);
      await who.at(`${service}/account/form`);
    });

    test(`t73 t112 through a ${name} service worker another site's form signs out no person without asking, in ${engine}`, async () => {
      const who = await person(engine);
      await register(who, name);
      await signIn(who, "kenneth", "/account/form");
      for (const policy of ["unsafe-url", "no-referrer"]) {
        await who.open(`${world.provider.url}/elsewhere`);
        await who.evaluate((action, content) => {
          document.head.append(Object.assign(document.createElement("meta"), { name: "referrer", content }));
          const sent = Object.assign(document.createElement("form"), { action, method: "post" });
          document.body.append(sent);
          setTimeout(() => sent.submit());
        }, `${service}/auth/sign-out`, policy);
        await who.at(`${service}/auth/sign-out`);
        await who.reads(/Do you want to sign out\?/, "h1");
        await who.open(`${service}/account/form`);
        await who.at(`${service}/account/form`);
      }
    });
  }

  test(`t114 when a session ends while a form is filled in then going back brings the answers, in ${engine}`, async () => {
    const who = await person(engine);
    await signIn(who, "kenneth");
    for (const place of ["/account/form", "/account/private-form"]) {
      // One Login knows the person, so that it asks nothing the second time.
      await who.open(`${service}${place}`);
      await who.at(`${service}${place}`);
      // A later answer renews the session, and is as good to go back to.
      await nextSecond();
      await who.open(`${service}${place}`);
      await who.type("#answer", "an hour of work");
      await who.endSession();
      await who.click({ says: "Send" });
      await who.reads(/session|sign in/i, "h1");
      await who.back();
      await who.at(`${service}${place}`);
      assert.equal(await who.evaluate(() => document.querySelector("#answer").value), "an hour of work", place);
    }
  });

  test(`t47 when another person takes over a browser then Back in another tab shows nothing of the first, in ${engine}`, async () => {
    const who = await person(engine);
    // This tab waits at One Login while the first person signs in in another one.
    await who.open(`${service}/account/whose`);
    await who.at(new RegExp(`^${world.provider.url}/authorize`));
    const [late] = await who.tabs();
    const tab = await who.tab();
    await signIn(who, "kenneth", "/account/whose");
    const [whom] = (await who.text()).match(/for \S+/);
    await follow(who, "/");
    await who.at(`${service}/`);
    await who.to(late);
    await choose(who, "amal");
    await who.reads(/You are signed in with a different GOV.UK One Login/, "h1");
    await who.click({ says: "Continue" });
    await who.at(`${service}/`);
    await who.to(tab);
    await who.back();
    await who.at(`${service}/account/whose`);
    await who.reads(/for \S+/);
    assert.ok(!(await who.text()).includes(whom));
  });

  test(`after signing out, by a form and by a link, going back shows nothing personal, in ${engine}`, async () => {
    const who = await person(engine);
    for (const way of ["form", "link"]) {
      await who.open(`${service}/`);
      await nextSecond();
      await signIn(who, "kenneth", "/account/plain");
      await follow(who, "/account/kept");
      await who.at(`${service}/account/kept`);
      if (way === "link") await follow(who, "/auth/sign-out");
      else await who.click({ says: "Sign out" });
      await who.at(new RegExp(`^${service}/auth/signed-out`));
      await who.reads(/You have signed out/);
      for (let step = 1; step <= 5; step += 1) {
        await who.back();
        assert.doesNotMatch(await who.text(), /personal/, `${way}: ${await who.url()} after ${step} steps`);
      }
    }
  });
}
