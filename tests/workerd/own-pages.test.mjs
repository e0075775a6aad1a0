// The edge's own addresses: published keys, health, the pages that people see, and the headers of all of them.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { calculateJwkThumbprint } from "jose";
import { NAVIGATION } from "../harness/browser.mjs";
import { assertionKey, clientKey } from "../harness/keys.mjs";
import { World } from "../harness/world.mjs";

const DOCUMENTS = ["/auth/jwks.json", "/.well-known/jwks.json", "/auth/assertion-jwks.json"];
let world;

before(async () => {
  const secrets = { CLIENT_KEY_DEMO_B: JSON.stringify(await clientKey()), ASSERTION_KEY_DEMO_B: JSON.stringify(await assertionKey()) };
  const paths = { publish_well_known_jwks: false, own_path: "/sign-in", redirect_path: "/back" };
  const quiet = { host: "one.localhost", ...paths, request_signing_alg: "PS256", locales: ["cy"] };
  world = await World.start({ services: { DEMO: { host: "localhost" }, QUIET: quiet }, secrets });
});
beforeEach(() => world.clear());
after(() => world?.stop());

const get = (target, description = {}) => world.raw({ target, ...description });

test("t82 when the client's keys are published, then they have only public members and their thumbprints as names", async () => {
  for (const path of ["/auth/jwks.json", "/.well-known/jwks.json"]) {
    const answer = await get(path);
    assert.equal(answer.status, 200);
    assert.equal(answer.get("content-type"), "application/jwk-set+json");
    assert.equal(answer.get("cache-control"), "public, max-age=600");
    const { keys } = answer.json;
    assert.equal(keys.length, 2, "both generations");
    for (const key of keys) {
      assert.deepEqual(Object.keys(key).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
      assert.deepEqual([key.kty, key.use, key.alg, key.e], ["RSA", "sig", "RS256", "AQAB"]);
      assert.equal(key.kid, await calculateJwkThumbprint(key, "sha256"));
      assert.ok(Buffer.from(key.n, "base64url").length >= 256);
    }
    assert.notEqual(keys[0].kid, keys[1].kid);
    const own = ["A", "B"].map((generation) => JSON.parse(world.secrets[`CLIENT_KEY_DEMO_${generation}`]).n);
    assert.deepEqual(keys.map(({ n }) => n), own);
  }
});

test("t82 t115 the assertion's keys are published in the same form, and all of them on P-256", async () => {
  const answer = await get("/auth/assertion-jwks.json");
  assert.equal(answer.get("cache-control"), "public, max-age=300");
  const { keys } = answer.json;
  assert.equal(keys.length, 2);
  for (const key of keys) {
    assert.deepEqual(Object.keys(key).sort(), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert.deepEqual([key.kty, key.crv, key.use, key.alg], ["EC", "P-256", "sig", "ES256"]);
    assert.equal(key.kid, await calculateJwkThumbprint(key, "sha256"));
  }
});

test("t82 key documents answer GET and HEAD, at once", async () => {
  for (const path of DOCUMENTS) {
    const head = await get(path, { method: "HEAD" });
    assert.deepEqual([head.status, head.body.length], [200, 0], path);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      const refused = await get(path, { method, body: method === "POST" ? "x" : undefined });
      assert.deepEqual([refused.status, refused.get("allow")], [405, "GET, HEAD"], `${method} ${path}`);
    }
    const began = performance.now();
    await get(path);
    assert.ok(performance.now() - began < 250, `${path} is quick`);
  }
});

test("t82 a service may keep its keys to its own path, and sign in another way", async () => {
  const host = world.hosts.QUIET;
  const { keys } = (await get("/sign-in/jwks.json", { host })).json;
  assert.equal(keys[0].alg, "PS256");
  assert.equal((await get("/.well-known/jwks.json", { host })).status, 401, "the path is the origin's, and protected like any other");
  assert.equal((await get("/auth/jwks.json", { host })).status, 401);
  const started = await get("/account", { host, headers: NAVIGATION });
  const header = JSON.parse(Buffer.from(new URL(started.location).searchParams.get("request").split(".")[0], "base64url"));
  assert.deepEqual([header.alg, header.kid], ["PS256", keys[0].kid]);
  assert.equal((await get("/back", { host, headers: NAVIGATION })).status, 400, "the callback is where the service says");
  assert.deepEqual(await world.origins.QUIET.requests(), []);
});

test("when health is asked, then it names the keys in use and no secret", async () => {
  const answer = await get("/auth/health");
  assert.equal(answer.status, 200);
  assert.equal(answer.get("content-type"), "application/json");
  const health = answer.json;
  assert.deepEqual([health.status, health.environment, health.configuration], ["ok", "local", { sound: true, warnings: 0 }]);
  assert.deepEqual(health.documents, { discovery: "fresh", jwks: "fresh" });
  assert.match(health.version, /^\d+\.\d+\.\d+(-[a-z0-9.]+)?$/);
  const [client, assertion] = await Promise.all([get("/auth/jwks.json"), get("/auth/assertion-jwks.json")]);
  const kids = (keys) => keys.json.keys.map(({ kid }) => kid);
  assert.deepEqual(health.keys.client, { generation: "A", active: kids(client)[0], other: kids(client)[1] });
  assert.deepEqual(health.keys.assertion, { generation: "A", active: kids(assertion)[0], other: kids(assertion)[1] });
  assert.equal(health.keys.session.generation, "A");
  assert.equal((await get("/auth/health", { method: "HEAD" })).status, 200);
  assert.equal((await get("/auth/health", { method: "POST", body: "" })).status, 405);
});

test("t82 rejects a private key that does not fit its public half", async () => {
  const [own, other] = [JSON.parse(world.secrets.ASSERTION_KEY_QUIET_A), await assertionKey()];
  const host = world.hosts.QUIET;
  await world.restart({ secrets: { ASSERTION_KEY_QUIET_A: JSON.stringify({ ...own, d: other.d }) } });
  const health = await get("/sign-in/health", { host });
  assert.deepEqual([health.status, health.json.status, health.json.configuration.sound], [503, "failing", false]);
  assert.equal((await get("/auth/health")).status, 200, "the other service is as sound as before");
  await world.restart({ secrets: { ASSERTION_KEY_QUIET_A: JSON.stringify(own) } });
  assert.equal((await get("/sign-in/health", { host })).status, 200);
});

test("no answer of the edge's own holds a private part of any key", async () => {
  const privateParts = (jwk) => ["d", "p", "q", "dp", "dq", "qi"].map((name) => jwk[name]).filter(Boolean);
  const secrets = Object.values(world.secrets).flatMap((text) => (text.startsWith("{") ? privateParts(JSON.parse(text)) : [text]));
  assert.ok(secrets.length > 20);
  for (const path of [...DOCUMENTS, "/auth/health", "/auth/nothing", "/account"]) {
    const { text } = await get(path);
    assert.ok(secrets.every((secret) => !text.includes(secret)), path);
  }
});

/** The headers of every answer that the edge itself gives. */
const ALWAYS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  // With it, going back onto these answers fails in WebKit, and Firefox empties forms: `tests/engines/workers.test.mjs`.
  "cross-origin-opener-policy": null,
  "permissions-policy": "interest-cohort=()",
};

test("t85 every answer of the edge's own keeps browsers from framing, guessing and telling", async () => {
  const own = ["/auth/health", "/auth/nothing", "/auth/callback", "/auth/callback?error=x", "/auth/sign-in"];
  const cases = [
    ...[...DOCUMENTS, ...own, "/account", "/a//b"].map((target) => ({ target, headers: NAVIGATION })),
    { target: "/account", headers: [] },
    { target: "/account", method: "POST", headers: NAVIGATION, body: "x" },
    { target: "/", host: "nobody.invalid" },
    { target: "/", method: "TRACE" },
  ];
  for (const description of cases) {
    const answer = await world.raw(description);
    const about = `${description.method ?? "GET"} ${description.target}: ${answer.status}`;
    for (const [name, value] of Object.entries(ALWAYS)) assert.equal(answer.get(name), value, `${about} ${name}`);
    const policy = answer.get("content-security-policy").split(";").map((part) => part.trim());
    for (const part of ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]) {
      assert.ok(policy.includes(part), `${about} ${part}`);
    }
    assert.ok(!/unsafe|script-src|\*/.test(policy.join()), about);
    assert.ok(["no-store", "public, max-age=600", "public, max-age=300"].includes(answer.get("cache-control")), about);
    assert.equal(answer.get("server"), null);
    // HSTS would outlast this test in a developer's browser; outside the local environment it is always there.
    assert.equal(answer.get("strict-transport-security"), null, about);
  }
});

test("pages hold no script and no style, and load what is the edge's own", async () => {
  const page = await get("/auth/nothing", { headers: NAVIGATION });
  assert.equal(page.status, 404);
  assert.ok(!/<script|<style|style=|onload|javascript:/.test(page.text));
  const loaded = [...page.text.matchAll(/<(?:link|use|img|script)[^>]* (?:href|src)="([^"]+)"/g)].map(([, address]) => address);
  assert.deepEqual(loaded.map((address) => address.replace(/[0-9a-f]{16}/, "…")), ["/auth/assets/…/plain.css"]);
});

test("pages speak the browser's language where the service has it", async () => {
  const language = async (accept, host) => {
    const target = host === world.hosts.QUIET ? "/sign-in/nothing" : "/auth/nothing";
    const answer = await get(target, { host, headers: accept === null ? [] : [["Accept-Language", accept]] });
    const [, lang] = answer.text.match(/<html [^>]*lang="(\w+)"/);
    assert.equal(answer.get("content-language"), lang);
    assert.match(answer.text, lang === "cy" ? /Heb ddod o hyd/ : /Page not found/);
    return lang;
  };
  for (const [accept, lang] of [
    [null, "en"], ["cy", "cy"], ["cy-GB,en;q=0.5", "cy"], ["en-GB,cy", "en"], ["fr,cy;q=0.8", "cy"], ["fr", "en"],
    ["*", "en"], ["<script>", "en"], ["", "en"],
  ]) {
    assert.equal(await language(accept, world.host), lang, accept);
  }
  assert.equal(await language("en", world.hosts.QUIET), "cy");
});

test("t59 an alias leads to the service's own host, and a form sent to it goes nowhere", async () => {
  const alias = `two.localhost:${world.port}`;
  await world.restart({ variables: { SERVICE_DEMO: { ...world.variables.SERVICE_DEMO, aliases: [alias] } } });
  for (const [target, location] of [
    ["/", "/"], ["/account?a=b", "/account?a=b"], ["/auth/callback?code=x", "/auth/callback?code=x"], ["/%61", "/a"],
  ]) {
    for (const method of ["GET", "HEAD"]) {
      const answer = await get(target, { host: alias, method, headers: NAVIGATION });
      assert.deepEqual([answer.status, answer.location], [308, `http://${world.host}${location}`]);
      assert.deepEqual(answer.all("set-cookie"), []);
    }
  }
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const answer = await get("/account", { host: alias, method, body: method === "POST" ? "x" : undefined });
    assert.deepEqual([answer.status, answer.location], [400, null], method);
  }
  assert.equal((await get("/a//b", { host: alias })).status, 400);
  assert.deepEqual(await world.origin.requests(), []);
});
