// `one-login-edge upgrade` in a team's project, from this release to others. Those are this release's own bytes under another
// version, each with the one change that a judgement is about.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { ARTEFACTS, Team, pack, succeeds } from "../harness/team.mjs";

const CHANGES = (version, text) => `# Changes\n\n## ${version}, 1 January 2027\n\n### When you upgrade\n\n${text}\n\n### What is new\n\n- Much.\n\n`;
let team, variants, own;

const rewrite = async (file, change) => fs.writeFile(file, change(await fs.readFile(file, "utf8")));

/** Puts a section for the version in front of the changelog. */
const announce = (place, version, text) =>
  rewrite(path.join(place, "CHANGELOG.md"), (before) => CHANGES(version, text) + before.slice(before.indexOf("## ")));

before(async () => {
  variants = await fs.mkdtemp(path.join(os.tmpdir(), "one-login-edge-variants-"));
  await pack(variants, "1.0.0", (place) => announce(place, "1.0.0", "- **Log:** count the label `x` no more."));
  await pack(variants, "1.1.0", async (place) => {
    await announce(place, "1.1.0", "- **Formats:** sessions 4.");
    await rewrite(path.join(place, "formats.json"), (text) => {
      const list = JSON.parse(text);
      const session = list.formats.find((row) => row.where === "cookie __Host-ol-session");
      session.writes = session.reads = ["4"];
      return JSON.stringify(list);
    });
    await rewrite(path.join(place, "worker/wrangler.json"), (text) => text.replace(/"compatibility_date": "[^"]+"/, '"compatibility_date": "2025-01-02"'));
    // A Worker that calls its session cookies something else, as a list of formats might forget to say.
    const wasm = path.join(place, "worker/index_bg.wasm");
    const bytes = await fs.readFile(wasm);
    let count = 0;
    for (let at = bytes.indexOf("__Host-ol-session"); at !== -1; at = bytes.indexOf("__Host-ol-session", at + 1)) {
      bytes.write("Z", at + "__Host-ol-sessio".length);
      count += 1;
    }
    assert.ok(count > 0);
    await fs.writeFile(wasm, bytes);
  });
  team = await Team.start({ more: ["git"], directories: [ARTEFACTS, variants], latest: "1.0.0" });
  const file = (await fs.readdir(ARTEFACTS)).find((name) => name.startsWith("create-one-login-edge-"));
  own = /^create-one-login-edge-(.*)\.tgz$/.exec(file)[1];
  await succeeds(team.run(`npm create one-login-edge@${own} licence -- --service LICENCE --host licence.example.gov.uk`, { cwd: team.home }));
  await succeeds(team.run("npm install"));
  const git = async (...words) => succeeds(team.run(`git -c user.name=team -c user.email=team@example.gov.uk ${words.join(" ")}`));
  await git("init", "--quiet");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "begin");
});
after(async () => {
  await team?.close();
  await fs.rm(variants, { recursive: true, force: true });
});

test("rejects a version that npm does not have, and says so where there is nothing to do", async () => {
  const absent = await team.tool("upgrade 9.9.9");
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /npm does not know one-login-edge@9\.9\.9/);
  assert.match(await succeeds(team.tool(`upgrade ${own}`)), /there is nothing to upgrade/);
  await team.edit("package.json", (text) => text.replace(`"${own}"`, `"^${own}"`));
  const range = await team.tool("upgrade");
  assert.equal(range.code, 1);
  assert.match(range.stderr, /must name one exact version/);
  await team.edit("package.json", (text) => text.replace(`"^${own}"`, `"${own}"`));
});

test("rejects a version whose parser refuses the team's configuration, and names the fault", async () => {
  const before = await team.read("package.json");
  await team.edit("sign-in.toml", (text) => text.replace('access = "required", level', 'acess = "required", level'));
  const refused = await team.tool("upgrade 1.0.0");
  assert.equal(refused.code, 1, refused.all);
  assert.match(refused.stdout, /^refused +1\.0\.0 refuses your configuration: production: .*did you mean "access"/m);
  assert.match(refused.stdout, new RegExp(`refused; package\\.json keeps ${own}`));
  assert.equal(await team.read("package.json"), before);
  await succeeds(team.run("git checkout --quiet sign-in.toml"));
});

test("rejects an upgrade that signs people out, by its formats and by a session that does not go on, unless the team asks", async () => {
  const before = await team.read("package.json");
  const refused = await team.tool("upgrade 1.1.0");
  assert.equal(refused.code, 1, refused.all);
  assert.match(refused.stdout, /^sign-out +cookie __Host-ol-session: the new version does not read format 1, 2, 3; people sign in again$/m);
  assert.match(refused.stdout, new RegExp(`^sign-out +a session that ${own} made for LICENCE does not go on in 1\\.1\\.0$`, "m"));
  assert.match(refused.stdout, /^ok +a user signs in to LICENCE in 1\.1\.0$/m);
  assert.match(refused.stdout, /^\+ *"compatibility_date": "2025-01-02",$/m);
  assert.match(refused.stdout, /1\.1\.0: when you upgrade\s+- \*\*Formats:\*\* sessions 4\./);
  assert.match(refused.stdout, /--sign-people-out goes on all the same/);
  assert.equal(await team.read("package.json"), before);
  const asked = await succeeds(team.tool("upgrade 1.1.0 --check --sign-people-out"));
  assert.match(asked, /the upgrade can be made/);
  assert.equal(await team.read("package.json"), before);
});

test("when all is well then the newest version is installed, one number changes, and a pull request's check agrees", async () => {
  const before = await team.read("package.json");
  const said = await succeeds(team.tool("upgrade"));
  assert.match(said, new RegExp(`^from ${own} to 1\\.0\\.0$`, "m"));
  for (const good of [
    "integration: wrangler gets the same configuration", "each version reads the formats that the other writes",
    `a session that ${own} made for LICENCE goes on in 1.0.0`, "a user signs in to LICENCE in 1.0.0",
  ]) {
    assert.ok(said.includes(`ok       ${good}\n`), `${good}\n${said}`);
  }
  assert.match(said, /1\.0\.0: when you upgrade\s+- \*\*Log:\*\* count the label `x` no more\./);
  assert.doesNotMatch(said, /Much\./);
  assert.equal(await team.read("package.json"), before.replace(`"one-login-edge": "${own}"`, '"one-login-edge": "1.0.0"'));
  assert.equal(JSON.parse(await team.read("node_modules/one-login-edge/package.json")).version, "1.0.0");
  await assert.rejects(fs.access(path.join(team.project, ".one-login-edge/upgrade")));
  assert.match(await succeeds(team.tool("verify")), /^same +installed: worker\/index_bg\.wasm$/m);
  const workflow = await team.read(".github/workflows/sign-in.yml");
  const [, check] = /npx one-login-edge (upgrade --check .*)$/m.exec(workflow);
  const judged = await succeeds(team.tool(check.replace("HEAD^", "HEAD")));
  assert.match(judged, new RegExp(`^from ${own} to 1\\.0\\.0$`, "m"));
  assert.match(judged, /the upgrade can be made/);
});
