//! The accounts: each is what it stored, and answers by the crate's own rules.
//!
//! As the object does, an account is read from its stored text for each question, answers, and is
//! stored again before the answer leaves. Questions and answers cross as the JSON that they are.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use one_login_edge::session::account::{Account, Message, Question, Reply};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Every account by name.
#[derive(Debug, Default)]
pub struct Accounts {
    /// What each stored.
    pub stored: RefCell<BTreeMap<String, String>>,
    /// By how many seconds their clock is ahead of the Worker's.
    pub ahead: Cell<i64>,
}

impl Accounts {
    /// Puts a question to an account and stores what it changed.
    pub fn answer(&self, name: &str, question: &Question, now: i64) -> Reply {
        let question: Question = delivered(question);
        let mut reply = None;
        self.change(name, now, |account, now| {
            reply = Some(account.answer(question, now));
        });
        delivered(&reply.unwrap())
    }

    /// Time passed: every account whose alarm is due is tidied.
    pub fn tidy(&self, now: i64) {
        let names: Vec<_> = self.stored.borrow().keys().cloned().collect();
        for name in names {
            let due = self.account(&name).next_tidy();
            if due.is_some_and(|due| due <= now + self.ahead.get()) {
                self.change(&name, now, Account::tidy);
            }
        }
    }

    /// Everything that was stored is gone, as when a jurisdiction is changed.
    pub fn empty(&self) {
        self.stored.borrow_mut().clear();
    }

    fn account(&self, name: &str) -> Account {
        let stored = self.stored.borrow();
        Account::from_stored(stored.get(name).map(String::as_str)).unwrap_or_default()
    }

    fn change(&self, name: &str, now: i64, change: impl FnOnce(&mut Account, i64)) {
        let mut account = self.account(name);
        change(&mut account, now + self.ahead.get());
        let mut stored = self.stored.borrow_mut();
        match account.to_stored() {
            Some(text) => stored.insert(name.to_owned(), text),
            None => stored.remove(name),
        };
    }
}

/// What arrives of a message.
fn delivered<T: Serialize + DeserializeOwned>(body: &T) -> T {
    let sent = serde_json::to_string(&Message::new(body)).unwrap();
    let message: Message<T> = serde_json::from_str(&sent).unwrap();
    message.open().unwrap()
}
