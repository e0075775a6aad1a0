// The result of a sign-in under each fault of the simulated provider. Every fault that the simulator has is listed
// exactly once, and a test says so: a new fault there needs an expectation here.
//
// A row has the threats, the status of the page that ends the sign-in, and the calls on the way. The status is 303 where
// the sign-in must succeed. An attempt ends when its state comes back, and is kept when the answer cannot be
// matched to an attempt. Faults are grouped by their result.

const token = ["/token"];
const whole = ["/token", "/userinfo"];

const prefixed = (prefix, text) => text.trim().split(/\s+/).map((name) => `${prefix}-${name}`);

/** Faults of a callback or a later step. */
export const SIGN_IN = [
  // The provider's answer in the address.
  { threats: "t26", status: 400, calls: [], keepsAttempt: true,
    faults: prefixed("authorisation", `state-missing state-empty state-twice iss-twice code-twice
      code-missing code-empty code-long code-and-error`) },
  { threats: "t23", status: 400, calls: [], keepsAttempt: true, faults: ["authorisation-state-other"] },
  { threats: "t25", status: 400, calls: [], faults: ["authorisation-iss-other", "error-iss-other"] },
  { threats: "t24", status: 400, calls: token, faults: ["authorisation-code-other"] },
  { threats: "t25 t26", status: 303, calls: whole,
    faults: ["authorisation-iss-right", "authorisation-extra-parameter"] },
  { threats: "t28", status: 400, calls: [], faults: ["error-login-required"] },
  { threats: "t28", status: 400, calls: [], keepsAttempt: true, faults: ["error-without-state", "error-empty"] },
  { threats: "t28", status: 503, calls: [], faults: ["error-temporarily-unavailable"] },
  { threats: "t28", status: 500, calls: [],
    faults: ["error-unauthorized-client", "error-invalid-request", "error-invalid-scope"] },
  { threats: "t28", status: 502, calls: [],
    faults: prefixed("error", `access-denied server-error unsupported-response-type unmet-authentication-requirements
      request-uri-not-supported unknown`) },
  { threats: "t29", status: 502, calls: [], faults: ["error-hostile-description"] },

  // The token endpoint.
  { threats: "t27 t35", status: 400, calls: token, faults: ["token-invalid-grant"] },
  { threats: "t36 t40", status: 500, calls: token,
    faults: ["token-assertion-expired", "token-invalid-client", "token-400-page"] },
  { threats: "t35 t89", status: 503, calls: token, faults: ["token-server-error", "token-403", "token-429", "token-500", "token-502", "token-503"] },
  { threats: "t19 t35", status: 503, calls: token, faults: ["token-redirect", "token-redirect-307"] },
  { threats: "t35", status: 503, calls: token,
    faults: prefixed("token", "huge fifty-megabytes gzip-bomb not-gzip cut-short reset") },
  { threats: "t35", status: 503, calls: token, slow: true, faults: ["token-hang", "token-drip"] },
  { threats: "t35", status: 502, calls: token,
    faults: prefixed("token", `page empty truncated in-array id-token-missing id-token-null id-token-twice
      access-token-missing access-token-empty access-token-line-end type-other type-missing error-with-200`) },
  { threats: "t15", status: 502, calls: token, faults: ["token-id-token-is-access-token"] },
  { threats: "t35", status: 303, calls: whole,
    faults: ["token-type-mixed-case", "token-no-expires-in", "token-content-type-text"] },

  // The ID token: its form and signature.
  { threats: "t1", status: 502, calls: token,
    faults: prefixed("id-token", `alg-none alg-none-capital alg-none-upper alg-none-mixed alg-missing alg-null
      signature-empty`) },
  { threats: "t2", status: 502, calls: token, faults: prefixed("id-token-hs256", "pem der jwk empty") },
  { threats: "t3", status: 502, calls: token,
    faults: prefixed("id-token", "jwk-in-header jku-in-header crit-unknown b64-false") },
  { threats: "t4", status: 502, calls: token,
    faults: prefixed("id-token-kid", "missing unknown empty not-text long path") },
  { threats: "t5", status: 500, calls: token,
    faults: prefixed("id-token", "alg-not-registered alg-mislabelled kid-of-other-key") },
  { threats: "t6", status: 502, calls: token,
    faults: prefixed("id-token", `signed-by-stranger signature-tampered payload-tampered signature-zero
      signature-longer signature-shorter signature-der signature-padded line-end-after two-parts five-parts json-serialised`) },
  { threats: "t15", status: 502, calls: token, faults: ["id-token-typ-logout", "id-token-events-present"] },
  { threats: "t21", status: 502, calls: token,
    faults: prefixed("id-token", `nonce-twice deeply-nested payload-array payload-not-utf8
      payload-byte-order-mark`) },

  // The ID token's claims.
  { threats: "t7", status: 502, calls: token,
    faults: prefixed("id-token-exp", "missing past text null huge negative") },
  { threats: "t8", status: 502, calls: token,
    faults: prefixed("id-token", "iat-missing iat-future iat-old iat-text nbf-future") },
  { threats: "t9", status: 502, calls: token,
    faults: prefixed("id-token-iss", "missing not-text no-slash other-case other-scheme other-port other-environment") },
  { threats: "t10", status: 502, calls: token,
    faults: prefixed("id-token", "aud-missing aud-not-text aud-other aud-longer aud-empty-array aud-array-with-extra azp-other") },
  { threats: "t10", status: 303, calls: whole, faults: ["id-token-aud-array-of-one"] },
  { threats: "t11", status: 502, calls: token, faults: prefixed("id-token-nonce", "missing other not-text") },
  { threats: "t12", status: 502, calls: token, faults: prefixed("id-token-at-hash", "missing other not-text") },
  { threats: "t13", status: 502, calls: token,
    faults: prefixed("id-token-sub", "missing empty not-text null too-long") },
  { threats: "t13", status: 502, calls: whole, faults: ["id-token-sub-other"] },
  { threats: "t14", status: 502, calls: token,
    faults: prefixed("id-token", "vot-missing vot-other vot-with-identity vot-not-text auth-time-text auth-time-future") },
  { threats: "t14", status: 303, calls: whole, faults: prefixed("id-token-auth-time", "missing null old") },

  // Userinfo.
  { threats: "t38", status: 502, calls: whole,
    faults: prefixed("userinfo", `400 401 page redirect empty truncated in-array signed sub-missing
      email-not-text email-verified-text`) },
  { threats: "t13 t38", status: 502, calls: whole,
    faults: ["userinfo-sub-other", "userinfo-sub-not-text", "userinfo-sub-twice"] },
  { threats: "t21 t38", status: 502, calls: whole, faults: ["userinfo-not-utf8", "userinfo-deeply-nested"] },
  { threats: "t38", status: 503, calls: whole, faults: prefixed("userinfo", "403 429 500 503 huge fifty-megabytes gzip-bomb cut-short reset") },
  { threats: "t38", status: 503, calls: whole, slow: true, faults: ["userinfo-hang", "userinfo-drip"] },
  { threats: "t38 t55", status: 303, calls: whole,
    faults: prefixed("userinfo", `email-missing email-long email-line-end email-bidirectional
      email-unverified phone-not-number`) },

  // A plain sign-in asks for no identity, so that a broken one changes nothing.
  { threats: "t13 t14 t15", status: 303, calls: whole,
    faults: prefixed("identity", `core-missing core-alone-missing core-null core-empty core-not-text core-in-array core-unsigned core-long
      core-is-id-token core-is-logout-token core-is-access-token code-beside-core codes-only codes-empty
      codes-not-array code-not-text code-hostile codes-many address-null address-not-array address-empty
      address-not-object address-member-not-text address-unknown-member address-hostile address-many
      passport-not-array passport-member-not-text passport-hostile driving-permit-not-array driving-permit-hostile
      unasked`) },
  { threats: "t7 t8 t9 t10 t13 t14 t15", status: 303, calls: whole,
    faults: prefixed("core-identity", `iss-missing iss-not-text iss-no-slash iss-other-case iss-other-scheme iss-other-port iss-other-environment
      iss-of-id-tokens aud-missing aud-not-text aud-other aud-longer aud-empty-array aud-array-with-extra
      aud-array-of-one sub-missing sub-empty sub-not-text sub-null sub-other sub-other-case exp-missing exp-past
      exp-text exp-null exp-huge exp-negative exp-before-iat exp-far iat-missing iat-future iat-old iat-text
      nbf-missing nbf-future nbf-text vot-missing vot-null vot-not-text vot-none vot-lower vot-higher vot-unknown
      vot-with-credential vot-other-case nonce-present events-present unknown-claim vc-missing vc-not-object
      subject-missing name-missing name-empty name-not-array name-only-past name-parts-missing name-parts-empty
      name-part-type-missing name-part-type-unknown name-part-not-text name-part-hostile name-part-long
      name-unknown-member birth-date-missing birth-date-empty birth-date-not-array birth-date-impossible
      birth-date-not-text`) },
  { threats: "t1 t2 t3 t4 t5 t6 t20 t21", status: 303, calls: whole,
    faults: prefixed("core-identity", `alg-none alg-none-capital alg-none-upper alg-none-mixed alg-missing alg-null alg-rs256 alg-es384 hs256-pem
      hs256-der hs256-jwk hs256-empty kid-missing kid-empty kid-not-text kid-long kid-controller-alone
      kid-fragment-alone kid-relative kid-fragment-empty kid-two-hashes kid-unknown kid-controller-other
      kid-controller-path kid-controller-case kid-path kid-query kid-address kid-space signed-by-token-key
      token-key-and-kid token-key-of-controller signed-by-stranger jwk-in-header jku-in-header x5u-in-header
      crit-unknown b64-false typ-missing typ-logout typ-assertion signature-tampered payload-tampered
      signature-empty signature-zero signature-longer signature-shorter signature-der signature-padded
      line-end-after two-parts five-parts json-serialised sub-twice deeply-nested payload-array payload-not-utf8
      payload-byte-order-mark`) },
  { threats: "t18 t20", status: 303, calls: whole,
    faults: prefixed("did", `403 404 429 500 page redirect redirect-within empty-body truncated huge fifty-megabytes gzip-bomb in-array
      not-utf8 deeply-nested hang drip cut-short reset no-store content-type-text id-other id-other-case
      id-missing id-not-text id-twice methods-missing methods-not-array methods-twice methods-of-other-use
      methods-by-name empty many-keys bad-keys-beside signing-key-missing key-id-twice key-id-missing
      key-id-fragment-alone key-id-other controller-other controller-missing type-other alg-missing alg-other
      use-enc curve-other kind-other off-curve zero-point coordinate-short coordinate-padded private-member`) },
];

/** Faults of the two documents, for a Worker that has no copy yet: where the sign-in ends, and how. */
export const DOCUMENTS = [
  { threats: "t37", start: 503, faults: prefixed("discovery", "403 404 429 500 503 page truncated in-array") },
  { threats: "t18 t37", start: 503, faults: prefixed("discovery", "huge fifty-megabytes gzip-bomb") },
  { threats: "t37", start: 503, faults: ["discovery-cut-short", "discovery-reset"] },
  { threats: "t37", start: 503, slow: true, faults: ["discovery-hang", "discovery-drip"] },
  { threats: "t9", start: 503, faults: prefixed("discovery-issuer", "other no-slash missing") },
  { threats: "t19", start: 503,
    faults: prefixed("discovery", `redirect jwks-elsewhere token-elsewhere userinfo-elsewhere authorize-elsewhere
      token-metadata-host token-at-sign token-missing token-twice`) },
  { threats: "t37", callback: 303, faults: ["discovery-no-pkce", "discovery-no-store", "jwks-no-store"] },
  { threats: "t18", callback: 303, faults: ["jwks-bad-keys-beside"] },
  { threats: "t37", callback: 503, faults: prefixed("jwks", "403 404 429 500 page truncated cut-short reset") },
  { threats: "t37", callback: 503, slow: true, faults: ["jwks-hang", "jwks-drip"] },
  { threats: "t18", callback: 503,
    faults: prefixed("jwks", "huge fifty-megabytes gzip-bomb in-array keys-twice empty keys-not-array many-keys use-enc alg-other kid-missing") },
  { threats: "t19", callback: 503, faults: ["jwks-redirect"] },
  { threats: "t4 t18", callback: 502, faults: ["jwks-kid-twice"] },
  { threats: "t16 t18", callback: 502, faults: ["jwks-signing-key-missing", "jwks-off-curve", "jwks-private-member"] },
];

/** The rows of a table, one for each fault. */
export const each = (table) => table.flatMap(({ faults, ...row }) => faults.map((fault) => ({ fault, ...row })));
