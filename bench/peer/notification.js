// Back-channel logout: the token is verified, and the account notes that every earlier session has ended.

import { createRemoteJWKSet, jwtVerify } from "jose";
import { ask } from "./account.js";
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
  const stored = service.stateless || (await ask(env, claims.sub, "/log-out", { id: claims.jti, issued_at: claims.iat })).ok;
  console.log(JSON.stringify({ event: "notification", stored }));
  return new Response(null, { status: stored ? 200 : 503, headers: { "cache-control": "no-store" } });
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
