// The packed release as a team has it: an empty directory, Node and npm, and no Rust, no compiler and no clone. `cargo edge
// release` has made the packages.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { NAVIGATION } from "../harness/browser.mjs";
import { Child } from "../harness/children.mjs";
import { QUIET } from "../harness/chromium.mjs";
import { freePort } from "../harness/edge.mjs";
import { CHROMIUM, ROOT } from "../harness/places.mjs";
import { ARTEFACTS, Team, exec, succeeds } from "../harness/team.mjs";
import { request } from "../harness/wire.mjs";

const children = [];
let machine, home, project, registry, environment;
/** The time that the steps from nothing to a sign-in take, in milliseconds. */
let spent = 0;

before(async () => {
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
  const from = Date.now();
  await succeeds(team(create, { cwd: home }));
  const made = await fs.readdir(project);
  for (const name of [".dockerignore", ".gitignore", ".github", "Dockerfile", "README.md", "compose.yaml", "keys", "package.json", "registration.toml", "sign-in.toml"]) {
    assert.ok(made.includes(name), `${name} in ${made}`);
  }
  const texts = await Promise.all(["sign-in.toml", "README.md", "package.json"].map((name) => fs.readFile(path.join(project, name), "utf8")));
  assert.ok(texts[1].includes("https://licence.integration.example.gov.uk/"), texts[1]);
  texts.forEach((text) => assert.doesNotMatch(text, /@[A-Z_]+@/));
  await succeeds(team(install));
  spent += Date.now() - from;
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
  assert.match(faulty.stdout, /^fault +integration: sign-in\.toml, line \d+: SERVICE_LICENCE\.routes/m);
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
    assert.match(said, new RegExp(`^open +${name}: SERVICE_LICENCE\\.client_id: One Login gives it`, "m"));
    const config = JSON.parse(await succeeds(tool(`config --env ${name}`)));
    assert.deepEqual(config.env[name].routes, [{ pattern: `${host}/*`, zone_name: "example.gov.uk" }]);
    assert.deepEqual(Object.keys(config.env), [name]);
    const out = path.join(project, ".one-login-edge", name, "dry-run");
    for (const file of ["index.js", "index_bg.wasm"]) {
      const published = await fs.readFile(path.join(project, "node_modules/one-login-edge/worker", file));
      assert.ok(published.equals(await fs.readFile(path.join(out, file))), `${name}: ${file} was changed on its way`);
    }
  }
});

/** Starts `dev` at ports that are free, as `npm run dev` does. */
async function startDev() {
  for (let attempt = 0; ; attempt += 1) {
    const port = await freePort();
    const words = ["node_modules/one-login-edge/bin/one-login-edge.mjs", "dev", "--port", String(port)];
    const dev = new Child("dev", path.join(home, "bin/node"), words, { cwd: project, env: environment });
    children.push(dev);
    const failed = await dev.says(/Ctrl-C ends everything/, 120_000).then(() => undefined, (error) => error);
    if (failed === undefined) return { port, dev };
    if (attempt === 4 || !dev.output.includes("is taken")) throw failed;
  }
}

test("when the project runs locally then a user signs in to it in a browser, and a change of its file is loaded", async () => {
  const from = Date.now();
  const { port, dev } = await startDev();
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET, headless: true });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${port}/account/`);
    await page.check("#sian");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(`http://localhost:${port}/account/`);
    assert.match(await page.textContent("main"), /siân\.ŵyn@enghraifft\.cymru/);
  } finally {
    await browser.close();
  }
  spent += Date.now() - from;
  console.log(`from an empty directory to the first sign-in: ${(spent / 1000).toFixed(0)} s, without a person's reading and typing`);
  // The service's own tests need no browser and no name of the only service.
  assert.match(await succeeds(tool(`session mint --port ${port} --path /account/`)), /^One-Login-Assertion: ey/im);
  assert.doesNotMatch(dev.output, /Scheduled Workers|index_bg\.wasm/, "wrangler's words about itself");
  // The Worker answers by the new routes, without a new start of anything else.
  const status = async (target) => (await request(port, { target, host: `localhost:${port}`, headers: NAVIGATION })).status;
  const becomes = async (target, wanted) => {
    for (let waited = 0; waited < 60_000 && (await status(target).catch(() => 0)) !== wanted; waited += 250) await sleep(250);
    assert.equal(await status(target), wanted, dev.tail);
  };
  assert.equal(await status("/private"), 302);
  await edit("sign-in.toml", (text) => text.replace('{ path = "/", access = "public" },', '{ path = "/", access = "public" },\n  { path = "/private", access = "public" },'));
  await dev.says(/\[config\] sign-in\.toml has changed/);
  await becomes("/private", 200);
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
  assert.match(changed.stdout, /`npm ci` installs the published files again/);
  assert.match(changed.stdout, /^differs +installed: worker\/index\.js$/m);
  await fs.writeFile(path.join(worker, "index.js"), (await fs.readFile(path.join(worker, "index.js"))).subarray(0, -1));
});

test("when a team has no npm then the archive of a release makes a project, judges it and writes its configuration", async () => {
  const place = path.join(home, "without");
  const bin = path.join(home, "only-node");
  await fs.mkdir(place);
  await fs.mkdir(bin);
  await fs.symlink(await fs.realpath(path.join(home, "bin/node")), path.join(bin, "node"));
  const archive = (await fs.readdir(ARTEFACTS)).find((name) => name.endsWith(".tar.gz"));
  await succeeds(exec("tar", ["-xzf", path.join(ARTEFACTS, archive), "-C", place], {}));
  const page = await fs.readFile(path.join(place, "one-login-edge/README.md"), "utf8");
  const [, block] = /^```sh\n([^`]*)^```$/m.exec(page);
  let cwd = place;
  for (const line of block.trim().split("\n")) {
    const [program, ...words] = line.split(" ");
    if (program === "cd") cwd = path.join(cwd, words[0]);
    else if (program === "mv") await fs.rename(path.join(cwd, words[0]), path.join(cwd, words[1], path.basename(words[0])));
    else await succeeds(exec(path.join(bin, program), words, { cwd, env: { PATH: bin, HOME: place } }));
  }
  const laid = JSON.parse(await fs.readFile(path.join(cwd, "wrangler.json"), "utf8"));
  assert.equal(laid.env.production.vars.SERVICE_LICENCE.host, "licence.example.gov.uk");
  for (const name of ["one-login-edge", "one-login-edge-linux-x64"]) {
    const licences = await fs.readFile(path.join(cwd, "node_modules", name, "THIRD-PARTY-LICENCES.txt"), "utf8");
    assert.match(licences, /^serde_json [0-9.]+: MIT OR Apache-2\.0$/m);
  }
});

test("when the packages are on no registry then the tarballs make a project by the page's commands", async () => {
  const page = await fs.readFile(path.join(ROOT, "docs/project.md"), "utf8");
  const [, block] = /^```sh\n([^`]*FILES[^`]*)^```$/m.exec(page);
  const place = path.join(home, "tarballs");
  await fs.mkdir(place);
  let cwd = place;
  for (const line of block.trim().replaceAll("FILES", ARTEFACTS).split("\n")) {
    if (line.startsWith("cd ")) cwd = path.join(cwd, line.slice(3));
    else await succeeds(team(line, { cwd }));
  }
  const said = await succeeds(team("npm run check", { cwd }));
  assert.match(said, /^ok +production: LICENCE$/m);
  assert.match(said, /^same +installed: worker\/index_bg\.wasm$/m);
});

test("when a team leaves then its own file deploys the same without the tool", async () => {
  await succeeds(tool("eject"));
  const said = await succeeds(team("node node_modules/wrangler/bin/wrangler.js deploy --config wrangler.json --env production --dry-run"));
  assert.match(said, /--dry-run: exiting now/);
  assert.doesNotMatch(await fs.readFile(path.join(project, "wrangler.json"), "utf8"), new RegExp(home));
  assert.notEqual((await tool("eject")).code, 0);
});
