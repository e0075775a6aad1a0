// The files that pages load. They are uploaded with the Worker, and only the Worker serves them. The tests run the Worker
// in both ways, because each way has its own store for the files.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { ROOT } from "../harness/places.mjs";
import { World } from "../harness/world.mjs";

const BUILT = path.join(ROOT, "build/assets");
const IMMUTABLE = "public, max-age=31536000, immutable";
const TYPES = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", svg: "image/svg+xml", woff2: "font/woff2" };

for (const engine of ["wrangler", "workerd"]) {
  let world;
  let directory;
  before(async () => {
    world = await World.start({ engine });
    const page = await world.raw({ target: "/auth/page?name=problem" });
    [, directory] = page.text.match(/href="(\/auth\/assets\/[0-9a-f]{16}\/)plain\.css"/);
  });
  beforeEach(() => world.clear());
  after(() => world?.stop());

  const get = (target, description = {}) => world.raw({ target, ...description });

  test(`every file that was built is served as it is and kept for ever (${engine})`, async () => {
    const files = await fs.readdir(BUILT);
    assert.ok(files.length >= 9);
    for (const file of files) {
      const answer = await get(directory + file);
      assert.equal(answer.status, 200, file);
      assert.deepEqual(answer.body, await fs.readFile(path.join(BUILT, file)), file);
      assert.equal(answer.get("content-type"), TYPES[file.split(".")[1]], file);
      assert.equal(answer.get("cache-control"), IMMUTABLE, file);
      assert.deepEqual([answer.get("x-content-type-options"), answer.get("cross-origin-resource-policy")], ["nosniff", "same-origin"]);
      assert.match(answer.get("content-security-policy"), /default-src 'none'/);
      assert.deepEqual(answer.all("set-cookie"), []);
    }
    const head = await get(`${directory}plain.css`, { method: "HEAD" });
    assert.deepEqual([head.status, head.body.length, head.get("cache-control")], [200, 0, IMMUTABLE]);
  });

  test(`a service's own page finds the script under a name that never changes (${engine})`, async () => {
    for (const file of ["session.js", "session.css"]) {
      const answer = await get(`/auth/assets/${file}`);
      assert.deepEqual([answer.status, answer.get("cache-control")], [200, "public, max-age=300"], file);
      assert.deepEqual(answer.body, await fs.readFile(path.join(BUILT, file)));
    }
  });

  test(`the sheet that a page after the end loads empties the cache for this host's own pages alone (${engine})`, async () => {
    const own = [["Sec-Fetch-Site", "same-origin"], ["Sec-Fetch-Dest", "style"]];
    const answer = await get("/auth/assets/clear.css", { headers: own });
    assert.deepEqual([answer.status, answer.body.length, answer.get("content-type")], [200, 0, TYPES.css]);
    assert.deepEqual([answer.get("clear-site-data"), answer.get("cache-control")], ['"cache"', "no-store"]);
    for (const [site, dest] of [["cross-site", "style"], ["same-site", "style"], ["none", "document"], ["same-origin", "image"]]) {
      const other = await get("/auth/assets/clear.css", { headers: [["Sec-Fetch-Site", site], ["Sec-Fetch-Dest", dest]] });
      assert.deepEqual([other.status, other.get("clear-site-data")], [200, null], `${site} ${dest}`);
    }
    assert.equal((await get("/auth/assets/clear.css")).get("clear-site-data"), null);
    for (const name of ["signed-out", "signed-out-everywhere", "signed-out-here", "session-ended", "ended-elsewhere"]) {
      assert.match((await get(`/auth/page?name=${name}`)).text, /href="\/auth\/assets\/clear\.css"/, name);
    }
    // A form that was sent too late is still there to go back to.
    for (const name of ["form-expired", "problem", "confirm-sign-out"]) {
      assert.doesNotMatch((await get(`/auth/page?name=${name}`)).text, /clear\.css/, name);
    }
  });

  test(`what another deployment's page asks for is handed out and kept by nobody (${engine})`, async () => {
    const answer = await get("/auth/assets/0123456789abcdef/plain.css");
    assert.deepEqual([answer.status, answer.get("cache-control")], [200, "no-store"]);
  });

  test(`an unknown name is not found, and no path goes past the Worker to a file or to the origin (${engine})`, async () => {
    const version = directory.split("/")[3];
    for (const target of [
      "/auth/assets", "/auth/assets/", directory, `/auth/assets/${version}`, "/auth/assets/plain.css", "/auth/assets/nothing.css",
      `${directory}nothing.css`, `${directory}plain.css/`, `${directory}PLAIN.CSS`, `${directory}x/plain.css`, "/auth/assets/x/plain.css",
      `/auth/assets/${version.toUpperCase()}x/plain.css`, `${directory}constructor`, "/auth/Assets/session.js", "/AUTH/assets/session.js",
      `${directory}.edge-stamp.json`, `${directory}index.js`,
    ]) {
      const answer = await get(target);
      assert.equal(answer.status, 404, target);
      assert.equal(answer.get("cache-control"), "no-store", target);
    }
    // The store's own names are paths of the service like any other.
    assert.equal((await get("/plain.css")).status, 401);
    assert.equal((await get("/session.js")).status, 401);
    for (const method of ["POST", "PUT", "DELETE"]) {
      const refused = await get(`${directory}plain.css`, { method, body: method === "DELETE" ? undefined : "x" });
      assert.deepEqual([refused.status, refused.get("allow")], [405, "GET, HEAD"], method);
    }
    assert.deepEqual(await world.origin.requests(), []);
  });
}
