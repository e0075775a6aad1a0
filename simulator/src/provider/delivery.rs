//! Sends logout notifications and signals: the network half of [`super::notification`] and [`super::signal`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use crate::clock::now;
use crate::fetch::{self, Answer};
use crate::http::{Request, Response};
use crate::provider::notification::{Outgoing, TIMEOUT_SECONDS};
use crate::provider::signal::Sending;
use crate::provider::state::Provider;

/// How often the queue is looked at when nothing else happens: often enough for a repetition, which is due on a second.
const LOOK: Duration = Duration::from_millis(200);

/// The largest answer that is read. Only its status matters.
const LARGEST_ANSWER: usize = 64 * 1024;

/// The provider and the bell that says that its queue may have grown.
#[derive(Debug, Clone)]
pub struct Shared {
    provider: Arc<Mutex<Provider>>,
    bell: Arc<Notify>,
}

impl Shared {
    /// Puts a provider behind a lock.
    pub fn new(provider: Provider) -> Self {
        Self {
            provider: Arc::new(Mutex::new(provider)),
            bell: Arc::new(Notify::new()),
        }
    }

    /// The provider. A lock poisoned by a panic in another request still guards a usable one.
    pub fn lock(&self) -> MutexGuard<'_, Provider> {
        self.provider.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that a request has been answered, so that a notification need not wait for the next look.
    pub fn ring(&self) {
        self.bell.notify_one();
    }
}

/// Sends whatever is due, for ever. No notification waits for another: a receiver that hangs delays only its own.
pub async fn deliver(shared: Shared) {
    loop {
        let due = shared.lock().take_notifications(now());
        for outgoing in due {
            let shared = shared.clone();
            tokio::spawn(async move { send(&shared, outgoing).await });
        }
        let due = shared.lock().take_signals(now());
        for waiting in due {
            let shared = shared.clone();
            tokio::spawn(async move {
                let outcome = send_signal(&waiting.sending)
                    .await
                    .map(|answer| answer.status);
                if outcome != Ok(202) {
                    let client = &waiting.sending.client_id;
                    eprintln!("provider: the signal for {client} was not taken: {outcome:?}");
                    shared.lock().signal_again(now(), waiting);
                }
            });
        }
        // Either way the queue is looked at again; it does not matter which came first.
        let _ = tokio::time::timeout(LOOK, shared.bell.notified()).await;
    }
}

async fn send(shared: &Shared, outgoing: Outgoing) -> Result<Answer, String> {
    let answer = fetch::send(
        outgoing.method,
        &outgoing.uri,
        &outgoing.headers,
        outgoing.body,
        LARGEST_ANSWER,
        Duration::from_secs(outgoing.timeout_seconds),
    )
    .await;
    let outcome = answer.as_ref().map(|a| a.status).map_err(Clone::clone);
    if outcome != Ok(200) {
        let client = &outgoing.client_id;
        eprintln!("provider: the logout notification of {client} was not taken: {outcome:?}");
    }
    shared.lock().notification_result(outgoing.id, outcome);
    answer
}

/// `POST /control/notify`: sends one notification and answers with what the client answered.
pub async fn notify_now(shared: &Shared, request: &Request) -> Response {
    let ordered = shared.lock().ordered_notification(now(), request);
    let outgoing = match ordered {
        Ok(outgoing) => outgoing,
        Err(mistake) => return mistake,
    };
    told(send(shared, outgoing).await)
}

/// The answer of a receiver, for a test.
fn told(answer: Result<Answer, String>) -> Response {
    let answer = match answer {
        Ok(answer) => json!({
            "status": answer.status,
            "headers": by_name(&answer.headers),
            "body": String::from_utf8_lossy(&answer.body),
        }),
        Err(error) => json!({ "status": null, "headers": {}, "body": "", "error": error }),
    };
    Response::json(200, &answer)
}

/// Gets an access token from the receiver, and sends the signal with it.
async fn send_signal(sending: &Sending) -> Result<Answer, String> {
    let receiver = &sending.receiver;
    let post = async |uri: &str, headers: &[(&str, &str)], body: Vec<u8>| {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let headers: Vec<_> = headers.collect();
        let patience = Duration::from_secs(TIMEOUT_SECONDS);
        fetch::send("POST", uri, &headers, body, LARGEST_ANSWER, patience).await
    };
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = post(&receiver.token_uri, &form, sending.token_request()).await?;
    let granted: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let token = granted["access_token"]
        .as_str()
        .filter(|_| answer.status == 200);
    let token = token.ok_or_else(|| format!("no access token: {}", answer.status))?;
    let headers = [
        ("accept", "application/json"),
        ("authorization", &format!("Bearer {token}")),
        ("content-type", "application/secevent+jwt"),
    ];
    post(&receiver.uri, &headers, sending.token.clone().into_bytes()).await
}

/// `POST /control/signal`: sends one signal and answers with what the client answered.
pub async fn signal_now(shared: &Shared, request: &Request) -> Response {
    let ordered = shared.lock().ordered_signal(now(), request);
    match ordered {
        Ok(sending) => told(send_signal(&sending).await),
        Err(mistake) => mistake,
    }
}

/// Headers by their names; the values of a repeated one with a comma between them.
fn by_name(headers: &[(String, String)]) -> Map<String, Value> {
    let mut found = Map::new();
    for (name, value) in headers {
        let joined = match found.get(name).and_then(Value::as_str) {
            Some(before) => format!("{before}, {value}"),
            None => value.clone(),
        };
        found.insert(name.clone(), joined.into());
    }
    found
}
