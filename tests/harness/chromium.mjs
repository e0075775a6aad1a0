// A real browser. It is started without anything that would call its maker, and each visitor gets a fresh profile.

import fs from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import { chromium } from "playwright-core";
import { ARTEFACTS, CHROMIUM, ROOT } from "./places.mjs";
import { World } from "./world.mjs";

/** Options with which Chromium starts as a test needs it. */
export const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/**
 * A world with a browser for the tests of one file. Once both run, `started` gets the world, its service's address and
 * `person`, which opens a window for a new visitor. Each test's windows and records are cleared when it ends.
 * `settings` may be a function that gives them, and with `backForward` pages are kept for Back as people's Chromium does.
 */
export function inChromium(settings, started, { backForward = false } = {}) {
  let world;
  let browser;
  const contexts = [];
  const person = async (options) => {
    const made = await visitor(browser, options);
    contexts.push(made.context);
    return made;
  };
  before(async () => {
    world = await World.start(typeof settings === "function" ? await settings() : settings);
    // Playwright turns the back/forward cache off, which people have.
    const ignoreDefaultArgs = backForward ? ["--disable-back-forward-cache"] : [];
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET, ignoreDefaultArgs, headless: true });
    await started({ world, service: `http://${world.host}`, person });
  });
  beforeEach(() => world.clear());
  afterEach(() => Promise.all(contexts.splice(0).map((context) => context.close())));
  after(async () => {
    await browser?.close();
    await world?.stop();
  });
}

/** A visitor with a window; what goes wrong in their pages is kept in `complaints`. */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // Browsers ask for an icon by themselves, which neither the demo service nor the simulated provider has.
    const icon = message.location().url.endsWith("/favicon.ico");
    if (message.type() === "error" && !icon) complaints.push(message.text());
  });
  return { context, page, complaints };
}

/** The faults that axe finds on a page, or in one element of it, best practices included. */
export async function faults(page, element = "html") {
  // Handed over by the debugger's door: a page's own policy may let no script in.
  await page.evaluate(await fs.readFile(path.join(ROOT, "node_modules/axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate((within) => window.axe.run(document.querySelector(within)), element);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** Keeps a picture of a page for people to look at. */
export async function picture(page, name) {
  await fs.mkdir(ARTEFACTS, { recursive: true });
  await page.screenshot({ path: path.join(ARTEFACTS, name), fullPage: true });
}
