//! The service fetches identity claims that fit no header: once, by the reference in an assertion.
//!
//! The caller proves that it is the service with a token of its own, because a reference that leaks must open nothing. The
//! token names the person, so that a reference is good only with the `sub` that came with it. The account uses the reference
//! up before anything is handed out, and says whether the session is still alive.

use crate::gate::access::statement::LIFETIME;
use crate::gate::access::{assertion, claims_reference};
use crate::gate::accounts::{self, Referred};
use crate::gate::context::Context;
use crate::gate::delivery::NotTaken;
use crate::gate::http::reply::Reply;
use crate::gate::pages::failure::Failure;
use crate::oidc::json::Object;
use crate::oidc::jws::Alg;
use crate::oidc::refusal::Refusal;
use crate::oidc::service_token::ServiceToken;
use crate::platform::Platform;
use crate::session::identity::open;

/// The `typ` of the service's token.
pub const TYPE: &str = "fetch-claims+jwt";

/// Hands the claims out as a signed statement.
///
/// # Errors
/// [`NotTaken`]: why not.
pub async fn hand_out<P: Platform>(
    context: &Context<P>,
    token: &ServiceToken,
    claims: &Object,
) -> Result<Reply, NotTaken> {
    let service = &context.service;
    let sealed = claims.text("reference").map_err(Refusal::from)?;
    let opened = sealed.and_then(|sealed| claims_reference::opened(context, sealed));
    let reference = opened.ok_or(NotTaken::Refused("reference_invalid"))?;
    if context.now > reference.until {
        return Err(NotTaken::Refused("reference_expired"));
    }
    let proof = match accounts::refer(context, &token.subject, &reference).await {
        Ok(Referred::Proof(proof)) => proof,
        Ok(Referred::UsedBefore) => return Err(NotTaken::Refused("reference_used")),
        Ok(Referred::Ended) => return Err(NotTaken::Refused("session_over")),
        Err(outage) => {
            let failure = Failure::Account(outage).outcome();
            return Err(NotTaken::Outage(failure.label));
        }
    };
    let kept = proof.and_then(|proof| proof.claims);
    let kept = kept.and_then(|kept| open(&kept, &reference.key, context.now, LIFETIME));
    let claims = kept.and_then(|bytes| Object::parse(&bytes).ok());
    let claims = claims.ok_or(NotTaken::Refused("claims_gone"))?;
    let unsigned = assertion::fetched(
        service,
        &token.subject,
        &reference,
        &claims.into_members(),
        context.now,
    )?;
    let key = &service.assertion_keys.active;
    let signed = context.sign(key, Alg::Es256, unsigned).await;
    let signed = signed.map_err(|_| NotTaken::Outage("cryptography"))?;
    let told = context.logging_person(&token.subject);
    told.log_done("claims", "handed_out");
    Ok(Reply::new(200).body("application/jwt", signed))
}
