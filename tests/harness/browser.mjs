// A browser in the few things that matter here: it keeps cookies by host as browsers do and says which kind of request it
// makes. It follows no redirect by itself, so that a test sees every step.

import { request } from "./wire.mjs";

/** The headers that a browser sends when a person opens an address. */
export const NAVIGATION = [
  ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
  ["Sec-Fetch-Dest", "document"],
  ["Sec-Fetch-Mode", "navigate"],
];

/** The headers that a browser sends when a script calls `fetch`. */
export const FETCH = [
  ["Accept", "application/json"],
  ["Sec-Fetch-Dest", "empty"],
  ["Sec-Fetch-Mode", "cors"],
];

/** The name by which tests call the cookie of a session, whose name ends with its place. */
export const SESSION = "__Host-ol-session";
const isSession = (name) => name === SESSION || name.startsWith(`${SESSION}-`);

/** Whether a `Set-Cookie` line is about the partition of a site, where the Worker puts nothing and takes away what others put. */
export const isPartitioned = (line) => line.endsWith("; Partitioned");

export class Browser {
  cookies = new Map();
  /** Every value that this browser ever kept: none of them may turn up in a log. */
  seen = new Set();

  constructor(port, host) {
    this.port = port;
    this.host = host;
  }

  /** The `Cookie` header's value, or nothing. */
  get cookie() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ") || undefined;
  }

  get session() {
    return this.cookies.get([...this.cookies.keys()].find(isSession));
  }

  /** Puts a session there in place of any other, as a person with the machine could. */
  set session(value) {
    [...this.cookies.keys()].filter(isSession).forEach((name) => this.cookies.delete(name));
    if (value !== undefined) this.cookies.set(SESSION, value);
  }

  /** The names of the cookies, without the places of sessions and the marks of those that have ended. */
  get names() {
    const names = [...this.cookies.keys()].map((name) => (isSession(name) ? SESSION : name));
    return names.filter((name) => !name.startsWith("__Host-ol-ended-"));
  }

  /** The names of wishes to sign out that no account has heard of. */
  get endings() {
    return [...this.cookies.keys()].filter((name) => /^__Host-ol-ending(-|$)/.test(name));
  }

  /** The names of the sign-ins that are under way. */
  get attempts() {
    return [...this.cookies.keys()].filter((name) => name.startsWith("__Host-ol-attempt-"));
  }

  /** Another browser with the same cookies, for what must not disturb this one. */
  copy() {
    const copy = new Browser(this.port, this.host);
    copy.cookies = new Map(this.cookies);
    copy.seen = this.seen;
    return copy;
  }

  /** A request with this browser's cookies. */
  async send({ target, method = "GET", headers = NAVIGATION, body }) {
    const cookie = this.cookie === undefined ? [] : [["Cookie", this.cookie]];
    const description = { method, target: this.#path(target), host: this.host, headers: [...headers, ...cookie], body };
    const answer = await request(this.port, description);
    this.keep(answer);
    return answer;
  }

  /** Keeps the cookies of an answer, whenever it comes. */
  keep(answer) {
    answer.all("set-cookie").forEach((line) => this.#keep(line));
  }

  /** A person opens an address of this host. */
  get(target, headers = []) {
    return this.send({ target, headers: [...NAVIGATION, ...headers] });
  }

  /** A script fetches an address. */
  fetch(target, headers = []) {
    return this.send({ target, headers: [...FETCH, ...headers] });
  }

  #path(target) {
    const own = `http://${this.host}`;
    if (target.startsWith(`${own}/`)) return target.slice(own.length);
    if (target.startsWith("/")) return target;
    throw new Error(`this browser is at ${own}, and was sent to ${target}`);
  }

  #keep(line) {
    if (isPartitioned(line)) return;
    const [pair, ...attributes] = line.split(";").map((part) => part.trim());
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    const maxAge = attributes.find((attribute) => /^max-age=/i.test(attribute));
    if (maxAge !== undefined && Number(maxAge.slice(8)) <= 0) this.cookies.delete(name);
    else this.cookies.set(name, value);
    if (value.length > 20) this.seen.add(value);
  }
}

/** The parts of a `Set-Cookie` line: name, value and a sorted list of attributes. */
export function cookieParts(line) {
  const [pair, ...attributes] = line.split(";").map((part) => part.trim());
  const equals = pair.indexOf("=");
  const name = pair.slice(0, equals);
  return { name: isSession(name) ? SESSION : name, value: pair.slice(equals + 1), attributes: attributes.sort() };
}
