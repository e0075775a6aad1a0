//! The outcome of a request for an identity: a verified one, or a reason why it failed.
//!
//! The core identity is checked here once. Its text is neither kept nor passed on, and only its
//! `vot` says which level was reached.
//!
//! Source: `provider.md` 2 and 5.

use super::signed_in::SignedIn;
use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::links::{again, rule_of};
use crate::gate::pages::failure::{Failure, ProviderError};

use crate::gate::{accounts, browser_session, provider};
use crate::oidc::identity::claims::{Claim, Claims, Received};
use crate::oidc::identity::core_identity::{self, CoreIdentity, Expected, LIFETIME};
use crate::oidc::json::Object;
use crate::oidc::jws::{Alg, Untrusted};
use crate::oidc::vector::Level;
use crate::platform::Platform;
use crate::secret::Secret;
use crate::session::account::Begun;
use crate::session::attempt::{Aim, Attempt};
use crate::session::identity::{IdentityOutcome, Proof, seal};
use crate::session::seal::NONCE;
use crate::session::session::{Identity, Session};

/// How a request for an identity ended.
pub struct Ended {
    /// Which of the ways.
    pub outcome: IdentityOutcome,
    /// The level that was reached by it.
    pub level: Level,
    claims: Claims,
    until: i64,
}

impl Ended {
    /// The record that the account keeps for a session, which holds the key. A proof from before at a
    /// higher level stays, and claims of a lower level are never released with it.
    pub fn proof<P: Platform>(&self, context: &Context<P>, session: &Session) -> Proof {
        let is_less = self.level < session.level;
        let held = session.identity.as_ref().filter(|_| !is_less);
        let claims = held.and_then(|Identity { key, .. }| {
            let text = serde_json::to_vec(&self.claims).ok()?;
            seal(key, context.random::<NONCE>(), self.until, &text)
        });
        Proof::new(session.level, self.outcome, context.now, claims)
    }
}

/// Reads the identity claims of userinfo, whose subject is the ID token's.
///
/// # Errors
/// A [`Failure`] when something in them cannot be trusted; a missing identity is not an error.
pub async fn prove<P: Platform>(
    context: &Context<P>,
    attempt: &Attempt,
    answer: &Object,
    subject: &str,
) -> Result<Ended, Failure> {
    let Received {
        core_identity,
        mut claims,
    } = Received::read(answer)?;
    let Some(token) = core_identity else {
        claims.retain(|name, _| name == Claim::ReturnCode.released_as());
        return Ok(Ended {
            outcome: IdentityOutcome::NotProved,
            level: attempt.level.credential(),
            claims,
            until: context.now + LIFETIME,
        });
    };
    let identity = verify(context, &token, subject).await?;
    let name = Claim::CoreIdentityJwt.released_as();
    claims.insert(name.to_owned(), identity.claims);
    let enough = identity.level >= attempt.level;
    Ok(Ended {
        outcome: if enough {
            IdentityOutcome::Proved
        } else {
            IdentityOutcome::LevelTooLow
        },
        level: identity.level,
        claims,
        until: identity.until,
    })
}

/// Verifies the core identity's signature, then everything that it says.
async fn verify<P: Platform>(
    context: &Context<P>,
    token: &Secret,
    subject: &str,
) -> Result<CoreIdentity, Failure> {
    let service = &context.service;
    let token = Untrusted::parse(token.expose())?;
    core_identity::check_header(&token, &service.provider.did_id)?;
    // The documentation asks services to report a key that is not the controller's.
    let of = provider::Token::CoreIdentity;
    let claims = provider::verified(context, of, token, Alg::Es256).await?;
    let expected = Expected {
        issuer: &service.provider.identity_issuer,
        client_id: &service.client_id,
        subject,
        now: context.now,
    };
    Ok(core_identity::check(&claims, &expected)?)
}

/// The provider answers a request for an identity with an error that is an end of it: the session
/// goes on as it is, and the account learns why there is no identity.
///
/// # Errors
/// [`Failure::Provider`] when the error is a fault, or the session is not this browser's any more.
pub async fn given_up<'a, P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    attempt: &'a Attempt,
    error: ProviderError,
    before: Option<&Session>,
) -> Result<SignedIn<'a>, Failure> {
    // With `returnCode` registered, every end of a check comes with a code. The error then says that the provider lost the
    // browser's session or that another browser came back, and the person is helped to try again (`provider.md` 8b.4).
    let has_codes = context
        .service
        .registered_claims
        .contains(&Claim::ReturnCode);
    let proves = matches!(attempt.aim, Aim::Prove(_));
    if has_codes && proves && error == ProviderError::AccessDenied {
        return Err(Failure::BrowserLost);
    }
    let failure = Failure::Provider(error);
    let outcome = error.of_identity().ok_or(failure)?;
    let mut session = goes_on(context, attempt, before).ok_or(failure)?.clone();
    let proof = Proof::new(session.level, outcome, context.now, None);
    let recorded = accounts::step_up(context, attempt, &session, None, proof).await;
    match recorded.map_err(Failure::Account)? {
        Begun::Listed | Begun::Crowded => {}
        Begun::Repeated => return Err(Failure::NoAttempt),
        Begun::Ended | Begun::Blocked => return Err(failure),
    }
    if let Some(identity) = &mut session.identity {
        identity.changed_at = context.now;
    }
    let moved = browser_session::move_on(context, cookies, &mut session);
    Ok(SignedIn {
        cookies: moved.ok_or(Failure::Unavailable)?,
        unfinished: Vec::new(),
        is_another: false,
        arriving: session.arriving && context.service.arrival.is_some(),
        return_path: &attempt.return_path,
        event: "signed_in",
        subject: session.subject,
        outcome: Some(outcome),
    })
}

/// The session that a request for an identity was made for, if it is the one that the browser
/// presents and inside its limits.
pub fn goes_on<'a, P: Platform>(
    context: &Context<P>,
    attempt: &Attempt,
    before: Option<&'a Session>,
) -> Option<&'a Session> {
    let (Aim::Prove(served), Some(before)) = (attempt.aim, before) else {
        return None;
    };
    let own = served.session == before.id
        && served.account == accounts::digest(context, &before.subject)
        && before.is_live(context.now, context.service.limits);
    own.then_some(before)
}

/// Whether the account knows how a request for an identity ended.
pub async fn has_ended<P: Platform>(
    context: &Context<P>,
    attempt: &Attempt,
    session: &Session,
) -> bool {
    let word = accounts::proof(context, session, None).await;
    let proof = word.ok().flatten().and_then(|word| word.proof);
    proof.is_some_and(|proof| proof.at >= attempt.started_at)
}

/// Where people go who could not prove an identity: the place that the route names, or a page.
pub fn place<P: Platform>(
    context: &Context<P>,
    return_path: &str,
    outcome: IdentityOutcome,
) -> Reply {
    match rule_of(context, return_path).and_then(|rule| rule.not_proved.as_deref()) {
        Some(place) => {
            context.log_refused("identity", outcome.label());
            Reply::redirect(303, place).of(&context.service)
        }
        None => context.failed(
            "identity",
            Failure::NotProved(outcome),
            &again(context, return_path),
        ),
    }
}
