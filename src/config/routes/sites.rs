//! Which other sites may change something on a route with a person's session.
//!
//! A browser sends the session's cookie with what a sibling sends, another host of the same registrable domain:
//! `SameSite` tells sites apart, not hosts. So a page of a sibling could fill in a form in the person's name.
//!
//! Source: RFC 6265bis section 5.2 ("Same-Site" Requests), OWASP Cross-Site Request Forgery Prevention (Fetch Metadata).

use serde_json::Value;

use super::Access;
use crate::config::read::read_origins;
use crate::config::service::Environment;
use crate::config::table::Table;

/// Which pages of other origins may send what is no GET, HEAD or OPTIONS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherSites {
    /// Any page.
    Allow,
    /// Pages of these origins, each as browsers write it in `Origin`.
    Listed(Vec<String>),
    /// None but those of `cors_origins`.
    Refuse,
}

impl OtherSites {
    /// Reads `other_sites` of a route; a service on which nothing is known of the person decides by itself.
    pub(super) fn read(table: &Table<'_>, access: Access, environment: Environment) -> Self {
        const FIELD: &str = "other_sites";
        let default = Self::of(access);
        let said = table.get(FIELD);
        if said.is_some() && access == Access::Public {
            table.fault(FIELD, "has no effect on a public route");
        }
        if matches!(said, Some(Value::Array(_))) {
            return Self::Listed(read_origins(table, FIELD, environment));
        }
        let choices = "\"refuse\", \"allow\" or a list of origins";
        table.choice(FIELD, default, choices, |text| match text {
            "refuse" => Some(Self::Refuse),
            "allow" => Some(Self::Allow),
            _ => None,
        })
    }

    /// The default of a route.
    pub(super) const fn of(access: Access) -> Self {
        match access {
            // A browser sends a name and password that it remembers for `Basic` with other sites' requests too.
            // Access's own cookie is sent with them too, unless its application says otherwise.
            Access::Api | Access::Required | Access::CloudflareAccess => Self::Refuse,
            Access::Public | Access::Optional => Self::Allow,
        }
    }

    /// The more, the fewer pages may.
    pub(super) const fn strictness(&self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::Listed(_) => 1,
            Self::Refuse => 2,
        }
    }

    /// The origins that a route lists in addition to `cors_origins`; `None` where any page may.
    #[must_use]
    pub fn listed(&self) -> Option<&[String]> {
        match self {
            Self::Allow => None,
            Self::Listed(origins) => Some(origins),
            Self::Refuse => Some(&[]),
        }
    }
}

#[cfg(test)]
#[path = "sites_tests.rs"]
mod tests;
