//! Whether a session is still alive, when its account has to be asked.
//!
//! [`crate::gate::access::protect`] decides with the answer; the account's own decision is in
//! [`crate::session::account`].

use super::assertion::{self, NotSigned};
use super::protect::Passage;
use super::statement::{Known, Subject};
use crate::config::Access;
use crate::gate::context::Context;
use crate::gate::decision::{Decision, Forward, Task, Verdict};
use crate::gate::http::reply::RETRY_AFTER;
use crate::gate::http::request::Request;
use crate::gate::pages::Page;
use crate::gate::{accounts, browser_session, identity, sign_in};
use crate::oidc::vector::Level;
use crate::path::CanonicalPath;
use crate::platform::{EventOutcome, Outage, Platform};
use crate::session::account::Standing;
use crate::session::session::Session;

/// Asks the account whether the session is alive, and goes on accordingly.
///
/// Where the account's word on the identity is needed, that is asked for with the same question.
/// Without an answer a session goes on for as long as its last one may be relied on; that never
/// becomes longer by itself, and an account that has too much to do earns nothing.
pub async fn check<P: Platform>(
    context: &Context<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
    session: Session,
) -> Decision {
    checked(&Passage::new(context, request, path, query), session).await
}

/// The same for a passage.
pub async fn checked<P: Platform>(passage: &Passage<'_, P>, mut session: Session) -> Decision {
    let (context, request) = (passage.context, passage.request);
    let revocations = &context.isolate.revocations;
    let mut known = None;
    let verdict = match word(passage, &mut session, &mut known).await {
        Ok(Standing::Live) => {
            revocations.note(&session.id, context.now);
            session.checked_at = context.now;
            passage.admit(session, known)
        }
        Ok(Standing::Ended) => {
            revocations.end(&session.id, context.now);
            let told = context.logging_person(&session.subject);
            told.log_refused("session", "ended_elsewhere");
            let gone = browser_session::end(context, &session, true);
            return forget(settle(context, request, passage.anonymous()).await, gone);
        }
        Err(grace) => unchecked(passage, session, grace),
    };
    settle(context, request, verdict).await
}

/// The account's answer about a session, with what is known of the identity behind it where the passage needs that.
///
/// # Errors
/// [`Grace`] when there was no answer.
pub async fn word<P: Platform>(
    passage: &Passage<'_, P>,
    session: &mut Session,
    known: &mut Option<Known>,
) -> Result<Standing, Grace> {
    let context = passage.context;
    if !passage.asks(session) {
        return standing(context, session).await;
    }
    let before = session.clone();
    answered(context, &before, identity::ask(passage, session, known)).await
}

/// The account's answer about a session, or for how long its last word may be relied on. An account
/// that has too much to do earns nothing, and one that gave no answer is not asked without end.
pub async fn standing<P: Platform>(
    context: &Context<P>,
    session: &Session,
) -> Result<Standing, Grace> {
    answered(context, session, accounts::check(context, session)).await
}

/// The same for another question that the account answers with the session's standing.
async fn answered<P: Platform>(
    context: &Context<P>,
    session: &Session,
    question: impl Future<Output = Result<Standing, Outage>>,
) -> Result<Standing, Grace> {
    let revocations = &context.isolate.revocations;
    if revocations.has_ended(&session.id) {
        return Ok(Standing::Ended);
    }
    let missed = |label, overloaded| {
        let told = context.logging_person(&session.subject);
        told.log_summed(EventOutcome::Failed, "session_unchecked", label, "");
        match overloaded {
            true => Grace::AsChecked,
            false => Grace::Configured,
        }
    };
    let account = accounts::remembered(context, &session.subject);
    if let Err(overloaded) = revocations.may_ask(&account, context.now) {
        return Err(missed("limited", overloaded));
    }
    let answer = question.await;
    match answer {
        Ok(_) => revocations.answered(&account),
        Err(outage) => revocations.miss(&account, context.now, outage == Outage::Overloaded),
    }
    answer.map_err(|outage| missed(outage.label(), outage == Outage::Overloaded))
}

/// For how long a session may go on without its account's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grace {
    /// For as long as one is relied on anyway.
    AsChecked,
    /// For as long as the configuration says; never where an identity is at stake.
    Configured,
}

impl Grace {
    /// For how many seconds the account's last word on a session is relied on at a level.
    pub fn seconds<P: Platform>(self, context: &Context<P>, level: Level) -> i64 {
        let revocation = context.service.revocation;
        match self {
            Self::Configured if !level.has_identity() => revocation.grace,
            Self::Configured | Self::AsChecked => revocation.check,
        }
    }

    /// Whether that word is young enough to go on with the session.
    pub fn covers<P: Platform>(
        self,
        context: &Context<P>,
        session: &Session,
        level: Level,
    ) -> bool {
        context.now - session.checked_at < self.seconds(context, level)
    }
}

/// Goes on without the account's word: with a session whose last one is young enough, anonymous
/// where that is allowed, else not at all.
fn unchecked<P: Platform>(passage: &Passage<'_, P>, session: Session, grace: Grace) -> Verdict {
    let (context, rule) = (passage.context, passage.rule);
    if !passage.asks(&session) && grace.covers(context, &session, rule.level) {
        passage.admit(session, None)
    } else if rule.access == Access::Optional {
        passage.anonymous()
    } else {
        unavailable(context, passage.request)
    }
}

/// Carries out what a verdict about a request for the origin still waits for.
pub async fn settle<P: Platform>(
    context: &Context<P>,
    request: &Request,
    verdict: Verdict,
) -> Decision {
    match verdict {
        Verdict::Now(decision) => *decision,
        Verdict::Later(Task::Start(start)) => {
            Decision::Reply(sign_in::start(context, request, start).await)
        }
        Verdict::Later(Task::Assert {
            forward,
            session,
            about,
            known,
        }) => assert(context, request, *forward, &session, &about, known).await,
        Verdict::Later(_) => Decision::Reply(context.page(500, Page::Problem)),
    }
}

/// Signs the assertion of a request and lets it pass.
pub async fn assert<P: Platform>(
    context: &Context<P>,
    request: &Request,
    mut out: Forward,
    session: &Session,
    about: &Subject,
    known: Option<Known>,
) -> Decision {
    match assertion::sign(context, session, about, known.as_ref()).await {
        Ok(signed) => {
            out.set.extend(signed.headers());
            Decision::Forward(out)
        }
        Err(NotSigned) => {
            context.log_failed("refused", "assertion_not_signed");
            let detail = "The service cannot be told at the moment who is signed in.";
            Decision::Reply(context.answer(request, 500, Page::Problem, detail))
        }
    }
}

/// The same without the session's cookie. Where a person is led away the cache goes as well; a form that was sent too late
/// stays for going back to.
fn forget(decision: Decision, gone: Vec<String>) -> Decision {
    match decision {
        Decision::Reply(reply) => {
            let reply = reply.with_cookies(gone);
            Decision::Reply(match reply.header("location") {
                Some(_) => reply.emptying(),
                None => reply,
            })
        }
        asset @ Decision::Asset { .. } => asset,
        Decision::Forward(mut out) => {
            out.answer.cookies.extend(gone);
            Decision::Forward(out)
        }
    }
}

/// The answer while it cannot be known whether the session is alive.
fn unavailable<P: Platform>(context: &Context<P>, request: &Request) -> Verdict {
    let detail = "It is not known at the moment whether the session is alive.";
    let answer = context.answer(request, 503, Page::Problem, detail);
    answer.with("retry-after", RETRY_AFTER).into()
}
