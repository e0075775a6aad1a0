//! The things that a check looks at and finds.

use crate::registration::expected::{Expected, as_asked};
use crate::registration::fields::{Generation, Registration};
use crate::registration::json::Kind;
use crate::registration::key::Known;
use crate::registration::people::People;
use crate::registration::rules::{Rule, Severity};
use crate::worker_config::WorkerConfig;

/// Everything that a registration is judged by.
pub struct Context<'a> {
    pub config: &'a WorkerConfig,
    pub expected: &'a Expected,
    pub people: &'a People,
    /// The keys that the Worker may sign with, if they are known.
    pub key: Option<&'a Known>,
    /// The draft that the provider sent, if it is at hand.
    pub draft: Option<&'a Registration>,
}

/// One broken rule.
#[derive(Debug)]
pub struct Finding {
    pub rule: &'static Rule,
    /// The field as it is spelled in the file, or empty for the whole file.
    pub field: String,
    /// The value as the file has it, or `None` without a value to show.
    pub value: Option<String>,
    /// The advice that mends it.
    pub fix: String,
}

/// The findings of a check.
#[derive(Debug, Default)]
pub struct Findings {
    /// `None` for a file that cannot be read as JSON.
    pub generation: Option<Generation>,
    pub list: Vec<Finding>,
}

impl Findings {
    pub fn add(
        &mut self,
        rule: &'static Rule,
        field: &str,
        value: Option<&str>,
        fix: impl Into<String>,
    ) {
        self.list.push(Finding {
            rule,
            field: field.to_owned(),
            value: value.map(str::to_owned),
            fix: fix.into(),
        });
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        let of_it = self.list.iter().filter(|f| f.rule.severity == severity);
        of_it.count()
    }
}

/// A file with short ways to its values. A placeholder is no value: it has a rule of its own.
pub struct File {
    /// The fields of the file.
    pub registration: Registration,
}

impl File {
    /// The spelling of a field in this file.
    pub fn name(&self, id: &str) -> String {
        self.registration.name(id)
    }

    /// A text that is there and says something.
    pub fn text(&self, id: &str) -> Option<&str> {
        let text = self.registration.get(id)?.text()?;
        (!text.trim().is_empty()).then_some(text)
    }

    /// The texts of a list, or the one text in place of it, without placeholders.
    pub fn texts(&self, id: &str) -> Vec<&str> {
        match self.registration.get(id).map(|node| (node, &node.kind)) {
            Some((_, Kind::List(items))) => items.iter().filter_map(|item| item.text()).collect(),
            Some((node, _)) => node
                .text()
                .filter(|text| !text.is_empty())
                .into_iter()
                .collect(),
            None => Vec::new(),
        }
    }

    /// A field that is true or false.
    pub fn flag(&self, id: &str) -> Option<bool> {
        match self.registration.get(id)?.kind {
            Kind::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    /// The scopes as a service asks for them, however the file spells them.
    pub fn scopes(&self) -> Vec<&str> {
        let given = self.texts("Scopes").into_iter();
        given.map(as_asked).collect()
    }

    /// Whether the field, or something in its list, waits for a value.
    pub fn has_placeholder(&self, id: &str) -> bool {
        let node = self.registration.get(id);
        node.is_some_and(|node| !node.placeholders().is_empty())
    }

    /// Whether the field is there with a value or a placeholder.
    pub fn is_given(&self, id: &str) -> bool {
        let node = self.registration.get(id);
        node.is_some_and(|node| !node.is_empty())
    }

    /// Whether the file's own words say that identity is proved.
    pub fn has_identity(&self) -> bool {
        self.flag("IdentityVerificationSupported") == Some(true)
    }
}
