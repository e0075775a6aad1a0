//! The answers to pages of other origins, and to scripts.
//!
//! Source: Fetch (CORS, and `Origin` of forms), Fetch Metadata Request Headers, RFC 9457 (problem details), RFC 6455
//! section 10.2 (WebSocket origins).

use crate::config::{Access, Rule, Service};
use crate::gate::context::Context;
use crate::gate::decision::Verdict;
use crate::gate::http::cors::preflight;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;
use crate::gate::pages::Page;
use crate::gate::pages::bilingual::problem;
use crate::platform::Platform;

/// The challenge that names the service.
pub fn challenge(service: &Service) -> String {
    format!("OneLogin realm=\"{}\"", service.host)
}

/// 401 for scripts, frames and other clients: nothing that a browser would follow or keep.
pub fn unauthorised(service: &Service) -> Reply {
    let detail = "Sign in with GOV.UK One Login to use this address.";
    let sign_in = service.own_page("sign-in");
    let further = [("detail", detail), ("sign_in", &sign_in)];
    let reply =
        Reply::problem(401, "Unauthorized", &further).with("www-authenticate", challenge(service));
    reply.of(service)
}

/// 401 for programs on a route whose origin judges `Authorization`.
///
/// The scheme is the origin's business. A challenge names one (RFC 9110 section 11.6.1), and browsers ask a person for
/// nothing at `Bearer`; without an error, because nothing was sent (RFC 6750 section 3.1).
pub fn unauthorised_program(service: &Service) -> Reply {
    let detail = "Send an Authorization header to use this address.";
    let reply = Reply::problem(401, "Unauthorized", &[("detail", detail)]).with(
        "www-authenticate",
        format!("Bearer realm=\"{}\"", service.host),
    );
    reply.of(service)
}

/// The same for a live session with a sign-in that is too long ago.
///
/// Source: RFC 9470 section 3.
pub fn too_old(service: &Service, max_age: i64) -> Reply {
    let mut value = challenge(service);
    value.push_str(", error=\"insufficient_user_authentication\", max_age=\"");
    value.push_str(&max_age.to_string());
    value.push('"');
    unauthorised(service).with("www-authenticate", value)
}

/// Answers what another origin may not do, and the preflights of those that may ask.
///
/// A WebSocket is judged where a session is used. One without an origin is no browser's (RFC 6455 section
/// 4.1), so that there is no page of another origin to guard against.
pub fn judge<P: Platform>(context: &Context<P>, request: &Request, rule: &Rule) -> Option<Verdict> {
    let service = &context.service;
    let origin = request.headers.get("origin");
    if request.is_upgrade() {
        let origin = origin.filter(|_| rule.access != Access::Public)?;
        let own = origin == service.origin_url;
        let listed = service
            .websocket_origins
            .iter()
            .any(|allowed| allowed == origin);
        return (!own && !listed).then(|| {
            context
                .logging(request)
                .log_refused("refused", "upgrade_origin");
            problem(
                403,
                Page::WrongMethod,
                "This origin may not open a WebSocket here.",
            )
            .of(service)
            .into()
        });
    }
    if !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
        return judge_change(context, request, rule);
    }
    preflight(service, request).map(Verdict::from)
}

/// Refuses what would change something and comes from a page of another origin, before anybody is looked up, so that the
/// sender learns nothing of the person.
fn judge_change<P: Platform>(
    context: &Context<P>,
    request: &Request,
    rule: &Rule,
) -> Option<Verdict> {
    let service = &context.service;
    let listed = rule.other_sites.listed()?;
    let listed = listed.iter().chain(&service.cors_origins);
    if !request.comes_from_elsewhere(&service.origin_url, listed) {
        return None;
    }
    let is_page = request.is_document() && rule.access != Access::Api;
    Some(other_site(context, request, is_page).into())
}

/// The answer to what would change something and is of another origin: a page, or a problem for a program.
pub fn other_site<P: Platform>(context: &Context<P>, request: &Request, is_page: bool) -> Reply {
    let context = context.logging(request);
    context.log_refused("refused", "other_site");
    match is_page {
        true => context.page(403, Page::OtherSite),
        false => {
            let detail = "A page of another origin may not change anything here.";
            problem(403, Page::OtherSite, detail).of(&context.service)
        }
    }
}
