//! Logout notifications: who has to be told, and what became of it.
//!
//! This is the pure half. It queues, mints and keeps the record; [`super::delivery`] takes what is due, sends it and says how
//! it was answered. A test without sockets does the same by [`Provider::take_notifications`] and
//! [`Provider::notification_result`].

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::http::Request;
use crate::provider::session::{self, Session};
use crate::provider::{Provider, fault::logout_token::NotificationFault};

/// How often a notification is sent at most.
pub const MOST_ATTEMPTS: u32 = 3;

/// How long the receiver has to answer.
pub const TIMEOUT_SECONDS: u64 = 15;

/// How many deliveries are kept; the oldest go first.
const MOST_KEPT: usize = 10_000;

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
struct Waiting {
    client_id: String,
    sub: String,
    due_at: i64,
    attempt: u32,
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
    waiting: Vec<Waiting>,
    sent: HashMap<u64, Waiting>,
    deliveries: Vec<Delivery>,
    last_id: u64,
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

    fn take_due(&mut self, now: i64) -> Vec<Waiting> {
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

impl Provider {
    /// Every notification that is due, made at this moment: `iat` is the time of sending, and `jti` is new each time. The
    /// caller sends each and reports by [`Self::notification_result`].
    pub fn take_notifications(&mut self, now: i64) -> Vec<Outgoing> {
        let due = self.notifications.take_due(now);
        due.into_iter()
            .filter_map(|mut waiting| {
                let notice = Notice {
                    client_id: waiting.client_id.clone(),
                    sub: waiting.sub.clone(),
                    ..Notice::default()
                };
                let outgoing = self.outgoing(now, &notice, waiting.attempt)?;
                // A queue counts the delay from when it handed the message out, not from the failure.
                waiting.due_at = now + self.notifications.retry_delay_seconds;
                self.notifications.sent.insert(outgoing.id, waiting);
                Some(outgoing)
            })
            .collect()
    }

    /// Makes one notification to be sent now and only once; `None` when the client is unknown or has no address for it. The
    /// result is reported like any other.
    pub fn notify(&mut self, now: i64, notice: &Notice) -> Option<Outgoing> {
        self.outgoing(now, notice, 1)
    }

    /// Says how a notification was answered: with a status, or not at all. Only 200 is a success.
    pub fn notification_result(&mut self, id: u64, outcome: Result<u16, String>) {
        let all = &mut self.notifications;
        let again = all
            .sent
            .remove(&id)
            .filter(|w| outcome != Ok(200) && w.attempt < MOST_ATTEMPTS);
        let state = match (&outcome, &again) {
            (Ok(200), _) => State::Delivered,
            (_, Some(_)) => State::WillRetry,
            (_, None) => State::GivenUp,
        };
        all.waiting.extend(again.map(|waiting| Waiting {
            attempt: waiting.attempt + 1,
            ..waiting
        }));
        if let Some(delivery) = all.deliveries.iter_mut().rev().find(|d| d.id == id) {
            delivery.status = outcome.as_ref().ok().copied();
            delivery.error = outcome.err();
            delivery.state = state;
        }
    }

    /// Every attempt since the start or the last clearing, in order.
    pub fn deliveries(&self) -> &[Delivery] {
        &self.notifications.deliveries
    }

    /// How deliveries are made.
    pub fn notifications_mut(&mut self) -> &mut Notifications {
        &mut self.notifications
    }

    /// Ends the session in this browser, if there is one, and queues a notification for each of its client sessions.
    pub(super) fn end_session_of(&mut self, now: i64, request: &Request) {
        let ended = session::cookie_of(request).and_then(|cookie| self.sessions.end(cookie, now));
        if let Some(session) = ended {
            self.tell_clients_of(&session);
        }
    }

    /// Queues one notification for each client session, and says how many. Clients that registered no address are not told.
    pub(super) fn tell_clients_of(&mut self, ended: &Session) -> usize {
        let before = self.notifications.waiting.len();
        for held in &ended.clients {
            let client = self.settings.client(&held.client_id);
            if client.is_none_or(|c| c.back_channel_logout_uri.is_none()) {
                continue;
            }
            self.notifications.waiting.push(Waiting {
                client_id: held.client_id.clone(),
                sub: held.sub.clone(),
                // At once. A time would have to be told apart from the provider's own clock, which tests set back and forth.
                due_at: i64::MIN,
                attempt: 1,
            });
        }
        self.notifications.waiting.len() - before
    }

    fn outgoing(&mut self, now: i64, notice: &Notice, attempt: u32) -> Option<Outgoing> {
        let client = self.settings.client(&notice.client_id)?.clone();
        let uri = client.back_channel_logout_uri.clone()?;
        let made = self.logout_message(now + self.clock_offset, &client, notice);
        let all = &mut self.notifications;
        all.last_id += 1;
        if all.deliveries.len() >= MOST_KEPT {
            all.deliveries.drain(..MOST_KEPT / 10);
        }
        all.deliveries.push(Delivery {
            id: all.last_id,
            client_id: client.client_id.clone(),
            uri: uri.clone(),
            sub: notice.sub.clone(),
            attempt,
            fault: made.fault.map(NotificationFault::name),
            jti: made.jti,
            iat: made.iat,
            status: None,
            error: None,
            state: State::UnderWay,
        });
        Some(Outgoing {
            id: all.last_id,
            client_id: client.client_id,
            uri: made.message.address(&uri),
            method: made.message.method,
            headers: made.message.headers(),
            body: made.message.body,
            timeout_seconds: all.timeout_seconds,
        })
    }
}
