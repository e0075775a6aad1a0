//! The tools of a forger of tokens: the ways in which any token can be built wrongly.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use crate::jose::{Object, b64, b64_standard};
use crate::keys::{Algorithm, SigningKey};

/// The values that a forger has.
pub struct Workshop<'a> {
    /// The key that an honest provider would use.
    pub key: &'a SigningKey,
    /// The provider's current key of the other algorithm.
    pub other: &'a SigningKey,
    /// The `kid` of an honest header.
    pub kid: String,
    /// An address that no client may ask.
    pub canary: String,
    /// The `typ` of an honest header; ID tokens have none.
    pub typ: Option<&'static str>,
}

impl Workshop<'_> {
    fn header(&self) -> Object {
        let mut header = Object::new();
        header.insert("alg".to_owned(), self.key.algorithm().name().into());
        header.insert("kid".to_owned(), self.kid.as_str().into());
        if let Some(typ) = self.typ {
            header.insert("typ".to_owned(), typ.into());
        }
        header
    }

    /// The good token.
    pub(crate) fn honest(&self, claims: &Object) -> String {
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

    /// The claims inside an array.
    pub(super) fn in_array(&self, claims: &Object) -> String {
        self.with_payload(format!("[{}]", text(claims)).as_bytes())
    }

    /// The claims after a byte order mark.
    pub(super) fn with_byte_order_mark(&self, claims: &Object) -> String {
        self.with_payload(&[b"\xef\xbb\xbf", text(claims).as_bytes()].concat())
    }

    /// The claims with a member that is not UTF-8.
    pub(super) fn not_utf8(&self, claims: &Object) -> String {
        let good = text(claims);
        self.with_payload(&[b"{\"name\":\"\xff\",", &good.as_bytes()[1..]].concat())
    }

    /// The good token with its `sub` changed after it was signed.
    pub(super) fn tampered(&self, claims: &Object) -> String {
        let mut changed = claims.clone();
        changed.insert("sub".to_owned(), "urn:fdc:gov.uk:2022:somebody-else".into());
        let honest = self.honest(claims);
        let mut parts: Vec<&str> = honest.split('.').collect();
        let payload = b64(text(&changed));
        parts[1] = &payload;
        parts.join(".")
    }

    fn with_payload(&self, payload: &[u8]) -> String {
        compact(&self.header(), payload, |m| self.key.sign(m))
    }

    /// The good token with raw text put in front of its first claim.
    pub(super) fn with_member_first(&self, raw: &str, claims: &Object) -> String {
        self.with_payload(format!("{{{raw},{}", &text(claims)[1..]).as_bytes())
    }

    pub(super) fn unencoded(&self, claims: &Object) -> String {
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

/// The claims as they are signed.
pub(super) fn text(claims: &Object) -> String {
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

/// A member that is a thousand arrays deep.
pub(super) fn nested() -> String {
    format!("\"nest\":{}{}", "[".repeat(1_000), "]".repeat(1_000))
}

/// The first two parts.
pub(super) fn without_signature(honest: &str) -> String {
    honest
        .rsplit_once('.')
        .map_or_else(String::new, |(signed, _)| signed.to_owned())
}

/// The flattened JSON serialisation of RFC 7515 7.2.2.
pub(super) fn json_serialised(honest: &str) -> String {
    let parts: Vec<&str> = honest.split('.').collect();
    json!({ "protected": parts[0], "payload": parts[1], "signature": parts[2] }).to_string()
}

/// A public key as PEM.
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

/// A signature `r || s` as the DER of RFC 3279 2.2.3. Any other length stays as it is.
pub(super) fn der(signature: &[u8]) -> Vec<u8> {
    let (32, Some(s)) = (signature.len() / 2, signature.get(32..64)) else {
        return signature.to_vec();
    };
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let mut bytes = number[zeros.min(number.len() - 1)..].to_vec();
        // A first bit of one would make it negative.
        if bytes[0] & 0x80 != 0 {
            bytes.insert(0, 0);
        }
        [&[2, bytes.len() as u8][..], &bytes].concat()
    };
    let both = [integer(&signature[..32]), integer(s)].concat();
    [&[0x30, both.len() as u8][..], &both].concat()
}
