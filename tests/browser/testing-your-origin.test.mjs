// The page for teams that test their own service: these tests run every command and program on it unchanged, except for
// the ports. A block without a language is not run.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Child } from "../harness/children.mjs";
import { CHROMIUM, CLI, ROOT, SIMULATOR } from "../harness/places.mjs";
import { World } from "../harness/world.mjs";

const run = promisify(execFile);
let world, directory, page, keys, origin, address;

/** The blocks of a language, in order. */
const blocks = (language) => [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, text]) => text.trim());

before(async () => {
  page = await fs.readFile(path.join(ROOT, "docs/testing-your-origin.md"), "utf8");
  // Below the repository, so that the page's program finds what npm installed.
  directory = await fs.mkdtemp(path.join(ROOT, "target/testing-your-origin-"));
  world = await World.start({ auto: null });
  keys = new Child("key set", CLI, ["session", "keys", "--serve", "0"], { cwd: ROOT });
  const [jwks] = await keys.says(/http:\S+/);
  const service = "http://localhost:8787";
  const settings = ["--port", "0", "--issuer", service, "--audience", service, "--jwks", jwks];
  origin = new Child("origin", SIMULATOR, ["origin", ...settings]);
  [address] = await origin.says(/http:\S+/);
});
after(async () => {
  await keys?.stop();
  await origin?.stop();
  await world?.stop();
  await fs.rm(directory, { recursive: true, force: true });
});

/** Runs one line of the page in a shell. */
async function shell(line) {
  const here = line
    .replaceAll("cargo edge ", `'${CLI}' `)
    .replaceAll("http://127.0.0.1:3000", address)
    .replaceAll("http://127.0.0.1:8788", world.provider.url);
  const environment = { ...process.env, PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter) };
  return (await run("bash", ["-o", "pipefail", "-c", here], { cwd: directory, env: environment })).stdout;
}

test("every command of the page does what it says", async () => {
  await fs.writeFile(path.join(directory, "claims.json"), blocks("json")[0]);
  const lines = blocks("sh").flatMap((block) => block.split("\n"));
  assert.equal(lines.length, 12);
  const said = [];
  for (const line of lines) {
    // It runs until it is ended; the world above has it running.
    said.push(line.endsWith("--serve 8790") ? "" : await shell(line));
  }
  const [header, , , greeted, other, json, refused, , faults, , ended, reset] = said;
  assert.match(header, /^One-Login-Assertion: eyJ/);
  const written = JSON.parse(await fs.readFile(path.join(directory, "assertion-jwks.json"), "utf8"));
  assert.equal(written.keys[0].kty, "EC");
  assert.match(greeted, /kenneth@example\.gov\.uk/);
  assert.match(other, /new@example\.com/);
  assert.match(JSON.parse(json)["One-Login-Assertion"], /^eyJ/);
  assert.equal(refused.trim(), "401");
  assert.ok(JSON.parse(faults).includes("token-500"));
  assert.ok("ended_sessions" in JSON.parse(ended) && JSON.parse(reset).ok);
});

test("the page's program for a browser signs a person in", async () => {
  const [program, ...others] = blocks("js");
  assert.equal(others.length, 0);
  const file = path.join(directory, "journey.mjs");
  await fs.writeFile(file, program.replaceAll("http://localhost:8787", `http://${world.host}`));
  await run(process.execPath, [file], { env: { ...process.env, CHROMIUM }, timeout: 60_000 });
  assert.ok((await world.origin.paths()).includes("/account"));
});
