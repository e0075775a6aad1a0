// A build of the version that this one must run side by side with: the commit that tests/formats/older.txt names.
// Today's tools make it without the long optimisations, once for each commit. It takes one to three minutes.

import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CLI, ROOT } from "./places.mjs";

const execute = promisify(execFile);
const CACHE = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "one-login-edge");
const QUICK = {
  CARGO_PROFILE_RELEASE_LTO: "off", CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "8", CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
};
const PATIENCE_MS = 600_000;

/** Where its modules are, or the reason why this clone cannot make it: it was cloned without its history. */
export async function olderBuild() {
  const commit = (await fs.readFile(path.join(ROOT, "tests/formats/older.txt"), "utf8")).trim();
  const place = path.join(CACHE, `older-${commit.slice(0, 12)}`);
  const done = await fs.stat(place).catch(() => null);
  if (done) return { commit, build: place };
  const git = (...words) => execute("git", words, { cwd: ROOT });
  const known = await git("cat-file", "-e", `${commit}^{commit}`).then(() => true, () => false);
  if (!known) return { commit, reason: `this clone has no commit ${commit}; \`git fetch --unshallow\` brings it` };
  await fs.mkdir(CACHE, { recursive: true });
  const aside = await fs.mkdtemp(path.join(CACHE, "older-new-"));
  try {
    const archive = path.join(aside, "tree.tar");
    await git("archive", "--output", archive, commit);
    await execute("tar", ["-xf", archive], { cwd: aside });
    // The packages are today's, and nothing may install others into them.
    for (const name of ["package.json", "package-lock.json"]) await fs.copyFile(path.join(ROOT, name), path.join(aside, name));
    await fs.symlink(path.join(ROOT, "node_modules"), path.join(aside, "node_modules"));
    const env = { ...process.env, ...QUICK };
    delete env.CARGO_MANIFEST_DIR;
    await execute(CLI, ["build"], { cwd: aside, env, timeout: PATIENCE_MS, maxBuffer: 50_000_000 });
    await fs.rename(path.join(aside, "build"), place);
  } finally {
    await fs.rm(aside, { recursive: true, force: true });
  }
  return { commit, build: place };
}
