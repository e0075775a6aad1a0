//! The service token: a message of the service behind the edge, signed with a key of the service's own.
//!
//! Whether it was seen before is the receiver's to say. The signature is not verified here.
//!
//! Source: RFC 7519 section 4.1, RFC 8725 sections 3.9 to 3.12.

use crate::oidc::claims::{check_audience, check_id, check_life, check_subject, is_type};
use crate::oidc::json::Object;
use crate::oidc::refusal::Refusal;

/// The longest life of a token, in seconds.
pub const MAX_LIFETIME: i64 = 60;

/// The longest `jti`, in characters.
const MAX_ID: usize = 128;

/// The values that the token must have.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The header's `typ` without `application/`: the kind of message.
    pub typ: &'a str,
    /// The service's name: the audience of assertions.
    pub issuer: &'a str,
    /// The edge's name: the issuer of assertions.
    pub audience: &'a str,
    /// Now, in seconds since the epoch.
    pub now: i64,
}

/// The claims that every service token has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceToken {
    /// The person whom it is about.
    pub subject: String,
    /// The token's id.
    pub id: String,
    /// When it was made, in seconds since the epoch by the service's clock.
    pub issued_at: i64,
}

/// Checks the kind of message, its sender and its receiver.
///
/// # Errors
/// The [`Refusal`] of the first check that fails.
pub fn check_ends(
    typ: Option<&str>,
    claims: &Object,
    expected: &Expected<'_>,
) -> Result<(), Refusal> {
    // The type is that of this message, so that no assertion and no other message is one.
    if !is_type(typ.ok_or(Refusal::TypeMissing)?, expected.typ) {
        return Err(Refusal::WrongType);
    }
    // The sender made it, for this edge and no other.
    if claims.text("iss")? != Some(expected.issuer) {
        return Err(Refusal::IssuerMismatch);
    }
    check_audience(claims, expected.audience)
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
) -> Result<ServiceToken, Refusal> {
    // 1. It is this message, from the service to this edge.
    check_ends(typ, claims, expected)?;
    // 2. It was made just now, and does not live for long.
    let issued_at = check_life(claims, MAX_LIFETIME, expected.now)?;
    // 3. It says whom it is about, and has an id by which a repetition is known.
    let subject = check_subject(claims)?;
    Ok(ServiceToken {
        subject,
        id: check_id(claims, MAX_ID)?,
        issued_at,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::oidc::SKEW;

    const NOW: i64 = 1_700_000_000;

    fn good() -> Value {
        json!({
            "iss": "https://service.example",
            "aud": "https://edge.example",
            "sub": "urn:fdc:gov.uk:2022:subject",
            "iat": NOW,
            "exp": NOW + 60,
            "jti": "30642c87-6167-413f-8ace-f1643c59e398",
            "ignored_claim": ["unknown"],
        })
    }

    fn checked(typ: Option<&str>, claims: &Value) -> Result<ServiceToken, Refusal> {
        let expected = Expected {
            typ: "kind+jwt",
            issuer: "https://service.example",
            audience: "https://edge.example",
            now: NOW,
        };
        let claims = Object::parse(claims.to_string().as_bytes()).unwrap();
        check(typ, &claims, &expected)
    }

    #[test]
    fn when_a_service_token_is_good_then_its_claims_are_read() {
        let token = checked(Some("kind+jwt"), &good()).unwrap();
        assert_eq!(token.subject, "urn:fdc:gov.uk:2022:subject");
        assert_eq!(token.issued_at, NOW);
        assert_eq!(token.id.len(), 36);
        for typ in ["KIND+JWT", "application/kind+jwt"] {
            assert!(checked(Some(typ), &good()).is_ok(), "{typ}");
        }
    }

    #[test]
    fn t130_rejects_a_service_token_with_a_wrong_claim_or_type() {
        let with = |name: &str, value: Value| {
            let mut claims = good();
            claims[name] = value;
            checked(Some("kind+jwt"), &claims)
        };
        for (name, value, refusal) in [
            (
                "iss",
                json!("https://service.example/"),
                Refusal::IssuerMismatch,
            ),
            ("iss", Value::Null, Refusal::IssuerMismatch),
            (
                "aud",
                json!("https://service.example"),
                Refusal::AudienceMismatch,
            ),
            (
                "aud",
                json!(["https://edge.example", "b"]),
                Refusal::AudienceMismatch,
            ),
            ("iat", Value::Null, Refusal::IssuedAtInvalid),
            ("iat", json!(NOW + SKEW + 1), Refusal::IssuedAtInvalid),
            ("exp", Value::Null, Refusal::Expired),
            ("exp", json!(NOW - SKEW - 1), Refusal::Expired),
            ("exp", json!(NOW + MAX_LIFETIME + 1), Refusal::Expired),
            ("exp", json!("1700000060"), Refusal::ClaimsMalformed),
            ("sub", json!(""), Refusal::SubjectInvalid),
            ("jti", Value::Null, Refusal::TokenIdInvalid),
            ("jti", json!("j".repeat(129)), Refusal::TokenIdInvalid),
        ] {
            assert_eq!(with(name, value.clone()), Err(refusal), "{name} {value}");
        }
        assert_eq!(checked(None, &good()), Err(Refusal::TypeMissing));
        for typ in ["jwt", "logout+jwt", "kind", "xkind+jwt", ""] {
            assert_eq!(
                checked(Some(typ), &good()),
                Err(Refusal::WrongType),
                "{typ}"
            );
        }
    }
}
