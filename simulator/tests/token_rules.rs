//! Every rule of the token endpoint, broken one at a time.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::{Value, json};
use simulator::http::{Request, form_encode};
use simulator::keys::{Algorithm, SigningKey};
use support::{AGENT, ISSUER, REDIRECT, World, changed, registration, registration_with};

/// Sends a good exchange with one parameter changed, and gives the error, or `ok`.
fn with_parameter(world: &mut World, name: &str, value: Option<&str>) -> String {
    let code = world.code();
    let mut form = world.exchange(&code);
    match value {
        Some(value) => form.insert(name.to_owned(), value.to_owned()),
        None => form.remove(name),
    };
    error_of(&world.token(&form))
}

fn error_of(answer: &simulator::http::Response) -> String {
    let body = answer.body_json();
    match body["error"].as_str() {
        Some(error) => {
            assert_eq!(answer.status, 400, "every refusal is 400");
            error.to_owned()
        }
        None => {
            assert_eq!(answer.status, 200);
            "ok".to_owned()
        }
    }
}

#[test]
fn rejects_a_token_request_with_a_wrong_parameter() {
    let mut world = World::new();
    let cases = [
        ("grant_type", None, "invalid_request"),
        (
            "grant_type",
            Some("client_credentials"),
            "unsupported_grant_type",
        ),
        ("code", None, "invalid_request"),
        ("code", Some("made-up"), "invalid_grant"),
        ("redirect_uri", None, "invalid_request"),
        (
            "redirect_uri",
            Some("http://localhost:8787/auth/callback/"),
            "invalid_grant",
        ),
        ("code_verifier", None, "invalid_grant"),
        ("code_verifier", Some("another"), "invalid_grant"),
        ("client_assertion_type", None, "invalid_request"),
        ("client_assertion_type", Some("x"), "invalid_request"),
        ("client_assertion", None, "invalid_client"),
        ("client_assertion", Some("a.b.c"), "invalid_client"),
        ("client_id", Some("demo"), "ok"),
        ("client_id", Some("other"), "invalid_client"),
        ("unknown", Some("x"), "ok"),
    ];
    for (name, value, expected) in cases {
        assert_eq!(
            with_parameter(&mut world, name, value),
            expected,
            "{name} = {value:?}: {:?}",
            world.last_reason()
        );
    }
}

#[test]
fn rejects_a_code_verifier_without_a_challenge() {
    let mut world = World::new();
    let claims = changed(
        &changed(&world.asking(), "code_challenge", json!(null)),
        "code_challenge_method",
        json!(null),
    );
    let code = world.code_for(&claims);
    assert_eq!(error_of(&world.tokens(&code)), "invalid_grant");
    let code = world.code_for(&claims);
    let mut form = world.exchange(&code);
    form.remove("code_verifier");
    assert_eq!(error_of(&world.token(&form)), "ok");
}

#[test]
fn rejects_a_client_assertion_with_a_wrong_claim() {
    let mut world = World::new();
    let now = world.now;
    let cases: Vec<(&str, Value, &str)> = vec![
        ("aud", json!(format!("{ISSUER}token")), "ok"),
        ("aud", json!(["x", ISSUER]), "ok"),
        ("aud", json!("http://127.0.0.1:8788"), "invalid_client"),
        ("aud", json!(format!("{ISSUER}authorize")), "invalid_client"),
        ("aud", json!(null), "invalid_client"),
        ("iss", json!("other"), "invalid_client"),
        ("sub", json!("other"), "invalid_client"),
        ("sub", json!(null), "invalid_client"),
        ("exp", json!(null), "invalid_client"),
        ("exp", json!(now - 30), "ok"),
        ("exp", json!(now - 31), "invalid_grant"),
        ("jti", json!(null), "ok"),
    ];
    for (claim, value, expected) in cases {
        let text = value.to_string();
        let assertion = world
            .key
            .sign(&world.header(), &changed(&world.proving(), claim, value));
        assert_eq!(
            with_parameter(&mut world, "client_assertion", Some(&assertion)),
            expected,
            "{claim} = {text}"
        );
    }
}

#[test]
fn rejects_a_client_assertion_with_a_wrong_signature() {
    let mut world = World::new();
    let claims = world.proving();
    let headers = [
        (json!({ "alg": "PS256", "kid": "k1" }), "ok"),
        (json!({ "alg": "RS384", "kid": "k1" }), "invalid_client"),
        (json!({ "alg": "ES256", "kid": "k1" }), "invalid_client"),
        (json!({ "alg": "none", "kid": "k1" }), "invalid_client"),
        (json!({ "alg": "RS256" }), "server_error"),
        (json!({ "alg": "RS256", "kid": "unknown" }), "server_error"),
    ];
    for (header, expected) in headers {
        let assertion = world.key.sign(&header, &claims);
        assert_eq!(
            with_parameter(&mut world, "client_assertion", Some(&assertion)),
            expected,
            "{header}"
        );
    }
    let ec = SigningKey::generate(Algorithm::Es256).token(&[], claims.as_object().unwrap());
    assert_eq!(
        with_parameter(&mut world, "client_assertion", Some(&ec)),
        "invalid_client"
    );
    let request_object = world.key.sign(&world.header(), &world.asking());
    assert_eq!(
        with_parameter(&mut world, "client_assertion", Some(&request_object)),
        "invalid_client"
    );
}

#[test]
fn when_a_token_request_repeats_a_parameter_then_the_last_value_counts() {
    let mut world = World::new();
    let code = world.code();
    let form = world.exchange(&code);
    let pairs: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let doubled = format!("code=made-up&redirect_uri=x&{}", form_encode(&pairs));
    let mut request = Request::post_form("/token", doubled).with_header("user-agent", AGENT);
    assert_eq!(error_of(&world.send(&request)), "ok");
    request.headers[0].1 = "application/json".to_owned();
    assert_eq!(error_of(&world.send(&request)), "invalid_request");
}

#[test]
fn rejects_the_code_of_another_client() {
    let other = registration_with(json!({ "client_id": "other" }));
    let mut world = World::with(&[registration(), other]);
    let code = world.code();
    let mut proving = world.proving();
    proving["iss"] = json!("other");
    proving["sub"] = json!("other");
    let mut form = world.exchange(&code);
    form.insert(
        "client_assertion".to_owned(),
        world.key.sign(&world.header(), &proving),
    );
    assert_eq!(error_of(&world.token(&form)), "invalid_grant");
    assert!(world.last_reason().unwrap().contains("another client"));
}

#[test]
fn rejects_a_shared_secret_unless_the_client_is_registered_for_it() {
    let secret =
        json!({ "token_auth_method": "client_secret_post", "client_secret": "open sesame" });
    let mut world = World::with(&[registration_with(secret)]);
    let mut sent = |given: &[(&str, &str)]| {
        let code = world.code();
        let mut form = world.exchange(&code);
        form.retain(|name, _| !name.starts_with("client_assertion"));
        form.extend(
            given
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
        );
        error_of(&world.token(&form))
    };
    assert_eq!(
        sent(&[("client_id", "demo"), ("client_secret", "open sesame")]),
        "ok"
    );
    assert_eq!(
        sent(&[("client_id", "demo"), ("client_secret", "wrong")]),
        "invalid_client"
    );
    assert_eq!(sent(&[("client_secret", "open sesame")]), "invalid_client");
    assert_eq!(sent(&[]), "invalid_client");
    let code = world.code();
    assert_eq!(
        error_of(&world.tokens(&code)),
        "invalid_client",
        "an assertion is not what it is registered for"
    );

    let mut world = World::new();
    let code = world.code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("client_id", "demo"),
        ("client_secret", ""),
    ];
    let form = form
        .into_iter()
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    assert_eq!(error_of(&world.token(&form)), "invalid_client");
}

#[test]
fn rejects_a_bearer_token_outside_the_header_at_userinfo() {
    let mut world = World::new();
    let code = world.code();
    let tokens = world.tokens(&code).body_json();
    let (access, id) = (
        tokens["access_token"].as_str().unwrap(),
        tokens["id_token"].as_str().unwrap(),
    );
    assert_eq!(world.userinfo(access).status, 200);
    let refused = [
        Request::get("/userinfo"),
        Request::get(format!("/userinfo?access_token={access}")),
        Request::get("/userinfo").with_header("authorization", &format!("Basic {access}")),
        Request::get("/userinfo").with_header("authorization", &format!("Bearer {id}")),
        Request::get("/userinfo").with_header("authorization", "Bearer"),
    ];
    for request in refused {
        let answer = world.send(&request.with_header("user-agent", AGENT));
        assert_eq!((answer.status, answer.body.len()), (401, 0));
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .starts_with("Bearer")
        );
    }
}

#[test]
fn when_a_scope_is_granted_then_userinfo_tells_only_its_claims() {
    let mut world = World::new();
    let cases = [
        ("openid", vec!["sub"]),
        ("openid email", vec!["email", "email_verified", "sub"]),
        (
            "openid phone",
            vec!["phone_number", "phone_number_verified", "sub"],
        ),
        ("openid wallet-subject-id", vec!["sub", "wallet_subject_id"]),
    ];
    for (scope, expected) in cases {
        let claims = changed(&world.asking(), "scope", json!(scope));
        let code = world.code_for(&claims);
        let tokens = world.tokens(&code).body_json();
        let body = world
            .userinfo(tokens["access_token"].as_str().unwrap())
            .body_json();
        assert_eq!(
            body.as_object().unwrap().keys().collect::<Vec<_>>(),
            expected,
            "{scope}"
        );
    }
}
