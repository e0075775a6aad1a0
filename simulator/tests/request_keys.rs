//! The signer of the request object: algorithms, keys, and where the keys come from.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::{Value, json};
use simulator::http::{Request, form_encode};
use simulator::keys::{Algorithm, SigningKey};
use support::{ClientKey, World, described, registration_with};

#[test]
fn rejects_a_request_object_with_a_wrong_signature() {
    let mut world = World::new();
    let claims = world.asking();
    let mut outcome = |header: Value| described(&world.authorize(&header, &claims));
    assert_eq!(
        outcome(json!({ "alg": "RS256", "kid": "k1", "typ": "oauth-authz-req+jwt" })),
        "code"
    );
    assert_eq!(outcome(json!({ "alg": "PS256", "kid": "k1" })), "code");
    assert_eq!(
        outcome(json!({ "alg": "RS512", "kid": "k1" })),
        "400",
        "the signature is RS256"
    );
    assert_eq!(outcome(json!({ "alg": "none", "kid": "k1" })), "400");
    assert_eq!(outcome(json!({ "alg": "ES256", "kid": "k1" })), "400");
    assert_eq!(outcome(json!({ "alg": "HS256", "kid": "k1" })), "400");
    assert_eq!(outcome(json!({ "alg": "RS256" })), "500", "no kid");
    assert_eq!(outcome(json!({ "alg": "RS256", "kid": "unknown" })), "500");

    let ec = SigningKey::generate(Algorithm::Es256).token(&[], claims.as_object().unwrap());
    let outer = [
        ("response_type", "code"),
        ("client_id", "demo"),
        ("scope", "openid"),
    ];
    for token in [ec.as_str(), "not.a.token", "eyJhbGciOiJub25lIn0.e30.", ""] {
        let query: Vec<_> = outer.into_iter().chain([("request", token)]).collect();
        assert_eq!(described(&world.authorize_with(&query)), "400", "{token}");
    }
}

#[test]
fn when_a_clients_key_document_changes_then_the_old_keys_are_trusted_for_a_day() {
    let mut world = World::new();
    let (header, claims) = (world.header(), world.asking());
    world.jwks = None;
    assert_eq!(
        described(&world.authorize(&header, &claims)),
        "500",
        "unreachable"
    );
    let request = Request::get(format!(
        "/authorize?{}",
        form_encode(&[
            ("client_id", "demo"),
            ("request", &world.key.sign(&header, &claims))
        ])
    ));
    let wanted = world.provider.key_document_needed(world.now, &request);
    assert_eq!(
        wanted.as_deref(),
        Some("http://localhost:8787/auth/jwks.json")
    );

    world.jwks = Some(json!({ "keys": [world.key.jwk("k1")] }));
    assert_eq!(described(&world.authorize(&header, &claims)), "code");
    assert_eq!(
        world.provider.key_document_needed(world.now, &request),
        None,
        "known for a day"
    );
    world.jwks = Some(json!({ "keys": [] }));
    world.now += 86_399;
    let claims = world.asking();
    assert_eq!(
        described(&world.authorize(&header, &claims)),
        "code",
        "a removed key stays trusted"
    );
    world.now += 1;
    assert_eq!(
        described(&world.authorize(&header, &claims)),
        "500",
        "but not for ever"
    );
}

#[test]
fn when_a_key_is_registered_then_a_request_object_needs_no_kid() {
    let key = ClientKey::shared().jwk("any");
    let mut world = World::with(&[registration_with(
        json!({ "jwks_uri": null, "public_jwk": key }),
    )]);
    let claims = world.asking();
    assert_eq!(
        described(&world.authorize(&json!({ "alg": "RS256" }), &claims)),
        "code"
    );
}
