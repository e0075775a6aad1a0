// The Worker's log lines: labels for the operator, and no text that came from outside. workerd runs without wrangler,
// so that every line is the Worker's own. (Each other test file looks for the same values when it ends.)

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { decodeJwt } from "jose";
import { NAVIGATION } from "../harness/browser.mjs";
import { signIn, start, untilCallback } from "../harness/journey.mjs";
import { ROOT } from "../harness/places.mjs";
import { PERSONAL, World } from "../harness/world.mjs";

/** The members of a line that are texts. */
const SHAPES = {
  event: /^[a-z_]+$/, outcome: /^(done|refused|failed)$/, label: /^([a-z_]+|Cl|Cl\.Cm)$/, service: /^DEMO$/, level: /^Cl(\.Cm)?$/,
  route: /^\/(\*|account\/\*|auth\/\*|auth\/callback|ws|echo\/\*)$/, reference: /^[\w-]+$/, trace: /^[0-9a-f]{32}$/,
  person: /^[0-9a-f]{16}$/, detail: /^(discovery|jwks|did)$/,
};

/** The rows of the table in docs/logs.md. */
const cells = (line) => line.split("|").slice(1, 4).map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word));
const ROWS = fs.readFileSync(path.join(ROOT, "docs/logs.md"), "utf8").split("\n").map(cells)
  .map(([events = [], labels = [], outcomes = []]) => ({ events, labels, outcomes }));

const CANARY = "canary7h1s";
let world;

before(async () => (world = await World.start({ engine: "workerd" })));
after(() => world?.stop());

/** Every value of these journeys that would help an attacker, or that says something about a person. */
const secret = new Set([...PERSONAL, CANARY]);

/** Notes the tokens and codes of a sign-in as far as a browser sees them. */
async function noted(browser, target) {
  const callback = await untilCallback(world, browser, target);
  const { searchParams } = new URL(callback);
  for (const name of ["code", "state"]) if (searchParams.has(name)) secret.add(searchParams.get(name));
  return callback;
}

test("t83 journeys of every kind leave nothing personal in the log", async () => {
  const address = await start(world.browser(), `/account/${CANARY}?${CANARY}=1`);
  const object = new URL(address).searchParams.get("request");
  const { nonce, state, code_challenge, jti } = decodeJwt(object);
  for (const value of [object, nonce, state, code_challenge, jti]) secret.add(value);

  const browser = world.browser();
  const callback = await noted(browser, `/account?name=${CANARY}`);
  await browser.get(callback);
  await browser.get("/account");
  const told = (await world.origin.requests()).at(-1).headers.find(([name]) => name === "one-login-assertion")[1];
  const { sub, sid, email } = decodeJwt(told);
  for (const value of [told, sub, sid, email]) secret.add(value);
  const { headers: sent } = (await world.provider.requests()).find(({ path }) => path === "/userinfo");
  secret.add(sent.find(([name]) => name === "authorization")[1].slice("Bearer ".length));

  // Replays, strangers, nonsense, and every header in which something could travel.
  await browser.get(callback);
  await world.browser().get(callback);
  for (const target of [
    `/auth/callback?code=${CANARY}&state=${CANARY}`,
    `/auth/callback?error=${CANARY}&error_description=${CANARY}&state=${CANARY}`, `/auth/sign-in?return_to=//${CANARY}`,
    `/auth/${CANARY}`, `/${CANARY}//x`, `/${CANARY}/../x`, `/account/${CANARY}%00`,
  ]) {
    const headers = [
      ["User-Agent", CANARY], ["Referer", `http://x/${CANARY}`], ["X-Anything", CANARY],
      ["Authorization", `Bearer ${CANARY}`], ["CF-Connecting-IP", "192.0.2.99"],
      ["Cookie", `__Host-ol-session=${CANARY}; ${CANARY}=1`],
    ];
    await world.raw({ target, headers: [...NAVIGATION, ...headers] });
  }
  secret.add("192.0.2.99");
  await world.raw({ method: "POST", target: "/account", headers: NAVIGATION, body: `field=${CANARY}` });
  await world.raw({ host: `${CANARY}.example`, target: "/" });
  await world.raw({ target: "/ws", headers: [["Upgrade", "websocket"], ["Origin", `https://${CANARY}`]] });
  for (const fault of [
    "error-hostile-description", "token-invalid-grant", "token-page", "id-token-sub-other",
    "id-token-signature-tampered", "userinfo-email-line-end", "userinfo-401",
  ]) {
    await world.provider.fault(fault);
    const other = world.browser();
    await other.get(await noted(other, "/account"));
    await world.provider.fault(null);
  }
  const found = [...secret].filter((value) => world.log.includes(value));
  assert.deepEqual(found, []);
  assert.ok(secret.size > 25, "the journeys had something to keep quiet about");
  for (const name of ["svg", "onload", "forged", "Bearer", "__Host-", "code=", "state="]) {
    assert.ok(!world.log.includes(name), name);
  }
});

test("t83 every line is an event of a known shape, with labels only", async () => {
  await signIn(world, world.browser());
  const lines = world.log.split("\n").filter(Boolean);
  assert.equal(lines.length, world.events.length, lines.find((line) => !line.startsWith("{")));
  for (const event of world.events) {
    const { calls, seconds = 0, ...texts } = event;
    for (const [name, value] of Object.entries(texts)) assert.match(value, SHAPES[name] ?? /^$/, `${name} of ${event.event}`);
    assert.ok([seconds, ...Object.values(calls ?? {})].every(Number.isInteger));
    const row = ROWS.find(({ events, labels }) => events.includes(event.event) && labels.includes(event.label));
    assert.ok(row?.outcomes.includes(event.outcome), `docs/logs.md has no row for ${JSON.stringify(event)}`);
  }
  const seen = new Set(world.events.map(({ event }) => event));
  for (const name of ["signed_in", "callback", "refused"]) assert.ok(seen.has(name), name);
});

test("when a request has a traceparent, then the origin gets it unchanged and the log lines have its trace id", async () => {
  const browser = world.browser();
  await signIn(world, browser);
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const parent = ["traceparent", `00-${trace}-00f067aa0ba902b7-01`];
  const before = world.events.length;
  await world.origin.clear();
  assert.equal((await browser.fetch("/account", [parent])).status, 200);
  const { headers } = (await world.origin.requests()).at(-1);
  assert.deepEqual(headers.find(([name]) => name === parent[0]), parent);
  assert.equal((await world.browser().fetch("/account", [parent])).status, 401);
  await world.told(({ length }) => length > before);
  const lines = world.events.slice(before);
  assert.deepEqual(lines.map(({ event, label, trace }) => [event, label, trace]), [["refused", "no_session", trace]]);
  await world.browser().fetch("/account", [["traceparent", `00-${CANARY}-x-01`]]);
  await world.told(({ length }) => length > before + 1);
  assert.equal(world.events[before + 1].trace, undefined);
});

test("a person has one name in a day's log, and not their own", async () => {
  const before = world.events.length;
  for (const _ of [1, 2]) await signIn(world, world.browser());
  const those = (events) => events.slice(before).filter(({ event }) => event === "signed_in");
  await world.told((events) => those(events).length === 2);
  const signedIn = those(world.events);
  assert.equal(signedIn.length, 2);
  assert.match(signedIn[0].person, /^[0-9a-f]{16}$/);
  assert.equal(signedIn[0].person, signedIn[1].person);
});

test("t83 when a request id is malformed, then the page does not show it", async () => {
  for (const ray of [CANARY.repeat(10), "<svg onload=alert(1)>", `${CANARY}\u0085x`, "8c5f0a1b2c3d4e5f-LHR"]) {
    const { text } = await world.raw({ target: "/auth/callback?error=access_denied", headers: [...NAVIGATION, ["CF-Ray", ray]] });
    assert.equal(text.includes(ray), ray.endsWith("-LHR"), ray);
  }
});
