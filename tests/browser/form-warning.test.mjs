// A form that would be lost, on a page of a service whose route has `form_warning`: it stays on the page, and is sent later.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { faults, inChromium, picture } from "../harness/chromium.mjs";
import { startOrigin } from "../harness/origin.mjs";

const posted = [];

/** The service's page, whose form is the markup in its query, and which says what was posted. */
const form = (request, response) => {
  const address = new URL(request.url, "http://service.example");
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    if (request.method === "POST") posted.push([address.pathname + address.search.slice(0, 8), body]);
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "private, max-age=600" });
    response.end(`<!DOCTYPE html><html lang="${address.searchParams.get("lang") ?? "en"}"><title>Form</title>
      ${address.pathname === "/account/plain" ? "" : '<script src="/auth/assets/session.js" defer></script>'}
      <main><h1>${request.method === "POST" ? "Sent" : "Form"}</h1><a href="/account/plain">Elsewhere</a>
      ${address.searchParams.get("form") ?? ""}</main></html>`);
  });
};

let world, service, person, origin;

async function settings() {
  origin = await startOrigin(Object.fromEntries(["/account/form", "/account/plain", "/pay/now", "/"].map((path) => [path, form])));
  const routes = [
    { path: "/", access: "public" },
    { path: "/account/*", form_warning: true },
    { path: "/pay/*", form_warning: true, reauthenticate_within: 60 },
  ];
  return { services: { DEMO: { host: "localhost", origin: origin.url, routes }, QUIET: { host: "quiet.localhost", origin: origin.url, routes: [] } } };
}

inChromium(settings, (made) => ({ world, service, person } = made), { backForward: true });
after(() => origin?.stop());
beforeEach(() => posted.splice(0));

const PLAIN = `<form method="post"><label>Name <input name="name" required></label>
  <button name="next" value="save">Save</button></form>`;

/** A signed-in person on a page with a form, with the questions that the script asked; the script has had its first answer. */
async function on(markup = PLAIN, { at = "/account/form", lang = "en", clock = false } = {}) {
  const made = await person();
  if (clock) await made.page.clock.install();
  const asked = [];
  made.page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === "/auth/session" && searchParams.has("form")) asked.push(searchParams.get("form"));
  });
  await made.page.goto(`${service}/account/plain`);
  const first = made.page.waitForResponse(`${service}/auth/session`);
  await made.page.goto(`${service}${at}?${new URLSearchParams({ lang, form: markup })}`);
  await (await first).finished();
  await made.page.waitForTimeout(100);
  return { ...made, asked };
}

const signOut = (context) => context.clearCookies({ name: /^__Host-ol-session/ });
const until = async (condition) => {
  for (const end = Date.now() + 8_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) if (condition()) return;
  assert.fail(`not so: ${condition}`);
};

test("when the session has ended before the post, then the form stays, and is sent after a sign-in in a new tab", async () => {
  const { page, context, asked, complaints } = await on();
  await page.getByLabel("Name").fill("Kenneth’s answer");
  await signOut(context);
  const save = page.getByRole("button", { name: "Save" });
  await save.click();
  const dialog = page.getByRole("dialog", { name: "You need to sign in before you can send this" });
  await dialog.waitFor();
  assert.deepEqual([posted, asked], [[], ["/account/form"]]);
  assert.deepEqual(await faults(page, "dialog"), []);
  await picture(page, "pages/form-warning-en.png");
  const said = await page.textContent(`#${await dialog.getAttribute("aria-describedby")}`);
  assert.equal(said, "We have not sent your answers. They stay on this page for 15 minutes.");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Sign in (opens in new tab)");
  const kept = await page.evaluate(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, document.cookie]);
  assert.deepEqual(kept, [0, 0, 0, ""], "nothing of the form is stored");
  const [tab] = await Promise.all([context.waitForEvent("page"), dialog.getByRole("link").click()]);
  await tab.waitForURL(page.url());
  // The person comes back: the session lives again, and the page is not left.
  await page.bringToFront();
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Save");
  assert.equal(await page.getByLabel("Name").inputValue(), "Kenneth’s answer");
  await save.click();
  await page.getByRole("heading", { name: "Sent" }).waitFor();
  assert.deepEqual(posted.map(([, body]) => Object.fromEntries(new URLSearchParams(body))), [{ name: "Kenneth’s answer", next: "save" }]);
  assert.deepEqual(complaints, []);
});

test("when a person comes back without a sign-in, then the page with the form is not left", async () => {
  const { page, context } = await on();
  await page.getByLabel("Name").fill("x");
  await signOut(context);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").waitFor();
  const answer = page.waitForResponse(`${service}/auth/session`);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await (await answer).finished();
  await page.getByRole("button", { name: "Go back to your answers" }).click();
  await page.waitForTimeout(300);
  assert.match(page.url(), /\/account\/form/);
  assert.equal(await page.getByLabel("Name").inputValue(), "x");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog", { name: "You need to sign in before you can send this" }).waitFor();
  assert.deepEqual(posted, []);
});

test("when the sign-in is too old for the form's route, then the link leads to its address, in Welsh on a Welsh page", async () => {
  const { page, context, asked } = await on(`<form method="post" action="/pay/now?id=7&amp;a=%2F"><button>Talu</button></form>`, { lang: "cy" });
  const session = (route) => route.fulfill({ json: { signed_in: true, level: "Cl.Cm", idle_seconds: 900, absolute_seconds: 900, form_warning: true, form_lost: "form-sign-in-again" } });
  await page.route("**/auth/session?form=*", session);
  await page.getByRole("button", { name: "Talu" }).click();
  const dialog = page.getByRole("dialog", { name: "Mae angen i chi fewngofnodi eto cyn y gallwch anfon hyn" });
  await dialog.waitFor();
  assert.equal(await dialog.getAttribute("lang"), "cy");
  assert.deepEqual(await faults(page, "dialog"), []);
  await picture(page, "pages/form-warning-cy.png");
  const link = dialog.getByRole("link", { name: "Mewngofnodi (yn agor mewn tab newydd)" });
  assert.equal(await link.evaluate((found) => found.href), `${service}/auth/sign-in?lang=cy&return_to=%2Fpay%2Fnow%3Fid%3D7%26a%3D%252F`);
  assert.deepEqual(asked, ["/pay/now"]);
  assert.match(await dialog.textContent(), /Nid ydym wedi anfon eich atebion\. Maent yn dal ar y dudalen hon\./);
  await dialog.getByRole("button", { name: "Mynd yn ôl i’ch atebion" }).click();
  await page.unroute("**/auth/session?form=*", session);
  await signOut(context);
  await page.getByRole("button", { name: "Talu" }).click();
  await page.getByRole("dialog", { name: "Mae angen i chi fewngofnodi cyn y gallwch anfon hyn" }).waitFor();
  assert.deepEqual(posted, []);
});

for (const [lang, heading, after] of [
  ["en", "You cannot send this while the service is closed", "Send the form again when the service is open."],
  ["cy", "Ni allwch anfon hyn tra bo’r gwasanaeth ar gau", "Anfonwch y ffurflen eto pan fydd y gwasanaeth ar agor."],
]) {
  test(`when the service is closed, then the form stays, and is sent when it is open again (${lang})`, async () => {
    const { page } = await on(PLAIN, { lang });
    await page.getByLabel("Name").fill("x");
    const closed = (route) => route.fulfill({ json: { signed_in: true, level: "Cl.Cm", idle_seconds: 900, absolute_seconds: 900, form_warning: true, form_lost: "service-closed" } });
    await page.route("**/auth/session?form=*", closed);
    await page.getByRole("button", { name: "Save" }).click();
    const dialog = page.getByRole("dialog", { name: heading });
    await dialog.waitFor();
    assert.deepEqual(await faults(page, "dialog"), []);
    assert.ok((await dialog.textContent()).includes(after));
    assert.equal(await dialog.getByRole("link").count(), 0, "no sign-in would help");
    await dialog.getByRole("button").click();
    assert.deepEqual(posted, []);
    await page.unroute("**/auth/session?form=*", closed);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Sent" }).waitFor();
    assert.deepEqual(posted.map(([, body]) => body), ["name=x&next=save"]);
  });
}

for (const [how, answer] of [
  ["refuses to say", (route) => route.fulfill({ status: 503, json: {} })],
  ["is not reached", (route) => route.abort()],
  ["says nothing that the script knows", (route) => route.fulfill({ json: { signed_in: false, form_warning: true, form_lost: "constructor" } })],
]) {
  test(`when the edge ${how}, then the form is sent`, async () => {
    const { page } = await on();
    await page.getByLabel("Name").fill("x");
    await page.route("**/auth/session?form=*", answer);
    await page.getByRole("button", { name: "Save" }).dblclick();
    await page.getByRole("heading", { name: "Sent" }).waitFor();
    assert.deepEqual(posted.map(([, body]) => body), ["name=x&next=save"]);
  });
}

test("when the edge gives no answer for three seconds, then the form is sent", async () => {
  const { page } = await on();
  await page.getByLabel("Name").fill("x");
  await page.evaluate(() => (window.fetch = (_, { signal }) => new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  })));
  const clicked = Date.now();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Sent" }).waitFor();
  assert.ok(Date.now() - clicked > 2_500);
  assert.deepEqual(posted.map(([, body]) => body), ["name=x&next=save"]);
});

test("when a session is alive, then each form is sent once and just as the page wrote it", async () => {
  for (const [markup, expected] of [
    [`<form method="get" action="/pay/now"><input name="form" value="a"><button name="b" value="c" formmethod="post" formaction="/account/form?n=1">Go</button></form>`, ["/account/form?n=1", "form=a&b=c"]],
    [`<form method="post"><input name="a" required><button name="b" value="c" formnovalidate>Go</button></form>`, [/form/, "a=&b=c"]],
    // Fields that take the names of the form's own members.
    [`<form method="post" action="/pay/now">${["action", "method", "target", "requestSubmit", "submit", "elements"].map((name) => `<input name="${name}" value="1">`).join("")}<button>Go</button></form>`,
      ["/pay/now", "action=1&method=1&target=1&requestSubmit=1&submit=1&elements=1"]],
    // A page whose own handler takes only the first sending, and disables the button.
    [`<form method="post" action="/pay/now"><input name="a" value="1"><button name="b" value="2">Go</button></form><script>
      let times = 0;
      document.querySelector("form").addEventListener("submit", (event) => {
        if ((times += 1) > 1) event.preventDefault();
        setTimeout(() => (event.submitter.disabled = true));
      });</script>`, ["/pay/now", "a=1&b=2"]],
  ]) {
    posted.splice(0);
    const { page, asked } = await on(markup);
    await page.getByRole("button", { name: "Go" }).dblclick();
    await page.getByRole("heading", { name: "Sent" }).waitFor();
    assert.equal(posted.length, 1, markup);
    assert.match(posted[0][0], new RegExp(expected[0].source ?? expected[0].replace("?", "\\?")));
    assert.equal(posted[0][1], expected[1]);
    assert.equal(asked.length, 1, markup);
  }
});

test("when a form goes elsewhere, only reads, or opens a window, or the service has no such route, then nothing is asked", async () => {
  const elsewhere = `<form method="post" action="http://127.0.0.1:1/x" target="away"><button>Go</button></form><iframe name="away" title="away"></iframe>`;
  const reads = `<form action="/account/plain"><input name="q" value="1"><button>Go</button></form>`;
  const opens = `<form method="post" action="/account/plain" target="_blank"><button>Go</button></form>`;
  const talks = `<form method="dialog"><button>Go</button></form>`;
  const opensAll = `<base target="_blank"><form method="post" action="/account/plain"><button>Go</button></form>`;
  for (const markup of [elsewhere, reads, opens, talks, opensAll]) {
    const { page, asked } = await on(markup);
    await page.getByRole("button", { name: "Go" }).click();
    await page.waitForTimeout(400);
    assert.deepEqual(asked, [], markup);
  }
  assert.equal(posted.length, 2);
  const { page, asked } = await on();
  const quiet = service.replace("localhost", "quiet.localhost");
  await page.goto(`${quiet}/account/form?${new URLSearchParams({ form: PLAIN })}`);
  await page.getByLabel("Name").fill("x");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Sent" }).waitFor();
  assert.deepEqual(asked, []);
});

test("when a script of the page sends the form itself, then it sends what the person sent, and only then", async () => {
  const { page, asked, context } = await on(`${PLAIN}<script>
    document.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      fetch("/account/plain", { method: "POST", body: new URLSearchParams(new FormData(event.target, event.submitter)) });
    });</script>`);
  await page.getByLabel("Name").fill("x");
  await page.getByRole("button", { name: "Save" }).click();
  await until(() => posted.length > 0);
  // An event that a script makes sends no form.
  await page.evaluate(() => document.querySelector("form").dispatchEvent(new Event("other")));
  assert.deepEqual(posted.map(([, body]) => body), ["name=x&next=save"]);
  await signOut(context);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").waitFor();
  assert.deepEqual([posted.length, asked.length], [1, 2]);
});

test("when the person leaves the page meanwhile, then the form is not sent when they come back", async () => {
  const { page } = await on();
  await page.getByLabel("Name").fill("x");
  await page.evaluate(() => (window.fetch = () => new Promise((resolve) => setTimeout(resolve, 1_000))));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("link", { name: "Elsewhere" }).click();
  await page.waitForURL(`${service}/account/plain`);
  // Playwright waits for a page that is loaded again, and this one comes from the cache for Back.
  await page.evaluate(() => history.back()).catch(() => undefined);
  await page.waitForURL(/\/account\/form/, { waitUntil: "commit" });
  await page.waitForTimeout(2_000);
  assert.deepEqual(posted, []);
  assert.equal(await page.getByLabel("Name").inputValue(), "x");
});

/** The edge takes its time for the answer about a form, so that the page has changed the form before it. */
const slow = (page) => page.route("**/auth/session?form=*", async (route) => {
  await new Promise((resolve) => setTimeout(resolve, 400));
  await route.continue();
});

const CHANGES = {
  "the page disables the button": `<form method="post" action="/pay/now"><input name="a" value="1">
    <button name="b" value="2" onclick="setTimeout(() => (this.disabled = true))">Go</button></form>`,
  "the page disables the fields": `<form method="post" action="/pay/now"><fieldset><input name="a" value="1"><input name="no" value="3" disabled></fieldset>
    <button name="b" value="2" onclick="setTimeout(() => (document.querySelector('fieldset').disabled = true))">Go</button></form>`,
  "the page disables what is around the form": `<fieldset><form method="post" action="/pay/now"><input name="a" value="1">
    <button name="b" value="2" onclick="setTimeout(() => (this.closest('fieldset').disabled = true))">Go</button></form></fieldset>`,
  "the page takes the button away": `<form method="get" action="/account/plain"><input name="a" value="1">
    <button name="b" value="2" formmethod="post" formaction="/pay/now" onclick="setTimeout(() => this.replaceWith('Sending'))">Go</button></form>`,
  "the page takes a button away that is not in its form": `<form id="f" method="get" action="/account/plain"><input name="a" value="1"></form>
    <button form="f" name="b" value="2" formmethod="post" formaction="/pay/now" onclick="setTimeout(() => this.remove())">Go</button>`,
  "the page changes the button": `<form method="post" action="/pay/now"><input name="a" value="1">
    <input type="submit" name="b" value="2" aria-label="Go" onclick="setTimeout(() => (this.value = 'Sending'))"></form>`,
  "the page takes the form away": `<form method="post" action="/pay/now"><input name="a" value="1">
    <button name="b" value="2" onclick="setTimeout(() => this.form.replaceWith('Sending'))">Go</button></form>`,
};
for (const [name, markup] of Object.entries(CHANGES)) {
  test(`when ${name} just after the click, then the form is sent as the browser would have sent it`, async () => {
    const { page, asked } = await on(markup);
    await slow(page);
    await page.getByRole("button", { name: "Go" }).click();
    await page.getByRole("heading", { name: "Sent" }).waitFor();
    assert.deepEqual([posted, asked], [[["/pay/now", "a=1&b=2"]], ["/pay/now"]]);
  });
}

test("when the page has disabled its button, then it is disabled after the sending, and not in a form that stays", async () => {
  const { page, context } = await on(`<form method="post"><input name="a" value="1" aria-label="A"><button onclick="setTimeout(() => (this.disabled = true))">Go</button></form><script>
    document.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      fetch("/account/plain", { method: "POST", body: new URLSearchParams(new FormData(event.target)) });
    });</script>`);
  await slow(page);
  const button = page.getByRole("button", { name: "Go", exact: true });
  await button.click();
  await until(() => posted.length > 0);
  assert.equal(await button.isDisabled(), true);
  await button.evaluate((found) => (found.disabled = false));
  await signOut(context);
  await button.click();
  await page.getByRole("button", { name: "Go back to your answers" }).click();
  assert.equal(await button.isDisabled(), false);
  await button.click();
  await page.getByRole("dialog").waitFor();
  assert.equal(posted.length, 1);
});

test("when another button or form is used meanwhile, then the last one is sent", async () => {
  const { page, asked } = await on(`<form method="post"><input name="a" value="1"><button name="b" value="save">Save</button><button name="b" value="cancel">Cancel</button></form>
    <form method="post" action="/account/form?other"><button name="c" value="3">Other</button></form>`);
  await slow(page);
  for (const name of ["Other", "Save", "Cancel", "Cancel"]) await page.getByRole("button", { name }).click();
  await page.getByRole("heading", { name: "Sent" }).waitFor();
  assert.deepEqual(posted.map(([, body]) => body), ["a=1&b=cancel"]);
  assert.equal(asked.length, 3);
});

/** A page that saves a draft by a handler of its own: of the form, or of a form next to it. */
const SAVES = {
  "the same form": `<form method="post" action="/pay/now"><input name="a" aria-label="A"><button name="b" value="send">Send</button>
    <button id="draft" name="b" value="draft" formaction="/account/form">Draft</button></form>`,
  "a form of its own": `<form method="post" action="/pay/now"><input name="a" aria-label="A"><button name="b" value="send">Send</button></form>
    <form method="post" action="/account/form"><input name="a" hidden value="x"><button id="draft" name="b" value="draft">Draft</button></form>`,
};
const SAVING = `<script>
  const draft = document.querySelector("#draft");
  document.addEventListener("submit", (event) => {
    if (event.submitter !== draft) return;
    event.preventDefault();
    fetch("/account/form", { method: "POST", keepalive: true, body: new URLSearchParams(new FormData(draft.form, draft)) });
  });</script>`;
for (const [name, markup] of Object.entries(SAVES)) {
  for (const first of ["Send", "Draft"]) {
    test(`when a page saves a draft by ${name} while a form waits, ${first} first, then neither is lost`, async () => {
      const { page } = await on(markup + SAVING);
      await page.getByLabel("A").fill("x");
      await slow(page);
      const order = ["Send", "Draft"];
      if (first === "Draft") order.reverse();
      for (const button of order) await page.getByRole("button", { name: button }).click();
      await page.getByRole("heading", { name: "Sent" }).waitFor();
      await until(() => posted.length > 1);
      assert.deepEqual(posted.sort(), [["/account/form", "a=x&b=draft"], ["/pay/now", "a=x&b=send"]]);
    });
  }
}

test("when a form would be lost while a page saves a draft of another, then the draft is saved and the page stays", async () => {
  const { page } = await on(SAVES["a form of its own"] + SAVING);
  await page.getByLabel("A").fill("x");
  const json = { signed_in: true, level: "Cl.Cm", idle_seconds: 900, absolute_seconds: 900, form_warning: true, form_lost: "form-sign-in-again" };
  const refuse = (route) => setTimeout(() => route.fulfill({ json }), 400);
  await slow(page);
  await page.route("**/auth/session?form=%2Fpay*", refuse);
  for (const button of ["Send", "Draft"]) await page.getByRole("button", { name: button }).click();
  await page.getByRole("dialog").waitFor();
  await until(() => posted.length > 0);
  await page.getByRole("button", { name: "Go back to your answers" }).click();
  assert.equal(await page.getByLabel("A", { exact: true }).inputValue(), "x");
  assert.deepEqual(posted, [["/account/form", "a=x&b=draft"]]);
  // A form that would lead away stays on the page too.
  posted.splice(0);
  await page.evaluate(() => {
    const [send, other] = document.forms;
    send.requestSubmit();
    other.requestSubmit();
  });
  await page.getByRole("dialog").waitFor();
  await page.waitForTimeout(300);
  assert.match(page.url(), /\/account\/form/);
  assert.deepEqual(posted, []);
});

test("when no person signs in again, then a page with a form stays for 15 minutes, however often a script sends it", async () => {
  const { page, context } = await on(PLAIN, { clock: true });
  await page.getByLabel("Name").fill("x");
  await signOut(context);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").waitFor();
  for (const minutes of [5, 5, 4]) {
    await page.clock.fastForward(60_000 * minutes);
    const answer = page.waitForResponse("**/auth/session?form=*");
    await page.evaluate(() => document.querySelector("form").requestSubmit());
    await (await answer).finished();
    await page.waitForTimeout(200);
    assert.equal(await page.locator("dialog").count(), 1, "no dialog is put over another");
    assert.match(page.url(), /\/account\/form/);
  }
  await page.clock.fastForward(70_000);
  await page.waitForURL(/\/auth\/page\?name=ended-elsewhere/);
  assert.deepEqual(posted, []);
});

test("when a page whose form stays is left, then the next person who goes back does not see the answers", async () => {
  const { page, context } = await on();
  await page.getByLabel("Name").fill("Kenneth’s answer");
  await signOut(context);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Go back to your answers" }).click();
  await page.getByRole("link", { name: "Elsewhere" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/account/form"));
  await page.evaluate(() => history.back()).catch(() => undefined);
  // A page that is loaded again would lead to a sign-in.
  await page.waitForURL(/\/auth\/page\?name=ended-elsewhere/);
});
