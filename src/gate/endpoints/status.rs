//! The state of a session for a page of the service: whether it lives, and for how long.
//!
//! Reading never prolongs a session, so that a page which is only open does not keep it alive;
//! posting does, because a person asked for that. Pages of other origins learn nothing.

use serde_json::{Value, json};

use crate::config::Service;
use crate::gate::access::last_answer::{informed, is_certain};
use crate::gate::access::protect::Passage;
use crate::gate::access::revocation::{standing, word};
use crate::gate::context::Context;
use crate::gate::decision::{Task, Verdict};
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::{RETRY_AFTER, Reply};
use crate::gate::http::request::{Request, parameter};
use crate::gate::pages::Page;
use crate::gate::switch::{self, Part};
use crate::gate::{browser_session, sign_out};
use crate::path::CanonicalPath;
use crate::platform::Platform;
use crate::session::account::Standing;
use crate::session::session::Session;

/// Takes the question of a page of this host, and of no other.
pub fn ask<P: Platform>(context: &Context<P>, request: &Request) -> Verdict {
    let service = &context.service;
    if !request.is_read() && request.method != "POST" {
        let refused = Reply::problem(405, "Method Not Allowed", &[]).of(service);
        return refused.with("allow", "GET, HEAD, POST").into();
    }
    if !is_asked_by_own_page(service, request) {
        return Reply::problem(403, "Forbidden", &[]).of(service).into();
    }
    Verdict::Later(Task::Status)
}

/// Whether a page of this host asks. A browser that says nothing of it sends the origin with whatever
/// another origin's script could read or change.
fn is_asked_by_own_page(service: &Service, request: &Request) -> bool {
    let own = request.comes_from(&service.origin_url);
    own.unwrap_or_else(|| request.is_read())
}

/// The answer: `signed_in`, and of a live session its `level` and how many seconds are left of both
/// limits. The account is asked as for any other request.
///
/// A page may name the path of a form that it is about to post: `form_lost` is the name of the page that the form would get
/// in place of the service's answer, where the path's route has `form_warning`. While the switch has closed the service, that is
/// the page about it.
pub async fn answer<P: Platform>(context: &Context<P>, request: &Request) -> Reply {
    let service = &context.service;
    let cookies = Cookies::new(request.headers.get("cookie"));
    let path = posted(service, request);
    let passage = path
        .as_ref()
        .map(|path| Passage::new(context, request, path, None));
    let form = passage.filter(|passage| passage.rule.form_warning);
    let gone = || said(context, json!({ "signed_in": false }), form.as_ref(), None);
    let session = browser_session::live(context, cookies)
        .filter(|session| !sign_out::is_ending(context, cookies, session))
        .map(|session| informed(context, session));
    let Some(mut session) = session else {
        return gone();
    };
    // Another tab may have proved an identity.
    let proves = form.as_ref().is_some_and(|form| form.lacks(&session));
    if proves || !is_certain(context, &session) {
        let answer = match &form {
            Some(form) => word(form, &mut session, &mut None).await,
            None => standing(context, &session).await,
        };
        match answer {
            Ok(Standing::Live) => {
                context.isolate.revocations.note(&session.id, context.now);
                session.checked_at = context.now;
            }
            Ok(Standing::Ended) => {
                context.isolate.revocations.end(&session.id, context.now);
                return gone();
            }
            Err(grace) if !proves && grace.covers(context, &session, session.level) => {}
            Err(_) => {
                let unknown = Reply::problem(503, "Service Unavailable", &[]).of(service);
                return unknown.with("retry-after", RETRY_AFTER);
            }
        }
    }
    if !request.is_read() {
        session.used_at = session.used_at.max(context.now);
    }
    let limits = service.limits;
    let document = json!({
        "signed_in": true,
        "level": session.level.as_str(),
        "idle_seconds": session.used_at + limits.idle - context.now,
        "absolute_seconds": session.expires_at(limits) - context.now,
    });
    let reply = said(context, document, form.as_ref(), Some(&session));
    match request.is_read() {
        true => reply,
        false => reply.with_cookie(browser_session::renewal(context, &session)),
    }
}

/// The path to which a page is about to post a form, unless the edge itself takes it.
fn posted(service: &Service, request: &Request) -> Option<CanonicalPath> {
    let path = parameter(request.address()?.query, "form")?;
    let path = service.path(&path).ok()?;
    (!service.has_own(&path)).then_some(path)
}

/// The answer with what is known of the form, and with the state of the switch, where the service has them.
fn said<P: Platform>(
    context: &Context<P>,
    mut document: Value,
    form: Option<&Passage<'_, P>>,
    session: Option<&Session>,
) -> Reply {
    let service = &context.service;
    if let Some(state) = switch::state(context) {
        document["switch"] = state;
    }
    if service.rules.listed().iter().any(|rule| rule.form_warning) {
        document["form_warning"] = true.into();
    }
    let closed = switch::off(context, Part::Service).map(|_| Page::ServiceClosed);
    if let Some(page) = form.and_then(|form| closed.or_else(|| form.loses(session))) {
        document["form_lost"] = page.name().into();
    }
    Reply::json(200, &document).of(service)
}
