// The doctor's word on an origin, behind the Worker of a world.

import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { CLI, ROOT } from "./places.mjs";

/** Gives what the doctor says of an origin by the name of a probe, as JSON. */
export async function doctorOf(world) {
  const config = path.join(world.directory, "wrangler.toml");
  await writeFile(config, `
[env.local]
kv_namespaces = [{ binding = "DOCUMENTS" }]
durable_objects.bindings = [{ name = "ACCOUNTS" }]
secrets.required = ["SESSION_KEY_A", "CLIENT_KEY_DEMO_A", "ASSERTION_KEY_DEMO_A"]
[env.local.vars]
DEPLOYMENT = "local"
SERVICE_DEMO = '''${JSON.stringify(world.variables.SERVICE_DEMO)}'''
`);
  return (url, probe) => {
    const args = ["doctor", "--service", "demo", "--env", "local", "--config", config, "--format", "json", "--origin-url", url];
    const run = spawnSync(CLI, args, { cwd: ROOT, encoding: "utf8" });
    return JSON.stringify(JSON.parse(run.stdout).probes.find((row) => row.probe === probe));
  };
}
