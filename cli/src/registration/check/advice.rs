//! The advice about a value: only placeholders of a draft may change, so no advice is to change anything else in the file.

use super::context::{Context, File};

/// The word of the provider's draft about a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// No draft is at hand.
    Unknown,
    /// The draft does not have the field.
    Absent,
    /// The draft has a placeholder.
    Open,
    /// The draft has a value, which may not change.
    Fixed,
}

impl Context<'_> {
    /// The draft's word about a field.
    pub(super) fn sent(&self, id: &str) -> Sent {
        let Some(draft) = self.draft else {
            return Sent::Unknown;
        };
        match draft.get(id) {
            None => Sent::Absent,
            Some(node) if node.placeholders().is_empty() => Sent::Fixed,
            Some(_) => Sent::Open,
        }
    }

    /// Whether the provider has sent a field with the very value that the file has.
    pub(super) fn is_as_sent(&self, file: &File, id: &str) -> bool {
        let sent = self.draft.and_then(|draft| draft.get(id));
        let now = file.registration.get(id);
        matches!((sent, now), (Some(sent), Some(now)) if sent.is_same(now))
    }

    /// The advice where file and Worker differ: `write` in the file if it may change, `own` on this side if it may not.
    pub(super) fn either(&self, id: &str, write: &str, own: &str) -> String {
        match self.sent(id) {
            Sent::Open => write.to_owned(),
            Sent::Unknown => format!("{write}\nIf GOV.UK One Login sent it so: {own}."),
            Sent::Fixed => format!(
                "GOV.UK One Login sent it so: {own}, or ask GOV.UK One Login for another draft."
            ),
            Sent::Absent => ask_for(id, write),
        }
    }

    /// The advice where the file lacks a field or its value.
    pub(super) fn add(&self, id: &str, write: &str) -> String {
        match self.sent(id) {
            Sent::Open => write.to_owned(),
            Sent::Unknown => format!(
                "{write}\nIf the draft that GOV.UK One Login sent has no place for it, ask for one that has."
            ),
            Sent::Fixed | Sent::Absent => ask_for(id, write),
        }
    }
}

fn ask_for(id: &str, write: &str) -> String {
    let what = write.trim_start_matches("Add ");
    format!("Ask GOV.UK One Login for a draft that has {id}, for {what}")
}
