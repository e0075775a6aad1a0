//! The record of the switch: which parts of a service are off, signed with a key of the service's own.
//!
//! It lies where many may read and some may write, so that only its signature and these checks make it good. The signature
//! is not verified here.
//!
//! Source: RFC 7519 section 4.1, RFC 8725 sections 3.9 to 3.12.

use serde_json::Value;

use crate::oidc::SKEW;
use crate::oidc::json::Object;
use crate::oidc::refusal::Refusal;
use crate::oidc::service_token::{Expected, check_ends};

/// The header's `typ` without `application/`.
pub const TYPE: &str = "switch+jwt";

/// The claim that says that no sign-in may start.
pub const SIGN_IN_OFF: &str = "sign_in_off";

/// The claim that says that the service is closed.
pub const SERVICE_CLOSED: &str = "service_closed";

/// A part that is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Off {
    /// Until when, in seconds since the epoch; without a time it is off until another record says otherwise.
    pub until: Option<i64>,
}

impl Off {
    /// Whether the time has not come yet.
    #[must_use]
    pub fn counts(self, now: i64) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// The claims of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// When it was made, in seconds since the epoch by the clock of its maker.
    pub issued_at: i64,
    /// Whether starting a sign-in is off.
    pub sign_in: Option<Off>,
    /// Whether the whole service is.
    pub service: Option<Off>,
}

impl Record {
    /// Reads the claims and checks the type. Unknown claims are passed over.
    ///
    /// A record without a part that is off is good: it is how a service says that everything is on again.
    ///
    /// # Errors
    /// The [`Refusal`] of the first check that fails.
    pub fn read(
        typ: Option<&str>,
        claims: &Object,
        expected: &Expected<'_>,
    ) -> Result<Self, Refusal> {
        check_ends(typ, claims, expected)?;
        let issued_at = claims.seconds("iat")?.ok_or(Refusal::IssuedAtInvalid)?;
        if issued_at > expected.now + SKEW {
            return Err(Refusal::IssuedAtInvalid);
        }
        Ok(Self {
            issued_at,
            sign_in: off(claims, SIGN_IN_OFF)?,
            service: off(claims, SERVICE_CLOSED)?,
        })
    }

    /// Whether a part of it is off, and the time of every such part has come.
    #[must_use]
    pub fn is_over(&self, now: i64) -> bool {
        let mut parts = [self.sign_in, self.service].into_iter().flatten();
        let counts = parts.clone().any(|off| off.counts(now));
        parts.next().is_some() && !counts
    }
}

/// A part that is off: `true`, or until when in seconds since the epoch.
fn off(claims: &Object, name: &'static str) -> Result<Option<Off>, Refusal> {
    Ok(match claims.get(name) {
        None | Some(Value::Bool(false)) => None,
        Some(Value::Bool(true)) => Some(Off { until: None }),
        Some(_) => Some(Off {
            until: claims.seconds(name)?,
        }),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn read(typ: &str, change: impl FnOnce(&mut Value)) -> Result<Record, Refusal> {
        let mut claims =
            json!({ "iss": "https://a.example", "aud": "https://edge.example", "iat": NOW });
        change(&mut claims);
        let expected = Expected {
            typ: TYPE,
            issuer: "https://a.example",
            audience: "https://edge.example",
            now: NOW,
        };
        let claims = Object::parse(claims.to_string().as_bytes()).unwrap();
        Record::read(Some(typ), &claims, &expected)
    }

    #[test]
    fn when_a_record_is_good_then_its_parts_are_read() {
        let all_on = read(TYPE, |_| {}).unwrap();
        assert_eq!((all_on.sign_in, all_on.service), (None, None));
        assert!(!all_on.is_over(NOW));
        let record = read(TYPE, |claims| {
            claims[SIGN_IN_OFF] = json!(NOW + 60);
            claims[SERVICE_CLOSED] = json!(false);
        });
        let record = record.unwrap();
        let until = Some(NOW + 60);
        assert_eq!(
            (record.sign_in, record.service),
            (Some(Off { until }), None)
        );
        for (now, counts) in [(NOW, true), (NOW + 59, true), (NOW + 60, false)] {
            assert_eq!(record.sign_in.unwrap().counts(now), counts, "{now}");
            assert_eq!(record.is_over(now), !counts, "{now}");
        }
        let for_ever = read(TYPE, |claims| claims[SERVICE_CLOSED] = json!(true)).unwrap();
        assert_eq!(for_ever.service, Some(Off { until: None }));
        assert!(!for_ever.is_over(i64::MAX));
    }

    #[test]
    fn t137_rejects_a_record_with_a_wrong_claim_or_type() {
        for (name, value, refusal) in [
            ("iss", json!("https://b.example"), Refusal::IssuerMismatch),
            ("aud", json!("https://b.example"), Refusal::AudienceMismatch),
            ("aud", Value::Null, Refusal::AudienceMismatch),
            ("iat", Value::Null, Refusal::IssuedAtInvalid),
            ("iat", json!(NOW + SKEW + 1), Refusal::IssuedAtInvalid),
            (SIGN_IN_OFF, json!("true"), Refusal::ClaimsMalformed),
            (SERVICE_CLOSED, json!(-1), Refusal::ClaimsMalformed),
            (SERVICE_CLOSED, json!(1.5), Refusal::ClaimsMalformed),
            (SERVICE_CLOSED, json!({}), Refusal::ClaimsMalformed),
        ] {
            let got = read(TYPE, |claims| claims[name] = value.clone());
            assert_eq!(got, Err(refusal), "{name} {value}");
        }
        for typ in ["JWT", "end-sessions+jwt", "switch", ""] {
            assert_eq!(read(typ, |_| {}), Err(Refusal::WrongType), "{typ}");
        }
    }
}
