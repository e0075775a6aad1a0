// Keys for one test run, made with WebCrypto. Nothing here is ever reused or stored outside a temporary directory.

import { randomBytes, webcrypto } from "node:crypto";

const { subtle } = webcrypto;

/** 32 random bytes, as the session keys are given. */
export const sessionKey = () => randomBytes(32).toString("base64url");

/** A client's key pair: RSA-2048, for signing. */
export async function clientKey() {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  return exported(algorithm, ["kty", "n", "e", "d", "p", "q", "dp", "dq", "qi"]);
}

/** A key pair for assertions: P-256. */
export async function assertionKey() {
  return exported({ name: "ECDSA", namedCurve: "P-256" }, ["kty", "crv", "x", "y", "d"]);
}

async function exported(algorithm, members) {
  const pair = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const jwk = await subtle.exportKey("jwk", pair.privateKey);
  return Object.fromEntries(members.map((member) => [member, jwk[member]]));
}

/** The public half of a key pair. */
export function publicHalf(jwk) {
  const open = ["kty", "n", "e", "crv", "x", "y"].filter((member) => member in jwk);
  return Object.fromEntries(open.map((member) => [member, jwk[member]]));
}
