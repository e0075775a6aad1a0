// The GOV.UK One Login service header as services include it. The real template languages render the fragment of the
// built Worker with the very templates of the documentation.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import Handlebars from "handlebars";
import nunjucks from "nunjucks";
import { ROOT } from "../harness/places.mjs";
import { World } from "../harness/world.mjs";

let world, fragment, templates, scratch;

before(async () => {
  world = await World.start();
  const answer = await world.raw({ target: "/auth/header?lang=cy" });
  assert.equal(answer.status, 200);
  fragment = answer.text;
  const page = await fs.readFile(path.join(ROOT, "docs/service-header.md"), "utf8");
  templates = Object.fromEntries([...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, name, text]) => [name, text]));
  scratch = await fs.mkdtemp(path.join(os.tmpdir(), "header-"));
});
after(async () => {
  await fs.rm(scratch, { recursive: true, force: true });
  await world?.stop();
});

const title = "Fish & chips";
const values = (signedIn) => ({ signedIn, header: fragment, title });
const run = (program, args, input) => execFileSync(program, args, { input: JSON.stringify(input), encoding: "utf8", cwd: scratch });

/** A Python with Jinja: the machine's, or one of its own. */
function python() {
  try {
    execFileSync("python3", ["-c", "import jinja2"], { stdio: "ignore" });
    return "python3";
  } catch {
    execFileSync("python3", ["-m", "venv", path.join(scratch, "venv")]);
    const own = path.join(scratch, "venv/bin/python");
    execFileSync(own, ["-m", "pip", "install", "--quiet", "jinja2==3.1.6"]);
    return own;
  }
}

const RENDER = {
  njk: (template, input) => new nunjucks.Environment(null, { autoescape: true }).renderString(template, input),
  handlebars: (template, input) => Handlebars.compile(template)(input),
  jinja: (template, input) => {
    const code = "import jinja2, json, sys; given = json.load(sys.stdin); " +
      "sys.stdout.write(jinja2.Environment(autoescape=True).from_string(given['template']).render(**given['input']))";
    return run(python(), ["-c", code], { template, input });
  },
  erb: (template, input) => {
    const code = "require 'erb'; require 'json'; given = JSON.parse($stdin.read); " +
      "print ERB.new(given['template']).result_with_hash(given['input'].transform_keys(&:to_sym))";
    return run("ruby", ["-e", code], { template, input });
  },
  gotemplate: async (template, input) => {
    const file = path.join(scratch, "main.go");
    await fs.writeFile(file, `package main
import ("encoding/json"; "html/template"; "os")
func main() {
  var given struct { Template string; Input map[string]any }
  if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil { panic(err) }
  given.Input["header"] = template.HTML(given.Input["header"].(string))
  if err := template.Must(template.New("page").Parse(given.Template)).Execute(os.Stdout, given.Input); err != nil { panic(err) }
}`);
    return run("go", ["run", file], { Template: template, Input: input });
  },
};

test("the documentation has a template for each of five languages", () => {
  assert.deepEqual(Object.keys(templates).sort(), Object.keys(RENDER).sort());
});

for (const [language, render] of Object.entries(RENDER)) {
  test(`the fragment arrives whole in ${language}, other values are escaped, and strangers do not get it`, async () => {
    const page = await render(templates[language], values(true));
    assert.ok(page.includes(fragment), page);
    assert.ok(page.includes("<main>Fish &amp; chips</main>"), page);
    const without = await render(templates[language], values(false));
    assert.ok(!without.includes("one-login-header"), without);
  });
}

test("what the fragment loads is there and kept for ever", async () => {
  const loads = [...fragment.matchAll(/(?:href|src)="(\/auth\/assets\/[^"#]+)/g)].map(([, address]) => address);
  assert.equal(loads.length, 1, fragment);
  for (const target of loads) {
    const answer = await world.raw({ target });
    assert.deepEqual([answer.status, answer.get("cache-control")], [200, "public, max-age=31536000, immutable"], target);
  }
});
