//! JSON with places: every value knows its span in the text, so that an edit replaces it and keeps every other byte.
//!
//! Beyond RFC 8259 a placeholder may come without quotes, as `{REDIRECT_URLS}`, because drafts are written by hand.
//! Names that occur twice in one object are kept and listed; most readers would silently take the last.

mod node;
mod reader;

use anyhow::{Result, anyhow};
pub use node::{Kind, Node};

/// One JSON object as it was written.
#[derive(Debug)]
pub struct Document {
    pub text: String,
    /// The members in the order in which they stand, also those that are named twice.
    pub members: Vec<(String, Node)>,
    /// The names that an object has twice, at any depth.
    pub duplicates: Vec<String>,
}

impl Document {
    /// Reads a text; the error says in which line and column it stops being JSON, and why.
    pub fn parse(text: &str) -> Result<Self> {
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Err(anyhow!("the file is empty"));
        }
        let (node, duplicates) = reader::read(text)?;
        match node.kind {
            Kind::Object(members) => Ok(Self {
                text: text.to_owned(),
                members,
                duplicates,
            }),
            _ => Err(anyhow!("the file holds no JSON object")),
        }
    }

    /// Whether a member has this name.
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(other, _)| other == name)
    }

    /// The value as it is written.
    pub fn raw(&self, node: &Node) -> &str {
        &self.text[node.span.clone()]
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
