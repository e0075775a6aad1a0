//! Arrival: after a new session the person first reaches one path of the service's, and goes on from there.
//!
//! The session's cookie says that its person has not gone on yet. Where they were going is kept in a cookie of its own,
//! sealed and for no other person. Going on moves the session to another place, as a proof does, so that no answer that
//! is on its way takes the person back.

use crate::config::Service;
use crate::gate::access::cross_origin::other_site;
use crate::gate::access::last_answer::informed;
use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;
use crate::gate::pages::Page;
use crate::gate::sign_in::counted;
use crate::gate::{accounts, browser_session, sign_out};
use crate::oidc::vector::Level;
use crate::path::CanonicalPath;
use crate::platform::Platform;
use crate::session::attempt::{ARRIVAL_NAME, Aim, Attempt, Served};
use crate::session::circles::{Ends, STARTS_NAME};
use crate::session::set_cookie::{set_cookie, set_cookie_for};

/// How long the wanted place is kept after the person has gone on, in seconds: a double click asks for it twice.
const TWICE: i64 = 60;

/// Where a person goes on to of whom no place is kept.
const FRONT: &str = "/";

/// Leads a person to the arrival path, and keeps the wanted place; a wish to go to the arrival path itself replaces none.
pub fn lead<P: Platform>(context: &Context<P>, subject: &str, wanted: &str) -> Reply {
    let service = &context.service;
    let path = wanted.split('?').next().unwrap_or_default();
    if service.path(path).is_ok_and(|path| is_at(service, &path)) {
        return Reply::redirect(303, wanted).of(service);
    }
    let mut place = Attempt::new(&[0; 64], 0, Level::Cl, wanted.to_owned());
    place.aim = Aim::Again(Served {
        session: [0; 16],
        account: accounts::digest(context, subject),
    });
    let sealed = context.seal_attempt(&place);
    first(context).with_cookie(sealed.map(|sealed| set_cookie(ARRIVAL_NAME, &sealed)))
}

/// Whether a path is only for people who have gone on: the service has an arrival path, and it is another.
pub fn holds(service: &Service, path: &CanonicalPath) -> bool {
    service.arrival.is_some() && !is_at(service, path)
}

/// Whether a path is the arrival path in one of the languages, or lies below it.
fn is_at(service: &Service, path: &CanonicalPath) -> bool {
    let arrival = service.arrival.as_ref();
    arrival.is_some_and(|arrival| arrival.all().any(|arrival| path.is_below(arrival)))
}

/// Where a page leads that leads home: first to the arrival path, if the person has still to arrive.
pub fn home<P: Platform>(context: &Context<P>, arriving: bool) -> &str {
    let service = &context.service;
    let arrival = service.arrival.as_ref().filter(|_| arriving);
    arrival
        .unwrap_or(&service.branding.home)
        .in_locale(context.locale)
        .0
}

/// Leads to the arrival path.
fn first<P: Platform>(context: &Context<P>) -> Reply {
    let arrival = context.service.arrival.as_ref();
    let path = arrival.map_or(FRONT, |arrival| arrival.in_locale(context.locale).0);
    Reply::redirect(303, path).of(&context.service)
}

/// The page that leads to the arrival path by itself, in a navigation of its own.
///
/// `Sec-Fetch-Site` is about every address of a navigation, so after One Login and a redirect of the service's it names another
/// site: a redirect would go round for ever. The navigation that this page begins is this host's. Where one is led from
/// elsewhere again and again, the service sends people over another host, and the page waits for a click.
///
/// Source: Fetch Metadata Request Headers section 2.3 (each address of the request's list); HTML, `Refresh`.
fn afresh<P: Platform>(context: &Context<P>, request: &Request) -> Reply {
    let path = home(context, true);
    let page = context.page_with(200, Page::Arriving, path);
    let cookies = Cookies::new(request.headers.get("cookie"));
    let place = context.service.own_page("arrived");
    if Ends::read(cookies.all(STARTS_NAME), context.now).is_circle(&place) {
        context.log_refused("arrival", "circle");
        return page;
    }
    // Behind a service worker only the referrer says that a page of this host leads on.
    page.with("referrer-policy", "same-origin")
        .with("refresh", format!("0; url={path}"))
        .with("set-cookie", counted(context, cookies, &place))
}

/// Takes a person on to the place that they wanted, if a page of this host asks for it.
///
/// Whether the session's account still lists it is *not* asked: the next request of the session does.
pub fn arrived<P: Platform>(context: &Context<P>, request: &Request) -> Reply {
    let context = &context.logging(request);
    if !request.is_document() || request.is_led_from_elsewhere(&context.service.origin_url) {
        return match request.is_document() && request.is_read() {
            true => afresh(context, request),
            false => other_site(context, request, request.is_document()),
        };
    }
    let cookies = Cookies::new(request.headers.get("cookie"));
    let session = browser_session::live(context, cookies);
    let session = session.filter(|session| !sign_out::is_ending(context, cookies, session));
    let Some(session) = session else {
        return first(context);
    };
    let kept = kept(context, cookies, &session.subject);
    let (again, place) = match kept {
        Some((sealed, place)) => (Some(set_cookie_for(ARRIVAL_NAME, &sealed, TWICE)), place),
        None => (None, FRONT.to_owned()),
    };
    let reply = Reply::redirect(303, place).of(&context.service);
    if !session.arriving {
        return reply;
    }
    let mut session = informed(context, session);
    session.arriving = false;
    session.used_at = session.used_at.max(context.now);
    let Some(begun) = browser_session::move_on(context, cookies, &mut session) else {
        return first(context);
    };
    context
        .logging_person(&session.subject)
        .log_done("arrival", "arrived");
    reply.with_cookies(begun).with_cookie(again)
}

/// The sealed place that is kept for this person, and the place.
fn kept<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    subject: &str,
) -> Option<(String, String)> {
    let account = accounts::digest(context, subject);
    cookies.all(ARRIVAL_NAME).find_map(|sealed| {
        let kept = context.open_attempt(sealed)?;
        let is_own = matches!(kept.aim, Aim::Again(served) if served.account == account);
        // It was judged before it was sealed, and may be a page of the Worker's own for people who prove an identity.
        is_own.then(|| (sealed.to_owned(), kept.return_path))
    })
}
