//! The copies in an isolate's memory: which is newest, and when the provider was last asked.
//!
//! When a copy is due for a fetch is decided by the caller.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::config::Provider;
use crate::oidc::did;
use crate::oidc::jwks::KeySet;
use crate::oidc::metadata::Metadata;
use crate::oidc::refusal::Refusal;

/// How long after one attempt to fetch the next is made, in seconds.
const RETRY: i64 = 10;

/// How many requests of an isolate wait at once for a document that nobody has.
const MAX_WAITING: usize = 16;

/// A kind of document of the provider.
pub struct Kind<T> {
    /// The last part of its name in KV.
    pub name: &'static str,
    /// Reads it, or says why the copy is not used.
    pub parse: fn(&[u8], &Provider) -> Result<T, Refusal>,
    /// Where it is kept in memory.
    pub shelf: fn(&Documents) -> &Shelf<T>,
}

/// The discovery document.
pub const DISCOVERY: Kind<Metadata> = Kind {
    name: "discovery",
    parse: |bytes, provider| Metadata::parse(bytes, &provider.issuer, provider.insecure),
    shelf: |documents| &documents.discovery,
};

/// The keys of ID tokens and logout tokens.
pub const KEYS: Kind<KeySet> = Kind {
    name: "jwks",
    parse: |bytes, _| KeySet::parse(bytes),
    shelf: |documents| &documents.keys,
};

/// The keys of core identities.
pub const IDENTITY_KEYS: Kind<KeySet> = Kind {
    name: "did",
    parse: |bytes, provider| did::keys(bytes, &provider.did_id),
    shelf: |documents| &documents.identity_keys,
};

/// The documents in an isolate's memory.
#[derive(Debug, Default)]
pub struct Documents {
    pub(super) discovery: Shelf<Metadata>,
    pub(super) keys: Shelf<KeySet>,
    pub(super) identity_keys: Shelf<KeySet>,
}

/// The copies of one kind of document, by the issuer they belong to.
#[derive(Debug)]
pub struct Shelf<T> {
    copies: RefCell<HashMap<String, Held<T>>>,
    tried_at: RefCell<HashMap<String, i64>>,
    failed_at: RefCell<HashMap<String, i64>>,
    waiting: RefCell<HashMap<String, Vec<i64>>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            copies: RefCell::default(),
            tried_at: RefCell::default(),
            failed_at: RefCell::default(),
            waiting: RefCell::default(),
        }
    }
}

/// One copy of a document. Times are seconds since the epoch, lengths are seconds.
#[derive(Debug)]
pub struct Held<T> {
    /// The document.
    pub value: Rc<T>,
    /// When it was fetched from the provider.
    pub fetched_at: i64,
    /// How long it is fresh.
    pub max_age: i64,
    /// When KV was last read for a better one.
    pub read_at: i64,
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self {
            value: Rc::clone(&self.value),
            ..*self
        }
    }
}

impl<T> Held<T> {
    /// How long ago it stopped being fresh; negative while it is.
    #[must_use]
    pub const fn overdue(&self, now: i64) -> i64 {
        now - self.fetched_at - self.max_age
    }
}

impl<T> Shelf<T> {
    pub(super) fn get(&self, issuer: &str) -> Option<Held<T>> {
        self.copies.borrow().get(issuer).cloned()
    }

    /// Keeps a copy unless a newer one is there already.
    pub(super) fn offer(&self, issuer: &str, copy: Held<T>) {
        let mut copies = self.copies.borrow_mut();
        match copies.get_mut(issuer) {
            Some(kept) if kept.fetched_at >= copy.fetched_at => kept.read_at = copy.read_at,
            _ => {
                copies.insert(issuer.to_owned(), copy);
            }
        }
    }

    /// Notes that KV had nothing better.
    pub(super) fn reread(&self, issuer: &str, now: i64) {
        if let Some(kept) = self.copies.borrow_mut().get_mut(issuer) {
            kept.read_at = now;
        }
    }

    /// Whether a fetch may be tried now; answering yes notes the attempt, so that of all requests
    /// that find a copy stale only one goes to the provider.
    pub(super) fn may_try(&self, issuer: &str, now: i64) -> bool {
        let mut tried = self.tried_at.borrow_mut();
        let due = tried.get(issuer).is_none_or(|at| (now - at).abs() >= RETRY);
        if due {
            tried.insert(issuer.to_owned(), now);
        }
        due
    }

    /// Whether one more request may fetch a document that nobody has: not when the provider failed
    /// just now, and not when enough of them are waiting for it already.
    ///
    /// Those who began longer ago than any fetch takes are not counted, because a request that was
    /// cut off never says that it ended.
    pub(super) fn may_wait(&self, issuer: &str, now: i64) -> bool {
        let failed = self.failed_at.borrow();
        if failed
            .get(issuer)
            .is_some_and(|at| (now - at).abs() < RETRY)
        {
            return false;
        }
        let mut waiting = self.waiting.borrow_mut();
        let since = waiting.entry(issuer.to_owned()).or_default();
        since.retain(|at| (now - at).abs() < RETRY);
        let allowed = since.len() < MAX_WAITING;
        if allowed {
            since.push(now);
        }
        allowed
    }

    /// Notes that a fetch of a document that nobody has came to its end.
    pub(super) fn waited(&self, issuer: &str, now: i64, failed: bool) {
        if let Some(since) = self.waiting.borrow_mut().get_mut(issuer) {
            since.pop();
        }
        if failed {
            self.failed_at.borrow_mut().insert(issuer.to_owned(), now);
        }
    }
}
