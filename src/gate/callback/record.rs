//! What a sign-in leaves at the accounts: a new session recorded, an old one ended.

use crate::gate::cookies::Cookies;
use crate::gate::refused::Failure;
use crate::gate::reply::Reply;
use crate::gate::{Scene, accounts, sign_out};
use crate::oidc::id_token::IdToken;
use crate::oidc::token::Tokens;
use crate::oidc::userinfo::Userinfo;
use crate::platform::Platform;
use crate::session::account::Begun;
use crate::session::attempt::{Aim, Attempt, Served};
use crate::session::cookie::{self, Session, deleted};

/// Has the account record the session before its cookie is sent, and the old one end: in the same
/// step when it is the same person's, else at the other person's account. When that account cannot
/// be reached, the answer is the cookie with which the next request tries again.
pub async fn record<P: Platform>(
    scene: &Scene<P>,
    cookies: Cookies<'_>,
    attempt: &Attempt,
    session: &Session,
    tokens: &Tokens,
    before: Option<&Session>,
) -> Result<Option<String>, Failure> {
    let account = accounts::digest(scene, &session.subject);
    let old = old(scene, attempt, before);
    let same = old.filter(|old| old.account == account);
    match accounts::begin(scene, attempt, session, &tokens.id_token, same).await? {
        Begun::Listed => {}
        Begun::Repeated => return Err(Failure::NoAttempt),
        Begun::Ended => return Err(Failure::SignedOutMeanwhile),
    }
    scene.isolate.leases.note(&session.id, scene.now);
    let Some(other) = old.filter(|old| old.account != account) else {
        return Ok(None);
    };
    scene.log("changed_subject", "other_session_ended");
    match accounts::end_served(scene, &other).await {
        Ok(()) => Ok(None),
        Err(outage) => {
            scene.log("sign_out_unfinished", outage.label());
            Ok(before.and_then(|before| sign_out::remember(scene, cookies, before, false)))
        }
    }
}

/// The session that ends with a sign-in: the one that the browser presents, else the one that the
/// attempt serves.
fn old<P: Platform>(
    scene: &Scene<P>,
    attempt: &Attempt,
    before: Option<&Session>,
) -> Option<Served> {
    match (before, attempt.aim) {
        (Some(before), _) => Some(Served {
            session: before.id,
            account: accounts::digest(scene, &before.subject),
        }),
        (None, Aim::Again(served)) => Some(served),
        (None, Aim::SignIn) => None,
    }
}

/// A new session with a new id, whatever session the browser had before.
pub fn session<P: Platform>(
    scene: &Scene<P>,
    attempt: &Attempt,
    id_token: IdToken,
    userinfo: Userinfo,
) -> Session {
    Session {
        id: scene.random(),
        subject: id_token.subject,
        level: attempt.level,
        born_at: id_token.issued_at,
        auth_time: id_token.auth_time,
        created_at: scene.now,
        used_at: scene.now,
        checked_at: scene.now,
        email: userinfo.email,
        phone: userinfo.phone,
        wallet_subject_id: userinfo.wallet_subject_id,
        identity: None,
    }
}

/// The person of a session was asked to sign in again and could not: the session ends.
///
/// Source: GOV.UK One Login's documentation of re-authentication; `provider.md` 0 and 1.16.
pub async fn not_again<P: Platform>(
    scene: &Scene<P>,
    cookies: Cookies<'_>,
    served: &Served,
    before: Option<&Session>,
    reply: Reply,
) -> Reply {
    let own = before.filter(|before| before.id == served.session);
    let reply = match own {
        Some(_) => reply.with("set-cookie", deleted(cookie::NAME)),
        None => reply,
    };
    match accounts::end_served(scene, served).await {
        Ok(()) => {
            scene.log("session", "not_signed_in_again");
            reply
        }
        Err(outage) => {
            scene.log("sign_out_unfinished", outage.label());
            reply.with_cookie(own.and_then(|own| sign_out::remember(scene, cookies, own, false)))
        }
    }
}
