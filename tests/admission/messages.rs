//! The service's messages about the list: which are taken, and that each counts once.

use serde_json::{Value, json};

use super::{ADDRESS, CODE, PAGE, claims, comes_in, good, request, tell, world as invited_world};
use crate::world::service_key::{KEY, key_id, listed, token};
use crate::world::{By, HOST, Trouble, When, World, keys};
use simulator::provider::personas::Persona;

#[test]
fn t152_rejects_every_message_that_is_not_the_services_own_and_no_person_is_invited() {
    let world = invited_world();
    let about = claims(
        &world,
        &json!({ "act": "add", "who": ["kenneth@example.gov.uk"] }),
    );
    let with = |name: &str, value: Value| {
        let mut claims = about.clone();
        claims[name] = value;
        good(&claims)
    };
    let key_id = key_id(KEY);
    let many: Vec<_> = (0..201).map(|n| format!("{n}@example.gov.uk")).collect();
    let refused = [
        (
            token(keys::ASSERTION[0], &key_id, "admission+jwt", &about),
            "signature_invalid",
        ),
        (
            token(KEY, &key_id, "end-sessions+jwt", &about),
            "wrong_type",
        ),
        (
            with("iss", json!("https://other.example")),
            "issuer_mismatch",
        ),
        (
            with("aud", json!("https://other.example")),
            "audience_mismatch",
        ),
        (with("sub", json!("another")), "subject_invalid"),
        (with("exp", json!(world.now() - 31)), "expired"),
        (with("jti", json!("")), "token_id_invalid"),
        (with("act", json!("let in")), "act_unknown"),
        (with("act", Value::Null), "act_unknown"),
        (
            with("who", json!("kenneth@example.gov.uk")),
            "claims_malformed",
        ),
        (with("who", json!(many)), "too_many"),
        (with("max", json!(-1)), "claims_malformed"),
        (String::new(), "token_malformed"),
    ];
    for (token, label) in refused {
        world.forget();
        let shown = world.ask(request(&token));
        assert_eq!(shown.status, 400, "{label}");
        assert_eq!(shown.body, json!({ "error": label }).to_string());
        let happened = world.happened();
        assert_eq!(
            happened.lines().last().unwrap(),
            &format!("admission: {label}")
        );
    }
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let shown = world.ask(request(&good(&about)).method(method));
        assert_eq!(
            (shown.status, shown.header("allow")),
            (405, Some("POST")),
            "{method}"
        );
    }
    assert_eq!(tell(&world, json!({ "act": "count" }))["invitations"], 0);
    assert!(!comes_in(&world, "kenneth", PAGE));
    // A message of this kind ends no session.
    let mut other = request(&good(&about));
    other.url = other.url.replace("admission", "sessions/end");
    assert_eq!(world.ask(other).body, r#"{"error":"wrong_type"}"#);
}

#[test]
fn rejects_a_code_that_no_link_could_have_and_takes_out_whatever_is_there() {
    let world = invited_world();
    let told = |act: &str, code: &str| {
        let about = claims(&world, &json!({ "act": act, "who": [CODE, code] }));
        let shown = world.ask(request(&good(&about)));
        (shown.status, shown.body)
    };
    for code in ["", "kenneth", &"A".repeat(21), &"A".repeat(65)] {
        let refused = (400, r#"{"error":"code_length"}"#.to_owned());
        assert_eq!(told("add", code), refused, "{code}");
    }
    assert_eq!(tell(&world, json!({ "act": "count" }))["invitations"], 0);
    for code in ["A".repeat(22), "A".repeat(64)] {
        assert_eq!(told("add", &code).0, 200);
    }
    for code in ["A".repeat(64), "kenneth".to_owned()] {
        assert_eq!(told("remove", &code).0, 200);
    }
    assert_eq!(tell(&world, json!({ "act": "count" }))["invitations"], 1);
}

#[test]
fn rejects_an_address_with_something_more_which_would_let_no_person_in() {
    let world = invited_world();
    let add = |who: &str| {
        let about = claims(&world, &json!({ "act": "add", "who": [who] }));
        let shown = world.ask(request(&good(&about)));
        (shown.status, shown.body)
    };
    for slip in [
        "ann@example.gov.uk,",
        "<ann@example.gov.uk>",
        "'ann@example.gov.uk'",
        "\"ann\"@example.gov.uk",
        "Ann ann@example.gov.uk",
        " ann@example.gov.uk",
        "ann@example.gov.uk\n",
        "\u{feff}ann@example.gov.uk",
        "ann@example.gov.uk\u{200b}",
        "ann@@example.gov.uk",
        "ann@.uk",
        "ann@example.",
        "ann@example",
        "@example.gov.uk",
        "*@example.gov.uk",
    ] {
        let refused = (400, r#"{"error":"address_malformed"}"#.to_owned());
        assert_eq!(add(slip), refused, "{slip:?}");
    }
    assert_eq!(tell(&world, json!({ "act": "count" }))["invitations"], 0);
    for address in ["Ann.O'Neil+beta@mail.example.gov.uk", "siân@example.cymru"] {
        assert_eq!(add(address).0, 200, "{address}");
    }
    assert_eq!(tell(&world, json!({ "act": "count" }))["invitations"], 2);
}

#[test]
fn t152_when_a_message_comes_again_then_it_changes_nothing() {
    let world = invited_world();
    let add = good(&claims(&world, &json!({ "act": "add", "who": [CODE] })));
    let send = || world.ask(request(&add));
    assert!(send().body.contains(r#""invitations":1"#));
    world.pass(1);
    tell(&world, json!({ "act": "remove", "who": [CODE] }));
    // An isolate that has seen no message knows it by the list.
    world.new_isolate();
    let shown = send();
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains(r#""invitations":0"#), "{}", shown.body);
}

#[test]
fn when_the_list_gives_no_answer_then_the_same_message_is_good_at_the_next_attempt() {
    let world = invited_world();
    let add = good(&claims(
        &world,
        &json!({ "act": "add", "who": ["kenneth@example.gov.uk"] }),
    ));
    world.trouble(Trouble::AccountNotReached, When::Always);
    let shown = world.ask(request(&add));
    assert_eq!(
        (shown.status, shown.header("retry-after")),
        (503, Some("30"))
    );
    world.mend();
    assert_eq!(world.ask(request(&add)).status, 200);
    assert!(comes_in(&world, "kenneth", PAGE));
}

#[test]
fn when_a_person_is_removed_by_their_subject_then_they_come_in_no_more() {
    let world = invited_world();
    tell(
        &world,
        json!({ "act": "add", "who": ["kenneth@example.gov.uk"] }),
    );
    assert!(comes_in(&world, "kenneth", PAGE));
    let subject = Persona::find("kenneth").unwrap().subject(HOST);
    let told = tell(&world, json!({ "act": "remove", "who": [subject] }));
    assert_eq!(
        (&told["invitations"], &told["people"]),
        (&json!(0), &json!(0))
    );
    assert!(!comes_in(&world, "kenneth", PAGE));
}

#[test]
fn t152_when_no_admission_is_configured_then_the_address_does_not_exist() {
    let world = World::with(listed);
    let add = good(&claims(&world, &json!({ "act": "count" })));
    for method in ["POST", "GET"] {
        let shown = world.ask(request(&add).method(method));
        assert_eq!((shown.by, shown.status), (By::Edge, 404), "{method}");
    }
}

#[test]
fn when_the_hourly_task_finds_the_list_as_it_was_then_it_stores_nothing() {
    let world = invited_world();
    tell(&world, json!({ "act": "add", "who": [ADDRESS, CODE] }));
    let stored = || world.outside.accounts.stored.borrow().clone();
    // The message's id is forgotten within the first hour.
    world.pass(3_600);
    world.refresh();
    let before = stored();
    for _ in 0..3 {
        world.pass(3_600);
        world.refresh();
        assert!(stored() == before, "an hour later");
    }
    world.deploy(|setup| setup.set("SESSION_KEY_B", keys::SESSION[1]));
    world.deploy(|setup| setup.set("SESSION_KEY_ACTIVE", "B"));
    world.refresh();
    let sealed_again = stored();
    assert!(sealed_again != before);
    world.refresh();
    assert!(stored() == sealed_again);
    assert!(comes_in(&world, "kenneth", PAGE));
}
