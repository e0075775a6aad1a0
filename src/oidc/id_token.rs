//! The ID token: every check that makes a signed text into the statement of who signed in.
//!
//! The signature is not verified here: the caller takes the claims from
//! [`crate::oidc::jws::Untrusted::trust`], which asks for the key's verdict first.
//!
//! Source: OpenID Connect Core 1.0 section 3.1.3.7, `provider.md` 4.

use sha2::{Digest, Sha256};

use super::SKEW;
use crate::oidc::claims::{check_audience, check_subject};
use crate::oidc::json::Object;
use crate::oidc::jws::{Untrusted, encode, is_plain_type};
use crate::oidc::refusal::Refusal;
use crate::oidc::vector::Level;
use crate::secret::same;

/// How long ago a token can have been issued, in seconds; the provider's live for 120.
const MAX_AGE: i64 = 600;

/// The values that the token must have.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The configured issuer.
    pub issuer: &'a str,
    /// The client id.
    pub client_id: &'a str,
    /// The attempt's nonce.
    pub nonce: &'a str,
    /// The access token that came with it.
    pub access_token: &'a str,
    /// The vector that was asked for.
    pub level: Level,
    /// How long ago the person may have signed in, in seconds, if that was asked.
    pub max_age: Option<i64>,
    /// Now, in seconds since the epoch.
    pub now: i64,
}

/// A checked ID token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdToken {
    /// The pairwise subject, 1 to 255 characters.
    pub subject: String,
    /// When the provider issued it, in seconds since the epoch by the provider's clock.
    pub issued_at: i64,
    /// When the person last proved who they are, if the provider says.
    pub auth_time: Option<i64>,
}

/// Whether the header can be an ID token's; asked before any key is looked up.
///
/// # Errors
/// [`Refusal::WrongType`] when `typ` names another kind of token. The provider sends none.
pub fn check_header(token: &Untrusted) -> Result<(), Refusal> {
    if is_plain_type(token.typ.as_deref()) {
        Ok(())
    } else {
        Err(Refusal::WrongType)
    }
}

/// Checks verified claims, in the specification's order; the numbers are those of 3.1.3.7.
///
/// # Errors
/// The [`Refusal`] of the first check that fails.
pub fn check(claims: &Object, expected: &Expected<'_>) -> Result<IdToken, Refusal> {
    // 2. The issuer is the configured one, byte for byte.
    if claims.text("iss")? != Some(expected.issuer) {
        return Err(Refusal::IssuerMismatch);
    }
    // 3. The audience is only this client.
    check_audience(claims, expected.client_id)?;
    // 4 and 5. An authorised party, if there is one, is this client.
    if claims
        .text("azp")?
        .is_some_and(|azp| azp != expected.client_id)
    {
        return Err(Refusal::AuthorisedPartyMismatch);
    }
    // 6 to 8. The signature and its algorithm were verified before the claims could be read.
    // 9. It has not expired.
    let expiry = claims.seconds("exp")?.ok_or(Refusal::Expired)?;
    if expected.now > expiry + SKEW {
        return Err(Refusal::Expired);
    }
    // 10. It was issued now: neither in the future nor longer ago than a sign-in takes.
    let issued_at = claims.seconds("iat")?.ok_or(Refusal::IssuedAtInvalid)?;
    if issued_at > expected.now + SKEW || issued_at < expected.now - MAX_AGE {
        return Err(Refusal::IssuedAtInvalid);
    }
    if claims
        .seconds("nbf")?
        .is_some_and(|nbf| nbf > expected.now + SKEW)
    {
        return Err(Refusal::NotYetValid);
    }
    // 11. The nonce is that of this attempt.
    let nonce = claims.text("nonce")?.ok_or(Refusal::NonceMismatch)?;
    if !same(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err(Refusal::NonceMismatch);
    }
    // 12. No `acr`: the provider answers `vot`, which repeats the credential vector asked for.
    if claims.text("vot")? != Some(expected.level.credential().as_str()) {
        return Err(Refusal::VectorMismatch);
    }
    // 13. The time of authentication cannot be in the future, nor longer ago than was asked.
    let auth_time = claims.seconds("auth_time")?;
    if auth_time.is_some_and(|time| time > expected.now + SKEW) {
        return Err(Refusal::AuthTimeInvalid);
    }
    if let Some(max_age) = expected.max_age {
        let time = auth_time.ok_or(Refusal::AuthTimeInvalid)?;
        if expected.now > time + max_age + SKEW {
            return Err(Refusal::AuthTimeTooOld);
        }
    }
    // 3.1.3.8. The access token is the one that came with this ID token.
    check_access_token(claims, expected.access_token)?;
    // Beyond 3.1.3.7: a logout token carries `events` and is never an ID token.
    if claims.has("events") {
        return Err(Refusal::LogoutToken);
    }
    Ok(IdToken {
        subject: check_subject(claims)?,
        issued_at,
        auth_time,
    })
}

/// `at_hash` is the left half of the access token's SHA-256; the provider always sends it.
fn check_access_token(claims: &Object, access_token: &str) -> Result<(), Refusal> {
    let digest = Sha256::digest(access_token.as_bytes());
    let left = encode(&digest[..16]);
    let hash = claims.text("at_hash")?.unwrap_or_default();
    if same(hash.as_bytes(), left.as_bytes()) {
        Ok(())
    } else {
        Err(Refusal::AccessTokenHashMismatch)
    }
}

#[cfg(test)]
#[path = "id_token_tests.rs"]
mod tests;
