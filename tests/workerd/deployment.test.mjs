// The way through Cloudflare as its pages describe it, with the real wrangler against a double of Cloudflare's API.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { after, describe, test } from "node:test";
import { SignJWT } from "jose";
import { Checkout } from "../harness/checkout.mjs";
import { Cloudflare } from "../harness/cloudflare.mjs";
import { startDeployed } from "../harness/deployed.mjs";
import { ROOT } from "../harness/places.mjs";

const NEW = "cargo edge keys new --service DEMO --env integration";
const DEPLOY = "npx wrangler deploy --env integration";
const WORKER = "one-login-edge-integration";
const FIRST = ["ASSERTION_KEY_DEMO_A", "CLIENT_KEY_DEMO_A", "SESSION_KEY_A"];

const ended = [];
after(() => Promise.all(ended.map((end) => end())));

/** A fresh account and a fresh checkout. */
async function fresh(accounts, options) {
  const cloudflare = await Cloudflare.start(accounts);
  const checkout = await Checkout.make(cloudflare, options);
  ended.push(() => cloudflare.stop(), () => checkout.remove());
  return { cloudflare, checkout };
}

/** Has Node ask a port of this machine for a host's pages. */
const led = (host, port) => `--import=data:text/javascript,${encodeURIComponent(`
  import http from "node:http";
  const own = globalThis.fetch;
  globalThis.fetch = (address, options) => new URL(address).host !== "${host}" ? own(address, options) : new Promise((done, fail) => {
    http.get("http://127.0.0.1:${port}" + new URL(address).pathname, { headers: { host: "${host}" } }, async (answer) => {
      let text = "";
      for await (const part of answer) text += part;
      done({ text: async () => text });
    }).on("error", fail);
  });`)}`;

const names = (cloudflare, worker = WORKER) => Object.keys(cloudflare.script(worker).secrets).sort();

// A command of wrangler's keeps one processor busy, and each test has an account and a checkout of its own.
describe("the way through Cloudflare", { concurrency: 2 }, () => {
  test("when packages are missing in a test's tree then the repository's own are not emptied", async () => {
    const { checkout } = await fresh();
    const before = await fs.readdir(path.join(ROOT, "node_modules"));
    await checkout.write("node_modules/.edge-stamp", "of another lock file");
    assert.match(await checkout.refused(NEW), /no test installs packages/);
    // The real `npm ci` empties the directory before it installs anything.
    const npm = process.env.PATH.split(path.delimiter).map((place) => path.join(place, "npm")).find((place) => existsSync(place));
    await checkout.run(`'${npm}' ci --offline --ignore-scripts --cache ../empty`);
    assert.equal(await checkout.exists("node_modules/wrangler"), false, "npm emptied the tree's");
    assert.deepEqual(await fs.readdir(path.join(ROOT, "node_modules")), before);
    await fs.access(path.join(ROOT, "node_modules/wrangler/package.json"));
  });

  test("the first keys are made before there is any Worker, and a first import likewise", async () => {
    const { cloudflare, checkout } = await fresh();
    const said = await checkout.works(NEW, { CLOUDFLARE_ACCOUNT_ID: undefined });
    assert.match(said, /^Account Department \(0{31}1\): the Worker one-login-edge-integration is made now\.$/m);
    assert.deepEqual(names(cloudflare), FIRST);
    assert.ok(await checkout.exists("keys/DEMO-integration.json"));
    assert.equal(await checkout.exists("keys/DEMO-integration.json.new"), false);
    assert.match(await checkout.works(NEW), /has every key of DEMO already/);
    const other = await fresh();
    await other.checkout.works("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out ../key.pem");
    const imported = await other.checkout.works("cargo edge keys import --service DEMO --env integration < ../key.pem");
    assert.match(imported, /is made now\.$/m);
    assert.deepEqual(names(other.cloudflare), ["CLIENT_KEY_DEMO_A"]);
  });

  test("t108 of several accounts one is named before anything is changed, and no other gets a key", async () => {
    const { cloudflare, checkout } = await fresh([{ name: "Department", zones: ["example.gov.uk"] }, { name: "Other" }]);
    const [first, other] = cloudflare.accounts;
    const said = await checkout.refused(NEW);
    for (const { id, name } of cloudflare.accounts) assert.ok(said.includes(`account_id = "${id}"  # ${name}`), said);
    const unnamed = await checkout.read("wrangler.toml");
    await checkout.edit("wrangler.toml", [`name = "one-login-edge"\n`, `name = "one-login-edge"\naccount_id = "${first.id}"\n`]);
    assert.match(await checkout.works(NEW), new RegExp(`^Account ${first.id}: the Worker`, "m"));
    await checkout.works(DEPLOY);
    assert.deepEqual([...first.scripts.keys()], [WORKER]);
    await checkout.write("wrangler.toml", unnamed);
    for (const task of ["rotate client --write", "rotate session --emergency --write"]) {
      const wrong = await checkout.refused(`cargo edge keys ${task} --service DEMO --env integration`, { CLOUDFLARE_ACCOUNT_ID: other.id });
      assert.match(wrong, /has no Worker one-login-edge-integration/, task);
    }
    assert.equal(other.scripts.size, 0, "no draft Worker was made");
    assert.deepEqual(names(cloudflare), FIRST);
  });

  test("t108 when the first upload fails then the page's way out of 10014 works", async () => {
    const { cloudflare, checkout } = await fresh();
    await checkout.edit("wrangler.toml", [`"ASSERTION_KEY_DEMO_A", # signs`, `"ASSERTION_KEY_DEMO_A", "CLIENT_SECRET_DEMO", # signs`]);
    assert.match(await checkout.works(NEW), /^ {2}npx wrangler secret put CLIENT_SECRET_DEMO --env integration$/m);
    assert.match(await checkout.refused(DEPLOY), /required secrets have not been set: CLIENT_SECRET_DEMO/);
    await checkout.works("echo secret | npx wrangler secret put CLIENT_SECRET_DEMO --env integration");
    assert.match(await checkout.refused(DEPLOY), /code: 10014/);
    const listed = await checkout.works("npx wrangler kv namespace list --env integration");
    const { id } = JSON.parse(listed.slice(listed.indexOf("["))).find(({ title }) => title === `${WORKER}-documents`);
    const table = `[[env.integration.kv_namespaces]]\nbinding = "DOCUMENTS"\n`;
    await checkout.edit("wrangler.toml", [table, `${table}id = "${id}"\n`]);
    await checkout.works(DEPLOY);
    assert.equal(cloudflare.accounts[0].namespaces.length, 1);
  });

  test("t137 an operator switches sign-in off and closes the service with the tool", async () => {
    const { cloudflare, checkout } = await fresh();
    await checkout.works("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ../service-key.pem");
    const setting = (await checkout.works("cargo edge sessions key --key ../service-key.pem")).trim();
    const of = "--service DEMO --env integration";
    const change = (words, more = "") => `cargo edge switch ${words} ${of} --key ../service-key.pem ${more}`;
    assert.match(await checkout.refused(change("service closed")), /DEMO has no `switch = true` in integration/);
    await checkout.edit("wrangler.toml", ["[env.integration.vars.SERVICE_DEMO]\n", `[env.integration.vars.SERVICE_DEMO]\nswitch = true\n${setting}\n`]);
    await checkout.works(NEW);
    await checkout.works(DEPLOY);
    const host = "https://demo.integration.example.gov.uk";
    const kept = () => cloudflare.accounts[0].namespaces.find(({ values }) => values)?.values.get(`switch/${host}`);
    // The output has what the terminal shows as well; the token comes last.
    const read = (text) => JSON.parse(Buffer.from(text.trim().split("\n").at(-1).split(".")[1], "base64url"));
    const printed = await checkout.works(change("service closed", "--print"));
    assert.equal(read(printed).service_closed, true);
    assert.equal(kept(), undefined, "it is printed in place of being written");
    const off = await checkout.works(change("sign-in off", "--until 2099-12-01T18:00"));
    assert.match(off, /^sign-in: off until 6pm on Tuesday 1 December 2099 \(18:00:00 UTC .*\)\nservice: open\nIt counts within 90 seconds\.$/m);
    assert.deepEqual({ ...read(kept()), iat: 0 }, { iss: host, aud: host, sign_in_off: 4_099_831_200, iat: 0 });
    const before = kept();
    const wouldBe = read(await checkout.works(change("service closed", "--print")));
    assert.deepEqual([wouldBe.service_closed, wouldBe.sign_in_off], [true, 4_099_831_200], "the other part stays as it is in KV");
    const offline = read(await checkout.works(change("service closed", "--print --offline"), { CLOUDFLARE_API_TOKEN: "none" }));
    assert.deepEqual([offline.service_closed, offline.sign_in_off], [true, undefined]);
    assert.match(await checkout.refused(change("service closed", "--offline")), /--print/);
    assert.equal(kept(), before);
    assert.match(await checkout.works(change("service closed")), /^sign-in: off until .*\nservice: closed, until the next command$/m);
    assert.match(await checkout.works(change("sign-in on")), /^sign-in: on\nservice: closed/m);
    const directory = path.join(checkout.directory, "deployed");
    const { values } = cloudflare.accounts[0].namespaces.find(({ values }) => values);
    const worker = await startDeployed(cloudflare.script(WORKER), { directory, hosts: {}, kv: values });
    ended.push(() => worker.stop());
    const show = `cargo edge switch show ${of}`;
    const NODE_OPTIONS = led(new URL(host).host, worker.port);
    const shown = await checkout.works(show, { NODE_OPTIONS });
    assert.match(shown, /^sign-in: on\nservice: closed, until the next command\nThe deployment says: .*"service":\{"state":"closed","until":null\}/m);
    values.set(`switch/${host}`, "closed");
    assert.match(await checkout.works(show, { NODE_OPTIONS }), /^The record in KV does not count: token_malformed\.$/m);
    values.delete(`switch/${host}`);
    assert.match(await checkout.works(show, { NODE_OPTIONS }), /^There is no record in KV\.\nThe deployment says: /m);
    await worker.stop();
    assert.match(await checkout.refused(show, { NODE_OPTIONS }), /auth\/health does not answer/);
    // The clock of another operator's machine is ahead: the Worker takes no record that is older than the one it knows.
    const key = crypto.createPrivateKey(await fs.readFile(path.join(checkout.tree, "../service-key.pem")));
    const closedAt = (iat) => new SignJWT({ iss: host, aud: host, iat, service_closed: true }).setProtectedHeader({ alg: "ES256", kid: "any", typ: "switch+jwt" }).sign(key);
    const soon = Math.floor(Date.now() / 1000) + 29;
    values.set(`switch/${host}`, await closedAt(soon));
    assert.match(await checkout.works(change("service open")), /^sign-in: on\nservice: open/m);
    assert.equal(read(kept()).iat, soon + 1);
    const far = await closedAt(soon + 120);
    values.set(`switch/${host}`, far);
    const refused = await checkout.refused(change("service open"));
    assert.match(refused, /The record in KV says that it was made in 1\d\d seconds from now, at .*\. Nothing was written\./);
    assert.match(refused, /npx wrangler kv key delete switch\/https:\S+ --namespace-id \S+ --remote$/m);
    assert.equal(kept(), far);
    values.delete(`switch/${host}`);
    await checkout.works(change("service closed"));
    // A record of another key is not taken over, so that no writer of KV gets the service's signature.
    await checkout.works("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ../other-key.pem");
    const other = await checkout.works(change("sign-in off").replace("service-key", "other-key"));
    assert.match(other, /not signed by this key.*sign-in: off, until the next command\nservice: open/s);
    assert.match(await checkout.refused(change("service open", "--until 2099-12-01T18:00")), /--until is for a part that is switched off/);
  });

  test("two environments of one account share nothing", async () => {
    const { cloudflare, checkout } = await fresh();
    for (const environment of ["integration", "production"]) {
      await checkout.works(`cargo edge keys new --service DEMO --env ${environment}`);
      await checkout.works(`npx wrangler deploy --env ${environment}`);
    }
    const [integration, production] = ["integration", "production"].map((name) => cloudflare.script(`one-login-edge-${name}`));
    for (const name of FIRST) assert.notEqual(integration.secrets[name], production.secrets[name]);
    const namespace = ({ live }) => live.bindings.find(({ name }) => name === "DOCUMENTS").namespace_id;
    assert.notEqual(namespace(integration), namespace(production));
    assert.deepEqual(cloudflare.zones[0].routes.map(({ script }) => script).sort(), [integration.name, production.name]);
  });

  test("t108 of a Worker that is deployed another team changes no key, and its own none behind a rollback", async () => {
    const { cloudflare, checkout } = await fresh();
    await checkout.works(NEW);
    await checkout.works(DEPLOY);
    const second = await Checkout.make(cloudflare);
    ended.push(() => second.remove());
    await second.edit("wrangler.toml", ['host = "demo.integration.example.gov.uk"', 'host = "permits.integration.example.gov.uk"'],
      ['client_id = "replace-with-the-integration-client-id"', 'client_id = "permits"']);
    const before = cloudflare.script(WORKER).versions.length;
    const foreign = await second.refused(NEW);
    assert.match(foreign, /is not this service's/, foreign);
    assert.match(foreign, /It serves demo\.integration\.example\.gov\.uk\./);
    assert.equal(cloudflare.script(WORKER).versions.length, before);
    const leaked = cloudflare.script(WORKER).secrets.SESSION_KEY_A;
    await checkout.works("cargo edge keys rotate session --emergency --write --service DEMO --env integration");
    assert.notEqual(cloudflare.script(WORKER).secrets.SESSION_KEY_A, leaked);
    const [, first] = cloudflare.script(WORKER).versions;
    await checkout.works(`npx wrangler rollback ${first.id} --env integration --yes`);
    assert.equal(cloudflare.script(WORKER).secrets.SESSION_KEY_A, leaked, "a version has its secrets, a leaked one among them");
    const said = await checkout.refused("cargo edge keys rotate client --write --service DEMO --env integration");
    assert.match(said, /^ {2}npx wrangler deploy --env integration$/m);
    await checkout.works(DEPLOY);
    assert.notEqual(cloudflare.script(WORKER).secrets.SESSION_KEY_A, leaked);
  });

  test("t108 a step that is broken off is tried again", async () => {
    const { cloudflare, checkout } = await fresh();
    cloudflare.fault(/^PATCH .*\/secrets-bulk$/, "late", 2);
    assert.match(await checkout.works(NEW), /answer was lost, but the change is there/);
    cloudflare.fault(/^PATCH .*\/secrets-bulk$/, { status: 503, code: 10013 });
    const rotate = "cargo edge keys rotate client --write --service DEMO --env integration";
    const failed = await checkout.refused(rotate);
    assert.doesNotMatch(failed, /^\s+at /m, "a stack trace is no reason");
    cloudflare.fault(/^PATCH .*\/secrets-bulk$/, "hang");
    const calls = cloudflare.calls.length;
    const child = checkout.start(rotate);
    while (!cloudflare.calls.slice(calls).some((call) => call.endsWith("/secrets-bulk"))) {
      assert.equal(child.ended, null, child.tail);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await child.stop();
    assert.match(await checkout.works(rotate), /^Done: Cloudflare has a new key as CLIENT_KEY_DEMO_B/m);
  });
});
