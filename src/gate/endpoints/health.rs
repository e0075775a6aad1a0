//! The health of a deployment: its keys, the provider's documents and the switch.

use serde_json::{Value, json};

use crate::config::KeyPair;
use crate::gate::context::Context;
use crate::gate::http::reply::Reply;
use crate::gate::{provider, switch};
use crate::oidc::jwks::VerifyingKey;
use crate::oidc::jws::Alg;
use crate::platform::Platform;

/// Whether the deployment can sign people in: 200, or 503 when a document is unavailable or a
/// day out of date. Everything in it is public.
pub async fn answer<P: Platform>(context: &Context<P>) -> Reply {
    let reachable = match provider::metadata(context).await {
        Ok(metadata) => provider::keys(context, &metadata).await.is_ok(),
        Err(_) => false,
    };
    let service = &context.service;
    let proves = service.proves_identity();
    let reachable = reachable && (!proves || provider::did(context).await.is_ok());
    let [discovery, jwks, did] = provider::overdue(context);
    let current = |overdue: Option<i64>| overdue.is_some_and(|seconds| seconds < 86_400);
    let keys_work = prove(context, &service.client_keys, service.request_alg).await
        && prove(context, &service.assertion_keys, Alg::Es256).await;
    let sound = reachable && keys_work && current(discovery) && current(jwks);
    let sound = sound && (!proves || current(did));
    let ring = context.isolate.config.ring.as_ref().map(|ring| {
        let (generation, fingerprint) = ring.fingerprint();
        json!({ "generation": generation.letter().to_string(), "fingerprint": fingerprint })
    });
    let state = |overdue: Option<i64>| match overdue {
        None => "missing",
        Some(seconds) if seconds < 0 => "fresh",
        Some(_) => "stale",
    };
    let mut documents = json!({ "discovery": state(discovery), "jwks": state(jwks) });
    if proves {
        documents["did"] = json!(state(did));
    }
    let mut document = json!({
        "status": if sound { "ok" } else { "failing" },
        "version": env!("CARGO_PKG_VERSION"),
        "environment": service.environment.as_str(),
        "configuration": { "sound": keys_work, "warnings": context.warnings() },
        "documents": documents,
        "keys": {
            "session": ring,
            "client": in_use(&service.client_keys),
            "assertion": in_use(&service.assertion_keys),
        },
    });
    if let Some(state) = switch::state(context) {
        document["switch"] = state;
    }
    Reply::json(if sound { 200 } else { 503 }, &document).of(service)
}

/// Whether what the active private key signs verifies with its public half, which is what others
/// are told. Tried once in an isolate, because anybody may ask for it.
async fn prove<P: Platform>(context: &Context<P>, keys: &KeyPair, alg: Alg) -> bool {
    const MESSAGE: &[u8] = b"one-login-edge: do these two belong together?";
    let id = &keys.active.key_id;
    if let Some(&proved) = context.isolate.proved.borrow().get(id) {
        return proved;
    }
    let public = VerifyingKey {
        key_id: id.clone(),
        alg,
        material: keys.active.public.clone(),
    };
    // A failure of the platform says nothing of the keys, so it is not remembered.
    let Ok(signature) = context.platform.sign(&keys.active, alg, MESSAGE).await else {
        return false;
    };
    let Ok(proved) = context.platform.verify(&public, MESSAGE, &signature).await else {
        return false;
    };
    context
        .isolate
        .proved
        .borrow_mut()
        .insert(id.clone(), proved);
    proved
}

/// The ids of the keys in use, which are their thumbprints.
fn in_use(keys: &KeyPair) -> Value {
    json!({
        "generation": keys.generation.letter().to_string(),
        "active": keys.active.key_id,
        "other": keys.other.as_ref().map(|key| key.key_id.as_str()),
    })
}
