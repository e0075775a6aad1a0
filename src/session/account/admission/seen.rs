//! The messages about the list that were taken, each by a part of its id's hash.
//!
//! They are kept among the finished attempts, because that list has an end for each entry and the version before keeps it too.
//! It has room for few entries, so that each holds all the ids that are forgotten together.

use crate::oidc::SKEW;
use crate::oidc::service_token::MAX_LIFETIME;
use crate::session::account::{Account, MAX_ATTEMPTS, name, remember};
use crate::session::identity::Remembered;

/// The length of a message's id as it is remembered: base64url of 96 bits of a SHA-256.
const ID: usize = 16;

/// The most messages whose ids are remembered together, each for at least as long as its token can be good, and for a minute more
/// at most.
const MAX_IDS: usize = 4_096;

/// The unit in which that time counts, in seconds.
const TOGETHER: i64 = 60;

/// A number by which the list knows the sealed key again that a question was made with: letters of its nonce.
#[must_use]
pub fn check(sealed: &str) -> i64 {
    let letters = sealed.bytes().skip(4).take(5);
    letters.fold(0, |number, letter| number << 7 | i64::from(letter))
}

impl Account {
    /// Whether a message of this id was taken whose token may still be good.
    pub(super) fn has_seen(&self, id: &str) -> bool {
        let known = short(id);
        let mut seen = self.attempts.iter();
        // The version before keeps each whole, in an entry of its own.
        seen.any(|seen| {
            seen.text == id
                || seen
                    .text
                    .as_bytes()
                    .chunks(ID)
                    .any(|id| id == known.as_bytes())
        })
    }

    /// Whether one more message can be remembered.
    pub(super) fn has_room_for_id(&self, now: i64) -> bool {
        let until = until(now);
        let mut entries = self.attempts.iter();
        let together = entries.find(|seen| is_of(seen, until));
        together.is_none_or(|seen| seen.text.len() < MAX_IDS * ID)
    }

    /// Remembers a message with the others of its time; an empty id is that of no message.
    pub(super) fn note(&mut self, id: &str, now: i64) {
        let until = until(now);
        if id.is_empty() {
            return;
        }
        let mut entries = self.attempts.iter_mut();
        match entries.find(|seen| is_of(seen, until)) {
            Some(together) => together.text.push_str(&short(id)),
            None => remember(&mut self.attempts, &short(id), until, MAX_ATTEMPTS),
        }
    }
}

/// Whether an entry holds the short ids that are remembered until then.
fn is_of(seen: &Remembered, until: i64) -> bool {
    seen.until == until && seen.text.len().is_multiple_of(ID)
}

fn short(id: &str) -> String {
    let mut id = name("message", "", id);
    id.truncate(ID);
    id
}

fn until(now: i64) -> i64 {
    (now + MAX_LIFETIME + 2 * SKEW + TOGETHER - 1) / TOGETHER * TOGETHER
}
