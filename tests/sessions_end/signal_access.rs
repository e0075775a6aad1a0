//! The sender of signals: its access token, and the addresses of the receiver.

use one_login_edge::session::seal::sha256;
use serde_json::{Value, json};

use super::signals::{SECRETS, access, ask_token, form, posted, request, signal, world};
use super::{is_in, signed_in};
use crate::world::{By, Incoming, World};

#[test]
fn t150_rejects_a_sender_without_an_access_token_that_lives_and_whose_secret_is_still_known() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(5);
    let signal = signal(&world, "account-purged", "kenneth");
    let good = access(&world, SECRETS[1]);
    let (until, value) = good.split_once('.').unwrap();
    let later = until.parse::<i64>().unwrap() + 1;
    let refused = |request: Incoming, why: &str| {
        world.forget();
        let shown = world.ask(request);
        assert_eq!(shown.status, 401, "{why}");
        assert_eq!(shown.header("www-authenticate"), Some("Bearer"));
        assert_eq!(
            shown.body,
            r#"{"err":"authentication_failed","description":"access_token"}"#
        );
        let happened = world.happened();
        assert_eq!(happened.lines(), ["signal: access_token"], "{why}");
        assert!(
            happened.asked().is_empty() && happened.calls().is_empty(),
            "{why}"
        );
    };
    let signals = "application/secevent+jwt";
    refused(posted(&signal, signals), "none");
    let basic = posted(&signal, signals).with("authorization", &format!("Basic {good}"));
    refused(basic, "another scheme");
    for wrong in [
        "",
        ".",
        "x",
        until,
        &format!("{later}.{value}"),
        &format!("{until}.{value}A"),
        &signal,
    ] {
        refused(request(wrong, &signal), wrong);
    }
    // Said to live for an hour, it lives for two.
    world.pass(7_199);
    assert_eq!(
        world
            .ask(request(
                &good,
                &super::signals::signal(&world, "verification", "sian")
            ))
            .status,
        202
    );
    world.pass(1);
    refused(request(&good, &signal), "its time is over");
    let good = access(&world, SECRETS[1]);
    let first = access(&world, SECRETS[0]);
    world.deploy(|setup| setup.field("signals_secret_hashes", json!([sha256(SECRETS[0])])));
    refused(request(&good, &signal), "its secret went");
    assert_eq!(
        world
            .ask(request(
                &first,
                &super::signals::signal(&world, "verification", "sian")
            ))
            .status,
        202
    );
    assert!(!is_in(&world, &mut browser), "unused for two hours");
}

#[test]
fn t150_when_a_token_is_asked_for_then_only_the_one_client_with_a_known_secret_gets_one() {
    let world = world();
    let shown = ask_token(&world, &form(SECRETS[0]));
    let answer: Value = serde_json::from_str(&shown.body).unwrap();
    assert_eq!(
        (answer["token_type"].as_str(), answer["expires_in"].as_i64()),
        (Some("Bearer"), Some(3_600))
    );
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    assert_eq!(world.happened().lines(), ["signal: access_granted"]);
    let good = form(SECRETS[0]);
    for (form, status, error) in [
        (
            form("a secret of thirty-two bytes that nobody has"),
            401,
            "invalid_client",
        ),
        (form(""), 401, "invalid_client"),
        (good.replace("one-login", "another"), 401, "invalid_client"),
        (
            good.replace("client_credentials", "authorization_code"),
            400,
            "unsupported_grant_type",
        ),
        (
            good.replace("&grant_type=client_credentials", ""),
            400,
            "invalid_request",
        ),
        (
            format!("{good}&client_id=one-login"),
            400,
            "invalid_request",
        ),
        (String::new(), 400, "invalid_request"),
    ] {
        world.forget();
        let shown = ask_token(&world, &form);
        assert_eq!(
            (shown.status, shown.body),
            (status, json!({ "error": error }).to_string()),
            "{form}"
        );
        assert_eq!(
            world.happened().lines(),
            [format!("signal: {error}")],
            "{form}"
        );
    }
    // A secret that is too short to be hidden by its hash.
    let short = "short";
    world.deploy(|setup| setup.field("signals_secret_hashes", json!([sha256(short)])));
    assert_eq!(ask_token(&world, &form(short)).status, 401);
}

#[test]
fn t150_when_nothing_is_configured_then_the_addresses_do_not_exist() {
    let without = World::new();
    for path in ["/auth/signals", "/auth/signals/token"] {
        for method in ["POST", "GET"] {
            let shown = without.ask(Incoming::get(path).method(method));
            assert_eq!((shown.by, shown.status), (By::Edge, 404), "{method} {path}");
        }
    }
    let world = world();
    for path in ["/auth/signals", "/auth/signals/token"] {
        for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
            let shown = world.ask(Incoming::get(path).method(method));
            assert_eq!(
                (shown.status, shown.header("allow")),
                (405, Some("POST")),
                "{method} {path}"
            );
        }
    }
}
