//! Sealing: encryption and authentication of values that browsers and stores keep.
//!
//! A seal binds its content to a purpose (session, attempt), and to the environment, host and
//! client that made it, so that nothing of one service opens anything of another. Which times
//! make a content invalid is not known here.
//!
//! Source: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), HKDF (RFC 5869), HMAC (RFC 2104).

use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::oidc::jws::{decode, encode};
use crate::secret::same;

/// The format of a sealed text: one byte of version, one of generation, the nonce, the ciphertext.
const VERSION: u8 = 1;

/// The length of a nonce, in bytes: 192 bits, so that random ones never repeat.
pub const NONCE: usize = 24;

/// The longest text that is opened, in characters: no browser keeps a longer cookie.
const MAX_TEXT: usize = 4096;

/// One of the two generations of a key. A generation opens everywhere before it seals anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// The secret whose name ends in `_A`.
    A,
    /// The secret whose name ends in `_B`.
    B,
}

impl Generation {
    /// Reads `A` or `B`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "A" => Some(Self::A),
            "B" => Some(Self::B),
            _ => None,
        }
    }

    /// The letter at the end of the secret's name.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
        }
    }
}

/// The purpose of a sealed text; a text of one purpose never opens as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A signed-in person's session.
    Session,
    /// A sign-in under way.
    Attempt,
    /// An ID token that an account keeps for signing out.
    Hint,
    /// A session that could not be ended yet.
    Ending,
    /// Where a person was, which an account keeps until they come back.
    Place,
    /// A key that is kept elsewhere: of identity claims, which the service hands back for them, or of the list of people who
    /// may come in, which is bound to the list.
    Reference,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Attempt => "attempt",
            Self::Hint => "hint",
            Self::Ending => "ending",
            Self::Place => "place",
            Self::Reference => "reference",
        }
    }
}

/// The keys that one generation's secret gives, one for each purpose.
struct Keys {
    generation: Generation,
    session: XChaCha20Poly1305,
    attempt: XChaCha20Poly1305,
    hint: XChaCha20Poly1305,
    ending: XChaCha20Poly1305,
    place: XChaCha20Poly1305,
    reference: XChaCha20Poly1305,
    documents: Zeroizing<[u8; 32]>,
    log: Zeroizing<[u8; 32]>,
    checks: Zeroizing<[u8; 32]>,
    fingerprint: String,
}

impl Keys {
    fn derive(generation: Generation, secret: &[u8]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, secret);
        let key = |label: &str| {
            let mut key = Zeroizing::new([0_u8; 32]);
            let info = format!("one-login-edge v1 {label}");
            #[expect(clippy::expect_used, reason = "the length is a constant")]
            hkdf.expand(info.as_bytes(), key.as_mut())
                .expect("32 bytes are fewer than HKDF-SHA256 can give");
            key
        };
        Self {
            generation,
            session: XChaCha20Poly1305::new(key("session").as_slice().into()),
            attempt: XChaCha20Poly1305::new(key("attempt").as_slice().into()),
            hint: XChaCha20Poly1305::new(key("hint").as_slice().into()),
            ending: XChaCha20Poly1305::new(key("ending").as_slice().into()),
            place: XChaCha20Poly1305::new(key("place").as_slice().into()),
            reference: XChaCha20Poly1305::new(key("reference").as_slice().into()),
            documents: key("documents"),
            log: key("log"),
            checks: key("checks"),
            fingerprint: encode(&Sha256::digest(key("fingerprint").as_slice())[..6]),
        }
    }

    const fn cipher(&self, purpose: Purpose) -> &XChaCha20Poly1305 {
        match purpose {
            Purpose::Session => &self.session,
            Purpose::Attempt => &self.attempt,
            Purpose::Hint => &self.hint,
            Purpose::Ending => &self.ending,
            Purpose::Place => &self.place,
            Purpose::Reference => &self.reference,
        }
    }
}

/// The session keys of a deployment: one generation seals, every present one opens.
pub struct Ring {
    active: Keys,
    other: Option<Keys>,
}

/// Why the session keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RingFault {
    /// The generation that should seal has no secret.
    ActiveMissing,
    /// A secret is not base64url without padding of at least 32 bytes.
    Malformed(Generation),
    /// Both generations hold the same secret, so that neither can be retired.
    Equal,
}

impl Ring {
    /// Takes the secrets of both generations, each base64url of 32 bytes or more.
    ///
    /// # Errors
    /// [`RingFault`].
    pub fn new(a: Option<&str>, b: Option<&str>, active: Generation) -> Result<Self, RingFault> {
        if a.is_some() && a == b {
            return Err(RingFault::Equal);
        }
        let keys = |text: Option<&str>, generation| match text {
            None => Ok(None),
            // A secret, so by the decoder that takes the same time for each letter.
            Some(text) => match Base64UrlUnpadded::decode_vec(text.trim()) {
                Ok(secret) if secret.len() >= 32 => Ok(Some(Keys::derive(generation, &secret))),
                _ => Err(RingFault::Malformed(generation)),
            },
        };
        let (a, b) = (keys(a, Generation::A)?, keys(b, Generation::B)?);
        let (active, other) = match active {
            Generation::A => (a, b),
            Generation::B => (b, a),
        };
        Ok(Self {
            active: active.ok_or(RingFault::ActiveMissing)?,
            other,
        })
    }

    fn all(&self) -> impl Iterator<Item = &Keys> {
        std::iter::once(&self.active).chain(&self.other)
    }

    /// Seals a content for a purpose and a binding (environment, host and client).
    ///
    /// The nonce must be random and never used before. Answers base64url, 1.34 times 42 bytes and
    /// the content.
    #[must_use]
    pub fn seal(
        &self,
        purpose: Purpose,
        binding: &str,
        nonce: [u8; NONCE],
        content: &[u8],
    ) -> String {
        let payload = Payload {
            msg: content,
            aad: &associated(purpose, binding),
        };
        #[expect(
            clippy::expect_used,
            reason = "contents are bounded where they are made"
        )]
        let sealed = self
            .active
            .cipher(purpose)
            .encrypt(XNonce::from_slice(&nonce), payload)
            .expect("a content of a few kilobytes is within the cipher's limit");
        let head = [VERSION, self.active.generation.letter() as u8];
        encode(&[&head, &nonce[..], &sealed].concat())
    }

    /// Opens a sealed text, or `None` for anything that this ring did not seal for the purpose and
    /// binding. The answer does not say which of the reasons it was.
    #[must_use]
    pub fn open(&self, purpose: Purpose, binding: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        if text.len() > MAX_TEXT {
            return None;
        }
        self.open_long(purpose, binding, text)
    }

    /// The same for a text that never was a cookie.
    #[must_use]
    pub fn open_long(
        &self,
        purpose: Purpose,
        binding: &str,
        text: &str,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = decode(text).ok()?;
        let (&[version, letter], rest) = bytes.split_first_chunk()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        let generation = char::from(letter);
        let keys = self
            .all()
            .find(|keys| keys.generation.letter() == generation)?;
        let payload = Payload {
            msg: sealed,
            aad: &associated(purpose, binding),
        };
        let opened = keys
            .cipher(purpose)
            .decrypt(XNonce::from_slice(nonce), payload);
        (version == VERSION).then_some(Zeroizing::new(opened.ok()?))
    }

    /// Whether a text that opens was sealed by the generation that seals now.
    #[must_use]
    pub fn is_newest(&self, text: &str) -> bool {
        let letter = decode(text).ok().and_then(|bytes| bytes.get(1).copied());
        letter == Some(self.active.generation.letter() as u8)
    }

    /// A code that proves that a document was stored by a holder of these keys.
    #[must_use]
    pub fn authenticate(&self, document: &[u8]) -> String {
        encode(
            &code(&self.active.documents, document)
                .finalize()
                .into_bytes(),
        )
    }

    /// Whether [`Ring::authenticate`] made the code, under either generation.
    #[must_use]
    pub fn is_authentic(&self, document: &[u8], tag: &str) -> bool {
        self.all().any(|keys| {
            let own = encode(&code(&keys.documents, document).finalize().into_bytes());
            same(own.as_bytes(), tag.as_bytes())
        })
    }

    /// A person's name in the log: 16 hexadecimal digits, the first 8 bytes of HMAC-SHA-256 under a
    /// key of this deployment over the day, the binding and the subject, a line each. The day is
    /// counted in UTC since the epoch.
    ///
    /// It is the same all day and for one service, so that a person's events can be read together;
    /// without the key no reader can tell whose they are, or find the same person on another day.
    #[must_use]
    pub fn pseudonym(&self, binding: &str, subject: &str, now: i64) -> String {
        let day = now.div_euclid(86_400);
        let message = format!("{day}\n{binding}\n{subject}");
        let whole = code(&self.active.log, message.as_bytes())
            .finalize()
            .into_bytes();
        hexadecimal(whole.get(..8).unwrap_or_default())
    }

    /// The check value of a text that comes back in an address: 16 characters that only the Worker can make.
    #[must_use]
    pub fn check_value(&self, binding: &str, text: &str) -> String {
        check_value(&self.active, binding, text)
    }

    /// Whether a check value is the text's, made by either generation.
    #[must_use]
    pub fn is_checked(&self, binding: &str, text: &str, value: &str) -> bool {
        let is_of = |keys| {
            same(
                check_value(keys, binding, text).as_bytes(),
                value.as_bytes(),
            )
        };
        self.all().any(is_of)
    }

    /// The generation that seals and a fingerprint of its secret, 8 characters, to compare
    /// deployments with; it gives nothing of the secret away.
    #[must_use]
    pub fn fingerprint(&self) -> (Generation, &str) {
        (self.active.generation, &self.active.fingerprint)
    }
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[session keys]")
    }
}

/// Bytes as hexadecimal digits in lower case.
fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    let digits = |byte: &u8| [digit(byte >> 4), digit(byte & 15)];
    bytes.iter().flat_map(digits).collect()
}

/// The SHA-256 of a text, as 64 hexadecimal digits in lower case.
#[must_use]
pub fn sha256(text: &str) -> String {
    hexadecimal(&Sha256::digest(text))
}

fn associated(purpose: Purpose, binding: &str) -> Vec<u8> {
    [
        &[VERSION],
        purpose.name().as_bytes(),
        &[0],
        binding.as_bytes(),
    ]
    .concat()
}

fn check_value(keys: &Keys, binding: &str, text: &str) -> String {
    let message = format!("{binding}\n{text}");
    let whole = code(&keys.checks, message.as_bytes())
        .finalize()
        .into_bytes();
    encode(whole.get(..12).unwrap_or_default())
}

/// HMAC-SHA-256 of a message under a key that is kept elsewhere.
#[must_use]
pub fn keyed(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    code(key, message).finalize().into_bytes().into()
}

fn code(key: &[u8; 32], message: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "the key's length is a constant")]
    let mut code =
        <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
    code.update(message);
    code
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
