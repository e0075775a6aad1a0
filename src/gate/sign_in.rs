//! Starting a sign-in: an attempt in a sealed cookie, and the way to the provider.
//!
//! Nothing is stored anywhere else. Whether a person has to sign in is decided in
//! [`super::protect`]; what comes back is taken in [`super::callback`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::IpAddr;

use super::Scene;
use super::accounts;
use super::cookies::Cookies;
use super::held;
use super::provider;
use super::refused::Failure;
use super::reply::Reply;
use super::request::{Request, parameter};
use super::sign_out;
use crate::config::{Freshness, Locale};
use crate::oidc::SKEW;
use crate::oidc::authorize;
use crate::oidc::jws::encode;
use crate::oidc::vector::Level;
use crate::platform::{Limit, Platform};
use crate::secret::Secret;
use crate::session::attempt::{Aim, Attempt, MAX_AT_ONCE, MAX_TOGETHER, Served, cookie_name};
use crate::session::cookie::{Session, kept_for};
use crate::session::ends::{Ends, STARTS_NAME, STARTS_WINDOW};

/// The purpose of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The level that is asked for; an identity only of a person who is signed in.
    pub level: Level,
    /// How lately the person must have signed in.
    pub freshness: Option<Freshness>,
    /// The session that is alive but does not do.
    pub session: Option<Box<Session>>,
    /// Where the person goes afterwards; already checked.
    pub return_path: String,
}

/// An attempt, and the hint of its request object.
struct Wanted {
    attempt: Attempt,
    hint: Option<Secret>,
}

/// Sends the person to the provider, or shows why that is not possible.
pub async fn start<P: Platform>(scene: &Scene<P>, request: &Request, start: Start) -> Reply {
    let place = start.return_path.clone();
    let proves = start.session.is_some() && start.level.has_identity();
    match attempt(scene, request, start).await {
        Ok(reply) => reply.of(&scene.service),
        Err(failure) => {
            let link = match failure {
                Failure::TooManyRequests => onwards(scene, request, &place),
                _ => again(scene, &place),
            };
            let reply = scene.failed_of("sign_in_start", failure, &link, proves);
            // The page's link is the person's own wish, so the count begins again.
            match failure {
                Failure::TooManyStarts => reply.with_cookies(held::both(STARTS_NAME)),
                _ => reply,
            }
        }
    }
}

/// The address of a new start that leads to the same place.
pub fn again<P: Platform>(scene: &Scene<P>, return_path: &str) -> String {
    let query: String = url::form_urlencoded::byte_serialize(return_path.as_bytes()).collect();
    let language = scene
        .asked
        .map(|locale| format!("&lang={}", locale.as_str()));
    let language = language.unwrap_or_default();
    scene
        .service
        .own_page(&format!("sign-in?return_to={query}{language}"))
}

/// The `Set-Cookie` value that counts a sign-in which has ended at this place.
pub fn counted<P: Platform>(scene: &Scene<P>, cookies: Cookies<'_>, return_path: &str) -> String {
    let ends = Ends::read(cookies.all(STARTS_NAME), scene.now).with(return_path, scene.now);
    kept_for(STARTS_NAME, &ends.value(), STARTS_WINDOW)
}

/// How long the link of the page about too many sign-ins leads on, in seconds.
const ONWARDS: i64 = 600;

/// The address of a new start that is not counted: a person who is shown the page has clicked once, which a flood of
/// starts has not. It holds for ten minutes and for the network that saw the page.
pub fn onwards<P: Platform>(scene: &Scene<P>, request: &Request, return_path: &str) -> String {
    let link = again(scene, return_path);
    let Some(ring) = &scene.isolate.config.ring else {
        return link;
    };
    let text = clicked(scene, request, scene.now);
    let value = ring.check_value(&scene.service.binding, &text);
    format!("{link}&go_on={}.{value}", scene.now)
}

/// Whether the request follows the link of [`onwards`].
fn is_onwards<P: Platform>(scene: &Scene<P>, request: &Request) -> bool {
    let query = request.address().and_then(|address| address.query);
    let Some(go_on) = parameter(query, "go_on") else {
        return false;
    };
    let read = || {
        let (time, value) = go_on.split_once('.')?;
        let time = time.parse().ok()?;
        let ring = scene.isolate.config.ring.as_ref()?;
        let text = clicked(scene, request, time);
        let is_ours = ring.is_checked(&scene.service.binding, &text, value);
        Some(is_ours && (scene.now - ONWARDS..=scene.now + SKEW).contains(&time))
    };
    read().unwrap_or_default()
}

fn clicked<P: Platform>(scene: &Scene<P>, request: &Request, time: i64) -> String {
    format!("go on\n{time}\n{}", limited(scene, request))
}

/// The key by which starts are counted: the service, and the network of the address. An IPv6 subscriber has at least
/// a /64 (RFC 6177), so that a single address says nothing.
pub fn limited<P: Platform>(scene: &Scene<P>, request: &Request) -> String {
    let address = request.headers.get("cf-connecting-ip").unwrap_or_default();
    format!("{} {}", scene.service.id, network(address))
}

fn network(address: &str) -> String {
    match address
        .parse::<IpAddr>()
        .map(|address| address.to_canonical())
    {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

async fn attempt<P: Platform>(
    scene: &Scene<P>,
    request: &Request,
    start: Start,
) -> Result<Reply, Failure> {
    let cookies = Cookies::new(request.headers.get("cookie"));
    // A person who is signed in has passed before, and the page's link is a person's own click.
    let may = start.session.is_some() || is_onwards(scene, request);
    if !may
        && !scene
            .platform
            .may(Limit::Starts, &limited(scene, request))
            .await
    {
        return Err(Failure::TooManyRequests);
    }
    if Ends::read(cookies.all(STARTS_NAME), scene.now).is_circle(&start.return_path) {
        return Err(Failure::TooManyStarts);
    }
    let metadata = provider::metadata(scene).await?;
    let wanted = wanted(scene, start).await?;
    let location = address(scene, &metadata.authorization_endpoint, &wanted).await?;
    let attempt = wanted.attempt;
    let sealed = scene.seal_attempt(&attempt).ok_or(Failure::Unavailable)?;
    scene.log_done("sign_in_started", attempt.level.as_str());
    let mut reply = Reply::redirect(302, location).with(
        "set-cookie",
        kept_for(&cookie_name(&attempt.state()), &sealed, attempt.lifetime()),
    );
    reply = reply.with_cookies(held::stale(scene, cookies));
    reply = reply.with_cookies(sign_out::retry(scene, cookies).await.cookies);
    for name in surplus(scene, cookies, sealed.len()) {
        reply = reply.with_cookies(held::both(&name));
    }
    Ok(reply)
}

/// The request for the provider.
///
/// Only a person who has to sign in again is named by the ID token of the session.
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
    let tag = |locale: Locale| locale.as_str().as_bytes().try_into().ok();
    attempt.language = scene.asked.and_then(tag);
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

/// The attempts that make room for a new one of this length: first those that do not open, then the oldest.
fn surplus<P: Platform>(scene: &Scene<P>, cookies: Cookies<'_>, added: usize) -> Vec<String> {
    let mut kept: BinaryHeap<_> = cookies
        .attempts()
        .map(|(name, sealed)| {
            let started_at = scene.open_attempt(sealed).map(|attempt| attempt.started_at);
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

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn t31_when_an_address_is_ipv6_then_its_network_of_64_bits_is_counted() {
        for (address, counted) in [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("", ""),
            ("no address", "no address"),
        ] {
            assert_eq!(network(address), counted);
        }
    }
}
