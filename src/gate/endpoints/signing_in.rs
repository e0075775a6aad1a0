//! A sign-in that a person asks for, by the link of a page.

use crate::config::{Access, RETURN};
use crate::gate::access::last_answer::{informed, is_certain};
use crate::gate::access::revocation::standing;
use crate::gate::context::Context;
use crate::gate::decision::{Start, Task, Verdict};
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::{Request, parameter};
use crate::gate::{browser_session, identity, links, sign_in, sign_out};
use crate::platform::Platform;
use crate::session::account::Standing;
use crate::session::session::Session;

/// Takes the wish: a person who is signed in at the level already is sent on.
pub fn ask<P: Platform>(context: &Context<P>, request: &Request, query: Option<&str>) -> Verdict {
    let service = &context.service;
    let wanted = parameter(query, "return_to").unwrap_or_default();
    let return_path = context.place(&wanted);
    if return_path == service.own_page(RETURN) {
        return identity::returning(context, request, None);
    }
    let rule = links::rule_of(context, &return_path);
    let (level, freshness, for_invited) = match rule {
        Some(rule) => (rule.level, rule.freshness, rule.invited),
        None => (service.level, None, false),
    };
    let asks_itself = rule.is_some_and(|rule| rule.access == Access::Required);
    let invitation = super::invitation(context, query);
    let cookies = Cookies::new(request.headers.get("cookie"));
    let session = browser_session::live(context, cookies)
        .filter(|session| session.level >= level.credential())
        .filter(|session| !sign_out::is_ending(context, cookies, session))
        .map(|session| informed(context, session));
    let too_old = session.as_ref().is_some_and(|session| {
        freshness.is_some_and(|freshness| {
            freshness.is_over(session.auth_time, session.reauthenticated_at, context.now)
        })
    });
    let proves = level.has_identity() && parameter(query, "refresh").as_deref() == Some("identity");
    // The list may know the person by now.
    let comes_in = (for_invited || !invitation.is_empty())
        && session.as_ref().is_some_and(|session| !session.admitted);
    let goes_on = session.is_some() && !too_old && !proves && !comes_in;
    let mut start = Start {
        level: if proves { level } else { level.credential() },
        // A sign-in that is young enough is not asked for again.
        freshness: freshness.filter(|_| !proves && (too_old || session.is_none())),
        session: session.map(Box::new),
        invitation,
        return_path,
    };
    match start.session.take_if(|_| goes_on) {
        // A place that asks for a session or an identity asks for it itself.
        Some(session) if asks_itself || is_certain(context, &session) => {
            sent_on(context, &start).into()
        }
        Some(session) => {
            start.freshness = freshness;
            Verdict::Later(Task::SignIn { session, start })
        }
        None => Verdict::Later(Task::Start(start)),
    }
}

/// Asks the account of a person who seems to be signed in, and signs them in where the session has ended: a place that asks
/// for no sign-in would show them that they are not.
pub async fn finish<P: Platform>(
    context: &Context<P>,
    request: &Request,
    session: Session,
    start: Start,
) -> Reply {
    if standing(context, &session).await != Ok(Standing::Ended) {
        return sent_on(context, &start);
    }
    context.isolate.revocations.end(&session.id, context.now);
    let told = context.logging_person(&session.subject);
    told.log_refused("session", "ended_elsewhere");
    let gone = browser_session::end(context, &session, true);
    let reply = sign_in::start(context, request, start).await;
    reply.with_cookies(gone).emptying()
}

fn sent_on<P: Platform>(context: &Context<P>, start: &Start) -> Reply {
    Reply::redirect(303, &start.return_path).of(&context.service)
}
