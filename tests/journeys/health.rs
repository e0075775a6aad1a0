//! The health page: for operators and monitors, and for any other client.

use serde_json::{Value, json};
use simulator::jose::{Object, thumbprint};

use crate::world::{Browser, By, Happened, Incoming, Trouble, When, World, keys};

fn signed_in(world: &World) {
    let shown = Browser::new().open(world, "/account/details");
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
}

fn kid(jwk: &str) -> String {
    let jwk: Object = serde_json::from_str(jwk).unwrap();
    thumbprint(&jwk).unwrap()
}

fn health(world: &World) -> (u16, Value) {
    let shown = world.ask(Incoming::get("/auth/health"));
    (shown.status, serde_json::from_str(&shown.body).unwrap())
}

#[test]
fn when_health_is_asked_for_then_it_names_the_keys_in_use_and_no_secret() {
    let world = World::with(|setup| {
        setup.set("CLIENT_KEY_DEMO_B", keys::CLIENT[1]);
        setup.field("client_key_active", "B");
    });
    signed_in(&world);
    let shown = world.ask(Incoming::get("/auth/health"));
    assert_eq!(shown.status, 200);
    let health: Value = serde_json::from_str(&shown.body).unwrap();
    assert_eq!(health["status"], "ok");
    assert_eq!(
        health["documents"],
        json!({ "discovery": "fresh", "jwks": "fresh" })
    );
    assert_eq!(
        health["keys"]["client"]["active"],
        json!(kid(keys::CLIENT[1]))
    );
    assert_eq!(
        health["keys"]["client"]["other"],
        json!(kid(keys::CLIENT[0]))
    );
    assert_eq!(
        health["keys"]["assertion"]["active"],
        json!(kid(keys::ASSERTION[0]))
    );
    assert_eq!(health["keys"]["session"]["generation"], "A");
    for secret in [keys::SESSION[0], &keys::CLIENT[0][100..180]] {
        assert!(!shown.body.contains(secret));
    }
}

/// A key whose private part belongs to another key: it signs, and its own public part verifies no signature.
fn torn(own: &str, other: &str, private: &[&str]) -> String {
    let (mut torn, other): (Value, Value) = (
        serde_json::from_str(own).unwrap(),
        serde_json::from_str(other).unwrap(),
    );
    for name in private {
        torn[*name] = other[*name].clone();
    }
    torn.to_string()
}

#[test]
fn t84_when_a_key_does_not_fit_its_public_half_then_health_fails_before_any_sign_in() {
    for (name, key) in [
        (
            "CLIENT_KEY_DEMO_A",
            torn(
                keys::CLIENT[0],
                keys::CLIENT[1],
                &["d", "p", "q", "dp", "dq", "qi"],
            ),
        ),
        (
            "ASSERTION_KEY_DEMO_A",
            torn(keys::ASSERTION[0], keys::ASSERTION[1], &["d"]),
        ),
    ] {
        let world = World::with(|setup| setup.set(name, key));
        world.refresh();
        let (status, document) = health(&world);
        assert_eq!(
            (status, &document["status"]),
            (503, &json!("failing")),
            "{name}"
        );
        assert_eq!(document["configuration"]["sound"], json!(false));
    }
}

#[test]
fn t17_when_health_is_asked_often_then_the_edge_signs_once_for_each_key() {
    let world = World::new();
    signed_in(&world);
    world.forget();
    for _ in 0..20 {
        assert_eq!(health(&world).0, 200);
    }
    let happened = world.happened();
    let signed = happened
        .0
        .iter()
        .filter(|event| matches!(event, Happened::Signed { .. }));
    assert!(signed.count() <= 2);
    assert!(happened.calls().is_empty());
}

#[test]
fn when_health_could_not_be_judged_then_it_is_judged_again() {
    let world = World::new();
    signed_in(&world);
    world.trouble(Trouble::SignFails, When::Always);
    assert_eq!(health(&world).0, 503);
    world.mend();
    assert_eq!(
        health(&world).0,
        200,
        "one failure of the platform says nothing of the keys"
    );
}
