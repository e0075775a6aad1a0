//! This version reads the bytes that an earlier version wrote, and writes the same bytes for the same content. So two
//! versions can run side by side. `docs/formats.md` states the rule and lists the formats.
//!
//! `tests/formats/` has a file for each version whose bytes must be read; its bytes never change. A format that is no
//! longer read goes out of both, with a line in CHANGELOG.md under “Formats”.

use one_login_edge::session::account::Account;
use one_login_edge::session::attempt::{Aim, Attempt};
use one_login_edge::session::pending_sign_out;
use one_login_edge::session::seal::{Generation, Purpose, Ring};
use one_login_edge::session::session::Session;
use std::collections::BTreeMap;

/// Main on 29 November 2026, before sessions knew when their person had signed in again.
const YESTERDAY: &str = include_str!("formats/2026-11-29.txt");

/// The secret of the session key under which the sealed texts were made.
const SECRET: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Each entry by its name: `name: text`, and lines that are indented go on with it.
fn yesterday() -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    let mut name = String::new();
    for line in YESTERDAY.lines().filter(|line| !line.starts_with('#')) {
        if let Some((before, after)) = line.split_once(": ") {
            before.clone_into(&mut name);
            all.insert(name.clone(), after.to_owned());
        } else if let Some(text) = all.get_mut(&name) {
            text.push_str(line.trim());
        }
    }
    all
}

fn bytes(name: &str) -> Vec<u8> {
    let all = yesterday();
    let hex = &all[name];
    (0..hex.len())
        .step_by(2)
        .map(|at| {
            let digits = &hex[at..at + 2];
            u8::from_str_radix(digits, 16).unwrap_or_else(|_| panic!("{name}: {digits}"))
        })
        .collect()
}

#[test]
fn when_a_session_of_yesterday_comes_then_it_is_read_and_written_as_before() {
    for (name, has_identity) in [("session", false), ("session with identity", true)] {
        let old = bytes(name);
        let session = Session::from_bytes(&old).unwrap_or_else(|| panic!("{name} is not read"));
        assert_eq!(session.subject, "subject");
        assert_eq!((session.born_at, session.auth_time), (1_000, Some(990)));
        assert_eq!(session.email.as_ref().unwrap().value, "a@example.com");
        assert_eq!(session.identity.is_some(), has_identity);
        assert_eq!(
            session.to_bytes(),
            old,
            "{name}: the version before reads this one's"
        );
    }
}

#[test]
fn when_an_attempt_of_yesterday_comes_back_then_it_is_finished() {
    for (name, aims) in [
        ("attempt", [true, false, false]),
        ("attempt again", [false, true, false]),
        ("attempt to prove", [false, false, true]),
    ] {
        let old = bytes(name);
        let attempt = Attempt::from_bytes(&old).unwrap_or_else(|| panic!("{name} is not read"));
        let aim = &attempt.aim;
        let is = [
            matches!(aim, Aim::SignIn),
            matches!(aim, Aim::Again(_)),
            matches!(aim, Aim::Prove(_)),
        ];
        assert_eq!(is, aims, "{name}");
        assert_eq!(attempt.return_path, "/a");
        assert_eq!(
            attempt.to_bytes(),
            old,
            "{name}: the version before reads this one's"
        );
    }
    assert!(Attempt::from_bytes(&bytes("attempt of format 1")).is_some());
}

#[test]
fn when_an_account_of_yesterday_is_loaded_then_its_sessions_are_there() {
    let old = bytes("account");
    let account = Account::from_stored(Some(&old)).expect("an account of yesterday is read");
    assert_eq!(
        account.id_token("one", 10_000).as_deref(),
        Some("hint of one")
    );
    assert_eq!(
        account.to_stored(),
        Some(old),
        "the version before reads this one's"
    );
}

#[test]
fn when_a_wish_to_sign_out_of_yesterday_comes_then_it_is_granted() {
    let old = bytes("ending");
    let endings = pending_sign_out::from_bytes(&old).expect("a wish of yesterday is read");
    assert!(endings.len() == 1 && endings[0].everywhere);
    assert_eq!(pending_sign_out::to_bytes(&endings), old);
}

#[test]
fn when_a_text_was_sealed_yesterday_then_it_is_opened() {
    for generation in [Generation::A, Generation::B] {
        let (a, b) = (
            Some(SECRET),
            Some("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"),
        );
        let ring = Ring::new(a, b, generation).unwrap();
        let opened = ring.open(Purpose::Session, "binding", &yesterday()["sealed"]);
        assert_eq!(opened.expect("it is opened").as_slice(), b"content");
    }
}

#[test]
fn when_a_format_is_tested_here_then_the_page_names_it() {
    let page = include_str!("../docs/formats.md");
    for cookie in [
        "__Host-ol-session",
        "__Host-ol-attempt-",
        "__Host-ol-starts",
        "__Host-ol-ending-",
        "__Host-ol-inactive",
        "__Host-ol-arrival",
    ] {
        assert!(page.contains(cookie), "{cookie}");
    }
    let current = [
        bytes("session")[0],
        bytes("attempt")[0],
        bytes("account")[0],
        bytes("ending")[0],
    ];
    assert_eq!(current, [1, 2, 2, 1]);
}
