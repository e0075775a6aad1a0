//! Claims that every kind of token has, checked in one way.

use serde_json::Value;

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

/// The subject is 1 to 255 visible ASCII characters (OpenID Connect Core section 2).
///
/// # Errors
/// [`Refusal::SubjectInvalid`], or [`Refusal::ClaimsMalformed`] when it is no text.
pub fn check_subject(claims: &Object) -> Result<String, Refusal> {
    let subject = claims.text("sub")?.unwrap_or_default();
    let whole = (1..=255).contains(&subject.len()) && subject.bytes().all(|b| b.is_ascii_graphic());
    if whole {
        Ok(subject.to_owned())
    } else {
        Err(Refusal::SubjectInvalid)
    }
}
