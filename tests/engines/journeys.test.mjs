// The journeys that every person makes, in the three engines that people have: in, out, back and forward.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ENGINES } from "../harness/engines/engines.mjs";
import { inEngines } from "../harness/engines/person.mjs";
import { nextSecond } from "../harness/journey.mjs";

let world, service, person, choose, signIn, signedIn;

const services = { DEMO: { host: "localhost", revocation_check_seconds: 0 } };
inEngines({ services }, (made) => ({ world, service, person, choose, signIn, signedIn } = made));
beforeEach(() => world.provider.control("POST", "single-sign-on", { enabled: null }));

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

  test(`a person who declines reads it, goes back and forward, and can start again, in ${engine}`, async () => {
    const who = await person(engine);
    await who.open(`${service}/`);
    await who.click({ says: "Go to your account" });
    await choose(who, "declan");
    await who.at(new RegExp(`^${service}/auth/`));
    const heading = await who.until(() => who.heading(), "there is a heading");
    // One Login's page is still there, and the used callback says the same again or leads to a new start.
    await who.back();
    await who.at(new RegExp(`^${world.provider.url}/authorize`));
    await who.forward();
    const onwards = async () => (await who.url()).startsWith(`${world.provider.url}/authorize`) || (await who.heading()) === heading;
    await who.until(() => onwards().catch(() => false), "the page says the same, or One Login asks");
    if ((await who.url()).startsWith(service)) await who.click({ says: "Try again" });
    await choose(who, "kenneth");
    await who.at(`${service}/account`);
    await who.reads(/kenneth@example\.gov\.uk/);
    // Back leads over the whole way to the front page without a dead end: each page is the service's or One Login's.
    for (let step = 1; step <= 6 && (await who.url()) !== `${service}/`; step += 1) {
      await who.back();
      const text = await who.until(() => who.text().catch(() => ""), "there is a page");
      assert.doesNotMatch(text, /We could not keep you signed in/, `${step} steps back`);
    }
    assert.equal(await who.url(), `${service}/`);
    await who.open(`${service}/account`);
    await who.reads(/kenneth@example\.gov\.uk/);
  });

  test(`t45 cookies of our names that a script puts next to ours change nothing, and go with the session, in ${engine}`, async () => {
    const who = await signedIn(engine);
    const now = Math.floor(Date.now() / 1000);
    const planted = ["session", "starts", "attempt-AAAAAAAAAAAAAAAAAAAAAA", "over", "inactive"];
    await who.evaluate((names, value) => {
      for (const name of names) document.cookie = `__Host-ol-${name}=${value}; Path=/; Secure; SameSite=None; Partitioned`;
    }, planted, `${now}-00000000`);
    const visible = await who.evaluate(() => document.cookie);
    assert.ok(visible.includes("__Host-ol-inactive="));
    // WebKitGTK has no partitions, and lets no script replace the Worker's own.
    assert.equal(visible.includes("__Host-ol-starts="), engine !== "WebKit");
    await who.open(`${service}/account`);
    await who.reads(/kenneth@example\.gov\.uk/);
    await signOut(who);
    assert.equal(await who.evaluate(() => document.cookie), "");
  });

  test(`t73 t120 the button of a question takes no click for a moment after its page has come, in ${engine}`, async () => {
    const who = await signedIn(engine);
    await who.open(`${service}/auth/sign-out`);
    const hit = await who.evaluate(() => {
      const button = document.querySelector("form > button");
      // The page may have been here for longer than a moment already.
      button.style.animation = "none";
      const box = button.getBoundingClientRect();
      const reached = () => document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === button;
      const without = reached();
      button.style.animation = "";
      return [without, reached(), button.getAnimations().map(({ effect }) => effect.getTiming().duration)];
    });
    assert.deepEqual(hit, [true, false, [700]]);
    await who.until(() => who.evaluate(() => document.querySelector("form > button").getAnimations().length === 0), "the moment is over");
    await who.click({ says: "Sign out" });
    await who.at(new RegExp(`^${service}/auth/signed-out`));
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

  test(`t114 five tabs that are opened at once all come to the sign-in, and each to its place, in ${engine}`, async () => {
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
