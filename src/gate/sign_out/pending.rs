//! Sign-outs that an account has not heard of yet: a sealed cookie keeps them, and the next requests try again.

use crate::gate::accounts;
use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::platform::Platform;
use crate::session::pending_sign_out::{self, PendingSignOut};
use crate::session::seal::{NONCE, Purpose};
use crate::session::session::Session;
use crate::session::set_cookie::{delete_cookie, set_cookie_for};

/// The sessions that could not be ended before, by the cookies of such wishes. Those that do not open here may
/// open in an isolate that is a version ahead.
fn wishes<'a, P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'a>,
) -> Vec<(&'a str, Vec<PendingSignOut>)> {
    let Some(ring) = &context.isolate.config.ring else {
        return Vec::new();
    };
    let opened = |(name, sealed)| {
        let bytes = ring.open(Purpose::Ending, &context.service.binding, sealed)?;
        Some((name, pending_sign_out::from_bytes(&bytes)?))
    };
    cookies
        .endings()
        .filter_map(opened)
        .take(MOST_TRIED)
        .collect()
}

/// The most cookies of wishes that are read; more than a browser is given.
const MOST_TRIED: usize = 2 * pending_sign_out::MAX;

/// Whether the session's owner has ended it, although its account does not know that yet.
#[must_use]
pub fn is_ending<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    session: &Session,
) -> bool {
    let wishes = wishes(context, cookies);
    let mut endings = wishes.iter().flat_map(|(_, endings)| endings);
    endings.any(|ending| ending.session == session.id)
}

/// Whether the browser has wishes, and all are of others than the people of these sessions.
pub fn are_of_others<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    sessions: &[Session],
) -> bool {
    let wishes = wishes(context, cookies);
    let mut people = wishes.iter().flat_map(|(_, endings)| endings);
    let is_own = |ending: &PendingSignOut| sessions.iter().any(|own| own.subject == ending.subject);
    !wishes.is_empty() && !people.any(is_own)
}

/// The outcome of one more try.
#[derive(Debug, Default)]
pub struct Tried {
    /// The cookies that change.
    pub cookies: Vec<String>,
    /// Whether one is left that no account has heard of, and whether it is about every session.
    pub left: Option<bool>,
    /// When the newest of those was wished for, in seconds since the epoch.
    pub wished_at: i64,
    /// Whether one about every session of a person was granted.
    pub granted_everywhere: bool,
}

/// Ends what could not be ended before.
///
/// The person waits for this, so that it stops at the first account that gives no answer; a request
/// of another second begins with another.
pub async fn retry<P: Platform>(context: &Context<P>, cookies: Cookies<'_>) -> Tried {
    let mut tried = Tried::default();
    let mut wishes = wishes(context, cookies);
    let first = usize::try_from(context.now).unwrap_or(0);
    let count = wishes.len().max(1);
    wishes.rotate_left(first % count);
    let all = wishes.iter().flat_map(|(_, endings)| endings.clone());
    let all: Vec<_> = all.filter(|ending| ending.everywhere).collect();
    for (name, endings) in wishes {
        let mut left = Vec::new();
        for ending in &endings {
            // A session that has ended speaks for no other, so that the larger wish is the one to be granted.
            let is_covered = || all.iter().any(|other| other.session == ending.session);
            if ending.until <= context.now || !ending.everywhere && is_covered() {
                continue;
            }
            if tried.left.is_none() {
                let told = context.logging_person(&ending.subject);
                let Err(outage) = accounts::end_later(context, ending).await else {
                    told.log_done("signed_out", "later");
                    tried.granted_everywhere |= ending.everywhere;
                    continue;
                };
                told.log_failed("sign_out_unfinished", outage.label());
            }
            tried.left = Some(ending.everywhere || tried.left == Some(true));
            tried.wished_at = tried.wished_at.max(ending.wished_at());
            left.push(ending.clone());
        }
        if left != endings {
            tried.cookies.extend(keep(context, name, &left));
        }
    }
    tried
}

/// The cookies that let the next request try again, next to the wishes that the browser has already; beyond
/// [`pending_sign_out::MAX`] the oldest wish makes room.
pub fn remember<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    session: &Session,
    everywhere: bool,
) -> Vec<String> {
    let ending = PendingSignOut {
        session: session.id,
        subject: session.subject.clone(),
        everywhere,
        until: context.now + pending_sign_out::LIFETIME,
    };
    let name = pending_sign_out::name(&session.place, everywhere);
    let mut others = wishes(context, cookies);
    others.retain(|(other, _)| *other != name);
    let mut lines = Vec::from_iter(keep(context, &name, &[ending]));
    if others.len() >= pending_sign_out::MAX {
        let until = |endings: &[PendingSignOut]| endings.iter().map(|ending| ending.until).max();
        let oldest = others.iter().min_by_key(|(_, endings)| until(endings));
        lines.extend(oldest.map(|(name, _)| delete_cookie(name)));
    }
    lines
}

/// The cookie of these wishes, which goes with the last of them.
fn keep<P: Platform>(
    context: &Context<P>,
    name: &str,
    endings: &[PendingSignOut],
) -> Option<String> {
    let Some(until) = endings.iter().map(|ending| ending.until).max() else {
        return Some(delete_cookie(name));
    };
    let ring = context.isolate.config.ring.as_ref()?;
    let sealed = ring.seal(
        Purpose::Ending,
        &context.service.binding,
        context.random::<NONCE>(),
        &pending_sign_out::to_bytes(endings),
    );
    Some(set_cookie_for(name, &sealed, until - context.now))
}
