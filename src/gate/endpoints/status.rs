//! The state of a session for a page of the service: whether it lives, and for how long.
//!
//! Reading never prolongs a session, so that a page which is only open does not keep it alive;
//! posting does, because a person asked for that. Pages of other origins learn nothing.

use serde_json::{Value, json};

use crate::config::Service;
use crate::gate::access::last_answer::{informed, is_certain};
use crate::gate::access::revocation::standing;
use crate::gate::context::Context;
use crate::gate::decision::{Task, Verdict};
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::{RETRY_AFTER, Reply};
use crate::gate::http::request::Request;
use crate::gate::{browser_session, sign_out, switch};
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
pub async fn answer<P: Platform>(context: &Context<P>, request: &Request) -> Reply {
    let service = &context.service;
    let cookies = Cookies::new(request.headers.get("cookie"));
    let session = browser_session::live(context, cookies)
        .filter(|session| !sign_out::is_ending(context, cookies, session))
        .map(|session| informed(context, session));
    let Some(mut session) = session else {
        return signed_out(context);
    };
    if !is_certain(context, &session) {
        match standing(context, &session).await {
            Ok(Standing::Live) => {
                context.isolate.revocations.note(&session.id, context.now);
                session.checked_at = context.now;
            }
            Ok(Standing::Ended) => {
                context.isolate.revocations.end(&session.id, context.now);
                return signed_out(context);
            }
            Err(grace) if grace.covers(context, &session, session.level) => {}
            Err(_) => {
                let unknown = Reply::problem(503, "Service Unavailable", &[]).of(service);
                return unknown.with("retry-after", RETRY_AFTER);
            }
        }
    }
    if request.is_read() {
        return signed_in(context, &session);
    }
    session.used_at = session.used_at.max(context.now);
    signed_in(context, &session).with_cookie(browser_session::renewal(context, &session))
}

fn signed_in<P: Platform>(context: &Context<P>, session: &Session) -> Reply {
    let limits = context.service.limits;
    said(
        context,
        json!({
            "signed_in": true,
            "level": session.level.as_str(),
            "idle_seconds": session.used_at + limits.idle - context.now,
            "absolute_seconds": session.expires_at(limits) - context.now,
        }),
    )
}

fn signed_out<P: Platform>(context: &Context<P>) -> Reply {
    said(context, json!({ "signed_in": false }))
}

/// The answer with the state of the switch, where the service has one.
fn said<P: Platform>(context: &Context<P>, mut document: Value) -> Reply {
    if let Some(state) = switch::state(context) {
        document["switch"] = state;
    }
    Reply::json(200, &document).of(&context.service)
}
