//! The service behind the edge as it should be: it fetches the edge's keys and believes nothing
//! but an assertion that they signed. The judge is the simulator's, with its own crypto library.

use serde_json::Value;
use simulator::jose::Object;
use simulator::origin::settings::Settings;
use simulator::origin::{person::Person, verify};

use super::settings::SERVICE;
use super::{Incoming, World};

/// The content of a verified assertion.
pub struct Stated {
    /// The header.
    pub header: Object,
    /// Every claim.
    pub claims: Object,
    /// The person, as an origin understands it.
    pub person: Person,
}

/// The keys that the edge publishes for assertions.
pub fn keys(world: &World) -> Vec<Object> {
    let shown = world.ask(Incoming::get("/auth/assertion-jwks.json"));
    assert_eq!(shown.status, 200);
    let document: Value = serde_json::from_str(&shown.body).unwrap();
    let keys = document["keys"].as_array().unwrap().iter();
    keys.map(|key| key.as_object().unwrap().clone()).collect()
}

/// Verifies an assertion as the service does; panics when it would be refused.
pub fn verified(world: &World, assertion: &str) -> Stated {
    verified_for(world, assertion, SERVICE)
}

/// The same for another audience than the service's own.
pub fn verified_for(world: &World, assertion: &str, audience: &str) -> Stated {
    let settings = Settings {
        issuer: SERVICE.to_owned(),
        audience: audience.to_owned(),
        jwks: String::new(),
    };
    let (kid, token) = verify::read(&[assertion]).unwrap();
    let named: Vec<_> = keys(world)
        .into_iter()
        .filter(|key| key["kid"] == kid.as_str())
        .collect();
    assert_eq!(named.len(), 1, "one published key has the assertion's kid");
    let person = verify::check(&token, &named[0], &settings, world.now()).unwrap();
    Stated {
        header: token.header,
        claims: token.claims,
        person,
    }
}
