//! A sign-in under way: what the callback must find again, as a sealed cookie for each `state`.
//!
//! Starting a sign-in stores nothing anywhere else, so that starts cost nothing and parallel tabs
//! do not disturb each other. That an attempt is finished once is not enforced here: the provider
//! refuses a code that was used.

use crate::oidc::SKEW;
use crate::oidc::jws::encode;
use crate::oidc::vector::Level;
use crate::secret::Secret;
use crate::session::codec::{Reader, Writer};
use crate::session::level::{level_byte, level_of};
use crate::session::session::RESERVED;

/// How long a sign-in may take, in seconds.
pub const LIFETIME: i64 = 3_600;

/// How long proving an identity may take, in seconds.
pub const LIFETIME_TO_PROVE: i64 = 14_400;

/// The most attempts that one browser keeps at once; the oldest makes room.
pub const MAX_AT_ONCE: usize = 5;

/// The most bytes of sealed attempts that one browser keeps at once; the oldest make room.
pub const MAX_TOGETHER: usize = 7_900;

/// The cookie that keeps where a person was whose session ended.
pub const INACTIVE_NAME: &str = "__Host-ol-inactive";

/// The cookie that keeps the last attempt which failed, only for the place in it: the page about the failure is at the
/// callback's address, and a reload of it must find the place again.
pub const OVER_NAME: &str = "__Host-ol-over";

/// The cookie that keeps where a person was going who is led to the arrival path first; sealed as an attempt that is over.
pub const ARRIVAL_NAME: &str = "__Host-ol-arrival";

/// How long that is kept, in seconds.
pub const OVER_LIFETIME: i64 = 3_600;

/// The format of an attempt with an invitation; one without it is written as one of the earlier formats, so that a version
/// that runs at the same time can finish it.
const FORMAT: u8 = 4;

/// The format of an attempt that keeps a language.
const FORMAT_3: u8 = 3;

/// The format before languages.
const FORMAT_2: u8 = 2;

/// The format before re-authentication; attempts of it may be under way while a version replaces it.
const FORMAT_1: u8 = 1;

const PREFIX: &str = "__Host-ol-attempt-";

/// The session that an attempt serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// The session's id.
    pub session: [u8; 16],
    /// The owner: the digest of the account's name, shorter than a subject and no less certain.
    pub account: [u8; 32],
}

/// The purpose of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// To begin a session.
    SignIn,
    /// To have the person of a session sign in again, because they did so too long ago.
    Again(Served),
    /// To have the person of a session prove an identity.
    Prove(Served),
}

/// A sign-in under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Sixteen random bytes; the `state` parameter is their base64url.
    pub state: [u8; 16],
    /// Sixteen random bytes; the `nonce` is their base64url.
    pub nonce: [u8; 16],
    /// Thirty-two random bytes; the PKCE code verifier is their base64url.
    pub verifier: [u8; 32],
    /// When it was started, in seconds since the epoch.
    pub started_at: i64,
    /// The vector that was asked for.
    pub level: Level,
    /// The purpose.
    pub aim: Aim,
    /// The `max_age` that the provider was told, in seconds.
    pub max_age: Option<i64>,
    /// The tag of the language that the person chose, where the place that they go to does not say it.
    pub language: Option<[u8; 2]>,
    /// The code of an invitation with which the person came, or an empty text.
    pub invitation: String,
    /// Where the person goes afterwards: a path of this host, at most 2,800 bytes.
    pub return_path: String,
}

impl Attempt {
    /// Makes an attempt of 64 random bytes that begins a session.
    #[must_use]
    pub fn new(random: &[u8; 64], now: i64, level: Level, return_path: String) -> Self {
        let mut attempt = Self {
            state: [0; 16],
            nonce: [0; 16],
            verifier: [0; 32],
            started_at: now,
            level,
            aim: Aim::SignIn,
            max_age: None,
            language: None,
            invitation: String::new(),
            return_path,
        };
        attempt.state.copy_from_slice(&random[..16]);
        attempt.nonce.copy_from_slice(&random[16..32]);
        attempt.verifier.copy_from_slice(&random[32..]);
        attempt
    }

    /// Whether the provider was told to have the person of the session sign in again, whatever it
    /// remembers: with `prompt=login` and an ID token as the hint. The two are never asked for at once,
    /// so that the aim without an age says it.
    #[must_use]
    pub const fn reauthenticates(&self) -> bool {
        matches!(self.aim, Aim::Again(_)) && self.max_age.is_none()
    }

    /// The `state` parameter: 22 characters.
    #[must_use]
    pub fn state(&self) -> String {
        encode(&self.state)
    }

    /// The `nonce`: 22 characters.
    #[must_use]
    pub fn nonce(&self) -> String {
        encode(&self.nonce)
    }

    /// The PKCE code verifier: 43 characters from 256 random bits (RFC 7636 section 4.1).
    #[must_use]
    pub fn verifier(&self) -> Secret {
        Secret::new(encode(&self.verifier))
    }

    /// The bytes that are sealed; the format is pinned by a test.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let out = Writer::default()
            .byte(match (self.invitation.is_empty(), &self.language) {
                (false, _) => FORMAT,
                (true, Some(_)) => FORMAT_3,
                (true, None) => FORMAT_2,
            })
            .fixed(&self.state)
            .fixed(&self.nonce)
            .fixed(&self.verifier)
            .seconds(self.started_at)
            .byte(level_byte(self.level));
        let out = match &self.aim {
            Aim::SignIn => out.byte(0),
            Aim::Again(served) => out.byte(1).fixed(&served.session).fixed(&served.account),
            Aim::Prove(served) => out.byte(2).fixed(&served.session).fixed(&served.account),
        };
        let out = out.seconds(self.max_age.unwrap_or_default());
        let out = match (self.invitation.is_empty(), &self.language) {
            (true, None) => out,
            (true, Some(tag)) => out.fixed(tag),
            (false, tag) => out.fixed(&tag.unwrap_or_default()).text(&self.invitation),
        };
        out.text(&self.return_path).finish()
    }

    /// Reads what [`Attempt::to_bytes`] wrote, now or one format ago, or `None` for any other bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut read = Reader::new(bytes);
        let format = read.byte()?;
        let mut attempt = Self {
            state: read.fixed()?,
            nonce: read.fixed()?,
            verifier: read.fixed()?,
            started_at: read.seconds()?,
            level: level_of(read.byte()?)?,
            aim: Aim::SignIn,
            max_age: None,
            language: None,
            invitation: String::new(),
            return_path: String::new(),
        };
        match format {
            FORMAT_1 => {}
            FORMAT_2 | FORMAT_3 | FORMAT => {
                attempt.aim = read_aim(&mut read)?;
                attempt.max_age = Some(read.seconds()?).filter(|age| *age != 0);
                if format != FORMAT_2 {
                    attempt.language = Some(read.fixed()?).filter(|tag| *tag != [0; 2]);
                }
                if format == FORMAT {
                    attempt.invitation = read.text()?;
                }
            }
            _ => return None,
        }
        attempt.return_path = read.text()?;
        read.end()?;
        Some(attempt)
    }

    /// The same once it has failed: it finishes nothing and keeps only the place.
    #[must_use]
    pub fn over(&self) -> Self {
        Self {
            verifier: [0; 32],
            started_at: 0,
            ..self.clone()
        }
    }

    /// The same without what is the first person's, for another one who came back.
    #[must_use]
    pub fn of_another(&self) -> Self {
        Self {
            invitation: String::new(),
            return_path: "/".to_owned(),
            ..self.clone()
        }
    }

    /// How long it may take, in seconds.
    #[must_use]
    pub const fn lifetime(&self) -> i64 {
        match self.aim {
            Aim::Prove(_) => LIFETIME_TO_PROVE,
            Aim::SignIn | Aim::Again(_) => LIFETIME,
        }
    }

    /// When it can be finished at the latest, in seconds since the epoch.
    #[must_use]
    pub const fn deadline(&self) -> i64 {
        self.started_at + self.lifetime()
    }

    /// Whether the attempt may still be finished: not too old, not from the future.
    #[must_use]
    pub const fn is_live(&self, now: i64) -> bool {
        now < self.deadline() && self.started_at <= now + SKEW
    }
}

fn read_aim(read: &mut Reader<'_>) -> Option<Aim> {
    let aim = match read.byte()? {
        0 => return Some(Aim::SignIn),
        1 => Aim::Again,
        2 => Aim::Prove,
        _ => return None,
    };
    Some(aim(Served {
        session: read.fixed()?,
        account: read.fixed()?,
    }))
}

/// The name of the cookie for a `state`: the reserved prefix and eight characters of it.
///
/// Any text can be asked for; one that no attempt could have made gives a name that no cookie has.
#[must_use]
pub fn cookie_name(state: &str) -> String {
    let part = state.get(..8).unwrap_or_default();
    format!("{PREFIX}{part}")
}

/// Whether a cookie's name is an attempt's.
#[must_use]
pub fn is_attempt(name: &str) -> bool {
    debug_assert!(PREFIX.starts_with(RESERVED));
    name.starts_with(PREFIX)
}

#[cfg(test)]
#[path = "attempt_tests.rs"]
mod tests;
