#!/usr/bin/env bash
# did-jwt 8.0.18: a token whose `kid` is a DID URL and whose `iss` is an address is refused, and so is a key of type `JsonWebKey`.
#
# Guess:     a library for tokens of DIDs finds the key of a token by its `kid`, a DID URL in a `did:web` document. `iss` is compared,
#            and a key's type is `JsonWebKey` or the older `JsonWebKey2020`.
# Behaviour: `verifyJWT` resolves `iss`, so that it must be a DID: `https://identity.example.gov.uk/` is a "resolver_error". The same token
#            with the DID as `iss` is verified with `JsonWebKey2020`. With `JsonWebKey` there are "no_suitable_keys".
# Matters:   GOV.UK One Login's core identity is such a token: an `https` issuer, and a `kid` in a DID document. The library cannot
#            read it. did-resolver for the document and jose for the signature can.
set -euo pipefail
VERSION=8.0.18
RESOLVER=6.0.0
JOSE=6.2.18
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "did-jwt@$VERSION" "did-resolver@$RESOLVER" "jose@$JOSE" >/dev/null
cat > finding.mjs <<'JS'
import { verifyJWT } from "did-jwt";
import { Resolver } from "did-resolver";
import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from "jose";

const did = "did:web:identity.example.gov.uk";
const kid = `${did}#key-1`;
const audience = "client";
const { privateKey, publicKey } = await generateKeyPair("ES256");
const method = { id: kid, controller: did, publicKeyJwk: await exportJWK(publicKey) };
let type;
const web = async () => {
  const didDocument = { "@context": ["https://www.w3.org/ns/did/v1"], id: did, assertionMethod: [{ ...method, type }] };
  return { didDocument, didResolutionMetadata: {}, didDocumentMetadata: {} };
};
const resolver = new Resolver({ web });
const token = (issuer) =>
  new SignJWT({ vot: "P2" }).setProtectedHeader({ alg: "ES256", typ: "JWT", kid }).setIssuer(issuer).setAudience(audience)
    .setSubject("urn:fdc:gov.uk:2022:sub").setIssuedAt().setExpirationTime("5m").sign(privateKey);

const jose = async (text) => {
  const { didDocument: document } = await resolver.resolve(kid);
  const key = ({ kid: name }) => importJWK(document.assertionMethod.find(({ id }) => id === name).publicKeyJwk, "ES256");
  return (await jwtVerify(text, key, { audience })).payload.vot;
};
const library = async (text) => (await verifyJWT(text, { resolver, audience, proofPurpose: "assertionMethod" })).payload.vot;
for (const [issuer, kind] of [[did, "JsonWebKey2020"], [did, "JsonWebKey"], ["https://identity.example.gov.uk/", "JsonWebKey2020"]]) {
  type = kind;
  const text = await token(issuer);
  const said = await Promise.all([library, jose].map((verify) => verify(text).catch(({ message }) => message.split(": ")[0])));
  console.log(`${issuer}, ${type}: did-jwt ${said[0]}, did-resolver and jose ${said[1]}`);
}
JS
echo "did-jwt $VERSION, did-resolver $RESOLVER, jose $JOSE"
seen=$(node finding.mjs)
echo "$seen"
[ "$seen" = "did:web:identity.example.gov.uk, JsonWebKey2020: did-jwt P2, did-resolver and jose P2
did:web:identity.example.gov.uk, JsonWebKey: did-jwt no_suitable_keys, did-resolver and jose P2
https://identity.example.gov.uk/, JsonWebKey2020: did-jwt resolver_error, did-resolver and jose P2" ] || { echo "this has changed" >&2; exit 1; }
