//! Public keys, as PEM, as its body without the armour and as JSON Web Key; and the one that the Worker signs with.
//!
//! Secrets cannot be read back, so the key is known from what is public: a file given on the command line, or the
//! committed record of the service's keys.

use crate::keys::state::{Kind, Pair};
use crate::keys::store::Store;
use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, anyhow, bail};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use one_login_edge::oidc::jwk::Material;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// rsaEncryption, RFC 8017 appendix A.1.
const RSA: spki::ObjectIdentifier = spki::ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

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

    /// The body of its PEM file on one line, as the provider wants it.
    pub fn pem_body(&self) -> Result<String> {
        use spki::der::{
            Encode,
            asn1::{AnyRef, BitStringRef, UintRef},
        };
        let number = |bytes| UintRef::new(bytes).map_err(|_| anyhow!("the key is too large"));
        let key = pkcs1::RsaPublicKey {
            modulus: number(&self.n)?,
            public_exponent: number(&self.e)?,
        };
        let mut room = vec![0; self.n.len() + 64];
        let key = key
            .encode_to_slice(&mut room)
            .map_err(|_| anyhow!("the key is too large"))?;
        let info = spki::SubjectPublicKeyInfo::<AnyRef<'_>, BitStringRef<'_>> {
            algorithm: spki::AlgorithmIdentifier {
                oid: RSA,
                parameters: Some(AnyRef::NULL),
            },
            subject_public_key: BitStringRef::from_bytes(key)
                .map_err(|_| anyhow!("the key is too large"))?,
        };
        let mut room = vec![0; self.n.len() + 128];
        let der = info
            .encode_to_slice(&mut room)
            .map_err(|_| anyhow!("the key is too large"))?;
        Ok(Base64::encode_string(der))
    }
}

/// The keys that the Worker may sign with, and where that was read.
#[derive(Debug)]
pub struct Known {
    pub keys: Vec<PublicKey>,
    pub source: PathBuf,
}

/// Reads a file of public keys: PEM with or without its first and last line, a JSON Web Key, or a key set.
pub fn read_file(path: &Path) -> Result<Known> {
    let text =
        fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let keys = parse(&text)
        .with_context(|| format!("{} holds no public key that can be used", path.display()))?;
    Ok(Known {
        keys,
        source: path.to_owned(),
    })
}

fn parse(text: &str) -> Result<Vec<PublicKey>> {
    if text.contains("PRIVATE KEY") {
        bail!("this is a private key; keep it away from here and give the public one");
    }
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        if value.get("d").is_some() {
            bail!("this is a private key; keep it away from here and give the public one");
        }
        return match value["keys"].as_array() {
            Some(keys) if !keys.is_empty() => keys.iter().map(PublicKey::from_jwk).collect(),
            Some(_) => bail!("the key set is empty"),
            None => Ok(vec![PublicKey::from_jwk(&value)?]),
        };
    }
    let body = text.lines().filter(|line| !line.starts_with("-----"));
    Ok(vec![PublicKey::from_pem_body(&body.collect::<String>())?])
}

/// The key that the committed record names as the one that signs; `None` without a record.
///
/// # Errors
/// When the record is damaged, or its key is not RSA.
pub fn recorded(config: &WorkerConfig, environment: &str, service: &str) -> Result<Option<Known>> {
    let store = Store::load(config.directory(), service, environment)?;
    let active = store.pair(Kind::Client).and_then(Pair::active_key);
    let Some(jwk) = active.and_then(|key| key.public_jwk.as_ref()) else {
        return Ok(None);
    };
    let source = config.directory().join(store.name(Kind::Client));
    let key =
        PublicKey::from_jwk(jwk).with_context(|| format!("{} cannot be used", source.display()))?;
    Ok(Some(Known {
        keys: vec![key],
        source,
    }))
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
