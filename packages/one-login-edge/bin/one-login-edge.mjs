#!/usr/bin/env node
// Starts the tool of this platform, which comes in a package of its own, and hands on its end. Everything that the tool
// starts runs in this Node.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";

const platform = `${process.platform}-${process.arch}`;
const { optionalDependencies } = createRequire(import.meta.url)("../package.json");

function tool() {
  try {
    return createRequire(import.meta.url).resolve(`one-login-edge-${platform}/bin/one-login-edge`);
  } catch {
    const known = Object.keys(optionalDependencies).map((name) => name.replace("one-login-edge-", ""));
    const why = known.includes(platform)
      ? "its package was not installed; install without --omit=optional"
      : `there is one for ${known.join(", ")}`;
    console.error(`one-login-edge has no tool for ${platform} here: ${why}.`);
    process.exit(1);
  }
}

const child = spawn(tool(), process.argv.slice(2), {
  stdio: "inherit",
  env: { ...process.env, ONE_LOGIN_EDGE_NODE: process.execPath },
});
// The tool ends what it has started, so this process waits for it. A terminal sends Ctrl-C to both.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`one-login-edge cannot be started: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
