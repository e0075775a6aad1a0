//! The state of the desk: the processes that run, and the last decisions of the edge.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::Value;

use crate::provider::numbers::Numbers;

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
    /// Whether the service is the demo with a key of its own, and the command that started them writes the record of its switch.
    #[serde(default)]
    pub switch: bool,
    /// The command that prints the figures of a deployed edge, as the person who reads the desk types it.
    #[serde(default)]
    pub report: Option<String>,
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

/// The part of the service that is switched off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Switched {
    /// None.
    #[default]
    Open,
    /// No sign-in starts.
    SignInOff,
    /// The service is closed.
    ServiceClosed,
}

impl Switched {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::SignInOff, Self::ServiceClosed];

    /// The name by which forms and programs know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::SignInOff => "sign-in-off",
            Self::ServiceClosed => "service-closed",
        }
    }

    /// The state of a name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The state of the desk.
#[derive(Debug, Default)]
pub struct Desk {
    pub(super) switched: Switched,
    pub(super) about: Option<About>,
    pub(super) decisions: VecDeque<(u64, Value)>,
    /// The figures of everything that was noted, also of what is no longer remembered.
    pub(super) numbers: Numbers,
    next: u64,
}

impl Desk {
    /// Notes what the edge said; the oldest goes when there are too many.
    pub(super) fn note(&mut self, decision: Value) {
        if self.decisions.len() == KEPT {
            self.decisions.pop_front();
        }
        self.next += 1;
        self.numbers.note(&decision);
        self.decisions.push_back((self.next, decision));
    }

    /// Forgets what was noted.
    pub(super) fn clear(&mut self) {
        self.decisions.clear();
        self.numbers = Numbers::default();
    }

    /// Everything that came after a number, oldest first, each with its own.
    pub(super) fn after(&self, number: u64) -> impl DoubleEndedIterator<Item = &(u64, Value)> {
        let later = self.decisions.iter();
        later.filter(move |(own, _)| *own > number)
    }
}
