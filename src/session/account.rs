//! The account: which sessions of a person are alive, as one value that is loaded, changed, saved.
//!
//! It answers for one person at one client in one environment. Where it is kept, and that changes
//! to it happen one after the other, is the account object's task; who the person is, it does not
//! know. A read that failed is never turned into an answer here: there is none then.
//!
//! Source: OpenID Connect Back-Channel Logout 1.0 section 2.7, `provider.md` 8.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::oidc::jws::encode;

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

/// The stored format; another one in storage ends every session, and is never guessed at.
const FORMAT: u8 = 1;

/// The name of a person's account: base64url of a SHA-256, 43 characters.
///
/// It is made without a key, so that no change of keys ever loses an account, and each part stands
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The session's id, base64url.
    pub id: String,
    /// The ID token's `iat`, by the provider's clock.
    pub born_at: i64,
    /// When the session ends whatever happens.
    pub expires_at: i64,
    /// The ID token for signing out, sealed by the Worker; the account cannot read it.
    pub hint: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Remembered {
    id: String,
    until: i64,
}

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    format: u8,
    /// Sessions born at this second or before are over.
    not_before: i64,
    sessions: Vec<Listed>,
    attempts: Vec<Remembered>,
    logouts: Vec<Remembered>,
}

/// What became of a new session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// It is listed.
    Listed,
    /// The attempt was finished before; nothing changed.
    Repeated,
    /// The person was signed out after the ID token was issued; nothing changed.
    Ended,
}

/// Whether a session is alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The account lists it.
    Live,
    /// It does not.
    Ended,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            format: FORMAT,
            not_before: 0,
            sessions: Vec::new(),
            attempts: Vec::new(),
            logouts: Vec::new(),
        }
    }
}

impl Account {
    /// Reads a stored account; an unknown or damaged one is empty, so that no session of it lives.
    #[must_use]
    pub fn from_stored(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str::<Self>(text).ok())
            .filter(|account| account.format == FORMAT)
            .unwrap_or_default()
    }

    /// The text to store, or `None` when there is nothing worth keeping.
    #[must_use]
    pub fn to_stored(&self) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        serde_json::to_string(self).ok()
    }

    /// Records the session that an attempt led to, ending the one that the browser had before.
    ///
    /// `deadline` is when the attempt could have been finished at the latest.
    pub fn begin(
        &mut self,
        attempt: &str,
        deadline: i64,
        session: Listed,
        replaces: Option<&str>,
        now: i64,
    ) -> Begun {
        self.tidy(now);
        if self.attempts.iter().any(|used| used.id == attempt) {
            // The same question again is an answer that was lost on its way, not a second sign-in.
            let same = self.sessions.iter().any(|listed| listed.id == session.id);
            return if same { Begun::Listed } else { Begun::Repeated };
        }
        if session.born_at <= self.not_before {
            return Begun::Ended;
        }
        remember(
            &mut self.attempts,
            attempt,
            deadline + AFTER_DEADLINE,
            MAX_ATTEMPTS,
        );
        self.sessions
            .retain(|other| Some(other.id.as_str()) != replaces);
        self.sessions.push(session);
        if self.sessions.len() > MAX_SESSIONS {
            self.sessions.remove(0);
        }
        Begun::Listed
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
        if self.logouts.iter().any(|seen| seen.id == id) {
            return;
        }
        remember(&mut self.logouts, id, now + LOGOUT_MEMORY, MAX_LOGOUTS);
        self.not_before = self.not_before.max(issued_at);
        let not_before = self.not_before;
        self.sessions.retain(|session| session.born_at > not_before);
    }

    /// Ends a session, or with `everywhere` all of the person's, and gives it back.
    ///
    /// A session that is not alive ends nothing, so that an old copy of a cookie cannot sign
    /// anybody out.
    pub fn end(&mut self, session: &str, everywhere: bool, now: i64) -> Option<Listed> {
        self.tidy(now);
        let position = self
            .sessions
            .iter()
            .position(|listed| listed.id == session)?;
        let ended = self.sessions.remove(position);
        if everywhere {
            self.sessions.clear();
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
        // Nobody can begin a session any more with an ID token that old.
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
            .min()
    }
}

/// Adds an entry, letting the oldest go when there are too many.
fn remember(entries: &mut Vec<Remembered>, id: &str, until: i64, most: usize) {
    entries.push(Remembered {
        id: id.to_owned(),
        until,
    });
    if entries.len() > most {
        entries.remove(0);
    }
}

/// What the Worker asks an account. The version is that of the whole set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// See [`Account::begin`].
    Begin {
        /// The attempt's id.
        attempt: String,
        /// When it could have been finished at the latest.
        deadline: i64,
        /// The new session.
        session: Listed,
        /// The session that the browser had before.
        replaces: Option<String>,
    },
    /// See [`Account::check`].
    Check {
        /// The session's id.
        session: String,
    },
    /// See [`Account::id_token`].
    IdToken {
        /// The session's id.
        session: String,
    },
    /// See [`Account::log_out`].
    LogOut {
        /// The notification's `jti`.
        id: String,
        /// Its `iat`.
        issued_at: i64,
    },
    /// See [`Account::end`].
    End {
        /// The session's id.
        session: String,
        /// Whether every session of the person ends.
        everywhere: bool,
    },
}

/// What an account answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// To `Begin`.
    Begun(Begun),
    /// To `Check`.
    Standing(Standing),
    /// To `IdToken`: the hint of a session that is alive and has one.
    IdToken(Option<String>),
    /// To `LogOut`: it is stored.
    LoggedOut,
    /// To `End`.
    Ended {
        /// Whether the session was alive until now; if not, nothing ended.
        listed: bool,
        /// Its hint.
        hint: Option<String>,
    },
}

/// A message with its version, so that a Worker and an object of different versions never
/// misunderstand each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message<T> {
    version: u8,
    body: T,
}

impl<T> Message<T> {
    /// A message of this version.
    pub const fn new(body: T) -> Self {
        Self {
            version: FORMAT,
            body,
        }
    }

    /// The content, if the version is this one.
    pub fn open(self) -> Option<T> {
        (self.version == FORMAT).then_some(self.body)
    }
}

impl Account {
    /// Answers a question; afterwards the account is to be stored before the answer is sent.
    pub fn answer(&mut self, question: Question, now: i64) -> Reply {
        match question {
            Question::Begin {
                attempt,
                deadline,
                session,
                replaces,
            } => Reply::Begun(self.begin(&attempt, deadline, session, replaces.as_deref(), now)),
            Question::Check { session } => Reply::Standing(self.check(&session, now)),
            Question::IdToken { session } => Reply::IdToken(self.id_token(&session, now)),
            Question::LogOut { id, issued_at } => {
                self.log_out(&id, issued_at, now);
                Reply::LoggedOut
            }
            Question::End {
                session,
                everywhere,
            } => match self.end(&session, everywhere, now) {
                Some(ended) => Reply::Ended {
                    listed: true,
                    hint: ended.hint,
                },
                None => Reply::Ended {
                    listed: false,
                    hint: None,
                },
            },
        }
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
