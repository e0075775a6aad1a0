// The newest wrangler that the registry serves, in a folder of its own near the tools of `cargo edge setup`. Each
// version is installed once. Without a registry the caller gets the reason.

import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const CACHE = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "one-login-edge");

/** Its version and program, or why it is not there. */
export async function newestWrangler() {
  try {
    const { stdout } = await run("npm", ["view", "wrangler", "version"], { timeout: 20_000 });
    const version = stdout.trim();
    const directory = path.join(CACHE, `wrangler-${version}`);
    const program = path.join(directory, "node_modules/.bin/wrangler");
    if (!(await fs.stat(program).catch(() => null))) await install(version, directory);
    return { version, program };
  } catch (error) {
    return { reason: String(error.message).split("\n")[0] };
  }
}

/** Installs it aside first, so that an installation that breaks off leaves no half of one. */
async function install(version, directory) {
  await fs.mkdir(CACHE, { recursive: true });
  const aside = await fs.mkdtemp(path.join(CACHE, "wrangler-new-"));
  await fs.writeFile(path.join(aside, "package.json"), "{}");
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", `wrangler@${version}`], { cwd: aside, timeout: 180_000 });
  await fs.rename(aside, directory);
}
