//! Signing out at the provider, and who is told.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::{Value, json};
use simulator::http::Request;
use support::browser::{
    Browser, clients_told, delivered, id_token_text, judged, logout, token_of, world_of_browsers,
};
use support::{ISSUER, World, described};

const BACK: &str = "http://localhost:8787/signed-out";

/// A person at both clients, one of them twice, and the last ID token.
fn signed_in() -> (World, Browser, String) {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    browser.sign_in(&mut world, "other", "sian");
    browser.silently(&mut world, "demo");
    let answer = browser.ask(&mut world, "demo", json!({}));
    let hint = id_token_text(&mut world, "demo", &answer);
    (world, browser, hint)
}

#[test]
fn when_a_person_signs_out_then_every_client_session_is_notified() {
    let (mut world, mut browser, hint) = signed_in();
    let query = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BACK),
        ("state", "s"),
    ];
    let location = logout(&mut browser, &mut world, &query);
    assert_eq!(location, format!("{BACK}?state=s"));
    assert!(browser.cookie.is_none());
    let due = delivered(&mut world);
    assert_eq!(clients_told(&due), ["demo", "demo", "other"]);
    let mut subjects = std::collections::BTreeSet::new();
    let mut identifiers = std::collections::BTreeSet::new();
    for outgoing in &due {
        judged(&mut world, outgoing, &outgoing.client_id).unwrap();
        let token = token_of(&outgoing.body);
        subjects.insert(token.text("sub").unwrap().to_owned());
        identifiers.insert(token.text("jti").unwrap().to_owned());
    }
    assert_eq!(
        (subjects.len(), identifiers.len()),
        (2, 3),
        "pairwise, and new"
    );
    assert!(delivered(&mut world).is_empty());
}

#[test]
fn when_a_sign_out_has_a_bad_parameter_then_the_session_still_ends() {
    let queries: [&[(&str, &str)]; 5] = [
        &[],
        &[
            ("id_token_hint", "a.b.c"),
            ("post_logout_redirect_uri", BACK),
        ],
        &[("id_token_hint", ""), ("state", "s")],
        &[("post_logout_redirect_uri", "https://evil.example/")],
        &[("post_logout_redirect_uri", BACK), ("state", "s")],
    ];
    for query in queries {
        let (mut world, mut browser, _) = signed_in();
        let location = logout(&mut browser, &mut world, query);
        assert!(
            location.starts_with(&format!("{ISSUER}signed-out")),
            "{location}"
        );
        let bad_hint = query.iter().any(|(name, _)| *name == "id_token_hint");
        assert_eq!(location.contains("error_code="), bad_hint, "{location}");
        let has_state = query.iter().any(|(name, _)| *name == "state");
        assert_eq!(location.contains("state=s"), has_state, "{location}");
        assert_eq!(delivered(&mut world).len(), 3, "{query:?}");
        assert_eq!(
            browser.ask(&mut world, "demo", json!({})).status,
            200,
            "asked"
        );
    }
}

#[test]
fn when_a_hint_is_old_then_only_the_current_key_makes_it_good() {
    let (mut world, mut browser, hint) = signed_in();
    world.now += 100_000;
    let good = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BACK),
    ];
    assert_eq!(
        logout(&mut browser, &mut world, &good),
        BACK,
        "without a session too"
    );
    assert!(delivered(&mut world).is_empty(), "a hint ends no session");
    for address in [
        "http://localhost:8787/signed-out/",
        "http://localhost:8787/Signed-out",
    ] {
        let query = [
            ("id_token_hint", hint.as_str()),
            ("post_logout_redirect_uri", address),
        ];
        let location = logout(&mut browser, &mut world, &query);
        assert!(location.starts_with(ISSUER), "{location}");
    }
    world.provider.rotate(true);
    let location = logout(&mut browser, &mut world, &good);
    assert!(
        location.contains("error_code=invalid_request"),
        "{location}"
    );
}

#[test]
fn when_the_sign_out_query_is_too_long_then_no_session_ends() {
    let (mut world, mut browser, _) = signed_in();
    let long = Request::get(format!("/logout?state={}", "x".repeat(2_043)));
    assert_eq!(browser.send(&mut world, long).status, 403);
    assert!(delivered(&mut world).is_empty());
    browser.silently(&mut world, "demo");
}

#[test]
fn when_a_test_blocks_an_account_then_its_sessions_end_without_a_browser() {
    let mut world = world_of_browsers();
    let (mut one, mut two, mut third) = Default::default();
    for (browser, persona) in [(&mut one, "sian"), (&mut two, "sian"), (&mut third, "mo")] {
        Browser::sign_in(browser, &mut world, "demo", persona);
    }
    two.silently(&mut world, "other");
    let end = |world: &mut World, body: &str| {
        world.send(&Request::post_form("/control/end-session", body))
    };
    let said = end(&mut world, r#"{"persona":"sian"}"#).body_json();
    assert_eq!(said, json!({ "ended_sessions": 2, "notifications": 3 }));
    assert_eq!(
        clients_told(&delivered(&mut world)),
        ["demo", "demo", "other"]
    );
    assert_eq!(
        described(&one.ask(&mut world, "demo", json!({}))),
        "200",
        "asked"
    );
    third.silently(&mut world, "demo");
    let said = end(&mut world, r#"{"persona":"sian"}"#).body_json();
    assert_eq!(said["ended_sessions"], 0);
    assert_eq!(end(&mut world, r#"{"persona":"nobody"}"#).status, 400);
}

#[test]
fn when_a_rotation_waits_for_a_signature_then_the_keys_change_just_before_it() {
    let mut world = world_of_browsers();
    let rotate = |world: &mut World, body: &str| -> Value {
        let answer = world.send(&Request::post_form("/control/rotate", body));
        answer.body_json()
    };
    let current = |world: &mut World| {
        let keys = world.get("/.well-known/jwks.json").body_json();
        keys["keys"][1]["kid"].as_str().unwrap().to_owned()
    };
    // The ID token: the code is there already when the keys change.
    let mut browser = Browser::default();
    let page = browser.ask(&mut world, "demo", json!({}));
    let answer = browser.choose(&mut world, &page, "sian");
    let before = current(&mut world);
    let order = r#"{"keep_old":false,"when":"next-signature"}"#;
    assert_eq!(rotate(&mut world, order)["kid"], before, "not yet");
    assert_eq!(current(&mut world), before);
    let hint = id_token_text(&mut world, "demo", &answer);
    let token = simulator::jose::Unverified::parse(&hint).unwrap();
    let after = current(&mut world);
    assert_eq!(token.header_text("kid"), Some(after.as_str()));
    assert!(world.published(&before).is_none(), "not kept");

    // The logout token: the session has ended already when the keys change, and once is enough.
    logout(&mut browser, &mut world, &[]);
    rotate(&mut world, r#"{"keep_old":true,"when":"next-signature"}"#);
    assert_eq!(current(&mut world), after);
    let due = delivered(&mut world);
    let newest = current(&mut world);
    assert_ne!(newest, after);
    assert_eq!(
        token_of(&due[0].body).header_text("kid"),
        Some(newest.as_str())
    );
    assert!(world.published(&after).is_some(), "kept");
    judged(&mut world, &due[0], "demo").unwrap();
    browser.sign_in(&mut world, "demo", "sian");
    assert_eq!(current(&mut world), newest);
    let wrong = Request::post_form("/control/rotate", r#"{"when":"later"}"#);
    assert_eq!(world.send(&wrong).status, 400);
}
