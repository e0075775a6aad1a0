//! Faults in the claims of the ID token. The signature over the broken claims is good.

use serde_json::{Value, json};

use super::kind::fault_kind;
use crate::jose::Object;

fault_kind! {
    /// One claim of the ID token is wrong.
    ClaimFault {
        /// No `iss`.
        IssMissing = "id-token-iss-missing",
        /// `iss` is an array that holds the right issuer.
        IssNotText = "id-token-iss-not-text",
        /// `iss` without its trailing slash.
        IssNoSlash = "id-token-iss-no-slash",
        /// `iss` with the host in capitals.
        IssOtherCase = "id-token-iss-other-case",
        /// `iss` with another scheme.
        IssOtherScheme = "id-token-iss-other-scheme",
        /// `iss` with another port.
        IssOtherPort = "id-token-iss-other-port",
        /// `iss` of the real integration environment.
        IssOtherEnvironment = "id-token-iss-other-environment",
        /// No `aud`.
        AudMissing = "id-token-aud-missing",
        /// `aud` is a number.
        AudNotText = "id-token-aud-not-text",
        /// `aud` is another client.
        AudOther = "id-token-aud-other",
        /// `aud` is the client id and one more character.
        AudLonger = "id-token-aud-longer",
        /// `aud` is an empty array.
        AudEmptyArray = "id-token-aud-empty-array",
        /// `aud` is an array of the client and another.
        AudArrayWithExtra = "id-token-aud-array-with-extra",
        /// `aud` is an array with only the client. The specification allows it.
        AudArrayOfOne = "id-token-aud-array-of-one",
        /// `azp` names another client.
        AzpOther = "id-token-azp-other",
        /// No `sub`.
        SubMissing = "id-token-sub-missing",
        /// `sub` is empty.
        SubEmpty = "id-token-sub-empty",
        /// `sub` is a number.
        SubNotText = "id-token-sub-not-text",
        /// `sub` is null.
        SubNull = "id-token-sub-null",
        /// `sub` has 256 characters, one more than the specification allows.
        SubTooLong = "id-token-sub-too-long",
        /// `sub` is another person than userinfo tells of.
        SubOther = "id-token-sub-other",
        /// No `exp`.
        ExpMissing = "id-token-exp-missing",
        /// `exp` was ten minutes ago, and `iat` twelve.
        ExpPast = "id-token-exp-past",
        /// `exp` is a string of digits.
        ExpText = "id-token-exp-text",
        /// `exp` is null.
        ExpNull = "id-token-exp-null",
        /// `exp` is 1e308.
        ExpHuge = "id-token-exp-huge",
        /// `exp` is negative.
        ExpNegative = "id-token-exp-negative",
        /// No `iat`.
        IatMissing = "id-token-iat-missing",
        /// `iat` is ten minutes ahead.
        IatFuture = "id-token-iat-future",
        /// `iat` is a day ago, while `exp` is still to come.
        IatOld = "id-token-iat-old",
        /// `iat` is a string of digits.
        IatText = "id-token-iat-text",
        /// `nbf` is ten minutes ahead.
        NbfFuture = "id-token-nbf-future",
        /// No `nonce`.
        NonceMissing = "id-token-nonce-missing",
        /// `nonce` of another sign-in.
        NonceOther = "id-token-nonce-other",
        /// `nonce` is an array that holds the right one.
        NonceNotText = "id-token-nonce-not-text",
        /// No `at_hash`.
        AtHashMissing = "id-token-at-hash-missing",
        /// `at_hash` of another access token.
        AtHashOther = "id-token-at-hash-other",
        /// `at_hash` is a number.
        AtHashNotText = "id-token-at-hash-not-text",
        /// No `vot`.
        VotMissing = "id-token-vot-missing",
        /// `vot` is the lower of the two levels, or the higher when the lower was asked for.
        VotOther = "id-token-vot-other",
        /// `vot` speaks of identity, which it never does.
        VotWithIdentity = "id-token-vot-with-identity",
        /// `vot` is an array that holds the right level.
        VotNotText = "id-token-vot-not-text",
        /// No `auth_time`. The provider may leave it out.
        AuthTimeMissing = "id-token-auth-time-missing",
        /// `auth_time` is null, which the provider does too.
        AuthTimeNull = "id-token-auth-time-null",
        /// `auth_time` is a string of digits.
        AuthTimeText = "id-token-auth-time-text",
        /// `auth_time` is ten minutes ahead.
        AuthTimeFuture = "id-token-auth-time-future",
        /// `auth_time` is 31 days ago.
        AuthTimeOld = "id-token-auth-time-old",
        /// An `events` claim, which makes it look like a logout token.
        EventsPresent = "id-token-events-present",
    }
}

/// Breaks the claims in the one way.
pub fn apply(fault: ClaimFault, claims: &mut Object, now: i64) {
    let value = fault.value(claims, now);
    match value {
        Some(value) => claims.insert(fault.claim().to_owned(), value),
        None => claims.remove(fault.claim()),
    };
    if let Some((name, value)) = fault.beside(now) {
        claims.insert(name.to_owned(), value);
    }
}

impl ClaimFault {
    /// The claim that is wrong, with which the fault's own part of its name begins.
    fn claim(self) -> &'static str {
        let name = self.name().trim_start_matches("id-token-");
        const CLAIMS: [(&str, &str); 12] = [
            ("iss", "iss"),
            ("aud", "aud"),
            ("azp", "azp"),
            ("sub", "sub"),
            ("exp", "exp"),
            ("iat", "iat"),
            ("nbf", "nbf"),
            ("nonce", "nonce"),
            ("at-hash", "at_hash"),
            ("vot", "vot"),
            ("auth-time", "auth_time"),
            ("events", "events"),
        ];
        let found = CLAIMS
            .iter()
            .find(|(beginning, _)| name.starts_with(beginning));
        found.map_or("", |(_, claim)| claim)
    }

    /// Its wrong value; `None` takes it away.
    fn value(self, claims: &Object, now: i64) -> Option<Value> {
        let honest = claims
            .get(self.claim())
            .and_then(Value::as_str)
            .unwrap_or_default();
        Some(match self {
            Self::IssMissing
            | Self::AudMissing
            | Self::SubMissing
            | Self::ExpMissing
            | Self::IatMissing
            | Self::NonceMissing
            | Self::AtHashMissing
            | Self::VotMissing
            | Self::AuthTimeMissing => return None,
            Self::IssNotText | Self::NonceNotText | Self::VotNotText => json!([honest]),
            Self::AudNotText | Self::SubNotText | Self::AtHashNotText => json!(7),
            Self::SubNull | Self::ExpNull | Self::AuthTimeNull => Value::Null,
            Self::IssNoSlash => json!(honest.trim_end_matches('/')),
            Self::IssOtherCase => json!(other_case(honest)),
            Self::IssOtherScheme => json!(other_scheme(honest)),
            Self::IssOtherPort => json!(other_port(honest)),
            Self::IssOtherEnvironment => json!("https://oidc.integration.account.gov.uk/"),
            Self::AudOther | Self::AzpOther => json!("another-client"),
            Self::AudLonger => json!(format!("{honest}1")),
            Self::AudEmptyArray => json!([]),
            Self::AudArrayWithExtra => json!([honest, "another-client"]),
            Self::AudArrayOfOne => json!([honest]),
            Self::SubEmpty => json!(""),
            Self::SubTooLong => json!("u".repeat(256)),
            Self::SubOther => json!("urn:fdc:gov.uk:2022:somebody-else"),
            Self::ExpPast => json!(now - 600),
            Self::ExpText => json!((now + 120).to_string()),
            Self::ExpHuge => json!(1e308),
            Self::ExpNegative => json!(-now),
            Self::IatFuture | Self::NbfFuture | Self::AuthTimeFuture => json!(now + 600),
            Self::IatOld => json!(now - 86_400),
            Self::IatText | Self::AuthTimeText => json!(now.to_string()),
            Self::NonceOther => json!("the-nonce-of-another-sign-in"),
            Self::AtHashOther => json!(crate::jose::at_hash("another")),
            Self::VotOther => json!(if honest == "Cl" { "Cl.Cm" } else { "Cl" }),
            Self::VotWithIdentity => json!("P2.Cl.Cm"),
            Self::AuthTimeOld => json!(now - 31 * 86_400),
            Self::EventsPresent => {
                json!({ "http://schemas.openid.net/event/backchannel-logout": {} })
            }
        })
    }

    /// A second claim that must follow, so that the token has the one fault and not two.
    fn beside(self, now: i64) -> Option<(&'static str, Value)> {
        match self {
            Self::ExpPast => Some(("iat", json!(now - 720))),
            Self::IatFuture | Self::NbfFuture => Some(("exp", json!(now + 720))),
            _ => None,
        }
    }
}

pub(super) fn other_scheme(url: &str) -> String {
    match url.strip_prefix("http://") {
        Some(rest) => format!("https://{rest}"),
        None => url.replacen("https://", "http://", 1),
    }
}

pub(super) fn other_case(url: &str) -> String {
    // A host of digits has no case, so the scheme is changed as well.
    url.to_uppercase()
}

pub(super) fn other_port(url: &str) -> String {
    let host = crate::provider::settings::host_of(url);
    let name = host.split(':').next().unwrap_or(host);
    url.replacen(host, &format!("{name}:8443"), 1)
}
