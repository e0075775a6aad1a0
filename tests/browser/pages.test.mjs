// Every page in both languages and both themes, as people with any eyes, hands and screens get it. Pictures of all of them are
// kept for people to look at; `cargo edge screenshots` replaces them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, inChromium, picture } from "../harness/chromium.mjs";
import { keptReference } from "../harness/journey.mjs";
import { HEADINGS, PAGES } from "../harness/pages.mjs";

const NAMES = { en: "Apply for a demo licence", cy: "Gwneud cais am drwydded enghreifftiol" };
const THEMES = { PLAIN: "", GOVUK: " – GOV.UK" };
const RETURN_TO = "&return_to=%2Faccount";
/** A small window, and the size of a usual window at 200 and at 400 % zoom. */
const WIDTHS = { 320: "320", 500: "200-percent", 250: "400-percent" };

const LOOK = { phase: "beta", feedback: "/feedback", contact: "mailto:help@example.gov.uk", cookies: "/cookies" };
const services = { PLAIN: { host: "localhost" }, GOVUK: { host: "gov.localhost", theme: "govuk", ...LOOK } };

let world, person;

const references = {};
inChromium({ auto: null, services }, async (made) => {
  ({ world, person } = made);
  for (const theme of Object.keys(THEMES)) references[theme] = await keptReference(world, world.hosts[theme]);
});

const address = (theme, name, lang) =>
  `http://${world.hosts[theme]}/auth/page?name=${name}&lang=${lang}&reference=${references[theme]}${RETURN_TO}`;

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** The elements that the Tab key reaches, in its order, by text or name. */
async function tabs(page) {
  const reached = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const element = document.activeElement;
      const box = element.getBoundingClientRect();
      if (element === document.body) return null;
      const text = element.textContent.trim() || element.querySelector("[aria-label]")?.getAttribute("aria-label");
      return { text, visible: box.width > 1 && box.height > 1 && box.x >= 0 };
    });
    if (here === null || reached.length > 20) return reached;
    assert.ok(here.visible, `${here.text} can be seen when it has the focus`);
    reached.push(here.text);
  }
}

for (const [theme, suffix] of Object.entries(THEMES)) {
  for (const lang of ["en", "cy"]) {
    test(`every page is accessible, named and fits any window (${theme}, ${lang})`, async () => {
      const { page, complaints } = await person();
      const titles = new Set();
      for (const name of PAGES) {
        const about = `${name} ${theme} ${lang}`;
        await page.setViewportSize({ width: 1000, height: 900 });
        const answer = await page.goto(address(theme, name, lang));
        assert.equal(answer.status(), 200, about);
        assert.equal(await page.getAttribute("html", "lang"), lang);
        const heading = await page.textContent("h1");
        assert.equal(heading, HEADINGS[name][lang]);
        assert.equal(await page.title(), `${heading} – ${NAMES[lang]}${suffix}`);
        titles.add(heading);
        assert.deepEqual(await faults(page), [], about);
        const file = `pages/${name}-${lang}${theme === "GOVUK" ? "-govuk" : ""}`;
        await picture(page, `${file}.png`);
        for (const [width, size] of Object.entries(WIDTHS)) {
          await page.setViewportSize({ width: Number(width), height: 600 });
          assert.equal(await overflow(page), 0, `${about} at ${width}`);
          await picture(page, `${file}-${size}.png`);
        }
      }
      assert.equal(titles.size, PAGES.length, "no two pages have one name");
      assert.deepEqual(complaints, []);
    });
  }
}

test("when the theme is not GOV.UK's, then neither crown nor typeface is shown", async () => {
  const { page } = await person();
  const fonts = () => page.evaluate(async () => {
    await document.fonts.ready;
    return [...document.fonts].filter(({ status }) => status === "loaded").map(({ weight }) => weight).sort();
  });
  const loaded = [];
  page.on("response", (response) => loaded.push(new URL(response.url()).pathname.split("/").at(-1)));
  await page.goto(address("GOVUK", "problem", "en"));
  assert.deepEqual(await fonts(), ["400", "700"]);
  assert.deepEqual(["symbols.svg", "crest.svg", "light.woff2"].filter((name) => !loaded.includes(name)), []);
  assert.ok(await page.getByRole("img", { name: "GOV.UK" }).isVisible());
  loaded.length = 0;
  await page.goto(address("PLAIN", "problem", "en"));
  assert.deepEqual(await fonts(), []);
  assert.deepEqual(loaded.filter((name) => /svg|woff/.test(name)), []);
  assert.equal(await page.getByText(/GOV\.UK|Crown/).count(), 0);
  assert.match(await page.evaluate(() => getComputedStyle(document.querySelector("h1")).fontFamily), /^arial/i);
});

test("the Tab key goes through a page as the eye does, and the first link skips to the content", async () => {
  const { page } = await person();
  await page.goto(address("GOVUK", "start-again", "en"));
  assert.deepEqual(await tabs(page), [
    "Skip to main content", "GOV.UK", "Apply for a demo licence", "Cymraeg", "give your feedback", "Sign in",
    "Contact us", "Cookies", "Contact", "Open Government Licence v3.0", "© Crown copyright",
  ]);
  await page.goto(address("PLAIN", "confirm-sign-out", "cy"));
  assert.deepEqual(await tabs(page), ["Neidio i’r prif gynnwys", NAMES.cy, "English", "Allgofnodi", "Mynd yn ôl i’r gwasanaeth"]);
  await page.goto(address("PLAIN", "start-again", "en"));
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Sign in");
});

test("print and forced colours leave nothing invisible", async () => {
  const { page } = await person();
  for (const [theme, kind, media] of [
    ["GOVUK", "forced", { forcedColors: "active" }], ["PLAIN", "forced", { forcedColors: "active" }],
    ["GOVUK", "print", { media: "print", forcedColors: null }], ["PLAIN", "print", { media: "print", forcedColors: null }],
  ]) {
    await page.emulateMedia(media);
    await page.goto(address(theme, "start-again", "en"));
    const seen = await page.evaluate(() => [...document.querySelectorAll("h1, header a, header svg, main p")].map((element) => {
      const colour = getComputedStyle(element).color;
      const behind = [];
      for (let at = element; at; at = at.parentElement) behind.push(getComputedStyle(at).backgroundColor);
      return { name: element.tagName, colour, behind: behind.find((one) => !/, 0\)$/.test(one)) ?? "rgb(255, 255, 255)" };
    }));
    for (const { name, colour, behind } of seen) assert.notEqual(colour, behind, `${theme} ${kind} ${name}`);
    await picture(page, `pages/${kind}-${theme.toLowerCase()}.png`);
  }
});

test("a page where something went wrong changes its language without doing it again, also without JavaScript", async () => {
  const { page } = await person({ javaScriptEnabled: false });
  await page.goto(`http://${world.host}/auth/callback?error=access_denied&state=unknown`);
  const reference = (await page.textContent("main")).match(/contact us: (\S+)/)[1];
  const before = await page.textContent("h1");
  await page.getByRole("link", { name: "Cymraeg" }).click();
  await page.waitForURL("**/auth/page?**");
  assert.equal(await page.getAttribute("html", "lang"), "cy");
  assert.match(await page.textContent("h1"), /Mae angen i chi ganiatáu cwcis i fewngofnodi/);
  assert.ok((await page.textContent("main")).includes(`â ni: ${reference}`));
  await page.getByRole("link", { name: "English" }).click();
  await page.waitForURL("**lang=en**");
  assert.equal(await page.textContent("h1"), before);
  await page.getByRole("link", { name: "Cymraeg" }).click();
  await page.getByRole("link", { name: "Mewngofnodi" }).click();
  await page.waitForURL(`${world.provider.url}/authorize?**`);
  const object = new URL(page.url()).searchParams.get("request").split(".")[1];
  assert.equal(JSON.parse(Buffer.from(object, "base64url")).ui_locales, "cy");
});

test("the page that asks before signing out changes its language, asks still, and then signs out", async () => {
  const { page } = await person();
  await page.goto(`http://${world.host}/auth/sign-out?everywhere`);
  await page.getByRole("link", { name: "Cymraeg" }).click();
  await page.waitForURL("**/auth/page?**");
  assert.match(await page.textContent("h1"), /Ydych chi eisiau allgofnodi o bob dyfais/);
  assert.equal(await page.getAttribute("form", "action"), "/auth/sign-out?everywhere&lang=cy");
  await page.getByRole("button", { name: "Allgofnodi o bob dyfais" }).click();
  await page.waitForURL("**/signed-out**");
});

test("t61 when a person sends a form too late, then they sign in in a new tab, go back and send it again", async () => {
  const { page, context } = await person();
  const service = `http://${world.host}`;
  await page.goto(`${service}/`);
  const send = () => page.evaluate(() => {
    const form = Object.assign(document.createElement("form"), { action: "/account/apply", method: "post" });
    form.append(Object.assign(document.createElement("input"), { name: "answer", value: "canary-of-the-form" }));
    document.body.append(form);
    form.submit();
  });
  await send();
  await page.waitForURL(`${service}/account/apply`);
  assert.match(await page.textContent("h1"), /You need to sign in before you can send this/);
  assert.deepEqual(await faults(page), []);
  assert.ok(!(await page.content()).includes("canary"));
  const [tab] = await Promise.all([
    context.waitForEvent("page"), page.getByRole("link", { name: "Sign in (opens in new tab)" }).click(),
  ]);
  await tab.waitForURL(`${world.provider.url}/authorize?**`);
  assert.ok(!tab.url().includes("canary"));
  await tab.getByRole("radio", { name: /Kenneth/ }).check();
  await tab.getByRole("button", { name: "Continue" }).click();
  await tab.waitForURL(`${service}/account/apply`);
  assert.ok((await world.origins.PLAIN.requests()).every(({ method }) => method === "GET"), "nothing was sent in the person's place");
  await tab.close();
  await page.goBack();
  const sent = page.waitForResponse(`${service}/account/apply`);
  await send();
  await sent;
  assert.ok((await world.origins.PLAIN.requests()).some(({ method }) => method === "POST"));
});
