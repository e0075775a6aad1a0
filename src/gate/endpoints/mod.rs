//! The edge's own addresses: which there are, and those that need no sign-in to answer.
//!
//! Source: RFC 7517 (key sets), `provider.md` 1.7 and 9 (what the provider asks of ours).

pub mod status;

use crate::gate::{browser_session, links};
use serde_json::{Value, json};

use super::{arrival, identity, provider, sign_out};
use crate::config::{KeyPair, OwnPage, Service, WELL_KNOWN_JWKS};
use crate::gate::access::cross_origin;
use crate::gate::access::protect::in_frame;
use crate::gate::context::Context;
use crate::gate::decision::{Message, Start, Task, Verdict};
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::{Request, parameter};
use crate::gate::links::{again, onwards};
use crate::gate::pages::messages::LeadsTo;
use crate::gate::pages::{self, Page, Sent, assets, service_header};
use crate::gate::sign_out::inactive;
use crate::oidc::jwks::VerifyingKey;
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
    if !is_own_path(path, service) {
        return None;
    }
    let rest = path.text.strip_prefix(&service.own_path);
    let page = rest
        .and_then(|rest| rest.strip_prefix('/'))
        .and_then(OwnPage::parse);
    let verdict = match page {
        Some(OwnPage::Asset) => asset(context, request, rest.unwrap_or_default()),
        Some(page) => own_page(context, request, page, query),
        None => context.page(404, Page::NotFound).into(),
    };
    Some(verdict)
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

/// Whether the path is the edge's own in any reading, so that no origin ever sees it.
fn is_own_path(path: &CanonicalPath, service: &Service) -> bool {
    path.is_below(&service.own_path) || path.folded == service.redirect_path.to_lowercase()
}

fn callback<P: Platform>(context: &Context<P>, request: &Request, query: Option<&str>) -> Verdict {
    // A callback has an effect, which HEAD must not have.
    if request.method != "GET" {
        return wrong_method(context, "GET");
    }
    if request.looks_ahead() {
        // The code is kept for the person's own step.
        return declined(&context.service);
    }
    Verdict::Later(Task::Callback(query.unwrap_or_default().to_owned()))
}

/// The answer to a browser that only looks ahead. One that says that all is well would be shown, empty
/// as it is, when the person follows the link.
///
/// Source: HTML, speculative loading (a response that is not ok ends a prefetch or a prerendering).
fn declined(service: &Service) -> Verdict {
    Reply::new(503).of(service).into()
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
            declined(service)
        }
        OwnPage::SignIn if request.is_document() && request.is_read() => {
            signing_in(context, request, query)
        }
        OwnPage::SignIn if request.is_read() && request.is_framed_by_own() => {
            let wanted = parameter(query, "return_to").unwrap_or_default();
            let link = again(context, &context.place(&wanted));
            in_frame(context, &link).into()
        }
        OwnPage::SignIn if request.is_read() => cross_origin::unauthorised(service, request).into(),
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
        OwnPage::EndSessions if request.method == "POST" => {
            Verdict::Later(Task::OfService(Message::EndSessions))
        }
        OwnPage::Claims if !service.claims_by_reference => context.page(404, Page::NotFound).into(),
        // A reference is used up, which HEAD must not do.
        OwnPage::Claims if request.method == "GET" => {
            Verdict::Later(Task::OfService(Message::FetchClaims))
        }
        OwnPage::Claims => Reply::new(405).with("allow", "GET").of(service).into(),
        OwnPage::Backchannel | OwnPage::EndSessions => {
            Reply::new(405).with("allow", "POST").of(service).into()
        }
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
        LeadsTo::Home => service.branding.home.in_locale(context.locale).0.to_owned(),
        _ if page == Page::TooManyRequests => onwards(context, request, &place),
        _ => again(context, &place),
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
    pages::page(200, page, service, context.locale, &reference, &link, sent)
}

/// A sign-in that was asked for: a person who is signed in at the level already is sent on.
fn signing_in<P: Platform>(
    context: &Context<P>,
    request: &Request,
    query: Option<&str>,
) -> Verdict {
    let service = &context.service;
    let wanted = parameter(query, "return_to").unwrap_or_default();
    let return_path = context.place(&wanted);
    let (level, freshness) = match links::rule_of(context, &return_path) {
        Some(rule) => (rule.level, rule.freshness),
        None => (service.level, None),
    };
    let session = browser_session::live(context, Cookies::new(request.headers.get("cookie")));
    let session = session.filter(|session| session.level >= level.credential());
    let too_old = session.as_ref().is_some_and(|session| {
        freshness.is_some_and(|freshness| {
            freshness.is_over(session.auth_time, session.reauthenticated_at, context.now)
        })
    });
    let proves = level.has_identity() && parameter(query, "refresh").as_deref() == Some("identity");
    if session.is_some() && !too_old && !proves {
        // A place that asks for an identity asks for it itself.
        return Reply::redirect(303, return_path).of(service).into();
    }
    let level = if proves { level } else { level.credential() };
    Verdict::Later(Task::Start(Start {
        level,
        freshness: freshness.filter(|_| !proves),
        session: session.map(Box::new),
        return_path,
    }))
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

/// Whether the deployment can sign people in: 200, or 503 when a document is unavailable or a
/// day out of date. Everything in it is public.
pub async fn health<P: Platform>(context: &Context<P>) -> Reply {
    let reachable = match provider::metadata(context).await {
        Ok(metadata) => provider::keys(context, &metadata).await.is_ok(),
        Err(_) => false,
    };
    let service = &context.service;
    let proves = service.proves_identity();
    let reachable = reachable && (!proves || provider::did(context).await.is_ok());
    let [discovery, jwks, did] = provider::overdue(context);
    let current = |overdue: Option<i64>| overdue.is_some_and(|seconds| seconds < 86_400);
    let keys_work = prove(context, &service.client_keys, service.request_alg).await
        && prove(context, &service.assertion_keys, Alg::Es256).await;
    let sound = reachable && keys_work && current(discovery) && current(jwks);
    let sound = sound && (!proves || current(did));
    let ring = context.isolate.config.ring.as_ref().map(|ring| {
        let (generation, fingerprint) = ring.fingerprint();
        json!({ "generation": generation.letter().to_string(), "fingerprint": fingerprint })
    });
    let state = |overdue: Option<i64>| match overdue {
        None => "missing",
        Some(seconds) if seconds < 0 => "fresh",
        Some(_) => "stale",
    };
    let mut documents = json!({ "discovery": state(discovery), "jwks": state(jwks) });
    if proves {
        documents["did"] = json!(state(did));
    }
    let document = json!({
        "status": if sound { "ok" } else { "failing" },
        "version": env!("CARGO_PKG_VERSION"),
        "environment": service.environment.as_str(),
        "configuration": { "sound": keys_work, "warnings": context.warnings() },
        "documents": documents,
        "keys": {
            "session": ring,
            "client": in_use(&service.client_keys),
            "assertion": in_use(&service.assertion_keys),
        },
    });
    Reply::json(if sound { 200 } else { 503 }, &document).of(service)
}

/// Whether what the active private key signs verifies with its public half, which is what others
/// are told. Tried once in an isolate, because anybody may ask for it.
async fn prove<P: Platform>(context: &Context<P>, keys: &KeyPair, alg: Alg) -> bool {
    const MESSAGE: &[u8] = b"one-login-edge: do these two belong together?";
    let id = &keys.active.key_id;
    if let Some(&proved) = context.isolate.proved.borrow().get(id) {
        return proved;
    }
    let public = VerifyingKey {
        key_id: id.clone(),
        alg,
        material: keys.active.public.clone(),
    };
    // A failure of the platform says nothing of the keys, so it is not remembered.
    let Ok(signature) = context.platform.sign(&keys.active, alg, MESSAGE).await else {
        return false;
    };
    let Ok(proved) = context.platform.verify(&public, MESSAGE, &signature).await else {
        return false;
    };
    context
        .isolate
        .proved
        .borrow_mut()
        .insert(id.clone(), proved);
    proved
}

/// The ids of the keys in use, which are their thumbprints.
fn in_use(keys: &KeyPair) -> Value {
    json!({
        "generation": keys.generation.letter().to_string(),
        "active": keys.active.key_id,
        "other": keys.other.as_ref().map(|key| key.key_id.as_str()),
    })
}
