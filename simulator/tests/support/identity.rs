//! Requests for an identity, and a look at what comes of them.

use serde_json::{Value, json};
use simulator::jose::{Object, verify_es256};
use simulator::provider::personas::Persona;
use simulator::provider::settings::CLAIM_NAMES;

use super::{World, changed, parsed, registration_with};

/// The full name of an identity claim.
pub fn claim(short: &str) -> String {
    format!("https://vocab.account.gov.uk/v1/{short}")
}

impl World {
    /// A world whose client may ask for every claim at every level.
    pub fn of_identity() -> Self {
        Self::with(&[registration_with(json!({
            "claims": CLAIM_NAMES, "client_locs": ["P0", "P1", "P2"],
        }))])
    }

    /// The claims of a request object that asks for an identity at a level, and for claims by their short names.
    pub fn asking_identity(&self, level: &str, claims: &[&str]) -> Value {
        let names: Object = claims.iter().map(|c| (claim(c), Value::Null)).collect();
        let asking = changed(&self.asking(), "vtr", json!([format!("Cl.Cm.{level}")]));
        changed(&asking, "claims", json!({ "userinfo": names }))
    }

    /// The answer of userinfo after a whole sign-in for an identity, with every claim asked for.
    pub fn identity(&mut self, level: &str) -> Value {
        let claims = self.asking_identity(level, &CLAIM_NAMES);
        let code = self.code_for(&claims);
        let tokens = self.tokens(&code).body_json();
        let answer = self.userinfo(tokens["access_token"].as_str().unwrap());
        answer.body_json()
    }

    /// The public key of a `kid` in the DID document.
    pub fn did_key(&mut self, kid: &str) -> Option<Object> {
        let document = self.get("/.well-known/did.json").body_json();
        let methods = document["assertionMethod"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let method = methods.into_iter().find(|m| m["id"] == kid)?;
        method["publicKeyJwk"].as_object().cloned()
    }

    /// The claims of an answer's core identity, after its signature was checked with the key that the DID document names.
    pub fn core_identity(&mut self, answer: &Value) -> Object {
        let token = parsed(&answer[claim("coreIdentityJWT")]);
        let key = self.did_key(token.header_text("kid").unwrap());
        let key = key.expect("the DID document has the key");
        assert!(verify_es256(&key, &token.signed, &token.signature));
        token.claims
    }
}

/// A world in which one person signs in by themselves.
pub fn world_of(persona: &str) -> World {
    let mut world = World::of_identity();
    world.provider.set_automatic(Persona::find(persona));
    world
}
