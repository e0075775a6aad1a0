//! The service ends a person's sessions, and may keep the person out for a time.
//!
//! A block is kept among the notifications that were seen, because that list has an end for each entry and the version before
//! keeps it too. That version lets the person in.

use super::{Account, LOGOUT_MEMORY, MAX_LOGOUTS};
use crate::oidc::SKEW;
use crate::oidc::service_token::MAX_LIFETIME;
use crate::session::identity::Remembered;

/// The name of a block among the notifications.
const BLOCK: &str = "blocked by the service";

/// The beginning of the name of a message, because the provider's ids are not the service's.
const MESSAGE: &str = "service ";

/// How long the token of a message may still be good after it came, in seconds.
const GOOD: i64 = MAX_LIFETIME + 2 * SKEW;

impl Account {
    /// Ends every session of the person, because the service says so, and keeps the person out until `block_until`. Says
    /// whether the message was taken.
    ///
    /// A block that is there already stays where that is `None`, and goes where that is past. A message that was seen
    /// before changes nothing. One that could not be remembered ends sessions too, because ending them twice ends no more;
    /// with `block_until` it is not taken, and the block is as before. The message has the time of the
    /// service's clock, so that what was listed within [`SKEW`] after it ends as well; a birth is by the provider's clock.
    /// A block that begins ends later sessions too: nothing but a new sign-in asks for the block.
    pub fn end_by_service(
        &mut self,
        id: &str,
        issued_at: i64,
        block_until: Option<i64>,
        now: i64,
    ) -> bool {
        self.tidy(now);
        let name = format!("{MESSAGE}{id}");
        if self.has_seen_notification(&name) {
            return true;
        }
        let until = block_until.filter(|until| *until > now);
        let more = usize::from(until.is_some() && !self.is_blocked());
        self.end_born_until(issued_at);
        self.sessions
            .retain(|session| session.listed_at > issued_at + SKEW);
        if !self.makes_room(1 + more, now) {
            return block_until.is_none();
        }
        self.remember_notification(&name, now + LOGOUT_MEMORY);
        if block_until.is_some() {
            self.logouts.retain(|seen| seen.text != BLOCK);
        }
        if let Some(until) = until {
            self.sessions.clear();
            self.remember_notification(BLOCK, until);
        }
        true
    }

    pub(super) fn end_born_until(&mut self, issued_at: i64) {
        self.not_before = self.not_before.max(issued_at);
        let not_before = self.not_before;
        self.sessions.retain(|session| session.born_at > not_before);
    }

    pub(super) fn has_seen_notification(&self, name: &str) -> bool {
        self.logouts.iter().any(|seen| seen.text == name)
    }

    /// Whether there is room for so many notifications more. The oldest makes room that would change nothing if it came
    /// again: each of the provider's, whose boundary only rises, and a message whose token is over.
    pub(super) fn makes_room(&mut self, more: usize, now: i64) -> bool {
        let counts = |seen: &Remembered| {
            let is_good = seen.until - LOGOUT_MEMORY + GOOD > now;
            seen.text == BLOCK || seen.text.starts_with(MESSAGE) && is_good
        };
        while self.logouts.len() + more > MAX_LOGOUTS {
            let Some(position) = self.logouts.iter().position(|seen| !counts(seen)) else {
                return false;
            };
            self.logouts.remove(position);
        }
        true
    }

    pub(super) fn remember_notification(&mut self, name: &str, until: i64) {
        self.logouts.push(Remembered {
            text: name.to_owned(),
            until,
        });
    }

    /// Whether the service keeps the person out; asked after [`Account::tidy`].
    pub(super) fn is_blocked(&self) -> bool {
        self.logouts.iter().any(|seen| seen.text == BLOCK)
    }
}

#[cfg(test)]
#[path = "by_service_tests.rs"]
mod tests;
