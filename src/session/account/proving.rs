//! The account's record of an identity: how far it was proved, for each session, and where the person
//! was when they left to prove it.
//!
//! A reference that was used is kept among the finished attempts, because that list has an end for each entry and the
//! version before keeps it too.

use super::{AWAY, Account, Begun, Standing};
use crate::session::identity::{IdentityOutcome, Proof, Remembered};
use crate::session::level::level_of;

/// The beginning of the name of a used reference among the attempts, which no attempt has.
const REFERENCE: &str = "reference ";

/// The most used references that are remembered, so that they take the place of no attempt that could still be repeated.
const MAX_REFERENCES: usize = 32;

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

    /// The identity behind a session that is alive, for a reference that counts once. It is used up before the answer is
    /// given.
    ///
    /// # Errors
    /// [`Begun::Ended`] where the session is not alive, [`Begun::Repeated`] where the reference was used before, or so
    /// many were that one more could not be remembered.
    pub fn refer(
        &mut self,
        session: &str,
        reference: &str,
        deadline: i64,
        now: i64,
    ) -> Result<Option<Proof>, Begun> {
        self.tidy(now);
        if self.check(session, now) != Standing::Live {
            return Err(Begun::Ended);
        }
        let name = format!("{REFERENCE}{reference}");
        let used = self.attempts.iter();
        let used = used.filter(|used| used.text.starts_with(REFERENCE)).count();
        if used >= MAX_REFERENCES || self.is_used(&name) {
            return Err(Begun::Repeated);
        }
        self.use_up(&name, deadline);
        let listed = self.sessions.iter().find(|listed| listed.id == session);
        Ok(listed.and_then(|listed| listed.proof.clone()))
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
