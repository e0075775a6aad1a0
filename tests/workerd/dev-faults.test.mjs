// `dev` with a configuration that has faults: the service's address shows each of them until the file is mended, in a project
// and in a clone. The operators' own program runs here, which builds nothing.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { NAVIGATION } from "../harness/browser.mjs";
import { Child, run } from "../harness/children.mjs";
import { QUIET, picture } from "../harness/chromium.mjs";
import { freePort } from "../harness/edge.mjs";
import { CHROMIUM, CLI, ROOT, needed, npm } from "../harness/places.mjs";
import { request } from "../harness/wire.mjs";

const TOOL = path.join(path.dirname(CLI), "one-login-edge");
needed(TOOL);

const children = [];
const directories = [];
after(async () => {
  await Promise.all(children.map((child) => child.stop()));
  await Promise.all(directories.map((directory) => fs.rm(directory, { recursive: true, force: true })));
});

async function directory() {
  const made = await fs.mkdtemp(path.join(os.tmpdir(), "one-login-edge-dev-"));
  directories.push(made);
  return made;
}

/** A directory of the form of a clone, with this one's Worker and packages. */
async function clone() {
  const root = await directory();
  await fs.mkdir(path.join(root, "cli"));
  await fs.writeFile(path.join(root, "cli/Cargo.toml"), "");
  await fs.copyFile(path.join(ROOT, "wrangler.toml"), path.join(root, "wrangler.toml"));
  for (const name of ["build", "node_modules"]) await fs.symlink(path.join(ROOT, name), path.join(root, name));
  return root;
}

const PROJECT = `name = "licence"
[vars.SERVICE_LICENCE]
name = { en = "A licence", cy = "Trwydded" }
scopes = ["openid", "email"]
routes = [
  { path = "/", access = "public" },
  { path = "/account/*", access = "required", level = "Cl.Cm", release = ["email"] },
]
[env.integration.vars.SERVICE_LICENCE]
host = "licence.integration.example.gov.uk"
client_id = "a-client"
`;

/** A directory of the form of a project, whose package has this clone's Worker. */
async function project(text) {
  const [root, of] = [await directory(), await clone()];
  await fs.writeFile(path.join(of, "vars.json"), "{}");
  await run(TOOL, ["local-config", "--out", path.join(of, "out"), "--vars", path.join(of, "vars.json")], { cwd: of });
  const product = JSON.parse(await fs.readFile(path.join(of, "out/wrangler.json"), "utf8"));
  const worker = path.join(root, "node_modules/one-login-edge/worker");
  await fs.mkdir(worker, { recursive: true });
  await fs.symlink(path.join(ROOT, "node_modules/.bin"), path.join(root, "node_modules/.bin"));
  await fs.copyFile(path.join(ROOT, "build/index.js"), path.join(worker, "index.js"));
  await fs.writeFile(path.join(worker, "wrangler.json"), JSON.stringify({ ...product, env: { integration: product, production: product } }));
  await fs.writeFile(path.join(root, "sign-in.toml"), text);
  return root;
}

async function start(cwd, env = {}) {
  for (let attempt = 0; ; attempt += 1) {
    const port = await freePort();
    const dev = new Child("dev", TOOL, ["dev", "--port", String(port)], { cwd, env: { ...process.env, ...env } });
    children.push(dev);
    const failed = await dev.says(/Ctrl-C ends everything/, 120_000).then(() => undefined, (error) => error);
    if (failed === undefined) return { port, dev };
    if (attempt === 4 || !/is taken|leaves no room/.test(dev.output)) throw failed;
  }
}

const ask = (port, target, headers = NAVIGATION, method = "GET") => request(port, { target, host: `localhost:${port}`, headers, method });

/** Waits until an answer is as it should be, and gives it. */
async function becomes(port, target, wanted, headers) {
  let answer;
  for (let waited = 0; waited < 60_000; waited += 250) {
    answer = await ask(port, target, headers).catch(() => undefined);
    if (answer && wanted(answer)) return answer;
    await sleep(250);
  }
  assert.fail(`${target}: ${answer?.status} ${answer?.text}`);
}

const value = ({ headers }, wanted) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];

test("when a project's file has faults at the start then its address shows each one, and once it is mended a user signs in", async () => {
  const secret = "a-secret-that-belongs-in-no-file";
  const faulty = PROJECT.replace('"public"', '"pubic"').replace('["openid", "email"]', `["email"]\nclient_secret = "${secret}"`).replace("a-client", "");
  const root = await project(faulty);
  const { port, dev } = await start(root, { ONE_LOGIN_EDGE_NODE: npm("node") });
  assert.doesNotMatch(dev.output, /Begin at/);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET, headless: true });
  try {
    const page = await browser.newPage();
    const answer = await page.goto(`http://localhost:${port}/account/?next=1`);
    assert.equal(answer.status(), 503);
    assert.equal(answer.headers()["cache-control"], "no-store");
    assert.equal(await page.textContent("h1"), "There are 3 faults in sign-in.toml");
    const listed = await page.locator("main > ul").first().locator("li").allTextContents();
    const text = listed.join("\n");
    assert.match(text, /sign-in\.toml, line 4 SERVICE_LICENCE\.scopes: must include/);
    assert.match(text, /sign-in\.toml, line 5 SERVICE_LICENCE\.client_secret: /);
    assert.match(text, /sign-in\.toml, line 7 SERVICE_LICENCE\.routes\[0\]\.access: .*"public"/);
    assert.match(await page.locator("main > ul").nth(1).textContent(), /integration.*sign-in\.toml, line 12: SERVICE_LICENCE\.client_id/);
    await picture(page, "dev-faults.png");
    // A program gets text, and any method an answer.
    const plain = await ask(port, "/", [["Accept", "application/json"]], "POST");
    assert.deepEqual([plain.status, value(plain, "content-type")], [503, "text/plain; charset=utf-8"]);
    assert.match(plain.text, /routes\[0\]\.access/);
    assert.ok(!(plain.text + (await page.content()) + dev.output).includes(secret));
    // Another fault in the place of these: the page changes by itself. Then the sound file: the address of the page is opened.
    await fs.writeFile(path.join(root, "sign-in.toml"), PROJECT.replace("name = {", "name = ").concat(`token = "${secret}`));
    await page.getByRole("heading", { name: "There is a fault in sign-in.toml" }).waitFor({ timeout: 60_000 });
    assert.match(await page.textContent("main li"), /not valid TOML.*line 3, column/);
    assert.ok(!(await page.content()).includes(secret));
    await fs.writeFile(path.join(root, "sign-in.toml"), PROJECT);
    await page.locator("#sian").check({ timeout: 60_000 });
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(`http://localhost:${port}/account/?next=1`);
    assert.match(await page.textContent("main"), /siân\.ŵyn@enghraifft\.cymru/);
  } finally {
    await browser.close();
  }
  await dev.says(/Begin at/);
  // A fault of a running project: its page comes, and the service again after it.
  await fs.writeFile(path.join(root, "sign-in.toml"), PROJECT.replace("[env.integration", "[env.integration]\nzone = 1\n[env.integration"));
  const shown = await becomes(port, "/", ({ status }) => status === 503);
  assert.match(shown.text, /sign-in\.toml, line 10<\/span> nothing reads `env\.integration\.zone`/);
  // With a scope more, which the simulated provider has to know.
  await fs.writeFile(path.join(root, "sign-in.toml"), PROJECT.replace('"email"]', '"email", "phone"]').replace('release = ["email"]', 'release = ["phone"]'));
  const asked = await becomes(port, "/account/", ({ status }) => status === 302);
  const at = new URL(value(asked, "location"));
  const provider = await request(Number(at.port), { target: at.pathname + at.search, host: at.host, headers: NAVIGATION });
  assert.equal(provider.status, 200, provider.text);
  assert.equal(dev.ended, null, dev.tail);
});

test("when wrangler refuses a clone's wrangler.toml then its words are at the address until the file is mended", async () => {
  const root = await clone();
  const file = path.join(root, "wrangler.toml");
  const sound = await fs.readFile(file, "utf8");
  const later = sound.replace(/^compatibility_date = .*$/m, 'compatibility_date = "2999-01-01"');
  await fs.writeFile(file, later);
  const { port, dev } = await start(root);
  const words = [["Accept", "text/plain"]];
  assert.match((await ask(port, "/", words)).text, /wrangler\.toml: wrangler refuses it: .*2999-01-01/);
  await fs.writeFile(file, sound);
  await becomes(port, "/", ({ status, text }) => status === 200 && /demo/i.test(text));
  // It is refused while it runs: by the tool's reader, by wrangler's, and by the runtime.
  for (const [from, to, said] of [
    [/^main = .*$/m, "", /wrangler\.toml names no `main`/],
    [/^name = .*$/m, "name = ", /wrangler\.toml is not valid TOML: line \d+, column/],
    [/^compatibility_date = .*$/m, 'compatibility_date = "2026-33-01"', /wrangler refuses it: .*2026-33-01/],
    [/^compatibility_date = .*$/m, 'compatibility_date = "2999-01-01"', /wrangler refuses it: .*2999-01-01/],
  ]) {
    await fs.writeFile(file, sound.replace(from, to));
    await becomes(port, "/", ({ status, text }) => status === 503 && said.test(text), words);
    await fs.writeFile(file, sound);
    await becomes(port, "/", ({ status }) => status === 200);
  }
  assert.equal(dev.ended, null, dev.tail);
});
