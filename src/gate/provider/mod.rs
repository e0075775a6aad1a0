//! The provider's documents: kept in memory and KV, fetched when they are due, used when stale.
//!
//! Memory and KV hold only public documents. A copy in KV carries a code under a key of this
//! deployment, because a writer of a key set there could forge sign-ins. The rules for a document's content
//! must say is in [`crate::oidc`]; nothing here reads it.
//!
//! Source: RFC 9111 section 4.2 (freshness), RFC 5861 (stale answers), `provider.md` 6.

mod again;
mod shelf;

use std::rc::Rc;

use super::Scene;
use crate::config::Provider;
use crate::oidc::jwks::KeySet;
use crate::oidc::metadata::Metadata;
use crate::oidc::refusal::Refusal;
use crate::platform::{Body, Call, Outcome, Platform};
pub use again::{NoKey, Token, key};
pub use shelf::Documents;
use shelf::{DISCOVERY, Held, IDENTITY_KEYS, KEYS, Kind};

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

fn name<T>(kind: &Kind<T>, provider: &Provider) -> String {
    format!("v2/{}{}", provider.issuer, kind.name)
}

/// The discovery document.
///
/// # Errors
/// [`Unavailable`] when there is no copy and the provider gives none.
pub async fn metadata<P: Platform>(scene: &Scene<P>) -> Result<Rc<Metadata>, Unavailable> {
    current(scene, &DISCOVERY, scene.service.provider.discovery_url()).await
}

/// The provider's keys.
///
/// # Errors
/// [`Unavailable`] when there is no copy and the provider gives none.
pub async fn keys<P: Platform>(
    scene: &Scene<P>,
    metadata: &Metadata,
) -> Result<Rc<KeySet>, Unavailable> {
    current(scene, &KEYS, metadata.jwks_uri.clone()).await
}

/// The keys of core identities, from the one configured address.
///
/// # Errors
/// [`Unavailable`] when there is no copy and the provider gives none.
pub async fn did<P: Platform>(scene: &Scene<P>) -> Result<Rc<KeySet>, Unavailable> {
    current(
        scene,
        &IDENTITY_KEYS,
        scene.service.provider.did_url.clone(),
    )
    .await
}

/// The copy to use now, by the rules at the top of this file.
async fn current<T: 'static, P: Platform>(
    scene: &Scene<P>,
    kind: &'static Kind<T>,
    url: String,
) -> Result<Rc<T>, Unavailable> {
    let (issuer, now) = (&scene.service.provider.issuer, scene.now);
    let shelf = (kind.shelf)(&scene.isolate.documents);
    let due = |copy: &Held<T>| {
        let wait = if copy.overdue(now) < 0 {
            REREAD
        } else {
            REREAD_STALE
        };
        now - copy.read_at >= wait
    };
    if shelf.get(issuer).as_ref().is_none_or(due) {
        read_stored(scene, kind).await;
    }
    let Some(copy) = shelf.get(issuer) else {
        if !shelf.may_wait(issuer, now) {
            return Err(Unavailable);
        }
        let number = shelf.begin(issuer, now);
        let fetched = fetch(scene, kind, url, WAIT_MS.1, number).await;
        shelf.waited(issuer, now, fetched.is_err());
        return fetched;
    };
    let overdue = copy.overdue(now);
    if overdue < 0 || shelf.is_under_way(issuer, now) || !shelf.may_try(issuer, now) {
        return Ok(copy.value);
    }
    let number = shelf.begin(issuer, now);
    if overdue <= REVALIDATE {
        let behind = scene.clone();
        scene.platform.spawn(async move {
            let _ = fetch(&behind, kind, url, WAIT_MS.1, number).await;
        });
        return Ok(copy.value);
    }
    let fetched = fetch(scene, kind, url, WAIT_MS.0, number).await;
    if fetched.is_err() && overdue > REPORT {
        scene.log_summed(Outcome::Failed, "document_stale", kind.name, "");
    }
    Ok(fetched.unwrap_or(copy.value))
}

/// Takes KV's copy into memory if it is authentic and newer.
async fn read_stored<T, P: Platform>(scene: &Scene<P>, kind: &Kind<T>) {
    let provider = &scene.service.provider;
    let shelf = (kind.shelf)(&scene.isolate.documents);
    let text = match scene.platform.stored(&name(kind, provider)).await {
        Ok(text) => text,
        Err(outage) => {
            scene.log_summed(
                Outcome::Failed,
                "documents_unreadable",
                outage.label(),
                kind.name,
            );
            None
        }
    };
    let copy = text.and_then(|text| unpack(scene, kind, &text));
    match copy {
        Some(copy) => shelf.offer(&provider.issuer, copy),
        None => shelf.reread(&provider.issuer, scene.now),
    }
}

/// The copy in a stored text: its code, when it was fetched and for how long it is fresh, and then the
/// document itself, the first three with a line's end after each. `None` for one without our code, or from the future.
fn unpack<T, P: Platform>(scene: &Scene<P>, kind: &Kind<T>, text: &str) -> Option<Held<T>> {
    let ring = scene.isolate.config.ring.as_ref()?;
    let (tag, stored) = text.split_once('\n')?;
    let provider = &scene.service.provider;
    if !ring.is_authentic(
        format!("{}\n{stored}", name(kind, provider)).as_bytes(),
        tag,
    ) {
        scene.log_summed(Outcome::Failed, "document_not_authentic", kind.name, "");
        return None;
    }
    let mut lines = stored.splitn(3, '\n');
    let fetched_at: i64 = lines.next()?.parse().ok()?;
    let max_age = lines.next()?.parse().ok()?;
    let value = (kind.parse)(lines.next()?.as_bytes(), provider).ok()?;
    (fetched_at <= scene.now + crate::oidc::SKEW).then(|| Held {
        value: Rc::new(value),
        fetched_at,
        max_age,
        read_at: scene.now,
        number: 0,
    })
}

/// Fetches a document and keeps it in memory and KV; an unusable one changes nothing. `number` is
/// what the shelf gave to this fetch when it was decided on.
async fn fetch<T, P: Platform>(
    scene: &Scene<P>,
    kind: &Kind<T>,
    url: String,
    timeout_ms: u32,
    number: u64,
) -> Result<Rc<T>, Unavailable> {
    let fetched = fetch_numbered(scene, kind, url, timeout_ms, number).await;
    let shelf = (kind.shelf)(&scene.isolate.documents);
    shelf.end(&scene.service.provider.issuer, number);
    fetched
}

async fn fetch_numbered<T, P: Platform>(
    scene: &Scene<P>,
    kind: &Kind<T>,
    url: String,
    timeout_ms: u32,
    number: u64,
) -> Result<Rc<T>, Unavailable> {
    let call = Call {
        url,
        user_agent: scene.service.user_agent(),
        body: Body::Nothing,
        timeout_ms,
    };
    let answer = scene.platform.send(call).await.map_err(|outage| {
        scene.log_summed(
            Outcome::Failed,
            "document_not_fetched",
            outage.label(),
            kind.name,
        );
        Unavailable
    })?;
    let provider = &scene.service.provider;
    let parsed = match answer.status {
        200 => (kind.parse)(&answer.body, provider),
        _ => Err(Refusal::DocumentMalformed),
    };
    let value = Rc::new(parsed.map_err(|refusal| {
        scene.log_summed(
            Outcome::Failed,
            "document_refused",
            refusal.label(),
            kind.name,
        );
        Unavailable
    })?);
    let max_age = freshness(&answer.cache_control);
    let copy = Held {
        value: Rc::clone(&value),
        fetched_at: scene.now,
        max_age,
        read_at: scene.now,
        number,
    };
    (kind.shelf)(&scene.isolate.documents).offer(&provider.issuer, copy);
    store(scene, name(kind, provider), max_age, answer.body);
    Ok(value)
}

/// Keeps a document in KV; no request waits for that.
fn store<P: Platform>(scene: &Scene<P>, name: String, max_age: i64, body: Vec<u8>) {
    let (Some(ring), Ok(body)) = (&scene.isolate.config.ring, String::from_utf8(body)) else {
        return;
    };
    let stored = format!("{}\n{max_age}\n{body}", scene.now);
    let tag = ring.authenticate(format!("{name}\n{stored}").as_bytes());
    let behind = scene.clone();
    scene.platform.spawn(async move {
        let text = format!("{tag}\n{stored}");
        if let Err(outage) = behind.platform.store(&name, &text).await {
            behind.log_summed(Outcome::Failed, "document_not_stored", outage.label(), "");
        }
    });
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
pub async fn refresh<P: Platform>(scene: &Scene<P>) {
    let url = scene.service.provider.discovery_url();
    // Without a new discovery document the last one still says where the keys are.
    let known = match renew(scene, &DISCOVERY, url).await {
        Ok(metadata) => Ok(metadata),
        Err(Unavailable) => metadata(scene).await,
    };
    if let Ok(metadata) = known {
        let _ = renew(scene, &KEYS, metadata.jwks_uri.clone()).await;
    }
    if scene.isolate.config.proves_identity() {
        let url = scene.service.provider.did_url.clone();
        let _ = renew(scene, &IDENTITY_KEYS, url).await;
    }
}

async fn renew<T, P: Platform>(
    scene: &Scene<P>,
    kind: &Kind<T>,
    url: String,
) -> Result<Rc<T>, Unavailable> {
    let shelf = (kind.shelf)(&scene.isolate.documents);
    let number = shelf.begin(&scene.service.provider.issuer, scene.now);
    fetch(scene, kind, url, WAIT_MS.1, number).await
}

/// How far the memory's copies of the provider's documents are past their freshness: discovery,
/// keys, keys of core identities; `None` for one that is not there.
#[must_use]
pub fn overdue<P: Platform>(scene: &Scene<P>) -> [Option<i64>; 3] {
    fn of<T, P: Platform>(scene: &Scene<P>, kind: &Kind<T>) -> Option<i64> {
        let shelf = (kind.shelf)(&scene.isolate.documents);
        let copy = shelf.get(&scene.service.provider.issuer);
        copy.map(|copy| copy.overdue(scene.now))
    }
    [
        of(scene, &DISCOVERY),
        of(scene, &KEYS),
        of(scene, &IDENTITY_KEYS),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freshness_follows_cache_control_within_bounds() {
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
