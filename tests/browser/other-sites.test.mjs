// A sibling's page and a person's session, in Chromium. A sibling is another host of the same domain, whose forms carry
// the session's cookie.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { inChromium, picture } from "../harness/chromium.mjs";
import { signIn } from "../harness/journey.mjs";
import { startOrigin } from "../harness/origin.mjs";

const page = (body) => (_, response) => {
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
  response.end(`<!DOCTYPE html><html lang="en"><title>Service</title>${body}`);
};
const form = (action) => `<form method="post" action="${action}"><input name="answer"><button>Send</button></form>`;

// Registrable domains are below `localhost`, so that these two are one site.
const [HOST, SIBLING] = ["licence.demo.localhost", "forms.demo.localhost"];
const received = page("<h1>Received</h1>");
const origin = await startOrigin({
  "/account": page("<h1>Account</h1>"),
  "/account/form": page(form("/account/sent")), "/account/sent": received, "/open/sent": received, "/listed/sent": received,
});
const sibling = await startOrigin({ "/": page("<h1>Sibling</h1>") });
after(() => Promise.all([origin.stop(), sibling.stop()]));

const from = `http://${SIBLING}:${new URL(sibling.url).port}`;
const routes = [
  { path: "/account/*" }, { path: "/open/*", other_sites: "allow" }, { path: "/listed/*", other_sites: [from] },
];
let world, person;
inChromium({ services: { DEMO: { host: HOST, origin: origin.url, routes } } }, (made) => ({ world, person } = made));
beforeEach(() => origin.seen.splice(0));

/** A person who is signed in, and looks at the sibling's page. */
async function visitor() {
  const browser = world.browser();
  await signIn(world, browser);
  const made = await person();
  const cookies = [...browser.cookies].map(([name, value]) => ({ name, value, url: `https://${HOST}`, secure: true, httpOnly: true, sameSite: "Lax" }));
  await made.context.addCookies(cookies);
  await made.page.goto(`${from}/`);
  origin.seen.splice(0);
  return made;
}

const own = () => `http://${world.host}`;
const sent = () => origin.seen.filter(({ method }) => method !== "GET");
const submit = (page, target) => Promise.all([
  page.waitForURL(`${own()}${target}`),
  page.evaluate((action) => {
    const made = Object.assign(document.createElement("form"), { method: "post", action });
    document.body.append(made);
    made.submit();
  }, `${own()}${target}`),
]);

test("t121 a sibling's form reaches no required route, and the person reads what to do", async () => {
  const { page } = await visitor();
  await submit(page, "/account/sent");
  assert.equal(await page.textContent("h1"), "This was sent from another website");
  assert.match(await page.textContent("main"), /We did not save what you just sent\./);
  await picture(page, "other-site.png");
  await page.getByRole("link", { name: "Cymraeg" }).click();
  assert.equal(await page.textContent("h1"), "Anfonwyd hwn o wefan arall");
  assert.deepEqual(sent(), []);
  await world.logs("refused", "other_site");
  // The session was good all the time.
  await page.goto(`${own()}/account`);
  assert.equal(await page.textContent("h1"), "Account");
});

test("t121 neither a sibling's script nor its frame or beacon changes anything", async () => {
  const { page } = await visitor();
  await page.evaluate(async (target) => {
    for (const mode of ["no-cors", "cors"]) {
      await fetch(target, { method: "POST", mode, credentials: "include", body: "x" }).catch(() => {});
    }
    navigator.sendBeacon(target, "x");
    const frame = Object.assign(document.createElement("iframe"), { name: "inner" });
    document.body.append(frame);
    const made = Object.assign(document.createElement("form"), { method: "post", action: target, target: "inner" });
    document.body.append(made);
    const loaded = new Promise((resolve) => (frame.onload = resolve));
    made.submit();
    await loaded;
  }, `${own()}/account/sent`);
  assert.deepEqual(sent(), []);
  const refused = await world.told((events) => events.filter(({ label }) => label === "other_site").length >= 5);
  assert.ok(refused, "each of them was refused");
});

test("when a route lists a sibling or takes any page then its form arrives with the person", async () => {
  const { page } = await visitor();
  for (const target of ["/open/sent", "/listed/sent"]) {
    await page.goto(`${from}/`);
    await submit(page, target);
    assert.equal(await page.textContent("h1"), "Received", target);
  }
  assert.deepEqual(sent().map(({ target, headers }) => [target, typeof headers["one-login-assertion"]]), [
    ["/open/sent", "string"], ["/listed/sent", "string"],
  ]);
});

test("when the form is the service's own then it arrives", async () => {
  const { page } = await visitor();
  await page.goto(`${own()}/account/form`);
  await page.getByRole("button").click();
  assert.equal(await page.textContent("h1"), "Received");
  assert.equal(sent().length, 1);
});
