// People at their computers, in simulated weeks against the built Worker: their pages, their scripts, and how they leave.

import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Browser, FETCH, NAVIGATION } from "./browser.mjs";
import { AHEAD } from "./held-clock.mjs";
import { OWN_PAGE, atProvider } from "./journey.mjs";
import { SPREAD } from "./year-judge.mjs";
import { PATHS, PLACES } from "./year-rules.mjs";
import { FORGED, timed } from "./year-service.mjs";
import { bytesOf, request } from "./wire.mjs";

export const PEOPLE = ["kenneth", "sian", "amal", "mo", "farah", "vera", "ivor"];
/** So many sessions of one person an account lists. */
const LISTED = 20;
const RETURN = "/auth/return";

/** A browser whose requests say what time it is, at either isolate. */
export class Visitor extends Browser {
  constructor(week) {
    super(week.world.port, week.world.host);
    this.week = week;
  }

  /** A request, as bytes with the port where it goes. */
  #described(target, { method = "GET", headers = NAVIGATION, body }) {
    const { week } = this;
    const isElsewhere = week.draw(2) === 1;
    const cookie = this.cookie === undefined ? [] : [["Cookie", this.cookie]];
    const clock = [AHEAD, String(week.ahead + (isElsewhere ? week.skew : 0))];
    const forged = week.draw(4) === 0 ? [FORGED] : [];
    const own = `http://${this.host}`;
    const place = target.startsWith(`${own}/`) ? target.slice(own.length) : target;
    const all = [...headers, ...cookie, clock, ...timed(week.now), ...forged];
    return [isElsewhere ? week.world.elsewhere : week.world.port, { method, target: place, host: this.host, headers: all, body }];
  }

  ask(target, options = {}) {
    return request(...this.#described(target, options));
  }

  /** Asks, and goes away some milliseconds later, before the answer. */
  async leave(target, options, milliseconds) {
    const [port, description] = this.#described(target, options);
    const socket = net.connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(bytesOf(description));
    await sleep(milliseconds);
    socket.destroy();
  }

  keep(answer) {
    super.keep(answer);
    this.week.judge.cookies(answer.all("set-cookie"), this.cookie);
  }
}

/** Whether this address of the provider's asks for an identity. */
function asksForIdentity(address) {
  const object = new URL(address).searchParams.get("request")?.split(".")[1];
  return object !== undefined && /"vtr":[^\]]*P[12]/.test(Buffer.from(object, "base64url").toString());
}

/** The acts of people; a week adds the isolates, the clocks and the provider. */
export class People {
  computer(person) {
    const browser = new Visitor(this);
    // Nothing that it keeps may turn up in the log.
    this.world.browsers.push(browser);
    return { browser, person, number: PEOPLE.indexOf(person), state: { person: null, since: 0, used: 0 } };
  }

  /** A person opens an address and goes where it leads; gives the last answer and its address. */
  async visit(computer, path) {
    const { browser, person } = computer;
    const { judge } = this;
    await this.world.provider.auto(person);
    let target = path;
    let isProving = false;
    for (let step = 0; step < 12; step += 1) {
      const asked = this.now;
      const state = { ...computer.state, wanted: PLACES[target.split("?")[0]]?.vot };
      const answer = await browser.ask(target, { headers: [...NAVIGATION, ...OWN_PAGE] });
      browser.keep(answer);
      const place = target.split("?")[0];
      if (target.includes("/auth/callback")) this.#cameBack(computer, state, asked, answer, isProving);
      await this.judged(computer, state, asked, place, answer);
      if (answer.status === 401 && answer.get("x-service") === "1") judge.breaks("asked", `a page shows the service's 401 at ${path}`);
      const next = answer.location ?? answer.get("refresh")?.split("url=")[1];
      if (next === undefined || answer.status >= 400) return { answer, at: target };
      const from = target;
      target = next.startsWith(`http://${browser.host}/`) ? next.slice(`http://${browser.host}`.length) : next;
      if (!target.startsWith(this.world.provider.url)) continue;
      isProving = asksForIdentity(target);
      if (isProving && place in PLACES && state.person !== null) this.#leaves(from, state);
      const gone = await atProvider(this.world, browser, target);
      if (gone.location === null) return { answer: gone, at: target };
      target = gone.location;
      // Neither may turn up in the log.
      for (const name of ["code", "state"]) browser.seen.add(new URL(target).searchParams.get(name) ?? target);
    }
    judge.breaks("circle", `twelve redirects from ${path}`);
    return {};
  }

  /** A person comes back from the provider, signed in or with an identity. */
  #cameBack(computer, state, asked, answer, isProving) {
    const { judge } = this;
    const { person } = computer;
    if (isProving) judge.proved(person, this.now);
    const sets = answer.all("set-cookie").some((line) => /^__Host-ol-session[^=]*=[^;]/.test(line));
    if (!sets) return;
    // The one who was there before has gone from this browser; an identity is proved in the session that asked for it.
    const before = state.person === null ? undefined : state.sid;
    const goesOn = isProving && state.person === person;
    if (before !== undefined && !goesOn) judge.endOne(before, this.now);
    const guest = judge.guests.of(person);
    computer.state = { person, since: this.now, used: this.now, before, guest: goesOn && guest !== state.guest ? "unclear" : guest };
    if (judge.isBlocked(person, asked, this.now)) judge.breaks("blocked", "a person signs in whom the service keeps out");
  }

  /** A person is sent away to prove their identity; a session from before another proof may know less than the account. */
  #leaves(place, { person, since }) {
    const isClear = !this.troubled && (this.judge.proofs.get(person) ?? 0) <= since;
    this.judge.left.leaves(person, place, this.now, isClear);
  }

  /** A person opens the page for those who come back with an identity, and goes on. */
  async comeBack(computer) {
    const { judge } = this;
    for (let nth = 0; nth < 3; nth += 1) {
      const { answer, at = "" } = await this.visit(computer, RETURN);
      const link = at.startsWith(RETURN) && answer.status === 200 && answer.text.match(/href="(\/auth\/return[^"]*)"/)?.[1];
      if (!link || computer.state.person === null) continue;
      const [from, before] = [this.now, judge.left.of(computer.state.person)];
      const { answer: last, at: place = "" } = await this.visit(computer, link.replaceAll("&amp;", "&"));
      if (last === undefined) return;
      return judge.left.cameBack(before, { from, to: this.now, place, isAtService: last.get("x-service") === "1" });
    }
  }

  /** A script asks; an answer of a slow service arrives some events later. */
  async script(computer, path, delay) {
    const asked = this.now;
    const state = computer.state;
    const { browser } = computer;
    const isLate = delay > 2_000;
    const sent = browser.ask(`${path}?ms=${isLate ? 5_200 : Math.min(delay, 30)}`, { headers: [...FETCH, ...OWN_PAGE] });
    const arrive = async () => {
      const answer = await sent;
      browser.keep(answer);
      await this.judged(computer, state, asked, path, answer);
    };
    if (!isLate) return arrive();
    sent.catch(() => {});
    this.late.push({ due: this.events + 2 + this.draw(4), arrive: () => arrive().catch((error) => this.failed({ kind: "Visit" }, error)) });
  }

  async judged(computer, state, asked, place, answer) {
    const { judge } = this;
    const cookies = answer.all("set-cookie").map((line) => line.replace(/=[^;]+;/, "=…;").split("; Path")[0]);
    this.note(`computer ${computer.number} (${state.person ?? "a stranger"}) ${place}: ${answer.status} ${cookies.join(" ")}`);
    if (!(place in PLACES)) return;
    if (this.troubled) judge.accountsSince = Infinity;
    await judge.answered({ asked, state, place, answer, keys: this.keys });
    // The judge has learnt which session this browser has.
    const { sid, used, vot, before } = state;
    if (state !== computer.state && state.since === computer.state.since) Object.assign(computer.state, { sid, used, vot, before });
    if (place === "/account" && answer.status === 401 && this.calm) judge.lost(state, asked);
    const isGuest = place === "/beta" && state.guest === "invited" && !this.troubled;
    if (isGuest && answer.status === 403) judge.breaks("invited", "a person who was invited sees 403");
  }

  async signOut(computer, isEverywhere) {
    const { browser, state } = computer;
    const answer = await browser.ask(isEverywhere ? "/auth/sign-out?everywhere" : "/auth/sign-out", { headers: [...NAVIGATION, ...OWN_PAGE] });
    browser.keep(answer);
    if (answer.status !== 303) return;
    if (!this.troubled && isEverywhere && state.person !== null) this.judge.end(state.person, this.now);
    if (!this.troubled && state.sid !== undefined) this.judge.endOne(state.sid, this.now);
    computer.state = { person: null, since: this.now, used: this.now };
  }

  /** A person signs out of every browser and leaves before the answer; the Worker does it nevertheless. */
  async leaves(computer) {
    const { browser, state } = computer;
    if (this.troubled) return browser.leave("/account", { headers: [...NAVIGATION, ...OWN_PAGE] }, this.draw(30));
    await this.world.accounts("slow");
    await browser.leave("/auth/sign-out?everywhere", { headers: [...NAVIGATION, ...OWN_PAGE] }, 300);
    await sleep(1_500);
    await this.world.accounts("sound");
    const isKnown = state.sid !== undefined && this.judge.lives.get(state.sid)?.ended === undefined;
    if (state.person === null || !isKnown || !this.judge.goesOn(state, this.now)) return;
    this.judge.end(state.person, this.now);
    await this.asksAfterTheBound(state.person);
  }

  /** The pages of a person ask again once every session and every socket of theirs that has ended must be over. */
  async asksAfterTheBound(person) {
    const open = this.computers.filter(({ state }) => state.person === person && state.sid !== undefined);
    if (open.length === 0) return;
    await this.at(this.now - this.began + 1_000 * this.judge.most("check") + 2 * SPREAD);
    for (const computer of open) await this.script(computer, "/account", 0);
  }

  /** A person signs in in one browser more than an account lists; the first one's page asks once its session must be over. */
  async crowd(person) {
    const crowd = Array.from({ length: LISTED + 1 }, () => this.computer(person));
    for (const computer of crowd) await this.visit(computer, "/account");
    if (this.troubled || crowd.some(({ state }) => state.sid === undefined)) return;
    this.judge.endOlder(person, crowd[1].state.since, this.now);
    await this.at(this.now - this.began + 1_000 * this.judge.most("check") + SPREAD + 1_000);
    await this.script(crowd[0], "/account", 0);
    await this.script(crowd[LISTED], "/account", 0);
  }

  /** A person gets in within three minutes after everything works again. */
  async getsIn(computer) {
    let seen = "";
    for (const wait of [0, 60_000, 60_000, 50_000]) {
      await this.at(this.ahead + Date.now() - this.began + wait);
      const { answer } = await this.visit(computer, "/account");
      if (answer?.get("x-service") === "1") return;
      seen = `${answer?.status}`;
    }
    if (seen === "403" && this.judge.mayBeBlocked(this.now)) return;
    this.judge.breaks("back", `three minutes after everything works again a person sees ${seen}`);
  }
}

/** The path of a place by its number in the native world. */
export const pathOf = (number) => PATHS[Number(number) % PATHS.length];
