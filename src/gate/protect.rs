//! Who may pass: the rule of the path, the session of the cookie, and what follows from the two.
//!
//! This is the hot path. It waits for nothing unless an assertion has to be signed or the account
//! has to be asked whether the session is still alive.

use std::rc::Rc;

use super::assertion::{self, NotSigned};
use super::cookies::Cookies;
use super::forward::{ASSERTION, Forward, forward};
use super::pages::{self, Page};
use super::path::CanonicalPath;
use super::reply::{RETRY_AFTER, Reply};
use super::request::Request;
use super::sign_in::{self, Start, again};
use super::{Decision, Scene, Task, Verdict, accounts, cross_origin, sign_out};
use crate::config::{Access, Release, Rule};
use crate::platform::{Outage, Platform};
use crate::session::account::Standing;
use crate::session::cookie::{self, Session, deleted, kept};
use crate::session::return_path;

/// Decides about a request for the origin.
pub fn protect<P: Platform>(
    scene: &Scene<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
) -> Verdict {
    let service = Rc::clone(&scene.service);
    if let Some(refusal) = cross_origin::judge(scene, request) {
        return refusal;
    }
    let rule = service.rules.find(path);
    if rule.access == Access::Public {
        return pass(forward(&service, request, path, query, None));
    }
    let cookies = Cookies::new(request.headers.get("cookie"));
    let session = scene
        .live_session(cookies)
        .filter(|session| session.level >= rule.level || rule.access == Access::Optional)
        .filter(|session| !sign_out::is_ending(scene, cookies, session))
        .map(|session| informed(scene, session));
    match session {
        Some(session) if !is_certain(scene, &session) => Verdict::Later(Task::Check {
            path: path.clone(),
            query: query.map(str::to_owned),
            session: Box::new(session),
        }),
        Some(session) => admit(scene, request, path, query, rule, session),
        None => anonymous(scene, request, path, query, rule),
    }
}

/// The session with the account's last word that is known here, which may be newer than its cookie.
/// A word from the future is none: whose clock was ahead cannot be known.
fn informed<P: Platform>(scene: &Scene<P>, mut session: Session) -> Session {
    if session.checked_at > scene.now {
        session.checked_at = 0;
    }
    let here = scene.isolate.leases.checked_at(&session.id);
    session.checked_at = session.checked_at.max(here);
    session
}

/// Whether the account's last word on the session is recent enough to rely on.
fn is_certain<P: Platform>(scene: &Scene<P>, session: &Session) -> bool {
    let age = scene.now - session.checked_at;
    (0..scene.service.revocation.check).contains(&age)
        && !scene.isolate.leases.has_ended(&session.id)
}

/// Goes on without a session.
fn anonymous<P: Platform>(
    scene: &Scene<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
    rule: &Rule,
) -> Verdict {
    if rule.access != Access::Optional {
        return refuse(scene, request, path, query, rule);
    }
    let mut out = forward(&scene.service, request, path, query, None);
    out.answer.personal = true;
    pass(out)
}

/// Asks the account whether the session is alive, and goes on accordingly.
///
/// Without an answer a session goes on for as long as its last one may be relied on; that never
/// becomes longer by itself, and an account that has too much to do earns nothing.
pub async fn check<P: Platform>(
    scene: &Scene<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
    mut session: Session,
) -> Decision {
    let rule = scene.service.rules.find(path);
    let leases = &scene.isolate.leases;
    let verdict = match standing(scene, &session).await {
        Ok(Standing::Live) => {
            leases.note(&session.id, scene.now);
            session.checked_at = scene.now;
            admit(scene, request, path, query, rule, session)
        }
        Ok(Standing::Ended) => {
            leases.end(&session.id, scene.now);
            scene.log("session", "ended_elsewhere");
            let verdict = anonymous(scene, request, path, query, rule);
            let decision = settle(scene, request, verdict).await;
            // A script's late answer must not delete the cookie of a sign-in that came meanwhile.
            return if request.is_document() {
                forget(decision)
            } else {
                decision
            };
        }
        Err(grace) => unchecked(scene, request, path, query, rule, session, grace),
    };
    settle(scene, request, verdict).await
}

/// What the account says of a session, or for how long its last word may be relied on. An account
/// that has too much to do earns nothing, and one that gave no answer is not asked without end.
async fn standing<P: Platform>(scene: &Scene<P>, session: &Session) -> Result<Standing, Grace> {
    let leases = &scene.isolate.leases;
    if leases.has_ended(&session.id) {
        return Ok(Standing::Ended);
    }
    let grace = |overloaded| match overloaded {
        true => Grace::AsChecked,
        false => Grace::Configured,
    };
    if let Some(overloaded) = leases.limited(&session.id, scene.now) {
        scene.log("session_unchecked", "limited");
        return Err(grace(overloaded));
    }
    accounts::check(scene, session).await.map_err(|outage| {
        let overloaded = outage == Outage::Overloaded;
        leases.miss(&session.id, scene.now, overloaded);
        scene.log("session_unchecked", outage.label());
        grace(overloaded)
    })
}

/// For how long a session may go on without its account's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grace {
    /// For as long as one is relied on anyway.
    AsChecked,
    /// For as long as the configuration says; never where an identity is at stake.
    Configured,
}

/// Goes on without the account's word: with a session whose last one is young enough, anonymous
/// where that is allowed, else not at all.
fn unchecked<P: Platform>(
    scene: &Scene<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
    rule: &Rule,
    session: Session,
    grace: Grace,
) -> Verdict {
    let revocation = scene.service.revocation;
    let seconds = match grace {
        Grace::Configured if !rule.level.has_identity() => revocation.grace,
        Grace::Configured | Grace::AsChecked => revocation.check,
    };
    if scene.now - session.checked_at < seconds {
        admit(scene, request, path, query, rule, session)
    } else if rule.access == Access::Optional {
        anonymous(scene, request, path, query, rule)
    } else {
        unavailable(scene, request)
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
            release,
        }) => assert(scene, *forward, &session, release).await,
        Verdict::Later(_) => Decision::Reply(scene.page(500, Page::Problem)),
    }
}

/// Signs the assertion of a request and lets it pass.
pub async fn assert<P: Platform>(
    scene: &Scene<P>,
    mut out: Forward,
    session: &Session,
    release: Release,
) -> Decision {
    let kept = &scene.isolate.assertions;
    let (service, now) = (&scene.service, scene.now);
    match assertion::sign(&scene.platform, kept, service, session, release, now).await {
        Ok(assertion) => {
            out.set.push((ASSERTION.to_owned(), assertion));
            Decision::Forward(out)
        }
        Err(NotSigned) => {
            scene.log("refused", "assertion_not_signed");
            Decision::Reply(scene.page(500, Page::Problem))
        }
    }
}

/// The same with the session's cookie deleted.
fn forget(decision: Decision) -> Decision {
    let gone = deleted(cookie::NAME);
    match decision {
        Decision::Reply(reply) => Decision::Reply(reply.with("set-cookie", gone)),
        Decision::Forward(mut out) => {
            out.answer.renewal = Some(gone);
            Decision::Forward(out)
        }
    }
}

/// The answer while it cannot be known whether the session is alive.
fn unavailable<P: Platform>(scene: &Scene<P>, request: &Request) -> Verdict {
    let answer = if request.is_document() {
        scene.page(503, Page::TryLater)
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
    reply(answer.with("retry-after", RETRY_AFTER))
}

fn pass(out: Forward) -> Verdict {
    Verdict::Now(Box::new(Decision::Forward(out)))
}

fn reply(reply: Reply) -> Verdict {
    Verdict::Now(Box::new(Decision::Reply(reply)))
}

/// Lets a session pass with an assertion, signing one if none is kept.
fn admit<P: Platform>(
    scene: &Scene<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
    rule: &Rule,
    session: Session,
) -> Verdict {
    let service = &scene.service;
    let assertion = scene
        .isolate
        .assertions
        .get(service, &session, rule.release, scene.now);
    let mut out = forward(service, request, path, query, assertion.clone());
    out.answer.personal = true;
    if !request.is_upgrade() {
        let renewed = session.renewed(scene.now);
        let sealed = renewed.and_then(|session| scene.seal_session(&session));
        out.answer.renewal = sealed.map(|sealed| kept(cookie::NAME, &sealed));
    }
    if assertion.is_some() {
        return pass(out);
    }
    Verdict::Later(Task::Assert {
        forward: Box::new(out),
        session: Box::new(session),
        release: rule.release,
    })
}

/// Answers a request that needs a session and has none.
fn refuse<P: Platform>(
    scene: &Scene<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
    rule: &Rule,
) -> Verdict {
    let service = &scene.service;
    if !request.is_document() {
        return reply(cross_origin::unauthorised(service, request));
    }
    let wanted = match query {
        Some(query) => format!("{}?{query}", path.text),
        None => path.text.clone(),
    };
    let own = &service.own_path;
    if !request.is_get() {
        // What was posted is gone with this answer, so the page leads to where it can be asked for.
        let link = again(scene, &return_path::safe(&path.text, own));
        let page = pages::page(
            401,
            Page::SignInAgain,
            service,
            scene.locale,
            &scene.reference,
            &link,
        );
        return reply(page.with("www-authenticate", cross_origin::challenge(service)));
    }
    let mut return_path = return_path::safe(&wanted, own);
    if return_path == "/" {
        // A query that is too long to keep is left out before the whole place is forgotten.
        return_path = return_path::safe(&path.text, own);
    }
    Verdict::Later(Task::Start(Start {
        level: rule.level,
        return_path,
    }))
}
