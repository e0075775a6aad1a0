// Account objects that fail when a test says so. The Worker's own object stays behind them: each question is let through,
// or goes wrong in the way that the switch says at that moment. The switch is a service of its own, with a port of its own.
// The namespace of the objects and the limiters are wrapped too, for what only the runtime can say of them.

import fs from "node:fs/promises";
import path from "node:path";
import { BROKEN } from "./panics.mjs";
import { ROOT } from "./places.mjs";

/** The faults of an account object. `sound` is the Worker's own object, unchanged. */
export const FAULTS = [
  "throws", "panics", "hangs", "too-slow", "answers-nothing", "answers-nonsense", "answers-text", "answers-other-version",
  "throws-afterwards",
];

const STORED = "stored-account.mjs";

const SWITCH = `let mode = "sound";
let noted = {};
export default {
  async fetch(request) {
    if (request.method === "PUT") {
      mode = await request.text();
      noted = {};
    } else if (request.method === "POST") {
      const { what, detail } = await request.json();
      (noted[what] ??= []).push(detail);
    }
    return Response.json({ mode, noted });
  },
};
`;

const WRAPPED = `import edge, { AccountObject as Sound } from "./index.js";
import broken from "./broken.wasm";
import { read, written } from "./stored-account.mjs";

const clock = Date.now;
const encoder = new TextEncoder();
const late = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Records a note at the switch and gives its present setting. */
async function told(faults, what, detail) {
  const answer = await faults.fetch("http://faults/", { method: "POST", body: JSON.stringify({ what, detail }) });
  return (await answer.json()).mode;
}

/** The namespace. An object of a jurisdiction is another one than that of the same name without, as at Cloudflare. */
class Namespace {
  attempts = 0;

  constructor(objects, faults, home = "") {
    Object.assign(this, { objects, faults, home });
  }

  jurisdiction(name) {
    return new Namespace(this.objects, this.faults, name);
  }

  getByName(name) {
    return { ask: (question) => this.#ask(name, question) };
  }

  async #ask(name, question) {
    const mode = await told(this.faults, "attempt", this.home);
    this.attempts += 1;
    if (mode === "overloaded") throw Object.assign(new Error("Durable Object is overloaded."), { overloaded: true, retryable: true });
    if (mode === "moves" && this.attempts === 1) throw Object.assign(new Error("The object moved."), { retryable: true });
    if (mode === "is-updated" && this.attempts === 1) {
      throw Object.assign(new Error("Durable Object reset because its code was updated."), { durableObjectReset: true });
    }
    if (mode === "breaks") throw new Error("The object broke.");
    return this.objects.getByName(this.home + name).ask(question);
  }
}

/** A limiter that follows the switch. */
class Limiter {
  constructor(faults) {
    this.faults = faults;
  }

  async limit({ key }) {
    const mode = await told(this.faults, "limited", typeof key);
    if (mode === "limiter-throws") throw new Error("the limiter is broken");
    if (mode === "limiter-hangs") await late(60_000);
    return { success: mode !== "limiter-refuses" };
  }
}

export default {
  fetch(request, env, context) {
    const { faults, ACCOUNTS } = env;
    const limiter = new Limiter(faults);
    const around = { ACCOUNTS: new Namespace(ACCOUNTS, faults), SIGN_IN_STARTS: limiter, REFUSED_NOTIFICATIONS: limiter };
    return edge.fetch(request, { ...env, ...around }, context);
  },
};

export class AccountObject extends Sound {
  constructor(state, env) {
    super(state, env);
    this.storage = state.storage;
    this.faults = env.faults;
    const setAlarm = (at) => this.#setAlarm(at);
    const storage = new Proxy(state.storage, {
      get(target, name) {
        if (name === "setAlarm") return setAlarm;
        const member = target[name];
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    this.state = { storage };
  }

  /**
   * While time flies an alarm comes at once, and the object takes it to be the time for which it was set. One that wakes
   * it early comes at once as well, and finds the time that it is.
   */
  #setAlarm(at) {
    this.wanted = at;
    const early = this.mode === "wakes-early" && !this.woken;
    return this.storage.setAlarm(early || ["time-flies", "alarm-fails"].includes(this.mode) ? clock() + 100 : at);
  }

  /** While a test holds the clock an alarm rings by that, with the next question. */
  async #rings() {
    if (Date.now === clock) return;
    const alarm = await this.storage.getAlarm();
    if (alarm === null || alarm > Date.now()) return;
    await this.storage.deleteAlarm();
    super.alarm();
  }

  async ask(question) {
    await this.#rings();
    const mode = (this.mode = await told(this.faults, "question", ""));
    const [kind, stored] = mode.split(/ (.*)/s);
    switch (kind) {
      case "throws":
        throw new Error("the object is broken");
      case "panics":
        return new WebAssembly.Instance(broken).exports.panic();
      case "hangs":
        await late(60_000);
        break;
      case "too-slow":
        await late(3_000);
        break;
      case "slow":
        await late(1_000);
        break;
      case "answers-nothing":
        return undefined;
      case "answers-nonsense":
        return encoder.encode("<html>");
      case "answers-text":
        return "live";
      case "answers-other-version":
        // In this version it would say that the session is alive.
        return new Uint8Array([250, 1, 0]);
      case "throws-afterwards":
        await super.ask(question);
        throw new Error("the object broke when it was done");
      case "stores":
        this.storage.kv.put("account", new Uint8Array(JSON.parse(stored)));
        break;
      case "rings-over": {
        this.storage.kv.put("account", new Uint8Array(JSON.parse(stored)));
        await super.alarm();
        const [left, alarm] = [this.storage.kv.get("account"), await this.storage.getAlarm()];
        await told(this.faults, "rung", { left: left ? [...left] : null, wait: alarm === null ? null : alarm - clock() });
        break;
      }
      case "stores-text":
        this.storage.kv.put("account", stored);
        break;
      case "hints": {
        const account = read(this.storage.kv.get("account"));
        for (const session of account.sessions) session.hint = stored;
        this.storage.kv.put("account", written(account));
        break;
      }
    }
    const answer = super.ask(question);
    if (["watched", "time-flies"].includes(mode)) {
      await this.#report("answered", { question: [question.byteLength, question.buffer.byteLength] });
    }
    return answer;
  }

  /** An alarm at each try, over storage that fails: whether it threw, and for when it was set again. */
  #failing() {
    const sound = this.state;
    const tries = [0, 1, 4, 5, 6].map((retryCount) => {
      let anew = null;
      const storage = { setAlarm: (at) => (anew = at - clock()), get kv() { throw new Error("the storage is broken"); } };
      this.state = { storage };
      try {
        super.alarm({ retryCount, isRetry: retryCount > 0 });
        return { retryCount, threw: false, anew };
      } catch {
        return { retryCount, threw: true, anew };
      }
    });
    this.state = sound;
    return tries;
  }

  async alarm(info) {
    if (this.mode === "alarm-fails") return told(this.faults, "failing", { info: [info.retryCount, info.isRetry], tries: this.#failing() });
    if (!["time-flies", "wakes-early"].includes(this.mode)) return super.alarm(info);
    this.woken = this.mode === "wakes-early";
    const ahead = this.mode === "time-flies" ? this.wanted - clock() : 0;
    Date.now = () => clock() + ahead;
    try {
      super.alarm(info);
    } finally {
      Date.now = clock;
    }
    await this.#report("woken");
  }

  async #report(what, more = {}) {
    const [stored, alarm] = [await this.storage.list(), await this.storage.getAlarm()];
    const account = stored.get("account");
    await told(this.faults, what, {
      stored: [...stored.keys()],
      account: account === undefined ? null : read(account),
      alarm: alarm === null ? null : this.wanted,
      ...more,
    });
  }
}
`;

/** Puts the failing object before the Worker's own; the switch listens at this port. */
export async function faultyAccounts(bundle, worker, port) {
  await fs.writeFile(path.join(bundle, "faults.mjs"), SWITCH);
  await fs.writeFile(path.join(bundle, "faulty.mjs"), WRAPPED);
  await fs.writeFile(path.join(bundle, "broken.wasm"), BROKEN);
  await fs.copyFile(path.join(ROOT, "tests/harness", STORED), path.join(bundle, STORED));
  worker.modules = [...new Set([...worker.modules, "faulty.mjs", "broken.wasm", STORED])];
  worker.services.push({ name: "faults" });
  worker.sockets.push({ service: "faults", port });
}
