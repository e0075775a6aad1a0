//! The service ends a person's sessions: with which tokens, how soon, and for how long it keeps the person out.

use serde_json::{Value, json};

use super::{PAGE, is_in, signed_in};
use crate::world::service_key::{KEY, claims, key_id, listed, public, token};
use crate::world::{Browser, By, Incoming, Shown, Trouble, When, World, keys};

const ADDRESS: &str = "https://keys.example.gov.uk/jwks.json";

fn good(claims: &Value) -> String {
    token(KEY, &key_id(KEY), "end-sessions+jwt", claims)
}

fn request(token: &str) -> Incoming {
    let mut request = Incoming::get("/auth/sessions/end")
        .method("POST")
        .with("content-type", "application/jwt")
        .with("cf-connecting-ip", "203.0.113.7");
    request.body = token.as_bytes().to_vec();
    request
}

fn send(world: &World, token: &str) -> Shown {
    world.ask(request(token))
}

#[test]
fn when_the_service_ends_sessions_then_all_of_that_person_are_over_within_the_bound() {
    let world = World::with(listed);
    let mut first = signed_in(&world, "kenneth");
    let mut second = signed_in(&world, "kenneth");
    let mut other = signed_in(&world, "sian");
    world.pass(5);
    world.forget();
    let shown = send(&world, &good(&claims(&world, "kenneth")));
    assert_eq!(
        (shown.by, shown.status, shown.body.as_str()),
        (By::Edge, 200, "")
    );
    let happened = world.happened();
    assert_eq!(happened.lines(), ["sessions_ended: by_service"]);
    assert_eq!(happened.asked(), ["end_by_service"]);
    world.pass(60);
    world.person("kenneth");
    for browser in [&mut first, &mut second] {
        assert!(!is_in(&world, browser));
    }
    assert!(is_in(&world, &mut other));
    // Nothing keeps the person from signing in again.
    let shown = Browser::new().open(&world, PAGE);
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
}

#[test]
fn when_the_services_clock_is_behind_then_a_session_of_the_last_seconds_ends_too() {
    let world = World::with(listed);
    let mut said = claims(&world, "kenneth");
    world.pass(20);
    let mut browser = signed_in(&world, "kenneth");
    said["jti"] = json!("late");
    assert_eq!(send(&world, &good(&said)).status, 200);
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn when_the_service_blocks_a_person_then_each_sign_in_leads_to_a_page_until_then() {
    let world = World::with(listed);
    let mut browser = signed_in(&world, "kenneth");
    world.pass(5);
    let mut said = claims(&world, "kenneth");
    said["block_until"] = json!(world.now() + 3_600);
    world.forget();
    assert_eq!(send(&world, &good(&said)).status, 200);
    assert_eq!(world.happened().lines(), ["sessions_ended: blocked"]);
    world.pass(100);
    for language in ["en", "cy"] {
        world.forget();
        browser.language = language;
        let shown = browser.open(&world, PAGE);
        let heading = match language {
            "en" => "You cannot sign in to this service",
            _ => "Ni allwch fewngofnodi i’r gwasanaeth hwn",
        };
        assert_eq!((shown.by, shown.status), (By::Edge, 403));
        assert!(shown.body.contains(heading), "{language}");
        let happened = world.happened();
        assert_eq!(
            happened.lines().last().unwrap(),
            "callback: blocked_by_service"
        );
        assert!(happened.reached().is_empty(), "the service got no request");
        assert!(!is_in(&world, &mut browser.clone()));
    }
    // Another person at the same computer is not meant.
    world.person("sian");
    assert_eq!(browser.open(&world, PAGE).by, By::Origin);
    world.person("kenneth");
    world.pass(3_500);
    assert_eq!(Browser::new().open(&world, PAGE).by, By::Origin);
}

#[test]
fn when_the_service_ends_sessions_again_then_a_block_stays_and_one_in_the_past_lifts_it() {
    let world = World::with(listed);
    let end = |until: Option<i64>| {
        world.pass(2);
        let mut said = claims(&world, "kenneth");
        if let Some(until) = until {
            said["block_until"] = json!(until);
        }
        assert_eq!(send(&world, &good(&said)).status, 200);
    };
    world.person("kenneth");
    let status = || {
        world.pass(2);
        Browser::new().open(&world, PAGE).status
    };
    end(Some(world.now() + 86_400));
    assert_eq!(status(), 403);
    end(None);
    assert_eq!(status(), 403);
    world.forget();
    end(Some(world.now()));
    assert_eq!(world.happened().lines(), ["sessions_ended: unblocked"]);
    assert_eq!(status(), 200);
}

#[test]
fn t130_when_a_token_comes_again_then_it_changes_nothing() {
    let world = World::with(listed);
    let mut said = claims(&world, "kenneth");
    said["block_until"] = json!(world.now() + 20);
    let token = good(&said);
    assert_eq!(send(&world, &token).status, 200);
    world.pass(40);
    // An isolate that has seen no token knows it by the account.
    world.new_isolate();
    let mut browser = signed_in(&world, "kenneth");
    assert_eq!(send(&world, &token).status, 200);
    world.pass(60);
    assert!(is_in(&world, &mut browser));
    world.pass(40);
    assert_eq!(send(&world, &token).status, 400, "it has expired");
}

#[test]
fn t130_when_many_messages_come_within_a_minute_then_each_ends_sessions_and_the_first_changes_nothing()
 {
    let world = World::with(listed);
    let message = |number: i64, until: Option<i64>| {
        let mut said = claims(&world, "kenneth");
        said["jti"] = json!(format!("message {number}"));
        if let Some(until) = until {
            said["block_until"] = json!(until);
        }
        good(&said)
    };
    let first = message(0, Some(world.now() + 9_000));
    assert_eq!(send(&world, &first).status, 200);
    assert_eq!(send(&world, &message(1, Some(world.now()))).status, 200);
    let mut browser = Browser::new();
    for number in 2..20 {
        assert_eq!(send(&world, &message(number, None)).status, 200, "{number}");
        if number == 17 {
            world.pass(1);
            browser = signed_in(&world, "kenneth");
            world.pass(1);
        }
    }
    world.pass(60);
    assert!(!is_in(&world, &mut browser), "ending needs no memory");
    world.forget();
    for until in [world.now(), world.now() + 9_000] {
        assert_eq!(send(&world, &message(20, Some(until))).status, 503);
    }
    let lines = world.happened().lines();
    assert!(lines.contains(&"sessions_ended: too_many_messages".to_owned()));
    // An attacker who heard the first message cannot block the person again.
    assert_eq!(send(&world, &first).status, 200);
    world.pass(10);
    world.person("kenneth");
    assert_eq!(Browser::new().open(&world, PAGE).by, By::Origin);
    world.pass(60);
    let block = message(21, Some(world.now() + 9_000));
    assert_eq!(send(&world, &block).status, 200);
    assert_eq!(Browser::new().open(&world, PAGE).status, 403);
}

#[test]
fn t130_rejects_every_message_that_is_not_the_services_own_and_no_session_ends() {
    let world = World::with(listed);
    let mut browser = signed_in(&world, "kenneth");
    world.pass(5);
    let about = claims(&world, "kenneth");
    let with = |name: &str, value: Value| {
        let mut claims = about.clone();
        claims[name] = value;
        good(&claims)
    };
    let key_id = key_id(KEY);
    let stranger = token(keys::ASSERTION[0], &key_id, "end-sessions+jwt", &about);
    let mut unsigned = good(&about);
    unsigned.truncate(unsigned.rfind('.').unwrap() + 1);
    let far = world.now() + 367 * 86_400;
    let refused = [
        (stranger, "signature_invalid"),
        (unsigned, "signature_invalid"),
        (
            token(KEY, "another", "end-sessions+jwt", &about),
            "key_unknown",
        ),
        (token(KEY, &key_id, "jwt", &about), "wrong_type"),
        (token(KEY, &key_id, "logout+jwt", &about), "wrong_type"),
        (
            with("iss", json!("https://other.example")),
            "issuer_mismatch",
        ),
        (
            with("aud", json!("https://other.example")),
            "audience_mismatch",
        ),
        (with("exp", json!(world.now() + 61)), "expired"),
        (with("exp", json!(world.now() - 31)), "expired"),
        (with("iat", json!(world.now() + 31)), "issued_at_invalid"),
        (with("jti", json!("")), "token_id_invalid"),
        (with("sub", json!("")), "subject_invalid"),
        (with("block_until", json!("tomorrow")), "claims_malformed"),
        (with("block_until", json!(far)), "block_too_long"),
        (String::new(), "token_malformed"),
        ("a.b.c".to_owned(), "token_malformed"),
    ];
    for (token, label) in refused {
        world.forget();
        let shown = send(&world, &token);
        assert_eq!(shown.status, 400, "{label}");
        assert_eq!(shown.body, json!({ "error": label }).to_string());
        let happened = world.happened();
        assert_eq!(
            happened.lines().last().unwrap(),
            &format!("sessions_ended: {label}")
        );
        assert!(happened.asked().is_empty(), "{label}");
    }
    let form = Incoming::post("/auth/sessions/end", &format!("token={}", good(&about)));
    assert_eq!(world.ask(form).body, r#"{"error":"content_type"}"#);
    let large = "a".repeat(65 * 1_024);
    assert_eq!(send(&world, &large).status, 413);
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let shown = world.ask(request(&good(&about)).method(method));
        assert_eq!(
            (shown.status, shown.header("allow")),
            (405, Some("POST")),
            "{method}"
        );
    }
    world.pass(60);
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t130_when_no_keys_are_configured_then_the_address_does_not_exist() {
    let world = World::new();
    let token = good(&claims(&world, "kenneth"));
    for method in ["POST", "GET"] {
        let shown = world.ask(request(&token).method(method));
        assert_eq!((shown.by, shown.status), (By::Edge, 404), "{method}");
    }
}

#[test]
fn when_the_account_gives_no_answer_then_the_same_token_is_good_at_the_next_attempt() {
    let world = World::with(listed);
    let mut browser = signed_in(&world, "kenneth");
    world.pass(5);
    let token = good(&claims(&world, "kenneth"));
    world.trouble(Trouble::AccountNotReached, When::Always);
    let shown = send(&world, &token);
    assert_eq!(
        (shown.status, shown.header("retry-after")),
        (503, Some("30"))
    );
    world.mend();
    assert_eq!(send(&world, &token).status, 200);
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn t130_when_a_block_arrives_late_then_a_sign_in_of_the_meantime_ends_too() {
    for (block, lives) in [(Some(3_600), false), (Some(-3_600), true), (None, true)] {
        for same_isolate in [true, false] {
            let world = World::with(listed);
            let mut said = claims(&world, "kenneth");
            if let Some(seconds) = block {
                said["block_until"] = json!(world.now() + seconds);
            }
            let token = good(&said);
            world.trouble(Trouble::AccountNotReached, When::Always);
            assert_eq!(send(&world, &token).status, 503);
            world.mend();
            world.pass(40);
            let mut browser = signed_in(&world, "kenneth");
            world.pass(20);
            if !same_isolate {
                world.new_isolate();
            }
            assert_eq!(send(&world, &token).status, 200);
            world.pass(60);
            assert_eq!(is_in(&world, &mut browser), lives, "{block:?}");
            let status = Browser::new().open(&world, PAGE).status;
            assert_eq!(status, if lives { 200 } else { 403 }, "{block:?}");
        }
    }
}

/// Puts a key set with one key at the address of the service's keys.
fn publish(world: &World, key: &str) {
    let mut public = public(key);
    public["kid"] = json!(key_id(key));
    let document = json!({ "keys": [public] }).to_string();
    let mut elsewhere = world.outside.elsewhere.borrow_mut();
    elsewhere.insert(ADDRESS, document);
}

#[test]
fn t130_when_a_key_is_taken_out_at_its_address_then_it_counts_until_the_hourly_task() {
    let world = World::with(|setup| setup.field("service_keys", ADDRESS));
    let end = || {
        world.pass(1);
        send(&world, &good(&claims(&world, "kenneth"))).status
    };
    publish(&world, KEY);
    assert_eq!(end(), 200);
    publish(&world, keys::ASSERTION[0]);
    world.pass(1_800);
    assert_eq!(end(), 200, "the copy is fresh");
    world.refresh();
    // The copy is young, so that a newer one may have it; then the key is no key any more.
    assert_eq!(end(), 503);
    world.pass(60);
    assert_eq!(end(), 400);
}

#[test]
fn when_the_keys_are_at_an_address_then_they_are_kept_like_the_providers_documents() {
    let world = World::with(|setup| setup.field("service_keys", ADDRESS));
    let end = |key: &str| {
        world.pass(1);
        let about = claims(&world, "kenneth");
        send(
            &world,
            &token(key, &key_id(key), "end-sessions+jwt", &about),
        )
        .status
    };
    let calls = || {
        let calls = world.happened().calls();
        calls.iter().filter(|call| call.contains(ADDRESS)).count()
    };
    // Nothing at the address yet: a service that sends again loses nothing.
    assert_eq!(end(KEY), 503);
    world.pass(10);
    publish(&world, KEY);
    world.forget();
    assert_eq!(end(KEY), 200);
    assert_eq!(end(KEY), 200);
    assert_eq!(calls(), 1);
    world.new_isolate();
    assert_eq!(end(KEY), 200, "from KV");
    assert_eq!(calls(), 0);
    // Another key: looked up when the copy is a minute old, as for any sender who may have made the id up.
    publish(&world, keys::ASSERTION[0]);
    world.pass(10);
    assert_eq!(end(keys::ASSERTION[0]), 503);
    world.pass(60);
    assert_eq!(end(keys::ASSERTION[0]), 200);
    assert_eq!(end(KEY), 503, "withdrawn, and the copy is young");
    world.pass(60);
    assert_eq!(end(KEY), 400);
}
