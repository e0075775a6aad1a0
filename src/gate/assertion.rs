//! The assertion: the signed statement with which the origin learns who this is.
//!
//! A signed one is kept in the isolate's memory until it has half a minute left, because signing
//! costs more than all the rest of a signed-in request. It is the only thing about a person that
//! outlives a request there, and its key names everything that it says.
//!
//! Source: RFC 7519, RFC 8725 section 3.11 (explicit typing).

use std::cell::RefCell;
use std::collections::HashMap;

use serde::Serialize;

use crate::config::{Release, Service};
use crate::oidc::jws::{Alg, Unsigned, encode};
use crate::oidc::refusal::Refusal;
use crate::oidc::vector::Level;
use crate::platform::{Outage, Platform};
use crate::session::cookie::Session;

/// The `typ` of an assertion, which no token of the provider has.
pub const TYPE: &str = "one-login-assertion+jwt";

/// How long an assertion can be used after it was signed, in seconds.
pub const LIFETIME: i64 = 60;

/// How far `iat` lies in the past, in seconds, for origins whose clock is behind.
const BACKDATED: i64 = 5;

/// With fewer seconds left than this an assertion is signed again.
const FRESH: i64 = 30;

/// The most assertions that are kept in memory.
const MAX_KEPT: usize = 1_000;

#[derive(Serialize)]
struct Members<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    sid: &'a str,
    vot: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    session_exp: i64,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet_subject_id: Option<&'a str>,
}

/// Lays out an assertion with the claims of one route. Whether the session may be used there is not asked.
///
/// # Errors
/// [`Refusal`] when the members cannot be written as JSON.
pub fn unsigned(
    service: &Service,
    session: &Session,
    release: Release,
    now: i64,
) -> Result<Unsigned, Refusal> {
    let email = session.email.as_ref().filter(|_| release.email);
    let phone = session.phone.as_ref().filter(|_| release.phone);
    let wallet = session.wallet_subject_id.as_deref();
    let members = Members {
        iss: &service.origin_url,
        aud: &service.origin_audience,
        sub: &session.subject,
        sid: &encode(&session.id),
        vot: session.level.as_str(),
        auth_time: session.auth_time,
        session_exp: session.expires_at(service.limits),
        iat: now - BACKDATED,
        exp: now + LIFETIME,
        email: email.map(|email| email.value.as_str()),
        email_verified: email.map(|email| email.verified),
        phone_number: phone.map(|phone| phone.value.as_str()),
        phone_number_verified: phone.map(|phone| phone.verified),
        wallet_subject_id: wallet.filter(|_| release.wallet_subject_id),
    };
    Unsigned::new(
        Alg::Es256,
        &service.assertion_keys.active.key_id,
        TYPE,
        &members,
    )
}

/// Why no assertion could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSigned;

impl From<Outage> for NotSigned {
    fn from(_: Outage) -> Self {
        Self
    }
}

impl From<Refusal> for NotSigned {
    fn from(_: Refusal) -> Self {
        Self
    }
}

/// Signs an assertion and keeps it.
///
/// # Errors
/// [`NotSigned`] when the key cannot be used; the request must not pass without it.
pub async fn sign<P: Platform>(
    platform: &P,
    kept: &Kept,
    service: &Service,
    session: &Session,
    release: Release,
    now: i64,
) -> Result<String, NotSigned> {
    let unsigned = unsigned(service, session, release, now)?;
    let key = &service.assertion_keys.active;
    let signature = platform
        .sign(key, Alg::Es256, unsigned.signing_input())
        .await?;
    let token = unsigned.finish(&signature);
    kept.put(Key::new(service, session, release), token.clone(), now);
    Ok(token)
}

/// Everything that an assertion says, but for its times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    service: String,
    session: [u8; 16],
    level: Level,
    release: Release,
}

impl Key {
    fn new(service: &Service, session: &Session, release: Release) -> Self {
        Self {
            service: service.id.clone(),
            session: session.id,
            level: session.level,
            release,
        }
    }
}

#[derive(Debug)]
struct Entry {
    token: String,
    expires_at: i64,
    last_used: u64,
}

/// Signed assertions in the isolate's memory.
#[derive(Debug, Default)]
pub struct Kept {
    entries: RefCell<HashMap<Key, Entry>>,
    clock: RefCell<u64>,
}

impl Kept {
    /// The assertion for this service, session and release, if it is good for long enough.
    #[must_use]
    pub fn get(
        &self,
        service: &Service,
        session: &Session,
        release: Release,
        now: i64,
    ) -> Option<String> {
        let mut entries = self.entries.borrow_mut();
        let entry = entries.get_mut(&Key::new(service, session, release))?;
        let fresh = entry.expires_at - now >= FRESH && entry.expires_at <= now + LIFETIME;
        fresh.then(|| {
            entry.last_used = self.tick();
            entry.token.clone()
        })
    }

    fn put(&self, key: Key, token: String, now: i64) {
        let mut entries = self.entries.borrow_mut();
        if entries.len() >= MAX_KEPT {
            entries.retain(|_, entry| entry.expires_at - now >= FRESH);
        }
        if entries.len() >= MAX_KEPT {
            let oldest = entries.iter().min_by_key(|(_, entry)| entry.last_used);
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                entries.remove(&key);
            }
        }
        let entry = Entry {
            token,
            expires_at: now + LIFETIME,
            last_used: self.tick(),
        };
        entries.insert(key, entry);
    }

    fn tick(&self) -> u64 {
        let mut clock = self.clock.borrow_mut();
        *clock += 1;
        *clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u16) -> Key {
        let mut session = [0; 16];
        session[..2].copy_from_slice(&number.to_be_bytes());
        Key {
            service: "DEMO".to_owned(),
            session,
            level: Level::ClCm,
            release: Release::default(),
        }
    }

    #[test]
    fn t87_memory_is_bounded_and_gives_up_the_least_used_first() {
        let kept = Kept::default();
        for number in 0..1_000 {
            kept.put(key(number), "token".to_owned(), 100);
        }
        kept.entries
            .borrow_mut()
            .get_mut(&key(0))
            .unwrap()
            .last_used = kept.tick();
        kept.put(key(1_000), "token".to_owned(), 100);
        let entries = kept.entries.borrow();
        assert_eq!(entries.len(), 1_000);
        assert!(entries.contains_key(&key(0)) && entries.contains_key(&key(1_000)));
        assert!(!entries.contains_key(&key(1)));
    }

    #[test]
    fn stale_ones_make_room_all_at_once() {
        let kept = Kept::default();
        for number in 0..1_000 {
            kept.put(key(number), "token".to_owned(), 100);
        }
        kept.put(key(1_000), "token".to_owned(), 131);
        assert_eq!(kept.entries.borrow().len(), 1);
    }
}
