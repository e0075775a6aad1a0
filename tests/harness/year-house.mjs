// The surroundings of simulated weeks against the built Worker: two isolates that share their accounts, the provider, KV,
// and every clock.

import { setTimeout as sleep } from "node:timers/promises";
import { AHEAD } from "./held-clock.mjs";
import { residentOf } from "./memory.mjs";
import * as keys from "./keys.mjs";
import { Judge } from "./year-judge.mjs";
import { PEOPLE, People, Visitor } from "./year-people.mjs";
import { Rules, lasting } from "./year-rules.mjs";
import { Sockets } from "./year-sockets.mjs";
import { request } from "./wire.mjs";
import { World } from "./world.mjs";

export const COMPUTERS = 6;
/** The most memory that workerd may hold in the end, in bytes: several times what it has after its start. */
const MEMORY = 400 * 1_048_576;

/** An account's behaviour under a trouble of the native world. */
const ACCOUNTS = { AccountNotReached: "throws", AccountAnswerLost: "throws-afterwards", AccountHangs: "hangs", AccountOverloaded: "overloaded" };
/** The provider's. */
const PROVIDER = { CallNotSent: "token-503", CallAnswerLost: "token-reset", CallTimesOut: "token-hang", CallTooLarge: "token-huge" };
/** KV's. */
const STORE = { ReadFails: "hangs", WriteFails: "broken", WriteUnconfirmed: "unconfirmed" };

/** An event as the native world writes it: its kind, and its members by name or by place. */
export function read(line) {
  const [at, calm, limits, text] = line.split("\t");
  const [, kind] = text.match(/^(\w+)/);
  const members = Object.fromEntries([...text.matchAll(/(\w+): (?:Some\()?([\w-]+)/g)].map(([, name, value]) => [name, value]));
  const only = text.match(/^\w+\((\w+)/)?.[1];
  const [idle, absolute, check, grace] = limits.split(" ").map(Number);
  return { at: Number(at), calm: calm === "calm", limits: { idle, absolute, check, grace }, kind, only, ...members };
}

export class House extends People {
  ahead = 0;
  late = [];
  /** The last that happened, for the reader of a week that fails. */
  trace = [];
  restarts = 0;
  events = 0;

  static async start(seed, events, service, messages) {
    const week = new this();
    const { limits, calm } = events[0];
    let state = seed * 2_654_435_761 + 1;
    // A linear congruential generator is chance enough for which isolate answers.
    week.draw = (below) => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
    const rules = new Rules(limits, events.some(({ kind }) => kind === "Invite"));
    const table = { ...lasting(service.url, messages.jwk), ...rules.table() };
    const world = await World.start({ engine: "workerd", services: { DEMO: table }, twice: true, faulty: true, held: true, meddled: true });
    const own = `http://${world.host}`;
    const judge = new Judge({ issuer: own, audience: own, rules, calm });
    Object.assign(week, { world, seed, calm, judge, messages, skew: 1_000 * (week.draw(7) - 3), sockets: new Sockets(week) });
    week.versions = [rules];
    week.emails = Object.fromEntries((await world.provider.control("GET", "personas")).map(({ id, email }) => [id, email]));
    week.began = Date.now();
    week.computers = Array.from({ length: COMPUTERS }, (_, number) => week.computer(PEOPLE[number]));
    await week.ready();
    return week;
  }

  get now() {
    return Date.now() + this.ahead;
  }

  /** The clocks go on to the moment of an event; never back. */
  async at(at) {
    this.ahead = Math.max(this.ahead, Math.ceil((this.began + at - Date.now()) / 1_000) * 1_000);
    await this.world.provider.clock(this.ahead / 1_000);
    // The provider's own requests do not say what time it is.
    const clocks = [[this.world.port, 0], [this.world.elsewhere, this.skew]];
    await Promise.all(clocks.map(([port, skew]) => request(port, { host: "nobody.invalid", headers: [[AHEAD, String(this.ahead + skew)]] })));
  }

  async ready() {
    await this.at(0);
    const answer = await new Visitor(this).ask("/auth/assertion-jwks.json");
    this.keys = answer.json;
  }

  async run(events) {
    for (const event of events) {
      await this.at(event.at);
      this.note(`${event.kind} ${JSON.stringify({ ...event, limits: undefined, calm: undefined, kind: undefined })}`);
      await this.happen(event).catch((error) => this.failed(event, error));
      await this.arrive(this.events);
      await this.sockets.judge();
      this.events += 1;
      if (this.judge.broken.length > 0) return;
    }
    await this.arrive();
    await this.mend();
    for (const computer of this.computers) await this.getsIn(computer);
    const leaks = this.world.leaks();
    if (leaks.length > 0) this.judge.breaks("logs", `${leaks.length} texts that must not be there`);
    this.memory = await residentOf(this.world.edge.process.pid);
    if (this.memory > MEMORY) this.judge.breaks("memory", `workerd holds ${Math.round(this.memory / 1_048_576)} MiB`);
  }

  /** The late answers arrive that are due by an event; all without one. */
  async arrive(by = Infinity) {
    const due = this.late.filter((late) => late.due <= by);
    this.late = this.late.filter((late) => late.due > by);
    await Promise.all(due.map(({ arrive }) => arrive()));
  }

  /** A request that a kill broke off has no answer; anything else is a fault of the run. */
  failed(event, error) {
    if (/within \d+ ms/.test(error.message)) return this.judge.breaks("circle", `${event.kind}: ${error.message}`);
    if (!/no whole answer|ECONN|socket/.test(error.message)) throw error;
    if (this.calm) this.judge.breaks("fault", `${event.kind}: ${error.message}`);
  }

  note(line) {
    this.trace.push(`${((this.now - this.began) / 1_000).toFixed(1)} s ${line}`);
    this.trace.splice(0, this.trace.length - 25);
  }

  /** The service ends a person's sessions, whom it knows, and keeps the person out or lets them in again. */
  async serviceEnds(person, block) {
    const { judge } = this;
    const sub = judge.subjects.get(person);
    if (sub === undefined) return;
    const now = Math.floor(this.now / 1_000);
    const until = block === "None" ? undefined : now + Number(block);
    const { status } = await this.#message("/auth/sessions/end", await this.messages.ends(`http://${this.world.host}`, sub, now, until));
    if (status === 200) judge.end(person, this.now);
    else if (status !== 503) judge.breaks("notification", `a good message of the service is answered ${status}`);
    if (until !== undefined) judge.block(person, this.now, 1_000 * until, status === 200);
    return this.asksAfterTheBound(person);
  }

  /** The service invites people by address, or by name where it knows them, or invites them no longer. */
  async invite(people, how) {
    const { judge } = this;
    const named = how === "Names" ? people.filter((person) => judge.subjects.has(person)) : people;
    if (named.length === 0) return;
    const addresses = how === "Names" ? [] : named.map((person) => this.emails[person]);
    const subjects = how === "Addresses" ? [] : named.flatMap((person) => judge.subjects.get(person) ?? []);
    const act = how === "NoLonger" ? "remove" : "add";
    const who = [...addresses, ...subjects];
    let { status, text } = await this.#list(act, who);
    if (status === 400 && text === KEY_LOST && this.mayLoseList) {
      await this.#list("clear");
      ({ status } = await this.#list(act, who));
    }
    judge.guests.told(named, act === "add", status);
    const computer = this.computers.find(({ person }) => named.includes(person));
    if (computer === undefined || status !== 200) return;
    // The list is asked when a person signs in.
    await this.signOut(computer, false);
    await this.visit(computer, "/beta");
  }

  /** A message about the list of invitations; gives its answer. */
  async #list(act, who) {
    return this.#message("/auth/admission", await this.messages.invites(`http://${this.world.host}`, act, who, Math.floor(this.now / 1_000)));
  }

  #message(target, body) {
    return new Visitor(this).ask(target, { method: "POST", headers: [["Content-Type", "application/jwt"]], body });
  }

  /** Something goes wrong, for a while or at the next use. */
  async trouble(trouble) {
    if (trouble in ACCOUNTS) {
      this.judge.accountsSince = Infinity;
      this.troubled = true;
      await this.world.accounts(ACCOUNTS[trouble]);
    }
    if (trouble in PROVIDER) await this.world.provider.fault(PROVIDER[trouble], 1);
    if (trouble in STORE) await this.world.kv(STORE[trouble]);
  }

  /** Everything works again. */
  async mend() {
    if (this.troubled) {
      this.judge.accountsSince = this.now;
      this.troubled = false;
    }
    await this.world.accounts("sound");
    await this.world.kv("sound");
    await this.world.provider.fault(null);
  }

  /** workerd ends and starts again on the same storage: by itself, or killed while it answers. */
  async restart(path, isKilled, settings = {}) {
    this.restarts += 1;
    this.sockets.drop();
    // A deployment breaks no answer off that is on its way.
    if (!isKilled) await this.arrive();
    if (isKilled) {
      const asked = this.computers.map((computer) => this.script(computer, path, 30).catch(() => {}));
      await sleep(this.draw(15));
      process.kill(-this.world.edge.process.pid, "SIGKILL");
      await Promise.all(asked);
    }
    await this.world.restart(settings);
    await this.ready();
  }

  /** A version with these rules is deployed. For a while the one before runs next to it, at the second isolate. */
  async deploy(path, rules) {
    const before = this.versions.at(-1);
    this.versions.push(rules);
    this.judge.running = [before, rules];
    const table = { ...this.world.variables.SERVICE_DEMO, ...rules.table() };
    await this.restart(path, false, { variables: { SERVICE_DEMO: table }, gradually: true });
  }

  /** Only the newest version runs. */
  settle() {
    this.judge.running = [this.versions.at(-1)];
  }

  /** A step of a rotation: the next key is published, is used, or is the only one. */
  async rotate(path, key, step, to) {
    const [name, field] = ROTATED[key];
    const [next, old] = Number(to) === 1 ? ["B", "A"] : ["A", "B"];
    const secrets = {};
    const variables = {};
    if (step === "Publish") secrets[`${name}_${next}`] = await NEW[key]();
    if (step === "Remove") secrets[`${name}_${old}`] = undefined;
    if (step === "Use" && key === "Session") variables[field] = next;
    if (step === "Use" && key !== "Session") variables.SERVICE_DEMO = { ...this.world.variables.SERVICE_DEMO, [field]: next };
    if (step === "Remove" && key === "Session") {
      // The hourly task seals the list's key again, and does not run here.
      this.mayLoseList = true;
      this.judge.left.doubt();
      this.judge.guests.doubt();
    }
    this.settle();
    await this.restart(path, false, { secrets, variables });
  }

  stop() {
    this.sockets.drop();
    return this.world.stop({ silent: true });
  }
}

/** The answer of a list whose own key went with a session key. */
const KEY_LOST = JSON.stringify({ error: "key_lost" });

/** The secret of each key, and the name that says which of both is used. */
const ROTATED = {
  Session: ["SESSION_KEY", "SESSION_KEY_ACTIVE"],
  Client: ["CLIENT_KEY_DEMO", "client_key_active"],
  Assertion: ["ASSERTION_KEY_DEMO", "assertion_key_active"],
};
const NEW = {
  Session: async () => keys.sessionKey(),
  Client: async () => JSON.stringify(await keys.clientKey()),
  Assertion: async () => JSON.stringify(await keys.assertionKey()),
};
