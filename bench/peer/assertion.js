// The statement of who this is, signed once in half a minute for each session.

import { SignJWT } from "jose";
import { ABSOLUTE } from "./session.js";

const LIFETIME = 60;
const signed = new Map();

export async function assertionOf(service, session) {
  const now = Math.floor(Date.now() / 1000);
  const known = signed.get(session.sid);
  if (known !== undefined && known.exp - now >= 30) return known.token;
  const exp = now + LIFETIME;
  const claims = {
    sid: session.sid,
    vot: session.vot,
    auth_time: session.auth_time,
    session_exp: session.created_at + ABSOLUTE,
    email: session.email,
    email_verified: session.email_verified,
  };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid: service.assertionKey.kid, typ: "one-login-assertion+jwt" })
    .setIssuer(service.origin).setAudience(service.origin).setSubject(session.sub)
    .setIssuedAt(now - 5).setExpirationTime(exp)
    .sign(service.assertionKey.key);
  if (signed.size >= 1000) signed.clear();
  signed.set(session.sid, { token, exp });
  return token;
}
