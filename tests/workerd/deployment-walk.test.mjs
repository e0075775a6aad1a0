// docs/first-deployment.md on Cloudflare, from an empty account to a service that people sign in to. Every command is
// the page's, wrangler is the real one, and workerd runs the modules that it uploaded.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { createLocalJWKSet, jwtVerify } from "jose";
import { Browser } from "../harness/browser.mjs";
import { Checkout } from "../harness/checkout.mjs";
import { Child } from "../harness/children.mjs";
import { Cloudflare } from "../harness/cloudflare.mjs";
import { startDeployed } from "../harness/deployed.mjs";
import { SIMULATOR, needed } from "../harness/places.mjs";
import { request } from "../harness/wire.mjs";

needed(SIMULATOR);

const HOST = "demo.integration.example.gov.uk";
const ISSUER = "https://oidc.integration.account.gov.uk/";
const WORKER = "one-login-edge-integration";
const DEPLOY = "npx wrangler deploy --env integration";
const NOWHERE = `--import=data:text/javascript,${encodeURIComponent(
  'import dns from "node:dns"; dns.lookup = (host, options, done) => done(Object.assign(new Error(host), { code: "ENOTFOUND" }));',
)}`;
const keys = (task) => `cargo edge keys ${task} --service DEMO --env integration`;

let cloudflare, checkout, provider, providerPort, origin, seen;
const ended = [];
after(async () => {
  for (const end of ended.reverse()) await end();
});

before(async () => {
  cloudflare = await Cloudflare.start();
  ended.push(() => cloudflare.stop());
  checkout = await Checkout.make(cloudflare);
  ended.push(() => checkout.remove());
  origin = http.createServer((asked, answer) => {
    seen = asked.headers;
    answer.end("the service");
  });
  await new Promise((resolve) => origin.listen(0, "127.0.0.1", resolve));
  ended.push(() => new Promise((resolve) => origin.close(resolve).closeAllConnections()));
});

/** One Login with the client as the team registered it: by the public key that `keys new` printed. */
async function register() {
  const record = JSON.parse(await checkout.read("keys/DEMO-integration.json")).client;
  const own = `https://${HOST}/auth`;
  const client = {
    client_id: "demo-client", client_name: "Demo", redirect_uris: [`${own}/callback`], scopes: ["openid", "email"], pkce_enforced: true,
    post_logout_redirect_uris: [`${own}/signed-out`], landing_page_url: `${own}/return`, public_jwk: { ...record.generations.A.public_jwk, kid: record.generations.A.kid },
  };
  const file = path.join(checkout.directory, "clients.json");
  await fs.writeFile(file, JSON.stringify([client]));
  provider = new Child("provider", SIMULATOR, ["provider", "--port", "0", "--issuer", ISSUER, "--clients", file, "--auto", "kenneth"]);
  ended.push(() => provider.stop());
  [, providerPort] = await provider.says(/listening on http:\/\/127\.0\.0\.1:(\d+)/);
}

/** The version that is deployed, in workerd. */
async function live(name, version) {
  const directory = path.join(checkout.directory, name);
  const hosts = { [new URL(ISSUER).host]: `http://127.0.0.1:${providerPort}`, [HOST]: `http://127.0.0.1:${origin.address().port}` };
  const worker = await startDeployed(cloudflare.script(WORKER), { directory, hosts, version });
  ended.push(() => worker.stop());
  return worker;
}

/** A person opens a protected page, is sent to One Login, and comes back signed in. */
async function signIn(worker) {
  const browser = new Browser(worker.port, HOST);
  const start = await browser.get("/account");
  assert.equal(start.status, 302, start.text);
  const { pathname, search, origin: at } = new URL(start.location);
  assert.equal(`${at}/`, ISSUER);
  const sent = await request(Number(providerPort), { target: pathname + search, host: new URL(ISSUER).host });
  assert.equal(sent.status, 302, sent.text);
  const back = await browser.get(sent.location.replace(`https://${HOST}`, ""));
  assert.equal(back.status, 303, worker.child.tail);
  const page = await browser.get("/account");
  assert.equal(page.status, 200);
  assert.equal(page.text, "the service");
  return browser;
}

/** The assertion that the service got, verified with the record of keys that is committed. */
async function asserted() {
  const { generations } = JSON.parse(await checkout.read("keys/DEMO-integration.json")).assertion;
  const set = createLocalJWKSet({ keys: Object.values(generations).map(({ kid, public_jwk }) => ({ ...public_jwk, kid })) });
  const { payload } = await jwtVerify(seen["one-login-assertion"], set);
  return payload;
}

test("from an empty account to a service that people sign in to", async () => {
  await checkout.edit("wrangler.toml", ["replace-with-the-integration-client-id", "demo-client"],
    [`routes = [{ pattern = "${HOST}/*", zone_name = "example.gov.uk" }]`, "routes = []"]);
  const made = await checkout.works(keys("new"));
  assert.match(made, /^Cloudflare keeps these secrets of integration now:\sASSERTION_KEY_DEMO_A,\sCLIENT_KEY_DEMO_A,\sSESSION_KEY_A\.$/m);
  await register();
  await checkout.works(DEPLOY);
  const script = cloudflare.script(WORKER);
  assert.deepEqual(cloudflare.zones[0].routes, [], "a Worker that is half set up gets no request");
  assert.deepEqual(script.subdomain, { enabled: false, previews_enabled: false });
  const pages = ["bold.woff2", "crest.svg", "favicon.svg", "govuk.css", "header.css", "light.woff2", "plain.css", "session.css", "session.js", "symbols.svg"];
  assert.deepEqual(Object.keys(script.live.assets).sort(), pages.map((name) => `/${name}`), "nothing else lies in build/assets");
  assert.deepEqual(script.schedules, [{ cron: "17 * * * *" }]);
  const offline = await checkout.refused("cargo edge doctor --service DEMO --env integration --offline");
  assert.match(offline, /^1 error, 0 warnings,/m, offline);
  assert.match(offline, /^error {4}routes/m, offline);
  await checkout.edit("wrangler.toml", ["routes = []", `routes = [{ pattern = "${HOST}/*", zone_name = "example.gov.uk" }]`]);
  await checkout.works(DEPLOY);
  assert.deepEqual(cloudflare.zones[0].routes.map(({ pattern, script: of }) => [pattern, of]), [[`${HOST}/*`, WORKER]]);
  const worker = await live("first");
  await signIn(worker);
  const person = await asserted();
  assert.equal(person.iss, `https://${HOST}`);
  assert.equal(person.email, "kenneth@example.gov.uk");
  // No test asks the real One Login anything, so that its discovery document is the one thing that is not there.
  const doctor = await checkout.refused(`cargo edge doctor --service DEMO --env integration --url http://127.0.0.1:${worker.port}`, { NODE_OPTIONS: NOWHERE });
  assert.deepEqual(doctor.match(/^(error|warning) +\w+.*$/gm), ["error    discovery        no answer (ENOTFOUND)"], doctor);
  await worker.stop();
});

test("a second deployment takes the namespace of the first, and one without --env is refused", async () => {
  const script = cloudflare.script(WORKER);
  const bound = () => script.live.bindings.find(({ name }) => name === "DOCUMENTS");
  const before = bound();
  await checkout.works(DEPLOY);
  assert.deepEqual(bound(), before);
  assert.equal(cloudflare.accounts[0].namespaces.length, 1);
  const said = await checkout.refused("npx wrangler deploy");
  assert.match(said, /DEPLOY_WITH_ENV_INTEGRATION_OR_PRODUCTION/);
  assert.deepEqual([...cloudflare.accounts[0].scripts.keys()], [WORKER]);
});

test("each kind of key is rotated to its end, and the deployed Worker uses the new one", async () => {
  // All three at once, because a deployment takes long; each kind has its own steps and its own refusals.
  const each = async (more, expected) => {
    for (const kind of ["client", "assertion", "session"]) assert.match(await checkout.works(keys(`rotate ${kind} --write${more}`)), expected, kind);
  };
  await each("", /^Account 0{31}1: the Worker one-login-edge-integration, which serves demo\.integration\.example\.gov\.uk\.$/m);
  await checkout.wait(25);
  await each("", /wrangler\.toml names B/);
  await checkout.works(DEPLOY);
  await each(" --deployed", /noted that the deployment uses B/);
  await checkout.wait(25);
  await each(" --deployed", /The rotation is complete/);
  const script = cloudflare.script(WORKER);
  assert.deepEqual(Object.keys(script.secrets).sort(), ["ASSERTION_KEY_DEMO_B", "CLIENT_KEY_DEMO_B", "SESSION_KEY_B"]);
  const worker = await live("second");
  const health = await request(worker.port, { target: "/auth/health", host: HOST });
  const record = JSON.parse(await checkout.read("keys/integration.json")).session;
  assert.equal(health.json.keys.session.fingerprint, record.generations.B.fingerprint, "the check value is that of the record");
  assert.equal(health.json.keys.session.generation, "B");
  await worker.stop();
});
