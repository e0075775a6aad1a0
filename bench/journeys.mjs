// The requests of a browser, prepared: the same bytes for every Worker but for host and cookies.

import { request } from "../tests/harness/wire.mjs";
import { bytesOf } from "./driver.mjs";
import { PATHS, subject } from "./world.mjs";

// The headers that a browser sends when a person follows a link, and those that Cloudflare adds.
const BROWSER = [
  ["User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"],
  ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"],
  ["Accept-Language", "en-GB,en;q=0.9,cy;q=0.8"],
  ["Accept-Encoding", "gzip, deflate, br"],
  ["Upgrade-Insecure-Requests", "1"],
  ["Sec-Fetch-Site", "same-origin"],
  ["Sec-Fetch-Mode", "navigate"],
  ["Sec-Fetch-User", "?1"],
  ["Sec-Fetch-Dest", "document"],
  ["CF-Connecting-IP", "203.0.113.7"],
  ["CF-IPCountry", "GB"],
  ["CF-Ray", "8f0a1b2c3d4e5f60-LHR"],
  ["CF-Visitor", '{"scheme":"https"}'],
  ["X-Forwarded-For", "203.0.113.7"],
  ["X-Forwarded-Proto", "https"],
];
const FETCH = BROWSER.map(([name, value]) =>
  name === "Sec-Fetch-Mode" ? [name, "cors"] : name === "Sec-Fetch-Dest" ? [name, "empty"] : [name, value]);
const OTHERS = "cookies_policy=%7B%22usage%22%3Atrue%7D; basket=8f14e45fceea167a";

const cookieOf = (pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("; ");

/** A navigation to a path of the service's, with these cookies and the service's own. */
export function navigation(worker, target, cookies = []) {
  const cookie = ["Cookie", [cookieOf(cookies), OTHERS].filter(Boolean).join("; ")];
  return bytesOf({ target, host: worker.host, headers: [...BROWSER, cookie] });
}

/** A script's request to a protected path, without a session. */
export const withoutSession = (worker) =>
  bytesOf({ target: PATHS.account, host: worker.host, headers: [...FETCH, ["Cookie", OTHERS]] });

/** As many starts of sign-ins, which are not measured. */
export const started = (worker, count) => sent(worker, new Array(count).fill(navigation(worker, PATHS.account)), 302);

/** People who have not signed in before. */
export const people = (count) => Array.from({ length: count }, subject);

/** The callbacks that follow these answers to starts, one for each of these people. */
export function callbacks(worker, starts, subjects) {
  return starts.map((start, index) => {
    const { searchParams } = new URL(start.all("location")[0]);
    const { state, nonce } = JSON.parse(Buffer.from(searchParams.get("request").split(".")[1], "base64url"));
    const content = { client: worker.client, subject: subjects[index], nonce };
    const code = Buffer.from(JSON.stringify(content)).toString("base64url");
    return navigation(worker, `/auth/callback?code=${code}&state=${state}`, start.cookies);
  });
}

/** Logout notifications, one for each of these people. */
export async function notifications(world, worker, subjects) {
  const { port, host } = new URL(world.provider);
  const body = JSON.stringify({ client: worker.client, subjects });
  const answer = await request(Number(port), { method: "POST", target: "/logout-tokens", host, body });
  return answer.json.map((token) => bytesOf({
    method: "POST",
    target: "/auth/backchannel-logout",
    host: worker.host,
    headers: [["Content-Type", "application/x-www-form-urlencoded"], ["CF-Connecting-IP", "203.0.113.8"]],
    body: `logout_token=${token}`,
  }));
}

// A session is used for as long as it needs no renewal and no question to its account.
const FRESH_MS = 25_000;

/** The cookie of a person who has just signed in. */
export async function session(worker) {
  if (worker.session && Date.now() - worker.session.since < FRESH_MS) return worker.session.cookie;
  const [back] = await sent(worker, callbacks(worker, await started(worker, 1), people(1)), 303);
  const cookie = back.cookies.find(([name, value]) => value !== "" && /-session(-[\w-]+)?$/.test(name));
  worker.session = { since: Date.now(), cookie: [cookie] };
  return worker.session.cookie;
}

/** Sends requests that must all have this status. */
export async function sent(worker, requests, status) {
  const answers = await worker.driver.send(requests);
  const wrong = answers.find((answer) => answer.status !== status);
  if (wrong) throw new Error(`${worker.child.name} answered ${wrong.status} where ${status} was due:\n${wrong.head}\n${worker.child.tail}`);
  return answers;
}
