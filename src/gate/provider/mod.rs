//! The provider's documents: kept in memory and KV, fetched when they are due, used when stale.
//!
//! Memory and KV hold only public documents. A copy in KV carries a code under a key of this
//! deployment, because a writer of a key set there could forge sign-ins. The rules for a document's content
//! are in [`crate::oidc`]; nothing here reads it.
//!
//! Source: RFC 9111 section 4.2 (freshness), RFC 5861 (stale answers), `provider.md` 6.

pub mod document_cache;
mod storage;
mod verification;

use crate::gate::pages::failure::Failure;
use std::rc::Rc;

use crate::config::ServiceKeys;
use crate::gate::context::Context;
use crate::oidc::jwks::KeySet;
use crate::oidc::metadata::Metadata;
use crate::oidc::refusal::Refusal;
use crate::platform::{Body, Call, EventOutcome, Platform};
pub use document_cache::Documents;
use document_cache::{
    ACCESS_KEYS, DISCOVERY, Held, IDENTITY_KEYS, KEYS, Kind, SERVICE_KEYS, SIGNAL_KEYS,
};
use storage::{name, read_stored, store};
pub use verification::{NotVerified, Token, verified, verified_by};

/// How long memory is used before KV is read again, in seconds.
const REREAD: i64 = 60;

/// The same while the copy in memory is stale, in seconds.
const REREAD_STALE: i64 = 10;

/// How long past its freshness a copy is used while another is fetched behind it, in seconds.
const REVALIDATE: i64 = 3_600;

/// How long a copy is fresh when the provider does not say, and at the least and most, in seconds.
const FRESHNESS: (i64, i64, i64) = (3_600, 60, 86_400);

/// How long a request waits for a fetch when it has a copy to fall back to, and when it has none.
const WAIT_MS: (u32, u32) = (2_000, 8_000);

/// A stale copy older than this is reported, in seconds past its freshness.
const REPORT: i64 = 86_400;

/// No copy of a document is available.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;

/// The discovery document.
///
/// # Errors
/// [`Unavailable`] when there is no copy and the provider gives none.
pub async fn metadata<P: Platform>(context: &Context<P>) -> Result<Rc<Metadata>, Unavailable> {
    current(
        context,
        &DISCOVERY,
        context.service.provider.discovery_url(),
    )
    .await
}

/// The provider's keys.
///
/// # Errors
/// [`Unavailable`] when there is no copy and the provider gives none.
pub async fn keys<P: Platform>(
    context: &Context<P>,
    metadata: &Metadata,
) -> Result<Rc<KeySet>, Unavailable> {
    current(context, &KEYS, metadata.jwks_uri.clone()).await
}

/// The keys of core identities, from the one configured address.
///
/// # Errors
/// [`Unavailable`] when there is no copy and the provider gives none.
pub async fn did<P: Platform>(context: &Context<P>) -> Result<Rc<KeySet>, Unavailable> {
    current(
        context,
        &IDENTITY_KEYS,
        context.service.provider.did_url.clone(),
    )
    .await
}

/// The copy to use now, by the rules at the top of this file.
async fn current<T: 'static, P: Platform>(
    context: &Context<P>,
    kind: &'static Kind<T>,
    url: String,
) -> Result<Rc<T>, Unavailable> {
    let (owner, now) = ((kind.owner)(&context.service), context.now);
    let cache = (kind.cache)(&context.isolate.documents);
    let due = |copy: &Held<T>| {
        let wait = if copy.overdue(now) < 0 {
            REREAD
        } else {
            REREAD_STALE
        };
        now - copy.read_at >= wait
    };
    if cache.get(owner).as_ref().is_none_or(due) {
        read_stored(context, kind).await;
    }
    let Some(copy) = cache.get(owner) else {
        if !cache.may_wait(owner, now) {
            return Err(Unavailable);
        }
        let number = cache.begin(owner, now);
        let fetched = fetch(context, kind, url, WAIT_MS.1, number).await;
        cache.waited(owner, now, fetched.is_err());
        return fetched;
    };
    let overdue = copy.overdue(now);
    if overdue < 0 || cache.is_under_way(owner, now) || !cache.may_try(owner, now) {
        return Ok(copy.value);
    }
    let number = cache.begin(owner, now);
    if overdue <= REVALIDATE {
        let behind = context.clone();
        context.platform.spawn(async move {
            let _ = fetch(&behind, kind, url, WAIT_MS.1, number).await;
        });
        return Ok(copy.value);
    }
    let fetched = fetch(context, kind, url, WAIT_MS.0, number).await;
    if fetched.is_err() && overdue > REPORT {
        context.log_summed(EventOutcome::Failed, "document_stale", kind.name, "");
    }
    Ok(fetched.unwrap_or(copy.value))
}

/// Fetches a document and keeps it in memory and KV; an unusable one changes nothing. `number` is
/// what the shelf gave to this fetch when it was decided on.
async fn fetch<T, P: Platform>(
    context: &Context<P>,
    kind: &Kind<T>,
    url: String,
    timeout_ms: u32,
    number: u64,
) -> Result<Rc<T>, Unavailable> {
    let fetched = fetch_numbered(context, kind, url, timeout_ms, number).await;
    let cache = (kind.cache)(&context.isolate.documents);
    cache.end((kind.owner)(&context.service), number);
    fetched
}

async fn fetch_numbered<T, P: Platform>(
    context: &Context<P>,
    kind: &Kind<T>,
    url: String,
    timeout_ms: u32,
    number: u64,
) -> Result<Rc<T>, Unavailable> {
    let call = Call {
        url,
        user_agent: context.service.user_agent(),
        body: Body::Nothing,
        timeout_ms,
    };
    let answer = context.platform.send(call).await.map_err(|outage| {
        context.log_summed(
            EventOutcome::Failed,
            "document_not_fetched",
            outage.label(),
            kind.name,
        );
        Unavailable
    })?;
    let provider = &context.service.provider;
    let parsed = match answer.status {
        200 => (kind.parse)(&answer.body, provider),
        _ => Err(Refusal::DocumentMalformed),
    };
    let value = Rc::new(parsed.map_err(|refusal| {
        context.log_summed(
            EventOutcome::Failed,
            "document_refused",
            refusal.label(),
            kind.name,
        );
        Unavailable
    })?);
    let max_age = freshness(&answer.cache_control);
    let copy = Held {
        value: Rc::clone(&value),
        fetched_at: context.now,
        max_age,
        read_at: context.now,
        number,
    };
    (kind.cache)(&context.isolate.documents).offer((kind.owner)(&context.service), copy);
    store(context, name(kind, &context.service), max_age, answer.body);
    Ok(value)
}

/// How long an answer is fresh, by its `max-age`; `Pragma` and `Expires` are not read.
fn freshness(cache_control: &str) -> i64 {
    let (default, least, most) = FRESHNESS;
    cache_control
        .split(',')
        .filter_map(|directive| directive.trim().strip_prefix("max-age="))
        .find_map(|seconds| seconds.trim_matches('"').parse::<i64>().ok())
        .unwrap_or(default)
        .clamp(least, most)
}

/// Fetches every document of the service's provider, whether it is due or not; that of core
/// identities only where a route asks for a proof.
pub async fn refresh<P: Platform>(context: &Context<P>) {
    let url = context.service.provider.discovery_url();
    // Without a new discovery document the last one still says where the keys are.
    let known = match renew(context, &DISCOVERY, url).await {
        Ok(metadata) => Ok(metadata),
        Err(Unavailable) => metadata(context).await,
    };
    if let Ok(metadata) = known {
        let _ = renew(context, &KEYS, metadata.jwks_uri.clone()).await;
    }
    if context.isolate.config.proves_identity() {
        let url = context.service.provider.did_url.clone();
        let _ = renew(context, &IDENTITY_KEYS, url).await;
    }
}

/// Fetches the key sets that only this service needs, so that a key that was taken out of one counts for an hour at most.
pub async fn refresh_for_service<P: Platform>(context: &Context<P>) {
    let service = &context.service;
    let mut sets = Vec::new();
    if let Some(ServiceKeys::At(address)) = &service.service_keys {
        sets.push((&SERVICE_KEYS, address));
    }
    if let Some(team) = &service.access_team {
        sets.push((&ACCESS_KEYS, &team.keys));
    }
    if service.signals.is_some() {
        sets.push((&SIGNAL_KEYS, &service.provider.signal_keys));
    }
    for (kind, url) in sets {
        let _ = renew(context, kind, url.clone()).await;
    }
}

async fn renew<T, P: Platform>(
    context: &Context<P>,
    kind: &Kind<T>,
    url: String,
) -> Result<Rc<T>, Unavailable> {
    let cache = (kind.cache)(&context.isolate.documents);
    let number = cache.begin((kind.owner)(&context.service), context.now);
    fetch(context, kind, url, WAIT_MS.1, number).await
}

/// How far the memory's copies of the provider's documents are past their freshness: discovery,
/// keys, keys of core identities; `None` for one that is not there.
#[must_use]
pub fn overdue<P: Platform>(context: &Context<P>) -> [Option<i64>; 3] {
    fn of<T, P: Platform>(context: &Context<P>, kind: &Kind<T>) -> Option<i64> {
        let cache = (kind.cache)(&context.isolate.documents);
        let copy = cache.get((kind.owner)(&context.service));
        copy.map(|copy| copy.overdue(context.now))
    }
    [
        of(context, &DISCOVERY),
        of(context, &KEYS),
        of(context, &IDENTITY_KEYS),
    ]
}

impl From<Unavailable> for Failure {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_cache_control_sets_an_age_then_freshness_follows_within_bounds() {
        for (header, seconds) in [
            ("max-age=86400", 86_400),
            ("public, max-age=600", 600),
            ("max-age=3600, private", 3_600),
            ("max-age=1", 60),
            ("max-age=99999999", 86_400),
            ("max-age=-5", 60),
            ("no-cache", 3_600),
            ("", 3_600),
            ("max-age=x", 3_600),
        ] {
            assert_eq!(freshness(header), seconds, "{header}");
        }
    }
}
