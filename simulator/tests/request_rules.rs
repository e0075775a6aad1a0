//! Every rule of the authorisation request, broken one at a time.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::{Value, json};
use support::{ISSUER, REDIRECT, World, changed, described, parameters, registration_with};

/// Sends the good request with one claim changed and says how it ended: an error code, a status, or `code`.
fn outcome(world: &mut World, claim: &str, value: Value) -> String {
    let (header, claims) = (world.header(), changed(&world.asking(), claim, value));
    described(&world.authorize(&header, &claims))
}

fn check(world: &mut World, cases: Vec<(&str, Value, &str)>) {
    for (claim, value, expected) in cases {
        let text = value.to_string();
        let ended = outcome(world, claim, value);
        assert_eq!(
            ended,
            expected,
            "{claim} = {text}: {:?}",
            world.last_reason()
        );
    }
}

#[test]
fn rejects_a_request_object_with_a_wrong_client_audience_or_time() {
    let mut world = World::new();
    let now = world.now;
    let cases: Vec<(&str, Value, &str)> = vec![
        ("aud", json!(["x", format!("{ISSUER}authorize")]), "code"),
        ("aud", json!(ISSUER), "access_denied"),
        (
            "aud",
            json!("https://oidc.account.gov.uk/authorize"),
            "access_denied",
        ),
        ("aud", json!(null), "access_denied"),
        ("iss", json!("other"), "unauthorized_client"),
        ("iss", json!(null), "unauthorized_client"),
        ("client_id", json!("other"), "unauthorized_client"),
        ("client_id", json!(null), "unauthorized_client"),
        ("sub", json!("demo"), "400"),
        ("sub", json!("somebody"), "code"),
        ("request", json!("x"), "invalid_request"),
        ("request_uri", json!("x"), "invalid_request"),
        ("exp", json!(now - 30), "code"),
        ("exp", json!(now - 31), "400"),
        ("exp", json!("soon"), "400"),
        ("exp", json!(null), "code"),
        ("nbf", json!(now + 30), "code"),
        ("nbf", json!(now + 31), "400"),
        ("redirect_uri", json!(format!("{REDIRECT}/")), "400"),
        ("redirect_uri", json!(null), "400"),
        ("response_mode", json!("query"), "code"),
        ("response_mode", json!("form_post"), "400"),
        ("response_type", json!("token"), "unsupported_response_type"),
        ("response_type", json!(null), "unsupported_response_type"),
    ];
    check(&mut world, cases);
}

#[test]
fn rejects_a_request_object_that_asks_for_unregistered_or_invalid_things() {
    let mut world = World::new();
    let userinfo = |name: &str| json!({ "userinfo": { (format!("https://vocab.account.gov.uk/v1/{name}")): null } });
    let cases: Vec<(&str, Value, &str)> = vec![
        ("state", json!(null), "invalid_request"),
        ("nonce", json!(null), "invalid_request"),
        ("nonce", json!(""), "invalid_request"),
        ("claims", userinfo("address"), "code"),
        ("claims", json!(userinfo("address").to_string()), "code"),
        ("claims", userinfo("drivingPermit"), "invalid_request"),
        (
            "claims",
            userinfo("inheritedIdentityJWT"),
            "invalid_request",
        ),
        (
            "claims",
            json!({ "userinfo": { "email": null } }),
            "invalid_request",
        ),
        ("claims", json!("not JSON"), "invalid_request"),
        ("code_challenge", json!(" "), "invalid_request"),
        ("code_challenge", json!(7), "invalid_request"),
        ("code_challenge", json!(null), "code"),
        ("code_challenge_method", json!("plain"), "invalid_request"),
        ("code_challenge_method", json!(null), "invalid_request"),
        ("vtr", json!(["Cl"]), "code"),
        ("vtr", json!(["Cl.Cx"]), "invalid_request"),
        ("vtr", json!(["P1.Cl.Cm"]), "invalid_request"),
        ("vtr", json!("Cl.Cm"), "invalid_request"),
        ("ui_locales", json!("cy en"), "code"),
        ("ui_locales", json!("e n-"), "invalid_request"),
        ("ui_locales", json!(7), "invalid_request"),
        ("max_age", json!(0), "code"),
        ("max_age", json!("60"), "code"),
        ("max_age", json!(-1), "invalid_request"),
        ("max_age", json!("soon"), "invalid_request"),
        ("login_hint", json!("h".repeat(256)), "code"),
        ("login_hint", json!("h".repeat(257)), "invalid_request"),
        ("channel", json!("web"), "code"),
        ("channel", json!("telephone"), "invalid_request"),
        (
            "prompt",
            json!("select_account"),
            "unmet_authentication_requirements",
        ),
        ("prompt", json!("none"), "code"),
        (
            "id_token_hint",
            json!("ignored without prompt=login"),
            "code",
        ),
        ("rp_sid", json!("anything"), "code"),
    ];
    check(&mut world, cases);
}

#[test]
fn rejects_a_scope_that_is_wrong_inside_or_outside_the_request_object() {
    let mut world = World::with(&[registration_with(json!({ "scopes": ["openid", "email"] }))]);
    let cases = [
        ("openid", "openid", "code"),
        ("openid email", "openid", "code"),
        ("openid phone", "openid", "invalid_scope"),
        ("openid", "openid phone", "invalid_scope"),
        ("email", "openid", "invalid_scope"),
        ("openid profile", "openid", "invalid_scope"),
        ("openid", "", "invalid_scope"),
    ];
    for (inner, outer, expected) in cases {
        let token = world.key.sign(
            &world.header(),
            &changed(&world.asking(), "scope", json!(inner)),
        );
        let answer = world.authorize_with(&[
            ("response_type", "code"),
            ("client_id", "demo"),
            ("scope", outer),
            ("request", &token),
        ]);
        assert_eq!(described(&answer), expected, "{inner} / {outer}");
    }
}

#[test]
fn rejects_a_query_that_lacks_or_contradicts_a_parameter() {
    let mut world = World::new();
    let token = world.key.sign(&world.header(), &world.asking());
    let good = [
        ("response_type", "code"),
        ("client_id", "demo"),
        ("scope", "openid"),
        ("request", token.as_str()),
    ];
    let without = |name: &str| {
        good.iter()
            .copied()
            .filter(|(n, _)| *n != name)
            .collect::<Vec<_>>()
    };
    let with = |name: &'static str, value: &'static str| {
        good.iter()
            .copied()
            .chain([(name, value)])
            .collect::<Vec<_>>()
    };
    let cases = [
        ("all there", good.to_vec(), "code"),
        ("no response_type", without("response_type"), "400"),
        ("no client_id", without("client_id"), "400"),
        ("no scope", without("scope"), "500"),
        ("no request", without("request"), "400"),
        ("another client last", with("client_id", "nobody"), "400"),
        (
            "another response type last",
            with("response_type", "token"),
            "unsupported_response_type",
        ),
        (
            "request_uri",
            with("request_uri", "https://x.example"),
            "400",
        ),
        ("unknown parameter", with("foo", "bar"), "code"),
    ];
    for (name, query, expected) in cases {
        assert_eq!(described(&world.authorize_with(&query)), expected, "{name}");
    }
    // Without a request object the redirect address in the query is used, when it is registered.
    let mut query = without("request");
    query.extend([("redirect_uri", REDIRECT), ("state", "s")]);
    let found = parameters(&world.authorize_with(&query));
    assert_eq!(
        (found["error"].as_str(), found["state"].as_str()),
        ("access_denied", "s")
    );
}

#[test]
fn when_a_client_needs_no_request_object_then_the_query_is_served() {
    let mut world = World::with(&[registration_with(
        json!({ "jar_required": false, "scopes": ["openid"] }),
    )]);
    let query = [
        ("response_type", "code"),
        ("client_id", "demo"),
        ("scope", "openid"),
        ("redirect_uri", REDIRECT),
        ("state", "s"),
        ("nonce", "n"),
        ("vtr", "[\"Cl\"]"),
        ("login_hint", &"h".repeat(300)),
    ];
    assert_eq!(
        described(&world.authorize_with(&query)),
        "code",
        "hints outside a request object are dropped"
    );
    assert_eq!(
        described(&world.authorize_with(&query[..4])),
        "invalid_request"
    );
}

#[test]
fn rejects_pkce_and_identity_requests_that_the_registration_forbids() {
    let mut world = World::with(&[registration_with(json!({ "pkce_enforced": true }))]);
    assert_eq!(
        outcome(&mut world, "code_challenge", json!(null)),
        "invalid_request"
    );
    let secret = json!({ "token_auth_method": "client_secret_post", "client_secret": "s" });
    let mut world = World::with(&[registration_with(secret)]);
    assert_eq!(
        outcome(&mut world, "vtr", json!(["P2.Cl.Cm"])),
        "invalid_request"
    );
    assert_eq!(outcome(&mut world, "vtr", json!(["Cl.Cm"])), "code");
}

#[test]
fn when_an_error_redirect_is_sent_then_it_carries_the_requests_state() {
    let mut world = World::new();
    let header = world.header();
    let claims = changed(&world.asking(), "nonce", json!(null));
    let location = world
        .authorize(&header, &claims)
        .header("location")
        .unwrap()
        .to_owned();
    let expected = "?error=invalid_request&error_description=Request+is+missing+nonce+parameter&state=the-state";
    assert_eq!(location, format!("{REDIRECT}{expected}"));
    let claims = changed(&world.asking(), "state", json!(null));
    assert!(!parameters(&world.authorize(&header, &claims)).contains_key("state"));
}
