// Everything that a journey needs: the Worker, the simulated One Login, and a demo service behind each of the Worker's
// services. A test file makes one world and clears its records between tests.

import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Browser } from "./browser.mjs";
import { Child, run } from "./children.mjs";
import { accountsOf, freePort, kvOf, startEdge } from "./edge.mjs";
import * as keys from "./keys.mjs";
import { SIMULATOR, needed } from "./places.mjs";
import { request } from "./wire.mjs";

needed(SIMULATOR);

/** Texts of the simulator's people that must never turn up in a log. */
export const PERSONAL = [
  "kenneth@example.gov.uk", "amal@example.gov.uk", "siân.ŵyn@enghraifft.cymru", "+4477009000", "urn:fdc:",
  "Decerqueira", "Łukasiewicz", "1965-07-08", "HADLEY ROAD", "321654987", "DOE99802085J99FG",
];

/** The header that tells the fault build which dependency fails. */
export const INJECTION = "edge-fault-injection";

/** The routes of a service whose origin is the demo service: a bit of everything. */
export const ROUTES = [
  { path: "/", access: "public" },
  { path: "/assets/*", access: "public" },
  { path: "/echo/public/*", access: "public" },
  { path: "/echo/optional/*", access: "optional", release: ["email"] },
  { path: "/whoami", access: "optional", release: ["email"] },
  { path: "/account/*", access: "required", level: "Cl.Cm", release: ["email", "phone"] },
];

// A failed test shows the last output of the programs. Outside a test run there is no hook to register.
const worlds = new Set();
if (process.env.NODE_TEST_CONTEXT) afterEach((test) => {
  if (test.error == null) return;
  for (const child of [...worlds].flatMap((world) => world.children)) test.diagnostic(`${child.name} last said:\n${child.tail}`);
});

/** One running child with the control interface of the simulator. */
class Simulated {
  constructor(child, port) {
    Object.assign(this, { child, port, url: `http://127.0.0.1:${port}` });
  }

  async control(method, name, body) {
    const headers = body === undefined ? [] : [["Content-Type", "application/json"]];
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await request(this.port, { method, target: `/control/${name}`, host: `127.0.0.1:${this.port}`, headers, body: text });
    if (answer.status !== 200) throw new Error(`/control/${name}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  requests = () => this.control("GET", "requests");
  clear = () => this.control("DELETE", "requests");
  auto = (persona) => this.control("POST", "auto", { persona });
  fault = (fault, times) => this.control("POST", "fault", times === undefined ? { fault } : { fault, times });
  faults = () => this.control("GET", "faults");
  clock = (seconds) => this.control("POST", "clock", { offset_seconds: seconds });
  rotate = (keepOld) => this.control("POST", "rotate", { keep_old: keepOld });
  sessions = () => this.control("GET", "sessions");
  endSessions = (persona) => this.control("POST", "end-session", { persona });
  notify = (notice) => this.control("POST", "notify", notice);
  signal = (signal) => this.control("POST", "signal", signal);
  notifications = () => this.control("GET", "notifications");
  delivery = (settings) => this.control("POST", "notifications", settings);
  notificationFaults = () => this.control("GET", "notification-faults");

  /** A token of the simulated Access team; what may be said of it is in `access_team.rs`. */
  async staffToken(body = {}) {
    const headers = [["Content-Type", "application/json"]];
    const answer = await request(this.port, { method: "POST", target: "/control/staff", host: `127.0.0.1:${this.port}`, headers, body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`/control/staff: ${answer.status} ${answer.text}`);
    return answer.text;
  }

  /** The results of the provider's notifications since the last clearing, once each has its answer. */
  async delivered(least = 1) {
    for (let waited = 0; waited < 20_000; waited += 25) {
      const sent = await this.notifications();
      if (sent.length >= least && sent.every(({ state }) => state !== "under-way")) return sent;
      await sleep(25);
    }
    throw new Error(`fewer than ${least} notifications were answered: ${JSON.stringify(await this.notifications())}`);
  }

  /** The paths that were asked for since the last clearing. */
  async paths() {
    return (await this.requests()).map((entry) => entry.path ?? entry.target);
  }
}

async function simulated(name, options, certificate) {
  const trusted = certificate === undefined ? [] : ["--certificate", certificate];
  const child = new Child(name, SIMULATOR, [name, "--port", "0", ...options, ...trusted]);
  const [, port] = await child.says(/listening on http:\/\/127\.0\.0\.1:(\d+)/);
  return new Simulated(child, Number(port));
}

/**
 * A world with these services, by id: each is a host without its port, and the fields of its table beyond the usual.
 * `variables` and `secrets` are added to those of the services and win over them. Further settings:
 * - `faulty`: the accounts can be told to fail
 * - `counted`: the Worker gives the counts of its work
 * - `limited`: the limits are those of a deployed Worker
 * - `panicking`: the Worker panics when a request's header says so
 * - `bound`: Workers as modules, by the name of their binding (none is a KV namespace)
 * - `twice`: two isolates
 * - `older`: the second isolate is this older build, and owns the account objects if it `hasObjects`
 * - `held`: the test sets the Worker's clock
 * - `meddled`: KV can be told to fail, and to change what it holds
 * - `numbers`: a dataset of Analytics Engine is bound
 * - `injected`: a request can inject faults of the platform
 * - `listening`: the test can read everything that the Worker sends, receives and stores
 * - `encrypted`: browsers reach the Worker and the provider at https, with a certificate that is made for it
 */
export class World {
  browsers = [];

  static async start(options = {}) {
    const { services = { DEMO: { host: "localhost" } }, engine, auto = "kenneth" } = options;
    const { variables = {}, secrets = {}, limited = false, twice = false } = options;
    const { faulty = false, counted = false, panicking = false, injected = false, listening = false, encrypted = false, bound = {}, older, held = false, numbers = false, meddled = false } = options;
    const world = new World();
    world.directory = await fs.mkdtemp(path.join(os.tmpdir(), "one-login-edge-"));
    world.port = await freePort();
    Object.assign(world, { engine, limited, panicking, injected, bound, older, held, numbers });
    // Account objects that can be told to fail; the port is where they are told.
    if (faulty) world.faults = await freePort();
    // A second isolate with the same accounts, as at another location; `wrangler dev` has none.
    if (twice || older) world.elsewhere = await freePort();
    if (meddled) world.meddling = await freePort();
    if (counted) world.counting = await freePort();
    if (listening) world.wires = [await freePort(), await freePort()];
    if (encrypted) world.certificate = path.join(world.directory, "certificate");
    try {
      await world.#populate(services, variables, secrets, auto);
      world.edge = await world.#edge();
    } catch (error) {
      await world.stop({ silent: true });
      throw error;
    }
    worlds.add(world);
    return world;
  }

  /** How the addresses of the Worker and the provider begin. */
  get scheme() {
    return this.certificate === undefined ? "http" : "https";
  }

  async #populate(services, variables, secrets, auto) {
    const { certificate, scheme } = this;
    this.origins = {};
    this.secrets = { SESSION_KEY_A: keys.sessionKey(), ...secrets };
    const ids = Object.keys(services);
    const hosts = Object.fromEntries(ids.map((id) => [id, `${services[id].host}:${this.port}`]));
    const clients = [];
    for (const id of ids) {
      const client = await keys.clientKey();
      this.secrets[`CLIENT_KEY_${id}_A`] ??= JSON.stringify(client);
      this.secrets[`ASSERTION_KEY_${id}_A`] ??= JSON.stringify(await keys.assertionKey());
      clients.push(registration(id, `${scheme}://${hosts[id]}`, services[id], client));
    }
    const file = path.join(this.directory, "clients.json");
    await fs.writeFile(file, JSON.stringify(clients));
    const automatic = auto ? ["--auto", auto] : [];
    let door = [];
    if (certificate !== undefined) {
      await run(SIMULATOR, ["certificate", certificate]);
      door = ["--https-port", String(await freePort())];
    }
    this.provider = await simulated("provider", ["--clients", file, ...automatic, ...door], certificate);
    // The control interface stays at the plain port; people and the Worker go through the door.
    if (certificate !== undefined) this.provider.url = `https://127.0.0.1:${door[1]}`;
    for (const id of ids) {
      const own = `${scheme}://${hosts[id]}`;
      const published = `${scheme}://localhost:${this.port}/auth/assertion-jwks.json`;
      this.origins[id] = await simulated("origin", ["--issuer", own, "--audience", own, "--jwks", published], certificate);
    }
    this.origin = this.origins[ids[0]];
    this.hosts = hosts;
    this.host = hosts[ids[0]];
    const tables = ids.map((id) => [`SERVICE_${id}`, this.#table(id, services[id])]);
    this.variables = { DEPLOYMENT: "local", SESSION_KEY_ACTIVE: "A", ...Object.fromEntries(tables), ...variables };
  }

  #table(id, { host, registration: _, ...own }) {
    const issuer = `${this.provider.url}/`;
    return {
      host: `${host}:${this.port}`,
      environment: "local",
      client_id: id.toLowerCase(),
      name: { en: "Apply for a demo licence", cy: "Gwneud cais am drwydded enghreifftiol" },
      scopes: ["openid", "email", "phone"],
      origin: this.origins[id].url,
      issuer,
      identity_issuer: issuer,
      did_url: `${issuer}.well-known/did.json`,
      did_id: `did:web:127.0.0.1%3A${new URL(this.provider.url).port}`,
      ...(this.certificate === undefined ? {} : { https: true }),
      routes: ROUTES,
      // The simulated Access team is at the provider's address.
      ...(own.access_audience === undefined ? {} : { access_team: this.provider.url }),
      ...own,
    };
  }

  #edge(kv) {
    const { engine, port, elsewhere, directory, variables, secrets, faults, counting, limited, panicking, injected, wires, certificate, bound, older, held, numbers, meddling, before } = this;
    return startEdge({ meddled: meddling, before, certificate, engine, port, elsewhere, directory, variables, secrets, kv, accounts: faults, counts: counting, limited, panicking, injected, wires, bound, older, held, numbers });
  }

  /**
   * Restarts the Worker with other variables or secrets; `undefined` takes one away, `cold` empties KV on disk and
   * `forgetful` the accounts. `gradually` leaves the second isolate as it was.
   */
  async restart({ variables = {}, secrets = {}, cold = false, forgetful = false, gradually = false, kv } = {}) {
    await this.edge.stop();
    const gone = [...(cold ? [kvOf(this.directory)] : []), ...(forgetful ? [accountsOf(this.directory)] : [])];
    for (const store of gone) await fs.rm(store, { recursive: true });
    this.earlier = (this.earlier ?? "") + this.edge.output;
    this.before = gradually ? { variables: this.variables, secrets: this.secrets } : undefined;
    this.variables = merged(this.variables, variables);
    this.secrets = merged(this.secrets, secrets);
    this.edge = await this.#edge(kv);
  }

  /** Makes KV fail in this way from now on, or changes what it holds; `meddled-kv.mjs` knows the words. */
  kv(mode) {
    return request(this.meddling, { method: "PUT", target: "/", host: "kv", body: mode });
  }

  /**
   * Sets the account objects' fault from now on: one of `faulty-accounts.mjs`, or `sound`. Gives the number of questions
   * since the last call.
   */
  async accounts(mode) {
    const { question = [] } = await this.noted();
    await request(this.faults, { method: "PUT", target: "/", host: "faults", body: mode });
    return question.length;
  }

  /** The notes of the accounts, their namespace and the limiters since their last command, by kind. */
  async noted() {
    return (await request(this.faults, { target: "/", host: "faults" })).json.noted;
  }

  /** Makes everything beneath an injected Worker fail in these ways from now on, in words that `src/edge/faults.js` knows. */
  async inject(words) {
    const answer = await this.raw({ host: "nobody.invalid", headers: [[INJECTION, words]] });
    if (answer.status !== 404) throw new Error(`faults were not injected: ${answer.status} ${answer.text}`);
  }

  /** Every request that a Worker sent outside since its start, with its answer, if `listening` is set. */
  async overheard() {
    return (await request(this.wires[0], { target: "/", host: "wire" })).json;
  }

  /** Everything in its KV, as pairs. */
  async stored() {
    return (await request(this.wires[1], { target: "/", host: "kv" })).json;
  }

  /** The counts of a counted Worker since the last call. */
  async counts() {
    return (await request(this.counting, { target: "/", host: "counts" })).json;
  }

  get children() {
    return [this.edge, this.provider?.child, ...Object.values(this.origins ?? {}).map((origin) => origin.child)].filter(Boolean);
  }

  /** A new browser at a service. */
  browser(id = Object.keys(this.hosts)[0]) {
    const browser = new Browser(this.port, this.hosts[id]);
    this.browsers.push(browser);
    return browser;
  }

  /** A raw request to a service, without any header but those given. */
  raw(description) {
    return request(this.port, { host: this.host, ...description });
  }

  /** Forgets what provider and origins have seen, and makes the provider an honest one again. */
  async clear() {
    await this.provider.fault(null);
    await this.provider.control("DELETE", "notifications");
    await Promise.all([this.provider, ...Object.values(this.origins)].map((peer) => peer.clear()));
  }

  /** Everything that the Worker and its runtime have said. */
  get log() {
    return (this.earlier ?? "") + this.edge.output;
  }

  /** The events of the Worker's log. */
  get events() {
    const lines = this.log.split("\n").map((line) => line.match(/\{"event":.*\}/)?.[0]);
    return lines.filter(Boolean).map((line) => JSON.parse(line));
  }

  /** Waits for an event of the log, which may come after the answer that it is about. */
  async logs(event, label) {
    const found = (one) => one.event === event && (label === undefined || one.label === label);
    if (!(await this.told((events) => events.some(found)))) throw new Error(`nothing was logged of ${event} ${label ?? ""}`);
  }

  /** Waits until this is true of the log's events, which may come after the answers that they are about. */
  async told(condition) {
    for (let waited = 0; waited < 5_000; waited += 25) {
      if (condition(this.events)) return true;
      await sleep(25);
    }
    return false;
  }

  /** Personal data and secrets that the log holds, although it must not. */
  leaks() {
    const kept = this.browsers.flatMap((browser) => [...browser.seen]);
    const said = [...kept, ...PERSONAL, ...Object.values(this.secrets)];
    return [...new Set(said)].filter((text) => this.log.includes(text));
  }

  /** Ends everything; a world whose log says too much ends in an error. */
  async stop({ silent = false } = {}) {
    worlds.delete(this);
    const leaks = !silent && this.edge ? this.leaks() : [];
    await Promise.all(this.children.map((child) => child.stop()));
    await fs.rm(this.directory, { recursive: true, force: true });
    if (leaks.length > 0) throw new Error(`the Worker's log holds what it must not: ${leaks.join(", ")}`);
  }
}

function merged(before, changes) {
  return Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined));
}

/** How the service's client is registered with the provider. */
function registration(id, address, service, client) {
  // The provider cannot resolve names below localhost, so that only plain localhost is asked for its keys and is told.
  const proof = service.host === "localhost" ? { jwks_uri: `${address}/auth/jwks.json` } : { public_jwk: keys.publicHalf(client) };
  const own = `${address}${service.own_path ?? "/auth"}`;
  const told = service.host === "localhost" ? { back_channel_logout_uri: `${own}/backchannel-logout` } : {};
  return {
    client_id: id.toLowerCase(),
    client_name: "Apply for a demo licence",
    redirect_uris: [`${address}${service.redirect_path ?? "/auth/callback"}`],
    scopes: ["openid", "email", "phone", "wallet-subject-id"],
    pkce_enforced: true,
    post_logout_redirect_uris: [`${own}/signed-out`],
    landing_page_url: `${own}/return`,
    ...proof,
    ...told,
    ...(typeof service.registration === "function" ? service.registration(own) : service.registration),
  };
}
