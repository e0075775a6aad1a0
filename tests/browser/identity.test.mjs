// Proving an identity as a person does it, in Chromium and in both languages: sign-in, identity, and a form that the
// service fills in from the claims. Other tests show the pages without an identity.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { decodeJwt } from "jose";
import { faults, inChromium, picture } from "../harness/chromium.mjs";
import { nextSecond } from "../harness/journey.mjs";
import { ROUTES } from "../harness/world.mjs";

const CLAIMS = ["coreIdentityJWT", "address", "passport", "drivingPermit", "returnCode"];

/** The texts in each language, and the paths of its pages. */
const LANGUAGES = {
  en: {
    prefix: "", account: "Go to your account", next: "Continue", apply: "Apply for a licence", given: "Given names",
    send: "Send your application", received: "We have received your application", born: "Date of birth",
    filled: /We filled in the details that GOV\.UK One Login confirmed/, tryAgain: "Try again",
    gone: /You proved your identity more than 30 minutes ago/, anew: "Get your details from GOV.UK One Login again",
    long: /too long for us to fill in/, low: "We need stronger proof of your identity",
    notConfirmed: "We could not confirm your identity", refused: "We could not confirm your identity",
    lost: "We could not finish checking your identity", notFinished: "You did not finish proving your identity",
    letter: "Take your letter to a Post Office", done: "The Post Office is done", without: "Go back to the service without it",
    back: "Go back to the service", onwards: "Continue proving your identity",
    first: "You need to prove your identity before you can send this", prove: "Prove your identity (opens in new tab)",
  },
  cy: {
    prefix: "/cy", account: "Ewch i'ch cyfrif", next: "Parhau", apply: "Gwneud cais am drwydded", given: "Enwau cyntaf",
    send: "Anfon eich cais", received: "Rydym wedi derbyn eich cais", born: "Dyddiad geni",
    filled: /Rydym wedi llenwi'r manylion a gadarnhawyd gan GOV\.UK One Login/, tryAgain: "Rhoi cynnig arall arni",
    gone: /Gwnaethoch brofi pwy ydych chi fwy na 30 munud yn ôl/, anew: "Cael eich manylion gan GOV.UK One Login eto",
    long: /yn rhy hir i ni eu llenwi/, low: "Mae angen prawf cryfach arnom o bwy ydych chi",
    notConfirmed: "Ni allem gadarnhau pwy ydych chi", refused: "Nid oeddem yn gallu cadarnhau eich hunaniaeth",
    lost: "Nid oeddem yn gallu gorffen gwirio eich hunaniaeth", notFinished: "Ni wnaethoch orffen profi pwy ydych chi",
    letter: "Ewch â'ch llythyr i Swyddfa'r Post", done: "Mae Swyddfa'r Post wedi gorffen",
    without: "Mynd yn ôl i'r gwasanaeth hebddo", back: "Mynd yn ôl i'r gwasanaeth", onwards: "Parhau i brofi eich hunaniaeth",
    first: "Mae angen i chi brofi eich hunaniaeth cyn y gallwch anfon hyn", prove: "Profi eich hunaniaeth (yn agor mewn tab newydd)",
  },
};

const release = ["coreIdentity", "address"];
const proves = (prefix) => [
  { path: `${prefix}/apply`, level: "Cl.Cm.P2", release, not_proved: `${prefix}/apply/not-proved` },
  { path: `${prefix}/apply/not-proved`, access: "optional", release: ["returnCode"] },
];
const own = [
  ...proves(""), ...proves("/cy"), { path: "/account/proved", level: "Cl.Cm.P2" }, { path: "/cy", access: "public" },
  { path: "/cy/account/*", release: ["email"] },
];
const DEMO = {
  host: "localhost", routes: [...own, ...ROUTES], registered_claims: CLAIMS, language_prefix: true,
  registration: { claims: CLAIMS, client_locs: ["P0", "P2"] }, revocation_check_seconds: 1,
};

let world, service, person;

inChromium({ auto: null, services: { DEMO } }, (made) => ({ world, service, person } = made));
beforeEach(async () => {
  await world.provider.control("POST", "single-sign-on", { enabled: null });
  await world.provider.control("POST", "times", { token: "core-identity" });
  await world.provider.control("POST", "in-person", { persona: "ivor", seen: false });
});

/** Chooses who to be at the provider, and goes on. */
async function choose(page, id, said) {
  await page.waitForURL(`${world.provider.url}/authorize?**`);
  await page.locator(`input[value="${id}"]`).check();
  await page.getByRole("button", { name: said.next, exact: true }).click();
}

/** Signs in from the front page to the account, as a persona. */
async function signIn(page, id, said) {
  await page.goto(`${service}${said.prefix}` || "/");
  await page.getByRole("link", { name: said.account }).click();
  await choose(page, id, said);
  await page.waitForURL(`${service}${said.prefix}/account`);
}

/** The page as it must be: this heading in this language, nothing for axe to find, and a picture. */
async function seen(page, lang, heading, name) {
  assert.equal(await page.textContent("h1"), heading);
  assert.equal(await page.getAttribute("html", "lang"), lang);
  assert.deepEqual(await faults(page), [], heading);
  await picture(page, `identity/${name}-${lang}.png`);
}

const field = (page, id) => page.inputValue(`#${id}`);

for (const [lang, said] of Object.entries(LANGUAGES)) {
  const place = (path) => `${service}${said.prefix}${path}`;

  test(`t14 sign-in, then identity, then a form filled from verified claims (${lang})`, async () => {
    const { page, complaints } = await person();
    const asked = [];
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.pathname === "/authorize") asked.push(decodeJwt(url.searchParams.get("request")));
    });
    await signIn(page, "kenneth", said);
    await page.getByRole("link", { name: said.apply, exact: true }).click();
    await page.waitForURL(place("/apply"));
    assert.deepEqual(asked.map(({ vtr }) => vtr), [["Cl.Cm"], ["Cl.Cm.P2"]]);
    assert.deepEqual(asked.map(({ ui_locales: locale }) => locale), [lang, lang]);
    assert.match(await page.textContent("#claims"), said.filled);
    assert.equal(await page.getByLabel(said.given).inputValue(), "Kenneth");
    assert.equal(await field(page, "family-name"), "Decerqueira");
    const born = await Promise.all(["birth-day", "birth-month", "birth-year"].map((id) => field(page, id)));
    assert.deepEqual(born, ["8", "7", "1965"]);
    assert.match(await field(page, "address"), /8 HADLEY ROAD\nBATH\nBA2 5AA/);
    await seen(page, lang, said.apply, "form");
    await page.getByRole("button", { name: said.send }).click();
    await page.waitForSelector("table");
    assert.match(await page.textContent("table"), /Decerqueira.*8 7 1965/s);
    await seen(page, lang, said.received, "received");
    assert.deepEqual(complaints, []);
  });

  test(`t28 who cannot prove an identity is told so by the service, as often as they try (${lang})`, async () => {
    const { page } = await person();
    await signIn(page, "farah", said);
    for (let round = 0; round < 2; round += 1) {
      const tried = page.waitForResponse((response) => new URL(response.url()).pathname === "/auth/callback");
      await page.getByRole("link", { name: round === 0 ? said.apply : said.tryAgain, exact: true }).click();
      await tried;
      await page.waitForURL(place("/apply/not-proved"));
    }
    await page.waitForLoadState();
    await seen(page, lang, said.notConfirmed, "not-proved");
    await page.goto(place("/account"));
    assert.match(await page.textContent(".panel"), /farah@example\.gov\.uk/);
  });

  test(`t14 where the route names no place, a page of the edge says that there is no identity (${lang})`, async () => {
    const { page, complaints } = await person({ locale: lang === "cy" ? "cy-GB" : "en-GB" });
    await signIn(page, "mo", said);
    const answer = await page.goto(`${service}/account/proved`);
    assert.deepEqual([answer.status(), new URL(page.url()).pathname], [403, "/auth/callback"]);
    await seen(page, lang, said.refused, "edge-not-proved");
    assert.ok(complaints.every((text) => /status of 403/.test(text)), complaints.join());
  });

  test(`t14 a level that is too low is no identity for this route (${lang})`, async () => {
    const { page } = await person();
    await signIn(page, "kenneth", said);
    await world.provider.fault("core-identity-vot-lower");
    await page.goto(place("/apply"));
    await page.waitForURL(place("/apply/not-proved"));
    await seen(page, lang, said.low, "level-too-low");
  });

  test(`somebody who was at a Post Office comes back, on another computer, to where they were (${lang})`, async () => {
    const { page } = await person({ locale: lang === "cy" ? "cy-GB" : "en-GB" });
    await signIn(page, "ivor", said);
    await page.getByRole("link", { name: said.apply, exact: true }).click();
    await page.waitForURL(`${world.provider.url}/authorize?**`);
    await seen(page, lang, said.letter, "post-office");
    await page.getByRole("button", { name: said.without }).click();
    // The service asks for the codes that say why a check failed, so that an error without one is a journey that was lost.
    await page.waitForURL(`${service}/auth/callback?**`);
    await seen(page, lang, said.lost, "lost");
    await page.getByRole("link", { name: said.tryAgain }).click();
    await page.getByRole("button", { name: said.done }).click();
    const link = page.getByRole("link", { name: said.back });
    assert.equal(await link.getAttribute("href"), `${service}/auth/return`);

    const other = await person({ locale: lang === "cy" ? "cy-GB" : "en-GB" });
    await other.page.goto(`${service}/auth/return`);
    await choose(other.page, "ivor", said);
    await other.page.waitForURL(`${service}/auth/return`);
    await seen(other.page, lang, said.onwards, "return");
    await other.page.getByRole("link", { name: said.next, exact: true }).click();
    await other.page.waitForURL(place("/apply"));
    assert.equal(await field(other.page, "family-name"), "Bevan");
  });

  test(`details that are no longer kept are fetched anew on the person's wish (${lang})`, async () => {
    const { page } = await person();
    await signIn(page, "kenneth", said);
    await world.provider.control("POST", "times", { token: "core-identity", exp: 30 });
    await page.goto(place("/apply"));
    assert.match(await page.textContent("#claims"), said.gone);
    assert.equal(await field(page, "family-name"), "");
    await seen(page, lang, said.apply, "gone");
    await world.provider.control("POST", "times", { token: "core-identity" });
    // Proofs differ by the second in which the person proved them.
    await nextSecond();
    await page.getByRole("link", { name: said.anew }).click();
    await page.getByText(said.filled).waitFor();
    assert.equal(await field(page, "family-name"), "Decerqueira");
  });

  test(`t61 who sends a form without an identity proves it in a new tab, and sends it again (${lang})`, async () => {
    const { page, context } = await person();
    await signIn(page, "kenneth", said);
    const send = () => page.evaluate((action) => {
      const form = Object.assign(document.createElement("form"), { action, method: "post" });
      form.append(Object.assign(document.createElement("input"), { name: "family-name", value: "canary-of-the-form" }));
      document.body.append(form);
      form.submit();
    }, place("/apply"));
    await send();
    await page.waitForURL(place("/apply"));
    await page.waitForLoadState();
    await seen(page, lang, said.first, "form-needs-identity");
    assert.ok(!(await page.content()).includes("canary"));
    const [tab] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: said.prove }).click()]);
    await tab.waitForURL(place("/apply"));
    assert.match(await tab.textContent("#claims"), said.filled);
    await tab.close();
    await page.goBack();
    await send();
    await page.waitForLoadState();
    await page.waitForSelector("table");
    assert.equal(await page.textContent("h1"), said.received);
    assert.match(await page.textContent("table"), /canary-of-the-form/);
  });
}

test("t46 when two people share one computer, then neither gets the other's identity from the check", async () => {
  await world.provider.control("POST", "single-sign-on", { enabled: false });
  const said = LANGUAGES.en;
  const { page, context } = await person();
  await signIn(page, "kenneth", said);
  const kept = await context.cookies(service);
  await page.getByRole("link", { name: said.apply, exact: true }).click();
  await choose(page, "olivia", said);
  await page.getByRole("heading", { name: "You are signed in with a different GOV.UK One Login" }).waitFor();
  await page.getByRole("button", { name: "Continue" }).or(page.getByRole("link", { name: "Continue" })).click();
  await page.waitForURL(`${service}/`);
  assert.doesNotMatch(await page.content(), /kenneth|Decerqueira/i);
  await page.goto(`${service}/account`);
  assert.match(await page.textContent(".panel"), /olivia@example\.gov\.uk/);
  await page.goto(`${service}/apply`);
  assert.equal(await field(page, "family-name"), "Okafor-O’Donnell");
  assert.equal(await field(page, "given-names"), "Olivia Jane Hughes");
  // The first person's cookie is worth nothing any more, wherever a copy of it is.
  const copy = await person();
  await copy.context.addCookies(kept);
  await copy.page.waitForTimeout(1_100);
  await copy.page.goto(`${service}/account`);
  assert.ok(copy.page.url().startsWith(world.provider.url), copy.page.url());
});

test("t44 t55 names of any letters and length fill the form, and too many addresses are asked for instead", async () => {
  const said = LANGUAGES.en;
  for (const [id, family, claims] of [
    ["ngozi", /^Wolfeschlegelsteinhausenbergerdorff-Þórðardóttir-Nguyễn/, said.filled], ["tomos", /^$/, said.long],
    ["gwen", /^Pugh$/, said.filled], ["ines", /^da Conceição$/, said.filled],
  ]) {
    const { page } = await person();
    await signIn(page, id, said);
    await page.getByRole("link", { name: said.apply, exact: true }).click();
    await page.waitForURL(`${service}/apply`);
    assert.match(await field(page, "family-name"), family);
    assert.match(await page.textContent("#claims"), claims);
    await seen(page, "en", said.apply, `form-${id}`);
  }
});
