//! The copies in an isolate's memory: which is newest, and when the provider was last asked.
//!
//! When a copy is due for a fetch is decided by the caller.

use crate::config::map::FastMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::config::{Provider, Service, ServiceKeys};
use crate::oidc::identity::did;
use crate::oidc::jwks::KeySet;
use crate::oidc::metadata::Metadata;
use crate::oidc::refusal::Refusal;

/// How long after one attempt to fetch the next is made, in seconds.
const RETRY: i64 = 10;

/// How long a fetch counts as under way, in seconds. A fetch that was cut off with its request never
/// says that it ended.
const LONGEST: i64 = 10;

/// How many requests of an isolate wait at once for a document without any copy.
const MAX_WAITING: usize = 16;

/// A kind of document of the provider.
pub struct Kind<T> {
    /// The last part of its name in KV.
    pub name: &'static str,
    /// The address by which its copies are told from those of another provider or service.
    pub owner: fn(&Service) -> &str,
    /// Reads it, or says why the copy is not used.
    pub parse: fn(&[u8], &Provider) -> Result<T, Refusal>,
    /// Where it is kept in memory.
    pub cache: fn(&Documents) -> &DocumentCache<T>,
}

/// The discovery document.
pub const DISCOVERY: Kind<Metadata> = Kind {
    name: "discovery",
    owner: |service| &service.provider.issuer,
    parse: |bytes, provider| Metadata::parse(bytes, &provider.issuer, provider.insecure),
    cache: |documents| &documents.discovery,
};

/// The keys of ID tokens and logout tokens.
pub const KEYS: Kind<KeySet> = Kind {
    name: "jwks",
    owner: |service| &service.provider.issuer,
    parse: |bytes, _| KeySet::parse(bytes),
    cache: |documents| &documents.keys,
};

/// The keys of core identities.
pub const IDENTITY_KEYS: Kind<KeySet> = Kind {
    name: "did",
    owner: |service| &service.provider.issuer,
    parse: |bytes, provider| did::keys(bytes, &provider.did_id),
    cache: |documents| &documents.identity_keys,
};

/// The keys of a service that has them at an address.
pub const SERVICE_KEYS: Kind<KeySet> = Kind {
    name: "service-keys",
    owner: |service| match &service.service_keys {
        Some(ServiceKeys::At(address)) => address,
        _ => "",
    },
    parse: |bytes, _| KeySet::parse(bytes),
    cache: |documents| &documents.service_keys,
};

/// The keys of the service's team of Cloudflare Access.
pub const ACCESS_KEYS: Kind<KeySet> = Kind {
    name: "access-keys",
    owner: |service| service.access_team.as_ref().map_or("", |team| &team.keys),
    parse: |bytes, _| KeySet::parse(bytes),
    cache: |documents| &documents.access_keys,
};

/// The keys of Signal Exchange.
pub const SIGNAL_KEYS: Kind<KeySet> = Kind {
    name: "signal-keys",
    owner: |service| &service.provider.signal_keys,
    parse: |bytes, _| KeySet::parse(bytes),
    cache: |documents| &documents.keys,
};

/// The documents in an isolate's memory.
#[derive(Debug, Default)]
pub struct Documents {
    pub(super) discovery: DocumentCache<Metadata>,
    pub(super) keys: DocumentCache<KeySet>,
    pub(super) identity_keys: DocumentCache<KeySet>,
    pub(super) service_keys: DocumentCache<KeySet>,
    pub(super) access_keys: DocumentCache<KeySet>,
}

/// The maker of a key id for which a document is fetched once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopySource {
    /// Only the provider: the token came from it over TLS.
    Provider,
    /// Any sender of a notification.
    Anybody,
}

impl CopySource {
    /// How long after one fetch for such a key id the next may begin, in seconds.
    const fn interval(self) -> i64 {
        match self {
            Self::Provider => 3,
            Self::Anybody => 10,
        }
    }
}

/// A fetch that was begun. Plain data: workerd cancels a promise with the request that made it, so
/// other requests look here instead of waiting for the promise.
#[derive(Debug)]
struct Flight {
    number: u64,
    begun_at: i64,
}

/// The copies of one kind of document, by the address of their owner: the provider's issuer, or the service's key set.
#[derive(Debug)]
pub struct DocumentCache<T> {
    copies: RefCell<FastMap<String, Held<T>>>,
    tried_at: RefCell<FastMap<String, i64>>,
    failed_at: RefCell<FastMap<String, i64>>,
    waiting: RefCell<FastMap<String, Vec<i64>>>,
    looked_at: RefCell<FastMap<(String, CopySource), i64>>,
    flights: RefCell<FastMap<String, Flight>>,
    begun: Cell<u64>,
}

impl<T> Default for DocumentCache<T> {
    fn default() -> Self {
        Self {
            copies: RefCell::default(),
            tried_at: RefCell::default(),
            failed_at: RefCell::default(),
            waiting: RefCell::default(),
            looked_at: RefCell::default(),
            flights: RefCell::default(),
            begun: Cell::default(),
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
    /// The number of the fetch of this isolate that brought it; 0 for a copy from KV.
    pub number: u64,
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

impl<T> DocumentCache<T> {
    pub(super) fn get(&self, owner: &str) -> Option<Held<T>> {
        self.copies.borrow().get(owner).cloned()
    }

    /// Keeps a copy unless a newer one is there already.
    pub(super) fn offer(&self, owner: &str, copy: Held<T>) {
        // Seconds cannot tell two fetches of one second apart; the numbers of one isolate can.
        let is_newer = |kept: &Held<T>| match (kept.number, copy.number) {
            (_, 0) => copy.fetched_at > kept.fetched_at,
            (0, _) => copy.fetched_at >= kept.fetched_at,
            (kept, offered) => offered > kept,
        };
        let mut copies = self.copies.borrow_mut();
        match copies.get_mut(owner) {
            Some(kept) if !is_newer(kept) => kept.read_at = copy.read_at,
            _ => {
                copies.insert(owner.to_owned(), copy);
            }
        }
    }

    /// Notes that KV had nothing better.
    pub(super) fn reread(&self, owner: &str, now: i64) {
        if let Some(kept) = self.copies.borrow_mut().get_mut(owner) {
            kept.read_at = now;
        }
    }

    /// Whether a fetch may be tried now; answering yes notes the attempt, so that of all requests
    /// that find a copy stale only one goes to the provider.
    pub(super) fn may_try(&self, owner: &str, now: i64) -> bool {
        let mut tried = self.tried_at.borrow_mut();
        let due = tried.get(owner).is_none_or(|at| (now - at).abs() >= RETRY);
        if due {
            tried.insert(owner.to_owned(), now);
        }
        due
    }

    /// How many fetches were begun. A copy with a higher number is newer than this moment.
    pub(super) const fn begun(&self) -> u64 {
        self.begun.get()
    }

    /// Notes that a fetch begins, and gives it its number.
    pub(super) fn begin(&self, owner: &str, now: i64) -> u64 {
        let number = self.begun.get() + 1;
        self.begun.set(number);
        let flight = Flight {
            number,
            begun_at: now,
        };
        self.flights.borrow_mut().insert(owner.to_owned(), flight);
        number
    }

    /// Notes that a fetch came to its end, whatever that was.
    pub(super) fn end(&self, owner: &str, number: u64) {
        let mut flights = self.flights.borrow_mut();
        if flights.get(owner).is_some_and(|last| last.number == number) {
            flights.remove(owner);
        }
    }

    /// Whether a fetch was begun and may still bring something.
    pub(super) fn is_under_way(&self, owner: &str, now: i64) -> bool {
        let flights = self.flights.borrow();
        let last = flights.get(owner);
        last.is_some_and(|last| (now - last.begun_at).abs() < LONGEST)
    }

    /// Whether a fetch may begin for a token whose key is in no copy; answering yes notes it. These
    /// fetches are counted apart from all others, because a fetch whose result no such token looked
    /// at must not keep the key from being found.
    pub(super) fn may_look(&self, owner: &str, origin: CopySource, now: i64) -> bool {
        let mut looked = self.looked_at.borrow_mut();
        let last = looked.entry((owner.to_owned(), origin)).or_insert(i64::MIN);
        let due = now.abs_diff(*last) >= origin.interval().unsigned_abs();
        if due {
            *last = now;
        }
        due
    }

    /// Whether one more request may fetch a document without any copy: not when the provider failed
    /// just now, and not when enough of them are waiting for it already.
    ///
    /// Those who began longer ago than any fetch takes are not counted, because a request that was
    /// cut off never says that it ended.
    pub(super) fn may_wait(&self, owner: &str, now: i64) -> bool {
        let failed = self.failed_at.borrow();
        if failed.get(owner).is_some_and(|at| (now - at).abs() < RETRY) {
            return false;
        }
        let mut waiting = self.waiting.borrow_mut();
        let since = waiting.entry(owner.to_owned()).or_default();
        since.retain(|at| (now - at).abs() < RETRY);
        let allowed = since.len() < MAX_WAITING;
        if allowed {
            since.push(now);
        }
        allowed
    }

    /// Notes that a fetch of a document without any copy came to its end.
    pub(super) fn waited(&self, owner: &str, now: i64, failed: bool) {
        if let Some(since) = self.waiting.borrow_mut().get_mut(owner) {
            since.pop();
        }
        if failed {
            self.failed_at.borrow_mut().insert(owner.to_owned(), now);
        }
    }
}
