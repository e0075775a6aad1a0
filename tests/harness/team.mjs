// A team's machine: a home directory with Node, npm and a registry of packed packages, and no Rust, no compiler and no clone.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ROOT, npm } from "./places.mjs";
import { startRegistry } from "./registry.mjs";

/** Where `cargo edge release` puts the packages. */
export const ARTEFACTS = path.join(ROOT, "target/release-artifacts");

/** Runs a program to its end, whichever that is. */
export function exec(program, words, options) {
  return new Promise((resolve) => {
    execFile(program, words, { maxBuffer: 1 << 26, ...options }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? 1), stdout, stderr, all: `${stdout}\n${stderr}` }),
    );
  });
}

/** The output of a run that must end well. */
export async function succeeds(run) {
  const ended = await run;
  assert.equal(ended.code, 0, ended.all);
  return ended.stdout;
}

export class Team {
  /** Sets the machine up; `more` programs are found there too, and the registry has the packages of `directories`. */
  static async start({ more = [], directories = [ARTEFACTS], latest } = {}) {
    const team = new Team();
    team.home = await fs.mkdtemp(path.join(os.tmpdir(), "one-login-edge-project-"));
    team.bin = path.join(team.home, "bin");
    team.project = path.join(team.home, "licence");
    await fs.mkdir(team.bin);
    // Everything that a command finds: Node, npm and the shell that npm runs scripts with.
    const which = async (name) => (await exec("sh", ["-c", `command -v ${name}`], {})).stdout.trim();
    const programs = [["node", npm("node")]];
    for (const name of ["npm", "npx", "sh", ...more]) programs.push([name, await which(name)]);
    for (const [name, place] of programs) await fs.symlink(await fs.realpath(place), path.join(team.bin, name));
    team.registry = await startRegistry(directories, latest);
    team.environment = {
      PATH: team.bin, HOME: team.home, WRANGLER_SEND_METRICS: "false",
      npm_config_registry: team.registry.url, npm_config_audit: "false", npm_config_fund: "false", npm_config_update_notifier: "false", npm_config_yes: "true",
    };
    return team;
  }

  /** A program as the team runs it. */
  run(line, { cwd = this.project, env = {} } = {}) {
    const [program, ...words] = line.split(" ");
    return exec(path.join(this.bin, program), words, { cwd, env: { ...this.environment, ...env } });
  }

  /** The tool, from the project's own packages. */
  tool(line, options) {
    return this.run(`node node_modules/one-login-edge/bin/one-login-edge.mjs ${line}`, options);
  }

  read(name) {
    return fs.readFile(path.join(this.project, name), "utf8");
  }

  async edit(name, change) {
    await fs.writeFile(path.join(this.project, name), change(await this.read(name)));
  }

  async close() {
    await this.registry?.close();
    await fs.rm(this.home, { recursive: true, force: true });
  }
}

/**
 * Packs the release's packages once more under another version, after `change` did its part in the product's directory.
 * `npm` tells the two by their version, and each judgement of an upgrade sees the change that it is about.
 */
export async function pack(into, version, change) {
  const work = await fs.mkdtemp(path.join(into, "pack-"));
  const packed = (await fs.readdir(ARTEFACTS)).filter((name) => /^one-login-edge-.*\.tgz$/.test(name));
  assert.equal(packed.length, 2, packed.join());
  for (const file of packed) {
    const directory = path.join(work, file);
    await fs.mkdir(directory);
    await succeeds(exec("tar", ["-xzf", path.join(ARTEFACTS, file), "-C", directory], {}));
    const place = path.join(directory, "package");
    const manifest = JSON.parse(await fs.readFile(path.join(place, "package.json"), "utf8"));
    const isProduct = manifest.name === "one-login-edge";
    manifest.version = version;
    for (const name of Object.keys(manifest.optionalDependencies ?? {})) manifest.optionalDependencies[name] = version;
    await fs.writeFile(path.join(place, "package.json"), JSON.stringify(manifest));
    if (isProduct) await change?.(place);
    await succeeds(exec("tar", ["-czf", path.join(into, `${manifest.name}-${version}.tgz`), "-C", directory, "package"], {}));
  }
  await fs.rm(work, { recursive: true });
}
