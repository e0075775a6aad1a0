// Who is asking? Middleware for services behind One Login at the edge, for Express or Node's own server.
//
//   import { oneLogin } from "./one-login.mjs";
//
//   app.use(oneLogin({ issuer: "https://YOUR-HOST", audience: "YOUR-ORIGIN-AUDIENCE" }));
//   app.get("/account", (request, response) => response.send(request.person.sub));
//
// It needs `npm install jose`. It believes the signed assertion and no other header.

import { compactVerify, createLocalJWKSet } from "jose";

const HEADER = "one-login-assertion";
const IDENTITY_HEADER = "one-login-identity";
const TYPE = "one-login-assertion+jwt";
const IDENTITY_TYPE = "one-login-identity+jwt";
const IDENTITY_CLAIMS = ["coreIdentity", "address", "passport", "drivingPermit", "returnCode"];
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const LONGEST = 8_192; // characters
const CLOCKS_DIFFER = 10; // seconds that this clock may be behind the edge's

/**
 * Sets `request.person` to who is asking, and answers 401 when that is not proved.
 * With `optional`, requests without an assertion pass, and `request.person` is null. With `bound`, an assertion counts only for
 * the method and path that it names, which the edge's `bind` has it name.
 */
export function oneLogin({ issuer, audience, optional = false, bound = false, fetchKeys, now = seconds }) {
  const keys = new KeySet(fetchKeys ?? (() => fetchJson(`${issuer}/auth/assertion-jwks.json`)), now);
  const verifier = { issuer, audience, keys, now };
  return async (request, response, next) => {
    try {
      const asked = bound ? { htm: request.method, htu: issuer + pathOf(request) } : {};
      request.person = await person(request.headersDistinct, { ...verifier, asked });
      if (!request.person && !optional) throw new Refused("no assertion");
    } catch {
      response.writeHead(401, { "cache-control": "no-store" }).end();
      return;
    }
    next();
  };
}

class Refused extends Error {}

/** The path as it arrived; Express cuts off where a router is mounted. */
function pathOf({ originalUrl, url }) {
  return (originalUrl ?? url).split("?")[0];
}

async function person(headers, verifier) {
  const assertions = headers[HEADER] ?? [];
  const identities = headers[IDENTITY_HEADER] ?? [];
  if (assertions.length === 0 && identities.length === 0) return null;
  const claims = await verified(assertions, TYPE, verifier);
  for (const name of ["sub", "sid", "vot"]) {
    if (typeof claims[name] !== "string" || claims[name] === "") throw new Refused(name);
  }
  if (!(whole(claims.session_exp) > verifier.now())) throw new Refused("the session is over");
  let source = claims;
  if (claims.identity_claims === "header") {
    source = await verified(identities, IDENTITY_TYPE, verifier);
    if (source.sub !== claims.sub || source.sid !== claims.sid) throw new Refused("somebody else's identity");
  } else if (identities.length > 0) {
    throw new Refused("an identity that was not announced");
  }
  const known = IDENTITY_CLAIMS.filter((name) => name in source).map((name) => [name, source[name]]);
  return { ...claims, identity: known.length > 0 ? Object.fromEntries(known) : null };
}

/** The claims of the one token in these values of a header. */
async function verified(values, type, { issuer, audience, keys, now, asked }) {
  const [token] = values;
  if (values.length !== 1 || token.length > LONGEST || !TOKEN.test(token)) throw new Refused("not one token");
  const { payload } = await compactVerify(token, (header) => {
    if (header.typ !== type || "crit" in header) throw new Refused("another type");
    return keys.find(header);
  }, { algorithms: ["ES256"] });
  const claims = JSON.parse(new TextDecoder().decode(payload));
  if (claims.iss !== issuer || claims.aud !== audience) throw new Refused("for somebody else");
  for (const name in asked) if (claims[name] !== asked[name]) throw new Refused("for another request");
  if (!(whole(claims.exp) > now()) || !(whole(claims.iat) <= now() + CLOCKS_DIFFER)) throw new Refused("not valid now");
  return claims;
}

/** The edge's public keys: kept for five minutes, and for an hour when they cannot be fetched. */
class KeySet {
  static FRESH = 300;
  static STALE = 3_600;
  static BETWEEN_FETCHES = 10;
  #keys = [];
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;
  #fetching = null;

  constructor(fetchKeys, now) {
    this.fetchKeys = fetchKeys;
    this.now = now;
  }

  async find(header) {
    if (!header.kid) throw new Refused("no key id"); // jose would take any key
    const satisfied = this.#age() < KeySet.FRESH && this.#keys.some((key) => key.kid === header.kid);
    if (!satisfied && this.now() - this.#triedAt >= KeySet.BETWEEN_FETCHES) {
      this.#triedAt = this.now();
      this.#fetching = this.#fetch().finally(() => (this.#fetching = null));
    }
    await this.#fetching;
    if (this.#age() >= KeySet.STALE) throw new Refused("no keys");
    return createLocalJWKSet({ keys: this.#keys })(header);
  }

  #age() {
    return this.now() - this.#fetchedAt;
  }

  async #fetch() {
    try {
      this.#keys = [...(await this.fetchKeys()).keys];
      this.#fetchedAt = this.now();
    } catch (error) {
      console.error(`The keys of assertions cannot be fetched: ${error.message}`);
    }
  }
}

export async function fetchJson(url) {
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(3_000) });
  if (response.status !== 200) throw new Error(`the answer is ${response.status}`);
  return response.json();
}

/** A number of seconds, or NaN, with which every comparison fails. */
function whole(value) {
  return Number.isSafeInteger(value) ? value : NaN;
}

function seconds() {
  return Math.floor(Date.now() / 1_000);
}
