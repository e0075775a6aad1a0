//! Faults in the claims of the core identity token. The signature over the broken claims is good.

mod credential;
mod names;

use serde_json::{Value, json};

use super::claims::{other_case, other_port, other_scheme};
use crate::jose::Object;
use credential::subject_of;

pub use names::CoreClaimFault;

/// Breaks the claims in the one way.
pub fn apply(fault: CoreClaimFault, claims: &mut Object, now: i64) {
    use CoreClaimFault as F;
    let honest = |name: &str| {
        let value = claims.get(name).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    let (issuer, audience, subject) = (honest("iss"), honest("aud"), honest("sub"));
    let level = honest("vot");
    let mut set = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    match fault {
        F::IssNotText => set("iss", json!([issuer])),
        F::IssNoSlash => set("iss", json!(issuer.trim_end_matches('/'))),
        F::IssOtherCase => set("iss", json!(other_case(&issuer))),
        F::IssOtherScheme => set("iss", json!(other_scheme(&issuer))),
        F::IssOtherPort => set("iss", json!(other_port(&issuer))),
        F::IssOtherEnvironment => set("iss", json!("https://identity.integration.account.gov.uk/")),
        F::IssOfIdTokens => set("iss", json!("https://oidc.integration.account.gov.uk/")),
        F::AudNotText | F::SubNotText => {
            set(if fault == F::AudNotText { "aud" } else { "sub" }, json!(7))
        }
        F::AudOther => set("aud", json!("another-client")),
        F::AudLonger => set("aud", json!(format!("{audience}1"))),
        F::AudEmptyArray => set("aud", json!([])),
        F::AudArrayWithExtra => set("aud", json!([audience, "another-client"])),
        F::AudArrayOfOne => set("aud", json!([audience])),
        F::SubEmpty => set("sub", json!("")),
        F::SubNull => set("sub", Value::Null),
        F::SubOther => set("sub", json!("urn:fdc:gov.uk:2022:somebody-else")),
        F::SubOtherCase => set("sub", json!(subject.to_lowercase())),
        F::VotNull => set("vot", Value::Null),
        F::VotNotText => set("vot", json!([level])),
        F::VotNone => set("vot", json!("P0")),
        F::VotLower => set("vot", json!("P1")),
        F::VotHigher => set("vot", json!("P3")),
        F::VotUnknown => set("vot", json!("P9")),
        F::VotWithCredential => set("vot", json!(format!("Cl.Cm.{level}"))),
        F::VotOtherCase => set("vot", json!(level.to_lowercase())),
        F::NoncePresent => {
            set("nonce", json!("the-nonce-of-another-sign-in"));
            set("at_hash", json!(crate::jose::at_hash("another")));
        }
        F::EventsPresent => {
            let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
            set("events", event);
        }
        F::UnknownClaim => set("https://example.com/unknown", json!({ "a": 1 })),
        F::VcNotObject => set("vc", json!("VerifiableCredential")),
        F::IssMissing
        | F::AudMissing
        | F::SubMissing
        | F::ExpMissing
        | F::IatMissing
        | F::NbfMissing
        | F::VotMissing
        | F::VcMissing => {
            let claim = fault.name().trim_start_matches("core-identity-");
            claims.remove(claim.trim_end_matches("-missing"));
        }
        F::ExpPast
        | F::ExpText
        | F::ExpNull
        | F::ExpHuge
        | F::ExpNegative
        | F::ExpBeforeIat
        | F::ExpFar
        | F::IatFuture
        | F::IatOld
        | F::IatText
        | F::NbfFuture
        | F::NbfText => {
            for (name, value) in times(fault, now) {
                claims.insert((*name).to_owned(), value);
            }
        }
        F::SubjectMissing
        | F::NameMissing
        | F::NameEmpty
        | F::NameNotArray
        | F::NameOnlyPast
        | F::NamePartsMissing
        | F::NamePartsEmpty
        | F::NamePartTypeMissing
        | F::NamePartTypeUnknown
        | F::NamePartNotText
        | F::NamePartHostile
        | F::NamePartLong
        | F::NameUnknownMember
        | F::BirthDateMissing
        | F::BirthDateEmpty
        | F::BirthDateNotArray
        | F::BirthDateImpossible
        | F::BirthDateNotText => {
            if let Some(credential) = claims.get_mut("vc") {
                subject_of(fault, credential);
            }
        }
    }
}

/// The wrong times, and those that must follow so that the token has the one fault and not two.
fn times(fault: CoreClaimFault, now: i64) -> Vec<(&'static str, Value)> {
    use CoreClaimFault as F;
    match fault {
        F::ExpPast => vec![
            ("exp", json!(now - 600)),
            ("iat", json!(now - 2_400)),
            ("nbf", json!(now - 2_400)),
        ],
        F::ExpText => vec![("exp", json!((now + 1_800).to_string()))],
        F::ExpNull => vec![("exp", Value::Null)],
        F::ExpHuge => vec![("exp", json!(1e308))],
        F::ExpNegative => vec![("exp", json!(-now))],
        F::ExpBeforeIat => vec![("exp", json!(now + 5)), ("iat", json!(now + 10))],
        F::ExpFar => vec![("exp", json!(now + 365 * 86_400))],
        F::IatFuture => vec![("iat", json!(now + 600)), ("exp", json!(now + 2_400))],
        F::IatOld => vec![("iat", json!(now - 2_700)), ("nbf", json!(now - 2_700))],
        F::IatText => vec![("iat", json!(now.to_string()))],
        F::NbfFuture => vec![("nbf", json!(now + 600))],
        F::NbfText => vec![("nbf", json!(now.to_string()))],
        // The caller asks for no others.
        _ => Vec::new(),
    }
}
