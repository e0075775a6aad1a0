// Assertions for a service's own tests, signed with a key that nothing outside the test believes.
//
//   const edge = await testEdge({ issuer: "https://YOUR-HOST", audience: "YOUR-ORIGIN-AUDIENCE" });
//   app.use(oneLogin({ ...edge.settings, public: ["/"] }));
//   await fetch(address, { headers: await edge.headers({ vot: "Cl.Cm.P2" }) });

import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";

export async function testEdge({ issuer, audience }) {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const key = { ...jwk, use: "sig", alg: "ES256", kid };
  return {
    settings: { issuer, audience, fetchKeys: async () => ({ keys: [key] }) },
    /** The headers of a signed-in request; `claims` replaces claims. */
    async headers(claims = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const usual = { iss: issuer, aud: audience, sub: "urn:fdc:gov.uk:2022:test", sid: "dGVzdC1zZXNzaW9uLWlk", vot: "Cl.Cm" };
      const times = { auth_time: now - 60, session_exp: now + 3_600, iat: now - 5, exp: now + 60 };
      const text = new TextEncoder().encode(JSON.stringify({ ...usual, ...times, ...claims }));
      const header = { alg: "ES256", typ: "one-login-assertion+jwt", kid };
      return { "One-Login-Assertion": await new CompactSign(text).setProtectedHeader(header).sign(privateKey) };
    },
  };
}
