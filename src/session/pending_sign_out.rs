//! Sessions that their owners ended while the account could not be reached.
//!
//! Each is sealed into a cookie of its own, with which the next request tries again. Two answers that
//! are on their way at once can therefore neither replace nor take back each other's.

use crate::oidc::jws::encode;
use crate::session::codec::{Reader, Writer};
use crate::session::session::Place;

/// The beginning of the cookies' names. It was the whole name of one cookie with all wishes, whose
/// content is read still.
pub const NAME: &str = "__Host-ol-ending";

/// How long it is tried, in seconds.
pub const LIFETIME: i64 = 600;

/// The most cookies that a browser keeps of them; the oldest makes room. Each is another session's, so
/// that the person signed in again in between, which an account that is away does not allow.
pub const MAX: usize = 4;

const FORMAT: u8 = 1;

/// The session to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingSignOut {
    /// The session's id.
    pub session: [u8; 16],
    /// The subject of the session.
    pub subject: String,
    /// Whether every session of the person is to end.
    pub everywhere: bool,
    /// Until when it is tried, in seconds since the epoch.
    pub until: i64,
}

impl PendingSignOut {
    /// When it was wished for, in seconds since the epoch by the Worker's clock.
    #[must_use]
    pub const fn wished_at(&self) -> i64 {
        self.until - LIFETIME
    }
}

/// The bytes that are sealed: one ending behind the other; the format is pinned by a test.
#[must_use]
pub fn to_bytes(endings: &[PendingSignOut]) -> Vec<u8> {
    let one = |out: Writer, ending: &PendingSignOut| {
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
pub fn from_bytes(bytes: &[u8]) -> Option<Vec<PendingSignOut>> {
    let mut read = Reader::new(bytes);
    let mut endings = Vec::new();
    while !read.is_empty() {
        if read.byte()? != FORMAT {
            return None;
        }
        endings.push(PendingSignOut {
            session: read.fixed()?,
            subject: read.text()?,
            everywhere: read.byte()? != 0,
            until: read.seconds()?,
        });
    }
    (!endings.is_empty()).then_some(endings)
}

/// The name of the cookie of a wish about the session of this place. One for everywhere and one for the
/// session have different names, because the smaller one must not take the other's place.
#[must_use]
pub fn name(place: &Place, everywhere: bool) -> String {
    let all = if everywhere { "-all" } else { "" };
    format!("{NAME}-{}{all}", encode(place))
}

/// Whether a cookie's name is that of wishes.
#[must_use]
pub fn is_ending(name: &str) -> bool {
    name.strip_prefix(NAME)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(number: u8, everywhere: bool) -> PendingSignOut {
        PendingSignOut {
            session: [number; 16],
            subject: "sub".to_owned(),
            everywhere,
            until: 1_000 + i64::from(number),
        }
    }

    #[test]
    fn when_pending_sign_outs_are_stored_then_their_bytes_are_the_pinned_ones() {
        let one = PendingSignOut {
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
    fn when_a_pending_sign_out_is_named_then_its_name_is_its_own() {
        let names = [
            NAME.to_owned(),
            name(&[1; 6], false),
            name(&[1; 6], true),
            name(&[2; 6], true),
        ];
        for (n, one) in names.iter().enumerate() {
            assert!(is_ending(one), "{one}");
            assert!(!names[..n].contains(one), "{one}");
        }
        for other in [
            "__Host-ol-ended-AQEBAQEB",
            "__Host-ol-endings",
            "ending",
            "",
        ] {
            assert!(!is_ending(other), "{other}");
        }
    }
}
