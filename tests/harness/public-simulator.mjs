// A stand-in for the public GOV.UK One Login simulator, which the tests cannot download. Its addresses, the members of
// `/config`, its checks of requests and clients, and its tokens follow the simulator's source (November 2026). Features
// that it lacks, such as `auth_time` and notifications, are missing here too.

import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import { SignJWT, exportJWK, generateKeyPair, importSPKI, jwtVerify } from "jose";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const PERSON = {
  sub: "urn:fdc:gov.uk:2022:56P4CMsGh_02YOlWpd8PAOI-2sVlB2nsNU7mcLZYhYw=",
  email: "test@example.com", email_verified: true, phone_number: "07123456789", phone_number_verified: true,
};
const KID = "644af598b780f54106ca0f3c017341bc230c4f8373f35f32e18e3e40cc7acff6";

class Refused extends Error {}

function must(holds, why) {
  if (!holds) throw new Refused(why);
}

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
      "GET /.well-known/jwks.json": async () => ({ keys: [{ ...(await exportJWK(this.keys.publicKey)), kid: KID }] }),
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
      response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_request"}');
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

  async #did() {
    const id = `did:web:${encodeURIComponent(new URL(this.url).host)}`;
    const jwk = { ...(await exportJWK(this.keys.publicKey)), alg: "ES256" };
    const method = { type: "JsonWebKey", id: `${id}#${KID}`, controller: id, publicKeyJwk: jwk };
    return { "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"], id, assertionMethod: [method] };
  }

  /** Whether the registered key signed a token. */
  async #signed(token) {
    const { payload, protectedHeader } = await jwtVerify(token, await importSPKI(this.client.publicKey, "RS256"));
    return { ...payload, alg: protectedHeader.alg };
  }

  async #authorise({ client_id: client, response_type: type, scope, request }) {
    must(client === this.client.clientId && type === "code" && scope, "the query");
    const asked = await this.#signed(request);
    must(asked.iss === client && asked.client_id === client && asked.sub !== client, "who asks");
    must([asked.aud].flat().includes(`${this.url}/authorize`), "for whom it is");
    must(this.client.redirectUrls.includes(asked.redirect_uri), "the redirect URL");
    must(asked.scope.split(" ").every((one) => this.client.scopes.includes(one)), "the scopes");
    must(asked.state && asked.nonce && asked.code_challenge_method === "S256", "state, nonce or challenge");
    const code = randomBytes(32).toString("base64url");
    this.codes.set(code, asked);
    const back = new URL(asked.redirect_uri);
    for (const [name, value] of Object.entries({ code, state: asked.state })) back.searchParams.set(name, value);
    return back;
  }

  async #token(form) {
    must(form.grant_type === "authorization_code" && form.client_assertion_type === ASSERTION_TYPE, "the kind of grant");
    const { iss, sub, aud, jti, alg } = await this.#signed(form.client_assertion);
    must(iss === this.client.clientId && sub === iss && jti && alg === "RS256", "the client's assertion");
    must([aud].flat().every((one) => [`${this.url}/token`, `${this.url}/`].includes(one)), "for whom the assertion is");
    const asked = this.codes.get(form.code);
    this.codes.delete(form.code);
    must(asked?.redirect_uri === form.redirect_uri, "the code");
    const challenge = createHash("sha256").update(form.code_verifier).digest("base64url");
    must(challenge === asked.code_challenge, "the code verifier");
    this.access = await this.#sign({ sub: PERSON.sub, client_id: sub, scope: asked.scope.split(" ") }, 180);
    const vot = [asked.vtr].flat().join().match(/Cl\.Cm|Cl/)[0];
    const id = {
      at_hash: createHash("sha256").update(this.access).digest().subarray(0, 16).toString("base64url"),
      sub: PERSON.sub, aud: sub, sid: "a-session-of-the-simulator", vot, nonce: asked.nonce, vtm: `${this.url}/trustmark`,
    };
    return { access_token: this.access, token_type: "Bearer", expires_in: 3600, id_token: await this.#sign(id, 120) };
  }

  #sign(claims, seconds) {
    const token = new SignJWT({ ...claims, iss: `${this.url}/` }).setProtectedHeader({ alg: "ES256", kid: KID });
    return token.setIssuedAt().setExpirationTime(`${seconds}s`).sign(this.keys.privateKey);
  }

  #userinfo(authorisation) {
    must(authorisation === `Bearer ${this.access}`, "the access token");
    return PERSON;
  }

  async #logout({ id_token_hint: hint, post_logout_redirect_uri: to, state }) {
    const { payload } = await jwtVerify(hint, this.keys.publicKey);
    must(payload.aud === this.client.clientId && this.client.postLogoutRedirectUrls.includes(to), "where to go");
    const back = new URL(to);
    if (state) back.searchParams.set("state", state);
    return back;
  }
}
