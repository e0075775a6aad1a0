//! The claims about a person's identity, as a verified token holds them.

use serde::Serialize;
use serde_json::Value;

use crate::jose::Object;

/// The claims about a person's identity, each in the provider's shape, on routes that release it. Their insides are not
/// checked here: whoever shows them takes what has the documented shape and leaves the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    /// `name`, the current one first, and `birthDate`, the likeliest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub core_identity: Option<Value>,
    /// Addresses, current and previous.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Value>,
    /// Passports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passport: Option<Value>,
    /// Driving licences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driving_permit: Option<Value>,
    /// Return codes: objects with a `code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_code: Option<Value>,
}

impl Claims {
    /// Those among the members of a verified token.
    pub fn of(members: &Object) -> Self {
        let member = |name: &str| members.get(name).cloned();
        Self {
            core_identity: member("coreIdentity"),
            address: member("address"),
            passport: member("passport"),
            driving_permit: member("drivingPermit"),
            return_code: member("returnCode"),
        }
    }
}
