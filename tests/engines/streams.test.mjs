// Sockets, events, downloads, the script that warns of a session's end, identities, and browsers that guard their person, in
// the three engines.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ENGINES } from "../harness/engines/engines.mjs";
import { inEngines } from "../harness/engines/person.mjs";
import { ROUTES } from "../harness/world.mjs";

const CLAIMS = ["coreIdentityJWT", "address", "passport", "drivingPermit", "returnCode"];
const proved = { path: "/apply", level: "Cl.Cm.P2", release: ["coreIdentity", "address"], not_proved: "/apply/not-proved" };
const DEMO = {
  host: "localhost", registered_claims: CLAIMS, registration: { claims: CLAIMS, client_locs: ["P0", "P2"] },
  session_idle_seconds: 60, session_absolute_seconds: 3600,
  routes: [proved, { path: "/echo/form", form_warning: true }, { path: "/apply/not-proved", access: "optional", release: ["returnCode"] }, ...ROUTES],
};

let world, service, person, choose, signIn, signedIn;

inEngines({ services: { DEMO } }, (made) => ({ world, service, person, choose, signIn, signedIn } = made));
beforeEach(async () => {
  await world.provider.control("POST", "times", { token: "core-identity" });
  await world.provider.control("POST", "in-person", { persona: "ivor", seen: false });
});

for (const engine of ENGINES) {
  test(`t62 a socket, events, a download and a part of a file come through, and another site opens no socket, in ${engine}`, async () => {
    const who = await signedIn(engine);
    const echo = (url) => new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.onopen = () => socket.send("hello");
      socket.onmessage = ({ data }) => resolve(data);
      socket.onerror = () => resolve("refused");
    });
    const socket = `${service.replace("https", "wss")}/ws`;
    assert.equal(await who.evaluate(echo, socket), "hello");
    const events = await who.evaluate(() => new Promise((resolve) => {
      const [source, heard] = [new EventSource("/events"), []];
      source.onmessage = ({ data }) => heard.push(data) === 3 && (source.close(), resolve(heard));
    }));
    assert.deepEqual(events, ["event 1", "event 2", "event 3"]);
    const whole = await who.evaluate(async () => (await (await fetch("/download?bytes=3000000")).arrayBuffer()).byteLength);
    assert.equal(whole, 3_000_000);
    const part = await who.evaluate(async () => {
      const answer = await fetch("/range", { headers: { Range: "bytes=10-19" } });
      return [answer.status, answer.headers.get("Content-Range"), (await answer.arrayBuffer()).byteLength];
    });
    assert.deepEqual(part, [206, "bytes 10-19/100000", 10]);
    await who.open(`${world.provider.url}/elsewhere`);
    assert.equal(await who.evaluate(echo, socket), "refused");
  });

  test(`session.js warns before the end, keeps the session when asked, and says when it has ended, in ${engine}`, async () => {
    const who = await signedIn(engine);
    const session = async () => (await who.session()).value;
    const before = await session();
    await who.evaluate(() => {
      const script = Object.assign(document.createElement("script"), { src: "/auth/assets/session.js" });
      script.dataset.warning = "58";
      document.head.append(script);
    });
    await who.reads(/You are about to be signed out/, "dialog[open]");
    assert.equal(await session(), before, "asking prolongs nothing");
    await who.click({ selector: "dialog[open] button" });
    await who.until(async () => (await session()) !== before, "the session is prolonged");
    await who.endSession();
    await who.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await who.at(new RegExp(`^${service}/auth/page\\?name=ended-elsewhere`));
    await who.reads(/You have been signed out/, "h1");
    await who.click({ says: "Sign in" });
    await who.at(`${service}/account`);
  });

  test(`a form that would be lost stays on its page, and is sent after a sign-in in a new tab, in ${engine}`, async () => {
    const who = await signedIn(engine);
    await who.evaluate(() => new Promise((resolve) => {
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action: "/echo/form?n=1", id: "long" });
      form.innerHTML = '<input name="answer" aria-label="Answer"><button name="next" value="save">Save</button>';
      document.body.prepend(form);
      // The script has had its first answer when it asks for no more.
      const { fetch } = window;
      window.fetch = (...args) => fetch(...args).finally(() => setTimeout(resolve, 200));
      const script = Object.assign(document.createElement("script"), { src: "/auth/assets/session.js" });
      script.dataset.warning = "1";
      document.head.append(script);
    }));
    await who.type("#long input", "an answer");
    await who.endSession();
    const first = await who.tabs();
    await who.click({ selector: "#long button" });
    await who.reads(/You need to sign in before you can send this/, "dialog[open]");
    await who.click({ says: "Sign in (opens in new tab)" });
    const opened = await who.until(async () => (await who.tabs()).find((tab) => !first.includes(tab)), "there is a new tab");
    await who.to(opened);
    await who.at(`${service}/account`);
    await who.to(first[0]);
    await who.click({ says: "Go back to your answers" });
    await who.click({ selector: "#long button" });
    await who.at(`${service}/echo/form?n=1`);
    const sent = (await world.origin.requests()).filter(({ method }) => method === "POST");
    const length = ({ headers }) => headers.find(([name]) => name.toLowerCase() === "content-length")[1];
    assert.deepEqual(sent.map((request) => [request.target, length(request)]), [["/echo/form?n=1", `${"answer=an+answer&next=save".length}`]]);
  });

  test(`t14 an identity is proved, or at a Post Office after a while, in ${engine}`, async () => {
    const who = await signedIn(engine);
    await who.open(`${service}/apply`);
    await who.at(`${service}/apply`);
    assert.equal(await who.evaluate(() => document.querySelector("#family-name").value), "Decerqueira");
    const ivor = await signedIn(engine, "ivor");
    await ivor.open(`${service}/apply`);
    await ivor.reads(/Take your letter to a Post Office/, "h1");
    await world.provider.control("POST", "in-person", { persona: "ivor", seen: true });
    await ivor.open(`${service}/auth/return`);
    await ivor.reads(/Continue proving your identity/, "h1");
    await ivor.click({ says: "Continue" });
    await ivor.at(`${service}/apply`);
    assert.equal(await ivor.evaluate(() => document.querySelector("#family-name").value), "Bevan");
  });
}

test("a person whose Firefox guards against trackers strictly signs in and out, also when it purges bounces", async () => {
  const preferences = {
    "browser.contentblocking.category": "strict",
    "privacy.trackingprotection.enabled": true,
    "network.cookie.cookieBehavior": 5,
    "privacy.bounceTrackingProtection.mode": 1,
    "privacy.bounceTrackingProtection.bounceTrackingGracePeriodSec": 0,
    "privacy.bounceTrackingProtection.bounceTrackingActivationLifetimeSec": 1,
    "privacy.bounceTrackingProtection.bounceTrackingPurgeTimerPeriodSec": 1,
    "privacy.bounceTrackingProtection.requireStatefulBounces": false,
  };
  const who = await signedIn("Firefox", "kenneth", { preferences });
  await who.reads(/kenneth@example\.gov\.uk/);
  // The purge runs several times meanwhile; a person who clicks on the service keeps the session.
  await who.click({ selector: "header a" });
  await who.at(`${service}/`);
  await who.click({ says: "Go to your account" });
  await who.at(`${service}/account`);
  await who.click({ says: "Sign out" });
  await who.at(new RegExp(`^${service}/auth/signed-out`));
});

test("t37 a person whose browser refuses cookies is told so, at the first time, in Firefox", async () => {
  const who = await person("Firefox", { preferences: { "network.cookie.cookieBehavior": 2 } });
  await world.provider.auto("kenneth");
  try {
    await who.open(`${service}/account`);
    await who.at(new RegExp(`^${service}/auth/callback`));
    await who.reads(/cookie/i, "main");
  } finally {
    await world.provider.auto(null);
  }
});
