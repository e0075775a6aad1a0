//! A session that its owner ended while the account could not be reached.
//!
//! It is sealed into a cookie of its own, with which the next request tries again.

use super::codec::{Reader, Writer};

/// The cookie's name.
pub const NAME: &str = "__Host-ol-ending";

/// How long it is tried, in seconds.
pub const LIFETIME: i64 = 600;

const FORMAT: u8 = 1;

/// What is to be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The session's id.
    pub session: [u8; 16],
    /// Whose it is.
    pub subject: String,
    /// Whether every session of the person is to end.
    pub everywhere: bool,
    /// Until when it is tried, in seconds since the epoch.
    pub until: i64,
}

impl Ending {
    /// The bytes that are sealed; the format is pinned by a test.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        Writer::default()
            .byte(FORMAT)
            .fixed(&self.session)
            .text(&self.subject)
            .byte(self.everywhere.into())
            .seconds(self.until)
            .finish()
    }

    /// Reads what [`Ending::to_bytes`] wrote, or `None` for any other bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut read = Reader::new(bytes);
        if read.byte()? != FORMAT {
            return None;
        }
        let ending = Self {
            session: read.fixed()?,
            subject: read.text()?,
            everywhere: read.byte()? != 0,
            until: read.seconds()?,
        };
        read.end()?;
        Some(ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_format_is_pinned() {
        let ending = Ending {
            session: [7; 16],
            subject: "sub".to_owned(),
            everywhere: true,
            until: 258,
        };
        let mut bytes = vec![1];
        bytes.extend([7; 16]);
        bytes.extend([0, 3, b's', b'u', b'b', 1, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(ending.to_bytes(), bytes);
        assert_eq!(Ending::from_bytes(&bytes), Some(ending));
        assert_eq!(Ending::from_bytes(&bytes[1..]), None);
    }
}
