//! Claims that every kind of token has, checked in one way.

use serde_json::Value;

use super::SKEW;
use crate::oidc::json::Object;
use crate::oidc::refusal::Refusal;

/// The audience is the client as a text, or a list with only the client.
///
/// # Errors
/// [`Refusal::AudienceMismatch`].
pub fn check_audience(claims: &Object, client_id: &str) -> Result<(), Refusal> {
    let sole = match claims.get("aud") {
        Some(Value::String(audience)) => audience == client_id,
        Some(Value::Array(list)) => list.len() == 1 && list[0].as_str() == Some(client_id),
        _ => false,
    };
    if sole {
        Ok(())
    } else {
        Err(Refusal::AudienceMismatch)
    }
}

/// Whether a header's `typ` is a kind of token, which is given in lower case and without `application/`.
#[must_use]
pub fn is_type(typ: &str, kind: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/").unwrap_or(&typ) == kind
}

/// The moment at which a message was made: not in the future.
///
/// # Errors
/// [`Refusal::IssuedAtInvalid`].
pub fn check_issued(claims: &Object, now: i64) -> Result<i64, Refusal> {
    let issued_at = claims.seconds("iat")?.ok_or(Refusal::IssuedAtInvalid)?;
    if issued_at > now + SKEW {
        return Err(Refusal::IssuedAtInvalid);
    }
    Ok(issued_at)
}

/// The same for a message with an end, which has not passed and is at most `max_lifetime` seconds after that moment.
///
/// # Errors
/// [`Refusal::IssuedAtInvalid`] or [`Refusal::Expired`].
pub fn check_life(claims: &Object, max_lifetime: i64, now: i64) -> Result<i64, Refusal> {
    let issued_at = check_issued(claims, now)?;
    let expiry = claims.seconds("exp")?.ok_or(Refusal::Expired)?;
    if now > expiry + SKEW || expiry > issued_at + max_lifetime {
        return Err(Refusal::Expired);
    }
    Ok(issued_at)
}

/// The id by which a repetition is known: 1 to `longest` bytes.
///
/// # Errors
/// [`Refusal::TokenIdInvalid`].
pub fn check_id(claims: &Object, longest: usize) -> Result<String, Refusal> {
    let id = claims.text("jti")?.unwrap_or_default();
    if id.is_empty() || id.len() > longest {
        return Err(Refusal::TokenIdInvalid);
    }
    Ok(id.to_owned())
}

/// The subject is 1 to 255 visible ASCII characters (OpenID Connect Core section 2).
///
/// # Errors
/// [`Refusal::SubjectInvalid`], or [`Refusal::ClaimsMalformed`] when it is no text.
pub fn check_subject(claims: &Object) -> Result<String, Refusal> {
    subject(claims.text("sub")?.unwrap_or_default())
}

/// The subject that a text is, by the same rule.
///
/// # Errors
/// [`Refusal::SubjectInvalid`].
pub fn subject(subject: &str) -> Result<String, Refusal> {
    let whole = (1..=255).contains(&subject.len()) && subject.bytes().all(|b| b.is_ascii_graphic());
    if whole {
        Ok(subject.to_owned())
    } else {
        Err(Refusal::SubjectInvalid)
    }
}
