// A project on Cloudflare, whose API is a double: the keys, a deployment by the real wrangler, the comparison of its bytes, the first step of a
// rotation, and a preview by the commands of docs/environments.md.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { Cloudflare } from "../harness/cloudflare.mjs";
import { ROOT } from "../harness/places.mjs";
import { Team, succeeds } from "../harness/team.mjs";

let team, cloudflare, env;

before(async () => {
  cloudflare = await Cloudflare.start([{ name: "Department", zones: ["example.gov.uk", "example.net"] }]);
  team = await Team.start();
  env = { ...cloudflare.environment(), CLOUDFLARE_ACCOUNT_ID: cloudflare.accounts[0].id, FORCE_COLOR: "0" };
  await succeeds(team.run("npm create one-login-edge@latest licence -- --service LICENCE --host licence.example.gov.uk", { cwd: team.home }));
  await succeeds(team.run("npm install"));
});
after(async () => {
  await team?.close();
  await cloudflare?.stop();
});

const tool = (line, more = {}) => team.tool(line, { env: { ...env, ...more } });
/** The words of a project, whatever the command says. */
const inWordsOfAProject = (said) => {
  assert.doesNotMatch(said, /cargo edge|wrangler\.toml/);
  return said;
};

test("when a project is deployed then Cloudflare has the published bytes at the whole host, and a second deployment keeps its storage", async () => {
  const early = await tool("deploy --env integration");
  assert.doesNotMatch(early.all, /update available/, "its version is the one that the product was tested with");
  assert.notEqual(early.code, 0, "without its keys nothing is deployed");
  assert.match(early.all, /SESSION_KEY_A/);
  const made = inWordsOfAProject(await succeeds(tool("keys new --service LICENCE --env integration")));
  assert.match(made, /^Commit keys\/LICENCE-integration\.json and keys\/integration\.json/m);
  await succeeds(tool("deploy --env integration"));
  await succeeds(tool("deploy --env integration"));
  assert.equal(cloudflare.accounts[0].namespaces.length, 1, "a deployment goes on with the namespace of the one before");
  const script = cloudflare.script("licence-integration");
  assert.deepEqual(cloudflare.zones[0].routes.map(({ pattern }) => pattern), ["licence.integration.example.gov.uk/*"]);
  assert.deepEqual(script.subdomain, { enabled: false, previews_enabled: false });
  const said = await succeeds(tool("verify --env integration"));
  assert.match(said, /^same +integration: index\.js$/m);
  assert.match(said, /^same +integration: index_bg\.wasm$/m);
  const wasm = script.live.modules.find(({ name }) => name.endsWith(".wasm"));
  wasm.bytes = Buffer.concat([wasm.bytes, Buffer.from([0])]);
  const other = await tool("verify --env integration");
  assert.equal(other.code, 1);
  assert.match(other.stdout, /^differs +integration: index_bg\.wasm$/m);
  assert.match(other.stdout, /`npx one-login-edge wrangler deployments status --env integration` says who deployed/);
  const status = await succeeds(tool("wrangler deployments list --env integration --json"));
  assert.ok(JSON.parse(status).length >= 2, "wrangler works with the project's configuration");
  assert.match((await tool("wrangler tail --env prod")).stderr, /sign-in\.toml has no environment prod/);
  const absent = await tool("verify --env production");
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /does not hand out the Worker licence-production/);
});

test("when a key is to be changed then each step names the project's own file and commands", async () => {
  const first = inWordsOfAProject(await succeeds(tool("keys rotate session --service LICENCE --env integration --write")));
  assert.match(first, /npx one-login-edge keys rotate session --service LICENCE --env integration/);
  inWordsOfAProject(await succeeds(tool("keys show --service LICENCE --env integration")));
  const early = await tool("keys rotate session --service LICENCE --env integration --write");
  inWordsOfAProject(early.all);
  inWordsOfAProject(await succeeds(tool("registration plan --service LICENCE --env integration")));
  const offline = await tool("doctor --service LICENCE --env integration --offline");
  inWordsOfAProject(offline.all);
  assert.match(offline.all, /client id is still\s+replace-with-the-integration-client-id/);
});

test("when a pull request gets a preview by the page's commands then it is a Worker of its own, and one without a name is refused", async () => {
  const page = await fs.readFile(path.join(ROOT, "docs/environments.md"), "utf8");
  const [, table] = /^```toml\n([^`]*)^```$/m.exec(page);
  const [, commands] = /^```sh\n([^`]*)^```$/m.exec(page);
  await team.edit("sign-in.toml", (text) => `${text}\n${table}`);
  assert.match(await succeeds(tool("check")), /^ok +preview: LICENCE$/m);
  for (const line of ["deploy --env preview --dry-run", "keys new --service LICENCE --env preview --stdout", "verify --env preview"]) {
    const refused = await tool(line);
    assert.equal(refused.code, 1, line);
    assert.match(refused.stderr, /preview is for previews.*ONE_LOGIN_EDGE_PREVIEW=pr-12/, line);
  }
  const wrong = await tool("deploy --env preview --dry-run", { ONE_LOGIN_EDGE_PREVIEW: "PR 12" });
  assert.match(wrong.stderr, /ONE_LOGIN_EDGE_PREVIEW must be up to 30 small letters/);
  const lines = commands.trim().split("\n");
  const [, name] = /^export ONE_LOGIN_EDGE_PREVIEW=(.*)$/.exec(lines.shift());
  const run = async (line, preview) => {
    await fs.writeFile(path.join(team.project, "line.sh"), line.replace("npx one-login-edge", "node node_modules/one-login-edge/bin/one-login-edge.mjs"));
    return succeeds(team.run("sh line.sh", { env: { ...env, ONE_LOGIN_EDGE_PREVIEW: preview } }));
  };
  for (const line of lines) await run(line, name);
  await run(lines.at(-1), "pr-13");
  for (const preview of [name, "pr-13"]) {
    const script = cloudflare.script(`licence-preview-${preview}`);
    const service = script.live.bindings.find((binding) => binding.name === "SERVICE_LICENCE");
    assert.equal(service.json.host, `${preview}.preview.example.net`);
    assert.equal(script.live.bindings.find((binding) => binding.name === "DEPLOYMENT").text, "preview");
    assert.ok(cloudflare.zones[1].routes.some(({ pattern, script: of }) => pattern === `${preview}.preview.example.net/*` && of === script.name));
  }
  assert.match(await succeeds(tool("verify --env preview", { ONE_LOGIN_EDGE_PREVIEW: name })), /^same +preview: index\.js$/m);
});
