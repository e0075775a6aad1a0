//! The reference by which the service fetches identity claims that fit no header.
//!
//! It holds the key that opens the claims, so that it is sealed for this purpose before it leaves the Worker. Whether it
//! was used before is the account's to say, and when it ends the Worker's.

use crate::oidc::identity::claims::Claim;
use crate::session::codec::{Reader, Writer};
use crate::session::identity::ClaimsKey;

/// The format, the first byte; another one is not read, because a reference lives for a minute.
const FORMAT: u8 = 1;

/// The claims that are referred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimsReference {
    /// Random bytes, by which the account knows that it was used.
    pub id: [u8; 16],
    /// The session's id.
    pub session: [u8; 16],
    /// The key of the session's claims.
    pub key: ClaimsKey,
    /// The claims that the route releases, each at its place in [`Claim::ALL`].
    pub released: [bool; Claim::ALL.len()],
    /// When it can be used for the last time, in seconds since the epoch.
    pub until: i64,
}

impl ClaimsReference {
    /// The bytes that are sealed; the format is pinned by a test.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let out = Writer::default()
            .byte(FORMAT)
            .fixed(&self.id)
            .fixed(&self.session)
            .fixed(self.key.bytes())
            .seconds(self.until)
            .fixed(&self.released.map(u8::from));
        out.finish()
    }

    /// Reads what [`ClaimsReference::to_bytes`] wrote, or `None` for any other bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut read = Reader::new(bytes);
        if read.byte()? != FORMAT {
            return None;
        }
        let reference = Self {
            id: read.fixed()?,
            session: read.fixed()?,
            key: ClaimsKey::new(read.fixed()?),
            until: read.time()?,
            released: read.fixed::<{ Claim::ALL.len() }>()?.map(|flag| flag == 1),
        };
        read.end()?;
        Some(reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_reference_is_sealed_then_its_bytes_are_the_pinned_ones() {
        let reference = ClaimsReference {
            id: [1; 16],
            session: [2; 16],
            key: ClaimsKey::new([3; 32]),
            released: [true, false, true, false, false],
            until: 0x0405,
        };
        let bytes = reference.to_bytes();
        let head = [[1].as_slice(), &[1; 16], &[2; 16], &[3; 32]].concat();
        let tail = [0, 0, 0, 0, 0, 0, 4, 5, 1, 0, 1, 0, 0];
        assert_eq!(bytes, [head.as_slice(), &tail].concat());
        assert_eq!(ClaimsReference::from_bytes(&bytes), Some(reference));
        for end in 0..bytes.len() {
            assert_eq!(ClaimsReference::from_bytes(&bytes[..end]), None, "{end}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        let other = [[2].as_slice(), &bytes[1..]].concat();
        for odd in [longer, other] {
            assert_eq!(ClaimsReference::from_bytes(&odd), None);
        }
    }
}
