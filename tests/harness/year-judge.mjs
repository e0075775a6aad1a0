// The judge of simulated weeks against the built Worker. It knows what an observer on the wire knows: who chose to sign in
// where and when, which sessions ended, and what reaches the service. It shares no code with the Worker or with the judge
// of the native world.

import { createLocalJWKSet, jwtVerify } from "jose";
import { Guests, Left } from "./year-judge-people.mjs";
import { provesIdentity } from "./year-rules.mjs";

/** How long an isolate may be behind another one, and a request on its way, in milliseconds. */
export const SPREAD = 12_000;

/** How long what was proved is told, in milliseconds. */
const CLAIMS = 1_800_000;

/** The most that a browser keeps of one cookie, and the most that a service's weigh together, in bytes. */
const [LARGEST, HEAVIEST] = [4_096, 8_192];

const ALWAYS = [
  "iss", "aud", "sub", "sid", "vot", "auth_time", "reauth_time", "session_exp", "iat", "exp",
  "identity_claims", "identity_outcome", "identity_outcome_source",
];

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
  /** When people last came back from a request for an identity. */
  proofs = new Map();
  /** Until when accounts gave no answer. */
  accountsSince = 0;
  guests = new Guests(this);
  left = new Left(this);

  /** The rules are those of the versions that run, the newest last. */
  constructor({ issuer, audience, rules, calm }) {
    Object.assign(this, { issuer, audience, calm, running: [rules] });
  }

  /** A promise is broken. With `EDGE_YEAR_PROMISE` only that one is judged. */
  breaks(promise, how) {
    if (![undefined, promise].includes(process.env.EDGE_YEAR_PROMISE)) return;
    this.broken.push(`${promise}: ${how}`);
  }

  /** A limit as the version has it that has the most of it, or the least. */
  most = (name) => Math.max(...this.running.map(({ limits }) => limits[name]));
  least = (name) => Math.min(...this.running.map(({ limits }) => limits[name]));

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
    this.guests.forget();
    this.left.doubt();
  }

  /** How long a session may be used after its end, in milliseconds. */
  bound(ended) {
    return 1_000 * (this.accountsSince <= ended ? this.most("check") : Math.max(this.most("check"), this.most("grace")));
  }

  /** A browser gets cookies, and has these afterwards. */
  cookies(lines, header = "") {
    for (const line of lines) {
      const [pair, ...attributes] = line.split("; ");
      const isKept = attributes.includes("Secure") && attributes.includes("Path=/") && !attributes.some((one) => /^domain/i.test(one));
      if (pair.length > LARGEST || !isKept) this.breaks("cookies", `a browser refuses ${pair.split("=")[0]} of ${pair.length} bytes`);
    }
    if (header.length > HEAVIEST) this.breaks("cookies", `together they are ${header.length} bytes`);
  }

  /**
   * An answer came to a computer that asked for a place at this moment, being at this state. The service says which
   * assertions it got.
   */
  async answered({ asked, state, place, answer, keys }) {
    if (answer.status >= 500 && this.calm) this.breaks("fault", `${answer.status} at ${place} in a calm world`);
    if (answer.get("x-service") === null) return;
    const caching = answer.get("cache-control") ?? "";
    const isPersonal = this.#by(place).every(({ access }) => access !== "public");
    if (isPersonal && !/private|no-store/.test(caching)) this.breaks("cached", `${place} may be kept: ${caching}`);
    return this.reached({ asked, state, place, assertions: answer.json.assertions, keys });
  }

  /** These assertions reached the service with a request. */
  async reached({ asked, state, place, assertions, keys }) {
    this.judged += 1;
    const rules = this.#by(place);
    if (assertions.length > 1) return this.breaks("assertion", `${assertions.length} of them reach ${place}`);
    if (assertions.length === 0) {
      if (rules.every(({ access }) => access === "required")) this.breaks("assertion", `none reaches ${place}`);
      return;
    }
    if (rules.every(({ access }) => access === "public")) return this.breaks("assertion", `${place} learns who is signed in`);
    const { issuer, audience } = this;
    const checked = jwtVerify(assertions[0], createLocalJWKSet(keys), { issuer, audience, clockTolerance: 12, currentDate: new Date(asked) });
    const { payload, wrong } = await checked.catch((error) => ({ wrong: error.code }));
    if (wrong) return this.breaks("assertion", `${wrong} at ${place}`);
    this.#person(payload, asked, state, place, rules);
  }

  #by(place) {
    return this.running.map((rules) => rules.place(place));
  }

  #person(told, asked, state, place, rules) {
    if (state.person === null) return this.breaks("signed out", `a browser is still a person at ${place}`);
    const { sub, sid } = told;
    if (!this.subjects.has(state.person)) {
      for (const [other, known] of this.subjects) if (known === sub) return this.breaks("mixed", `${state.person} is ${other}`);
      this.subjects.set(state.person, sub);
    }
    if (this.subjects.get(state.person) !== sub) return this.breaks("mixed", `another person than ${state.person} at ${place}`);
    const life = this.lives.get(sid) ?? { sub, began: state.since };
    this.lives.set(sid, life);
    // A sign-in ends the session that this browser had, unless it was to prove an identity in that.
    if (state.before !== undefined && state.before !== sid) this.endOne(state.before, state.since);
    Object.assign(state, { sid, vot: told.vot, before: undefined });
    if (life.sub !== sub) return this.breaks("mixed", "a session changed its person");
    const [idle, absolute] = [this.most("idle"), this.most("absolute")];
    if (life.ended !== undefined && asked > life.ended + this.bound(life.ended) + SPREAD) {
      this.breaks("bound", `a session lives ${Math.round((asked - life.ended) / 1_000)} seconds after its end`);
    }
    if (asked > life.began + absolute * 1_000 + SPREAD) this.breaks("limits", "a session is older than its absolute limit");
    if (asked > state.used + idle * 1_000 + SPREAD) this.breaks("limits", "a session was unused for longer than its idle limit");
    this.#level(told, state, place, rules);
    const age = asked / 1_000 - Math.max(told.auth_time, told.reauth_time ?? 0);
    const { fresh, released = [] } = rules.at(-1);
    if (fresh !== undefined && age > fresh + 30 + SPREAD / 1_000) this.breaks("age", `signed in ${age} seconds ago at ${place}`);
    const isReleased = (name) => ALWAYS.includes(name) || released.includes(name.replace(/_verified$/, ""));
    for (const name of Object.keys(told)) if (!isReleased(name)) this.breaks("released", `${place} learns ${name}`);
    if (rules.at(-1).isInvited && state.guest === "stranger") {
      this.breaks("invited", "a person reaches a page who was not invited when they signed in");
    }
    this.#claims(told, state, asked, place);
    state.used = asked;
  }

  /** The level was reached, and is what the place asks for. */
  #level({ vot }, { person }, place, rules) {
    const identity = vot.match(/P[12]/)?.[0] ?? "";
    if (identity !== "" && !this.proofs.has(person)) this.breaks("level", `${vot} is told of a person who proved nothing`);
    const isEnough = ({ vot: wanted = "" }) => (wanted.match(/P[12]/)?.[0] ?? "") <= identity && (!wanted.includes("Cm") || vot.includes("Cm"));
    if (!rules.some(isEnough)) this.breaks("level", `${vot} is too low for ${place}`);
  }

  /** An identity, or the reason why it was not proved, is told for half an hour. */
  #claims(told, { person }, asked, place) {
    const name = ["coreIdentity", "address", "returnCode"].find((name) => told[name] !== undefined);
    const age = asked - (this.proofs.get(person) ?? 0);
    if (name !== undefined && age > CLAIMS + SPREAD) this.breaks("claims", `${name} is told at ${place} ${Math.round(age / 1_000)} seconds after its proof`);
  }

  /** A person has come back from the provider's check of an identity. */
  proved(person, now) {
    this.proofs.set(person, now);
    this.left.forget(person);
  }

  /** Whether a session that is used like this has to go on. */
  goesOn(state, now) {
    const life = this.lives.get(state.sid);
    if (state.person === null || !life || life.ended !== undefined || state.isDoubtful) return false;
    const margin = 77_000;
    return now - state.used < this.least("idle") * 1_000 - margin && now - life.began < this.least("absolute") * 1_000 - margin;
  }

  /** In a calm world a session that is used goes on. */
  lost(state, asked) {
    if (this.goesOn(state, asked) && state.vot.includes("Cm") && !provesIdentity(state.wanted)) {
      this.breaks("lost", "401 at /account for a person who is signed in");
    }
  }
}
