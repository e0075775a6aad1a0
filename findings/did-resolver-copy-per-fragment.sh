#!/usr/bin/env bash
# did-resolver 6.0.0 with web-did-resolver 2.0.32: with `cache: true`, each key id has its own copy of the document, for ever.
#
# Guess:     a fragment is not sent (RFC 3986 section 3.5), so all key ids of one `did:web` share one copy of the document.
#            The copy lives as long as its `Cache-Control` says, or some minutes.
# Behaviour: the copies are kept under the whole DID URL. `#key-1` and `#key-2` fetch the same address twice, and afterwards
#            disagree about the document. No copy ever ends: `max-age=1` is not read. Only a cache function of your own ends one.
# Matters:   GOV.UK One Login changes the keys of its DID document, in integration weekly. The `kid` of a core identity is
#            such a DID URL. So a service sees documents of different weeks at the same time, until it is started again.
set -euo pipefail
VERSION=6.0.0
WEB=2.0.32
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "did-resolver@$VERSION" "web-did-resolver@$WEB" >/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out certificate.pem -days 2 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
cat > finding.mjs <<'JS'
import { readFileSync } from "node:fs";
import https from "node:https";
import { Resolver } from "did-resolver";
import { getResolver } from "web-did-resolver";

// Each answer has the next key, as if the publisher had changed keys in between.
let answers = 0;
let did;
const tls = { key: readFileSync("key.pem"), cert: readFileSync("certificate.pem") };
const server = https.createServer(tls, (request, response) => {
  answers += 1;
  response.writeHead(200, { "content-type": "application/json", "cache-control": "max-age=1" });
  const method = { id: `${did}#key-${answers}`, type: "JsonWebKey", controller: did };
  response.end(JSON.stringify({ "@context": ["https://www.w3.org/ns/did/v1"], id: did, assertionMethod: [method] }));
});
await new Promise((listening) => server.listen(0, "localhost", listening));
did = `did:web:localhost%3A${server.address().port}`;
const resolver = new Resolver(getResolver(), { cache: true });
for (const fragment of ["#key-1", "#key-2", "", "#key-1"]) {
  const { didDocument } = await resolver.resolve(did + fragment);
  console.log(`${fragment || "whole"}: ${didDocument.assertionMethod[0].id.split("#")[1]}, ${answers} fetched`);
  await new Promise((later) => setTimeout(later, 1100));
}
server.close();
server.closeAllConnections();
JS
echo "did-resolver $VERSION, web-did-resolver $WEB"
seen=$(NODE_EXTRA_CA_CERTS=certificate.pem node finding.mjs)
echo "$seen"
[ "$seen" = "#key-1: key-1, 1 fetched
#key-2: key-2, 2 fetched
whole: key-3, 3 fetched
#key-1: key-1, 3 fetched" ] || { echo "this has changed" >&2; exit 1; }
