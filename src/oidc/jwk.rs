//! JSON Web Keys: the provider's public ones as they arrive, and our own private ones.
//!
//! A point that is not on its curve is not found here: WebCrypto refuses it when the key is imported (workerd
//! 1.20261023.1). A modulus that is no product of two primes is found neither here nor there. Lengths and exponents are
//! judged here.
//!
//! Source: RFC 7517, RFC 7518 section 6, RFC 7638 (thumbprints).

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::oidc::json::Object;
use crate::oidc::jws::{Alg, decode, encode};
use crate::secret::Secret;

/// The smallest and largest RSA modulus that is used, in bytes.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// The numbers of a public key, each base64url without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Material {
    /// RSA: modulus of 2,048 to 8,192 bits and the exponent 65,537.
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent, always `AQAB`.
        e: String,
    },
    /// Elliptic curve P-256: coordinates of 32 bytes.
    Ec {
        /// The first coordinate.
        x: String,
        /// The second coordinate.
        y: String,
    },
}

impl Material {
    /// Reads the numbers of an RSA or P-256 key, or `None` when it is another or a weak one.
    #[must_use]
    pub fn read(key: &Object) -> Option<Self> {
        match key.text("kty").ok()?? {
            "RSA" => {
                let (n, e) = (key.text("n").ok()??, key.text("e").ok()??);
                let modulus = decode(n).ok()?;
                let leading = *modulus.first()?;
                let strong = RSA_BYTES.contains(&modulus.len()) && leading & 0x80 != 0;
                (strong && e == "AQAB").then(|| Self::Rsa {
                    n: n.to_owned(),
                    e: e.to_owned(),
                })
            }
            "EC" if key.text("crv").ok()?? == "P-256" => {
                let (x, y) = (key.text("x").ok()??, key.text("y").ok()??);
                let whole = decode(x).ok()?.len() == 32 && decode(y).ok()?.len() == 32;
                whole.then(|| Self::Ec {
                    x: x.to_owned(),
                    y: y.to_owned(),
                })
            }
            _ => None,
        }
    }

    /// The public key as a JWK with only its required members.
    ///
    /// The members stand in the order of RFC 7638, because the thumbprint is made over this text.
    #[must_use]
    pub fn to_json(&self) -> String {
        match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Ec { x, y } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
        }
    }

    /// The RFC 7638 thumbprint: base64url of a SHA-256, 43 characters.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        encode(&Sha256::digest(self.to_json().as_bytes()))
    }

    /// Whether a signature of this algorithm can be verified with this key.
    #[must_use]
    pub const fn fits(&self, alg: Alg) -> bool {
        matches!(
            (self, alg),
            (Self::Rsa { .. }, Alg::Rs256 | Alg::Ps256) | (Self::Ec { .. }, Alg::Es256)
        )
    }
}

/// A private key of ours, with its public half and its id.
#[derive(Clone, Debug)]
pub struct PrivateJwk {
    /// The whole key as JSON text, for WebCrypto's import.
    pub json: Secret,
    /// The public half.
    pub public: Material,
    /// The RFC 7638 thumbprint of the public half; it is the `kid`, so a key never shares one.
    pub key_id: String,
}

/// Why a secret is not a usable private key; says nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// Not a JSON object.
    NotJson,
    /// A public key, or one without the private members that WebCrypto needs.
    NotPrivate,
    /// Another kind of key than was asked for, or too weak a one.
    Unsuitable,
}

impl PrivateJwk {
    /// Reads a private key that can sign with the algorithm.
    ///
    /// Not checked: whether the private numbers belong to the public ones; the health page tries it.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn parse(text: &str, alg: Alg) -> Result<Self, KeyFault> {
        let object = Object::parse(text.as_bytes()).map_err(|_| KeyFault::NotJson)?;
        let private: &[&str] = match alg {
            Alg::Es256 => &["d"],
            Alg::Rs256 | Alg::Ps256 => &["d", "p", "q", "dp", "dq", "qi"],
        };
        if !private.iter().all(|name| object.get(name).is_some()) {
            return Err(KeyFault::NotPrivate);
        }
        let public = Material::read(&object).ok_or(KeyFault::Unsuitable)?;
        if !public.fits(alg) {
            return Err(KeyFault::Unsuitable);
        }
        // A registered `alg`, `key_ops` or `ext` would bind the import; only the numbers go on.
        let mut bare = serde_json::Map::new();
        let names = ["kty", "crv", "n", "e", "x", "y"];
        for name in names.iter().chain(private) {
            if let Some(value) = object.get(name) {
                bare.insert((*name).to_owned(), value.clone());
            }
        }
        Ok(Self {
            json: Secret::new(serde_json::Value::Object(bare).to_string()),
            key_id: public.thumbprint(),
            public,
        })
    }

    /// The public half as one entry of a key set that we publish.
    ///
    /// The provider needs `use` and, in its simulator, `alg` (`provider.md` 9).
    #[must_use]
    pub fn published(&self, alg: Alg) -> serde_json::Value {
        let mut entry = json!({ "kid": self.key_id, "use": "sig", "alg": alg.as_str() });
        match &self.public {
            Material::Rsa { n, e } => {
                entry["kty"] = json!("RSA");
                entry["n"] = json!(n);
                entry["e"] = json!(e);
            }
            Material::Ec { x, y } => {
                entry["kty"] = json!("EC");
                entry["crv"] = json!("P-256");
                entry["x"] = json!(x);
                entry["y"] = json!(y);
            }
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC_7638: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;

    fn read(text: &str) -> Option<Material> {
        Material::read(&Object::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn when_the_example_key_of_rfc_7638_3_1_is_read_then_its_thumbprint_is_computed() {
        assert_eq!(
            read(RFC_7638).unwrap().thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn t18_rejects_weak_and_foreign_keys() {
        let short = encode(&[0xff; 128]);
        let padded = encode(&[&[0_u8; 1][..], &[0xff; 256]].concat());
        for text in [
            format!(r#"{{"kty":"RSA","n":"{short}","e":"AQAB"}}"#),
            format!(r#"{{"kty":"RSA","n":"{padded}","e":"AQAB"}}"#),
            RFC_7638.replace("AQAB", "AQ"),
            RFC_7638.replace("AQAB", "Aw"),
            r#"{"kty":"oct","k":"AAAA"}"#.to_owned(),
            r#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#.to_owned(),
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#.to_owned(),
            r#"{"kty":"EC","crv":"P-256","x":7,"y":"AA"}"#.to_owned(),
            r"{}".to_owned(),
        ] {
            assert_eq!(read(&text), None, "{text}");
        }
    }

    #[test]
    fn rejects_a_public_key_as_a_private_one() {
        assert_eq!(
            PrivateJwk::parse(RFC_7638, Alg::Rs256).unwrap_err(),
            KeyFault::NotPrivate
        );
        assert_eq!(
            PrivateJwk::parse("-----BEGIN PRIVATE KEY-----", Alg::Rs256).unwrap_err(),
            KeyFault::NotJson
        );
    }
}
