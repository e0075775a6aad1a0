// The part of the judge of simulated weeks that knows people: whom the service has invited, and which places they left to
// prove their identity.

import { PLACES, provesIdentity } from "./year-rules.mjs";

/** How long a person may be away, in milliseconds, and by how much a clock may be off. */
const [AWAY, MARGIN] = [16 * 86_400_000, 60_000];

/** Whom the service has invited, by person: `invited`, `stranger`, or `unclear`. */
export class Guests {
  #known = new Map();

  constructor(judge) {
    this.judge = judge;
  }

  /** A message about these people was answered. */
  told(people, isInvited, status) {
    const word = isInvited ? "invited" : "stranger";
    for (const person of people) this.#known.set(person, status === 200 ? word : "unclear");
    if (status !== 200 && status !== 503) this.judge.breaks("notification", `a good message about invitations is answered ${status}`);
  }

  /** The lists are empty. */
  forget() {
    this.#known.clear();
  }

  /** An invitation that no sign-in has used may count no more. */
  doubt() {
    for (const [person, word] of this.#known) if (word === "invited") this.#known.set(person, "unclear");
  }

  of(person) {
    return this.#known.get(person) ?? "stranger";
  }
}

/** The places that people left, by person. */
export class Left {
  #known = new Map();

  constructor(judge) {
    this.judge = judge;
  }

  #of(person) {
    if (!this.#known.has(person)) this.#known.set(person, { possible: new Set(), last: undefined });
    return this.#known.get(person);
  }

  /** A person was sent to the provider for an identity from here; `isClear` says that their account has stored it for certain. */
  leaves(person, place, now, isClear) {
    const known = this.#of(person);
    known.possible.add(place);
    known.last = isClear ? { place, at: now } : undefined;
  }

  /** A person has done what they left for, or their account may have stored something else. */
  forget(person) {
    this.#of(person).last = undefined;
  }

  /** The accounts may have lost every place, or a key that opens it. */
  doubt() {
    for (const known of this.#known.values()) known.last = undefined;
  }

  /** The place of a person who comes back, as it is now. */
  of(person) {
    const { possible, last } = this.#of(person);
    return { possible: new Set(possible), last };
  }

  /** A person who goes on, by what was known before, has come to rest at an address, or at a page of the edge's. */
  cameBack({ possible, last }, { from, to, place, isAtService }) {
    const { judge } = this;
    const isProving = provesIdentity(PLACES[place.split("?")[0]]?.vot);
    if (isProving && !possible.has(place)) judge.breaks("return", `a person is led to ${place}, which they did not leave`);
    if (last === undefined) return;
    if (from - last.at > AWAY + MARGIN && place === last.place) judge.breaks("return", `${place} is remembered for longer than sixteen days`);
    const isExcused = !isAtService || place.startsWith("/why");
    if (!isExcused && to - last.at < AWAY - MARGIN && place !== last.place) {
      judge.breaks("return", `a person who left ${last.place} is led to ${place}`);
    }
  }
}
