//! How long it has been certain that sessions are alive, in the isolate's memory.
//!
//! A page asks for many things at once, all with one cookie. Without this each of them would ask
//! the account anew. Nothing here prolongs what the configuration allows: an entry says when the
//! account answered, and no more.

use std::cell::RefCell;
use std::collections::HashMap;

/// The most sessions that are remembered.
const MAX: usize = 1_000;

/// The most questions about one session in a minute.
const QUESTIONS: u32 = 30;

#[derive(Debug)]
struct Lease {
    checked_at: i64,
    minute: i64,
    questions: u32,
}

/// The answers of accounts, by session.
#[derive(Debug, Default)]
pub struct Leases(RefCell<HashMap<[u8; 16], Lease>>);

impl Leases {
    /// When the account last said that the session is alive; 0 when it is not known here.
    #[must_use]
    pub fn checked_at(&self, session: &[u8; 16]) -> i64 {
        self.0
            .borrow()
            .get(session)
            .map_or(0, |lease| lease.checked_at)
    }

    /// Notes that the account said so now.
    pub fn note(&self, session: &[u8; 16], now: i64) {
        self.with(session, now, |lease| lease.checked_at = now);
    }

    /// Forgets a session that has ended.
    pub fn forget(&self, session: &[u8; 16]) {
        self.0.borrow_mut().remove(session);
    }

    /// Whether the account may be asked once more in this minute.
    pub fn may_ask(&self, session: &[u8; 16], now: i64) -> bool {
        self.with(session, now, |lease| {
            if lease.minute != now / 60 {
                lease.minute = now / 60;
                lease.questions = 0;
            }
            lease.questions += 1;
            lease.questions <= QUESTIONS
        })
    }

    fn with<T>(&self, session: &[u8; 16], now: i64, change: impl FnOnce(&mut Lease) -> T) -> T {
        let mut leases = self.0.borrow_mut();
        if leases.len() >= MAX && !leases.contains_key(session) {
            // Whatever is forgotten is asked for again; a minute's worth is all that matters.
            leases.retain(|_, lease| lease.minute == now / 60 && lease.questions > 1);
            if leases.len() >= MAX {
                leases.clear();
            }
        }
        change(leases.entry(*session).or_insert(Lease {
            checked_at: 0,
            minute: now / 60,
            questions: 0,
        }))
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
        leases.forget(&[1; 16]);
        assert_eq!(leases.checked_at(&[1; 16]), 0);
    }

    #[test]
    fn questions_are_counted_for_each_session_and_minute() {
        let leases = Leases::default();
        let allowed = |now| (0..40).filter(|_| leases.may_ask(&[1; 16], now)).count();
        assert_eq!(allowed(60), 30);
        assert_eq!(allowed(119), 0);
        assert!(leases.may_ask(&[2; 16], 119));
        assert_eq!(allowed(120), 30);
    }

    #[test]
    fn t87_memory_is_bounded() {
        let leases = Leases::default();
        for number in 0..5_000_u16 {
            let mut id = [0; 16];
            id[..2].copy_from_slice(&number.to_be_bytes());
            leases.note(&id, 100);
        }
        assert!(leases.0.borrow().len() <= MAX);
    }
}
