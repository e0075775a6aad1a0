//! A WebSocket that ends with its session: whether an open one may stay, and when that is asked again.
//!
//! The cookie is the one with which it was opened, so that a socket is no use of the session: at the idle limit it
//! closes, and a page whose person is still there opens it again with a newer cookie.

use super::Scene;
use super::cookies::Cookies;
use super::identity::rule_of;
use super::request::Request;
use super::standing::{informed, is_certain, standing};
use crate::platform::Platform;
use crate::session::account::Standing;
use crate::session::cookie::Session;

/// The shortest time between two looks, in seconds, where accounts are asked with every request.
const SHORTEST: i64 = 10;

/// In how many seconds an open socket is looked at again; 0 where it has to close.
pub async fn attend<P: Platform>(scene: &Scene<P>, request: &Request) -> i64 {
    let service = &scene.service;
    let Some(session) = scene.live_session(Cookies::new(request.headers.get("cookie"))) else {
        scene.log_done("session", "socket_closed");
        return 0;
    };
    let session = informed(scene, session);
    if !may_stay(scene, request, &session).await {
        let told = scene.about_person(&session.subject);
        told.log_done("session", "socket_closed");
        return 0;
    }
    let idle = session.used_at + service.limits.idle;
    let end = session.expires_at(service.limits).min(idle);
    service
        .revocation
        .check
        .max(SHORTEST)
        .min(end - scene.now)
        .max(1)
}

async fn may_stay<P: Platform>(scene: &Scene<P>, request: &Request, session: &Session) -> bool {
    let rule = request
        .address()
        .and_then(|address| rule_of(scene, address.path));
    let Some(rule) = rule else {
        return false;
    };
    let is_over = rule.freshness.is_some_and(|freshness| {
        freshness.is_over(session.auth_time, session.reauthenticated_at, scene.now)
    });
    if is_over {
        return false;
    }
    if is_certain(scene, session) {
        return true;
    }
    let leases = &scene.isolate.leases;
    match standing(scene, session).await {
        Ok(Standing::Live) => {
            leases.note(&session.id, scene.now);
            true
        }
        Ok(Standing::Ended) => {
            leases.end(&session.id, scene.now);
            false
        }
        Err(grace) => grace.covers(scene, session, rule.level),
    }
}
