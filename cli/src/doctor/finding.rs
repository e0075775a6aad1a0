//! The outcome of a probe: that all is well, what is not and what to do about it, or why it could not look.

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// People cannot sign in, or a person gets in who must not.
    Error,
    /// It works, and should be looked at.
    Warning,
}

impl Severity {
    /// The word for people and programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A thing that can be wrong.
#[derive(Debug)]
pub struct Fault {
    /// The probe's name, a full stop and a word; stays the same for programs.
    pub id: &'static str,
    pub severity: Severity,
    /// The consequence if the team does not mend the fault.
    pub otherwise: &'static str,
    pub fix: &'static str,
}

impl Fault {
    /// A fault that must be mended.
    pub const fn error(id: &'static str, otherwise: &'static str, fix: &'static str) -> Self {
        Self {
            id,
            severity: Severity::Error,
            otherwise,
            fix,
        }
    }

    /// A fault that should be looked at.
    pub const fn warning(id: &'static str, otherwise: &'static str, fix: &'static str) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(id, otherwise, fix)
        }
    }
}

/// A fault that was found.
#[derive(Debug)]
pub struct Finding {
    pub fault: &'static Fault,
    /// The observation that shows the fault.
    pub seen: String,
}

/// The result of a probe.
#[derive(Debug)]
pub enum Outcome {
    /// All is well; what was seen.
    Well(String),
    /// At least one fault.
    Found(Vec<Finding>),
    /// It did not look; why.
    NotRun(String),
}

/// A probe with its outcome.
pub struct Row {
    pub name: &'static str,
    pub checks: &'static str,
    pub outcome: Outcome,
}

/// Faults as a probe comes across them.
#[derive(Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Notes a fault.
    pub fn add(&mut self, fault: &'static Fault, seen: impl Into<String>) {
        self.0.push(Finding {
            fault,
            seen: seen.into(),
        });
    }

    /// Notes a fault unless something holds.
    pub fn require(&mut self, holds: bool, fault: &'static Fault, seen: impl FnOnce() -> String) {
        if !holds {
            self.add(fault, seen());
        }
    }

    /// The outcome: what was found, or else what was seen.
    pub fn or_well(self, seen: impl Into<String>) -> Outcome {
        if self.0.is_empty() {
            Outcome::Well(seen.into())
        } else {
            Outcome::Found(self.0)
        }
    }
}

/// A single fault.
pub fn found(fault: &'static Fault, seen: impl Into<String>) -> Outcome {
    let mut findings = Findings::default();
    findings.add(fault, seen);
    Outcome::Found(findings.0)
}

/// How many rows have an error, a warning but no error, and were not run.
pub fn count(rows: &[Row]) -> (usize, usize, usize) {
    let severities = |row: &Row| match &row.outcome {
        Outcome::Found(list) => list.iter().map(|finding| finding.fault.severity).collect(),
        Outcome::Well(_) | Outcome::NotRun(_) => Vec::new(),
    };
    let of = |severity| {
        let all = rows.iter().flat_map(severities);
        all.filter(|one| *one == severity).count()
    };
    let not_run = rows
        .iter()
        .filter(|row| matches!(row.outcome, Outcome::NotRun(_)));
    (of(Severity::Error), of(Severity::Warning), not_run.count())
}
