//! The state of the desk: the processes that run, and the last decisions of the edge.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::Value;

/// How many decisions are remembered.
const KEPT: usize = 200;

/// The processes that run, as the command that started them reports.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The service's address as people see it, without a slash at its end.
    pub service: String,
    /// The address of the service behind the edge.
    pub origin: String,
    /// The things to try, in order.
    pub journeys: Vec<JourneyLink>,
}

/// Something to try.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JourneyLink {
    /// The path at the service.
    pub path: String,
    /// The page that the desk shows.
    pub shows: String,
}

/// The state of the desk.
#[derive(Debug, Default)]
pub struct Desk {
    pub(super) about: Option<About>,
    pub(super) decisions: VecDeque<(u64, Value)>,
    next: u64,
}

impl Desk {
    /// Notes what the edge said; the oldest goes when there are too many.
    pub(super) fn note(&mut self, decision: Value) {
        if self.decisions.len() == KEPT {
            self.decisions.pop_front();
        }
        self.next += 1;
        self.decisions.push_back((self.next, decision));
    }

    /// Everything that came after a number, oldest first, each with its own.
    pub(super) fn after(&self, number: u64) -> impl DoubleEndedIterator<Item = &(u64, Value)> {
        let later = self.decisions.iter();
        later.filter(move |(own, _)| *own > number)
    }
}
