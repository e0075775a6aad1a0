// Back-channel logout: the token is verified, and the account notes that every earlier session has ended.

import { createRemoteJWKSet, jwtVerify } from "jose";
import { provider } from "./setup.js";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
let keys;

export async function notification(service, request, env) {
  const token = new URLSearchParams(await request.text()).get("logout_token");
  let claims;
  try {
    claims = await verify(service, token ?? "");
  } catch {
    return new Response(null, { status: 400, headers: { "cache-control": "no-store" } });
  }
  // A stateless cookie cannot be ended without being remembered somewhere.
  const account = env.ACCOUNTS.get(env.ACCOUNTS.idFromName(claims.sub));
  const body = JSON.stringify({ id: claims.jti, issued_at: claims.iat });
  const answer = await account.fetch("https://account/ended", { method: "POST", body });
  return new Response(null, { status: answer.ok ? 200 : 503, headers: { "cache-control": "no-store" } });
}

async function verify(service, token) {
  const as = await provider(service);
  keys ??= createRemoteJWKSet(new URL(as.jwks_uri));
  const { payload } = await jwtVerify(token, keys, {
    algorithms: ["ES256"],
    typ: "logout+jwt",
    issuer: as.issuer,
    audience: service.client.client_id,
    requiredClaims: ["sub", "iat", "jti", "exp"],
    clockTolerance: 30,
  });
  if (payload.nonce !== undefined || typeof payload.events?.[EVENT] !== "object") throw new Error("not a logout token");
  return payload;
}
