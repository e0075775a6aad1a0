// A monitor that signs in as far as a program can: to the provider's own sign-in page. It needs Node.js 20 and nothing else.
//
//   node sign-in.mjs PAGE PROVIDER [OWN_PATH]
//
// PAGE is an address of the service that asks for a sign-in, PROVIDER the address of One Login, OWN_PATH the service's
// `own_path` if that is not /auth. It prints a line of JSON for each step and ends with 1 at the first that fails.

import { randomBytes } from "node:crypto";
import http from "node:http";
import https from "node:https";

const PATIENCE_MS = 10_000;
/** One Login gives up after five seconds when it reads keys. */
const KEYS_WITHIN_MS = 3_000;
/** The most bytes that the monitor reads of an answer. */
const ENOUGH = 256 * 1024;

const [page, provider, ownPath = "/auth"] = process.argv.slice(2);
if (!URL.canParse(page) || !URL.canParse(provider)) {
  console.error("usage: node sign-in.mjs https://YOUR-HOST/protected/page https://oidc.account.gov.uk [/auth]");
  process.exit(2);
}
const host = new URL(page).origin;
const trace = randomBytes(16).toString("hex");

/** Asks for an address as a browser does when a person opens it, and follows nothing. */
function get(address) {
  const { request } = new URL(address).protocol === "https:" ? https : http;
  const headers = {
    accept: "text/html,application/json",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    traceparent: `00-${trace}-${randomBytes(8).toString("hex")}-01`,
    "user-agent": "sign-in monitor",
  };
  return new Promise((resolve, reject) => {
    const asked = request(address, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    asked.on("error", reject).on("response", (answer) => {
      const { statusCode: status, headers } = answer;
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => (text += text.length < ENOUGH ? part : ""));
      answer.on("error", reject).on("end", () => resolve({ status, headers, text }));
    });
    asked.end();
  });
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

/** An answer's JSON, or nothing. */
function json({ text }) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where the person is sent, once the step `start` has been made. */
let onwards;

const STEPS = {
  async health() {
    const answer = await get(`${host}${ownPath}/health`);
    expect(answer.status === 200, `status ${answer.status}`);
    expect(json(answer)?.status === "ok", "it does not say that it is well");
  },
  async keys() {
    const before = performance.now();
    const answer = await get(`${host}${ownPath}/jwks.json`);
    expect(answer.status === 200, `status ${answer.status}`);
    expect(json(answer)?.keys?.length > 0, "there is no key in it");
    expect(performance.now() - before < KEYS_WITHIN_MS, "it took longer than One Login may wait");
  },
  async start() {
    const { status, headers } = await get(page);
    expect(status === 302, `status ${status} in place of 302`);
    onwards = new URL(headers.location, page);
    expect(onwards.origin === new URL(provider).origin, `people are sent to ${onwards.origin}`);
    expect(onwards.searchParams.get("request")?.split(".").length === 3, "there is no signed request");
    const cookies = headers["set-cookie"] ?? [];
    expect(cookies.some((cookie) => cookie.startsWith("__Host-ol-attempt-")), "there is no cookie to come back with");
  },
  async provider() {
    const { status, headers } = await get(onwards);
    expect(status < 400, `status ${status}`);
    // It sends people on to its own pages; what it has to complain of comes back to the service.
    const next = new URL(headers.location ?? onwards, onwards);
    const error = next.searchParams.get("error");
    expect(error === null, `it answers with the error ${JSON.stringify(error)}`);
  },
};

for (const [step, make] of Object.entries(STEPS)) {
  const started = performance.now();
  const said = { step, ok: true };
  try {
    await make();
  } catch (error) {
    Object.assign(said, { ok: false, why: error.name === "AbortError" ? "no answer in time" : error.message });
  }
  console.log(JSON.stringify({ ...said, ms: Math.round(performance.now() - started), trace }));
  if (!said.ok) process.exit(1);
}
