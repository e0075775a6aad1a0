//! Faults in the claims of the core identity token. The signature over the broken claims is good.

mod credential;

use serde_json::{Value, json};

use super::claims::{other_case, other_port, other_scheme};
use super::fault_kind;
use crate::jose::Object;
use credential::subject_of;

fault_kind! {
    /// One claim of the core identity token is wrong.
    CoreClaimFault {
        /// No `iss`.
        IssMissing = "core-identity-iss-missing",
        /// `iss` is an array that holds the right issuer.
        IssNotText = "core-identity-iss-not-text",
        /// `iss` without its trailing slash.
        IssNoSlash = "core-identity-iss-no-slash",
        /// `iss` with the host in capitals.
        IssOtherCase = "core-identity-iss-other-case",
        /// `iss` with another scheme.
        IssOtherScheme = "core-identity-iss-other-scheme",
        /// `iss` with another port.
        IssOtherPort = "core-identity-iss-other-port",
        /// `iss` of the real integration environment.
        IssOtherEnvironment = "core-identity-iss-other-environment",
        /// `iss` is the issuer of the real integration environment's ID tokens.
        IssOfIdTokens = "core-identity-iss-of-id-tokens",
        /// No `aud`.
        AudMissing = "core-identity-aud-missing",
        /// `aud` is a number.
        AudNotText = "core-identity-aud-not-text",
        /// `aud` is another client.
        AudOther = "core-identity-aud-other",
        /// `aud` is the client id and one more character.
        AudLonger = "core-identity-aud-longer",
        /// `aud` is an empty array.
        AudEmptyArray = "core-identity-aud-empty-array",
        /// `aud` is an array of the client and another.
        AudArrayWithExtra = "core-identity-aud-array-with-extra",
        /// `aud` is an array with only the client. The specification allows it.
        AudArrayOfOne = "core-identity-aud-array-of-one",
        /// No `sub`.
        SubMissing = "core-identity-sub-missing",
        /// `sub` is empty.
        SubEmpty = "core-identity-sub-empty",
        /// `sub` is a number.
        SubNotText = "core-identity-sub-not-text",
        /// `sub` is null.
        SubNull = "core-identity-sub-null",
        /// `sub` is another person than the ID token and userinfo tell of.
        SubOther = "core-identity-sub-other",
        /// `sub` with a letter in another case.
        SubOtherCase = "core-identity-sub-other-case",
        /// No `exp`.
        ExpMissing = "core-identity-exp-missing",
        /// `exp` was ten minutes ago, and `iat` and `nbf` forty.
        ExpPast = "core-identity-exp-past",
        /// `exp` is a string of digits.
        ExpText = "core-identity-exp-text",
        /// `exp` is null.
        ExpNull = "core-identity-exp-null",
        /// `exp` is 1e308.
        ExpHuge = "core-identity-exp-huge",
        /// `exp` is negative.
        ExpNegative = "core-identity-exp-negative",
        /// `exp` is before `iat`, though still to come.
        ExpBeforeIat = "core-identity-exp-before-iat",
        /// `exp` is a year after `iat`, as in documentation samples. The client uses half an hour after `iat`.
        ExpFar = "core-identity-exp-far",
        /// No `iat`.
        IatMissing = "core-identity-iat-missing",
        /// `iat` is ten minutes ahead.
        IatFuture = "core-identity-iat-future",
        /// `iat` is 45 minutes ago, while `exp` is still to come.
        IatOld = "core-identity-iat-old",
        /// `iat` is a string of digits.
        IatText = "core-identity-iat-text",
        /// No `nbf`. It has nothing to say that `iat` does not.
        NbfMissing = "core-identity-nbf-missing",
        /// `nbf` is ten minutes ahead.
        NbfFuture = "core-identity-nbf-future",
        /// `nbf` is a string of digits.
        NbfText = "core-identity-nbf-text",
        /// No `vot`.
        VotMissing = "core-identity-vot-missing",
        /// `vot` is null.
        VotNull = "core-identity-vot-null",
        /// `vot` is an array that holds the right level.
        VotNotText = "core-identity-vot-not-text",
        /// `vot` is `P0`: no identity.
        VotNone = "core-identity-vot-none",
        /// `vot` is `P1`, the level below the usual one.
        VotLower = "core-identity-vot-lower",
        /// `vot` is `P3`, a level above every one that is asked for.
        VotHigher = "core-identity-vot-higher",
        /// `vot` is a level that does not exist.
        VotUnknown = "core-identity-vot-unknown",
        /// `vot` is a whole vector.
        VotWithCredential = "core-identity-vot-with-credential",
        /// `vot` is the level in a small letter.
        VotOtherCase = "core-identity-vot-other-case",
        /// A `nonce` and an `at_hash`, which make it look like an ID token.
        NoncePresent = "core-identity-nonce-present",
        /// An `events` claim, which makes it look like a logout token.
        EventsPresent = "core-identity-events-present",
        /// An unknown claim, which the client must ignore.
        UnknownClaim = "core-identity-unknown-claim",
        /// No `vc`.
        VcMissing = "core-identity-vc-missing",
        /// `vc` is text.
        VcNotObject = "core-identity-vc-not-object",
        /// No `credentialSubject`.
        SubjectMissing = "core-identity-subject-missing",
        /// No `name`.
        NameMissing = "core-identity-name-missing",
        /// `name` is an empty array.
        NameEmpty = "core-identity-name-empty",
        /// `name` is an object.
        NameNotArray = "core-identity-name-not-array",
        /// The only name ended years ago.
        NameOnlyPast = "core-identity-name-only-past",
        /// A name without `nameParts`.
        NamePartsMissing = "core-identity-name-parts-missing",
        /// A name whose `nameParts` are empty.
        NamePartsEmpty = "core-identity-name-parts-empty",
        /// A part of a name without a `type`.
        NamePartTypeMissing = "core-identity-name-part-type-missing",
        /// A part of a name with an unknown type, which the client must keep.
        NamePartTypeUnknown = "core-identity-name-part-type-unknown",
        /// A part of a name whose value is a number.
        NamePartNotText = "core-identity-name-part-not-text",
        /// A part of a name with markup, a line end and a change of direction.
        NamePartHostile = "core-identity-name-part-hostile",
        /// A part of a name of 20,000 characters.
        NamePartLong = "core-identity-name-part-long",
        /// A name with an unknown member, which the client must keep.
        NameUnknownMember = "core-identity-name-unknown-member",
        /// No `birthDate`.
        BirthDateMissing = "core-identity-birth-date-missing",
        /// `birthDate` is an empty array.
        BirthDateEmpty = "core-identity-birth-date-empty",
        /// `birthDate` is text.
        BirthDateNotArray = "core-identity-birth-date-not-array",
        /// A date of birth that is in no calendar.
        BirthDateImpossible = "core-identity-birth-date-impossible",
        /// A date of birth that is a number.
        BirthDateNotText = "core-identity-birth-date-not-text",
    }
}

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
