//! A probe, and how it is let judge.

use super::finding::{Fault, Outcome, Row};
use super::look::Look;

/// A probe: a pure function from what is configured and what was answered.
pub struct Probe {
    pub name: &'static str,
    /// The condition that it checks, worded as the end of “whether …”.
    pub checks: &'static str,
    /// Every fault that it can find.
    pub faults: &'static [&'static Fault],
    /// Both sides are outcomes: the second one is for whoever has to stop early.
    pub judge: fn(&Look<'_>) -> Result<Outcome, Outcome>,
}

impl Probe {
    /// Lets it judge.
    pub fn row(&self, look: &Look<'_>) -> Row {
        let outcome = (self.judge)(look).unwrap_or_else(|early| early);
        if let Outcome::Found(list) = &outcome {
            let is_listed = |id| self.faults.iter().any(|fault| fault.id == id);
            debug_assert!(list.iter().all(|finding| is_listed(finding.fault.id)));
        }
        Row {
            name: self.name,
            checks: self.checks,
            outcome,
        }
    }
}
