//! Logout notifications in every broken and unusual form, before a careful receiver.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::json;
use simulator::jose::Unverified;
use simulator::provider::fault::Fault;
use simulator::provider::fault::logout_token::NotificationFault;
use simulator::provider::notification::Notice;
use support::browser::{TOLD, judged, two_clients};
use support::{NOW, World, changed};

fn notice(fault: Option<NotificationFault>) -> Notice {
    Notice {
        client_id: "demo".to_owned(),
        sub: "urn:fdc:gov.uk:2022:somebody".to_owned(),
        fault,
        ..Notice::default()
    }
}

#[test]
fn when_an_honest_notification_is_sent_then_it_has_exactly_the_documented_members() {
    // A client that is registered for RS256 ID tokens gets ES256 here like everybody.
    let registered = changed(&two_clients()[0], "id_token_alg", json!("RS256"));
    let mut world = World::with(&[registered]);
    let sent = world.provider.notify(NOW, &notice(None)).unwrap();
    judged(&mut world, &sent, "demo").unwrap();
    assert_eq!((sent.method, sent.uri.as_str()), ("POST", TOLD));
    let form = "application/x-www-form-urlencoded";
    assert_eq!(sent.headers, [("content-type".to_owned(), form.to_owned())]);
    let body = String::from_utf8(sent.body).unwrap();
    let token = Unverified::parse(body.strip_prefix("logout_token=").unwrap()).unwrap();
    let keys = world.get("/.well-known/jwks.json").body_json();
    let header = json!({ "alg": "ES256", "kid": keys["keys"][1]["kid"], "typ": "logout+jwt" });
    assert_eq!(json!(token.header), header);
    let expected = json!({
        "iss": support::ISSUER, "sub": "urn:fdc:gov.uk:2022:somebody", "aud": "demo", "iat": NOW, "exp": NOW + 120,
        "jti": token.claims["jti"], "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    assert_eq!(json!(token.claims), expected);
    let jti = token.text("jti").unwrap();
    let lengths: Vec<usize> = jti.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12], "{jti}");
    assert_eq!(
        (&jti[14..15], "89ab".contains(&jti[19..20])),
        ("4", true),
        "{jti}"
    );
}

#[test]
fn when_a_faulty_notification_is_judged_then_only_those_marked_acceptable_pass() {
    for registered in ["ES256", "RS256"] {
        let client = changed(&two_clients()[0], "id_token_alg", json!(registered));
        let mut world = World::with(&[client]);
        for fault in NotificationFault::ALL {
            let sent = world.provider.notify(NOW, &notice(Some(*fault))).unwrap();
            let verdict = judged(&mut world, &sent, "demo");
            assert_eq!(
                verdict.is_ok(),
                fault.is_accepted(),
                "{}: {verdict:?}",
                fault.name()
            );
            let noted = world.provider.deliveries().last().unwrap();
            assert_eq!(noted.fault, Some(fault.name()));
        }
    }
}

#[test]
fn rejects_each_faulty_notification_for_its_own_reason() {
    let mut world = World::with(&two_clients());
    let expected = [
        ("alg-none", "alg"),
        ("hs256-pem", "alg"),
        ("alg-rs256", "alg"),
        ("signed-by-stranger", "signature"),
        ("kid-missing", "no kid"),
        ("kid-unknown", "unknown kid"),
        ("typ-jwt", "typ"),
        ("iss-other", "iss"),
        ("aud-longer", "aud"),
        ("exp-past", "exp has passed"),
        ("exp-far", "exp is too far"),
        ("iat-future", "iat is ahead"),
        ("iat-old", "exp is too far"),
        ("jti-empty", "jti"),
        ("sub-not-text", "sub"),
        ("events-array", "events"),
        ("events-other", "events"),
        ("nonce-present", "nonce"),
        ("is-id-token", "typ"),
        ("twice", "form"),
        ("json-body", "content type"),
        ("get", "method"),
        ("empty", "form"),
        ("one-megabyte", "size"),
    ];
    for (name, reason) in expected {
        let name = format!("logout-token-{name}");
        let Some(Fault::Notification(fault)) = Fault::from_name(&name) else {
            panic!("{name} is no fault of notifications");
        };
        let sent = world.provider.notify(NOW, &notice(Some(fault))).unwrap();
        assert_eq!(
            judged(&mut world, &sent, "demo"),
            Err(reason.to_owned()),
            "{name}"
        );
    }
}

#[test]
fn when_a_test_chooses_time_and_identifier_then_the_notification_carries_them() {
    let mut world = World::with(&two_clients());
    let chosen = Notice {
        iat_offset: -45,
        jti: Some("the-same".to_owned()),
        ..notice(None)
    };
    for _ in 0..2 {
        let sent = world.provider.notify(NOW, &chosen).unwrap();
        judged(&mut world, &sent, "demo").unwrap();
        world.provider.notification_result(sent.id, Ok(500));
    }
    assert!(
        world.provider.take_notifications(NOW + 1_000).is_empty(),
        "never repeated"
    );
    for delivery in world.provider.deliveries() {
        assert_eq!(delivery.jti, "the-same");
        assert_eq!(delivery.iat, NOW - 45);
    }
}

#[test]
fn when_a_notification_fault_is_set_then_the_next_notification_has_it() {
    let mut world = World::with(&two_clients());
    let fault = Fault::from_name("logout-token-nonce-present");
    world.provider.set_fault(fault, Some(1));
    let broken = world.provider.notify(NOW, &notice(None)).unwrap();
    let mended = world.provider.notify(NOW, &notice(None)).unwrap();
    assert_eq!(judged(&mut world, &broken, "demo"), Err("nonce".to_owned()));
    assert_eq!(judged(&mut world, &mended, "demo"), Ok(()));
    let listed = world.get("/control/notification-faults").body_json();
    assert_eq!(
        listed.as_array().unwrap().len(),
        NotificationFault::ALL.len()
    );
    assert_eq!(
        listed[0],
        json!({ "name": "logout-token-alg-none", "accepted": false })
    );
}
