//! A fault in the configuration, worded for the person who has to mend it.

use std::fmt;

/// One thing that is wrong, where, and what would be right. Never holds a secret's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The service's id, or `None` when the whole deployment is closed by it.
    pub service: Option<String>,
    /// The variable or the field of the service's table.
    pub field: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.service {
            Some(id) if !self.field.contains("KEY_") && !self.field.starts_with("CLIENT_SECRET") => {
                write!(formatter, "SERVICE_{id}.{}: {}", self.field, self.problem)
            }
            _ => write!(formatter, "{}: {}", self.field, self.problem),
        }
    }
}
