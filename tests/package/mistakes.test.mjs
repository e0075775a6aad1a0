// Mistakes of a team's first hour: each is answered with the place of the mistake and the next step, and nothing is lost.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { Child } from "../harness/children.mjs";
import { Team, exec, succeeds } from "../harness/team.mjs";

const CREATE = "npm create one-login-edge@latest";
let team, sound;

before(async () => {
  team = await Team.start();
  await succeeds(team.run(`${CREATE} licence -- --service LICENCE --host licence.example.gov.uk`, { cwd: team.home }));
  await succeeds(team.run("npm install"));
  sound = await team.read("sign-in.toml");
});
after(() => team?.close());

/** The line of the file in which a text is, from 1. */
const lineOf = (text, part) => text.slice(0, text.indexOf(part)).split("\n").length;

/** Runs a command with a changed file, and puts the file back. */
async function changed(change, line) {
  const text = change(sound);
  assert.notEqual(text, sound);
  await team.edit("sign-in.toml", () => text);
  try {
    return { ...(await team.tool(line)), text };
  } finally {
    await team.edit("sign-in.toml", () => sound);
  }
}

test("rejects what npm create cannot make a project of, says what would be right, and writes nothing", async () => {
  await fs.writeFile(path.join(team.home, "a-file"), "");
  await fs.mkdir(path.join(team.home, "full"));
  await fs.writeFile(path.join(team.home, "full/own.txt"), "mine");
  const before = (await fs.readdir(team.home)).sort();
  for (const [words, said] of [
    ["made -- --host https://licence.example.gov.uk/", '--host must be a host name in lower case, such as licence.example.gov.uk, and not "https://licence.example.gov.uk/"'],
    ["made -- --host Licence.Example.GOV.UK", "such as licence.example.gov.uk"],
    ["made -- --host localhost", '--host must be a host name in lower case with a full stop, and not "localhost"'],
    ["made -- --service my-licence", '--service must be capital letters and digits, such as MY_LICENCE, and not "my-licence"'],
    ["made -- --host licence.example.gov.uk --zone example.com", "the host licence.example.gov.uk is not in the zone example.com"],
    ["made -- --hosts a.example.gov.uk", "Unknown option '--hosts'"],
    ["", "name one directory, such as `npm create one-login-edge licence"],
    ["a-file", "a-file is a file; name a directory that is not there yet"],
    ["full", "full is not empty; name a directory that is not there yet"],
    ["a-file/below", "a-file/below cannot be written (ENOTDIR)"],
  ]) {
    const refused = await team.run(`${CREATE} ${words}`.trim(), { cwd: team.home });
    assert.equal(refused.code, 1, words);
    assert.ok(refused.stderr.includes(`error: `) && refused.stderr.includes(said), `${words}: ${refused.stderr}`);
    assert.doesNotMatch(refused.stderr, /^ +at /m, "no stack of a program");
  }
  assert.deepEqual((await fs.readdir(team.home)).sort(), before);
  assert.deepEqual(await fs.readdir(path.join(team.home, "full")), ["own.txt"]);
});

test("when a service is at service.gov.uk then its own host is the zone", async () => {
  await succeeds(team.run(`${CREATE} own -- --service OWN --host own.service.gov.uk`, { cwd: team.home }));
  const text = await fs.readFile(path.join(team.home, "own/sign-in.toml"), "utf8");
  assert.equal([...text.matchAll(/^zone_name = "own\.service\.gov\.uk"$/gm)].length, 2, text);
  assert.match(text, /^host = "integration\.own\.service\.gov\.uk"$/m);
});

test("rejects a mistyped sign-in.toml with its file, its line and what would be right", async () => {
  for (const [part, change, said] of [
    ['level = "Cl.Cm"', ['level = "Cl.Cm"', 'level = "Cl.CM"'], /SERVICE_LICENCE\.routes\[2\]\.level: must be .*not "Cl\.CM"/],
    ["release =", ["release =", "releases ="], /SERVICE_LICENCE\.routes\[2\]\.releases: .*did you mean "release"/],
    ['host = "licence.integration', ['host = "licence.integration', 'host = "https://licence.integration'], /SERVICE_LICENCE\.host: must be a host name in lower case/],
    ["zone_name", ["zone_name", "zone"], /nothing reads `env\.integration\.zone`; there can be .*zone_name/],
    ['zone_name = "example.gov.uk"', ['zone_name = "example.gov.uk"', 'zone_name = "other.gov.uk"'], /env\.integration\.zone_name: the host licence\.integration\.example\.gov\.uk is not in the zone other\.gov\.uk/],
    ["scopes =", ["scopes =", "scopes "], /is not valid TOML: line \d+, column \d+/],
  ]) {
    for (const line of ["check", "deploy --env integration --dry-run"]) {
      const refused = await changed((text) => text.replace(...change), line);
      assert.equal(refused.code, 1, part);
      assert.match(refused.all, said, `${part}: ${line}`);
      const at = lineOf(sound, part);
      assert.match(refused.all, new RegExp(`sign-in\\.toml(, line| is not valid TOML: line) ${at}[:,]`), `${part}: ${line}`);
    }
  }
});

test("rejects an environment that is not in the file, by every command and with the ones that are", async () => {
  for (const line of ["deploy --env prod --dry-run", "config --env prod", "verify --env prod", "doctor --service LICENCE --env prod", "keys show --service LICENCE --env prod"]) {
    const refused = await team.tool(line);
    assert.equal(refused.code, 1, line);
    assert.match(refused.stderr, /sign-in\.toml has no environment "?prod"?; it has integration, production/, line);
  }
  const local = await team.tool("deploy --env local --dry-run");
  assert.match(local.stderr, /has no environment local; it has integration, production, and `dev` runs the local one/);
});

test("when an editor on Windows has saved the file then it says the same", async () => {
  const windows = await changed((text) => `\ufeff${text.replaceAll("\n", "\r\n")}`, "check");
  assert.equal(windows.code, 0, windows.all);
  const refused = await changed((text) => `\ufeff${text.replace("release =", "releases =").replaceAll("\n", "\r\n")}`, "check");
  assert.match(refused.stdout, new RegExp(`sign-in\\.toml, line ${lineOf(sound, "release =")}: `));
});

test("rejects an older Node, a package of another system and a missing installation, each with the next step", async () => {
  const older = path.join(team.home, "older.mjs");
  const pretend = `Object.defineProperty(process.versions, "node", { value: "20.20.2" });`;
  const cases = [
    ["older Node", pretend, /error: this is Node 20\.20\.2, and wrangler needs Node 22 or newer/],
    ["another system", 'Object.defineProperty(process, "platform", { value: "win32" });', /has no tool for win32-x64: there is one for .*linux-x64\. On Windows work in WSL/],
  ];
  for (const [name, code, said] of cases) {
    await fs.writeFile(older, code);
    const refused = await team.run(`node --import ${older} node_modules/one-login-edge/bin/one-login-edge.mjs check`);
    assert.equal(refused.code, 1, name);
    assert.match(refused.stderr, said, name);
  }
  await fs.writeFile(older, pretend);
  const create = path.join(team.home, "create");
  await fs.mkdir(create);
  const archive = team.registry.files.find((name) => path.basename(name).startsWith("create-one-login-edge-"));
  await succeeds(exec("tar", ["-xzf", archive, "-C", create], {}));
  const refused = await team.run(`node --import ${older} ${create}/package/create.mjs made`, { cwd: team.home });
  assert.match(refused.stderr, /error: this is Node 20\.20\.2/);
  const tools = path.join(team.project, "node_modules", "one-login-edge-linux-x64");
  await fs.rename(tools, `${tools}-away`);
  const absent = await team.tool("check");
  await fs.rename(`${tools}-away`, tools);
  assert.match(absent.stderr, /the package one-login-edge-linux-x64 is not installed\. Run `npm install` on this machine/);
  const elsewhere = await team.run(`node ${team.project}/node_modules/one-login-edge/bin/one-login-edge.mjs check`, { cwd: team.home });
  assert.match(elsewhere.stderr, /is neither inside a project, which has a sign-in\.toml/);
});

test("when npm's registry cannot be reached then `upgrade` says that, and not that the version is unknown", async () => {
  const begun = Date.now();
  const refused = await team.tool("upgrade", { env: { npm_config_registry: "http://127.0.0.1:9/" } });
  assert.equal(refused.code, 1);
  assert.ok(Date.now() - begun < 20_000, "npm's own tries take more than a minute");
  assert.match(refused.stderr, /npm cannot ask its registry for one-login-edge@latest; is this machine online\?/);
});

test("when a port is taken then `dev` names it, its use and ports that are free", async () => {
  const other = http.createServer();
  await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = other.address();
    const refused = await team.tool(`dev --port ${port}`);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, new RegExp(`port ${port}, meant for the Worker, is taken, perhaps by another \`npx one-login-edge dev\`; .*--port \\d+`));
    const [, free] = /--port (\d+)/.exec(refused.stderr);
    const dev = new Child("dev", path.join(team.bin, "node"), ["node_modules/one-login-edge/bin/one-login-edge.mjs", "dev", "--port", free], { cwd: team.project, env: team.environment });
    await dev.says(/Ctrl-C ends everything/, 120_000);
    await dev.stop();
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
});

test("when the project cannot be written to then `dev` names the directory that it needs", async () => {
  const work = path.join(team.project, ".one-login-edge");
  await fs.rm(work, { recursive: true, force: true });
  await fs.writeFile(work, "");
  try {
    const refused = await team.tool("dev --port 21000");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /error: .*\.one-login-edge.* cannot be made/);
  } finally {
    await fs.rm(work);
  }
});
