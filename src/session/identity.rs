//! What is kept of a proved identity, and for how long.
//!
//! The claims are kept with the account, which keeps a history of its own that nobody can delete.
//! So they are sealed under a key that is nowhere but in the session's cookie: the account cannot
//! read them, and nobody can once the cookie is gone. Where they may be released to is not known
//! here.
//!
//! Source: `provider.md` 5 (how long a core identity may be used), XChaCha20-Poly1305.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::seal::NONCE;
use crate::oidc::SKEW;
use crate::oidc::core_identity::LIFETIME;
use crate::oidc::jws::{decode, encode};
use crate::secret::same;

/// The largest claims that are kept, in bytes of JSON.
pub const MAX: usize = 32 * 1024;

/// What no other sealed content begins with.
const CONTEXT: &[u8] = b"one-login-edge v1 identity\0";

/// The key under which one session's claims are sealed: 32 random bytes.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// Takes the bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for the sealed cookie alone.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        same(self.bytes(), other.bytes())
    }
}

impl Eq for Key {}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[identity key]")
    }
}

/// Claims in the account's hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Until when they may be used, in seconds since the epoch.
    pub until: i64,
    /// The nonce and the ciphertext, base64url without padding.
    pub sealed: String,
}

impl Kept {
    /// Seals the claims of a session, a JSON text; `None` when they are longer than [`MAX`].
    #[must_use]
    pub fn seal(
        key: &Key,
        nonce: [u8; NONCE],
        session: &[u8; 16],
        until: i64,
        claims: &[u8],
    ) -> Option<Self> {
        let payload = Payload {
            msg: claims,
            aad: &associated(session, until),
        };
        let sealed = XChaCha20Poly1305::new(key.bytes().into())
            .encrypt(XNonce::from_slice(&nonce), payload)
            .ok()
            .filter(|_| claims.len() <= MAX)?;
        Some(Self {
            until,
            sealed: encode(&[&nonce[..], &sealed].concat()),
        })
    }

    /// The claims, if the key sealed them for the session and `seconds` more are left to use them.
    ///
    /// Claims that could be used for longer than a core identity may were made up, or stored by a
    /// clock that was wrong.
    #[must_use]
    pub fn open(
        &self,
        key: &Key,
        session: &[u8; 16],
        now: i64,
        seconds: i64,
    ) -> Option<Zeroizing<Vec<u8>>> {
        if self.until < now + seconds || self.until > now + LIFETIME + SKEW {
            return None;
        }
        let bytes = decode(&self.sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: sealed,
            aad: &associated(session, self.until),
        };
        let opened =
            XChaCha20Poly1305::new(key.bytes().into()).decrypt(XNonce::from_slice(nonce), payload);
        Some(Zeroizing::new(opened.ok()?))
    }
}

fn associated(session: &[u8; 16], until: i64) -> Vec<u8> {
    [CONTEXT, session, &until.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNTIL: i64 = 10_000;
    const CLAIMS: &[u8] = br#"{"address":[]}"#;

    fn kept() -> Kept {
        Kept::seal(&Key::new([1; 32]), [2; NONCE], &[3; 16], UNTIL, CLAIMS).unwrap()
    }

    fn opens(kept: &Kept, key: u8, session: u8, now: i64) -> bool {
        let opened = kept.open(&Key::new([key; 32]), &[session; 16], now, 60);
        opened.is_some_and(|claims| claims.as_slice() == CLAIMS)
    }

    #[test]
    fn the_stored_format_is_pinned() {
        let stored = serde_json::to_string(&kept()).unwrap();
        assert_eq!(stored, PINNED);
        assert_eq!(serde_json::from_str::<Kept>(PINNED).unwrap(), kept());
    }

    const PINNED: &str = r#"{"until":10000,"sealed":"AgICAgICAgICAgICAgICAgICAgICAgICt0RXi84FmT7TQ1vKLy2Ukkvi-lsPuUpHTuKMh-Sa"}"#;

    #[test]
    fn t42_claims_open_with_their_key_for_their_session_alone() {
        let good = kept();
        assert!(opens(&good, 1, 3, UNTIL - 100));
        assert!(!opens(&good, 0, 3, UNTIL - 100) && !opens(&good, 1, 0, UNTIL - 100));
        let later = Kept {
            until: UNTIL + 1,
            ..good.clone()
        };
        assert!(!opens(&later, 1, 3, UNTIL - 100));
        for odd in ["", "AAAA", "%", &good.sealed[1..]] {
            let sealed = odd.to_owned();
            assert!(!opens(&Kept { sealed, ..good }, 1, 3, UNTIL - 100), "{odd}");
        }
    }

    #[test]
    fn claims_are_used_for_half_an_hour_by_the_clock() {
        let good = kept();
        let proved = UNTIL - LIFETIME;
        assert!(opens(&good, 1, 3, proved) && opens(&good, 1, 3, UNTIL - 60));
        assert!(!opens(&good, 1, 3, UNTIL - 59) && !opens(&good, 1, 3, UNTIL));
        assert!(opens(&good, 1, 3, proved - SKEW) && !opens(&good, 1, 3, proved - SKEW - 1));
    }

    #[test]
    fn claims_that_are_too_large_are_not_kept() {
        let seal = |length| {
            Kept::seal(
                &Key::new([1; 32]),
                [2; NONCE],
                &[3; 16],
                0,
                &vec![b' '; length],
            )
        };
        assert!(seal(MAX).is_some() && seal(MAX + 1).is_none());
    }

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", Key::new([7; 32])), "[identity key]");
    }
}
