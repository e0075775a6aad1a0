// Starting a sign-in: a signed request object with PKCE, state and nonce, and the attempt sealed in a cookie.

import * as oauth from "oauth4webapi";
import { provider } from "./setup.js";
import { seal } from "./session.js";

export const ATTEMPT = "__Host-peer-attempt-";
const SCOPE = "openid email";

export async function startSignIn(service, returnTo) {
  const as = await provider(service);
  const attempt = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
    return_to: returnTo,
  };
  const parameters = new URLSearchParams({
    response_type: "code",
    redirect_uri: service.redirectUri,
    scope: SCOPE,
    state: attempt.state,
    nonce: attempt.nonce,
    vtr: JSON.stringify(["Cl.Cm"]),
    ui_locales: "en",
    code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: "S256",
  });
  const options = {
    [oauth.modifyAssertion]: (_, claims) => {
      claims.aud = as.authorization_endpoint;
      claims.vtr = JSON.parse(claims.vtr);
    },
  };
  const object = await oauth.issueRequestObject(as, service.client, parameters, service.clientKey, options);
  const query = new URLSearchParams({ response_type: "code", client_id: service.client.client_id, scope: SCOPE, request: object });
  const sealed = await seal(service, attempt, 3_600);
  return new Response(null, {
    status: 302,
    headers: {
      location: `${as.authorization_endpoint}?${query}`,
      "cache-control": "no-store",
      "set-cookie": `${ATTEMPT}${attempt.state}=${sealed}; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax`,
    },
  });
}
