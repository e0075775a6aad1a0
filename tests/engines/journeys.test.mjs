// The journeys that every person makes, in the three engines that people have: in, out, back and forward.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ENGINES } from "../harness/engines/engines.mjs";
import { inEngines } from "../harness/engines/person.mjs";
import { nextSecond } from "../harness/journey.mjs";

let world, service, person, choose, signIn, signedIn;

const services = { DEMO: { host: "localhost", revocation_check_seconds: 0 } };
inEngines({ services }, (made) => ({ world, service, person, choose, signIn, signedIn } = made));
beforeEach(async () => {
  await world.provider.control("POST", "single-sign-on", { enabled: null });
  await nextSecond();
});

async function signOut(who) {
  await who.open(`${service}/account`);
  await who.click({ says: "Sign out" });
  await who.at(new RegExp(`^${service}/auth/signed-out`));
  await who.reads(/You have signed out/);
}

for (const engine of ENGINES) {
  test(`a person signs in, comes back to the place with its query, and signs out, in ${engine}`, async () => {
    const who = await person(engine);
    await signIn(who, "kenneth", "/account/details?part=2&q=a%20b");
    await who.reads(/kenneth@example\.gov\.uk/);
    const cookie = await who.session();
    assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.path], [true, true, "/"]);
    assert.equal(await who.evaluate(() => document.cookie), "");
    await signOut(who);
    assert.equal(await who.session(), undefined);
    // One Login has ended its session too, so it asks who is there.
    await who.open(`${service}/account`);
    await who.at(new RegExp(`^${world.provider.url}/authorize`));
  });

  test(`going back and forward after a sign-in leads on, and after signing out shows nothing personal, in ${engine}`, async () => {
    const who = await person(engine);
    await who.open(`${service}/`);
    await who.click({ says: "Go to your account" });
    await choose(who, "kenneth");
    await who.at(`${service}/account`);
    await who.back();
    await who.forward();
    await who.open(`${service}/account`);
    await who.reads(/kenneth@example\.gov\.uk/);
    await signOut(who);
    for (const [direction, steps] of [["back", 5], ["forward", 5]]) {
      for (let step = 1; step <= steps; step += 1) {
        await who[direction]();
        const url = await who.url();
        // The provider's own page offers every person's name.
        const text = url.startsWith(service) ? await who.text() : "";
        assert.ok(!text.includes("kenneth@example.gov.uk"), `${url} after ${step} steps ${direction}`);
      }
    }
  });

  test(`a person who declines reads it, and can start again, in ${engine}`, async () => {
    const who = await person(engine);
    await who.open(`${service}/account`);
    await choose(who, "declan");
    await who.at(new RegExp(`^${service}/auth/`));
    await who.reads(/\S/, "h1");
    await who.click({ says: "Try again" });
    await choose(who, "kenneth");
    await who.at(`${service}/account`);
  });

  test(`signing out everywhere ends the other browser of a person, and a second person sees their own page, in ${engine}`, async () => {
    const [phone, laptop] = [await signedIn(engine), await signedIn(engine)];
    await phone.click({ says: "Sign out everywhere" });
    await phone.at(new RegExp(`^${service}/auth/signed-out`));
    assert.equal(await laptop.evaluate(async () => (await fetch("/account")).status), 401);
    // A second person uses the same computer.
    await nextSecond();
    await world.provider.delivered();
    await signIn(phone, "amal");
    await phone.reads(/amal@example\.gov\.uk/);
    assert.doesNotMatch(await phone.text(), /kenneth/);
  });

  test(`five tabs that are opened at once all come to the sign-in, and each to its place, in ${engine}`, async () => {
    const who = await person(engine);
    await who.open(`${service}/`);
    const tabs = await who.tabs();
    const before = new Set(tabs);
    await who.evaluate(() => {
      const anchor = document.body.appendChild(document.createElement("a"));
      anchor.id = "next";
      anchor.target = "_blank";
      anchor.rel = "noopener";
      anchor.textContent = "next";
    });
    for (let tab = 1; tab <= 5; tab += 1) {
      await who.to(tabs[0]);
      await who.evaluate((href) => (document.querySelector("#next").href = href), `/account/tab-${tab}`);
      await who.click({ selector: "#next" });
    }
    const opened = await who.until(async () => {
      const now = (await who.tabs()).filter((handle) => !before.has(handle));
      return now.length === 5 && now;
    }, "five tabs have opened");
    for (const handle of opened) {
      await who.to(handle);
      await who.at(new RegExp(`^${world.provider.url}/authorize`));
    }
    const places = [];
    for (const handle of opened) {
      await who.to(handle);
      await choose(who, "kenneth");
      await who.at(new RegExp(`^${service}/account/tab-`));
      places.push((await who.url()).slice(-1));
    }
    assert.deepEqual(places.sort(), ["1", "2", "3", "4", "5"]);
  });

  test(`the journey needs no JavaScript, and can be read in Welsh, in ${engine}`, async () => {
    const who = await signedIn(engine, "sian", { script: false, language: "cy-GB" });
    await who.reads(/siân\.ŵyn@enghraifft\.cymru/);
    await who.click({ selector: "form[action='/auth/sign-out'] button" });
    await who.at(new RegExp(`^${service}/auth/signed-out`));
    // WebKitGTK takes its language from the system's locales, of which a test machine has one.
    if (engine === "WebKit") await who.click({ says: "Cymraeg" });
    await who.reads(/Rydych wedi allgofnodi/);
  });
}
