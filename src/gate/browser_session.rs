//! The sessions that a browser holds: which of them is its own now, and what is written there.
//!
//! The rules are in [`crate::session::browser`]. Renewals, which leave with an origin's answer and may
//! arrive at any time, write to their own session's place; everything else is written by answers of
//! the edge's own.

use crate::gate::access::last_answer::informed;
use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::gate::http::request::Request;
use crate::platform::Platform;
use crate::session::browser::{MARKED_FOR, current, mark, standing};
use crate::session::seal::Purpose;
use crate::session::session::{MAX_BURIED, NAME, Place, Session};
use crate::session::set_cookie::{delete_cookie, set_cookie, set_cookie_for};

/// The most cookies of sessions that are opened; browsers keep fewer for one host.
const MOST: usize = 200;

/// The session of a cookie, if it opens and is where it belongs.
fn opened<P: Platform>(context: &Context<P>, (name, sealed): (&str, &str)) -> Option<Session> {
    let ring = context.isolate.config.ring.as_ref()?;
    let bytes = ring.open(Purpose::Session, &context.service.binding, sealed)?;
    let mut session = Session::from_bytes(&bytes)?;
    session.has_old_name = name == NAME;
    (session.has_old_name || session.is_kept_as(name)).then_some(session)
}

/// Every session that the browser presents.
fn all<P: Platform>(context: &Context<P>, cookies: Cookies<'_>) -> Vec<Session> {
    let found = cookies.sessions().take(MOST);
    found.filter_map(|cookie| opened(context, cookie)).collect()
}

/// The session at which the browser is, whatever its limits say.
pub fn session<P: Platform>(context: &Context<P>, cookies: Cookies<'_>) -> Option<Session> {
    if let Some(only) = cookies.only_session() {
        return opened(context, only);
    }
    let all = all(context, cookies);
    current(&all, &|place| cookies.has(&mark(place))).cloned()
}

/// The same if it is inside its limits.
pub fn live<P: Platform>(context: &Context<P>, cookies: Cookies<'_>) -> Option<Session> {
    session(context, cookies).filter(|session| session.is_live(context.now, context.service.limits))
}

/// The session at which the browser is, if this isolate opened its only cookie lately and it is inside its limits; without
/// the person, so that it may only decide whether a request passes.
pub fn remembered<P: Platform>(context: &Context<P>, cookies: Cookies<'_>) -> Option<Session> {
    let opened = context.isolate.opened.borrow();
    let session = opened.get(&context.service.id, cookies.only_session()?, context.now)?;
    session
        .is_live(context.now, context.service.limits)
        .then_some(session)
}

/// Remembers a session that is the browser's only one as [`remembered`] gives it.
pub fn remember<P: Platform>(context: &Context<P>, cookies: Cookies<'_>, session: &Session) {
    if let Some(only) = cookies.only_session() {
        let mut opened = context.isolate.opened.borrow_mut();
        opened.put(&context.service.id, only, session, context.now);
    }
}

/// Every session that has neither ended in this browser nor been taken over from, the newest first.
pub fn every<P: Platform>(context: &Context<P>, cookies: Cookies<'_>) -> Vec<Session> {
    let all = all(context, cookies);
    let standing = standing(&all, &|place| cookies.has(&mark(place)));
    standing.into_iter().cloned().collect()
}

/// Deletes what came back although it had ended, or another session took over from it. A browser
/// hardly ever has any.
pub fn stale<P: Platform>(context: &Context<P>, cookies: Cookies<'_>) -> Vec<String> {
    if cookies.only_session().is_some() || cookies.sessions().next().is_none() {
        return Vec::new();
    }
    let all = all(context, cookies);
    let has_ended = |place: &Place| cookies.has(&mark(place));
    let stays: Vec<_> = match current(&all, &has_ended) {
        Some(own) => vec![own],
        None => standing(&all, &has_ended),
    };
    let stays: Vec<_> = stays.iter().map(|session| session.cookie_name()).collect();
    let mut gone: Vec<_> = all.iter().map(Session::cookie_name).collect();
    gone.retain(|name| !stays.contains(name));
    gone.dedup();
    gone.iter().flat_map(|name| both(name)).collect()
}

/// The cookie that keeps a session where it is.
pub fn renewal<P: Platform>(context: &Context<P>, session: &Session) -> Option<String> {
    let sealed = context.seal_session(session)?;
    Some(set_cookie(&session.cookie_name(), &sealed))
}

/// The cookies with which a session begins: those of all others go, and the marks that it knows of.
pub fn begin<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    session: &Session,
) -> Option<Vec<String>> {
    let own = session.cookie_name();
    let others = cookies.sessions().filter(|(name, _)| *name != own);
    let gone = others.flat_map(|(name, _)| both(name));
    let mut lines: Vec<_> = gone.collect();
    lines.dedup();
    let known = cookies
        .marks()
        .filter(|place| session.buries.contains(place));
    lines.extend(known.flat_map(|place| both(&mark(&place))));
    lines.push(renewal(context, session)?);
    Some(lines)
}

/// Moves a session to another place, where no answer on its way undoes what has changed of it; gives its cookies.
pub fn move_on<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    session: &mut Session,
) -> Option<Vec<String>> {
    session.buries = taken_over(context, cookies);
    session.place = context.random();
    session.has_old_name = false;
    begin(context, cookies, session)
}

/// The places that the next session of this browser takes over from.
pub fn taken_over<P: Platform>(context: &Context<P>, cookies: Cookies<'_>) -> Vec<Place> {
    let all = all(context, cookies);
    let mut places: Vec<Place> = Vec::new();
    let presented = all.iter().map(|session| session.place);
    let before = all.iter().flat_map(|session| session.buries.clone());
    for place in presented.chain(before).chain(cookies.marks()) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places.truncate(MAX_BURIED);
    places
}

/// The cookies with which a session ends in this browser: its own goes, and a mark stays until nothing
/// that is on its way can bring it back. Where the account was not told, it stays for as long as the
/// session might.
pub fn end<P: Platform>(context: &Context<P>, session: &Session, is_told: bool) -> Vec<String> {
    let seconds = match is_told {
        true => MARKED_FOR,
        false => MARKED_FOR.max(session.expires_at(context.service.limits) - context.now),
    };
    let mut lines = Vec::from(both(&session.cookie_name()));
    for place in std::iter::once(&session.place).chain(&session.buries) {
        lines.push(set_cookie_for(&mark(place), "1", seconds));
    }
    lines
}

/// Deletes the cookie of a name, and one that a script put next to it into the partition of the site.
pub fn both(name: &str) -> [String; 2] {
    let own = delete_cookie(name);
    let partitioned = format!("{own}; Partitioned");
    [own, partitioned]
}

/// The cookies for an answer that took long: the session was in use until now. None are changed when
/// the session is over meanwhile.
pub fn used_until_now<P: Platform>(context: &Context<P>, request: &Request) -> Option<Vec<String>> {
    let cookies = Cookies::new(request.headers.get("cookie"));
    let mut session = informed(context, session(context, cookies)?);
    let is_over = context.now >= session.expires_at(context.service.limits);
    if is_over || context.isolate.revocations.has_ended(&session.id) {
        return None;
    }
    session.used_at = session.used_at.max(context.now);
    let mut lines = stale(context, cookies);
    lines.push(renewal(context, &session)?);
    Some(lines)
}
