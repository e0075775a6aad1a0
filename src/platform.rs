//! The only door to the outside: what the gate needs of the place where it runs.
//!
//! Each verb is a contract. The edge implements it on Cloudflare; tests implement it with doubles
//! that can fail at every verb. Nothing here decides anything, and the time is not asked for here:
//! it is read once for each request and handed down.

use crate::oidc::jwk::PrivateJwk;
use crate::oidc::jwks::VerifyingKey;
use crate::oidc::jws::Alg;
use crate::secret::Secret;
use crate::session::account::{AccountReply, Question};

/// Why the outside gave no answer. Never an answer by itself: absent is not failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// No connection, or it broke.
    Unreachable,
    /// The time allowed was over.
    TimedOut,
    /// The answer was larger than allowed.
    TooLarge,
    /// KV failed.
    Storage,
    /// WebCrypto refused a key or an operation.
    Cryptography,
    /// An account has more to do than it can; asking again makes it worse.
    Overloaded,
}

impl Outage {
    /// The name in logs.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::TooLarge => "too_large",
            Self::Storage => "storage",
            Self::Cryptography => "cryptography",
            Self::Overloaded => "overloaded",
        }
    }
}

/// A call to the provider.
#[derive(Debug)]
pub struct Call {
    /// The address, from the configuration or a checked discovery document.
    pub url: String,
    /// The `User-Agent`, which the provider insists on.
    pub user_agent: String,
    /// The body.
    pub body: Body,
    /// How long the whole answer may take, in milliseconds.
    pub timeout_ms: u32,
}

/// The body of a call.
#[derive(Debug)]
pub enum Body {
    /// GET without credentials.
    Nothing,
    /// GET with `Authorization: Bearer`.
    Bearer(Secret),
    /// POST of an `application/x-www-form-urlencoded` form.
    Form(Secret),
}

/// The answer to a [`Call`].
#[derive(Debug)]
pub struct Answer {
    /// The status; a redirect is not followed and arrives as it is.
    pub status: u16,
    /// The `Cache-Control` header, or an empty text.
    pub cache_control: String,
    /// The `Retry-After` header, or an empty text.
    pub retry_after: String,
    /// The body, at most [`MAX_ANSWER`] bytes after decompression.
    pub body: Vec<u8>,
}

/// The largest answer that is read, in bytes.
pub const MAX_ANSWER: usize = 64 * 1024;

/// The events that are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Starts of sign-ins, for each address.
    Starts,
    /// Notifications that were refused, for each address.
    RefusedNotifications,
}

/// The outcome of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventOutcome {
    /// It was carried out.
    Done,
    /// A request was refused, as it should be.
    Refused,
    /// Something that should work did not.
    #[default]
    Failed,
}

impl EventOutcome {
    /// The name in logs.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// One thing that happened, for the operator. Holds labels and numbers, never a value that came
/// from outside, a token, a cookie or anything personal; the two exceptions say so.
///
/// `docs/logs.md` lists every event and label.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// The name of the event.
    pub name: &'static str,
    /// The outcome of the event.
    pub outcome: EventOutcome,
    /// The action, the reason of a refusal, or the cause of a failure.
    pub label: &'static str,
    /// The service's id, or an empty text.
    pub service: String,
    /// The pattern of the path's rule as it is configured, or an empty text.
    pub route: String,
    /// The reference that the person was shown, or an empty text.
    pub reference: String,
    /// The trace id of the caller's `traceparent`, 32 hexadecimal digits, or an empty text. It comes
    /// from outside.
    pub trace: String,
    /// Which person it is about: a keyed hash that holds for one day, 16 hexadecimal digits, or an
    /// empty text.
    pub person: String,
    /// Text of our own for the operator: a configuration fault, or which document.
    pub detail: String,
    /// How often it happened without a line of its own; 0 for a line about one request.
    pub count: u32,
    /// The level of the sign-in that it is about, or an empty text. A line has it where it is not the label.
    pub level: &'static str,
    /// How long that sign-in has taken, in seconds; 0 where it is not known.
    pub seconds: u32,
}

impl Event {
    /// The labels of the event's data point, each on a line: event, outcome, label, service and level. No data point says
    /// more, so that none is about a person or a path.
    #[must_use]
    pub fn labels(&self) -> String {
        let outcome = self.outcome.label();
        [self.name, outcome, self.label, &self.service, self.level].join("\n")
    }

    /// The event as a line of JSON, without empty members; `calls` are the outgoing calls so far,
    /// each with the milliseconds that were waited for it.
    #[must_use]
    pub fn line(&self, calls: &[(&str, u32)]) -> String {
        let mut line = String::with_capacity(256);
        let level = if self.level == self.label {
            ""
        } else {
            self.level
        };
        let members = [
            ("event", self.name),
            ("outcome", self.outcome.label()),
            ("label", self.label),
            ("level", level),
            ("service", &self.service),
            ("route", &self.route),
            ("reference", &self.reference),
            ("trace", &self.trace),
            ("person", &self.person),
            ("detail", &self.detail),
        ];
        for (name, value) in members.into_iter().filter(|(_, value)| !value.is_empty()) {
            line.push_str(if line.is_empty() { "{\"" } else { ",\"" });
            line.push_str(name);
            line.push_str("\":");
            // A text has no map whose keys could be wrong, so that this always succeeds.
            line.push_str(&serde_json::to_string(value).unwrap_or_default());
        }
        for (name, number) in [(",\"seconds\":", self.seconds), (",\"count\":", self.count)] {
            if number > 0 {
                line.push_str(name);
                line.push_str(&number.to_string());
            }
        }
        for (n, (name, milliseconds)) in calls.iter().enumerate() {
            line.push_str(if n == 0 { ",\"calls\":{\"" } else { ",\"" });
            line.push_str(name);
            line.push_str("\":");
            line.push_str(&milliseconds.to_string());
        }
        line.push_str(if calls.is_empty() { "}" } else { "}}" });
        line
    }
}

/// The outside.
///
/// A value is one request's view of it and cheap to clone.
#[allow(
    async_fn_in_trait,
    reason = "a Worker has one thread, so no future has to be Send"
)]
pub trait Platform: Clone + 'static {
    /// Fills the buffer from a cryptographically secure source.
    fn random(&self, out: &mut [u8]);

    /// Signs with a private key, which is imported once and cannot be read back.
    async fn sign(&self, key: &PrivateJwk, alg: Alg, message: &[u8]) -> Result<Vec<u8>, Outage>;

    /// Whether the signature verifies. A key that cannot be imported verifies nothing: `Ok(false)`.
    async fn verify(
        &self,
        key: &VerifyingKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Outage>;

    /// Sends a call once, follows no redirect and never repeats it.
    async fn send(&self, call: Call) -> Result<Answer, Outage>;

    /// Reads a public document from KV. `Ok(None)` means that KV answered and has none, which it
    /// may say for a minute after one was stored.
    async fn stored(&self, name: &str) -> Result<Option<String>, Outage>;

    /// Stores a public document in KV; readers elsewhere may see the old one for a minute.
    async fn store(&self, name: &str, document: &str) -> Result<(), Outage>;

    /// Asks a person's account one question, by the account's name.
    ///
    /// Questions to one account are answered one after the other, and what a question changes is
    /// stored before its answer is given. An outage is no answer: the change may have been stored
    /// or not. Takes two seconds at most.
    async fn ask(&self, account: &str, question: Question) -> Result<AccountReply, Outage>;

    /// The body of the request, at most `most` bytes of it.
    async fn body(&self, most: usize) -> Result<Vec<u8>, Outage>;

    /// Whether one more of these may happen for this key. Approximate, and counted for each location:
    /// it saves cost and protects nothing. Without a limiter, or when it fails, the answer is yes.
    async fn within_limit(&self, limit: Limit, key: &str) -> bool;

    /// Waits for so many milliseconds, on a timer of this request.
    async fn pause(&self, milliseconds: u32);

    /// Lets work go on after the answer was sent. It may be cut off and must not matter then.
    fn spawn(&self, work: impl Future<Output = ()> + 'static);

    /// Writes one line for the operator, and a data point where a dataset is bound.
    fn log(&self, event: &Event);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_an_event_is_logged_then_the_line_is_json_without_empty_members() {
        let event = Event {
            name: "callback",
            outcome: EventOutcome::Failed,
            label: "unreachable",
            route: "/a\"b/*".to_owned(),
            ..Event::default()
        };
        let common =
            r#"{"event":"callback","outcome":"failed","label":"unreachable","route":"/a\"b/*""#;
        assert_eq!(event.line(&[]), format!("{common}}}"));
        let calls = [("kv", 3), ("token", 120)];
        let expected = format!(r#"{common},"calls":{{"kv":3,"token":120}}}}"#);
        assert_eq!(event.line(&calls), expected);
        let event = Event {
            route: String::new(),
            level: "Cl.Cm",
            seconds: 47,
            count: 2,
            ..event
        };
        let numbers = r#""label":"unreachable","level":"Cl.Cm","seconds":47,"count":2}"#;
        assert!(event.line(&[]).ends_with(numbers), "{}", event.line(&[]));
        let signed_in = Event {
            label: "Cl.Cm",
            ..event
        };
        assert!(!signed_in.line(&[]).contains("level"));
    }
}
