//! The Security Event Token: the provider's word that something happened to a person's account.
//!
//! It has no end and may come again days later; whether it was seen before is the account's to say. The signature is not
//! verified here.
//!
//! Source: RFC 8417 section 2, CAEP 1.0 section 3.3, RISC 1.0 section 2.2, SSF 1.0 section 8.1.4, `provider.md` 8b.18.

use serde_json::Value;

use crate::oidc::claims::{check_id, check_issued, subject};
use crate::oidc::json::Object;
use crate::oidc::refusal::Refusal;
use crate::oidc::service_token::{Expected, check_ends};

/// The issuer, in every environment of the provider's.
pub const ISSUER: &str = "https://ssf.account.gov.uk/";

/// The `typ` of its header.
pub const TYPE: &str = "secevent+jwt";

/// The longest `jti`, in characters.
const MAX_ID: usize = 255;

/// The events that end a person's sessions, each with its label.
const ENDING: [(&str, &str); 2] = [
    (
        "https://schemas.openid.net/secevent/caep/event-type/credential-change",
        "credential_change",
    ),
    (
        "https://schemas.openid.net/secevent/risc/event-type/account-purged",
        "account_purged",
    ),
];

/// The event with which the provider tries the way to a receiver. It has two names, of SSF 1.0 and of the drafts before it.
const VERIFICATION: [&str; 2] = [
    "https://schemas.openid.net/secevent/ssf/event-type/verification",
    "https://schemas.openid.net/secevent/sse/event-type/verification",
];

/// A checked Security Event Token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    /// The token's id, the same whenever it is delivered.
    pub id: String,
    /// When it was issued, in seconds since the epoch by the provider's clock.
    pub issued_at: i64,
    /// The person whose sessions are over, if the event ends any.
    pub subject: Option<String>,
    /// The event, as a label.
    pub label: &'static str,
}

/// Checks the type and the claims. Unknown claims and events are passed over.
///
/// It may be asked of claims that are not verified yet, to refuse cheaply; only its answer about verified ones means
/// anything.
///
/// # Errors
/// The [`Refusal`] of the first check that fails.
pub fn check(
    typ: Option<&str>,
    claims: &Object,
    audience: &str,
    now: i64,
) -> Result<SecurityEvent, Refusal> {
    // 1. It is a Security Event Token of the provider, for this receiver and no other.
    let expected = Expected {
        typ: TYPE,
        issuer: ISSUER,
        audience,
        now,
    };
    check_ends(typ, claims, &expected)?;
    // 2. It was issued in the past. The provider sets no end; one that is there counts.
    let issued_at = check_issued(claims, now)?;
    if claims.seconds("exp")?.is_some_and(|expiry| now > expiry) {
        return Err(Refusal::Expired);
    }
    // 3. It has an id by which a repetition is known.
    let id = check_id(claims, MAX_ID)?;
    // 4. It says what happened and, where that ends sessions, to whom.
    let events = claims.get("events").and_then(Value::as_object);
    let events = events.ok_or(Refusal::EventsInvalid)?;
    let (subject, label) = match ENDING
        .iter()
        .find_map(|(name, label)| Some((events.get(*name)?, *label)))
    {
        Some((event, label)) => (Some(person(event)?), label),
        None if VERIFICATION.iter().any(|name| events.contains_key(*name)) => {
            (None, "verification")
        }
        None if events.is_empty() => return Err(Refusal::EventsInvalid),
        None => (None, "other_event"),
    };
    Ok(SecurityEvent {
        id,
        issued_at,
        subject,
        label,
    })
}

/// The person whom an event is about: the `uri` of its subject, of whatever format (RFC 9493 section 3).
fn person(event: &Value) -> Result<String, Refusal> {
    let text = |name| {
        event
            .get("subject")
            .and_then(|of| of.get(name))
            .and_then(Value::as_str)
    };
    match (text("format"), text("uri")) {
        (Some(_), Some(uri)) => subject(uri),
        _ => Err(Refusal::SubjectInvalid),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oidc::SKEW;

    const NOW: i64 = 1_700_000_000;

    fn good() -> Value {
        json!({
            "iss": ISSUER,
            "aud": "https://signals.example.gov.uk",
            "iat": NOW,
            "jti": "30642c87-6167-413f-8ace-f1643c59e398",
            "events": {
                ENDING[0].0: {
                    "change_type": "update",
                    "credential_type": "password",
                    "subject": { "format": "uri", "uri": "urn:fdc:gov.uk:2022:subject" },
                },
                "https://vocab.account.gov.uk/secevent/v1/credentialChange/eventInformation": { "email": "a@example.gov.uk" },
            },
        })
    }

    fn checked(typ: Option<&str>, claims: &Value) -> Result<SecurityEvent, Refusal> {
        let claims = Object::parse(claims.to_string().as_bytes()).unwrap();
        check(typ, &claims, "https://signals.example.gov.uk", NOW)
    }

    fn with(name: &str, value: Value) -> Result<SecurityEvent, Refusal> {
        let mut claims = good();
        claims[name] = value;
        checked(Some(TYPE), &claims)
    }

    #[test]
    fn when_an_event_is_about_an_account_or_a_credential_then_the_person_is_named() {
        let event = checked(Some("application/secevent+jwt"), &good()).unwrap();
        assert_eq!(
            event.subject.as_deref(),
            Some("urn:fdc:gov.uk:2022:subject")
        );
        assert_eq!((event.issued_at, event.label), (NOW, "credential_change"));
        let purged =
            json!({ ENDING[1].0: { "subject": { "format": "urn:example:format", "uri": "a" } } });
        let event = with("events", purged).unwrap();
        assert_eq!(
            (event.subject.as_deref(), event.label),
            (Some("a"), "account_purged")
        );
        // A delivery may come after two weeks: a token has no end.
        assert!(with("iat", json!(NOW - 15 * 86_400)).is_ok());
        assert!(with("exp", json!(NOW)).is_ok());
    }

    #[test]
    fn when_an_event_ends_no_session_then_only_its_label_is_known() {
        for name in VERIFICATION {
            for event in [json!({}), json!({ "state": "abc-123" })] {
                let event = with("events", json!({ name: event })).unwrap();
                assert_eq!((event.subject, event.label), (None, "verification"));
            }
        }
        let other = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated";
        let event = with("events", json!({ other: { "status": "paused" } })).unwrap();
        assert_eq!((event.subject, event.label), (None, "other_event"));
    }

    #[test]
    fn t150_rejects_a_security_event_token_with_a_wrong_claim_or_type() {
        let about = |subject: Value| json!({ ENDING[0].0: { "subject": subject } });
        for (name, value, refusal) in [
            (
                "iss",
                json!("https://ssf.account.gov.uk"),
                Refusal::IssuerMismatch,
            ),
            (
                "iss",
                json!("https://oidc.account.gov.uk/"),
                Refusal::IssuerMismatch,
            ),
            ("iss", Value::Null, Refusal::IssuerMismatch),
            (
                "aud",
                json!("https://other.example"),
                Refusal::AudienceMismatch,
            ),
            (
                "aud",
                json!(["https://signals.example.gov.uk", "b"]),
                Refusal::AudienceMismatch,
            ),
            ("aud", Value::Null, Refusal::AudienceMismatch),
            ("iat", Value::Null, Refusal::IssuedAtInvalid),
            ("iat", json!(NOW + SKEW + 1), Refusal::IssuedAtInvalid),
            ("iat", json!(NOW * 1_000), Refusal::ClaimsMalformed),
            ("exp", json!(NOW - 1), Refusal::Expired),
            ("jti", Value::Null, Refusal::TokenIdInvalid),
            ("jti", json!("j".repeat(256)), Refusal::TokenIdInvalid),
            ("events", Value::Null, Refusal::EventsInvalid),
            ("events", json!({}), Refusal::EventsInvalid),
            ("events", json!([ENDING[0].0]), Refusal::EventsInvalid),
            (
                "events",
                json!({ ENDING[0].0: {} }),
                Refusal::SubjectInvalid,
            ),
            (
                "events",
                json!({ ENDING[1].0: [] }),
                Refusal::SubjectInvalid,
            ),
            (
                "events",
                about(json!({ "uri": "a" })),
                Refusal::SubjectInvalid,
            ),
            (
                "events",
                about(json!({ "format": "uri", "uri": "" })),
                Refusal::SubjectInvalid,
            ),
            (
                "events",
                about(json!({ "format": "uri", "uri": "a b" })),
                Refusal::SubjectInvalid,
            ),
            (
                "events",
                about(json!({ "format": "email", "email": "a@b" })),
                Refusal::SubjectInvalid,
            ),
        ] {
            assert_eq!(with(name, value.clone()), Err(refusal), "{name} {value}");
        }
        assert_eq!(checked(None, &good()), Err(Refusal::TypeMissing));
        for typ in ["jwt", "logout+jwt", "secevent", ""] {
            assert_eq!(
                checked(Some(typ), &good()),
                Err(Refusal::WrongType),
                "{typ}"
            );
        }
    }
}
