//! The times in tokens, set to the second: for tests of a limit from both of its sides.

use serde::Deserialize;

use crate::jose::Object;

/// Times as seconds after the provider's own time, negative for before. `None` leaves the honest one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// `iat`.
    #[serde(default)]
    pub iat: Option<i64>,
    /// `nbf`.
    #[serde(default)]
    pub nbf: Option<i64>,
    /// `exp`.
    #[serde(default)]
    pub exp: Option<i64>,
    /// `auth_time`.
    #[serde(default)]
    pub auth_time: Option<i64>,
}

impl Times {
    /// Writes them over the honest ones.
    pub fn apply(&self, claims: &mut Object, now: i64) {
        let all = [
            ("iat", self.iat),
            ("nbf", self.nbf),
            ("exp", self.exp),
            ("auth_time", self.auth_time),
        ];
        for (name, offset) in all {
            if let Some(offset) = offset {
                claims.insert(name.to_owned(), (now + offset).into());
            }
        }
    }
}
