#!/usr/bin/env node
// Makes a team's repository from the template next to this file. It asks nothing and overwrites nothing.

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const OWN = path.dirname(fileURLToPath(import.meta.url));
const NODE = 22;
const USAGE = `npm create one-login-edge DIRECTORY -- [options]

  --service ID    the service's id: capital letters and digits [DEMO]
  --name NAME     the service's name in English [Apply for a demo licence]
  --cy NAME       the service's name in Welsh [the English one]
  --host HOST     the host in production [demo.example.gov.uk]
  --test-host HOST  the host in integration [the production host with "integration" as its second label]
  --zone ZONE     the zone at Cloudflare [the host without its first label]

At service.gov.uk a service's host is a zone of its own, and its host in integration begins with "integration".`;

/** Domains below which each name belongs to another team, so that none of them is a team's zone. */
const SHARED = ["service.gov.uk", "gov.uk", "gov.wales", "llyw.cymru"];

function fail(text) {
  console.error(`error: ${text}\n\nNothing was written. \`npm create one-login-edge -- --help\` lists the options.`);
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

if (Number(process.versions.node.split(".")[0]) < NODE) {
  fail(`this is Node ${process.versions.node}, and wrangler needs Node ${NODE} or newer. Install it from https://nodejs.org, then try again.`);
}
const { values, positionals } = options();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (positionals.length !== 1) fail("name one directory, such as `npm create one-login-edge licence -- --host licence.example.gov.uk`.");

/** A host name as people may have copied it: with a scheme, a path or capitals it names the right one. */
function hostOf(option, text) {
  const isHost = (name) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(name);
  if (isHost(text)) return text;
  const meant = text.toLowerCase().replace(/^[a-z]+:\/\//, "").replace(/[:/?#].*$/, "");
  return fail(`${option} must be a host name in lower case${isHost(meant) ? `, such as ${meant}` : " with a full stop"}, and not ${JSON.stringify(text)}.`);
}

const host = hostOf("--host", values.host ?? "demo.example.gov.uk");
const [first, ...labels] = host.split(".");
const rest = labels.join(".");
const isOwnZone = SHARED.includes(rest);
const service = values.service ?? "DEMO";
const given = {
  SERVICE: service,
  NAME: values.name ?? "Apply for a demo licence",
  CY: values.cy ?? values.name ?? "Gwneud cais am drwydded enghreifftiol",
  HOST: host,
  TEST_HOST: hostOf("--test-host", values["test-host"] ?? (isOwnZone ? `integration.${host}` : `${first}.integration.${rest}`)),
  ZONE: hostOf("--zone", values.zone ?? (isOwnZone ? host : rest)),
  WORKER: path.basename(path.resolve(positionals[0])).toLowerCase().replace(/[^a-z0-9-]+/g, "-"),
  VERSION: JSON.parse(fs.readFileSync(path.join(OWN, "package.json"), "utf8")).version,
};
if (!/^[A-Z][A-Z0-9_]*$/.test(service)) {
  const meant = service.toUpperCase().replace(/[^A-Z0-9]+/g, "_").replace(/^[^A-Z]+|_+$/g, "");
  fail(`--service must be capital letters and digits${meant ? `, such as ${meant}` : ""}, and not ${JSON.stringify(service)}.`);
}
for (const name of ["HOST", "TEST_HOST"]) {
  if (given[name] !== given.ZONE && !given[name].endsWith(`.${given.ZONE}`)) {
    fail(`the host ${given[name]} is not in the zone ${given.ZONE}; --zone names the zone at Cloudflare that has it.`);
  }
}
for (const name of ["NAME", "CY"]) if (/["\\\p{Cc}]/u.test(given[name])) fail("a name has no quotation marks, no backslashes and no line breaks.");
if (!/^[a-z0-9]/.test(given.WORKER)) fail("the directory's name must begin with a letter or a digit.");

const target = path.resolve(positionals[0]);
const found = fs.statSync(target, { throwIfNoEntry: false });
if (found?.isDirectory() === false) fail(`${target} is a file; name a directory that is not there yet.`);
if (found && fs.readdirSync(target).length > 0) fail(`${target} is not empty; name a directory that is not there yet.`);

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

try {
  copy(path.join(OWN, "template"), target);
} catch (error) {
  console.error(`error: ${target} cannot be written (${error.code ?? error.message}). Choose a directory that you may write to, then try again.`);
  process.exit(1);
}
console.log(`${target} is ready. Now:

  cd ${positionals[0]}
  npm install
  npm run dev

README.md there has every command.`);
