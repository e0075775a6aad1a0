// `cargo edge assure soak`: a great many requests of every kind against one isolate, and its memory meanwhile. Prints its
// report; memory that grows is an error.

import { signIn, start, untilCallback } from "./journey.mjs";
import { inParallel, residentOf } from "./memory.mjs";
import { World } from "./world.mjs";

const STEPS = 10;
const GROWTH = 1.15;
const count = Number(process.argv[2]);
const mib = (bytes) => `${(bytes / 1_048_576).toFixed(0)} MiB`;

const world = await World.start({ engine: "workerd", services: { DEMO: { host: "localhost", revocation_check_seconds: 1 } } });
try {
  const people = [];
  for (const persona of ["kenneth", "sian", "amal"]) {
    await world.provider.auto(persona);
    const browser = world.browser();
    await signIn(world, browser);
    people.push(browser);
  }
  const garbage = { method: "POST", target: "/auth/backchannel-logout", body: "logout_token=eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ.e30.AAAA",
    headers: [["Content-Type", "application/x-www-form-urlencoded"]] };
  const kinds = [
    (n) => people[n % 3].copy().get("/account"), (n) => people[n % 3].copy().fetch("/whoami"), () => world.raw({ target: "/" }),
    () => world.raw({ target: "/account" }), (n) => world.raw({ target: `/account/..%2f${n}` }), () => start(world.browser(), "/account"),
    () => world.raw(garbage), (n) => world.raw({ target: `/auth/callback?code=a&state=${n}` }),
    (n) => world.raw({ target: "/whoami", headers: [["Cookie", `__Host-ol-session=${"A".repeat(n % 900)}`]] }),
    (n) => people[n % 3].copy().get(`/echo/optional/${n}`),
  ];
  const readings = [];
  let failed = 0;
  let signedIn = 0;
  const began = Date.now();
  for (let step = 0; step < STEPS; step += 1) {
    await inParallel(count / STEPS, 16, async (n) => {
      const answer = await kinds[n % kinds.length](n).catch(() => null);
      if (answer === null || answer.status >= 500) failed += 1;
      // Now and then a new person signs in, so that attempts, accounts and assertions come and go.
      if (n % 1_000 === 0) {
        const browser = world.browser();
        if ((await browser.get(await untilCallback(world, browser, "/account"))).status === 303) signedIn += 1;
      }
    });
    world.browsers.length = 0;
    await world.clear();
    readings.push(await residentOf(world.edge.process.pid));
    console.error(`${(step + 1) * (count / STEPS)} requests, ${mib(readings.at(-1))}`);
  }
  const seconds = Math.round((Date.now() - began) / 1_000);
  // The first steps fill every bounded store: assertions, leases, keys, and the engine's own heap.
  const [settled, last] = [Math.max(...readings.slice(2, 5)), Math.max(...readings.slice(-3))];
  const flat = last <= settled * GROWTH;
  console.log(`# A soak\n
\`cargo edge assure soak --requests ${count}\`: ${count.toLocaleString("en-GB")} requests of ten kinds against one isolate in ${seconds} s, and ${signedIn} whole
sign-ins at the same time. ${failed} of them failed.\n
| requests | memory of workerd |\n|---|---|`);
  readings.forEach((bytes, step) => console.log(`| ${((step + 1) * count) / STEPS} | ${mib(bytes)} |`));
  console.log(`\nThe most of the last three readings is ${(last / settled).toFixed(2)} times the most of the third to fifth; ${GROWTH} is allowed. ` +
    (flat && failed === 0 ? "Memory is flat." : "**This is not as it must be.**"));
  if (!flat || failed > 0) process.exitCode = 1;
} finally {
  await world.stop();
}
