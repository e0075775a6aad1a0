// No cache between origin and person keeps a personal answer, and public answers keep the origin's own cache headers.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { signedIn } from "../harness/journey.mjs";
import { startOrigin } from "../harness/origin.mjs";
import { World } from "../harness/world.mjs";

const CLOSED = "private, no-store";
/** The word on a page, to which the person's own browser may go back. */
const PAGE = "private, no-cache";
/** Headers that caches in front of us obey before `Cache-Control`. */
const SHARED = ["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control"];
let world;
let kenneth;
let amal;
let origin;

/** An origin that says whatever a test asks it to say about caching. */
const cacheable = (request, response) => {
  const { searchParams } = new URL(request.url, "http://x");
  const headers = { etag: '"v1"', vary: "Accept-Language" };
  if (searchParams.has("cdn")) {
    for (const name of SHARED) headers[name] = "max-age=3600";
  }
  if (searchParams.has("cc")) headers["cache-control"] = searchParams.get("cc");
  const whom = request.headers["one-login-assertion"] ? "somebody" : "anybody";
  response.writeHead(Number(searchParams.get("status") ?? 200), headers).end(`for ${whom}`);
};

before(async () => {
  const paths = ["/account", "/account/x.css", "/account/x.js", "/open/x", "/maybe/x", "/unkept"];
  origin = await startOrigin(Object.fromEntries(paths.map((path) => [path, cacheable])));
  const routes = [{ path: "/open/*", access: "public" }, { path: "/maybe/*", access: "optional" }, { path: "/unkept", cache: "none" }];
  world = await World.start({ services: { DEMO: { host: "localhost", origin: origin.url, routes } } });
  kenneth = await signedIn(world);
  await world.provider.auto("amal");
  amal = await signedIn(world);
});
beforeEach(() => (origin.seen.length = 0));
after(async () => {
  await world?.stop();
  await origin?.stop();
});

const OPEN = [
  "public, s-maxage=3600", "max-age=60", "no-cache", "public", "s-maxage=1, stale-while-revalidate=60", "immutable",
  "x-private", 'private="set-cookie", public',
];
const OWN = ["private", "private, max-age=60", "no-store", "PRIVATE", "max-age=0, No-Store"];

test("t63 on protected and optional pages every answer is private", async () => {
  for (const path of ["/account", "/maybe/x"]) {
    for (const browser of path === "/account" ? [kenneth] : [kenneth, world.browser()]) {
      for (const said of OPEN) {
        const target = `${path}?cc=${encodeURIComponent(said)}`;
        assert.equal((await browser.get(target)).get("cache-control"), PAGE, target);
        assert.equal((await browser.fetch(target)).get("cache-control"), CLOSED, target);
      }
      assert.equal((await browser.get(path)).get("cache-control"), PAGE, path);
      assert.equal((await browser.fetch(path)).get("cache-control"), CLOSED, path);
      for (const said of OWN) {
        assert.equal((await browser.get(`${path}?cc=${encodeURIComponent(said)}`)).get("cache-control"), said, `${path} ${said}`);
      }
    }
  }
});

test("t63 when a route allows no storage, then no browser stores an answer, whatever the origin's headers are", async () => {
  for (const said of [...OPEN, "private", "private, max-age=60", "PRIVATE"]) {
    const target = `/unkept?cc=${encodeURIComponent(said)}`;
    assert.equal((await kenneth.get(target)).get("cache-control"), CLOSED, target);
    assert.equal((await kenneth.fetch(target)).get("cache-control"), CLOSED, target);
  }
  assert.equal((await kenneth.get("/unkept?cc=no-store")).get("cache-control"), "no-store");
});

test("t63 so are errors, redirects, parts and unchanged answers", async () => {
  for (const status of [201, 203, 206, 301, 302, 304, 404, 410, 500, 503]) {
    const answer = await kenneth.get(`/account?status=${status}&cc=public`, status === 206 ? [["Range", "bytes=0-1"]] : []);
    assert.deepEqual([answer.status, answer.get("cache-control")], [status, PAGE]);
    assert.equal(answer.get("vary"), "Accept-Language", "nothing else is changed");
  }
});

test("t63 when a page is personal, then no other header lets the caches in front of the Worker store it", async () => {
  for (const said of ["public", "private"]) {
    for (const browser of [kenneth, world.browser()]) {
      const answer = await browser.get(`/maybe/x?cdn&cc=${said}`);
      assert.deepEqual(SHARED.map((name) => answer.get(name)), [null, null, null]);
      assert.equal(answer.get("cache-control"), said === "public" ? PAGE : "private");
    }
    const open = await kenneth.get(`/open/x?cdn&cc=${said}`);
    assert.deepEqual(SHARED.map((name) => open.get(name)), Array(3).fill("max-age=3600"));
  }
});

test("t65 when a page is public, then it keeps the origin's cache headers and gets no cookie", async () => {
  for (const browser of [kenneth, world.browser()]) {
    for (const said of [...OPEN, ...OWN]) {
      const answer = await browser.get(`/open/x?cc=${encodeURIComponent(said)}`);
      assert.deepEqual([answer.get("cache-control"), answer.all("set-cookie"), answer.text], [said, [], "for anybody"], said);
      assert.deepEqual([answer.get("etag"), answer.get("vary")], ['"v1"', "Accept-Language"]);
    }
    assert.equal((await browser.get("/open/x")).get("cache-control"), null);
  }
});

test("t64 when a private path ends like a style sheet's, then its answer is private and comes from the origin each time", async () => {
  for (const path of ["/account/x.css", "/account/x.js"]) {
    for (const browser of [kenneth, amal, kenneth]) {
      assert.equal((await browser.get(`${path}?cc=public,max-age=3600`)).get("cache-control"), PAGE);
    }
    const stranger = await world.raw({ target: `${path}?cc=public,max-age=3600` });
    assert.equal(stranger.status, 401);
    assert.equal(stranger.get("cache-control"), "no-store");
  }
  assert.equal(origin.seen.length, 6, "every allowed request reached the origin, and the stranger's did not");
});

/** Whether the most lenient shared cache would store an answer (RFC 9111 section 3). */
function isKept(answer) {
  const said = [...SHARED, "cache-control"].map((name) => answer.get(name)).find((value) => value !== null) ?? "";
  return !/(^|[\s,])(private|no-store)\b/i.test(said);
}

test("t63 t64 t65 two people and a stranger behind one cache get their own answers, whatever the origin says of caching", async () => {
  const [stranger, cache, kept] = [world.browser(), new Map(), new Set()];
  for (const path of ["/account", "/account/x.css", "/maybe/x", "/open/x"]) {
    for (const said of [...OPEN, ...OWN, null]) for (const [status, cdn] of [[200, ""], [200, "&cdn"], [404, ""], [301, ""]]) {
      const target = `${path}?status=${status}${cdn}${said === null ? "" : `&cc=${encodeURIComponent(said)}`}`;
      for (const [browser, whom] of [[kenneth, "somebody"], [amal, "somebody"], [stranger, "anybody"]]) {
        const found = cache.get(target);
        assert.ok(!found?.text.includes("somebody"), `${target} would be shown to ${whom} as it was shown to another`);
        const answer = found ?? (await browser.fetch(target));
        if (!isKept(answer)) continue;
        assert.deepEqual(answer.all("set-cookie"), [], target);
        cache.set(target, answer);
        kept.add(path);
      }
    }
  }
  assert.deepEqual([...kept], ["/open/x"]);
  assert.ok(cache.size > 20, "what is public is kept");
});

test("t63 one person's answer is never another's, and requests for them say of caching what the browser said", async () => {
  await Promise.all([kenneth, amal, kenneth, amal].map((browser) => browser.get("/account?cc=public,max-age=3600")));
  assert.equal(origin.seen.length, 4);
  assert.equal(new Set(origin.seen.map(({ headers }) => headers["one-login-assertion"])).size, 2);
  // How these requests go past Cloudflare's cache is shown where a bound Worker sees it (origin-requests.test.mjs).
  assert.ok(origin.seen.every(({ headers }) => headers["cache-control"] === undefined));
});

test("t63 when the edge itself answers, then no cache stores the answer, redirects to the provider included", async () => {
  const browser = world.browser();
  for (const target of [
    "/account", "/auth/sign-in", "/auth/callback?error=x", "/auth/nothing", "/a//b", "/auth/health",
  ]) {
    assert.equal((await browser.get(target)).get("cache-control"), "no-store", target);
  }
});
