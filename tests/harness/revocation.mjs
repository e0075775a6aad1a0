// How long a copied cookie is of use once its session has ended: the tests hold the answer against the bound, and
// `cargo edge revocation` prints it.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeJwt } from "jose";
import { nextSecond, signOut, signedIn } from "./journey.mjs";

/** How long the demo service may accept an assertion, in seconds. */
export const ASSERTION_SECONDS = 60;

const PAGE = "/echo/x";

/** The ways in which a session ends without the copies of its cookie, and whether all of the person's do. */
export const ENDINGS = [
  { name: "sign-out", all: false, end: (_, browser) => signOut(browser) },
  { name: "sign-out everywhere", all: true, end: (_, browser) => signOut(browser, "/auth/sign-out?everywhere") },
  {
    name: "notification", all: true, end: async (world, _, persona) => {
      // It ends the sessions that began before its own second.
      await nextSecond();
      await world.provider.endSessions(persona);
      const sent = await world.provider.delivered(2);
      assert.ok(sent.every(({ status }) => status === 200), JSON.stringify(sent));
    },
  },
];

/**
 * Uses these browsers without pause until each is refused. Gives times in milliseconds since the sessions ended: of the last
 * request that still `passed`, of the refusal of the last browser (`dead`), and of the end of the last assertion that they
 * got (`believed`).
 */
export async function untilDead(browsers, { pause = 50, patience = 20_000 } = {}) {
  const [since, epoch] = [performance.now(), Date.now()];
  const elapsed = () => Math.round(performance.now() - since);
  const alive = new Set(browsers);
  const found = { passed: 0, dead: 0, believed: 0 };
  while (alive.size > 0) {
    assert.ok(elapsed() < patience, "they live for ever");
    await Promise.all([...alive].map(async (browser) => {
      const asked = elapsed();
      const answer = await browser.get(PAGE);
      if (answer.status === 200) {
        const [, assertion] = answer.json.headers.find(([name]) => name === "one-login-assertion");
        found.passed = Math.max(found.passed, asked);
        found.believed = Math.max(found.believed, decodeJwt(assertion).exp * 1_000 - epoch);
      } else {
        found.dead = Math.max(found.dead, elapsed());
        alive.delete(browser);
      }
    }));
    await sleep(pause);
  }
  return found;
}

/** The same browser, whose requests arrive at the world's other isolate, which knows of no notification. */
export function elsewhere(world, browser) {
  const copy = browser.copy();
  copy.port = world.elsewhere;
  return copy;
}

/**
 * A person signs in in two browsers, whose cookies are copied and used in both isolates; then the session ends. Gives the
 * promise of `untilDead`'s result, and the person's browser that stays signed in, if one does.
 */
export async function ended(world, { all, end }, persona, options) {
  await world.provider.auto(persona);
  const [browser, other] = [await signedIn(world), await signedIn(world)];
  const victims = all ? [browser, other] : [browser];
  const copies = victims.flatMap((victim) => [victim.copy(), elsewhere(world, victim)]);
  for (const copy of copies) assert.equal((await copy.get(PAGE)).status, 200);
  await end(world, browser, persona);
  return { measured: untilDead(copies, options), survivor: all ? undefined : other };
}
