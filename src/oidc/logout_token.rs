//! The logout token: the provider's word that a person's sessions are over.
//!
//! The provider sends no `sid`: a notification ends every session of the subject. Whether it was
//! seen before is the account's to say. The signature is not verified here.
//!
//! Source: OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6, `provider.md` 8.

use crate::oidc::claims::{check_audience, check_id, check_life, check_subject, is_type};
use crate::oidc::json::Object;
use crate::oidc::jws::{Alg, Untrusted};
use crate::oidc::refusal::Refusal;

/// The provider signs logout tokens with ES256, also for clients whose ID tokens are RS256.
pub const ALG: Alg = Alg::Es256;

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The longest life of a token, in seconds; the provider's live for 120.
const MAX_LIFETIME: i64 = 600;

/// The longest `jti`, in characters; the provider's is a UUID.
const MAX_ID: usize = 255;

/// The values that the token must have.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The configured issuer.
    pub issuer: &'a str,
    /// The client id.
    pub client_id: &'a str,
    /// Now, in seconds since the epoch.
    pub now: i64,
}

/// A checked logout token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutToken {
    /// The person whose sessions are over.
    pub subject: String,
    /// The token's id, new at every attempt to deliver it.
    pub id: String,
    /// When it was sent, in seconds since the epoch by the provider's clock.
    pub issued_at: i64,
}

/// Whether the header is a logout token's; asked before any key is looked up.
///
/// A header without `typ` is refused by [`check_type`], once the signature is verified: a sender who is not the provider
/// must not be able to bring about the label of a provider that leaves it out.
///
/// # Errors
/// [`Refusal::WrongType`] where `typ` is another than `logout+jwt`, and [`Refusal::AlgorithmMismatch`].
pub fn check_header(token: &Untrusted) -> Result<(), Refusal> {
    // 1. The type is that of a logout token, so that no other token of the provider is one.
    if token
        .typ
        .as_ref()
        .is_some_and(|typ| !is_type(typ, "logout+jwt"))
    {
        return Err(Refusal::WrongType);
    }
    // 2. The algorithm is the provider's, never `none` and never one of a shared secret.
    if token.alg != ALG {
        return Err(Refusal::AlgorithmMismatch);
    }
    Ok(())
}

/// Whether a logout token whose signature and claims are good says in its header that it is one.
///
/// # Errors
/// [`Refusal::TypeMissing`].
pub const fn check_type(typ: Option<&str>) -> Result<(), Refusal> {
    match typ {
        Some(_) => Ok(()),
        None => Err(Refusal::TypeMissing),
    }
}

/// Checks the claims; the numbers go on from [`check_header`], and 3 is the signature.
///
/// Unknown claims are passed over. It may be asked of claims that are not verified yet, to
/// refuse cheaply; only its answer about verified ones means anything.
///
/// # Errors
/// The [`Refusal`] of the first check that fails.
pub fn check(claims: &Object, expected: &Expected<'_>) -> Result<LogoutToken, Refusal> {
    // 4. The issuer is the configured one, byte for byte.
    if claims.text("iss")? != Some(expected.issuer) {
        return Err(Refusal::IssuerMismatch);
    }
    // 5. The audience is only this client.
    check_audience(claims, expected.client_id)?;
    // 6 and 7. It was issued in the past, has not expired, and could not have lived for long.
    let issued_at = check_life(claims, MAX_LIFETIME, expected.now)?;
    // 8. It says whose sessions are over; the provider sends no `sid`, and one is passed over.
    let subject = check_subject(claims)?;
    // 9. It is about logging out, and an ID token, which has a nonce, is not.
    let events = claims.get("events").and_then(|events| events.as_object());
    let event = events.and_then(|events| events.get(EVENT));
    if !event.is_some_and(serde_json::Value::is_object) {
        return Err(Refusal::EventsInvalid);
    }
    if claims.has("nonce") {
        return Err(Refusal::NoncePresent);
    }
    // 10. It has an id by which a repetition is known.
    Ok(LogoutToken {
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
    use crate::oidc::jws::encode;

    const NOW: i64 = 1_700_000_000;

    fn good() -> Value {
        json!({
            "iss": "https://oidc.example/",
            "sub": "urn:fdc:gov.uk:2022:subject",
            "aud": "client",
            "iat": NOW,
            "exp": NOW + 120,
            "jti": "30642c87-6167-413f-8ace-f1643c59e398",
            "events": { EVENT: {} },
            "ignored_claim": ["unknown"],
        })
    }

    fn run(claims: &Value) -> Result<LogoutToken, Refusal> {
        let expected = Expected {
            issuer: "https://oidc.example/",
            client_id: "client",
            now: NOW,
        };
        check(
            &Object::parse(claims.to_string().as_bytes()).unwrap(),
            &expected,
        )
    }

    fn with(name: &str, value: Value) -> Result<LogoutToken, Refusal> {
        let mut claims = good();
        claims[name] = value;
        run(&claims)
    }

    fn without(name: &str) -> Result<LogoutToken, Refusal> {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove(name);
        run(&claims)
    }

    #[test]
    fn oidcc_client_test_rp_backchannel_rpinitlogout() {
        let token = run(&good()).unwrap();
        assert_eq!(token.subject, "urn:fdc:gov.uk:2022:subject");
        assert_eq!(token.issued_at, NOW);
        assert!(with("sid", json!("sid")).is_ok());
        assert!(with("aud", json!(["client"])).is_ok());
    }

    #[test]
    fn t76_rejects_a_logout_token_with_any_wrong_claim() {
        let event = |value: Value| json!({ EVENT: value });
        for (answer, refusal) in [
            (without("iss"), Refusal::IssuerMismatch),
            (
                with("iss", json!("https://oidc.example")),
                Refusal::IssuerMismatch,
            ),
            (without("aud"), Refusal::AudienceMismatch),
            (
                with("aud", json!("clientINVALID")),
                Refusal::AudienceMismatch,
            ),
            (
                with("aud", json!(["client", "other"])),
                Refusal::AudienceMismatch,
            ),
            (without("iat"), Refusal::IssuedAtInvalid),
            (with("iat", json!(NOW + SKEW + 1)), Refusal::IssuedAtInvalid),
            (without("exp"), Refusal::Expired),
            (with("exp", json!(NOW - SKEW - 1)), Refusal::Expired),
            (with("exp", json!(NOW + MAX_LIFETIME + 1)), Refusal::Expired),
            (without("sub"), Refusal::SubjectInvalid),
            (with("sub", json!("")), Refusal::SubjectInvalid),
            (without("events"), Refusal::EventsInvalid),
            (with("events", Value::Null), Refusal::EventsInvalid),
            (with("events", json!([EVENT])), Refusal::EventsInvalid),
            (
                with(
                    "events",
                    json!({"http://schemas.openid.net/event/foobar": {}}),
                ),
                Refusal::EventsInvalid,
            ),
            (with("events", event(json!([]))), Refusal::EventsInvalid),
            (with("nonce", json!("nonce")), Refusal::NoncePresent),
            (with("nonce", Value::Null), Refusal::NoncePresent),
            (without("jti"), Refusal::TokenIdInvalid),
            (with("jti", json!("")), Refusal::TokenIdInvalid),
            (with("jti", json!("j".repeat(256))), Refusal::TokenIdInvalid),
            (with("jti", json!(7)), Refusal::ClaimsMalformed),
        ] {
            assert_eq!(answer.unwrap_err(), refusal);
        }
        assert!(with("events", json!({ EVENT: {}, "other": {} })).is_ok());
    }

    #[test]
    fn t15_rejects_any_token_other_than_a_logout_token() {
        let header = |header: Value| {
            let token = format!("{}.e30.AAAA", encode(header.to_string().as_bytes()));
            check_header(&Untrusted::parse(&token).unwrap())
        };
        for typ in ["logout+jwt", "LOGOUT+JWT", "application/logout+jwt"] {
            assert_eq!(
                header(json!({"alg": "ES256", "kid": "k", "typ": typ})),
                Ok(())
            );
        }
        for typ in ["JWT", "at+jwt", "oauth-authz-req+jwt", "logout", ""] {
            let refused = header(json!({"alg": "ES256", "kid": "k", "typ": typ}));
            assert_eq!(refused, Err(Refusal::WrongType));
        }
        assert_eq!(header(json!({"alg": "ES256", "kid": "k"})), Ok(()));
        assert_eq!(check_type(None), Err(Refusal::TypeMissing));
        assert_eq!(check_type(Some("logout+jwt")), Ok(()));
        let other = header(json!({"alg": "RS256", "kid": "k", "typ": "logout+jwt"}));
        assert_eq!(other, Err(Refusal::AlgorithmMismatch));
    }
}
