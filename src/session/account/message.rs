//! The questions to an account and its answers, as the bytes that cross between the two.
//!
//! For a while after a deployment a Worker and an object of two versions talk to each other. A form that is
//! added or changed needs another version, so that they never misunderstand each other: a question
//! that is not understood gets no answer, which is an outage and never a word on a session.

use super::admission::Sheet;
use super::{Account, Begun, Listed, Standing};
use crate::session::codec::{Form, Reader, Writer};
use crate::session::identity::Proof;

/// The version of every question and answer, their first byte.
const VERSION: u8 = 2;

/// A question of the Worker to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        wished_at: Option<i64>,
    },
    /// See [`Account::end_by_service`].
    EndByService {
        /// The message's `jti`.
        id: String,
        /// Its `iat`.
        issued_at: i64,
        /// Until when the person is kept out, in seconds since the epoch.
        block_until: Option<i64>,
    },
    /// See [`Account::refer`].
    Refer {
        /// The session's id.
        session: String,
        /// The reference's id.
        reference: String,
        /// When the reference could have been used at the latest.
        deadline: i64,
    },
    /// It is about the list of people who may come in, which has an object of its own.
    Admission(Box<Sheet>),
}

/// The answer of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountReply {
    /// To `Begin` and `StepUp`, to `Refer` where the reference was used before, and to `EndByService` where too many messages came.
    Begun(Begun),
    /// To `Check`, and to `Proof` and `Refer` where the session is not alive.
    Standing(Standing),
    /// To `IdToken`: the hint of a session that is alive and has one.
    IdToken(Option<String>),
    /// To `Proof` and `Refer`, if the session is alive.
    Proof {
        /// The identity behind it.
        proof: Option<Proof>,
        /// Where the person was, sealed.
        left: Option<String>,
    },
    /// To `LogOut` and `EndByService`: it is stored.
    LoggedOut,
    /// To `End`.
    Ended {
        /// Whether the session was alive until now; if not, nothing ended.
        listed: bool,
        /// Its hint.
        hint: Option<String>,
    },
    /// To `Admission`.
    Admission(Box<Sheet>),
}

impl Question {
    /// The bytes that are sent; the form is pinned by a test.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        sent(self)
    }

    /// Reads what [`Question::to_bytes`] wrote in this version, or `None` for any other bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        received(bytes)
    }
}

impl AccountReply {
    /// The bytes that are sent; the form is pinned by a test.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        sent(self)
    }

    /// Reads what [`Reply::to_bytes`] wrote in this version, or `None` for any other bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        received(bytes)
    }
}

fn sent(message: &impl Form) -> Vec<u8> {
    message.write(Writer::default().byte(VERSION)).finish()
}

fn received<T: Form>(bytes: &[u8]) -> Option<T> {
    let mut read = Reader::new(bytes);
    if read.byte()? != VERSION {
        return None;
    }
    let message = T::read(&mut read)?;
    read.end()?;
    Some(message)
}

impl Form for Question {
    fn write(&self, out: Writer) -> Writer {
        match self {
            Self::Begin {
                attempt,
                deadline,
                session,
                replaces,
            } => {
                let out = out.byte(0).text(attempt).seconds(*deadline);
                session.write(out).option(replaces.as_ref())
            }
            Self::Check { session } => out.byte(1).text(session),
            Self::IdToken { session } => out.byte(2).text(session),
            Self::StepUp {
                attempt,
                deadline,
                session,
                proof,
                hint,
            } => {
                let out = out.byte(3).text(attempt).seconds(*deadline).text(session);
                proof.write(out).option(hint.as_ref())
            }
            Self::Proof { session, leaving } => {
                let out = out.byte(4).text(session);
                match leaving {
                    None => out.byte(0),
                    Some((level, place)) => out.byte(1).byte(*level).long(place),
                }
            }
            Self::LogOut { id, issued_at } => out.byte(5).text(id).seconds(*issued_at),
            Self::End {
                session,
                everywhere,
                wished_at,
            } => {
                let out = out.byte(6).text(session).byte((*everywhere).into());
                out.option(wished_at.as_ref())
            }
            Self::EndByService {
                id,
                issued_at,
                block_until,
            } => {
                let out = out.byte(7).text(id).seconds(*issued_at);
                out.option(block_until.as_ref())
            }
            Self::Refer {
                session,
                reference,
                deadline,
            } => out.byte(8).text(session).text(reference).seconds(*deadline),
            Self::Admission(sheet) => sheet.write(out.byte(9)),
        }
    }

    fn read(read: &mut Reader<'_>) -> Option<Self> {
        Some(match read.byte()? {
            0 => Self::Begin {
                attempt: read.text()?,
                deadline: read.time()?,
                session: Form::read(read)?,
                replaces: read.option()?,
            },
            1 => Self::Check {
                session: read.text()?,
            },
            2 => Self::IdToken {
                session: read.text()?,
            },
            3 => Self::StepUp {
                attempt: read.text()?,
                deadline: read.time()?,
                session: read.text()?,
                proof: Form::read(read)?,
                hint: read.option()?,
            },
            4 => Self::Proof {
                session: read.text()?,
                leaving: match read.flag()? {
                    false => None,
                    true => Some((read.byte()?, read.long()?)),
                },
            },
            5 => Self::LogOut {
                id: read.text()?,
                issued_at: read.time()?,
            },
            6 => Self::End {
                session: read.text()?,
                everywhere: read.flag()?,
                wished_at: read.option()?,
            },
            7 => Self::EndByService {
                id: read.text()?,
                issued_at: read.time()?,
                block_until: read.option()?,
            },
            8 => Self::Refer {
                session: read.text()?,
                reference: read.text()?,
                deadline: read.time()?,
            },
            9 => Self::Admission(Box::new(Form::read(read)?)),
            _ => return None,
        })
    }
}

impl Form for AccountReply {
    fn write(&self, out: Writer) -> Writer {
        match self {
            Self::Begun(begun) => out.byte(0).byte(*begun as u8),
            Self::Standing(standing) => out.byte(1).byte(*standing as u8),
            Self::IdToken(hint) => out.byte(2).option(hint.as_ref()),
            Self::Proof { proof, left } => out.byte(3).option(proof.as_ref()).option(left.as_ref()),
            Self::LoggedOut => out.byte(4),
            Self::Ended { listed, hint } => {
                out.byte(5).byte((*listed).into()).option(hint.as_ref())
            }
            Self::Admission(sheet) => sheet.write(out.byte(6)),
        }
    }

    fn read(read: &mut Reader<'_>) -> Option<Self> {
        Some(match read.byte()? {
            0 => Self::Begun(match read.byte()? {
                0 => Begun::Listed,
                1 => Begun::Repeated,
                2 => Begun::Ended,
                3 => Begun::Crowded,
                4 => Begun::Blocked,
                _ => return None,
            }),
            1 => Self::Standing(match read.flag()? {
                false => Standing::Live,
                true => Standing::Ended,
            }),
            2 => Self::IdToken(read.option()?),
            3 => Self::Proof {
                proof: read.option()?,
                left: read.option()?,
            },
            4 => Self::LoggedOut,
            5 => Self::Ended {
                listed: read.flag()?,
                hint: read.option()?,
            },
            6 => Self::Admission(Box::new(Form::read(read)?)),
            _ => return None,
        })
    }
}

impl Account {
    /// Answers a question; afterwards the account is to be stored before the answer is sent.
    pub fn answer(&mut self, question: Question, now: i64) -> AccountReply {
        match question {
            Question::Begin {
                attempt,
                deadline,
                session,
                replaces,
            } => AccountReply::Begun(self.begin(
                &attempt,
                deadline,
                session,
                replaces.as_deref(),
                now,
            )),
            Question::Check { session } => AccountReply::Standing(self.check(&session, now)),
            Question::IdToken { session } => AccountReply::IdToken(self.id_token(&session, now)),
            Question::StepUp {
                attempt,
                deadline,
                session,
                proof,
                hint,
            } => AccountReply::Begun(self.step_up(&attempt, deadline, &session, proof, hint, now)),
            Question::Proof { session, leaving } => match self.proof(&session, leaving, now) {
                Some((proof, left)) => AccountReply::Proof { proof, left },
                None => AccountReply::Standing(Standing::Ended),
            },
            Question::LogOut { id, issued_at } => {
                self.log_out(&id, issued_at, now);
                AccountReply::LoggedOut
            }
            Question::EndByService {
                id,
                issued_at,
                block_until,
            } => match self.end_by_service(&id, issued_at, block_until, now) {
                true => AccountReply::LoggedOut,
                false => AccountReply::Begun(Begun::Crowded),
            },
            Question::Refer {
                session,
                reference,
                deadline,
            } => match self.refer(&session, &reference, deadline, now) {
                Ok(proof) => AccountReply::Proof { proof, left: None },
                Err(Begun::Repeated) => AccountReply::Begun(Begun::Repeated),
                Err(_) => AccountReply::Standing(Standing::Ended),
            },
            Question::Admission(asked) => {
                AccountReply::Admission(Box::new(self.ask_list(&asked, now)))
            }
            Question::End {
                session,
                everywhere,
                wished_at,
            } => match self.end(&session, everywhere.then(|| wished_at.unwrap_or(now)), now) {
                Some(ended) => AccountReply::Ended {
                    listed: true,
                    hint: ended.hint,
                },
                None => AccountReply::Ended {
                    listed: false,
                    hint: None,
                },
            },
        }
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
