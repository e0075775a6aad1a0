import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createVerifier } from "fast-jwt";
import { verifyWithJwks } from "hono/jwt";
import * as jose from "jose";
import jsonwebtoken from "jsonwebtoken";

const { tokens, pem, jwk, issuer, audience } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const key = createPublicKey(pem);
const version = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version}`;

const typ = "one-login-assertion+jwt";
const hono = (verification) => (token) => verifyWithJwks(token, { keys: [jwk], allowedAlgorithms: ["ES256"], verification });

const all = {
  jose: {
    default: (token) => jose.jwtVerify(token, key),
    mended: (token) => jose.jwtVerify(token, key, { algorithms: ["ES256"], issuer, audience, typ, requiredClaims: ["exp", "iat", "sub"] }),
  },
  jsonwebtoken: {
    default: (token) => jsonwebtoken.verify(token, pem),
    mended: (token) => jsonwebtoken.verify(token, pem, { algorithms: ["ES256"], issuer, audience, maxAge: 70 }),
  },
  "fast-jwt": {
    default: createVerifier({ key: pem }),
    mended: createVerifier({ key: pem, algorithms: ["ES256"], allowedIss: issuer, allowedAud: audience, checkTyp: typ, requiredClaims: ["exp", "iat", "sub"] }),
  },
  hono: { bare: hono(), default: hono({ typ }), mended: hono({ typ, iss: issuer, aud: audience, iat: false }) },
};

for (const [name, ways] of Object.entries(all)) {
  for (const [way, verify] of Object.entries(ways)) {
    for (const [label, token] of Object.entries(tokens)) {
      let said = "taken";
      try {
        await verify(token);
      } catch (error) {
        said = `refused ${error.code ?? error.message}`;
      }
      console.log([version(name), way, label, said].join("\t"));
    }
  }
}
