// A checkout of the repository in which a test may change files and run `cargo edge` and `npx wrangler` as a person would.
// Files that it cannot change are links to the repository's own, so that nothing is built or installed again.

import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Child } from "./children.mjs";
import { CLI, ROOT } from "./places.mjs";

/** Entries that a test changes; the others are links. */
const OWN = new Set(["node_modules", "wrangler.toml", "keys", ".git", ".wrangler", ".local", ".dev.vars", ".env", "registration.toml", ".gitignore"]);

export class Checkout {
  static async make(cloudflare, { wrangler = path.join(ROOT, "node_modules/.bin/wrangler") } = {}) {
    const checkout = new Checkout();
    Object.assign(checkout, { cloudflare, wrangler, directory: await fs.mkdtemp(path.join(os.tmpdir(), "one-login-edge-")) });
    checkout.tree = path.join(checkout.directory, "tree");
    await fs.mkdir(checkout.tree);
    for (const name of await fs.readdir(ROOT)) {
      if (!OWN.has(name)) await fs.symlink(path.join(ROOT, name), path.join(checkout.tree, name));
    }
    await fs.copyFile(path.join(ROOT, "wrangler.toml"), path.join(checkout.tree, "wrangler.toml"));
    await packages(path.join(ROOT, "node_modules"), path.join(checkout.tree, "node_modules"), wrangler);
    // `cargo edge` is the program that is under test, and `npx wrangler` the version that is; wrangler itself runs both.
    const bin = path.join(checkout.directory, "bin");
    await fs.mkdir(bin);
    const script = (name, text) => fs.writeFile(path.join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    await script("cargo", `[ "$1" = edge ] || exit 97\nshift\nexec ${quoted(CLI)} "$@"`);
    await script("npm", 'echo "no test installs packages: run cargo edge setup" >&2; exit 97');
    await script("npx", `[ "$1" = wrangler ] || exit 97\nshift\nexec ${quoted(wrangler)} "$@"`);
    checkout.path = [bin, path.join(ROOT, "node_modules/.bin"), process.env.PATH].join(path.delimiter);
    return checkout;
  }

  /**
   * The environment of every command: Cloudflare's double, and none of the things that this machine's wrangler remembers.
   * The only account is named, which saves a question; a test that is about accounts takes that back with `undefined`.
   */
  get environment() {
    const [{ id }, ...others] = this.cloudflare.accounts;
    return {
      ...process.env, CLOUDFLARE_ACCOUNT_ID: others.length === 0 ? id : undefined, NODE_COMPILE_CACHE: path.join(os.tmpdir(), "one-login-edge-compiled"), PATH: this.path, FORCE_COLOR: "0", WRANGLER_CACHE_DIR: path.join(this.directory, "cache"),
      WRANGLER_LOG_PATH: path.join(this.directory, "logs"), ...this.cloudflare.environment(),
    };
  }

  /** Starts a command as a page has it. */
  start(line, more = {}) {
    const environment = { ...this.environment, ...more };
    for (const [name, value] of Object.entries(environment)) if (value === undefined) delete environment[name];
    return new Child(line, "/bin/sh", ["-c", line], { cwd: this.tree, env: environment });
  }

  /** Runs a command to its end; gives its exit code and its output. */
  async run(line, more) {
    const child = this.start(line, more);
    const ended = await child.exit;
    await child.stop();
    return { ok: ended === "exit 0", ended, text: child.output };
  }

  /** Runs a command that must succeed, and gives its output. */
  async works(line, more) {
    const { ok, ended, text } = await this.run(line, more);
    if (!ok) throw new Error(`${line}: ${ended}\n${text}`);
    return text;
  }

  /** Runs a command that must fail, and gives its output. */
  async refused(line, more) {
    const { ok, text } = await this.run(line, more);
    if (ok) throw new Error(`${line} was not refused:\n${text}`);
    return text;
  }

  read(name) {
    return fs.readFile(path.join(this.tree, name), "utf8");
  }

  write(name, text) {
    return fs.writeFile(path.join(this.tree, name), text);
  }

  /** Changes a file's text; each replacement must find something. */
  async edit(name, ...changes) {
    let text = await this.read(name);
    for (const [old, next] of changes) {
      if (!text.includes(old)) throw new Error(`${name} has no ${old}`);
      text = text.replace(old, next);
    }
    await this.write(name, text);
  }

  async exists(name) {
    return fs.stat(path.join(this.tree, name)).then(() => true, () => false);
  }

  /** Lets hours go by: every time that is noted below `keys/` is moved into the past. */
  async wait(hours) {
    for (const name of await fs.readdir(path.join(this.tree, "keys"))) {
      const text = await this.read(`keys/${name}`);
      const earlier = (time) => new Date(Date.parse(time) - hours * 3_600_000).toISOString().replace(/\.\d+Z/, "Z");
      await this.write(`keys/${name}`, text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, earlier));
    }
  }

  async remove() {
    await fs.rm(this.directory, { recursive: true, force: true });
  }
}

/**
 * A directory of links. `npm ci` deletes what is in `node_modules`: through one link to the repository's own it would
 * empty that, and through these it deletes links only. The stamps are copies, which a command may write.
 */
async function packages(from, to, wrangler) {
  await fs.mkdir(path.join(to, ".bin"), { recursive: true });
  const programs = (await fs.readdir(path.join(from, ".bin"))).filter((name) => name !== "wrangler");
  await Promise.all(programs.map((name) => fs.symlink(path.join(from, ".bin", name), path.join(to, ".bin", name))));
  await fs.symlink(wrangler, path.join(to, ".bin/wrangler"));
  for (const entry of await fs.readdir(from, { withFileTypes: true })) {
    if (entry.name === ".bin") continue;
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    await (entry.isFile() ? fs.copyFile(source, target) : fs.symlink(source, target));
  }
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
