// Everything that is measured, started: the origin, the provider, the Workers to compare with, and the built Worker in
// several configurations. Each Worker has a workerd of its own, so that its process's time is the Worker's.

import { randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { Child } from "../tests/harness/children.mjs";
import { freePort, startEdge } from "../tests/harness/edge.mjs";
import { assertionKey, clientKey, sessionKey } from "../tests/harness/keys.mjs";
import { ROOT } from "../tests/harness/places.mjs";
import { Driver } from "./driver.mjs";
import { plainWorker } from "./plain-worker.mjs";

/** The paths that are asked for; `plain` and `private` tell the origin how to answer. */
export const PATHS = {
  account: "/account/plain/page",
  private: "/account/private/page",
  public: "/public/plain/page",
};

const ACCOUNT = { path: "/account/*", access: "required", level: "Cl.Cm", release: ["email"] };
const PUBLIC = { path: "/public/*", access: "public" };
const other = (n) => ({ path: `/section-${n}/*`, access: n % 2 ? "required" : "optional" });

/**
 * The configurations of the built Worker: how many routes and services, and how long an account's word is relied on.
 * `edge_flat` is what other routes and services are held against, because it is asked exactly as often as they are:
 * a process that does more is compiled better.
 */
const EDGES = {
  edge: { routes: 10, services: 1 },
  edge_flat: { routes: 10, services: 1 },
  edge_routes_1: { routes: 1, services: 1 },
  edge_routes_40: { routes: 40, services: 1 },
  edge_services_5: { routes: 10, services: 5 },
  edge_services_20: { routes: 10, services: 20 },
  edge_lease: { routes: 10, services: 1, table: { revocation_check_seconds: 0, revocation_grace_seconds: 0 } },
};

/** A running Worker, with connections to it. */
class Worker {
  constructor(child, port, client, connections) {
    Object.assign(this, { child, port, client, host: `localhost:${port}`, pid: child.process.pid });
    this.driver = new Driver(port, connections);
  }
}

export class World {
  workers = {};
  children = [];

  static async start({ connections, only }) {
    const world = new World();
    world.connections = connections;
    world.directory = await fs.mkdtemp(path.join(os.tmpdir(), "one-login-edge-bench-"));
    try {
      await world.#populate(only);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  async #populate(only = () => true) {
    this.origin = await this.#helper("origin");
    this.provider = await this.#helper("provider");
    this.keys = { client: await clientKey(), assertion: await assertionKey(), session: sessionKey() };
    const plain = {
      zero: this.#zero,
      floor: this.#floor,
      floor_rewrapped: this.#floorRewrapped,
      signature: this.#signature,
      limit: this.#limit,
      limit_lease: this.#limitLease,
      peer: this.#peer,
      peer_lease: this.#peerLease,
      peer_stateless: this.#peerStateless,
    };
    for (const [name, start] of Object.entries(plain)) if (only(name)) this.workers[name] = await start.call(this);
    for (const [name, shape] of Object.entries(EDGES)) if (only(name)) this.workers[name] = await this.#edge(name, shape);
  }

  async #helper(name) {
    const child = new Child(name, process.execPath, [path.join(ROOT, `bench/${name}.mjs`)]);
    this.children.push(child);
    const [, url] = await child.says(/listening on (http:\/\/127\.0\.0\.1:\d+)/);
    return url;
  }

  #zero = () => this.#plain("zero", "workers/zero.js", () => ({ ORIGIN: this.origin }));
  #floor = () => this.#plain("floor", "workers/floor.js", (host) => this.#floorVariables(host, false));
  #floorRewrapped = () => this.#plain("floor_rewrapped", "workers/floor.js", (host) => this.#floorVariables(host, true));
  #signature = () => this.#plain("signature", "workers/signature.js", () => ({ CLIENT_KEY: JSON.stringify(this.keys.client) }));
  #limit = () => this.#plain("limit", "workers/limit.js", (host) => this.#limitVariables(host, {}));
  #limitLease = () => this.#plain("limit_lease", "workers/limit.js", (host) => this.#limitVariables(host, { ASKS: true }));
  #peer = () => this.#plain("peer", "peer/index.js", (host) => this.#peerVariables(host, {}));
  #peerLease = () => this.#plain("peer_lease", "peer/index.js", (host) => this.#peerVariables(host, { check_seconds: 0 }));
  #peerStateless = () => this.#plain("peer_stateless", "peer/index.js", (host) => this.#peerVariables(host, { stateless: true }));

  /** Starts a Worker in JavaScript, bundled as wrangler bundles one. */
  async #plain(name, source, variables) {
    const directory = path.join(this.directory, name);
    const script = path.join(directory, "index.js");
    const bundle = { entryPoints: [path.join(ROOT, "bench", source)], bundle: true, format: "esm", minify: true, external: ["cloudflare:*"] };
    await build({ ...bundle, target: "es2022", outfile: script, logLevel: "silent" });
    const start = () => this.#started(name, (port) => plainWorker(directory, port, variables(`localhost:${port}`)));
    return Object.assign(await start(), { config: path.join(directory, "config.capnp"), upload: [script] });
  }

  #floorVariables = (host, rewrap) => ({ ORIGIN: this.origin, HOST: host, ASSERTION: "x".repeat(600), REWRAP: rewrap });

  #limitVariables(host, own) {
    const CLIENT_KEY = JSON.stringify(this.keys.client);
    return { ...this.#floorVariables(host, true), ISSUER: `${this.provider}/`, CLIENT_KEY, ...own };
  }

  #peerVariables(host, own) {
    const service = {
      host,
      client_id: "peer",
      issuer: `${this.provider}/`,
      origin: this.origin,
      routes: [PUBLIC.path, "/assets/*", "/help", "/cookies"],
      check_seconds: 60,
      stateless: false,
      ...own,
    };
    return {
      SERVICE: service,
      SESSION_KEY: this.keys.session,
      CLIENT_KEY: JSON.stringify(this.keys.client),
      ASSERTION_KEY: JSON.stringify(this.keys.assertion),
    };
  }

  /** Starts the built Worker. */
  async #edge(name, { routes, services, table = {} }) {
    const directory = path.join(this.directory, name);
    await fs.mkdir(directory, { recursive: true });
    const bundle = path.join(directory, "bundle");
    if (this.bundle) await fs.cp(this.bundle, bundle, { recursive: true });
    // The one that is asked comes last in either list.
    const list = routes === 1 ? [ACCOUNT] : [...Array.from({ length: routes - 2 }, (_, n) => other(n)), PUBLIC, ACCOUNT];
    const ids = [...Array.from({ length: services - 1 }, (_, n) => `OTHER_${n}`), "DEMO"];
    const secrets = { SESSION_KEY_A: this.keys.session };
    for (const id of ids) {
      secrets[`CLIENT_KEY_${id}_A`] = JSON.stringify(id === "DEMO" ? this.keys.client : await clientKey());
      secrets[`ASSERTION_KEY_${id}_A`] = JSON.stringify(id === "DEMO" ? this.keys.assertion : await assertionKey());
    }
    const start = () => this.#started(name, (port) => {
      const tables = ids.map((id) => [`SERVICE_${id}`, this.#table(id, port, { routes: list, ...table })]);
      const variables = { DEPLOYMENT: "local", SESSION_KEY_ACTIVE: "A", ...Object.fromEntries(tables) };
      return startEdge({ engine: "workerd", port, directory, variables, secrets });
    });
    const worker = await start();
    this.bundle ??= bundle;
    const modules = (await fs.readdir(bundle)).filter((file) => /\.wasm$|^index\.js$/.test(file));
    return Object.assign(worker, { config: path.join(bundle, "config.capnp"), upload: modules.map((file) => path.join(bundle, file)) });
  }

  #table(id, port, own) {
    const issuer = `${this.provider}/`;
    return {
      host: id === "DEMO" ? `localhost:${port}` : `${id.toLowerCase().replace("_", "-")}.localhost:${port}`,
      environment: "local",
      client_id: id.toLowerCase(),
      name: { en: "Apply for a demo licence", cy: "Gwneud cais am drwydded enghreifftiol" },
      scopes: ["openid", "email"],
      origin: this.origin,
      issuer,
      identity_issuer: issuer,
      did_url: `${issuer}.well-known/did.json`,
      did_id: `did:web:127.0.0.1%3A${new URL(issuer).port}`,
      ...own,
    };
  }

  async #started(name, start) {
    const port = await freePort();
    const child = await start(port);
    this.children.push(child);
    return new Worker(child, port, name.startsWith("edge") ? "demo" : "peer", this.connections);
  }

  /** Ends one Worker. */
  async end(worker) {
    worker.driver.close();
    await worker.child.stop();
    this.children = this.children.filter((child) => child !== worker.child);
  }

  async stop() {
    for (const worker of Object.values(this.workers)) worker.driver.close();
    await Promise.all(this.children.map((child) => child.stop()));
    await fs.rm(this.directory, { recursive: true, force: true });
  }
}

/** A subject that no other person has. */
export const subject = () => `urn:fdc:gov.uk:2022:${randomBytes(32).toString("base64url")}`;
