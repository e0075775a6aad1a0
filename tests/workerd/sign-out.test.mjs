// Signing out by the person: which requests may ask for it, which sessions end, and the way to the provider and back. The
// Worker asks the account at every request here, so that a test sees an ended session at once.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { decodeJwt } from "jose";
import { NAVIGATION, cookieParts, isPartitioned } from "../harness/browser.mjs";
import { OWN_PAGE, atProvider, isLive, nextSecond, onToProvider, signIn, signOut, signedIn, start } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

const SESSION = "__Host-ol-session";
let world;
let own;

before(async () => {
  const always = { revocation_check_seconds: 0 };
  world = await World.start({ engine: "workerd", services: { DEMO: { host: "localhost", ...always } } });
  own = `http://${world.host}`;
});
beforeEach(async () => {
  await world.clear();
  await world.provider.auto("kenneth");
  // A notification of the test before ends every session of its second.
  await nextSecond();
});
after(() => world?.stop());

/** The cookies that an answer sets: name and value, and an empty value for a deleted cookie. */
function cookiesOf(answer) {
  const lines = answer.all("set-cookie").filter((line) => !isPartitioned(line)).map(cookieParts);
  for (const { attributes } of lines) {
    assert.deepEqual(attributes.filter((attribute) => !/^Max-Age=/.test(attribute)), ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
  }
  return Object.fromEntries(lines.map(({ name, value }) => [name, value]));
}

test("oidcc-client-test-rp-init-logout: a link on an own page ends the session here, at the provider, and comes back", async () => {
  const browser = await signedIn(world);
  const idTokenSubject = (await browser.fetch("/whoami")).json.sub;
  const copy = browser.copy();
  const answer = await signOut(browser);
  assert.deepEqual([answer.get("cache-control"), answer.get("referrer-policy"), answer.body.length], ["no-store", "no-referrer", 0]);
  assert.equal(cookiesOf(answer)[SESSION], "");
  const url = new URL(answer.location);
  assert.equal(url.origin + url.pathname, `${world.provider.url}/logout`);
  assert.deepEqual([...url.searchParams.keys()], ["id_token_hint", "post_logout_redirect_uri", "state"]);
  assert.equal(url.searchParams.get("post_logout_redirect_uri"), `${own}/auth/signed-out`);
  assert.match(url.searchParams.get("state"), /^[\w-]{22}$/);
  const hint = decodeJwt(url.searchParams.get("id_token_hint"));
  assert.deepEqual([hint.sub, hint.aud], [idTokenSubject, "demo"]);
  assert.equal(await isLive(copy), false, "a copy of the cookie is dead too, before the provider knows of anything");

  const back = await onToProvider(world, browser, answer);
  assert.equal(back, `${own}/auth/signed-out?state=${url.searchParams.get("state")}`);
  assert.deepEqual(await world.provider.sessions(), []);
  const page = await browser.get(back);
  assert.equal(page.status, 200);
  assert.match(page.text, /<h1 class="govuk-heading-l">You have signed out<\/h1>/);
  assert.match(page.text, /<a class="govuk-button" href="\/auth\/sign-in\?lang=en" draggable="false">Sign in<\/a>/);
  assert.deepEqual(browser.names, []);
  // The provider also notifies the client that asked; that ends no other session and is no error.
  const sent = await world.provider.delivered();
  assert.deepEqual(sent.map(({ status, state }) => [status, state]), [[200, "delivered"]]);
  assert.ok((await start(browser, "/account")).startsWith(world.provider.url));
  assert.equal((await world.origin.paths()).includes("/account"), false);
});

test("oidcc-client-test-rp-init-logout-other-state oidcc-client-test-rp-init-logout-no-state: whatever comes back, the page is the same", async () => {
  const texts = [];
  for (const query of [
    "?state=other", "", "?state=", "?state=a&state=b", "?error=x&error_description=%3Csvg%20onload%3E",
    "?return_to=https://evil.example/",
  ]) {
    const browser = world.browser();
    const answer = await browser.get(`/auth/signed-out${query}`, [["Sec-Fetch-Site", "cross-site"]]);
    assert.deepEqual([answer.status, answer.get("cache-control"), answer.location], [200, "no-store", null], query);
    assert.deepEqual(answer.all("set-cookie"), []);
    texts.push(answer.text);
  }
  assert.equal(new Set(texts).size, 1);
});

test("t74 when the signed-out page is opened, then it ends no session and no sign-in under way", async () => {
  const browser = await signedIn(world);
  const other = world.browser();
  await start(other, "/account");
  browser.cookies = new Map([...browser.cookies, ...other.cookies]);
  assert.equal(browser.attempts.length, 1);
  const answer = await browser.get("/auth/signed-out", [["Sec-Fetch-Site", "cross-site"]]);
  assert.equal(answer.status, 200);
  assert.deepEqual([browser.attempts.length, answer.all("set-cookie")], [1, []]);
  assert.ok(await isLive(browser));
  // A session that has ended elsewhere is cleared away, though.
  const copy = browser.copy();
  await signOut(browser);
  const image = await copy.send({ target: "/auth/signed-out", headers: [["Sec-Fetch-Dest", "image"], ["Sec-Fetch-Site", "same-site"]] });
  assert.deepEqual([image.status, image.all("set-cookie")], [200, []]);
  await copy.get("/auth/signed-out");
  assert.equal(copy.session, undefined);
  const ahead = await browser.get("/auth/signed-out", [["Sec-Purpose", "prefetch"]]);
  assert.deepEqual([ahead.status, ahead.all("set-cookie")], [503, []]);
  for (const method of ["POST", "PUT", "DELETE"]) {
    const refused = await world.raw({ method, target: "/auth/signed-out", headers: NAVIGATION, body: "" });
    assert.deepEqual([refused.status, refused.get("allow")], [405, "GET, HEAD"]);
  }
});

test("t73 a posted form is answered by a page that goes on by itself, because a redirect could be stopped", async () => {
  for (const headers of [OWN_PAGE, [["Origin", own]]]) {
    const browser = await signedIn(world);
    const copy = browser.copy();
    const answer = await browser.send({ method: "POST", target: "/auth/sign-out", headers: [...NAVIGATION, ...headers], body: "" });
    assert.equal(answer.status, 200, headers.join());
    assert.equal(browser.session, undefined);
    const [, address] = answer.get("refresh").match(/^0; ?url=(\S+)$/);
    assert.ok(address.startsWith(`${world.provider.url}/logout?id_token_hint=`));
    assert.ok(answer.text.includes(`<a class="govuk-button" href="${address.replaceAll("&", "&amp;")}" draggable="false">Continue</a>`));
    assert.match(answer.text, /You are being signed out/);
    assert.deepEqual([answer.location, answer.get("cache-control"), answer.get("referrer-policy")], [null, "no-store", "no-referrer"]);
    assert.equal(await isLive(copy), false);
    assert.ok((await onToProvider(world, browser, { location: address })).startsWith(`${own}/auth/signed-out?state=`));
    await world.provider.delivered();
    await world.clear();
    await nextSecond();
  }
});

test("t73 when a sign-out request comes from another origin, then a page asks first and no session ends", async () => {
  const browser = await signedIn(world);
  const site = (value) => ["Sec-Fetch-Site", value];
  const cases = [
    ["GET", [site("cross-site")]], ["GET", [site("same-site")]], ["GET", [site("none")]], ["GET", []],
    ["GET", [site("Same-Origin")]], ["GET", [site("same-origin, cross-site")]], ["GET", [["Origin", own]]],
    ["GET", [["Referer", `${own}/account`]]], ["GET", [site("same-origin"), site("cross-site")]],
    ["POST", [site("cross-site")]], ["POST", [site("same-site")]], ["POST", [site("none")]], ["POST", []],
    ["POST", [site("cross-site"), ["Origin", own]]], ["POST", [["Origin", "null"]]], ["POST", [["Origin", "https://evil.example"]]],
    ["POST", [["Origin", `${own}.evil.example`]]], ["POST", [["Origin", own], ["Origin", "https://evil.example"]]],
    ["POST", [["Origin", own.toUpperCase()]]],
  ];
  for (const query of ["", "?everywhere", "?everywhere=", "?everywhere=1", "?x&everywhere", "?x=everywhere"]) {
    for (const [method, headers] of cases) {
      const about = `${method} ${query} ${JSON.stringify(headers)}`;
      const body = method === "POST" ? "confirm=yes" : undefined;
      const answer = await browser.send({ method, target: `/auth/sign-out${query}`, headers: [...NAVIGATION, ...headers], body });
      assert.deepEqual([answer.status, answer.location, answer.get("refresh")], [200, null, null], about);
      assert.deepEqual(answer.all("set-cookie"), [], about);
      const everywhere = new URLSearchParams(query).has("everywhere");
      const [devices, action] = everywhere ? [" of all devices", "?everywhere&amp;lang=en"] : ["", "?lang=en"];
      assert.ok(answer.text.includes(`<h1 class="govuk-heading-l">Do you want to sign out${devices}?</h1>`), about);
      assert.ok(answer.text.includes(`<form method="post" action="/auth/sign-out${action}"><button class="govuk-button">Sign out${devices}</button></form>`), about);
      assert.ok(answer.text.includes("Go back to the service"), about);
      // The page's form posts to this origin, so the post is same-origin, and no page may frame it.
      const policy = answer.get("content-security-policy").split(";").map((part) => part.trim());
      assert.ok(policy.includes("form-action 'self'") && policy.includes("frame-ancestors 'none'"), policy.join());
      // A form of a page without referrers says `Origin: null`, which an old browser could not do without.
      assert.deepEqual([answer.get("cache-control"), answer.get("referrer-policy")], ["no-store", "same-origin"]);
    }
  }
  assert.ok(await isLive(browser));
  assert.deepEqual(await world.provider.paths(), []);
});

test("t73 when a page of the service loads the sign-out as a subresource, such as an attacker's picture, then no session ends", async () => {
  const browser = await signedIn(world);
  for (const kind of ["image", "iframe", "script", "style", "empty", "object", "embed", "audio"]) {
    const headers = [["Accept", "*/*"], ["Sec-Fetch-Dest", kind], ["Sec-Fetch-Mode", "no-cors"], ...OWN_PAGE];
    const answer = await browser.send({ target: "/auth/sign-out?everywhere", headers });
    assert.deepEqual([answer.status, answer.all("set-cookie").length], [200, 0], kind);
    assert.match(answer.text, /Do you want to sign out of all devices\?/);
  }
  assert.ok(await isLive(browser));
});

test("t73 when a browser prefetches the sign-out or uses another method, then no session ends", async () => {
  const browser = await signedIn(world);
  for (const header of [["Sec-Purpose", "prefetch"], ["Sec-Purpose", "prefetch;prerender"], ["Purpose", "prefetch"], ["X-Moz", "prefetch"]]) {
    const answer = await browser.get("/auth/sign-out", [...OWN_PAGE, header]);
    assert.deepEqual([answer.status, answer.body.length, answer.all("set-cookie").length], [503, 0, 0], header.join());
  }
  for (const method of ["PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const answer = await browser.send({ method, target: "/auth/sign-out", headers: [...NAVIGATION, ...OWN_PAGE] });
    assert.deepEqual([answer.status, answer.get("allow"), answer.all("set-cookie").length], [405, "GET, HEAD, POST", 0], method);
  }
  assert.ok(await isLive(browser));
});

test("signing out here leaves the person's other browsers, signing out everywhere does not, and neither touches anybody else", async () => {
  const [first, second, third] = [await signedIn(world), await signedIn(world), await signedIn(world)];
  await world.provider.auto("amal");
  const amal = await signedIn(world);
  await signOut(first);
  assert.deepEqual([await isLive(second), await isLive(third), await isLive(amal)], [true, true, true]);
  await signOut(second, "/auth/sign-out?everywhere");
  assert.deepEqual([await isLive(third), await isLive(amal)], [false, true]);
  // A script gets the refusal too. However late its answer comes, it deletes only the cookie of this session.
  const asked = await third.copy().fetch("/account");
  assert.deepEqual([asked.status, asked.get("content-type"), cookiesOf(asked)[SESSION]], [401, "application/problem+json", ""]);
  assert.equal(cookiesOf(await third.get("/account"))[SESSION], "");
  await world.logs("signed_out", "everywhere");
});

test("t47 when a copy of an ended session signs out, then no other session ends", async () => {
  const [one, two] = [await signedIn(world), await signedIn(world)];
  const copy = one.copy();
  await signOut(one);
  const answer = await copy.get("/auth/sign-out?everywhere", OWN_PAGE);
  assert.equal(answer.status, 303);
  assert.equal(new URL(answer.location).search, "", "and gets no hint");
  assert.ok(await isLive(two));
});

test("without a session the way to the provider is open all the same", async () => {
  const strangers = [world.browser(), world.browser()];
  strangers[1].session = "A".repeat(300);
  for (const browser of strangers) {
    const answer = await browser.get("/auth/sign-out", OWN_PAGE);
    assert.deepEqual([answer.status, answer.location], [303, `${world.provider.url}/logout`]);
    const landed = await atProvider(world, browser, answer.location);
    assert.equal(landed.location, `${world.provider.url}/signed-out`);
  }
});

test("t75 a hint that the provider does not take any more ends the session all the same", async () => {
  const browser = await signedIn(world);
  const copy = browser.copy();
  const before = (await world.provider.sessions()).length;
  await world.provider.rotate(false);
  const landed = new URL(await onToProvider(world, browser, await signOut(browser)));
  assert.deepEqual([landed.pathname, landed.searchParams.get("error_code")], ["/signed-out", "invalid_request"]);
  assert.equal((await world.provider.sessions()).length, before - 1);
  assert.equal(await isLive(copy), false);
  // The Worker fetches keys at most once in a minute, and a restart is quicker than waiting.
  await world.restart();
});

test("t34 a query that the provider's firewall stops is never sent: the hint is left out first", async () => {
  const browser = await signedIn(world);
  const { location } = await signOut(browser);
  assert.ok(new URL(location).search.length <= 2_049, String(location.length));
});

test("when a person has signed out, then they can sign in again, also as another person", async () => {
  const browser = await signedIn(world);
  await onToProvider(world, browser, await signOut(browser));
  await world.provider.delivered();
  await nextSecond();
  await world.provider.auto("sian");
  await signIn(world, browser);
  assert.equal((await browser.fetch("/whoami")).json.email, "siân.ŵyn@enghraifft.cymru");
});

test("t83 when people have signed out, then no log line has personal data", () => assert.deepEqual(world.leaks(), []));
