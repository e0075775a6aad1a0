// The demo service of `cargo edge dev`, from its desk: a person arrives, the service switches sign-in off, closes and invites people,
// and others use the same host.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { QUIET, faults, picture, visitor } from "../harness/chromium.mjs";
import { startDev } from "../harness/dev.mjs";
import { CHROMIUM } from "../harness/places.mjs";

let dev, port, browser, service, desk;
const contexts = [];

before(async () => {
  ({ dev, port } = await startDev());
  [service, desk] = [`http://localhost:${port}`, `http://127.0.0.1:${port + 1}/control/`];
  browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET, headless: true });
});
afterEach(async (test) => {
  if (test.error != null) test.diagnostic(dev.tail);
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});
after(async () => {
  await browser?.close();
  await dev?.stop();
});

/** A new visitor at the desk. */
async function atTheDesk(options) {
  const made = await visitor(browser, options);
  contexts.push(made.context);
  await made.page.goto(desk);
  return made;
}

/** From the desk by one of its links to the provider, and back as Kenneth. */
async function signIn(page, journey) {
  await page.getByRole("link", { name: journey, exact: true }).click();
  await page.getByRole("radio", { name: /Kenneth Decerqueira/ }).check();
  await page.getByRole("button", { name: "Continue" }).click();
}

test("when a person signs in at the demo then the welcome page comes first in either language, and leads on", async () => {
  for (const [prefix, welcome, on] of [["", "Welcome", "Continue"], ["/cy", "Croeso", "Parhau"]]) {
    const { page, complaints } = await atTheDesk({ locale: prefix === "" ? "en-GB" : "cy-GB" });
    await page.getByRole("link", { name: `${prefix}/account`, exact: true }).click();
    await page.getByRole("radio", { name: /Kenneth Decerqueira/ }).check();
    await page.getByRole("button", { name: on }).click();
    await page.waitForURL(`${service}${prefix}/welcome`);
    assert.equal(await page.textContent("h1"), welcome);
    assert.deepEqual(await faults(page), []);
    // Another page leads back, until the person goes on.
    await page.goto(`${service}${prefix}/account/licences`);
    assert.equal(page.url(), `${service}${prefix}/welcome`);
    await page.getByRole("button", { name: on }).click();
    await page.waitForURL(`${service}${prefix}/account/licences`);
    await page.goto(`${service}${prefix}/account`);
    assert.equal(page.url(), `${service}${prefix}/account`);
    assert.deepEqual(complaints, []);
  }
});

test("when people sign in at the demo then the desk counts them as the report does", async () => {
  const { page } = await atTheDesk();
  const row = async (name) => Number(await page.locator("#numbers tbody tr", { hasText: name }).first().locator("td").first().textContent());
  const [started, completed] = [await row("Started"), await row("Completed")];
  await signIn(page, "/account");
  await page.waitForURL(`${service}/welcome`);
  await page.goto(desk);
  for (let waited = 0; waited < 10_000 && (await row("Completed")) === completed; waited += 250) await sleep(250);
  assert.deepEqual([await row("Started"), await row("Completed")], [started + 1, completed + 1]);
  assert.match(await page.textContent("#numbers"), /Median time of signed_in Cl\.Cm: \d+ seconds?/);
  assert.deepEqual(await faults(page), []);
  await picture(page, "desk-numbers.png");
});

/** Sets the switch at the desk, and waits until the Worker says so. */
async function set(page, choice, health) {
  await page.goto(desk);
  await page.getByLabel("The service switches off:").selectOption(choice);
  await page.getByRole("button", { name: "Set switch" }).click();
  assert.deepEqual(await faults(page), []);
  for (let waited = 0; waited < 60_000; waited += 250) {
    const said = await fetch(`${service}/auth/health`).then((answer) => answer.json()).catch(() => ({}));
    if (said.switch?.sign_in.state === health[0] && said.switch.service.state === health[1]) return;
    await sleep(250);
  }
  throw new Error(`the Worker never said ${health}: ${dev.tail}`);
}

/** Opens a page that answers 503, in each language. */
async function unavailable(page, path, headings, name) {
  for (const [prefix, heading] of [["", headings[0]], ["/cy", headings[1]]]) {
    const answer = await page.goto(`${service}${prefix}${path}`);
    assert.equal(answer.status(), 503);
    assert.equal((await page.textContent("h1")).trim(), heading);
    assert.equal(await page.getAttribute("html", "lang"), prefix === "" ? "en" : "cy");
    assert.deepEqual(await faults(page), []);
    await picture(page, `${name}-${prefix === "" ? "en" : "cy"}.png`);
  }
}

test("when the desk switches sign-in off, closes the service and opens it then people get its pages, and the demo again", async () => {
  const inside = await atTheDesk();
  await signIn(inside.page, "/account");
  await inside.page.getByRole("button", { name: "Continue" }).click();
  await inside.page.waitForURL(`${service}/account`);
  const { page } = await atTheDesk();

  await set(page, "sign-in-off", ["off", "open"]);
  await unavailable(page, "/account", ["Sorry, signing in is unavailable", "Mae’n ddrwg gennym, nid yw mewngofnodi ar gael"], "sign-in-off");
  assert.equal((await inside.page.goto(`${service}/account`)).status(), 200, "a person who is signed in goes on");
  assert.equal((await page.goto(`${service}/`)).status(), 200, "and so does a public page");

  await set(page, "service-closed", ["on", "closed"]);
  await unavailable(page, "/", ["Sorry, the service is unavailable", "Mae’n ddrwg gennym, nid yw’r gwasanaeth ar gael"], "service-closed");
  assert.equal((await inside.page.goto(`${service}/account`)).status(), 503);

  await set(page, "open", ["on", "open"]);
  assert.equal((await inside.page.goto(`${service}/account`)).status(), 200);
  assert.match(await inside.page.textContent(".panel"), /kenneth@example\.gov\.uk/);
});

/** Signs in from a page of the simulated provider, and goes on from the welcome page. */
async function throughTheDoor(page, name) {
  await page.getByRole("radio", { name }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(`${service}/welcome`);
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Has the demo service do something from the desk, and gives what its page says. */
async function fromTheDesk(page, button, label, choice) {
  await page.goto(desk);
  if (label !== undefined) await page.getByLabel(label).selectOption({ label: choice });
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.waitForURL(`http://127.0.0.1:${port + 2}/control/**`);
  assert.deepEqual(await faults(page), []);
  return page.textContent("main");
}

test("t151 t155 when the desk invites people then they reach the page for invited people, by address and by a link", async () => {
  const { page } = await atTheDesk();
  const { page: developer } = await atTheDesk();
  assert.match(await fromTheDesk(developer, "Take every invitation away"), /Invitations: 0, used: 0/);
  await page.getByRole("link", { name: "/beta", exact: true }).first().click();
  await throughTheDoor(page, /Kenneth Decerqueira/);
  await page.getByRole("heading", { name: "You need an invitation" }).waitFor();
  assert.deepEqual(await faults(page), []);
  await picture(page, "demo-not-invited-en.png");
  await page.goto(`${service}/cy/beta`);
  assert.equal((await page.textContent("h1")).trim(), "Mae angen gwahoddiad arnoch");
  assert.deepEqual(await faults(page), []);
  await page.goto(`${service}/beta`);

  assert.match(await fromTheDesk(developer, "Invite", "Invite the address of", "Kenneth Decerqueira"), /The address is invited.*Invitations: 1, used: 0/);
  await page.locator("main a[href*='/auth/sign-in']").first().click();
  await page.waitForURL((url) => [`${service}/beta`, `${service}/welcome`].includes(url.href));
  await page.goto(`${service}/beta`);
  assert.match(await page.textContent(".panel"), /kenneth@example\.gov\.uk/);

  assert.match(await fromTheDesk(developer, "Make a link for one person"), /Invitations: 2, used: 1/);
  const link = await developer.getByRole("link", { name: /invitation=/ }).getAttribute("href");
  for (const [who, heading] of [[/Amal/, "Your account"], [/Mo O'Neill/, "You need an invitation"]]) {
    const { page: other } = await atTheDesk();
    await other.goto(link);
    await throughTheDoor(other, who);
    await other.getByRole("heading", { name: heading, exact: true }).waitFor();
    assert.equal(other.url(), `${service}/beta`);
  }
});

test("when the desk asks as staff or as a program then the page shows what the edge lets through", async () => {
  const { page } = await atTheDesk();
  const staff = (who) => fromTheDesk(page, "Ask as staff", "Ask for /staff as", who);
  assert.match(await staff("a caseworker"), /status 200.*"email":"caseworker@example\.gov\.uk"/s);
  assert.match(await staff("a program"), /status 200.*"common_name":"reports\.access"/s);
  assert.match(await staff("a user of another application"), /status 403/);
  assert.match(await staff("a client without a token"), /without cf-access-jwt-assertion: status 403/);
  const program = (value) => fromTheDesk(page, "Ask as a program", "Ask for /api/licences with Authorization:", value);
  assert.match(await program("Bearer demo"), /status 200.*DEMO-1/s);
  assert.match(await program("Bearer other"), /status 401.*The token is not known/s);
  assert.match(await program("no header"), /status 401.*Send an Authorization header/s);
});

test("when the demo asks at run time and closes an account then the person proves who they are, and is kept out with a page", async () => {
  const { page: developer } = await atTheDesk();
  const set = async (id) => {
    await developer.goto(desk);
    await developer.getByLabel("At the next sign-in").selectOption(id);
    await developer.getByRole("button", { name: "Set person" }).click();
  };
  await set("kenneth");
  const { page } = await atTheDesk();
  await page.getByRole("link", { name: "/account/licence", exact: true }).click();
  await page.waitForURL(`${service}/welcome`);
  await page.getByRole("button", { name: "Continue" }).click();
  // The service's own 401 is seen by no person: the way leads through the identity check.
  await page.waitForURL(`${service}/account/licence`);
  assert.match(await page.textContent("main"), /Cl\.Cm\.P2/);
  assert.deepEqual(await faults(page), []);
  await page.goto(desk);
  await page.getByRole("link", { name: "/account/close", exact: true }).click();
  assert.deepEqual(await faults(page), []);
  await page.getByRole("button", { name: "Close my account" }).click();
  await page.getByRole("heading", { name: "Your account is closed" }).waitFor();
  const { page: again } = await atTheDesk();
  for (const [prefix, heading] of [["", "You cannot sign in to this service"], ["/cy", "Ni allwch fewngofnodi i’r gwasanaeth hwn"]]) {
    const answer = await again.goto(`${service}${prefix}/account`);
    assert.equal(answer.status(), 403);
    assert.equal((await again.textContent("h1")).trim(), heading);
    assert.deepEqual(await faults(again), []);
    await picture(again, `demo-kept-out-${prefix === "" ? "en" : "cy"}.png`);
  }
  await set("");
});
