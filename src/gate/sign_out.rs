//! Signing out: first here, then at the provider.
//!
//! A person's own wish comes from a page of this host. A link or form of another site only leads
//! to a page that asks, so that another site's page signs no person out.
//!
//! Source: OpenID Connect RP-Initiated Logout 1.0, `provider.md` 7.

use super::cookies::Cookies;
use super::pages::{self, Page, Sent};
use super::reply::Reply;
use super::request::{Request, parameter};
use super::sign_in::limited;
use super::{Scene, accounts, held, inactive, provider};
use crate::config::Locale;
use crate::oidc::SKEW;
use crate::oidc::end_session;
use crate::oidc::jws::encode;
use crate::platform::Platform;
use crate::secret::Secret;
use crate::session::account::Standing;
use crate::session::attempt::OVER_NAME;
use crate::session::cookie::{Session, deleted, kept_for};
use crate::session::ending::{self, Ending};
use crate::session::ends::STARTS_NAME;
use crate::session::seal::{NONCE, Purpose};

/// Whether a person asked for it on a page of this host. An image in a text of another person's is of the
/// same origin too, and so are the pings and beacons of a link: none of them shows a page.
#[must_use]
pub fn is_own<P: Platform>(scene: &Scene<P>, request: &Request) -> bool {
    request.method != "HEAD"
        && request.is_document()
        && request.comes_from(&scene.service.origin_url) == Some(true)
}

/// The page that asks; its form leads back here.
pub fn confirm<P: Platform>(scene: &Scene<P>, everywhere: bool) -> Reply {
    let (page, name) = match everywhere {
        true => (Page::ConfirmSignOutEverywhere, "sign-out?everywhere&lang="),
        false => (Page::ConfirmSignOut, "sign-out?lang="),
    };
    form(scene, page, name)
}

/// The page for a person who asks for the one after signing out, although the session is alive.
pub fn still_signed_in<P: Platform>(scene: &Scene<P>) -> Reply {
    form(scene, Page::StillSignedIn, "sign-out?lang=")
}

/// The parameter with which a person has the browser delete every cookie of the service.
pub const COOKIES: &str = "cookies";

/// The page that offers it.
pub fn too_many_cookies<P: Platform>(scene: &Scene<P>) -> Reply {
    form(scene, Page::TooManyCookies, "sign-out?cookies&lang=")
}

/// A page whose form leads here in its own language.
fn form<P: Platform>(scene: &Scene<P>, page: Page, name: &str) -> Reply {
    let action = scene.service.own_page(name) + scene.locale.as_str();
    pages::form(page, &scene.service, scene.locale, &action)
}

/// Ends the session and sends the person on to the provider's sign-out.
pub async fn finish<P: Platform>(scene: &Scene<P>, request: &Request, everywhere: bool) -> Reply {
    let cookies = Cookies::new(request.headers.get("cookie"));
    // Also one that is past its limits here: a copy that was kept in use elsewhere ends with it.
    let sessions = held::every(scene, cookies);
    let mut hint = None;
    let mut unfinished = Vec::new();
    let mut gone = Vec::new();
    for session in &sessions {
        let ended = accounts::end(scene, &session.subject, &session.id, everywhere).await;
        gone.extend(held::end(scene, session, ended.is_ok()));
        match ended {
            Ok(token) => hint = hint.or(token),
            Err(outage) => {
                let told = scene.about_person(&session.subject);
                told.log_failed("sign_out_unfinished", outage.label());
                unfinished.extend(remember(scene, cookies, session, everywhere));
            }
        }
    }
    let all_over = everywhere && !sessions.is_empty() && unfinished.is_empty();
    let state = state(scene, request, all_over);
    let mut reply = match location(scene, hint, &state).await {
        Some(location) if request.is_read() => Reply::redirect(303, location).of(&scene.service),
        // A redirect would be stopped by the `form-action` of the page that posted.
        Some(location) => {
            page(scene, Page::SigningOut, &location).with("refresh", format!("0; url={location}"))
        }
        // Only part of the wish is granted, and the person is told which part. Without a session
        // here the link leads to the same question once more.
        None => {
            scene.log_failed("sign_out", "not_at_provider");
            let left = (!unfinished.is_empty()).then_some(everywhere);
            let of = left.map_or(Page::SignedOutHere, unfinished_page);
            page(scene, of, &linked(scene, "sign-out?lang="))
        }
    };
    for line in own_cookies(cookies) {
        if !gone.contains(&line) {
            reply = reply.with("set-cookie", line);
        }
    }
    let query = request.address().and_then(|address| address.query);
    let reply = reply.with_cookies(gone).with_cookies(unfinished).emptying();
    match parameter(query, COOKIES) {
        // This takes siblings' cookies along, which are the ones that are too large.
        Some(_) => reply.with("clear-site-data", "\"cache\", \"cookies\""),
        None => reply,
    }
}

/// The page that says that a sign-out is not finished, of one session or of every one.
const fn unfinished_page(everywhere: bool) -> Page {
    match everywhere {
        true => Page::UnfinishedEverywhere,
        false => Page::Unfinished,
    }
}

/// The address of a page of the edge's own in the language of this one.
fn linked<P: Platform>(scene: &Scene<P>, name: &str) -> String {
    scene.service.own_page(name) + scene.locale.as_str()
}

fn page<P: Platform>(scene: &Scene<P>, page: Page, link: &str) -> Reply {
    let (service, sent) = (&scene.service, Sent::Nothing);
    pages::page(200, page, service, scene.locale, "", link, sent)
}

/// The provider's sign-out; `None` when its documents are unavailable or name no address.
async fn location<P: Platform>(
    scene: &Scene<P>,
    hint: Option<Secret>,
    state: &str,
) -> Option<String> {
    let metadata = provider::metadata(scene).await.ok()?;
    let endpoint = metadata.end_session_endpoint.as_deref()?;
    let home = scene.service.own_page("signed-out");
    let return_uri = format!("{}{home}", scene.service.origin_url);
    Some(end_session::address(
        endpoint,
        hint.as_ref().map(Secret::expose),
        &return_uri,
        state,
    ))
}

/// How long a `state` says how a person signed out, in seconds.
const STATE: i64 = 600;

/// The `state` that the provider brings back. It says the language of the page where the browser would not, and whether
/// every session has ended; only the Worker can make one, for the network that it was made for.
fn state<P: Platform>(scene: &Scene<P>, request: &Request, everywhere: bool) -> String {
    let random = encode(&scene.random::<16>());
    let natural = pages::locale(&scene.service, None, request, Some("/"));
    let ring = scene.isolate.config.ring.as_ref();
    let Some(ring) = ring.filter(|_| everywhere || scene.locale != natural) else {
        return random;
    };
    let everywhere = if everywhere { "-all" } else { "" };
    // Short, because the provider takes no long address.
    let text = format!(
        "{random}.{}{everywhere}.{:x}",
        scene.locale.as_str(),
        scene.now
    );
    let value = ring.check_value(&scene.service.binding, &told(scene, request, &text));
    format!("{text}.{value}")
}

fn told<P: Platform>(scene: &Scene<P>, request: &Request, text: &str) -> String {
    format!("signed out\n{text}\n{}", limited(scene, request))
}

/// The language and whether every session has ended, from a `state` that was made here lately.
fn said<P: Platform>(scene: &Scene<P>, request: &Request) -> Option<(Locale, bool)> {
    let query = request.address()?.query;
    let state = parameter(query, "state")?;
    let (text, value) = state.rsplit_once('.')?;
    let ring = scene.isolate.config.ring.as_ref()?;
    if !ring.is_checked(&scene.service.binding, &told(scene, request, text), value) {
        return None;
    }
    let mut parts = text.split('.').skip(1);
    let said = parts.next()?;
    let everywhere = said.strip_suffix("-all");
    let locale = Locale::parse(everywhere.unwrap_or(said))?;
    let time = i64::from_str_radix(parts.next()?, 16).ok()?;
    let lately = (scene.now - STATE..=scene.now + SKEW).contains(&time);
    lately.then_some((locale, everywhere.is_some()))
}

/// The page that people see who come back from the provider, or by themselves. Only a `state` that was made here says
/// more than the path, and a session that is still alive stays: the address cannot end it. Neither is it one
/// to end sign-ins under way, because any site can lead to it; and what is no page of its own, such as a
/// sibling's image, changes nothing at all.
pub async fn signed_out<P: Platform>(scene: &Scene<P>, request: &Request) -> Reply {
    let (locale, everywhere) = said(scene, request).unwrap_or((scene.locale, false));
    let scene = &Scene {
        locale: scene.asked.unwrap_or(locale),
        ..scene.clone()
    };
    let done = |everywhere| {
        let link = linked(scene, "sign-in?lang=");
        match everywhere {
            true => page(scene, Page::SignedOutEverywhere, &link),
            false => page(scene, Page::SignedOut, &link),
        }
    };
    if !request.is_document() || request.method == "HEAD" {
        return done(everywhere);
    }
    let cookies = Cookies::new(request.headers.get("cookie"));
    let session = scene.live_session(cookies);
    let session = session.filter(|session| !is_ending(scene, cookies, session));
    let ended = match &session {
        Some(session) => accounts::check(scene, session).await == Ok(Standing::Ended),
        None => false,
    };
    let mut gone = held::stale(scene, cookies);
    let is_alive = session.is_some() && !ended;
    if let Some(session) = session.filter(|_| ended) {
        gone.extend(held::end(scene, &session, true));
    }
    let tried = retry(scene, cookies).await;
    let page = match (is_alive, tried.left) {
        (true, _) => still_signed_in(scene),
        // The page is its own way to try again.
        (false, Some(everywhere)) => {
            let link = linked(scene, "signed-out?lang=");
            page(scene, unfinished_page(everywhere), &link)
        }
        (false, None) => inactive::ended(scene, cookies)
            .unwrap_or_else(|| done(everywhere || tried.granted_everywhere)),
    };
    page.with_cookies(gone).with_cookies(tried.cookies)
}

/// The sessions that could not be ended before, by the cookies of such wishes. Those that do not open here may
/// open in an isolate that is a version ahead.
fn wishes<'a, P: Platform>(scene: &Scene<P>, cookies: Cookies<'a>) -> Vec<(&'a str, Vec<Ending>)> {
    let Some(ring) = &scene.isolate.config.ring else {
        return Vec::new();
    };
    let opened = |(name, sealed)| {
        let bytes = ring.open(Purpose::Ending, &scene.service.binding, sealed)?;
        Some((name, ending::from_bytes(&bytes)?))
    };
    cookies
        .endings()
        .filter_map(opened)
        .take(MOST_TRIED)
        .collect()
}

/// The most cookies of wishes that are read; more than a browser is given.
const MOST_TRIED: usize = 2 * ending::MAX;

/// Whether the session's owner has ended it, although its account does not know that yet.
#[must_use]
pub fn is_ending<P: Platform>(scene: &Scene<P>, cookies: Cookies<'_>, session: &Session) -> bool {
    let wishes = wishes(scene, cookies);
    let mut endings = wishes.iter().flat_map(|(_, endings)| endings);
    endings.any(|ending| ending.session == session.id)
}

/// The outcome of one more try.
#[derive(Debug, Default)]
pub struct Tried {
    /// The cookies that change.
    pub cookies: Vec<String>,
    /// Whether one is left that no account has heard of, and whether it is about every session.
    pub left: Option<bool>,
    /// Whether one about every session of a person was granted.
    pub granted_everywhere: bool,
}

/// Ends what could not be ended before.
///
/// The person waits for this, so that it stops at the first account that gives no answer; a request
/// of another second begins with another.
pub async fn retry<P: Platform>(scene: &Scene<P>, cookies: Cookies<'_>) -> Tried {
    let mut tried = Tried::default();
    let mut wishes = wishes(scene, cookies);
    let first = usize::try_from(scene.now).unwrap_or(0);
    let count = wishes.len().max(1);
    wishes.rotate_left(first % count);
    let all = wishes.iter().flat_map(|(_, endings)| endings.clone());
    let all: Vec<_> = all.filter(|ending| ending.everywhere).collect();
    for (name, endings) in wishes {
        let mut left = Vec::new();
        for ending in &endings {
            // A session that has ended speaks for no other, so that the larger wish is the one to be granted.
            let is_covered = || all.iter().any(|other| other.session == ending.session);
            if ending.until <= scene.now || !ending.everywhere && is_covered() {
                continue;
            }
            if tried.left.is_none() {
                let told = scene.about_person(&ending.subject);
                let Err(outage) = accounts::end_later(scene, ending).await else {
                    told.log_done("signed_out", "later");
                    tried.granted_everywhere |= ending.everywhere;
                    continue;
                };
                told.log_failed("sign_out_unfinished", outage.label());
            }
            tried.left = Some(ending.everywhere || tried.left == Some(true));
            left.push(ending.clone());
        }
        if left != endings {
            tried.cookies.extend(keep(scene, name, &left));
        }
    }
    tried
}

/// The cookies that let the next request try again, next to the wishes that the browser has already; beyond
/// [`ending::MAX`] the oldest wish makes room.
pub fn remember<P: Platform>(
    scene: &Scene<P>,
    cookies: Cookies<'_>,
    session: &Session,
    everywhere: bool,
) -> Vec<String> {
    let ending = Ending {
        session: session.id,
        subject: session.subject.clone(),
        everywhere,
        until: scene.now + ending::LIFETIME,
    };
    let name = ending::name(&session.place, everywhere);
    let mut others = wishes(scene, cookies);
    others.retain(|(other, _)| *other != name);
    let mut lines = Vec::from_iter(keep(scene, &name, &[ending]));
    if others.len() >= ending::MAX {
        let until = |endings: &[Ending]| endings.iter().map(|ending| ending.until).max();
        let oldest = others.iter().min_by_key(|(_, endings)| until(endings));
        lines.extend(oldest.map(|(name, _)| deleted(name)));
    }
    lines
}

/// The cookie of these wishes, which goes with the last of them.
fn keep<P: Platform>(scene: &Scene<P>, name: &str, endings: &[Ending]) -> Option<String> {
    let Some(until) = endings.iter().map(|ending| ending.until).max() else {
        return Some(deleted(name));
    };
    let ring = scene.isolate.config.ring.as_ref()?;
    let sealed = ring.seal(
        Purpose::Ending,
        &scene.service.binding,
        scene.random::<NONCE>(),
        &ending::to_bytes(endings),
    );
    Some(kept_for(name, &sealed, until - scene.now))
}

/// Deletes the cookies of sessions, whether they open or not, those of sign-ins under way, and the way
/// back after an earlier session; each with what a script put next to it.
fn own_cookies(cookies: Cookies<'_>) -> Vec<String> {
    let named = [OVER_NAME, inactive::NAME].into_iter();
    let named = named.filter(|name| cookies.all(name).next().is_some());
    let sessions = cookies.sessions().map(|(name, _)| name);
    let attempts = cookies.attempts().map(|(name, _)| name);
    let own = sessions.chain([STARTS_NAME]).chain(attempts).chain(named);
    own.flat_map(held::both).collect()
}
