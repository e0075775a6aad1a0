//! What is asked of an account and what it answers, as the JSON that crosses between the two.
//!
//! A field that is added must be one that the other side may leave out: for a while after a
//! deployment a Worker and an object of two versions talk to each other.

use serde::{Deserialize, Serialize};

use super::{Account, Begun, FORMAT, Listed, Standing};
use crate::session::identity::Proof;

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
    /// See [`Account::step_up`].
    StepUp {
        /// The attempt's id.
        attempt: String,
        /// When it could have been finished at the latest.
        deadline: i64,
        /// The session's id.
        session: String,
        /// How the request for an identity ended.
        proof: Proof,
        /// The new ID token, sealed, if there is one.
        hint: Option<String>,
    },
    /// See [`Account::proof`].
    Proof {
        /// The session's id.
        session: String,
        /// The level that is asked for, by its number, and the place where the person is, sealed.
        leaving: Option<(u8, String)>,
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
        /// When that was wished for, in seconds since the epoch; `None` is now.
        #[serde(default)]
        wished_at: Option<i64>,
    },
}

/// What an account answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// To `Begin` and `StepUp`.
    Begun(Begun),
    /// To `Check`, and to `Proof` where the session is not alive.
    Standing(Standing),
    /// To `IdToken`: the hint of a session that is alive and has one.
    IdToken(Option<String>),
    /// To `Proof`, if the session is alive.
    Proof {
        /// What is known of the identity behind it.
        proof: Option<Proof>,
        /// Where the person was, sealed.
        left: Option<String>,
    },
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
            Question::StepUp {
                attempt,
                deadline,
                session,
                proof,
                hint,
            } => Reply::Begun(self.step_up(&attempt, deadline, &session, proof, hint, now)),
            Question::Proof { session, leaving } => match self.proof(&session, leaving, now) {
                Some((proof, left)) => Reply::Proof { proof, left },
                None => Reply::Standing(Standing::Ended),
            },
            Question::LogOut { id, issued_at } => {
                self.log_out(&id, issued_at, now);
                Reply::LoggedOut
            }
            Question::End {
                session,
                everywhere,
                wished_at,
            } => match self.end(&session, everywhere.then(|| wished_at.unwrap_or(now)), now) {
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
