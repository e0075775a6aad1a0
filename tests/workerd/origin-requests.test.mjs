// The request as an origin and a bound Worker get it: methods, bodies, conditions and cookies, byte for byte. workerd runs
// without `wrangler dev` here, because wrangler's proxy takes `Content-Length: 0` away and rewrites more.

import assert from "node:assert/strict";
import http from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { signedIn } from "../harness/journey.mjs";
import { exchange } from "../harness/wire.mjs";
import { World } from "../harness/world.mjs";

/** A Worker that answers with its request; for a probe it fetches itself with `cache: "no-store"`. */
const MIRROR = `export default {
  async fetch(request, env, { exports }) {
    const { pathname: target } = new URL(request.url);
    if (target === "/open/probe") return exports.default.fetch("http://mirror/", { cache: "no-store" });
    const { method, headers, body, cf = {} } = request;
    return Response.json({ method, target, headers: [...headers], body: body === null ? "" : await request.text(), cf, node: typeof process });
  },
};
`;

let origin;
let seen;
let world;
let browser;

before(async () => {
  seen = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const pairs = request.rawHeaders.flatMap((name, n, all) => (n % 2 ? [] : [[name.toLowerCase(), all[n + 1]]]));
    seen.push({ method: request.method, target: request.url, headers: pairs, body: Buffer.concat(chunks).toString() });
    if (request.headers["if-none-match"] === '"v1"' && !/no-cache/.test(request.headers["cache-control"] ?? "")) {
      response.writeHead(304, { etag: '"v1"', "cache-control": "private" }).end();
      return;
    }
    // A status that no HTTP answer has (RFC 9110 section 15), with a header of which the Worker has something to change.
    const status = request.url === "/open/999" ? 999 : 200;
    response.writeHead(status, { etag: '"v1"', "cache-control": "private", ...(status === 999 && { "set-cookie": "__Host-ol-session=x" }) }).end("whole");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = { server, url: `http://127.0.0.1:${server.address().port}` };
  const routes = [{ path: "/open/*", access: "public" }];
  world = await World.start({
    engine: "workerd",
    bound: { MIRROR, STORE: null },
    services: {
      DEMO: { host: "localhost", origin: origin.url, routes },
      BOUND: { host: "bound.localhost", origin: "binding:MIRROR", routes: [...routes, { path: "/maybe/*", access: "optional" }] },
      NONE: { host: "none.localhost", origin: "binding:STORE", routes },
    },
  });
  browser = await signedIn(world);
});
beforeEach(() => (seen.length = 0));
after(async () => {
  await world?.stop();
  origin?.server.closeAllConnections();
  origin?.server.close();
});

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];

/** How a body is sent: its headers, its bytes on the wire, and the body that they mean. */
const BODIES = {
  none: ["", "", ""],
  "a stated length of 0": ["Content-Length: 0\r\n", "", ""],
  "a stated length": ["Content-Length: 3\r\n", "abc", "abc"],
  chunks: ["Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", "abc"],
  "no chunk": ["Transfer-Encoding: chunked\r\n", "0\r\n\r\n", ""],
};

/** Sends a request as these bytes. */
function sent(host, method, [headers, body], target = "/open/x", more = "") {
  const head = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}${headers}\r\n`;
  return exchange(world.port, Buffer.from(head + body, "latin1"), { head: method === "HEAD" });
}

const value = ({ headers }, name) => headers.filter(([key]) => key === name).map(([, text]) => text).join(" | ") || null;

test("t102 every method arrives once with and without a body, stated or chunked, through fetch and through a binding", async () => {
  for (const method of METHODS) {
    for (const [how, body] of Object.entries(BODIES)) {
      const about = `${method} with ${how}`;
      const carried = ["GET", "HEAD"].includes(method) ? "" : body[2];
      seen.length = 0;
      assert.equal((await sent(world.hosts.DEMO, method, body)).status, 200, about);
      assert.equal(seen.length, 1, about);
      assert.deepEqual([seen[0].method, seen[0].target, seen[0].body], [method, "/open/x", carried], about);
      if (carried === "") assert.ok([null, "0"].includes(value(seen[0], "content-length")) || how === "no chunk", about);
      const bound = await sent(world.hosts.BOUND, method, body);
      assert.equal(bound.status, 200, `${about}, bound`);
      if (method === "HEAD") continue;
      assert.deepEqual([bound.json.method, bound.json.body], [method, carried], `${about}, bound`);
      if (method === "GET") {
        assert.equal(value(bound.json, "content-length"), null, "no length of a body that is not there");
        assert.equal(value(bound.json, "transfer-encoding"), null);
      }
    }
  }
  const failures = world.events.filter(({ event }) => event === "origin");
  assert.deepEqual(failures, [], "nothing is logged as a fault of the origin's");
});

test("t102 when a signed-in person sends GET with a body, then the origin gets it without the body", async () => {
  for (const body of Object.values(BODIES)) {
    seen.length = 0;
    const answer = await sent(world.hosts.DEMO, "GET", body, "/account", `Cookie: ${browser.cookie}\r\n`);
    assert.equal(answer.status, 200);
    assert.deepEqual(seen.map((one) => [one.method, one.body]), [["GET", ""]]);
    assert.ok(value(seen[0], "one-login-assertion"));
  }
});

test("when the origin's answer cannot be sent on, then the log names the service and the rule", async () => {
  await world.clear();
  const answer = await world.raw({ host: world.hosts.DEMO, target: "/open/999" });
  assert.equal(answer.status, 502);
  assert.equal(answer.get("content-type"), "application/problem+json");
  await world.logs("origin", "answer_not_sendable");
  const { service, route } = world.events.find(({ label }) => label === "answer_not_sendable");
  assert.deepEqual([service, route], ["DEMO", "/open/*"]);
});

test("t102 a request that was never sent is no outage of the origin's", async () => {
  const answer = await world.raw({ host: world.hosts.NONE, target: "/open/x" });
  assert.equal(answer.status, 500);
  await world.logs("origin", "request_not_sendable");
  assert.ok(world.events.every(({ label }) => label !== "unreachable"));
});

/** Names that servers read as something else, with who does. */
const READ = [
  "SCRIPT_NAME", "script-name", "PATH_INFO", "X-Script-Name", "X-Original-URL", "X_Rewrite_Url", "X-Envoy-Original-Path",
  "X-WAWS-Unencoded-URL", "X-Host", "X-Original-Method", "X-HTTP-Method-Override", "Client-IP", "Remote-User", "REMOTE_USER",
  "X-Auth-Request-User", "X-Auth-Request-Email", "X-Amzn-Oidc-Data", "X-Goog-Authenticated-User-Email",
  "X-MS-CLIENT-PRINCIPAL-NAME", "Cf-Access-Authenticated-User-Email", "Cf-Access-Jwt-Assertion", "Proxy", "X.Forwarded.Host",
  "X.Original.URL", "One.Login.Assertion", "X-Middleware-Subrequest", "X-Forwarded-Prefix", "x!y", "x~y", "x'y", "x|y",
];

test("t90 names that a server reads as path, prefix, host, method, client or user go no further", async () => {
  for (const [target, cookie] of [["/open/x", ""], ["/account", browser.cookie]]) {
    seen.length = 0;
    const usual = [["Accept", "*/*"], ["X-Api-Key", "1"], ["Traceparent", "00-1-1-01"]];
    const headers = [...READ.map((name) => [name, "evil"]), ...usual, ["Cookie", cookie]];
    assert.equal((await world.raw({ target, headers })).status, 200);
    assert.deepEqual(seen[0].headers.filter(([, text]) => text.includes("evil")), [], target);
    for (const [name, text] of usual) assert.equal(value(seen[0], name.toLowerCase()), text);
  }
});

test("t63 the browser's own conditions reach the origin, whose 304 reaches the browser", async () => {
  for (const [name, wanted] of [["Cache-Control", "max-age=0"], ["Cache-Control", "no-cache"], ["Pragma", "no-cache"], ["X-None", "x"]]) {
    seen.length = 0;
    const answer = await browser.get("/account", [["If-None-Match", '"v1"'], [name, wanted]]);
    assert.equal(answer.status, wanted === "no-cache" && name === "Cache-Control" ? 200 : 304, `${name}: ${wanted}`);
    for (const header of ["cache-control", "pragma"]) {
      assert.equal(value(seen[0], header), header === name.toLowerCase() ? wanted : null, `${header} with ${name}: ${wanted}`);
    }
  }
  for (const condition of [["If-Modified-Since", "Thu, 01 Jan 2026 00:00:00 GMT"], ["If-Match", '"a"'], ["If-Range", '"a"'], ["If-Unmodified-Since", "Thu, 01 Jan 2026 00:00:00 GMT"]]) {
    seen.length = 0;
    await browser.get("/account", [condition]);
    assert.equal(value(seen[0], condition[0].toLowerCase()), condition[1]);
  }
});

test("t64 requests for personal pages say that Cloudflare's cache is not asked, and public ones do not", async () => {
  const cf = async (target) => (await world.raw({ host: world.hosts.BOUND, target })).json.cf;
  const own = await cf("/maybe/x");
  assert.deepEqual([own.cacheTtl, own.cacheLevel], [-1, "bypass"]);
  const open = await cf("/open/x");
  assert.deepEqual([open.cacheTtl, open.cacheLevel], [undefined, undefined]);
  assert.ok(own.clientIp && open.clientIp, "a bound Worker learns where the client is");
  // The runtime's own word for it means the same, and adds what makes origins answer in full.
  const { clientIp, ...words } = own;
  const { json: probe } = await world.raw({ host: world.hosts.BOUND, target: "/open/probe" });
  assert.deepEqual(words, probe.cf);
  assert.deepEqual(["cache-control", "pragma"].map((name) => value(probe, name)), ["no-cache", "no-cache"]);
});

test("t118 a value that holds the prefix of the edge's cookies hides no cookie of the service", async () => {
  const session = `__Host-ol-session=${browser.session}`;
  for (const [cookie, kept] of [
    ["evil=__Host-ol-x; a=b", "evil=__Host-ol-x; a=b"],
    [`evil=__Host-ol-x; a=b; ${session}`, "evil=__Host-ol-x; a=b"],
    [`${session}; evil="__Host-ol-session=1";c=d ;; e`, 'evil="__Host-ol-session=1";c=d ;; e'],
    [`x${session.slice(0, 20)}; ${session}; c=d`, `x${session.slice(0, 20)}; c=d`],
    [`${session}; a=b`, "a=b"],
    [`a=b, ${session}`, "a=b"],
  ]) {
    seen.length = 0;
    await sent(world.hosts.DEMO, "GET", BODIES.none, "/open/x", `Cookie: ${cookie}\r\n`);
    assert.equal(value(seen[0], "cookie"), kept, cookie.replaceAll(browser.session, "…"));
  }
});

test("t107 Node's interfaces, which would hold every secret, are off for a Worker with the rules of wrangler.toml", async () => {
  assert.equal((await world.raw({ host: world.hosts.BOUND, target: "/open/x" })).json.node, "undefined");
});

test("t96 t99 t113 a body that drips is cut off after ten seconds, and a notification that breaks off rings no alert", async () => {
  const head = `POST /auth/backchannel-logout HTTP/1.1\r\nHost: ${world.hosts.DEMO}\r\nConnection: close\r\n`;
  const form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\nlogout_token=";
  const answer = await exchange(world.port, head + form, { patience: 20_000 });
  assert.equal(answer.status, 503);
  await world.logs("notification", "body_incomplete");
  assert.equal(world.events.find(({ label }) => label === "body_incomplete").outcome, "refused");
});
