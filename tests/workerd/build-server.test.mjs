// docs/build-server.md: the workflow to copy works as the page says, with only the tokens' permissions on the page.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { Checkout } from "../harness/checkout.mjs";
import { Cloudflare } from "../harness/cloudflare.mjs";
import { newestWrangler } from "../harness/newest-wrangler.mjs";
import { CLI, ROOT } from "../harness/places.mjs";
import { read } from "../harness/yaml.mjs";

const ended = [];
after(() => Promise.all(ended.map((end) => end())));

/** The commands that the page has for other build servers. */
async function commands() {
  const page = await fs.readFile(path.join(ROOT, "docs/build-server.md"), "utf8");
  return page.split("```")[1].trim().split("\n");
}

test("the workflow to copy deploys with the least permissions, and only that step has the token", async () => {
  const workflow = read(await fs.readFile(path.join(ROOT, "examples/deploy/github-actions.yml"), "utf8"));
  assert.deepEqual(workflow.permissions, { contents: "read" });
  const [checkoutStep, ...steps] = workflow.jobs.integration.steps;
  assert.equal(checkoutStep.with["persist-credentials"], "false");
  assert.deepEqual(steps.map(({ run }) => run), await commands(), "the page has the same commands");
  const withToken = steps.filter(({ env }) => env?.CLOUDFLARE_API_TOKEN);
  assert.deepEqual(withToken.map(({ name }) => name), ["Deploy"]);
  const { env } = withToken[0];
  assert.deepEqual(env, { CLOUDFLARE_API_TOKEN: "${{ secrets.CLOUDFLARE_API_TOKEN }}", CLOUDFLARE_ACCOUNT_ID: "${{ vars.CLOUDFLARE_ACCOUNT_ID }}" });
  assert.equal(workflow.jobs.integration.env, undefined);

  const cloudflare = await Cloudflare.start([{ name: "Department", zones: ["example.gov.uk", "another.gov.uk"] }]);
  const checkout = await Checkout.make(cloudflare);
  ended.push(() => cloudflare.stop(), () => checkout.remove());
  await checkout.edit("wrangler.toml", ["replace-with-the-integration-client-id", "demo-client"]);
  const byHand = { CLOUDFLARE_API_TOKEN: "token one-zone no-user" };
  await checkout.works("cargo edge keys new --service DEMO --env integration", byHand);
  await checkout.works(steps[2].run, byHand);
  const script = cloudflare.script("one-login-edge-integration");
  const before = script.versions.length;
  const without = { CLOUDFLARE_API_TOKEN: undefined, CLOUDFLARE_ACCOUNT_ID: undefined };
  const given = { CLOUDFLARE_API_TOKEN: "token one-zone no-user no-kv", CLOUDFLARE_ACCOUNT_ID: cloudflare.accounts[0].id };
  for (const step of steps.slice(0, 3)) await checkout.works(step.run, step.env ? given : without);
  assert.equal(script.versions.length, before + 1);
  assert.deepEqual(cloudflare.zones.map(({ routes }) => routes.length), [1, 0]);
  // Nothing answers at the host of the example, so that the last step must end the job.
  assert.match(await checkout.refused(steps[3].run, without), /^error +health/m);
});

test("the newest wrangler makes keys and a deployment as the pinned one does", async (t) => {
  const { version, program, reason } = await newestWrangler();
  if (reason) return t.skip(`npm cannot fetch the newest wrangler: ${reason}`);
  const cloudflare = await Cloudflare.start();
  const checkout = await Checkout.make(cloudflare, { wrangler: program });
  ended.push(() => cloudflare.stop(), () => checkout.remove());
  assert.match(await checkout.works("npx wrangler --version"), new RegExp(version.replaceAll(".", "\\.")));
  const keys = (task) => `cargo edge keys ${task} --service DEMO --env integration`;
  assert.match(await checkout.works(keys("new"), { CLOUDFLARE_ACCOUNT_ID: undefined }), /is made now\.$/m);
  await checkout.works("npx wrangler deploy --env integration");
  await checkout.works(keys("rotate client --write"));
  const script = cloudflare.script("one-login-edge-integration");
  assert.ok(script.secrets.CLIENT_KEY_DEMO_B);
  assert.ok(script.live.modules.some(({ name }) => name.endsWith(".wasm")));
  assert.match(await checkout.refused("npx wrangler deploy"), /DEPLOY_WITH_ENV_INTEGRATION_OR_PRODUCTION/);
});

test("git leaves out what holds a secret or belongs to one machine, and keeps the record of keys", async () => {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), "one-login-edge-"));
  ended.push(() => fs.rm(directory, { recursive: true, force: true }));
  await fs.copyFile(path.join(ROOT, ".gitignore"), path.join(directory, ".gitignore"));
  const git = (...words) => promisify(execFile)("git", words, { cwd: directory });
  await git("init", "--quiet");
  const ignored = (name) => git("check-ignore", "--quiet", name).then(() => true, ({ code }) => assert.equal(code, 1) ?? false);
  for (const name of [
    ".env", ".env.production", ".env.local", ".dev.vars", ".dev.vars.integration", "worker-configuration.d.ts", "keys/DEMO-integration.json.new",
    ".local/keys.json", ".wrangler/state", "build/index.js", "node_modules/x",
  ]) assert.equal(await ignored(name), true, name);
  for (const name of ["keys/DEMO-integration.json", "keys/integration.json", "wrangler.toml", "package-lock.json", "examples/.env.example"]) {
    assert.equal(await ignored(name), false, name);
  }
});

test("a workflow that this reader does not know is refused, not misread", () => {
  assert.deepEqual(read("a: [b, c]\nd:\n  - e: f\n    g: h i\n  - j: k\n"), { a: ["b", "c"], d: [{ e: "f", g: "h i" }, { j: "k" }] });
  assert.deepEqual(read('a:\n  b: |\n    c d\n      e\n    f\n  g:\nh: "1 * *"\n'), { a: { b: "c d\n  e\nf", g: null }, h: "1 * *" });
  for (const text of ["a: >\n  b\n", "a: |-\n  b\n", 'a: "b\\n"\n', "a: &b c\n", "a: 'b'\n", "a\n", "a: b\n   c: d\n", "a: {b: c}\n"]) assert.throws(() => read(text), /line/, text);
});

/** The shell's own words and the programs of the build servers that the workflows may use. */
const KNOWN = new RegExp(`^(${[
  "# ", String.raw`if \[`, "fi$", "for (platform|name) in ", "done$", "case ", String.raw`("[^"]*"|\*)\) `, "esac$", "--[a-z-]+", "version=", "file=",
  String.raw`since=\$\(git `, String.raw`own=sha512-\$\(openssl `, String.raw`published=\$\(npm view `, "npm (ci|audit|publish )", "git diff",
  "grep ", "mkdir ", "cp ", "cd ", "sha256sum ", "gh release ",
].join("|")})`);

test("every workflow of the repository reads, and each command in it is there", async () => {
  const directory = path.join(ROOT, ".github/workflows");
  const all = new Map();
  for (const name of await fs.readdir(directory)) {
    const workflow = read(await fs.readFile(path.join(directory, name), "utf8"));
    assert.deepEqual(workflow.permissions, { contents: "read" }, name);
    const commands = [];
    for (const [id, job] of Object.entries(workflow.jobs)) {
      const where = `${id} of ${name}`;
      const runners = job["runs-on"] === "${{ matrix.runner }}" ? job.strategy.matrix.include.map(({ runner }) => runner) : [job["runs-on"]];
      for (const runner of runners) assert.match(runner, /^(ubuntu|macos)-\d/, where);
      assert.ok(Number(job["timeout-minutes"]) <= 360, where);
      for (const step of job.steps) {
        assert.equal(("uses" in step) + ("run" in step), 1, `${where}: ${JSON.stringify(step)}`);
        if (step.uses) assert.match(step.uses, /^[\w-]+\/[\w-]+@[\w.]+$/, where);
        for (const line of step.run?.split("\n") ?? []) for (const command of line.split(" && ")) commands.push(command.trim());
      }
    }
    all.set(name, commands);
    const installed = (tool) => commands.includes(`cargo install --locked cargo-${tool}`);
    for (const command of commands) {
      const [program, first, ...rest] = command.split(" ");
      if (program === "cargo" && first === "edge") await promisify(execFile)(CLI, [...rest, "--help"], { cwd: ROOT });
      else if (program === "cargo") assert.ok(first === "install" || installed(first), `${name} does not install cargo-${first}`);
      else if (program === "bash") await fs.access(path.join(ROOT, first));
      else assert.match(command, KNOWN, `${name} has a command that this test does not know`);
    }
  }
  const assured = ["load", "fuzz", "year", "year --mutants", "year --workerd", "year --workerd --mutants"];
  for (const run of assured) assert.ok(all.get("nightly.yml").includes(`cargo edge assure ${run}`), run);
});
