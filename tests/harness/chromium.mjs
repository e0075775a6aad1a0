// A real browser. It is started without anything that would call its maker, and each visitor gets a fresh profile.

import fs from "node:fs/promises";
import path from "node:path";
import { chromium } from "playwright-core";
import { ARTEFACTS, CHROMIUM, ROOT } from "./places.mjs";

const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

export const startChromium = () => chromium.launch({ executablePath: CHROMIUM, args: QUIET, headless: true });

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

/** What axe finds fault with, best practices included. */
export async function faults(page) {
  // Handed over by the debugger's door: a page's own policy may let no script in.
  await page.evaluate(await fs.readFile(path.join(ROOT, "node_modules/axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** Keeps a picture of a page for people to look at. */
export async function picture(page, name) {
  await fs.mkdir(ARTEFACTS, { recursive: true });
  await page.screenshot({ path: path.join(ARTEFACTS, name), fullPage: true });
}
