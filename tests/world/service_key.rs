//! The service's own key, and the tokens that it signs for the edge.

use one_login_edge::oidc::jwk::PrivateJwk;
use one_login_edge::oidc::jws::{Alg, Unsigned};
use serde_json::{Value, json};
use simulator::provider::personas::Persona;

use super::{HOST, SERVICE, Setup, World, keys};

/// The service's key: no other part of the world uses it.
pub const KEY: &str = keys::ASSERTION[1];

/// The public half of a key.
pub fn public(key: &str) -> Value {
    let mut key: Value = serde_json::from_str(key).unwrap();
    for private in ["d", "note"] {
        key.as_object_mut().unwrap().remove(private);
    }
    key
}

/// The id of a key.
pub fn key_id(key: &str) -> String {
    PrivateJwk::parse(key, Alg::Es256).unwrap().key_id
}

/// The configuration has the service's key.
pub fn listed(setup: &mut Setup) {
    setup.field("service_keys", json!([public(KEY)]));
}

/// The claims of a good token about a person.
pub fn claims(world: &World, persona: &str) -> Value {
    let now = world.now();
    json!({
        "iss": SERVICE, "aud": SERVICE, "iat": now, "exp": now + 60,
        "jti": format!("jti {now} {persona}"),
        "sub": Persona::find(persona).unwrap().subject(HOST),
    })
}

/// A token.
pub fn token(key: &str, key_id: &str, typ: &str, claims: &Value) -> String {
    let unsigned = Unsigned::new(Alg::Es256, key_id, typ, claims).unwrap();
    let signature = keys::sign(key, Alg::Es256, unsigned.signing_input()).unwrap();
    unsigned.finish(&signature)
}
