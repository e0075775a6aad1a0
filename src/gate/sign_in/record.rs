//! The accounts' part in a sign-in: a new session is recorded, an old one ends.

use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::gate::identity::callback::{Ended, goes_on};
use crate::gate::pages::failure::Failure;
use crate::gate::{accounts, browser_session, sign_out};
use crate::oidc::id_token::IdToken;
use crate::oidc::token::Tokens;
use crate::oidc::userinfo::Userinfo;
use crate::platform::Platform;
use crate::session::account::Begun;
use crate::session::attempt::{Aim, Attempt, Served};
use crate::session::identity::ClaimsKey;
use crate::session::session::{Identity, Session, first_place};

/// Has the account record the session before its cookie is sent, and the old one end: in the same
/// step when it is the same person's, else at the other person's account. When that account cannot
/// be reached, the answer is the cookie with which the next request tries again.
///
/// A person who proved an identity, or could not, goes on with the session that the attempt serves,
/// which keeps its id and birth: requests under way in other tabs stay good.
pub async fn record<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    attempt: &Attempt,
    mut session: Session,
    proving: Option<Ended>,
    tokens: &Tokens,
    before: Option<&Session>,
) -> Result<(Session, Vec<String>), Failure> {
    let mut proof = None;
    if let Some(ended) = proving {
        let own = goes_on(context, attempt, before).filter(|own| own.subject == session.subject);
        if let Some(own) = own {
            let mut same = Session {
                id: own.id,
                born_at: own.born_at,
                created_at: own.created_at,
                ..session.clone()
            };
            same.level = own.level.max(ended.level);
            same.reauthenticated_at = own.reauthenticated_at;
            let proof = ended.proof(context, &same);
            let token = Some(&tokens.id_token);
            let recorded = accounts::step_up(context, attempt, &same, token, proof).await;
            match recorded.map_err(Failure::Account)? {
                Begun::Listed | Begun::Crowded => {
                    context.isolate.revocations.note(&same.id, context.now);
                    return Ok((same, Vec::new()));
                }
                Begun::Repeated => return Err(Failure::NoAttempt),
                Begun::Blocked => return Err(Failure::Blocked),
                // It ended meanwhile: this is a sign-in of its own.
                Begun::Ended => session.arriving = context.service.arrival.is_some(),
            }
        }
        session.level = session.level.max(ended.level);
        proof = Some(ended.proof(context, &session));
    }
    let account = accounts::digest(context, &session.subject);
    let old = old(context, attempt, before);
    let same = old.filter(|old| old.account == account);
    let begun = accounts::begin(context, attempt, &session, &tokens.id_token, proof, same).await;
    match begun.map_err(Failure::Account)? {
        Begun::Listed => {}
        // A person with that many sessions may be a script that signs in, or a browser that keeps no cookie.
        Begun::Crowded => {
            let told = context.logging_person(&session.subject);
            told.log_done("session_limit", "oldest_ended");
        }
        Begun::Repeated => return Err(Failure::NoAttempt),
        Begun::Ended => return Err(Failure::SignedOutMeanwhile),
        Begun::Blocked => return Err(Failure::Blocked),
    }
    context.isolate.revocations.note(&session.id, context.now);
    let Some(other) = old.filter(|old| old.account != account) else {
        return Ok((session, Vec::new()));
    };
    let told = context.logging_person(&session.subject);
    told.log_done("changed_subject", "other_session_ended");
    match accounts::end_served(context, &other).await {
        Ok(()) => Ok((session, Vec::new())),
        Err(outage) => {
            context.log_failed("sign_out_unfinished", outage.label());
            let unfinished = before.map(|own| sign_out::remember(context, cookies, own, false));
            Ok((session, unfinished.unwrap_or_default()))
        }
    }
}

/// The session that ends with a sign-in: the one that the browser presents, else the one that the
/// attempt serves.
fn old<P: Platform>(
    context: &Context<P>,
    attempt: &Attempt,
    before: Option<&Session>,
) -> Option<Served> {
    match (before, attempt.aim) {
        (Some(before), _) => Some(Served {
            session: before.id,
            account: accounts::digest(context, &before.subject),
        }),
        (None, Aim::Again(served) | Aim::Prove(served)) => Some(served),
        (None, Aim::SignIn) => None,
    }
}

/// A new session with a new id, whatever session the browser had before; what that one's identity
/// claims are sealed with goes on with the same person.
pub fn session<P: Platform>(
    context: &Context<P>,
    attempt: &Attempt,
    id_token: IdToken,
    userinfo: Userinfo,
    before: Option<&Session>,
) -> Session {
    let same = before.filter(|before| before.subject == id_token.subject);
    let held = same.and_then(|before| before.identity.clone());
    let identity = held.or_else(|| {
        context.service.proves_identity().then(|| Identity {
            key: ClaimsKey::new(context.random()),
            changed_at: 0,
        })
    });
    let changed_at = match attempt.aim {
        Aim::Prove(_) => Some(context.now),
        Aim::SignIn | Aim::Again(_) => None,
    };
    // A step-up, and a person who signs in again, go on with the session before.
    let goes_on = same.filter(|before| {
        let has_ended = context.isolate.revocations.has_ended(&before.id);
        before.is_live(context.now, context.service.limits) && !has_ended
    });
    let arriving = goes_on.is_none_or(|before| before.arriving);
    // The provider keeps the `auth_time` of before: that it issued this token is what says that the
    // person signed in again (`provider.md` 8b.1).
    let reauthenticated = attempt.reauthenticates().then_some(id_token.issued_at);
    // A sign-in that the provider made silently takes nothing of that away.
    let before = goes_on.and_then(|before| before.reauthenticated_at);
    let before = before.filter(|again| id_token.auth_time.is_none_or(|time| time < *again));
    let id = context.random();
    Session {
        id,
        subject: id_token.subject,
        level: attempt.level.credential(),
        born_at: id_token.issued_at,
        auth_time: id_token.auth_time,
        reauthenticated_at: reauthenticated.or(before),
        created_at: context.now,
        used_at: context.now,
        checked_at: context.now,
        email: userinfo.email,
        phone: userinfo.phone,
        wallet_subject_id: userinfo.wallet_subject_id,
        identity: identity.map(|held| Identity {
            changed_at: changed_at.unwrap_or(held.changed_at),
            ..held
        }),
        place: first_place(&id),
        buries: Vec::new(),
        arriving: arriving && context.service.arrival.is_some(),
        admitted: false,
        has_old_name: false,
    }
}

/// Whether the person of the session that an attempt serves was asked to sign in again and did not.
/// After `access_denied` the provider has ended that person's sessions just as after `login_required`
/// (`provider.md` 8b.3), and an answer about another person is no answer about this one.
pub const fn did_not(attempt: &Attempt, failure: Failure) -> Option<Served> {
    let Aim::Again(served) = attempt.aim else {
        return None;
    };
    match failure {
        // Another person may have come back, and one who is kept out has no session left.
        Failure::Declined { lost: true, .. } | Failure::NotInvited | Failure::Blocked => {
            Some(served)
        }
        Failure::Declined { .. } | Failure::AnotherPerson if attempt.reauthenticates() => {
            Some(served)
        }
        _ => None,
    }
}

/// The session ends of a person who was asked to sign in again and did not; gives the cookies that change. Where
/// the account gave no answer, the failure's page says that the end is pending.
///
/// Source: GOV.UK One Login's documentation of re-authentication; `provider.md` 0 and 1.16.
pub async fn not_again<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    served: &Served,
    before: Option<&Session>,
    failure: &mut Failure,
) -> Vec<String> {
    let own = before.filter(|before| before.id == served.session);
    let told = own.map_or_else(
        || context.clone(),
        |own| context.logging_person(&own.subject),
    );
    let ended = accounts::end_served(context, served).await;
    let mut gone = own.map_or_else(Vec::new, |own| {
        browser_session::end(context, own, ended.is_ok())
    });
    match (ended, own) {
        (Ok(()), _) => told.log_refused("reauthentication_failed", "session_ended"),
        (Err(outage), own) => {
            told.log_failed("sign_out_unfinished", outage.label());
            if let Some(own) = own {
                gone.extend(sign_out::remember(context, cookies, own, false));
                failure.leave_pending();
            }
        }
    }
    gone
}
