// The container of a project's tests, without Docker: the steps of its Dockerfile, each in an empty root directory with nothing of
// this machine but Node, npm, a shell and the libraries that these need, as the image has them.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { Child } from "../harness/children.mjs";
import { QUIET } from "../harness/chromium.mjs";
import { freePorts } from "../harness/edge.mjs";
import { CHROMIUM, ROOT, npm } from "../harness/places.mjs";
import { Team, exec, succeeds } from "../harness/team.mjs";

/** The user `node` of the image. */
const USER = 1000;
/** Only the superuser changes the root directory. */
const AS_ROOT = process.getuid() === 0 ? [] : ["sudo", "-n"];

let team, root, child;

before(async () => {
  team = await Team.start();
  await succeeds(team.run("npm create one-login-edge@latest licence -- --service LICENCE --host licence.example.gov.uk", { cwd: team.home }));
  await succeeds(team.run("npm install --package-lock-only"));
  root = path.join(team.home, "image");
  await base();
});
after(async () => {
  await child?.stop();
  if (root) await exec("sh", ["-c", [...AS_ROOT, "rm", "-rf", root].join(" ")], {});
  await team?.close();
});

const sh = (line) => succeeds(exec("sh", ["-c", line], {}));

/** A file of this machine at the same place of the image, with the libraries that it is linked to. */
async function library(file) {
  const { stdout } = await exec("ldd", [file], {});
  for (const [, place] of stdout.matchAll(/(\/[^\s()]+\.so[^\s()]*)/g)) {
    await fs.mkdir(path.join(root, path.dirname(place)), { recursive: true });
    await fs.copyFile(await fs.realpath(place), path.join(root, place));
  }
}

/** The image that the Dockerfile begins with. */
async function base() {
  for (const name of ["bin", "dev", "etc", "home/node", "proc", "tmp", "usr/bin", "usr/local/bin", "usr/local/lib/node_modules"]) {
    await fs.mkdir(path.join(root, name), { recursive: true });
  }
  const node = await fs.realpath(npm("node"));
  const tools = { "usr/local/bin/node": node, "bin/sh": "/bin/sh", "bin/mkdir": "/bin/mkdir", "usr/bin/env": "/usr/bin/env" };
  for (const [place, file] of Object.entries(tools)) {
    await fs.copyFile(await fs.realpath(file), path.join(root, place));
    await library(file);
  }
  // The same libraries are in the image for workerd.
  await library(path.join(ROOT, "node_modules/@cloudflare/workerd-linux-64/bin/workerd"));
  const npmAt = path.dirname(path.dirname(await fs.realpath((await sh("command -v npm")).trim())));
  await sh(`cp -a ${npmAt} ${root}/usr/local/lib/node_modules/npm && ln -s ../lib/node_modules/npm/bin/npm-cli.js ${root}/usr/local/bin/npm`);
  await fs.writeFile(path.join(root, "etc/passwd"), `root:x:0:0::/:/bin/sh\nnode:x:${USER}:${USER}::/home/node:/bin/sh\n`);
  await fs.writeFile(path.join(root, "etc/hosts"), "127.0.0.1 localhost\n");
  const run = AS_ROOT.join(" ");
  await sh(`${run} chown ${USER}:${USER} ${root}/home/node && chmod 1777 ${root}/tmp`);
  for (const [name, minor] of [["null", 3], ["zero", 5], ["random", 8], ["urandom", 9]]) {
    await sh(`${run} mknod -m 666 ${root}/dev/${name} c 1 ${minor}`);
  }
}

/** The instructions of a Dockerfile. */
const instructions = (text) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
  const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line);
  return { name, rest };
});

test("when the steps of the Dockerfile are run in an empty root then it gets healthy, is not root, and signs users of ten browsers in from outside", async () => {
  const state = { env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/home/node", npm_config_registry: team.registry.url }, cwd: "/", uid: 0 };
  const inside = (words) => {
    const vars = Object.entries(state.env).map(([name, value]) => `${name}=${value}`);
    const line = ["-i", ...vars, "/bin/sh", "-c", 'cd "$0" && exec "$@"', state.cwd, ...words];
    // A mount of its own: it ends with the program.
    const mounted = ["unshare", "--mount", "/bin/sh", "-c", 'mount -t proc proc "$0/proc" && exec "$@"', root];
    return [...AS_ROOT, ...mounted, "chroot", `--userspec=${state.uid}:${state.uid}`, root, "/usr/bin/env", ...line];
  };
  const does = ([program, ...words]) => exec(program, words, {});
  // The steps run on this machine, whose usual ports another program may have.
  const port = await freePorts(3);
  const words = (json) => JSON.parse(json.replaceAll("8787", port));
  let health, entry;
  const known = {
    FROM: (rest) => assert.match(rest, /^node:22-[a-z]+-slim$/),
    ENV: (rest) => Object.assign(state.env, Object.fromEntries([rest.split("=")])),
    USER: (rest) => {
      assert.equal(rest, "node");
      state.uid = USER;
    },
    WORKDIR: (rest) => (state.cwd = rest),
    RUN: (rest) => succeeds(does(inside(["/bin/sh", "-c", rest]))),
    COPY: async (rest) => {
      const [option, ...names] = rest.split(" ");
      assert.deepEqual([option, names.pop()], ["--chown=node:node", "./"]);
      const ignored = (await team.read(".dockerignore")).split("\n");
      for (const name of names) {
        assert.ok(ignored.includes(`!${name}`), `.dockerignore keeps ${name} out`);
        await fs.copyFile(path.join(team.project, name), path.join(root, state.cwd, name));
        await sh(`${AS_ROOT.join(" ")} chown ${USER}:${USER} ${path.join(root, state.cwd, name)}`);
      }
    },
    EXPOSE: (rest) => assert.equal(rest, "8787 8788"),
    HEALTHCHECK: (rest) => (health = words(rest.slice(rest.indexOf("CMD ") + 4))),
    ENTRYPOINT: (rest) => (entry = words(rest)),
  };
  for (const { name, rest } of instructions(await team.read("Dockerfile"))) {
    assert.ok(known[name], name);
    await known[name](rest);
  }
  assert.notEqual((await does(inside(health))).code, 0, "nothing is healthy before it runs");
  state.env.ONE_LOGIN_EDGE_CONTROL_TOKEN = "for-tests-on-one-machine";
  const [program, ...line] = inside([...entry, "--port", String(port)]);
  child = new Child("container", program, line);
  let ended;
  for (let waited = 0; waited < 60_000; waited += 1_000) {
    ended = await does(inside(health));
    if (ended.code === 0) break;
    assert.equal(child.ended, null, child.tail);
    await sleep(1_000);
  }
  assert.equal(ended.code, 0, child.tail);
  const { stdout } = await exec("ps", ["-o", "uid=", "-C", "workerd"], {});
  assert.match(stdout, new RegExp(`^ *${USER}$`, "m"));
  const controls = await fetch(`http://127.0.0.1:${port + 1}/control/personas`);
  assert.equal(controls.status, 403);
  // The containers' address: another name of the same port, whose keys verify what the browsers' address says.
  const keys = await fetch(`http://127.0.0.2:${port}/auth/assertion-jwks.json`);
  assert.equal((await keys.json()).keys.length, 1);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET, headless: true });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${port}/account/`);
    await page.check("#sian");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(`http://localhost:${port}/account/`);
    assert.match(await page.textContent("main"), /siân\.ŵyn@enghraifft\.cymru/);
    await tenAtOnce(browser, port);
  } finally {
    await browser.close();
  }
});

/** Ten browsers at once, each with a person or a fault of its own in a cookie, as a team's parallel tests have them. */
async function tenAtOnce(browser, port) {
  const people = ["kenneth", "sian", "amal", "olivia", "gwen", "ngozi", "tomos", "ines"];
  const faults = ["token-500", "error-access-denied"];
  const seen = await Promise.all([...people, ...faults].map(async (name) => {
    const context = await browser.newContext();
    const cookie = (key, value) => ({ name: `simulated-one-login-${key}`, value, domain: "127.0.0.1", path: "/" });
    const isFault = faults.includes(name);
    await context.addCookies([cookie("persona", isFault ? "kenneth" : name), ...(isFault ? [cookie("fault", name)] : [])]);
    const page = await context.newPage();
    const answer = await page.goto(`http://localhost:${port}/account/`);
    const text = await page.textContent("main");
    await context.close();
    return { name, isFault, url: page.url(), status: answer.status(), email: /[^\s@]+@[^\s@]+[^\s@.]/.exec(text)?.[0], text };
  }));
  for (const { name, isFault, url, email, text } of seen) {
    assert.equal(url === `http://localhost:${port}/account/` && email !== undefined, !isFault, `${name}: ${url} ${text}`);
  }
  const emails = seen.filter(({ isFault }) => !isFault).map(({ email }) => email);
  assert.equal(new Set(emails).size, people.length, emails.join());
  const kenneth = seen.find(({ name }) => name === "kenneth");
  assert.match(kenneth.email, /^kenneth@/);
}
