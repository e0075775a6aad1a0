//! The few parts of JOSE that both programs need: base64url, compact tokens, thumbprints and signature checks.
//!
//! Nothing here decides whether a token is acceptable: it splits, decodes and verifies with the key and the algorithm that
//! the caller chose. The token never decides the algorithm.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// A JSON object.
pub type Object = Map<String, Value>;

/// Base64url without padding.
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64url with padding, as in the provider's subject identifiers.
pub fn b64_padded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE.encode(bytes)
}

/// Ordinary base64, for PEM.
pub fn b64_standard(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// Decodes base64url without padding, strictly: padding, other alphabets and loose trailing bits are refused.
pub fn unb64(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// SHA-256.
pub fn sha256(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes.as_ref())
        .as_ref()
        .to_vec()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    use std::fmt::Write;
    bytes.as_ref().iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail, so there is no error to lose.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// `at_hash` of OpenID Connect Core 3.1.3.6 for SHA-256: the left half of the hash.
pub fn at_hash(access_token: &str) -> String {
    b64(&sha256(access_token)[..16])
}

/// `S256` of RFC 7636 4.2.
pub fn pkce_challenge(verifier: &str) -> String {
    b64(sha256(verifier))
}

/// The thumbprint of RFC 7638 for RSA and EC keys: the required members, in lexicographic order, without white space.
pub fn thumbprint(jwk: &Object) -> Option<String> {
    let members: &[&str] = match jwk.get("kty")?.as_str()? {
        "RSA" => &["e", "kty", "n"],
        "EC" => &["crv", "kty", "x", "y"],
        _ => return None,
    };
    let mut canonical = Object::new();
    for name in members {
        canonical.insert((*name).to_owned(), Value::from(jwk.get(*name)?.as_str()?));
    }
    Some(b64(sha256(Value::Object(canonical).to_string())))
}

/// A compact token, split and decoded, with nothing about it believed.
#[derive(Debug, Clone)]
pub struct Unverified {
    /// The protected header.
    pub header: Object,
    /// The claims.
    pub claims: Object,
    /// The bytes that the signature covers.
    pub signed: Vec<u8>,
    /// The signature, decoded.
    pub signature: Vec<u8>,
}

impl Unverified {
    /// Splits a compact token in exactly three parts and decodes each.
    pub fn parse(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (head, body, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self {
            header: serde_json::from_slice(&unb64(head)?).ok()?,
            claims: serde_json::from_slice(&unb64(body)?).ok()?,
            signed: format!("{head}.{body}").into_bytes(),
            signature: unb64(signature)?,
        })
    }

    /// A header member that is a string.
    pub fn header_text(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// A claim that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A claim that is a whole number of seconds.
    pub fn seconds(&self, name: &str) -> Option<i64> {
        self.claims.get(name)?.as_i64()
    }

    /// Whether `aud`, a string or an array, contains the value.
    pub fn audience_contains(&self, wanted: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(one)) => one == wanted,
            Some(Value::Array(many)) => many.iter().any(|v| v.as_str() == Some(wanted)),
            _ => false,
        }
    }
}

/// The RSA signature algorithms that the provider takes from clients.
pub fn rsa_algorithm(alg: &str) -> Option<&'static RsaParameters> {
    Some(match alg {
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
        "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
        "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

/// Verifies an RSA signature with a public key given as a JWK.
pub fn verify_rsa(jwk: &Object, alg: &RsaParameters, message: &[u8], signature: &[u8]) -> bool {
    let component = |name: &str| jwk.get(name).and_then(Value::as_str).and_then(unb64);
    let (Some(n), Some(e)) = (component("n"), component("e")) else {
        return false;
    };
    RsaPublicKeyComponents { n, e }
        .verify(alg, message, signature)
        .is_ok()
}

/// Verifies an ES256 signature (raw `r || s`) with a public key given as a JWK on P-256.
pub fn verify_es256(jwk: &Object, message: &[u8], signature: &[u8]) -> bool {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if text("kty") != Some("EC") || text("crv") != Some("P-256") {
        return false;
    }
    let coordinate = |name: &str| text(name).and_then(unb64).filter(|c| c.len() == 32);
    let (Some(x), Some(y)) = (coordinate("x"), coordinate("y")) else {
        return false;
    };
    let point = [&[4u8][..], &x, &y].concat();
    UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point)
        .verify(message, signature)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_key_of_rfc_7638_section_3_1_is_hashed_then_its_thumbprint_is_computed() {
        let jwk: Object = serde_json::from_str(concat!(
            r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"#,
            "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqz",
            r#"s8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqb"#,
            r#"w0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#
        ))
        .expect("the example of the specification is JSON");
        assert_eq!(
            thumbprint(&jwk).as_deref(),
            Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        );
    }

    #[test]
    fn when_the_rfc_7636_appendix_b_verifier_is_hashed_then_its_challenge_is_computed() {
        assert_eq!(
            pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn rejects_a_changed_signature_of_rfc_7515_appendix_a_3() {
        let token = concat!(
            "eyJhbGciOiJFUzI1NiJ9.",
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.",
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        );
        let jwk: Object = serde_json::from_str(concat!(
            r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#,
            r#""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#
        ))
        .expect("the example of the specification is JSON");
        let mut parsed = Unverified::parse(token).expect("three parts");
        assert!(verify_es256(&jwk, &parsed.signed, &parsed.signature));
        parsed.signature[0] ^= 1;
        assert!(!verify_es256(&jwk, &parsed.signed, &parsed.signature));
    }

    #[test]
    fn rejects_a_token_that_is_not_three_strictly_encoded_parts() {
        for bad in [
            "",
            "a.b",
            "e30.e30",
            "e30.e30.aa.aa",
            "e30=.e30.aa",
            "e31.e30.AA",
            "e30.W10.AA",
            "e30.e30.A",
        ] {
            assert!(Unverified::parse(bad).is_none(), "{bad}");
        }
    }
}
