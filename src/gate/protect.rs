//! Who may pass: the rule of the path, the session of the cookie, and what follows from the two.
//!
//! This is the hot path. It waits for nothing unless an assertion has to be signed.

use std::rc::Rc;

use super::Scene;
use super::cookies::Cookies;
use super::forward::{Forward, forward};
use super::pages::{self, Page};
use super::path::CanonicalPath;
use super::reply::Reply;
use super::request::Request;
use super::sign_in::{Start, again};
use super::{Decision, Task, Verdict};
use crate::config::{Access, Rule, Service};
use crate::platform::Platform;
use crate::session::cookie::{self, Session, kept};
use crate::session::return_path;

/// Decides about a request for the origin.
pub fn protect<P: Platform>(
    scene: &Scene<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
) -> Verdict {
    let service = Rc::clone(&scene.service);
    if let Some(refusal) = cross_origin(scene, request) {
        return refusal;
    }
    let rule = service.rules.find(path);
    if rule.access == Access::Public {
        return pass(forward(&service, request, path, query, None));
    }
    let cookies = Cookies::new(request.headers.get("cookie"));
    let session = scene
        .live_session(cookies)
        .filter(|session| session.level >= rule.level || rule.access == Access::Optional);
    match session {
        Some(session) => admit(scene, request, path, query, rule, session),
        None if rule.access == Access::Optional => {
            let mut out = forward(&service, request, path, query, None);
            out.answer.personal = true;
            pass(out)
        }
        None => refuse(scene, request, path, query, rule),
    }
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
        return reply(unauthorised(service, request));
    }
    let wanted = match query {
        Some(query) => format!("{}?{query}", path.text),
        None => path.text.clone(),
    };
    let own = &service.own_path;
    if !request.is_get() {
        // What was posted is gone with this answer, so the page leads to where it can be asked for.
        let link = again(scene, &return_path::safe(&path.text, own));
        let reference = &scene.reference;
        let page = pages::page(
            401,
            Page::SignInAgain,
            service,
            scene.locale,
            reference,
            &link,
        );
        return reply(page.with("www-authenticate", challenge(service)));
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

/// The challenge that names the service.
fn challenge(service: &Service) -> String {
    format!("OneLogin realm=\"{}\"", service.host)
}

/// 401 for scripts, frames and other clients: nothing that a browser would follow or keep.
pub fn unauthorised(service: &Service, request: &Request) -> Reply {
    let problem = serde_json::json!({
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "Sign in with GOV.UK One Login to use this address.",
        "sign_in": service.own_page("sign-in"),
    });
    let reply = Reply::json(401, &problem)
        .with("content-type", "application/problem+json")
        .with("www-authenticate", challenge(service))
        .of(service);
    match request.headers.get("origin") {
        Some(origin) if service.cors_origins.iter().any(|allowed| allowed == origin) => {
            readable_by(reply, origin)
        }
        _ => reply,
    }
}

/// Lets a listed origin's script read the answer.
fn readable_by(reply: Reply, origin: &str) -> Reply {
    reply
        .with("access-control-allow-origin", origin)
        .with("access-control-allow-credentials", "true")
        .with("cross-origin-resource-policy", "cross-origin")
        .with("vary", "Origin")
}

/// Answers what another origin may not do, and the preflights of those that may ask.
fn cross_origin<P: Platform>(scene: &Scene<P>, request: &Request) -> Option<Verdict> {
    let service = &scene.service;
    let origin = request.headers.get("origin");
    if request.is_upgrade() {
        let own = origin == Some(service.origin_url.as_str());
        let listed = service
            .websocket_origins
            .iter()
            .any(|allowed| Some(allowed.as_str()) == origin);
        return (!own && !listed).then(|| {
            scene.log("refused", "upgrade_origin");
            reply(Reply::plain(403, "This origin may not open a WebSocket here.").of(service))
        });
    }
    let wanted = request.headers.get("access-control-request-method")?;
    let origin =
        origin.filter(|origin| service.cors_origins.iter().any(|allowed| allowed == origin))?;
    if request.method != "OPTIONS" {
        return None;
    }
    let mut answer = readable_by(Reply::new(204).of(service), origin)
        .with("access-control-allow-methods", wanted)
        .with("access-control-max-age", "600");
    if let Some(headers) = request.headers.get("access-control-request-headers") {
        answer = answer.with("access-control-allow-headers", headers);
    }
    Some(reply(answer))
}
