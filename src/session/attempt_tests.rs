use super::*;
use crate::session::seal::{Generation, NONCE, Purpose, Ring};
use crate::session::set_cookie::set_cookie_for;

fn attempt(return_path: &str) -> Attempt {
    let random = std::array::from_fn(|index| u8::try_from(index).unwrap());
    Attempt::new(&random, 1_000, Level::ClCm, return_path.to_owned())
}

fn again(return_path: &str) -> Attempt {
    let served = Served {
        session: [7; 16],
        account: [8; 32],
    };
    Attempt {
        aim: Aim::Again(served),
        max_age: Some(900),
        ..attempt(return_path)
    }
}

#[test]
fn when_an_attempt_is_stored_then_its_bytes_are_the_pinned_ones() {
    let pinned = |format: u8, rest: &[u8]| {
        let mut bytes = vec![format];
        bytes.extend(0..64_u8);
        bytes.extend(1_000_i64.to_be_bytes());
        bytes.push(1);
        bytes.extend_from_slice(rest);
        bytes.extend([0, 2, b'/', b'a']);
        bytes
    };
    let bytes = attempt("/a").to_bytes();
    assert_eq!(bytes, pinned(2, &[0; 9]));
    assert_eq!(Attempt::from_bytes(&bytes), Some(attempt("/a")));
    assert_eq!(Attempt::from_bytes(&bytes[1..]), None);

    let mut rest = vec![1];
    rest.extend([7; 16]);
    rest.extend([8; 32]);
    rest.extend(900_i64.to_be_bytes());
    let again = again("/a");
    assert_eq!(again.to_bytes(), pinned(2, &rest));
    assert_eq!(Attempt::from_bytes(&again.to_bytes()), Some(again.clone()));

    let mut hinted = pinned(2, &[&rest[..49], &[0; 8]].concat());
    let reauthenticated = Attempt {
        max_age: None,
        ..again.clone()
    };
    assert_eq!(reauthenticated.to_bytes(), hinted);
    assert_eq!(Attempt::from_bytes(&hinted), Some(reauthenticated.clone()));
    assert!(reauthenticated.reauthenticates() && !again.reauthenticates());
    assert!(!attempt("/a").reauthenticates());
    hinted.truncate(hinted.len() - 1);
    assert_eq!(Attempt::from_bytes(&hinted), None);

    rest[0] = 2;
    let prove = Attempt {
        aim: match again.aim {
            Aim::Again(served) => Aim::Prove(served),
            other => other,
        },
        ..again
    };
    assert_eq!(prove.to_bytes(), pinned(2, &rest));
    assert_eq!(Attempt::from_bytes(&prove.to_bytes()), Some(prove));

    rest[0] = 9;
    assert_eq!(Attempt::from_bytes(&pinned(2, &rest)), None);
    assert_eq!(Attempt::from_bytes(&pinned(1, &[])), Some(attempt("/a")));
    assert_eq!(Attempt::from_bytes(&pinned(4, &[0; 9])), None);

    let spoken = Attempt {
        language: Some(*b"cy"),
        ..attempt("/a")
    };
    let bytes = pinned(3, &[&[0; 9], &b"cy"[..]].concat());
    assert_eq!(spoken.to_bytes(), bytes);
    assert_eq!(Attempt::from_bytes(&bytes), Some(spoken.clone()));

    // With an invitation; without a language the tag is two zeros.
    for (language, tag) in [(None, [0; 2]), (Some(*b"cy"), *b"cy")] {
        let invited = Attempt {
            language,
            invitation: "code".to_owned(),
            ..spoken.clone()
        };
        let bytes = pinned(4, &[&[0; 9], &tag[..], &[0, 4], b"code"].concat());
        assert_eq!(invited.to_bytes(), bytes);
        assert_eq!(Attempt::from_bytes(&bytes), Some(invited));
    }
}

#[test]
fn t31_when_return_paths_are_longest_or_usual_then_attempt_cookies_fit_their_limits() {
    let key = "A".repeat(43);
    let ring = Ring::new(Some(&key), None, Generation::A).unwrap();
    let sealed = |length: usize| {
        let attempt = again(&"/".repeat(length));
        let sealed = ring.seal(Purpose::Attempt, "binding", [0; NONCE], &attempt.to_bytes());
        (cookie_name(&attempt.state()), sealed)
    };
    let (name, longest) = sealed(2_800);
    assert!(set_cookie_for(&name, &longest, LIFETIME).len() < 4_096);
    let (name, usual) = sealed(900);
    assert!(usual.len() * MAX_AT_ONCE < MAX_TOGETHER);
    assert!(MAX_TOGETHER + (name.len() + 3) * MAX_AT_ONCE < 8_192);
}

#[test]
fn t31_when_an_attempt_is_an_hour_old_then_it_ends_and_after_four_for_an_identity() {
    let served = Served {
        session: [7; 16],
        account: [8; 32],
    };
    let prove = Attempt {
        aim: Aim::Prove(served),
        ..attempt("/")
    };
    assert!(prove.is_live(1_000 + 4 * 3_600 - 1) && !prove.is_live(1_000 + 4 * 3_600));
    let attempt = attempt("/");
    assert!(attempt.is_live(1_000 + LIFETIME - 1));
    assert!(!attempt.is_live(1_000 + LIFETIME));
    assert!(attempt.is_live(1_000 - SKEW));
    assert!(!attempt.is_live(999 - SKEW));
}

#[test]
fn when_an_attempt_is_named_then_its_cookies_name_follows_from_the_state() {
    let state = attempt("/").state();
    assert_eq!(cookie_name(&state), "__Host-ol-attempt-AAECAwQF");
    assert!(is_attempt(&cookie_name(&state)));
    for odd in ["", "short", "é€漢字", "a\u{301}aaaaaaa"] {
        let _ = cookie_name(odd);
    }
}
