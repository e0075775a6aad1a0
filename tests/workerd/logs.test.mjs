// What the Worker writes about its work: labels for the operator, and nothing that came from outside. workerd runs alone,
// so that every line is the Worker's own. (Each other test file looks for the same values when it ends.)

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { decodeJwt } from "jose";
import { NAVIGATION } from "../harness/browser.mjs";
import { signIn, start, untilCallback } from "../harness/journey.mjs";
import { PERSONAL, World } from "../harness/world.mjs";

const CANARY = "canary7h1s";
let world;

before(async () => (world = await World.start({ engine: "workerd" })));
after(() => world?.stop());

/** Everything that passes through during these journeys and would help somebody, or tell something about somebody. */
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
    assert.deepEqual(Object.keys(event).sort(), ["detail", "event", "label", "reference", "service"]);
    assert.match(event.event, /^[a-z_]+$/);
    assert.match(event.label, /^([a-z_]+|Cl|Cl\.Cm)$/);
    assert.match(event.service, /^(DEMO|)$/);
    assert.match(event.reference, /^[\w-]*$/);
    assert.equal(event.detail, "");
  }
  const seen = new Set(world.events.map(({ event }) => event));
  for (const name of ["signed_in", "callback", "refused"]) assert.ok(seen.has(name), name);
});

test("t83 a request id that is none is not repeated", async () => {
  for (const ray of [CANARY.repeat(10), "<svg onload=alert(1)>", `${CANARY}\u0085x`, "8c5f0a1b2c3d4e5f-LHR"]) {
    const { text } = await world.raw({ target: "/auth/callback?error=access_denied", headers: [...NAVIGATION, ["CF-Ray", ray]] });
    assert.equal(text.includes(ray), ray.endsWith("-LHR"), ray);
  }
});
