#!/usr/bin/env bash
# njwt 2.0.1: `create` replaces the `exp` that the claims have by one an hour ahead, and keeps their `iat`.
#
# Guess:     a claim that the caller gives stays, as `exp` does in jsonwebtoken and jose. The hour is for claims without `exp`.
# Behaviour: `create({ exp, iat, jti })` keeps `iat` and `jti`, and sets `exp` to now and an hour. `setExpiration` afterwards is obeyed.
# Matters:   a client assertion or a token for two minutes is good for sixty, and a provider that limits the life of an assertion
#            refuses it. A token for a day ends after an hour.
set -euo pipefail
VERSION=2.0.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "njwt@$VERSION" >/dev/null
cat > finding.cjs <<'JS'
const njwt = require("njwt");

const now = Math.floor(Date.now() / 1000);
const key = "0123456789abcdef0123456789abcdef";
const minutes = (token) => Math.round((njwt.verify(token.compact(), key).body.exp - now) / 60);
const own = { iat: now - 5, jti: "mine" };
for (const asked of [2, 60 * 24]) {
  const token = njwt.create({ ...own, exp: now + asked * 60 }, key);
  console.log(`exp in ${asked} minutes: in ${minutes(token)}, iat kept ${token.body.iat === own.iat}, jti ${token.body.jti}`);
}
console.log(`setExpiration: in ${minutes(njwt.create(own, key).setExpiration((now + 120) * 1000))}`);
JS
echo "njwt $VERSION"
seen=$(node finding.cjs)
echo "$seen"
[ "$seen" = "exp in 2 minutes: in 60, iat kept true, jti mine
exp in 1440 minutes: in 60, iat kept true, jti mine
setExpiration: in 2" ] || { echo "this has changed" >&2; exit 1; }
