// Requests without a session: which are redirected to the sign-in, which get a page, and which get a status.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { authorise, start } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

let world;

before(async () => (world = await World.start()));
beforeEach(() => world.clear());
after(() => world?.stop());

const CHALLENGE = () => `OneLogin realm="${world.host}"`;

/** Asserts that the origin and the provider's sign-in were not asked for anything. */
async function assertUntouched() {
  assert.deepEqual(await world.origin.paths(), []);
  assert.ok((await world.provider.paths()).every((path) => path.startsWith("/.well-known/")));
}

test("t41 t60 when a request is no navigation, then it gets 401 as problem+json and no cookie", async () => {
  const kinds = {
    "a script's fetch": [["Accept", "application/json"], ["Sec-Fetch-Dest", "empty"], ["Sec-Fetch-Mode", "cors"]],
    "a fetch that accepts pages": [["Accept", "text/html"], ["Sec-Fetch-Dest", "empty"]],
    "a fetch that says as much": [["Accept", "text/html"], ["Sec-Fetch-Dest", "empty"], ["Sec-Fetch-Mode", "cors"]],
    XMLHttpRequest: [["Accept", "text/html"], ["X-Requested-With", "XMLHttpRequest"]],
    "a script of an old browser": [["Accept", "*/*"], ["Accept-Language", "en-GB"]],
    "a frame": [["Accept", "text/html"], ["Sec-Fetch-Dest", "iframe"]],
    "an image": [["Accept", "image/*"], ["Sec-Fetch-Dest", "image"]],
    "a prefetch": [...NAVIGATION, ["Sec-Purpose", "prefetch"]],
    "a prerendering": [...NAVIGATION, ["Sec-Purpose", "prefetch;prerender"]],
    "an old prefetch": [["Accept", "text/html"], ["Purpose", "prefetch"]],
    "a client that accepts nothing in particular": [],
  };
  for (const [kind, headers] of Object.entries(kinds)) {
    const answer = await world.raw({ target: "/account", headers });
    assert.equal(answer.status, 401, kind);
    assert.equal(answer.get("content-type"), "application/problem+json", kind);
    assert.equal(answer.get("www-authenticate"), CHALLENGE(), kind);
    assert.equal(answer.get("cache-control"), "no-store", kind);
    assert.deepEqual(answer.all("set-cookie"), [], kind);
    assert.equal(answer.get("location"), null, kind);
    assert.deepEqual([answer.json.status, answer.json.sign_in], [401, "/auth/sign-in"], kind);
  }
  await assertUntouched();
});

test("when a page of the service holds a frame then it gets a page for frames, and a frame of another site gets none", async () => {
  const frame = (site) => [...NAVIGATION.filter(([name]) => !/^sec-fetch/i.test(name)),
    ["Sec-Fetch-Dest", "iframe"], ["Sec-Fetch-Mode", "navigate"], ["Sec-Fetch-Site", site], ["Referer", `http://${world.host}/?step=2`]];
  const own = await world.raw({ target: "/account", headers: frame("same-origin") });
  assert.deepEqual([own.status, own.get("x-frame-options"), own.get("www-authenticate")], [401, "SAMEORIGIN", CHALLENGE()]);
  assert.match(own.get("content-security-policy"), /frame-ancestors 'self'/);
  assert.match(own.get("cache-control"), /no-store/);
  assert.match(own.text, /<base target="_top">.*You need to use GOV\.UK One Login to see this/s);
  assert.match(own.text, /href="\/auth\/sign-in\?return_to=%2F%3Fstep%3D2"/);
  assert.deepEqual(own.all("set-cookie"), []);
  for (const site of ["same-site", "cross-site"]) {
    const other = await world.raw({ target: "/account", headers: frame(site) });
    assert.deepEqual([other.status, other.get("content-type"), other.get("x-frame-options")], [401, "application/problem+json", "DENY"], site);
  }
  await assertUntouched();
});

test("t61 a posted form gets a 401 page that says what was lost, and its body goes nowhere", async () => {
  const browser = world.browser();
  const answer = await browser.send({ method: "POST", target: "/account/apply?step=2", body: "answer=canary-of-the-form" });
  assert.equal(answer.status, 401);
  assert.match(answer.get("content-type"), /^text\/html/);
  assert.equal(answer.get("www-authenticate"), CHALLENGE());
  assert.match(answer.text, /We did not save what you just sent/);
  assert.ok(!answer.text.includes("canary"));
  assert.deepEqual(answer.all("set-cookie"), []);
  await assertUntouched();
  const [, link] = answer.text.match(/<a class="govuk-link" href="([^"]*)" target="_blank" rel="noopener"/);
  const callback = await authorise(world, await start(browser, link));
  assert.equal((await browser.get(callback)).location, "/account/apply");
});

test("t60 every method is protected, and only a navigation by GET or HEAD is sent to sign in", async () => {
  for (const method of [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "MKCOL", "COPY", "LOCK", "REPORT", "SEARCH",
  ]) {
    for (const target of ["/account", "/unlisted", "/echo/x"]) {
      const body = ["POST", "PUT", "PATCH"].includes(method) ? "x" : undefined;
      const answer = await world.raw({ method, target, headers: NAVIGATION, body });
      const reads = ["GET", "HEAD"].includes(method);
      assert.equal(answer.status, reads ? 302 : 401, `${method} ${target}`);
      if (method === "HEAD") assert.equal(answer.body.length, 0);
      if (!reads) assert.deepEqual(answer.all("set-cookie"), [], `${method} ${target}`);
    }
  }
  await assertUntouched();
});

test("t60 rejects TRACE, and unknown methods never arrive", async () => {
  for (const target of ["/", "/account", "/auth/health"]) {
    const answer = await world.raw({ method: "TRACE", target });
    assert.equal(answer.status, 405, target);
    assert.equal(answer.get("allow"), "GET, HEAD, POST", target);
    assert.ok(!answer.text.includes("Host"), target);
  }
  for (const method of ["CONNECT", "TRACK", "get", "FOO", "GETX"]) {
    const answer = await world.raw({ method, target: "/" });
    assert.ok(answer.status >= 400, `${method}: ${answer.status}`);
  }
  await assertUntouched();
});

test("rejects a method override before the origin", async () => {
  const override = [["X-HTTP-Method-Override", "GET"], ["X-HTTP-Method", "GET"], ["X-Method-Override", "GET"]];
  const refused = await world.raw({ method: "POST", target: "/account", headers: [...override, ["Accept", "*/*"]], body: "x" });
  assert.equal(refused.status, 401);
  const passed = await world.raw({ method: "POST", target: "/echo/public/x", headers: override, body: "x" });
  assert.equal(passed.json.method, "POST");
  assert.ok(passed.json.headers.every(([name]) => !name.includes("override") && name !== "x-http-method"));
});

test("t57 when no rule names a path, then it is protected", async () => {
  for (const target of [
    "/unlisted", "/index.html", "/assets", "/assetsx/demo.css", "/echo/publicx", "/echo", "/control/requests",
    "/.well-known/other", "/favicon.ico",
  ]) {
    const answer = await world.raw({ target, headers: [["Accept", "application/json"]] });
    const expected = target === "/assets" ? 404 : 401;
    assert.equal(answer.status, expected, target);
  }
  assert.deepEqual(await world.origin.paths(), ["/assets"], "a prefix names its own root as well");
});

test("when no person is signed in, then public and optional pages are open, and optional ones name no person", async () => {
  assert.equal((await world.raw({ target: "/" })).status, 200);
  assert.equal((await world.raw({ target: "/assets/demo.css" })).status, 200);
  const whoami = await world.raw({ target: "/whoami" });
  assert.deepEqual([whoami.status, whoami.json], [200, null]);
  for (const { headers } of await world.origin.requests()) {
    assert.ok(headers.every(([name]) => !name.startsWith("one-login")));
  }
});
