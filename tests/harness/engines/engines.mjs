// Starts the engines that people have, each with a fresh profile: Chromium by chromedriver, and Firefox directly.
// WebKitGTK's MiniBrowser, with Safari's engine, is started by WebKitWebDriver on a screen of its own. None sends
// requests to its maker.

import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../children.mjs";
import { freePort } from "../edge.mjs";
import { CHROMEDRIVER, CHROMIUM, FIREFOX, MINI_BROWSER, ROOT, WEBKIT_DRIVER, XVFB, needed } from "../places.mjs";
import { OverHttp, OverMarionette } from "./webdriver.mjs";

export const ENGINES = ["Chromium", "Firefox", "WebKit"];

needed(CHROMEDRIVER, CHROMIUM, FIREFOX, MINI_BROWSER, WEBKIT_DRIVER, XVFB);

const QUIET = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Firefox's settings: nothing is looked for outside, nothing is asked at the start, and pages may be kept for Back. */
const PREFERENCES = {
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.aboutConfig.showWarning": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.safebrowsing.update.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.page": 0,
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.push.connection.enabled": false,
  "extensions.getAddons.cache.enabled": false,
  "extensions.systemAddon.update.enabled": false,
  "extensions.update.enabled": false,
  "media.gmp-manager.updateEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "security.remote_settings.crlite_filters.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "toolkit.telemetry.server": "data:,",
};

/** GStreamer's list of its plugins: a WebKit whose home is empty looks at each plugin again, which is half of its start. */
const PLUGINS = path.join(ROOT, "target/gstreamer-registry.bin");

/**
 * Starts an engine. `certificate` is a file with the one that the service and the provider show. `language` is a person's
 * first, `script` says whether pages run any, and only Firefox reads `preferences`.
 */
export async function startEngine(name, { certificate, language = "en-GB", script = true, preferences = {} } = {}) {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), "one-login-engine-"));
  const children = [];
  const start = (...what) => {
    const child = new Child(...what);
    children.push(child);
    return child;
  };
  const options = { directory, start, certificate, language, script, preferences };
  const stop = async () => {
    for (const child of children.reverse()) await child.stop();
    await fs.rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const session = await { Chromium: chromium, Firefox: firefox, WebKit: webkit }[name](options);
    return { name, version: session.version, session, stop: () => session.end().then(stop) };
  } catch (error) {
    await stop();
    throw new Error(`${name} did not start: ${error.message}\n${children.map(({ tail }) => tail).join("\n")}`);
  }
}

async function chromium({ directory, start, language, script }) {
  const port = await freePort();
  await start("chromedriver", CHROMEDRIVER, [`--port=${port}`]).says(/started successfully/);
  const preferences = { "intl.accept_languages": language, "profile.default_content_setting_values.javascript": script ? 1 : 2 };
  return OverHttp.start(port, {
    acceptInsecureCerts: true,
    "goog:chromeOptions": {
      binary: CHROMIUM,
      args: [...QUIET, `--user-data-dir=${path.join(directory, "profile")}`],
      prefs: preferences,
    },
  });
}

/**
 * A profile in which Firefox has started and been quit once, without opening anything: a start from a copy takes half of the
 * time. It is made again for another Firefox.
 */
async function firefoxProfile() {
  const { mtimeMs } = await fs.stat(FIREFOX);
  const made = path.join(ROOT, "target", `firefox-profile-${mtimeMs}`);
  if (await fs.stat(made).then(() => true, () => false)) return made;
  await fs.mkdir(path.dirname(made), { recursive: true });
  const directory = await fs.mkdtemp(`${made}-`);
  const children = [];
  const start = (...what) => children[children.push(new Child(...what)) - 1];
  const session = await startFirefox({ directory, start });
  await session.quit();
  await children[0].exit;
  await children[0].stop();
  // Another file's test may have been faster.
  await fs.rename(directory, made).catch(() => fs.rm(directory, { recursive: true, force: true }));
  return made;
}

async function firefox(options) {
  await fs.cp(await firefoxProfile(), options.directory, { recursive: true });
  return startFirefox(options);
}

async function startFirefox({ directory, start, language = "en-GB", script = true, preferences = {} }) {
  const port = await freePort();
  const own = {
    ...PREFERENCES,
    "marionette.port": port,
    "intl.accept_languages": language,
    "javascript.enabled": script,
    ...preferences,
  };
  const lines = Object.entries(own).map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`);
  await fs.writeFile(path.join(directory, "user.js"), lines.join(""));
  const child = start("Firefox", FIREFOX, ["--marionette", "--headless", "--no-remote", "--profile", directory], {
    env: { ...process.env, HOME: directory, MOZ_CRASHREPORTER_DISABLE: "1", MOZ_REMOTE_SETTINGS_DEVTOOLS: "1" },
  });
  await child.says(/Listening on port|Marionette\s+INFO/i).catch(() => {});
  return reached(() => OverMarionette.start(port, { acceptInsecureCerts: true }), child);
}

async function webkit({ directory, start, certificate, language, script }) {
  const [, display] = await start("Xvfb", XVFB, ["-displayfd", "1", "-screen", "0", "1200x1000x24", "-nolisten", "tcp"]).says(/^(\d+)$/m);
  const port = await freePort();
  const locale = language.replace("-", "_");
  const env = {
    ...process.env, DISPLAY: `:${display}`, HOME: directory, LANGUAGE: locale, LC_ALL: `${locale}.UTF-8`, GTK_A11Y: "none", NO_AT_BRIDGE: "1",
    XDG_RUNTIME_DIR: directory, GSETTINGS_BACKEND: "memory", GST_REGISTRY: PLUGINS,
    WEBKIT_DISABLE_COMPOSITING_MODE: "1", WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
  };
  const child = start("WebKitWebDriver", WEBKIT_DRIVER, [`--port=${port}`], { env });
  const hosts = certificate === undefined ? [] : ["localhost", "127.0.0.1"].map((host) => ({ host, certificateFile: certificate }));
  return reached(() => OverHttp.start(port, {
    "webkitgtk:browserOptions": {
      binary: MINI_BROWSER,
      args: ["--automation", ...(script ? [] : ["--enable-javascript=false"])],
      certificates: hosts,
    },
  }), child);
}

/** Tries until the engine listens. */
async function reached(attempt, child) {
  for (let waited = 0; ; waited += 50) {
    try {
      return await attempt();
    } catch (error) {
      const refused = error.code === "ECONNREFUSED" || error.cause?.code === "ECONNREFUSED";
      if (!refused || child.ended !== null || waited > 30_000) throw error;
      await sleep(50);
    }
  }
}
