// Who is asking? Middleware for services behind One Login at the edge, for Express or Node's own server.
//
//   import { oneLogin, requireLevel } from "one-login-edge-origin";
//
//   app.use(oneLogin({ issuer: "https://YOUR-HOST", audience: "YOUR-ORIGIN-AUDIENCE", public: ["/", "/assets/*"] }));
//   app.get("/account", (request, response) => response.send(request.person.sub));
//   app.get("/apply", requireLevel("Cl.Cm.P2"), (request, response) => response.send(request.person.identity));
//
// With `claims_by_reference`, claims that fit no header are fetched:
//
//   const claimsOf = identityClaims({ issuer: "https://YOUR-HOST", audience: "YOUR-ORIGIN-AUDIENCE", key, kid });
//   const identity = await claimsOf(request.person);
//
// It believes the signed assertion and no other header.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { SignJWT, compactVerify, decodeProtectedHeader, importJWK } from "jose";

const HEADER = "one-login-assertion";
const IDENTITY_HEADER = "one-login-identity";
const TYPE = "one-login-assertion+jwt";
const IDENTITY_TYPE = "one-login-identity+jwt";
const IDENTITY_CLAIMS = ["coreIdentity", "address", "passport", "drivingPermit", "returnCode"];
const LEVELS = ["Cl", "Cl.Cm", "Cl.Cm.P1", "Cl.Cm.P2"];
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const LONGEST = 8_192; // characters
const LONGEST_FETCHED = 262_144; // characters of claims that fit no header
const CLOCKS_DIFFER = 10; // seconds that this clock may be behind the edge's
const AGENT = "one-login-edge-origin/1.0.0-rc.1 (node)";
const PAGE = readFileSync(new URL("refused.html", import.meta.url), "utf8");
const STATUS = { keys_unavailable: 503, level_too_low: 403 }; // every other reason is 401
const TWO_READINGS = /(^|\/)\.{1,2}(\/|$)|\/\/|[\\;]|%(2e|2f|5c|25|3b|00)/i;

/**
 * Sets `request.person` to who is asking, and refuses the request when that is not proved.
 * On `public` paths requests without an assertion pass, and `request.person` is null. With `bound` an assertion counts only
 * for the method and path that it names, which the edge's `bind` has it name.
 */
export function oneLogin({ issuer, audience, public: open = [], bound = false, log = console.error, fetchKeys, now = seconds }) {
  const verifier = { issuer, audience, now, keys: keySet({ issuer, fetchKeys, now, log }) };
  return async (request, response, next) => {
    try {
      const path = (request.originalUrl ?? request.url).split("?")[0];
      const asked = bound ? { htm: request.method, htu: issuer + path } : {};
      request.person = await person(request.headersDistinct, { ...verifier, asked });
      if (!request.person && !isPublic(path, open)) throw new Refused("no_assertion");
    } catch (error) {
      refuse(request, response, error, log);
      return;
    }
    next();
  };
}

/**
 * Gives the identity claims of a person: those of the request, or those that fit no header, which are fetched from the edge.
 * `key` is the private half of one of the edge's `service_keys`, as a CryptoKey or KeyObject, and `kid` its id. Ask once for
 * each request and keep what you need: a reference counts once, for 60 seconds.
 */
export function identityClaims({ issuer, audience, key, kid, alg = "ES256", log = console.error, fetchKeys, now = seconds }) {
  const verifier = { issuer, audience, now, keys: keySet({ issuer, fetchKeys, now, log }), longest: LONGEST_FETCHED };
  return async ({ sub, sid, identity, claims_reference: reference }) => {
    if (!reference) return identity;
    const iat = now();
    const claims = { iss: audience, aud: issuer, sub, iat, exp: iat + 60, jti: randomUUID(), reference };
    const token = await new SignJWT(claims).setProtectedHeader({ alg, kid, typ: "fetch-claims+jwt" }).sign(key);
    const headers = { authorization: `Bearer ${token}`, "user-agent": AGENT, accept: "application/jwt" };
    const response = await fetch(`${issuer}/auth/claims`, { headers, redirect: "error", signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    if (response.status !== 200) throw new Refused("claims_unavailable", `${response.status} ${text.slice(0, 100)}`);
    const source = await verified([text], IDENTITY_TYPE, verifier);
    if (source.sub !== sub || source.sid !== sid) throw new Refused("wrong_identity", "it belongs to another session");
    return identityOf(source);
  };
}

/** Refuses people below the level: `Cl`, `Cl.Cm`, `Cl.Cm.P1` or `Cl.Cm.P2`. */
export function requireLevel(level, log = console.error) {
  const least = LEVELS.indexOf(level);
  if (least < 0) throw new TypeError(`${level} is no level`);
  return (request, response, next) => {
    if (!request.person) refuse(request, response, new Refused("no_assertion"), log);
    else if (LEVELS.indexOf(request.person.vot) < least) refuse(request, response, new Refused("level_too_low", `${level} is required`), log);
    else next();
  };
}

/** Why a request is not believed: a label of docs/verify-the-assertion.md, and what helps to mend it. */
class Refused extends Error {
  constructor(reason, detail = "") {
    super(detail ? `${reason}: ${detail}` : reason);
    this.reason = reason;
  }
}

function refuse(request, response, error, log) {
  const { reason, message } = error instanceof Refused ? error : new Refused("malformed", error.code ?? error.name);
  log(`one-login-edge: refused: ${message}`);
  const status = STATUS[reason] ?? 401;
  const page = String(request.headers.accept ?? "").includes("text/html");
  const body = page ? PAGE.replace("{reason}", reason) : JSON.stringify({ title: "The request was refused", status, reason });
  const type = page ? "text/html; charset=utf-8" : "application/problem+json";
  response.writeHead(status, { "cache-control": "no-store", "content-type": type }).end(body);
}

/** A path that servers read in two ways is never public. */
function isPublic(path, open) {
  const below = (start) => path === start || path.startsWith(`${start}/`);
  return !TWO_READINGS.test(path) && open.some((rule) => (rule.endsWith("/*") ? below(rule.slice(0, -2)) : path === rule));
}

async function person(headers, verifier) {
  const assertions = headers[HEADER] ?? [];
  const identities = headers[IDENTITY_HEADER] ?? [];
  if (assertions.length === 0 && identities.length === 0) return null;
  if (assertions.length === 0) throw new Refused("wrong_identity", "it came without an assertion");
  const claims = await verified(assertions, TYPE, verifier);
  for (const name of ["sub", "sid", "vot"]) {
    if (typeof claims[name] !== "string" || claims[name] === "") throw new Refused("incomplete", name);
  }
  if (whole(claims, "session_exp") <= verifier.now()) throw new Refused("session_over");
  let source = claims;
  if (claims.identity_claims === "header") {
    if (identities.length === 0) throw new Refused("wrong_identity", "it did not arrive");
    source = await verified(identities, IDENTITY_TYPE, verifier);
    if (source.sub !== claims.sub || source.sid !== claims.sid) throw new Refused("wrong_identity", "it belongs to another session");
  } else if (identities.length > 0) {
    throw new Refused("wrong_identity", "it was not announced");
  }
  return { ...claims, identity: identityOf(source) };
}

function identityOf(claims) {
  const known = IDENTITY_CLAIMS.filter((name) => name in claims).map((name) => [name, claims[name]]);
  return known.length > 0 ? Object.fromEntries(known) : null;
}

/** The claims of the one token in these values of a header. */
async function verified(values, type, { issuer, audience, keys, now, asked, longest = LONGEST }) {
  const [token] = values;
  if (values.length !== 1 || token.length > longest || !TOKEN.test(token)) throw new Refused("malformed", "not one token");
  const header = decodeProtectedHeader(token);
  if (header.alg !== "ES256") throw new Refused("wrong_algorithm");
  if (header.typ !== type) throw new Refused("wrong_type");
  if ("crit" in header) throw new Refused("critical_extension");
  const key = await keys.find(header.kid);
  const { payload } = await compactVerify(token, key, { algorithms: ["ES256"] }).catch(() => {
    throw new Refused("wrong_signature");
  });
  const claims = JSON.parse(new TextDecoder().decode(payload));
  if (Object.prototype.toString.call(claims) !== "[object Object]") throw new Refused("malformed", "the claims are no object");
  for (const [name, expected, reason] of [["iss", issuer, "wrong_issuer"], ["aud", audience, "wrong_audience"]]) {
    if (claims[name] !== expected) throw new Refused(reason, `${JSON.stringify(expected)} is expected, it says ${JSON.stringify(claims[name])}`);
  }
  for (const name in asked) if (claims[name] !== asked[name]) throw new Refused("wrong_request", name);
  const [end, made, time] = [whole(claims, "exp"), whole(claims, "iat"), now()];
  if (end <= time) throw new Refused("expired", `${time - end} s ago by this clock`);
  if (made > time + CLOCKS_DIFFER) throw new Refused("made_ahead", `${made - time} s ahead of this clock`);
  return claims;
}

/** The edge's public keys: kept for five minutes, and for an hour when they cannot be fetched. */
class KeySet {
  static FRESH = 300;
  static STALE = 3_600;
  static BETWEEN_FETCHES = 10;
  #keys = new Map();
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;
  #fetching = null;

  constructor(fetchKeys, now, url, log) {
    Object.assign(this, { fetchKeys, now, url, log });
  }

  async find(kid) {
    if (typeof kid !== "string" || kid === "") throw new Refused("unknown_key", "it names no key");
    if (this.now() < this.#triedAt) {
      // The clock was set back: the keys are due, and the moment of the last try says nothing.
      this.#fetchedAt = Math.min(this.#fetchedAt, this.now() - KeySet.FRESH);
      this.#triedAt = -Infinity;
    }
    const satisfied = this.#age() < KeySet.FRESH && this.#keys.has(kid);
    if (!satisfied && this.now() - this.#triedAt >= KeySet.BETWEEN_FETCHES) {
      this.#triedAt = this.now();
      this.#fetching = this.#fetch().finally(() => (this.#fetching = null));
    }
    await this.#fetching;
    if (this.#age() >= KeySet.STALE) throw new Refused("keys_unavailable", this.url);
    const key = this.#keys.get(kid);
    if (!key) throw new Refused("unknown_key", `not at ${this.url}`);
    return key;
  }

  #age() {
    return this.now() - this.#fetchedAt;
  }

  async #fetch() {
    try {
      const usable = (await this.fetchKeys()).keys.filter(({ kty, crv }) => kty === "EC" && crv === "P-256");
      this.#keys = new Map(await Promise.all(usable.map(async (key) => [key.kid, await importJWK(key, "ES256")])));
      this.#fetchedAt = this.now();
    } catch (error) {
      this.log(`one-login-edge: keys_unavailable: ${this.url}: ${error.cause?.message ?? error.message}`);
    }
  }
}

function keySet({ issuer, fetchKeys, now, log }) {
  const url = `${issuer}/auth/assertion-jwks.json`;
  return new KeySet(fetchKeys ?? (() => fetchJson(url)), now, url, log);
}

/** The JSON at an address that answers with 200; redirects are not followed. */
export async function fetchJson(url) {
  const headers = { "user-agent": AGENT, accept: "application/json" };
  const response = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(3_000) });
  if (response.status !== 200) throw new Error(`the answer is ${response.status}`);
  return response.json();
}

function whole(claims, name) {
  if (!Number.isSafeInteger(claims[name])) throw new Refused("incomplete", name);
  return claims[name];
}

function seconds() {
  return Math.floor(Date.now() / 1_000);
}
