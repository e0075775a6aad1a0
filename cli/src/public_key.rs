//! RSA public keys, read and written as a PEM file, as its body on one line, and as a JSON Web Key; and P-256 keys
//! written as that body.

use anyhow::{Context, Result, anyhow, bail};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use one_login_edge::oidc::jwk::Material;
use serde_json::Value;
use spki::der::Encode;
use spki::der::asn1::{AnyRef, BitStringRef, UintRef};

/// rsaEncryption, RFC 8017 appendix A.1.
const RSA: spki::ObjectIdentifier = spki::ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// id-ecPublicKey and secp256r1, RFC 5480 section 2.1.1.
const ELLIPTIC: spki::ObjectIdentifier = spki::ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: spki::ObjectIdentifier = spki::ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// The smallest modulus that is accepted, in bits.
pub const MIN_BITS: usize = 2048;

/// An RSA public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Big-endian without leading zeros.
    n: Vec<u8>,
    e: Vec<u8>,
}

impl PublicKey {
    /// The body of a PEM file: base64 of a SubjectPublicKeyInfo (RFC 5280 section 4.1), lines joined or not.
    pub fn from_pem_body(body: &str) -> Result<Self> {
        let joined: String = body.chars().filter(|c| !c.is_whitespace()).collect();
        let der = Base64::decode_vec(&joined).map_err(|_| anyhow!("it is not base64"))?;
        let info = spki::SubjectPublicKeyInfoRef::try_from(der.as_slice())
            .map_err(|_| anyhow!("it is not the body of a PEM file with a public key"))?;
        if info.algorithm.oid != RSA {
            bail!("it is not an RSA key");
        }
        let bits = info.subject_public_key.as_bytes();
        let key = bits.and_then(|bits| pkcs1::RsaPublicKey::try_from(bits).ok());
        let key = key.context("its RSA numbers cannot be read")?;
        Self::new(key.modulus.as_bytes(), key.public_exponent.as_bytes())
    }

    /// A JSON Web Key, its other members ignored.
    pub fn from_jwk(jwk: &Value) -> Result<Self> {
        if jwk["kty"] != "RSA" {
            bail!("it is not an RSA key");
        }
        let number = |name: &str| {
            let text = jwk[name].as_str();
            let bytes = text.and_then(|text| Base64UrlUnpadded::decode_vec(text).ok());
            bytes.with_context(|| format!("its member {name:?} is not base64url"))
        };
        Self::new(&number("n")?, &number("e")?)
    }

    fn new(n: &[u8], e: &[u8]) -> Result<Self> {
        let bare = |number: &[u8]| {
            let zeros = number.iter().take_while(|byte| **byte == 0).count();
            number[zeros..].to_vec()
        };
        let (n, e) = (bare(n), bare(e));
        let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        if !odd(&n) || !odd(&e) || e == [1] {
            bail!("its numbers are those of no RSA key");
        }
        Ok(Self { n, e })
    }

    /// The size of the modulus.
    pub fn bits(&self) -> usize {
        let leading = self
            .n
            .first()
            .map_or(0, |byte| byte.leading_zeros() as usize);
        self.n.len() * 8 - leading
    }

    /// The RFC 7638 thumbprint, which is the key's `kid` everywhere.
    pub fn thumbprint(&self) -> String {
        let text = Base64UrlUnpadded::encode_string;
        let (n, e) = (text(&self.n), text(&self.e));
        Material::Rsa { n, e }.thumbprint()
    }

    /// The key as a PEM file, RFC 7468 section 13.
    pub fn pem(&self) -> Result<String> {
        let body = self.pem_body()?;
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for line in body.as_bytes().chunks(64) {
            pem.push_str(std::str::from_utf8(line)?);
            pem.push('\n');
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        Ok(pem)
    }

    /// The body of its PEM file on one line, as the provider wants it.
    pub fn pem_body(&self) -> Result<String> {
        let number = |bytes| UintRef::new(bytes).map_err(|_| anyhow!("the key is too large"));
        let key = pkcs1::RsaPublicKey {
            modulus: number(&self.n)?,
            public_exponent: number(&self.e)?,
        };
        let mut room = vec![0; self.n.len() + 64];
        let key = key
            .encode_to_slice(&mut room)
            .map_err(|_| anyhow!("the key is too large"))?;
        body(RSA, AnyRef::NULL, key)
    }
}

/// The body of the PEM file of a JSON Web Key, RSA or P-256, on one line. It is not checked that a point is on the curve.
///
/// # Errors
/// Another kind of key, or numbers that no key has.
pub fn body_of(jwk: &Value) -> Result<String> {
    if jwk["crv"] != "P-256" {
        return PublicKey::from_jwk(jwk)?.pem_body();
    }
    // Uncompressed, SEC 1 section 2.3.3.
    let mut point = vec![4];
    for name in ["x", "y"] {
        let text = jwk[name].as_str();
        let bytes = text.and_then(|text| Base64UrlUnpadded::decode_vec(text).ok());
        let bytes = bytes.filter(|bytes| bytes.len() == 32);
        point.extend(bytes.with_context(|| format!("its member {name:?} is not 32 bytes"))?);
    }
    body(ELLIPTIC, AnyRef::from(&P256), &point)
}

/// A SubjectPublicKeyInfo in base64, RFC 5280 section 4.1.
fn body(oid: spki::ObjectIdentifier, parameters: AnyRef<'_>, key: &[u8]) -> Result<String> {
    let info = spki::SubjectPublicKeyInfo::<AnyRef<'_>, BitStringRef<'_>> {
        algorithm: spki::AlgorithmIdentifier {
            oid,
            parameters: Some(parameters),
        },
        subject_public_key: BitStringRef::from_bytes(key)
            .map_err(|_| anyhow!("the key is too large"))?,
    };
    let mut room = vec![0; key.len() + 64];
    let der = info
        .encode_to_slice(&mut room)
        .map_err(|_| anyhow!("the key is too large"))?;
    Ok(Base64::encode_string(der))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_key_is_written_as_a_pem_file_then_openssl_wrote_the_same() {
        let pem = include_str!("../tests/registration/client-a.pem");
        let body: String = pem.lines().filter(|line| !line.contains("---")).collect();
        let key = PublicKey::from_pem_body(&body).unwrap();
        assert_eq!(key.pem().unwrap(), pem);
    }
}
