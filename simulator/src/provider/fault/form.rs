//! Faults in the form of the ID token: its header, its encoding, its signature. The claims are good.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::fault_kind;
use crate::jose::{Object, b64, b64_standard};
use crate::keys::{Algorithm, SigningKey};

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

/// What a forger has to hand.
pub struct Workshop<'a> {
    /// The key that an honest provider would use.
    pub key: &'a SigningKey,
    /// The provider's current key of the other algorithm.
    pub other: &'a SigningKey,
    /// An address that nobody should visit.
    pub canary: String,
    /// The `typ` of an honest header; ID tokens have none.
    pub typ: Option<&'static str>,
}

impl Workshop<'_> {
    fn header(&self) -> Object {
        let mut header = Object::new();
        header.insert("alg".to_owned(), self.key.algorithm().name().into());
        header.insert("kid".to_owned(), self.key.kid().into());
        if let Some(typ) = self.typ {
            header.insert("typ".to_owned(), typ.into());
        }
        header
    }

    /// The good token.
    pub(in crate::provider) fn honest(&self, claims: &Object) -> String {
        self.with_payload(text(claims).as_bytes())
    }

    /// The good token with one header member changed, or taken away with `None`, before it is signed.
    pub(super) fn with_header(&self, name: &str, value: Option<Value>, claims: &Object) -> String {
        let mut header = self.header();
        match value {
            Some(value) => header.insert(name.to_owned(), value),
            None => header.remove(name),
        };
        compact(&header, text(claims).as_bytes(), |m| self.key.sign(m))
    }

    pub(super) fn unsigned(&self, alg: &str, claims: &Object) -> String {
        let mut header = self.header();
        header.insert("alg".to_owned(), alg.into());
        compact(&header, text(claims).as_bytes(), |_| Vec::new())
    }

    pub(super) fn hs256(&self, secret: &[u8], claims: &Object) -> String {
        let mut header = self.header();
        header.insert("alg".to_owned(), "HS256".into());
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        compact(&header, text(claims).as_bytes(), |m| {
            hmac::sign(&key, m).as_ref().to_vec()
        })
    }

    fn with_payload(&self, payload: &[u8]) -> String {
        compact(&self.header(), payload, |m| self.key.sign(m))
    }

    /// The good token with raw text put in front of its first claim.
    fn with_member_first(&self, raw: &str, claims: &Object) -> String {
        self.with_payload(format!("{{{raw},{}", &text(claims)[1..]).as_bytes())
    }

    fn unencoded(&self, claims: &Object) -> String {
        let mut header = self.header();
        header.insert("b64".to_owned(), false.into());
        header.insert("crit".to_owned(), json!(["b64"]));
        compact(&header, text(claims).as_bytes(), |m| self.key.sign(m))
    }

    pub(super) fn with_signature(&self, claims: &Object, change: impl Fn(&mut Vec<u8>)) -> String {
        compact(&self.header(), text(claims).as_bytes(), |m| {
            let mut signature = self.key.sign(m);
            change(&mut signature);
            signature
        })
    }

    pub(super) fn by_stranger(
        &self,
        extra: impl Fn(&SigningKey) -> Option<(&'static str, Value)>,
        claims: &Object,
    ) -> String {
        let stranger = SigningKey::generate(Algorithm::Es256);
        let mut header = self.header();
        header.insert("alg".to_owned(), "ES256".into());
        if let Some((name, value)) = extra(&stranger) {
            header.insert(name.to_owned(), value);
        }
        compact(&header, text(claims).as_bytes(), |m| stranger.sign(m))
    }
}

fn text(claims: &Object) -> String {
    Value::Object(claims.clone()).to_string()
}

fn compact(header: &Object, payload: &[u8], sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!(
        "{}.{}",
        b64(Value::Object(header.clone()).to_string()),
        b64(payload)
    );
    let signature = b64(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
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
        FormFault::PayloadTampered => tampered(&honest(), claims),
        FormFault::SignatureEmpty => shop.with_signature(claims, Vec::clear),
        FormFault::SignatureZero => shop.with_signature(claims, |s| s.fill(0)),
        FormFault::SignatureLonger => shop.with_signature(claims, |s| s.push(0)),
        FormFault::SignatureShorter => shop.with_signature(claims, |s| s.truncate(s.len() - 1)),
        FormFault::SignaturePadded => format!("{}==", honest()),
        FormFault::LineEndAfter => format!("{}\n", honest()),
        FormFault::TwoParts => without_signature(&honest()),
        FormFault::FiveParts => format!("{}.AAAA.AAAA", honest()),
        FormFault::JsonSerialised => json_serialised(&honest()),
        FormFault::NonceTwice => shop.with_member_first(r#""nonce":"wrong""#, claims),
        FormFault::DeeplyNested => shop.with_member_first(&nested(), claims),
        FormFault::PayloadArray => shop.with_payload(format!("[{}]", text(claims)).as_bytes()),
        FormFault::PayloadNotUtf8 => shop.with_payload(&not_utf8(claims)),
        FormFault::PayloadByteOrderMark => {
            shop.with_payload(&[b"\xef\xbb\xbf", text(claims).as_bytes()].concat())
        }
    }
}

fn nested() -> String {
    format!("\"nest\":{}{}", "[".repeat(1_000), "]".repeat(1_000))
}

fn not_utf8(claims: &Object) -> Vec<u8> {
    let good = text(claims);
    [b"{\"name\":\"\xff\",", &good.as_bytes()[1..]].concat()
}

fn without_signature(honest: &str) -> String {
    honest
        .rsplit_once('.')
        .map_or_else(String::new, |(signed, _)| signed.to_owned())
}

fn tampered(honest: &str, claims: &Object) -> String {
    let mut changed = claims.clone();
    changed.insert("sub".to_owned(), "urn:fdc:gov.uk:2022:somebody-else".into());
    let mut parts: Vec<&str> = honest.split('.').collect();
    let payload = b64(text(&changed));
    parts[1] = &payload;
    parts.join(".")
}

fn json_serialised(honest: &str) -> String {
    let parts: Vec<&str> = honest.split('.').collect();
    json!({ "protected": parts[0], "payload": parts[1], "signature": parts[2] }).to_string()
}

pub(super) fn pem(der: &[u8]) -> String {
    let encoded = b64_standard(der);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(64)
        .filter_map(|c| std::str::from_utf8(c).ok())
        .collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    )
}
