//! The signature of a token, also when no copy of the provider's keys has its key yet.
//!
//! The provider may begin to use a key at any time. ID tokens and core identities come from it over
//! TLS, so that their key ids are the provider's own word: the document is fetched again at once. A
//! notification may come from any sender, who may have made up its key id: it causes a
//! fetch only when the copy is a minute old.
//!
//! Requests share a fetch by looking at the shelf, each on a timer of its own. A promise that several
//! requests waited for would be cancelled with the request that made it.

use crate::gate::pages::failure::Failure;
use std::rc::Rc;

use super::document_cache::{
    ACCESS_KEYS, CopySource, IDENTITY_KEYS, KEYS, Kind, SERVICE_KEYS, SIGNAL_KEYS,
};
use super::{REREAD_STALE, Unavailable, WAIT_MS, current, fetch, read_stored};
use crate::gate::context::Context;
use crate::oidc::json::Object;
use crate::oidc::jwks::{KeySet, VerifyingKey};
use crate::oidc::jws::{Alg, Untrusted};
use crate::oidc::metadata::Metadata;
use crate::oidc::refusal::Refusal;
use crate::platform::{EventOutcome, Platform};

/// How old a copy must be before the key id of a notification may cause a fetch, in seconds.
const UNKNOWN_KEY_AGE: i64 = 60;

/// How long a request waits for a fetch that another one began, in milliseconds.
const FOLLOW_MS: u32 = WAIT_MS.0;

/// How long it waits altogether until it may begin a fetch of its own, in milliseconds; longer than
/// the interval between two.
const PATIENCE_MS: u32 = 3_500;

/// The time between two looks at the shelf, in milliseconds.
const STEP_MS: u32 = 50;

/// A token that the provider, the service or its Access team signed, and where its keys are.
#[derive(Clone, Copy, Debug)]
pub enum Token<'a> {
    /// An ID token.
    Id(&'a Metadata),
    /// A core identity, whose keys have the one configured address.
    CoreIdentity,
    /// A logout token.
    Logout(&'a Metadata),
    /// A message of the service, whose keys are at this address.
    Service(&'a str),
    /// A token of Cloudflare Access, whose keys are at this address.
    Access(&'a str),
    /// A Security Event Token.
    Signal,
}

impl Token<'_> {
    const fn label(self) -> &'static str {
        match self {
            Self::Id(_) => "id_token",
            Self::CoreIdentity => "core_identity",
            Self::Logout(_) => "logout_token",
            Self::Service(_) => "service_message",
            Self::Access(_) => "staff_token",
            Self::Signal => "signal",
        }
    }

    const fn origin(self) -> CopySource {
        match self {
            Self::Id(_) | Self::CoreIdentity => CopySource::Provider,
            Self::Logout(_) | Self::Service(_) | Self::Access(_) | Self::Signal => {
                CopySource::Anybody
            }
        }
    }

    const fn kind(self) -> &'static Kind<KeySet> {
        match self {
            Self::Id(_) | Self::Logout(_) => &KEYS,
            Self::CoreIdentity => &IDENTITY_KEYS,
            Self::Service(_) => &SERVICE_KEYS,
            Self::Access(_) => &ACCESS_KEYS,
            Self::Signal => &SIGNAL_KEYS,
        }
    }

    fn url<P: Platform>(self, context: &Context<P>) -> String {
        match self {
            Self::Id(metadata) | Self::Logout(metadata) => metadata.jwks_uri.clone(),
            Self::CoreIdentity => context.service.provider.did_url.clone(),
            Self::Service(address) | Self::Access(address) => address.to_owned(),
            Self::Signal => context.service.provider.signal_keys.clone(),
        }
    }
}

/// Why a token is not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotVerified {
    /// There is no copy of the keys, and the provider gives none.
    Unavailable,
    /// No copy has the key, and a newer copy could not be fetched.
    NotFetched,
    /// No copy has the key, and it is too early to fetch a newer one.
    TooEarly,
    /// WebCrypto failed.
    Cryptography,
    /// A copy that is newer than the token does not have the key, the key is of another kind, the signature is not
    /// this token's, or its payload is no object.
    Refused(Refusal),
}

impl From<Unavailable> for NotVerified {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

/// The claims of a token whose signature is the provider's. The caller checks the header before and the claims after.
///
/// # Errors
/// [`NotVerified`].
pub async fn verified<P: Platform>(
    context: &Context<P>,
    of: Token<'_>,
    token: Untrusted,
    alg: Alg,
) -> Result<Object, NotVerified> {
    let key = key(context, of, &token, alg).await?;
    verified_by(context, &key, token).await
}

/// The same with a key that is known already.
///
/// # Errors
/// [`NotVerified::Cryptography`] and [`NotVerified::Refused`].
pub async fn verified_by<P: Platform>(
    context: &Context<P>,
    key: &VerifyingKey,
    token: Untrusted,
) -> Result<Object, NotVerified> {
    let verdict = context
        .platform
        .verify(key, token.signing_input(), token.signature())
        .await
        .map_err(|_| NotVerified::Cryptography)?;
    token.trust(verdict).map_err(NotVerified::Refused)
}

/// The key of a token. The key ids that any sender may have made up cost KV one read and the provider
/// one fetch in ten seconds for each isolate, however many there are.
///
/// # Errors
/// [`NotVerified`]. That a newer copy has no such key is reported, because the provider or an attacker
/// signed with a key of their own.
async fn key<P: Platform>(
    context: &Context<P>,
    of: Token<'_>,
    token: &Untrusted,
    alg: Alg,
) -> Result<VerifyingKey, NotVerified> {
    let cache = (of.kind().cache)(&context.isolate.documents);
    let seen = cache.begun();
    let mut keys = current(context, of.kind(), of.url(context)).await?;
    let has = |keys: &KeySet| keys.select(token, alg) != Err(Refusal::KeyUnknown);
    if !has(&keys) {
        keys = again(context, of, seen, has).await?;
    }
    keys.select(token, alg).cloned().map_err(|refusal| {
        if refusal == Refusal::KeyUnknown {
            match of.origin() {
                CopySource::Provider => context.log_refused("unknown_key", of.label()),
                CopySource::Anybody => {
                    context.log_summed(EventOutcome::Refused, "unknown_key", of.label(), "");
                }
            }
        }
        NotVerified::Refused(refusal)
    })
}

/// A copy that has the key, or one that is newer than the token. `seen` is how many fetches had begun
/// when the token was there.
async fn again<P: Platform>(
    context: &Context<P>,
    of: Token<'_>,
    seen: u64,
    has: impl Fn(&KeySet) -> bool,
) -> Result<Rc<KeySet>, NotVerified> {
    let (kind, origin) = (of.kind(), of.origin());
    let owner = (kind.owner)(&context.service);
    let cache = (kind.cache)(&context.isolate.documents);
    let is_due = |read_at: i64| context.now - read_at >= REREAD_STALE;
    if cache.get(owner).is_none_or(|copy| is_due(copy.read_at)) {
        read_stored(context, kind).await;
    }
    let mut waited_ms = 0;
    loop {
        let now = context.now + i64::from(waited_ms / 1_000);
        let copy = cache.get(owner).ok_or(NotVerified::Unavailable)?;
        if copy.number > seen || has(&copy.value) {
            return Ok(copy.value);
        }
        let follows = waited_ms < FOLLOW_MS && cache.is_under_way(owner, now);
        if !follows {
            let is_young = context.now - copy.fetched_at < UNKNOWN_KEY_AGE;
            if origin == CopySource::Anybody && is_young {
                return Err(NotVerified::TooEarly);
            }
            if cache.may_look(owner, origin, now) {
                let number = cache.begin(owner, now);
                let fetched = fetch(context, kind, of.url(context), WAIT_MS.0, number).await;
                return fetched.map_err(|_| NotVerified::NotFetched);
            }
            if origin == CopySource::Anybody || waited_ms >= PATIENCE_MS {
                return Err(NotVerified::TooEarly);
            }
        }
        context.platform.pause(STEP_MS).await;
        waited_ms += STEP_MS;
    }
}

impl From<NotVerified> for Failure {
    fn from(reason: NotVerified) -> Self {
        match reason {
            NotVerified::Unavailable => Self::Unavailable,
            NotVerified::NotFetched | NotVerified::TooEarly => Self::KeysUnavailable,
            NotVerified::Cryptography => Self::Cryptography,
            NotVerified::Refused(refusal) => Self::Refused(refusal),
        }
    }
}
