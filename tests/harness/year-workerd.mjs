// `cargo edge assure year --workerd`: the events of the native world's weeks, thinner, against the built Worker. Two
// isolates share their accounts on disk, the provider and every clock are the test's, and workerd is killed in the middle.
// Prints its report; a promise that is broken is an error.

import fs from "node:fs/promises";
import { COMPUTERS, House, read } from "./year-house.mjs";
import { PEOPLE, pathOf } from "./year-people.mjs";
import { DEMANDS, Messages, startService } from "./year-service.mjs";

/** Of requests that people make, one in so many is made here. */
const THIN = 2;

/** The people of an event: so many from one on, and those after the last are the first again. */
const group = (first, count) => new Set(Array.from({ length: count }, (_, nth) => PEOPLE[(first + nth) % PEOPLE.length]));

/** The limits of an event that sets them. */
const numbersOf = ({ idle, absolute, check, grace }) =>
  ({ idle: Number(idle), absolute: Number(absolute), check: Number(check), grace: Number(grace) });

class Week extends House {
  async happen({ kind, only, ...event }) {
    const { judge, world } = this;
    const computer = this.computers[Number(event.computer ?? (/^\d+$/.test(only ?? "") ? only : 0)) % COMPUTERS];
    const path = pathOf(event.place ?? 2);
    const person = PEOPLE[Number(event.person ?? (/^\d+$/.test(only ?? "") ? only : 0)) % PEOPLE.length];
    switch (kind) {
      case "Visit":
        if (this.events % THIN !== 0) return;
        if (["Script", "Status", "StayAlive", "Form"].includes(event.how)) return this.script(computer, path, Number(event.origin_ms));
        return this.visit(computer, path);
      case "Together":
        return void (await Promise.all(Array.from({ length: Number(event.count) }, () => this.script(computer, path, 0))));
      case "Poll":
        for (let nth = 0; nth < Number(event.times) / THIN; nth += 1) {
          await this.script(computer, path, 0);
          await this.at(this.ahead + Date.now() - this.began + 1_000 * Number(event.every));
        }
        return;
      case "StayOn":
        for (let nth = 0; nth < 8; nth += 1) {
          await this.script(computer, path, 0);
          await this.at(this.ahead + Date.now() - this.began + 400 * Math.min(judge.least("idle"), judge.least("absolute")));
        }
        return;
      case "Overtake":
        if (this.events % THIN !== 0) return;
        await this.script(computer, "/account", Number(event.origin_ms) + 2_000);
        await this.signOut(computer, false);
        if (/^\d+$/.test(event.next)) computer.person = PEOPLE[Number(event.next) % PEOPLE.length];
        await this.arrive();
        return this.script(computer, "/account", 0);
      case "SignOut":
        return this.signOut(computer, event.everywhere === "true");
      case "Leave":
        return this.leaves(computer);
      case "HandOver":
        computer.person = person;
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
        await world.provider.control("DELETE", "notifications");
        // They leave the provider after its answer, which says how many there are.
        const { notifications } = await world.provider.endSessions(person);
        for (const { status } of await world.provider.delivered(notifications)) {
          if (status === 200) judge.end(person, this.now);
          else if (status !== 503) judge.breaks("notification", `a good one is answered ${status}`);
        }
        return this.asksAfterTheBound(person);
      }
      case "ServiceEnds":
        return this.serviceEnds(person, event.block);
      case "Invite":
        return this.invite([...group(Number(event.first), Number(event.count))], event.invite);
      case "Crowd":
        return this.crowd(person);
      case "Demand":
        return void (await this.visit(computer, `${path}?${DEMANDS[event.demand]}`));
      case "Socket":
        if (computer.state.person === null) await this.visit(computer, "/live");
        return this.sockets.open(computer);
      case "GoAway":
        computer.person = person;
        return void (await this.visit(computer, `${path}?left=${this.events}`));
      case "ComeBack":
        computer.person = person;
        return this.comeBack(computer);
      case "PostOffice":
        return void (await world.provider.control("POST", "in-person", { persona: "ivor", seen: only === "true" }));
      case "ProviderRotates":
        return world.provider.rotate(true);
      case "ProviderAnnounces":
        return world.provider.control("POST", "rotate", { keys: "identity", when: "announce" });
      case "Stop":
        this.settle();
        return this.restart(path, !this.calm);
      case "Deploy":
        // A question that is on its way to an account fails once, because its code is updated.
        await world.accounts(this.troubled ? "sound" : "is-updated");
        await this.script(computer, "/account", 0);
        await world.accounts("sound");
        this.settle();
        return this.restart(path, false);
      case "Configure":
        return this.deploy(path, this.versions.at(-1).changed(only, numbersOf(event)));
      case "Rollback":
        return this.deploy(path, this.versions.at(-2) ?? this.versions.at(-1));
      case "Rotate":
        return this.rotate(path, event.key, event.step, event.to);
      case "EmptyAccounts":
        await world.restart({ forgetful: true });
        judge.endEach(this.now);
        return this.ready();
      case "Trouble":
        return this.trouble(event.trouble);
      case "Meddle":
        return world.kv(only);
      case "MoveAccounts":
        judge.accountsSince = this.now;
        await world.accounts("breaks");
        await this.script(computer, path, 0);
        return void (await world.accounts("sound"));
      case "Mend":
        await this.mend();
        return this.getsIn(computer);
      // Only the native world has these, each for its reason.
      case "Back": // no callback is kept after its visit
      case "Start": // two isolates are all that there are
      case "Emergency": // the provider asks for the next key only after a day, and in between no person gets in
      case "Hourly": // workerd runs no task by the clock of a test
      case "UseUp": // a limiter of workerd knows no clock of a test
      case "Forget": // the judge takes a lost cookie for a session that was lost
      case "AccountsAhead": // accounts have the clock of the isolate that keeps them
      case "CopyAcross": // there is one service: GOV.UK One Login tells others on this machine nothing
      // The service here has no such places: tests/workerd has them, one by one.
      case "Refer":
      case "Arrive":
      case "Succeed":
      case "GoOn":
      case "Watch":
      case "Outsider":
      case "Foreign":
        return;
      default:
        throw new Error(`an event that this run does not know: ${kind}`);
    }
  }
}

/** With `--first` the run ends with the first week that fails. */
const isShort = process.argv[3] === "--first";
const weeks = (await fs.readFile(process.argv[2], "utf8")).trim().split("\n\n");
const service = await startService();
const messages = await Messages.create();
const rows = [];
let failed = 0;
for (const text of weeks) {
  const [seed, ...lines] = text.split("\n");
  const events = lines.map(read);
  const week = await Week.start(Number(seed), events, service, messages);
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
await service.stop();
console.log(`# Simulated weeks against the built Worker\n
\`cargo edge assure year --workerd\` made one in ${THIN} of the requests of each week in two isolates that share their accounts. The test
held every clock and the provider, and killed workerd in the middle.\n
| seed | events | requests judged | restarts of workerd | memory in the end | outcome |\n|---|---|---|---|---|---|`);
rows.forEach((row) => console.log(row));
if (failed > 0) process.exit(1);
