//! The keys and the times of core identities.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::{Value, json};
use simulator::http::Request;
use simulator::jose::Unverified;
use simulator::provider::personas::Persona;
use simulator::provider::rotation::{Keys, When};
use simulator::provider::times::Times;
use support::identity::{claim, world_of};
use support::{NOW, World, parsed};

#[test]
fn when_the_identity_key_rotates_then_the_other_keys_stay() {
    let mut world = world_of("kenneth");
    let methods = |world: &mut World| {
        let document = world.get("/.well-known/did.json").body_json();
        let kids = document["assertionMethod"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["id"].clone());
        kids.collect::<Vec<Value>>()
    };
    let kid = |answer: &Value| parsed(&answer[claim("coreIdentityJWT")]).header["kid"].clone();
    let tokens = world.get("/.well-known/jwks.json").body_json();
    let old = kid(&world.identity("P2"));

    // The weekly way: announced, used, and the old one gone at last.
    let order = |world: &mut World, body: &str| {
        world
            .send(&Request::post_form("/control/rotate", body))
            .status
    };
    assert_eq!(
        order(&mut world, r#"{"keys":"identity","when":"announce"}"#),
        200
    );
    let announced = methods(&mut world);
    assert_eq!((announced.len(), &announced[0]), (2, &old));
    assert_eq!(kid(&world.identity("P2")), old, "announced is not used");
    assert_eq!(
        order(&mut world, r#"{"keys":"identity","keep_old":true}"#),
        200
    );
    assert_eq!(kid(&world.identity("P2")), announced[1]);
    assert_eq!(methods(&mut world), [announced[1].clone(), old]);
    world.provider.rotate_keys(Keys::Identity, When::Now, false);
    assert_eq!(
        methods(&mut world).len(),
        1,
        "an emergency leaves the new key alone"
    );
    assert!(!methods(&mut world).contains(&announced[1]));

    // Before a signature: the document that was fetched before it does not have the key, the next one does.
    let before = methods(&mut world);
    world
        .provider
        .rotate_keys(Keys::Identity, When::BeforeNextSignature, true);
    assert_eq!(methods(&mut world), before);
    let answer = world.identity("P2");
    assert!(!before.contains(&kid(&answer)) && methods(&mut world).contains(&kid(&answer)));

    // After a signature: the token's key has been withdrawn before anybody could look at it.
    world
        .provider
        .rotate_keys(Keys::Identity, When::AfterNextSignature, false);
    let answer = world.identity("P2");
    assert!(!methods(&mut world).contains(&kid(&answer)));
    assert_eq!(
        world.get("/.well-known/jwks.json").body_json(),
        tokens,
        "the other keys stay"
    );
    assert_eq!(
        order(&mut world, r#"{"keys":"tokens","when":"announce"}"#),
        400
    );
    assert_eq!(order(&mut world, r#"{"keys":"all"}"#), 400);
}

#[test]
fn when_a_test_sets_times_then_tokens_carry_them_to_the_second() {
    let mut world = world_of("kenneth");
    let times = Times {
        iat: Some(-31),
        nbf: Some(5),
        exp: Some(1),
        auth_time: None,
    };
    world.provider.set_core_identity_times(times);
    let answer = world.identity("P2");
    let said = world.core_identity(&answer);
    assert_eq!(
        (&said["iat"], &said["nbf"], &said["exp"]),
        (&json!(NOW - 31), &json!(NOW + 5), &json!(NOW + 1))
    );
    let order = r#"{"token":"id-token","exp":-30,"auth_time":0}"#;
    assert_eq!(
        world
            .send(&Request::post_form("/control/times", order))
            .status,
        200
    );
    let code = world.code();
    let id_token = parsed(&world.tokens(&code).body_json()["id_token"]);
    assert_eq!(
        (&id_token.claims["exp"], &id_token.claims["iat"]),
        (&json!(NOW - 30), &json!(NOW))
    );
    for wrong in [
        r#"{"token":"other"}"#,
        r#"{"token":"id-token","jti":1}"#,
        "{}",
    ] {
        assert_eq!(
            world
                .send(&Request::post_form("/control/times", wrong))
                .status,
            400,
            "{wrong}"
        );
    }
    world.provider.reset();
    world.provider.set_automatic(Persona::find("kenneth"));
    let answer = world.identity("P2");
    let token = Unverified::parse(answer[claim("coreIdentityJWT")].as_str().unwrap()).unwrap();
    assert_eq!(token.claims["exp"], NOW + 1_800);
}
