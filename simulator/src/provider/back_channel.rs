//! Back-channel logout: who has to be told, and what became of it.
//!
//! This is the pure half. It queues, mints and keeps the record; `delivery.rs` takes what is due, sends it and says how
//! it was answered. A test without sockets does the same by [`Provider::take_notifications`] and
//! [`Provider::notification_result`].

use serde_json::Value;

use crate::http::Request;
use crate::jose::Unverified;
use crate::keys::Algorithm;
use crate::provider::fault::Fault;
use crate::provider::fault::logout_message::{self, Message};
use crate::provider::fault::logout_token::NotificationFault;
use crate::provider::fault::workshop::Workshop;
use crate::provider::logout_token::{TYP, honest_claims};
use crate::provider::notification::{
    Delivery, MOST_ATTEMPTS, MOST_KEPT, Notice, Notifications, Outgoing, State, Waiting,
};
use crate::provider::rotation::Keys;
use crate::provider::session::{self, Session};
use crate::provider::settings::Client;
use crate::provider::state::Provider;

/// A message, with what the record notes of the token in it.
#[derive(Debug)]
pub struct Made {
    /// The message.
    pub message: Message,
    /// The fault, if any.
    pub fault: Option<NotificationFault>,
    /// `jti` as sent.
    pub jti: Value,
    /// `iat` as sent.
    pub iat: Value,
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

    /// Mints a logout token and puts it into its form; this is also where both are broken on request. The algorithm is
    /// ES256 for every client, whatever it registered for its ID tokens, and there is neither `sid` nor `nonce`.
    pub(super) fn logout_message(&mut self, now: i64, client: &Client, notice: &Notice) -> Made {
        self.before_signing(Keys::Tokens);
        let fault = notice.fault.or_else(|| {
            self.fault.take(|f| {
                if let Fault::Notification(f) = f {
                    Some(f)
                } else {
                    None
                }
            })
        });
        let claims = honest_claims(
            &self.settings.issuer,
            now + notice.iat_offset,
            client,
            notice,
        );
        let shop = Workshop {
            key: self.keyring.ec(),
            other: self.keyring.rsa(),
            kid: self.keyring.ec().kid().to_owned(),
            canary: self.canary(),
            typ: Some(TYP),
        };
        let message = match fault {
            None => Message::form(&shop.honest(&claims)),
            Some(fault) => {
                let registered = self.keyring.current(Algorithm::from(client.id_token_alg));
                logout_message::forge(fault, &shop, registered, &claims)
            }
        };
        self.after_signing(Keys::Tokens);
        let sent = message.token().and_then(|token| Unverified::parse(&token));
        let noted = |name: &str| {
            let claims = sent.as_ref().map(|token| &token.claims);
            claims
                .and_then(|c| c.get(name).cloned())
                .unwrap_or_default()
        };
        Made {
            jti: noted("jti"),
            iat: noted("iat"),
            message,
            fault,
        }
    }
}
