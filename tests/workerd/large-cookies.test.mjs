// Requests that a real server refuses for the size of their cookies: the person gets a way to delete them, and every other
// refusal stays the service's.

import assert from "node:assert/strict";
import http from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { OWN_PAGE, signedIn } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

let world, server, browser;

before(async () => {
  // Node answers 431 by itself to headers of more than this.
  server = http.createServer({ maxHeaderSize: 8_192 }, (request, response) => {
    response.writeHead(request.url.startsWith("/bad") ? 400 : 200).end("the service");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const routes = [{ path: "/open/*", access: "public" }, { path: "/*" }];
  world = await World.start({ engine: "workerd", services: { DEMO: { host: "localhost", origin, routes } } });
  browser = await signedIn(world);
});
beforeEach(() => world.clear());
after(async () => {
  await world?.stop();
  server?.close();
});

const large = (bytes) => Array.from({ length: Math.ceil(bytes / 1_000) }, (_, n) => `big${n}=${"x".repeat(990)}`).join("; ");
const ask = (target, bytes, { method = "GET", headers = NAVIGATION } = {}) => world.raw({
  method, target, headers: [...headers, ["Cookie", [browser.cookie, large(bytes)].filter(Boolean).join("; ")]],
  ...(method === "GET" ? {} : { body: "x" }),
});

test("t118 when the service refuses a page for its cookies then the person can delete them", async () => {
  for (const [target, status] of [["/account", 431], ["/open/x", 431], ["/bad", 400]]) {
    const answer = await ask(target, status === 431 ? 9_000 : 5_000);
    assert.equal(answer.status, status, target);
    assert.match(answer.text, /Your browser sent too many cookies/);
    assert.match(answer.text, /<form method="post" action="\/auth\/sign-out\?cookies&amp;lang=en">/);
    assert.equal(answer.get("clear-site-data"), null, "nothing is deleted before the person says so");
    assert.equal(answer.get("cache-control"), "no-store");
  }
  await world.logs("origin", "cookies_too_large");
});

test("when only the Worker's own cookies are large, then the answer is the service's, which never got them", async () => {
  const own = large(5_000).replaceAll("big", "__Host-ol-attempt-");
  const headers = [...NAVIGATION, ["Cookie", `${browser.cookie}; ${own}`]];
  const answer = await world.raw({ method: "GET", target: "/bad", headers });
  assert.deepEqual([answer.status, answer.text], [400, "the service"]);
});

test("when cookies are small, or a program or a form is refused, then the answer is the service's", async () => {
  assert.equal((await ask("/bad", 0)).text, "the service");
  const script = [["Sec-Fetch-Dest", "empty"], ["Sec-Fetch-Mode", "cors"]];
  assert.equal((await ask("/bad", 5_000, { headers: script })).text, "the service");
  assert.equal((await ask("/bad", 5_000, { method: "POST" })).text, "the service");
  const program = await ask("/account", 9_000, { headers: script });
  assert.deepEqual([program.status, /too many cookies/.test(program.text)], [431, false]);
});

test("t118 only the service's own page deletes cookies, and the session ends with them", async () => {
  const [asked, foreign] = [
    await ask("/auth/sign-out?cookies", 9_000),
    await ask("/auth/sign-out?cookies", 9_000, { method: "POST", headers: [...NAVIGATION, ["Sec-Fetch-Site", "same-site"]] }),
  ];
  for (const answer of [asked, foreign]) {
    assert.equal(answer.status, 200);
    assert.match(answer.text, /Your browser sent too many cookies/);
    assert.equal(answer.get("clear-site-data"), null);
  }
  const done = await ask("/auth/sign-out?cookies&lang=en", 9_000, { method: "POST", headers: [...NAVIGATION, ...OWN_PAGE] });
  assert.equal(done.get("clear-site-data"), '"cache", "cookies"');
  assert.match(done.text, /You are being signed out/);
  await world.logs("signed_out", "here");
});
