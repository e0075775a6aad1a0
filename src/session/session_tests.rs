use super::*;
use crate::session::seal::{Generation, NONCE, Purpose, Ring};
use crate::session::set_cookie::{delete_cookie, set_cookie, set_cookie_for};

fn session() -> Session {
    Session {
        id: [9; 16],
        subject: "subject".to_owned(),
        level: Level::ClCm,
        born_at: 1_000,
        auth_time: Some(990),
        reauthenticated_at: None,
        created_at: 1_001,
        used_at: 1_002,
        checked_at: 1_003,
        email: Some(Contact {
            value: "a@example.com".to_owned(),
            verified: true,
        }),
        phone: Some(Contact {
            value: "+44".to_owned(),
            verified: false,
        }),
        wallet_subject_id: Some("w".to_owned()),
        identity: None,
        place: [9; 6],
        buries: Vec::new(),
        arriving: false,
        admitted: false,
        has_old_name: false,
    }
}

fn with_identity() -> Session {
    Session {
        identity: Some(Identity {
            key: ClaimsKey::new([8; 32]),
            changed_at: 1_004,
        }),
        ..session()
    }
}

fn hex(session: &Session) -> String {
    let bytes = session.to_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const LIMITS: Limits = Limits {
    idle: 100,
    absolute: 1_000,
};

#[test]
fn when_a_session_is_stored_then_its_bytes_are_the_pinned_ones() {
    assert_eq!(
        hex(&session()),
        "010f09090909090909090909090909090909\
         00077375626a656374\
         01\
         00000000000003e800000000000003e900000000000003ea00000000000003eb\
         00000000000003de\
         01000d61406578616d706c652e636f6d\
         0000032b3434\
         000177"
    );
}

#[test]
fn when_a_session_with_an_identity_is_stored_then_its_key_follows_the_earlier_bytes() {
    let before = hex(&session());
    let expected = format!("02{}{}00000000000003ec", &before[2..], "08".repeat(32));
    assert_eq!(hex(&with_identity()), expected);
}

#[test]
fn when_a_session_signed_in_again_is_stored_then_its_time_follows_the_earlier_bytes() {
    let again = |session| Session {
        reauthenticated_at: Some(1_005),
        ..session
    };
    let before = hex(&session());
    let expected = format!("03{}00000000000003ed00", &before[2..]);
    assert_eq!(hex(&again(session())), expected);
    let proved = format!(
        "03{}00000000000003ed01{}00000000000003ec",
        &before[2..],
        "08".repeat(32)
    );
    assert_eq!(hex(&again(with_identity())), proved);
}

#[test]
fn when_a_person_has_not_arrived_then_only_a_flag_says_so_that_a_version_before_passes_over() {
    for (session, before) in [(session(), "010f"), (with_identity(), "020f")] {
        let arriving = Session {
            arriving: true,
            ..session.clone()
        };
        let bytes = hex(&session);
        assert_eq!(&bytes[..4], before);
        let expected = format!("{}2f{}", &bytes[..2], &bytes[4..]);
        assert_eq!(hex(&arriving), expected);
        assert_eq!(Session::from_bytes(&arriving.to_bytes()), Some(arriving));
    }
}

#[test]
fn when_a_person_was_invited_then_only_a_flag_says_so_that_a_version_before_passes_over() {
    let admitted = Session {
        admitted: true,
        ..session()
    };
    let bytes = hex(&session());
    assert_eq!(hex(&admitted), format!("014f{}", &bytes[4..]));
    assert_eq!(Session::from_bytes(&admitted.to_bytes()), Some(admitted));
}

#[test]
fn when_optional_values_are_in_any_combination_then_the_session_is_read_back() {
    for flags in 0..64_u8 {
        let mut session = match flags & 16 {
            0 => session(),
            _ => with_identity(),
        };
        if flags & 32 != 0 {
            session.reauthenticated_at = Some(1_005);
        }
        if flags & 1 == 0 {
            session.auth_time = None;
        }
        if flags & 2 == 0 {
            session.email = None;
        }
        if flags & 4 == 0 {
            session.phone = None;
        }
        if flags & 8 == 0 {
            session.wallet_subject_id = None;
        }
        let bytes = session.to_bytes();
        assert_eq!(Session::from_bytes(&bytes), Some(session));
        for length in 0..bytes.len() {
            assert_eq!(Session::from_bytes(&bytes[..length]), None);
        }
        assert_eq!(Session::from_bytes(&[&bytes[..], &[0]].concat()), None);
    }
}

#[test]
fn when_a_level_is_stored_then_its_byte_is_its_number() {
    let levels = [Level::Cl, Level::ClCm, Level::P1, Level::P2];
    for (byte, level) in (0..).zip(levels) {
        assert_eq!((level_byte(level), level_of(byte)), (byte, Some(level)));
    }
    assert_eq!(level_of(4), None);
}

#[test]
fn t44_when_a_session_has_the_longest_values_then_every_browser_keeps_its_cookie() {
    let largest = |length| {
        Some(Contact {
            value: "é".repeat(length),
            verified: true,
        })
    };
    let session = Session {
        subject: "s".repeat(255),
        email: largest(160),
        phone: largest(160),
        wallet_subject_id: Some("é".repeat(160)),
        reauthenticated_at: Some(1_005),
        ..with_identity()
    };
    let key = "A".repeat(43);
    let ring = Ring::new(Some(&key), None, Generation::A).unwrap();
    let sealed = ring.seal(Purpose::Session, "binding", [0; NONCE], &session.to_bytes());
    assert!(NAME.len() + sealed.len() < 4096, "{}", sealed.len());
}

#[test]
fn t47_t51_rejects_a_session_past_either_limit_or_from_the_future() {
    let session = Session {
        created_at: 1_000,
        used_at: 1_500,
        ..session()
    };
    assert!(session.is_live(1_599, LIMITS));
    assert!(!session.is_live(1_600, LIMITS), "idle");
    let busy = Session {
        used_at: 1_990,
        ..session.clone()
    };
    assert!(busy.is_live(1_999, LIMITS));
    assert!(!busy.is_live(2_000, LIMITS), "absolute");
    assert!(session.is_live(1_500 - SKEW, LIMITS));
    assert!(!session.is_live(1_499 - SKEW, LIMITS), "used in the future");
    let early = Session {
        created_at: 1_500,
        used_at: 1_450,
        ..session.clone()
    };
    assert!(early.is_live(1_500 - SKEW, LIMITS));
    assert!(!early.is_live(1_499 - SKEW, LIMITS), "made in the future");
    assert_eq!(session.expires_at(LIMITS), 2_000);
}

#[test]
fn t51_when_a_session_is_renewed_then_it_is_once_a_minute_and_never_backwards() {
    let session = session();
    assert_eq!(session.renewed(session.used_at + RENEWAL - 1), None);
    assert_eq!(session.renewed(session.used_at - 1_000), None);
    let renewed = session.renewed(session.used_at + RENEWAL).unwrap();
    assert_eq!(renewed.used_at, session.used_at + RENEWAL);
    assert_eq!(
        (renewed.id, renewed.created_at),
        (session.id, session.created_at)
    );
    let asked = Session {
        checked_at: session.used_at + 1,
        ..session.clone()
    };
    let renewed = asked.renewed(asked.checked_at).unwrap();
    assert_eq!(renewed.used_at, asked.checked_at, "its account was asked");
    assert_eq!(renewed.renewed(renewed.used_at), None, "and that once");
    assert_eq!(asked.renewed(asked.checked_at + 1), None);
}

#[test]
fn when_a_cookie_is_deleted_then_it_has_the_attributes_it_was_set_with() {
    let tail = |text: &str| {
        text.split("; ")
            .skip(1)
            .filter(|part| !part.starts_with("Max-Age"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(tail(&set_cookie(NAME, "x")), tail(&delete_cookie(NAME)));
    assert_eq!(
        tail(&set_cookie(NAME, "x")),
        tail(&set_cookie_for(NAME, "x", 9))
    );
    assert!(NAME.starts_with(RESERVED));
}
