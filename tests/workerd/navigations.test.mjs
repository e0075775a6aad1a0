// The headers of a person's navigation in three engines, in-app browsers and service workers, as recorded in Chromium
// 156, Firefox ESR 153.8 and WebKitGTK 2.50.6. With each the person signs in, sees the page about a lost form, and
// signs out.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { authorise } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

let world;
let own;

before(async () => {
  world = await World.start();
  own = `http://${world.host}`;
});
beforeEach(() => world.clear());
after(() => world?.stop());

const BLINK = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
const GECKO = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const NAVIGATIONS = {
  "Chromium": [["Accept", BLINK], ["Sec-Fetch-Dest", "document"], ["Sec-Fetch-Mode", "navigate"], ["Sec-Fetch-User", "?1"], ["Upgrade-Insecure-Requests", "1"]],
  "an app on Android": [["Accept", BLINK], ["Sec-Fetch-Dest", "document"], ["Sec-Fetch-Mode", "navigate"], ["X-Requested-With", "com.facebook.katana"]],
  "an old WebView": [["Accept", GECKO], ["X-Requested-With", "com.google.android.gm"]],
  "an old WebView without an app's id": [["Accept", GECKO], ["X-Requested-With", ""]],
  "a service worker in Chromium": [["Accept", BLINK], ["Sec-Fetch-Dest", "empty"], ["Sec-Fetch-Mode", "navigate"], ["Upgrade-Insecure-Requests", "1"]],
  "a service worker in WebKit": [["Accept", GECKO], ["Sec-Fetch-Dest", "empty"], ["Sec-Fetch-Mode", "navigate"]],
  "a service worker in Firefox": [["Accept", GECKO], ["Sec-Fetch-Dest", "empty"], ["Sec-Fetch-Mode", "same-origin"], ["Upgrade-Insecure-Requests", "1"]],
  "a navigation preload": [["Accept", GECKO], ["Sec-Fetch-Dest", "document"], ["Sec-Fetch-Mode", "navigate"], ["Service-Worker-Navigation-Preload", "true"]],
};

for (const [who, headers] of Object.entries(NAVIGATIONS)) {
  test(`${who}: a person gets in, is told of a form that was lost, and gets out`, async () => {
    const form = { method: "POST", target: "/account/apply", headers, body: "a=b" };
    const lost = await world.raw(form);
    assert.equal(lost.status, 401);
    assert.match(lost.text, /did not save/);

    for (const target of ["/account/here", "/auth/sign-in?return_to=/account/here"]) {
      const browser = world.browser();
      const start = await browser.send({ target, headers });
      assert.equal(start.status, 302, start.text);
      const back = await browser.send({ target: await authorise(world, start.location), headers });
      assert.deepEqual([back.status, back.location], [303, "/account/here"]);
      assert.equal((await browser.send({ target: back.location, headers })).status, 200);

      const referrer = ["Referer", `${own}/account`];
      const site = ["Sec-Fetch-Site", "same-origin"];
      const posted = { method: "POST", target: "/auth/sign-out", body: "" };
      const other = await browser.send({ ...posted, headers: [...headers, site, ["Origin", "https://evil.example"], referrer] });
      assert.match(other.text, /Do you want to sign out\?/);
      assert.ok(browser.session);
      const gone = await browser.send({ ...posted, headers: [...headers, site, ["Origin", own], referrer] });
      assert.match(gone.text, /You are being signed out/);
      assert.equal(browser.session, undefined);
    }
  });
}

test("GOV.UK's link checker is redirected, and finds no page that asks for a login", async () => {
  const headers = [["Accept", "*/*"], ["User-Agent", "GOV.UK Link Checker"], ["Accept-Encoding", "none"]];
  for (const method of ["GET", "HEAD"]) {
    for (const target of ["/account", "/auth/sign-in"]) {
      const answer = await world.raw({ method, target, headers });
      assert.deepEqual([answer.status, new URL(answer.location).origin], [302, world.provider.url], `${method} ${target}`);
    }
  }
});
