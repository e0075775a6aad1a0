//! The edge's public keys: kept for five minutes, and for an hour when they cannot be fetched.

use std::collections::HashMap;
use std::pin::Pin;

use jsonwebtoken::DecodingKey;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{Log, Refused};

const FRESH: i64 = 300;
const STALE: i64 = 3_600;
const BETWEEN_FETCHES: i64 = 10;

type Fetching = Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send>>;

pub struct KeySet {
    fetch: Box<dyn Fn() -> Fetching + Send + Sync>,
    url: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: HashMap<String, DecodingKey>,
    fetched_at: Option<i64>,
    tried_at: Option<i64>,
}

impl KeySet {
    pub fn new(url: String, fetch: impl Fn() -> Fetching + Send + Sync + 'static) -> Self {
        Self {
            fetch: Box::new(fetch),
            url,
            state: Mutex::default(),
        }
    }

    /// The key of this id. Requests that come during a fetch wait for it rather than fetch as well.
    pub async fn find(&self, kid: &str, now: i64, log: &Log) -> Result<DecodingKey, Refused> {
        if kid.is_empty() {
            return Err(Refused::with("unknown_key", "it names no key"));
        }
        let mut state = self.state.lock().await;
        if state.tried_at.is_some_and(|tried_at| now < tried_at) {
            // The clock was set back: the keys are due, and the moment of the last try says nothing.
            state.fetched_at = state.fetched_at.map(|time| time.min(now - FRESH));
            state.tried_at = None;
        }
        let within = |time: Option<i64>, limit| time.is_some_and(|time| now - time < limit);
        let satisfied = within(state.fetched_at, FRESH) && state.keys.contains_key(kid);
        if !satisfied && !within(state.tried_at, BETWEEN_FETCHES) {
            let fetched = (self.fetch)().await;
            // Only a fetch that ended counts: a request that its client left takes its own away with it.
            state.tried_at = Some(now);
            match fetched.and_then(|body| read(&body)) {
                Ok(keys) => {
                    state.keys = keys;
                    state.fetched_at = Some(now);
                }
                Err(error) => log(&format!(
                    "one-login-edge: keys_unavailable: {}: {error}",
                    self.url
                )),
            }
        }
        if !within(state.fetched_at, STALE) {
            return Err(Refused::with("keys_unavailable", self.url.as_str()));
        }
        let unknown = || Refused::with("unknown_key", format!("not at {}", self.url));
        state.keys.get(kid).cloned().ok_or_else(unknown)
    }
}

fn read(body: &[u8]) -> Result<HashMap<String, DecodingKey>, String> {
    let document: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let keys = document["keys"].as_array().ok_or("there are no keys")?;
    let usable = keys
        .iter()
        .filter(|key| key["kty"] == "EC" && key["crv"] == "P-256");
    let read = |key: &Value| {
        let member = |name: &str| key[name].as_str().ok_or("a key is not complete");
        let point = DecodingKey::from_ec_components(member("x")?, member("y")?);
        let point = point.map_err(|error| error.to_string())?;
        Ok((member("kid")?.to_owned(), point))
    };
    usable.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn when_a_client_leaves_during_the_fetch_then_the_next_request_fetches_again() {
        let fetches = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&fetches);
        let set = KeySet::new(
            "https://service.example.gov.uk/keys".to_owned(),
            move || {
                let number = counted.fetch_add(1, Ordering::SeqCst);
                Box::pin(async move {
                    if number == 0 {
                        std::future::pending::<()>().await;
                    }
                    Err("no answer".to_owned())
                })
            },
        );
        let log = |_: &str| {};
        let left = tokio::time::timeout(Duration::from_millis(20), set.find("a", 1_000, &log));
        assert!(left.await.is_err());
        for now in [1_001, 1_002] {
            assert!(set.find("a", now, &log).await.is_err());
        }
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
    }
}
