// Wycheproof's signatures, by the file of the Worker's that verifies them and by workerd's WebCrypto beneath it.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../harness/places.mjs";
import { startSignatures } from "../harness/signatures.mjs";

let signatures;

before(async () => (signatures = await startSignatures()));
after(() => signatures?.stop());

const base64url = (hex) => Buffer.from(hex.replace(/^(00)+/, ""), "hex").toString("base64url");

/** The key as the Worker hands it over: its numbers and nothing else. */
function jwkOf({ publicKey, publicKeyJwk }) {
  if (publicKey.modulus) return { kty: "RSA", n: base64url(publicKey.modulus), e: base64url(publicKey.publicExponent) };
  const { kty, crv, x, y } = publicKeyJwk;
  return { kty, crv, x, y };
}

/** The cases that the set calls neither valid nor invalid, and the Worker's result for each. */
const EITHER = {
  // PKCS #1 v1.5 with the NULL of the hash's parameters left out: an old mistake of signers. WebCrypto refuses it.
  MissingNull: false,
};

/** Every vector of a file with its verdict; gives how many there were. */
async function all(name, alg, deviations = {}) {
  const file = path.join(ROOT, "tests/vectors/wycheproof", `${name}.json`);
  const { testGroups, numberOfTests } = JSON.parse(await fs.readFile(file, "utf8"));
  let seen = 0;
  for (const group of testGroups) {
    const jwk = JSON.stringify(jwkOf(group));
    const questions = group.tests.map(({ msg, sig }) => [jwk, alg, msg, sig]);
    const verdicts = await signatures.verdicts(questions);
    for (const [at, { tcId, result, flags, comment }] of group.tests.entries()) {
      const expected = deviations[tcId] ?? { valid: true, invalid: false }[result] ?? EITHER[flags[0]];
      assert.equal(verdicts[at], expected, `${name} ${tcId} (${comment}, ${flags})`);
      seen += 1;
    }
  }
  assert.equal(seen, numberOfTests);
}

test("t6 wycheproof ecdsa_secp256r1_sha256_p1363: ES256", () => all("ecdsa_secp256r1_sha256_p1363", "ES256"));
test("t6 wycheproof rsa_signature_2048_sha256: RS256", () => all("rsa_signature_2048_sha256", "RS256"));
test("t6 wycheproof rsa_signature_4096_sha256: RS256", () => all("rsa_signature_4096_sha256", "RS256"));
test("t6 wycheproof rsa_pss_2048_sha256_mgf1_32: PS256", () => all("rsa_pss_2048_sha256_mgf1_32", "PS256"));

test("t2 t5 rejects a signature with a key for another algorithm", async () => {
  const file = path.join(ROOT, "tests/vectors/wycheproof/rsa_signature_2048_sha256.json");
  const [group] = JSON.parse(await fs.readFile(file, "utf8")).testGroups;
  const { msg, sig } = group.tests.find(({ result }) => result === "valid");
  const jwk = JSON.stringify(jwkOf(group));
  const ask = (key, alg) => [key, alg, msg, sig];
  const secret = JSON.stringify({ kty: "oct", k: base64url(group.publicKey.modulus) });
  assert.deepEqual(await signatures.verdicts([
    ask(jwk, "RS256"), ask(jwk, "PS256"), ask(jwk, "ES256"), ask(jwk, "HS256"), ask(jwk, "none"),
    ask(secret, "RS256"), ask(secret, "HS256"), ask("{}", "RS256"), ask("no JSON", "RS256"),
  ]), [true, ...Array(8).fill(false)]);
});
