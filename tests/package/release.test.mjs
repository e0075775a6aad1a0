// The steps of .github/workflows/release.yml that need no runner of GitHub's, as they are written: the tag, one set of files from four
// platforms, and what is published in which order. The tool of this platform is the packed one; those of others are named like it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../harness/places.mjs";
import { ARTEFACTS, exec, succeeds } from "../harness/team.mjs";

let work, workflow, platforms, version;
const calls = async () => (await fs.readFile(path.join(work, "calls"), "utf8").catch(() => "")).trim().split("\n").filter(Boolean);

/** A step's script, by a line of the step. */
function script(part) {
  const steps = workflow.split(/^ {6}- /m);
  const step = steps.find((text) => text.includes(part) && /run: /.test(text));
  assert.ok(step, part);
  const [, block] = /run: \|\n([\s\S]*)/.exec(step) ?? [];
  return block === undefined ? /run: (.*)/.exec(step)[1] : block.replace(/^ {10}/gm, "");
}

/** Runs a step as GitHub's runners do. */
const runs = (part, { tag = `v${version}`, cwd = work, env = {} } = {}) =>
  exec("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script(part)], {
    cwd, env: { ...process.env, PATH: `${path.join(work, "bin")}:${process.env.PATH}`, PLATFORMS: platforms.join(), GITHUB_REF_NAME: tag, GITHUB_REPOSITORY: "owner/name", GH_TOKEN: "token", ...env },
  });

before(async () => {
  work = await fs.mkdtemp(path.join(os.tmpdir(), "one-login-edge-release-"));
  workflow = await fs.readFile(path.join(ROOT, ".github/workflows/release.yml"), "utf8");
  platforms = /PLATFORMS: (.*)/.exec(workflow)[1].split(",");
  [, version] = /^version = "(.*)"$/m.exec(await fs.readFile(path.join(ROOT, "Cargo.toml"), "utf8"));
  // As `download-artifact` lays them out: a directory for each platform, with what `cargo edge release` made there.
  const own = await fs.readdir(ARTEFACTS);
  for (const platform of platforms) {
    const place = path.join(work, "built", platform);
    await fs.mkdir(place, { recursive: true });
    for (const name of own) await fs.copyFile(path.join(ARTEFACTS, name), path.join(place, name.replace("linux-x64", platform)));
  }
  // npm and gh, which write down what they are asked; the registry has what `published` says.
  const bin = path.join(work, "bin");
  await fs.mkdir(bin);
  const program = (name, text) => fs.writeFile(path.join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  await program("npm", `[ "$1" = view ] && { grep -s "^$2 " published | cut -d" " -f2; exit 0; }\necho "npm $*" >> calls`);
  await program("gh", 'echo "gh $*" >> calls');
});
after(() => fs.rm(work, { recursive: true, force: true }));

test("when a tag is not the version of the sources then nothing is built", async () => {
  await succeeds(runs("The tag is the version", { cwd: ROOT }));
  assert.notEqual((await runs("The tag is the version", { cwd: ROOT, tag: "v9.9.9" })).code, 0);
});

test("when a release is built then each platform's tool is asked for, and the repository is named that npm compares", async () => {
  assert.equal(script("cargo edge release"), 'cargo edge release --platforms "$PLATFORMS" --repository "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"');
  const built = [...workflow.matchAll(/^ +- platform: (.*)$/gm)].map(([, platform]) => platform);
  assert.deepEqual(built, platforms);
});

test("when the platforms' files come together then each is there once, with its checksum", async () => {
  await succeeds(runs("One set of files"));
  const names = (await fs.readdir(path.join(work, "release"))).sort();
  const tools = platforms.map((platform) => `one-login-edge-${platform}-${version}.tgz`);
  const archives = platforms.map((platform) => `one-login-edge-${version}-${platform}.tar.gz`);
  const shared = [`one-login-edge-${version}.tgz`, `create-one-login-edge-${version}.tgz`, "sbom.cdx.json", "SHA256SUMS"];
  assert.deepEqual(names, [...tools, ...archives, ...shared].sort());
  const sums = await fs.readFile(path.join(work, "release/SHA256SUMS"), "utf8");
  assert.equal(sums.trim().split("\n").length, names.length - 1);
  for (const line of sums.trim().split("\n")) {
    const [sum, name] = line.split("  ");
    assert.equal(createHash("sha256").update(await fs.readFile(path.join(work, "release", name))).digest("hex"), sum, name);
  }
});

test("when a release is published then the Worker's package comes after the tools that it asks for, and a second run publishes nothing again", async () => {
  await succeeds(runs("npm publish"));
  const tag = version.includes("-") ? "next" : "latest";
  const order = [...platforms.map((platform) => `one-login-edge-${platform}`), "one-login-edge", "create-one-login-edge"];
  const expected = order.map((name) => `npm publish --provenance --access public --tag ${tag} ./release/${name}-${version}.tgz`);
  assert.deepEqual(await calls(), expected);
  const integrity = async (name) => `sha512-${createHash("sha512").update(await fs.readFile(path.join(work, `release/${name}-${version}.tgz`))).digest("base64")}`;
  const lines = await Promise.all(order.slice(0, 3).map(async (name) => `${name}@${version} ${await integrity(name)}`));
  await fs.writeFile(path.join(work, "published"), lines.join("\n"));
  await fs.rm(path.join(work, "calls"));
  await succeeds(runs("npm publish"));
  assert.deepEqual(await calls(), expected.slice(3), "the run after a failure goes on with the rest");
  await fs.writeFile(path.join(work, "published"), `${order[0]}@${version} sha512-other`);
  await fs.rm(path.join(work, "calls"));
  const other = await runs("npm publish");
  assert.equal(other.code, 1);
  assert.match(other.stderr, /is published with other bytes/);
  assert.deepEqual(await calls(), []);
  await succeeds(runs("gh release create"));
  const [line] = await calls();
  assert.match(line, new RegExp(`^gh release create v${version} release/.* --verify-tag --(prerelease|latest) `));
});

test("when npm reads the packages then each has the name, version, platform and programs that the workflow and the tool rely on", async () => {
  const read = async (name) => JSON.parse(await succeeds(exec("tar", ["-xzOf", path.join(ARTEFACTS, `${name}-${version}.tgz`), "package/package.json"], {})));
  const product = await read("one-login-edge");
  assert.deepEqual([product.version, product.license, product.engines.node], [version, "MIT", ">=22"]);
  assert.match(product.dependencies.wrangler, /^\d+\.\d+\.\d+$/);
  assert.equal(product.optionalDependencies["one-login-edge-linux-x64"], version);
  const tool = await read("one-login-edge-linux-x64");
  assert.deepEqual([tool.os, tool.cpu, tool.libc], [["linux"], ["x64"], ["glibc"]]);
  assert.equal((await read("create-one-login-edge")).version, version);
  for (const [name, programs] of [["one-login-edge", ["bin/one-login-edge.mjs"]], ["one-login-edge-linux-x64", ["bin/one-login-edge", "bin/simulator"]], ["create-one-login-edge", ["create.mjs"]]]) {
    const listing = await succeeds(exec("tar", ["-tvzf", path.join(ARTEFACTS, `${name}-${version}.tgz`)], { env: { ...process.env, TZ: "UTC" } }));
    for (const line of listing.trim().split("\n")) {
      const file = line.split("package/")[1];
      assert.equal(line.startsWith("-rwxr-xr-x"), programs.includes(file), line);
      assert.match(line, / 1985-10-26 /, "a time of no machine");
    }
    assert.match(listing, /package\/LICENSE$/m);
    if (name !== "create-one-login-edge") assert.match(listing, /package\/THIRD-PARTY-LICENCES\.txt$/m);
  }
});
