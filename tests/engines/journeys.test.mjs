// The journeys that every person makes, in the three engines that people have: in, out, back and forward.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ENGINES } from "../harness/engines/engines.mjs";
import { inEngines } from "../harness/engines/person.mjs";
import { nextSecond } from "../harness/journey.mjs";

let world, service, person;

const services = { DEMO: { host: "localhost", revocation_check_seconds: 0 } };
inEngines({ auto: null, services }, (made) => ({ world, service, person } = made));
beforeEach(nextSecond);

/** Chooses at the provider who to be. */
async function choose(who, name) {
  await who.at(new RegExp(`^${world.provider.url}/authorize`));
  await who.click({ selector: `input[type=radio][value=${name}]` });
  await who.click({ selector: "button" });
}

async function signedIn(engine, name = "kenneth", options) {
  const who = await person(engine, options);
  await who.open(`${service}/account`);
  await choose(who, name);
  await who.at(`${service}/account`);
  return who;
}

const kept = async (who) => (await who.cookies()).map(({ name }) => name).filter((name) => name.startsWith("__Host-"));

for (const engine of ENGINES) {
  test(`a person signs in, comes back to the place with its query, and signs out, in ${engine}`, async () => {
    const who = await person(engine);
    await who.open(`${service}/account/details?part=2&q=a%20b`);
    await choose(who, "kenneth");
    await who.at(`${service}/account/details?part=2&q=a%20b`);
    await who.reads(/kenneth@example\.gov\.uk/);
    const [cookie] = (await who.cookies()).filter(({ name }) => name.startsWith("__Host-"));
    assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.path], [true, true, "/"]);
    assert.equal(await who.evaluate(() => document.cookie), "");
    await who.open(`${service}/account`);
    await who.click({ says: "Sign out" });
    await who.at(new RegExp(`^${service}/auth/signed-out`));
    await who.reads(/You have signed out/);
    assert.deepEqual(await kept(who), []);
    assert.deepEqual(await world.provider.sessions(), []);
  });
}
