// A journey in Welsh in a browser that prefers English, in Chromium: sign-in, the end of an unused session, sign-out
// here and everywhere. After each the person signs in again. No page on the way is in English, also none of One
// Login's.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { inChromium } from "../harness/chromium.mjs";
import { nextSecond } from "../harness/journey.mjs";
import { HEADINGS } from "../harness/pages.mjs";
import { ROUTES } from "../harness/world.mjs";

const DEMO = {
  host: "localhost", language_prefix: true, revocation_check_seconds: 0,
  routes: [{ path: "/cy", access: "public" }, { path: "/cy/account/*", release: ["email"] }, ...ROUTES],
};

let world, service, person;

inChromium({ auto: null, services: { DEMO } }, (made) => ({ world, service, person } = made));
beforeEach(async () => {
  await world.clear();
  await nextSecond();
});

/** A person who signs in from the Welsh front page; every page that they see is noted with its language. */
async function signedIn() {
  const made = await person({ locale: "en-GB" });
  const { page } = made;
  made.spoken = [];
  page.on("domcontentloaded", async () => {
    const lang = await page.getAttribute("html", "lang").catch(() => null);
    if (lang !== null) made.spoken.push(`${lang} ${new URL(page.url()).pathname}`);
  });
  await page.goto(`${service}/cy`);
  await page.getByRole("link", { name: "Ewch i'ch cyfrif" }).click();
  await choose(page, /Kenneth/);
  await page.waitForURL(`${service}/cy/account`);
  return made;
}

/** Chooses who to be on One Login's page, which speaks Welsh. */
async function choose(page, name) {
  await page.waitForURL(`${world.provider.url}/authorize?**`);
  assert.equal(await page.getAttribute("html", "lang"), "cy");
  await page.getByRole("radio", { name }).check();
  await page.getByRole("button", { name: "Parhau" }).click();
}

/** The page with this name is shown in Welsh; its link leads to One Login, and from there to the account. */
async function signsInAgain(page, name, to = "/cy/account") {
  await page.waitForURL(`${service}/auth/signed-out?**`);
  assert.equal(await page.textContent("h1"), HEADINGS[name].cy);
  await page.getByRole("link", { name: "Mewngofnodi" }).click();
  await choose(page, /Kenneth/);
  await page.waitForURL(`${service}${to}`);
}

const allWelsh = ({ spoken }) => assert.deepEqual(spoken.filter((one) => !one.startsWith("cy ")), [], spoken.join(", "));

test("a sign-out by the service's button, and by the question, stays Welsh", async () => {
  const made = await signedIn();
  const { page } = made;
  await page.getByRole("button", { name: "Allgofnodi", exact: true }).click();
  // After a sign-out a sign-in leads to the front page, which is in the language of the service's own choice.
  await page.waitForURL(`${service}/auth/signed-out?**`);
  assert.equal(await page.textContent("h1"), HEADINGS["signed-out"].cy);
  allWelsh(made);
  await page.getByRole("link", { name: "Mewngofnodi" }).click();
  await choose(page, /Kenneth/);
  await page.goto(`${service}/cy/account`);
  await page.evaluate(() => {
    const link = Object.assign(document.createElement("a"), { href: "/auth/sign-out?everywhere", textContent: "question", target: "_blank" });
    document.body.append(link);
  });
  // A link that opens a new tab has the page before in its Referer.
  const [tab] = await Promise.all([made.context.waitForEvent("page"), page.getByText("question").click()]);
  await tab.waitForURL(`${service}/auth/signed-out?**`);
  assert.equal(await tab.textContent("h1"), HEADINGS["signed-out-everywhere"].cy);
});

test("a sign-out everywhere stays Welsh", async () => {
  const made = await signedIn();
  await made.page.getByRole("button", { name: "Allgofnodi ym mhobman" }).click();
  await made.page.waitForURL(`${service}/auth/signed-out?**`);
  assert.equal(await made.page.textContent("h1"), HEADINGS["signed-out-everywhere"].cy);
  allWelsh(made);
});

test("the script's end of an unused session is told in Welsh, and leads back in Welsh", async () => {
  const made = await signedIn();
  const { page } = made;
  const answers = [{ signed_in: true, level: "Cl.Cm", idle_seconds: 1, absolute_seconds: 7200 }];
  await page.route("**/auth/session", (route) => route.fulfill({ json: answers.shift() ?? { signed_in: false } }));
  await page.addScriptTag({ url: "/auth/assets/session.js" });
  await signsInAgain(page, "session-ended");
  allWelsh(made);
});
