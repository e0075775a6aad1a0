//! Signals: those that wait, those that are sent, and the key that signs them.
//!
//! Source: `provider.md` 8b.18.

use std::sync::OnceLock;

use crate::http::form_encode;
use crate::keys::{Algorithm, SigningKey};
use crate::provider::settings::Receiver;

/// The issuer of signals, in every environment.
pub const ISSUER: &str = "https://ssf.account.gov.uk/";

/// The events that are publicly known, by the simulator's names for them.
pub const EVENTS: [(&str, &str); 3] = [
    (
        "credential-change",
        "https://schemas.openid.net/secevent/caep/event-type/credential-change",
    ),
    (
        "account-purged",
        "https://schemas.openid.net/secevent/risc/event-type/account-purged",
    ),
    (
        "verification",
        "https://schemas.openid.net/secevent/ssf/event-type/verification",
    ),
];

/// The key of Signal Exchange: RS256, and none of the provider's others. Made on first use and shared, because it is slow.
pub fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate(Algorithm::Rs256))
}

/// A signal that is ready to be sent.
#[derive(Clone)]
pub struct Sending {
    /// The client that is told.
    pub client_id: String,
    /// Where to, and how to get in.
    pub receiver: Receiver,
    /// The Security Event Token: the same at each attempt.
    pub token: String,
}

impl std::fmt::Debug for Sending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sending")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Sending {
    /// The form that asks the client for an access token.
    pub fn token_request(&self) -> Vec<u8> {
        let form = [
            ("client_id", self.receiver.client_id.as_str()),
            ("client_secret", &self.receiver.client_secret),
            ("grant_type", "client_credentials"),
        ];
        form_encode(&form).into_bytes()
    }
}

/// A signal that waits for its time.
#[derive(Debug)]
pub struct WaitingSignal {
    /// The signal.
    pub sending: Sending,
    pub(super) attempts: u32,
    pub(super) due_at: i64,
}

/// A signal as a test wants it.
#[derive(Debug, Clone, Default)]
pub struct Signal {
    /// The client that is told.
    pub client_id: String,
    /// The person.
    pub sub: String,
    /// One of [`EVENTS`] by its short name, or the full name of any other.
    pub event: String,
    /// The `state` of a verification.
    pub state: Option<String>,
    /// By how many seconds the token's time differs from the provider's.
    pub iat_offset: i64,
    /// The `jti`; a new one unless given.
    pub jti: Option<String>,
}
