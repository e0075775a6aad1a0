// WebSockets that end with their session, before a real origin's: everything passes through the pair in the Worker as it
// was sent, and both sides are closed when the session is over.

import assert from "node:assert/strict";
import http from "node:http";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket, { WebSocketServer } from "ws";
import { signOut, signedIn } from "../harness/journey.mjs";
import { seal, session } from "../harness/seal.mjs";
import { World } from "../harness/world.mjs";

const HOUR = 3_600;
const OVER = [4401, "session ended"];
const CLOSES = { path: "/ws/*", close_sockets_with_session: true };
let world, server, sockets;
const accepted = [];

before(async () => {
  server = http.createServer((_, response) => response.end("a page"));
  sockets = new WebSocketServer({ server, maxPayload: 64 << 20, handleProtocols: (offered) => [...offered].at(-1) });
  sockets.on("connection", (socket, request) => accepted.push({ socket, request }));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const asked = { origin, revocation_check_seconds: 0, revocation_grace_seconds: 0 };
  world = await World.start({
    engine: "workerd",
    faulty: true,
    services: {
      DEMO: { host: "localhost", ...asked, routes: [CLOSES, { path: "/*" }] },
      RELIED: { host: "one.localhost", origin, session_idle_seconds: 600, session_absolute_seconds: HOUR, routes: [CLOSES] },
      OPTIONAL: { host: "two.localhost", ...asked, routes: [{ ...CLOSES, access: "optional" }] },
    },
  });
});
after(async () => {
  for (const { socket } of accepted) socket.terminate();
  await world?.stop();
  sockets?.close();
  server?.close();
});

/** Opens a socket through the Worker; gives the browser's end and the origin's. */
async function open(cookie, { id = "DEMO", path = "/ws", protocols = [] } = {}) {
  const host = world.hosts[id];
  const headers = { Host: host, Origin: `http://${host}`, ...(cookie && { Cookie: cookie }) };
  const browser = new WebSocket(`ws://127.0.0.1:${world.port}${path}`, protocols, { headers });
  await once(browser, "open");
  const { socket, request } = accepted.at(-1);
  return { browser, origin: socket, request };
}

const closed = (socket) => once(socket, "close").then(([code, reason]) => [code, reason.toString()]);
const heard = (socket) => once(socket, "message").then(([data, isBinary]) => (isBinary ? data : data.toString()));

/** A session's cookie of the service that relies on its account's word, made and last used so many seconds ago. */
function cookie(made, used) {
  const now = Math.floor(Date.now() / 1_000);
  const binding = `local\0${world.hosts.RELIED}\0relied`;
  const content = session({ made: now - made, used: now - used, checked: now - 5 });
  return `__Host-ol-session=${seal(world.secrets.SESSION_KEY_A, { purpose: "session", binding }, content)}`;
}

test("t62 messages of every kind and size, and the subprotocol, pass as they are", async () => {
  const { cookie: own } = await signedIn(world);
  const { browser, origin, request } = await open(own, { protocols: ["one", "two"] });
  assert.equal(browser.protocol, "two");
  assert.ok(request.headers["one-login-assertion"]);
  assert.equal(request.headers.cookie, undefined);
  const messages = ["", "hello", "siân \u{1f600}", "x".repeat(900_000), Buffer.alloc(0), Buffer.from([0, 255, 1, 254]), Buffer.alloc(8 << 20, 7)];
  for (const message of messages) {
    for (const [from, to] of [[browser, origin], [origin, browser]]) {
      const arrives = heard(to);
      from.send(message);
      assert.deepEqual(await arrives, message);
    }
  }
  // In their order, although the sender does not wait.
  const order = [];
  browser.on("message", (data) => order.push(Number(data)));
  for (let n = 0; n < 500; n += 1) origin.send(String(n));
  while (order.length < 500) await once(browser, "message");
  assert.deepEqual(order, [...Array(500).keys()]);
  browser.terminate();
});

test("t62 either side's close reaches the other with its code and reason", async () => {
  const { cookie: own } = await signedIn(world);
  const ends = [
    [(socket) => socket.close(4000, "bye"), [4000, "bye"]],
    [(socket) => socket.close(1000, ""), [1000, ""]],
    [(socket) => socket.close(), [1005, ""]],
  ];
  for (const [end, expected] of ends) {
    for (const side of ["browser", "origin"]) {
      const both = await open(own);
      const other = side === "browser" ? both.origin : both.browser;
      const [there, here] = [closed(other), closed(both[side])];
      end(both[side]);
      assert.deepEqual([await there, await here], [expected, expected], `${side} ${expected}`);
    }
  }
  const [lost, dropped] = [await open(own), await open(own)];
  const [left, failed] = [closed(lost.origin), closed(dropped.browser)];
  lost.browser.terminate();
  dropped.origin.terminate();
  assert.deepEqual([(await left)[0], (await failed)[0]], [1001, 1011]);
});

test("t48 t62 signing out in another tab closes the socket at both ends, and a route that says nothing leaves it open", async () => {
  const browser = await signedIn(world);
  const [ends, stays] = [await open(browser.cookie), await open(browser.cookie, { path: "/other" })];
  const both = Promise.all([closed(ends.browser), closed(ends.origin)]);
  await signOut(browser.copy());
  assert.deepEqual(await Promise.race([both, sleep(15_000)]), [OVER, OVER]);
  assert.equal(stays.browser.readyState, WebSocket.OPEN);
  await world.logs("session", "socket_closed");
  stays.browser.terminate();
});

test("t51 t62 a socket ends at the session's limits, and not before", async () => {
  const [absolute, idle, neither] = await Promise.all([[HOUR - 4, 30], [630, 596], [60, 60]].map(([made, used]) =>
    open(cookie(made, used), { id: "RELIED" }).then((both) => [both, closed(both.browser)])));
  const began = Date.now();
  assert.deepEqual(await Promise.all([absolute[1], idle[1]]), [OVER, OVER]);
  assert.ok(Date.now() - began > 1_000 && Date.now() - began < 10_000);
  assert.equal(neither[0].browser.readyState, WebSocket.OPEN);
  neither[0].browser.terminate();
});

test("t71 t62 while the account gives no answer a socket lives no longer than the grace", async () => {
  const { cookie: own } = await signedIn(world);
  const { browser } = await open(own);
  const end = closed(browser);
  await world.accounts("throws");
  assert.deepEqual(await Promise.race([end, sleep(15_000)]), OVER);
  await world.accounts("sound");
});

test("t62 on an optional route a person's socket ends with the session, and an anonymous one goes on", async () => {
  const browser = await signedIn(world, "OPTIONAL");
  const anonymous = await open(undefined, { id: "OPTIONAL" });
  assert.equal(anonymous.request.headers["one-login-assertion"], undefined);
  const known = await open(browser.cookie, { id: "OPTIONAL" });
  const end = closed(known.browser);
  await signOut(browser.copy());
  assert.deepEqual(await Promise.race([end, sleep(15_000)]), OVER);
  assert.equal(anonymous.browser.readyState, WebSocket.OPEN);
  anonymous.browser.terminate();
});
