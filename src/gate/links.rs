//! The addresses of a new start, which pages lead to.

use crate::config::{Access, RETURN, Rule};
use crate::gate::context::Context;
use crate::gate::http::request::{Request, parameter};
use crate::gate::network::limited;
use crate::oidc::SKEW;
use crate::platform::Platform;
use crate::session::attempt::Attempt;

/// The end of a link's query that goes on with the language that the address asks for; empty where it asks for none.
pub fn language<P: Platform>(context: &Context<P>) -> String {
    let asked = context.asked;
    asked.map_or_else(String::new, |locale| format!("&lang={}", locale.as_str()))
}

/// The address of a new start that leads to the same place. Each page of the Worker's own where a person was going belongs to
/// the way of people who come back to a proof, and leads to its beginning.
pub fn again<P: Platform>(context: &Context<P>, return_path: &str) -> String {
    let service = &context.service;
    let query = match return_path.starts_with(&service.own_page("")) {
        true => serialised(&service.own_page(RETURN)),
        false => serialised(return_path),
    };
    let language = language(context);
    context
        .service
        .own_page(&format!("sign-in?return_to={query}{language}"))
}

/// The text as a value in a query.
fn serialised(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The parameter with the code of an invitation.
pub const INVITATION: &str = "invitation";

/// The address of a new start like an attempt's: to the same place, and with the same invitation.
pub fn again_with<P: Platform>(context: &Context<P>, attempt: &Attempt) -> String {
    invited(again(context, &attempt.return_path), &attempt.invitation)
}

/// The address of a new start with the code of an invitation, if there is one.
pub fn invited(mut link: String, code: &str) -> String {
    if !code.is_empty() {
        link += "&invitation=";
        link += &serialised(code);
    }
    link
}

/// How long the link of the page about too many sign-ins leads on, in seconds.
const ONWARDS: i64 = 600;

/// The address of a new start that is not counted: a person who is shown the page has clicked once, which a flood of
/// starts has not. It holds for ten minutes and for the network that saw the page.
pub fn onwards<P: Platform>(context: &Context<P>, request: &Request, return_path: &str) -> String {
    let link = again(context, return_path);
    let Some(ring) = &context.isolate.config.ring else {
        return link;
    };
    let text = clicked(context, request, context.now);
    let value = ring.check_value(&context.service.binding, &text);
    format!("{link}&go_on={}.{value}", context.now)
}

/// Whether the request follows the link of [`onwards`].
pub fn is_onwards<P: Platform>(context: &Context<P>, request: &Request) -> bool {
    let query = request.address().and_then(|address| address.query);
    let Some(go_on) = parameter(query, "go_on") else {
        return false;
    };
    let read = || {
        let (time, value) = go_on.split_once('.')?;
        let time = time.parse().ok()?;
        let ring = context.isolate.config.ring.as_ref()?;
        let text = clicked(context, request, time);
        let is_ours = ring.is_checked(&context.service.binding, &text, value);
        Some(is_ours && (context.now - ONWARDS..=context.now + SKEW).contains(&time))
    };
    read().unwrap_or_default()
}

fn clicked<P: Platform>(context: &Context<P>, request: &Request, time: i64) -> String {
    format!("go on\n{time}\n{}", limited(context, request))
}

/// The rule of the place where a person was.
pub fn rule_of<'a, P: Platform>(context: &'a Context<P>, place: &str) -> Option<&'a Rule> {
    let path = place.split('?').next()?;
    let path = context.service.path(path).ok()?;
    Some(context.service.rules.find(&path))
}

/// Whether a request is a program's, which gets no page. The Worker's own addresses are for people, whatever route is around them.
pub fn is_api<P: Platform>(context: &Context<P>, request: &Request) -> bool {
    let service = &context.service;
    let address = request.address();
    let path = address.and_then(|address| service.path(address.path).ok());
    path.is_some_and(|path| {
        !service.has_own(&path) && is_program(service.rules.find(&path).access, request)
    })
}

/// Whether a request to a route of this kind is a program's.
pub fn is_program(access: Access, request: &Request) -> bool {
    match access {
        Access::Api => true,
        Access::CloudflareAccess => !request.is_document() && !request.is_framed_by_own(),
        _ => false,
    }
}
