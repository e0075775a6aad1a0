//! The public key that the Worker signs with, and the files that may hold it.
//!
//! Secrets cannot be read back, so the key is known from what is public: a file given on the command line, or the
//! committed record of the service's keys.

use crate::keys::state::{Kind, Pair};
use crate::keys::store::Store;
use crate::public_key::PublicKey;
use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

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
