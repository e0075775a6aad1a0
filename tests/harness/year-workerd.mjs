// `cargo edge assure year --workerd`: the events of the native world's weeks, thinner, against the built Worker. Two
// isolates share their accounts on disk, the provider and every clock are the test's, and workerd is killed in the middle.
// Prints its report; a promise that is broken is an error.

import fs from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Browser, FETCH, NAVIGATION } from "./browser.mjs";
import { AHEAD } from "./held-clock.mjs";
import { OWN_PAGE, atProvider } from "./journey.mjs";
import { residentOf } from "./memory.mjs";
import { Judge, PLACES, SPREAD } from "./year-judge.mjs";
import { Messages, RECENT, startService, timed } from "./year-service.mjs";
import { request } from "./wire.mjs";
import { World } from "./world.mjs";

const PEOPLE = ["kenneth", "sian", "amal", "mo", "farah", "vera", "ivor"];
const COMPUTERS = 6;
/** Of requests that people make, one in so many is made here. */
const THIN = 3;
/** So many sessions of one person an account lists. */
const LISTED = 20;
/** The most memory that workerd may hold in the end, in bytes: several times what it has after its start. */
const MEMORY = 400 * 1_048_576;
const paths = Object.keys(PLACES);

/** An account's behaviour under a trouble of the native world. */
const ACCOUNTS = { AccountNotReached: "throws", AccountAnswerLost: "throws-afterwards", AccountHangs: "too-slow", AccountOverloaded: "overloaded" };
/** The provider's. */
const PROVIDER = { CallNotSent: "token-503", CallAnswerLost: "token-reset", CallTimesOut: "token-hang", CallTooLarge: "token-huge" };

/** An event as the native world writes it: its kind, and its members by name or by place. */
function read(line) {
  const [at, calm, limits, text] = line.split("\t");
  const [, kind] = text.match(/^(\w+)/);
  const members = Object.fromEntries([...text.matchAll(/(\w+): (?:Some\()?([\w-]+)/g)].map(([, name, value]) => [name, value]));
  const only = text.match(/^\w+\((\w+)/)?.[1];
  const [idle, absolute, check, grace] = limits.split(" ").map(Number);
  return { at: Number(at), calm: calm === "calm", limits: { idle, absolute, check, grace }, kind, only, ...members };
}

/** A browser whose requests say what time it is, at either isolate. */
class Visitor extends Browser {
  constructor(week) {
    super(week.world.port, week.world.host);
    this.week = week;
  }

  async ask(target, { method = "GET", headers = NAVIGATION, body } = {}) {
    const elsewhere = this.week.draw(2) === 1;
    const cookie = this.cookie === undefined ? [] : [["Cookie", this.cookie]];
    const clock = [AHEAD, String(this.week.ahead + (elsewhere ? this.week.skew : 0))];
    const port = elsewhere ? this.week.world.elsewhere : this.week.world.port;
    const own = `http://${this.host}`;
    const place = target.startsWith(`${own}/`) ? target.slice(own.length) : target;
    return request(port, { method, target: place, host: this.host, headers: [...headers, ...cookie, clock, ...timed(this.week.now)], body });
  }
}

class Week {
  ahead = 0;
  late = [];
  /** The last that happened, for the reader of a week that fails. */
  trace = [];
  restarts = 0;
  events = 0;

  static async start(seed, events, origin) {
    const week = new Week();
    const { limits, calm } = events[0];
    let state = seed * 2_654_435_761 + 1;
    // A linear congruential generator is chance enough for which isolate answers.
    week.draw = (below) => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
    const routes = paths.map((path) => {
      const { access, vot, fresh, released = [] } = PLACES[path];
      const release = released.map((name) => name.replace("_number", ""));
      return { path, access, ...(vot && { level: vot }), ...(fresh && { reauthenticate_within: fresh }), ...(release.length && { release }) };
    });
    const table = {
      host: "localhost", origin: origin.url, routes,
      session_idle_seconds: limits.idle, session_absolute_seconds: limits.absolute,
      revocation_check_seconds: limits.check, revocation_grace_seconds: limits.grace,
      service_keys: [messages.jwk],
    };
    const world = await World.start({ engine: "workerd", services: { DEMO: table }, twice: true, faulty: true, held: true });
    const own = `http://${world.host}`;
    Object.assign(week, { world, seed, calm, skew: 1_000 * (week.draw(7) - 3), judge: new Judge({ issuer: own, audience: own, limits, calm }) });
    week.began = Date.now();
    week.computers = Array.from({ length: COMPUTERS }, (_, number) => week.#computer(PEOPLE[number]));
    await week.#ready();
    return week;
  }

  #computer(person) {
    const browser = new Visitor(this);
    // Nothing that it keeps may turn up in the log.
    this.world.browsers.push(browser);
    return { browser, person, number: PEOPLE.indexOf(person), state: { person: null, since: 0, used: 0 } };
  }

  get now() {
    return Date.now() + this.ahead;
  }

  /** The clocks go on to the moment of an event; never back. */
  async #at(at) {
    this.ahead = Math.max(this.ahead, Math.ceil((this.began + at - Date.now()) / 1_000) * 1_000);
    await this.world.provider.clock(this.ahead / 1_000);
    // The provider's own requests do not say what time it is.
    const clocks = [[this.world.port, 0], [this.world.elsewhere, this.skew]];
    await Promise.all(clocks.map(([port, skew]) => request(port, { host: "nobody.invalid", headers: [[AHEAD, String(this.ahead + skew)]] })));
  }

  async #ready() {
    await this.#at(0);
    const answer = await new Visitor(this).ask("/auth/assertion-jwks.json");
    this.keys = answer.json;
  }

  async run(events) {
    for (const event of events) {
      await this.#at(event.at);
      this.#note(`${event.kind} ${JSON.stringify({ ...event, limits: undefined, calm: undefined, kind: undefined })}`);
      await this.#happen(event).catch((error) => this.#failed(event, error));
      await this.#arrive(this.events);
      this.events += 1;
      if (this.judge.broken.length > 0) return;
    }
    await this.#arrive();
    await this.#mend();
    for (const computer of this.computers) await this.#getsIn(computer);
    const leaks = this.world.leaks();
    if (leaks.length > 0) this.judge.breaks("logs", `${leaks.length} texts that must not be there`);
    this.memory = await residentOf(this.world.edge.process.pid);
    if (this.memory > MEMORY) this.judge.breaks("memory", `workerd holds ${Math.round(this.memory / 1_048_576)} MiB`);
  }

  /** The late answers arrive that are due by an event; all without one. */
  async #arrive(by = Infinity) {
    const due = this.late.filter((late) => late.due <= by);
    this.late = this.late.filter((late) => late.due > by);
    await Promise.all(due.map(({ arrive }) => arrive()));
  }

  /** A request that a kill broke off has no answer; anything else is a fault of the run. */
  #failed(event, error) {
    if (!/no whole answer|ECONN|socket/.test(error.message)) throw error;
    if (this.calm) this.judge.breaks("fault", `${event.kind}: ${error.message}`);
  }

  async #happen({ kind, only, ...event }) {
    const { judge, world } = this;
    const computer = this.computers[Number(event.computer ?? (/^\d+$/.test(only ?? "") ? only : 0)) % COMPUTERS];
    const path = paths[Number(event.place ?? 2) % paths.length];
    switch (kind) {
      case "Visit":
        if (this.events % THIN !== 0) return;
        if (["Script", "Status", "StayAlive", "Form"].includes(event.how)) return this.#script(computer, path, Number(event.origin_ms));
        return this.#visit(computer, path);
      case "Together":
        return void (await Promise.all(Array.from({ length: Number(event.count) }, () => this.#script(computer, path, 0))));
      case "Poll":
        for (let nth = 0; nth < Number(event.times) / THIN; nth += 1) {
          await this.#script(computer, path, 0);
          await this.#at(this.ahead + Date.now() - this.began + 1_000 * Number(event.every));
        }
        return;
      case "StayOn":
        for (let nth = 0; nth < 8; nth += 1) {
          await this.#script(computer, path, 0);
          await this.#at(this.ahead + Date.now() - this.began + 400 * Math.min(judge.limits.idle, judge.limits.absolute));
        }
        return;
      case "Overtake":
        if (this.events % THIN !== 0) return;
        await this.#script(computer, "/account", Number(event.origin_ms) + 2_000);
        await this.#signOut(computer, false);
        if (/^\d+$/.test(event.next)) computer.person = PEOPLE[Number(event.next) % PEOPLE.length];
        await this.#arrive();
        return this.#script(computer, "/account", 0);
      case "SignOut":
        return this.#signOut(computer, event.everywhere === "true");
      case "HandOver":
        computer.person = PEOPLE[Number(event.person) % PEOPLE.length];
        return;
      case "Close":
        computer.closed = { cookies: new Map(computer.browser.cookies), state: { ...computer.state } };
        computer.browser.cookies.clear();
        computer.state = { person: null, since: this.now, used: this.now };
        return;
      case "Restore":
        if (computer.closed) Object.assign(computer, { state: computer.closed.state }).browser.cookies = computer.closed.cookies;
        delete computer.closed;
        return;
      case "Copy": {
        const from = this.computers[Number(event.from)];
        const to = this.computers[Number(event.to)];
        to.browser.cookies = new Map(from.browser.cookies);
        to.state = { ...from.state };
        return;
      }
      case "ProviderEnds": {
        const person = PEOPLE[Number(only) % PEOPLE.length];
        await world.provider.control("DELETE", "notifications");
        // They leave the provider after its answer, which says how many there are.
        const { notifications } = await world.provider.endSessions(person);
        for (const { status } of await world.provider.delivered(notifications)) {
          if (status === 200) judge.end(person, this.now);
          else if (status !== 503) judge.breaks("notification", `a good one is answered ${status}`);
        }
        return this.#asksAfterTheBound(person);
      }
      case "ServiceEnds":
        return this.#serviceEnds(PEOPLE[Number(event.person) % PEOPLE.length], event.block);
      case "Crowd":
        return this.#crowd(PEOPLE[Number(only) % PEOPLE.length]);
      case "Demand":
        if (event.demand === "Recent") await this.#visit(computer, `/account?${RECENT.query}`);
        return;
      case "ProviderRotates":
        return world.provider.rotate(true);
      case "Stop":
      case "Deploy":
      case "Configure":
      case "Rollback":
        return this.#restart(path, kind === "Stop" && !this.calm);
      case "EmptyAccounts":
        await world.restart({ forgetful: true });
        judge.endEach(this.now);
        return this.#ready();
      case "Trouble":
        if (event.trouble in ACCOUNTS) {
          judge.accountsSince = Infinity;
          this.troubled = true;
          return void (await world.accounts(ACCOUNTS[event.trouble]));
        }
        if (event.trouble in PROVIDER) await world.provider.fault(PROVIDER[event.trouble], 1);
        return;
      case "MoveAccounts":
        judge.accountsSince = this.now;
        await world.accounts("breaks");
        await this.#script(computer, path, 0);
        return void (await world.accounts("sound"));
      case "Mend":
        await this.#mend();
        return this.#getsIn(computer);
      // Only the native world has these: workerd has no switch for them, or these weeks leave them out.
      case "Back": case "Leave": case "Start": case "Rotate": case "Emergency": case "Hourly": case "UseUp": case "Meddle":
      case "Forget": case "AccountsAhead": case "PostOffice": case "ProviderAnnounces": case "CopyAcross":
      case "Invite": case "Socket": case "GoAway": case "ComeBack":
        return;
      default:
        throw new Error(`an event that this run does not know: ${kind}`);
    }
  }

  /** The pages of a person ask again once every session of theirs that has ended must be over. */
  async #asksAfterTheBound(person) {
    const open = this.computers.filter(({ state }) => state.person === person && state.sid !== undefined);
    if (open.length === 0) return;
    await this.#at(this.now - this.began + 1_000 * this.judge.limits.check + SPREAD + 1_000);
    for (const computer of open) await this.#script(computer, "/account", 0);
  }

  /** The service ends a person's sessions, whom it knows, and keeps the person out or lets them in again. */
  async #serviceEnds(person, block) {
    const { judge } = this;
    const sub = judge.subjects.get(person);
    if (sub === undefined) return;
    const now = Math.floor(this.now / 1_000);
    const until = block === "None" ? undefined : now + Number(block);
    const body = await messages.ends(`http://${this.world.host}`, sub, now, until);
    const { status } = await new Visitor(this).ask("/auth/sessions/end", { method: "POST", headers: [["Content-Type", "application/jwt"]], body });
    if (status === 200) judge.end(person, this.now);
    else if (status !== 503) judge.breaks("notification", `a good message of the service is answered ${status}`);
    if (until !== undefined) judge.block(person, this.now, 1_000 * until, status === 200);
    return this.#asksAfterTheBound(person);
  }

  /** A person signs in in one browser more than an account lists; the first one's page asks once its session must be over. */
  async #crowd(person) {
    const crowd = Array.from({ length: LISTED + 1 }, () => this.#computer(person));
    for (const computer of crowd) await this.#visit(computer, "/account");
    if (this.troubled || crowd.some(({ state }) => state.sid === undefined)) return;
    this.judge.endOlder(person, crowd[1].state.since, this.now);
    await this.#at(this.now - this.began + 1_000 * this.judge.limits.check + SPREAD + 1_000);
    await this.#script(crowd[0], "/account", 0);
    await this.#script(crowd[LISTED], "/account", 0);
  }

  /** Everything works again. */
  async #mend() {
    if (this.troubled) {
      this.judge.accountsSince = this.now;
      this.troubled = false;
    }
    await this.world.accounts("sound");
    await this.world.provider.fault(null);
  }

  /** workerd ends and starts again on the same storage: by itself, or killed while it answers. */
  async #restart(path, isKilled) {
    this.restarts += 1;
    // A deployment breaks no answer off that is on its way.
    if (!isKilled) await this.#arrive();
    if (isKilled) {
      const asked = this.computers.map((computer) => this.#script(computer, path, 30).catch(() => {}));
      await sleep(this.draw(15));
      process.kill(-this.world.edge.process.pid, "SIGKILL");
      await Promise.all(asked);
    }
    await this.world.restart();
    await this.#ready();
  }

  async #visit(computer, path) {
    const { browser, person } = computer;
    await this.world.provider.auto(person);
    let target = path;
    for (let step = 0; step < 12; step += 1) {
      const asked = this.now;
      const state = { ...computer.state };
      const answer = await browser.ask(target, { headers: [...NAVIGATION, ...OWN_PAGE] });
      browser.keep(answer);
      const isCallback = target.includes("/auth/callback");
      const sets = answer.all("set-cookie").some((line) => /^__Host-ol-session[^=]*=[^;]/.test(line));
      if (isCallback && sets) {
        // The one who was there before has gone from this browser.
        if (state.sid !== undefined && state.person !== null) this.judge.endOne(state.sid, this.now);
        computer.state = { person, since: this.now, used: this.now };
        if (this.judge.isBlocked(person, asked, this.now)) this.judge.breaks("blocked", "a person signs in whom the service keeps out");
      }
      await this.#judge(computer, state, asked, target.split("?")[0], answer);
      if (answer.status === 401 && answer.get("x-service") === "1") this.judge.breaks("asked", `a page shows the service's 401 at ${path}`);
      const next = answer.location ?? answer.get("refresh")?.split("url=")[1];
      if (next === undefined || answer.status >= 400) return answer;
      target = next;
      if (target.startsWith(this.world.provider.url)) {
        const gone = await atProvider(this.world, browser, target);
        if (gone.location === null) return gone;
        target = gone.location;
      }
    }
    this.judge.breaks("circle", `twelve redirects from ${path}`);
  }

  /** A script asks; an answer of a slow service arrives some events later. */
  async #script(computer, path, delay) {
    const asked = this.now;
    const state = computer.state;
    const { browser } = computer;
    const isLate = delay > 2_000;
    const sent = browser.ask(`${path}?ms=${isLate ? 5_200 : Math.min(delay, 30)}`, { headers: [...FETCH, ...OWN_PAGE] });
    const arrive = async () => {
      const answer = await sent;
      browser.keep(answer);
      await this.#judge(computer, state, asked, path, answer);
    };
    if (!isLate) return arrive();
    sent.catch(() => {});
    this.late.push({ due: this.events + 2 + this.draw(4), arrive: () => arrive().catch((error) => this.#failed({ kind: "Visit" }, error)) });
  }

  #note(line) {
    this.trace.push(`${((this.now - this.began) / 1_000).toFixed(1)} s ${line}`);
    this.trace.splice(0, this.trace.length - 25);
  }

  async #judge(computer, state, asked, place, answer) {
    const cookies = answer.all("set-cookie").map((line) => line.replace(/=[^;]+;/, "=…;").split("; Path")[0]);
    this.#note(`computer ${computer.number} (${state.person ?? "a stranger"}) ${place}: ${answer.status} ${cookies.join(" ")}`);
    if (!(place in PLACES)) return;
    if (this.troubled) this.judge.accountsSince = Infinity;
    await this.judge.answered({ asked, state, place, answer, keys: this.keys });
    // The judge has learnt which session this browser has.
    if (state !== computer.state && state.since === computer.state.since) Object.assign(computer.state, { sid: state.sid, used: state.used, vot: state.vot });
    if (place === "/account" && answer.status === 401 && this.calm) this.#lost(state, asked);
  }

  /** In a calm world a session that is used goes on. */
  #lost(state, asked) {
    const life = this.judge.lives.get(state.sid);
    const { idle, absolute } = this.judge.limits;
    if (state.person === null || !life || life.ended !== undefined) return;
    const margin = 77_000;
    const isWithin = asked - state.used < idle * 1_000 - margin && asked - life.began < absolute * 1_000 - margin;
    if (isWithin && state.vot.includes("Cm")) this.judge.breaks("lost", "401 at /account for a person who is signed in");
  }

  async #signOut(computer, isEverywhere) {
    const { browser, state } = computer;
    const answer = await browser.ask(isEverywhere ? "/auth/sign-out?everywhere" : "/auth/sign-out", { headers: [...NAVIGATION, ...OWN_PAGE] });
    browser.keep(answer);
    if (answer.status !== 303) return;
    if (!this.troubled && isEverywhere && state.person !== null) this.judge.end(state.person, this.now);
    if (!this.troubled && state.sid !== undefined) this.judge.endOne(state.sid, this.now);
    computer.state = { person: null, since: this.now, used: this.now };
  }

  /** A person gets in within three minutes after everything works again. */
  async #getsIn(computer) {
    let seen = "";
    for (const wait of [0, 60_000, 60_000, 50_000]) {
      await this.#at(this.ahead + Date.now() - this.began + wait);
      const answer = await this.#visit(computer, "/account");
      if (answer?.get("x-service") === "1") return;
      seen = `${answer?.status}`;
    }
    if (seen === "403" && this.judge.mayBeBlocked(this.now)) return;
    this.judge.breaks("back", `three minutes after everything works again a person sees ${seen}`);
  }

  stop() {
    return this.world.stop({ silent: true });
  }
}

/** With `--first` the run ends with the first week that fails. */
const isShort = process.argv[3] === "--first";
const weeks = (await fs.readFile(process.argv[2], "utf8")).trim().split("\n\n");
const origin = await startService(paths);
const messages = await Messages.create();
const rows = [];
let failed = 0;
for (const text of weeks) {
  const [seed, ...lines] = text.split("\n");
  const events = lines.map(read);
  const week = await Week.start(Number(seed), events, origin);
  try {
    await week.run(events);
    const { judge, restarts, memory = 0 } = week;
    const outcome = judge.broken[0] ?? "every promise held";
    rows.push(`| ${seed} | ${week.events} | ${judge.judged} | ${restarts} | ${Math.round(memory / 1_048_576)} MiB | ${outcome} |`);
    console.error(rows.at(-1));
    if (judge.broken.length > 0) {
      failed += 1;
      console.error(week.trace.join("\n"));
    }
  } finally {
    await week.stop();
  }
  if (isShort && failed > 0) break;
}
await origin.stop();
console.log(`# Simulated weeks against the built Worker\n
\`cargo edge assure year --workerd\` made one in ${THIN} of the requests of each week in two isolates that share their accounts. The test
held every clock and the provider, and killed workerd in the middle.\n
| seed | events | requests judged | restarts of workerd | memory in the end | outcome |\n|---|---|---|---|---|---|`);
rows.forEach((row) => console.log(row));
if (failed > 0) process.exit(1);
