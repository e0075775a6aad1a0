//! The record of a proved identity, and its lifetime.
//!
//! The claims are kept with the account, which keeps a history that the Worker cannot delete.
//! So they are sealed under a key that is nowhere but in the session's cookie: the account cannot
//! read them, and without the cookie they cannot be read. Where they may be released to is not known
//! here.
//!
//! Source: `provider.md` 5 (how long a core identity may be used), XChaCha20-Poly1305.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::oidc::SKEW;
use crate::oidc::identity::core_identity::LIFETIME;
use crate::oidc::jws::{decode, encode};
use crate::oidc::vector::Level;
use crate::secret::same;

use crate::session::codec::{Form, Reader, Writer};
use crate::session::level::{level_byte, level_of};
use crate::session::seal::NONCE;

/// The beginning that no other sealed content has.
const CONTEXT: &[u8] = b"one-login-edge v1 identity\0";

/// The key under which one session's claims are sealed: 32 random bytes.
#[derive(Clone)]
pub struct ClaimsKey(Zeroizing<[u8; 32]>);

impl ClaimsKey {
    /// Takes the bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, only for the sealed cookie.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for ClaimsKey {
    fn eq(&self, other: &Self) -> bool {
        same(self.bytes(), other.bytes())
    }
}

impl Eq for ClaimsKey {}

impl std::fmt::Debug for ClaimsKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[identity key]")
    }
}

/// How the last request for an identity ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityOutcome {
    /// The identity was proved at the level that was asked for.
    Proved,
    /// It was not proved.
    NotProved,
    /// It was proved at a lower level than was asked for.
    LevelTooLow,
    /// The person or the provider gave up, or the provider lost the person's browser.
    AccessDenied,
    /// The provider had no capacity for it.
    TemporarilyUnavailable,
    /// The client may not ask for it.
    UnauthorizedClient,
}

impl IdentityOutcome {
    /// Every outcome; its place here is its number in storage.
    pub const ALL: [Self; 6] = [
        Self::Proved,
        Self::NotProved,
        Self::LevelTooLow,
        Self::AccessDenied,
        Self::TemporarilyUnavailable,
        Self::UnauthorizedClient,
    ];

    /// The source of it, for the origin: the provider in an answer of its own, or only the browser, in the callback's query,
    /// which the person can change.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::Proved | Self::NotProved | Self::LevelTooLow => "provider",
            Self::AccessDenied | Self::TemporarilyUnavailable | Self::UnauthorizedClient => {
                "browser"
            }
        }
    }

    /// The name in logs and for the origin.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::NotProved => "not_proved",
            Self::LevelTooLow => "level_too_low",
            Self::AccessDenied => "access_denied",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnauthorizedClient => "unauthorized_client",
        }
    }
}

/// A text that is kept for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// An id, or what the Worker sealed and the account cannot read.
    pub text: String,
    /// Until when, in seconds since the epoch.
    pub until: i64,
}

/// The account's record of the identity behind one session.
///
/// Level and outcome stay the numbers that were stored: what another version wrote is no reason to
/// end a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    level: u8,
    outcome: u8,
    /// When the last request ended, in seconds since the epoch.
    pub at: i64,
    /// The claims or return codes: sealed, with the time until which it may be used.
    pub claims: Option<Remembered>,
}

impl Proof {
    /// The record after a request that ended at `at`, with the session at `level`.
    #[must_use]
    pub const fn new(
        level: Level,
        outcome: IdentityOutcome,
        at: i64,
        claims: Option<Remembered>,
    ) -> Self {
        Self {
            level: level_byte(level),
            outcome: outcome as u8,
            at,
            claims,
        }
    }

    /// The level that the session has reached; the lowest when it cannot be read.
    #[must_use]
    pub const fn level(&self) -> Level {
        match level_of(self.level) {
            Some(level) => level,
            None => Level::Cl,
        }
    }

    /// How the last request ended.
    #[must_use]
    pub fn outcome(&self) -> Option<IdentityOutcome> {
        IdentityOutcome::ALL.get(usize::from(self.outcome)).copied()
    }
}

impl Form for Proof {
    fn write(&self, out: Writer) -> Writer {
        out.byte(self.level)
            .byte(self.outcome)
            .seconds(self.at)
            .option(self.claims.as_ref())
    }

    fn read(read: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            level: read.byte()?,
            outcome: read.byte()?,
            at: read.time()?,
            claims: read.option()?,
        })
    }
}

/// Seals claims, a JSON text, that may be used until then.
#[must_use]
pub fn seal(key: &ClaimsKey, nonce: [u8; NONCE], until: i64, claims: &[u8]) -> Option<Remembered> {
    let payload = Payload {
        msg: claims,
        aad: &associated(until),
    };
    let sealed = XChaCha20Poly1305::new(key.bytes().into())
        .encrypt(XNonce::from_slice(&nonce), payload)
        .ok()?;
    let text = encode(&[&nonce[..], &sealed].concat());
    Some(Remembered { text, until })
}

/// The claims, if the key sealed them and `seconds` more are left to use them.
///
/// Claims that could be used for longer than a core identity may were made up, or stored by a clock
/// that was wrong.
#[must_use]
pub fn open(
    kept: &Remembered,
    key: &ClaimsKey,
    now: i64,
    seconds: i64,
) -> Option<Zeroizing<Vec<u8>>> {
    if kept.until < now + seconds || kept.until > now + LIFETIME + SKEW {
        return None;
    }
    let bytes = decode(&kept.text).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
    let payload = Payload {
        msg: sealed,
        aad: &associated(kept.until),
    };
    let opened =
        XChaCha20Poly1305::new(key.bytes().into()).decrypt(XNonce::from_slice(nonce), payload);
    Some(Zeroizing::new(opened.ok()?))
}

fn associated(until: i64) -> Vec<u8> {
    [CONTEXT, &until.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNTIL: i64 = 10_000;
    const CLAIMS: &[u8] = br#"{"address":[]}"#;

    fn kept() -> Remembered {
        seal(&ClaimsKey::new([1; 32]), [2; NONCE], UNTIL, CLAIMS).unwrap()
    }

    fn opens(kept: &Remembered, key: u8, now: i64) -> bool {
        let opened = open(kept, &ClaimsKey::new([key; 32]), now, 60);
        opened.is_some_and(|claims| claims.as_slice() == CLAIMS)
    }

    #[test]
    fn when_a_proof_is_stored_then_its_bytes_are_the_pinned_ones() {
        let proof = Proof::new(Level::P2, IdentityOutcome::Proved, 8_200, Some(kept()));
        let bytes = proof.write(Writer::default()).finish();
        let sealed = "AgICAgICAgICAgICAgICAgICAgICAgICt0RXi84FmT7TQ1vKLy2vhMZqjwwR1SyLxW633czR";
        let mut expected = vec![3, 0];
        expected.extend(8_200_i64.to_be_bytes());
        expected.extend([1, 0, 0, 0, 72]);
        expected.extend_from_slice(sealed.as_bytes());
        expected.extend(UNTIL.to_be_bytes());
        assert_eq!(bytes, expected);
        assert_eq!(Proof::read(&mut Reader::new(&bytes)), Some(proof.clone()));
        assert_eq!(
            (proof.level(), proof.outcome()),
            (Level::P2, Some(IdentityOutcome::Proved))
        );
        expected[..2].copy_from_slice(&[9, 9]);
        let odd = Proof::read(&mut Reader::new(&expected)).unwrap();
        assert_eq!((odd.level(), odd.outcome()), (Level::Cl, None));
    }

    #[test]
    fn t42_when_remembered_claims_are_opened_then_only_their_own_key_opens_them() {
        let good = kept();
        assert!(opens(&good, 1, UNTIL - 100) && !opens(&good, 0, UNTIL - 100));
        let later = Remembered {
            until: UNTIL + 1,
            ..good.clone()
        };
        assert!(!opens(&later, 1, UNTIL - 100));
        for odd in ["", "AAAA", "%", &good.text[1..]] {
            let text = odd.to_owned();
            assert!(
                !opens(&Remembered { text, ..good }, 1, UNTIL - 100),
                "{odd}"
            );
        }
    }

    #[test]
    fn when_remembered_claims_are_half_an_hour_old_then_they_are_not_used() {
        let good = kept();
        let proved = UNTIL - LIFETIME;
        assert!(opens(&good, 1, proved) && opens(&good, 1, UNTIL - 60));
        assert!(!opens(&good, 1, UNTIL - 59) && !opens(&good, 1, UNTIL));
        assert!(opens(&good, 1, proved - SKEW) && !opens(&good, 1, proved - SKEW - 1));
    }

    #[test]
    fn when_an_outcome_is_stored_then_its_place_in_the_list_is_its_number() {
        let place = |outcome: IdentityOutcome| Proof::new(Level::Cl, outcome, 0, None).outcome();
        for outcome in IdentityOutcome::ALL {
            assert_eq!(place(outcome), Some(outcome));
        }
        let labels = IdentityOutcome::ALL.map(IdentityOutcome::label);
        assert_eq!(labels[..3], ["proved", "not_proved", "level_too_low"]);
        assert_eq!(labels[3..5], ["access_denied", "temporarily_unavailable"]);
        assert_eq!(labels[5], "unauthorized_client");
    }

    #[test]
    fn when_a_claims_key_is_compared_or_printed_then_it_equals_itself_and_is_hidden() {
        assert_eq!(ClaimsKey::new([7; 32]), ClaimsKey::new([7; 32]));
        assert_ne!(ClaimsKey::new([7; 32]), ClaimsKey::new([8; 32]));
        assert_eq!(format!("{:?}", ClaimsKey::new([7; 32])), "[identity key]");
    }
}
