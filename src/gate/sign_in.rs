//! Starting a sign-in: an attempt in a sealed cookie, and the way to the provider.
//!
//! Nothing is stored anywhere else. Whether somebody has to sign in is decided in
//! [`super::protect`]; what comes back is taken in [`super::callback`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Scene;
use super::accounts;
use super::cookies::Cookies;
use super::provider;
use super::refused::Failure;
use super::reply::Reply;
use super::request::Request;
use super::sign_out;
use crate::config::Freshness;
use crate::oidc::authorize;
use crate::oidc::jws::encode;
use crate::oidc::vector::Level;
use crate::platform::{Limit, Platform};
use crate::secret::Secret;
use crate::session::attempt::{
    Aim, Attempt, MAX_AT_ONCE, STARTS_LIMIT, STARTS_NAME, STARTS_WINDOW, Served, cookie_name,
    recent_starts,
};
use crate::session::cookie::{Session, deleted, kept_for};
use crate::session::seal::{NONCE, Purpose};

/// What a sign-in is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The level that is asked for; an identity only of somebody who is signed in.
    pub level: Level,
    /// How lately the person must have signed in.
    pub freshness: Option<Freshness>,
    /// The session that is alive but does not do.
    pub session: Option<Box<Session>>,
    /// Where the person goes afterwards; already checked.
    pub return_path: String,
}

/// An attempt, and what its request object says beside it.
struct Wanted {
    attempt: Attempt,
    hint: Option<Secret>,
}

/// Sends the person to the provider, or shows why that is not possible.
pub async fn start<P: Platform>(scene: &Scene<P>, request: &Request, start: Start) -> Reply {
    let again = again(scene, &start.return_path);
    match attempt(scene, request, start).await {
        Ok(reply) => reply.of(&scene.service),
        Err(failure) => {
            let reply = scene.failed("sign_in_start", failure, &again);
            // The page's link is the person's own wish, so the count begins anew.
            match failure {
                Failure::TooManyStarts => reply.with("set-cookie", deleted(STARTS_NAME)),
                _ => reply,
            }
        }
    }
}

/// The address of a new start that leads to the same place.
pub fn again<P: Platform>(scene: &Scene<P>, return_path: &str) -> String {
    let query: String = url::form_urlencoded::byte_serialize(return_path.as_bytes()).collect();
    scene
        .service
        .own_page(&format!("sign-in?return_to={query}"))
}

async fn attempt<P: Platform>(
    scene: &Scene<P>,
    request: &Request,
    start: Start,
) -> Result<Reply, Failure> {
    let cookies = Cookies::new(request.headers.get("cookie"));
    let address_of_person = request.headers.get("cf-connecting-ip").unwrap_or_default();
    if !scene.platform.may(Limit::Starts, address_of_person).await {
        return Err(Failure::TooManyRequests);
    }
    let mut starts = recent_starts(cookies.get(STARTS_NAME).unwrap_or_default(), scene.now);
    starts.push(scene.now);
    if starts.len() >= STARTS_LIMIT {
        return Err(Failure::TooManyStarts);
    }
    let metadata = provider::metadata(scene).await?;
    let wanted = wanted(scene, start).await?;
    let location = address(scene, &metadata.authorization_endpoint, &wanted).await?;
    let attempt = wanted.attempt;
    let ring = scene
        .isolate
        .config
        .ring
        .as_ref()
        .ok_or(Failure::Unavailable)?;
    let sealed = ring.seal(
        Purpose::Attempt,
        &scene.service.binding,
        scene.random::<NONCE>(),
        &attempt.to_bytes(),
    );
    scene.log_done("sign_in_started", attempt.level.as_str());
    let starts: Vec<_> = starts.iter().map(i64::to_string).collect();
    let mut reply = Reply::redirect(302, location)
        .with(
            "set-cookie",
            kept_for(&cookie_name(&attempt.state()), &sealed, attempt.lifetime()),
        )
        .with(
            "set-cookie",
            kept_for(STARTS_NAME, &starts.join("."), STARTS_WINDOW),
        );
    reply = reply.with_cookie(sign_out::retry(scene, cookies).await);
    for name in surplus(scene, cookies) {
        reply = reply.with("set-cookie", deleted(&name));
    }
    Ok(reply)
}

/// What is asked of the provider.
///
/// Somebody who has to sign in again, and only then, is asked for by the ID token of the session.
/// Without one, because the session has ended or the token can no longer be read, this is a sign-in
/// like any other; if its `auth_time` is too old as well, that session has an ID token.
async fn wanted<P: Platform>(scene: &Scene<P>, start: Start) -> Result<Wanted, Failure> {
    let level = match &start.session {
        Some(_) => start.level,
        None => start.level.credential(),
    };
    let mut attempt = Attempt::new(&scene.random(), scene.now, level, start.return_path);
    let hint = match (start.freshness, &start.session) {
        (Some(Freshness::Reauthenticate(_)), Some(session)) => {
            let token = accounts::id_token(scene, session).await;
            token.map_err(Failure::Account)?
        }
        _ => None,
    };
    attempt.max_age = match start.freshness {
        Some(Freshness::MaxAge(seconds)) => Some(seconds),
        // With a hint it would say the same thing twice, and the answer's `auth_time` says nothing
        // of a sign-in that a hint asked for.
        Some(Freshness::Reauthenticate(_)) | None => None,
    };
    if let Some(session) = start.session {
        let served = Served {
            session: session.id,
            account: accounts::digest(scene, &session.subject),
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
    scene: &Scene<P>,
    endpoint: &str,
    Wanted { attempt, hint }: &Wanted,
) -> Result<String, Failure> {
    let service = &scene.service;
    let claims = match attempt.level.has_identity() {
        true => service.requested_claims(),
        false => Vec::new(),
    };
    let request = authorize::Request {
        endpoint,
        client_id: &service.client_id,
        redirect_uri: &service.redirect_uri(),
        scope: &service.scope,
        level: attempt.level,
        claims: &claims,
        locale: scene.locale.as_str(),
        max_age: attempt.max_age,
        id_token_hint: hint.as_ref().map(Secret::expose),
        state: &attempt.state(),
        nonce: &attempt.nonce(),
        challenge: &authorize::challenge(attempt.verifier().expose()),
        id: &encode(&scene.random::<16>()),
        now: scene.now,
    };
    let key = &service.client_keys.active;
    let unsigned = request.object(service.request_alg, &key.key_id)?;
    let signature = scene
        .platform
        .sign(key, service.request_alg, unsigned.signing_input())
        .await
        .map_err(|_| Failure::Cryptography)?;
    let object = unsigned.finish(&signature);
    request.address(&object).ok_or(Failure::RequestTooLong)
}

/// The attempts that make room for a new one: first those that nobody can open, then the oldest.
fn surplus<P: Platform>(scene: &Scene<P>, cookies: Cookies<'_>) -> Vec<String> {
    let mut kept: BinaryHeap<_> = cookies
        .attempts()
        .map(|(name, sealed)| {
            let started_at = scene.open_attempt(sealed).map(|attempt| attempt.started_at);
            Reverse((started_at, name.to_owned()))
        })
        .collect();
    let surplus = (kept.len() + 1).saturating_sub(MAX_AT_ONCE);
    (0..surplus)
        .filter_map(|_| kept.pop())
        .map(|Reverse((_, name))| name)
        .collect()
}
