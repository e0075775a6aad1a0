// The journey as a person makes it, in Chromium: the public page, One Login, and back signed in.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { decodeJwt } from "jose";
import { faults, inChromium, picture } from "../harness/chromium.mjs";

let world, service, person;

inChromium({ auto: null }, (made) => ({ world, service, person } = made));
beforeEach(() => world.provider.control("POST", "single-sign-on", { enabled: null }));

/** From the front page to the provider's. */
async function toTheProvider(page) {
  await page.goto(`${service}/`);
  await page.getByRole("link", { name: "Go to your account" }).click();
  await page.waitForURL(`${world.provider.url}/authorize?**`);
}

/** Chooses who to be and goes on. */
async function choose(page, name) {
  await page.getByRole("radio", { name }).check();
  await page.getByRole("button", { name: "Continue" }).click();
}

test("a person signs in and is greeted by name of the verified assertion", async () => {
  const { page, context, complaints } = await person();
  await page.goto(`${service}/`);
  assert.match(await page.textContent("h1"), /Apply for a demo licence/);
  assert.match(await page.textContent("main"), /Anybody can read this page/);
  await toTheProvider(page);
  assert.match(await page.textContent("h1"), /Who is signing in to Apply for a demo licence\?/);
  await choose(page, /Kenneth Decerqueira/);
  await page.waitForURL(`${service}/account`);
  assert.match(await page.textContent("h1"), /Your account/);
  assert.match(await page.textContent(".panel"), /You are signed in as kenneth@example\.gov\.uk/);
  await picture(page, "sign-in.png");

  const cookies = (await context.cookies(service)).filter(({ name }) => name.startsWith("__Host-"));
  const session = cookies.find(({ name }) => name.startsWith("__Host-ol-session-"));
  assert.deepEqual([session.httpOnly, session.secure, session.sameSite, session.path, session.expires], [true, true, "Lax", "/", -1]);
  assert.deepEqual(cookies.filter(({ name }) => name.includes("attempt")), []);
  assert.equal(await page.evaluate(() => document.cookie), "", "no script reads any of them");
  // The code was in an address for a moment, and is in no referrer and no history entry.
  assert.equal(await page.evaluate(() => document.referrer.includes("code=")), false);
  const arrived = (await world.origin.requests()).filter(({ target }) => target === "/account");
  assert.ok(arrived.every(({ headers }) => headers.every(([, value]) => !value.includes("code="))));
  assert.deepEqual(complaints, []);
});

test("a second tab of the same person needs no second sign-in, another person's browser does", async () => {
  const { page, context } = await person();
  await toTheProvider(page);
  await choose(page, /Amal Rahman/);
  await page.waitForURL(`${service}/account`);
  const tab = await context.newPage();
  await tab.goto(`${service}/account/other`);
  assert.match(await tab.textContent(".panel"), /amal@example\.gov\.uk/);
  const stranger = await person();
  await stranger.page.goto(`${service}/account`);
  assert.ok(stranger.page.url().startsWith(world.provider.url));
});

test("the journey needs no JavaScript", async () => {
  const { page } = await person({ javaScriptEnabled: false });
  await toTheProvider(page);
  await choose(page, /Siân/);
  await page.waitForURL(`${service}/account`);
  assert.match(await page.textContent(".panel"), /siân\.ŵyn@enghraifft\.cymru/);
});

test("a browser in Welsh is met in Welsh, here and at the provider", async () => {
  const { page } = await person({ locale: "cy-GB" });
  await toTheProvider(page);
  const object = new URL(page.url()).searchParams.get("request");
  assert.equal(decodeJwt(object).ui_locales, "cy");
  await page.goto(`${service}/auth/nothing`);
  assert.equal(await page.getAttribute("html", "lang"), "cy");
  assert.match(await page.textContent("h1"), /Heb ddod o hyd i’r dudalen/);
  await picture(page, "page-not-found-cy.png");
});

test("t27 going back after signing in leads on again, because the provider knows the person still", async () => {
  const { page } = await person();
  await toTheProvider(page);
  await choose(page, /Kenneth/);
  await page.waitForURL(`${service}/account`);
  const answer = await page.goBack();
  // The provider answers at once, and the person is signed in when the callback arrives.
  assert.deepEqual([page.url(), answer.status()], [`${service}/`, 200]);
  await page.goto(`${service}/account`);
  assert.match(await page.textContent(".panel"), /kenneth@example\.gov\.uk/);
});

test("t27 going back to a provider that asks again, and choosing again, ends in no error", async () => {
  await world.provider.control("POST", "single-sign-on", { enabled: false });
  const { page } = await person();
  await toTheProvider(page);
  await choose(page, /Kenneth/);
  await page.waitForURL(`${service}/account`);
  await page.goBack();
  assert.ok(page.url().startsWith(`${world.provider.url}/authorize`), page.url());
  // The page may come from the browser's cache or from the network; the person can go on from both.
  const [answer] = await Promise.all([page.waitForNavigation(), choose(page, /Kenneth/)]);
  if (page.url().startsWith(service)) assert.equal(answer.status(), 200, await page.textContent("h1"));
  else assert.match(await page.textContent("main"), /Go back to the service and start again/);
  await page.goto(`${service}/account`);
  assert.match(await page.textContent(".panel"), /kenneth@example\.gov\.uk/);
  await page.goBack();
  await page.goForward();
  assert.match(await page.textContent(".panel"), /kenneth@example\.gov\.uk/);
});

test("a person who declines reads what to do, and can start again from there", async () => {
  const { page, complaints } = await person();
  await toTheProvider(page);
  await choose(page, /Declan/);
  await page.waitForURL(`${service}/auth/callback?**`);
  assert.match(await page.textContent("h1"), /There was a problem with GOV\.UK One Login/);
  // The style sheet is the page's own, and its security policy lets nothing else in.
  assert.match(await page.evaluate(() => getComputedStyle(document.querySelector("h1")).fontFamily), /sans-serif|Arial|Helvetica/i);
  assert.deepEqual(complaints.filter((text) => !/status of 502/.test(text)), []);
  await picture(page, "start-again.png");
  await page.getByRole("link", { name: "Try again" }).click();
  await page.waitForURL(`${world.provider.url}/authorize?**`);
  await choose(page, /Kenneth/);
  await page.waitForURL(`${service}/account`);
});

test("t31 t41 a frame on another site shows no sign-in, and a link from there does", async () => {
  const { page } = await person();
  const outside = `${world.provider.url}/`;
  await page.goto(outside);
  const [framed] = await Promise.all([
    page.waitForResponse((response) => response.url() === `${service}/account`),
    page.evaluate((url) => document.body.append(Object.assign(document.createElement("iframe"), { src: url })), `${service}/account`),
  ]);
  assert.equal(framed.status(), 401);
  await page.goto(outside);
  await page.evaluate((url) => (location.href = url), `${service}/account`);
  await page.waitForURL(`${world.provider.url}/authorize?**`);
});

test("when a page of the service holds a frame then the link in it opens One Login in the whole window and leads back to the page", async () => {
  const { page } = await person();
  const add = (src) => page.evaluate((url) => document.body.append(Object.assign(document.createElement("iframe"), { src: url })), src);
  const frame = page.frameLocator("iframe");
  await page.goto(`${service}/?step=2`);
  await add("/account");
  await frame.getByRole("heading", { name: "You need to use GOV.UK One Login to see this" }).waitFor();
  assert.deepEqual(await faults(page.frames().at(-1)), []);
  await picture(page, "frame.png");
  await frame.getByRole("link", { name: "Continue to GOV.UK One Login" }).click();
  await page.waitForURL(`${world.provider.url}/authorize?**`);
  await choose(page, /Kenneth/);
  await page.waitForURL(`${service}/?step=2`);
  await add("/account");
  await frame.getByText("You are signed in as kenneth@example.gov.uk").waitFor();
});

test("when a form in a frame needs a sign-in then the page's other language opens in the whole window", async () => {
  const { page } = await person();
  await page.goto(`${service}/`);
  await page.evaluate(() => {
    const frame = Object.assign(document.createElement("iframe"), { name: "part", width: 600, height: 600 });
    const form = Object.assign(document.createElement("form"), { method: "post", action: "/account/apply", target: "part" });
    document.body.append(frame, form);
    form.submit();
  });
  const frame = page.frameLocator("iframe");
  await frame.getByRole("heading", { name: "You need to sign in before you can send this" }).waitFor();
  await frame.getByRole("link", { name: "Cymraeg" }).click();
  await page.waitForURL(`${service}/auth/page?name=form-expired&lang=cy&**`);
  assert.match(await page.textContent("h1"), /Mae angen i chi fewngofnodi cyn y gallwch anfon hyn/);
});

test("t85 when another site holds the page around a frame then the browser shows none of it", async () => {
  const { page } = await person();
  await page.goto(`${world.provider.url}/`);
  // The demo's own pages may not be framed by another site, so that the test gives a page without a policy.
  await page.route(`${service}/around`, (route) => route.fulfill({ contentType: "text/html", body: '<iframe src="/account"></iframe>' }));
  const asked = page.waitForResponse(`${service}/account`);
  await page.evaluate((url) => document.body.append(Object.assign(document.createElement("iframe"), { src: url })), `${service}/around`);
  const { "x-frame-options": framed } = (await asked).headers();
  assert.equal(framed, "SAMEORIGIN", "the edge cannot tell it from a frame of the service's own");
  await page.waitForFunction(() => frames[0]?.length === 1);
  const inner = page.frames().find((frame) => frame.parentFrame()?.url() === `${service}/around`);
  await inner.waitForLoadState();
  assert.match(inner.url(), /^chrome-error:/);
});

test("t62 a page of the service opens a socket as the person who is signed in, another site's does not", async () => {
  const { page } = await person();
  await toTheProvider(page);
  await choose(page, /Kenneth/);
  await page.waitForURL(`${service}/account`);
  const echo = (url) =>
    new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.onopen = () => socket.send("hello");
      socket.onmessage = ({ data }) => resolve(data);
      socket.onerror = () => resolve("refused");
    });
  const address = `ws://${world.host}/ws`;
  assert.equal(await page.evaluate(echo, address), "hello");
  await page.goto(`${world.provider.url}/`);
  assert.equal(await page.evaluate(echo, address), "refused");
});
