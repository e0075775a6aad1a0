// docs/testing-your-origin.md, “With the public simulator”: its two commands as they stand there, with other ports, and a
// sign-in and sign-out after them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Browser } from "../harness/browser.mjs";
import { Child } from "../harness/children.mjs";
import { freePort } from "../harness/edge.mjs";
import { OWN_PAGE, start } from "../harness/journey.mjs";
import { CLI, ROOT } from "../harness/places.mjs";
import { PublicSimulator } from "../harness/public-simulator.mjs";

let simulator, dev, port, browser;

/** The page's commands about the public simulator, with this test's addresses in place of the usual ones. */
async function commands() {
  const page = await fs.readFile(path.join(ROOT, "docs/testing-your-origin.md"), "utf8");
  const section = page.slice(page.indexOf("## With the public simulator"));
  const lines = [...section.matchAll(/^```\n(.*)\n```$/gm)].map(([, line]) => line);
  return lines.map((line) => line.replaceAll("http://localhost:3000", simulator.url));
}

before(async () => {
  simulator = await PublicSimulator.start();
  const [development, configure] = await commands();
  const [program, ...args] = development.split(" ");
  assert.deepEqual([program, args.shift()], ["cargo", "edge"]);
  port = await freePort();
  dev = new Child("dev", CLI, [...args, "--port", String(port)], { cwd: ROOT });
  await dev.says(/Ctrl-C ends everything/, 120_000);
  const [printed] = dev.output.match(/curl .*\/config/);
  // On another port than the usual one the directory says the port.
  assert.equal(printed.replace(`${ROOT}/`, "").replace(`dev-${port}/`, "dev/"), configure);
  const [curl, ...rest] = printed.split(" ");
  await promisify(execFile)(curl, rest, { cwd: ROOT });
  browser = new Browser(port, `localhost:${port}`);
});
after(async () => {
  await dev?.stop();
  await simulator?.stop();
});

/** Where it sends a browser that opens one of its addresses. */
async function through(address) {
  assert.equal(new URL(address).origin, simulator.url);
  const answer = await fetch(address, { redirect: "manual" });
  assert.equal(answer.status, 302, simulator.refused.join());
  return answer.headers.get("location");
}

/** Goes on from the welcome page, to which the answer to a callback leads, to the page that was wanted. */
async function arrives(answer, wanted) {
  assert.deepEqual([answer.status, answer.location], [303, "/welcome"], `${answer.text}\n${dev.tail}`);
  const on = await browser.get("/auth/arrived", OWN_PAGE);
  assert.deepEqual([on.status, on.location], [303, wanted]);
}

test("a person signs in at the public simulator", async () => {
  const callback = await through(await start(browser, "/account"));
  const answer = await browser.get(callback);
  await arrives(answer, "/account");
  const page = await browser.get("/account");
  assert.equal(page.status, 200);
  assert.match(page.text, /test@example\.com/);
  assert.deepEqual(simulator.refused, []);
});

test("a person signs out there too, and is asked again", async () => {
  const answer = await browser.get("/auth/sign-out", OWN_PAGE);
  assert.equal(answer.status, 303, answer.text);
  const back = new URL(await through(answer.location));
  assert.equal(back.pathname, "/auth/signed-out");
  assert.equal((await browser.get(back.href)).status, 200);
  assert.equal((await browser.get("/account")).status, 302);
});

test("its auth_time is that of each token, so that signing in again is proved in one step", async () => {
  // The first is the sign-in after the sign-out, and is as young as the route asks for.
  const answer = await browser.get(await through(await start(browser, "/account/close")));
  await arrives(answer, "/account/close");
  assert.equal((await browser.get("/account/close")).status, 200);
});

test("a person proves an identity at the public simulator, and the service is told of it", async () => {
  const answer = await browser.get(await through(await start(browser, "/apply")));
  assert.deepEqual([answer.status, answer.location], [303, "/apply"], `${answer.text}\n${dev.tail}`);
  const page = await browser.get("/apply");
  assert.equal(page.status, 200);
  assert.match(page.text, /HEARNSHAW/i);
  assert.match(page.text, /FRAMPTON ROAD/i);
  assert.deepEqual(simulator.refused, []);
});

test("its errors come back in the callback's address or in its answer, each with its code, and its codes stay good", async () => {
  const address = new URL(await start(new Browser(port, browser.host), "/account"));
  const callback = new URL(await through(address.href));
  const form = { grant_type: "authorization_code", code: callback.searchParams.get("code"), client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" };
  const token = async (members) => {
    const answer = await fetch(`${simulator.url}/token`, { method: "POST", body: new URLSearchParams({ ...form, ...members }) });
    return [answer.status, (await answer.json()).error];
  };
  assert.deepEqual(await token({ grant_type: "password" }), [400, "unsupported_grant_type"]);
  assert.deepEqual(await token({ client_assertion: "a.b.c" }), [400, "invalid_request"]);
  simulator.client.scopes = ["openid"];
  assert.equal(new URL(await through(address.href)).searchParams.get("error"), "invalid_scope");
  assert.equal((await fetch(`${simulator.url}/userinfo`)).status, 401);
});

test("a client that it does not know is refused there", async () => {
  simulator.client.clientId = "another";
  const { status } = await fetch(await start(new Browser(port, browser.host), "/account"), { redirect: "manual" });
  assert.equal(status, 400);
});
