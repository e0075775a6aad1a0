// Runs the shared vectors through the middleware, in front of a real server. ONE_LOGIN_VECTORS names files of more.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { after, test } from "node:test";
import { fetchJson, oneLogin } from "./one-login.mjs";

const file = (path) => JSON.parse(readFileSync(path, "utf8"));
const shared = file(new URL("../vectors.json", import.meta.url));
const others = (process.env.ONE_LOGIN_VECTORS ?? "").split(":").filter(Boolean).map(file);
const servers = [];
after(() => servers.forEach((server) => server.close()));

async function listening(handler) {
  const server = createServer(handler).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return server.address().port;
}

/** A service that says who is asking. */
function service(settings) {
  const middleware = oneLogin(settings);
  return listening((request, response) => {
    middleware(request, response, () => response.end(JSON.stringify(request.person)));
  });
}

async function ask(port, headers, { method, target: path } = {}) {
  const response = await new Promise((resolve, reject) => {
    const names = [...new Set(headers.map(([name]) => name))];
    const values = (name) => headers.filter(([other]) => other === name).map(([, value]) => value);
    const asking = request({ port, host: "127.0.0.1", agent: false, method, path }, resolve).on("error", reject);
    for (const name of names) asking.setHeader(name, values(name));
    asking.end();
  });
  const body = (await response.setEncoding("utf8").toArray()).join("");
  if (response.statusCode === 401 && body === "") return { outcome: "refused" };
  assert.equal(response.statusCode, 200);
  if (body === "null") return { outcome: "nobody" };
  const { sub, sid, vot, email = null, identity } = JSON.parse(body);
  return { outcome: "accepted", person: { sub, sid, vot, email, identity } };
}

test("every vector has the outcome that it states", async () => {
  let count = 0;
  for (const { issuer, audience, published, vectors } of [shared, ...others]) {
    for (const { name, now, optional, bound, request, headers, outcome, person } of vectors) {
      const port = await service({ issuer, audience, optional, bound, now: () => now, fetchKeys: async () => published.both });
      assert.deepEqual(await ask(port, headers, request), person ? { outcome, person } : { outcome }, name);
      count += 1;
    }
  }
  console.log(`vectors checked: ${count}`);
});

test("keys are fetched when they should be, and not otherwise", async () => {
  for (const { name, steps } of shared.sequences) {
    let step;
    let fetches = 0;
    const { issuer, audience } = shared;
    const fetchKeys = async () => {
      fetches += 1;
      if (step.published === null) throw new Error("this is part of the test");
      return shared.published[step.published];
    };
    const port = await service({ issuer, audience, now: () => step.now, fetchKeys });
    for (step of steps) {
      fetches = 0;
      const { outcome } = await ask(port, step.headers);
      assert.deepEqual([outcome, fetches], [step.outcome, Number(step.fetches)], `${name}, at ${step.now}`);
    }
  }
});

test("keys come over HTTP, and not by way of a redirect", async () => {
  const port = await listening((request, response) => {
    const moved = request.url !== "/keys";
    response.writeHead(moved ? 302 : 200, moved ? { location: "/keys" } : {});
    response.end(JSON.stringify(shared.published.both));
  });
  assert.deepEqual(await fetchJson(`http://127.0.0.1:${port}/keys`), shared.published.both);
  await assert.rejects(fetchJson(`http://127.0.0.1:${port}/moved`));
});
