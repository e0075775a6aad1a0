// docs/first-deployment.md, command by command, as far as it goes on one machine: `cargo edge dev` and the doctor.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { after, test } from "node:test";
import { Child } from "../harness/children.mjs";
import { CLI, ROOT } from "../harness/places.mjs";

const children = [];
after(() => Promise.all(children.map((child) => child.stop())));

/** The commands of a section in blocks that a reader runs. */
async function commands(heading) {
  const page = await fs.readFile(path.join(ROOT, "docs/first-deployment.md"), "utf8");
  const section = page.split(/^## /m).find((part) => part.startsWith(heading));
  return [...section.matchAll(/^```sh\n([^`]*)^```$/gm)].flatMap(([, block]) => block.trim().split("\n"));
}

/** Three free ports in a row, because the page's own ports may be taken. */
async function ports() {
  for (;;) {
    const servers = await Promise.all([0, 0, 0].map(() => net.createServer()));
    const listen = (server, port) =>
      new Promise((resolve) => server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)));
    await listen(servers[0], 0);
    const { port } = servers[0].address();
    const free = (await listen(servers[1], port + 1)) && (await listen(servers[2], port + 2));
    await Promise.all(servers.filter((server) => server.listening).map((server) => new Promise((resolve) => server.close(resolve))));
    if (free && port < 60_000) return port;
  }
}

test("the page's commands lead from a clone to a green doctor", async () => {
  const lines = await commands("On your machine");
  assert.equal(lines.length, 3);
  assert.equal(lines[0], "cargo edge dev");
  const port = await ports();
  const started = (line, ...more) => {
    const words = line.replace("8789", String(port + 2)).split(" ");
    assert.deepEqual(words.slice(0, 2), ["cargo", "edge"]);
    const child = new Child(line, CLI, [...words.slice(2), ...more], { cwd: ROOT });
    children.push(child);
    return child;
  };
  const dev = started(lines[0], "--port", String(port));
  await dev.says(/Begin at http:/, 240_000);
  for (const line of lines.slice(1)) {
    const doctor = started(line);
    const ended = await doctor.exit;
    assert.equal(ended, "exit 0", `${line}\n${doctor.output}`);
    assert.match(doctor.output, /^0 errors, 2 warnings, \d not run,/m, doctor.output);
    if (line.includes("--send")) assert.match(doctor.output, /^ok {7}sent request {5}it was taken/m);
    if (line.includes("--origin-url")) assert.match(doctor.output, /^ok {7}origin {11}status 401$/m);
  }
});
