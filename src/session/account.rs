//! The account: which sessions of a person are alive, as one value that is loaded, changed, saved.
//!
//! It answers for one person at one client in one environment. Where it is kept, and that changes
//! to it happen one after the other, is the account object's task; who the person is, it does not
//! know. A read that failed is never turned into an answer here.
//!
//! Source: OpenID Connect Back-Channel Logout 1.0 section 2.7, `provider.md` 8.

pub mod admission;
mod by_service;
mod message;
mod proving;
mod stored;

use crate::session::identity::{Proof, Remembered};
use sha2::{Digest, Sha256};

use crate::oidc::SKEW;
use crate::oidc::jws::encode;
pub use message::{AccountReply, Question};
pub use stored::Unreadable;

/// The most sessions that a person has at once; the oldest makes room.
pub const MAX_SESSIONS: usize = 20;

/// The most logout notifications that are remembered.
const MAX_LOGOUTS: usize = 16;

/// The most finished attempts that are remembered; each goes when it could not be repeated anyway.
const MAX_ATTEMPTS: usize = 64;

/// How long an attempt is remembered after its deadline, in seconds.
const AFTER_DEADLINE: i64 = 60;

/// How long a notification is remembered, in seconds: longer than any token of its can be used.
const LOGOUT_MEMORY: i64 = 3_600;

/// How long it is remembered where a person was who had to prove an identity, in seconds: One Login
/// gives people so long to show their documents at a Post Office.
pub const AWAY: i64 = 16 * 86_400;

/// The least time until the next tidying, in seconds, so that alarms never follow in a rush.
const MIN_WAIT: i64 = 60;

/// By how much an alarm that is set already may be late, in seconds: setting another one costs
/// nearly half as much as storing an account.
const MAX_LATE: i64 = 300;

/// The name of a person's account: base64url of a SHA-256, 43 characters.
///
/// It is made without a key, so that no change of keys ever loses an account, and each part is
/// behind its length, so that no two triples give one text.
#[must_use]
pub fn name(environment: &str, client_id: &str, subject: &str) -> String {
    encode(&digest(environment, client_id, subject))
}

/// The 32 bytes that are an account's [`name`].
#[must_use]
pub fn digest(environment: &str, client_id: &str, subject: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in [environment, client_id, subject] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().into()
}

/// A session as the account lists it. Times are seconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The session's id, base64url.
    pub id: String,
    /// The ID token's `iat`, by the provider's clock.
    pub born_at: i64,
    /// When the session ends whatever happens.
    pub expires_at: i64,
    /// The ID token for signing out, sealed by the Worker; the account cannot read it.
    pub hint: Option<String>,
    /// When the account listed it, by the account's own clock, whatever a question says.
    pub listed_at: i64,
    /// The identity behind it, once a route asked for one.
    pub proof: Option<Proof>,
}

/// A person's account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Sessions born at this second or before are over.
    not_before: i64,
    sessions: Vec<Listed>,
    attempts: Vec<Remembered>,
    logouts: Vec<Remembered>,
    /// Where the person was who had to prove an identity.
    left: Option<Remembered>,
    /// When the alarm rings that was set last; 0 when it has rung, or none was set.
    wakes_at: i64,
}

/// The outcome for a new session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is listed.
    Listed,
    /// The attempt was finished before; nothing changed.
    Repeated,
    /// The person was signed out after the ID token was issued; nothing changed.
    Ended,
    /// It is listed, and the person's oldest session ended to make room.
    Crowded,
    /// The service keeps the person out; nothing changed.
    Blocked,
}

/// Whether a session is alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The account lists it.
    Live,
    /// It does not.
    Ended,
}

impl Account {
    /// Records the session that an attempt led to, ending the one that the browser had before; what
    /// was proved in that one goes on in the new one.
    ///
    /// `deadline` is when the attempt could have been finished at the latest.
    pub fn begin(
        &mut self,
        attempt: &str,
        deadline: i64,
        mut session: Listed,
        replaces: Option<&str>,
        now: i64,
    ) -> Begun {
        self.tidy(now);
        if self.is_used(attempt) {
            // The same question again is an answer that was lost on its way, not a second sign-in.
            let same = self.sessions.iter().any(|listed| listed.id == session.id);
            return if same { Begun::Listed } else { Begun::Repeated };
        }
        if self.is_blocked() {
            return Begun::Blocked;
        }
        if session.born_at <= self.not_before {
            return Begun::Ended;
        }
        self.use_up(attempt, deadline);
        let position = replaces.and_then(|old| self.sessions.iter().position(|s| s.id == old));
        let replaced = position.map(|position| self.sessions.remove(position));
        match &session.proof {
            Some(proof) => self.arrive(proof.outcome()),
            None => session.proof = replaced.and_then(|replaced| replaced.proof),
        }
        self.sessions.push(Listed {
            listed_at: now,
            ..session
        });
        if self.sessions.len() > MAX_SESSIONS {
            self.sessions.remove(0);
            return Begun::Crowded;
        }
        Begun::Listed
    }

    fn is_used(&self, attempt: &str) -> bool {
        self.attempts.iter().any(|used| used.text == attempt)
    }

    fn use_up(&mut self, attempt: &str, deadline: i64) {
        let until = deadline + AFTER_DEADLINE;
        remember(&mut self.attempts, attempt, until, MAX_ATTEMPTS);
    }

    /// Whether a session is alive: listed, not expired and born after the last logout.
    #[must_use]
    pub fn check(&self, session: &str, now: i64) -> Standing {
        let live = |listed: &&Listed| {
            listed.id == session && listed.expires_at > now && listed.born_at > self.not_before
        };
        match self.sessions.iter().find(live) {
            Some(_) => Standing::Live,
            None => Standing::Ended,
        }
    }

    /// The hint of a session that is alive, sealed as it was given; nothing ends.
    #[must_use]
    pub fn id_token(&self, session: &str, now: i64) -> Option<String> {
        let live = self.check(session, now) == Standing::Live;
        let listed = self.sessions.iter().find(|listed| listed.id == session);
        listed.filter(|_| live)?.hint.clone()
    }

    /// Ends every session that was born when the provider sent a notification, or before.
    ///
    /// No clock of ours comes into it: the token check has refused what lies further in the future
    /// than clocks differ. A notification that was seen before changes nothing.
    pub fn log_out(&mut self, id: &str, issued_at: i64, now: i64) {
        self.tidy(now);
        if self.has_seen_notification(id) {
            return;
        }
        self.end_born_until(issued_at);
        if self.makes_room(1, now) {
            self.remember_notification(id, now + LOGOUT_MEMORY);
        }
    }

    /// Ends a session and gives it back; with `everywhere` every other one of the person's that was
    /// listed by then ends as well.
    ///
    /// A session that is not alive ends nothing, so that an old copy of a cookie cannot sign anybody
    /// out. A wish may arrive ten minutes late, and the sessions begun since then are not what it was
    /// about. The time when the account listed a session counts, because one that was listed later
    /// would have outlived the wish had it arrived in time; a birth is the provider's to say, and
    /// earlier than that. The wish's time is by the Worker's clock, so that what was listed within
    /// [`SKEW`] after it ends as well: signing in once more is a small price, and a session that
    /// lives on though its owner ended it is not.
    pub fn end(&mut self, session: &str, everywhere: Option<i64>, now: i64) -> Option<Listed> {
        self.tidy(now);
        let position = self
            .sessions
            .iter()
            .position(|listed| listed.id == session)?;
        let ended = self.sessions.remove(position);
        if let Some(wished_at) = everywhere {
            self.sessions
                .retain(|other| other.listed_at > wished_at + SKEW);
        }
        Some(ended)
    }

    /// Forgets what has served its purpose.
    pub fn tidy(&mut self, now: i64) {
        let not_before = self.not_before;
        self.sessions
            .retain(|session| session.expires_at > now && session.born_at > not_before);
        self.attempts.retain(|used| used.until > now);
        self.logouts.retain(|seen| seen.until > now);
        self.left.take_if(|left| left.until <= now);
        for proof in self.sessions.iter_mut().filter_map(|s| s.proof.as_mut()) {
            proof.claims.take_if(|claims| claims.until <= now);
        }
        // No session can begin any more with an ID token that old.
        if self.not_before + LOGOUT_MEMORY <= now {
            self.not_before = 0;
        }
    }

    /// When something will have served its purpose next.
    #[must_use]
    pub fn next_tidy(&self) -> Option<i64> {
        let sessions = self.sessions.iter().map(|session| session.expires_at);
        let remembered = self.attempts.iter().chain(&self.logouts);
        let boundary = (self.not_before > 0).then_some(self.not_before + LOGOUT_MEMORY);
        sessions
            .chain(remembered.map(|entry| entry.until))
            .chain(boundary)
            .chain(self.left.as_ref().map(|left| left.until))
            .chain(self.first_claims())
            .min()
    }

    /// When the claims of an identity are to be forgotten next.
    fn first_claims(&self) -> Option<i64> {
        let proofs = self.sessions.iter().filter_map(|s| s.proof.as_ref());
        let claims = proofs.filter_map(|proof| proof.claims.as_ref());
        claims.map(|claims| claims.until).min()
    }

    /// When the alarm is to be set, or `None` when the one that is set serves, or there is nothing to
    /// wake up for. The account takes note that it is set then.
    ///
    /// An alarm that comes early finds nothing to do and is set again.
    pub fn set_alarm(&mut self, now: i64) -> Option<i64> {
        let soonest = now + MIN_WAIT;
        let at = self.next_tidy()?.max(soonest);
        // Claims are kept for exactly as long as they are of use.
        let claims = self.first_claims().map_or(i64::MAX, |at| at.max(soonest));
        if self.wakes_at > now && self.wakes_at <= claims.min(at + MAX_LATE) {
            return None;
        }
        self.wakes_at = at;
        Some(at)
    }

    /// The alarm has rung: forgets what has served its purpose.
    pub fn wake(&mut self, now: i64) {
        self.wakes_at = 0;
        self.tidy(now);
    }
}

/// Adds an entry, letting the oldest go when there are too many.
fn remember(entries: &mut Vec<Remembered>, id: &str, until: i64, most: usize) {
    entries.push(Remembered {
        text: id.to_owned(),
        until,
    });
    if entries.len() > most {
        entries.remove(0);
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
