//! Reading one table field by field, keeping every fault instead of stopping at the first.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::config::fault::Fault;
use crate::config::spelling::proposal;

/// A table that remembers which fields were read and what was wrong with them.
pub struct Table<'a> {
    id: &'a str,
    of: &'static str,
    fields: &'a Map<String, Value>,
    read: RefCell<BTreeSet<&'static str>>,
    faults: RefCell<Vec<Fault>>,
}

impl<'a> Table<'a> {
    /// The table of a service.
    pub fn new(id: &'a str, fields: &'a Map<String, Value>) -> Self {
        Self::of("a service", id, fields)
    }

    /// A table inside that of a service; `of` says what it is about.
    pub fn of(of: &'static str, id: &'a str, fields: &'a Map<String, Value>) -> Self {
        Self {
            id,
            of,
            fields,
            read: RefCell::default(),
            faults: RefCell::default(),
        }
    }

    pub const fn id(&self) -> &'a str {
        self.id
    }

    /// Notes a fault of a field or secret.
    pub fn fault(&self, field: impl Into<String>, problem: impl Into<String>) {
        self.faults.borrow_mut().push(Fault {
            service: Some(self.id.to_owned()),
            field: field.into(),
            problem: problem.into(),
        });
    }

    pub fn get(&self, field: &'static str) -> Option<&'a Value> {
        self.read.borrow_mut().insert(field);
        self.fields.get(field)
    }

    /// A text; absent is `None`, another type is a fault and `None`.
    pub fn text(&self, field: &'static str) -> Option<&'a str> {
        match self.get(field)? {
            Value::String(text) => Some(text),
            _ => {
                self.fault(field, "must be a text");
                None
            }
        }
    }

    /// A text that has to be there; absent or empty is a fault and an empty text.
    pub fn required(&self, field: &'static str) -> &'a str {
        let before = self.faults.borrow().len();
        let text = self.text(field).unwrap_or_default();
        if text.is_empty() && self.faults.borrow().len() == before {
            self.fault(field, "is missing");
        }
        text
    }

    /// A text that `read` understands; `choices` says which those are.
    pub fn choice<T>(
        &self,
        field: &'static str,
        default: T,
        choices: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> T {
        let Some(text) = self.text(field) else {
            return default;
        };
        read(text).unwrap_or_else(|| {
            self.fault(field, format!("must be {choices}, not {text:?}"));
            default
        })
    }

    /// `true` or `false`.
    pub fn flag(&self, field: &'static str, default: bool) -> bool {
        match self.get(field) {
            None => default,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.fault(field, "must be true or false");
                default
            }
        }
    }

    /// A whole number of seconds inside the bounds, both included.
    pub fn seconds(&self, field: &'static str, default: i64, least: i64, most: i64) -> i64 {
        self.number(field, "seconds", default, least, most)
    }

    /// A whole number of a unit within limits.
    pub fn number(
        &self,
        field: &'static str,
        unit: &str,
        default: i64,
        least: i64,
        most: i64,
    ) -> i64 {
        let Some(value) = self.get(field) else {
            return default;
        };
        match value.as_i64() {
            Some(number) if (least..=most).contains(&number) => number,
            _ => {
                let problem = format!("must be a whole number of {unit}, {least} to {most}");
                self.fault(field, problem);
                default
            }
        }
    }

    /// A list of texts without repetitions.
    pub fn texts(&self, field: &'static str) -> Option<Vec<&'a str>> {
        let value = self.get(field)?;
        let texts: Option<Vec<&str>> = value
            .as_array()
            .and_then(|items| items.iter().map(Value::as_str).collect());
        let Some(texts) = texts else {
            self.fault(field, "must be a list of texts");
            return None;
        };
        let mut seen = BTreeSet::new();
        if !texts.iter().all(|text| seen.insert(*text)) {
            self.fault(field, "names something twice");
        }
        Some(texts)
    }

    /// Ends the reading: every field that was not read is a fault, because it is a misspelling.
    pub fn finish(self) -> Vec<Fault> {
        let unknown: Vec<_> = {
            let read = self.read.borrow();
            let names = self.fields.keys();
            names
                .filter(|name| !read.contains(name.as_str()))
                .cloned()
                .collect()
        };
        for field in unknown {
            let read = self.read.borrow();
            // A field that is there already is not the one that was meant.
            let free = read.iter().filter(|name| !self.fields.contains_key(**name));
            let proposal = proposal(&field, free.copied());
            self.fault(field, format!("is not a field of {}{proposal}", self.of));
        }
        self.faults.into_inner()
    }
}
