// Cloudflare's API on loopback, as far as `wrangler` 4.156 to 4.164 calls it to make keys and deployments.
//
// Documented, and kept to: the envelope `success`, `errors`, `messages`, `result` with `result_info` for lists
// (developers.cloudflare.com/fundamentals/api/reference/response); a secret's change is a new version, which is deployed
// (workers/configuration/secrets); an asset upload is a session, buckets and a completion token
// (workers/static-assets/direct-upload); codes 10007, 10057, 10061, 10090, 10214, 10215 and 10220, which `wrangler`
// itself compares (`isWorkerNotFoundError`, `handleMissingSecretsError`, `secret/index.ts`, `versions/rollback`), 10014
// (workers-sdk issue 13242), 10042 (14249), 10000 for a token without a permission (`publishRoutesFallback`).
//
// Assumed, because no public text says so:
// - a draft Worker, which `wrangler secret bulk` makes, is a version and a deployment like any other
// - `last_deployed_from` stays "wrangler" when the API changes a secret
// - the texts of 10014 to 10220 beyond the words that `wrangler` looks for
// - a version's bindings tell variables' values and no secret's, in the members of `GET …/settings`
// - 10079 for a migration that does not start at the tag that is live, 10074 for a class that is made twice
//
// A fault replaces the answer of the n-th matching call; with `late` the call has its effect, and then the connection ends.

import http from "node:http";
import { Script, problem } from "./cloudflare-script.mjs";

const PREFIX = "/client/v4";

export class Cloudflare {
  accounts = [];
  zones = [];
  /** Every call in order, as `METHOD path`. */
  calls = [];
  faults = [];
  #held = new Set();

  /** Starts it with accounts, each with the zones that are in it. */
  static async start(accounts = [{ name: "Department", zones: ["example.gov.uk"] }]) {
    const cloudflare = new Cloudflare();
    for (const { name, zones = [] } of accounts) cloudflare.addAccount(name, zones);
    cloudflare.server = http.createServer((request, response) => cloudflare.#serve(request, response));
    await new Promise((resolve) => cloudflare.server.listen(0, "127.0.0.1", resolve));
    cloudflare.url = `http://127.0.0.1:${cloudflare.server.address().port}${PREFIX}`;
    return cloudflare;
  }

  stop() {
    return new Promise((resolve) => this.server.close(resolve).closeAllConnections());
  }

  addAccount(name, zones) {
    const id = hexadecimal(this.accounts.length + 1);
    const account = { id, name, scripts: new Map(), namespaces: [], assets: new Map(), sessions: new Map() };
    this.accounts.push(account);
    zones.forEach((zone) => this.zones.push({ id: hexadecimal(this.zones.length + 101), name: zone, account: { id }, routes: [] }));
    return account;
  }

  /** The environment by which `wrangler` and `cargo edge` come here; the token's name says which permission it lacks. */
  environment(more = {}) {
    return { CLOUDFLARE_API_BASE_URL: this.url, CLOUDFLARE_API_TOKEN: "token", WRANGLER_SEND_METRICS: "false", CI: "true", ...more };
  }

  /** A Worker of the first account that has it. */
  script(name) {
    return this.accounts.map((account) => account.scripts.get(name)).find(Boolean);
  }

  /**
   * From now on the `nth` call that matches fails. `status` and `code` are the answer, and `hang` never answers. `break`
   * ends the connection before the call has an effect, `late` after it.
   */
  fault(match, how, nth = 1) {
    this.faults.push({ match, how, left: nth });
  }

  async #serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url, this.url);
    const path = url.pathname.slice(PREFIX.length);
    const call = `${request.method} ${path}`;
    this.calls.push(call);
    const fault = this.faults.find((fault) => fault.match.test(call) && --fault.left === 0);
    if (fault?.how === "hang") return void this.#held.add(response);
    if (fault?.how === "break") return void request.socket.destroy();
    if (fault?.how?.status) return send(response, problem(fault.how.code ?? 10013, fault.how.text ?? "An unknown error has occurred.", fault.how.status));
    let answer;
    try {
      answer = await this.#answer(request, url, path, body);
    } catch (error) {
      answer = error.envelope ?? problem(10013, `the double itself failed: ${error.stack}`, 500);
    }
    if (fault?.how === "late") return void request.socket.destroy();
    send(response, answer ?? problem(7003, `Could not route to ${path}, perhaps your object identifier is invalid?`, 404));
  }

  async #answer(request, url, path, body) {
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    const json = () => JSON.parse(body.toString());
    const call = { method: request.method, path, query: url.searchParams, token, body, json, type: request.headers["content-type"] };
    if (path.endsWith("/workers/assets/upload")) return this.#inAccount(call);
    if (!token.startsWith("token")) return problem(10000, "Authentication error", 403);
    if (token.includes("no-user") && /^\/(accounts|memberships|user)$/.test(path)) return problem(10000, "Authentication error", 403);
    const lists = { "/accounts": () => this.accounts, "/memberships": () => this.accounts.map((account) => ({ id: account.id, account })) };
    if (lists[path]) return list(lists[path]().map(({ id, name, account }) => (account ? { id, account: { id: account.id, name: account.name } } : { id, name })), call.query);
    if (path === "/user") return ok({ id: "user", email: "team@example.gov.uk" });
    if (path === "/user/tokens/verify") return ok({ id: "token", status: "active" });
    if (path === "/zones") return list(this.zones.filter(({ name, account }) => name === call.query.get("name") && account.id === call.query.get("account.id")), call.query);
    if (path.startsWith("/zones/")) return this.#inZone(call);
    return path.startsWith("/accounts/") ? this.#inAccount(call) : undefined;
  }

  #inZone({ method, path, json }) {
    const [, , id, ...rest] = path.split("/");
    const zone = this.zones.find((zone) => zone.id === id);
    if (!zone || rest.slice(0, 2).join("/") !== "workers/routes") return undefined;
    if (method === "GET") return list(zone.routes, new URLSearchParams());
    if (method === "POST") return ok(this.#route(zone, json()));
    if (method !== "DELETE") return undefined;
    zone.routes = zone.routes.filter((route) => route.id !== rest[2]);
    return ok({ id: rest[2] });
  }

  #route(zone, { pattern, script }) {
    if (zone.routes.some((route) => route.pattern === pattern)) throw refused(10020, "A route with the same pattern already exists.", 409);
    const route = { id: hexadecimal(this.calls.length + 1000), pattern, script };
    zone.routes.push(route);
    return route;
  }

  #inAccount(call) {
    const [, , id, ...rest] = call.path.split("/");
    const account = this.accounts.find((account) => account.id === id);
    if (!account) return problem(10000, "Authentication error", 403);
    const place = rest.join("/");
    if (call.token.includes("no-kv") && place.startsWith("storage/kv")) return problem(10000, "Authentication error", 403);
    if (place === "storage/kv/namespaces") return namespaces(account, call);
    if (place.startsWith("storage/kv/namespaces/")) return value(account, rest.slice(3), call);
    if (place === "workers/assets/upload") return upload(account, call);
    if (place === "workers/subdomain") return ok({ subdomain: "department" });
    const [, kind, name, ...further] = rest;
    if (rest[0] !== "workers" || !name) return undefined;
    const script = account.scripts.get(name);
    if (kind === "services") return script ? ok(script.service()) : absent(10090);
    if (kind === "workers") return script ? ok({ id: script.tag, name, subdomain: script.subdomain }) : absent(10007);
    if (kind !== "scripts") return undefined;
    return this.#inScript(account, name, script, further, call);
  }

  async #inScript(account, name, script, further, call) {
    const place = `${call.method} ${further.join("/")}`;
    if (place === "PUT ") {
      const made = script ?? new Script(name, account);
      const answer = await made.replace(call);
      account.scripts.set(name, made);
      return ok(answer);
    }
    if (place === "POST assets-upload-session") return session(account, call.json());
    if (!script) return absent(10007);
    if (call.method === "DELETE" && further.length === 0) return account.scripts.delete(name), ok(null);
    if (place === "PUT routes") return this.#routes(account, script, call);
    if (place === "GET content/v2") return { status: 200, modules: script.live.modules };
    const answer = await script.answer(place, call);
    return answer === undefined ? undefined : ok(answer);
  }

  /** All routes of a Worker at once: for a token that may change every zone's. Routes that are not named are deleted. */
  #routes(account, script, { json, token }) {
    if (token.includes("one-zone")) return problem(10000, "Authentication error", 403);
    const zones = this.zones.filter((zone) => zone.account.id === account.id);
    for (const zone of zones) zone.routes = zone.routes.filter((route) => route.script !== script.name);
    const made = json().map(({ pattern, zone_name }) => this.#route(zones.find(({ name }) => name === zone_name), { pattern, script: script.name }));
    return ok(made);
  }
}

/** Namespaces of KV, a page at a time; a title is there once. */
function namespaces(account, { method, query, json }) {
  if (method === "GET") return list(account.namespaces, query);
  const { title } = json();
  if (account.namespaces.some((namespace) => namespace.title === title)) return problem(10014, "a namespace with this account ID and title already exists", 400);
  const namespace = { id: hexadecimal(account.namespaces.length + 501), title, supports_url_encoding: true };
  account.namespaces.push(namespace);
  return ok(namespace);
}

/** One value of a namespace, by its key: the text itself, and no envelope around it. */
function value(account, [id, kind, key], { method, body }) {
  const namespace = account.namespaces.find((namespace) => namespace.id === id);
  if (!namespace || kind !== "values") return undefined;
  namespace.values ??= new Map();
  const name = decodeURIComponent(key);
  if (method === "PUT") {
    namespace.values.set(name, body.toString());
    return ok(null);
  }
  return namespace.values.has(name) ? { status: 200, text: namespace.values.get(name) } : problem(10009, "get: 'key not found'", 404);
}

/** A session says which files are wanted: those that were never uploaded. */
function session(account, { manifest }) {
  const wanted = [...new Set(Object.values(manifest).map(({ hash }) => hash))].filter((hash) => !account.assets.has(hash));
  const jwt = token({ session: account.sessions.size, done: wanted.length === 0 });
  account.sessions.set(jwt, { manifest, wanted: new Set(wanted) });
  return ok({ jwt, buckets: wanted.length === 0 ? [] : [wanted] });
}

async function upload(account, { type, body, token: jwt }) {
  const open = account.sessions.get(jwt);
  if (!open) return problem(10000, "Authentication error", 403);
  const form = await new Response(body, { headers: { "content-type": type } }).formData();
  for (const [hash, file] of form) {
    account.assets.set(hash, Buffer.from(typeof file === "string" ? file : await file.text(), "base64"));
    open.wanted.delete(hash);
  }
  if (open.wanted.size > 0) return ok({ jwt: null }, 202);
  const done = token({ session: account.sessions.size, done: true });
  account.sessions.set(done, open);
  return ok({ jwt: done }, 201);
}

const token = (claims) => ["{}", JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims }), "signature"]
  .map((part) => Buffer.from(part).toString("base64url")).join(".");

const hexadecimal = (number) => number.toString(16).padStart(32, "0");

export const ok = (result, status = 200) => ({ status, body: { success: true, errors: [], messages: [], result } });

function list(all, query) {
  const [page, size] = [Number(query.get("page") ?? 1), Number(query.get("per_page") ?? 20)];
  const answer = ok(all.slice((page - 1) * size, page * size));
  answer.body.result_info = { page, per_page: size, count: answer.body.result.length, total_count: all.length };
  return answer;
}

const absent = (code) => problem(code, "This Worker does not exist on your account.", 404);

const refused = (...what) => Object.assign(new Error(what[1]), { envelope: problem(...what) });

function send(response, { status, body, text, modules }) {
  if (modules !== undefined) return void sendModules(response, modules);
  if (text !== undefined) return void response.writeHead(status).end(text);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** The modules of a Worker as they were uploaded, a part for each. */
async function sendModules(response, modules) {
  const form = new FormData();
  for (const { name, type, bytes } of modules) form.append(name, new File([bytes], name, { type }));
  const answer = new Response(form);
  response.writeHead(200, { "content-type": answer.headers.get("content-type") }).end(Buffer.from(await answer.arrayBuffer()));
}
