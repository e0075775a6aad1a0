#!/usr/bin/env node
// Starts the tool of this platform, which comes in a package of its own, and hands on its end. Everything that the tool
// starts runs in this Node.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";

const platform = `${process.platform}-${process.arch}`;
const { engines, optionalDependencies } = createRequire(import.meta.url)("../package.json");

function fail(text) {
  console.error(`error: ${text}`);
  process.exit(1);
}

/** Whether the C library is another one than glibc, to which the tool and Cloudflare's runtime are linked. */
const isOtherLibrary = () => process.platform === "linux" && process.report.getReport().header.glibcVersionRuntime === undefined;

function tool() {
  try {
    return createRequire(import.meta.url).resolve(`one-login-edge-${platform}/bin/one-login-edge`);
  } catch {
    const known = Object.keys(optionalDependencies).map((name) => name.replace("one-login-edge-", ""));
    if (!known.includes(platform)) return fail(`one-login-edge has no tool for ${platform}: there is one for ${known.join(", ")}.${process.platform === "win32" ? " On Windows work in WSL, with Node installed there." : ""}`);
    if (isOtherLibrary()) {
      return fail("one-login-edge needs glibc, as Cloudflare's runtime does, and this system has another C library. Use a system such as Debian; for containers there is node:22-bookworm-slim.");
    }
    return fail(`the package one-login-edge-${platform} is not installed. Run \`npm install\` on this machine, without --omit=optional; node_modules from another system does not do.`);
  }
}

const [least] = /\d+/.exec(engines.node);
if (Number(process.versions.node.split(".")[0]) < Number(least)) {
  fail(`this is Node ${process.versions.node}, and wrangler needs Node ${least} or newer. Install it from https://nodejs.org, then try again.`);
}
const child = spawn(tool(), process.argv.slice(2), {
  stdio: "inherit",
  env: { ...process.env, ONE_LOGIN_EDGE_NODE: process.execPath },
});
// The tool ends what it has started, so this process waits for it. A terminal sends Ctrl-C to both.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => fail(`one-login-edge cannot be started: ${error.message}`));
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
