#!/usr/bin/env bash
# hono 4.13.19: the `jwk` middleware fetches the key set for each request.
#
# Guess:     a middleware that is given `jwks_uri` keeps the set between requests, as jose and jwks-rsa do. At least it
#            keeps it as long as the answer's `Cache-Control: max-age=86400` says.
# Behaviour: three requests are three fetches, one after the other and before the handler. When the publisher answers 503,
#            the request fails with 500 although the same key verified the last one.
# Matters:   each request waits for the publisher, and its outage is the service's at once. With `keys`, which may be a
#            function, a set that something else keeps is used.
set -euo pipefail
VERSION=4.13.19
JOSE=6.2.18
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "hono@$VERSION" "jose@$JOSE" >/dev/null
cat > finding.mjs <<'JS'
import http from "node:http";
import { Hono } from "hono";
import { jwk } from "hono/jwk";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
const keys = [{ ...(await exportJWK(publicKey)), kid: "a", alg: "ES256" }];
let fetched = 0;
let status = 200;
const server = http.createServer((request, response) => {
  fetched += 1;
  response.writeHead(status, { "content-type": "application/json", "cache-control": "max-age=86400" });
  response.end(JSON.stringify({ keys }));
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const app = new Hono();
app.onError((error, context) => error.getResponse?.() ?? context.text("failed", 500));
app.use(jwk({ jwks_uri: `http://127.0.0.1:${server.address().port}/keys`, alg: ["ES256"] }));
app.get("/", (context) => context.text("arrived"));
const token = await new SignJWT({ sub: "a" }).setProtectedHeader({ alg: "ES256", kid: "a" }).setExpirationTime("1 minute").sign(privateKey);
const ask = async () => {
  const answer = await app.request("/", { headers: { authorization: `Bearer ${token}` } });
  console.log(`${answer.status}, ${fetched} fetched`);
};
await ask();
await ask();
await ask();
status = 503;
await ask();
server.close();
server.closeAllConnections();
JS
echo "hono $VERSION"
seen=$(node finding.mjs)
echo "$seen"
[ "$seen" = "200, 1 fetched
200, 2 fetched
200, 3 fetched
500, 4 fetched" ] || { echo "this has changed" >&2; exit 1; }
