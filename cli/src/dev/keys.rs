//! The keys of a local Worker: made on first run, kept in one file that git ignores, and worth nothing elsewhere.
//!
//! Node makes them: it is here for wrangler anyway, its cryptography is OpenSSL's, and it writes JWKs.

use crate::public_key::PublicKey;
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use shell::places::Places;
use shell::{child, npm};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const CLIENT: &str = "CLIENT_KEY_DEMO_A";
const ASSERTION: &str = "ASSERTION_KEY_DEMO_A";

/// Prints the Worker's secrets by their names.
const MAKE: &str = "
    const { generateKeyPairSync: make, randomBytes } = require('node:crypto');
    const jwk = pair => pair.privateKey.export({ format: 'jwk' });
    console.log(JSON.stringify({
        SESSION_KEY_A: randomBytes(32).toString('base64url'),
        CLIENT_KEY_DEMO_A: jwk(make('rsa', { modulusLength: 2048 })),
        ASSERTION_KEY_DEMO_A: jwk(make('ec', { namedCurve: 'P-256' })),
    }, null, 2));";

/// The local secrets by the names the Worker knows them by.
pub struct LocalKeys(Map<String, Value>);

impl LocalKeys {
    /// Reads them, or makes and keeps them on first run.
    pub fn read_or_make(places: &Places) -> Result<Self> {
        let path = path(places);
        if let Ok(text) = fs::read_to_string(&path) {
            return Self::parse(&text).with_context(|| {
                format!(
                    "{} is damaged; delete it and new keys are made",
                    path.display()
                )
            });
        }
        let text = child::output(npm::node(places)?.args(["-e", MAKE]))?;
        let keys = Self::parse(&text)?;
        match keep(&path, &text) {
            // Another process made the keys at the same moment; use that process's keys.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Self::parse(&fs::read_to_string(&path)?)
            }
            kept => kept
                .map(|()| keys)
                .with_context(|| format!("{} cannot be written", path.display())),
        }
    }

    /// Writes `.dev.vars`, from which `wrangler dev` takes a Worker's secrets; it must lie next to the configuration.
    pub fn write_dev_vars(&self, directory: &Path, id: &str) -> Result<()> {
        let path = directory.join(".dev.vars");
        // A file that exists would keep its permissions, so remove it and create a new one.
        let _ = fs::remove_file(&path);
        keep(&path, &self.dev_vars(id))
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    fn dev_vars(&self, id: &str) -> String {
        self.secrets(id)
            .map(|(name, value)| format!("{name}='{}'\n", text(&value)))
            .collect()
    }

    /// Every secret as the Worker is given it: a text by its name, which has the service's id.
    pub fn secrets(&self, id: &str) -> impl Iterator<Item = (String, Value)> {
        let own = format!("_{id}_");
        let all = self.0.iter();
        all.map(move |(name, value)| (name.replace("_DEMO_", &own), text(value).into()))
    }

    /// The private key of assertions, as a JSON Web Key.
    pub fn assertion(&self) -> String {
        self.0.get(ASSERTION).map(text).unwrap_or_default()
    }

    /// The client's public key as PEM, for a provider that cannot fetch the Worker's key document.
    pub fn client_public_pem(&self) -> Result<String> {
        let key = self.0.get(CLIENT).unwrap_or(&Value::Null);
        PublicKey::from_jwk(key)?.pem()
    }

    /// Checks the shape, so that a damaged file is found here and not in the Worker.
    fn parse(text: &str) -> Result<Self> {
        let Value::Object(keys) = serde_json::from_str(text)? else {
            bail!("not a JSON object")
        };
        let session = keys
            .get("SESSION_KEY_A")
            .and_then(Value::as_str)
            .unwrap_or_default();
        // 32 bytes are 43 characters of base64url.
        if session.len() != 43 || !session.bytes().all(is_base64url) {
            bail!("SESSION_KEY_A is not 32 bytes of base64url");
        }
        let rsa = ["kty", "n", "e", "d", "p", "q", "dp", "dq", "qi"];
        let ec = ["kty", "crv", "x", "y", "d"];
        for (name, members) in [(CLIENT, &rsa[..]), (ASSERTION, &ec[..])] {
            let has = |member: &&str| {
                keys.get(name)
                    .and_then(|key| key.get(*member))
                    .is_some_and(Value::is_string)
            };
            if let Some(absent) = members.iter().find(|member| !has(member)) {
                bail!("{name} has no `{absent}`");
            }
        }
        Ok(Self(keys))
    }
}

/// A key is an object in the file and a text everywhere else.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn path(places: &Places) -> PathBuf {
    places.root.join(".local/keys.json")
}

/// Only the owner may read it, from the moment it exists, and it is whole then. A file that exists stays.
fn keep(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let whole = path.with_extension(format!("{}.tmp", std::process::id()));
    let _ = fs::remove_file(&whole);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&whole)?
        .write_all(text.as_bytes())?;
    let linked = fs::hard_link(&whole, path);
    fs::remove_file(&whole)?;
    linked
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::os::unix::fs::PermissionsExt;

    fn members(names: &[&str]) -> Value {
        names
            .iter()
            .map(|name| ((*name).to_owned(), json!("x")))
            .collect::<Map<_, _>>()
            .into()
    }

    fn sample() -> Value {
        let rsa = members(&["kty", "n", "e", "d", "p", "q", "dp", "dq", "qi"]);
        let ec = members(&["kty", "crv", "x", "y", "d"]);
        json!({ "SESSION_KEY_A": "A".repeat(43), "CLIENT_KEY_DEMO_A": rsa, "ASSERTION_KEY_DEMO_A": ec })
    }

    #[test]
    fn when_local_keys_are_whole_then_each_becomes_one_line() {
        let keys = LocalKeys::parse(&sample().to_string()).unwrap();
        let lines = keys.dev_vars("DEMO");
        assert_eq!(lines.lines().count(), 3);
        assert!(
            lines.contains(&format!("SESSION_KEY_A='{}'\n", "A".repeat(43))),
            "{lines}"
        );
        assert!(lines.contains("CLIENT_KEY_DEMO_A='{\""), "{lines}");
    }

    #[test]
    fn rejects_damaged_local_keys_by_name() {
        for (name, damaged) in [
            ("SESSION_KEY_A", json!("short")),
            ("CLIENT_KEY_DEMO_A", json!({ "kty": "RSA" })),
        ] {
            let mut keys = sample();
            keys[name] = damaged;
            let error = LocalKeys::parse(&keys.to_string())
                .err()
                .unwrap()
                .to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn when_local_keys_are_kept_then_only_the_owner_reads_them_and_a_second_write_fails() {
        let path = std::env::temp_dir().join(format!("edge-keys-{}/keys.json", std::process::id()));
        keep(&path, "first").unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let again = keep(&path, "second").unwrap_err();
        assert_eq!(again.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }
}
