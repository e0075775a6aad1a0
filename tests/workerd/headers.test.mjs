// Headers that the origin may trust: only the edge sets its own headers, and its cookies do not reach the origin.
// workerd runs here without wrangler, so that the Worker gets the bytes that the test writes to the socket.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { signedIn } from "../harness/journey.mjs";
import { exchange } from "../harness/wire.mjs";
import { ROUTES, World } from "../harness/world.mjs";

let world;
let browser;

before(async () => {
  const open = { host: "one.localhost", routes: [{ path: "/*", access: "public" }] };
  world = await World.start({ engine: "workerd", services: { DEMO: { host: "localhost", routes: ROUTES }, OPEN: open } });
  browser = await signedIn(world);
});
beforeEach(() => world.clear());
after(() => world?.stop());

const FORGED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJmb3JnZWQifQ.";

/** Names in which an origin might read one of the edge's headers; some frameworks read `_` as `-`, all ignore case. */
const SPOOFED = [
  "One-Login-Assertion", "one-login-assertion", "ONE-LOGIN-ASSERTION", "oNe-LoGiN-aSsErTiOn", "One_Login_Assertion",
  "one_login-assertion",
  "one-login_assertion", "ONE_LOGIN_ASSERTION", "One-Login-Identity", "One-Login-", "One_Login_", "one-login-x",
  "One-Login-Assertion-2", "ONE-LOGIN_SUB",
];

/** The last request that an origin got, its headers as a list. */
async function last(origin = world.origin) {
  const requests = await origin.requests();
  assert.equal(requests.length, 1, "one request reached the origin");
  await origin.clear();
  return requests[0];
}

/** Every header of the edge's family in a request, however it is spelt. */
const family = ({ headers }) => headers.filter(([name]) => name.replaceAll("_", "-").toLowerCase().startsWith("one-login-"));

test("t53 no spelling of the edge's headers reaches the origin from outside", async () => {
  const forged = SPOOFED.map((name) => [name, FORGED]);
  const doubled = [...forged, ...forged, ["One-Login-Assertion", ""]];
  const cases = [
    { target: "/echo/public/x" }, { target: "/" }, { target: "/assets/demo.css" }, { target: "/echo/optional/x" },
    { target: "/nothing-here/../x" },
    { target: "/echo/public/x", method: "HEAD" }, { target: "/echo/public/x", method: "OPTIONS" },
    { target: "/echo/public/x", method: "POST", body: "x" },
    { target: "/echo/public/x", method: "DELETE" }, { target: "/echo/public/x", method: "PROPFIND" },
  ];
  for (const headers of [doubled, ...forged.map((header) => [header])]) {
    for (const each of cases) {
      const answer = await world.raw({ ...each, headers });
      const about = `${each.method ?? "GET"} ${each.target} ${headers.length === 1 ? headers[0][0] : "all"}`;
      if (answer.status === 400) assert.deepEqual(await world.origin.requests(), [], about);
      else assert.deepEqual(family(await last()), [], about);
    }
  }
});

test("t53 a signed-in person's assertion takes the place of every forged one", async () => {
  for (const target of ["/echo/x", "/echo/optional/x", "/account"]) {
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
      const headers = [...SPOOFED.map((name) => [name, FORGED]), ["Cookie", browser.cookie]];
      const answer = await world.raw({ target, method, headers, body: method === "POST" ? "x" : undefined });
      assert.ok([200, 405].includes(answer.status), `${method} ${target}: ${answer.status}`);
      const found = family(await last());
      assert.deepEqual(found.map(([name]) => name), ["one-login-assertion"], `${method} ${target}`);
      assert.notEqual(found[0][1], FORGED);
      assert.ok(!found[0][1].includes(","));
    }
  }
});

test("t53 a WebSocket's request is no way around", async () => {
  const upgrade = [
    ["Upgrade", "websocket"], ["Sec-WebSocket-Version", "13"], ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ["Origin", `http://${world.host}`],
  ];
  const bytes = (cookie) => {
    const headers = [...upgrade, ...SPOOFED.map((name) => [name, FORGED]), ["Cookie", cookie]];
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    return Buffer.from(`GET /ws HTTP/1.1\r\nHost: ${world.host}\r\nConnection: Upgrade\r\n${lines}\r\n`);
  };
  assert.equal((await exchange(world.port, bytes(browser.cookie), { head: true })).status, 101);
  const found = family(await last());
  assert.deepEqual(found.map(([name]) => name), ["one-login-assertion"]);
  assert.notEqual(found[0][1], FORGED);
  assert.equal((await exchange(world.port, bytes("a=b"))).status, 401);
  assert.deepEqual(await world.origin.requests(), []);
});

test("t53 when a client sends a made-up assertion to the front page, then the origin does not get it", async () => {
  await world.raw({ target: "/", headers: [["One-Login-Assertion", "x"]] });
  assert.ok((await last()).headers.every(([name]) => name !== "one-login-assertion"));
});

test("t54 a client cannot have the edge's headers taken away as hop-by-hop", async () => {
  for (const nominated of [
    "One-Login-Assertion", "close, One-Login-Assertion", "one-login-assertion, X-Forwarded-Host, Cookie",
    "keep-alive, X-Forwarded-Proto",
  ]) {
    const lines = `Connection: ${nominated}\r\nCookie: a=b; ${browser.cookie}\r\n`;
    const answer = await exchange(world.port, `GET /echo/x HTTP/1.1\r\nHost: ${world.host}\r\n${lines}\r\n`);
    assert.equal(answer.status, 200, nominated);
    const { headers } = await last();
    const value = (name) => headers.find(([key]) => key === name)?.[1];
    assert.ok(value("one-login-assertion"), nominated);
    assert.equal(value("x-forwarded-host"), world.host, nominated);
    assert.equal(value("x-forwarded-proto"), "http", nominated);
    assert.equal(value("cookie"), "a=b", nominated);
  }
});

test("t54 two lengths of one body smuggle no second request", async () => {
  const hidden = `GET /account HTTP/1.1\r\nHost: ${world.host}\r\nCookie: ${browser.cookie}\r\n\r\n`;
  const forms = [
    `Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
    `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
    `Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n${hidden}`,
    `Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n${hidden}`,
    `Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
  ];
  for (const form of forms) {
    await world.origin.clear();
    const bytes = Buffer.from(`POST /echo/public/x HTTP/1.1\r\nHost: ${world.host}\r\nConnection: close\r\n${form}`);
    await exchange(world.port, bytes, { patience: 5_000 }).catch(() => null);
    const seen = await world.origin.requests();
    assert.ok(seen.length <= 1, form);
    assert.ok(seen.every(({ method, target }) => method === "POST" && target === "/echo/public/x"), form);
  }
});

test("t58 when a client sends headers about another address, method or client, then they have no effect and are removed", async () => {
  const misleading = [
    ["X-Forwarded-Host", "evil.example"], ["X-Forwarded-Proto", "https"], ["X-Forwarded-For", "10.0.0.1"],
    ["X-Forwarded-Uri", "/"], ["X-Forwarded-Prefix", "/"],
    ["X-Forwarded-Port", "1"], ["X-Forwarded-Method", "GET"], ["X-Forwarded-Server", "evil"],
    ["X_Forwarded_Host", "evil.example"], ["x-forwarded_for", "10.0.0.1"],
    ["Forwarded", "for=10.0.0.1;host=evil.example"], ["X-Original-URL", "/echo/public/x"],
    ["X-Rewrite-URL", "/echo/public/x"], ["X_Original_URL", "/"],
    ["X-HTTP-Method-Override", "DELETE"], ["X-HTTP-Method", "DELETE"], ["X-Method-Override", "DELETE"],
    ["X-Forwarded", "for=10.0.0.1"],
    ["X-Real-IP", "10.0.0.1"], ["X_Real_IP", "10.0.0.1"], ["True-Client-IP", "10.0.0.1"],
    ["X-Original-Host", "evil.example"],
    ["X-Original-URI", "/"], ["CF_Connecting_IP", "10.0.0.1"], ["cf-connecting_ip", "10.0.0.1"],
  ];
  for (const [name, value] of misleading) {
    const refused = await world.raw({ target: "/account", headers: [[name, value], ["Accept", "application/json"]] });
    assert.equal(refused.status, 401, name);
  }
  assert.deepEqual(await world.origin.requests(), []);
  for (const agent of ["GoogleHC/1.0", "kube-probe/1.27", "ELB-HealthChecker/2.0"]) {
    const headers = [["User-Agent", agent], ["Accept", "*/*"]];
    assert.equal((await world.raw({ target: "/account", headers })).status, 302, agent);
  }
  await world.raw({ target: "/echo/public/x", headers: [...misleading, ["CF-Connecting-IP", "192.0.2.7"]] });
  const { headers } = await last();
  const speaking = /forwarded|original|rewrite|method|real|client|connecting/;
  const about = headers.filter(([name]) => speaking.test(name)).map(([name, value]) => `${name}: ${value}`);
  assert.deepEqual(about.sort(), [
    "cf-connecting-ip: 192.0.2.7", "x-forwarded-for: 192.0.2.7", `x-forwarded-host: ${world.host}`,
    "x-forwarded-proto: http",
  ]);
});

test("t52 t45 the origin gets every cookie but the edge's, byte for byte", async () => {
  const own = browser.cookie;
  const session = `__Host-ol-session=${browser.session}`;
  for (const [sent, passed] of [
    ["a=b", "a=b"], ["a=b; c=d", "a=b; c=d"], ["a=b;c=d ;; e", "a=b;c=d ;; e"], ['q="x; y"; z', 'q="x; y"; z'],
    ["a=\xe9\xff; b=1", "a=\xe9\xff; b=1"], ["a=\xc3\xa9; b=1", "a=\xc3\xa9; b=1"],
    ["__Host-other=1; __Secure-x=2", "__Host-other=1; __Secure-x=2"], ["__Host-olive=1", "__Host-olive=1"],
    [`a=b; ${session}`, "a=b"], [`${session}; a=b; c=`, "a=b; c="],
    [own, null], [session, null],
    [`a=b; ${session}; c="d e"; __Host-ol-attempt-12345678=x; f=\xc3\xa9`, 'a=b; c="d e"; f=\xc3\xa9'],
    // workerd shows headers as UTF-8, so that other bytes are replaced when the header's rest is written again.
    [`a=b; ${session}; f=\xe9; g`, "a=b; f=\xef\xbf\xbd; g"],
    ["a=b; __HOST-OL-session=1; __host-ol-x=2", "a=b"], [`=${session}; a=b`, "a=b"],
    ["a=b; __Host-ol-=1; __Host-ol-future", "a=b"],
    // Two lines arrive joined by a comma; what begins another cookie of the service's own stays whole.
    [`a=b, ${session}`, "a=b"], [`a="${session}"; c=d`, `a="${session}"; c=d`], [`x${session}; c=d`, `x${session}; c=d`], [`\xa0${session}; c=d`, "c=d"],
    [`a=b; ${session};c=d ;; e`, "a=b;c=d ;; e"],
  ]) {
    await world.raw({ target: "/echo/public/x", headers: [["Cookie", sent]] });
    const cookies = (await last()).headers.filter(([name]) => name === "cookie").map(([, value]) => value);
    assert.deepEqual(cookies, passed === null ? [] : [passed], sent.replaceAll(browser.session, "…"));
  }
  await world.raw({ target: "/echo/public/x", headers: [["Cookie", "a=b"], ["Cookie", session]] });
  assert.equal((await last()).headers.find(([name]) => name === "cookie")[1], "a=b", "of two lines ours is taken out");
});

test("t45 t118 when several cookies have a session's name, then the one that opens is the session", async () => {
  const value = browser.session;
  const name = "__Host-ol-session";
  for (const [signed, ...lines] of [
    [true, `${name}=${value}`], [true, `a=b; ${name}=${value};c=d`], [true, `$Version=1; ${name}=${value}; $Path=/`],
    [true, `${name}=${value}; __host-ol-session=x`],
    [false, `__host-ol-session=${value}`], [false, `__HOST-ol-session=${value}`], [false, `=${name}=${value}`],
    [false, `${name}`], [false, `${name}=`],
    [false, `${name}="${value}"`], [false, `${name} =${value}`], [false, `\xa0${name}=${value}`],
    [false, `\x0b${name}=${value}`], [true, `${name}=${value}; ${name}=${value}`],
    [true, `${name}=${value}; ${name}=x`], [true, `${name}=x; ${name}-AAAAAAAA=x; ${name}=${value}`], [false, `a=b, ${name}=${value}`],
    [false, `${name}-AAAAAAAA=${value}`], [true, `${browser.cookie}`],
    [false, `$Version="1", ${name}=${value}`],
    [false, `a=b`, `${name}=${value}`], [false, `${name}=${value}`, `a=b`], [false, `${name}0=${value}`],
    [false, `__Secure-ol-session=${value}`], [false, `ol-session=${value}`],
    [false, `__Host-ol-attempt-12345678=${value}`], [false, `%5F_Host-ol-session=${value}`],
  ]) {
    const answer = await world.raw({ target: "/whoami", headers: lines.map((line) => ["Cookie", line]) });
    const about = lines.join(" | ").replaceAll(value, "…");
    // A control character in a header never gets as far as the Worker.
    if (answer.status !== 400) assert.equal(answer.json !== null, signed, about);
    assert.deepEqual(answer.all("set-cookie"), [], about);
  }
});

test("t43 when a request has thousands of cookies, then they cost little and open no session", async () => {
  const many = Array.from({ length: 2_000 }, (_, n) => `__Host-ol-session.${n}=x`).join("; ");
  const began = Date.now();
  const answer = await world.raw({ target: "/whoami", headers: [["Cookie", many]] });
  assert.ok(Date.now() - began < 2_000);
  assert.ok(answer.status === 431 || answer.json === null);
});

test("t43 t45 a session among two hundred cookies is found, and a header of 64 KiB is no error of the Worker's", async () => {
  const session = `__Host-ol-session=${browser.session}`;
  const others = Array.from({ length: 200 }, (_, n) => `c${n}=${"v".repeat(40)}`);
  for (const at of [0, 100, 200]) {
    const answer = await world.raw({ target: "/whoami", headers: [["Cookie", others.toSpliced(at, 0, session).join("; ")]] });
    assert.notEqual(answer.json, null, `behind ${at}`);
  }
  for (const cookie of [`${session}; long=${"x".repeat(65_536)}`, `__Host-ol-session=${"A".repeat(65_536)}`, "a=b; ".repeat(13_000)]) {
    const answer = await world.raw({ target: "/account", headers: [["Cookie", cookie]] });
    assert.ok([200, 400, 401, 431].includes(answer.status), String(answer.status));
    assert.deepEqual(answer.all("set-cookie"), []);
  }
});

test("t52 t65 an origin sets its own cookies and none of the edge's", async () => {
  const mine = ["a=b; Path=/; HttpOnly", "__Host-other=1; Secure; Path=/"];
  const reserved = [
    "__Host-ol-session=forged; Path=/; Secure", "__host-ol-session=forged", " __HOST-OL-starts=1",
    "=__Host-ol-session=forged", "__Host-ol-attempt-1=x", "__Host-ol-new=1",
  ];
  const query = [mine[0], ...reserved, mine[1]].map((cookie) => `c=${encodeURIComponent(cookie)}`).join("&");
  for (const [id, cookie] of [["DEMO", browser.cookie], ["OPEN", "x=y"]]) {
    const answer = await world.raw({ host: world.hosts[id], target: `/set-cookie?${query}`, headers: [["Cookie", cookie]] });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.all("set-cookie"), mine, id);
  }
  // On a public page not even the edge itself sets a cookie, signed in or not.
  for (const target of ["/", "/assets/demo.css", "/echo/public/x"]) {
    assert.deepEqual((await browser.get(target)).all("set-cookie"), [], target);
  }
});

test("every other header arrives once, as it was sent", async () => {
  const sent = [
    ["X-Plain", "one"], ["X-Plain", "two"], ["Accept-Language", "cy,en;q=0.5"],
    ["Authorization", "Basic eDp5"], ["X-One-Login", "4"], ["If-None-Match", '"abc"'],
  ];
  await world.raw({ target: "/echo/public/x", headers: [...NAVIGATION, ...sent] });
  const { headers } = await last();
  for (const [name, value] of sent) {
    const values = headers.filter(([key]) => key === name.toLowerCase()).flatMap(([, text]) => text.split(", "));
    assert.ok(values.includes(value), `${name}: ${value}`);
  }
});
