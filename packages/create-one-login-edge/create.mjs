#!/usr/bin/env node
// Makes a team's repository from the template next to this file. It asks nothing and overwrites nothing.

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const OWN = path.dirname(fileURLToPath(import.meta.url));
const USAGE = `npm create one-login-edge DIRECTORY -- [options]

  --service ID    the service's id: capital letters and digits [DEMO]
  --name NAME     the service's name in English [Apply for a demo licence]
  --cy NAME       the service's name in Welsh [the English one]
  --host HOST     the host in production [demo.example.gov.uk]
  --test-host HOST  the host in integration [the production host with "integration" as its second label]
  --zone ZONE     the zone at Cloudflare [the host without its first label]`;

function fail(text) {
  console.error(`${text}\n\n${USAGE}`);
  process.exit(1);
}

function options() {
  const text = { type: "string" };
  try {
    return parseArgs({
      allowPositionals: true,
      options: { service: text, name: text, cy: text, host: text, "test-host": text, zone: text, help: { type: "boolean" } },
    });
  } catch (error) {
    return fail(error.message);
  }
}

const { values, positionals } = options();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (positionals.length !== 1) fail("Name one directory.");

const host = values.host ?? "demo.example.gov.uk";
const [first, ...rest] = host.split(".");
const given = {
  SERVICE: values.service ?? "DEMO",
  NAME: values.name ?? "Apply for a demo licence",
  CY: values.cy ?? values.name ?? "Gwneud cais am drwydded enghreifftiol",
  HOST: host,
  TEST_HOST: values["test-host"] ?? [first, "integration", ...rest].join("."),
  ZONE: values.zone ?? rest.join("."),
  WORKER: path.basename(path.resolve(positionals[0])).toLowerCase().replace(/[^a-z0-9-]+/g, "-"),
  VERSION: JSON.parse(fs.readFileSync(path.join(OWN, "package.json"), "utf8")).version,
};
const isHost = (text) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(text);
if (!/^[A-Z][A-Z0-9]*$/.test(given.SERVICE)) fail(`--service must be capital letters and digits, not ${given.SERVICE}.`);
for (const name of ["HOST", "TEST_HOST", "ZONE"]) {
  if (!isHost(given[name])) fail(`${given[name]} is no host name in lower case.`);
}
for (const name of ["NAME", "CY"]) if (/["\\\n]/.test(given[name])) fail("A name has no quotation marks and no line breaks.");
if (!/^[a-z0-9]/.test(given.WORKER)) fail("The directory's name must begin with a letter or a digit.");

const target = path.resolve(positionals[0]);
if (fs.existsSync(target) && fs.readdirSync(target).length > 0) fail(`${target} is not empty.`);

function copy(from, to) {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    // npm takes no .gitignore into a package, so dots are written as `dot-`.
    const destination = path.join(to, entry.name.replace(/^dot-/, "."));
    const source = path.join(from, entry.name);
    if (entry.isDirectory()) copy(source, destination);
    else fs.writeFileSync(destination, fs.readFileSync(source, "utf8").replace(/@([A-Z_]+)@/g, (all, name) => given[name] ?? all));
  }
}

copy(path.join(OWN, "template"), target);
console.log(`${target} is ready. Now:

  cd ${positionals[0]}
  npm install
  npm run dev`);
