// `cargo edge dev` as a developer uses it: the desk with its display and settings, and the build when a source changes.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Browser, NAVIGATION } from "../harness/browser.mjs";
import { startDev } from "../harness/dev.mjs";
import { ROOT } from "../harness/places.mjs";
import { request } from "../harness/wire.mjs";

let dev, port;

before(async () => ({ dev, port } = await startDev()));
after(() => dev?.stop());

const desk = (target, options = {}) => request(port + 1, { target, host: `127.0.0.1:${port + 1}`, ...options });
const worker = (target) => request(port, { target, host: `localhost:${port}`, headers: NAVIGATION });
const form = (body) => ({ method: "POST", headers: [["Content-Type", "application/x-www-form-urlencoded"]], body });

test("it begins at a desk that says what is running, and every journey there is answered", async () => {
  assert.match(dev.output, new RegExp(`Begin at http://127.0.0.1:${port + 1}/control/`));
  const { status, text } = await desk("/control/");
  assert.equal(status, 200);
  const service = `http://localhost:${port}`;
  const journeys = [...text.matchAll(new RegExp(`href="${service}(/[^"]*)"`, "g"))].map(([, target]) => target);
  assert.ok(journeys.length > 8, text);
  for (const target of journeys) {
    const answer = await worker(target);
    assert.ok(answer.status < 500 && answer.status !== 404, `${target}: ${answer.status}`);
  }
});

test("the desk shows what the Worker decides", async () => {
  await worker("/auth/callback?code=abc&state=def");
  let said = [];
  for (let waited = 0; waited < 10_000; waited += 100) {
    said = (await desk("/control/decisions")).json.map((decision) => decision.said);
    if (said.some(({ label }) => label === "no_cookies")) break;
    await sleep(100);
  }
  assert.ok(said.some(({ event, label }) => event === "callback" && label === "no_cookies"), JSON.stringify(said));
  assert.ok(!JSON.stringify(said).includes("code=abc"));
});

test("a signal that is sent from the desk is taken by the Worker", async () => {
  assert.equal((await desk("/control/choose", form("signal=account-lost&about=kenneth"))).status, 400);
  for (const [signal, label] of [["credential-change", "credential_change"], ["account-purged", "account_purged"], ["verification", "verification"]]) {
    assert.equal((await desk("/control/choose", form(`signal=${signal}&about=kenneth`))).status, 303);
    const taken = async () => (await desk("/control/decisions")).json.some(({ said }) => said.event === "signal" && said.label === label);
    for (let waited = 0; waited < 20_000 && !(await taken()); waited += 100) await sleep(100);
    assert.ok(await taken(), label);
  }
});

test("a person who is chosen at the desk signs in without being asked, and a fault is met", async () => {
  assert.equal((await desk("/control/choose", form("persona=sian"))).status, 303);
  const { headers } = await worker("/account");
  const address = new URL(headers.find(([name]) => name.toLowerCase() === "location")[1]);
  const back = await desk(address.pathname + address.search);
  assert.equal(back.status, 302);
  assert.equal((await desk("/control/choose", form("persona=&fault=discovery-500"))).status, 303);
  assert.match((await desk("/control/")).text, /broken on purpose: <strong>discovery-500/);
  await desk("/control/choose", form("fault="));
});

test("a person arrives at the welcome page, is asked at run time to prove who they are, closes the account, and is kept out", async () => {
  assert.equal((await desk("/control/choose", form("persona=kenneth"))).status, 303);
  const browser = new Browser(port, `localhost:${port}`);
  const provider = new Browser(port + 1, `127.0.0.1:${port + 1}`);
  /** Follows redirects between the Worker and the provider to the last answer. */
  const open = async (target) => {
    let answer = await browser.get(target);
    for (let steps = 0; answer.location && steps < 12; steps += 1) {
      const url = new URL(answer.location, `http://localhost:${port}`);
      answer = await (url.port === String(port) ? browser : provider).get(url.pathname + url.search);
    }
    return answer;
  };
  const own = [["Sec-Fetch-Site", "same-origin"], ["Origin", `http://localhost:${port}`]];
  const arrival = await open("/account/licence");
  assert.match(arrival.text, /<h1>Welcome<\/h1>.*action="\/auth\/arrived"/s);
  const on = await browser.send({ method: "POST", target: "/auth/arrived", headers: [...NAVIGATION, ...own] });
  assert.deepEqual([on.status, on.location], [303, "/account/licence"]);
  const proved = await open(on.location);
  assert.equal(proved.status, 200, proved.text);
  assert.match(proved.text, /Cl\.Cm\.P2/);
  assert.match((await open("/account/close")).text, /Close my account/);
  assert.match((await open("/welcome")).text, /Go to your account/);
  const closed = await browser.send({ method: "POST", target: "/account/close", headers: [...NAVIGATION, ...own] });
  assert.deepEqual([closed.status, /Your account is closed/.test(closed.text)], [200, true], closed.text);
  browser.cookies.clear();
  const kept = await open("/account");
  assert.equal(kept.status, 403);
  assert.match(kept.text, /You cannot sign in to this service/);
  assert.equal((await desk("/control/choose", form("persona="))).status, 303);
});

test("a program gets the licences with the token that the desk names, and without it no sign-in", async () => {
  assert.match((await desk("/control/")).text, /Authorization: Bearer demo/);
  const ask = (headers) => request(port, { target: "/api/licences", host: `localhost:${port}`, headers });
  const licences = await ask([["Authorization", "Bearer demo"]]);
  assert.deepEqual([licences.status, licences.json], [200, { licences: ["DEMO-1"] }]);
  const other = await ask([["Authorization", "Bearer other"]]);
  assert.deepEqual([other.status, other.get("www-authenticate")], [401, 'Bearer realm="demo", error="invalid_token"']);
  for (const headers of [[], NAVIGATION]) {
    const none = await ask(headers);
    assert.deepEqual([none.status, none.location], [401, null]);
    assert.doesNotMatch(none.get("www-authenticate"), /realm="demo"/, "the edge answers before the service");
  }
});

test("a source that changes is built again", async () => {
  const source = path.join(ROOT, "src/lib.rs");
  const { atime, mtime } = await fs.stat(source);
  const before = dev.output.length;
  await fs.utimes(source, atime, new Date());
  try {
    await dev.says(/\[build\] the Worker is built again/);
  } finally {
    await fs.utimes(source, atime, mtime);
  }
  assert.ok(dev.output.length > before);
});
