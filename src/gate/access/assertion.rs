//! The assertion: the signed statement with which the origin learns who this is.
//!
//! A signed one is kept for half a minute, as `statement` says.
//!
//! A route may have it name the one request that it is for, so that it is of no use for another; such a one is kept
//! only for that method and path.
//!
//! Identity claims travel in it while it stays short, else in a second signed statement, else not at
//! all; a value is never cut short. How much fits depends on what the origin takes and on what else
//! the request holds.
//!
//! Where the service may fetch claims that fit nowhere, the assertion has a reference to them, which counts once.
//!
//! Source: RFC 7519, RFC 8725 section 3.11 (explicit typing), RFC 9449 section 4.2 (`htm`, `htu`).

mod members;
mod staff;

use crate::gate::access::claims_reference;
use crate::gate::access::statement::{
    ASSERTION, IDENTITY, Known, LIFETIME, Signed, StatementKey, Subject,
};

use crate::config::{Release, Service};
use crate::gate::context::Context;
use crate::oidc::identity::claims::Claims;
use crate::oidc::jws::{Alg, Unsigned, encode};
use crate::oidc::refusal::Refusal;
use crate::platform::{Outage, Platform};
use crate::session::claims_reference::ClaimsReference;
use crate::session::identity::IdentityOutcome;
use crate::session::session::Session;
pub use members::NotSigned;
use members::{BACKDATED, Members};
pub use staff::sign_staff;

/// The `typ` of an assertion, which no token of the provider has.
pub const TYPE: &str = "one-login-assertion+jwt";

/// The `typ` of the second statement, which holds only identity claims.
pub const IDENTITY_TYPE: &str = "one-login-identity+jwt";

/// The longest line of an assertion with identity claims where they fit into a second statement.
const MAX_WITH_CLAIMS: usize = 4_096;

/// The longest line of a statement of any kind, in characters: servers take 8 KB.
const MAX_IDENTITY: usize = 8_000;

/// The length of a signature in a compact token, with its full stop.
const SIGNATURE: usize = 87;

/// Lays out an assertion with the claims of one route, and the second statement if there is one.
/// Whether the session may be used there is not asked.
///
/// `refer` makes a reference by which the origin gets claims that fit nowhere, if it may.
///
/// # Errors
/// [`Refusal`] when the members cannot be written as JSON.
pub fn unsigned(
    service: &Service,
    session: &Session,
    about: &Subject,
    known: Option<&Known>,
    now: i64,
    refer: impl FnOnce() -> Option<String>,
) -> Result<(Unsigned, Option<Unsigned>), Refusal> {
    let Subject { release, room, .. } = *about;
    let bound = about.bound.as_ref();
    let email = session.email.as_ref().filter(|_| release.email);
    let phone = session.phone.as_ref().filter(|_| release.phone);
    let wallet = session.wallet_subject_id.as_deref();
    let sid = encode(&session.id);
    let reference;
    let who = Members {
        iss: &service.origin_url,
        aud: &service.origin_audience,
        sub: &session.subject,
        sid: &sid,
        iat: now - BACKDATED,
        exp: now + LIFETIME,
        htm: bound.map(|bound| bound.method.as_str()),
        htu: bound.map(|bound| bound.address.as_str()),
        ..Members::default()
    };
    let mut members = Members {
        vot: Some(session.level.as_str()),
        auth_time: session.auth_time,
        reauth_time: session.reauthenticated_at,
        session_exp: Some(session.expires_at(service.limits)),
        arrival: (session.arriving && service.arrival.is_some()).then_some(true),
        email: email.map(|email| email.value.as_str()),
        email_verified: email.map(|email| email.verified),
        phone_number: phone.map(|phone| phone.value.as_str()),
        phone_number_verified: phone.map(|phone| phone.verified),
        wallet_subject_id: wallet.filter(|_| release.wallet_subject_id),
        ..who.clone()
    };
    if release.outcome {
        let outcome = known.and_then(|known| known.outcome);
        members.identity_outcome = outcome.map(IdentityOutcome::label);
        members.identity_outcome_source = outcome.map(IdentityOutcome::source);
    }
    let Some(known) = known.filter(|_| release.has_identity()) else {
        return Ok((members.unsigned(service, TYPE)?, None));
    };
    members.identity_claims = Some("gone");
    if let Some(claims) = &known.claims {
        let line =
            |name: &str, of: &Unsigned| name.len() + 4 + of.signing_input().len() + SIGNATURE;
        members.identity_claims = Some("here");
        let whole = members.clone().with(release, claims);
        let whole = whole.unsigned(service, TYPE)?;
        let long = line(ASSERTION, &whole);
        if long <= room.min(MAX_WITH_CLAIMS) {
            return Ok((whole, None));
        }
        members.identity_claims = Some("header");
        let first = members.unsigned(service, TYPE)?;
        let second = who.with(release, claims).unsigned(service, IDENTITY_TYPE)?;
        let identity = line(IDENTITY, &second);
        if identity <= MAX_IDENTITY && line(ASSERTION, &first) + identity <= room {
            return Ok((first, Some(second)));
        }
        if long <= room.min(MAX_IDENTITY) {
            return Ok((whole, None));
        }
        members.identity_claims = Some("too_large");
        reference = refer();
        members.claims_reference = reference.as_deref();
        let referring = members.unsigned(service, TYPE)?;
        if line(ASSERTION, &referring) <= room {
            return Ok((referring, None));
        }
        members.claims_reference = None;
    }
    Ok((members.unsigned(service, TYPE)?, None))
}

/// Lays out the second statement for an origin that fetches it: of any length, for whichever request.
///
/// # Errors
/// [`Refusal`] when the members cannot be written as JSON.
pub fn fetched(
    service: &Service,
    subject: &str,
    reference: &ClaimsReference,
    claims: &Claims,
    now: i64,
) -> Result<Unsigned, Refusal> {
    let release = Release {
        identity: reference.released,
        ..Release::default()
    };
    let who = Members {
        iss: &service.origin_url,
        aud: &service.origin_audience,
        sub: subject,
        sid: &encode(&reference.session),
        iat: now - BACKDATED,
        exp: now + LIFETIME,
        ..Members::default()
    };
    who.with(release, claims).unsigned(service, IDENTITY_TYPE)
}

/// Signs an assertion and keeps it, unless the identity may yet change within the second.
///
/// `known` is the account's word on the identity, where the route lets the origin know of it.
///
/// # Errors
/// [`NotSigned`] when the key cannot be used; the request must not pass without it.
pub async fn sign<P: Platform>(
    context: &Context<P>,
    session: &Session,
    about: &Subject,
    known: Option<&Known>,
) -> Result<Signed, NotSigned> {
    let service = &context.service;
    let mut refers = false;
    let refer = || {
        let reference = claims_reference::refer(context, session, about.release);
        refers = reference.is_some();
        reference
    };
    let (assertion, identity) = unsigned(service, session, about, known, context.now, refer)?;
    let signed = Signed {
        assertion: finish(context, assertion).await?,
        identity: match identity {
            Some(identity) => Some(finish(context, identity).await?),
            None => None,
        },
    };
    let proved_at = session.identity.as_ref().map_or(0, |held| held.changed_at);
    // Times are whole seconds, so an identity that was proved in this second may yet change in it.
    // A reference counts once, so that each request has its own.
    if proved_at < context.now && !refers {
        let key = StatementKey::new(service, session, about);
        let kept = &context.isolate.assertions;
        kept.put(key, signed.clone(), context.now);
    }
    Ok(signed)
}

async fn finish<P: Platform>(context: &Context<P>, unsigned: Unsigned) -> Result<String, Outage> {
    let key = &context.service.assertion_keys.active;
    context.sign(key, Alg::Es256, unsigned).await
}
