//! The public keys of clients: fetched on first need, then trusted by (client, key id) for a day, whatever the client
//! publishes meanwhile. That is what the real provider does, and why a key id must never be used for another key.

use std::collections::HashMap;

use serde_json::Value;

use crate::jose::Object;
use crate::provider::settings::Client;

/// For how long a key is trusted after it was fetched.
pub const TRUSTED_SECONDS: i64 = 86_400;

/// The largest JWKS document that is read.
pub const LARGEST_DOCUMENT: usize = 50 * 1024;

/// The way to a client's published keys. The core asks at most once in a request; the shell answers from a document that it
/// fetched beforehand, so that no lock is held while it waits.
pub trait ClientKeys {
    /// The body of the document at this address, answered with status 200 and within the size limit; or why not.
    fn document(&mut self, jwks_uri: &str) -> Result<Vec<u8>, String>;
}

impl<F: FnMut(&str) -> Result<Vec<u8>, String>> ClientKeys for F {
    fn document(&mut self, jwks_uri: &str) -> Result<Vec<u8>, String> {
        self(jwks_uri)
    }
}

/// No way to any document: enough for clients with a registered key or a secret.
#[derive(Debug, Clone, Copy)]
pub struct NoClientKeys;

impl ClientKeys for NoClientKeys {
    fn document(&mut self, jwks_uri: &str) -> Result<Vec<u8>, String> {
        Err(format!("there is no way to {jwks_uri}"))
    }
}

/// The keys already fetched.
#[derive(Debug, Default)]
pub struct KeyCache {
    trusted: HashMap<(String, String), (Object, i64)>,
}

impl KeyCache {
    fn cached(&self, client_id: &str, kid: &str, now: i64) -> Option<&Object> {
        let (key, fetched_at) = self.trusted.get(&(client_id.to_owned(), kid.to_owned()))?;
        (now < fetched_at + TRUSTED_SECONDS).then_some(key)
    }

    /// The address that must be fetched before a signature with this `kid` can be checked, if any.
    pub fn missing(&self, client: &Client, kid: Option<&str>, now: i64) -> Option<String> {
        if client.public_jwk.is_some() || self.cached(&client.client_id, kid?, now).is_some() {
            return None;
        }
        client.jwks_uri.clone()
    }

    /// The key with which the client signs. An error is a fault in the client's keys, not in its signature.
    pub fn find(
        &mut self,
        client: &Client,
        kid: Option<&str>,
        now: i64,
        source: &mut dyn ClientKeys,
    ) -> Result<Object, String> {
        if let Some(fixed) = &client.public_jwk {
            let key = fixed
                .as_object()
                .cloned()
                .ok_or("the registered key is not a JWK")?;
            return rsa_only(key);
        }
        let uri = client.jwks_uri.as_deref().ok_or("the client has no keys")?;
        let kid = kid.ok_or("the header has no kid")?;
        if let Some(key) = self.cached(&client.client_id, kid, now) {
            return Ok(key.clone());
        }
        let key = pick(&source.document(uri)?, kid)?;
        let name = (client.client_id.clone(), kid.to_owned());
        self.trusted.insert(name, (key.clone(), now));
        Ok(key)
    }
}

fn pick(document: &[u8], kid: &str) -> Result<Object, String> {
    if document.len() > LARGEST_DOCUMENT {
        return Err("the JWKS is larger than 50 KiB".to_owned());
    }
    let parsed: Value =
        serde_json::from_slice(document).map_err(|e| format!("the JWKS is not JSON: {e}"))?;
    let keys = parsed["keys"].as_array().ok_or("the JWKS has no keys")?;
    let mut matching = keys
        .iter()
        .filter(|k| k["kid"] == kid)
        .filter_map(Value::as_object);
    let key = matching
        .next()
        .ok_or_else(|| format!("the JWKS has no key {kid}"))?;
    if matching.next().is_some() {
        return Err(format!("the JWKS has more than one key {kid}"));
    }
    rsa_only(key.clone())
}

fn rsa_only(key: Object) -> Result<Object, String> {
    // The provider turns whatever it finds into an RSA key, so that no other kind can work.
    if key.get("kty").and_then(Value::as_str) != Some("RSA") {
        return Err("the key is not an RSA key".to_owned());
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn client() -> Client {
        serde_json::from_value(json!({
            "client_id": "c", "redirect_uris": ["https://c.example/cb"], "jwks_uri": "https://c.example/jwks"
        }))
        .expect("a client")
    }

    #[test]
    fn when_a_key_is_a_day_old_then_it_is_fetched_once_more() {
        let (mut cache, client, mut fetches) = (KeyCache::default(), client(), 0);
        let mut source = |_: &str| {
            fetches += 1;
            Ok(
                json!({ "keys": [{ "kty": "RSA", "kid": "k", "n": "AQ", "e": "AQAB" }] })
                    .to_string()
                    .into_bytes(),
            )
        };
        for now in [0, 86_399, 86_400] {
            assert!(cache.find(&client, Some("k"), now, &mut source).is_ok());
        }
        assert_eq!(fetches, 2);
        assert_eq!(cache.missing(&client, Some("k"), 86_401), None);
        assert_eq!(
            cache.missing(&client, Some("other"), 86_401),
            client.jwks_uri
        );
    }

    #[test]
    fn rejects_a_faulty_document_of_client_keys() {
        let key = json!({ "kty": "RSA", "kid": "k", "n": "AQ", "e": "AQAB" });
        let cases = [
            ("not JSON", "<html>".to_owned()),
            ("no keys", json!({}).to_string()),
            ("no such kid", json!({ "keys": [] }).to_string()),
            ("kid twice", json!({ "keys": [key, key] }).to_string()),
            (
                "not RSA",
                json!({ "keys": [{ "kty": "EC", "kid": "k" }] }).to_string(),
            ),
            (
                "too large",
                format!(
                    "{}{}",
                    json!({ "keys": [key] }),
                    " ".repeat(LARGEST_DOCUMENT)
                ),
            ),
        ];
        for (name, body) in cases {
            let mut source = |_: &str| Ok(body.clone().into_bytes());
            assert!(
                KeyCache::default()
                    .find(&client(), Some("k"), 0, &mut source)
                    .is_err(),
                "{name}"
            );
        }
        assert!(
            KeyCache::default()
                .find(&client(), None, 0, &mut NoClientKeys)
                .is_err(),
            "no kid"
        );
    }
}
