// Two versions of the Worker at once, as in a gradual deployment: today's build and the version before, on the same
// accounts and the same KV. At Cloudflare an account object has one of the two versions at a time, for requests of both
// (developers.cloudflare.com/workers/configuration/versions-and-deployments/gradual-deployments, November 2026). So
// each test runs with either version's objects.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { nextSecond, signIn, signOut, signedIn, untilCallback } from "../harness/journey.mjs";
import { elsewhere, untilDead } from "../harness/revocation.mjs";
import { olderBuild } from "../harness/older-build.mjs";
import { World } from "../harness/world.mjs";

const CHECK_SECONDS = 2;
const services = { DEMO: { host: "localhost", revocation_check_seconds: CHECK_SECONDS } };

let older;
before(async () => {
  older = await olderBuild();
});

/** A test of the two versions; a clone that cannot build the older one says so. */
const ofBoth = (name, run) => test(name, (t) => (older.reason ? t.skip(older.reason) : run()));

/** The same browser, whose next request arrives at the other version. */
function changed(world, browser) {
  browser.port = browser.port === world.port ? world.elsewhere : world.port;
  return browser;
}

const opens = async (browser) => (await browser.get("/account")).status === 200;

for (const hasObjects of [false, true]) {
  const objects = hasObjects ? "the older version's objects" : "today's objects";
  describe(`two versions, and ${objects}`, () => {
    let world;
    before(async () => {
      if (older.reason) return;
      world = await World.start({ engine: "workerd", services, older: { ...older, hasObjects } });
    });
    beforeEach(async () => {
      if (!world) return;
      await world.clear();
      await nextSecond();
    });
    after(() => world?.stop());

    /** A new browser that begins at today's version, or at the older one. */
    const at = (first) => {
      const browser = world.browser();
      browser.port = first === "today" ? world.port : world.elsewhere;
      return browser;
    };

    for (const first of ["today", "older"]) {
      ofBoth(`a sign-in that begins at one is finished at the other, and the session is good at both (${first} first)`, async () => {
        const browser = at(first);
        const callback = await untilCallback(world, browser, "/account");
        assert.equal((await changed(world, browser).get(callback)).location, "/account");
        const told = [];
        for (let round = 0; round < 4; round += 1) {
          assert.equal(await opens(browser), true, `round ${round}`);
          const { sub, sid } = (await changed(world, browser).fetch("/whoami")).json;
          told.push(`${sub} ${sid}`);
        }
        assert.equal(new Set(told).size, 1, "one person, one session");
      });

      ofBoth(`a person who signs out at one is out at the other within the bound (${first} first)`, async () => {
        const browser = at(first);
        await signIn(world, browser);
        const copies = [browser.copy(), elsewhere(world, browser), Object.assign(browser.copy(), { port: world.port })];
        for (const copy of copies) assert.ok(await opens(copy));
        await signOut(changed(world, browser));
        const { passed } = await untilDead(copies);
        assert.ok(passed <= (CHECK_SECONDS + 1) * 1_000, `${passed} ms`);
        await nextSecond();
        await signIn(world, changed(world, browser));
        assert.ok(await opens(changed(world, browser)));
      });

      ofBoth(`a sign-out everywhere at one ends the sessions that began at the other (${first} first)`, async () => {
        const [phone, laptop] = [at(first), changed(world, at(first))];
        await signIn(world, phone);
        await signIn(world, laptop);
        await signOut(phone, "/auth/sign-out?everywhere");
        const { passed } = await untilDead([laptop, changed(world, laptop.copy())]);
        assert.ok(passed <= (CHECK_SECONDS + 1) * 1_000, `${passed} ms`);
      });
    }

    ofBoth("a notification that today's version takes ends sessions of both", async () => {
      const [one, two] = [at("today"), at("older")];
      await signIn(world, one);
      await signIn(world, two);
      await nextSecond();
      await world.provider.endSessions("kenneth");
      const sent = await world.provider.delivered();
      assert.ok(sent.every(({ status }) => status === 200), JSON.stringify(sent));
      await untilDead([one, two]);
    });

    ofBoth("a document of the provider's that one version stored is good for the other", async () => {
      await signIn(world, at("older"));
      await signIn(world, at("today"));
      const { earlier = "" } = world;
      assert.doesNotMatch(earlier + world.edge.output, /document_not_authentic|document_malformed/);
    });

    ofBoth("when the objects change their version then everybody is signed in as before, and can sign out", async () => {
      const [one, two] = [await signedIn(world), changed(world, at("today"))];
      await signIn(world, two);
      world.older = { ...world.older, hasObjects: !hasObjects };
      await world.restart();
      try {
        for (const browser of [one, two]) assert.ok((await opens(browser)) && (await opens(changed(world, browser))));
        await signOut(one, "/auth/sign-out?everywhere");
        await untilDead([two, elsewhere(world, two)]);
      } finally {
        world.older = { ...world.older, hasObjects };
        await world.restart();
      }
    });
  });
}

ofBoth("the older build is that of the commit", () => {
  assert.ok(older.build.endsWith(`older-${older.commit.slice(0, 12)}`));
});
