//! Logout notifications: those that wait, those under way, and the record of every attempt.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::provider::fault::logout_token::NotificationFault;

/// How often a notification is sent at most.
pub const MOST_ATTEMPTS: u32 = 3;

/// How long the receiver has to answer.
pub const TIMEOUT_SECONDS: u64 = 15;

/// How many deliveries are kept; the oldest go first.
pub(super) const MOST_KEPT: usize = 10_000;

/// A notification that is ready to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The number under which the result is reported.
    pub id: u64,
    /// The client that is told.
    pub client_id: String,
    /// Where to; a fault may have put the message in the query.
    pub uri: String,
    /// The method: `POST`, unless a fault says otherwise.
    pub method: &'static str,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How long the receiver has to answer.
    pub timeout_seconds: u64,
}

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Sent, and not answered yet.
    UnderWay,
    /// Answered with exactly 200.
    Delivered,
    /// Answered otherwise or not at all, and will be sent again with a new token.
    WillRetry,
    /// Answered otherwise or not at all for the last time.
    GivenUp,
}

/// One attempt to deliver one notification.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delivery {
    /// The number of this attempt.
    pub id: u64,
    /// The client that is told.
    pub client_id: String,
    /// Its address.
    pub uri: String,
    /// The person.
    pub sub: String,
    /// 1 to 3.
    pub attempt: u32,
    /// The fault with which it was made, if any.
    pub fault: Option<&'static str>,
    /// `jti` of the token as sent; null when the token has no `jti`.
    pub jti: Value,
    /// `iat` of the token as sent; null when the token has no `iat`.
    pub iat: Value,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
    /// How far it has come.
    pub state: State,
}

/// A notification that a test sends at once. It is never repeated.
#[derive(Debug, Clone, Default)]
pub struct Notice {
    /// The client that is told.
    pub client_id: String,
    /// The person.
    pub sub: String,
    /// How to break it.
    pub fault: Option<NotificationFault>,
    /// By how many seconds the token's time differs from the provider's.
    pub iat_offset: i64,
    /// The `jti`; a new one unless given.
    pub jti: Option<String>,
}

/// A notification that waits for its time.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) client_id: String,
    pub(super) sub: String,
    pub(super) due_at: i64,
    pub(super) attempt: u32,
}

/// Everything about notifications that the provider remembers.
#[derive(Debug)]
pub struct Notifications {
    /// How long after an attempt the next one is due.
    pub retry_delay_seconds: i64,
    /// How long a receiver has to answer.
    pub timeout_seconds: u64,
    /// Whether nothing is sent for now.
    pub held: bool,
    pub(super) waiting: Vec<Waiting>,
    pub(super) sent: HashMap<u64, Waiting>,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) last_id: u64,
}

impl Notifications {
    /// Nothing to say yet.
    pub fn new(retry_delay_seconds: i64) -> Self {
        Self {
            retry_delay_seconds,
            timeout_seconds: TIMEOUT_SECONDS,
            held: false,
            waiting: Vec::new(),
            sent: HashMap::new(),
            deliveries: Vec::new(),
            last_id: 0,
        }
    }

    /// How many wait for their time.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Forgets the deliveries so far. Waiting deliveries and those under way go on.
    pub fn clear(&mut self) {
        self.deliveries.clear();
    }

    /// Forgets everything and sends as at the start. Numbers go on, so that a late result finds nothing to change.
    pub fn reset(&mut self, retry_delay_seconds: i64) {
        *self = Self {
            last_id: self.last_id,
            ..Self::new(retry_delay_seconds)
        };
    }

    pub(super) fn take_due(&mut self, now: i64) -> Vec<Waiting> {
        if self.held {
            return Vec::new();
        }
        let (due, later) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|waiting| waiting.due_at <= now);
        self.waiting = later;
        due
    }
}
