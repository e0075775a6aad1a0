// A Worker that panics when a request's header says so. The uploaded Worker has no switch for that, so the platform
// fails: its clock, which every request reads first, or its randomness, which a waiting sign-in needs.

import fs from "node:fs/promises";
import path from "node:path";

/** The header that says when. */
export const PANICS = "x-test-panics";

const ENTRY = `import worker from "./index.js";
import broken from "./broken.wasm";
export { AccountObject } from "./index.js";

let when = null;
const now = Date.now;
const random = crypto.getRandomValues.bind(crypto);
Date.now = () => (when === "at-once" ? new WebAssembly.Instance(broken).exports.panic() : now());
crypto.getRandomValues = (out) => {
  if (when === "later") throw new Error("there is no randomness");
  return random(out);
};

export default {
  fetch(request, env, context) {
    when = request.headers.get("${PANICS}");
    return worker.fetch(request, env, context);
  },
};
`;

/** A WebAssembly module whose function `panic` is one instruction: `unreachable`. */
export const BROKEN = Buffer.from("0061736d0100000001040160000003020100070901" + "0570616e69630000" + "0a05010300000b", "hex");

/** Puts the failing platform beneath the Worker. */
export async function panics(bundle, worker) {
  await fs.writeFile(path.join(bundle, "faulty.mjs"), ENTRY);
  await fs.writeFile(path.join(bundle, "broken.wasm"), BROKEN);
  worker.modules = [...new Set([...worker.modules, "faulty.mjs", "broken.wasm"])];
}
