#!/usr/bin/env bash
# jose 6.2.18: after the clock is set back by an hour, `createRemoteJWKSet` finds no new key for that hour and 30 seconds.
#
# Guess:     the cooldown of 30 seconds between two fetches passes in 30 seconds, whatever is done to the clock.
# Behaviour: it is counted on the wall clock, `Date.now()`. A clock that went back lies before the last fetch, so the
#            cooldown goes on until the clock has caught up. Each token of a new key has ERR_JWKS_NO_MATCHING_KEY meanwhile.
# Matters:   a virtual machine starts an hour ahead and is then corrected: after a change of keys it refuses all people, and
#            no request reaches the publisher. `reload()` of the key set fetches at once.
set -euo pipefail
VERSION=6.2.18
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "jose@$VERSION" >/dev/null
cat > finding.mjs <<'JS'
import { createRemoteJWKSet, customFetch, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";

let now = Date.now();
Date.now = () => now;
const seconds = 1000;
const made = async (kid) => {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const token = await new SignJWT({}).setProtectedHeader({ alg: "ES256", kid }).sign(privateKey);
  return { token, jwk: { ...(await exportJWK(publicKey)), kid } };
};
const [first, second] = [await made("first"), await made("second")];
let published = [first.jwk];
let fetched = 0;
const answer = async () => {
  fetched += 1;
  return Response.json({ keys: published });
};
const keys = createRemoteJWKSet(new URL("https://example.gov.uk/keys"), { [customFetch]: answer });
const say = async (when, { token }) => {
  const outcome = await jwtVerify(token, keys).then(() => "taken", (error) => error.code);
  console.log(`${when}: ${outcome}, ${fetched} fetched`);
};
await say("at first", first);
published = [first.jwk, second.jwk];
now -= 3600 * seconds;
now += 31 * seconds;
await say("set back, 31 seconds later", second);
now += 3500 * seconds;
await say("58 minutes later", second);
now += 100 * seconds;
await say("once the clock has caught up", second);
JS
echo "jose $VERSION"
seen=$(node finding.mjs)
echo "$seen"
[ "$seen" = "at first: taken, 1 fetched
set back, 31 seconds later: ERR_JWKS_NO_MATCHING_KEY, 1 fetched
58 minutes later: ERR_JWKS_NO_MATCHING_KEY, 1 fetched
once the clock has caught up: taken, 2 fetched" ] || { echo "this has changed" >&2; exit 1; }
