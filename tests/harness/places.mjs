// The places of the programs under test. `cargo edge test` sets them in the environment. Without it the places of a
// debug build apply, so that `node --test` can run one file by hand.

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const env = process.env;

export const ROOT = env.EDGE_ROOT ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const SIMULATOR = env.EDGE_SIMULATOR ?? path.join(ROOT, "target/debug/simulator");
export const CLI = env.EDGE_CLI ?? path.join(ROOT, "target/debug/edge");
export const CHROMIUM = env.EDGE_CHROMIUM ?? "/usr/bin/chromium";
export const CHROMEDRIVER = env.EDGE_CHROMEDRIVER ?? "/usr/bin/chromedriver";
export const FIREFOX = env.EDGE_FIREFOX ?? "/usr/bin/firefox-esr";
export const MINI_BROWSER = env.EDGE_MINI_BROWSER ?? "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
export const WEBKIT_DRIVER = env.EDGE_WEBKIT_DRIVER ?? "/usr/bin/WebKitWebDriver";
export const XVFB = env.EDGE_XVFB ?? "/usr/bin/Xvfb";

/** The output of `cargo edge build`: the Worker to upload, the one in which tests make the platform fail, and the one that counts its instructions. */
export const RELEASED = path.join(ROOT, "build");
export const FAULTY = path.join(ROOT, "target/edge/faulty");
export const METERED = path.join(ROOT, "target/edge/metered");

/** Files that tests leave for people to look at. */
export const ARTEFACTS = path.join(ROOT, "target/edge/test");

/** A program of npm's. */
export const npm = (name) => path.join(ROOT, "node_modules/.bin", name);

/** Throws unless these programs are there. */
export function needed(...programs) {
  const missing = programs.find((program) => !fs.existsSync(program));
  if (missing) throw new Error(`${missing} is not there; run these tests with \`cargo edge test\``);
}

needed(CLI);
