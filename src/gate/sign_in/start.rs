//! Starting a sign-in: an attempt in a sealed cookie, and the way to the provider.
//!
//! Nothing is stored anywhere else. Whether a person has to sign in is decided in
//! [`crate::gate::access::protect`]; what comes back is taken in [`crate::gate::sign_in::callback`].

use crate::gate::decision::Start;
use crate::gate::links::{again, invited, is_onwards, onwards};
use crate::gate::network::limited;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::config::{Freshness, Locale};
use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;
use crate::gate::pages::failure::Failure;
use crate::gate::switch::{self, Part};
use crate::gate::{accounts, browser_session, provider, sign_out};
use crate::oidc::authorize;
use crate::oidc::jws::encode;
use crate::platform::{Limit, Platform};
use crate::secret::Secret;
use crate::session::attempt::{
    Aim, Attempt, MAX_AT_ONCE, MAX_TOGETHER, OVER_LIFETIME, Served, cookie_name,
};
use crate::session::circles::{Ends, STARTS_NAME, STARTS_WINDOW};
use crate::session::set_cookie::set_cookie_for;

/// An attempt, and the hint of its request object.
struct Wanted {
    attempt: Attempt,
    hint: Option<Secret>,
}

/// Sends the person to the provider, or shows why that is not possible.
pub async fn start<P: Platform>(context: &Context<P>, request: &Request, start: Start) -> Reply {
    if let Some(off) = switch::off(context, Part::SignIn) {
        return switch::refuse(context, request, Part::SignIn, off);
    }
    let (place, code) = (start.return_path.clone(), start.invitation.clone());
    let proves = start.session.is_some() && start.level.has_identity();
    match attempt(context, request, start).await {
        Ok(reply) => reply.of(&context.service),
        Err(failure) => {
            let link = match failure {
                Failure::TooManyRequests => onwards(context, request, &place),
                _ => again(context, &place),
            };
            let link = invited(link, &code);
            let reply = context.failed_of("sign_in_start", failure, &link, proves);
            // The page's link is the person's own wish, so the count begins again.
            match failure {
                Failure::TooManyStarts => reply.with_cookies(browser_session::both(STARTS_NAME)),
                _ => reply,
            }
        }
    }
}

/// The `Set-Cookie` value that counts a sign-in which has ended at this place.
pub fn counted<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    return_path: &str,
) -> String {
    let ends = Ends::read(cookies.all(STARTS_NAME), context.now).with(return_path, context.now);
    set_cookie_for(STARTS_NAME, &ends.value(), STARTS_WINDOW)
}

async fn attempt<P: Platform>(
    context: &Context<P>,
    request: &Request,
    start: Start,
) -> Result<Reply, Failure> {
    let cookies = Cookies::new(request.headers.get("cookie"));
    // A person who is signed in has passed before, and the page's link is a person's own click.
    let may = start.session.is_some() || is_onwards(context, request);
    if !may
        && !context
            .platform
            .within_limit(Limit::Starts, &limited(context, request))
            .await
    {
        return Err(Failure::TooManyRequests);
    }
    if Ends::read(cookies.all(STARTS_NAME), context.now).is_circle(&start.return_path) {
        return Err(Failure::TooManyStarts);
    }
    let metadata = provider::metadata(context).await?;
    let wanted = wanted(context, start).await?;
    let location = address(context, &metadata.authorization_endpoint, &wanted).await?;
    let attempt = wanted.attempt;
    let sealed = context.seal_attempt(&attempt).ok_or(Failure::Unavailable)?;
    context.log_done("sign_in_started", attempt.level.as_str());
    let mut reply = Reply::redirect(302, location).with(
        "set-cookie",
        set_cookie_for(
            &cookie_name(&attempt.state()),
            &sealed,
            // Of one that comes back too late, the place and the invitation are still known.
            attempt.lifetime() + OVER_LIFETIME,
        ),
    );
    reply = reply.with_cookies(browser_session::stale(context, cookies));
    reply = reply.with_cookies(sign_out::retry(context, cookies).await.cookies);
    for name in surplus(context, cookies, sealed.len()) {
        reply = reply.with_cookies(browser_session::both(&name));
    }
    Ok(reply)
}

/// The request for the provider.
///
/// Only a person who has to sign in again is named by the ID token of the session.
/// Without one, because the session has ended or the token can no longer be read, this is a sign-in
/// like any other; if its `auth_time` is too old as well, that session has an ID token.
async fn wanted<P: Platform>(context: &Context<P>, start: Start) -> Result<Wanted, Failure> {
    let level = match &start.session {
        // The session that follows may take this one's place, and must not be of less.
        Some(session) => start.level.max(session.level.credential()),
        None => start.level.credential(),
    };
    let mut attempt = Attempt::new(&context.random(), context.now, level, start.return_path);
    attempt.invitation = start.invitation;
    let hint = match (start.freshness, &start.session) {
        (Some(Freshness::Reauthenticate(_)), Some(session)) => {
            let token = accounts::id_token(context, session).await;
            token.map_err(Failure::Account)?
        }
        _ => None,
    };
    let tag = |locale: Locale| locale.as_str().as_bytes().try_into().ok();
    attempt.language = context.asked.and_then(tag);
    attempt.max_age = match start.freshness {
        Some(Freshness::MaxAge(seconds)) => Some(seconds),
        // With a hint it would say the same thing twice, and the answer's `auth_time` says nothing
        // of a sign-in that a hint asked for.
        Some(Freshness::Reauthenticate(_)) | None => None,
    };
    if let Some(session) = start.session {
        let served = Served {
            session: session.id,
            account: accounts::digest(context, &session.subject),
        };
        if level.has_identity() {
            attempt.aim = Aim::Prove(served);
        } else if attempt.max_age.is_some() || hint.is_some() {
            attempt.aim = Aim::Again(served);
        }
    }
    Ok(Wanted { attempt, hint })
}

/// The authorisation endpoint with a signed request object.
async fn address<P: Platform>(
    context: &Context<P>,
    endpoint: &str,
    Wanted { attempt, hint }: &Wanted,
) -> Result<String, Failure> {
    let service = &context.service;
    let claims = match attempt.level.has_identity() {
        true => service.requested_claims(),
        false => Vec::new(),
    };
    let request = authorize::AuthorisationRequest {
        endpoint,
        client_id: &service.client_id,
        redirect_uri: &service.redirect_uri(),
        scope: &service.scope,
        level: attempt.level,
        claims: &claims,
        locale: context.locale.as_str(),
        max_age: attempt.max_age,
        id_token_hint: hint.as_ref().map(Secret::expose),
        state: &attempt.state(),
        nonce: &attempt.nonce(),
        challenge: &authorize::challenge(attempt.verifier().expose()),
        id: &encode(&context.random::<16>()),
        now: context.now,
    };
    let key = &service.client_keys.active;
    let unsigned = request.object(service.request_alg, &key.key_id)?;
    let signed = context.sign(key, service.request_alg, unsigned).await;
    let object = signed.map_err(|_| Failure::Cryptography)?;
    request.address(&object).ok_or(Failure::RequestTooLong)
}

/// The attempts that make room for a new one of this length: first those that do not open, then the oldest.
fn surplus<P: Platform>(context: &Context<P>, cookies: Cookies<'_>, added: usize) -> Vec<String> {
    let mut kept: BinaryHeap<_> = cookies
        .attempts()
        .map(|(name, sealed)| {
            let started_at = context
                .open_attempt(sealed)
                .map(|attempt| attempt.started_at);
            Reverse((started_at, name.to_owned(), sealed.len()))
        })
        .collect();
    let mut length = kept
        .iter()
        .map(|Reverse((_, _, length))| length)
        .sum::<usize>()
        + added;
    let mut surplus = Vec::new();
    while kept.len() >= MAX_AT_ONCE || length > MAX_TOGETHER {
        let Some(Reverse((_, name, of))) = kept.pop() else {
            break;
        };
        length -= of;
        surplus.push(name);
    }
    surplus
}
