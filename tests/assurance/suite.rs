//! The cases of the conformance suite for relying parties, by the suite's ids, and its own verdicts.
//!
//! The suite itself ran on 29 and 30 November 2026 on a developer's machine: 5.2.4 at 12f2a4dac, code flow,
//! `private_key_jwt`, signed request object, static client.

/// How this product covers a case of the suite.
pub enum Verdict {
    /// A test of ours makes the same check with the suite's expectation.
    Applies,
    /// A test of ours makes the same check, and this product refuses a token that the suite accepts.
    Policy(&'static str),
    /// It does not apply: why.
    Other(&'static str),
}

/// One case.
pub struct Case {
    /// The suite's name of the test module, or of its class where it does not apply.
    pub id: &'static str,
    /// How this product covers the case.
    pub verdict: Verdict,
}

use Verdict::{Applies, Other, Policy};

const fn case(id: &'static str, verdict: Verdict) -> Case {
    Case { id, verdict }
}

const NO_HYBRID: &str = "the code flow with answers in the query is all that One Login has";
const ONE_PROVIDER: &str = "the provider is configured and never looked for";
const NO_REFRESH: &str = "the Worker asks for no refresh token";
const NO_FRONT_CHANNEL: &str = "One Login has back-channel logout alone";
const PLAIN_USERINFO: &str = "One Login's userinfo is plain JSON with claims of its own";
const OBJECT_BY_VALUE: &str = "the request object is sent by value";

/// Every case, plan by plan.
pub const CASES: &[Case] = &[
    // Basic.
    case("oidcc-client-test", Applies),
    case("oidcc-client-test-invalid-iss", Applies),
    case("oidcc-client-test-missing-sub", Applies),
    case("oidcc-client-test-invalid-aud", Applies),
    case("oidcc-client-test-missing-iat", Applies),
    case(
        "oidcc-client-test-kid-absent-single-jwks",
        Policy("every token needs a key id; accepting the only key would make the Worker weaker"),
    ),
    case("oidcc-client-test-kid-absent-multiple-jwks", Applies),
    case("oidcc-client-test-idtoken-sig-rs256", Applies),
    case("oidcc-client-test-idtoken-sig-none", Applies),
    case("oidcc-client-test-invalid-sig-rs256", Applies),
    case("oidcc-client-test-userinfo-invalid-sub", Applies),
    case("oidcc-client-test-nonce-invalid", Applies),
    case("oidcc-client-test-scope-userinfo-claims", Applies),
    case(
        "oidcc-client-test-client-secret-basic",
        Other("One Login takes `private_key_jwt` and `client_secret_post` alone"),
    ),
    // Of the plan without certification.
    case("oidcc-client-test-missing-aud", Applies),
    case("oidcc-client-test-invalid-sig-es256", Applies),
    case("oidcc-client-test-invalid-sig-hs256", Applies),
    case("oidcc-client-test-invalid-athash", Applies),
    case("oidcc-client-test-nonce-unless-code-flow", Applies),
    case("oidcc-client-test-userinfo-bearer-header", Applies),
    // The suite's classes, where no case of theirs runs.
    case(
        "OIDCCClientTestUserinfoBearerBody",
        Other("the token is sent in a header, and in no body"),
    ),
    case("OIDCCClientTestSignedUserinfo", Other(PLAIN_USERINFO)),
    case("OIDCCClientTestAggregatedClaims", Other(PLAIN_USERINFO)),
    case("OIDCCClientTestDistributedClaims", Other(PLAIN_USERINFO)),
    case("OIDCCClientTestInvalidCHashInIdToken", Other(NO_HYBRID)),
    case("OIDCCClientTestMissingCHashInIdToken", Other(NO_HYBRID)),
    case("OIDCCClientTestMissingAtHashInIdToken", Other(NO_HYBRID)),
    case("OIDCCClientTestFormPostError", Other(NO_HYBRID)),
    case(
        "OIDCCClientTestMtlsEndpointAliases",
        Other("One Login has no mutual TLS"),
    ),
    case(
        "OIDCCClientTestRequestUriSignedWithRS256",
        Other(OBJECT_BY_VALUE),
    ),
    case(
        "OIDCCClientTestRequestUriSignedWithNone",
        Other(OBJECT_BY_VALUE),
    ),
    case("OIDCCClientTestDiscoveryWebfingerAcct", Other(ONE_PROVIDER)),
    case("OIDCCClientTestDiscoveryWebfingerURL", Other(ONE_PROVIDER)),
    case(
        "OIDCCClientTestDynamicRegistration",
        Other("One Login registers clients by hand"),
    ),
    case(
        "oidcc-client-test-3rd-party-init-login",
        Other("One Login begins no sign-in"),
    ),
    case("oidcc-client-test-refresh-token", Other(NO_REFRESH)),
    case(
        "oidcc-client-test-refresh-token-invalid-issuer",
        Other(NO_REFRESH),
    ),
    case(
        "oidcc-client-test-refresh-token-invalid-sub",
        Other(NO_REFRESH),
    ),
    case(
        "oidcc-client-test-rp-frontchannel-rpinitlogout",
        Other(NO_FRONT_CHANNEL),
    ),
    case(
        "oidcc-client-test-rp-frontchannel-opinitlogout",
        Other(NO_FRONT_CHANNEL),
    ),
    case(
        "oidcc-client-test-session-management",
        Other("One Login has no session management frame"),
    ),
    // Config.
    case("oidcc-client-test-discovery-openid-config", Applies),
    case("oidcc-client-test-discovery-jwks-uri-keys", Applies),
    case("oidcc-client-test-discovery-issuer-mismatch", Applies),
    case(
        "oidcc-client-test-signing-key-rotation-just-before-signing",
        Applies,
    ),
    case("oidcc-client-test-signing-key-rotation", Applies),
    // Logout that the relying party starts.
    case("oidcc-client-test-rp-init-logout", Applies),
    case("oidcc-client-test-rp-init-logout-other-state", Applies),
    case("oidcc-client-test-rp-init-logout-no-state", Applies),
    // Back-channel logout. The suite sends no `typ`; One Login does, so that without it is refused.
    case("oidcc-client-test-rp-backchannel-rpinitlogout", Applies),
    case(
        "oidcc-client-test-rp-backchannel-rpinitlogout-alg-none",
        Applies,
    ),
    case(
        "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg",
        Applies,
    ),
    case(
        "oidcc-client-test-rp-backchannel-rpinitlogout-no-event",
        Applies,
    ),
    case(
        "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event",
        Applies,
    ),
    case(
        "oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce",
        Applies,
    ),
    case(
        "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud",
        Applies,
    ),
    case(
        "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss",
        Applies,
    ),
    // FAPI 2.
    case(
        "fapi2-security-profile-final-client-test-invalid-iss",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-aud",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-missing-aud",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-missing-exp",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-missing-iss",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-missing-nonce",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-nonce",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-expired-exp",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-null-alg",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-alternate-alg",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-secondary-aud",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-valid-aud-as-array",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-discovery-issuer-mismatch",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-state-fails",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-missing-state-fails",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-authorization-response-iss",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-token-endpoint-response-without-expires_in",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-token-type-case-insensitivity",
        Applies,
    ),
    case(
        "fapi2-security-profile-final-client-test-remove-authorization-response-iss",
        Other("One Login sends no `iss`, so its absence cannot be refused"),
    ),
];

/// The suite's own verdict on the built Worker, for the modules that ran.
pub fn own_verdict(id: &str) -> Option<&'static str> {
    const SKIPPED: &str = "SKIPPED, as for every client that refuses it";
    const ROTATION: &str = "PASSED with One Login's `max-age`; not finished with the suite's own";
    Some(match id {
        "oidcc-client-test"
        | "oidcc-client-test-invalid-iss"
        | "oidcc-client-test-missing-sub"
        | "oidcc-client-test-invalid-aud"
        | "oidcc-client-test-missing-iat"
        | "oidcc-client-test-kid-absent-multiple-jwks"
        | "oidcc-client-test-idtoken-sig-rs256"
        | "oidcc-client-test-invalid-sig-rs256"
        | "oidcc-client-test-userinfo-invalid-sub"
        | "oidcc-client-test-nonce-invalid"
        | "oidcc-client-test-scope-userinfo-claims"
        | "oidcc-client-test-missing-aud"
        | "oidcc-client-test-invalid-sig-es256"
        | "oidcc-client-test-userinfo-bearer-header"
        | "oidcc-client-test-discovery-openid-config"
        | "oidcc-client-test-discovery-jwks-uri-keys"
        | "oidcc-client-test-discovery-issuer-mismatch"
        | "oidcc-client-test-signing-key-rotation-just-before-signing" => "PASSED",
        "oidcc-client-test-invalid-sig-hs256" => "PASSED, with `client_secret_post`",
        "oidcc-client-test-idtoken-sig-none" => SKIPPED,
        "oidcc-client-test-kid-absent-single-jwks" => "not finished: refused by policy",
        "oidcc-client-test-signing-key-rotation" => ROTATION,
        "oidcc-client-test-invalid-athash" | "oidcc-client-test-nonce-unless-code-flow" => {
            "belongs to other flows"
        }
        id if id.starts_with("oidcc-client-test-rp-init-logout") => "PASSED",
        id if id.starts_with("oidcc-client-test-rp-backchannel") => "PASSED",
        id if id.starts_with("fapi2-") => "another profile; the idea alone is the same",
        _ => return None,
    })
}
