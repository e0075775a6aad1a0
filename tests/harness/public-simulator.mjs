// A stand-in for the public GOV.UK One Login simulator, which the tests cannot download. Its addresses, the members of
// `/config`, its checks of requests and clients, its errors, its identity and its tokens follow the simulator's source (commit
// ca8041d6 of 18 August 2026). Features that it lacks, such as notifications and codes that count once, are missing here too.

import { createHash, randomBytes, randomUUID } from "node:crypto";
import http from "node:http";
import { SignJWT, decodeJwt, exportJWK, generateKeyPair, importSPKI, jwtVerify } from "jose";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const PERSON = {
  sub: "urn:fdc:gov.uk:2022:56P4CMsGh_02YOlWpd8PAOI-2sVlB2nsNU7mcLZYhYw=",
  email: "test@example.com", email_verified: true, phone_number: "07123456789", phone_number_verified: true,
};
const KID = "b9162667-e025-4d93-8c5b-e538e6c792ac";
const IDENTITY_KID = "1f1caabb-b0bb-45b2-93ee-f47bf098dc1d";
const SESSION = "50a9041b5d57cb53632a0e9259864b71";
const VOCABULARY = "https://vocab.account.gov.uk/v1/";
const CREDENTIAL = {
  type: ["VerifiableCredential", "IdentityCheckCredential"],
  credentialSubject: {
    name: [{ nameParts: [{ value: "GEOFFREY", type: "GivenName" }, { value: "HEARNSHAW", type: "FamilyName" }] }],
    birthDate: [{ value: "1955-04-19" }],
  },
};
/** Claims without a value, as of passport and driving licence, are left out. */
const IDENTITY = {
  address: [{
    addressCountry: "GB", buildingName: "", streetName: "FRAMPTON ROAD", postalCode: "GL1 5QB", buildingNumber: "26",
    addressLocality: "GLOUCESTER", validFrom: "2000-01-01", uprn: 100120472196, subBuildingName: "",
  }],
  returnCode: [],
};

/** A refusal: a status with JSON, or with a text, or a redirect back to the client. */
class Refused extends Error {
  constructor(why, answer) {
    super(why);
    Object.assign(this, answer);
  }
}

function must(holds, why, answer) {
  if (!holds) throw new Refused(why, answer);
}

/** The claims of a token, whoever signed it. */
function unverified(token) {
  try {
    return decodeJwt(token);
  } catch (error) {
    throw new Refused(error.message, invalidRequest);
  }
}

const invalidClient = { status: 400, body: { error: "invalid_client", error_description: "Invalid signature in private_key_jwt" } };
const invalidGrant = { status: 400, body: { error: "invalid_grant", error_description: "Invalid grant" } };
const invalidRequest = { status: 400, body: { error: "invalid_request", error_description: "Invalid private_key_jwt" } };
const page = { status: 400, text: "Invalid Request" };

/** The simulator at a free port of this machine. */
export class PublicSimulator {
  client = {};
  codes = new Map();
  /** Why it refused something. */
  refused = [];

  static async start() {
    const simulator = new PublicSimulator();
    simulator.server = http.createServer((request, response) => simulator.#serve(request, response));
    await new Promise((resolve) => simulator.server.listen(0, "127.0.0.1", resolve));
    simulator.url = `http://localhost:${simulator.server.address().port}`;
    simulator.keys = await generateKeyPair("ES256", { extractable: true });
    simulator.identityKeys = await generateKeyPair("ES256", { extractable: true });
    return simulator;
  }

  stop() {
    return new Promise((resolve) => this.server.close(resolve).closeAllConnections());
  }

  async #serve(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    const places = {
      "GET /.well-known/openid-configuration": () => this.#metadata(),
      "GET /.well-known/jwks.json": async () => ({ keys: [{ ...(await exportJWK(this.keys.publicKey)), kid: KID, alg: "ES256" }] }),
      "GET /.well-known/did.json": () => this.#did(),
      "POST /config": () => void Object.assign(this.client, JSON.parse(body).clientConfiguration),
      "GET /authorize": () => this.#authorise(Object.fromEntries(searchParams)),
      "POST /token": () => this.#token(Object.fromEntries(new URLSearchParams(body))),
      "GET /userinfo": () => this.#userinfo(request.headers.authorization),
      "GET /logout": () => this.#logout(Object.fromEntries(searchParams)),
    };
    try {
      const answer = await places[`${request.method} ${pathname}`]();
      if (answer instanceof URL) response.writeHead(302, { location: answer.href }).end();
      else response.writeHead(200, { "content-type": "application/json" }).end(answer && JSON.stringify(answer));
    } catch (error) {
      this.refused.push(error.message);
      const { status = 500, body = { error: "server_error" }, text, location, challenge } = error;
      if (location) response.writeHead(302, { location }).end();
      else if (challenge) response.writeHead(401, { "www-authenticate": challenge }).end();
      else if (text) response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(text);
      else response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    }
  }

  #metadata() {
    const at = (place) => `${this.url}/${place}`;
    return {
      authorization_endpoint: at("authorize"), token_endpoint: at("token"), issuer: at(""),
      jwks_uri: at(".well-known/jwks.json"), userinfo_endpoint: at("userinfo"), end_session_endpoint: at("logout"),
      scopes_supported: ["openid", "email", "phone"], response_types_supported: ["code"],
      grant_types_supported: ["authorization_code"], subject_types_supported: ["public", "pairwise"],
      token_endpoint_auth_methods_supported: ["private_key_jwt", "client_secret_post"],
      token_endpoint_auth_signing_alg_values_supported: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
      id_token_signing_alg_values_supported: ["ES256", "RS256"], ui_locales_supported: ["en", "cy"],
      request_parameter_supported: true, request_uri_parameter_supported: false, trustmarks: at("trustmark"),
    };
  }

  get #controller() {
    return `did:web:${encodeURIComponent(new URL(this.url).host)}`;
  }

  async #did() {
    const id = this.#controller;
    const jwk = { ...(await exportJWK(this.identityKeys.publicKey)), alg: "ES256" };
    const method = { type: "JsonWebKey", id: `${id}#${IDENTITY_KID}`, controller: id, publicKeyJwk: jwk };
    return { "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"], id, assertionMethod: [method] };
  }

  /** Whether the registered key signed a token. */
  async #signed(token, answer) {
    const verified = await jwtVerify(token, await importSPKI(this.client.publicKey, "RS256")).catch((error) => {
      throw new Refused(`a signature: ${error.message}`, answer);
    });
    return { ...verified.payload, alg: verified.protectedHeader.alg };
  }

  async #authorise({ client_id: client, response_type: type, scope, request }) {
    must(client === this.client.clientId, "the client", page);
    must(type && scope && request, "the query", { status: 400, text: "Request is missing parameters" });
    const asked = await this.#signed(request, { status: 400, text: "Trust chain validation failed" });
    must(this.client.redirectUrls.includes(asked.redirect_uri), "the redirect URL", page);
    const back = (members) => {
      const url = new URL(asked.redirect_uri);
      for (const [name, value] of Object.entries({ ...members, state: asked.state })) url.searchParams.set(name, value);
      return url;
    };
    const errors = (error, error_description) => ({ location: back({ error, error_description }).href });
    must(asked.state, "no state", errors("invalid_request", "Request is missing state parameter"));
    const scopes = asked.scope.split(" ");
    must(scopes.every((one) => this.client.scopes.includes(one)), "the scopes", errors("invalid_scope", "Invalid, unknown or malformed scope"));
    must(asked.client_id === client && asked.iss === client, "who asks", errors("unauthorized_client", "Unauthorized client"));
    must(asked.aud === `${this.url}/authorize`, "for whom it is", errors("access_denied", "Access denied by resource owner or authorization server"));
    const claims = Object.keys(JSON.parse(asked.claims ?? "{}").userinfo ?? {});
    must(claims.every((one) => this.client.claims.includes(one)), "the claims", errors("invalid_request", "Request contains invalid claims"));
    must(asked.nonce, "no nonce", errors("invalid_request", "Request is missing nonce parameter"));
    const code = randomBytes(32).toString("base64url");
    const [trust] = [asked.vtr].flat().join().match(/Cl\.Cm|Cl/);
    this.codes.set(code, { ...asked, trust, claims: /\.P[1-3]/.test([asked.vtr].flat().join()) ? claims : [] });
    return back({ code });
  }

  async #token(form) {
    must(form.grant_type === "authorization_code", "the kind of grant", { status: 400, body: { error: "unsupported_grant_type" } });
    must(form.client_assertion_type === ASSERTION_TYPE, "the kind of assertion", invalidRequest);
    const { iss, sub, aud, exp } = unverified(form.client_assertion);
    must(iss && sub && aud && exp, "the assertion's claims", invalidRequest);
    must(sub === this.client.clientId, "whose assertion it is", { ...invalidClient, status: 401 });
    must(exp > Date.now() / 1_000, "an old assertion", { status: 400, body: { error: "invalid_grant", error_description: "private_key_jwt has expired" } });
    must([aud].flat().every((one) => [`${this.url}/token`, `${this.url}/`].includes(one)), "for whom the assertion is", invalidClient);
    must(iss === sub, "who made the assertion", invalidClient);
    await this.#signed(form.client_assertion, invalidClient);
    // A code stays good; only a real provider uses it up.
    const asked = this.codes.get(form.code);
    must(asked?.redirect_uri === form.redirect_uri, "the code", invalidGrant);
    if (asked.code_challenge) {
      const challenge = createHash("sha256").update(form.code_verifier ?? "").digest("base64url");
      must(challenge === asked.code_challenge, "the code verifier", invalidGrant);
    }
    const claims = asked.claims.length > 0 ? { claims: asked.claims } : {};
    this.access = await this.#sign({ sub: PERSON.sub, client_id: sub, jti: randomUUID(), sid: SESSION, scope: asked.scope.split(" "), ...claims }, 180);
    const id = {
      at_hash: createHash("sha256").update(this.access).digest().subarray(0, 16).toString("base64url"), sub: PERSON.sub, aud: sub,
      sid: SESSION, vot: asked.trust, nonce: asked.nonce, vtm: `${this.url}/trustmark`, auth_time: Math.floor(Date.now() / 1_000),
    };
    return { access_token: this.access, token_type: "Bearer", expires_in: 180, id_token: await this.#sign(id, 120) };
  }

  #sign(claims, seconds) {
    const token = new SignJWT({ ...claims, iss: `${this.url}/` }).setProtectedHeader({ alg: "ES256", kid: KID });
    return token.setIssuedAt().setExpirationTime(`${seconds}s`).sign(this.keys.privateKey);
  }

  async #userinfo(authorisation) {
    must(authorisation === `Bearer ${this.access}`, "the access token", { challenge: 'Bearer error="invalid_token"' });
    const { claims = [] } = unverified(this.access);
    const known = Object.entries(IDENTITY).filter(([name]) => claims.includes(VOCABULARY + name));
    const identity = Object.fromEntries(known.map(([name, value]) => [VOCABULARY + name, value]));
    const core = `${VOCABULARY}coreIdentityJWT`;
    if (claims.includes(core)) identity[core] = await this.#coreIdentity();
    return { ...PERSON, ...identity };
  }

  /** It says P2, without `Cl.Cm`, whatever was asked for, and lives for a day. */
  #coreIdentity() {
    const content = { vot: "P2", vc: CREDENTIAL, vtm: `${this.url}/trustmark`, sub: PERSON.sub, aud: this.client.clientId, iss: `${this.url}/` };
    const token = new SignJWT(content).setProtectedHeader({ alg: "ES256", kid: `${this.#controller}#${IDENTITY_KID}` });
    return token.setIssuedAt().setNotBefore("0s").setExpirationTime("1d").sign(this.identityKeys.privateKey);
  }

  async #logout({ id_token_hint: hint, post_logout_redirect_uri: to, state }) {
    const { payload } = await jwtVerify(hint, this.keys.publicKey);
    must(payload.aud === this.client.clientId && this.client.postLogoutRedirectUrls.includes(to), "where to go");
    const back = new URL(to);
    if (state) back.searchParams.set("state", state);
    return back;
  }
}
