//! The application token of Cloudflare Access: who of a team's staff, or which of its programs, sends a request.
//!
//! The signature is not verified here. How long a token may live is the team's own decision, a month at most.
//!
//! Source: Cloudflare One documentation, "Application token" and "Validate JWTs", May 2026.

use serde_json::Value;

use super::SKEW;
use crate::oidc::claims::{check_life, check_subject};
use crate::oidc::json::Object;
use crate::oidc::jws::is_plain_type;
use crate::oidc::refusal::Refusal;

/// The values that the token must have.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The team's address.
    pub issuer: &'a str,
    /// The application's audience tag.
    pub audience: &'a str,
    /// Now, in seconds since the epoch.
    pub now: i64,
}

/// The holder of a checked token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The user's id at the team; empty for a program.
    pub subject: String,
    /// The user's e-mail address, if the token has one.
    pub email: Option<String>,
    /// The client id of the service token by which a program came in; `None` for a user.
    pub common_name: Option<String>,
}

/// Checks the type and the claims. Unknown claims are passed over.
///
/// It may be asked of claims that are not verified yet, to refuse cheaply; only its answer about verified ones means
/// anything.
///
/// # Errors
/// The [`Refusal`] of the first check that fails.
pub fn check(
    typ: Option<&str>,
    claims: &Object,
    expected: &Expected<'_>,
) -> Result<Holder, Refusal> {
    // 1. It is a token for an application, not the one of a session with the team (`org`).
    if !is_plain_type(typ) || claims.text("type")? != Some("app") {
        return Err(Refusal::WrongType);
    }
    // 2. This team made it, for this application. One token may be for several of the team's applications.
    if claims.text("iss")? != Some(expected.issuer) {
        return Err(Refusal::IssuerMismatch);
    }
    let is_named = match claims.get("aud") {
        Some(Value::String(audience)) => audience == expected.audience,
        Some(Value::Array(list)) => list
            .iter()
            .any(|audience| audience.as_str() == Some(expected.audience)),
        _ => false,
    };
    if !is_named {
        return Err(Refusal::AudienceMismatch);
    }
    // 3. It is valid now.
    check_life(claims, i64::from(u32::MAX), expected.now)?;
    if claims
        .seconds("nbf")?
        .is_some_and(|from| from > expected.now + SKEW)
    {
        return Err(Refusal::NotYetValid);
    }
    // 4. It says who: a user, or a program, whose token has an empty subject.
    if claims.text("sub")? != Some("") {
        return Ok(Holder {
            subject: check_subject(claims)?,
            email: claims.text("email")?.map(str::to_owned),
            common_name: None,
        });
    }
    let name = claims.text("common_name")?.unwrap_or_default();
    if !(1..=255).contains(&name.len()) {
        return Err(Refusal::SubjectInvalid);
    }
    Ok(Holder {
        subject: String::new(),
        email: None,
        common_name: Some(name.to_owned()),
    })
}
