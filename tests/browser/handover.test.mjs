// A browser with ten busy tabs is handed from one person to another, in Chromium: pages that poll, and whose slow requests
// are always on their way. From the end of the first session on, the service hears of the second person only.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeJwt } from "jose";
import { inChromium } from "../harness/chromium.mjs";
import { startOrigin } from "../harness/origin.mjs";

const TABS = 10;
/** How long a slow answer takes at most, in milliseconds. */
const SLOW = 3_000;
const FIRST = "kenneth@example.gov.uk";
const SECOND = "amal@example.gov.uk";

const email = ({ headers }) => {
  const assertion = headers["one-login-assertion"];
  return assertion === undefined ? undefined : decodeJwt(assertion).email;
};

const busy = (person, n) => `<!DOCTYPE html><html lang="en"><title>Busy</title><h1>${person}</h1>
<a href="/auth/sign-out">Sign out</a>
<script>
const ask = async (path, pause) => {
  for (;;) {
    await fetch(path).then((answer) => answer.text(), () => undefined);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
};
ask("/account/poll?${n}", 100);
ask("/account/slow?${n}", 1);
</script></html>`;

let slowly = 0;
const origin = await startOrigin({
  "/account/busy": (request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(busy(email(request), request.url.split("?")[1] ?? ""));
  },
  "/account/poll": (request, response) => response.end(email(request)),
  "/account/slow": (request, response) => {
    slowly = (slowly + 1) % TABS;
    setTimeout(() => response.end(email(request)), (SLOW * (slowly + 1)) / TABS);
  },
});
after(() => origin.stop());

let world, service, person;
// The account is asked every second, so that an answer renews the session's cookie as often.
const services = { DEMO: { host: "localhost", origin: origin.url, revocation_check_seconds: 1 } };
inChromium({ auto: null, services }, (made) => ({ world, service, person } = made));

async function signIn(page, name) {
  await page.goto(`${service}/account/busy`);
  await page.getByRole("radio", { name }).check();
  await page.getByRole("button", { name: /^(Continue|Parhau)$/ }).click();
  await page.waitForURL(`${service}/account/busy`);
}

const ENDS = {
  "signs out in one of them": async (tabs) => {
    await tabs[4].getByRole("link", { name: "Sign out" }).click();
    // The busy tabs hold every connection of the browser, so that the page's style sheets come late.
    await tabs[4].waitForURL(`${service}/auth/signed-out?**`, { waitUntil: "commit" });
  },
  "is signed out by a notification": async (tabs) => {
    await world.provider.endSessions("kenneth");
    await world.provider.delivered();
    // The account's last answer is valid for a second.
    await sleep(2_000);
    await tabs[4].reload();
    assert.ok(tabs[4].url().startsWith(`${world.provider.url}/`), tabs[4].url());
  },
};

for (const [how, end] of Object.entries(ENDS)) {
  test(`t110 t46 with ten busy tabs the first person ${how}, and nothing of theirs reaches the second`, async () => {
    const { context, page } = await person();
    await signIn(page, /Kenneth/);
    const tabs = [page];
    while (tabs.length < TABS) tabs.push(await context.newPage());
    await Promise.all(tabs.map((tab, n) => tab.goto(`${service}/account/busy?${n}`)));
    // Several renewals, and slow answers of every length on their way.
    await sleep(SLOW);
    const sessions = async () => {
      const cookies = await context.cookies(service);
      return cookies.filter(({ name }) => name.startsWith("__Host-ol-session")).map(({ name }) => name);
    };
    const own = await sessions();
    assert.equal(own.length, 1);
    assert.ok(origin.seen.some((request) => request.target.startsWith("/account/slow") && email(request) === FIRST));

    await end(tabs);
    const ended = origin.seen.length;
    await signIn(tabs[7], /Amal/);
    // The last slow answer to the first person arrives meanwhile.
    await sleep(SLOW + 1_000);
    const heard = new Set(origin.seen.slice(ended).map(email));
    assert.deepEqual([...heard], [SECOND], "the service hears of the second person only");
    for (const tab of tabs) {
      await tab.goto(`${service}/account/busy`);
      assert.equal(await tab.textContent("h1"), SECOND);
    }
    const now = await sessions();
    assert.equal(now.length, 1, now.join());
    assert.notDeepEqual(now, own);
    const names = (await context.cookies(service)).map(({ name }) => name);
    assert.deepEqual(names.filter((name) => /ending|inactive/.test(name)), []);
  });
}
