// Bodies, streams, ranges, redirects and failures on their way through: the edge changes only the parts that it must.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import net from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { NAVIGATION } from "../harness/browser.mjs";
import { signIn, signedIn } from "../harness/journey.mjs";
import { sha256, startOrigin } from "../harness/origin.mjs";
import { ROUTES, World } from "../harness/world.mjs";

const MEGABYTES_20 = 20 * 1024 * 1024;
const TEXT = "compressed ".repeat(1_000);
const LOCK = "canary-lock-of-the-origin";
let world;
let browser;
let plain;
let canary;

before(async () => {
  canary = await startOrigin({});
  plain = await startOrigin({
    "/gzip": (_, response) => response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" }).end(gzipSync(TEXT)),
    "/drop": (request) => request.socket.destroy(),
    "/half": (_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
      setTimeout(() => response.destroy(), 50);
    },
    "/hints": (_, response) => {
      response.writeEarlyHints({ link: "</style.css>; rel=preload" });
      response.end("after hints");
    },
    "/to": (request, response) => {
      const { searchParams } = new URL(request.url, "http://x");
      response.writeHead(Number(searchParams.get("status")), { location: searchParams.get("location") }).end();
    },
    "/giant-headers": (_, response) => {
      for (let n = 0; n < 40; n += 1) response.setHeader(`x-giant-${n}`, "x".repeat(8_000));
      response.end("giant");
    },
    "/slow": (_, response) => setTimeout(() => response.end("slow"), 3_000),
    "/large-headers": (_, response) => response.writeHead(200, { "x-large": "x".repeat(8_000), "x-empty": "" }).end("large"),
  });
  const lock = { "X-Origin-Lock": "LOCK" };
  const own = { host: "two.localhost", origin: plain.url, origin_headers: lock, routes: [{ path: "/*", access: "public" }] };
  const services = { DEMO: { host: "localhost", routes: [...ROUTES, { path: "/status/*", access: "public" }] }, PLAIN: own };
  world = await World.start({ services, secrets: { LOCK } });
  browser = await signedIn(world);
});
beforeEach(async () => {
  await world.clear();
  plain.seen.length = canary.seen.length = 0;
});
after(async () => {
  await world?.stop();
  await Promise.all([plain?.stop(), canary?.stop()]);
});

/** A request to the service whose origin is the small one. */
const other = (description) => world.raw({ host: world.hosts.PLAIN, ...description });

test("twenty megabytes go up and come back unchanged", async () => {
  const body = randomBytes(MEGABYTES_20);
  const up = await browser.send({ method: "POST", target: "/upload", body });
  assert.deepEqual(up.json, { body_length: MEGABYTES_20, body_sha256: sha256(body) });
  const down = await browser.get(`/download?bytes=${MEGABYTES_20}`);
  assert.equal(down.body.length, MEGABYTES_20);
  assert.equal(sha256(down.body), sha256(Buffer.alloc(MEGABYTES_20)));
});

test("every method and body arrives as it was sent", async () => {
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
    const body = ["POST", "PUT", "PATCH"].includes(method) ? `the body of ${method}` : undefined;
    const { json } = await browser.send({ method, target: "/echo/x?y=z", body, headers: [["Content-Type", "text/x-odd; a=b"]] });
    assert.deepEqual([json.method, json.target, json.body_sha256], [method, "/echo/x?y=z", sha256(body ?? "")]);
    if (body) assert.ok(json.headers.some(([name, value]) => name === "content-type" && value === "text/x-odd; a=b"));
  }
});

test("an upload streams: the origin is asked while the body is still on its way", async () => {
  const socket = net.connect(world.port, "127.0.0.1");
  const headers = `Host: ${world.host}\r\nCookie: ${browser.cookie}\r\nTransfer-Encoding: chunked\r\nConnection: close`;
  socket.write(`POST /upload HTTP/1.1\r\n${headers}\r\n\r\n8000\r\n${"a".repeat(0x8000)}\r\n`);
  for (let waited = 0; (await world.origin.requests()).length === 0; waited += 20) {
    assert.ok(waited < 5_000, "the origin was never asked");
    await sleep(20);
  }
  socket.write("4\r\nlast\r\n0\r\n\r\n");
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  assert.match(answer, new RegExp(`"body_length":${0x8000 + 4}`));
});

test("t102 t113 an upload that its visitor breaks off is no outage of the origin's", async () => {
  const lines = () => world.events.filter(({ event }) => event === "origin");
  const before = lines().length;
  for (const [target, cookie] of [["/upload", `Cookie: ${browser.cookie}\r\n`], ["/echo/public/x", ""]]) {
    for (const [length, bytes] of [["Content-Length: 100000", "a".repeat(20_000)], ["Transfer-Encoding: chunked", `4e20\r\n${"a".repeat(20_000)}\r\n`]]) {
      await world.clear();
      const socket = net.connect(world.port, "127.0.0.1");
      socket.write(`POST ${target} HTTP/1.1\r\nHost: ${world.host}\r\n${cookie}${length}\r\n\r\n${bytes}`);
      for (let waited = 0; (await world.origin.requests()).length === 0; waited += 20) {
        assert.ok(waited < 5_000, "the origin was never asked");
        await sleep(20);
      }
      socket.destroy();
    }
  }
  assert.ok(await world.told(() => lines().length === before + 4), JSON.stringify(lines()));
  for (const { label, outcome } of lines().slice(before)) assert.deepEqual([label, outcome], ["broken_off", "refused"]);
});

test("events arrive one by one", async () => {
  const socket = net.connect(world.port, "127.0.0.1");
  socket.write(`GET /events HTTP/1.1\r\nHost: ${world.host}\r\nCookie: ${browser.cookie}\r\nConnection: close\r\n\r\n`);
  const arrived = new Map();
  let text = "";
  for await (const chunk of socket) {
    text += chunk;
    for (const number of [1, 2, 3]) if (text.includes(`event ${number}`) && !arrived.has(number)) arrived.set(number, Date.now());
  }
  assert.match(text, /content-type: text\/event-stream/i);
  assert.equal(arrived.size, 3);
  assert.ok(arrived.get(2) - arrived.get(1) > 100 && arrived.get(3) - arrived.get(2) > 100, "they came apart from each other");
});

test("ranges, conditions and HEAD are answered by the origin", async () => {
  const whole = (await browser.get("/range")).body;
  assert.equal(whole.length, 100_000);
  const part = await browser.get("/range", [["Range", "bytes=1000-1999"]]);
  assert.equal(part.status, 206);
  assert.equal(part.get("content-range"), "bytes 1000-1999/100000");
  assert.deepEqual(part.body, whole.subarray(1_000, 2_000));
  assert.equal((await browser.get("/range", [["Range", "bytes=200000-"]])).status, 416);
  const head = await browser.send({ method: "HEAD", target: "/range" });
  assert.deepEqual([head.status, head.body.length, head.get("accept-ranges")], [200, 0, "bytes"]);
  const unchanged = await browser.get("/status/304", [["If-None-Match", '"x"']]);
  assert.deepEqual([unchanged.status, unchanged.body.length], [304, 0]);
});

test("a compressed answer says what it is, and unpacks to what was packed", async () => {
  const answer = await other({ target: "/gzip", headers: [["Accept-Encoding", "gzip"]] });
  assert.equal(answer.get("content-encoding"), "gzip");
  assert.equal(gunzipSync(answer.body).toString(), TEXT);
  const unpacked = await other({ target: "/gzip" });
  assert.equal(unpacked.get("content-encoding") === "gzip" ? gunzipSync(unpacked.body).toString() : unpacked.text, TEXT);
});

test("t67 when the origin redirects, then the edge hands the redirect on and does not follow it", async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    for (const method of ["GET", "POST"]) {
      const location = `${canary.url}/stolen?status=${status}`;
      const target = `/to?status=${status}&location=${encodeURIComponent(location)}`;
      const answer = await other({ method, target, body: method === "POST" ? "secret" : undefined });
      assert.deepEqual([answer.status, answer.location], [status, location]);
    }
  }
  const signed = await browser.get(`/redirect?to=${encodeURIComponent(`${canary.url}/stolen`)}`);
  assert.deepEqual([signed.status, signed.location], [302, `${canary.url}/stolen`]);
  assert.deepEqual(canary.seen, [], "no request went there, with cookies or without");
});

test("t67 a Location on the origin's own host leads to the service, and no other is changed", async () => {
  const own = new URL(plain.url);
  for (const [location, expected] of [
    [`${plain.url}/a?b=c#d`, `http://${world.hosts.PLAIN}/a?b=c#d`], [plain.url, `http://${world.hosts.PLAIN}/`],
    ["/relative?x", "/relative?x"], ["relative", "relative"],
    [`http://127.0.0.1:1/x`, `http://127.0.0.1:1/x`], ["//www.gov.uk/x", "//www.gov.uk/x"],
    // An origin behind something that ends TLS may take itself for the other scheme, or name none.
    [`https://${own.host}/x`, `http://${world.hosts.PLAIN}/x`], [`//${own.host}/x`, `http://${world.hosts.PLAIN}/x`],
    [`ftp://${own.host}/x`, `ftp://${own.host}/x`], ["https://www.gov.uk/x", "https://www.gov.uk/x"],
    [`http://${own.host}.evil.example/`, `http://${own.host}.evil.example/`],
  ]) {
    const answer = await other({ target: `/to?status=302&location=${encodeURIComponent(location)}` });
    assert.equal(answer.location, expected, location);
  }
});

test("t67 failures of the origin are its own, are not repeated, and end in a page when there is no answer", async () => {
  for (const status of [400, 403, 404, 418, 500, 503]) {
    const answer = await world.raw({ target: `/status/${status}` });
    assert.deepEqual([answer.status, answer.json], [status, { status }]);
  }
  for (const method of ["GET", "POST"]) {
    plain.seen.length = 0;
    const body = method === "POST" ? "x" : undefined;
    const dropped = await other({ method, target: "/drop", body, headers: NAVIGATION });
    assert.equal(dropped.status, 502);
    assert.match(dropped.get("content-type"), /^text\/html/);
    assert.equal(dropped.get("cache-control"), "no-store");
    assert.equal(plain.seen.length, 1, `${method} is sent once`);
    const told = await other({ method, target: "/drop", body });
    assert.deepEqual([told.status, told.get("content-type"), told.get("cache-control")], [502, "application/problem+json", "no-store"]);
    assert.equal(plain.seen.length, 2, `${method} of a program is sent once`);
  }
  const half = await other({ target: "/half" }).catch((error) => error);
  assert.ok(half instanceof Error || half.body.length < 100, "an answer that breaks off is not completed");
  assert.equal((await other({ target: "/hints" })).text, "after hints");
  assert.equal((await other({ target: "/large-headers" })).get("x-large").length, 8_000);
});

test("t67 when the origin's headers are giant, then the person gets an answer, and a slow answer delays no other request", async () => {
  const giant = await other({ target: "/giant-headers" });
  assert.ok([200, 502].includes(giant.status), String(giant.status));
  assert.ok(giant.status === 502 || giant.text === "giant", "it is whole or none");
  assert.equal(plain.seen.length, 1);
  let ended = false;
  const slow = other({ target: "/slow" }).finally(() => (ended = true));
  const quick = await Promise.all(Array.from({ length: 10 }, () => other({ target: "/large-headers" })));
  assert.ok(quick.every(({ status }) => status === 200));
  assert.equal(ended, false, "the others were answered meanwhile");
  assert.equal((await slow).text, "slow");
});

test("t56 the origin gets its lock and where the request came from, whatever the client says", async () => {
  await other({ target: "/gzip", headers: [["X-Origin-Lock", "guess"], ["X-Forwarded-For", "10.0.0.1"]] });
  const [{ headers }] = plain.seen;
  assert.equal(headers["x-origin-lock"], LOCK);
  const forwarded = ["for", "host", "proto"].map((name) => headers[`x-forwarded-${name}`]);
  assert.deepEqual(forwarded, ["127.0.0.1", world.hosts.PLAIN, "http"]);
  assert.equal(headers.host, new URL(plain.url).host);
});

test("t66 an origin that is not there is a 502 page, and protected pages stay protected", async () => {
  const [origin] = [world.origins.DEMO];
  await origin.child.stop();
  const page = await browser.get("/account");
  assert.deepEqual([page.status, page.get("retry-after")], [502, "30"]);
  assert.match(page.text, /there is a problem with the service/);
  assert.equal(page.get("cache-control"), "no-store");
  assert.equal((await world.raw({ target: "/" })).status, 502);
  assert.equal((await world.raw({ target: "/account" })).status, 401);
  assert.equal((await world.raw({ target: "/auth/health" })).status, 200);
  // Signing in needs no origin.
  assert.ok(await signIn(world, world.browser()));
});
