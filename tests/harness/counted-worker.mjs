// Counts what the Worker does in its isolate: calls of WebAssembly by JavaScript and of JavaScript by WebAssembly,
// instructions of WebAssembly, requests to the outside, and questions to accounts. A module that is loaded first wraps all
// of these; the Worker itself is the one that is deployed, but for its count of instructions. Another entry point, with a port of its own, gives the counts and resets them.

import fs from "node:fs/promises";
import path from "node:path";
import { run } from "./children.mjs";
import { CLI, METERED, ROOT } from "./places.mjs";

const BEFORE = `const none = () => ({ calls: {}, imports: {}, fetched: [], accounts: 0 });
export let counts = none();
let meter = { value: 0n };
let before = 0n;
export const begin = () => {
  before = meter.value;
  counts = none();
};
export const instructions = () => Number(meter.value - before);

// Names end in a hash that a compiler chose, which says nothing here.
const plain = (name) => name.replace(/_+h?[0-9a-f]{16}$/, "");
const note = (kind, name) => (counts[kind][plain(name)] = (counts[kind][plain(name)] ?? 0) + 1);

const counting = (kind, members) => Object.fromEntries(Object.entries(members).map(([name, member]) => {
  if (typeof member !== "function") return [name, member];
  return [name, (...parameters) => (note(kind, name), member(...parameters))];
}));

const { Instance } = WebAssembly;
WebAssembly.Instance = function (module, imports) {
  const counted = Object.entries(imports).map(([name, members]) => [name, counting("imports", members)]);
  const { exports } = new Instance(module, Object.fromEntries(counted));
  meter = exports.instructions;
  return { exports: counting("calls", exports) };
};

const { fetch } = globalThis;
globalThis.fetch = (...parameters) => {
  const [target] = parameters;
  counts.fetched.push(new URL(target.url ?? target).pathname);
  return fetch(...parameters);
};
`;

const COUNTED = `import { begin, counts, instructions } from "./before.mjs";
import { AccountObject as Own } from "./index.js";
export { default } from "./index.js";

export class AccountObject extends Own {
  ask(question) {
    counts.accounts += 1;
    return super.ask(question);
  }
}

export const Counts = {
  fetch() {
    const answer = Response.json({ ...counts, instructions: instructions() });
    begin();
    return answer;
  },
};
`;

/** Puts the counting module before the Worker's own; the entry point that tells the counts listens at this port. */
export async function countedWorker(bundle, worker, port) {
  await run(CLI, ["build", "--metered"], { cwd: ROOT });
  const [module] = worker.modules.filter((name) => name.endsWith(".wasm"));
  await fs.copyFile(path.join(METERED, "index_bg.wasm"), path.join(bundle, module));
  await fs.writeFile(path.join(bundle, "before.mjs"), BEFORE);
  await fs.writeFile(path.join(bundle, "counted.mjs"), COUNTED);
  worker.modules = [...new Set([...worker.modules, "counted.mjs", "before.mjs"])];
  worker.sockets.push({ service: "edge", entrypoint: "Counts", port });
}
