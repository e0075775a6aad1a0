//! What accounts answered about sessions, in the isolate's memory.
//!
//! A page asks for many things at once, all with one cookie. Without this each of them would ask
//! the account anew. Nothing here prolongs what the configuration allows: an entry says when the
//! account answered, and no more. That a session has ended is remembered too, because no session
//! ever comes back.

use std::cell::RefCell;
use std::collections::HashMap;

/// The most sessions that are remembered.
const MAX: usize = 1_000;

/// The most questions about one session in a minute that may go unanswered.
const UNANSWERED: u32 = 30;

#[derive(Debug, Default)]
struct Lease {
    checked_at: i64,
    ended: bool,
    minute: i64,
    unanswered: u32,
    overloaded: bool,
}

/// The answers of accounts, by session.
#[derive(Debug, Default)]
pub struct Leases(RefCell<HashMap<[u8; 16], Lease>>);

impl Leases {
    /// When the account last said that the session is alive; 0 when it is not known here.
    #[must_use]
    pub fn checked_at(&self, session: &[u8; 16]) -> i64 {
        let leases = self.0.borrow();
        leases.get(session).map_or(0, |lease| lease.checked_at)
    }

    /// Whether the account has said that the session has ended.
    #[must_use]
    pub fn has_ended(&self, session: &[u8; 16]) -> bool {
        self.0
            .borrow()
            .get(session)
            .is_some_and(|lease| lease.ended)
    }

    /// Notes that the account says that the session is alive.
    pub fn note(&self, session: &[u8; 16], now: i64) {
        self.with(session, now, |lease| lease.checked_at = now);
    }

    /// Notes that the session has ended.
    pub fn end(&self, session: &[u8; 16], now: i64) {
        self.with(session, now, |lease| {
            lease.checked_at = 0;
            lease.ended = true;
        });
    }

    /// Notes that the account gave no answer, and whether because it has too much to do.
    pub fn miss(&self, session: &[u8; 16], now: i64, overloaded: bool) {
        self.with(session, now, |lease| {
            lease.overloaded = overloaded;
            if lease.minute != now / 60 {
                lease.minute = now / 60;
                lease.unanswered = 0;
            }
            lease.unanswered += 1;
        });
    }

    /// Whether enough questions went unanswered in this minute, and then whether because the account
    /// has too much to do; answered questions cost nothing.
    #[must_use]
    pub fn limited(&self, session: &[u8; 16], now: i64) -> Option<bool> {
        let leases = self.0.borrow();
        let lease = leases.get(session)?;
        let limited = lease.minute == now / 60 && lease.unanswered >= UNANSWERED;
        limited.then_some(lease.overloaded)
    }

    fn with(&self, session: &[u8; 16], now: i64, change: impl FnOnce(&mut Lease)) {
        let mut leases = self.0.borrow_mut();
        if leases.len() >= MAX && !leases.contains_key(session) {
            // Whatever is forgotten is asked for again.
            leases.retain(|_, lease| now - lease.checked_at < 60);
            if leases.len() >= MAX {
                leases.clear();
            }
        }
        change(leases.entry(*session).or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_remembered_until_the_session_ends() {
        let leases = Leases::default();
        assert_eq!(leases.checked_at(&[1; 16]), 0);
        leases.note(&[1; 16], 100);
        assert_eq!(leases.checked_at(&[1; 16]), 100);
        assert_eq!(leases.checked_at(&[2; 16]), 0);
        leases.end(&[1; 16], 101);
        assert_eq!(leases.checked_at(&[1; 16]), 0);
        assert!(leases.has_ended(&[1; 16]) && !leases.has_ended(&[2; 16]));
    }

    #[test]
    fn t71_unanswered_questions_are_counted_for_each_session_and_minute() {
        let leases = Leases::default();
        for _ in 0..UNANSWERED {
            assert_eq!(leases.limited(&[1; 16], 60), None);
            leases.miss(&[1; 16], 60, true);
        }
        assert_eq!(leases.limited(&[1; 16], 119), Some(true));
        assert_eq!(leases.limited(&[2; 16], 119), None);
        assert_eq!(leases.limited(&[1; 16], 120), None);
        leases.miss(&[1; 16], 120, false);
        assert_eq!(leases.limited(&[1; 16], 121), None);
    }

    fn id(number: u16) -> [u8; 16] {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&number.to_be_bytes());
        id
    }

    #[test]
    fn t87_memory_is_bounded() {
        let leases = Leases::default();
        for number in 0..5_000 {
            leases.note(&id(number), 100);
        }
        assert!(leases.0.borrow().len() <= MAX);
    }

    #[test]
    fn t87_what_is_old_makes_room_for_a_session_that_is_not_known_here() {
        let leases = Leases::default();
        for number in 0..1_000 {
            leases.note(&id(number), if number < 400 { 1_040 } else { 1_041 });
        }
        leases.note(&id(999), 1_100);
        assert_eq!(leases.0.borrow().len(), MAX, "it was known");
        leases.note(&id(1_000), 1_100);
        assert_eq!(leases.0.borrow().len(), 601);
        assert_eq!(leases.checked_at(&id(399)), 0);
        assert_eq!(leases.checked_at(&id(400)), 1_041);
        leases.note(&id(1_001), 9_000);
        assert_eq!(leases.checked_at(&id(400)), 1_041, "there is room");
    }
}
