// The modules of examples/account-matching, in Python and in Node: each of the cases of docs/account-matching.md, step by step.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Accounts, NotPossible } from "../../examples/account-matching/account-matching.mjs";
import { ROOT } from "../harness/places.mjs";

const person = (sub, email, verified = true) => ({ sub: `urn:fdc:gov.uk:2022:${sub}`, email, email_verified: verified });
const SIAN = person("sian", "sian@example.gov.uk");
const AGAIN = person("sian-again", "Sian@Example.gov.uk");
const match = (outcome, account = null, candidates = [], old = null) => [outcome, account, candidates, old];

/** Each case: what is done, and what comes of it. */
const CASES = {
  new: [
    [["match", SIAN], match("new")],
    [["open", SIAN], 1],
    [["open", SIAN], 1],
    [["match", SIAN], match("known", 1)],
    [["match", person("kenneth", "kenneth@example.gov.uk")], match("new")],
  ],
  "known by e-mail": [
    [["import", "SIAN@example.gov.uk"], 1],
    [["match", person("other", "sian@example.gov.uk", false)], match("new")],
    [["match", { sub: "without" }], match("new")],
    [["open", { sub: "without" }], "not_possible"],
    [["match", SIAN], match("known_by_email", null, [1])],
    [["match", SIAN], match("known_by_email", null, [1])],
    [["link", 1, SIAN], null],
    [["link", 1, SIAN], null],
    [["match", SIAN], match("known", 1)],
    [["link", 7, SIAN], "not_possible"],
  ],
  "the e-mail address changed": [
    [["open", SIAN], 1],
    [["import", "new@example.gov.uk"], 2],
    [["match", { ...SIAN, email: "new@example.gov.uk" }], match("email_changed", 1, [], "sian@example.gov.uk")],
    [["match", { ...SIAN, email: "NEW@example.gov.uk" }], match("known", 1)],
    [["match", { ...SIAN, email: "unproved@example.gov.uk", email_verified: false }], match("known", 1)],
    [["match", { sub: SIAN.sub }], match("known", 1)],
  ],
  "the same e-mail address with another sub": [
    [["open", SIAN], 1],
    [["match", AGAIN], match("another_sub", null, [1])],
    [["match", SIAN], match("known", 1)],
    [["link", 1, AGAIN], null],
    [["match", AGAIN], match("known", 1)],
    [["match", SIAN], match("known", 1)],
  ],
  "the same e-mail address, of which one account has a sub": [
    [["open", SIAN], 1],
    [["import", "sian@example.gov.uk"], 2],
    [["match", AGAIN], match("another_sub", null, [1, 2])],
  ],
  "two accounts with one sub": [
    [["import", "sian@example.gov.uk"], 1],
    [["import", "sian@example.gov.uk"], 2],
    [["match", SIAN], match("several", null, [1, 2])],
    [["link", 2, SIAN], null],
    [["link", 1, SIAN], "not_possible"],
    [["merge", 2, 2], "not_possible"],
    [["merge", 1, 2], null],
    [["merge", 1, 2], "not_possible"],
    [["match", SIAN], match("known", 1)],
    [["link", 2, AGAIN], "not_possible"],
  ],
  "a closed account": [
    [["open", SIAN], 1],
    [["close", 1], null],
    [["match", SIAN], match("closed", 1)],
    [["open", SIAN], "not_possible"],
    [["link", 1, SIAN], "not_possible"],
    // The address of a closed account leads a stranger to nothing of it.
    [["match", AGAIN], match("new")],
  ],
};

function inNode(steps) {
  const accounts = new Accounts();
  return steps.map(([[name, ...args]]) => {
    try {
      if (name === "import") return accounts.import({ email: args[0] });
      const result = accounts[name](...args);
      return name === "match" ? match(result.outcome, result.account, result.candidates, result.oldEmail) : result ?? null;
    } catch (error) {
      if (error instanceof NotPossible) return "not_possible";
      throw error;
    }
  });
}

for (const [name, steps] of Object.entries(CASES)) {
  test(`account matching in Node: ${name}`, () => {
    assert.deepEqual(inNode(steps), steps.map(([, expected]) => expected));
  });
}

test("account matching in Python: every case, and eight first requests of one person at once", () => {
  const order = { cases: Object.values(CASES).map((steps) => steps.map(([step]) => step)), race: SIAN };
  const script = path.join(ROOT, "tests/origins/account_matching.py");
  const run = spawnSync("python3", [script], { input: JSON.stringify(order), encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
  const { results, race } = JSON.parse(run.stdout);
  Object.entries(CASES).forEach(([name, steps], at) => {
    assert.deepEqual(results[at], steps.map(([, expected]) => expected), name);
  });
  assert.deepEqual([race.length, new Set(race).size], [8, 1], "one account for one person");
});

test("the page about account matching names every outcome of the modules", () => {
  const page = readFileSync(path.join(ROOT, "docs/account-matching.md"), "utf8");
  const matches = Object.values(CASES).flat().map(([, expected]) => expected).filter(Array.isArray);
  const outcomes = new Set(matches.map(([outcome]) => outcome));
  assert.equal(outcomes.size, 7);
  for (const name of outcomes) {
    assert.ok(page.includes(`| \`${name}\` |`), name);
  }
});
