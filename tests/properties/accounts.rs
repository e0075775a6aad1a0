//! An account under any sequence of questions: an ended session stays ended, whatever comes after.

use std::collections::{BTreeMap, BTreeSet};

use one_login_edge::oidc::vector::Level;
use one_login_edge::session::account::{
    Account, AccountReply, Begun, Listed, MAX_SESSIONS, Question, Standing,
};
use one_login_edge::session::identity::{IdentityOutcome, Proof};

use super::NOW;
use super::world::chance::Chance;

/// The notes of an observer who sees every question and answer.
#[derive(Default)]
struct Notes {
    /// Sessions that were listed: id, birth and end.
    begun: Vec<(String, i64, i64)>,
    /// Those that are over for ever.
    over: BTreeSet<String>,
    /// Attempts that led to a session, and the time until which only the account can stop a repetition.
    used: BTreeMap<String, i64>,
}

impl Notes {
    fn any(&self, chance: &mut Chance) -> String {
        match self.begun.len() {
            0 => "unknown".to_owned(),
            _ => chance.one(&self.begun).0.clone(),
        }
    }
}

fn listed(id: &str, born_at: i64, expires_at: i64) -> Listed {
    Listed {
        id: id.to_owned(),
        born_at,
        expires_at,
        hint: None,
        listed_at: 0,
        proof: None,
    }
}

/// One question and what follows from its answer.
fn step(account: &mut Account, notes: &mut Notes, chance: &mut Chance, turn: usize, now: i64) {
    match chance.below(6) {
        0 | 1 => {
            let (id, born_at) = (format!("s{turn}"), now - chance.seconds(40));
            let expires_at = now + 60 + chance.seconds(3_000);
            let attempt = format!("a{}", chance.below(turn + 1));
            let replaces = chance.coin().then(|| notes.any(chance));
            let deadline = notes.used.get(&attempt).copied();
            if deadline.is_some_and(|deadline| deadline <= now) {
                // The Worker does not open an attempt that is over.
                return;
            }
            let question = Question::Begin {
                attempt: attempt.clone(),
                deadline: deadline.unwrap_or(now + 3_600),
                session: listed(&id, born_at, expires_at),
                replaces: replaces.clone(),
            };
            match account.answer(question, now) {
                AccountReply::Begun(Begun::Listed | Begun::Crowded) => {
                    assert_eq!(deadline, None, "an attempt leads to one session");
                    notes.used.insert(attempt, now + 3_600);
                    notes.begun.push((id, born_at, expires_at));
                    notes.over.extend(replaces);
                }
                AccountReply::Begun(Begun::Repeated | Begun::Ended | Begun::Blocked) => {
                    notes.over.insert(id);
                }
                other => panic!("{other:?}"),
            }
        }
        2 => {
            let issued_at = now - chance.seconds(60);
            let id = format!("n{turn}");
            assert_eq!(
                account.answer(Question::LogOut { id, issued_at }, now),
                AccountReply::LoggedOut
            );
            let ended = notes.begun.iter().filter(|(_, born, _)| *born <= issued_at);
            notes.over.extend(ended.map(|(id, ..)| id.clone()));
        }
        3 => {
            let (session, everywhere) = (notes.any(chance), chance.below(4) == 0);
            let question = Question::End {
                session: session.clone(),
                everywhere,
                wished_at: None,
            };
            let AccountReply::Ended { listed, .. } = account.answer(question, now) else {
                panic!("no end");
            };
            if listed && everywhere {
                notes
                    .over
                    .extend(notes.begun.iter().map(|(id, ..)| id.clone()));
            }
            notes.over.insert(session);
        }
        4 => {
            let question = Question::StepUp {
                attempt: format!("p{turn}"),
                deadline: now + 3_600,
                session: notes.any(chance),
                proof: Proof::new(Level::P2, IdentityOutcome::Proved, now, None),
                hint: None,
            };
            let live = matches!(&question, Question::StepUp { session, .. } if account.check(session, now) == Standing::Live);
            let begun = account.answer(question, now) == AccountReply::Begun(Begun::Listed);
            assert_eq!(begun, live, "only who is signed in proves anything");
        }
        _ => {
            let stored = account.to_stored();
            assert_eq!(
                Account::from_stored(stored.as_deref()).as_ref(),
                Ok(&*account)
            );
        }
    }
}

#[test]
fn t47_t78_t79_when_a_session_has_ended_in_an_account_then_it_never_lives_again() {
    let mut chance = Chance::of("accounts");
    let mut lived = 0;
    for _ in 0..60 {
        let (mut account, mut notes, mut now) = (Account::default(), Notes::default(), NOW);
        for turn in 0..200 {
            step(&mut account, &mut notes, &mut chance, turn, now);
            now += chance.seconds(60);
            let live: Vec<_> = notes
                .begun
                .iter()
                .filter(|(id, ..)| account.check(id, now) == Standing::Live)
                .collect();
            assert!(live.len() <= MAX_SESSIONS);
            for (id, _, expires_at) in &live {
                assert!(!notes.over.contains(id), "{id} lives again");
                assert!(*expires_at > now, "{id} outlives its end");
            }
            lived += live.len();
        }
        // Alarm by alarm it empties itself.
        while let Some(at) = account.next_tidy() {
            assert!(at > now || account.to_stored().is_some());
            now = at.max(now);
            account.tidy(now);
        }
        assert_eq!(account.to_stored(), None);
    }
    assert!(
        lived > 5_000,
        "{lived}: the sequences hold sessions that live"
    );
}
