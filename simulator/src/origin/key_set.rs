//! The edge's public keys, fetched from the one configured address and never from an address in a token.
//!
//! They are kept for five minutes. A `kid` that is not among them makes for one fetch before its time, at most every ten
//! seconds, so that a new key works at once and a made-up one cannot make this service a burden. When the edge cannot be
//! reached the keys that are known go on working.

use serde_json::Value;
use tokio::sync::Mutex;

use crate::fetch;
use crate::jose::Object;

/// For how long fetched keys are used without asking again, in seconds.
const FRESH: i64 = 300;

/// The least time between two fetches, in seconds.
const BETWEEN_FETCHES: i64 = 10;

/// The largest document that is read.
const LARGEST: usize = 64 * 1024;

/// The keys, and when they were last asked for and last seen.
#[derive(Debug)]
pub struct KeySet {
    url: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    keys: Vec<Object>,
    fetched_at: Option<i64>,
    tried_at: Option<i64>,
}

impl KeySet {
    /// No keys yet; they are fetched on first use.
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            state: Mutex::default(),
        }
    }

    /// The one usable key of this `kid`. Requests that come during a fetch wait for it rather than fetch as well.
    pub async fn find(&self, kid: &str, now: i64) -> Option<Object> {
        let mut state = self.state.lock().await;
        if state.should_fetch(kid, now) {
            state.tried_at = Some(now);
            match fetch::document(&self.url, LARGEST)
                .await
                .and_then(|body| read(&body))
            {
                Ok(keys) => {
                    state.keys = keys;
                    state.fetched_at = Some(now);
                }
                Err(error) => {
                    eprintln!("origin: the keys of assertions cannot be fetched: {error}")
                }
            }
        }
        state.get(kid)
    }
}

impl State {
    fn should_fetch(&self, kid: &str, now: i64) -> bool {
        let within =
            |time: Option<i64>, seconds| time.is_some_and(|t| (0..seconds).contains(&(now - t)));
        let satisfied = within(self.fetched_at, FRESH) && self.get(kid).is_some();
        !satisfied && !within(self.tried_at, BETWEEN_FETCHES)
    }

    fn get(&self, kid: &str) -> Option<Object> {
        let mut matching = self
            .keys
            .iter()
            .filter(|key| key.get("kid").and_then(Value::as_str) == Some(kid));
        let found = matching.next()?;
        // Two keys under one name would leave open which is meant.
        matching.next().is_none().then(|| found.clone())
    }
}

/// Keeps the keys that can sign assertions: P-256, for signatures, for ES256.
fn read(body: &[u8]) -> Result<Vec<Object>, String> {
    let document: Value = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    let keys = document["keys"]
        .as_array()
        .ok_or("the document has no keys")?;
    let says = |key: &Object, name: &str, wanted: &str| {
        key.get(name)
            .is_none_or(|value| value.as_str() == Some(wanted))
    };
    let usable = |key: &&Object| {
        key.contains_key("kty")
            && says(key, "kty", "EC")
            && says(key, "crv", "P-256")
            && says(key, "use", "sig")
            && says(key, "alg", "ES256")
    };
    Ok(keys
        .iter()
        .filter_map(Value::as_object)
        .filter(usable)
        .cloned()
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(kid: &str) -> Object {
        json!({ "kty": "EC", "crv": "P-256", "kid": kid })
            .as_object()
            .cloned()
            .expect("an object")
    }

    #[test]
    fn when_keys_are_old_or_unknown_then_they_are_fetched_but_not_too_often() {
        let mut state = State::default();
        assert!(state.should_fetch("a", 0), "nothing is known yet");
        state = State {
            keys: vec![key("a")],
            fetched_at: Some(0),
            tried_at: Some(0),
        };
        assert!(!state.should_fetch("a", 299), "fresh");
        assert!(state.should_fetch("a", 300), "old");
        assert!(!state.should_fetch("b", 9), "unknown, but asked just now");
        assert!(state.should_fetch("b", 10), "unknown");
        state.tried_at = Some(305);
        assert!(!state.should_fetch("a", 310), "old, but asked just now");
    }

    #[test]
    fn when_a_key_set_is_read_then_only_keys_for_es256_signatures_are_kept() {
        let document = json!({ "keys": [
            key("good"), { "kty": "RSA", "kid": "rsa" }, { "kty": "EC", "crv": "P-384", "kid": "curve" },
            { "kty": "EC", "crv": "P-256", "use": "enc", "kid": "use" }, { "kty": "EC", "crv": "P-256", "alg": "ES384" }, 7,
        ] });
        assert_eq!(read(document.to_string().as_bytes()), Ok(vec![key("good")]));
        assert!(read(b"<html>").is_err() && read(b"{}").is_err());
    }

    #[test]
    fn when_two_keys_share_a_name_then_that_name_finds_neither() {
        let state = State {
            keys: vec![key("a"), key("a"), key("b")],
            ..State::default()
        };
        assert!(state.get("a").is_none() && state.get("b").is_some());
    }
}
