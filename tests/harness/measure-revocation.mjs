// `cargo edge revocation`: how long a copied cookie still works once its session has ended, and the promised bound. The
// argument is `revocation_check_seconds`. Anything beyond the promise is an error.

import { ASSERTION_SECONDS, ENDINGS, ended } from "./revocation.mjs";
import { World } from "./world.mjs";

const PERSONAS = ["kenneth", "amal", "sian"];
const check = Number(process.argv[2]);
const promise = { passed: check, believed: check + ASSERTION_SECONDS };

const row = (...cells) => console.log(cells.map((cell, n) => (n ? cell.padStart(26) : cell.padEnd(20))).join(""));
const seconds = (value) => `${value.toFixed(1)} s`;

const service = { host: "localhost", revocation_check_seconds: check, revocation_grace_seconds: Math.max(check, 300) };
const world = await World.start({ engine: "workerd", services: { DEMO: service }, twice: true });
try {
  const options = { pause: 100, patience: (check + 30) * 1_000 };
  const measuring = [];
  for (const [n, ending] of ENDINGS.entries()) {
    const { measured } = await ended(world, ending, PERSONAS[n], options);
    measuring.push(measured.then((found) => ({ name: ending.name, ...found })));
  }
  console.log(`\nTwo isolates of the Worker share the accounts; in each of them copies of the cookies are used ten times a second.\n`);
  row("the session ends by", "a copied cookie passes for", "what it got is good for");
  row("promised", `at most ${seconds(promise.passed)}`, `at most ${seconds(promise.believed)}`);
  for (const { name, passed, believed } of await Promise.all(measuring)) {
    row(name, seconds(passed / 1_000), seconds(believed / 1_000));
    if (passed > promise.passed * 1_000 || believed > promise.believed * 1_000) process.exitCode = 1;
  }
  if (process.exitCode) console.log("\nThis is longer than promised.");
} finally {
  await world.stop();
}
