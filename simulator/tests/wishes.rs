//! A test's own person and fault, and the token of the controls.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::{Value, json};
use simulator::http::{Request, Response, form_encode};
use simulator::provider::personas::Persona;
use simulator::provider::wish::{FAULT, PERSONA};
use support::{World, parameters};

/// Asks as a browser with these headers.
fn ask(world: &mut World, headers: &[(&str, &str)]) -> Response {
    let claims = world.asking();
    let token = world.key.sign(&world.header(), &claims);
    let query = form_encode(&[
        ("response_type", "code"),
        ("client_id", "demo"),
        ("scope", "openid email phone"),
        ("request", &token),
    ]);
    let request = Request::get(format!("/authorize?{query}"));
    let with = headers.iter().fold(request, |request, (name, value)| {
        request.with_header(name, value)
    });
    world.send(&with)
}

fn code(answer: &Response) -> String {
    parameters(answer)
        .remove("code")
        .unwrap_or_else(|| panic!("{answer:?}"))
}

/// The address that userinfo tells after the code.
fn email(world: &mut World, code: &str) -> Value {
    let tokens = world.tokens(code).body_json();
    let told = world.userinfo(tokens["access_token"].as_str().unwrap());
    told.body_json()["email"].clone()
}

#[test]
fn when_two_tests_wish_at_once_then_each_gets_its_own_person_and_fault() {
    let mut world = World::new();
    let cookie = format!("a=b; {PERSONA}=sian; {FAULT}=token-500");
    let sian = code(&ask(&mut world, &[("cookie", &cookie)]));
    let mo = code(&ask(
        &mut world,
        &[(PERSONA, "mo"), (FAULT, "userinfo-500")],
    ));
    let everybody = code(&ask(&mut world, &[]));
    // Their exchanges come in another order, and carry nothing of the browser's.
    let kenneth = Persona::find("kenneth").unwrap();
    assert_eq!(email(&mut world, &everybody), kenneth.email.0);
    let tokens = world.tokens(&mo);
    assert_eq!(tokens.status, 200);
    let access = tokens.body_json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(world.userinfo(&access).status, 500);
    assert_eq!(world.tokens(&sian).status, 500);
    // A test without a fault of its own is untouched by the others'.
    let again = code(&ask(&mut world, &[(PERSONA, "sian")]));
    assert_eq!(email(&mut world, &again), "siân.ŵyn@enghraifft.cymru");
    assert!(world.provider.fault().is_none());
}

#[test]
fn when_a_wish_is_for_one_sign_in_then_the_fault_for_everybody_waits() {
    let mut world = World::new();
    let fault = json!({ "fault": "token-503", "times": 1 }).to_string();
    let set = Request::post_form("/control/fault", fault);
    assert_eq!(world.send(&set).status, 200);
    let own = code(&ask(&mut world, &[(FAULT, "token-500")]));
    assert_eq!(world.tokens(&own).status, 500);
    let other = code(&ask(&mut world, &[]));
    assert_eq!(world.tokens(&other).status, 503);
}

#[test]
fn rejects_a_wish_that_nothing_has_or_that_is_for_no_one_sign_in() {
    let mut world = World::new();
    for (name, value) in [
        (PERSONA, "nobody-knows"),
        (FAULT, "token-never"),
        (FAULT, "discovery-500"),
    ] {
        let answer = ask(&mut world, &[(name, value)]);
        assert_eq!(answer.status, 400, "{name} {value}");
        assert!(String::from_utf8_lossy(&answer.body).contains(name));
    }
}

#[test]
fn rejects_each_control_without_the_token_and_lets_the_desk_in_with_it() {
    let mut world = World::new();
    world
        .provider
        .set_control_token("0123456789abcdef".to_owned());
    let asked = |world: &mut World, target: &str, header: Option<(&str, &str)>| {
        let request = Request::get(target);
        let request = match header {
            Some((name, value)) => request.with_header(name, value),
            None => request,
        };
        world.send(&request)
    };
    for target in [
        "/control/",
        "/control/sessions",
        "/control/requests?token=0123456789abcdef",
    ] {
        assert_eq!(asked(&mut world, target, None).status, 403, "{target}");
        let wrong = Some(("control-token", "0123456789abcdeg"));
        assert_eq!(asked(&mut world, target, wrong).status, 403, "{target}");
    }
    let right = Some(("control-token", "0123456789abcdef"));
    assert_eq!(asked(&mut world, "/control/sessions", right).status, 200);
    let opened = asked(&mut world, "/control/?token=0123456789abcdef", None);
    assert_eq!(
        (opened.status, opened.header("location")),
        (303, Some("/control/"))
    );
    let cookie = opened
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        asked(&mut world, "/control/", Some(("cookie", &cookie))).status,
        200
    );
    // The provider itself is for everybody.
    assert_eq!(asked(&mut world, "/", None).status, 200);
}
