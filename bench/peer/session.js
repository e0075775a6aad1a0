// The session: a JWE in a cookie, as jose seals it.

import { EncryptJWT, jwtDecrypt } from "jose";

export const NAME = "__Host-peer-session";
const IDLE = 3_600;
const ABSOLUTE = 43_200;
const RENEWAL = 60;

/** The value of a cookie. */
export function cookie(request, name) {
  const header = request.headers.get("cookie") ?? "";
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** A sealed text for a cookie. */
export const seal = (service, content, seconds) =>
  new EncryptJWT(content).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).setIssuedAt()
    .setExpirationTime(`${seconds} s`).encrypt(service.sealing);

/** The content of a sealed text, or nothing. */
export async function open(service, text) {
  try {
    const options = { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] };
    return (await jwtDecrypt(text, service.sealing, options)).payload;
  } catch {
    return undefined;
  }
}

/** The live session of a request. */
export async function openSession(service, request) {
  const value = cookie(request, NAME);
  const session = value && (await open(service, value));
  if (!session) return undefined;
  const now = Math.floor(Date.now() / 1000);
  return now < session.used_at + IDLE && now < session.created_at + ABSOLUTE ? session : undefined;
}

/** A `Set-Cookie` with a new session. */
export async function kept(service, session) {
  return `${NAME}=${await seal(service, session, ABSOLUTE)}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}

/** A `Set-Cookie` that notes that the session is used, once a minute or when its account was asked. */
export function renewed(service, session) {
  const now = Math.floor(Date.now() / 1000);
  const due = now >= session.used_at + RENEWAL || (session.checked_at === now && now > session.used_at);
  return due ? kept(service, { ...session, used_at: now }) : undefined;
}

export { ABSOLUTE };
