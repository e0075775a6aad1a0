// A provider that does the least that a sign-in needs, as fast as Node can, in a process of its own. It judges nothing:
// the simulated One Login does that, and the tests use it. A code holds what its ID token is to say.

import http from "node:http";
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const KID = "bench";
const EVENT = "http://schemas.openid.net/event/backchannel-logout";

const base64url = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const seconds = () => Math.floor(Date.now() / 1000);

function token(header, claims) {
  const input = `${base64url({ alg: "ES256", kid: KID, ...header })}.${base64url(claims)}`;
  return `${input}.${sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

function discovery() {
  return {
    issuer,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}token`,
    userinfo_endpoint: `${issuer}userinfo`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    end_session_endpoint: `${issuer}logout`,
    response_types_supported: ["code"],
    subject_types_supported: ["pairwise"],
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
    id_token_signing_alg_values_supported: ["ES256"],
  };
}

/** The tokens for a code; its subject is the access token's too. */
function tokens(form) {
  const { client, subject, nonce } = JSON.parse(Buffer.from(form.get("code"), "base64url"));
  const access_token = `${base64url({ sub: subject })}.${randomUUID()}`;
  const now = seconds();
  const id_token = token({}, {
    iss: issuer,
    sub: subject,
    aud: client,
    iat: now,
    exp: now + 120,
    at_hash: createHash("sha256").update(access_token).digest().subarray(0, 16).toString("base64url"),
    sid: randomUUID(),
    nonce,
    vot: "Cl.Cm",
    vtm: `${issuer}trustmark`,
    auth_time: now,
  });
  return { access_token, token_type: "Bearer", expires_in: 180, id_token };
}

function userinfo(authorization) {
  const { sub } = JSON.parse(Buffer.from(authorization.slice("Bearer ".length).split(".")[0], "base64url"));
  return { sub, email: "someone@example.gov.uk", email_verified: true };
}

/** Logout tokens for a client, one for each subject. */
function logoutTokens({ client, subjects }) {
  const now = seconds();
  const claims = (sub) => ({ iss: issuer, sub, aud: client, iat: now, exp: now + 120, jti: randomUUID(), events: { [EVENT]: {} } });
  return subjects.map((subject) => token({ typ: "logout+jwt" }, claims(subject)));
}

const ROUTES = {
  "/.well-known/openid-configuration": discovery,
  "/.well-known/jwks.json": () => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: KID, use: "sig", alg: "ES256" }] }),
  "/token": (body) => tokens(new URLSearchParams(body)),
  "/userinfo": (_, headers) => userinfo(headers.authorization),
  "/logout-tokens": (body) => logoutTokens(JSON.parse(body)),
};

let issuer;
const server = http.createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text) => (body += text));
  request.on("end", () => {
    const route = ROUTES[request.url];
    const text = route ? JSON.stringify(route(body, request.headers)) : "";
    const caching = request.url.startsWith("/.well-known/") ? "max-age=3600" : "no-store";
    response.writeHead(route ? 200 : 404, { "Content-Type": "application/json", "Cache-Control": caching });
    response.end(text);
  });
});
server.listen(0, "127.0.0.1", () => {
  issuer = `http://127.0.0.1:${server.address().port}/`;
  console.log(`listening on ${issuer}`);
});
