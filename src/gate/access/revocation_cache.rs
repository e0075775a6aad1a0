//! The answers of accounts about sessions, in the isolate's memory, and when asking accounts pauses.
//!
//! A page asks for many things at once, all with one cookie. Without this each of them would ask
//! the account again. Nothing here prolongs what the configuration allows: an entry says when the
//! account answered, and no more. That a session has ended is remembered too, because no session
//! ever comes back.
//!
//! An account that gives no answer costs each request two seconds. After a few misses in a row it is
//! not asked for some seconds, and after misses of several accounts none is. Then a few requests try,
//! and the first answer ends the pause.

use crate::config::map::FastMap;
use std::cell::RefCell;

/// The most sessions that are remembered.
const MAX: usize = 1_000;

/// The most accounts that are remembered for giving no answer.
const MAX_SILENT: usize = 100;

/// How many questions in a row may go unanswered before asking pauses.
const FEW: u32 = 4;

/// How far apart two of them are at most, in seconds: where few ask, few wait, and none has to pause.
const LATELY: u64 = 10;

/// How long it pauses, in seconds, from the moment at which the last request began that was not answered.
const PAUSE: i64 = 5;

/// The same for one account that has too much to do: it says so at once, and as soon as it has less to do
/// its person is to be let in.
const BRIEF_PAUSE: i64 = 1;

/// Which account: the first bytes of its name.
pub type AccountId = [u8; 16];

#[derive(Debug, Default)]
struct Entry {
    checked_at: i64,
    ended: bool,
}

/// Questions in a row that got no answer.
#[derive(Debug, Default)]
struct Silence {
    account: AccountId,
    misses: u32,
    missed_at: i64,
    overloaded: bool,
    until: i64,
    tries: u32,
}

impl Silence {
    /// Whether one more question may be asked; a pause that is over begins again with so many tries.
    const fn may_ask(&mut self, now: i64, tries: u32) -> bool {
        if self.misses < FEW {
            return true;
        }
        // A clock that goes back does not make the pause longer.
        if now >= self.until || now + PAUSE < self.until {
            self.until = now + self.pause();
            self.tries = tries;
        }
        let may = self.tries > 0;
        self.tries = self.tries.saturating_sub(1);
        may
    }

    const fn miss(&mut self, now: i64, overloaded: bool) {
        if now.abs_diff(self.missed_at) > LATELY {
            self.misses = 0;
        }
        self.missed_at = now;
        self.overloaded = overloaded;
        self.misses = self.misses.saturating_add(1);
        if self.misses == FEW {
            self.until = now + self.pause();
            self.tries = 0;
        }
    }

    const fn pause(&self) -> i64 {
        if self.overloaded { BRIEF_PAUSE } else { PAUSE }
    }
}

/// The answers of accounts, by session, and the accounts that give none.
#[derive(Debug, Default)]
pub struct RevocationCache {
    sessions: RefCell<FastMap<[u8; 16], Entry>>,
    silent: RefCell<Vec<Silence>>,
    all: RefCell<Silence>,
}

impl RevocationCache {
    /// When the account last said that the session is alive; 0 when it is not known here.
    #[must_use]
    pub fn checked_at(&self, session: &[u8; 16]) -> i64 {
        let revocations = self.sessions.borrow();
        revocations.get(session).map_or(0, |entry| entry.checked_at)
    }

    /// Whether the account has said that the session has ended.
    #[must_use]
    pub fn has_ended(&self, session: &[u8; 16]) -> bool {
        let revocations = self.sessions.borrow();
        revocations.get(session).is_some_and(|entry| entry.ended)
    }

    /// Notes that the account says that the session is alive.
    pub fn note(&self, session: &[u8; 16], now: i64) {
        self.with(session, now, |entry| entry.checked_at = now);
    }

    /// Notes that the session has ended.
    pub fn end(&self, session: &[u8; 16], now: i64) {
        self.with(session, now, |entry| {
            entry.checked_at = 0;
            entry.ended = true;
        });
    }

    /// Whether an account may be asked now.
    ///
    /// # Errors
    /// While asking pauses, whether that is because this account has too much to do.
    pub fn may_ask(&self, account: &AccountId, now: i64) -> Result<(), bool> {
        let mut silent = self.silent.borrow_mut();
        let own = silent.iter_mut().find(|one| one.account == *account);
        if let Some(own) = own
            && !own.may_ask(now, 1)
        {
            return Err(own.overloaded);
        }
        match self.all.borrow_mut().may_ask(now, FEW) {
            true => Ok(()),
            false => Err(false),
        }
    }

    /// Notes that an account gave an answer.
    pub fn answered(&self, account: &AccountId) {
        self.all.borrow_mut().misses = 0;
        self.silent
            .borrow_mut()
            .retain(|one| one.account != *account);
    }

    /// Notes that an account gave no answer, and whether because it has too much to do.
    pub fn miss(&self, account: &AccountId, now: i64, overloaded: bool) {
        let mut all = self.all.borrow_mut();
        // One account by itself, which its own person may keep busy, says nothing of the others.
        if !overloaded && all.account != *account {
            all.account = *account;
            all.miss(now, false);
        }
        let mut silent = self.silent.borrow_mut();
        if let Some(known) = silent.iter_mut().find(|one| one.account == *account) {
            known.miss(now, overloaded);
            return;
        }
        if silent.len() >= MAX_SILENT {
            silent.remove(0);
        }
        let mut own = Silence {
            account: *account,
            ..Silence::default()
        };
        own.miss(now, overloaded);
        silent.push(own);
    }

    fn with(&self, session: &[u8; 16], now: i64, change: impl FnOnce(&mut Entry)) {
        let mut revocations = self.sessions.borrow_mut();
        if revocations.len() >= MAX && !revocations.contains_key(session) {
            // The account is asked again about a session that is forgotten.
            revocations.retain(|_, entry| now - entry.checked_at < 60);
            if revocations.len() >= MAX {
                revocations.clear();
            }
        }
        change(revocations.entry(*session).or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_session_ends_then_the_remembered_answer_is_forgotten() {
        let revocations = RevocationCache::default();
        assert_eq!(revocations.checked_at(&[1; 16]), 0);
        revocations.note(&[1; 16], 100);
        assert_eq!(revocations.checked_at(&[1; 16]), 100);
        assert_eq!(revocations.checked_at(&[2; 16]), 0);
        revocations.end(&[1; 16], 101);
        assert_eq!(revocations.checked_at(&[1; 16]), 0);
        assert!(revocations.has_ended(&[1; 16]) && !revocations.has_ended(&[2; 16]));
    }

    #[test]
    fn t71_when_an_account_has_missed_a_few_times_then_it_is_asked_once_in_a_pause() {
        let revocations = RevocationCache::default();
        for _ in 0..FEW {
            assert_eq!(revocations.may_ask(&[1; 16], 60), Ok(()));
            revocations.miss(&[1; 16], 60, false);
        }
        assert_eq!(revocations.may_ask(&[1; 16], 64), Err(false));
        assert_eq!(revocations.may_ask(&[2; 16], 64), Ok(()), "its own trouble");
        // Late misses of requests that were under way make it no longer.
        revocations.miss(&[1; 16], 64, false);
        assert_eq!(revocations.may_ask(&[1; 16], 65), Ok(()));
        assert_eq!(revocations.may_ask(&[1; 16], 65), Err(false), "one tries");
        revocations.miss(&[1; 16], 65, false);
        assert_eq!(revocations.may_ask(&[1; 16], 69), Err(false));
        assert_eq!(revocations.may_ask(&[1; 16], 70), Ok(()));
        revocations.answered(&[1; 16]);
        assert_eq!(revocations.may_ask(&[1; 16], 70), Ok(()));
        assert!(revocations.silent.borrow().is_empty());
    }

    #[test]
    fn t71_when_misses_are_far_apart_then_they_are_not_in_a_row() {
        let revocations = RevocationCache::default();
        for now in [60, 71, 82, 93, 104] {
            revocations.miss(&[1; 16], now, false);
            assert_eq!(revocations.may_ask(&[1; 16], now), Ok(()));
        }
    }

    #[test]
    fn t71_when_an_account_is_overloaded_then_it_is_asked_each_second_and_others_go_on() {
        let revocations = RevocationCache::default();
        for account in 1..10 {
            for _ in 0..FEW {
                assert_eq!(revocations.may_ask(&[account; 16], 60), Ok(()));
                revocations.miss(&[account; 16], 60, true);
            }
            assert_eq!(revocations.may_ask(&[account; 16], 60), Err(true));
        }
        assert_eq!(revocations.may_ask(&[1; 16], 61), Ok(()));
        assert_eq!(revocations.may_ask(&[1; 16], 61), Err(true));
    }

    #[test]
    fn t71_when_several_accounts_miss_then_all_pause_until_one_answers() {
        let revocations = RevocationCache::default();
        for account in 1..=4 {
            assert_eq!(revocations.may_ask(&[account; 16], 60), Ok(()));
            revocations.miss(&[account; 16], 60, false);
        }
        assert_eq!(revocations.may_ask(&[9; 16], 64), Err(false));
        for account in 11..15 {
            assert_eq!(revocations.may_ask(&[account; 16], 65), Ok(()), "a few try");
        }
        assert_eq!(revocations.may_ask(&[15; 16], 65), Err(false));
        revocations.answered(&[12; 16]);
        assert_eq!(revocations.may_ask(&[15; 16], 65), Ok(()));
        // A clock that goes back does not make a pause longer.
        for account in 1..=4 {
            revocations.miss(&[account; 16], 900, false);
        }
        assert_eq!(revocations.may_ask(&[9; 16], 901), Err(false));
        assert_eq!(revocations.may_ask(&[9; 16], 100), Ok(()));
    }

    #[test]
    fn t87_when_many_accounts_are_silent_then_memory_for_them_is_bounded() {
        let revocations = RevocationCache::default();
        for number in 0..5_000 {
            revocations.miss(&id(number), 100, true);
        }
        assert_eq!(revocations.silent.borrow().len(), MAX_SILENT);
    }

    fn id(number: u16) -> [u8; 16] {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&number.to_be_bytes());
        id
    }

    #[test]
    fn t87_when_many_sessions_are_noted_then_memory_is_bounded() {
        let revocations = RevocationCache::default();
        for number in 0..5_000 {
            revocations.note(&id(number), 100);
        }
        assert!(revocations.sessions.borrow().len() <= MAX);
    }

    #[test]
    fn t87_when_memory_is_full_then_old_sessions_make_room_for_a_new_one() {
        let revocations = RevocationCache::default();
        for number in 0..1_000 {
            revocations.note(&id(number), if number < 400 { 1_040 } else { 1_041 });
        }
        revocations.note(&id(999), 1_100);
        assert_eq!(revocations.sessions.borrow().len(), MAX, "it was known");
        revocations.note(&id(1_000), 1_100);
        assert_eq!(revocations.sessions.borrow().len(), 601);
        assert_eq!(revocations.checked_at(&id(399)), 0);
        assert_eq!(revocations.checked_at(&id(400)), 1_041);
        revocations.note(&id(1_001), 9_000);
        assert_eq!(revocations.checked_at(&id(400)), 1_041, "there is room");
    }
}
