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
  // A page for one person that forgets to say so, and another that says on what it depends.
  service = http.createServer((asked, answer) => {
    const vary = asked.url === "/varying" ? { vary: "One-Login-Assertion" } : {};
    answer.writeHead(200, { "content-type": "text/plain", "cache-control": "max-age=60", ...vary });
    answer.end(asked.headers["one-login-assertion"] ?? "a public page");
  });
  await new Promise((resolve) => service.listen(0, "127.0.0.1", resolve));
});
after(() => service?.close());

/** The pages that two people and a visitor get, one after the other. */
async function pages(name, rule, { target = "/account", more = [] } = {}) {
  const cache = await startCache(name, service.address().port, rule);
  try {
    const ask = async (...headers) => (await request(cache.port, { target, host: "service", headers: [...headers, ...more] })).text;
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

  test(`t92 ${name} keeps a page for each assertion where the service says Vary, and obeys no request that asks for it`, async () => {
    assert.deepEqual(await pages(name, undefined, { target: "/varying" }), ["sian", "kenneth", "a public page"]);
    for (const more of [[["Cache-Control", "no-store"]], [["Pragma", "no-cache"]]]) {
      assert.deepEqual(await pages(name, undefined, { more }), ["sian", "sian", "sian"], more.join());
    }
    const left = name === "varnish" ? ["sian", "kenneth", "a public page"] : ["sian", "sian", "sian"];
    for (const more of [[["Cookie", "a=b"]], [["Authorization", "Basic YTpi"]]]) assert.deepEqual(await pages(name, undefined, { more }), left, more.join());
  });
}
