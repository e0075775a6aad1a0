// A person at an engine: opens addresses, reads, clicks, types, and goes back and forward. Each waits until it has happened.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { nextSecond } from "../journey.mjs";
import { World } from "../world.mjs";
import { startEngine } from "./engines.mjs";
import { Refused } from "./webdriver.mjs";

const PATIENCE_MS = 15_000;

export class Person {
  constructor(engine) {
    this.engine = engine;
  }

  send(command, parameters) {
    return this.engine.session.send(command, parameters);
  }

  /** Opens an address as if it were typed in. */
  open(url) {
    return this.send("Navigate", { url });
  }

  url = () => this.send("GetCurrentURL");
  back = () => this.send("Back");
  forward = () => this.send("Forward");
  reload = () => this.send("Refresh");
  cookies = () => this.send("GetCookies");

  /** The session's cookie, or nothing. Its name may go on behind the part that is fixed. */
  session = async () => (await this.cookies()).find(({ name }) => /^__Host-(Http-)?ol-session/.test(name));

  /** Takes the session's cookie away, as its end does. */
  async endSession() {
    for (let found; (found = await this.session()) !== undefined;) await this.send("DeleteCookie", { name: found.name });
  }

  /** Runs a function in the page, whatever the page's policy says; a promise is waited for. */
  async evaluate(what, ...args) {
    const script = `const done = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${what}).apply(null, [].slice.call(arguments, 0, -1)))
        .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.send("ExecuteAsyncScript", { script, args });
    if (error !== undefined) throw new Error(`${this.engine.name}: ${error}`);
    return value;
  }

  /** The text of an element as a person sees it; empty while there is no such element. */
  async text(selector = "body") {
    const script = "const found = document.querySelector(arguments[0]); return found === null ? '' : found.innerText;";
    return this.send("ExecuteScript", { script, args: [selector] });
  }

  heading = () => this.text("h1");

  async #element(using, value) {
    const found = await this.send("FindElement", { using, value });
    return Object.values(found)[0];
  }

  /** Clicks what a selector finds or, with a text in place of one, the link or button that says just that. */
  async click({ selector, says }) {
    const find = () => selector === undefined
      ? this.#element("xpath", `//*[(self::a or self::button) and normalize-space()="${says}"]`)
      : this.#element("css selector", selector);
    const id = await this.until(() => find().catch(absent), `there is a ${selector ?? says}`);
    await this.send("ElementClick", { id });
  }

  async type(selector, text) {
    await this.send("ElementSendKeys", { id: await this.#element("css selector", selector), text });
  }

  /** Waits until a condition gives something, and gives that. A page that is just being left is asked again. */
  async until(condition, what) {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(50)) {
      const found = await condition();
      if (found) return found;
      if (Date.now() > deadline) {
        const [url, text] = [await this.url().catch(String), await this.text().catch(String)];
        assert.fail(`${this.engine.name}: not so: ${what}\nat ${url}:\n${text.slice(0, 600)}`);
      }
    }
  }

  /** Waits until the address begins so, or matches, and its page is there. */
  at(address) {
    const fits = (url) => (typeof address === "string" ? url.split("#")[0] === address : address.test(url));
    const there = async () => {
      if (!fits(await this.url())) return false;
      const ready = await this.send("ExecuteScript", { script: "return document.readyState;", args: [] });
      return ready === "complete" && fits(await this.url());
    };
    return this.until(() => there().catch(absent), `the address is ${address}`);
  }

  /** Waits until an element's text matches. */
  reads(pattern, selector = "body") {
    return this.until(async () => pattern.test(await this.text(selector).catch(absent)), `${selector} reads ${pattern}`);
  }

  /** Another tab, which is the one that everything is about from now on; gives what `to` goes back by. */
  async tab() {
    const { handle } = await this.send("NewWindow", { type: "tab" });
    await this.to(handle);
    return handle;
  }

  to = (handle) => this.send("SwitchToWindow", { handle });
  tabs = () => this.send("GetWindowHandles");
}

/** A page that is being left refuses commands for a moment. */
function absent(error) {
  if (error instanceof Refused) return "";
  throw error;
}

/** The steps that journeys share, in one world. */
function steps(world, service, person) {
  /** Chooses at the provider who to be. */
  const choose = async (who, name) => {
    await who.at(new RegExp(`^${world.provider.url}/authorize`));
    await who.click({ selector: `input[type=radio][value=${name}]` });
    await who.click({ selector: "button" });
  };
  /** Opens a place of the service and signs in on the way to it. */
  const signIn = async (who, name = "kenneth", place = "/account") => {
    await who.open(service + place);
    await choose(who, name);
    await who.at(service + place);
  };
  /** A new person who is signed in. */
  const signedIn = async (engine, name, options) => {
    const who = await person(engine, options);
    await signIn(who, name);
    return who;
  };
  return { choose, signIn, signedIn };
}

/**
 * A world at https for the tests of one file, and people at engines in it. `started` gets the world, the address of its
 * service, the steps of `journeys`, and `person`, which starts an engine of that name; no engine outlives a test.
 */
export function inEngines(settings, started) {
  let world;
  const engines = [];
  const kept = (engine) => engines[engines.push(engine) - 1];
  const person = async (name, options = {}) => {
    const certificate = `${world.certificate}/certificate.pem`;
    // A notification of the last test is about sign-ins of the same second too.
    const [engine] = await Promise.all([startEngine(name, { certificate, ...options }).then(kept), nextSecond()]);
    return new Person(engine);
  };
  before(async () => {
    world = await World.start({ encrypted: true, auto: null, ...(typeof settings === "function" ? await settings() : settings) });
    const service = `https://${world.host}`;
    started({ world, service, person, ...steps(world, service, person) });
  });
  beforeEach(() => world.clear());
  afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.stop())));
  after(() => world?.stop());
}
