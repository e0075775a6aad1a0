//! The core identity: every check that makes a signed text a proof of a person's identity.
//!
//! The checks are made once, when the text arrives with a sign-in; it is neither kept nor passed on,
//! and what it says is not used for longer than [`LIFETIME`] after it was issued. The signature is
//! not verified here: the caller takes the claims from [`crate::oidc::jws::Untrusted::trust`], which asks
//! for the verdict of the key that [`crate::oidc::jwks::KeySet::select`] chose among those of [`crate::oidc::identity::did::keys`].
//!
//! Source: GOV.UK One Login's documentation ("prove your user's identity"), `provider.md` 5.

use serde_json::Value;

use super::claims;
use super::did::fragment;
use crate::oidc::SKEW;
use crate::oidc::claims::{check_audience, check_subject};
use crate::oidc::json::Object;
use crate::oidc::jws::{Alg, Untrusted, is_plain_type};
use crate::oidc::refusal::Refusal;
use crate::oidc::vector::Level;

/// How long a core identity may be used after it was issued, in seconds, whatever its own `exp` is.
pub const LIFETIME: i64 = 1_800;

/// The values that the token must have.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The configured issuer of core identities, which is not that of ID tokens.
    pub issuer: &'a str,
    /// The client id.
    pub client_id: &'a str,
    /// The ID token's subject.
    pub subject: &'a str,
    /// Now, in seconds since the epoch.
    pub now: i64,
}

/// A checked core identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreIdentity {
    /// The level that was achieved: P1 or P2. Whether it is enough is the caller's question.
    pub level: Level,
    /// Until when its claims may be used, in seconds since the epoch.
    pub until: i64,
    /// Names and dates of birth, as [`claims::core_identity`] gives them.
    pub claims: Value,
}

/// Whether the header can be a core identity's; asked before any document is fetched.
///
/// # Errors
/// [`Refusal::WrongType`], [`Refusal::AlgorithmMismatch`], and [`Refusal::KeyControllerMismatch`]
/// when the `kid` is no key of `did`.
pub fn check_header(token: &Untrusted, did: &str) -> Result<(), Refusal> {
    // 1. The type says no other kind of token.
    if !is_plain_type(token.typ.as_deref()) {
        return Err(Refusal::WrongType);
    }
    // 2. The algorithm is ES256.
    if token.alg != Alg::Es256 {
        return Err(Refusal::AlgorithmMismatch);
    }
    // 3. The `kid` is the configured controller, one `#` and a key of its.
    fragment(&token.key_id, did).ok_or(Refusal::KeyControllerMismatch)?;
    Ok(())
}

/// Checks the claims; the numbers go on from [`check_header`]. 4 is that the document of the
/// controller lists the key for assertions, 5 the signature.
///
/// # Errors
/// The [`Refusal`] of the first check that fails.
pub fn check(claims: &Object, expected: &Expected<'_>) -> Result<CoreIdentity, Refusal> {
    // 6. The issuer is that of the environment's identities, byte for byte.
    if claims.text("iss")? != Some(expected.issuer) {
        return Err(Refusal::IssuerMismatch);
    }
    // 7. The audience is only this client.
    check_audience(claims, expected.client_id)?;
    // 8. It is about the person who signed in.
    if check_subject(claims)? != expected.subject {
        return Err(Refusal::IdentitySubjectMismatch);
    }
    // 9. It was issued in the past, and can be used already.
    let issued_at = claims.seconds("iat")?.ok_or(Refusal::IssuedAtInvalid)?;
    if issued_at > expected.now + SKEW {
        return Err(Refusal::IssuedAtInvalid);
    }
    if claims
        .seconds("nbf")?
        .is_some_and(|nbf| nbf > expected.now + SKEW)
    {
        return Err(Refusal::NotYetValid);
    }
    // 10. It expires after it was issued, has not done so yet, and is at most half an hour old: the
    // provider's `exp` may be later.
    let expiry = claims.seconds("exp")?.ok_or(Refusal::Expired)?;
    let until = expiry.min(issued_at + LIFETIME);
    if expiry <= issued_at || expected.now > until + SKEW {
        return Err(Refusal::Expired);
    }
    // 11. The level is one that this product asks for; no other claim says which was achieved.
    let level = claims.text("vot")?.and_then(Level::of_identity);
    let level = level.ok_or(Refusal::VectorMismatch)?;
    // 12. ID tokens have a nonce and logout tokens events; a core identity has neither.
    if claims.has("nonce") {
        return Err(Refusal::NoncePresent);
    }
    if claims.has("events") {
        return Err(Refusal::LogoutToken);
    }
    // 13. The subject of the credential has a name and a date of birth.
    let subject = claims.get("vc").and_then(|vc| vc.get("credentialSubject"));
    let subject = subject.and_then(claims::core_identity);
    Ok(CoreIdentity {
        level,
        until,
        claims: subject.ok_or(Refusal::ClaimsMalformed)?,
    })
}

#[cfg(test)]
#[path = "core_identity_tests.rs"]
mod tests;
