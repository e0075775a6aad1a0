#!/usr/bin/env bash
# openid-client 6.9.0: the token request leaves out the query of the registered `redirect_uri`.
#
# Guess:     `authorizationCodeGrant` takes the parameters of the answer (`code`, `state`, `iss`) off the current address, and sends the
#            rest as `redirect_uri`. It so equals the one of the authorisation request, as RFC 6749 section 4.1.3 asks.
# Behaviour: it takes off the whole query. `https://rp.example/callback?lang=cy` becomes `https://rp.example/callback`, while
#            `buildAuthorizationUrl` sends it with the query. The origin too is that of the address that the server saw.
# Matters:   the provider shows its pages and then answers `invalid_grant`: a fault of the last step only. A `customFetch` can set the
#            parameter. Keep the language in the state, and give `authorizationCodeGrant` the public address, not the one behind a proxy.
set -euo pipefail
VERSION=6.9.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "openid-client@$VERSION" >/dev/null
cat > finding.mjs <<'JS'
import * as client from "openid-client";

const issuer = "https://provider.example";
const server = { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` };
const configuration = new client.Configuration(server, "client", "secret");
let asked;
configuration[client.customFetch] = async (_, { body }) => {
  asked = new URLSearchParams(body).get("redirect_uri");
  return Response.json({ access_token: "token", token_type: "Bearer" });
};
for (const redirect_uri of ["https://rp.example/callback", "https://rp.example/callback?lang=cy"]) {
  const start = client.buildAuthorizationUrl(configuration, { redirect_uri, scope: "email", state: "state" });
  const back = new URL(start.searchParams.get("redirect_uri"));
  back.searchParams.append("code", "code");
  back.searchParams.append("state", "state");
  await client.authorizationCodeGrant(configuration, back, { expectedState: "state" });
  console.log(`authorisation: ${start.searchParams.get("redirect_uri")}, token: ${asked}`);
}
JS
echo "openid-client $VERSION"
seen=$(node finding.mjs)
echo "$seen"
[ "$seen" = "authorisation: https://rp.example/callback, token: https://rp.example/callback
authorisation: https://rp.example/callback?lang=cy, token: https://rp.example/callback" ] || { echo "this has changed" >&2; exit 1; }
