// The script that warns people before their session ends, on a page of the demo service. The person uses a mouse, a
// keyboard or a screen reader.

import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, inChromium, picture } from "../harness/chromium.mjs";

const DIALOG = { name: "You are about to be signed out" };

const services = { DEMO: { host: "localhost", session_idle_seconds: 60, session_absolute_seconds: 3600 } };

let world, service, person;

inChromium({ services }, (made) => ({ world, service, person } = made));

/** A person on the account's page, in the language given. */
async function signedIn(lang = "en") {
  const made = await person();
  await made.page.goto(`${service}/account`);
  await made.page.evaluate((to) => (document.documentElement.lang = to), lang);
  return made;
}

/** Loads the script in the page, as the page's own line would; gives the requests to the edge since. */
async function load(page, warning) {
  const asked = [];
  page.on("request", (request) => request.url() === `${service}/auth/session` && asked.push(request.method()));
  await page.evaluate((seconds) => {
    const script = Object.assign(document.createElement("script"), { src: "/auth/assets/session.js" });
    script.dataset.warning = seconds;
    document.head.append(script);
  }, String(warning));
  return asked;
}

/** Answers for the edge with a session status of the test. */
const pretend = (page, status) => page.route("**/auth/session", (route) => route.fulfill({ json: status }));

test("a warning comes before the end, and the button keeps the person signed in", async () => {
  const { page, context, complaints } = await signedIn();
  const cookie = async () => (await context.cookies(service)).find(({ name }) => name.startsWith("__Host-ol-session-")).value;
  const before = await cookie();
  const asked = await load(page, 57);
  const dialog = page.getByRole("dialog", DIALOG);
  await dialog.waitFor({ timeout: 15_000 });
  assert.ok(asked.length > 0 && asked.every((method) => method === "GET"), asked.join());
  assert.equal(await cookie(), before, "asking prolongs nothing");
  assert.match(await dialog.textContent(), /For your security, we will sign you out in 5\d seconds\./);
  assert.deepEqual(await faults(page, "dialog"), []);
  await picture(page, "pages/timeout-en.png");
  await dialog.getByRole("button", { name: "Stay signed in" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.waitForFunction(() => performance.now() > 0);
  for (let waited = 0; waited < 5_000 && !asked.includes("POST"); waited += 50) await page.waitForTimeout(50);
  assert.ok(asked.includes("POST"));
  for (let waited = 0; waited < 5_000 && (await cookie()) === before; waited += 50) await page.waitForTimeout(50);
  assert.notEqual(await cookie(), before);
  assert.deepEqual(complaints, []);
});

test("when another window keeps the person signed in, then the dialog goes, and comes again before the new end", async () => {
  const { page } = await signedIn();
  const ends = [2, 5];
  await page.route("**/auth/session", (route) => route.fulfill({ json: { signed_in: true, level: "Cl.Cm", idle_seconds: ends.shift() ?? 2, absolute_seconds: 7200 } }));
  await load(page, 2);
  const dialog = page.getByRole("dialog", DIALOG);
  await dialog.waitFor();
  await dialog.waitFor({ state: "hidden" });
  await dialog.waitFor();
});

test("the keyboard stays in the dialog, Escape keeps the person signed in, and the focus goes back", async () => {
  const { page } = await signedIn();
  let left = 100;
  await page.route("**/auth/session", (route) => {
    if (route.request().method() === "POST") left = 3600;
    return route.fulfill({ json: { signed_in: true, level: "Cl.Cm", idle_seconds: left, absolute_seconds: 7200 } });
  });
  await page.locator("a").first().focus();
  const before = await page.evaluate(() => document.activeElement.textContent);
  const asked = await load(page, 120);
  const dialog = page.getByRole("dialog", DIALOG);
  await dialog.waitFor();
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  const reached = [await focused()];
  for (let steps = 0; steps < 6; steps += 1) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => (document.activeElement.closest("dialog") ? document.activeElement.textContent : "")));
  }
  assert.equal(reached[0], "Stay signed in");
  assert.deepEqual([...new Set(reached)].filter(Boolean).sort(), ["Sign out", "Stay signed in"]);
  // Between two rounds the focus may be in the browser's own bar, and is never on the page behind.
  assert.deepEqual(await page.evaluate(() => document.activeElement.closest("dialog, body").tagName === "DIALOG" || document.activeElement === document.body), true);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await focused(), before);
  for (let waited = 0; waited < 5_000 && !asked.includes("POST"); waited += 50) await page.waitForTimeout(50);
  assert.ok(asked.includes("POST"));
  assert.equal(await dialog.isVisible(), false);
});

test("a screen reader is told what it is, and the time only now and then", async () => {
  const { page } = await signedIn("cy");
  await pretend(page, { signed_in: true, level: "Cl.Cm", idle_seconds: 118, absolute_seconds: 7200 });
  await load(page, 120);
  const dialog = page.getByRole("dialog", { name: "Rydych ar fin cael eich allgofnodi" });
  await dialog.waitFor();
  assert.equal(await dialog.getAttribute("lang"), "cy");
  const said = "Er eich diogelwch, byddwn yn eich allgofnodi ymhen 2 funud.";
  const described = await dialog.getAttribute("aria-describedby");
  assert.equal(await page.textContent(`#${described}`), said);
  const spoken = dialog.locator("[aria-live=assertive]");
  assert.equal(await spoken.textContent(), said);
  assert.ok(await dialog.getByRole("button", { name: "Parhau i fod wedi’ch mewngofnodi" }).isVisible());
  assert.equal(await dialog.getByRole("link", { name: "Allgofnodi" }).getAttribute("href"), `${service}/auth/sign-out?lang=cy`);
  await picture(page, "pages/timeout-cy.png");
  await page.unroute("**/auth/session");
});

test("when the session cannot be prolonged, then the dialog does not offer it", async () => {
  const { page } = await signedIn();
  await pretend(page, { signed_in: true, level: "Cl.Cm", idle_seconds: 3600, absolute_seconds: 90 });
  const asked = await load(page, 120);
  const dialog = page.getByRole("dialog", DIALOG);
  await dialog.waitFor();
  assert.match(await dialog.textContent(), /in 2 minutes, even if you are using the page\. Save or send your answers/);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.waitForTimeout(300);
  assert.ok(!asked.includes("POST") && !(await dialog.isVisible()), "once is enough");
});

test("when the session has ended elsewhere the person is told, and comes back to the same page", async () => {
  const { page, context } = await signedIn();
  await page.goto(`${service}/account/details?part=2`);
  await load(page, 55);
  await page.waitForResponse(`${service}/auth/session`);
  await context.clearCookies({ name: /^__Host-ol-session-/ });
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.waitForURL(`${service}/auth/page?name=ended-elsewhere**`);
  assert.match(await page.textContent("h1"), /You have been signed out/);
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.waitForURL(`${service}/account/details?part=2`);
});

test("when no person is signed in, then the script asks once and does nothing", async () => {
  const made = await person();
  await made.page.goto(`${service}/`);
  const asked = await load(made.page, 120);
  await made.page.waitForResponse(`${service}/auth/session`);
  await made.page.waitForTimeout(500);
  assert.deepEqual(asked, ["GET"]);
  assert.equal(await made.page.locator("dialog").count(), 0);
  assert.deepEqual(made.complaints, []);
});

/** Every name that the script could read of `document` or `window`, shadowed by elements that markup can make. */
const SHADOWS = [
  "addEventListener", "body", "createElement", "currentScript", "documentElement", "head", "hidden", "lang", "location", "querySelector",
].map((name) => `<img name="${name}" id="${name}" src="https://other.example/assets/session.js" data-warning="3000" alt="">`).join("");

for (const policy of [undefined, "script-src 'self'; connect-src 'self'; img-src 'none'"]) {
  test(`t95 markup that takes the names of the page's members leads the script nowhere, ${policy ? "with" : "without"} a policy`, async () => {
    const { page } = await signedIn();
    const elsewhere = [];
    page.on("request", (request) => {
      const is = request.resourceType() !== "image" && !request.url().startsWith(`${service}/`);
      if (is) elsewhere.push(request.url());
    });
    await page.route("https://other.example/**", (route) => route.fulfill({ body: "" }));
    await page.route("**/auth/session", (route) => route.fulfill({ json: { signed_in: true, level: "Cl.Cm", idle_seconds: 118, absolute_seconds: 7200 } }));
    await page.route(`${service}/shadowed`, (route) => route.fulfill({
      contentType: "text/html",
      headers: policy ? { "content-security-policy": policy } : {},
      body: `<!doctype html><html lang="en"><title>t</title><body class="one-login-timeout">${SHADOWS}
        <script src="/auth/assets/session.js" data-warning="120"></script>`,
    }));
    await page.goto(`${service}/shadowed`);
    const shadowed = await page.evaluate(() => document.currentScript instanceof HTMLImageElement && document.body instanceof HTMLImageElement);
    assert.ok(shadowed, "the markup takes the names");
    const dialog = page.getByRole("dialog", DIALOG);
    await dialog.waitFor();
    assert.match(await dialog.textContent(), /in 2 minutes/);
    assert.equal(await dialog.getByRole("link", { name: "Sign out" }).evaluate((link) => link.href), `${service}/auth/sign-out?lang=en`);
    const sent = page.waitForRequest((request) => request.method() === "POST" && request.url() === `${service}/auth/session`);
    await dialog.getByRole("button", { name: "Stay signed in" }).click();
    await sent;
    assert.deepEqual(elsewhere, []);
  });
}

test("t95 a copy of the script at another address, or in the page itself, does nothing", async () => {
  const { page } = await signedIn();
  const text = await (await fetch(`${service}/auth/assets/session.js`)).text();
  const asked = [];
  page.on("request", (request) => /session$/.test(new URL(request.url()).pathname) && asked.push(request.url()));
  for (const address of ["https://other.example/auth/assets/session.js", `${service}/copies/session.js?assets/session.js`]) {
    await page.route(address, (route) => route.fulfill({ contentType: "text/javascript", body: text }));
    await page.evaluate((src) => new Promise((resolve, reject) => {
      document.head.append(Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject }));
    }), address);
  }
  await page.evaluate((inline) => document.head.append(Object.assign(document.createElement("script"), { textContent: inline })), text);
  assert.deepEqual(asked, []);
  const sent = page.waitForRequest(`${service}/auth/session`);
  await load(page, 120);
  await sent;
});
