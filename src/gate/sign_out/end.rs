//! Signing out: first here, then at the provider.
//!
//! A person's own wish comes from a page of this host. A link or form of another site only leads
//! to a page that asks, so that another site's page signs no person out.
//!
//! Source: OpenID Connect RP-Initiated Logout 1.0, `provider.md` 7.

use super::pending::{are_of_others, remember};
use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::{Request, parameter};
use crate::gate::network::limited;
use crate::gate::pages::{self, Page, Sent};
use crate::gate::{accounts, browser_session, provider};
use crate::oidc::end_session;
use crate::oidc::jws::encode;
use crate::platform::Platform;
use crate::secret::Secret;
use crate::session::attempt::{ARRIVAL_NAME, INACTIVE_NAME, OVER_NAME};
use crate::session::circles::STARTS_NAME;

/// Whether a person asked for it on a page of this host. An image in a text of another person's is of the
/// same origin too, and so are the pings and beacons of a link: none of them shows a page.
#[must_use]
pub fn is_asked_on_own_page<P: Platform>(context: &Context<P>, request: &Request) -> bool {
    request.method != "HEAD"
        && request.is_document()
        && request.comes_from(&context.service.origin_url) == Some(true)
}

/// The page that asks; its form leads back here.
pub fn confirm<P: Platform>(context: &Context<P>, everywhere: bool) -> Reply {
    let (page, name) = match everywhere {
        true => (Page::ConfirmSignOutEverywhere, "sign-out?everywhere&lang="),
        false => (Page::ConfirmSignOut, "sign-out?lang="),
    };
    form(context, page, name)
}

/// The page for a person who asks for the one after signing out, although the session is alive.
pub fn still_signed_in<P: Platform>(context: &Context<P>) -> Reply {
    form(context, Page::StillSignedIn, "sign-out?lang=")
}

/// The parameter with which a person has the browser delete every cookie of the service.
pub const COOKIES: &str = "cookies";

/// The page that offers it.
pub fn too_many_cookies<P: Platform>(context: &Context<P>) -> Reply {
    form(context, Page::TooManyCookies, "sign-out?cookies&lang=")
}

/// A page whose form leads here in its own language.
fn form<P: Platform>(context: &Context<P>, page: Page, name: &str) -> Reply {
    let action = context.service.own_page(name) + context.locale.as_str();
    pages::form(page, &context.service, context.locale, &action)
}

/// Ends the session and sends the person on to the provider's sign-out.
pub async fn finish<P: Platform>(
    context: &Context<P>,
    request: &Request,
    everywhere: bool,
) -> Reply {
    let cookies = Cookies::new(request.headers.get("cookie"));
    // Also one that is past its limits here: a copy that was kept in use elsewhere ends with it.
    let sessions = browser_session::every(context, cookies);
    let mut hint = None;
    let mut unfinished = Vec::new();
    let mut gone = Vec::new();
    for session in &sessions {
        let ended = accounts::end(context, &session.subject, &session.id, everywhere).await;
        gone.extend(browser_session::end(context, session, ended.is_ok()));
        match ended {
            Ok(token) => hint = hint.or(token),
            Err(outage) => {
                let told = context.logging_person(&session.subject);
                told.log_failed("sign_out_unfinished", outage.label());
                unfinished.extend(remember(context, cookies, session, everywhere));
            }
        }
    }
    let finished = !sessions.is_empty() && unfinished.is_empty();
    let over = match (finished, everywhere) {
        (true, true) => EVERYWHERE,
        // Another person's sign-out may be pending here, of which this one's page says nothing.
        (true, false) if are_of_others(context, cookies, &sessions) => HERE,
        _ => "",
    };
    let state = state(context, request, over);
    let mut reply = match location(context, hint, &state).await {
        Some(location) if request.is_read() => Reply::redirect(303, location).of(&context.service),
        // A redirect would be stopped by the `form-action` of the page that posted.
        Some(location) => {
            page(context, Page::SigningOut, &location).with("refresh", format!("0; url={location}"))
        }
        // Only part of the wish is granted, and the person is told which part. Without a session
        // here the link leads to the same question once more.
        None => {
            context.log_failed("sign_out", "not_at_provider");
            let left = (!unfinished.is_empty()).then_some(everywhere);
            let of = left.map_or(Page::SignedOutHere, unfinished_page);
            page(context, of, &linked(context, "sign-out?lang="))
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
pub(super) const fn unfinished_page(everywhere: bool) -> Page {
    match everywhere {
        true => Page::UnfinishedEverywhere,
        false => Page::Unfinished,
    }
}

/// The address of a page of the edge's own in the language of this one.
pub(super) fn linked<P: Platform>(context: &Context<P>, name: &str) -> String {
    context.service.own_page(name) + context.locale.as_str()
}

pub(super) fn page<P: Platform>(context: &Context<P>, page: Page, link: &str) -> Reply {
    let (service, sent) = (&context.service, Sent::Nothing);
    pages::page(200, page, service, context.locale, "", link, sent)
}

/// The provider's sign-out; `None` when its documents are unavailable or name no address.
async fn location<P: Platform>(
    context: &Context<P>,
    hint: Option<Secret>,
    state: &str,
) -> Option<String> {
    let metadata = provider::metadata(context).await.ok()?;
    let endpoint = metadata.end_session_endpoint.as_deref()?;
    let home = context.service.own_page("signed-out");
    let return_uri = format!("{}{home}", context.service.origin_url);
    Some(end_session::address(
        endpoint,
        hint.as_ref().map(Secret::expose),
        &return_uri,
        state,
    ))
}

/// How long a `state` says how a person signed out, in seconds.
pub(super) const STATE: i64 = 600;

/// The end of the language in a `state` of a person whose every session has ended.
pub(super) const EVERYWHERE: &str = "-all";

/// The same where this browser's session has ended, and a sign-out of another person's is pending.
pub(super) const HERE: &str = "-one";

/// The `state` that the provider brings back. It says the language of the page where the browser would not, and what
/// has ended for certain; only the Worker can make one, for the network that it was made for.
fn state<P: Platform>(context: &Context<P>, request: &Request, over: &str) -> String {
    let random = encode(&context.random::<16>());
    let natural = pages::locale(&context.service, None, request, Some("/"));
    let ring = context.isolate.config.ring.as_ref();
    let Some(ring) = ring.filter(|_| !over.is_empty() || context.locale != natural) else {
        return random;
    };
    // Short, because the provider takes no long address.
    let text = format!(
        "{random}.{}{over}.{:x}",
        context.locale.as_str(),
        context.now
    );
    let value = ring.check_value(&context.service.binding, &told(context, request, &text));
    format!("{text}.{value}")
}

pub(super) fn told<P: Platform>(context: &Context<P>, request: &Request, text: &str) -> String {
    format!("signed out\n{text}\n{}", limited(context, request))
}

/// Deletes the cookies of sessions, whether they open or not, those of sign-ins under way, and the way
/// back after an earlier session; each with what a script put next to it.
fn own_cookies(cookies: Cookies<'_>) -> Vec<String> {
    let named = [ARRIVAL_NAME, OVER_NAME, INACTIVE_NAME].into_iter();
    let named = named.filter(|name| cookies.all(name).next().is_some());
    let sessions = cookies.sessions().map(|(name, _)| name);
    let attempts = cookies.attempts().map(|(name, _)| name);
    let own = sessions.chain([STARTS_NAME]).chain(attempts).chain(named);
    own.flat_map(browser_session::both).collect()
}
