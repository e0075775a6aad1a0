// Account objects that fail when a test says so. The Worker's own object stays behind them: each question is let through,
// or goes wrong in the way that the switch says at that moment. The switch is a service of its own, with a port of its own.

import fs from "node:fs/promises";
import path from "node:path";

/** What can go wrong. `sound` is the Worker's own object and nothing else. */
export const FAULTS = [
  "throws", "panics", "hangs", "too-slow", "answers-500", "answers-nothing", "answers-nonsense", "answers-other-version",
  "throws-afterwards",
];

const SWITCH = `let mode = "sound";
let questions = 0;
export default {
  async fetch(request) {
    if (request.method === "PUT") {
      mode = await request.text();
      questions = 0;
    } else if (new URL(request.url).pathname === "/question") questions += 1;
    return Response.json({ mode, questions });
  },
};
`;

const OBJECT = `import { AccountObject as Sound } from "./index.js";
import broken from "./broken.wasm";
export { default } from "./index.js";

const late = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class AccountObject {
  constructor(state, env) {
    this.sound = new Sound(state, env);
    this.faults = env.faults;
  }

  async fetch(request) {
    const { mode } = await (await this.faults.fetch("http://faults/question")).json();
    switch (mode) {
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
      case "answers-500":
        return new Response("broken", { status: 500 });
      case "answers-nothing":
        return new Response("");
      case "answers-nonsense":
        return new Response("<html>");
      case "answers-other-version":
        return new Response('{"version":250,"body":{"standing":"live"}}');
      case "throws-afterwards":
        await this.sound.fetch(request);
        throw new Error("the object broke when it was done");
    }
    return this.sound.fetch(request);
  }

  alarm() {
    return this.sound.alarm();
  }
}
`;

/** A WebAssembly module whose function `panic` is one instruction: `unreachable`. */
const BROKEN = Buffer.from("0061736d0100000001040160000003020100070901" + "0570616e69630000" + "0a05010300000b", "hex");

/** Puts the failing object before the Worker's own; the switch listens at this port. */
export async function faultyAccounts(bundle, worker, port) {
  await fs.writeFile(path.join(bundle, "faults.mjs"), SWITCH);
  await fs.writeFile(path.join(bundle, "faulty.mjs"), OBJECT);
  await fs.writeFile(path.join(bundle, "broken.wasm"), BROKEN);
  worker.modules = [...new Set([...worker.modules, "faulty.mjs", "broken.wasm"])];
  worker.services.push({ name: "faults" });
  worker.sockets.push({ service: "faults", port });
}
