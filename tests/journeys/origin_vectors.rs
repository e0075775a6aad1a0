//! What the edge itself signs, written as vectors for the verifiers in `examples/origin`, in which
//! `cargo edge test --only origins` has them judged.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::world::assertion::{keys, verified_for};
use crate::world::{Browser, By, SERVICE, World};

/// Another audience than the service's own address, so that the two cannot be mixed up unseen.
const AUDIENCE: &str = "https://origin.internal";

/// What the origin got for a path, as a vector that must be accepted.
fn vector(world: &World, browser: &mut Browser, path: &str) -> Value {
    world.forget();
    let shown = browser.open(world, path);
    assert_eq!((shown.by, shown.status), (By::Origin, 200), "{path}");
    let happened = world.happened();
    let reached = happened.reached().pop().unwrap();
    let [assertion] = reached.assertions()[..] else {
        panic!("{path} has not one assertion");
    };
    let person = verified_for(world, assertion, AUDIENCE).person;
    json!({
        "name": format!("the edge's own, for {path} at {}", world.now()),
        "now": world.now(),
        "optional": false,
        "headers": [["One-Login-Assertion", assertion]],
        "outcome": "accepted",
        "person": {
            "sub": person.sub,
            "sid": person.sid,
            "vot": person.vot,
            "email": person.email,
            "identity": null,
        },
    })
}

/// The same with a change, as a vector that must be refused.
fn refused(accepted: &Value, name: &str, field: &str, value: Value) -> Value {
    let mut vector = accepted.clone();
    vector["name"] = format!("the edge's own, {name}").into();
    vector["outcome"] = "refused".into();
    vector[field] = value;
    vector.as_object_mut().unwrap().remove("person");
    vector
}

#[test]
fn t56_what_the_edge_signs_is_written_down_for_every_verifier() {
    let world = World::with(|setup| setup.field("origin_audience", AUDIENCE));
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    let mut vectors: Vec<_> = ["/account/details", "/whoami", "/anything/else", "/wallet"]
        .map(|path| vector(&world, &mut browser, path))
        .into();
    let first = vectors[0].clone();
    assert!(first["person"]["email"].is_string() && vectors[2]["person"]["email"].is_null());
    let over = first["now"].as_i64().unwrap() + 60;
    vectors.push(refused(&first, "a minute later", "now", over.into()));
    let twice = vec![first["headers"][0].clone(); 2];
    vectors.push(refused(&first, "twice", "headers", twice.into()));
    let document = json!({
        "issuer": SERVICE,
        "audience": AUDIENCE,
        "published": { "both": { "keys": keys(&world) } },
        "vectors": vectors,
    });
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("origin-vectors.json");
    fs::write(file, document.to_string()).unwrap();
}
