//! The stored form of an account; it is pinned by tests.

use super::{Account, Listed, MAX_ATTEMPTS, MAX_LOGOUTS, MAX_SESSIONS};
use crate::session::codec::{Form, Reader, Writer};
use crate::session::identity::Remembered;

/// The stored format, the first byte; another one in storage ends every session, and is never
/// guessed at. [`Account::in_place_of`] says what becomes of it.
const FORMAT: u8 = 2;

/// How a stored account of format 1 began, which was JSON.
const FORMAT_1: u8 = b'{';

/// The highest format that there will ever be; text begins above it.
const LAST_FORMAT: u8 = 31;

/// Why a stored account cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no account at all.
    Damaged,
    /// Another version of the Worker stored it.
    OtherFormat,
}

impl Unreadable {
    /// The name in logs.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::OtherFormat => "other_format",
        }
    }
}

impl Account {
    /// Reads a stored account. Nothing stored is an empty one.
    ///
    /// # Errors
    /// [`Unreadable`]: the reader goes on with [`Account::in_place_of`], and tells the operator.
    pub fn from_stored(bytes: Option<&[u8]>) -> Result<Self, Unreadable> {
        let Some(bytes) = bytes else {
            return Ok(Self::default());
        };
        match bytes.split_first() {
            Some((&FORMAT, rest)) => read(rest).ok_or(Unreadable::Damaged),
            Some((&(1..=LAST_FORMAT | FORMAT_1), _)) => Err(Unreadable::OtherFormat),
            _ => Err(Unreadable::Damaged),
        }
    }

    /// The account that goes on where a stored one cannot be read. A person's is an empty one, so that no session of it lives.
    ///
    /// A list of invitations (`is_list`) cannot be made again. `None` where it stays as it is, because the version that stored it
    /// may come back; one that no version can read stays until it is cleared.
    #[must_use]
    pub fn in_place_of(unreadable: Unreadable, is_list: bool, now: i64) -> Option<Self> {
        match unreadable {
            _ if !is_list => Some(Self::default()),
            Unreadable::OtherFormat => None,
            Unreadable::Damaged => Some(Self::damaged_list(now)),
        }
    }

    /// The bytes to store, or `None` when there is nothing worth keeping.
    #[must_use]
    pub fn to_stored(&self) -> Option<Vec<u8>> {
        // An account that holds anything at all has something to wake up for.
        self.next_tidy()?;
        let out = Writer::default()
            .byte(FORMAT)
            .seconds(self.not_before)
            .seconds(self.wakes_at)
            .list(&self.sessions)
            .list(&self.attempts)
            .list(&self.logouts)
            .option(self.left.as_ref());
        Some(out.finish())
    }
}

fn read(bytes: &[u8]) -> Option<Account> {
    let mut read = Reader::new(bytes);
    let account = Account {
        not_before: read.time()?,
        wakes_at: read.time()?,
        sessions: read.list(MAX_SESSIONS)?,
        attempts: read.list(MAX_ATTEMPTS)?,
        logouts: read.list(MAX_LOGOUTS)?,
        left: read.option()?,
    };
    read.end()?;
    Some(account)
}

impl Form for Listed {
    fn write(&self, out: Writer) -> Writer {
        out.text(&self.id)
            .seconds(self.born_at)
            .seconds(self.expires_at)
            .seconds(self.listed_at)
            .option(self.hint.as_ref())
            .option(self.proof.as_ref())
    }

    fn read(read: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            id: read.text()?,
            born_at: read.time()?,
            expires_at: read.time()?,
            listed_at: read.time()?,
            hint: read.option()?,
            proof: read.option()?,
        })
    }
}

impl Form for Remembered {
    fn write(&self, out: Writer) -> Writer {
        self.text.write(out).seconds(self.until)
    }

    fn read(read: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            text: Form::read(read)?,
            until: read.time()?,
        })
    }
}
