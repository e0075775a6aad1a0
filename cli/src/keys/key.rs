//! New keys and keys from files, each checked against what the Worker and One Login take.

use crate::keys::outside::{Outside, Secret};
use crate::keys::state::{Generation, Kind, Pair, thumbprint};
use crate::keys::when::Time;
use crate::public_key::body_of;
use anyhow::{Context, Result, bail, ensure};
use one_login_edge::session::seal::{self, Ring};
use serde_json::{Value, json};

/// The sizes of a client's key that may be made, in bits.
pub const BITS: [u32; 3] = [2_048, 3_072, 4_096];

/// The largest RSA key that the Worker reads, in bits.
const MOST_BITS: u64 = 8_192;

/// A key with its secret.
pub struct Key {
    /// The purpose of the key.
    pub kind: Kind,
    /// The secret that the command hands to Cloudflare.
    pub secret: Secret,
    kid: Option<String>,
    public: Option<Value>,
    fingerprint: Option<String>,
}

impl Key {
    /// Makes a key; only the client's key depends on `bits`.
    ///
    /// # Errors
    /// When Node does not make it.
    pub fn make(outside: &dyn Outside, kind: Kind, bits: u32) -> Result<Self> {
        let job = match kind {
            Kind::Client => json!({ "do": "rsa", "bits": bits }),
            Kind::Assertion => json!({ "do": "ec" }),
            Kind::Session => json!({ "do": "session" }),
        };
        Self::take(kind, &outside.key_job(&job)?)
    }

    /// Makes a successor of the key in use, of the same size.
    ///
    /// # Errors
    /// When Node does not make it.
    pub fn successor(outside: &dyn Outside, kind: Kind, pair: Option<&Pair>) -> Result<Self> {
        let size = pair.and_then(Pair::active_key).map(Generation::size);
        let same = BITS.iter().find(|bits| size == Some(format!("RSA {bits}")));
        Self::make(outside, kind, *same.unwrap_or(&BITS[0]))
    }

    /// Reads the private key in a PEM file (PKCS#8 or PKCS#1): an RSA key is a client's, a P-256 key an assertion's.
    ///
    /// # Errors
    /// When there is no such key in it, or when it is not one that the Worker takes; the message holds nothing of the key.
    pub fn read(outside: &dyn Outside, pem: &str) -> Result<Self> {
        let answer = outside.key_job(&json!({ "do": "read", "pem": pem }))?;
        match answer["fault"].as_str() {
            None => {}
            Some("public") => bail!("that is a public key; the private key is wanted"),
            Some("encrypted") => bail!(
                "the key is protected by a password; take it off on the way: \
                 openssl pkey -in FILE | cargo edge keys import …"
            ),
            Some(_) => bail!("that is no private key in PEM form (PKCS#8 or PKCS#1)"),
        }
        let kind = match (answer["kind"].as_str(), answer["curve"].as_str()) {
            (Some("rsa"), _) => Kind::Client,
            (Some("ec"), Some("prime256v1")) => Kind::Assertion,
            _ => bail!("the key is neither RSA (a client's) nor P-256 (an assertion's)"),
        };
        if kind == Kind::Client {
            let bits = answer["bits"].as_u64().unwrap_or_default();
            ensure!(
                (u64::from(BITS[0])..=MOST_BITS).contains(&bits) && bits % 8 == 0,
                "the key has {bits} bits; One Login and the Worker want 2,048 or more"
            );
            ensure!(
                answer["exponent"] == "65537",
                "the key's public exponent is not 65,537, which the Worker wants"
            );
        }
        Self::take(kind, &answer)
    }

    fn take(kind: Kind, answer: &Value) -> Result<Self> {
        let secret = answer["secret"].as_str().context("Node made no key")?;
        let public = answer.get("public").cloned();
        // The Worker's own code makes the check value, so that both sides mean the same.
        let ring = Ring::new(Some(secret), None, seal::Generation::A);
        let ring = ring.ok().filter(|_| kind == Kind::Session);
        Ok(Self {
            kind,
            fingerprint: ring.map(|ring| ring.fingerprint().1.to_owned()),
            secret: Secret::new(secret.to_owned()),
            kid: public.as_ref().map(thumbprint).transpose()?,
            public,
        })
    }

    /// The record of the key for the committed file, when Cloudflare takes the key now.
    pub fn generation(&self, now: Time) -> Generation {
        Generation {
            kid: self.kid.clone(),
            public_jwk: self.public.clone(),
            fingerprint: self.fingerprint.clone(),
            made_at: now,
            published_at: now,
            active_since: None,
            retire_after: None,
        }
    }
}

/// A public key in both forms, as lines: a JWK with its id, and a PEM file's body without its first and last line.
///
/// # Errors
/// When it is neither an RSA nor a P-256 key.
pub fn both_forms(key: &Generation) -> Result<Option<[String; 2]>> {
    let (Some(kid), Some(public)) = (&key.kid, &key.public_jwk) else {
        return Ok(None);
    };
    let body = body_of(public)?;
    let mut jwk = public.clone();
    jwk["kid"] = json!(kid);
    jwk["use"] = json!("sig");
    Ok(Some([jwk.to_string(), body]))
}
