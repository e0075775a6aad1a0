// The Worker's own signature verdicts for a test that brings its own keys, messages and signatures. No token can carry
// an arbitrary message, so workerd runs the Worker's verifying file behind a small entry point.

import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Child } from "./children.mjs";
import { freePort } from "./edge.mjs";
import { ROOT, npm } from "./places.mjs";
import { request } from "./wire.mjs";

const DOOR = `import { verify } from "./glue.js";
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export default {
  async fetch(request) {
    const questions = await request.json();
    const asked = questions.map(([jwk, alg, message, signature]) => verify(jwk, alg, bytes(message), bytes(signature)));
    return Response.json(await Promise.all(asked));
  },
};
`;

const config = (port, date) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "door", worker = .door)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "door")],
);
const door :Workerd.Worker = (
  modules = [${["door.mjs", "glue.js", "bindings.js"].map((name) => `(name = "${name}", esModule = embed "${name}")`).join(", ")}],
  compatibilityDate = "${date}",
);
`;

/** Starts the door. `verdicts` takes `[JWK as text, algorithm, message, signature]`, both in hexadecimal. */
export async function startSignatures() {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), "one-login-signatures-"));
  const port = await freePort();
  const [, date] = (await fs.readFile(path.join(ROOT, "wrangler.toml"), "utf8")).match(/^compatibility_date = "(.*)"/m);
  const glue = await fs.readFile(path.join(ROOT, "src/edge/glue.js"), "utf8");
  await fs.writeFile(path.join(directory, "glue.js"), glue);
  // The file's imports from WebAssembly have nothing to do with signatures, and are not called.
  const [, taken] = glue.match(/^import \{(.*)\} from "\.\/bindings\.js";$/m) ?? [null, ""];
  await fs.writeFile(path.join(directory, "bindings.js"), `export const [${taken}] = [];\n`);
  await fs.writeFile(path.join(directory, "door.mjs"), DOOR);
  await fs.writeFile(path.join(directory, "config.capnp"), config(port, date));
  const child = new Child("workerd", npm("workerd"), ["serve", path.join(directory, "config.capnp")], { cwd: directory });
  const verdicts = async (questions) => {
    const answer = await request(port, { method: "POST", target: "/", host: "door", body: JSON.stringify(questions) });
    return answer.json;
  };
  for (let tries = 0; ; tries += 1) {
    if (await verdicts([]).catch(() => null)) break;
    if (tries > 400 || child.ended !== null) throw new Error(`workerd did not come up: ${child.tail}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const stop = async () => {
    await child.stop();
    await fs.rm(directory, { recursive: true, force: true });
  };
  return { verdicts, stop };
}
