// How many instructions of WebAssembly each kind of request takes: a number that another program on the machine cannot
// move. `instructions.json` has the numbers of the last change and the compiler that they hold for; renew it with
// `EDGE_WRITE_INSTRUCTIONS=1 cargo edge test --only workerd instructions`.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { NAVIGATION } from "../harness/browser.mjs";
import { signIn, signedIn } from "../harness/journey.mjs";
import { METERED, ROOT } from "../harness/places.mjs";
import { seal, session } from "../harness/seal.mjs";
import { World } from "../harness/world.mjs";

const FILE = path.join(ROOT, "tests/workerd/instructions.json");

/** How far a number may be from the one before, either way: a gain is written down as well, so that it is not lost again. */
const ROOM = 0.02;

/** How far it may grow where another compiler wrote the code. */
const OTHER_COMPILER = 2;

const HOUR = 3_600;
let world;
let browser;

before(async () => {
  world = await World.start({ engine: "workerd", counted: true });
  await signIn(world, world.browser());
  browser = await signedIn(world);
});
after(() => world?.stop());

/** A cookie that opens, of a session without use for two hours. */
function expired() {
  const used = Math.floor(Date.now() / 1_000) - 2 * HOUR;
  const binding = `local\0${world.host}\0demo`;
  return seal(world.secrets.SESSION_KEY_A, { purpose: "session", binding }, session({ made: used, used }));
}

const FOREIGN = [["Sec-Fetch-Site", "cross-site"]];

/** Each kind of request: the status of its answer, and how it is asked. */
const KINDS = {
  "public path": [200, () => browser.get("/")],
  "signed in, answer laid out again": [200, () => browser.get("/account")],
  "signed in, answer untouched": [200, () => browser.get("/private")],
  "signed out, a program": [401, () => world.raw({ target: "/account" })],
  "session over, a sign-in starts": [302, () => world.raw({ target: "/account", headers: [...NAVIGATION, ["Cookie", `__Host-ol-session=${expired()}`]] })],
  "change from another site, refused": [403, () => browser.send({ method: "POST", target: "/account", body: "a=b", headers: FOREIGN })],
  "path that can be read in two ways, refused": [400, () => world.raw({ target: "/account/%2e%2e%2fx" })],
};

/** The number in the middle of five, after two that fill what the Worker remembers. */
async function instructions([status, ask]) {
  const counts = [];
  for (let n = 0; n < 7; n += 1) {
    await world.counts();
    const answer = await ask();
    assert.equal(answer.status, status, answer.text);
    counts.push((await world.counts()).instructions);
  }
  return counts.slice(2).sort((a, b) => a - b)[2];
}

test("a request takes no more instructions than before", async (t) => {
  const { compiler } = JSON.parse(await fs.readFile(path.join(METERED, "built-by.json"), "utf8"));
  const counted = {};
  for (const [kind, how] of Object.entries(KINDS)) counted[kind] = await instructions(how);
  if (process.env.EDGE_WRITE_INSTRUCTIONS) {
    await fs.writeFile(FILE, `${JSON.stringify({ compiler, counted }, null, 2)}\n`);
  }
  const known = JSON.parse(await fs.readFile(FILE, "utf8"));
  const same = known.compiler === compiler;
  if (!same) t.diagnostic(`counted for another compiler than ${compiler}: ${JSON.stringify(counted)}`);
  for (const [kind, number] of Object.entries(counted)) {
    const times = number / known.counted[kind];
    const said = `${kind}: ${number} instructions, ${known.counted[kind]} before`;
    assert.ok(same ? Math.abs(times - 1) <= ROOM : times > 0 && times <= OTHER_COMPILER, said);
  }
  assert.deepEqual(Object.keys(known.counted), Object.keys(KINDS));
});

test("when a page is asked for again, then it takes the instructions of the request before", async () => {
  const [first, again] = [await instructions(KINDS["signed in, answer untouched"]), await instructions(KINDS["signed in, answer untouched"])];
  assert.ok(Math.abs(first / again - 1) <= ROOM / 4, `${first} and ${again}`);
});
