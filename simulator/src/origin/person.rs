//! A signed-in person, as an assertion names them.

use serde::Serialize;

use crate::origin::claims::Claims;

/// A signed-in person, as this service may know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The person's identifier at this service; it never changes and is no other service's.
    pub sub: String,
    /// The session at the edge.
    pub sid: String,
    /// How the person signed in, and how surely their identity is known: `Cl.Cm` is with two factors, and `Cl.Cm.P2` with
    /// a proved identity besides.
    pub vot: String,
    /// When the person signed in.
    pub auth_time: Option<i64>,
    /// When the person last signed in again for the sake of a page that asked for it.
    pub reauth_time: Option<i64>,
    /// When the session ends; open streams should end with it.
    pub session_exp: i64,
    /// Whether the person has a new session, and has not gone on from the arrival path.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub arrival: bool,
    /// The e-mail address, on routes that release it.
    pub email: Option<String>,
    /// Whether the provider confirmed the address.
    pub email_verified: Option<bool>,
    /// The telephone number, on routes that release it.
    pub phone_number: Option<String>,
    /// Whether the provider confirmed the number.
    pub phone_number_verified: Option<bool>,
    /// The person's identifier in GOV.UK Wallet, on routes that release it.
    pub wallet_subject_id: Option<String>,
    /// Where the identity claims are, on routes that release any: `here` in the assertion, in the second `header`, `gone`
    /// because half an hour is over, or `too_large` to be sent.
    pub identity_claims: Option<String>,
    /// Why the identity was not proved, on the path to which people are sent then.
    pub identity_outcome: Option<String>,
    /// The source of it: the `provider`, or the `browser`, in which a person can change it.
    pub identity_outcome_source: Option<String>,
    /// The proved claims, on routes that release them.
    #[serde(flatten)]
    pub identity: Claims,
}

impl Person {
    /// Whether the identity was proved at this level, such as `P2`. A higher one is another word, and not meant by it.
    pub fn reached(&self, level: &str) -> bool {
        self.vot.split('.').any(|component| component == level)
    }
}
