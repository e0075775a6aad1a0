//! The edge's own addresses: which there are, and those that need no sign-in to answer.
//!
//! Source: RFC 7517 (key sets), `provider.md` 1.7 and 9 (what the provider asks of ours).

pub mod health;
pub mod signing_in;
pub mod status;

use crate::gate::{browser_session, links};
use serde_json::json;

use super::{admission, arrival, identity, sign_out, switch};
use crate::config::{KeyPair, OwnPage, Service, WELL_KNOWN_JWKS};
use crate::gate::access::cross_origin;
use crate::gate::access::protect::in_frame;
use crate::gate::context::Context;
use crate::gate::decision::{Message, Task, Verdict};
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::{Request, parameter};
use crate::gate::links::{again, onwards};
use crate::gate::pages::messages::LeadsTo;
use crate::gate::pages::{self, Page, Sent, assets, service_header};
use crate::gate::sign_out::inactive;
use crate::oidc::jws::Alg;
use crate::path::CanonicalPath;
use crate::platform::Platform;

/// The edge's own answer to a request, or `None` when the path is the service's.
///
/// A path that any origin could read as one of the edge's own is answered here and never forwarded.
pub fn route<P: Platform>(
    context: &Context<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
) -> Option<Verdict> {
    let service = &context.service;
    if path.text == service.redirect_path {
        return Some(callback(context, request, query));
    }
    if path.text == WELL_KNOWN_JWKS && service.publish_well_known_jwks {
        return Some(read_only(context, request, client_keys(service)));
    }
    if !service.has_own(path) {
        return None;
    }
    let rest = path.text.strip_prefix(&service.own_path);
    let verdict = match named(path, service) {
        Some(OwnPage::Asset) => asset(context, request, rest.unwrap_or_default()),
        Some(page) => own_page(context, request, page, query),
        None => context.page(404, Page::NotFound).into(),
    };
    Some(verdict)
}

/// Which of the edge's own addresses a path is.
fn named(path: &CanonicalPath, service: &Service) -> Option<OwnPage> {
    let rest = path.text.strip_prefix(&service.own_path)?;
    OwnPage::parse(rest.strip_prefix('/')?)
}

/// How an address takes the switch.
#[derive(Clone, Copy, Debug)]
pub struct Switched {
    /// It is decided by the switch, or says how that is.
    pub asks: bool,
    /// It is there while the service is closed.
    pub stays: bool,
}

/// How an address takes the switch. People can always sign out, and other servers never wait for it.
#[must_use]
pub fn switched(service: &Service, path: &CanonicalPath) -> Switched {
    let (asks, stays) = match named(path, service) {
        None if path.text == WELL_KNOWN_JWKS && service.publish_well_known_jwks => (false, true),
        None | Some(OwnPage::SignIn | OwnPage::Return | OwnPage::Arrived | OwnPage::Header) => {
            (true, false)
        }
        Some(OwnPage::Health | OwnPage::Session | OwnPage::Page) => (true, true),
        Some(
            OwnPage::ClientKeys
            | OwnPage::AssertionKeys
            | OwnPage::SignOut
            | OwnPage::SignedOut
            | OwnPage::Backchannel
            | OwnPage::Signals
            | OwnPage::SignalToken
            | OwnPage::EndSessions
            | OwnPage::Admission
            | OwnPage::Claims
            | OwnPage::Asset,
        ) => (false, true),
    };
    Switched { asks, stays }
}

/// A file that pages load, by its path behind the prefix.
fn asset<P: Platform>(context: &Context<P>, request: &Request, rest: &str) -> Verdict {
    let path = rest.strip_prefix("/assets/").unwrap_or_default();
    if path == assets::CLEAR {
        return read_only(context, request, assets::clear(&context.service, request));
    }
    match assets::find(&context.service, path) {
        Some(found) if request.is_read() => Verdict::Now(Box::new(found)),
        Some(_) => wrong_method(context, "GET, HEAD"),
        None => context.page(404, Page::NotFound).into(),
    }
}

fn wrong_method<P: Platform>(context: &Context<P>, allowed: &str) -> Verdict {
    let page = context.page(405, Page::WrongMethod);
    page.with("allow", allowed).into()
}

fn callback<P: Platform>(context: &Context<P>, request: &Request, query: Option<&str>) -> Verdict {
    // A callback has an effect, which HEAD must not have.
    if request.method != "GET" {
        return wrong_method(context, "GET");
    }
    if request.looks_ahead() {
        // The code is kept for the person's own step.
        return Reply::declined().of(&context.service).into();
    }
    Verdict::Later(Task::Callback(query.unwrap_or_default().to_owned()))
}

fn read_only<P: Platform>(context: &Context<P>, request: &Request, reply: Reply) -> Verdict {
    if request.is_read() {
        reply.into()
    } else {
        wrong_method(context, "GET, HEAD")
    }
}

fn own_page<P: Platform>(
    context: &Context<P>,
    request: &Request,
    page: OwnPage,
    query: Option<&str>,
) -> Verdict {
    let service = &context.service;
    match page {
        OwnPage::ClientKeys => read_only(context, request, client_keys(service)),
        OwnPage::AssertionKeys => read_only(context, request, assertion_keys(service)),
        OwnPage::Page => read_only(context, request, shown(context, request, query)),
        OwnPage::Session => status::ask(context, request),
        OwnPage::Header => read_only(context, request, service_header::fragment(context, query)),
        OwnPage::Health if request.is_read() => Verdict::Later(Task::Health),
        OwnPage::Return if !service.proves_identity() => context.page(404, Page::NotFound).into(),
        OwnPage::Arrived if service.arrival.is_none() => context.page(404, Page::NotFound).into(),
        OwnPage::SignIn
        | OwnPage::Return
        | OwnPage::SignOut
        | OwnPage::SignedOut
        | OwnPage::Arrived
            if request.looks_ahead() =>
        {
            Reply::declined().of(service).into()
        }
        OwnPage::SignIn if request.is_document() && request.is_read() => {
            signing_in::ask(context, request, query)
        }
        OwnPage::SignIn if request.is_read() && request.is_framed_by_own() => {
            let wanted = parameter(query, "return_to").unwrap_or_default();
            let link = again(context, &context.place(&wanted));
            in_frame(context, &link).into()
        }
        OwnPage::SignIn if request.is_read() => cross_origin::unauthorised(service).into(),
        OwnPage::Return if request.is_document() && request.is_read() => {
            identity::returning(context, request, query)
        }
        OwnPage::SignOut => signing_out(context, request, query),
        OwnPage::Arrived if matches!(request.method.as_str(), "GET" | "POST") => {
            arrival::arrived(context, request).into()
        }
        OwnPage::Arrived => wrong_method(context, "GET, POST"),
        OwnPage::SignedOut if request.is_read() => Verdict::Later(Task::SignedOut),
        OwnPage::Backchannel if request.method == "POST" => Verdict::Later(Task::Notification),
        OwnPage::EndSessions if service.service_keys.is_none() => {
            context.page(404, Page::NotFound).into()
        }
        OwnPage::Signals | OwnPage::SignalToken if service.signals.is_none() => {
            context.page(404, Page::NotFound).into()
        }
        OwnPage::Signals | OwnPage::SignalToken if request.method == "POST" => {
            let asks = page == OwnPage::SignalToken;
            Verdict::Later(Task::Signal { asks })
        }
        OwnPage::EndSessions if request.method == "POST" => {
            Verdict::Later(Task::OfService(Message::EndSessions))
        }
        OwnPage::Admission if !admission::asks(context) => context.page(404, Page::NotFound).into(),
        OwnPage::Admission if request.method == "POST" => {
            Verdict::Later(Task::OfService(Message::Admission))
        }
        OwnPage::Claims if !service.claims_by_reference => context.page(404, Page::NotFound).into(),
        // A reference is used up, which HEAD must not do.
        OwnPage::Claims if request.method == "GET" => {
            Verdict::Later(Task::OfService(Message::FetchClaims))
        }
        OwnPage::Claims => Reply::new(405).with("allow", "GET").of(service).into(),
        OwnPage::Backchannel
        | OwnPage::EndSessions
        | OwnPage::Admission
        | OwnPage::Signals
        | OwnPage::SignalToken => Reply::new(405).with("allow", "POST").of(service).into(),
        OwnPage::Health
        | OwnPage::SignIn
        | OwnPage::SignedOut
        | OwnPage::Asset
        | OwnPage::Return => wrong_method(context, "GET, HEAD"),
    }
}

/// A sign-out that was asked for: by the service's own page it happens, by anything else the person
/// is asked first.
fn signing_out<P: Platform>(
    context: &Context<P>,
    request: &Request,
    query: Option<&str>,
) -> Verdict {
    let everywhere = parameter(query, "everywhere").is_some();
    if !request.is_read() && request.method != "POST" {
        return wrong_method(context, "GET, HEAD, POST");
    }
    if parameter(query, inactive::MARK).is_some() {
        return inactive::ask(context, request, query);
    }
    if sign_out::is_asked_on_own_page(context, request) {
        return Verdict::Later(Task::SignOut { everywhere });
    }
    match parameter(query, sign_out::COOKIES) {
        Some(_) => sign_out::too_many_cookies(context).into(),
        None => sign_out::confirm(context, everywhere).into(),
    }
}

/// One of the pages as an address of its own, for people who change its language. It says what it
/// always says; that something happened is claimed by the answer in which it came first.
fn shown<P: Platform>(context: &Context<P>, request: &Request, query: Option<&str>) -> Reply {
    let page = parameter(query, "name").and_then(|name| Page::parse(&name));
    let Some(page) = page.filter(|page| *page != Page::SigningOut) else {
        return context.page(404, Page::NotFound);
    };
    // To a person who is signed in, a page that says otherwise would be untrue, and its link unexpected.
    let says_signed_out = matches!(
        page,
        Page::SignedOut
            | Page::SignedOutEverywhere
            | Page::SignedOutHere
            | Page::Unfinished
            | Page::UnfinishedEverywhere
    );
    let is_untrue = says_signed_out
        && browser_session::live(context, Cookies::new(request.headers.get("cookie"))).is_some();
    match page {
        _ if is_untrue => return sign_out::still_signed_in(context),
        Page::ConfirmSignOut => return sign_out::confirm(context, false),
        Page::ConfirmSignOutEverywhere => return sign_out::confirm(context, true),
        Page::StillSignedIn => return sign_out::still_signed_in(context),
        Page::TooManyCookies => return sign_out::too_many_cookies(context),
        _ => {}
    }
    let service = &context.service;
    let wanted = parameter(query, "return_to").unwrap_or_default();
    let place = context.place(&wanted);
    let link = match page.leads_to() {
        LeadsTo::SignOut => service.own_page(match context.asked {
            Some(_) => "sign-out?",
            None => "sign-out",
        }),
        LeadsTo::Identity => identity::onwards(context),
        LeadsTo::Home => {
            let session =
                browser_session::live(context, Cookies::new(request.headers.get("cookie")));
            arrival::home(context, session.is_some_and(|session| session.arriving)).to_owned()
        }
        _ if page == Page::TooManyRequests => {
            let link = onwards(context, request, &place);
            links::invited(link, &invitation(context, query))
        }
        _ => links::invited(again(context, &place), &invitation(context, query)),
    };
    let link = match context.asked {
        Some(locale) if page.leads_to() == LeadsTo::SignOut => {
            format!("{link}lang={}", locale.as_str())
        }
        _ => link,
    };
    let reference = parameter(query, "reference").filter(|text| context.is_own_reference(text));
    let reference = reference.unwrap_or_default();
    let sent = parameter(query, "sent").unwrap_or_default();
    let sent = Sent::parse(&sent);
    let shown = pages::page(200, page, service, context.locale, &reference, &link, sent);
    switch::timed(context, page, shown)
}

/// The code of an invitation in a link, where the service asks for one; else an empty text.
fn invitation<P: Platform>(context: &Context<P>, query: Option<&str>) -> String {
    let code = parameter(query, links::INVITATION).filter(|_| admission::asks(context));
    code.filter(|code| admission::is_code(code))
        .unwrap_or_default()
}

/// The public halves of the client's keys, in both generations.
///
/// Ten minutes of caching: a new key is published long before it signs.
#[must_use]
pub fn client_keys(service: &Service) -> Reply {
    key_set(
        service,
        &service.client_keys,
        service.request_alg,
        "public, max-age=600",
    )
}

/// The public halves of the assertion's keys, in both generations.
#[must_use]
pub fn assertion_keys(service: &Service) -> Reply {
    key_set(
        service,
        &service.assertion_keys,
        Alg::Es256,
        "public, max-age=300",
    )
}

fn key_set(service: &Service, keys: &KeyPair, alg: Alg, cache: &str) -> Reply {
    let keys: Vec<_> = keys.all().map(|key| key.published(alg)).collect();
    Reply::json(200, &json!({ "keys": keys }))
        .with("cache-control", cache)
        .with("content-type", "application/jwk-set+json")
        .with("cross-origin-resource-policy", "cross-origin")
        .of(service)
}
