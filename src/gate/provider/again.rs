//! The key of a token, also when no copy of the provider's keys has it yet.
//!
//! The provider may begin to use a key at any time. ID tokens and core identities come from it over
//! TLS, so that their key ids are the provider's own word: the document is fetched again at once. A
//! notification may come from any sender, who may have made up its key id: it causes a
//! fetch only when the copy is a minute old.
//!
//! Requests share a fetch by looking at the shelf, each on a timer of its own. A promise that several
//! requests waited for would be cancelled with the request that made it.

use std::rc::Rc;

use super::shelf::{IDENTITY_KEYS, KEYS, Kind, Origin};
use super::{REREAD_STALE, Unavailable, WAIT_MS, current, fetch, read_stored};
use crate::gate::Scene;
use crate::oidc::jwks::{KeySet, VerifyingKey};
use crate::oidc::jws::{Alg, Untrusted};
use crate::oidc::metadata::Metadata;
use crate::oidc::refusal::Refusal;
use crate::platform::{Outcome, Platform};

/// How old a copy must be before the key id of a notification may cause a fetch, in seconds.
const UNKNOWN_KEY_AGE: i64 = 60;

/// How long a request waits for a fetch that another one began, in milliseconds.
const FOLLOW_MS: u32 = WAIT_MS.0;

/// How long it waits altogether until it may begin a fetch of its own, in milliseconds; longer than
/// the interval between two.
const PATIENCE_MS: u32 = 3_500;

/// The time between two looks at the shelf, in milliseconds.
const STEP_MS: u32 = 50;

/// A token that the provider signed, and where its keys are.
#[derive(Clone, Copy, Debug)]
pub enum Token<'a> {
    /// An ID token.
    Id(&'a Metadata),
    /// A core identity, whose keys have the one configured address.
    CoreIdentity,
    /// A logout token.
    Logout(&'a Metadata),
}

impl Token<'_> {
    const fn label(self) -> &'static str {
        match self {
            Self::Id(_) => "id_token",
            Self::CoreIdentity => "core_identity",
            Self::Logout(_) => "logout_token",
        }
    }

    const fn origin(self) -> Origin {
        match self {
            Self::Id(_) | Self::CoreIdentity => Origin::Provider,
            Self::Logout(_) => Origin::Anybody,
        }
    }

    const fn kind(self) -> &'static Kind<KeySet> {
        match self {
            Self::Id(_) | Self::Logout(_) => &KEYS,
            Self::CoreIdentity => &IDENTITY_KEYS,
        }
    }

    fn url<P: Platform>(self, scene: &Scene<P>) -> String {
        match self {
            Self::Id(metadata) | Self::Logout(metadata) => metadata.jwks_uri.clone(),
            Self::CoreIdentity => scene.service.provider.did_url.clone(),
        }
    }
}

/// Why there is no key to verify a token with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// There is no copy of the keys, and the provider gives none.
    Unavailable,
    /// No copy has the key, and a newer copy could not be fetched.
    NotFetched,
    /// No copy has the key, and it is too early to fetch a newer one.
    TooEarly,
    /// A copy that is newer than the token does not have the key, or the key is of another kind.
    Refused(Refusal),
}

impl From<Unavailable> for NoKey {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

/// The key of a token. The key ids that any sender may have made up cost KV one read and the provider
/// one fetch in ten seconds for each isolate, however many there are.
///
/// # Errors
/// [`NoKey`]. That a newer copy has no such key is reported, because the provider or an attacker
/// signed with a key of their own.
pub async fn key<P: Platform>(
    scene: &Scene<P>,
    of: Token<'_>,
    token: &Untrusted,
    alg: Alg,
) -> Result<VerifyingKey, NoKey> {
    let shelf = (of.kind().shelf)(&scene.isolate.documents);
    let seen = shelf.begun();
    let mut keys = current(scene, of.kind(), of.url(scene)).await?;
    let has = |keys: &KeySet| keys.select(token, alg) != Err(Refusal::KeyUnknown);
    if !has(&keys) {
        keys = again(scene, of, seen, has).await?;
    }
    keys.select(token, alg).cloned().map_err(|refusal| {
        if refusal == Refusal::KeyUnknown {
            match of.origin() {
                Origin::Provider => scene.log_refused("unknown_key", of.label()),
                Origin::Anybody => {
                    scene.log_summed(Outcome::Refused, "unknown_key", of.label(), "");
                }
            }
        }
        NoKey::Refused(refusal)
    })
}

/// A copy that has the key, or one that is newer than the token. `seen` is how many fetches had begun
/// when the token was there.
async fn again<P: Platform>(
    scene: &Scene<P>,
    of: Token<'_>,
    seen: u64,
    has: impl Fn(&KeySet) -> bool,
) -> Result<Rc<KeySet>, NoKey> {
    let (issuer, kind, origin) = (&scene.service.provider.issuer, of.kind(), of.origin());
    let shelf = (kind.shelf)(&scene.isolate.documents);
    let is_due = |read_at: i64| scene.now - read_at >= REREAD_STALE;
    if shelf.get(issuer).is_none_or(|copy| is_due(copy.read_at)) {
        read_stored(scene, kind).await;
    }
    let mut waited_ms = 0;
    loop {
        let now = scene.now + i64::from(waited_ms / 1_000);
        let copy = shelf.get(issuer).ok_or(NoKey::Unavailable)?;
        if copy.number > seen || has(&copy.value) {
            return Ok(copy.value);
        }
        let follows = waited_ms < FOLLOW_MS && shelf.is_under_way(issuer, now);
        if !follows {
            let is_young = scene.now - copy.fetched_at < UNKNOWN_KEY_AGE;
            if origin == Origin::Anybody && is_young {
                return Err(NoKey::TooEarly);
            }
            if shelf.may_look(issuer, origin, now) {
                let number = shelf.begin(issuer, now);
                let fetched = fetch(scene, kind, of.url(scene), WAIT_MS.0, number).await;
                return fetched.map_err(|_| NoKey::NotFetched);
            }
            if origin == Origin::Anybody || waited_ms >= PATIENCE_MS {
                return Err(NoKey::TooEarly);
            }
        }
        scene.platform.pause(STEP_MS).await;
        waited_ms += STEP_MS;
    }
}
