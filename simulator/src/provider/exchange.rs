//! Signal Exchange: the provider tells a client that something happened to a person's account.
//!
//! This is the pure half: it mints and queues. `delivery.rs` gets an access token from the client and sends.
//!
//! Source: `provider.md` 8b.18.

use serde_json::{Value, json};

use crate::http::{Request, Response};
use crate::keys::random_uuid;
use crate::provider::control_answer::mistake;
use crate::provider::personas::Persona;
use crate::provider::signal::{EVENTS, ISSUER, Sending, Signal, WaitingSignal, key};
use crate::provider::state::Provider;

/// The further member of a changed credential.
const INFORMATION: &str =
    "https://vocab.account.gov.uk/secevent/v1/credentialChange/eventInformation";

/// How often a signal is sent again at most, and how long after an attempt, in seconds.
const REDELIVERY: (u32, i64) = (5, 120);

impl Provider {
    /// The signal to be sent now; `None` when the client is unknown or takes none.
    pub fn signal(&self, now: i64, signal: &Signal) -> Option<Sending> {
        let client = self.settings.client(&signal.client_id)?;
        let receiver = client.signals.clone()?;
        let known = EVENTS.iter().find(|(short, _)| *short == signal.event);
        let name = known.map_or(signal.event.as_str(), |(_, name)| name);
        // A format of RFC 9493; the public material has only examples of others.
        let subject = json!({ "format": "uri", "uri": signal.sub });
        let mut claims = json!({
            "iss": ISSUER,
            "aud": receiver.audience,
            "iat": now + self.clock_offset + signal.iat_offset,
            "jti": signal.jti.clone().unwrap_or_else(random_uuid),
        });
        claims["events"] = match signal.event.as_str() {
            "credential-change" => json!({
                name: { "change_type": "update", "credential_type": "password", "subject": subject },
                INFORMATION: { "email": "person@example.gov.uk" },
            }),
            "account-purged" => json!({ name: { "subject": subject } }),
            "verification" => {
                claims["sub_id"] = json!({ "format": "opaque", "id": client.client_id });
                match &signal.state {
                    Some(state) => json!({ name: { "state": state } }),
                    None => json!({ name: {} }),
                }
            }
            _ => json!({ name: {} }),
        };
        let claims = claims.as_object().cloned().unwrap_or_default();
        Some(Sending {
            client_id: client.client_id.clone(),
            token: key().token(&[("typ", "secevent+jwt")], &claims),
            receiver,
        })
    }

    /// Queues one of [`EVENTS`] about a person for every client that takes signals; false when there is no such event.
    pub(super) fn signal_everywhere(&mut self, now: i64, persona: &Persona, event: &str) -> bool {
        if !EVENTS.iter().any(|(short, _)| *short == event) {
            return false;
        }
        let told: Vec<_> = self
            .settings
            .clients
            .iter()
            .map(|client| Signal {
                client_id: client.client_id.clone(),
                sub: persona.subject(client.sector()),
                event: event.to_owned(),
                ..Signal::default()
            })
            .collect();
        // The provider's clock is added where the token is made.
        let now = now - self.clock_offset;
        let sent: Vec<_> = told
            .iter()
            .filter_map(|signal| self.signal(now, signal))
            .collect();
        self.signals
            .extend(sent.into_iter().map(|sending| WaitingSignal {
                sending,
                attempts: 0,
                due_at: i64::MIN,
            }));
        true
    }

    /// Every signal that is due. The caller sends each, and gives back what was not answered with 202.
    pub fn take_signals(&mut self, now: i64) -> Vec<WaitingSignal> {
        let (due, later) = std::mem::take(&mut self.signals)
            .into_iter()
            .partition(|signal| signal.due_at <= now);
        self.signals = later;
        due
    }

    /// Queues a signal once more that was not taken, up to five times.
    pub fn signal_again(&mut self, now: i64, mut signal: WaitingSignal) {
        let (most, delay) = REDELIVERY;
        if signal.attempts < most {
            signal.attempts += 1;
            signal.due_at = now + delay;
            self.signals.push(signal);
        }
    }

    /// The signal that `POST /control/signal` wants to be sent at once, or the answer that says what is wrong.
    pub fn ordered_signal(&self, now: i64, request: &Request) -> Result<Sending, Response> {
        let body: Value = serde_json::from_slice(&request.body)
            .map_err(|error| mistake(&format!("the body is not JSON: {error}")))?;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let signal = Signal {
            client_id: text("client_id").unwrap_or_default(),
            sub: text("sub").unwrap_or_default(),
            event: text("event").ok_or_else(|| mistake("event is missing"))?,
            state: text("state"),
            iat_offset: body["iat_offset"].as_i64().unwrap_or_default(),
            jti: text("jti"),
        };
        self.signal(now, &signal)
            .ok_or_else(|| mistake("no such client, or it takes no signals"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::Unverified;
    use crate::provider::settings::{Client, Settings};

    fn provider() -> Provider {
        let clients = r#"[{ "client_id": "a", "redirect_uris": ["https://a.example/cb"], "signals": {
            "uri": "https://a.example/s", "token_uri": "https://a.example/t", "client_id": "i", "client_secret": "a+b &",
            "audience": "https://a.example" } }, { "client_id": "b", "redirect_uris": ["https://b.example/cb"] }]"#;
        Provider::new(Settings::new(
            "http://127.0.0.1:1",
            Client::list_from_json(clients).unwrap(),
        ))
    }

    #[test]
    fn when_a_signal_is_made_then_it_has_the_members_of_the_public_schemas_and_no_end() {
        let provider = provider();
        let signal = Signal {
            client_id: "a".to_owned(),
            sub: "s".to_owned(),
            event: "credential-change".to_owned(),
            ..Signal::default()
        };
        let sending = provider.signal(100, &signal).unwrap();
        let token = Unverified::parse(&sending.token).unwrap();
        let mut names: Vec<_> = token.claims.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["aud", "events", "iat", "iss", "jti"]);
        assert_eq!(
            (token.header_text("typ"), token.header_text("alg")),
            (Some("secevent+jwt"), Some("RS256"))
        );
        assert_eq!(
            sending.token_request(),
            b"client_id=i&client_secret=a%2Bb+%26&grant_type=client_credentials"
        );
        assert!(
            provider
                .signal(
                    100,
                    &Signal {
                        client_id: "b".to_owned(),
                        ..signal
                    }
                )
                .is_none()
        );
    }

    #[test]
    fn when_a_signal_is_not_taken_then_the_same_one_is_sent_five_times_more() {
        let mut provider = provider();
        let persona = Persona::find("kenneth").unwrap();
        assert!(provider.signal_everywhere(0, persona, "account-purged"));
        assert!(!provider.signal_everywhere(0, persona, "account-lost"));
        let mut tokens = Vec::new();
        for now in (0..2_000).step_by(10) {
            for waiting in provider.take_signals(now) {
                tokens.push((now, waiting.sending.token.clone()));
                provider.signal_again(now, waiting);
            }
        }
        let times: Vec<_> = tokens.iter().map(|(now, _)| *now).collect();
        assert_eq!(times, [0, 120, 240, 360, 480, 600]);
        assert!(tokens.iter().all(|(_, token)| *token == tokens[0].1));
    }
}
