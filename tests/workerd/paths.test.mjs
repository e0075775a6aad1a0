// Odd spellings of addresses, sent unchanged over a socket to workerd. The edge forwards the path that it judged. A
// path that could be read in two ways is refused, and every other path arrives in its canonical spelling.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { signedIn } from "../harness/journey.mjs";
import { exchange } from "../harness/wire.mjs";
import { World } from "../harness/world.mjs";

let world;
let browser;

const ROUTES = [
  { path: "/", access: "public" },
  { path: "/echo/*", access: "public" },
  { path: "/echo/private/*", access: "required" },
  { path: "/account/*", access: "required" },
  { path: "/whoami", access: "optional" },
];

before(async () => {
  const semi = { host: "one.localhost", routes: ROUTES, allow_semicolons: true };
  world = await World.start({ engine: "workerd", services: { DEMO: { host: "localhost", routes: ROUTES }, SEMI: semi } });
  browser = await signedIn(world);
});
beforeEach(() => world.clear());
after(() => world?.stop());

/** Sends a request line unchanged and gives the answer with everything that any origin got. */
async function ask(target, { headers = "", host = world.host, method = "GET" } = {}) {
  const bytes = Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers}\r\n`, "latin1");
  const answer = await exchange(world.port, bytes, { head: method === "HEAD", patience: 5_000 });
  const seen = [];
  for (const origin of Object.values(world.origins)) {
    seen.push(...(await origin.requests()).map(({ request_line }) => request_line));
    await origin.clear();
  }
  return { answer, seen };
}

/** Ways to spell a path to `/account` or below `/echo/private` so that one reader sees something public in it. */
const CONFUSING = [
  "/echo/../account", "/echo/..;/account", "/echo/./../account", "/echo/%2e%2e/account", "/echo/%2E%2E/account",
  "/echo/.%2e/account", "/echo/%2e./account",
  "/echo/..%2faccount", "/echo/..%2Faccount", "/echo%2f..%2faccount", "/echo/%2e%2e%2faccount", "/echo/..%5caccount",
  "/echo/..\\account", "/echo\\..\\account",
  "/echo/%5c../account", "/echo/..%00/account", "/echo/..%0d/account", "/echo/..%20/account",
  "/echo/. ./account".replace(" ", "%20"), "/echo/.../account", "/echo/..../account",
  "/echo/..%252faccount", "/echo/%252e%252e/account", "/echo/%25%32%65%25%32%65/account",
  "/echo/%252e%252e%252faccount", "/echo/..%c0%afaccount", "/echo/%c0%ae%c0%ae/account",
  "/echo/..%e0%80%afaccount", "/echo/%uff0e%uff0e/account", "/echo/..%u2215account", "/echo/%%32%65%%32%65/account",
  "/echo/..%/account", "/echo/..%2/account", "/echo/..%zz/account",
  "//account", "///account", "/echo//../account", "/echo/private//x", "//echo/private/x", "/.//account", "/./account",
  "/%2e/account", "/%2f/account", "/%2faccount", "/%5caccount",
  "/\\account", "\\account", "/account\\", "/account/..", "/account/.", "/account/../echo/x", "/account/..%2fecho/x",
  "/account;x=y", "/account%3bx=y", "/account;/echo/x",
  "/;/account", "/echo;/../account", "/echo/private;x", "/echo/private%3b/x", "/account%00", "/account%00.css",
  "/account%0a", "/account%0d%0aX:y", "/account%09", "/account%7f",
  "/account%ff", "/account%fe%ff", "/account%ed%a0%80", "/account%f5%80%80%80", "/account%", "/account%2",
  "/account%u002f", "/account/%2e%2e", "/account/%2e", "/account/%252e%252e",
  "/echo/private%2fx", "/echo/private%5cx", "/echo/private%252fx", "/echo%2fprivate/x", "/echo%5cprivate/x",
  "/echo/x/..//private", "/echo/x%2f..%2fprivate/x",
  "/\xc3\xa9/../account", "/account/\xc3\xa9", "/account\xff", "/\u0001account", "/account\t", "/account\u000b",
  "/acc\u0000ount", "/account%EF%BC%8Fx", "/echo/%EF%BC%8E%EF%BC%8E/account", "/echo/%E2%80%A5/account", "/echo/x%E2%88%95private",
  // Below `/echo/*` a letter outside ASCII could stand for one of `private`.
  "/echo/pr%C4%B1vate/x", "/echo/%EF%BD%90rivate", "/echo/private%C2%A0/x", "/echo/privat%C3%A9", "/echo/%E2%80%8Bprivate/x",
];

/** Spellings of a protected path that have one meaning only, and are as protected as the plain one. */
const PROTECTED = [
  "/account", "/account/", "/account/x", "/account.", "/Account", "/ACCOUNT/x", "/aCcOuNt", "/%61ccount", "/accoun%74",
  "/%41ccount", "/account%20", "/account./x", "/account%2e",
  "/account?x", "/account?", "/account?/../../echo/x", "/account?x=/echo/x", "/account/x.css", "/account/x.js",
  "/account/x.png?y.css", "/account.css", "/account/index.html",
  "/echo/private", "/echo/private/", "/echo/private/x", "/echo/Private/x", "/ECHO/PRIVATE/x", "/echo/private./x",
  "/echo/private%20/x", "/echo/p%72ivate/x", "/echo/%70rivate",
  "/echo/private.json", "/ECHO/Private.JSON", "/echo/private.tar.gz", "/echo/%20private/x",
  "/Echo/x", "/ECHO/x", "/echox/x", "/acc%6funt", "/account%c3%a9", "/%E2%80%AEaccount", 
  "/account~", "/account%3fx", "/account%23x", "/account%2520", "/.account",
  "/account:80/x", "/account@evil.example", "/http:", "/account/%61%62",
  // An origin that decodes before it splits sees a query or a fragment here.
  "/echo/private%3fx", "/echo/private%3Fx/y", "/echo/private%23", "/echo/private%253fx", "/ECHO/private%2523/x",
];

test("t57 t91 a path that two readers could understand in two ways goes nowhere", async () => {
  for (const target of CONFUSING) {
    const { answer, seen } = await ask(target);
    assert.deepEqual(seen, [], JSON.stringify(target));
    assert.equal(answer.status, 400, `${JSON.stringify(target)}: ${answer.text.slice(0, 80)}`);
  }
});

test("t57 such a path goes nowhere for a signed-in person either", async () => {
  for (const target of CONFUSING) {
    const { answer, seen } = await ask(target, { headers: `Cookie: ${browser.cookie}\r\n` });
    assert.deepEqual(seen, [], JSON.stringify(target));
    assert.equal(answer.status, 400, JSON.stringify(target));
  }
});

test("t57 every odd but plain spelling of a protected path is protected, by every method", async () => {
  for (const target of PROTECTED) {
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
      const { answer, seen } = await ask(target, { method, headers: method === "POST" ? "Content-Length: 0\r\n" : "" });
      assert.deepEqual(seen, [], `${method} ${target}`);
      assert.equal(answer.status, 401, `${method} ${target}`);
    }
  }
});

test("t57 when a path is forwarded, then it arrives in its canonical spelling, with its query", async () => {
  for (const [target, line] of [
    ["/echo", "/echo"], ["/echo/", "/echo/"], ["/echo/x/y/", "/echo/x/y/"], ["/echo/%61%7e%2D%5F", "/echo/a~-_"],
    ["/echo/x/%c3%a9", "/echo/x/%C3%A9"], ["/echo/a%20b", "/echo/a%20b"],
    ["/echo/a%3fb", "/echo/a%3Fb"], ["/echo/a%23b", "/echo/a%23b"], ["/echo/100%25", "/echo/100%25"],
    ["/echo/a:b@c!$&'()*+,=~", "/echo/a:b@c!$&'()*+,=~"], ["/echo/a..b", "/echo/a..b"],
    ["/echo/.well-known", "/echo/.well-known"], ["/echo/a.", "/echo/a."], ["/echo/[x]|y", "/echo/%5Bx%5D%7Cy"], ["/echo/%5bx%5D%7c", "/echo/%5Bx%5D%7C"],
    ["/echo/%22%3c%3E%5e%60%7b%7D", "/echo/%22%3C%3E%5E%60%7B%7D"],
    ["/echo/x?", "/echo/x?"], ["/echo/x??", "/echo/x??"], ["/echo/x?a=b&a=c", "/echo/x?a=b&a=c"],
    ["/echo/x?a=%2f..%2f&b=%zz&c=%00", "/echo/x?a=%2f..%2f&b=%zz&c=%00"],
    ["/echo/x?/../account", "/echo/x?/../account"], ["/echo/x?a=b+c%20d;e", "/echo/x?a=b+c%20d;e"],
    ["/echo/x?next=https://evil.example/", "/echo/x?next=https://evil.example/"],
    ["/?/account", "/?/account"], ["/", "/"],
  ]) {
    for (const headers of ["", `Cookie: ${browser.cookie}\r\n`]) {
      const { answer, seen } = await ask(target, { headers });
      assert.deepEqual(seen, [`GET ${line} HTTP/1.1`], target);
      // The demo service has no page at the bare prefix; that it was asked is what counts.
      assert.ok(answer.status < 400 || target === "/echo/", `${target}: ${answer.status}`);
    }
  }
});

test("t57 a signed-in person's path arrives in its canonical spelling as well", async () => {
  for (const [target, line] of [
    ["/%61ccount", "/account"], ["/account/%c3%a9?x=%zz", "/account/%C3%A9?x=%zz"], ["/Account", "/Account"],
    ["/account.", "/account."], ["/echo/p%72ivate/x", "/echo/private/x"],
  ]) {
    const { seen } = await ask(target, { headers: `Cookie: ${browser.cookie}\r\n` });
    assert.deepEqual(seen, [`GET ${line} HTTP/1.1`], target);
  }
});

test("t57 a fragment on the wire is never a way past", async () => {
  for (const target of ["/account#/echo/x", "/echo/../account#", "/account#", "/echo/private#x"]) {
    const { answer, seen } = await ask(target);
    assert.deepEqual(seen, [], target);
    assert.ok([400, 401].includes(answer.status), target);
  }
  const { seen } = await ask("/echo/x#/../../account");
  assert.ok(seen.length === 0 || seen[0] === "GET /echo/x HTTP/1.1", seen[0]);
});

test("t57 t59 an absolute address in the request line is judged by its path like any other", async () => {
  for (const target of [
    `http://${world.host}/account`, "http://evil.example/account", `http://${world.host}/echo/../account`,
    `http://x@${world.host}/account`, "http://evil.example//account",
  ]) {
    const { answer, seen } = await ask(target);
    assert.deepEqual(seen, [], target);
    assert.ok([400, 401, 404].includes(answer.status), `${target}: ${answer.status}`);
  }
  for (const target of ["*", "account", "?x", "#", "http:/account", "http://"]) {
    const { seen } = await ask(target);
    assert.ok(seen.every((line) => /^GET \/ HTTP/.test(line)), `${target}: ${seen}`);
  }
  for (const method of ["OPTIONS", "CONNECT"]) {
    const { answer, seen } = await ask("*", { method });
    assert.deepEqual(seen, [], method);
    assert.ok(answer.status >= 400, method);
  }
});

test("t57 when a service allows semicolons, then they pass and hide no protected path", async () => {
  const host = world.hosts.SEMI;
  assert.deepEqual((await ask("/echo/x;y=z/w", { host })).seen, ["GET /echo/x;y=z/w HTTP/1.1"]);
  for (const target of ["/echo/..;/account", "/echo/..;x=y/account", "/echo/.;/../account", "/echo/%2e%2e;/account"]) {
    const { answer, seen } = await ask(target, { host });
    assert.deepEqual([answer.status, seen], [400, []], target);
  }
  for (const target of ["/account;x", "/account;x/y", "/echo/private;x/y", "/echo/private;/x"]) {
    const { answer, seen } = await ask(target, { host });
    assert.deepEqual([answer.status, seen], [401, []], target);
  }
});

test("t88 when a path is below the edge's own in any spelling, then it is never forwarded", async () => {
  for (const target of [
    "/auth", "/auth/", "/auth/x", "/auth/jwks.json/", "/auth/jwks.json/x", "/auth/callback/", "/auth/callback/x",
    "/auth/signin", "/AUTH/x", "/Auth/Callback", "/auth./x", "/auth%20/x",
    "/%61uth/x", "/auth/%63allbackx", "/auth/sign-in/", "/auth/health/x", "/auth/assertion-jwks.json.",
    "/auth/JWKS.JSON", "/auth/..%252fx", "/auth/logout", "/auth/sign-out/", "/auth/sign-outs", "/auth/Signed-Out",
    "/auth/signed-out/x", "/auth/backchannel", "/auth/backchannel-logout/", "/auth?x",
  ]) {
    for (const headers of ["", `Cookie: ${browser.cookie}\r\nAccept: text/html\r\nSec-Fetch-Dest: document\r\n`]) {
      const { answer, seen } = await ask(target, { headers });
      assert.deepEqual(seen, [], target);
      assert.ok([400, 404].includes(answer.status), `${target}: ${answer.status}`);
    }
  }
});

test("t59 rejects a request for any host but the service's own", async () => {
  const port = world.port;
  for (const host of [
    "localhost", `localhost:${port + 1}`, `localhost.:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`,
    `two.localhost:${port}`, `xlocalhost:${port}`, `localhostx:${port}`,
    `localhost:${port}.evil.example`, `localhost:${port}:80`, `localhost:0${port}`, "evil.example",
    `evil.example:${port}`, `localhost:${port}@evil.example`, `evil.example#@localhost:${port}`,
    `evil.example?@localhost:${port}`, "one-login-edge.example.workers.dev", `localhost%3a${port}`,
    `loc%61lhost:${port}`, `localhost:${port},evil.example`, `ｌocalhost:${port}`, `xn--lcalhost-4hb:${port}`, ".", ":",
  ]) {
    const { answer, seen } = await ask("/echo/x", { host: Buffer.from(host).toString("latin1") });
    assert.deepEqual(seen, [], host);
    assert.ok([400, 404].includes(answer.status), `${host}: ${answer.status}`);
    assert.deepEqual(answer.all("set-cookie"), [], host);
  }
  assert.equal((await ask("/echo/x", { host: world.host.toUpperCase() })).answer.status, 200, "a host's case means nothing");
});

test("t59 rejects a host that runs on into a path", async () => {
  for (const [suffix, target] of [
    ["/echo", "/../account"], ["/echo/x?", "/account"], ["/echo/x#", "/account"], ["\\echo", "/account"],
    ["/account", "/echo/x"], ["?", "/account"],
  ]) {
    const { answer, seen } = await ask(target, { host: world.host + suffix });
    assert.ok(seen.every((line) => !/account|private/.test(line.split("?")[0])), `${suffix} ${target}: ${seen}`);
    assert.ok([200, 400, 401, 404].includes(answer.status), `${suffix} ${target}: ${answer.status}`);
  }
  for (const lines of [`Host: evil.example\r\n`, `Host: ${world.hosts.SEMI}\r\n`, `X-Host: x\r\nHost: \r\n`]) {
    const { answer, seen } = await ask("/account", { headers: lines });
    assert.deepEqual(seen, [], lines);
    assert.ok(answer.status >= 400, lines);
  }
});
