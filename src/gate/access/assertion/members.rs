//! The members of the statements to the origin, and what keeps one from being signed.

use serde::Serialize;
use serde_json::Value;

use crate::config::{Release, Service};
use crate::oidc::identity::claims::{Claim, Claims};
use crate::oidc::jws::{Alg, Unsigned};
use crate::oidc::refusal::Refusal;
use crate::platform::Outage;

/// How far `iat` lies in the past, in seconds, for origins whose clock is behind.
pub const BACKDATED: i64 = 5;

/// The members, each statement with those that it has.
#[derive(Clone, Default, Serialize)]
pub struct Members<'a> {
    pub iss: &'a str,
    pub aud: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub sub: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub sid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vot: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reauth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrival: Option<bool>,
    pub iat: i64,
    pub exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub htm: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub htu: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet_subject_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_outcome_source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_claims: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims_reference: Option<&'a str>,
    #[serde(rename = "coreIdentity", skip_serializing_if = "Option::is_none")]
    pub core_identity: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passport: Option<&'a Value>,
    #[serde(rename = "drivingPermit", skip_serializing_if = "Option::is_none")]
    pub driving_permit: Option<&'a Value>,
    #[serde(rename = "returnCode", skip_serializing_if = "Option::is_none")]
    pub return_code: Option<&'a Value>,
}

impl<'a> Members<'a> {
    /// The same with the identity claims that the route releases.
    pub fn with(mut self, release: Release, claims: &'a Claims) -> Self {
        let places: [_; Claim::ALL.len()] = [
            &mut self.core_identity,
            &mut self.address,
            &mut self.passport,
            &mut self.driving_permit,
            &mut self.return_code,
        ];
        for (place, claim) in places.into_iter().zip(Claim::ALL) {
            if release.identity[claim as usize] {
                *place = claims.get(claim.released_as());
            }
        }
        self
    }

    /// The statement without its signature, which the active key is to make.
    ///
    /// # Errors
    /// [`Refusal`] when the members cannot be written as JSON.
    pub fn unsigned(&self, service: &Service, typ: &str) -> Result<Unsigned, Refusal> {
        let key = &service.assertion_keys.active.key_id;
        Unsigned::new(Alg::Es256, key, typ, self)
    }
}

/// Why no assertion could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSigned;

impl From<Outage> for NotSigned {
    fn from(_: Outage) -> Self {
        Self
    }
}

impl From<Refusal> for NotSigned {
    fn from(_: Refusal) -> Self {
        Self
    }
}
