//! The provider's own sessions: silent sign-ins, and asking again.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::{Value, json};
use simulator::http::Request;
use simulator::provider::personas::Persona;
use support::browser::{
    Browser, clients_told, delivered, id_token, id_token_text, world_of_browsers,
};
use support::{NOW, World, described, parameters, registration_with};

fn sessions(world: &mut World) -> Vec<Value> {
    let list = world.get("/control/sessions").body_json();
    list.as_array().unwrap().clone()
}

/// The claims by which a client asks a person to sign in again.
fn again(hint: &str) -> Value {
    json!({ "prompt": "login", "id_token_hint": hint })
}

#[test]
fn when_the_session_was_used_within_an_hour_then_it_signs_in_silently() {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    let first = browser.sign_in(&mut world, "demo", "sian");
    assert_eq!(first.seconds("auth_time"), Some(NOW));
    world.now += 3_599;
    let second = browser.silently(&mut world, "demo");
    world.now += 3_599;
    let third = browser.silently(&mut world, "other");

    assert_eq!(first.claims["sub"], second.claims["sub"]);
    let sids = [&first, &second, &third].map(|token| token.text("sid").unwrap().to_owned());
    assert!(sids[0] != sids[1] && sids[1] != sids[2], "new each time");
    for token in [&second, &third] {
        assert_eq!(token.seconds("auth_time"), Some(NOW), "as it was");
    }
    assert_eq!(second.seconds("iat"), Some(NOW + 3_599));

    let list = sessions(&mut world);
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["persona"], "sian");
    let listed: Vec<&Value> = list[0]["clients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|client| &client["sid"])
        .collect();
    assert_eq!(
        listed,
        sids.iter()
            .map(|s| json!(s))
            .collect::<Vec<_>>()
            .iter()
            .collect::<Vec<_>>()
    );

    world.now += 3_600;
    assert!(sessions(&mut world).is_empty());
    let page = browser.ask(&mut world, "demo", json!({}));
    let token = browser.choose(&mut world, &page, "sian");
    let token = id_token(&mut world, "demo", &token);
    assert_eq!(token.seconds("auth_time"), Some(world.now));
    assert!(delivered(&mut world).is_empty(), "running out tells nobody");
}

#[test]
fn when_a_person_signs_in_then_the_cookie_is_for_this_host_and_hidden_from_scripts() {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    let page = browser.ask(&mut world, "demo", json!({}));
    assert!(
        page.header("set-cookie").is_none(),
        "nobody is signed in yet"
    );
    let answer = browser.choose(&mut world, &page, "mo");
    let given = answer.header("set-cookie").unwrap();
    let (pair, attributes) = given.split_once(';').unwrap();
    assert!(pair.starts_with("simulated-one-login-session="));
    assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Lax");
}

#[test]
fn when_a_person_uses_several_browsers_then_each_has_its_own_session() {
    let mut world = world_of_browsers();
    let (mut one, mut two, mut third) = Default::default();
    for (browser, persona) in [(&mut one, "sian"), (&mut two, "sian"), (&mut third, "mo")] {
        Browser::sign_in(browser, &mut world, "demo", persona);
    }
    let listed = sessions(&mut world);
    let of: Vec<&str> = listed
        .iter()
        .map(|s| s["persona"].as_str().unwrap())
        .collect();
    assert_eq!(of, ["sian", "sian", "mo"]);

    one.send(&mut world, Request::get("/logout"));
    assert_eq!(delivered(&mut world).len(), 1, "of this browser alone");
    assert!(one.cookie.is_none());
    assert_eq!(one.ask(&mut world, "demo", json!({})).status, 200, "asked");
    two.silently(&mut world, "demo");
    third.silently(&mut world, "demo");
}

#[test]
fn when_the_mode_is_automatic_then_it_signs_in_again_unless_a_control_says_otherwise() {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    let control = |world: &mut World, body: &str| {
        world
            .send(&Request::post_form("/control/single-sign-on", body))
            .status
    };
    world.provider.set_automatic(Persona::find("kenneth"));
    browser.silently(&mut world, "demo");
    world.now += 60;
    let token = browser.silently(&mut world, "demo");
    assert_eq!(token.seconds("auth_time"), Some(NOW + 60), "a new sign-in");
    assert_eq!(sessions(&mut world).len(), 1, "in the same session");

    assert_eq!(control(&mut world, r#"{"enabled":true}"#), 200);
    world.provider.set_automatic(Persona::find("sian"));
    world.now += 60;
    let token = browser.silently(&mut world, "demo");
    assert_eq!(token.seconds("auth_time"), Some(NOW + 60), "silently");
    assert_eq!(sessions(&mut world)[0]["persona"], "kenneth");

    assert_eq!(control(&mut world, r#"{"enabled":null}"#), 200);
    browser.silently(&mut world, "demo");
    assert_eq!(sessions(&mut world)[0]["persona"], "sian");
    assert_eq!(
        delivered(&mut world).len(),
        3,
        "somebody else's session ended"
    );

    world.provider.set_automatic(None);
    assert_eq!(control(&mut world, r#"{"enabled":false}"#), 200);
    assert_eq!(
        browser.ask(&mut world, "demo", json!({})).status,
        200,
        "asked"
    );
    assert_eq!(control(&mut world, r#"{"enabled":"yes"}"#), 400);
}

#[test]
fn when_a_request_object_has_a_hint_and_prompt_login_then_the_person_is_asked_again() {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    let page = browser.ask(&mut world, "demo", json!({}));
    let answer = browser.choose(&mut world, &page, "sian");
    let hint = id_token_text(&mut world, "demo", &answer);
    for (changes, expected) in [
        (json!({ "prompt": "login" }), "code"),
        (json!({ "prompt": "none" }), "code"),
        (json!({ "id_token_hint": hint }), "code"),
        (again(&hint), "200"),
        (
            json!({ "prompt": "consent login", "id_token_hint": hint }),
            "200",
        ),
        (again("a.b.c"), "invalid_request"),
    ] {
        let answer = browser.ask(&mut world, "demo", changes.clone());
        assert_eq!(described(&answer), expected, "{changes}");
    }
    let stranger = browser.ask(&mut world, "other", again(&hint));
    assert_eq!(
        parameters(&stranger)["error_description"],
        "Invalid id_token_hint for client"
    );
}

#[test]
fn rejects_a_hint_that_is_signed_with_rsa() {
    let mut world = World::with(&[registration_with(json!({ "id_token_alg": "RS256" }))]);
    let mut browser = Browser::default();
    let answer = browser.ask(&mut world, "demo", json!({}));
    let hint = id_token_text(&mut world, "demo", &answer);
    let answer = browser.ask(&mut world, "demo", again(&hint));
    assert_eq!(
        parameters(&answer)["error_description"],
        "Unable to validate id_token_hint"
    );
    assert_eq!(sessions(&mut world).len(), 1, "the session goes on");
}

#[test]
fn when_a_person_signs_in_again_then_the_time_stays_and_the_token_is_new() {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    let page = browser.ask(&mut world, "demo", json!({}));
    let answer = browser.choose(&mut world, &page, "sian");
    let hint = id_token_text(&mut world, "demo", &answer);
    // Neither its age nor two rotations of the keys make the hint a bad one.
    world.now += 3_000;
    world.provider.rotate(false);
    world.provider.rotate(false);
    let page = browser.ask(&mut world, "demo", again(&hint));
    let text = String::from_utf8(page.body.clone()).unwrap();
    assert!(text.contains("asks you to sign in again"));
    let answer = browser.choose(&mut world, &page, "sian");
    let token = id_token(&mut world, "demo", &answer);
    assert_eq!(token.seconds("auth_time"), Some(NOW), "the old one stays");
    assert_eq!(token.seconds("iat"), Some(NOW + 3_000));
    let list = sessions(&mut world);
    assert_eq!(
        (list.len(), list[0]["clients"].as_array().unwrap().len()),
        (1, 2)
    );
    assert!(delivered(&mut world).is_empty(), "nothing has ended");

    // An hour later there is no session whose time could stay.
    world.now += 3_600;
    let page = browser.ask(&mut world, "demo", again(&hint));
    let answer = browser.choose(&mut world, &page, "sian");
    let token = id_token(&mut world, "demo", &answer);
    assert_eq!(token.seconds("auth_time"), Some(NOW + 6_600));
}

#[test]
fn when_a_second_factor_is_asked_for_the_first_time_then_the_time_is_new() {
    let mut world = world_of_browsers();
    let mut browser = Browser::default();
    let page = browser.ask(&mut world, "demo", json!({ "vtr": ["Cl"] }));
    browser.choose(&mut world, &page, "sian");
    world.now += 60;
    let silent = browser.ask(&mut world, "demo", json!({ "vtr": ["Cl"] }));
    assert_eq!(described(&silent), "code");
    let page = browser.ask(&mut world, "demo", json!({ "vtr": ["Cl.Cm"] }));
    assert_eq!(page.status, 200, "asked");
    let answer = browser.choose(&mut world, &page, "sian");
    let token = id_token(&mut world, "demo", &answer);
    assert_eq!(token.seconds("auth_time"), Some(NOW + 60));
    let lesser = browser.ask(&mut world, "demo", json!({ "vtr": ["Cl"] }));
    assert_eq!(described(&lesser), "code");
}

#[test]
fn when_signing_in_again_fails_then_every_client_of_the_session_is_notified() {
    for (persona, error) in [("mo", "login_required"), ("declan", "access_denied")] {
        let (mut world, mut browser) = (world_of_browsers(), Browser::default());
        let page = browser.ask(&mut world, "demo", json!({}));
        let answer = browser.choose(&mut world, &page, "sian");
        let hint = id_token_text(&mut world, "demo", &answer);
        browser.silently(&mut world, "other");
        let page = browser.ask(&mut world, "demo", again(&hint));
        let answer = browser.choose(&mut world, &page, persona);
        assert_eq!(described(&answer), error);
        assert!(sessions(&mut world).is_empty());
        assert_eq!(clients_told(&delivered(&mut world)), ["demo", "other"]);
        assert_eq!(
            browser.ask(&mut world, "demo", json!({})).status,
            200,
            "asked"
        );
    }
}

#[test]
fn when_a_person_declines_an_ordinary_sign_in_then_no_session_ends() {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    browser.sign_in(&mut world, "demo", "sian");
    world.provider.set_single_sign_on(Some(false));
    let page = browser.ask(&mut world, "demo", json!({}));
    let answer = browser.choose(&mut world, &page, "declan");
    assert_eq!(described(&answer), "access_denied");
    assert_eq!(sessions(&mut world).len(), 1);
}

#[test]
fn when_a_client_sends_max_age_then_only_a_client_that_may_use_it_is_heard() {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    browser.sign_in(&mut world, "demo", "sian");
    world.now += 61;
    let young = |age: Value| json!({ "max_age": age });
    assert_eq!(
        described(&browser.ask(&mut world, "demo", young(json!(60)))),
        "code"
    );
    assert_eq!(
        described(&browser.ask(&mut world, "other", young(json!(61)))),
        "code"
    );
    assert!(delivered(&mut world).is_empty());

    let page = browser.ask(&mut world, "other", young(json!("60")));
    let answer = browser.choose(&mut world, &page, "sian");
    let token = id_token(&mut world, "other", &answer);
    assert_eq!(token.seconds("auth_time"), Some(NOW + 61));
    let list = sessions(&mut world);
    let clients = list[0]["clients"].as_array().unwrap();
    assert_eq!((list.len(), clients.len()), (1, 4), "carried over");
    assert!(
        delivered(&mut world).is_empty(),
        "the same person is told of no end"
    );
    let page = browser.ask(&mut world, "other", young(json!(0)));
    assert_eq!(page.status, 200, "zero asks even at once");

    // No silent sign-in until a person has answered.
    let ordinary = browser.ask(&mut world, "demo", json!({}));
    assert_eq!(ordinary.status, 200, "asked");
    browser.choose(&mut world, &page, "mo");
    assert_eq!(
        clients_told(&delivered(&mut world)),
        ["demo", "demo", "demo", "other", "other"][1..],
        "another person ends the first one's"
    );
    assert_eq!(sessions(&mut world)[0]["persona"], "mo");
}

#[test]
fn when_the_sign_in_time_is_in_the_future_then_max_age_is_met() {
    let (mut world, mut browser) = (world_of_browsers(), Browser::default());
    browser.sign_in(&mut world, "other", "sian");
    world.now -= 60;
    for age in [0, 30] {
        let answer = browser.ask(&mut world, "other", json!({ "max_age": age }));
        assert_eq!(described(&answer), "code", "{age}");
    }
}
