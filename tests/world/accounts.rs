//! The accounts: each has its stored bytes, and answers by the crate's own rules.
//!
//! As the object does, an account is read from its stored text for each question, answers, and is
//! stored again before the answer leaves. Questions and answers cross as the bytes that they are.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use one_login_edge::session::account::{Account, AccountReply, Question};

/// Every account by name.
#[derive(Debug, Default)]
pub struct Accounts {
    /// The stored bytes of each account, by its name.
    pub stored: RefCell<BTreeMap<String, Vec<u8>>>,
    /// The names of those that are lists of invitations.
    pub lists: RefCell<BTreeSet<String>>,
    /// By how many seconds their clock is ahead of the Worker's.
    pub ahead: Cell<i64>,
}

impl Accounts {
    /// Puts a question to an account and stores what it changed; without an answer where another version stored it and it stays.
    pub fn answer(&self, name: &str, question: &Question, now: i64) -> Option<AccountReply> {
        let question = Question::from_bytes(&question.to_bytes()).unwrap();
        if matches!(question, Question::Admission(_)) {
            self.lists.borrow_mut().insert(name.to_owned());
        }
        let mut reply = None;
        self.change(name, now, |account, now| {
            reply = Some(account.answer(question, now));
        });
        Some(AccountReply::from_bytes(&reply?.to_bytes()).unwrap())
    }

    /// Runs the alarm of every account for which it is due.
    pub fn tidy(&self, now: i64) {
        let names: Vec<_> = self.stored.borrow().keys().cloned().collect();
        for name in names {
            let due = self.account(&name, now).map(|account| account.next_tidy());
            // Bytes that cannot be read have an alarm all the same.
            if due
                .flatten()
                .is_none_or(|due| due <= now + self.ahead.get())
            {
                self.change(&name, now, Account::wake);
            }
        }
    }

    /// Everything that was stored is gone, as when a jurisdiction is changed.
    pub fn empty(&self) {
        self.stored.borrow_mut().clear();
    }

    /// All that is stored, as far as it is text.
    pub fn text(&self) -> String {
        let stored = self.stored.borrow();
        let texts = stored.iter().map(|(name, bytes)| {
            let text = String::from_utf8_lossy(bytes);
            format!("{name} {text}\n")
        });
        texts.collect()
    }

    /// Replaces the hint of every account's first session.
    pub fn set_hint(&self, hint: &str) {
        // Behind the head, how many sessions there are, the session's id and three times.
        const FLAG: usize = (1 + 8 + 8) + 1 + (2 + 22) + 3 * 8;
        const TEXT: usize = FLAG + 1 + 4;
        for bytes in self.stored.borrow_mut().values_mut() {
            assert_eq!(bytes[FLAG], 1, "the session has a hint");
            let length = u32::from_be_bytes(bytes[FLAG + 1..TEXT].try_into().unwrap());
            let end = TEXT + usize::try_from(length).unwrap();
            assert!(bytes[TEXT..end].is_ascii());
            let length = u32::try_from(hint.len()).unwrap();
            let new = [&length.to_be_bytes()[..], hint.as_bytes()].concat();
            bytes.splice(FLAG + 1..end, new);
        }
    }

    fn account(&self, name: &str, now: i64) -> Option<Account> {
        let stored = self.stored.borrow();
        let read = Account::from_stored(stored.get(name).map(Vec::as_slice));
        let is_list = self.lists.borrow().contains(name);
        let in_place = |unreadable| Account::in_place_of(unreadable, is_list, now).ok_or(());
        read.or_else(in_place).ok()
    }

    fn change(&self, name: &str, now: i64, change: impl FnOnce(&mut Account, i64)) {
        let Some(mut account) = self.account(name, now) else {
            return;
        };
        change(&mut account, now + self.ahead.get());
        let mut stored = self.stored.borrow_mut();
        match account.to_stored() {
            Some(bytes) => stored.insert(name.to_owned(), bytes),
            None => stored.remove(name),
        };
    }
}
