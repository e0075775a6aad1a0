// The way back: the code is exchanged, the ID token verified, userinfo fetched, and a session sealed.

import * as oauth from "oauth4webapi";
import { ask } from "./account.js";
import { insecure, provider } from "./setup.js";
import { ABSOLUTE, cookie, kept, open } from "./session.js";
import { ATTEMPT } from "./sign-in.js";

// oauth4webapi keeps the provider's keys here.
const keys = {};

export async function callback(service, request, url, env) {
  const state = url.searchParams.get("state") ?? "";
  const sealed = cookie(request, ATTEMPT + state);
  const attempt = sealed && (await open(service, sealed));
  if (!attempt) return failed();
  try {
    const session = await signIn(service, url, attempt, env);
    const headers = new Headers({ location: attempt.return_to, "cache-control": "no-store" });
    headers.append("set-cookie", await kept(service, session));
    headers.append("set-cookie", `${ATTEMPT}${state}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax`);
    console.log(JSON.stringify({ event: "signed_in", level: session.vot }));
    return new Response(null, { status: 303, headers });
  } catch {
    return failed();
  }
}

async function signIn(service, url, attempt, env) {
  const as = await provider(service);
  const { client } = service;
  const parameters = oauth.validateAuthResponse(as, client, url, attempt.state);
  const proof = oauth.PrivateKeyJwt(service.clientKey);
  const answer = await oauth.authorizationCodeGrantRequest(as, client, proof, parameters, service.redirectUri, attempt.verifier, insecure);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: attempt.nonce, requireIdToken: true });
  // OpenID Connect lets TLS stand in for the signature; One Login asks for both.
  await oauth.validateApplicationLevelSignature(as, answer, { ...insecure, [oauth.jwksCache]: keys });
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  if (claims.vot !== "Cl.Cm") throw new Error("another level than was asked for");
  const info = await oauth.userInfoRequest(as, client, tokens.access_token, insecure);
  const person = await oauth.processUserInfoResponse(as, client, claims.sub, info);
  const now = Math.floor(Date.now() / 1000);
  const session = {
    sub: claims.sub,
    sid: crypto.randomUUID(),
    vot: claims.vot,
    born_at: claims.iat,
    auth_time: claims.auth_time,
    created_at: now,
    used_at: now,
    checked_at: now,
    email: person.email,
    email_verified: person.email_verified,
  };
  if (!service.stateless) {
    const listed = { sid: session.sid, born_at: claims.iat, expires_at: now + ABSOLUTE, hint: tokens.id_token };
    const begun = await ask(env, claims.sub, "/begin", listed);
    if (!begun.ok) throw new Error("signed out meanwhile");
  }
  return session;
}

const failed = () => new Response("Sorry, you cannot be signed in.", { status: 400, headers: { "cache-control": "no-store" } });
