// The packed release as a team has it: an empty directory, Node and npm, and no Rust, no compiler and no clone. `cargo edge
// release` has made the packages.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Browser, NAVIGATION } from "../harness/browser.mjs";
import { Child } from "../harness/children.mjs";
import { freePort } from "../harness/edge.mjs";
import { ROOT } from "../harness/places.mjs";
import { ARTEFACTS, Team, succeeds } from "../harness/team.mjs";
import { request } from "../harness/wire.mjs";

const children = [];
let machine, home, project, registry, environment, began;

before(async () => {
  began = Date.now();
  machine = await Team.start();
  ({ home, project, registry, environment } = machine);
});
after(async () => {
  await Promise.all(children.map((child) => child.stop()));
  await machine?.close();
});

const team = (line, options) => machine.run(line, options);
const tool = (line, options) => machine.tool(line, options);
const edit = (name, change) => machine.edit(name, change);

/** The commands of a section of a page. */
async function commands(heading, name = "docs/project.md") {
  const page = await fs.readFile(path.join(ROOT, name), "utf8");
  const section = page.split(/^## /m).find((part) => part.startsWith(heading));
  return [...section.matchAll(/^```sh\n([^`]*)^```$/gm)].flatMap(([, block]) => block.trim().split("\n"));
}

test("when a team begins in an empty directory then `npm create` makes its repository and npm installs the product", async () => {
  const [create, change, install, run] = await commands("From nothing to a sign-in");
  const told = await commands("From nothing to a sign-in", "README.md");
  assert.deepEqual(told.slice(0, 4), [create, change, install, run], "the README begins with the same commands");
  assert.deepEqual([change, install, run], ["cd licence", "npm install", "npm run dev"]);
  await succeeds(team(create, { cwd: home }));
  const made = await fs.readdir(project);
  for (const name of [".gitignore", ".github", "README.md", "keys", "package.json", "registration.toml", "sign-in.toml"]) {
    assert.ok(made.includes(name), `${name} in ${made}`);
  }
  const texts = await Promise.all(["sign-in.toml", "README.md", "package.json"].map((name) => fs.readFile(path.join(project, name), "utf8")));
  assert.ok(texts[1].includes("https://licence.integration.example.gov.uk/"), texts[1]);
  texts.forEach((text) => assert.doesNotMatch(text, /@[A-Z_]+@/));
  await succeeds(team(install));
  assert.ok(registry.fetched.some((name) => name.startsWith("one-login-edge-linux-x64@")), registry.fetched.join());
  const again = await team(create, { cwd: home });
  assert.notEqual(again.code, 0);
  assert.match(again.all, /is not empty/);
});

test("when the page's commands are run then each does what it says", async () => {
  const lines = await commands("To a deployment");
  assert.equal(lines.length, 3);
  for (const line of lines) await succeeds(team(line));
});

test("when the configuration is checked then faults and open places are named in a project's words", async () => {
  const sound = await succeeds(tool("check"));
  assert.match(sound, /^ok +integration: LICENCE$/m);
  assert.match(sound, /^open +production: SERVICE_LICENCE\.client_id: .*`npx one-login-edge registration plan`/m);
  const before = await fs.readFile(path.join(project, "sign-in.toml"), "utf8");
  await edit("sign-in.toml", (text) => text.replace('access = "public"', 'access = "pubic"'));
  const faulty = await tool("check");
  assert.equal(faulty.code, 1);
  assert.match(faulty.stdout, /^fault +integration: SERVICE_LICENCE\.routes/m);
  await edit("sign-in.toml", () => before.replace("zone_name", "zone_nme"));
  const misspelt = await tool("check");
  assert.equal(misspelt.code, 1);
  assert.match(misspelt.stderr, /nothing reads `env\.integration\.zone_nme`/);
  await edit("sign-in.toml", () => before);
  const help = await succeeds(tool("doctor --help"));
  assert.match(help, /Usage: npx one-login-edge doctor/);
  assert.doesNotMatch(help, /cargo|wrangler\.toml/);
});

test("when a deployment is tried then wrangler takes the published bytes for both environments", async () => {
  for (const [name, host] of [["integration", "licence.integration.example.gov.uk"], ["production", "licence.example.gov.uk"]]) {
    const said = await succeeds(tool(`deploy --env ${name} --dry-run`));
    assert.match(said, /--dry-run: exiting now/);
    const config = JSON.parse(await succeeds(tool(`config --env ${name}`)));
    assert.deepEqual(config.env[name].routes, [{ pattern: `${host}/*`, zone_name: "example.gov.uk" }]);
    assert.deepEqual(Object.keys(config.env), [name]);
    const out = path.join(project, ".one-login-edge", name, "dry-run");
    for (const file of ["index.js", "index_bg.wasm"]) {
      const published = await fs.readFile(path.join(project, "node_modules/one-login-edge/worker", file));
      assert.ok(published.equals(await fs.readFile(path.join(out, file))), `${name}: ${file} was changed on its way`);
    }
  }
  const missing = await tool("deploy --env staging --dry-run");
  assert.notEqual(missing.code, 0);
});

test("when the project runs locally then a user signs in to it, and a change of its file is loaded", async () => {
  let port, dev;
  for (let attempt = 0; ; attempt += 1) {
    port = await freePort();
    const words = ["node_modules/one-login-edge/bin/one-login-edge.mjs", "dev", "--port", String(port)];
    // As `npm run dev` does, with ports that are free.
    dev = new Child("dev", path.join(home, "bin/node"), words, { cwd: project, env: environment });
    children.push(dev);
    const failed = await dev.says(/Ctrl-C ends everything/, 120_000).then(() => undefined, (error) => error);
    if (failed === undefined) break;
    if (attempt === 4 || !dev.output.includes("is taken")) throw failed;
  }
  const desk = (target, options = {}) => request(port + 1, { target, host: `127.0.0.1:${port + 1}`, ...options });
  const choice = { method: "POST", headers: [["Content-Type", "application/x-www-form-urlencoded"]], body: "persona=sian" };
  assert.equal((await desk("/control/choose", choice)).status, 303);
  const location = ({ headers }) => headers.find(([name]) => name.toLowerCase() === "location")[1];
  const browser = new Browser(port, `localhost:${port}`);
  const asked = new URL(location(await browser.send({ target: "/account" })));
  assert.equal(asked.port, String(port + 1));
  const back = new URL(location(await desk(asked.pathname + asked.search)));
  const returned = await browser.send({ target: back.pathname + back.search });
  assert.equal(returned.status, 303, returned.text);
  const page = await browser.send({ target: location(returned).replace(`http://localhost:${port}`, "") });
  assert.equal(page.status, 200, page.text);
  assert.ok(page.text.includes("siân.ŵyn@enghraifft.cymru"), page.text);
  console.log(`from an empty directory to the first sign-in: ${((Date.now() - began) / 1000).toFixed(0)} s`);
  // The Worker answers by the new routes, without a new start of anything else.
  const status = async (target) => (await request(port, { target, host: `localhost:${port}`, headers: NAVIGATION })).status;
  assert.equal(await status("/private"), 302);
  await edit("sign-in.toml", (text) => text.replace('{ path = "/", access = "public" },', '{ path = "/", access = "public" },\n  { path = "/private", access = "public" },'));
  await dev.says(/\[config\] sign-in\.toml has changed/);
  for (let waited = 0; waited < 30_000 && (await status("/private").catch(() => 0)) !== 200; waited += 250) await sleep(250);
  assert.equal(await status("/private"), 200, dev.tail);
  // Ctrl-C at the terminal ends all of it.
  await dev.stop();
  await assert.rejects(status("/"));
});

test("when bytes differ from the published ones then `verify` says so, of the package and of Cloudflare", async () => {
  const sums = await fs.readFile(path.join(ARTEFACTS, "SHA256SUMS"), "utf8");
  for (const line of sums.trim().split("\n")) {
    const [sum, name] = line.split("  ");
    assert.equal(createHash("sha256").update(await fs.readFile(path.join(ARTEFACTS, name))).digest("hex"), sum, name);
  }
  assert.match(await succeeds(tool("verify")), /^same +installed: worker\/index_bg\.wasm$/m);
  const worker = path.join(project, "node_modules/one-login-edge/worker");
  const parts = {};
  for (const name of ["index.js", "index_bg.wasm"]) parts[name] = await fs.readFile(path.join(worker, name));
  const asked = [];
  const cloudflare = http.createServer(async (incoming, response) => {
    asked.push([incoming.url, incoming.headers.authorization]);
    const form = new FormData();
    for (const [name, bytes] of Object.entries(parts)) form.append(name, new File([bytes], name));
    const answer = new Response(form);
    response.writeHead(200, { "content-type": answer.headers.get("content-type") });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((resolve) => cloudflare.listen(0, "127.0.0.1", resolve));
  const env = {
    CLOUDFLARE_API_TOKEN: "a-token", CLOUDFLARE_ACCOUNT_ID: "0123",
    CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${cloudflare.address().port}`,
  };
  try {
    assert.match(await succeeds(tool("verify --env production", { env })), /^same +production: index\.js$/m);
    assert.deepEqual(asked, [["/accounts/0123/workers/scripts/licence-production/content/v2", "Bearer a-token"]]);
    parts["index.js"] = Buffer.concat([parts["index.js"], Buffer.from("\n")]);
    parts["more.js"] = Buffer.from("");
    const other = await tool("verify --env production", { env });
    assert.equal(other.code, 1);
    assert.match(other.stdout, /^differs +production: index\.js$/m);
    assert.match(other.stdout, /^differs +production: more\.js$/m);
  } finally {
    cloudflare.closeAllConnections();
    await new Promise((resolve) => cloudflare.close(resolve));
  }
  await fs.appendFile(path.join(worker, "index.js"), "\n");
  const changed = await tool("verify");
  assert.equal(changed.code, 1);
  assert.match(changed.stdout, /^differs +installed: worker\/index\.js$/m);
  await fs.writeFile(path.join(worker, "index.js"), (await fs.readFile(path.join(worker, "index.js"))).subarray(0, -1));
});

test("when a team leaves then its own file deploys the same without the tool", async () => {
  await succeeds(tool("eject"));
  const said = await succeeds(team("node node_modules/wrangler/bin/wrangler.js deploy --config wrangler.json --env production --dry-run"));
  assert.match(said, /--dry-run: exiting now/);
  assert.doesNotMatch(await fs.readFile(path.join(project, "wrangler.json"), "utf8"), new RegExp(home));
  assert.notEqual((await tool("eject")).code, 0);
});
