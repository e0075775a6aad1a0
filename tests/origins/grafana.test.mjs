// The files of examples/grafana, read by Grafana's own schema: grafana-foundation-sdk, of the version in its go.mod.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../harness/places.mjs";
import { read } from "../harness/yaml.mjs";

const EXAMPLES = path.join(ROOT, "examples/grafana");
let directory, program;

before(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "one-login-edge-grafana-"));
  program = path.join(directory, "schema");
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOTOOLCHAIN: "local" };
  const built = spawnSync("go", ["build", "-o", program, "."], { cwd: path.join(ROOT, "tests/origins/grafana"), env, encoding: "utf8" });
  assert.equal(built.status, 0, built.stderr);
});
after(() => fs.rmSync(directory, { recursive: true, force: true }));

const judged = (kind, file) => spawnSync(program, [kind, file], { encoding: "utf8" });

/** A file with one change of its text. */
function changed(name, from, to) {
  const text = fs.readFileSync(path.join(EXAMPLES, name), "utf8");
  assert.ok(text.includes(from), from);
  const file = path.join(directory, name);
  fs.writeFileSync(file, text.replace(from, to));
  return file;
}

for (const [kind, count, mistakes] of [
  ["dashboard", "8 panels", [['"gridPos"', '"position"'], ['"textMode"', '"mode"'], ['"drawStyle": "line"', '"drawStyle": 7']]],
  ["alerts", "12 rules", [['"noDataState"', '"noData"'], ['"labels"', '"label"'], ['"for": "0s"', '"for": 0']]],
]) {
  test(`when Grafana's schema reads the file ${kind} then it knows every member, and refuses a mistake`, () => {
    const sound = judged(kind, path.join(EXAMPLES, `${kind}.json`));
    assert.deepEqual([sound.status, sound.stdout.trim()], [0, count], sound.stderr);
    for (const [from, to] of mistakes) {
      assert.equal(judged(kind, changed(`${kind}.json`, from, to)).status, 1, to);
    }
  });
}

test("when Grafana reads the data source then it is the one that the dashboard and the alerts name", () => {
  const { datasources: [source] } = read(fs.readFileSync(path.join(EXAMPLES, "datasource.yaml"), "utf8"));
  const { templating, panels } = JSON.parse(fs.readFileSync(path.join(EXAMPLES, "dashboard.json"), "utf8"));
  const chosen = templating.list.find(({ type }) => type === "datasource");
  assert.deepEqual([chosen.query, chosen.current.value], [source.type, source.uid]);
  for (const { datasource, targets } of panels) {
    for (const at of [datasource, ...targets.map((target) => target.datasource)]) {
      assert.deepEqual(at, { type: source.type, uid: "${datasource}" });
    }
  }
  assert.ok(source.url.startsWith("https://api.cloudflare.com/client/v4/accounts/"));
});
