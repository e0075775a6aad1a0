// The people who may come in, with the built Worker and its real account objects: the tool invites, and the callback asks the list.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { SignJWT, calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { NAVIGATION } from "../harness/browser.mjs";
import { signIn, untilCallback } from "../harness/journey.mjs";
import { CLI, ROOT } from "../harness/places.mjs";
import { written } from "../harness/stored-account.mjs";
import { ROUTES, World } from "../harness/world.mjs";

const KENNETH = "kenneth@example.gov.uk";
let world, key, file;

before(async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(publicKey);
  key = { privateKey, kid: await calculateJwkThumbprint(jwk) };
  const beta = { path: "/echo/beta/*", admission: "invited" };
  const keys = { service_keys: [jwk], contact: "https://example.gov.uk/help" };
  const services = {
    DEMO: { host: "localhost", ...keys, admission: "invited" },
    ROUTE: { host: "one.localhost", ...keys, routes: [...ROUTES, beta] },
    PLAIN: { host: "two.localhost", ...keys },
  };
  world = await World.start({ engine: "workerd", faulty: true, services });
  file = path.join(world.directory, "service-key.pem");
  await fs.writeFile(file, await exportPKCS8(privateKey));
});
beforeEach(async () => {
  for (const id of ["DEMO", "ROUTE"]) assert.equal((await send(await token({ act: "clear" }, { id }), id)).status, 200);
  await world.clear();
});
after(() => world?.stop());

/** A message of the service's own. */
function token(about, { id = "DEMO", typ = "admission+jwt", by = key.privateKey, ...rest } = {}) {
  const own = `http://${world.hosts[id]}`;
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: own, aud: own, sub: own, iat: now, exp: now + 60, jti: randomUUID(), ...about, ...rest };
  return new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: key.kid, typ }).sign(by);
}

const send = (body, id = "DEMO", target = "/auth/admission") =>
  world.raw({ method: "POST", target, host: world.hosts[id], headers: [["Content-Type", "application/jwt"]], body });

/** Runs the tool's `invite`; what it printed, a line each. */
async function invite([act, ...args], input = "") {
  const at = ["--at", `http://${world.host}/auth/admission`, "--key", file];
  const ran = await new Promise((resolve) => {
    const child = execFile(CLI, ["invite", act, ...at, ...args], { cwd: ROOT, timeout: 60_000 }, (error, out, err) => resolve({ error, out, err }));
    child.stdin.end(input);
  });
  // A person's address is in no output of the tool, and so in no log of a pipeline.
  assert.doesNotMatch(ran.out + ran.err, /@/);
  if (ran.error) throw new Error(ran.err);
  return ran.out.trim().split("\n");
}

/** A sign-in that ends at the page for people who were not invited. */
async function refused(browser, target = "/account") {
  const answer = await browser.get(await untilCallback(world, browser, target));
  assert.equal(answer.status, 403, answer.text);
  assert.match(answer.text, /<h1[^>]*>\s*You need an invitation\s*<\/h1>/);
  assert.match(answer.text, /https:\/\/example\.gov\.uk\/help/);
  assert.equal(browser.session, undefined);
  await world.logs("callback", "not_invited");
  assert.deepEqual(await world.origin.requests(), []);
  return answer;
}

test("t155 a person with an invited address gets a session, and no other person", async () => {
  await refused(world.browser());
  assert.deepEqual(await invite(["add", "-"], `\n KENNETH@Example.gov.uk \n`), ["1 invitation, 0 used. Every person who is invited may come in."]);
  await signIn(world, world.browser());
  assert.deepEqual(await invite(["count"]), ["1 invitation, 1 used. Every person who is invited may come in."]);
  await invite(["remove", KENNETH]);
  await world.clear();
  await refused(world.browser());
});

test("t151 a link lets in one person, who comes in without it from then on", async () => {
  const [link, told] = await invite(["add", "--codes", "1"]);
  assert.equal(told, "1 invitation, 0 used. Every person who is invited may come in.");
  const { pathname, search, searchParams } = new URL(link);
  assert.match(searchParams.get("invitation"), /^[\w-]{22}$/);
  assert.equal(pathname, "/auth/sign-in");
  await refused(world.browser());
  await signIn(world, world.browser(), pathname + search);
  await signIn(world, world.browser());
  // Nothing of the code is in a log; its own link takes it away again.
  await invite(["remove", link]);
  await world.clear();
  await refused(world.browser(), pathname + search);
});

test("t151 a code that two people use at once lets one of them in", async () => {
  const [link] = await invite(["add", "--codes", "1"]);
  const { pathname, search } = new URL(link);
  const both = [];
  for (const name of ["amal", "sian"]) {
    await world.provider.auto(name);
    const browser = world.browser();
    both.push([browser, await untilCallback(world, browser, pathname + search)]);
  }
  await world.provider.auto("kenneth");
  const answers = await Promise.all(both.map(([browser, callback]) => browser.get(callback)));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, 403]);
  assert.deepEqual(await invite(["count"]), ["1 invitation, 1 used. Every person who is invited may come in."]);
});

test("t151 a closed list lets no further person in", async () => {
  await invite(["add", KENNETH]);
  assert.deepEqual(await invite(["close"]), ["1 invitation, 0 used. No further person may come in."]);
  await world.clear();
  await refused(world.browser());
  assert.deepEqual(await invite(["close", "--max", "5"]), ["1 invitation, 0 used. People may come in until there are 5."]);
  await signIn(world, world.browser());
  await invite(["close"]);
  await signIn(world, world.browser());
  assert.deepEqual(await invite(["open"]), ["1 invitation, 1 used. Every person who is invited may come in."]);
});

test("t154 a route for invited people is closed to others, who use the rest of the service", async () => {
  const browser = world.browser("ROUTE");
  await signIn(world, browser);
  assert.equal((await browser.get("/echo/a")).status, 200);
  await world.clear();
  for (const [target, status, type] of [
    ["/echo/beta/a", 403, "text/html"],
    ["/ECHO/Beta/a", 403, "text/html"],
  ]) {
    const answer = await browser.get(target);
    assert.equal(answer.status, status, target);
    assert.match(answer.get("content-type"), new RegExp(type));
  }
  const script = [["Sec-Fetch-Dest", "empty"], ["Sec-Fetch-Mode", "cors"], ["Sec-Fetch-Site", "same-origin"]];
  const asked = await browser.get("/echo/beta/a", script);
  assert.deepEqual([asked.status, asked.get("content-type")], [403, "application/problem+json"]);
  assert.deepEqual(await world.origin.requests(), []);
  await world.logs("refused", "not_invited");
  await send(await token({ act: "add", who: [KENNETH] }, { id: "ROUTE" }), "ROUTE");
  const [, again] = (await browser.get("/echo/beta/a")).text.match(/href="(\/auth\/sign-in\?[^"]+)"/);
  await signIn(world, browser, again.replaceAll("&amp;", "&"));
  assert.equal((await browser.get("/echo/beta/a")).status, 200);
});

test("t152 a message that is not the service's own invites no person", async () => {
  const add = { act: "add", who: [KENNETH] };
  const { privateKey } = await generateKeyPair("ES256");
  for (const [body, error] of [
    [await token(add, { by: privateKey }), "signature_invalid"],
    [await token(add, { typ: "end-sessions+jwt" }), "wrong_type"],
    [await token(add, { sub: "urn:fdc:gov.uk:2022:x" }), "subject_invalid"],
  ]) {
    const answer = await send(body);
    assert.deepEqual([answer.status, answer.json], [400, { error }], error);
    await world.logs("admission", error);
  }
  const good = await token(add);
  assert.equal((await send(good, "PLAIN")).status, 404);
  assert.equal((await send(good, "DEMO", "/auth/sessions/end")).json.error, "wrong_type");
  await world.clear();
  await refused(world.browser());
  assert.deepEqual((await send(good)).json, { invitations: 1, people: 0, max: 10_000 });
  await signIn(world, world.browser());
  assert.equal((await world.raw({ target: "/auth/admission", headers: NAVIGATION })).status, 405);
});

test("t153 when another version stored the list, then its alarm and each question leave it, and no person comes in", async () => {
  const add = async () => send(await token({ act: "add", who: [KENNETH] }));
  assert.equal((await add()).status, 200);
  await world.accounts("rings-over [3,0,0]");
  assert.equal((await add()).status, 503);
  const [{ left, wait }] = (await world.noted()).rung;
  assert.deepEqual(left, [3, 0, 0]);
  assert.ok(Math.abs(wait - 86_400_000) < 60_000, String(wait));
  await world.accounts("sound");
  assert.equal((await add()).status, 503);
  const browser = world.browser();
  assert.equal((await browser.get(await untilCallback(world, browser, "/account"))).status, 503);
  assert.equal(browser.session, undefined);
  await world.logs("account_unreadable", "other_format");
  // The version is back, with a list in which there is nothing yet.
  await world.accounts(`stores ${JSON.stringify([...written({ not_before: 0, wakes_at: 0, sessions: [], attempts: [], logouts: [], left: null })])}`);
  assert.equal((await add()).status, 200);
  await world.accounts("sound");
});
