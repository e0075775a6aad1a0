// The service of simulated weeks against the built Worker: its answers, its WebSockets, and its messages to the Worker.

import http from "node:http";
import { randomUUID } from "node:crypto";
import { SignJWT, calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair } from "jose";
import { WebSocketServer } from "ws";
import { PATHS } from "./year-rules.mjs";

/** The age of a sign-in that the service asks for at run time, in seconds. */
const RECENT = 300;

/** By how much more it waits before it asks: the Worker's one skew, and clocks that differ, in seconds. */
const MARGIN = 60;

/** The queries of the addresses where the service asks for more, by the native world's name. */
export const DEMANDS = { Recent: "asks=recent", Identity: "asks=identity" };

/** The time that a request was made at, as the test's clocks have it. */
const TIME = "x-test-time";

/** The headers with which the service learns what time it is: its own clock is not the test's. */
export const timed = (now) => [[TIME, String(now)]];

/** An assertion that a browser makes up, which must not reach the service. */
export const FORGED = ["One-Login-Assertion", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ."];

const assertionsOf = (message) => message.headersDistinct["one-login-assertion"] ?? [];

/** The challenge with which the service refuses a request, if it does. */
function challenge(message, assertions) {
  const told = assertions.length === 1 ? decodeJwt(assertions[0]) : {};
  if (message.url.includes(DEMANDS.Identity)) return told.vot === "Cl.Cm.P2" ? undefined : 'OneLogin level="Cl.Cm.P2"';
  if (!message.url.includes(DEMANDS.Recent)) return undefined;
  const { auth_time = 0, reauth_time = 0 } = told;
  const isOld = Number(message.headers[TIME]) / 1_000 - Math.max(auth_time, reauth_time) > RECENT + MARGIN;
  return isOld ? `OneLogin max_age=${RECENT}` : undefined;
}

/** A service that says which assertions it got, when it was asked to; a WebSocket of its says it first of all. */
export async function startService() {
  const server = http.createServer((message, response) => {
    const { pathname, searchParams } = new URL(message.url, "http://localhost");
    if (!PATHS.includes(pathname)) return response.writeHead(404).end();
    const assertions = assertionsOf(message);
    const headers = { "x-service": "1", "content-type": "application/json", "cache-control": "public, max-age=60" };
    const refusal = challenge(message, assertions);
    if (refusal !== undefined) headers["www-authenticate"] = refusal;
    const answer = () => response.writeHead(refusal === undefined ? 200 : 401, headers).end(JSON.stringify({ assertions }));
    setTimeout(answer, Number(searchParams.get("ms") ?? 0));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, message) => {
    socket.on("error", () => {});
    socket.send(JSON.stringify({ assertions: assertionsOf(message) }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

/** The service's own key, and its messages. */
export class Messages {
  static async create() {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const jwk = await exportJWK(publicKey);
    return Object.assign(new Messages(), { privateKey, jwk, kid: await calculateJwkThumbprint(jwk) });
  }

  /** A token of this moment, in seconds. */
  #token(typ, own, sub, now, more) {
    const claims = { iss: own, aud: own, sub, iat: now, exp: now + 60, jti: randomUUID(), ...more };
    return new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: this.kid, typ }).sign(this.privateKey);
  }

  /** It ends a person's sessions; with `until` the person is kept out until then. */
  ends(own, sub, now, until) {
    return this.#token("end-sessions+jwt", own, sub, now, until !== undefined && { block_until: until });
  }

  /** It puts people on the list of invitations, or takes them off it. */
  invites(own, act, who, now) {
    return this.#token("admission+jwt", own, own, now, { act, who });
  }
}
