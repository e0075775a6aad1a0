// A Worker whose clock a test holds: each request says how far it is ahead of the machine's, and a request that does not,
// such as the provider's, finds it where the last one left it. Each isolate has a clock of its own. Timers and the alarms of
// accounts keep to it.

import fs from "node:fs/promises";
import path from "node:path";

/** The header that says how far the clock is ahead, in milliseconds. */
export const AHEAD = "x-test-ahead";

const ENTRY = "held.mjs";

const source = (behind) => `import worker from "./${behind}";
export { AccountObject } from "./${behind}";

const now = Date.now;
let ahead = 0;
Date.now = () => now() + ahead;

// A timer for a moment, such as the next look at an open socket, rings when this clock gets there. The limits of calls hand a
// value on, and keep to the machine's time, as the calls do.
const { setTimeout: later, clearTimeout: never } = globalThis;
globalThis.setTimeout = (run, milliseconds, ...values) => {
  if (values.length > 0 || milliseconds < 1_000) return later(run, milliseconds, ...values);
  const due = Date.now() + milliseconds;
  const handle = {};
  const look = () => (Date.now() < due ? (handle.timer = later(look, 20)) : run());
  look();
  return handle;
};
globalThis.clearTimeout = (handle) => never(handle?.timer ?? handle);

export default {
  ...worker,
  fetch(request, env, context) {
    ahead = Number(request.headers.get("${AHEAD}") ?? ahead);
    return worker.fetch(request, env, context);
  },
};
`;

/** Puts the held clock under the Worker, or under the module that wraps it already. */
export async function heldClock(bundle, worker) {
  const behind = worker.modules.includes("faulty.mjs") ? "faulty.mjs" : "index.js";
  await fs.writeFile(path.join(bundle, ENTRY), source(behind));
  worker.modules = [...new Set([...worker.modules, ENTRY])];
}
