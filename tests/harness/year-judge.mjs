// The judge of simulated weeks against the built Worker. It knows what an observer on the wire knows: who chose to sign in
// where and when, which sessions ended, and what reaches the service. It shares no code with the Worker or with the judge
// of the native world.

import { createLocalJWKSet, jwtVerify } from "jose";

/** How long an isolate may be behind another one, and a request on its way, in milliseconds. */
export const SPREAD = 12_000;

/** The places that the service has: who may see them, and how lately they must have signed in, in seconds. */
export const PLACES = {
  "/": { access: "public" },
  "/whoami": { access: "optional", released: ["email"] },
  "/account": { access: "required", vot: "Cl.Cm", released: ["email", "phone_number"] },
  "/low": { access: "required", vot: "Cl" },
  "/pay": { access: "required", vot: "Cl.Cm", fresh: 300 },
};

const ALWAYS = ["iss", "aud", "sub", "sid", "vot", "auth_time", "reauth_time", "session_exp", "iat", "exp"];

export class Judge {
  /** The promises that were broken. */
  broken = [];
  judged = 0;
  /** Sessions by id: whose they are, when they began, and when they ended. */
  lives = new Map();
  /** Subjects by person, as the service first learnt them. */
  subjects = new Map();
  /** The people whom the service keeps out: from when until when for certain, and until when perhaps. */
  blocks = new Map();
  /** Until when accounts gave no answer. */
  accountsSince = 0;

  constructor({ issuer, audience, limits, calm }) {
    Object.assign(this, { issuer, audience, limits, calm });
  }

  breaks(promise, how) {
    this.broken.push(`${promise}: ${how}`);
  }

  /** Every session of a person has ended that began before. */
  end(person, now) {
    const sub = this.subjects.get(person);
    for (const life of this.lives.values()) if (life.sub === sub && life.began <= now) life.ended ??= now;
  }

  endOne(sid, now) {
    const life = this.lives.get(sid);
    if (life) life.ended ??= now;
  }

  /** Every session of a person has ended that began before a moment. */
  endOlder(person, moment, now) {
    const sub = this.subjects.get(person);
    for (const life of this.lives.values()) if (life.sub === sub && life.began < moment) life.ended ??= now;
  }

  /** A message of the service about keeping a person out was sent, and perhaps stored. */
  block(person, now, until, isStored) {
    const { perhaps = 0 } = this.blocks.get(person) ?? {};
    this.blocks.set(person, { since: now, until: isStored ? until - SPREAD : 0, perhaps: Math.max(perhaps, until + SPREAD) });
  }

  isBlocked(person, from, to) {
    const block = this.blocks.get(person);
    return block !== undefined && block.since <= from && to < block.until;
  }

  /** Whether any person may be kept out: the provider may know another one than who sits there. */
  mayBeBlocked(now) {
    return [...this.blocks.values()].some(({ perhaps }) => now < perhaps);
  }

  endEach(now) {
    for (const life of this.lives.values()) life.ended ??= now;
    for (const block of this.blocks.values()) block.until = 0;
  }

  /**
   * An answer came to a computer that asked for a place at this moment, being at this state. The service says which
   * assertions it got.
   */
  async answered({ asked, state, place, answer, keys }) {
    if (answer.status >= 500 && this.calm) this.breaks("fault", `${answer.status} at ${place} in a calm world`);
    if (answer.get("x-service") === null) return;
    this.judged += 1;
    const rule = PLACES[place];
    const { assertions } = answer.json;
    if (assertions.length > 1) return this.breaks("assertion", `${assertions.length} of them reach ${place}`);
    if (assertions.length === 0) {
      if (rule.access === "required") this.breaks("assertion", `none reaches ${place}`);
      return;
    }
    if (rule.access === "public") return this.breaks("assertion", `${place} learns who is signed in`);
    const caching = answer.get("cache-control") ?? "";
    if (!/private|no-store/.test(caching)) this.breaks("cached", `${place} may be kept: ${caching}`);
    const { issuer, audience } = this;
    const checked = jwtVerify(assertions[0], createLocalJWKSet(keys), { issuer, audience, clockTolerance: 12, currentDate: new Date(asked) });
    const { payload, wrong } = await checked.catch((error) => ({ wrong: error.code }));
    if (wrong) return this.breaks("assertion", `${wrong} at ${place}`);
    this.#person(payload, asked, state, place, rule);
  }

  #person(told, asked, state, place, rule) {
    if (state.person === null) return this.breaks("signed out", `a browser is still a person at ${place}`);
    const { sub, sid } = told;
    if (!this.subjects.has(state.person)) {
      for (const [other, known] of this.subjects) if (known === sub) return this.breaks("mixed", `${state.person} is ${other}`);
      this.subjects.set(state.person, sub);
    }
    if (this.subjects.get(state.person) !== sub) return this.breaks("mixed", `another person than ${state.person} at ${place}`);
    const life = this.lives.get(sid) ?? { sub, began: state.since };
    this.lives.set(sid, life);
    Object.assign(state, { sid, vot: told.vot });
    if (life.sub !== sub) return this.breaks("mixed", "a session changed its person");
    const { idle, absolute, check, grace } = this.limits;
    const bound = 1_000 * (this.accountsSince <= (life.ended ?? 0) ? check : Math.max(check, grace));
    if (life.ended !== undefined && asked > life.ended + bound + SPREAD) {
      this.breaks("bound", `a session lives ${Math.round((asked - life.ended) / 1_000)} seconds after its end`);
    }
    if (asked > life.began + absolute * 1_000 + SPREAD) this.breaks("limits", "a session is older than its absolute limit");
    if (asked > state.used + idle * 1_000 + SPREAD) this.breaks("limits", "a session was unused for longer than its idle limit");
    if (rule.vot === "Cl.Cm" && !told.vot.includes("Cm")) this.breaks("level", `${told.vot} is too low for ${place}`);
    const age = asked / 1_000 - Math.max(told.auth_time, told.reauth_time ?? 0);
    if (rule.fresh !== undefined && age > rule.fresh + 30 + SPREAD / 1_000) this.breaks("age", `signed in ${age} seconds ago at ${place}`);
    const released = (name) => ALWAYS.includes(name) || (rule.released ?? []).includes(name.replace(/_verified$/, ""));
    for (const name of Object.keys(told)) if (!released(name)) this.breaks("released", `${place} learns ${name}`);
    state.used = asked;
  }
}
