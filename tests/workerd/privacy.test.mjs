// The only places for personal data and secrets. People of several kinds go through every journey while the test
// records all traffic, storage and logs. Then it looks for each value that it saw in every place.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { decodeJwt } from "jose";
import { accountsOf } from "../harness/edge.mjs";
import { atProvider, authorise, nextSecond, onToProvider, signIn, signOut, start, untilCallback } from "../harness/journey.mjs";
import { ROUTES, World } from "../harness/world.mjs";

const CLAIMS = ["coreIdentityJWT", "address", "passport", "drivingPermit", "returnCode"];
const RELEASED = ["coreIdentity", "address", "passport", "drivingPermit", "returnCode"];
const PEOPLE = ["kenneth", "sian", "amal", "mo", "olivia", "gwen"];
const STATEMENTS = ["one-login-assertion", "one-login-identity"];
const QUERY = "canary-of-the-query";
const BODY = "canary-of-the-body";
/** Every answer that a browser got, with its request. */
const answers = [];
/** Every value, by kind. */
const known = Object.fromEntries(["personal", "code", "state", "flow", "token", "cookie", "key"].map((kind) => [kind, new Set()]));
known.typed = new Set([QUERY, BODY]);
let world;
let wire;

/** A browser whose every answer is kept. */
function person() {
  const browser = world.browser();
  const send = browser.send.bind(browser);
  browser.send = async (description) => {
    const answer = await send(description);
    answers.push({ target: description.target, answer });
    return answer;
  };
  return browser;
}

/** To the provider and back, wherever this leads. */
async function round(browser, target) {
  const callback = await authorise(world, await start(browser, target), browser);
  return browser.get(callback);
}

before(async () => {
  const routes = [{ path: "/account/all", level: "Cl.Cm.P2", release: ["email", "phone", ...RELEASED] }, ...ROUTES];
  const DEMO = {
    host: "localhost", routes, registered_claims: CLAIMS, revocation_check_seconds: 1,
    registration: { claims: CLAIMS, client_locs: ["P0", "P1", "P2"] },
  };
  world = await World.start({ engine: "workerd", services: { DEMO }, listening: true });
  for (const persona of PEOPLE) {
    await world.provider.auto(persona);
    const browser = person();
    await signIn(world, browser, `/account?${QUERY}=1`);
    await browser.get("/account");
    await round(browser, "/account/all");
    for (const target of ["/account/all", "/echo/x", "/echo/optional/x", "/whoami", "/", "/auth/session", "/auth/health"]) await browser.get(target);
    await browser.send({ method: "POST", target: `/echo/x?${QUERY}`, body: `field=${BODY}` });
    await person().send({ method: "POST", target: "/account", body: `field=${BODY}` });
  }
  await breaks();
  await ends();
  wire = await world.overheard();
  collect();
});
after(() => world?.stop());

/** Sign-ins that fail, each with a person's own tokens. */
async function breaks() {
  await world.provider.auto("kenneth");
  for (const fault of [
    "id-token-nonce-other", "id-token-signature-tampered", "userinfo-sub-other", "userinfo-not-utf8", "token-invalid-grant",
    "error-hostile-description", "userinfo-email-line-end",
  ]) {
    const browser = person();
    const callback = await untilCallback(world, browser, `/account/${fault}`);
    await world.provider.fault(fault, 1);
    await browser.get(callback);
    await browser.get(callback);
    await world.provider.fault(null);
  }
  for (const fault of ["core-identity-sub-other", "core-identity-signature-tampered"]) {
    const browser = person();
    await signIn(world, browser);
    await world.provider.fault(fault);
    await round(browser, "/account/all");
    await world.provider.fault(null);
  }
}

/** The ways in which sessions end. */
async function ends() {
  for (const query of ["", "?everywhere"]) {
    const browser = person();
    await nextSecond();
    await signIn(world, browser);
    const copy = browser.copy();
    const back = await onToProvider(world, browser, await signOut(browser, `/auth/sign-out${query}`));
    await browser.get(back);
    await world.provider.delivered();
    await copy.get("/account");
  }
  await nextSecond();
  const notified = person();
  await signIn(world, notified);
  await nextSecond();
  await world.provider.endSessions("kenneth");
  await world.provider.delivered();
  await notified.get("/account");
  await atProvider(world, notified, await start(notified, "/account"));
}

/** The texts of a document that say something about a person; shorter ones turn up in any encoded value. */
function* texts(value, name = "") {
  const dull = ["type", "icaoIssuerCode", "addressCountry", "issuedBy", "issueNumber", "vot", "iss", "aud", "vtm"];
  if (typeof value === "string" && value.length >= 6 && !dull.includes(name)) yield value;
  else if (typeof value === "object" && value !== null) for (const [key, part] of Object.entries(value)) yield* texts(part, Array.isArray(value) ? name : key);
}

/** Collects every value from the recorded traffic, the browsers and the configuration. */
function collect() {
  const formOf = ({ body }) => Object.fromEntries(new URLSearchParams(body));
  for (const entry of wire) {
    const { pathname } = new URL(entry.url);
    if (pathname === "/token") {
      const { code, code_verifier, client_assertion } = formOf(entry);
      known.code.add(code);
      for (const value of [code_verifier, client_assertion]) known.token.add(value);
      if (entry.said.status !== 200 || !entry.said.body.startsWith("{")) continue;
      const { access_token, id_token } = JSON.parse(entry.said.body);
      for (const value of [access_token, id_token]) known.token.add(value);
      const { sub, nonce } = decodeJwt(id_token);
      known.personal.add(sub);
      known.flow.add(nonce);
    } else if (pathname === "/userinfo" && entry.said.status === 200) {
      const claims = entry.said.body.startsWith("{") ? JSON.parse(entry.said.body) : {};
      for (const [name, value] of Object.entries(claims)) {
        if (name.endsWith("/coreIdentityJWT")) {
          known.token.add(value);
          const { vc, sub } = decodeJwt(value);
          for (const text of texts(vc.credentialSubject)) known.personal.add(text);
          known.personal.add(sub);
        } else for (const text of texts(value, name)) known.personal.add(text);
      }
    }
    for (const [name, value] of entry.headers) if (STATEMENTS.includes(name)) known.token.add(value);
  }
  for (const { answer } of answers) {
    const address = answer.location ? new URL(answer.location, `http://${world.host}`) : null;
    const object = address?.searchParams.get("request");
    if (object) {
      const { state, nonce, code_challenge } = decodeJwt(object);
      known.state.add(state);
      for (const value of [nonce, code_challenge]) known.flow.add(value);
    }
    for (const line of answer.all("set-cookie")) known.cookie.add(line.split(";")[0].split("=").slice(1).join("="));
  }
  // Starts are counted in a cookie that holds times and no secret.
  known.cookie = new Set([...known.cookie].filter((value) => value.length > 30));
  for (const secret of Object.values(world.secrets)) known.key.add(secret.startsWith("{") ? JSON.parse(secret).d : secret);
  for (const values of Object.values(known)) values.delete(undefined);
}

/** The values in a text that must not be there; `allowed` kinds are left out. */
function strays(text, ...allowed) {
  const folded = text.toLowerCase();
  const kinds = Object.entries(known).filter(([kind]) => !allowed.includes(kind));
  return kinds.flatMap(([kind, values]) => [...values].filter((value) => folded.includes(value.toLowerCase())).map((value) => `${kind} of ${value.length}`));
}

const isOrigin = ({ url }) => url.startsWith(world.origin.url);

test("the journeys had something to keep quiet about", () => {
  const counts = Object.fromEntries(Object.entries(known).map(([kind, values]) => [kind, values.size]));
  for (const [kind, least] of Object.entries({ personal: 55, code: 18, state: 15, flow: 30, token: 60, cookie: 30, key: 3, typed: 2 })) {
    assert.ok(counts[kind] >= least, `${kind}: ${counts[kind]}`);
  }
  for (const word of ["Decerqueira", "1965-07-08", "HADLEY ROAD", "321654987", "kenneth@example.gov.uk"]) {
    assert.ok(known.personal.has(word), word);
  }
  assert.notDeepEqual(strays(`x ${[...known.token][0]} y`), [], "a value that is there is found");
});

test("t83 when people have proved identities, then the log holds no personal data, in any encoding of a token", () => {
  assert.deepEqual(strays(world.log), []);
  for (const word of ["eyJ", "Bearer", "__Host-", "code=", "state=", "@example"]) assert.ok(!world.log.includes(word), word);
  assert.ok(world.events.length > 30);
});

test("t83 when people have proved identities, then KV and the accounts hold no readable personal data", async () => {
  const stored = await world.stored();
  assert.ok(stored.length >= 2, "the provider's documents are there");
  for (const [name, value] of stored) assert.deepEqual(strays(name + value), [], name);
  const files = await fs.readdir(accountsOf(world.directory), { recursive: true, withFileTypes: true });
  const kept = files.filter((entry) => entry.isFile());
  for (const entry of kept) {
    const bytes = await fs.readFile(path.join(entry.parentPath, entry.name));
    // An attempt that is finished is remembered by its state, which is good for nothing any more.
    for (const text of [bytes.toString("latin1"), bytes.toString("utf8")]) assert.deepEqual(strays(text + entry.name, "state"), []);
  }
  assert.ok(kept.length >= PEOPLE.length);
});

test("t83 when the origin gets personal data, then it is only in the signed statements", () => {
  const requests = wire.filter(isOrigin);
  assert.ok(requests.length > PEOPLE.length * 5);
  for (const { method, url, headers, body } of requests) {
    const beside = headers.filter(([name]) => !STATEMENTS.includes(name));
    assert.deepEqual(strays(`${method} ${url} ${JSON.stringify(beside)} ${body}`, "typed"), [], url);
    for (const [, statement] of headers.filter(([name]) => STATEMENTS.includes(name))) {
      const claims = decodeJwt(statement);
      assert.deepEqual(strays(JSON.stringify(claims), "personal"), [], "an assertion holds no token of the provider's");
      const all = new URL(url).pathname === "/account/all";
      if (!all) for (const name of RELEASED) assert.equal(claims[name], undefined, `${name} is for its own route`);
    }
  }
});

test("t83 the provider gets each secret where it belongs, and none in an address", () => {
  const requests = wire.filter((entry) => !isOrigin(entry));
  assert.ok(requests.length > PEOPLE.length * 3);
  for (const { url, headers, body } of requests) {
    const { pathname, search } = new URL(url);
    assert.equal(search, "", pathname);
    const without = JSON.stringify(headers.filter(([name]) => name !== "authorization"));
    assert.deepEqual(strays(pathname + without), [], pathname);
    assert.deepEqual(strays(body, ...(pathname === "/token" ? ["code", "token"] : [])), [], pathname);
    if (pathname !== "/userinfo") assert.ok(headers.every(([name]) => name !== "authorization"), pathname);
  }
});

test("t83 when the edge answers itself, then pages, headers and addresses hold only the data that the journey needs", () => {
  let own = 0;
  for (const { target, answer } of answers) {
    const place = `${answer.status} ${target.split("?")[0]}`;
    const address = answer.location ? new URL(answer.location, `http://${world.host}`) : null;
    // The request object carries state and nonce to the provider, and the hint the ID token back to who made it.
    const hint = address?.pathname === "/logout" ? ["token"] : [];
    const object = address?.pathname === "/authorize" ? ["state", "flow"] : [];
    // A path and query that the person typed lead back to where the person typed them.
    assert.deepEqual(strays(answer.location ?? "", "typed", ...hint, ...object), [], `${place} leads on`);
    for (const [name, value] of answer.headers) {
      if (name.toLowerCase() === "location") continue;
      assert.deepEqual(strays(value, ...(name.toLowerCase() === "set-cookie" ? ["cookie"] : [])), [], `${place} ${name}`);
    }
    const edges = target.startsWith("/auth/") || answer.status >= 400 || [302, 303].includes(answer.status);
    if (!edges) continue;
    own += 1;
    // A page that ends a sign-in has a link to start it again at the same path.
    assert.deepEqual(strays(answer.text, "typed"), [], place);
    // A page with the service header has a form, whose browser has to say where it comes from; the address stays here.
    const has = answer.text.includes("one-login-header") ? "strict-origin" : "no-referrer";
    assert.equal(answer.get("referrer-policy"), has, place);
    assert.match(answer.get("cache-control") ?? "", /no-store/, place);
  }
  assert.ok(own > 60, String(own));
});
