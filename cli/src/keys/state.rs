//! The committed, secret-free files that remember a deployment's keys: `keys/<SERVICE>-<ENV>.json` for the client's and
//! the assertion's, `keys/<ENV>.json` for the session's, which all services of a deployment share.
//!
//! Other commands read them here: the registration compares the client's public key, and probes of a deployment the
//! thumbprints.

use crate::keys::when::Time;
use anyhow::{Context, Result, bail, ensure};
use base64ct::{Base64UrlUnpadded, Encoding};
use one_login_edge::oidc::jwk::Material;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The purpose of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Signs towards One Login
    Client,
    /// Seals cookies; one for all services of an environment
    Session,
    /// Signs towards your service
    Assertion,
}

impl Kind {
    /// The kind with its article, for people.
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Client => "a client",
            Self::Session => "a session",
            Self::Assertion => "an assertion",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Client => "client",
            Self::Session => "session",
            Self::Assertion => "assertion",
        })
    }
}

/// One of the two slots that every key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// The secret whose name ends in `_A`.
    A,
    /// The secret whose name ends in `_B`.
    B,
}

impl Slot {
    /// The other of the two.
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}

/// How One Login learns the client's public key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Source {
    /// It fetches the Worker's key set.
    #[default]
    Jwks,
    /// It was given one fixed key, and does not look at a `kid`.
    Static,
}

/// A key in one of the slots, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    /// The RFC 7638 thumbprint; absent for a session key, which has no public half.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The public half, as a JWK of its required members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_jwk: Option<Value>,
    /// The check value of a session key, which the health page has too; it says nothing of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// When it was made or imported.
    pub made_at: Time,
    /// When Cloudflare took it, from when it opens or is published.
    pub published_at: Time,
    /// Since when it seals or signs; absent for a key that never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_since: Option<Time>,
    /// When a key that another one has replaced may be removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retire_after: Option<Time>,
}

/// A key that is gone, so that its id is never used again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retired {
    /// The thumbprint; absent for a session key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// When it was made or imported.
    pub made_at: Time,
    /// When it was removed.
    pub retired_at: Time,
    /// Whether it was removed in an emergency.
    pub emergency: bool,
}

/// Both slots of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The slot that seals or signs.
    pub active: Slot,
    /// How One Login learns the public key; only for the client, and absent for its own key set.
    #[serde(default, skip_serializing_if = "is_jwks")]
    pub source: Source,
    /// When One Login was asked to fetch the key set in place of the fixed key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_asked_at: Option<Time>,
    /// The keys that the slots hold now.
    pub generations: BTreeMap<Slot, Generation>,
    /// The keys that the slots held before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<Retired>,
}

fn is_jwks(source: &Source) -> bool {
    *source == Source::Jwks
}

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The client's keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Pair>,
    /// The assertion's keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assertion: Option<Pair>,
    /// The session's keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Pair>,
}

impl File {
    /// Reads a file's text.
    ///
    /// # Errors
    /// When it is not such a file, when a key's id is not its thumbprint, or when it holds a private member.
    pub fn parse(text: &str) -> Result<Self> {
        let file: Self = serde_json::from_str(text).context("it is not a file of keys")?;
        for pair in file.pairs() {
            ensure!(
                pair.generations.contains_key(&pair.active),
                "the active generation {} is not in it",
                pair.active
            );
            for (slot, generation) in &pair.generations {
                generation
                    .check()
                    .with_context(|| format!("generation {slot}"))?;
            }
        }
        Ok(file)
    }

    /// The text that is committed.
    pub fn to_text(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Every key in the file.
    pub fn pairs(&self) -> impl Iterator<Item = &Pair> {
        [&self.client, &self.assertion, &self.session]
            .into_iter()
            .flatten()
    }

    /// Whether a key of this id is or was in the file.
    pub fn knows(&self, kid: &str) -> bool {
        self.pairs().any(|pair| {
            let now = pair.generations.values().map(|key| &key.kid);
            let before = pair.retired.iter().map(|key| &key.kid);
            now.chain(before).any(|known| known.as_deref() == Some(kid))
        })
    }
}

impl Pair {
    /// A first key, in use from the start.
    pub fn first(key: Generation, source: Source) -> Self {
        Self {
            active: Slot::A,
            source,
            jwks_asked_at: None,
            generations: BTreeMap::from([(Slot::A, key)]),
            retired: Vec::new(),
        }
    }

    /// The key that seals or signs.
    pub fn active_key(&self) -> Option<&Generation> {
        self.generations.get(&self.active)
    }
}

impl Generation {
    fn check(&self) -> Result<()> {
        let (kid, jwk) = match (&self.kid, &self.public_jwk) {
            (None, None) => return Ok(()),
            (Some(kid), Some(jwk)) => (kid, jwk),
            _ => bail!("`kid` and `public_jwk` belong together"),
        };
        ensure!(
            thumbprint(jwk)? == *kid,
            "`kid` is not the thumbprint of `public_jwk`; the file was damaged or merged wrongly"
        );
        Ok(())
    }

    /// The type and size of the key, such as `RSA 2048`.
    pub fn size(&self) -> String {
        match &self.public_jwk {
            None => "256 bits".to_owned(),
            Some(jwk) if jwk["kty"] == "RSA" => {
                let modulus = jwk["n"].as_str().map(Base64UrlUnpadded::decode_vec);
                format!(
                    "RSA {}",
                    modulus.and_then(Result::ok).map_or(0, |n| n.len() * 8)
                )
            }
            Some(_) => "P-256".to_owned(),
        }
    }
}

/// The RFC 7638 thumbprint of a public RSA or P-256 key: base64url of a SHA-256, 43 characters.
///
/// # Errors
/// When it is another key, or holds more than the required members, which may be private ones.
pub fn thumbprint(public: &Value) -> Result<String> {
    let text = |name: &str| public[name].as_str().unwrap_or_default().to_owned();
    let (n, e, x, y) = (text("n"), text("e"), text("x"), text("y"));
    let (members, key): (&[&str], _) = match public["kty"].as_str() {
        Some("RSA") => (&["e", "kty", "n"], Material::Rsa { n, e }),
        Some("EC") => (&["crv", "kty", "x", "y"], Material::Ec { x, y }),
        _ => bail!("the public key is neither RSA nor P-256"),
    };
    let object = public.as_object().context("the public key is no object")?;
    ensure!(
        object.len() == members.len() && members.iter().all(|name| public[*name].is_string()),
        "the public key holds other members than {}",
        members.join(", ")
    );
    Ok(key.thumbprint())
}
