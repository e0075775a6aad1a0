// Signing out as a person does it, in Chromium: by the buttons of the demo service, and by an address that was typed in.
// A form of another origin only leads to a question.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { inChromium, picture } from "../harness/chromium.mjs";
import { nextSecond } from "../harness/journey.mjs";

let world, service, person;

// The Worker asks the account at every request, so that an ended session is refused at once.
const services = { DEMO: { host: "localhost", revocation_check_seconds: 0 } };
inChromium({ auto: null, services }, (made) => ({ world, service, person } = made));
beforeEach(async () => {
  await world.provider.delivery({ held: false });
  await world.clear();
  await nextSecond();
});

/** A person in a browser of their own who is signed in, on the account's page. */
async function signedIn(name, options) {
  const made = await person(options);
  const { page } = made;
  await page.goto(`${service}/account`);
  await page.getByRole("radio", { name }).check();
  await page.getByRole("button", { name: /^(Continue|Parhau)$/ }).click();
  await page.waitForURL(`${service}/account`);
  return made;
}

/** Asserts that opening the account asks who is there. */
async function assertAsked(page) {
  await page.goto(`${service}/account`);
  assert.ok(page.url().startsWith(`${world.provider.url}/authorize`), page.url());
  assert.match(await page.textContent("h1"), /Who is signing in/);
}

/** The cookies of the edge's own that a browser holds, without the marks of sessions that have ended. */
const kept = async (context) => {
  const names = (await context.cookies(service)).map(({ name }) => name);
  return names.filter((name) => name.startsWith("__Host-") && !name.startsWith("__Host-ol-ended-"));
};

const signOut = (page) => page.getByRole("button", { name: "Sign out", exact: true }).click();
const signedOut = (page) => page.waitForURL(`${service}/auth/signed-out?**`);

test("the service's button signs a person out, here and at the provider", async () => {
  const { page, context, complaints } = await signedIn(/Kenneth/);
  await picture(page, "account.png");
  await signOut(page);
  await signedOut(page);
  assert.match(await page.textContent("h1"), /You have signed out/);
  await picture(page, "signed-out.png");
  assert.deepEqual(await kept(context), []);
  assert.deepEqual(await world.provider.sessions(), []);
  assert.deepEqual((await world.provider.delivered()).map(({ status }) => status), [200]);
  assert.deepEqual(complaints, []);
  await assertAsked(page);
});

for (const [ending, idle_seconds, absolute_seconds] of [["the warning's time", 1, 7200], ["the session's limit", 7200, 4]]) {
  test(`t47 after ${ending} the next person at the computer is asked to sign in`, async () => {
    const { page, complaints } = await signedIn(/Kenneth/);
    await page.goto(`${service}/account/details?part=2`);
    const answers = [{ signed_in: true, level: "Cl.Cm", idle_seconds, absolute_seconds }];
    await page.route("**/auth/session", (route) => route.fulfill({ json: answers.shift() ?? { signed_in: false } }));
    await page.addScriptTag({ url: "/auth/assets/session.js" });
    await signedOut(page);
    assert.match(await page.textContent("h1"), /Your session has ended/);
    const left = (await world.provider.sessions()).filter(({ persona }) => persona === "kenneth");
    assert.deepEqual(left, [], "the provider's session ended too");
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.waitForURL(`${world.provider.url}/authorize**`);
    assert.match(await page.textContent("h1"), /Who is signing in/);
    await page.getByRole("radio", { name: /Siân/ }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(`${service}/account/details?part=2`);
    assert.deepEqual(complaints, []);
  });
}

for (const { locale, heading, link } of [
  { locale: "en-GB", heading: /You are being signed out/, link: "Continue" },
  { locale: "cy-GB", heading: /Rydych yn cael eich allgofnodi/, link: "Parhau" },
]) {
  const lang = locale.slice(0, 2);
  test(`the page that leads on to the provider can be read, and its link followed, when nothing happens (${lang})`, async () => {
    const { page, context } = await signedIn(/Kenneth/, { locale });
    // An answer without content leaves the browser where it is.
    await page.route(`${world.provider.url}/logout**`, (route) => route.fulfill({ status: 204 }));
    await signOut(page);
    await page.getByRole("link", { name: link }).waitFor();
    assert.match(await page.textContent("h1"), heading);
    assert.ok(!(await kept(context)).some((name) => name.startsWith("__Host-ol-session")), "it is over here already");
    await picture(page, `pages/signing-out-${lang}.png`);
    await page.unroute(`${world.provider.url}/logout**`);
    await page.getByRole("link", { name: link }).click();
    await signedOut(page);
  });
}

test("signing out needs no JavaScript, and speaks Welsh", async () => {
  const { page } = await signedIn(/Siân/, { javaScriptEnabled: false, locale: "cy-GB" });
  await signOut(page);
  await signedOut(page);
  assert.equal(await page.getAttribute("html", "lang"), "cy");
  assert.match(await page.textContent("h1"), /Rydych wedi allgofnodi/);
  await picture(page, "signed-out-cy.png");
});

test("when a person signs out everywhere, then their other browser is signed out and other people are not", async () => {
  // The provider's own notifications would end it as well; they are held back, to see what the button does by itself.
  await world.provider.delivery({ held: true });
  const [phone, laptop, amal] = [await signedIn(/Kenneth/), await signedIn(/Kenneth/), await signedIn(/Amal/)];
  await phone.page.getByRole("button", { name: "Sign out everywhere" }).click();
  await signedOut(phone.page);
  await amal.page.goto(`${service}/account/x`);
  assert.match(await amal.page.textContent(".panel"), /amal@example\.gov\.uk/);
  // A script of a page that is still open gets the refusal first.
  const status = await laptop.page.evaluate(async () => (await fetch("/account")).status);
  assert.equal(status, 401);
});

test("t81 when the provider notifies about one browser, then the person's other browser is signed out too", async () => {
  const [phone, laptop] = [await signedIn(/Mo/), await signedIn(/Mo/)];
  await signOut(phone.page);
  await signedOut(phone.page);
  await world.provider.delivered();
  assert.equal(await laptop.page.evaluate(async () => (await fetch("/account")).status), 401);
});

test("t73 t101 when a browser prefetches the sign-out, then no session ends before the person clicks", async () => {
  const rules = { prefetch: "prefetch", prerender: "prerender" };
  for (const kind of Object.keys(rules)) {
    const { page, context } = await signedIn(/Kenneth/);
    const debug = await context.newCDPSession(page);
    await debug.send("Preload.enable");
    const looked = new Promise((resolve) => {
      const seen = ({ key, status }) => {
        if (key.url.includes("/auth/sign-out") && ["Ready", "Success", "Failure"].includes(status)) resolve(status);
      };
      debug.on("Preload.prefetchStatusUpdated", seen);
      debug.on("Preload.prerenderStatusUpdated", seen);
    });
    await page.evaluate((name) => {
      const link = Object.assign(document.createElement("a"), { href: "/auth/sign-out", textContent: "Leave" });
      const list = [{ urls: ["/auth/sign-out"], eagerness: "immediate" }];
      const script = Object.assign(document.createElement("script"), { type: "speculationrules" });
      script.textContent = JSON.stringify({ [name]: list });
      document.body.append(link, script);
    }, kind);
    assert.equal(await looked, "Failure", kind);
    assert.ok((await kept(context)).some((name) => name.startsWith("__Host-ol-session-")), kind);
    await page.getByRole("link", { name: "Leave" }).click();
    await signedOut(page);
    await assertAsked(page);
  }
});

test("t73 a form of another site's gets the page that asks, and only the person's own click signs out", async () => {
  const { page, complaints } = await signedIn(/Kenneth/);
  for (const target of ["/auth/sign-out", "/auth/sign-out?everywhere"]) {
    await page.goto(`${world.provider.url}/elsewhere`);
    complaints.length = 0;
    await page.evaluate((action) => {
      const form = Object.assign(document.createElement("form"), { action, method: "post" });
      document.body.append(form);
      form.submit();
    }, service + target);
    await page.waitForURL(service + target);
    assert.match(await page.textContent("h1"), /Do you want to sign out/);
    await picture(page, "confirm-sign-out.png");
    assert.deepEqual(complaints, []);
    await page.goto(`${service}/account`);
    assert.match(await page.textContent(".panel"), /kenneth@example\.gov\.uk/);
  }
  // A typed address leads to the question too, and the page's button signs out.
  await page.goto(`${service}/auth/sign-out`);
  assert.match(await page.textContent("h1"), /Do you want to sign out/);
  await signOut(page);
  await signedOut(page);
  assert.deepEqual(complaints, []);
  await assertAsked(page);
});

test("t73 when another site embeds or links the sign-out, then no session ends", async () => {
  const { page } = await signedIn(/Kenneth/);
  await page.goto(`${world.provider.url}/elsewhere`);
  await page.evaluate(async (src) => {
    const load = (element) => new Promise((resolve) => {
      Object.assign(element, { onload: resolve, onerror: resolve });
      document.body.append(element);
    });
    await load(Object.assign(new Image(), { src }));
    await load(Object.assign(document.createElement("script"), { src }));
    await load(Object.assign(document.createElement("iframe"), { src }));
    // The answers are kept from the page, which is an error there; the requests were made.
    await fetch(src, { mode: "no-cors", credentials: "include" }).catch(() => {});
    await fetch(src, { mode: "no-cors", credentials: "include", method: "POST" }).catch(() => {});
  }, `${service}/auth/sign-out?everywhere`);
  await page.evaluate((url) => (location.href = url), `${service}/auth/sign-out?everywhere`);
  await page.waitForURL(`${service}/auth/sign-out?everywhere`);
  assert.match(await page.textContent("h1"), /Do you want to sign out/);
  await page.goto(`${service}/account`);
  assert.match(await page.textContent(".panel"), /kenneth@example\.gov\.uk/);
});

test("going back after signing out shows nothing of the account", async () => {
  const { page } = await signedIn(/Kenneth/);
  await signOut(page);
  await signedOut(page);
  for (let steps = 0; steps < 4; steps += 1) {
    await page.goBack({ waitUntil: "load" }).catch(() => {});
    // The provider's page offers the names of all personas.
    const text = page.url().startsWith(service) ? await page.textContent("body") : "";
    assert.ok(!text.includes("kenneth@example.gov.uk"), `${page.url()} after ${steps + 1} steps back`);
  }
});

test("when a person is on the signed-out page, then they can sign in again, also as another person", async () => {
  const { page } = await signedIn(/Kenneth/);
  await signOut(page);
  await signedOut(page);
  await world.provider.delivered();
  await nextSecond();
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.waitForURL(`${world.provider.url}/authorize?**`);
  await page.getByRole("radio", { name: /Amal/ }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(`${service}/`);
  await page.goto(`${service}/account`);
  assert.match(await page.textContent(".panel"), /amal@example\.gov\.uk/);
});
