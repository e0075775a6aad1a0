//! A fault in the configuration, worded for the person who has to mend it.

use std::fmt;

/// One thing that is wrong, where, and what would be right. Never holds a secret's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The service's id, or `None` when the whole deployment is closed by it.
    pub service: Option<String>,
    /// A field of the service's table, in lower case, or the name of a variable or secret, which is
    /// in capitals.
    pub field: String,
    /// The error, and the form that is right.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = &self.service
            && !self
                .field
                .starts_with(|letter: char| letter.is_ascii_uppercase())
        {
            write!(formatter, "SERVICE_{id}.")?;
        }
        write!(formatter, "{}: {}", self.field, self.problem)
    }
}
