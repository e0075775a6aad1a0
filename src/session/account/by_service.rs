//! The service ends a person's sessions, and may keep the person out for a time.
//!
//! A block is kept among the notifications that were seen, because that list has an end for each entry and the version before
//! keeps it too. That version lets the person in.

use super::{Account, LOGOUT_MEMORY, MAX_LOGOUTS, remember};
use crate::oidc::SKEW;

/// The name of a block among the notifications.
const BLOCK: &str = "blocked by the service";

impl Account {
    /// Ends every session of the person, because the service says so, and keeps the person out until `block_until`.
    ///
    /// A block that is there already stays where that is `None`, and goes where that is past. A message that was seen
    /// before changes nothing. The message has the time of the service's clock, so that what was listed within [`SKEW`]
    /// after it ends as well; a birth is by the provider's clock.
    pub fn end_by_service(&mut self, id: &str, issued_at: i64, block_until: Option<i64>, now: i64) {
        self.tidy(now);
        // The provider's ids are not the service's.
        if !self.is_new(&format!("service {id}"), now) {
            return;
        }
        self.end_born_until(issued_at);
        self.sessions
            .retain(|session| session.listed_at > issued_at + SKEW);
        if let Some(until) = block_until {
            self.logouts.retain(|seen| seen.text != BLOCK);
            if until > now {
                remember(&mut self.logouts, BLOCK, until, MAX_LOGOUTS);
            }
        }
    }

    pub(super) fn end_born_until(&mut self, issued_at: i64) {
        self.not_before = self.not_before.max(issued_at);
        let not_before = self.not_before;
        self.sessions.retain(|session| session.born_at > not_before);
    }

    /// Whether no message of this id was seen before; it is remembered. A block is never the entry that makes room.
    pub(super) fn is_new(&mut self, id: &str, now: i64) -> bool {
        if self.logouts.iter().any(|seen| seen.text == id) {
            return false;
        }
        let blocks = self.logouts.iter().position(|seen| seen.text == BLOCK);
        let block = blocks.map(|position| self.logouts.remove(position));
        let most = MAX_LOGOUTS - usize::from(block.is_some());
        remember(&mut self.logouts, id, now + LOGOUT_MEMORY, most);
        self.logouts.extend(block);
        true
    }

    /// Whether the service keeps the person out; asked after [`Account::tidy`].
    pub(super) fn is_blocked(&self) -> bool {
        self.logouts.iter().any(|seen| seen.text == BLOCK)
    }
}

#[cfg(test)]
#[path = "by_service_tests.rs"]
mod tests;
