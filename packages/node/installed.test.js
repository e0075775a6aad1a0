// The package as it is published: packed, installed into an empty directory, and used there as the documentation says.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const directory = mkdtempSync(join(tmpdir(), "one-login-edge-origin-"));
after(() => rmSync(directory, { recursive: true, force: true }));
const run = (program, ...args) => execFileSync(program, args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

const EXAMPLE = `
import { once } from "node:events";
import express from "express";
import { oneLogin, requireLevel } from "one-login-edge-origin";
import { testEdge } from "one-login-edge-origin/testing";

const edge = await testEdge({ issuer: "https://service.example.gov.uk", audience: "https://service.example.gov.uk" });
const app = express();
app.use(oneLogin({ ...edge.settings, public: ["/"], log: () => {} }));
app.get("/", (request, response) => response.send("open"));
app.get("/account", requireLevel("Cl.Cm"), (request, response) => response.send(request.person.sub));
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const ask = async (path, headers) => {
  const answer = await fetch("http://127.0.0.1:" + server.address().port + path, { headers });
  return answer.status === 200 ? answer.text() : answer.status;
};
console.log(await ask("/"), await ask("/account"), await ask("/account", await edge.headers({ sub: "urn:example:sian" })));
server.close();
`;

test("the packed package knows a person in a new Express example", () => {
  const packed = run("npm", "pack", "--silent", "--pack-destination", directory, import.meta.dirname).trim().split("\n").at(-1);
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "example", private: true, type: "module" }));
  run("npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--silent", `./${packed}`, "express@5.1.0");
  writeFileSync(join(directory, "example.js"), EXAMPLE);
  assert.equal(run("node", "example.js").trim(), "open 401 urn:example:sian");
});
