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
fn an_accounts_name_is_pinned_and_its_parts_cannot_run_together() {
    assert_eq!(
        name("production", "client", "urn:fdc:gov.uk:2022:subject"),
        "HNueer201Sr7e9_8rh8Cs9qJq0zrinpwRMieMOBZAZM"
    );
    assert_ne!(name("a", "bc", "d"), name("ab", "c", "d"));
    assert_ne!(name("a", "b", "cd"), name("a", "bc", "d"));
}

#[test]
fn the_stored_format_is_pinned() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW - 1);
    account.log_out("jti", NOW - 100, NOW);
    let text = account.to_stored().unwrap();
    assert_eq!(
        text,
        r#"{"format":1,"not_before":9900,"sessions":[{"id":"one","born_at":9999,"expires_at":53200,"hint":"hint of one","listed_at":10000}],"attempts":[{"id":"attempt of one","until":10660}],"logouts":[{"id":"jti","until":13600}]}"#
    );
    assert_eq!(Account::from_stored(Some(&text)), Ok(account));
    assert_eq!(Account::default().to_stored(), None);
}

#[test]
fn an_account_stored_before_the_time_of_listing_was_noted_is_read() {
    let text = r#"{"format":1,"not_before":9900,"sessions":[{"id":"one","born_at":9999,"expires_at":53200,"hint":"hint of one"},{"id":"two","born_at":9999,"expires_at":53200,"hint":null}],"attempts":[{"id":"attempt of one","until":10660}],"logouts":[{"id":"jti","until":13600}]}"#;
    let mut account = Account::from_stored(Some(text)).unwrap();
    assert!(is_live(&account, "one") && is_live(&account, "two"));
    // It is as old as can be, so that every wish is about it.
    account.end("one", Some(NOW - 600), NOW);
    assert!(!is_live(&account, "two"));
}

#[test]
fn what_cannot_be_read_lists_nobody() {
    assert_eq!(Account::from_stored(None), Ok(Account::default()));
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    let whole = account.to_stored().unwrap();
    let cut = whole.replace("\"sessions\"", "\"session\"");
    for stored in ["", "{}", "<html>", "null", &whole[1..], &cut] {
        let read = Account::from_stored(Some(stored));
        assert_eq!(read, Err(Unreadable::Damaged), "{stored}");
    }
    // What another version stored is named as such, whatever else it says.
    let newer = whole.replace("\"format\":1", "\"format\":2");
    for stored in [newer.as_str(), r#"{"format":2}"#, r#"{"format":0,"x":[]}"#] {
        let read = Account::from_stored(Some(stored));
        assert_eq!(read, Err(Unreadable::OtherFormat), "{stored}");
    }
    // The log tells the two apart.
    let labels = [Unreadable::Damaged, Unreadable::OtherFormat].map(Unreadable::label);
    assert_eq!(labels, ["damaged", "other_format"]);
}

#[test]
fn t27_an_attempt_is_finished_once() {
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
fn t46_a_new_session_ends_the_one_that_the_browser_had() {
    let mut account = Account::default();
    begin(&mut account, "old", NOW);
    begin(&mut account, "elsewhere", NOW);
    account.begin("a", NOW, listed("new", NOW), Some("old"), NOW);
    assert!(!is_live(&account, "old"));
    assert!(is_live(&account, "new") && is_live(&account, "elsewhere"));
}

#[test]
fn the_oldest_of_twenty_one_sessions_makes_room() {
    let mut account = Account::default();
    for number in 0..=MAX_SESSIONS {
        begin(&mut account, &number.to_string(), NOW);
    }
    assert!(!is_live(&account, "0"));
    assert!((1..=MAX_SESSIONS).all(|number| is_live(&account, &number.to_string())));
}

#[test]
fn t47_a_session_that_is_not_listed_has_ended() {
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
fn everywhere_ends_all_but_only_for_a_live_session() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    begin(&mut account, "two", NOW);
    assert_eq!(account.end("stolen and ended", Some(NOW), NOW), None);
    assert!(is_live(&account, "one") && is_live(&account, "two"));
    account.end("one", Some(NOW), NOW);
    assert!(!is_live(&account, "one") && !is_live(&account, "two"));
}

#[test]
fn t71_a_wish_that_arrives_late_spares_what_was_listed_since() {
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
fn a_wish_without_a_time_is_one_of_now() {
    let question = r#"{"version":1,"body":{"end":{"session":"one","everywhere":true}}}"#;
    let question: Message<Question> = serde_json::from_str(question).unwrap();
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    begin(&mut account, "two", NOW);
    account.answer(question.open().unwrap(), NOW);
    assert!(!is_live(&account, "one") && !is_live(&account, "two"));
}

#[test]
fn t79_a_notification_ends_what_was_born_before_it_and_spares_what_came_after() {
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
fn t79_a_providers_clock_that_is_ahead_ends_its_sessions_all_the_same() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW + 20);
    account.log_out("jti", NOW + 25, NOW);
    assert!(!is_live(&account, "one"));
    let next = account.begin("next", NOW, listed("two", NOW + 26), None, NOW);
    assert_eq!(next, Begun::Listed);
}

#[test]
fn t78_a_repeated_notification_has_no_new_effect() {
    let mut account = Account::default();
    account.log_out("jti", NOW - 5, NOW);
    begin(&mut account, "one", NOW);
    let before = account.clone();
    account.log_out("jti", NOW + 100, NOW);
    assert_eq!(account, before);
}

#[test]
fn nothing_outlives_its_purpose() {
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
fn t79_a_session_of_the_very_second_is_over_and_no_longer_kept() {
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
fn the_boundary_of_a_notification_is_what_an_account_wakes_for() {
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
fn t78_as_many_notifications_are_remembered_as_is_said() {
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
fn messages_of_another_version_are_not_understood() {
    let question = Question::Check {
        session: "one".to_owned(),
    };
    let text = serde_json::to_string(&Message::new(question.clone())).unwrap();
    assert_eq!(text, r#"{"version":1,"body":{"check":{"session":"one"}}}"#);
    let read: Message<Question> = serde_json::from_str(&text).unwrap();
    assert_eq!(read.open(), Some(question));
    let other: Message<Question> = serde_json::from_str(&text.replace(":1,", ":2,")).unwrap();
    assert_eq!(other.open(), None);
}

#[test]
fn t46_the_hint_of_a_session_that_is_alive_is_given_and_nothing_ends() {
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
