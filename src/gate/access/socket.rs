//! A WebSocket that ends with its session: whether an open one may stay, and when that is asked again.
//!
//! The cookie is the one with which it was opened, so that a socket is no use of the session: at the idle limit it
//! closes, and a page whose person is still there opens it again with a newer cookie.

use super::last_answer::{informed, is_certain};
use super::revocation::standing;
use crate::gate::browser_session;
use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::gate::http::request::Request;
use crate::gate::links::rule_of;
use crate::platform::Platform;
use crate::session::account::Standing;
use crate::session::session::Session;

/// The shortest time between two looks, in seconds, where accounts are asked with every request.
const SHORTEST: i64 = 10;

/// In how many seconds an open socket is looked at again; 0 where it has to close.
pub async fn attend<P: Platform>(context: &Context<P>, request: &Request) -> i64 {
    let service = &context.service;
    let Some(session) = browser_session::live(context, Cookies::new(request.headers.get("cookie")))
    else {
        context.log_done("session", "socket_closed");
        return 0;
    };
    let session = informed(context, session);
    let Some(seconds) = may_stay(context, request, &session).await else {
        let told = context.logging_person(&session.subject);
        told.log_done("session", "socket_closed");
        return 0;
    };
    let idle = session.used_at + service.limits.idle;
    let end = session.expires_at(service.limits).min(idle);
    seconds.min(end - context.now).max(1)
}

/// For how many seconds the account's last word on the session counts; `None` where the socket has to close.
async fn may_stay<P: Platform>(
    context: &Context<P>,
    request: &Request,
    session: &Session,
) -> Option<i64> {
    let rule = request
        .address()
        .and_then(|address| rule_of(context, address.path))?;
    let is_over = rule.freshness.is_some_and(|freshness| {
        freshness.is_over(session.auth_time, session.reauthenticated_at, context.now)
    });
    if is_over {
        return None;
    }
    let check = context.service.revocation.check;
    let age = context.now - session.checked_at;
    // The word may be old already, and must not count for longer because of a look.
    if is_certain(context, session) {
        return Some(check - age);
    }
    let longest = check.max(SHORTEST);
    let revocations = &context.isolate.revocations;
    match standing(context, session).await {
        Ok(Standing::Live) => {
            revocations.note(&session.id, context.now);
            Some(longest)
        }
        Ok(Standing::Ended) => {
            revocations.end(&session.id, context.now);
            None
        }
        Err(grace) => {
            let left = grace.seconds(context, rule.level) - age;
            (left > 0).then(|| left.min(longest))
        }
    }
}
