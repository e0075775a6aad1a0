// `cargo edge dev --https` as a developer with Safari needs it, while another one runs in the same checkout.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Child } from "../harness/children.mjs";
import { freePort } from "../harness/edge.mjs";
import { startEngine } from "../harness/engines/engines.mjs";
import { Person } from "../harness/engines/person.mjs";
import { CLI, ROOT } from "../harness/places.mjs";

const running = [];
let encrypted, plain, engine;

/** One that runs at ports of its own; the three after the first may be taken. */
async function dev(...options) {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const port = await freePort();
    const child = new Child("dev", CLI, ["dev", "--port", String(port), ...options], { cwd: ROOT });
    running.push(child);
    try {
      await child.says(/Ctrl-C ends everything/, 120_000);
      return { port, child };
    } catch (error) {
      await child.stop();
      if (!/is taken|leaves no room/.test(child.output)) throw error;
    }
  }
  throw new Error("no four ports in a row are free");
}

before(async () => {
  [encrypted, plain] = await Promise.all([dev("--https"), dev()]);
});
after(async () => {
  await engine?.stop();
  for (const child of running.reverse()) await child.stop();
});

async function signedIn(who, service) {
  await who.open(`${service}/account`);
  await who.click({ selector: "input[value=amal]" });
  await who.click({ selector: "button" });
  await who.at(`${service}/welcome`);
  await who.click({ selector: "main button" });
  await who.at(`${service}/account`);
  await who.reads(/amal@example\.gov\.uk/);
}

test("when two run at once then people sign in at both, in Safari's engine at https", async () => {
  const [, certificate] = encrypted.child.output.match(/-i (\S+certificate\.pem)/);
  assert.match(encrypted.child.output, /macOS \(Safari, Chrome\)/);
  assert.match(plain.child.output, /In Safari, start with --https/);
  engine = await startEngine("WebKit", { certificate });
  await signedIn(new Person(engine), `https://localhost:${encrypted.port}`);
  await engine.stop();
  engine = await startEngine("Chromium");
  await signedIn(new Person(engine), `http://localhost:${plain.port}`);
  assert.deepEqual([encrypted.child.ended, plain.child.ended], [null, null]);
});
