//! Everything around a sign-in: signing out, documents, the firewall, methods and the control interface.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::json;
use simulator::http::{Request, Response, last_wins};
use support::{AGENT, ISSUER, World, parameters, parsed};

#[test]
fn when_a_person_signs_out_then_only_a_registered_page_is_returned_to() {
    let mut world = World::new();
    let code = world.code();
    let tokens = world.tokens(&code).body_json();
    let hint = tokens["id_token"].as_str().unwrap().to_owned();
    let registered = "post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8787%2Fsigned-out";
    let mut location = |query: &str| {
        world
            .get(&format!("/logout?{query}"))
            .header("location")
            .unwrap()
            .to_owned()
    };
    let own_page = format!("{ISSUER}signed-out");
    assert_eq!(location(""), own_page);
    assert_eq!(
        location(&format!("{registered}&state=s")),
        format!("{own_page}?state=s"),
        "no hint"
    );
    assert!(
        location(&format!("id_token_hint=a.b.c&{registered}"))
            .contains("error_code=invalid_request")
    );
    assert!(
        location(&format!(
            "id_token_hint={hint}&post_logout_redirect_uri=http%3A%2F%2Fx"
        ))
        .starts_with(&own_page)
    );
    let back = location(&format!("id_token_hint={hint}&{registered}&state=s"));
    assert_eq!(back, "http://localhost:8787/signed-out?state=s");
    world.provider.rotate(true);
    let old = world.get(&format!("/logout?id_token_hint={hint}&{registered}"));
    assert!(
        old.header("location").unwrap().starts_with(&own_page),
        "only the current key counts"
    );
}

#[test]
fn when_a_document_is_fetched_then_it_says_how_long_it_may_be_kept() {
    let mut world = World::new();
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/jwks.json",
    ] {
        let answer = world.get(path);
        assert_eq!(answer.header("cache-control"), Some("max-age=86400"));
        assert_eq!(answer.header("pragma"), Some("no-cache"));
    }
    let keys = world.get("/.well-known/jwks.json").body_json();
    let kinds: Vec<&str> = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|k| k["alg"].as_str())
        .collect();
    assert_eq!(kinds, ["ES256", "ES256", "RS256"]);
}

#[test]
fn rejects_calls_without_a_user_agent_and_queries_that_are_too_long() {
    let mut world = World::new();
    for path in [
        "/token",
        "/userinfo",
        "/.well-known/openid-configuration",
        "/.well-known/jwks.json",
    ] {
        assert_eq!(world.send(&Request::get(path)).status, 403, "{path}");
        assert_eq!(
            world
                .send(&Request::get(path).with_header("user-agent", " "))
                .status,
            403,
            "{path}"
        );
    }
    for (path, length, allowed) in [
        ("/authorize", 4096, true),
        ("/authorize", 4097, false),
        ("/logout", 2048, true),
        ("/logout", 2049, false),
    ] {
        let answer = world.get(&format!("{path}?{}", "x".repeat(length)));
        assert_eq!(answer.status != 403, allowed, "{path} {length}");
    }
}

#[test]
fn rejects_a_method_that_its_path_does_not_take() {
    let mut world = World::new();
    let cases = [
        ("POST", "/authorize", 500),
        ("GET", "/token", 405),
        ("POST", "/userinfo", 405),
        ("GET", "/canary", 404),
    ];
    for (method, path, status) in cases {
        let mut request = Request::get(path).with_header("user-agent", AGENT);
        request.method = method.to_owned();
        assert_eq!(world.send(&request).status, status, "{method} {path}");
    }
}

fn control(world: &mut World, method: &str, path: &str, body: &str) -> Response {
    let request = Request::get(path);
    world.send(&Request {
        method: method.to_owned(),
        body: body.as_bytes().to_vec(),
        ..request
    })
}

#[test]
fn when_a_control_request_is_valid_then_it_sets_the_provider_up_and_else_fails() {
    let cases = [
        ("/control/auto", r#"{"persona":"declan"}"#, 200),
        ("/control/auto", r#"{"persona":"nobody"}"#, 400),
        ("/control/auto", "not JSON", 400),
        ("/control/clock", r#"{"offset_seconds":-400}"#, 200),
        ("/control/clock", "{}", 400),
        ("/control/fault", r#"{"fault":"token-500","times":1}"#, 200),
        ("/control/fault", r#"{"fault":"unheard-of"}"#, 400),
        ("/control/fault", r#"{"fault":null}"#, 200),
        ("/control/rotate", r#"{"keep_old":true}"#, 200),
        ("/control/unknown", "{}", 404),
    ];
    let mut world = World::new();
    for (path, body, status) in cases {
        assert_eq!(
            control(&mut world, "POST", path, body).status,
            status,
            "{path} {body}"
        );
    }
    let (header, claims) = (world.header(), world.asking());
    assert_eq!(
        parameters(&world.authorize(&header, &claims))["error"],
        "access_denied"
    );
    assert_eq!(
        control(&mut world, "POST", "/control/reset", "").status,
        200
    );
    assert!(
        !parameters(&world.authorize(&header, &claims)).contains_key("error"),
        "nobody signs in by itself"
    );
}

#[test]
fn when_a_request_reaches_the_provider_then_the_record_lists_it() {
    let mut world = World::new();
    world.code();
    let record = control(&mut world, "GET", "/control/requests", "").body_json();
    assert_eq!(
        record.as_array().unwrap().len(),
        1,
        "control requests are not recorded"
    );
    let first = (
        &record[0]["method"],
        &record[0]["path"],
        &record[0]["status"],
    );
    assert_eq!(first, (&json!("GET"), &json!("/authorize"), &json!(302)));
    let query = record[0]["query"].as_str().unwrap().to_owned();
    assert!(last_wins(query.as_bytes()).contains_key("request"));
    control(&mut world, "DELETE", "/control/requests", "");
    assert!(world.provider.requests().is_empty());
}

#[test]
fn when_keys_rotate_then_the_old_one_is_published_only_if_kept() {
    let mut world = World::new();
    let kid_of_a_sign_in = |world: &mut World| {
        let code = world.code();
        parsed(&world.tokens(&code).body_json()["id_token"])
            .header_text("kid")
            .unwrap()
            .to_owned()
    };
    let first = kid_of_a_sign_in(&mut world);
    world.provider.rotate(true);
    let second = kid_of_a_sign_in(&mut world);
    assert_ne!(first, second);
    assert!(world.published(&first).is_some() && world.published(&second).is_some());
    world.provider.rotate(false);
    assert!(world.published(&first).is_none() && world.published(&second).is_none());
}
