// Starts a Worker in JavaScript in workerd, with the runtime that the built Worker has.

import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../tests/harness/children.mjs";
import { ROOT, npm } from "../tests/harness/places.mjs";
import { request } from "../tests/harness/wire.mjs";

const text = (value) => JSON.stringify(String(value));

/** Starts `index.js` of this directory with these variables, and waits until it answers. */
export async function plainWorker(directory, port, variables) {
  const { compatibility_date: date } = await toml();
  const accounts = path.join(directory, "accounts");
  await fs.mkdir(accounts, { recursive: true });
  const script = await fs.readFile(path.join(directory, "index.js"), "utf8");
  const file = path.join(directory, "config.capnp");
  await fs.writeFile(file, capnp({ port, date, accounts, variables, objects: /\bAccount\b/.test(script) }));
  const child = new Child(path.basename(directory), npm("workerd"), ["serve", file], { cwd: directory });
  for (let waited = 0; waited < 30_000; waited += 20) {
    const answer = await request(port, { target: "/", host: "nobody.invalid" }).catch(() => null);
    if (answer !== null) return child;
    if (child.ended !== null) break;
    await sleep(20);
  }
  await child.stop();
  throw new Error(`${child.name} did not come up:\n${child.tail}`);
}

/** The date of the runtime's rules, as `wrangler.toml` has it. */
async function toml() {
  const content = await fs.readFile(path.join(ROOT, "wrangler.toml"), "utf8");
  return { compatibility_date: /^compatibility_date = "(.+)"$/m.exec(content)[1] };
}

function capnp({ port, date, accounts, variables, objects }) {
  const bindings = Object.entries(variables).map(([name, value]) => {
    const typed = typeof value === "string" ? `text = ${text(value)}` : `json = ${text(JSON.stringify(value))}`;
    return `(name = ${text(name)}, ${typed})`;
  });
  if (objects) bindings.push('(name = "ACCOUNTS", durableObjectNamespace = "Account")');
  const namespace = '(className = "Account", uniqueKey = "account", enableSql = true)';
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "neighbour", worker = .neighbour),
    (name = "accounts", disk = (path = ${text(accounts)}, writable = true)),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js")],
  compatibilityDate = ${text(date)},
  bindings = [${bindings.join(", ")}],
  ${objects ? `durableObjectNamespaces = [${namespace}], durableObjectStorage = (localDisk = "accounts"),` : ""}
);
# What stands in for KV beside the built Worker is another isolate in its process, so each has one.
const neighbour :Workerd.Worker = (
  modules = [(name = "neighbour.js", esModule = "export default { fetch: () => new Response(null) };")],
  compatibilityDate = ${text(date)},
);
`;
}
