//! The edge's own addresses that wait for nothing or for a document alone: keys, health, style.
//!
//! Source: RFC 7517 (key sets), `provider.md` 1.7 and 9 (what the provider asks of ours).

use serde_json::{Value, json};

use super::Scene;
use super::pages;
use super::provider;
use super::reply::Reply;
use crate::config::{KeyPair, Service};
use crate::oidc::jws::Alg;
use crate::platform::Platform;

/// Where a person's device finds a key set that lives at the host's well-known address.
pub const WELL_KNOWN_JWKS: &str = "/.well-known/jwks.json";

/// Which of the edge's own addresses, by the path behind the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnPage {
    /// The client's public keys, for the provider.
    ClientKeys,
    /// The assertion's public keys, for the origin.
    AssertionKeys,
    /// Whether the deployment is sound.
    Health,
    /// Starting a sign-in.
    SignIn,
    /// The style sheet.
    Style,
}

impl OwnPage {
    /// Reads the path behind `own_path` and its slash.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "jwks.json" => Some(Self::ClientKeys),
            "assertion-jwks.json" => Some(Self::AssertionKeys),
            "health" => Some(Self::Health),
            "sign-in" => Some(Self::SignIn),
            _ if name == pages::style_name() => Some(Self::Style),
            _ => None,
        }
    }
}

/// The public halves of the client's keys, in both generations.
///
/// Ten minutes of caching: a new key is published long before it signs.
#[must_use]
pub fn client_keys(service: &Service) -> Reply {
    key_set(service, &service.client_keys, service.request_alg, "public, max-age=600")
}

/// The public halves of the assertion's keys, in both generations.
#[must_use]
pub fn assertion_keys(service: &Service) -> Reply {
    key_set(service, &service.assertion_keys, Alg::Es256, "public, max-age=300")
}

fn key_set(service: &Service, keys: &KeyPair, alg: Alg, cache: &str) -> Reply {
    let keys: Vec<_> = keys.all().map(|key| key.published(alg)).collect();
    Reply::json(200, &json!({ "keys": keys }))
        .with("cache-control", cache)
        .with("content-type", "application/jwk-set+json")
        .with("cross-origin-resource-policy", "cross-origin")
        .of(service)
}

/// Whether the deployment can sign people in: 200, or 503 when a document is not to be had or a
/// day out of date. Everything in it is public.
pub async fn health<P: Platform>(scene: &Scene<P>) -> Reply {
    let reachable = match provider::metadata(scene).await {
        Ok(metadata) => provider::keys(scene, &metadata).await.is_ok(),
        Err(_) => false,
    };
    let [discovery, jwks] = provider::overdue(scene);
    let current = |overdue: Option<i64>| overdue.is_some_and(|seconds| seconds < 86_400);
    let sound = reachable && current(discovery) && current(jwks);
    let service = &scene.service;
    let ring = scene.isolate.config.ring.as_ref().map(|ring| {
        let (generation, fingerprint) = ring.fingerprint();
        json!({ "generation": generation.letter().to_string(), "fingerprint": fingerprint })
    });
    let state = |overdue: Option<i64>| match overdue {
        None => "missing",
        Some(seconds) if seconds < 0 => "fresh",
        Some(_) => "stale",
    };
    let document = json!({
        "status": if sound { "ok" } else { "failing" },
        "version": env!("CARGO_PKG_VERSION"),
        "environment": service.environment.as_str(),
        "configuration": { "sound": true, "warnings": scene.warnings() },
        "documents": { "discovery": state(discovery), "jwks": state(jwks) },
        "keys": {
            "session": ring,
            "client": in_use(&service.client_keys),
            "assertion": in_use(&service.assertion_keys),
        },
    });
    Reply::json(if sound { 200 } else { 503 }, &document).of(service)
}

/// The ids of the keys in use, which are their thumbprints.
fn in_use(keys: &KeyPair) -> Value {
    json!({
        "generation": keys.generation.letter().to_string(),
        "active": keys.active.key_id,
        "other": keys.other.as_ref().map(|key| key.key_id.as_str()),
    })
}
