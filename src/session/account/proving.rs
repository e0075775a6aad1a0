//! The account's record of an identity: how far it was proved, for each session, and where the person
//! was when they left to prove it.

use super::{AWAY, Account, Begun};
use crate::session::identity::{IdentityOutcome, Proof, Remembered};
use crate::session::level::level_of;

impl Account {
    /// Records how a request for an identity ended that an attempt made for a session, which keeps
    /// its id and birth.
    ///
    /// Claims that the session had stay where the proof brings none.
    pub fn step_up(
        &mut self,
        attempt: &str,
        deadline: i64,
        session: &str,
        mut proof: Proof,
        hint: Option<String>,
        now: i64,
    ) -> Begun {
        self.tidy(now);
        let used = self.is_used(attempt);
        let Some(listed) = self.sessions.iter_mut().find(|listed| listed.id == session) else {
            return Begun::Ended;
        };
        if used {
            let end = |proof: &Proof| (proof.at, proof.outcome());
            let same = |known: &Proof| end(known) == end(&proof);
            let same = listed.proof.as_ref().is_some_and(same);
            return if same { Begun::Listed } else { Begun::Repeated };
        }
        let outcome = proof.outcome();
        let before = listed.proof.take();
        proof.claims = proof.claims.or(before.and_then(|before| before.claims));
        listed.proof = Some(proof);
        listed.hint = hint.or(listed.hint.take());
        self.use_up(attempt, deadline);
        self.arrive(outcome);
        Begun::Listed
    }

    /// The identity behind a session that is alive, and where the person was when
    /// one was last asked for; `None` when the session is not alive.
    ///
    /// With `leaving` the person goes to prove an identity of this level, if the session has not
    /// reached it yet, and will want to come back to this place.
    pub fn proof(
        &mut self,
        session: &str,
        leaving: Option<(u8, String)>,
        now: i64,
    ) -> Option<(Option<Proof>, Option<String>)> {
        self.tidy(now);
        let listed = self.sessions.iter().find(|listed| listed.id == session)?;
        let proof = listed.proof.clone();
        let reached = proof.as_ref().map(Proof::level);
        if let Some((level, text)) = leaving
            && reached.is_none_or(|reached| level_of(level) > Some(reached))
        {
            let until = now + AWAY;
            self.left = Some(Remembered { text, until });
        }
        Some((proof, self.left.as_ref().map(|left| left.text.clone())))
    }

    /// Forgets where the person was, who has done what they left for.
    pub(super) fn arrive(&mut self, outcome: Option<IdentityOutcome>) {
        if outcome == Some(IdentityOutcome::Proved) {
            self.left = None;
        }
    }
}

#[cfg(test)]
#[path = "proving_tests.rs"]
mod tests;
