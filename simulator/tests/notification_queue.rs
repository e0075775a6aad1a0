//! The queue of logout notifications: attempts, delays and the record of them.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::json;
use simulator::http::Request;
use simulator::provider::notification::{Notice, State};
use support::browser::{Browser, TOLD, delivered, logout, states, token_of, world_of_browsers};
use support::{NOW, World, registration_with};

#[test]
fn when_a_notification_is_repeated_then_each_attempt_has_a_new_token() {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    browser.sign_in(&mut world, "demo", "sian");
    logout(&mut browser, &mut world, &[]);
    let mut identifiers = Vec::new();
    for (attempt, outcome) in [Ok(204), Err("nobody answered".to_owned()), Ok(302)]
        .into_iter()
        .enumerate()
    {
        let due = world.provider.take_notifications(world.now);
        assert_eq!(due.len(), 1, "attempt {attempt}");
        assert_eq!((due[0].uri.as_str(), due[0].timeout_seconds), (TOLD, 15));
        let token = token_of(&due[0].body);
        assert_eq!(token.seconds("iat"), Some(world.now), "the time of sending");
        assert_eq!(token.seconds("exp"), Some(world.now + 120));
        identifiers.push(token.text("jti").unwrap().to_owned());
        world.provider.notification_result(due[0].id, outcome);
        world.now += 29;
        assert!(world.provider.take_notifications(world.now).is_empty());
        world.now += 1;
    }
    assert!(
        world.provider.take_notifications(world.now).is_empty(),
        "given up"
    );
    identifiers.dedup();
    assert_eq!(identifiers.len(), 3);
    assert_eq!(
        states(&world),
        [State::WillRetry, State::WillRetry, State::GivenUp]
    );
    let record = world.get("/control/notifications").body_json();
    let seen: Vec<_> = record
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            json!([
                d["client_id"],
                d["attempt"],
                d["status"],
                d["error"],
                d["iat"],
                d["jti"]
            ])
        })
        .collect();
    let id = |n: usize| &identifiers[n];
    let expected = [
        json!(["demo", 1, 204, null, NOW, id(0)]),
        json!(["demo", 2, null, "nobody answered", NOW + 30, id(1)]),
        json!(["demo", 3, 302, null, NOW + 60, id(2)]),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn when_the_providers_clock_is_shifted_then_a_token_carries_the_providers_time() {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    browser.sign_in(&mut world, "demo", "sian");
    world.provider.set_clock_offset(-30);
    logout(&mut browser, &mut world, &[]);
    world.provider.set_clock_offset(-60);
    let due = world.provider.take_notifications(world.now);
    assert_eq!(token_of(&due[0].body).seconds("iat"), Some(NOW - 60));
}

#[test]
fn when_notifications_are_held_back_then_they_are_sent_after_the_release() {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    browser.sign_in(&mut world, "demo", "sian");
    let control = |world: &mut World, body: &str| {
        world.send(&Request::post_form("/control/notifications", body))
    };
    let said = control(
        &mut world,
        r#"{"held":true,"retry_delay_seconds":1,"timeout_seconds":2}"#,
    );
    assert_eq!(
        said.body_json(),
        json!({ "retry_delay_seconds": 1, "timeout_seconds": 2, "held": true, "waiting": 0 })
    );
    logout(&mut browser, &mut world, &[]);
    assert!(world.provider.take_notifications(world.now).is_empty());
    world.now += 10;
    assert_eq!(
        control(&mut world, r#"{"held":false}"#).body_json()["waiting"],
        1
    );
    let due = world.provider.take_notifications(world.now);
    assert_eq!(token_of(&due[0].body).seconds("iat"), Some(NOW + 10));
    world.provider.notification_result(due[0].id, Ok(500));
    world.now += 1;
    assert_eq!(world.provider.take_notifications(world.now).len(), 1);
    for wrong in [
        r#"{"held":1}"#,
        r#"{"retry_delay_seconds":-1}"#,
        r#"{"timeout_seconds":"1"}"#,
    ] {
        assert_eq!(control(&mut world, wrong).status, 400, "{wrong}");
    }
    world.send(&Request::post_form("/control/reset", ""));
    world.now += 100;
    assert!(world.provider.take_notifications(world.now).is_empty());
    assert!(world.provider.deliveries().is_empty());
}

#[test]
fn when_a_client_has_no_notification_address_then_it_is_not_notified() {
    let mut world = World::with(&[registration_with(json!({ "id_token_alg": "RS256" }))]);
    world.provider.set_automatic(None);
    let mut browser = Browser::default();
    browser.sign_in(&mut world, "demo", "sian");
    logout(&mut browser, &mut world, &[]);
    assert!(delivered(&mut world).is_empty());
    let notice = Notice {
        client_id: "demo".to_owned(),
        ..Notice::default()
    };
    assert!(world.provider.notify(world.now, &notice).is_none());
}
