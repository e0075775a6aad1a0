// An independent provider: the npm package `oidc-provider`, with as thin a layer of One Login as possible.
//
// The package itself checks the request object, the client assertion and PKCE, reads our published keys, and makes
// every signature. The layer adds One Login's own rules: the audience of request objects is the authorisation endpoint,
// ID tokens carry `vot` and `at_hash`, and subjects are pairwise. The paths stay the package's own, so that only
// addresses from the discovery document work.

import { createHash } from "node:crypto";
import http from "node:http";
import Provider from "oidc-provider";
import { assertionKey } from "./keys.mjs";

export const PERSON = { email: "ada@other.example", email_verified: true, phone_number: "+447700900999", phone_number_verified: false };

/** One Login's provider differs from the package's in whom a request object must be meant for. */
class OneLogin extends Provider {
  get OIDCContext() {
    return class extends super.OIDCContext {
      get issuer() {
        return this.route === "authorization" ? `${super.issuer}auth` : super.issuer;
      }
    };
  }
}

const configuration = (client, keys) => ({
  clients: [client],
  jwks: { keys },
  scopes: ["openid", "email", "phone"],
  claims: { openid: ["sub", "vot"], email: ["email", "email_verified"], phone: ["phone_number", "phone_number_verified"] },
  // One Login answers `vot` in the ID token; everything else is userinfo's.
  conformIdTokenClaims: true,
  subjectTypes: ["pairwise"],
  pairwiseIdentifier: (_, account, { sectorIdentifier }) => {
    const digest = createHash("sha256").update(account + sectorIdentifier).digest("base64");
    return `urn:fdc:gov.uk:2022:${digest}`;
  },
  features: { devInteractions: { enabled: false }, requestObjects: { enabled: true }, claimsParameter: { enabled: true } },
  pkce: { required: () => true },
  // The package's dispatcher refuses loopback addresses, which is where our keys are in a test.
  fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  cookies: { keys: ["only-for-this-test"] },
  ttl: { AccessToken: 180, AuthorizationCode: 60, IdToken: 120, Interaction: 600, Grant: 600, Session: 600 },
  findAccount: (_, accountId) => ({
    accountId,
    claims: (use) => ({ sub: accountId, vot: "Cl.Cm", ...(use === "userinfo" ? PERSON : {}) }),
  }),
});

/** Starts the provider; `client` is the registration, given once the provider's address is known. */
export async function startOtherProvider(client) {
  const server = http.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  const issuer = `http://127.0.0.1:${port}/`;
  const key = { ...(await assertionKey()), kid: "es256-of-the-other", use: "sig", alg: "ES256" };
  const provider = new OneLogin(issuer, configuration(client, [key]));
  const errors = [];
  for (const event of ["authorization.error", "grant.error", "userinfo.error", "server_error"]) {
    provider.on(event, (_, error) => {
      errors.push(`${event}: ${error.message} ${error.error_description ?? ""} ${error.cause?.message ?? ""}`);
    });
  }
  // The package puts `at_hash` only into ID tokens of the front channel; One Login puts it into every one.
  const { issue } = provider.IdToken.prototype;
  provider.IdToken.prototype.issue = function (options) {
    const token = this.ctx?.oidc.entities.AccessToken;
    if (options.use === "idtoken" && token) {
      // The package makes the hash out of the token itself.
      this.set("at_hash", token.jti);
      this.set("vot", "Cl.Cm");
    }
    return issue.call(this, options);
  };
  provider.use((ctx, next) => (ctx.path.startsWith("/interaction/") ? consent(provider, ctx) : next()));
  const seen = [];
  const answer = provider.callback();
  server.on("request", (request, response) => {
    seen.push(`${request.method} ${request.url.split("?")[0]}`);
    answer(request, response);
  });
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { issuer, port, errors, seen, stop };
}

/** The person signs in and agrees, without a page. */
async function consent(provider, ctx) {
  const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
  const result = {};
  if (prompt.name === "login") result.login = { accountId: "ada" };
  else {
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result.consent = { grantId: await grant.save() };
  }
  await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
  ctx.respond = false;
}
