// The Nu HTML checker (https://validator.github.io/validator/) reads every page and every style sheet that the Worker
// serves. It needs Java; a machine without it is told so, and leaves the checker out.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import vnu from "vnu-jar";
import { keptReference } from "../harness/journey.mjs";
import { PAGES } from "../harness/pages.mjs";
import { World } from "../harness/world.mjs";

const LOOK = { phase: "beta", feedback: "/feedback", contact: "mailto:help@example.gov.uk", cookies: "/cookies" };
const services = { PLAIN: { host: "localhost" }, GOVUK: { host: "gov.localhost", theme: "govuk", ...LOOK } };
const RETURN_TO = "&return_to=%2Faccount";

const execute = promisify(execFile);

let world, directory, java;

before(async () => {
  java = await execute("java", ["-version"]).then(() => true, () => false);
  world = await World.start({ services });
  directory = await fs.mkdtemp(path.join(os.tmpdir(), "one-login-markup-"));
});
after(async () => {
  await world?.stop();
  await fs.rm(directory, { recursive: true, force: true });
});

/** Keeps every page in both languages and themes; gives the addresses of the style sheets that they name. */
async function pages() {
  const sheets = new Map();
  for (const theme of Object.keys(services)) {
    const kept = `&reference=${await keptReference(world, world.hosts[theme])}${RETURN_TO}`;
    for (const name of PAGES) {
      for (const lang of ["en", "cy"]) {
        const { status, text } = await world.browser(theme).get(`/auth/page?name=${name}&lang=${lang}${kept}`);
        assert.equal(status, 200, `${name} ${theme} ${lang}`);
        await fs.writeFile(path.join(directory, `${name}-${theme}-${lang}.html`), text);
        for (const [, href] of text.matchAll(/<link[^>]+rel="?stylesheet"?[^>]+href="?([^" >]+)/g)) sheets.set(href, theme);
      }
    }
  }
  return sheets;
}

test("when the Nu HTML checker reads every page and style sheet, then it finds no error", async (context) => {
  if (!java) return context.skip("there is no Java for the Nu HTML checker");
  const sheets = await pages();
  assert.ok(sheets.size > 0, "pages name their style sheet");
  let number = 0;
  for (const [href, theme] of sheets) {
    const { status, text } = await world.browser(theme).get(href);
    assert.equal(status, 200, href);
    await fs.writeFile(path.join(directory, `sheet-${(number += 1)}.css`), text);
  }
  const files = (await fs.readdir(directory)).map((name) => path.join(directory, name));
  assert.equal(files.length, PAGES.length * 4 + sheets.size);
  const checker = ["-Xss2m", "-jar", vnu, "--also-check-css", "--format", "json", "--exit-zero-always", ...files];
  const { stderr } = await execute("java", checker, { maxBuffer: 50_000_000 });
  const { messages } = JSON.parse(stderr);
  const faults = messages.filter(({ type }) => type === "error" || type === "non-document-error");
  const said = faults.map(({ url, lastLine, message, extract }) => `${path.basename(url)}:${lastLine}: ${message} ${extract ?? ""}`);
  assert.deepEqual([...new Set(said)].slice(0, 20), []);
});
