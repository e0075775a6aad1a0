// A hundred people in one isolate, while everything beneath and around them fails at once. Every page is its reader's
// own or names no person, and personal data is only in the places where it may be.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { decodeJwt } from "jose";
import { accountsOf } from "../harness/edge.mjs";
import { FAULTS } from "../harness/faulty-accounts.mjs";
import { signIn, signOut, start, untilCallback } from "../harness/journey.mjs";
import { World } from "../harness/world.mjs";

const PEOPLE = 100;
const ROUNDS = 6;
// An account keeps twenty sessions at once, and ends the oldest for one more.
const PERSONAS = ["kenneth", "sian", "amal", "mo", "olivia", "gwen", "ngozi", "tomos", "ines", "dafydd", "vera", "farah"];
const ASSERTION = "one-login-assertion";
const people = [];
let world;

before(async () => {
  // The Worker asks the account at every request, and its last answer stays valid during this test.
  const routes = [
    { path: "/", access: "public" },
    { path: "/echo/optional/*", access: "optional", release: ["email"] },
    { path: "/account/*", access: "required", release: ["email", "phone"] },
  ];
  const service = { host: "localhost", revocation_check_seconds: 0, revocation_grace_seconds: 300, routes };
  world = await World.start({ engine: "workerd", services: { DEMO: service }, faulty: true });
  for (let n = 0; n < PEOPLE; n += 1) {
    await world.provider.auto(PERSONAS[n % PERSONAS.length]);
    const browser = world.browser();
    await signIn(world, browser);
    const { sub, sid, email } = await told(browser);
    people.push({ n, browser, sub, sid, email, gone: false });
  }
  assert.equal(new Set(people.map(({ sid }) => sid)).size, PEOPLE, "everybody has a session of their own");
  assert.equal(new Set(people.map(({ sub }) => sub)).size, PERSONAS.length);
});
after(() => world?.stop());

/** The assertion that the origin got with this request and echoes; null if no person is signed in. */
function statement(answer) {
  const found = answer.json.headers.filter(([name]) => name === ASSERTION);
  assert.ok(found.length <= 1);
  return found.length === 1 ? decodeJwt(found[0][1]) : null;
}

const told = async (browser, mark = "x") => statement(await browser.fetch(`/echo/optional/${mark}`));

/** One request of a person's, by which its answer is judged. */
async function asks(person, round) {
  const mark = `${person.n}-${round}`;
  const kind = (person.n + round) % 4;
  if (kind === 3) {
    // A broken cookie, among all the good ones, is no session.
    const broken = person.browser.copy();
    broken.session = `${person.browser.session.slice(0, -6)}AAAAAA`;
    assert.equal(await told(broken, mark), null, mark);
    return;
  }
  const answer = await person.browser.copy().fetch(`/echo/optional/${mark}?${mark}`);
  assert.equal(answer.status, 200, mark);
  assert.match(answer.json.target ?? answer.json.path ?? mark, new RegExp(mark), "the answer is the question's own");
  const said = statement(answer);
  if (person.gone) {
    assert.equal(said, null, `${mark} has signed out`);
    return;
  }
  // If an account gives no answer, an optional page may name no person, but never another person.
  if (said === null) return;
  assert.deepEqual([said.sub, said.sid, said.email], [person.sub, person.sid, person.email], mark);
  person.seen = (person.seen ?? 0) + 1;
}

/** Strangers and failures at the same time. */
async function disturbs(round) {
  const faults = ["id-token-nonce-other", "userinfo-500", "token-500", "id-token-signature-tampered"];
  const stranger = world.browser();
  const callback = await untilCallback(world, stranger, "/account");
  await world.provider.fault(faults[round % faults.length], 1);
  const refused = await stranger.get(callback);
  assert.ok(refused.status >= 400, String(refused.status));
  assert.equal(stranger.session, undefined);
  for (const person of people) for (const text of [person.sid, person.sub]) assert.ok(!refused.text.includes(text));
  await world.raw({ method: "POST", target: "/auth/backchannel-logout", body: "logout_token=a.b.c", headers: [["Content-Type", "application/x-www-form-urlencoded"]] });
  await Promise.all(["//x", "/account/..%2f", "/auth/callback?code=a&code=b"].map((target) => world.raw({ target })));
}

test("t87 a hundred people at once, with accounts and the provider failing, and every page is its reader's own", async () => {
  const modes = ["sound", ...FAULTS.filter((mode) => !/hangs|slow/.test(mode))];
  for (let round = 0; round < ROUNDS; round += 1) {
    const mode = modes[round % modes.length];
    await world.accounts(mode);
    const leaver = people[round * 7 + 3];
    if (mode === "sound") {
      await signOut(leaver.browser.copy());
      leaver.gone = true;
    }
    const all = people.map((person) => asks(person, round));
    await Promise.all([...all, disturbs(round)]);
  }
  await world.accounts("sound");
  for (const person of people) if (!person.gone) {
    const said = await told(person.browser);
    assert.deepEqual([said?.sub, said?.sid], [person.sub, person.sid], `${person.n} is signed in still`);
  }
  assert.ok(people.reduce((sum, { seen = 0 }) => sum + seen, 0) > PEOPLE, "most pages knew their readers");
});

test("t87 when a hundred people sign in at once, then each gets their own session", async () => {
  const fresh = [];
  for (let n = 0; n < PEOPLE; n += 1) {
    await world.provider.auto(PERSONAS[n % PERSONAS.length]);
    const browser = world.browser();
    fresh.push({ browser, callback: await untilCallback(world, browser, `/account/${n}`) });
  }
  const answers = await Promise.all(fresh.map(({ browser, callback }) => browser.get(callback)));
  answers.forEach((answer, n) => assert.deepEqual([answer.status, answer.location], [303, `/account/${n}`]));
  const said = await Promise.all(fresh.map(({ browser }) => told(browser)));
  assert.equal(new Set(said.map(({ sid }) => sid)).size, PEOPLE);
  said.forEach(({ sub }, n) => assert.equal(sub, people[n % PERSONAS.length].sub, `${n}`));
});

/** Every file below a directory, as Latin-1 so that any bytes can be searched. */
async function contents(directory) {
  const found = [];
  for (const entry of await fs.readdir(directory, { withFileTypes: true })) {
    const place = path.join(directory, entry.name);
    if (entry.isDirectory()) found.push(...(await contents(place)));
    else found.push((await fs.readFile(place)).toString("latin1") + entry.name);
  }
  return found;
}

test("t83 when people use the service, then no log, stored account, address or foreign header holds personal data or secrets", async () => {
  const cookies = people.map(({ browser }) => browser.session);
  const personal = [...new Set(people.flatMap(({ sub, email }) => [sub, email]))].filter(Boolean);
  const secrets = Object.values(world.secrets);
  assert.deepEqual(world.leaks(), []);
  assert.deepEqual(people.map(({ sid }) => sid).filter((sid) => world.log.includes(sid)), []);

  const stored = await contents(accountsOf(world.directory));
  assert.ok(stored.length > PERSONAS.length && stored.some((text) => text.length > 1_000), "accounts were stored");
  for (const text of [...cookies, ...personal, ...secrets, "eyJhbGci", "example.gov.uk"]) {
    assert.ok(!stored.some((file) => file.includes(text)), `${text.slice(0, 12)} is stored`);
  }

  const requests = await world.origin.requests();
  assert.ok(requests.length >= PEOPLE);
  for (const { headers, ...request } of requests) {
    const beside = JSON.stringify([request, headers.filter(([name]) => name !== ASSERTION)]);
    for (const text of [...cookies, ...personal, "__Host-ol-"]) assert.ok(!beside.includes(text), "the origin only gets the assertion");
  }
  const asked = await world.provider.requests();
  for (const { path: where = "", target = where } of asked) {
    for (const text of [...cookies, ...personal, "access_token", "code_verifier"]) assert.ok(!target.includes(text), where);
  }
  // The redirect to the provider carries no person's data.
  const address = await start(world.browser(), "/account");
  for (const text of [...cookies, ...personal, ...secrets]) assert.ok(!address.includes(text));
});
