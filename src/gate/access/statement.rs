//! The signed statement as it travels, and those that the isolate keeps.
//!
//! A signed one is kept until it has half a minute left, because signing costs more than all the rest of a signed-in
//! request. Nothing else that says who a person is outlives a request in memory, and its key names everything that it says.

use crate::config::map::FastMap;
use std::cell::RefCell;

use crate::config::{Release, Service};
use crate::oidc::identity::claims::Claims;
use crate::oidc::vector::Level;
use crate::session::identity::IdentityOutcome;
use crate::session::session::Session;

/// The header that carries the assertion, in lower case.
pub const ASSERTION: &str = "one-login-assertion";

/// The header that carries identity claims that did not fit into it, in lower case.
pub const IDENTITY: &str = "one-login-identity";

/// The header that carries the statement about staff, in lower case.
pub const STAFF: &str = "one-login-staff-assertion";

/// The request that an assertion is for.
///
/// Source: RFC 9449 section 4.2.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bound {
    /// The method as it was sent.
    pub method: String,
    /// The address at the service's host, with the path as it is forwarded, without query and fragment.
    pub address: String,
}

/// The contents of an assertion that the route decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The claims that the route releases.
    pub release: Release,
    /// The bytes that the origin takes for both statements with their names; 0 without an identity to tell.
    pub room: usize,
    /// The request, where the route wants it named.
    pub bound: Option<Bound>,
}

/// The identity behind a session, for an assertion that names it.
#[derive(Debug, Default)]
pub struct Known {
    /// How the last request for one ended.
    pub outcome: Option<IdentityOutcome>,
    /// The claims of the check, or its return codes; `None` when they may not be used any more.
    pub claims: Option<Claims>,
}

/// The signed statement about a person, for the origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The assertion.
    pub assertion: String,
    /// Identity claims that did not fit into it.
    pub identity: Option<String>,
}

impl Signed {
    /// The headers that carry it, names in lower case.
    pub fn headers(self) -> impl Iterator<Item = (String, String)> {
        let identity = self.identity.map(|identity| (IDENTITY, identity));
        let all = [(ASSERTION, self.assertion)].into_iter().chain(identity);
        all.map(|(name, value)| (name.to_owned(), value))
    }
}

/// How long an assertion can be used after it was signed, in seconds.
pub const LIFETIME: i64 = 60;

/// With fewer seconds left than this an assertion is signed again.
const FRESH: i64 = 30;

/// The most assertions that are kept in memory.
const MAX_KEPT: usize = 1_000;

/// Everything that an assertion says, but for its times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StatementKey {
    service: String,
    session: [u8; 16],
    level: Level,
    identity: i64,
    arriving: bool,
    release: Release,
    room: usize,
    bound: Option<Bound>,
}

impl StatementKey {
    /// The key of what is said of a session to a service by a route.
    #[must_use]
    pub fn new(service: &Service, session: &Session, about: &Subject) -> Self {
        Self {
            service: service.id.clone(),
            session: session.id,
            level: session.level,
            identity: session.identity.as_ref().map_or(0, |held| held.changed_at),
            arriving: session.arriving,
            release: about.release,
            room: about.room,
            bound: about.bound.clone(),
        }
    }
}

#[derive(Debug)]
struct Entry {
    signed: Signed,
    expires_at: i64,
    last_used: u64,
}

/// Signed assertions in the isolate's memory.
#[derive(Debug, Default)]
pub struct StatementCache {
    entries: RefCell<FastMap<StatementKey, Entry>>,
    clock: RefCell<u64>,
}

impl StatementCache {
    /// The assertion for this service, session and request, if it is good for long enough.
    #[must_use]
    pub fn get(
        &self,
        service: &Service,
        session: &Session,
        about: &Subject,
        now: i64,
    ) -> Option<Signed> {
        let mut entries = self.entries.borrow_mut();
        let entry = entries.get_mut(&StatementKey::new(service, session, about))?;
        let fresh = entry.expires_at - now >= FRESH && entry.expires_at <= now + LIFETIME;
        fresh.then(|| {
            entry.last_used = self.tick();
            entry.signed.clone()
        })
    }

    /// Keeps a statement that was signed now; the one that was used longest ago makes room.
    pub fn put(&self, key: StatementKey, signed: Signed, now: i64) {
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
            signed,
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
#[path = "statement_tests.rs"]
mod tests;
