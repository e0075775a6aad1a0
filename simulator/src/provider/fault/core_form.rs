//! Faults in the form of the core identity token: its header, its encoding, its signature. The claims are good.

use serde_json::{Value, json};

use super::kind::fault_kind;
use super::workshop::{Workshop, der, json_serialised, nested, pem, text, without_signature};
use crate::jose::Object;
use crate::keys::SigningKey;

fault_kind! {
    /// The core identity token is built wrongly.
    CoreFormFault {
        /// `alg` is `none`, and the signature is empty.
        AlgNone = "core-identity-alg-none",
        /// `alg` is `None`, and the signature is empty.
        AlgNoneCapital = "core-identity-alg-none-capital",
        /// `alg` is `NONE`, and the signature is empty.
        AlgNoneUpper = "core-identity-alg-none-upper",
        /// `alg` is `nOnE`, and the signature is empty.
        AlgNoneMixed = "core-identity-alg-none-mixed",
        /// No `alg`; the signature is good.
        AlgMissing = "core-identity-alg-missing",
        /// `alg` is null; the signature is good.
        AlgNull = "core-identity-alg-null",
        /// RS256, signed with the provider's RSA key for ID tokens, under the `kid` of the DID document's key.
        AlgRs256 = "core-identity-alg-rs256",
        /// `alg` says ES384; the signature is good for ES256.
        AlgEs384 = "core-identity-alg-es384",
        /// HS256 with the public key's PEM as the secret.
        Hs256Pem = "core-identity-hs256-pem",
        /// HS256 with the public key's DER as the secret.
        Hs256Der = "core-identity-hs256-der",
        /// HS256 with the published JWK as the secret.
        Hs256Jwk = "core-identity-hs256-jwk",
        /// HS256 with an empty secret.
        Hs256Empty = "core-identity-hs256-empty",
        /// No `kid`.
        KidMissing = "core-identity-kid-missing",
        /// An empty `kid`.
        KidEmpty = "core-identity-kid-empty",
        /// `kid` is a number.
        KidNotText = "core-identity-kid-not-text",
        /// `kid` has 10,000 characters after the `#`.
        KidLong = "core-identity-kid-long",
        /// `kid` is the controller without a `#`.
        KidControllerAlone = "core-identity-kid-controller-alone",
        /// `kid` is what should stand after the `#`.
        KidFragmentAlone = "core-identity-kid-fragment-alone",
        /// `kid` is relative: it begins with the `#`.
        KidRelative = "core-identity-kid-relative",
        /// The key id ends with the `#`.
        KidFragmentEmpty = "core-identity-kid-fragment-empty",
        /// The right `kid` and a second `#` with more after it.
        KidTwoHashes = "core-identity-kid-two-hashes",
        /// The right controller with a key that the DID document does not have, another one each time.
        KidUnknown = "core-identity-kid-unknown",
        /// The right key of another controller.
        KidControllerOther = "core-identity-kid-controller-other",
        /// The right key of a controller that has the right host and a path.
        KidControllerPath = "core-identity-kid-controller-path",
        /// The right key of the right controller in capitals.
        KidControllerCase = "core-identity-kid-controller-case",
        /// The right controller and a path before the `#`.
        KidPath = "core-identity-kid-path",
        /// The right controller and a query before the `#`.
        KidQuery = "core-identity-kid-query",
        /// `kid` is an address on another host with the right key after the `#`.
        KidAddress = "core-identity-kid-address",
        /// A space follows the right `kid`.
        KidSpace = "core-identity-kid-space",
        /// Signed with the key for ID tokens, under the right `kid`.
        SignedByTokenKey = "core-identity-signed-by-token-key",
        /// Signed with the key for ID tokens, under that key's own `kid`, which the other document has.
        TokenKeyAndKid = "core-identity-token-key-and-kid",
        /// Signed with the key for ID tokens, whose `kid` follows the right controller.
        TokenKeyOfController = "core-identity-token-key-of-controller",
        /// Signed with a key that is not published, under the right `kid`.
        SignedByStranger = "core-identity-signed-by-stranger",
        /// Signed with a stranger's key that is given in the header as `jwk`.
        JwkInHeader = "core-identity-jwk-in-header",
        /// Signed with a stranger's key, with a `jku` to another document.
        JkuInHeader = "core-identity-jku-in-header",
        /// Signed with a stranger's key, with an `x5u` to a certificate elsewhere.
        X5uInHeader = "core-identity-x5u-in-header",
        /// `crit` names something unknown.
        CritUnknown = "core-identity-crit-unknown",
        /// `b64` is false, and `crit` says so.
        B64False = "core-identity-b64-false",
        /// No `typ`. Nothing says that there must be one.
        TypMissing = "core-identity-typ-missing",
        /// `typ` is `logout+jwt`.
        TypLogout = "core-identity-typ-logout",
        /// `typ` is that of the edge's own assertion.
        TypAssertion = "core-identity-typ-assertion",
        /// One bit of the signature is changed.
        SignatureTampered = "core-identity-signature-tampered",
        /// One claim is changed after signing.
        PayloadTampered = "core-identity-payload-tampered",
        /// The signature is empty.
        SignatureEmpty = "core-identity-signature-empty",
        /// The signature is all zeros.
        SignatureZero = "core-identity-signature-zero",
        /// A byte follows the signature.
        SignatureLonger = "core-identity-signature-longer",
        /// The last byte of the signature is cut off.
        SignatureShorter = "core-identity-signature-shorter",
        /// The two numbers of the signature in DER, as most libraries make them.
        SignatureDer = "core-identity-signature-der",
        /// The signature is encoded with padding.
        SignaturePadded = "core-identity-signature-padded",
        /// A line end follows the token.
        LineEndAfter = "core-identity-line-end-after",
        /// Two parts only.
        TwoParts = "core-identity-two-parts",
        /// Five parts, as an encrypted token has.
        FiveParts = "core-identity-five-parts",
        /// The flattened JSON serialisation instead of the compact one.
        JsonSerialised = "core-identity-json-serialised",
        /// `sub` appears twice, first another person's and then right.
        SubTwice = "core-identity-sub-twice",
        /// The claims are nested a thousand levels deep in one member.
        DeeplyNested = "core-identity-deeply-nested",
        /// The claims are an array.
        PayloadArray = "core-identity-payload-array",
        /// The claims are not UTF-8.
        PayloadNotUtf8 = "core-identity-payload-not-utf8",
        /// A byte order mark precedes the claims.
        PayloadByteOrderMark = "core-identity-payload-byte-order-mark",
    }
}

/// Forges the core identity token in the one way. The workshop's `key` is the identity issuer's, `other` the RSA key for ID
/// tokens, and `token_key` the EC key for them.
pub fn forge(
    fault: CoreFormFault,
    shop: &Workshop<'_>,
    token_key: &SigningKey,
    claims: &Object,
) -> String {
    use CoreFormFault as F;
    let honest = || shop.honest(claims);
    let header = |name: &str, value: Value| shop.with_header(name, Some(value), claims);
    let signed_by = |key: &SigningKey, kid: &str| {
        let kid = ("kid", kid);
        key.token(&[kid, ("typ", "JWT")], claims)
    };
    let (controller, _) = controller_and_fragment(shop);
    match fault {
        F::AlgNone => shop.unsigned("none", claims),
        F::AlgNoneCapital => shop.unsigned("None", claims),
        F::AlgNoneUpper => shop.unsigned("NONE", claims),
        F::AlgNoneMixed => shop.unsigned("nOnE", claims),
        F::AlgMissing => shop.with_header("alg", None, claims),
        F::AlgNull => header("alg", Value::Null),
        F::AlgRs256 => signed_by(shop.other, &shop.kid),
        F::AlgEs384 => header("alg", "ES384".into()),
        F::Hs256Pem => shop.hs256(pem(&shop.key.public_der()).as_bytes(), claims),
        F::Hs256Der => shop.hs256(&shop.key.public_der(), claims),
        F::Hs256Jwk => shop.hs256(text(shop.key.public_jwk()).as_bytes(), claims),
        F::Hs256Empty => shop.hs256(&[], claims),
        F::KidMissing => shop.with_header("kid", None, claims),
        F::KidNotText => header("kid", 7.into()),
        F::KidEmpty
        | F::KidLong
        | F::KidControllerAlone
        | F::KidFragmentAlone
        | F::KidRelative
        | F::KidFragmentEmpty
        | F::KidTwoHashes
        | F::KidUnknown
        | F::KidControllerOther
        | F::KidControllerPath
        | F::KidControllerCase
        | F::KidPath
        | F::KidQuery
        | F::KidAddress
        | F::KidSpace => header("kid", kid(fault, shop).into()),
        F::SignedByTokenKey => signed_by(token_key, &shop.kid),
        F::TokenKeyAndKid => signed_by(token_key, token_key.kid()),
        F::TokenKeyOfController => {
            signed_by(token_key, &format!("{controller}#{}", token_key.kid()))
        }
        F::SignedByStranger => shop.by_stranger(|_| None, claims),
        F::JwkInHeader => shop.by_stranger(
            |s| Some(("jwk", Value::Object(s.public_jwk().clone()))),
            claims,
        ),
        F::JkuInHeader => shop.by_stranger(|_| Some(("jku", json!(shop.canary))), claims),
        F::X5uInHeader => shop.by_stranger(|_| Some(("x5u", json!(shop.canary))), claims),
        F::CritUnknown => header("crit", json!(["https://example.com/unknown"])),
        F::B64False => shop.unencoded(claims),
        F::TypMissing => shop.with_header("typ", None, claims),
        F::TypLogout => header("typ", "logout+jwt".into()),
        F::TypAssertion => header("typ", "one-login-assertion+jwt".into()),
        F::SignatureTampered => shop.with_signature(claims, |s| s[0] ^= 1),
        F::PayloadTampered => shop.tampered(claims),
        F::SignatureEmpty => shop.with_signature(claims, Vec::clear),
        F::SignatureZero => shop.with_signature(claims, |s| s.fill(0)),
        F::SignatureLonger => shop.with_signature(claims, |s| s.push(0)),
        F::SignatureShorter => shop.with_signature(claims, |s| s.truncate(s.len() - 1)),
        F::SignatureDer => shop.with_signature(claims, |s| *s = der(s)),
        F::SignaturePadded => format!("{}==", honest()),
        F::LineEndAfter => format!("{}\n", honest()),
        F::TwoParts => without_signature(&honest()),
        F::FiveParts => format!("{}.AAAA.AAAA", honest()),
        F::JsonSerialised => json_serialised(&honest()),
        F::SubTwice => {
            shop.with_member_first(r#""sub":"urn:fdc:gov.uk:2022:somebody-else""#, claims)
        }
        F::DeeplyNested => shop.with_member_first(&nested(), claims),
        F::PayloadArray => shop.in_array(claims),
        F::PayloadNotUtf8 => shop.not_utf8(claims),
        F::PayloadByteOrderMark => shop.with_byte_order_mark(claims),
    }
}

/// The two halves of the honest `kid`.
fn controller_and_fragment<'a>(shop: &'a Workshop<'_>) -> (&'a str, &'a str) {
    shop.kid.split_once('#').unwrap_or((&shop.kid, ""))
}

/// The wrong `kid` of a fault that has one.
fn kid(fault: CoreFormFault, shop: &Workshop<'_>) -> String {
    use CoreFormFault as F;
    let honest = &shop.kid;
    let (controller, fragment) = controller_and_fragment(shop);
    match fault {
        F::KidLong => format!("{controller}#{}", "k".repeat(10_000)),
        F::KidControllerAlone => controller.to_owned(),
        F::KidFragmentAlone => fragment.to_owned(),
        F::KidRelative => format!("#{fragment}"),
        F::KidFragmentEmpty => format!("{controller}#"),
        F::KidTwoHashes => format!("{honest}#{fragment}"),
        // Always another one, so that a client cannot save itself the look at the keys by remembering it.
        F::KidUnknown => format!("{controller}#{}", crate::keys::random_id()),
        F::KidControllerOther => format!("did:web:identity.example#{fragment}"),
        F::KidControllerPath => format!("{controller}:another:path#{fragment}"),
        F::KidControllerCase => format!("{}#{fragment}", controller.to_uppercase()),
        F::KidPath => format!("{controller}/path#{fragment}"),
        F::KidQuery => format!("{controller}?versionId=1#{fragment}"),
        F::KidAddress => format!("{}#{fragment}", shop.canary),
        F::KidSpace => format!("{honest} "),
        // An empty one, and the caller asks for no others.
        _ => String::new(),
    }
}
