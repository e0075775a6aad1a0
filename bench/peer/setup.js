// Configuration and keys, read once in each isolate.

import { base64url, calculateJwkThumbprint, importJWK } from "jose";
import * as oauth from "oauth4webapi";

let kept;

/** The service, with its keys imported. */
export async function setup(env) {
  kept ??= await read(env);
  return kept;
}

async function read(env) {
  const { host, client_id: clientId, issuer, origin: upstream, routes, check_seconds: checkSeconds, stateless } = env.SERVICE;
  const clientJwk = JSON.parse(env.CLIENT_KEY);
  const assertionJwk = JSON.parse(env.ASSERTION_KEY);
  const exact = new Set(routes.filter((path) => !path.endsWith("/*")));
  const prefixes = routes.filter((path) => path.endsWith("/*")).map((path) => path.slice(0, -1));
  return {
    host,
    origin: `http://${host}`,
    upstream,
    issuer,
    checkSeconds,
    stateless,
    client: { client_id: clientId },
    redirectUri: `http://${host}/auth/callback`,
    isPublic: (path) => exact.has(path) || prefixes.some((prefix) => path.startsWith(prefix)),
    sealing: await crypto.subtle.importKey("raw", base64url.decode(env.SESSION_KEY), "AES-GCM", false, ["encrypt", "decrypt"]),
    clientKey: { key: await importJWK(clientJwk, "RS256"), kid: await calculateJwkThumbprint(clientJwk) },
    assertionKey: { key: await importJWK(assertionJwk, "ES256"), kid: await calculateJwkThumbprint(assertionJwk) },
  };
}

/** The option that lets oauth4webapi use plain HTTP; nothing but the loopback here. */
export const insecure = { [oauth.allowInsecureRequests]: true };

let metadata;

/** The provider's discovery document, fetched once in an hour. */
export async function provider(service) {
  if (metadata !== undefined && Date.now() - metadata.fetchedAt < 3_600_000) return metadata.document;
  const issuer = new URL(service.issuer);
  const answer = await oauth.discoveryRequest(issuer, insecure);
  metadata = { fetchedAt: Date.now(), document: await oauth.processDiscoveryResponse(issuer, answer) };
  return metadata.document;
}
