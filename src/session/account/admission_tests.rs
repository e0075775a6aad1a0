use super::*;
use crate::oidc::SKEW;
use crate::oidc::service_token::MAX_LIFETIME;
use crate::session::account::tests::{NOW, hex};
use crate::session::account::{AccountReply, Question};

const KEY: [u8; 32] = [1; 32];

fn address(text: &str) -> Mark {
    keyed_mark(Kind::Address, &KEY, text)
}

fn person(number: u8) -> Mark {
    mark(Kind::Person, &[number; 32])
}

fn code(number: u8) -> Mark {
    mark(Kind::Code, &[number; 32])
}

fn asked(act: Act, marks: &[Mark]) -> Sheet {
    Sheet {
        act,
        key: "k".to_owned(),
        marks: marks.concat(),
        ..Sheet::default()
    }
}

/// A list, in the account that keeps it.
struct List(Account);

impl List {
    fn with(marks: &[Mark]) -> Self {
        let mut list = Self(Account::default());
        assert!(list.ask(asked(Act::Add, marks)).done);
        list
    }

    /// Each question finds the list as it was stored, and only what it stored is there afterwards.
    fn ask_at(&mut self, sheet: Sheet, now: i64) -> Sheet {
        let stored = self.0.to_stored();
        let mut account = Account::from_stored(stored.as_deref()).unwrap();
        let question = Question::Admission(Box::new(sheet));
        let question = Question::from_bytes(&question.to_bytes()).unwrap();
        let answer = account.answer(question, now);
        self.0 = account;
        match AccountReply::from_bytes(&answer.to_bytes()) {
            Some(AccountReply::Admission(answer)) => *answer,
            other => panic!("{other:?}"),
        }
    }

    fn ask(&mut self, sheet: Sheet) -> Sheet {
        self.ask_at(sheet, NOW)
    }

    fn admits(&mut self, marks: &[Mark]) -> bool {
        self.ask(asked(Act::Admit, marks)).done
    }

    fn limit(&mut self, max: i64) {
        let limit = Sheet {
            max,
            ..asked(Act::Limit, &[])
        };
        assert!(self.ask(limit).done);
    }

    /// How many invitations and people there are.
    fn numbers(&mut self) -> (i64, i64) {
        let answer = self.ask(asked(Act::Count, &[]));
        (answer.invitations, answer.people)
    }
}

#[test]
fn t151_when_a_code_was_used_then_it_lets_no_other_person_in_and_its_own_for_good() {
    let mut list = List::with(&[code(1)]);
    assert!(!list.admits(&[person(1)]));
    assert!(!list.admits(&[person(1), code(2)]));
    assert!(!list.admits(&[]));
    assert!(list.admits(&[person(1), code(1)]));
    assert!(!list.admits(&[person(2), code(1)]));
    assert!(list.admits(&[person(1)]));
    assert!(list.admits(&[person(1), code(1)]));
    assert_eq!(list.numbers(), (1, 1));
}

#[test]
fn when_a_person_comes_with_two_invitations_then_only_the_first_is_used() {
    let mut list = List::with(&[code(1), address("a@b"), code(2)]);
    assert!(list.admits(&[person(1), address("a@b"), code(1)]));
    assert!(list.admits(&[person(1), code(2)]), "they are in");
    assert_eq!(list.numbers(), (3, 1));
    assert!(list.admits(&[person(2), code(1)]));
}

#[test]
fn when_a_person_has_come_in_then_they_stay_until_another_comes_with_the_address() {
    let mut list = List::with(&[address("a@b")]);
    assert!(list.admits(&[person(1), address("a@b")]));
    // The address changes at the provider.
    assert!(list.admits(&[person(1)]));
    assert!(list.admits(&[person(2), address("a@b")]));
    assert!(!list.admits(&[person(1)]));
    assert_eq!(list.numbers(), (1, 1));
}

#[test]
fn when_a_person_is_invited_by_their_subject_then_they_need_no_address_and_no_code() {
    let mut list = List::with(&[person(1)]);
    assert!(!list.admits(&[person(2), address("a@b")]));
    assert!(list.admits(&[person(1)]));
    assert_eq!(list.numbers(), (1, 1));
}

#[test]
fn t151_when_an_invitation_or_a_person_is_removed_then_the_person_is_out() {
    for named in [address("a@b"), person(1)] {
        let mut list = List::with(&[address("a@b"), code(1)]);
        assert!(list.admits(&[person(1), address("a@b")]));
        assert!(list.admits(&[person(2), code(1)]));
        assert_eq!(list.ask(asked(Act::Remove, &[named])).invitations, 1);
        assert!(!list.admits(&[person(1), address("a@b")]));
        assert!(list.admits(&[person(2)]));
    }
}

#[test]
fn t151_when_the_list_is_closed_then_no_other_invitation_is_used_and_people_stay() {
    let mut list = List::with(&[code(1), code(2), code(3), address("a@b")]);
    list.limit(2);
    for number in [1, 2] {
        assert!(list.admits(&[person(number), code(number)]));
    }
    assert!(!list.admits(&[person(3), code(3)]));
    assert!(!list.admits(&[person(3), address("a@b")]));
    assert!(list.admits(&[person(1)]));
    list.limit(0);
    assert!(list.admits(&[person(2)]));
    list.limit(MAX_INVITATIONS);
    assert!(list.admits(&[person(3), code(3)]));
    assert!(list.admits(&[person(4), address("a@b")]));
    // With a used address comes no new guest.
    list.limit(0);
    assert!(list.admits(&[person(5), address("a@b")]));
    assert_eq!(list.numbers(), (4, 4));
}

#[test]
fn t152_when_a_message_comes_again_while_its_token_is_good_then_it_changes_nothing() {
    let mut list = List(Account::default());
    let add = Sheet {
        id: "one".to_owned(),
        ..asked(Act::Add, &[code(1)])
    };
    assert_eq!(list.ask(add.clone()).invitations, 1);
    list.ask(asked(Act::Remove, &[code(1)]));
    let latest = NOW + MAX_LIFETIME + 2 * SKEW - 1;
    let again = list.ask_at(add, latest);
    assert_eq!((again.done, again.invitations), (true, 0));
}

#[test]
fn t152_when_a_message_comes_again_after_many_others_then_it_changes_nothing_and_the_latest_waits_for_room()
 {
    let mut list = List(Account::default());
    let message = |id: usize, act: Act| Sheet {
        id: format!("id {id}"),
        ..asked(act, &[code(1)])
    };
    list.ask(message(0, Act::Add));
    list.ask(message(1, Act::Remove));
    for id in 2..1_000 {
        assert!(list.ask(message(id, Act::Count)).done, "{id}");
    }
    for again in [message(0, Act::Add), message(999, Act::Add)] {
        let again = list.ask(again);
        assert_eq!((again.done, again.invitations), (true, 0));
    }
    // No id is forgotten for the sake of another; the service sends the message again.
    let taken = (1_000..1 << 20).take_while(|id| list.ask(message(*id, Act::Add)).done);
    assert!(taken.count() > 3_000);
    let refused = list.ask(message(1 << 20, Act::Add));
    assert_eq!((refused.done, refused.act), (false, Act::Count));
    let stored = list.0.to_stored().unwrap();
    assert!(stored.len() < 500_000, "an object's value has 2 MB");
    let latest = NOW + MAX_LIFETIME + 2 * SKEW;
    let again = list.ask_at(message(1, Act::Remove), latest - 1);
    assert_eq!((again.done, again.invitations), (true, 1));
    // The memory is empty again when no token of them can be good any more.
    let later = list.ask_at(message(1 << 20, Act::Remove), latest + 60);
    assert_eq!((later.done, later.invitations), (true, 0));
    assert!(list.0.to_stored().unwrap().len() < 200);
}

#[test]
fn when_a_person_who_is_in_comes_again_then_nothing_is_stored() {
    let mut list = List::with(&[code(1), address("a@b")]);
    assert!(list.admits(&[person(1), code(1)]));
    let stored = list.0.to_stored();
    let again = asked(Act::Admit, &[person(1), address("a@b")]);
    assert!(list.ask_at(again.clone(), NOW + 1).done);
    assert_eq!(list.0.to_stored(), stored);
    // A message that comes again changes nothing either.
    let add = Sheet {
        id: "one".to_owned(),
        ..asked(Act::Add, &[code(2)])
    };
    list.ask(add.clone());
    let stored = list.0.to_stored();
    assert!(list.ask_at(add, NOW + 1).done);
    assert_eq!(list.0.to_stored(), stored);
}

#[test]
fn when_there_is_no_room_for_all_then_none_is_added() {
    let marks = |from: i64, count: i64| {
        let mark_of = |number: i64| {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&number.to_be_bytes());
            mark(Kind::Code, &hash)
        };
        (from..from + count).map(mark_of).collect::<Vec<_>>()
    };
    let mut list = List::with(&marks(0, MAX_INVITATIONS - 1));
    assert!(!list.ask(asked(Act::Add, &marks(20_000, 2))).done);
    assert_eq!(list.numbers().0, 9_999);
    assert!(list.ask(asked(Act::Add, &marks(20_000, 1))).done);
    assert!(
        list.ask(asked(Act::Add, &marks(20_000, 1))).done,
        "it is there"
    );
    assert_eq!(list.numbers().0, 10_000);
    let stored = list.0.to_stored().unwrap();
    assert!(stored.len() < 1_000_000, "an object's value has 2 MB");
}

#[test]
fn t153_when_a_new_key_is_offered_then_a_list_that_has_one_keeps_it() {
    let mut list = List(Account::default());
    let mut offer = |key: &str, begins: bool, act: Act| {
        let answer = list.ask(Sheet {
            key: key.to_owned(),
            done: begins,
            ..asked(act, &[code(1)])
        });
        (answer.done, answer.act, answer.key)
    };
    let key = |done, act, key: &str| (done, act, key.to_owned());
    assert_eq!(offer("one", true, Act::Add), key(true, Act::Add, "one"));
    assert_eq!(offer("two", true, Act::Add), key(false, Act::Count, "one"));
    // The same key under another seal.
    assert_eq!(
        offer("three", false, Act::Count),
        key(true, Act::Count, "three")
    );
    assert_eq!(
        offer("four", true, Act::Clear),
        key(true, Act::Clear, "four")
    );
    assert_eq!(list.numbers(), (0, 0));
}

#[test]
fn t153_when_a_list_cannot_be_read_then_no_other_person_comes_in_and_it_stays_until_it_is_cleared()
{
    let mut list = List::with(&[code(1)]);
    assert!(list.admits(&[person(1), code(1)]));
    let kept = list.0.left.as_mut().unwrap();
    kept.text.truncate(kept.text.len() - 1);
    let stored = list.0.to_stored();
    assert!(!list.admits(&[person(1), code(1)]));
    assert_eq!(list.0.to_stored(), stored);
    let answer = list.ask(asked(Act::Admit, &[]));
    assert_eq!(answer.key, "damaged");
    let clear = Sheet {
        done: true,
        ..asked(Act::Clear, &[])
    };
    assert!(list.ask(clear).done);
    assert_eq!(list.numbers(), (0, 0));
}

#[test]
fn t153_when_a_list_is_cleared_because_its_key_is_lost_then_people_stay_until_it_is_cleared_again()
{
    let mut list = List::with(&[address("a@b"), code(1), code(2)]);
    assert!(list.admits(&[person(1), address("a@b")]));
    assert!(list.admits(&[person(2), code(1)]));
    let with_new_key = Sheet {
        done: true,
        ..asked(Act::Clear, &[])
    };
    assert!(list.ask(with_new_key).done);
    assert_eq!(list.numbers(), (2, 2));
    assert!(list.admits(&[person(1)]) && list.admits(&[person(2)]));
    assert!(!list.admits(&[person(3), code(2)]));
    assert!(list.ask(asked(Act::Remove, &[person(2)])).done);
    assert!(!list.admits(&[person(2)]));
    assert!(list.ask(asked(Act::Clear, &[])).done);
    assert_eq!(list.numbers(), (0, 0));
    assert!(!list.admits(&[person(1)]));
}

#[test]
fn when_the_list_is_stored_then_its_bytes_are_the_pinned_ones_and_an_alarm_keeps_it() {
    let mut list = List::with(&[address("a@b"), code(1)]);
    assert!(list.admits(&[person(3), code(1)]));
    list.limit(5);
    let kept = decode(&list.0.left.as_ref().unwrap().text).unwrap();
    let hex_of = |mark: Mark| hex(&mark);
    let expected = format!(
        "00 00 0000000000000005 0000000000000000 0000000000000000 00016b 0000 {}{} {}{}",
        hex_of(address("a@b")),
        "00".repeat(17),
        hex_of(code(1)),
        hex_of(person(3)),
    );
    assert_eq!(hex(&kept), expected.replace(' ', ""));
    assert_eq!(hex_of(code(1)), format!("02{}", "01".repeat(16)));
    // It is an account of the one format that there is, which the version before reads, tidies and writes.
    let later = NOW + 9 * 366 * 86_400;
    list.0.wake(later);
    assert_eq!(list.ask_at(asked(Act::Count, &[]), later).invitations, 2);
    assert_eq!(
        name("a", "b"),
        crate::session::account::name("admission", "a", "b")
    );
}

#[test]
fn when_nothing_changes_then_a_list_is_stored_as_it_was_and_once_a_month_with_another_end() {
    let mut list = List::with(&[address("a@example.gov.uk")]);
    let stored = list.0.to_stored();
    for (days, is_same) in [(0, true), (29, true), (30, false)] {
        let before = list.0.to_stored();
        let counted = list.ask_at(asked(Act::Count, &[]), NOW + days * 86_400);
        assert!(counted.done && counted.invitations == 1);
        assert_eq!(list.0.to_stored() == before, is_same, "{days}");
    }
    assert_ne!(list.0.to_stored(), stored);
    let later = list.ask_at(asked(Act::Count, &[]), NOW + KEPT + 86_400);
    assert_eq!(later.invitations, 1, "ten years and a day later");
}

#[test]
fn t153_rejects_a_change_that_was_made_with_another_key_than_the_lists() {
    let key = |letter: &str| format!("AUFB{}", letter.repeat(60));
    let mut list = List(Account::default());
    let mut add = Sheet {
        key: key("x"),
        ..asked(Act::Add, &[address("a@example.gov.uk")])
    };
    assert!(list.ask(add.clone()).done);
    // A service clears it, and the list begins with another key, while the first one is on its way.
    let clear = Sheet {
        done: true,
        key: key("y"),
        ..asked(Act::Clear, &[])
    };
    assert!(list.ask(clear).done);
    let before = list.0.to_stored();
    for act in [Act::Count, Act::Add, Act::Remove, Act::Limit] {
        add.act = act;
        add.people = check(&key("x"));
        let answer = list.ask(add.clone());
        assert!(!answer.done && answer.act == Act::Count, "{act:?}");
        assert_eq!(list.0.to_stored(), before, "{act:?}");
    }
    add.people = check(&key("y"));
    add.key = key("y");
    assert!(list.ask(add).done);
}
