//! Faults in the form of the ID token: its header, its encoding, its signature. The claims are good.

use serde_json::{Value, json};

use super::kind::fault_kind;
use super::workshop::{Workshop, der, json_serialised, nested, pem, text, without_signature};
use crate::jose::Object;

fault_kind! {
    /// The ID token is built wrongly.
    FormFault {
        /// `alg` is `none`, and the signature is empty.
        AlgNone = "id-token-alg-none",
        /// `alg` is `None`, and the signature is empty.
        AlgNoneCapital = "id-token-alg-none-capital",
        /// `alg` is `NONE`, and the signature is empty.
        AlgNoneUpper = "id-token-alg-none-upper",
        /// `alg` is `nOnE`, and the signature is empty.
        AlgNoneMixed = "id-token-alg-none-mixed",
        /// No `alg`; the signature is good.
        AlgMissing = "id-token-alg-missing",
        /// `alg` is null; the signature is good.
        AlgNull = "id-token-alg-null",
        /// Signed well with the provider's key of the other algorithm, for which the client is not registered.
        AlgNotRegistered = "id-token-alg-not-registered",
        /// `alg` names the other algorithm; the signature is good for the registered one.
        AlgMislabelled = "id-token-alg-mislabelled",
        /// HS256 with the public key's PEM as the secret.
        Hs256Pem = "id-token-hs256-pem",
        /// HS256 with the public key's DER as the secret.
        Hs256Der = "id-token-hs256-der",
        /// HS256 with the published JWK as the secret.
        Hs256Jwk = "id-token-hs256-jwk",
        /// HS256 with an empty secret.
        Hs256Empty = "id-token-hs256-empty",
        /// No `kid`.
        KidMissing = "id-token-kid-missing",
        /// A `kid` that is not published.
        KidUnknown = "id-token-kid-unknown",
        /// An empty `kid`.
        KidEmpty = "id-token-kid-empty",
        /// `kid` is a number.
        KidNotText = "id-token-kid-not-text",
        /// `kid` has 10,000 characters.
        KidLong = "id-token-kid-long",
        /// `kid` is a path out of a directory.
        KidPath = "id-token-kid-path",
        /// The `kid` of the provider's other key.
        KidOfOtherKey = "id-token-kid-of-other-key",
        /// `typ` is `logout+jwt`.
        TypLogout = "id-token-typ-logout",
        /// Signed with a stranger's key that is given in the header as `jwk`.
        JwkInHeader = "id-token-jwk-in-header",
        /// Signed with a stranger's key, with a `jku` to another document.
        JkuInHeader = "id-token-jku-in-header",
        /// `crit` names something unknown.
        CritUnknown = "id-token-crit-unknown",
        /// `b64` is false, and `crit` says so.
        B64False = "id-token-b64-false",
        /// Signed with a key that is not published, under the published `kid`.
        SignedByStranger = "id-token-signed-by-stranger",
        /// One bit of the signature is changed.
        SignatureTampered = "id-token-signature-tampered",
        /// One claim is changed after signing.
        PayloadTampered = "id-token-payload-tampered",
        /// The signature is empty.
        SignatureEmpty = "id-token-signature-empty",
        /// The signature is all zeros.
        SignatureZero = "id-token-signature-zero",
        /// A byte follows the signature.
        SignatureLonger = "id-token-signature-longer",
        /// The last byte of the signature is cut off.
        SignatureShorter = "id-token-signature-shorter",
        /// The two numbers of an ES256 signature in DER, as most libraries make them.
        SignatureDer = "id-token-signature-der",
        /// The signature is encoded with padding.
        SignaturePadded = "id-token-signature-padded",
        /// A line end follows the token.
        LineEndAfter = "id-token-line-end-after",
        /// Two parts only.
        TwoParts = "id-token-two-parts",
        /// Five parts, as an encrypted token has.
        FiveParts = "id-token-five-parts",
        /// The flattened JSON serialisation instead of the compact one.
        JsonSerialised = "id-token-json-serialised",
        /// `nonce` appears twice, first wrong and then right.
        NonceTwice = "id-token-nonce-twice",
        /// The claims are nested a thousand levels deep in one member.
        DeeplyNested = "id-token-deeply-nested",
        /// The claims are an array.
        PayloadArray = "id-token-payload-array",
        /// The claims are not UTF-8.
        PayloadNotUtf8 = "id-token-payload-not-utf8",
        /// A byte order mark precedes the claims.
        PayloadByteOrderMark = "id-token-payload-byte-order-mark",
    }
}

/// Forges the ID token in the one way.
pub fn forge(fault: FormFault, shop: &Workshop<'_>, claims: &Object) -> String {
    let honest = || shop.honest(claims);
    let header = |name: &str, value: Value| shop.with_header(name, Some(value), claims);
    match fault {
        FormFault::AlgNone => shop.unsigned("none", claims),
        FormFault::AlgNoneCapital => shop.unsigned("None", claims),
        FormFault::AlgNoneUpper => shop.unsigned("NONE", claims),
        FormFault::AlgNoneMixed => shop.unsigned("nOnE", claims),
        FormFault::AlgMissing => shop.with_header("alg", None, claims),
        FormFault::AlgNull => header("alg", Value::Null),
        FormFault::AlgNotRegistered => shop.other.token(&[], claims),
        FormFault::AlgMislabelled => header("alg", shop.other.algorithm().name().into()),
        FormFault::Hs256Pem => shop.hs256(pem(&shop.key.public_der()).as_bytes(), claims),
        FormFault::Hs256Der => shop.hs256(&shop.key.public_der(), claims),
        FormFault::Hs256Jwk => shop.hs256(text(shop.key.public_jwk()).as_bytes(), claims),
        FormFault::Hs256Empty => shop.hs256(&[], claims),
        FormFault::KidMissing => shop.with_header("kid", None, claims),
        FormFault::KidUnknown => header("kid", "0".repeat(64).into()),
        FormFault::KidEmpty => header("kid", "".into()),
        FormFault::KidNotText => header("kid", 7.into()),
        FormFault::KidLong => header("kid", "k".repeat(10_000).into()),
        FormFault::KidPath => header("kid", "../../../../dev/null".into()),
        FormFault::KidOfOtherKey => header("kid", shop.other.kid().into()),
        FormFault::TypLogout => header("typ", "logout+jwt".into()),
        FormFault::JwkInHeader => shop.by_stranger(
            |s| Some(("jwk", Value::Object(s.public_jwk().clone()))),
            claims,
        ),
        FormFault::JkuInHeader => shop.by_stranger(|_| Some(("jku", json!(shop.canary))), claims),
        FormFault::CritUnknown => header("crit", json!(["https://example.com/unknown"])),
        FormFault::B64False => shop.unencoded(claims),
        FormFault::SignedByStranger => shop.by_stranger(|_| None, claims),
        FormFault::SignatureTampered => shop.with_signature(claims, |s| s[0] ^= 1),
        FormFault::PayloadTampered => shop.tampered(claims),
        FormFault::SignatureEmpty => shop.with_signature(claims, Vec::clear),
        FormFault::SignatureZero => shop.with_signature(claims, |s| s.fill(0)),
        FormFault::SignatureLonger => shop.with_signature(claims, |s| s.push(0)),
        FormFault::SignatureShorter => shop.with_signature(claims, |s| s.truncate(s.len() - 1)),
        FormFault::SignatureDer => shop.with_signature(claims, |s| *s = der(s)),
        FormFault::SignaturePadded => format!("{}==", honest()),
        FormFault::LineEndAfter => format!("{}\n", honest()),
        FormFault::TwoParts => without_signature(&honest()),
        FormFault::FiveParts => format!("{}.AAAA.AAAA", honest()),
        FormFault::JsonSerialised => json_serialised(&honest()),
        FormFault::NonceTwice => shop.with_member_first(r#""nonce":"wrong""#, claims),
        FormFault::DeeplyNested => shop.with_member_first(&nested(), claims),
        FormFault::PayloadArray => shop.in_array(claims),
        FormFault::PayloadNotUtf8 => shop.not_utf8(claims),
        FormFault::PayloadByteOrderMark => shop.with_byte_order_mark(claims),
    }
}
