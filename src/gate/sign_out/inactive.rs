//! A session that ended because a person was away, or at its limit: signed out at the provider too, so that the next
//! person at a shared computer is asked to sign in.
//!
//! The script of `assets/session.js` leads here. The page that people see after it has a way back to where they were,
//! which a sealed cookie keeps meanwhile: the provider takes one registered address without a query.
//!
//! Source: GOV.UK One Login's documentation of ending sessions; `provider.md` 7 and 8b.11.

use crate::config::Locale;
use crate::gate::context::Context;
use crate::gate::decision::{Task, Verdict};
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::{Request, parameter};
use crate::gate::links::again;
use crate::gate::pages::{self, Page, Sent};
use crate::gate::{browser_session, sign_out};
use crate::platform::Platform;
use crate::session::attempt::INACTIVE_NAME;
use crate::session::seal::{NONCE, Purpose};
use crate::session::set_cookie::set_cookie_for;

/// How long it is kept, in seconds.
const LIFETIME: i64 = 600;

/// The mark in the query of the sign-out.
pub const MARK: &str = "inactive";

/// Judges as every sign-out is judged whether a page of this host asks. For any other sender nothing ends: a session
/// that is alive leads to the page that asks the person.
pub fn ask<P: Platform>(context: &Context<P>, request: &Request, query: Option<&str>) -> Verdict {
    let wanted = parameter(query, "return_to").unwrap_or_default();
    let place = context.place(&wanted);
    let cookies = Cookies::new(request.headers.get("cookie"));
    // A session that is past its limits has an ID token all the same, and its provider's session may be alive.
    let has_session = browser_session::session(context, cookies).is_some();
    if has_session && sign_out::is_asked_on_own_page(context, request) {
        return Verdict::Later(Task::Inactive(place));
    }
    match browser_session::live(context, cookies) {
        Some(_) => sign_out::confirm(context, false).into(),
        None => page(context, context.locale, &place).into(),
    }
}

/// Ends the session here and at the provider, and remembers the way back.
pub async fn finish<P: Platform>(context: &Context<P>, request: &Request, place: &str) -> Reply {
    let reply = sign_out::finish(context, request, false).await;
    let text = format!("{}{place}", context.locale.as_str());
    let ring = context.isolate.config.ring.as_ref();
    let sealed = ring.map(|ring| {
        let nonce = context.random::<NONCE>();
        let binding = &context.service.binding;
        ring.seal(Purpose::Place, binding, nonce, text.as_bytes())
    });
    reply.with_cookie(sealed.map(|sealed| set_cookie_for(INACTIVE_NAME, &sealed, LIFETIME)))
}

/// The page for a person who comes back from the provider, if the browser's session ended like this.
pub fn ended<P: Platform>(context: &Context<P>, cookies: Cookies<'_>) -> Option<Reply> {
    let ring = context.isolate.config.ring.as_ref()?;
    let binding = &context.service.binding;
    let mut kept = cookies.all(INACTIVE_NAME);
    let bytes = kept.find_map(|sealed| ring.open(Purpose::Place, binding, sealed))?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let (locale, place) = text.split_at_checked(text.find('/')?)?;
    let mut locales = context.service.locales.iter().copied();
    let locale = locales.find(|known| known.as_str() == locale)?;
    Some(page(context, locale, place))
}

/// Its link carries the language, which the place may not have, so that the provider speaks it too.
fn page<P: Platform>(context: &Context<P>, locale: Locale, place: &str) -> Reply {
    let asked = Some(locale);
    let link = again(
        &Context {
            asked,
            ..context.clone()
        },
        place,
    );
    let (service, sent) = (&context.service, Sent::Nothing);
    pages::page(200, Page::SessionEnded, service, locale, "", &link, sent)
}
