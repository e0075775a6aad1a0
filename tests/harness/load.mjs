// `cargo edge assure load`: floods of garbage notifications and sign-in starts, and how long a signed-in person waits for a
// page meanwhile, in the same isolate; then the promises of `promises.mjs`, each with its row. Prints its report. A wait above
// the promised ratio is an error, and so is a promise that does not hold.

import { NAVIGATION } from "./browser.mjs";
import { signedIn } from "./journey.mjs";
import { inParallel } from "./memory.mjs";
import { PROMISES } from "./promises.mjs";
import { World } from "./world.mjs";

// Everything here shares two or three cores with the flood's own sender, so that the promise is a coarse one.
const RATIO = 10;
const WIDTH = 8;
const count = Number(process.argv[2]);
const milliseconds = (value) => `${value.toFixed(1)} ms`;

const world = await World.start({ engine: "workerd", limited: true });

/** How long a signed-in person waits for pages, one after another, for as long as something goes on. */
async function waits(browser, isOver) {
  const times = [];
  while (times.length < 200 || !isOver()) {
    const began = performance.now();
    const answer = await browser.copy().get("/account");
    if (answer.status !== 200) throw new Error(`a page was answered ${answer.status}`);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return { median: times[times.length >> 1], worst: times[Math.floor(times.length * 0.99)], pages: times.length };
}

/** Measures the person's waits while a flood of requests goes on. */
async function beside(browser, send) {
  let over = false;
  const statuses = new Map();
  const flood = inParallel(count, WIDTH, async (n) => {
    const { status } = await send(n);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }).finally(() => (over = true));
  const waited = await waits(browser, () => over);
  await flood;
  return { ...waited, statuses: [...statuses].map(([status, times]) => `${times} × ${status}`).join(", ") };
}

try {
  const browser = await signedIn(world);
  const quiet = await waits(browser, () => true);
  const form = [["Content-Type", "application/x-www-form-urlencoded"]];
  const header = (n) => Buffer.from(JSON.stringify({ alg: "ES256", typ: "logout+jwt", kid: `made-up-${n}` })).toString("base64url");
  const garbage = (n) => world.raw({ method: "POST", target: "/auth/backchannel-logout", headers: form, body: `logout_token=${header(n)}.e30.AAAA` });
  const stranger = (n) => world.raw({ target: "/account", headers: [...NAVIGATION, ["CF-Connecting-IP", `192.0.2.${n % 250}`]] });
  const rows = [["nothing else", { ...quiet, statuses: "" }], [`${count} notifications with made-up keys`, await beside(browser, garbage)]];
  rows.push([`${count} starts of a sign-in`, await beside(browser, stranger)]);
  console.log(`# A flood while people are signed in\n
\`cargo edge assure load --requests ${count}\`: ${WIDTH} connections at once send the flood to the isolate that also answers the person, on one
machine, with the limits of a deployed Worker. The promise: the median wait is at most ${RATIO} times that of a quiet isolate.\n
| flood | median wait | 99 of 100 | ratio | answers to the flood |\n|---|---|---|---|---|`);
  for (const [name, { median, worst, statuses }] of rows) {
    const ratio = median / quiet.median;
    console.log(`| ${name} | ${milliseconds(median)} | ${milliseconds(worst)} | ${ratio.toFixed(1)} | ${statuses} |`);
    if (ratio > RATIO) process.exitCode = 1;
  }
  const calls = (await world.provider.paths()).length;
  console.log(`\nThe provider was called ${calls} times meanwhile.` + (process.exitCode ? " **This is more than promised.**" : ""));
} finally {
  await world.stop();
}

console.log("\n## Promises\n\n| promise | seen |\n|---|---|");
for (const [promise, check] of PROMISES) {
  console.error(promise);
  try {
    console.log(`| ${promise} | ${await check()} |`);
  } catch (error) {
    console.error(error);
    console.log(`| ${promise} | **does not hold**: ${String(error.message).split("\n")[0]} |`);
    process.exitCode = 1;
  }
}
