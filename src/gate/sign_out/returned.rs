//! The page after a sign-out, for a person whom the provider sends back.

use super::end::{EVERYWHERE, HERE, STATE, page, still_signed_in, told};
use super::inactive;
use super::pending::{is_ending, retry};
use crate::config::Locale;
use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::{Request, parameter};
use crate::gate::pages::Page;
use crate::gate::sign_out::end::{linked, unfinished_page};
use crate::gate::{accounts, browser_session};
use crate::oidc::SKEW;
use crate::platform::Platform;
use crate::session::account::Standing;

/// How a person signed out, from a `state` that was made here lately.
struct Said {
    /// The language of the page.
    locale: Locale,
    /// Whether every session has ended for certain.
    everywhere: bool,
    /// Since when that is certain of the person's own session, in seconds since the epoch.
    over_at: Option<i64>,
}

fn said<P: Platform>(context: &Context<P>, request: &Request) -> Option<Said> {
    let query = request.address()?.query;
    let state = parameter(query, "state")?;
    let (text, value) = state.rsplit_once('.')?;
    let ring = context.isolate.config.ring.as_ref()?;
    if !ring.is_checked(
        &context.service.binding,
        &told(context, request, text),
        value,
    ) {
        return None;
    }
    let mut parts = text.split('.').skip(1);
    let said = parts.next()?;
    let everywhere = said.strip_suffix(EVERYWHERE);
    let over = everywhere.or_else(|| said.strip_suffix(HERE));
    let locale = Locale::parse(over.unwrap_or(said))?;
    let time = i64::from_str_radix(parts.next()?, 16).ok()?;
    let lately = (context.now - STATE..=context.now + SKEW).contains(&time);
    lately.then_some(Said {
        locale,
        everywhere: everywhere.is_some(),
        over_at: over.map(|_| time),
    })
}

/// The page that people see who come back from the provider, or by themselves. Only a `state` that was made here says
/// more than the path, and a session that is still alive stays: the address cannot end it. Neither is it one
/// to end sign-ins under way, because any site can lead to it; and what is no page of its own, such as a
/// sibling's image, changes nothing at all.
pub async fn signed_out<P: Platform>(context: &Context<P>, request: &Request) -> Reply {
    let said = said(context, request);
    let locale = said.as_ref().map_or(context.locale, |said| said.locale);
    let everywhere = said.as_ref().is_some_and(|said| said.everywhere);
    let context = &Context {
        locale: context.asked.unwrap_or(locale),
        ..context.clone()
    };
    let done = |everywhere| {
        let link = linked(context, "sign-in?lang=");
        match everywhere {
            true => page(context, Page::SignedOutEverywhere, &link),
            false => page(context, Page::SignedOut, &link),
        }
    };
    if !request.is_document() || request.method == "HEAD" {
        return done(everywhere);
    }
    let cookies = Cookies::new(request.headers.get("cookie"));
    let session = browser_session::live(context, cookies);
    let session = session.filter(|session| !is_ending(context, cookies, session));
    let ended = match &session {
        Some(session) => accounts::check(context, session).await == Ok(Standing::Ended),
        None => false,
    };
    let mut gone = browser_session::stale(context, cookies);
    let is_alive = session.is_some() && !ended;
    if let Some(session) = session.filter(|_| ended) {
        gone.extend(browser_session::end(context, &session, true));
    }
    let tried = retry(context, cookies).await;
    // One that is left from before is another person's, and is tried again without a word of it.
    let over_at = said.and_then(|said| said.over_at);
    let is_own = over_at.is_none_or(|time| tried.wished_at > time);
    let page = match (is_alive, tried.left.filter(|_| is_own)) {
        (true, _) => still_signed_in(context),
        // The page is its own way to try again.
        (false, Some(everywhere)) => {
            let link = linked(context, "signed-out?lang=");
            page(context, unfinished_page(everywhere), &link)
        }
        (false, None) => inactive::ended(context, cookies)
            .unwrap_or_else(|| done(everywhere || over_at.is_none() && tried.granted_everywhere)),
    };
    page.with_cookies(gone).with_cookies(tried.cookies)
}
