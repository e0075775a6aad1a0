use crate::session::account::tests::{NOW, listed};
use crate::session::account::{Account, Begun, Standing};

#[test]
fn when_the_service_ends_sessions_then_those_listed_by_then_end_and_later_ones_begin() {
    let mut account = Account::default();
    let begin = |account: &mut Account, name: &str, at: i64| {
        account.begin(name, at + 3_600, listed(name, at), None, at)
    };
    begin(&mut account, "one", NOW);
    account.end_by_service("m", NOW + 10, None, NOW + 10);
    assert_eq!(account.check("one", NOW + 10), Standing::Ended);
    assert_eq!(begin(&mut account, "two", NOW + 11), Begun::Listed);
    // The same message once more.
    account.end_by_service("m", NOW + 10, Some(NOW + 999), NOW + 12);
    assert_eq!(account.check("two", NOW + 12), Standing::Live);
    // The provider's messages have ids of their own.
    account.log_out("m", NOW + 20, NOW + 20);
    assert_eq!(account.check("two", NOW + 20), Standing::Ended);
}

#[test]
fn when_many_notifications_follow_then_a_block_holds_until_its_time_and_is_stored() {
    let mut account = Account::default();
    let until = NOW + 30 * 86_400;
    account.end_by_service("m", NOW, Some(until), NOW);
    for number in 0..40 {
        account.log_out(&number.to_string(), NOW + number, NOW + number);
    }
    account.tidy(NOW + 7_200);
    let stored = account.to_stored().unwrap();
    let mut account = Account::from_stored(Some(&stored)).unwrap();
    assert_eq!(account.next_tidy(), Some(until));
    let mut begin = |name: &str, at: i64| account.begin(name, at + 9, listed(name, at), None, at);
    assert_eq!(begin("one", until - 1), Begun::Blocked);
    assert_eq!(begin("two", until), Begun::Listed);
    // A newer block takes the place of the one before.
    account.end_by_service("n", until, Some(until + 100), until);
    account.end_by_service("o", until, Some(until + 50), until);
    let mut begin = |name: &str, at: i64| account.begin(name, at + 9, listed(name, at), None, at);
    assert_eq!(begin("three", until + 49), Begun::Blocked);
    assert_eq!(begin("four", until + 50), Begun::Listed);
}

#[test]
fn when_more_messages_come_than_are_remembered_then_each_ends_sessions_and_no_block_changes() {
    let mut account = Account::default();
    let end_at = |account: &mut Account, id: &str, until, issued_at, at| {
        account.end_by_service(id, issued_at, until, at)
    };
    let end = |account: &mut Account, id: &str, until, at| end_at(account, id, until, at, at);
    let blocked = Some(NOW + 9_000);
    assert!(end(&mut account, "block", blocked, NOW));
    for number in 0..40 {
        account.log_out(&number.to_string(), NOW, NOW + 1);
    }
    // The provider's notifications make room, and are heard when no room is left.
    for number in 0..14 {
        assert!(end(&mut account, &number.to_string(), None, NOW + 2));
    }
    assert!(!end(&mut account, "more", Some(NOW), NOW + 3));
    assert!(end(&mut account, "block", None, NOW + 3), "it is known");
    assert_eq!(
        account.begin("one", NOW + 9, listed("one", NOW + 4), None, NOW + 4),
        Begun::Blocked
    );
    account.log_out("of the provider", NOW + 50, NOW + 50);
    assert!(!end(&mut account, "more", Some(NOW), NOW + 119));
    assert!(end(&mut account, "more", Some(NOW), NOW + 120));
    // A block needs room for itself.
    let mut account = Account::default();
    for number in 0..15 {
        assert!(end(&mut account, &number.to_string(), None, NOW));
    }
    assert!(!end(&mut account, "block", blocked, NOW));
    assert!(end(&mut account, "last", None, NOW));
    // Ending needs none, and ends no later session when it comes again.
    let mut begin = |name: &str, at: i64| account.begin(name, at + 9, listed(name, at), None, at);
    assert_eq!(begin("one", NOW + 5), Begun::Listed);
    assert_eq!(begin("two", NOW + 50), Begun::Listed);
    for _ in 0..2 {
        assert!(end_at(&mut account, "over", None, NOW + 10, NOW + 60));
        assert_eq!(account.check("one", NOW + 60), Standing::Ended);
        assert_eq!(account.check("two", NOW + 60), Standing::Live);
    }
    // One that would lift or set a block ends sessions, and leaves the block as it is.
    for until in [NOW, NOW + 9_000] {
        assert!(!end(&mut account, "over", Some(until), NOW + 60));
        assert_eq!(account.check("two", NOW + 60), Standing::Ended);
    }
    assert_eq!(
        account.begin("three", NOW + 99, listed("three", NOW + 61), None, NOW + 61),
        Begun::Listed
    );
    assert!(
        account
            .to_stored()
            .is_some_and(|stored| Account::from_stored(Some(&stored)) == Ok(account))
    );
}
