// The service of simulated weeks against the built Worker: its answers, and its messages to the Worker.

import { SignJWT, calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair } from "jose";
import { randomUUID } from "node:crypto";
import { startOrigin } from "./origin.mjs";

/** The age of a sign-in that the service asks for at run time, in seconds, and the query of the addresses where it does. */
export const RECENT = { query: "asks=recent", seconds: 300 };

/** By how much more it waits before it asks: the Worker's one skew, and clocks that differ, in seconds. */
const MARGIN = 60;

/** The time that a request was made at, as the test's clocks have it. */
const TIME = "x-test-time";

/** The headers with which the service learns what time it is: its own clock is not the test's. */
export const timed = (now) => [[TIME, String(now)]];

/** Whether the service refuses a request, because its person signed in too long ago. */
function isTooOld(message, assertions) {
  if (!message.url.includes(RECENT.query)) return false;
  const { auth_time = 0, reauth_time = 0 } = assertions.length === 1 ? decodeJwt(assertions[0]) : {};
  return Number(message.headers[TIME]) / 1_000 - Math.max(auth_time, reauth_time) > RECENT.seconds + MARGIN;
}

/** A service that says which assertions it got, when it was asked to. */
export function startService(paths) {
  const answer = (message, response) => {
    const wait = Number(new URL(message.url, "http://localhost").searchParams.get("ms") ?? 0);
    const assertions = message.headersDistinct["one-login-assertion"] ?? [];
    const headers = { "x-service": "1", "content-type": "application/json", "cache-control": "public, max-age=60" };
    const isRefused = isTooOld(message, assertions);
    if (isRefused) headers["www-authenticate"] = `OneLogin max_age=${RECENT.seconds}`;
    setTimeout(() => response.writeHead(isRefused ? 401 : 200, headers).end(JSON.stringify({ assertions })), wait);
  };
  return startOrigin(Object.fromEntries(paths.map((path) => [path, answer])));
}

/** The service's own key, and its messages that end a person's sessions. */
export class Messages {
  static async create() {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const jwk = await exportJWK(publicKey);
    return Object.assign(new Messages(), { privateKey, jwk, kid: await calculateJwkThumbprint(jwk) });
  }

  /** A token of this moment, in seconds; with `until` the person is kept out until then. */
  ends(own, sub, now, until) {
    const claims = { iss: own, aud: own, sub, iat: now, exp: now + 60, jti: randomUUID(), ...(until !== undefined && { block_until: until }) };
    return new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: this.kid, typ: "end-sessions+jwt" }).sign(this.privateKey);
  }
}
