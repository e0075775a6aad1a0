// `cargo edge doctor` as people run it: the program itself, against the Worker in workerd. The first tests have no faults;
// the others have faults in front of the Worker, behind it and in its files.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { calculateJwkThumbprint } from "jose";
import { clientKey, publicHalf } from "../harness/keys.mjs";
import { CLI, ROOT } from "../harness/places.mjs";
import { World } from "../harness/world.mjs";

/** The rows that one machine cannot check, or that the command did not request. */
const IDLE = ["routes", "landing page", "https", "clock", "origin", "origin headers", "origin addresses", "access keys", "access"];

let world;
let tables;

before(async () => {
  world = await World.start({ engine: "workerd" });
  tables = { SERVICE_DEMO: world.variables.SERVICE_DEMO };
});
after(() => world?.stop());

const ROUTES_WITHOUT_RELEASE = [{ path: "/", access: "public" }, { path: "/account/*", level: "Cl.Cm" }];

/** Writes a configuration with its record of keys, with changes to the service's table or to a key, and gives its path. */
async function configured(name, changes = {}, client) {
  const directory = path.join(world.directory, name);
  await fs.mkdir(path.join(directory, "keys"), { recursive: true });
  const file = path.join(directory, "wrangler.toml");
  const required = ["SESSION_KEY_A", "CLIENT_KEY_DEMO_A", "ASSERTION_KEY_DEMO_A"];
  await fs.writeFile(file, `
[env.local]
kv_namespaces = [{ binding = "DOCUMENTS" }]
durable_objects.bindings = [{ name = "ACCOUNTS" }]
secrets.required = ${JSON.stringify(required)}
[env.local.vars]
DEPLOYMENT = "local"
SERVICE_DEMO = '''${JSON.stringify({ ...tables.SERVICE_DEMO, ...changes })}'''
`);
  const pair = async (jwk) => {
    const open = publicHalf(jwk);
    const times = { made_at: "2026-11-01T09:00:00Z", published_at: "2026-11-01T09:00:00Z", active_since: "2026-11-02T09:00:00Z" };
    return { active: "A", generations: { A: { kid: await calculateJwkThumbprint(open, "sha256"), public_jwk: open, ...times } } };
  };
  const own = client ?? JSON.parse(world.secrets.CLIENT_KEY_DEMO_A);
  const record = { client: await pair(own), assertion: await pair(JSON.parse(world.secrets.ASSERTION_KEY_DEMO_A)) };
  await fs.writeFile(path.join(directory, "keys/DEMO-local.json"), JSON.stringify(record));
  return file;
}

/** Runs the program to its end. Its exit code is part of the result. */
function doctor(config, ...more) {
  const args = ["doctor", "--service", "demo", "--env", "local", "--config", config, ...more];
  return new Promise((resolve, reject) => {
    const child = spawn(CLI, args, { cwd: ROOT });
    let out = "";
    let complaint = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (complaint += text));
    child.on("error", reject);
    child.on("exit", (code) => resolve({ code, out, complaint }));
  });
}

/** The doctor's findings, as the names of faults, with the rows that did not run. */
async function found(config, ...more) {
  const { code, out, complaint } = await doctor(config, "--format", "json", ...more);
  assert.notEqual(out, "", complaint);
  const report = JSON.parse(out);
  const faults = report.probes.flatMap(({ findings }) => findings.map(({ fault }) => fault));
  assert.equal(code, report.errors > 0 ? 1 : 0, out);
  const named = (result) => report.probes.filter((probe) => probe.result === result).map(({ probe }) => probe);
  return { faults, ok: named("ok"), idle: named("not run"), report };
}

/** A proxy in front of the Worker that may answer in its place, or change its answers. */
async function inFront({ before: answer = () => false, change = () => {} }) {
  const server = http.createServer((request, response) => {
    if (answer(request, response)) return;
    const { method, url, headers } = request;
    const inner = http.request({ port: world.port, host: "127.0.0.1", method, path: url, headers }, (reply) => {
      const changed = { status: reply.statusCode, headers: { ...reply.headers } };
      change(changed, request);
      response.writeHead(changed.status, changed.headers);
      reply.pipe(response);
    });
    request.pipe(inner);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

/** Runs the doctor through something in front of the Worker. */
async function through(what, ...more) {
  const proxy = await inFront(what);
  try {
    return await found(await configured("sound"), "--url", proxy.url, ...more);
  } finally {
    await proxy.stop();
  }
}

test("a healthy service is green, as far as that can be seen on one machine", async () => {
  const { faults, ok, idle } = await found(await configured("sound"), "--send");
  assert.deepEqual(faults, []);
  assert.deepEqual(idle, IDLE);
  assert.equal(ok.length + idle.length, 29);
});

test("the table fits 80 columns and has no colour outside a terminal", async () => {
  const { code, out } = await doctor(await configured("sound"));
  assert.equal(code, 0, out);
  assert.ok(!out.includes("\u001b"), "no escape sequence");
  for (const line of out.split("\n")) assert.ok([...line].length <= 80, line);
  assert.match(out, /^ok {7}health {11}version \d+\.\d+\.\d+(-[a-z0-9.]+)?, discovery fresh, keys fresh,/m);
  assert.match(out, /^0 errors, 0 warnings, \d+ not run, of 29 probes$/m);
});

test("the evidence pack is written, and says what this service is", async () => {
  const config = await configured("sound");
  const file = path.join(path.dirname(config), "evidence.md");
  assert.equal((await doctor(config, "--evidence", file)).code, 0);
  const pack = await fs.readFile(file, "utf8");
  const headings = [...pack.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  assert.deepEqual(headings, [
    "Architecture and data flow", "Personal data", "Routes", "Times and limits", "How soon an ended session is dead", "Keys",
    "Registration", "Tests", "What the probes saw",
  ]);
  assert.match(pack, /^\| telephone number, and whether it is verified \| `\/account\/\*` \|/m);
  const secrets = Object.values(world.secrets);
  assert.ok(secrets.every((secret) => !pack.includes(secret)));
});

test("a record of other keys, and a configuration of another client and scope, are told from what runs", async () => {
  const record = await found(await configured("other-key", {}, await clientKey()));
  assert.deepEqual(record.faults, ["key record.active"]);
  const asked = await found(await configured("other-client", { client_id: "somebody", scopes: ["openid"], routes: ROUTES_WITHOUT_RELEASE }));
  assert.deepEqual(asked.faults, ["request.client", "request.client", "request.asked", "request.outside", "request.outside"]);
});

test("an issuer that is not the provider's own name for itself is found", async () => {
  const issuer = `http://localhost:${world.provider.port}/`;
  const { faults } = await found(await configured("other-issuer", { issuer }));
  assert.deepEqual(faults, ["redirect.elsewhere", "discovery.issuer", ...Array(3).fill("discovery.endpoint"), "request.audience"]);
});

test("a configuration that would close the service is an error, and no address is asked", async () => {
  const { faults, idle, report } = await found(await configured("at-fault", { scopes: ["email"] }));
  assert.ok(faults.length > 0 && faults.every((fault) => fault === "configuration.fault"), faults.join());
  assert.equal(idle.length, 28);
  assert.match(report.probes[0].findings[0].seen, /SERVICE_DEMO\.scopes: must include/);
});

test("a Worker that is not there, and another server in its place, are told apart", async () => {
  const gone = await inFront({});
  await gone.stop();
  const config = await configured("sound");
  assert.deepEqual((await found(config, "--url", gone.url)).faults, ["health.unreachable"]);
  const { faults, idle } = await found(config, "--url", world.origin.url);
  assert.deepEqual(faults, ["health.foreign"]);
  assert.ok(idle.includes("redirect") && !idle.includes("discovery"));
});

test("an origin that answers strangers is found, one that refuses them or is not there is well", async () => {
  const config = await configured("sound");
  const at = async (answer) => {
    const origin = await inFront({ before: (_, response) => (response.writeHead(answer).end(), true) });
    const outcome = await found(config, "--origin-url", origin.url);
    await origin.stop();
    return outcome;
  };
  assert.deepEqual((await at(200)).faults, ["origin.open"]);
  assert.deepEqual((await at(404)).faults, ["origin.reachable"]);
  assert.ok((await at(401)).ok.includes("origin"));
  const demo = await found(config, "--origin-url", world.origin.url);
  assert.ok(demo.ok.includes("origin"), "the demo service verifies the assertion");
  const gone = await inFront({});
  await gone.stop();
  assert.ok((await found(config, "--origin-url", gone.url)).ok.includes("origin"));
});

test("a proxy that takes headers away is found", async () => {
  const change = ({ headers }) => delete headers["content-security-policy"];
  const { faults } = await through({ change });
  assert.deepEqual(faults, ["headers.missing", "headers.missing"]);
});

test("a proxy that loosens the policy, or sends it twice, is found", async () => {
  const { faults } = await through({
    change: ({ headers }) => (headers["content-security-policy"] = ["default-src 'none'; script-src 'unsafe-inline'; frame-ancestors 'none'", "x"]),
  });
  assert.deepEqual(faults, ["headers.policy", "headers.doubled", "headers.policy", "headers.doubled"]);
});

test("a cache in front is found", async () => {
  const { faults } = await through({ change: ({ headers }) => (headers["cf-cache-status"] = "MISS") });
  assert.equal(faults.length, 8);
  assert.deepEqual([...new Set(faults)], ["cache.kept"]);
});

test("when a rule against bots stops only Java, then the doctor finds it", async () => {
  const before = (request, response) => /java/i.test(request.headers["user-agent"]) && (response.writeHead(403).end("no"), true);
  assert.deepEqual((await through({ before })).faults, ["assertion keys.agent", "back-channel.java"]);
});

test("a rule that stops the name that Python sends, or no name at all, is found", async () => {
  for (const stops of [(agent) => agent?.startsWith("Python-urllib"), (agent) => agent === undefined]) {
    const before = (request, response) => stops(request.headers["user-agent"]) && (response.writeHead(403).end("no"), true);
    assert.deepEqual((await through({ before })).faults, ["assertion keys.agent"]);
  }
});

test("a route that leaves a path out, so that the origin answers it, is found", async () => {
  const before = (request, response) => request.url.startsWith("/account") && (response.writeHead(200, { "content-type": "text/html" }).end("hello"), true);
  const { faults } = await through({ before });
  assert.deepEqual(faults, ["redirect.open", "script.answer", "request.absent"]);
});

test("a request whose signature was changed on its way is found", async () => {
  const other = (letter) => (letter === "A" ? "B" : "A");
  const change = ({ headers }) => {
    if (headers.location) headers.location = headers.location.replace(/(?<=&request=[^.]+\.[^.]+\.)./, other);
  };
  const { faults } = await through({ change });
  assert.deepEqual(faults, ["request.signature"]);
});

test("clocks that differ are found", async () => {
  const late = new Date(Date.now() - 3_600_000).toUTCString();
  const { faults } = await through({ change: ({ headers }) => (headers.date = late) });
  assert.ok(faults.includes("clock.here"), faults.join());
});

test("One Login's refusal of a client that it does not know is explained", async () => {
  await world.restart({ variables: { SERVICE_DEMO: { ...tables.SERVICE_DEMO, client_id: "nobody" } } });
  const config = await configured("unknown-client", { client_id: "nobody" });
  const { faults, report } = await found(config, "--send");
  await world.restart({ variables: tables });
  assert.deepEqual(faults, ["sent request.refused"]);
  const { seen } = report.probes.find(({ probe }) => probe === "sent request").findings[0];
  assert.match(seen, /^status 400: Request is missing parameters or is invalid$/);
});
