//! The list of the people who may come in: invitations, and the person that each let in.
//!
//! It is kept by an account object whose name is no person's. An invitation is a keyed hash of an address or of a code, or a
//! person. A code lets in one person for good. An address lets in one person as well: the last one who came with it, because a
//! person who makes another GOV.UK One Login with the same address is no second guest.

mod seen;

use super::Account;
use crate::oidc::jws::{decode, encode};
use crate::session::codec::{Form, Reader, Writer};
use crate::session::identity::Remembered;
use crate::session::seal::keyed;
pub use seen::check;

/// The most invitations of a list, and so the most people.
pub const MAX_INVITATIONS: i64 = 10_000;

/// An address, a code or a person, as the list knows them: a byte for the kind, and half of a SHA-256.
pub type Mark = [u8; LENGTH];

const LENGTH: usize = 17;

/// The length of a row of the list: the mark of an invitation, and that of its person, or zeros until it is used.
const ROW: usize = 2 * LENGTH;

/// How long the list is kept after its last change, in seconds: ten years.
const KEPT: i64 = 10 * 366 * 86_400;

/// How seldom a list that stays as it is gets another end, in seconds: each time all of it is stored.
const RENEWED: i64 = 30 * 86_400;

/// The kind of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An e-mail address.
    Address = 1,
    /// A code.
    Code,
    /// A person, by the digest of their account's name.
    Person,
}

/// The mark of a hash.
#[must_use]
pub fn mark(kind: Kind, hash: &[u8; 32]) -> Mark {
    let mut mark = [kind as u8; LENGTH];
    mark[1..].copy_from_slice(&hash[..LENGTH - 1]);
    mark
}

/// The mark of a text, by the list's own key.
#[must_use]
pub fn keyed_mark(kind: Kind, key: &[u8; 32], text: &str) -> Mark {
    mark(kind, &keyed(key, text.as_bytes()))
}

/// The name of the list's object: no account has it, because no environment is called so.
#[must_use]
pub fn name(environment: &str, client_id: &str) -> String {
    super::name("admission", environment, client_id)
}

/// The purpose of a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Act {
    /// Nothing but the key, and to be told how many there are.
    #[default]
    Count,
    /// The first mark is a person, who comes with the others.
    Admit,
    /// The marks are invited.
    Add,
    /// The marks are invited no longer, nor is a person who came in by them or is named.
    Remove,
    /// All that were invited are invited no longer; with a new key, as after a loss, those who came in stay.
    Clear,
    /// So many people may have come in at most.
    Limit,
}

impl Act {
    /// Each with its name in messages and in the log; that of `Admit` is in none.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Count, "count"),
        (Self::Admit, ""),
        (Self::Add, "add"),
        (Self::Remove, "remove"),
        (Self::Clear, "clear"),
        (Self::Limit, "limit"),
    ];
}

/// The list as it is stored, a question about it, or its answer: one form for all three, because each form takes room in the
/// upload. A field that the one does not have is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Of a question: the purpose. Of an answer: that of the change that was tried.
    pub act: Act,
    /// Of an answer: whether the person may come in, or whether there was room for the change. Of a question: whether its key is
    /// a new one, for a list without one.
    pub done: bool,
    /// How many people may have come in at most.
    pub max: i64,
    /// Of an answer: how many there are, used or not.
    pub invitations: i64,
    /// Of an answer: how many people came in by them. Of a question: the check of the sealed key that its marks belong to, or 0.
    pub people: i64,
    /// The key of the hashes, sealed by the Worker; the list cannot use it. Of a question: the one to keep.
    pub key: String,
    /// Of a question: the message's `jti`, or an empty text for what no message asked for.
    pub id: String,
    /// Of a question: marks. Of what is stored: rows.
    pub marks: Vec<u8>,
}

impl Default for Sheet {
    fn default() -> Self {
        Self {
            act: Act::Count,
            done: false,
            max: MAX_INVITATIONS,
            invitations: 0,
            people: 0,
            key: String::new(),
            id: String::new(),
            marks: Vec::new(),
        }
    }
}

impl Form for Sheet {
    fn write(&self, out: Writer) -> Writer {
        let numbers = [self.max, self.invitations, self.people];
        let out = out.byte(self.act as u8).byte(self.done.into());
        let out = numbers.into_iter().fold(out, Writer::seconds);
        let out = out.text(&self.key).text(&self.id);
        out.fixed(&self.marks)
    }

    fn read(read: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            act: Act::ALL.get(usize::from(read.byte()?))?.0,
            done: read.flag()?,
            max: read.time()?,
            invitations: read.time()?,
            people: read.time()?,
            key: read.text()?,
            id: read.text()?,
            marks: read.rest(LENGTH)?,
        })
    }
}

impl Account {
    /// Answers a question to the list, and changes it as the question says. A message that was seen before changes nothing. One
    /// whose id cannot be remembered is not taken: the answer names no change, and is not done.
    /// The list is kept where a person's account keeps a place, so that the version before keeps it too. The hourly task keeps it
    /// from its end, once a month. One that cannot be read has a key that does not open, and stays until it is cleared.
    pub(super) fn ask_list(&mut self, asked: &Sheet, now: i64) -> Sheet {
        self.tidy(now);
        let stored = self.left.as_ref().map(|kept| decode(&kept.text));
        let mut list = match stored {
            None => Sheet::default(),
            Some(bytes) => Sheet::read(&mut Reader::new(&bytes.unwrap_or_default()))
                .unwrap_or_else(|| Sheet {
                    key: "damaged".to_owned(),
                    ..Sheet::default()
                }),
        };
        let mut answer = Sheet::default();
        let mut changes = false;
        if asked.act == Act::Admit {
            answer.done = list.has(&asked.marks);
            changes = !answer.done && list.admit(&asked.marks);
        } else if self.has_seen(&asked.id) {
            answer.done = true;
        } else if self.has_room_for_id(now)
            && (!asked.done || list.key.is_empty() || asked.act == Act::Clear)
            // The service may have cleared a list whose key was lost: what belongs to that key is not for the new one.
            && [0, check(&list.key)].contains(&asked.people)
        {
            answer.act = asked.act;
            changes = list.change(asked);
        }
        answer.done |= changes;
        // A list without a key has nothing in it.
        if changes && !list.key.is_empty() {
            self.note(&asked.id, now);
            let text = encode(&list.write(Writer::default()).finish());
            let until = now + KEPT;
            let is_as_before =
                |left: &Remembered| left.text == text && until < left.until + RENEWED;
            if !self.left.as_ref().is_some_and(is_as_before) {
                self.left = Some(Remembered { text, until });
            }
        }
        answer.max = list.max;
        answer.invitations = list.invitations();
        answer.people = list.people();
        answer.key = list.key;
        answer
    }

    /// A list that cannot be read.
    pub(super) fn damaged_list(now: i64) -> Self {
        Self {
            left: Some(Remembered {
                text: String::new(),
                until: now + KEPT,
            }),
            ..Self::default()
        }
    }
}

impl Sheet {
    /// Whether the person who is the first mark is in already.
    fn has(&self, marks: &[u8]) -> bool {
        let mut rows = self.marks.chunks_exact(ROW);
        let person = marks.get(..LENGTH);
        person.is_some_and(|person| rows.any(|row| row.ends_with(person)))
    }

    /// Lets a person in who comes with an invitation; those first among the marks are used first.
    fn admit(&mut self, marks: &[u8]) -> bool {
        let person = marks.get(..LENGTH).unwrap_or_default();
        let has_room = self.people() < self.max;
        for mark in marks.chunks_exact(LENGTH) {
            for row in self.marks.chunks_exact_mut(ROW) {
                // The person before who came with an address makes room for the last one.
                let usable = match is_used(row) {
                    true => mark[0] == Kind::Address as u8,
                    false => has_room,
                };
                if row.starts_with(mark) && usable {
                    row[LENGTH..].copy_from_slice(person);
                    return true;
                }
            }
        }
        false
    }

    /// Makes a change; where there is no room for it, the list must not be stored.
    fn change(&mut self, asked: &Self) -> bool {
        self.key.clone_from(&asked.key);
        match asked.act {
            Act::Count | Act::Admit => {}
            Act::Add => {
                for mark in asked.marks.chunks_exact(LENGTH) {
                    if !self
                        .marks
                        .chunks_exact(ROW)
                        .any(|row| row.starts_with(mark))
                    {
                        self.marks.extend_from_slice(mark);
                        self.marks.extend_from_slice(&[0; LENGTH]);
                    }
                }
            }
            Act::Remove | Act::Clear => {
                let mut kept = Vec::new();
                for row in self.marks.chunks_exact(ROW) {
                    let is_named = |mark: &[u8]| row.starts_with(mark) || row.ends_with(mark);
                    let is_cleared = asked.act == Act::Clear && !(asked.done && is_used(row));
                    if !is_cleared && !asked.marks.chunks_exact(LENGTH).any(is_named) {
                        kept.extend_from_slice(row);
                    }
                }
                self.marks = kept;
            }
            Act::Limit => self.max = asked.max,
        }
        self.invitations() <= MAX_INVITATIONS
    }

    /// How many invitations the list has.
    fn invitations(&self) -> i64 {
        i64::try_from(self.marks.len() / ROW).unwrap_or(i64::MAX)
    }

    fn people(&self) -> i64 {
        let mut people = 0;
        for row in self.marks.chunks_exact(ROW) {
            people += i64::from(is_used(row));
        }
        people
    }
}

fn is_used(row: &[u8]) -> bool {
    row[LENGTH] == Kind::Person as u8
}

#[cfg(test)]
#[path = "admission_tests.rs"]
mod tests;
