// Which files a filter leaves to run. A file without such a test must not run at all: its world would start and never stop.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { run } from "../harness/children.mjs";
import { ROOT, npm } from "../harness/places.mjs";

const OWN = path.join(ROOT, "tests/workerd");

/** The names of the files that hold a test for one of the filters. */
async function chosen(filters, files) {
  const program = path.join(ROOT, "tests/harness/chosen.mjs");
  const output = await run(npm("node"), [program, JSON.stringify(filters), ...files], { cwd: ROOT });
  return output.split("\n").filter(Boolean).map((file) => path.basename(file));
}

test("a filter with spaces chooses the files that hold such a test and no other", async () => {
  const names = (await fs.readdir(OWN)).filter((name) => name.endsWith(".test.mjs"));
  const files = names.map((name) => path.join(OWN, name));
  assert.deepEqual(await chosen(["t47 rejects a cookie that was copied before a sign-out"], files), ["revocation.test.mjs"]);
  // A name that is put together from a table counts as it is when the test runs.
  assert.deepEqual(await chosen(["an account that answers-nonsense: a sign-in ends"], files), ["accounts.test.mjs"]);
  const two = await chosen(["nobody has such a name", "t80 when notifications are refused too", "such a test and no other"], files);
  assert.deepEqual(two.sort(), ["filters.test.mjs", "limits.test.mjs"]);
  assert.deepEqual(await chosen(["nobody has such" + " a name"], files), []);
});

test("a file that is not chosen starts nothing", async () => {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), "one-login-edge-"));
  try {
    const file = path.join(directory, "a.test.mjs");
    const hook = `before(() => { throw new Error("a hook ran"); });`;
    await fs.writeFile(file, `import { before, test } from "node:test";\n${hook}\ntest("one (of) two", () => { throw new Error("it ran"); });\n`);
    assert.deepEqual(await chosen(["three"], [file]), []);
    assert.deepEqual(await chosen(["(of)"], [file]), ["a.test.mjs"]);
  } finally {
    await fs.rm(directory, { recursive: true });
  }
});
