//! Whether a session is still alive, when its account has to be asked.
//!
//! [`super::protect`] decides with the answer; the account's own decision is in
//! [`crate::session::account`].

use super::assertion::{self, Known, NotSigned, Subject};
use super::forward::Forward;
use super::identity;
use super::pages::Page;
use super::path::CanonicalPath;
use super::protect::Passage;
use super::reply::{RETRY_AFTER, Reply};
use super::request::Request;
use super::{Decision, Scene, Task, Verdict, accounts, held, sign_in};
use crate::config::Access;
use crate::oidc::vector::Level;
use crate::platform::{Outage, Outcome, Platform};
use crate::session::account::Standing;
use crate::session::cookie::Session;

/// Asks the account whether the session is alive, and goes on accordingly.
///
/// Where the account's word on the identity is needed, that is asked for with the same question.
/// Without an answer a session goes on for as long as its last one may be relied on; that never
/// becomes longer by itself, and an account that has too much to do earns nothing.
pub async fn check<P: Platform>(
    scene: &Scene<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
    mut session: Session,
) -> Decision {
    let passage = Passage::new(scene, request, path, query);
    let leases = &scene.isolate.leases;
    let mut known = None;
    let answer = match passage.asks(&session) {
        true => {
            let before = session.clone();
            answered(
                scene,
                &before,
                identity::ask(&passage, &mut session, &mut known),
            )
            .await
        }
        false => standing(scene, &session).await,
    };
    let verdict = match answer {
        Ok(Standing::Live) => {
            leases.note(&session.id, scene.now);
            session.checked_at = scene.now;
            passage.admit(session, known)
        }
        Ok(Standing::Ended) => {
            leases.end(&session.id, scene.now);
            let told = scene.about_person(&session.subject);
            told.log_refused("session", "ended_elsewhere");
            let gone = held::end(scene, &session, true);
            return forget(settle(scene, request, passage.anonymous()).await, gone);
        }
        Err(grace) => unchecked(&passage, session, grace),
    };
    settle(scene, request, verdict).await
}

/// The session with the account's last word that is known here, which may be newer than its
/// cookie. Ignore a check time in the future: we cannot tell which clock was wrong.
pub fn informed<P: Platform>(scene: &Scene<P>, mut session: Session) -> Session {
    if session.checked_at > scene.now {
        session.checked_at = 0;
    }
    let here = scene.isolate.leases.checked_at(&session.id);
    session.checked_at = session.checked_at.max(here);
    session
}

/// Whether the account's last word on the session is recent enough to rely on.
pub fn is_certain<P: Platform>(scene: &Scene<P>, session: &Session) -> bool {
    let age = scene.now - session.checked_at;
    (0..scene.service.revocation.check).contains(&age)
        && !scene.isolate.leases.has_ended(&session.id)
}

/// The account's answer about a session, or for how long its last word may be relied on. An account
/// that has too much to do earns nothing, and one that gave no answer is not asked without end.
pub async fn standing<P: Platform>(scene: &Scene<P>, session: &Session) -> Result<Standing, Grace> {
    answered(scene, session, accounts::check(scene, session)).await
}

/// The same for another question that the account answers with the session's standing.
async fn answered<P: Platform>(
    scene: &Scene<P>,
    session: &Session,
    question: impl Future<Output = Result<Standing, Outage>>,
) -> Result<Standing, Grace> {
    let leases = &scene.isolate.leases;
    if leases.has_ended(&session.id) {
        return Ok(Standing::Ended);
    }
    let missed = |label, overloaded| {
        let told = scene.about_person(&session.subject);
        told.log_summed(Outcome::Failed, "session_unchecked", label, "");
        match overloaded {
            true => Grace::AsChecked,
            false => Grace::Configured,
        }
    };
    let account = accounts::remembered(scene, &session.subject);
    if let Err(overloaded) = leases.may_ask(&account, scene.now) {
        return Err(missed("limited", overloaded));
    }
    let answer = question.await;
    match answer {
        Ok(_) => leases.answered(&account),
        Err(outage) => leases.miss(&account, scene.now, outage == Outage::Overloaded),
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
    /// Whether the account's last word on a session is young enough to go on with it at a level.
    pub fn covers<P: Platform>(self, scene: &Scene<P>, session: &Session, level: Level) -> bool {
        let revocation = scene.service.revocation;
        let seconds = match self {
            Self::Configured if !level.has_identity() => revocation.grace,
            Self::Configured | Self::AsChecked => revocation.check,
        };
        scene.now - session.checked_at < seconds
    }
}

/// Goes on without the account's word: with a session whose last one is young enough, anonymous
/// where that is allowed, else not at all.
fn unchecked<P: Platform>(passage: &Passage<'_, P>, session: Session, grace: Grace) -> Verdict {
    let (scene, rule) = (passage.scene, passage.rule);
    if !passage.asks(&session) && grace.covers(scene, &session, rule.level) {
        passage.admit(session, None)
    } else if rule.access == Access::Optional {
        passage.anonymous()
    } else {
        unavailable(scene, passage.request)
    }
}

/// Carries out what a verdict about a request for the origin still waits for.
async fn settle<P: Platform>(scene: &Scene<P>, request: &Request, verdict: Verdict) -> Decision {
    match verdict {
        Verdict::Now(decision) => *decision,
        Verdict::Later(Task::Start(start)) => {
            Decision::Reply(sign_in::start(scene, request, start).await)
        }
        Verdict::Later(Task::Assert {
            forward,
            session,
            about,
            known,
        }) => assert(scene, *forward, &session, &about, known).await,
        Verdict::Later(_) => Decision::Reply(scene.page(500, Page::Problem)),
    }
}

/// Signs the assertion of a request and lets it pass.
pub async fn assert<P: Platform>(
    scene: &Scene<P>,
    mut out: Forward,
    session: &Session,
    about: &Subject,
    known: Option<Known>,
) -> Decision {
    match assertion::sign(scene, session, about, known.as_ref()).await {
        Ok(signed) => {
            out.set.extend(signed.headers());
            Decision::Forward(out)
        }
        Err(NotSigned) => {
            scene.log_failed("refused", "assertion_not_signed");
            Decision::Reply(scene.page(500, Page::Problem))
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
fn unavailable<P: Platform>(scene: &Scene<P>, request: &Request) -> Verdict {
    let answer = if request.is_document() {
        scene.page(503, Page::Problem)
    } else if request.is_framed_by_own() {
        scene.page(503, Page::Problem).framed_by_own()
    } else {
        let problem = serde_json::json!({
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
        });
        Reply::json(503, &problem)
            .with("content-type", "application/problem+json")
            .of(&scene.service)
    };
    answer.with("retry-after", RETRY_AFTER).into()
}
