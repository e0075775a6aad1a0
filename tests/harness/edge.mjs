// Starts the built Worker, in one of two ways.
//
// `wrangler dev` is how people run it, with KV on disk; most tests use it. Its proxy in front of workerd resolves dots
// in paths and rewrites headers that name the host: an `Origin` of https becomes one of http. Tests of raw addresses
// and headers therefore start workerd directly, with the very modules that wrangler would upload and KV in memory.
// Accounts are on disk in both.

import { randomInt } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Child, run } from "./children.mjs";
import { countedWorker } from "./counted-worker.mjs";
import { faultyAccounts } from "./faulty-accounts.mjs";
import { heldClock } from "./held-clock.mjs";
import { meddledKv } from "./meddled-kv.mjs";
import { overheard } from "./overheard.mjs";
import { panics } from "./panics.mjs";
import { CLI, FAULTY, ROOT, npm } from "./places.mjs";
import { request } from "./wire.mjs";

// npm's own Node comes first, because wrangler refuses an old one that the machine may have.
const PATH = [path.join(ROOT, "node_modules/.bin"), process.env.PATH].join(path.delimiter);
const ENVIRONMENT = { ...process.env, PATH, WRANGLER_SEND_METRICS: "false", CI: "1", FORCE_COLOR: "0" };

/**
 * A port that no process uses at the moment. The system takes the ports of outgoing connections from those above, so none of
 * them can take it before the server that it is for.
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    if (await isFree(port)) return port;
  }
}

/** The first of so many free ports in a row, as `dev` takes them. Another program may still take one in between. */
export async function freePorts(count) {
  for (;;) {
    const first = await freePort();
    const rest = Array.from({ length: count - 1 }, (_, n) => first + 1 + n);
    const free = await Promise.all(rest.map(isFree));
    if (free.every(Boolean)) return first;
  }
}

async function isFree(port) {
  const server = net.createServer();
  const listens = once(server, "listening").then(() => true, () => false);
  server.listen(port, "127.0.0.1");
  if (!(await listens)) return false;
  server.close();
  await once(server, "close");
  return true;
}

/** Starts the Worker with these variables and secrets, and waits until it answers. */
export async function startEdge({ engine = "wrangler", port, elsewhere, directory, variables, secrets, kv = "sound", accounts, counts, limited, panicking, injected, wires, deployed, certificate, bound, older, held, numbers, meddled, before }) {
  const earlier = before && { ...before, vars: (await configuration(directory, before.variables, limited, injected, numbers)).vars };
  const config = deployed?.config ?? (await configuration(directory, variables, limited, injected, numbers));
  const extras = { kv, accounts, elsewhere, counts, panicking, wires, deployed, bound, older, held, numbers, meddled, earlier };
  const child = engine === "wrangler" ? await wrangler(directory, port, secrets, certificate) : await workerd(directory, port, config, secrets, extras);
  try {
    if (certificate === undefined) await answers(child, port);
    else await child.says(/Ready on https:/);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return child;
}

/**
 * `wrangler.toml` with these variables, as the command line derives it for every local use. A test makes more sign-ins in
 * a minute than an office, so that the limits are lifted unless the test is about limits.
 */
async function configuration(directory, variables, limited, injected, numbers) {
  const file = path.join(directory, "variables.json");
  await fs.writeFile(file, JSON.stringify(variables));
  await run(CLI, ["local-config", "--out", directory, "--vars", file], { cwd: ROOT });
  const written = path.join(directory, "wrangler.json");
  const config = JSON.parse(await fs.readFile(written, "utf8"));
  if (!limited) for (const { simple } of config.ratelimits) simple.limit = 1_000_000;
  if (numbers) config.analytics_engine_datasets = [{ binding: "NUMBERS", dataset: "one_login" }];
  if (injected) {
    await run(CLI, ["build", "--faulty"], { cwd: ROOT });
    config.main = path.join(FAULTY, "index.js");
  }
  await fs.writeFile(written, JSON.stringify(config));
  return config;
}

async function wrangler(directory, port, secrets, certificate) {
  const lines = Object.entries(secrets).map(([name, value]) => `${name}='${value}'\n`);
  await fs.writeFile(path.join(directory, ".dev.vars"), lines.join(""));
  const config = ["--config", path.join(directory, "wrangler.json"), "--persist-to", path.join(directory, "state")];
  const options = [
    "dev", "--local", "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", "--show-interactive-dev-session=false",
  ];
  if (certificate === undefined) return new Child("wrangler", npm("wrangler"), [...options, ...config], { cwd: directory, env: ENVIRONMENT });
  const own = path.join(certificate, "certificate.pem");
  options.push("--local-protocol", "https", "--https-cert-path", own, "--https-key-path", path.join(certificate, "certificate-key.pem"));
  // Certificate authorities that the Worker trusts besides public ones: https://developers.cloudflare.com/workers/wrangler/system-environment-variables/
  return new Child("wrangler", npm("wrangler"), [...options, ...config], { cwd: directory, env: { ...ENVIRONMENT, NODE_EXTRA_CA_CERTS: own } });
}

async function workerd(directory, port, config, secrets, { kv, accounts, elsewhere, counts, panicking, wires, deployed, bound = {}, older, held, numbers, meddled, earlier }) {
  const bundle = path.join(directory, "bundle");
  const known = await fs.stat(bundle).then(() => true, () => false);
  const dryRun = ["deploy", "--dry-run", "--outdir", bundle, "--config", path.join(directory, "wrangler.json")];
  // The modules stay the same when a test restarts the Worker; only its variables change.
  if (!known) await run(npm("wrangler"), dryRun, { cwd: directory, env: ENVIRONMENT });
  const disk = accountsOf(directory);
  await fs.mkdir(disk, { recursive: true });
  const modules = await fs.readdir(bundle);
  const worker = { modules: modules.filter((name) => /^index\.js$|\.wasm$/.test(name)), disk, services: [], sockets: [], earlier };
  const source = typeof kv === "string" ? KV[kv] : holding(kv);
  await fs.writeFile(path.join(bundle, "kv.mjs"), meddled === undefined ? source : meddledKv(worker, meddled));
  if (accounts !== undefined) await faultyAccounts(bundle, worker, accounts);
  if (elsewhere !== undefined) worker.sockets.push({ service: "elsewhere", port: elsewhere });
  if (older !== undefined) {
    const files = await fs.readdir(older.build);
    worker.older = { files: files.filter((name) => /^index(_bg)?\.(js|wasm)$/.test(name)), hasObjects: older.hasObjects };
    await fs.mkdir(path.join(bundle, "older"), { recursive: true });
    for (const name of worker.older.files) await fs.copyFile(path.join(older.build, name), path.join(bundle, "older", name));
  }
  if (counts !== undefined) await countedWorker(bundle, worker, counts);
  if (panicking) await panics(bundle, worker);
  if (wires) await overheard(bundle, worker, wires);
  if (held) await heldClock(bundle, worker);
  if (deployed) {
    Object.assign(worker, { outbound: deployed.outbound, scheme: deployed.scheme });
    worker.services.push({ name: deployed.outbound });
  }
  for (const [name, source] of Object.entries(bound)) {
    if (source === null) config.kv_namespaces.push({ binding: name });
    else {
      await fs.writeFile(path.join(bundle, `${name}.mjs`), source);
      worker.services.push({ name });
    }
  }
  if (numbers) {
    await fs.writeFile(path.join(bundle, "numbers.mjs"), NUMBERS);
    worker.numbers = true;
  }
  const file = path.join(bundle, "config.capnp");
  await fs.writeFile(file, capnp(worker, port, config, secrets));
  return new Child("workerd", npm("workerd"), ["serve", file], { cwd: directory });
}

/** Where the accounts are on disk, in either way of starting. */
export const accountsOf = (directory) => path.join(directory, "state/v3/do");

/** Where KV is on disk, when `wrangler dev` keeps it. */
export const kvOf = (directory) => path.join(directory, "state/v3/kv");

/** A dataset of Analytics Engine that writes down what it gets. Wrangler's own does nothing (miniflare, analytics-engine.worker.ts). */
const NUMBERS = `class Dataset {
  writeDataPoint(point) {
    console.log("point " + JSON.stringify(point));
  }
}
export default () => new Dataset();
`;

/** KV as workerd asks for it, GET and PUT of a path that is the key: one that works, and three that do not. */
const KV = {
  sound: `const kept = new Map();
export default {
  async fetch(request) {
    const key = new URL(request.url).pathname;
    if (key === "/") return Response.json([...kept]);
    if (request.method === "PUT") {
      kept.set(key, await request.text());
      return new Response(null);
    }
    return kept.has(key) ? new Response(kept.get(key)) : new Response(null, { status: 404 });
  },
};
`,
  broken: `export default {
  async fetch(request) {
    await request.text();
    return new Response("broken", { status: 500 });
  },
};
`,
  stuck: `export default {
  async fetch() {
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    return new Response("too late");
  },
};
`,
  // The entry of an attacker who can write to KV but has no key: a document of their own, with a made-up seal.
  poisoned: `const body = JSON.stringify({ issuer: "https://evil.example/", keys: [] });
const now = Math.floor(Date.now() / 1000);
const stored = [now, 86400, body].join("\\n");
let n = 0;
const values = ["A".repeat(43) + "\\n" + stored, "\\n" + stored, stored, "", "x", "\\n", "null"];
export default {
  async fetch(request) {
    await request.text();
    return new Response(request.method === "PUT" ? null : values[n++ % values.length]);
  },
};
`,
};

/** A KV that works and holds these values from the beginning. workerd writes a key into the path and leaves its colons. */
function holding(values) {
  const kept = [...values].map(([key, value]) => [`/${encodeURIComponent(key).replaceAll("%3A", ":")}`, value]);
  return KV.sound.replace("new Map()", `new Map(${JSON.stringify(kept)})`);
}

const text = (value) => JSON.stringify(String(value));
const module = (name, file = name) => `(name = ${text(name)}, ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed ${text(file)})`;
const socket = ({ service, entrypoint, port }) => {
  const to = entrypoint ? `(name = ${text(service)}, entrypoint = ${text(entrypoint)})` : text(service);
  return `(name = ${text(entrypoint ?? service)}, address = "127.0.0.1:${port}", http = (), service = ${to}),`;
};

function capnp({ modules, disk, services, sockets, outbound, scheme, older, numbers, earlier }, port, config, secrets) {
  // The first module is the entry point.
  const ordered = [...modules].sort((a, b) => rank(a) - rank(b)).map((name) => module(name));
  const plain = ([name, value]) => {
    const typed = typeof value === "string" ? `text = ${text(value)}` : `json = ${text(JSON.stringify(value))}`;
    return `(name = ${text(name)}, ${typed})`;
  };
  const secret = ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`;
  const kv = config.kv_namespaces.map(({ binding }) => `(name = ${text(binding)}, kvNamespace = "kv")`);
  const assets = `(name = ${text(config.assets.binding)}, service = "assets")`;
  const classes = config.durable_objects.bindings;
  const objects = classes.map(({ name, class_name }) =>
    `(name = ${text(name)}, durableObjectNamespace = (className = ${text(class_name)}, serviceName = ${text(older?.hasObjects ? "elsewhere" : "edge")}))`);
  const namespaces = classes.map((object) => {
    const name = text(object.class_name);
    return `(className = ${name}, uniqueKey = ${name}, enableSql = true)`;
  });
  const datasets = numbers ? [`(name = "NUMBERS", wrapped = (moduleName = "numbers:dataset"))`] : [];
  const others = services.map(({ name }) => `(name = ${text(name)}, service = ${text(name)})`);
  const rules = `compatibilityDate = ${text(config.compatibility_date)},
  compatibilityFlags = [${(config.compatibility_flags ?? []).map(text).join(", ")}],`;
  const worker = (modules, of = { vars: config.vars, secrets }) => `modules = [${modules.join(", ")}],
  ${rules}
  bindings = [${[...Object.entries(of.vars).map(plain), ...Object.entries(of.secrets).map(secret), ...kv, assets, ...objects, ...datasets, ...others].join(", ")}],`;
  const twice = sockets.some(({ service }) => service === "elsewhere");
  const second = older ? [...older.files].sort((a, b) => rank(a) - rank(b)).map((name) => module(name, `older/${name}`)) : ordered;
  // One object has one version at a time, whichever version asks it.
  const keeps = `durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (localDisk = "accounts"),`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    ${twice ? `(name = "elsewhere", worker = .elsewhere),` : ""}
    (name = "kv", worker = .ownkv),
    (name = "accounts", disk = (path = ${text(disk)}, writable = true)),
    (name = "assets", disk = (path = ${text(config.assets.directory)})),
    (name = "internet", network = (allow = ["public", "private"])),
    ${services.map(({ name }) => `(name = ${text(name)}, worker = .own${name}),`).join("\n    ")}
  ],
  ${numbers ? `extensions = [(modules = [(name = "numbers:dataset", esModule = embed "numbers.mjs", internal = true)])],` : ""}
  sockets = [
    (name = "http", address = "127.0.0.1:${port}", http = (${scheme ? `forwardedProtoHeader = ${text(scheme)}` : ""}), service = "edge"),
    ${sockets.map(socket).join("\n    ")}
  ],
);
const edge :Workerd.Worker = (
  ${worker(ordered)}
  ${older?.hasObjects ? "" : keeps}
  ${outbound ? `globalOutbound = ${text(outbound)},` : ""}
);
${twice ? `const elsewhere :Workerd.Worker = (\n  ${worker(second, earlier)}\n  ${older?.hasObjects ? keeps : ""}\n);` : ""}
${["kv", ...services.map(({ name }) => name)].map((name) => `const own${name} :Workerd.Worker = (
  modules = [(name = ${text(`${name}.mjs`)}, esModule = embed ${text(`${name}.mjs`)})],
  ${rules}
);
`).join("")}`;
}

/** Entry points come before what they import. */
const ENTRIES = ["held.mjs", "faulty.mjs", "counted.mjs", "index.js"];
const rank = (name) => (ENTRIES.includes(name) ? ENTRIES.indexOf(name) : ENTRIES.length);

/** Waits for the Worker's own answer to a host that is no service's. */
async function answers(child, port) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && child.ended === null) {
    const answer = await request(port, { target: "/", host: "nobody.invalid" }).catch(() => null);
    if (answer?.status === 404 || answer?.status === 500) return;
    await sleep(50);
  }
  throw new Error(`${child.name} (${child.ended ?? "running"}) did not come up:\n${child.tail}`);
}
