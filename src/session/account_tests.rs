use super::*;

pub const NOW: i64 = 10_000;

pub fn listed(id: &str, born_at: i64) -> Listed {
    Listed {
        id: id.to_owned(),
        born_at,
        expires_at: NOW + 43_200,
        hint: Some(format!("hint of {id}")),
        listed_at: 0,
        proof: None,
    }
}

pub fn begin(account: &mut Account, id: &str, born_at: i64) -> Begun {
    account.begin(
        &format!("attempt of {id}"),
        NOW + 600,
        listed(id, born_at),
        None,
        NOW,
    )
}

fn is_live(account: &Account, id: &str) -> bool {
    account.check(id, NOW) == Standing::Live
}

#[test]
fn when_an_account_is_named_then_the_name_is_pinned_and_its_parts_do_not_mix() {
    assert_eq!(
        name("production", "client", "urn:fdc:gov.uk:2022:subject"),
        "HNueer201Sr7e9_8rh8Cs9qJq0zrinpwRMieMOBZAZM"
    );
    assert_ne!(name("a", "bc", "d"), name("ab", "c", "d"));
    assert_ne!(name("a", "b", "cd"), name("a", "bc", "d"));
}

/// Bytes as hexadecimal digits, so that a pinned form can be read.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn when_an_account_is_stored_then_its_bytes_are_the_pinned_ones() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW - 1);
    account.log_out("jti", NOW - 100, NOW);
    assert_eq!(account.set_alarm(NOW), Some(NOW + 660));
    let bytes = account.to_stored().unwrap();
    let expected = [
        // The format, the boundary and the alarm.
        "02",
        "00000000000026ac",
        "00000000000029a4",
        // One session: id, birth, end, when it was listed, hint, and no proof.
        "01",
        "00036f6e65",
        "000000000000270f",
        "000000000000cfd0",
        "0000000000002710",
        "010000000b68696e74206f66206f6e65",
        "00",
        // One attempt and one notification, and that the person is nowhere else.
        "01",
        "0000000e617474656d7074206f66206f6e65",
        "00000000000029a4",
        "01",
        "000000036a7469",
        "0000000000003520",
        "00",
    ];
    assert_eq!(hex(&bytes), expected.concat());
    assert_eq!(Account::from_stored(Some(&bytes)), Ok(account));
    assert_eq!(Account::default().to_stored(), None);
}

#[test]
fn when_an_account_cannot_be_read_then_it_lists_no_session() {
    assert_eq!(Account::from_stored(None), Ok(Account::default()));
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    account.log_out("jti", NOW - 100, NOW);
    let whole = account.to_stored().unwrap();
    let damaged = |bytes: &[u8]| {
        let read = Account::from_stored(Some(bytes));
        assert_eq!(read, Err(Unreadable::Damaged), "{bytes:?}");
    };
    for bytes in [&b""[..], b"<html>", b"null", &[0], &[32; 99], &[255; 99]] {
        damaged(bytes);
    }
    // Nothing may be missing, too much, more than there can be, or another time than there are.
    for length in 1..whole.len() {
        damaged(&whole[..length]);
    }
    damaged(&[&whole[..], &[0]].concat());
    for (at, byte) in [(17, 21), (17, 255), (1, 255), (9, 1)] {
        let mut odd = whole.clone();
        odd[at] = byte;
        damaged(&odd);
    }
    // Bytes that another version stored are named as such. Format 1 was JSON.
    let newer = [&[3], &whole[1..]].concat();
    for stored in [&newer[..], &[3], &[1], &[31], br#"{"format":1}"#] {
        let read = Account::from_stored(Some(stored));
        assert_eq!(read, Err(Unreadable::OtherFormat), "{stored:?}");
    }
    // The log tells the two apart.
    let labels = [Unreadable::Damaged, Unreadable::OtherFormat].map(Unreadable::label);
    assert_eq!(labels, ["damaged", "other_format"]);
}

#[test]
fn when_an_account_is_full_then_it_is_read_back_whole() {
    let mut account = Account::default();
    for number in 0..100 {
        let id = number.to_string();
        account.log_out(&id, NOW - 100, NOW);
        let long = Listed {
            hint: Some("h".repeat(70_000)),
            ..listed(&id, NOW)
        };
        account.begin(&id, NOW + 600, long, None, NOW);
    }
    let most = [
        account.sessions.len(),
        account.attempts.len(),
        account.logouts.len(),
    ];
    assert_eq!(most, [MAX_SESSIONS, MAX_ATTEMPTS, MAX_LOGOUTS]);
    let bytes = account.to_stored().unwrap();
    assert_eq!(Account::from_stored(Some(&bytes)), Ok(account));
}

#[test]
fn when_an_alarm_already_serves_then_it_is_not_set_again() {
    let mut account = Account::default();
    assert_eq!(
        account.set_alarm(NOW),
        None,
        "there is nothing to wake up for"
    );
    begin(&mut account, "one", NOW);
    let first = NOW + 660;
    assert_eq!(account.set_alarm(NOW), Some(first));
    assert_eq!(account.set_alarm(NOW + 1), None);
    // It may come early, or a little late, but not much, and one that should have rung has been lost.
    account.use_up("two", NOW + 9_000);
    assert_eq!(account.set_alarm(NOW + 1), None);
    account.attempts[0].until = first - MAX_LATE;
    assert_eq!(account.set_alarm(NOW + 1), None);
    let before = account.clone();
    assert_eq!(account.set_alarm(first - 1), None);
    assert_eq!(account.set_alarm(first), Some(first + MIN_WAIT));
    account = before;
    account.attempts[0].until -= 1;
    assert_eq!(account.set_alarm(NOW + 1), Some(first - MAX_LATE - 1));
    // One that has rung is set again, whatever the clock says, and never at once.
    account.wake(NOW + 2);
    assert_eq!(account.set_alarm(NOW + 2), Some(first - MAX_LATE - 1));
    account.wakes_at = 0;
    assert_eq!(account.set_alarm(NOW + 359), Some(NOW + 359 + MIN_WAIT));
}

#[test]
fn t27_when_an_attempt_is_finished_then_a_second_session_from_it_is_refused() {
    let mut account = Account::default();
    assert_eq!(begin(&mut account, "one", NOW), Begun::Listed);
    let again = account.begin("attempt of one", NOW + 600, listed("two", NOW), None, NOW);
    assert_eq!(again, Begun::Repeated);
    assert!(is_live(&account, "one") && !is_live(&account, "two"));
    let before = account.clone();
    assert_eq!(
        begin(&mut account, "one", NOW),
        Begun::Listed,
        "the answer was lost"
    );
    assert_eq!(account, before);
}

#[test]
fn t46_when_a_new_session_begins_then_the_one_of_that_browser_ends() {
    let mut account = Account::default();
    begin(&mut account, "old", NOW);
    begin(&mut account, "elsewhere", NOW);
    account.begin("a", NOW, listed("new", NOW), Some("old"), NOW);
    assert!(!is_live(&account, "old"));
    assert!(is_live(&account, "new") && is_live(&account, "elsewhere"));
}

#[test]
fn when_a_twenty_first_session_begins_then_the_oldest_makes_room() {
    let mut account = Account::default();
    for number in 0..=MAX_SESSIONS {
        let begun = begin(&mut account, &number.to_string(), NOW);
        let expected = match number {
            MAX_SESSIONS => Begun::Crowded,
            _ => Begun::Listed,
        };
        assert_eq!(begun, expected, "{number}");
    }
    assert!(!is_live(&account, "0"));
    assert!((1..=MAX_SESSIONS).all(|number| is_live(&account, &number.to_string())));
}

#[test]
fn t47_when_a_session_is_not_listed_then_it_has_ended() {
    let mut account = Account::default();
    assert!(!is_live(&account, "one"));
    begin(&mut account, "one", NOW);
    assert_eq!(account.check("one", NOW + 43_200), Standing::Ended);
    let ended = account.end("one", None, NOW).unwrap();
    assert_eq!(ended.hint.as_deref(), Some("hint of one"));
    assert!(!is_live(&account, "one"));
    assert_eq!(account.end("one", None, NOW), None);
}

#[test]
fn when_a_live_session_signs_out_everywhere_then_all_sessions_end() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    begin(&mut account, "two", NOW);
    assert_eq!(account.end("stolen and ended", Some(NOW), NOW), None);
    assert!(is_live(&account, "one") && is_live(&account, "two"));
    account.end("one", Some(NOW), NOW);
    assert!(!is_live(&account, "one") && !is_live(&account, "two"));
}

#[test]
fn t71_when_a_sign_out_arrives_late_then_sessions_listed_since_are_spared() {
    let mut account = Account::default();
    // The provider's clock is half a minute off, either way, and has no say in it.
    for (id, born_at, listed_at) in [
        ("there", NOW + 30, NOW),
        ("same second", NOW - 30, NOW + 5),
        ("clocks differ", NOW, NOW + 35),
        ("begun since", NOW - 30, NOW + 36),
    ] {
        let session = Listed {
            listed_at: NOW + 99,
            ..listed(id, born_at)
        };
        account.begin(id, NOW + 600, session, None, listed_at);
    }
    begin(&mut account, "signed out", NOW);
    let retried_at = NOW + 300;
    assert!(
        account
            .end("signed out", Some(NOW + 5), retried_at)
            .is_some()
    );
    for id in ["there", "same second", "clocks differ"] {
        assert!(!is_live(&account, id), "{id}");
    }
    assert!(is_live(&account, "begun since"));
}

#[test]
fn when_a_sign_out_has_no_time_then_it_counts_as_of_now() {
    let question = Question::End {
        session: "one".to_owned(),
        everywhere: true,
        wished_at: None,
    };
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    begin(&mut account, "two", NOW);
    account.answer(question, NOW);
    assert!(!is_live(&account, "one") && !is_live(&account, "two"));
}

#[test]
fn t79_when_a_notification_arrives_then_only_sessions_born_by_its_time_end() {
    let mut account = Account::default();
    begin(&mut account, "before", NOW - 10);
    begin(&mut account, "same second", NOW - 5);
    begin(&mut account, "after", NOW - 4);
    account.log_out("jti", NOW - 5, NOW);
    assert!(!is_live(&account, "before") && !is_live(&account, "same second"));
    assert!(is_live(&account, "after"));
    account.log_out("delayed", NOW - 9, NOW);
    assert!(
        is_live(&account, "after"),
        "an older notification never moves the boundary back"
    );
    assert_eq!(begin(&mut account, "late", NOW - 5), Begun::Ended);
    assert_eq!(begin(&mut account, "new", NOW), Begun::Listed);
}

#[test]
fn t79_when_the_providers_clock_is_ahead_then_a_notification_still_ends_sessions() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW + 20);
    account.log_out("jti", NOW + 25, NOW);
    assert!(!is_live(&account, "one"));
    let next = account.begin("next", NOW, listed("two", NOW + 26), None, NOW);
    assert_eq!(next, Begun::Listed);
}

#[test]
fn t78_when_a_notification_is_repeated_then_it_has_no_new_effect() {
    let mut account = Account::default();
    account.log_out("jti", NOW - 5, NOW);
    begin(&mut account, "one", NOW);
    let before = account.clone();
    account.log_out("jti", NOW + 100, NOW);
    assert_eq!(account, before);
}

#[test]
fn when_every_purpose_has_passed_then_the_account_stores_nothing() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    account.log_out("jti", NOW - 5, NOW);
    let mut steps = 0;
    while let Some(next) = account.next_tidy() {
        account.tidy(next);
        steps += 1;
        assert!(steps < 10);
    }
    assert_eq!(account.to_stored(), None);
    for number in 0..1_000 {
        account.log_out(&number.to_string(), NOW, NOW);
        begin(&mut account, &number.to_string(), NOW + 1);
    }
    assert!(account.to_stored().unwrap().len() < 16_384);
}

#[test]
fn t79_when_a_session_is_of_the_notifications_second_then_it_ends_and_is_not_kept() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    let kept = account.clone();
    account.log_out("jti", NOW, NOW);
    assert!(account.sessions.is_empty());
    // A boundary holds for whatever is listed, however it came to be there.
    for (born_at, over) in [(NOW - 1, false), (NOW, true), (NOW + 1, true)] {
        let mut account = Account {
            not_before: born_at,
            ..kept.clone()
        };
        assert_eq!(!is_live(&account, "one"), over, "{born_at}");
        account.tidy(NOW);
        assert_eq!(account.sessions.is_empty(), over, "{born_at}");
    }
}

#[test]
fn when_a_notifications_boundary_is_kept_then_the_account_wakes_to_drop_it() {
    let mut account = Account::default();
    account.log_out("jti", NOW - 60, NOW);
    account.logouts.clear();
    assert_eq!(account.next_tidy(), Some(NOW - 60 + LOGOUT_MEMORY));
    account.tidy(NOW - 61 + LOGOUT_MEMORY);
    assert_eq!(account.not_before, NOW - 60);
    account.tidy(NOW - 60 + LOGOUT_MEMORY);
    assert_eq!(account.next_tidy(), None);
    assert_eq!(account.to_stored(), None);
}

#[test]
fn t78_when_notifications_exceed_the_limit_then_the_oldest_is_forgotten() {
    let mut account = Account::default();
    for number in 0..MAX_LOGOUTS {
        account.log_out(&number.to_string(), NOW - 5, NOW);
    }
    assert_eq!(
        (account.logouts.len(), &*account.logouts[0].text),
        (MAX_LOGOUTS, "0")
    );
    account.log_out("more", NOW - 5, NOW);
    assert_eq!(
        (account.logouts.len(), &*account.logouts[0].text),
        (MAX_LOGOUTS, "1")
    );
}

#[test]
fn t46_when_a_session_is_live_then_its_hint_is_given_and_no_session_ends() {
    let mut account = Account::default();
    let with_hint = Listed {
        hint: Some("sealed".to_owned()),
        ..listed("one", NOW)
    };
    account.begin("attempt", NOW, with_hint, None, NOW);
    begin(&mut account, "two", NOW);
    let before = account.clone();
    assert_eq!(account.id_token("one", NOW), Some("sealed".to_owned()));
    assert_eq!(account.id_token("other", NOW), None);
    assert_eq!(account, before);
    assert_eq!(account.id_token("one", before.sessions[0].expires_at), None);
    account.log_out("jti", NOW, NOW);
    assert_eq!(account.id_token("one", NOW), None);
}
