//! The identity claims: which there are, and their values in the provider's own shape.
//!
//! A value is checked for the documented members and kept whole: undocumented members
//! stay, texts may hold any letters. The provider vouches for their content; the signature of
//! the core identity is checked in [`crate::oidc::identity::core_identity`], the other claims have none.
//!
//! Source: GOV.UK One Login's documentation of identity claims, `provider.md` 0 and 5.

use serde_json::{Map, Value};

use crate::oidc::json::Object;
use crate::oidc::refusal::Refusal;
use crate::secret::Secret;

/// The most entries of one claim; people move house, and no one does so more often.
const MAX_ENTRIES: usize = 100;

/// The one member that the provider gives as a text in one place and as a number in another.
const UPRN: &str = "uprn";

/// A claim that is fetched from userinfo with a proved identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Names and dates of birth, signed.
    CoreIdentityJwt,
    /// Addresses.
    Address,
    /// Passports.
    Passport,
    /// Driving permits.
    DrivingPermit,
    /// Why an identity was not proved; stays the last.
    ReturnCode,
}

// Every claim is listed, at its own number.
const _: () = {
    let mut number = 0;
    while number < Claim::ALL.len() {
        assert!(Claim::ALL[number] as usize == number);
        number += 1;
    }
    assert!(Claim::ReturnCode as usize + 1 == number);
};

impl Claim {
    /// Every claim; its place here is its number in a release.
    pub const ALL: [Self; 5] = [
        Self::CoreIdentityJwt,
        Self::Address,
        Self::Passport,
        Self::DrivingPermit,
        Self::ReturnCode,
    ];

    /// Reads the last part of the claim's name, which is how the configuration registers it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let own = |claim: &Self| claim.registered_as() == text;
        Self::ALL.into_iter().find(own)
    }

    /// The last part of the name.
    #[must_use]
    pub fn registered_as(self) -> &'static str {
        self.name().rsplit('/').next().unwrap_or_default()
    }

    /// The name in a request and in userinfo.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CoreIdentityJwt => "https://vocab.account.gov.uk/v1/coreIdentityJWT",
            Self::Address => "https://vocab.account.gov.uk/v1/address",
            Self::Passport => "https://vocab.account.gov.uk/v1/passport",
            Self::DrivingPermit => "https://vocab.account.gov.uk/v1/drivingPermit",
            Self::ReturnCode => "https://vocab.account.gov.uk/v1/returnCode",
        }
    }

    /// The name under which the origin gets it; that of the core identity speaks of no JWT, because
    /// the origin never sees that one.
    #[must_use]
    pub const fn released_as(self) -> &'static str {
        match self {
            Self::CoreIdentityJwt => "coreIdentity",
            Self::Address => "address",
            Self::Passport => "passport",
            Self::DrivingPermit => "drivingPermit",
            Self::ReturnCode => "returnCode",
        }
    }

    /// The documented texts of an entry, of which the first number must be there.
    const fn texts(self) -> (usize, &'static [&'static str]) {
        match self {
            Self::CoreIdentityJwt => (0, VALIDITY),
            Self::Address => (0, ADDRESS),
            Self::Passport => (0, &["documentNumber", "icaoIssuerCode", "expiryDate"]),
            Self::DrivingPermit => (0, DRIVING_PERMIT),
            Self::ReturnCode => (1, &["code"]),
        }
    }
}

/// From when and until when a name or an address is the person's: dates such as `2020-03-01`.
const VALIDITY: &[&str] = &["validFrom", UNTIL];

/// The dates that make an entry a previous one.
const UNTIL: &str = "validUntil";

const ADDRESS: &[&str] = &[
    UPRN,
    "departmentName",
    "organisationName",
    "subBuildingName",
    "buildingNumber",
    "buildingName",
    "dependentStreetName",
    "streetName",
    "doubleDependentAddressLocality",
    "dependentAddressLocality",
    "addressLocality",
    "addressRegion",
    "postalCode",
    "addressCountry",
    "validFrom",
    UNTIL,
];

const DRIVING_PERMIT: &[&str] = &[
    "personalNumber",
    "issueNumber",
    "issuedBy",
    "issueDate",
    "expiryDate",
    "fullAddress",
];

/// Claims in the shape in which the origin gets them, by [`Claim::released_as`].
pub type Claims = Map<String, Value>;

/// The identity claims of one userinfo answer.
#[derive(Debug)]
pub struct Received {
    /// The core identity as a compact token that is not verified yet; absent when the identity was
    /// not proved.
    pub core_identity: Option<Secret>,
    /// The other claims.
    pub claims: Claims,
}

impl Received {
    /// Reads the claims of an answer whose subject was checked; those that are absent stay so.
    ///
    /// # Errors
    /// [`Refusal::UserinfoMalformed`] when one is there and not what is documented.
    pub fn read(answer: &Object) -> Result<Self, Refusal> {
        let malformed = Refusal::UserinfoMalformed;
        let token = answer.text(Claim::CoreIdentityJwt.name());
        let mut claims = Claims::new();
        for claim in &Claim::ALL[1..] {
            if let Some(value) = answer.get(claim.name()) {
                let (required, texts) = claim.texts();
                let entries = entries(value, required, texts).ok_or(malformed)?;
                claims.insert(claim.released_as().to_owned(), current_first(entries));
            }
        }
        Ok(Self {
            core_identity: token
                .map_err(|_| malformed)?
                .map(|token| Secret::new(token.to_owned())),
            claims,
        })
    }
}

/// The claim of a core identity's subject: `name` with the current name first and each name's parts
/// in their order, and `birthDate` in the provider's order, of which the first is the best.
///
/// `None` when either is absent or empty, or not what is documented. When a name ended is not
/// judged: who reads it sees its `validUntil`.
#[must_use]
pub fn core_identity(subject: &Value) -> Option<Value> {
    let mut subject = subject.as_object()?.clone();
    let names = entries(subject.get("name")?, 0, VALIDITY)?;
    let whole = |name: &Value| {
        let parts = entries(name.get("nameParts")?, 2, &["type", "value"])?;
        (!parts.is_empty()).then_some(())
    };
    names.iter().try_for_each(whole)?;
    let dates = entries(subject.get("birthDate")?, 1, &["value"])?;
    let is_day = |date: &Value| date["value"].as_str().is_some_and(is_day);
    if names.is_empty() || dates.is_empty() || !dates.iter().all(is_day) {
        return None;
    }
    subject.insert("name".to_owned(), current_first(names));
    Some(Value::Object(subject))
}

/// The entries of a claim, if they are objects whose documented members are texts; of these the
/// first `required` are there and not empty.
fn entries(value: &Value, required: usize, texts: &[&str]) -> Option<Vec<Value>> {
    let entries = value.as_array()?;
    let sound = |entry: &Value| {
        let entry = entry.as_object()?;
        for (index, name) in texts.iter().enumerate() {
            match entry.get(*name) {
                Some(Value::String(text)) if !text.is_empty() || index >= required => {}
                Some(Value::Number(_)) if *name == UPRN => {}
                None | Some(Value::Null) if index >= required => {}
                _ => return None,
            }
        }
        Some(())
    };
    entries.iter().try_for_each(sound)?;
    (entries.len() <= MAX_ENTRIES).then(|| entries.clone())
}

/// Whether a text is a day of the calendar, such as `1964-11-06`.
fn is_day(text: &str) -> bool {
    let mut parts = text.split('-').map(|part| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        (part.len(), part.parse::<u16>().ok().filter(|_| digits))
    });
    let mut next = |length| parts.next().filter(|part| part.0 == length)?.1;
    let (Some(year), Some(month), Some(day)) = (next(4), next(2), next(2)) else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + u16::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    parts.next().is_none() && (1..=last).contains(&day)
}

/// The entries with those that are over behind the others, both in the provider's order.
fn current_first(entries: Vec<Value>) -> Value {
    let never_ended = |until: &Value| until.is_null() || until.as_str() == Some("");
    let is_current = |entry: &Value| entry.get(UNTIL).is_none_or(never_ended);
    let (mut current, previous): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_current);
    current.extend(previous);
    Value::Array(current)
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
