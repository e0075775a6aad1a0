// A shared cache between the Worker and a service: by its defaults it shows one person's page to the next, and with the
// lines of docs/origin-lock.md it does not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { startCache } from "../harness/origin-servers.mjs";
import { ROOT } from "../harness/places.mjs";
import { request } from "../harness/wire.mjs";

const DOCUMENTED = Object.fromEntries(
  [...readFileSync(path.join(ROOT, "docs/origin-lock.md"), "utf8").matchAll(/^```\n# (Varnish|nginx), [^\n]*\n(.*?)^```/gms)]
    .map(([, name, rule]) => [name.toLowerCase(), rule]),
);

let service;

before(async () => {
  // A page for one person that forgets to say so.
  service = http.createServer((asked, answer) => {
    answer.writeHead(200, { "content-type": "text/plain", "cache-control": "max-age=60" });
    answer.end(asked.headers["one-login-assertion"] ?? "a public page");
  });
  await new Promise((resolve) => service.listen(0, "127.0.0.1", resolve));
});
after(() => service?.close());

/** The pages that two people and a visitor get, one after the other. */
async function pages(name, rule) {
  const cache = await startCache(name, service.address().port, rule);
  try {
    const ask = async (...headers) => (await request(cache.port, { target: "/account", host: "service", headers })).text;
    return [await ask(["One-Login-Assertion", "sian"]), await ask(["One-Login-Assertion", "kenneth"]), await ask()];
  } finally {
    await cache.stop();
  }
}

for (const name of ["varnish", "nginx"]) {
  test(`t92 ${name} shows a person's page to the next by its defaults, and with the documented lines it does not`, async () => {
    assert.deepEqual(await pages(name), ["sian", "sian", "sian"]);
    assert.deepEqual(await pages(name, DOCUMENTED[name]), ["sian", "kenneth", "a public page"]);
  });
}
