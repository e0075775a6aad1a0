// Pages of other origins: they open sockets and read answers only where the service lists their origin.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import WebSocket from "ws";
import { signedIn } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

const LISTED = "https://www.example.gov.uk";
const EVIL = "https://evil.example";
let world;
let browser;
let own;

before(async () => {
  const lists = { cors_origins: [LISTED], websocket_origins: [LISTED] };
  world = await World.start({ engine: "workerd", services: { DEMO: { host: "localhost", ...lists } } });
  browser = await signedIn(world);
  own = `http://${world.host}`;
});
beforeEach(() => world.clear());
after(() => world?.stop());

/** Opens a WebSocket; gives the socket, or the status with which it was refused. */
function open({ origin, cookie = browser.cookie, path = "/ws" }) {
  const headers = { Host: world.host, ...(cookie && { Cookie: cookie }), ...(origin && { Origin: origin }) };
  const socket = new WebSocket(`ws://127.0.0.1:${world.port}${path}`, { headers });
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve({ socket }));
    socket.on("unexpected-response", (_, response) => resolve({ status: response.statusCode, headers: response.headers }));
    socket.on("error", reject);
  });
}

/** Sends a message and gives what comes back. */
const echoed = (socket, message) =>
  new Promise((resolve) => {
    socket.once("message", (data, isBinary) => resolve(isBinary ? data : data.toString()));
    socket.send(message);
  });

test("t62 a WebSocket of the service's own page, or of a listed origin, carries messages both ways", async () => {
  for (const origin of [own, LISTED]) {
    const { socket } = await open({ origin });
    for (const text of ["hello", "siân", "x".repeat(100_000)]) assert.equal(await echoed(socket, text), text);
    const bytes = Buffer.from([0, 255, 1, 254]);
    assert.deepEqual(await echoed(socket, bytes), bytes);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.close(1000);
    await closed;
    const [{ headers, target }] = await world.origin.requests();
    assert.equal(target, "/ws");
    assert.ok(headers.some(([name]) => name === "one-login-assertion"));
    await world.clear();
  }
});

test("t62 two sockets of one page do not get each other's messages", async () => {
  const [first, second] = (await Promise.all([open({ origin: own }), open({ origin: own })])).map(({ socket }) => socket);
  assert.deepEqual(await Promise.all([echoed(first, "one"), echoed(second, "two")]), ["one", "two"]);
  first.terminate();
  second.terminate();
});

test("t62 rejects a socket from any other page, whatever cookies its browser has", async () => {
  const others = [
    EVIL, "null", `${own}.evil.example`, own.toUpperCase(), own.replace("http:", "https:"),
    `http://localhost:${world.port + 1}`, "http://localhost", `${own}/`, ` ${LISTED}x`,
  ];
  for (const origin of others) {
    for (const path of ["/ws", "/whoami"]) {
      assert.equal((await open({ origin, path })).status, 403, `${origin} ${path}`);
    }
  }
  assert.deepEqual(await world.origin.requests(), []);
});

test("t62 when a client is no browser, then it opens a socket with a session, and on a public path without one", async () => {
  const { socket } = await open({});
  assert.equal(await echoed(socket, "hello"), "hello");
  socket.terminate();
  assert.equal((await open({ cookie: "" })).status, 401);
  await world.clear();
  // The demo service has no socket there, and says so itself.
  for (const origin of [EVIL, undefined]) assert.notEqual((await open({ origin, path: "/" })).status, 403);
  assert.deepEqual(await world.origin.paths(), ["/", "/"]);
});

test("t60 t62 rejects a socket by another method than GET, which workerd would send as GET", async () => {
  const upgrade = [["Cookie", browser.cookie], ["Upgrade", "websocket"], ["Connection", "Upgrade"]];
  for (const method of ["POST", "PUT", "HEAD", "OPTIONS"]) {
    for (const target of ["/echo/x", "/echo/public/x"]) {
      assert.equal((await world.raw({ method, target, headers: upgrade })).status, 405, `${method} ${target}`);
    }
  }
  assert.deepEqual(await world.origin.requests(), []);
});

test("t62 rejects a socket without a session, and does not redirect it to the sign-in", async () => {
  for (const cookie of ["a=b", "__Host-ol-session=x", ""]) {
    const { status, headers } = await open({ origin: own, cookie });
    assert.equal(status, 401);
    assert.match(headers["www-authenticate"], /^OneLogin /);
    assert.equal(headers["set-cookie"], undefined);
  }
  assert.deepEqual(await world.origin.requests(), []);
});

const post = (target, headers) => world.raw({
  method: "POST", target, headers: [["Cookie", browser.cookie], ["Content-Type", "text/plain"], ...headers], body: "x",
});

test("t121 rejects every request of another origin's page to a required route, by any method", async () => {
  const sibling = ["Origin", "https://forms.example.gov.uk"];
  const others = [
    [["Sec-Fetch-Site", "cross-site"]], [["Sec-Fetch-Site", "same-site"]], [["Sec-Fetch-Site", "same-site"], ["Origin", "null"]],
    [["Origin", EVIL]], [["Origin", "null"]], [sibling], [sibling, ["Sec-Fetch-Site", "same-site"]],
    [["Origin", own], ["Referer", `${EVIL}/`]], [["Sec-Fetch-Site", "same-origin"], ["Origin", `${own}.evil.example`]],
  ];
  for (const headers of others) {
    const program = await post("/echo/x", headers);
    assert.deepEqual([program.status, program.get("content-type")], [403, "application/problem+json"], String(headers));
    const page = await post("/echo/x", [...headers, ["Sec-Fetch-Dest", "document"]]);
    assert.equal(page.status, 403);
    assert.match(page.text, /This was sent from another website/);
    assert.equal(page.get("set-cookie"), null);
  }
  for (const method of ["PUT", "PATCH", "DELETE", "PROPFIND", "get"]) {
    const answer = await world.raw({ method, target: "/echo/x", headers: [["Cookie", browser.cookie], ["Origin", EVIL]] });
    assert.ok([403, 501].includes(answer.status), `${method} ${answer.status}`);
  }
  assert.deepEqual(await world.origin.requests(), []);
});

test("when a program, the service's own page or a listed origin sends something then it arrives", async () => {
  const senders = [
    [], [["Origin", own]], [["Sec-Fetch-Site", "same-origin"], ["Origin", "null"]], [["Sec-Fetch-Site", "none"]],
    [["Sec-Fetch-Site", "cross-site"], ["Origin", LISTED]],
  ];
  for (const headers of senders) assert.equal((await post("/echo/x", headers)).status, 200, String(headers));
  // Without a person, and on routes that say so, it is the service's own business.
  for (const target of ["/echo/public/x", "/echo/optional/x"]) assert.equal((await post(target, [["Origin", EVIL]])).status, 200);
  assert.equal((await world.raw({ target: "/echo/x", headers: [["Cookie", browser.cookie], ["Sec-Fetch-Site", "cross-site"]] })).status, 200);
});

test("t121 a refusal is the same with and without a session", async () => {
  const [signedInToo, nobody] = await Promise.all([["Cookie", browser.cookie], ["Cookie", "a=b"]].map((cookie) =>
    world.raw({ method: "POST", target: "/echo/x", headers: [cookie, ["Origin", EVIL], ["Sec-Fetch-Dest", "document"]], body: "x" })));
  assert.deepEqual([signedInToo.status, signedInToo.headers.filter(([name]) => name !== "Date"), signedInToo.text],
    [nobody.status, nobody.headers.filter(([name]) => name !== "Date"), nobody.text]);
});

const preflight = (origin, extra = []) => ({
  method: "OPTIONS",
  headers: [
    ["Origin", origin], ["Access-Control-Request-Method", "PUT"],
    ["Access-Control-Request-Headers", "x-one, content-type"], ...extra,
  ],
});
const corsHeaders = (answer) => answer.headers.filter(([name]) => name.toLowerCase().startsWith("access-control-"));

test("t60 a preflight of a listed origin is answered here, without a session and without the origin", async () => {
  for (const target of ["/account", "/echo/x", "/echo/public/x"]) {
    const answer = await world.raw({ target, ...preflight(LISTED) });
    assert.equal(answer.status, 204, target);
    assert.equal(answer.get("access-control-allow-origin"), LISTED);
    assert.equal(answer.get("access-control-allow-credentials"), "true");
    assert.equal(answer.get("access-control-allow-methods"), "GET, HEAD, POST, PUT, PATCH, DELETE");
    assert.equal(answer.get("access-control-allow-headers"), "one-login-counts-as-use, content-type, x-csrf-token, x-requested-with");
    assert.match(answer.get("vary"), /Origin/);
  }
  assert.deepEqual(await world.origin.requests(), []);
});

test("t60 when an unlisted origin sends a preflight, then protected paths refuse it and public ones let the origin answer", async () => {
  for (const origin of [
    EVIL, "null", `${LISTED}.evil.example`, LISTED.toUpperCase(), `${LISTED}:443`, `${LISTED}/`, "*", own,
  ]) {
    const answer = await world.raw({ target: "/account", ...preflight(origin) });
    assert.equal(answer.status, 401, origin);
    assert.deepEqual(corsHeaders(answer), [], origin);
  }
  assert.deepEqual(await world.origin.requests(), []);
  const open = await world.raw({ target: "/echo/public/x", ...preflight(EVIL) });
  assert.deepEqual([open.status, corsHeaders(open)], [200, []]);
  assert.equal((await world.origin.requests()).length, 1);
});

test("when no person is signed in, then a listed origin's script can read so and another origin's cannot", async () => {
  for (const [origin, readable] of [[LISTED, true], [EVIL, false], ["null", false]]) {
    const answer = await world.raw({ target: "/account", headers: [["Origin", origin], ["Sec-Fetch-Dest", "empty"]] });
    assert.equal(answer.status, 401);
    assert.equal(answer.get("access-control-allow-origin"), readable ? origin : null);
    assert.equal(answer.get("cross-origin-resource-policy"), readable ? "cross-origin" : "same-origin");
  }
});

test("a request method in a header makes no preflight of another method", async () => {
  const answer = await world.raw({ method: "GET", target: "/account", headers: preflight(LISTED).headers });
  assert.equal(answer.status, 401);
});

test("t88 the edge's own addresses open no socket", async () => {
  for (const path of ["/auth/callback?code=x&state=y", "/auth/sign-in", "/auth/health", "/auth/jwks.json"]) {
    const refused = await open({ origin: EVIL, path });
    assert.ok(refused.status >= 200 && refused.socket === undefined, path);
  }
});
