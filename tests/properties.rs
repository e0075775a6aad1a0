//! Properties that must hold for any value, tested on some thousands. The fuzzing targets
//! begin from bytes; these tests begin from valid structures.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

#[path = "properties/accounts.rs"]
mod accounts;
mod world;

use one_login_edge::gate::http::request::parameter;
use one_login_edge::oidc::json::Object;
use one_login_edge::oidc::jws::{decode, encode};
use one_login_edge::oidc::userinfo::Contact;
use one_login_edge::oidc::vector::Level;
use one_login_edge::path::CanonicalPath;
use one_login_edge::secret::same;
use one_login_edge::session::attempt::{Aim, Attempt, Served};
use one_login_edge::session::identity::{self, ClaimsKey};
use one_login_edge::session::seal::{Generation, Purpose, Ring};
use one_login_edge::session::session::{Identity, Session, first_place};
use serde_json::{Map, Value, json};
use std::hint::black_box;
use std::time::{Duration, Instant};
use url::form_urlencoded::Serializer;
use world::chance::Chance;

const NOW: i64 = 1_800_000_000;
const LEVELS: [Level; 4] = [Level::Cl, Level::ClCm, Level::P1, Level::P2];
const PURPOSES: [Purpose; 5] = [
    Purpose::Session,
    Purpose::Attempt,
    Purpose::Hint,
    Purpose::Ending,
    Purpose::Place,
];

fn session(chance: &mut Chance) -> Session {
    let contact = |chance: &mut Chance| {
        chance.coin().then(|| Contact {
            value: chance.text(60),
            verified: chance.coin(),
        })
    };
    let id = chance.bytes();
    let is_moved = chance.coin();
    let place = if is_moved {
        chance.bytes()
    } else {
        first_place(&id)
    };
    let buries = if is_moved { 4 } else { 0 };
    Session {
        id,
        subject: chance.text(255),
        level: *chance.one(&LEVELS),
        born_at: chance.seconds(NOW),
        auth_time: chance.coin().then(|| chance.seconds(NOW)),
        reauthenticated_at: chance.coin().then(|| chance.seconds(NOW)),
        created_at: chance.seconds(NOW),
        used_at: chance.seconds(NOW),
        checked_at: chance.seconds(NOW),
        email: contact(chance),
        phone: contact(chance),
        wallet_subject_id: chance.coin().then(|| chance.text(60)),
        identity: chance.coin().then(|| Identity {
            key: ClaimsKey::new(chance.bytes()),
            changed_at: chance.seconds(NOW),
        }),
        place,
        buries: (0..buries).map(|_| chance.bytes()).collect(),
        arriving: false,
        admitted: false,
        has_old_name: false,
    }
}

fn attempt(chance: &mut Chance) -> Attempt {
    let mut made = Attempt::new(
        &chance.bytes(),
        chance.seconds(NOW),
        *chance.one(&LEVELS),
        chance.text(1_000),
    );
    let served = Served {
        session: chance.bytes(),
        account: chance.bytes(),
    };
    made.aim = *chance.one(&[Aim::SignIn, Aim::Again(served), Aim::Prove(served)]);
    made.max_age = chance.coin().then(|| chance.seconds(86_400) + 1);
    made
}

#[test]
fn t42_when_a_session_is_encoded_then_it_decodes_unchanged_and_no_part_of_it_decodes() {
    let mut chance = Chance::of("remembered");
    for _ in 0..500 {
        let (session, attempt) = (session(&mut chance), attempt(&mut chance));
        let (kept, begun) = (session.to_bytes(), attempt.to_bytes());
        assert_eq!(Session::from_bytes(&kept).as_ref(), Some(&session));
        assert_eq!(Attempt::from_bytes(&begun).as_ref(), Some(&attempt));
        let (cut, short) = (chance.below(kept.len()), chance.below(begun.len()));
        assert_eq!(Session::from_bytes(&kept[..cut]), None);
        assert_eq!(Attempt::from_bytes(&begun[..short]), None);
        assert_eq!(Session::from_bytes(&[&kept[..], &[0]].concat()), None);
        assert_eq!(Attempt::from_bytes(&[&begun[..], &[0]].concat()), None);
    }
}

#[test]
fn t42_t48_when_a_sealed_value_is_opened_then_purpose_binding_and_every_byte_must_match() {
    let mut chance = Chance::of("seals");
    let keys: [String; 3] = std::array::from_fn(|_| encode(&chance.bytes::<32>()));
    let ring = Ring::new(Some(&keys[0]), Some(&keys[1]), Generation::A).unwrap();
    let rotated = Ring::new(Some(&keys[0]), Some(&keys[1]), Generation::B).unwrap();
    let strange = Ring::new(Some(&keys[2]), None, Generation::A).unwrap();
    for _ in 0..500 {
        let (purpose, binding) = (*chance.one(&PURPOSES), chance.text(40));
        let content = chance.text(600).into_bytes();
        let sealed = ring.seal(purpose, &binding, chance.bytes(), &content);
        for ring in [&ring, &rotated] {
            let opened = ring.open(purpose, &binding, &sealed).unwrap();
            assert_eq!(*opened, content);
        }
        assert!(strange.open(purpose, &binding, &sealed).is_none());
        let other = chance.text(40);
        assert!(other == binding || ring.open(purpose, &other, &sealed).is_none());
        for other in PURPOSES.into_iter().filter(|other| *other != purpose) {
            assert!(ring.open(other, &binding, &sealed).is_none());
        }
        let mut bytes = decode(&sealed).unwrap();
        let at = chance.below(bytes.len());
        bytes[at] ^= 1 << chance.below(8);
        assert!(ring.open(purpose, &binding, &encode(&bytes)).is_none());
    }
}

#[test]
fn t83_when_identity_claims_are_opened_then_the_key_and_the_time_must_match() {
    let mut chance = Chance::of("claims");
    for _ in 0..500 {
        let (key, other) = (
            ClaimsKey::new(chance.bytes()),
            ClaimsKey::new(chance.bytes()),
        );
        let claims = chance.text(500).into_bytes();
        let until = NOW + chance.seconds(1_800);
        let kept = identity::seal(&key, chance.bytes(), until, &claims).unwrap();
        let needed = chance.seconds(120);
        let opened = identity::open(&kept, &key, NOW, needed);
        assert_eq!(opened.is_some(), until >= NOW + needed);
        assert!(opened.is_none_or(|opened| *opened == claims));
        assert!(identity::open(&kept, &other, NOW, 0).is_none());
        let mut longer = kept.clone();
        longer.until += 1;
        assert!(
            identity::open(&longer, &key, NOW, 0).is_none(),
            "a later end of validity does not open"
        );
    }
}

/// Any JSON, not too deep.
fn value(chance: &mut Chance, depth: usize) -> Value {
    match chance.below(if depth == 0 { 5 } else { 7 }) {
        0 => Value::Null,
        1 => chance.coin().into(),
        2 => chance.seconds(NOW).into(),
        3 => json!(-1.5),
        4 => chance.text(12).into(),
        5 => (0..chance.below(4))
            .map(|_| value(chance, depth - 1))
            .collect(),
        _ => object(chance, depth - 1).into(),
    }
}

fn object(chance: &mut Chance, depth: usize) -> Map<String, Value> {
    (0..chance.below(5))
        .map(|number| (format!("{number}{}", chance.text(5)), value(chance, depth)))
        .collect()
}

#[test]
fn t21_rejects_json_with_a_repeated_member_and_reads_other_json_unchanged() {
    let mut chance = Chance::of("json");
    for _ in 0..1_000 {
        let members = object(&mut chance, 4);
        let text = Value::Object(members.clone()).to_string();
        let read = Object::parse(text.as_bytes()).unwrap();
        assert_eq!(read.into_members(), members);
        let Some((name, value)) = members.iter().next() else {
            continue;
        };
        let twice = format!("{{{}:{value},{}", json!(name), &text[1..]);
        assert!(Object::parse(twice.as_bytes()).is_err(), "{twice}");
        let deep = format!("{{\"a\":[{{\"b\":{twice}}}]}}");
        assert!(Object::parse(deep.as_bytes()).is_err(), "{deep}");
    }
}

#[test]
fn t57_when_letters_and_digits_are_encoded_then_they_make_no_other_path() {
    let mut chance = Chance::of("paths");
    let letters: Vec<char> = "abcXYZ019-_~".chars().collect();
    for _ in 0..2_000 {
        let (mut plain, mut encoded) = (String::new(), String::new());
        for _ in 0..=chance.below(4) {
            plain.push('/');
            encoded.push('/');
            for _ in 0..=chance.below(6) {
                let letter = *chance.one(&letters);
                plain.push(letter);
                match chance.below(3) {
                    0 => encoded.push_str(&format!("%{:02x}", u32::from(letter))),
                    1 => encoded.push_str(&format!("%{:02X}", u32::from(letter))),
                    _ => encoded.push(letter),
                }
            }
        }
        let (one, other) = (
            CanonicalPath::parse(&plain, false).unwrap(),
            CanonicalPath::parse(&encoded, false).unwrap(),
        );
        assert_eq!(one, other, "{encoded}");
        assert_eq!(one.text, plain);
        // An origin that decodes once too often still sees the path that the rule was matched against.
        let twice = encoded.replace('%', "%25");
        let folded = CanonicalPath::parse(&twice, false).unwrap().folded;
        assert_eq!(folded, one.folded, "{twice}");
        for trick in [
            "/..", "/.", "//", "/%2e%2e", "/%252e", "/%2f", "/%5c", "/%00", "/.%20.",
        ] {
            let tricked = format!("{encoded}{trick}/x");
            assert!(CanonicalPath::parse(&tricked, false).is_err(), "{tricked}");
        }
    }
}

#[test]
fn t26_t32_when_a_query_has_several_parameters_then_each_is_read_as_it_was_written() {
    let mut chance = Chance::of("parameters");
    for _ in 0..1_000 {
        let (value, beside) = (chance.text(60), chance.text(60));
        let name = chance.text(6);
        let mut query = Serializer::new(String::new());
        if name != "code" {
            query.append_pair(&name, &beside);
        }
        let query = query.append_pair("code", &value).finish();
        assert_eq!(parameter(Some(&query), "code"), Some(value), "{query}");
        assert_eq!(
            parameter(Some(&query), "state"),
            None.or_else(|| (name == "state").then_some(beside))
        );
    }
}

#[test]
fn t86_when_two_texts_differ_at_any_place_then_comparing_takes_as_long() {
    const LENGTH: usize = 64 * 1024;
    let secret = vec![7_u8; LENGTH];
    let guess = |at: usize| {
        let mut guess = secret.clone();
        guess[at] ^= 1;
        guess
    };
    let (early, late) = (guess(0), guess(LENGTH - 1));
    let took = |guess: &[u8]| {
        let began = Instant::now();
        assert!(!same(black_box(&secret), black_box(guess)));
        began.elapsed()
    };
    let mut times: [Vec<Duration>; 2] = Default::default();
    for _ in 0..101 {
        times[0].push(took(&early));
        times[1].push(took(&late));
    }
    times.iter_mut().for_each(|times| times.sort());
    let [early, late] = times.map(|times| times[50]);
    // A comparison that stops at the first difference finds the early one a thousand times as quickly.
    assert!(late < early * 4, "{early:?} and {late:?}");
}
