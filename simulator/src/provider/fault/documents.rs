//! Faults of the discovery document and of the key document.

use serde_json::{Value, json};

use super::kind::fault_kind;
use super::transport;
use crate::http::{Delivery, Response};
use crate::jose::b64;

fault_kind! {
    /// The discovery document is wrong.
    DiscoveryFault {
        /// 403, as from the firewall.
        Status403 = "discovery-403",
        /// 404.
        Status404 = "discovery-404",
        /// 429.
        Status429 = "discovery-429",
        /// 500.
        Status500 = "discovery-500",
        /// 503.
        Status503 = "discovery-503",
        /// 200 with a page.
        Page = "discovery-page",
        /// A redirect to another host.
        Redirect = "discovery-redirect",
        /// Half of the body.
        Truncated = "discovery-truncated",
        /// Two megabytes.
        Huge = "discovery-huge",
        /// The object inside an array.
        InArray = "discovery-in-array",
        /// Four mebibytes compressed to a few kilobytes.
        GzipBomb = "discovery-gzip-bomb",
        /// No answer.
        Hang = "discovery-hang",
        /// The answer comes one byte a second.
        Drip = "discovery-drip",
        /// The connection breaks in the middle of the body.
        CutShort = "discovery-cut-short",
        /// The connection is reset instead of an answer.
        Reset = "discovery-reset",
        /// Fifty megabytes.
        FiftyMegabytes = "discovery-fifty-megabytes",
        /// `token_endpoint` appears twice, first on another host.
        TokenTwice = "discovery-token-twice",
        /// `issuer` of another provider.
        IssuerOther = "discovery-issuer-other",
        /// `issuer` without its trailing slash.
        IssuerNoSlash = "discovery-issuer-no-slash",
        /// No `issuer`.
        IssuerMissing = "discovery-issuer-missing",
        /// The keys are on another host.
        JwksElsewhere = "discovery-jwks-elsewhere",
        /// The token endpoint is on another host.
        TokenElsewhere = "discovery-token-elsewhere",
        /// The userinfo endpoint is on another host.
        UserinfoElsewhere = "discovery-userinfo-elsewhere",
        /// The authorisation endpoint is on another host.
        AuthorizeElsewhere = "discovery-authorize-elsewhere",
        /// The token endpoint is at an address of a cloud's metadata service.
        TokenMetadataHost = "discovery-token-metadata-host",
        /// The issuer's host is before an `@` in the token endpoint, so that another host is meant.
        TokenUserInfoTrick = "discovery-token-at-sign",
        /// No token endpoint.
        TokenMissing = "discovery-token-missing",
        /// PKCE is no longer offered.
        NoPkce = "discovery-no-pkce",
        /// It may not be stored.
        NoStore = "discovery-no-store",
    }
}

fault_kind! {
    /// The provider's key document is wrong.
    JwksFault {
        /// 403, as from the firewall.
        Status403 = "jwks-403",
        /// 404.
        Status404 = "jwks-404",
        /// 429.
        Status429 = "jwks-429",
        /// 500.
        Status500 = "jwks-500",
        /// 200 with a page.
        Page = "jwks-page",
        /// A redirect to another host.
        Redirect = "jwks-redirect",
        /// Half of the body.
        Truncated = "jwks-truncated",
        /// Two megabytes.
        Huge = "jwks-huge",
        /// No answer.
        Hang = "jwks-hang",
        /// The answer comes one byte a second.
        Drip = "jwks-drip",
        /// The connection breaks in the middle of the body.
        CutShort = "jwks-cut-short",
        /// The connection is reset instead of an answer.
        Reset = "jwks-reset",
        /// Fifty megabytes.
        FiftyMegabytes = "jwks-fifty-megabytes",
        /// Four mebibytes compressed to a few kilobytes.
        GzipBomb = "jwks-gzip-bomb",
        /// The object inside an array.
        InArray = "jwks-in-array",
        /// `keys` appears twice, first empty.
        KeysTwice = "jwks-keys-twice",
        /// No key at all.
        Empty = "jwks-empty",
        /// `keys` is not an array.
        NotArray = "jwks-keys-not-array",
        /// Ten thousand keys before the good ones.
        ManyKeys = "jwks-many-keys",
        /// Keys that must be ignored stand before the good ones: too short, of unknown kind, symmetric, not even objects.
        BadKeysBeside = "jwks-bad-keys-beside",
        /// The current ES256 key is missing.
        SigningKeyMissing = "jwks-signing-key-missing",
        /// Every key appears twice, the second time another key under the same `kid`.
        KidTwice = "jwks-kid-twice",
        /// Every key says `use: enc`.
        UseEnc = "jwks-use-enc",
        /// Every key says another `alg`.
        AlgOther = "jwks-alg-other",
        /// No key has a `kid`.
        KidMissing = "jwks-kid-missing",
        /// The points of the EC keys are not on the curve.
        OffCurve = "jwks-off-curve",
        /// The EC keys have a private part.
        PrivateMember = "jwks-private-member",
        /// It may not be stored.
        NoStore = "jwks-no-store",
    }
}

/// Spoils the good discovery document.
pub fn apply_discovery(fault: DiscoveryFault, good: Response, canary: &str) -> Response {
    let document = good.body_json();
    let issuer = document["issuer"].as_str().unwrap_or_default().to_owned();
    let host = crate::provider::settings::host_of(&issuer).to_owned();
    let set = |good, name: &str, value: String| transport::member(good, name, Some(value.into()));
    let elsewhere = |good, name: &str| set(good, name, format!("{canary}/{name}"));
    match fault {
        DiscoveryFault::Status403 => transport::status(403),
        DiscoveryFault::Status404 => transport::status(404),
        DiscoveryFault::Status429 => transport::status(429),
        DiscoveryFault::Status503 => transport::status(503),
        DiscoveryFault::Drip => transport::delivered(good, Delivery::Drip),
        DiscoveryFault::CutShort => transport::delivered(good, Delivery::CutShort),
        DiscoveryFault::Reset => transport::delivered(good, Delivery::Reset),
        DiscoveryFault::FiftyMegabytes => transport::delivered(good, Delivery::FiftyMegabytes),
        DiscoveryFault::TokenTwice => {
            transport::raw_member_first(good, &format!(r#""token_endpoint":"{canary}""#))
        }
        DiscoveryFault::Status500 => transport::status(500),
        DiscoveryFault::Page => transport::page(),
        DiscoveryFault::Redirect => transport::redirect(canary),
        DiscoveryFault::Truncated => transport::truncated(good),
        DiscoveryFault::Huge => transport::huge(good),
        DiscoveryFault::InArray => transport::in_array(good),
        DiscoveryFault::GzipBomb => transport::gzip_bomb(good),
        DiscoveryFault::Hang => transport::delivered(good, Delivery::Hang),
        DiscoveryFault::IssuerOther => set(
            good,
            "issuer",
            "https://oidc.integration.account.gov.uk/".to_owned(),
        ),
        DiscoveryFault::IssuerNoSlash => {
            set(good, "issuer", issuer.trim_end_matches('/').to_owned())
        }
        DiscoveryFault::IssuerMissing => transport::member(good, "issuer", None),
        DiscoveryFault::JwksElsewhere => elsewhere(good, "jwks_uri"),
        DiscoveryFault::TokenElsewhere => elsewhere(good, "token_endpoint"),
        DiscoveryFault::UserinfoElsewhere => elsewhere(good, "userinfo_endpoint"),
        DiscoveryFault::AuthorizeElsewhere => elsewhere(good, "authorization_endpoint"),
        DiscoveryFault::TokenMetadataHost => set(
            good,
            "token_endpoint",
            "http://169.254.169.254/latest/meta-data".to_owned(),
        ),
        DiscoveryFault::TokenUserInfoTrick => {
            let other = canary.split_once("://").map_or(canary, |(_, rest)| rest);
            set(good, "token_endpoint", format!("http://{host}@{other}"))
        }
        DiscoveryFault::TokenMissing => transport::member(good, "token_endpoint", None),
        DiscoveryFault::NoPkce => transport::member(good, "code_challenge_methods_supported", None),
        DiscoveryFault::NoStore => transport::header(good, "cache-control", Some("no-store")),
    }
}

/// Spoils the good key document.
pub fn apply_jwks(fault: JwksFault, good: Response, canary: &str, signing_kid: &str) -> Response {
    match fault {
        JwksFault::Status403 => transport::status(403),
        JwksFault::Status404 => transport::status(404),
        JwksFault::Status429 => transport::status(429),
        JwksFault::Drip => transport::delivered(good, Delivery::Drip),
        JwksFault::CutShort => transport::delivered(good, Delivery::CutShort),
        JwksFault::Reset => transport::delivered(good, Delivery::Reset),
        JwksFault::FiftyMegabytes => transport::delivered(good, Delivery::FiftyMegabytes),
        JwksFault::GzipBomb => transport::gzip_bomb(good),
        JwksFault::InArray => transport::in_array(good),
        JwksFault::KeysTwice => transport::raw_member_first(good, r#""keys":[]"#),
        JwksFault::Status500 => transport::status(500),
        JwksFault::Page => transport::page(),
        JwksFault::Redirect => transport::redirect(canary),
        JwksFault::Truncated => transport::truncated(good),
        JwksFault::Huge => transport::huge(good),
        JwksFault::Hang => transport::delivered(good, Delivery::Hang),
        JwksFault::Empty => transport::member(good, "keys", Some(json!([]))),
        JwksFault::NotArray => transport::member(good, "keys", Some(json!({ "key": "one" }))),
        JwksFault::ManyKeys => with_keys(good, |keys| {
            let filler = |n| json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": format!("filler-{n}") });
            keys.splice(0..0, (0..10_000).map(filler));
        }),
        JwksFault::BadKeysBeside => with_keys(good, |keys| {
            keys.splice(0..0, bad_keys());
        }),
        JwksFault::SigningKeyMissing => {
            with_keys(good, |keys| keys.retain(|k| k["kid"] != signing_kid))
        }
        JwksFault::KidTwice => with_keys(good, |keys| {
            let mut again = keys.clone();
            for key in &mut again {
                // Swapping the coordinates gives another value under the same name; it need not be a usable key.
                let (x, y) = (key["x"].clone(), key["y"].clone());
                if x.is_string() {
                    (key["x"], key["y"]) = (y, x);
                }
            }
            keys.extend(again);
        }),
        JwksFault::UseEnc => each_key(good, |key| key["use"] = json!("enc")),
        JwksFault::AlgOther => each_key(good, |key| key["alg"] = json!("ES512")),
        JwksFault::KidMissing => each_key(good, |key| {
            if let Some(members) = key.as_object_mut() {
                members.remove("kid");
            }
        }),
        JwksFault::OffCurve => each_key(good, |key| {
            if key["kty"] == "EC" {
                key["x"] = json!(b64([1; 32]));
                key["y"] = json!(b64([1; 32]));
            }
        }),
        JwksFault::PrivateMember => each_key(good, |key| {
            if key["kty"] == "EC" {
                key["d"] = json!(b64([1; 32]));
            }
        }),
        JwksFault::NoStore => transport::header(good, "cache-control", Some("no-store")),
    }
}

fn with_keys(good: Response, change: impl FnOnce(&mut Vec<Value>)) -> Response {
    let mut body = good.body_json();
    if let Some(keys) = body["keys"].as_array_mut() {
        change(keys);
    }
    good.with_body(body.to_string())
}

fn each_key(good: Response, change: impl Fn(&mut Value)) -> Response {
    with_keys(good, |keys| keys.iter_mut().for_each(change))
}

/// Keys that no signature may be checked with.
fn bad_keys() -> Vec<Value> {
    let short = b64([0xff; 64]);
    vec![
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "short", "n": short, "e": "AQAB" }),
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one", "n": b64([0xff; 256]), "e": "AQ" }),
        json!({ "kty": "EC", "use": "sig", "alg": "ES384", "crv": "P-384", "kid": "curve", "x": short, "y": short }),
        json!({ "kty": "oct", "use": "sig", "alg": "HS256", "kid": "oct", "k": short }),
        json!({ "kty": "unknown", "kid": "unknown" }),
        json!({ "kid": 7 }),
        json!("not an object"),
        json!(null),
    ]
}
