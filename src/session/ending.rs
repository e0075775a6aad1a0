//! Sessions that their owners ended while the account could not be reached.
//!
//! They are sealed into a cookie of its own, with which the next request tries again.

use super::codec::{Reader, Writer};

/// The cookie's name.
pub const NAME: &str = "__Host-ol-ending";

/// How long it is tried, in seconds.
pub const LIFETIME: i64 = 600;

/// The most that a browser remembers at once; the oldest makes room. Each is another session's, so
/// that somebody signed in again in between, which an account that is away does not allow.
pub const MAX: usize = 4;

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
    /// When it was wished for, in seconds since the epoch by the Worker's clock.
    #[must_use]
    pub const fn wished_at(&self) -> i64 {
        self.until - LIFETIME
    }
}

/// The bytes that are sealed: one ending behind the other; the format is pinned by a test.
#[must_use]
pub fn to_bytes(endings: &[Ending]) -> Vec<u8> {
    let one = |out: Writer, ending: &Ending| {
        out.byte(FORMAT)
            .fixed(&ending.session)
            .text(&ending.subject)
            .byte(ending.everywhere.into())
            .seconds(ending.until)
    };
    endings.iter().fold(Writer::default(), one).finish()
}

/// Reads what [`to_bytes`] wrote, or `None` for any other bytes.
#[must_use]
pub fn from_bytes(bytes: &[u8]) -> Option<Vec<Ending>> {
    let mut read = Reader::new(bytes);
    let mut endings = Vec::new();
    while !read.is_empty() {
        if read.byte()? != FORMAT {
            return None;
        }
        endings.push(Ending {
            session: read.fixed()?,
            subject: read.text()?,
            everywhere: read.byte()? != 0,
            until: read.seconds()?,
        });
    }
    (!endings.is_empty()).then_some(endings)
}

/// Adds a wish, unless one is there that ends as much.
pub fn add(endings: &mut Vec<Ending>, ending: Ending) {
    let same = |known: &Ending| known.session == ending.session;
    if endings
        .iter()
        .any(|known| same(known) && known.everywhere >= ending.everywhere)
    {
        return;
    }
    endings.retain(|known| !same(known));
    endings.push(ending);
    // The order is that in which they are tried, so that the oldest may stand anywhere.
    let oldest = endings.iter().map(|known| known.until).min();
    if endings.len() > MAX
        && let Some(position) = endings.iter().position(|known| Some(known.until) == oldest)
    {
        endings.remove(position);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(number: u8, everywhere: bool) -> Ending {
        Ending {
            session: [number; 16],
            subject: "sub".to_owned(),
            everywhere,
            until: 1_000 + i64::from(number),
        }
    }

    #[test]
    fn the_stored_format_is_pinned() {
        let one = Ending {
            until: 258,
            ..ending(7, true)
        };
        let mut bytes = vec![1];
        bytes.extend([7; 16]);
        bytes.extend([0, 3, b's', b'u', b'b', 1, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(to_bytes(std::slice::from_ref(&one)), bytes);
        assert_eq!(from_bytes(&bytes), Some(vec![one.clone()]));
        let two = [one, ending(8, false)];
        let both = to_bytes(&two);
        assert!(both.starts_with(&bytes));
        assert_eq!(from_bytes(&both).as_deref(), Some(&two[..]));
        for other in [&bytes[1..], &both[..both.len() - 1], &[]] {
            assert_eq!(from_bytes(other), None);
        }
    }

    #[test]
    fn t71_a_few_wishes_are_kept_and_none_twice() {
        let mut endings = Vec::new();
        for number in [2, 1, 3, 4] {
            add(&mut endings, ending(number, false));
        }
        add(&mut endings, ending(3, false));
        assert_eq!(endings.len(), 4);
        add(&mut endings, ending(3, true));
        assert_eq!(endings.last(), Some(&ending(3, true)));
        add(&mut endings, ending(3, false));
        assert_eq!(endings.len(), 4, "the larger wish stays");
        add(&mut endings, ending(5, false));
        let kept: Vec<_> = endings.iter().map(|ending| ending.session[0]).collect();
        assert_eq!(kept, [2, 4, 3, 5], "the oldest made room");
        // It is short of the 4,096 characters of a cookie, even sealed, with the longest subjects.
        let long = |number| Ending {
            subject: "s".repeat(255),
            ..ending(number, true)
        };
        let longest: Vec<_> = (1..=4).map(long).collect();
        assert!(to_bytes(&longest).len() < 2_800);
    }
}
