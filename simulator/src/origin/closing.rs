//! The messages that a service signs with a key of its own: the part to copy. One that closes an account ends the person's
//! sessions and keeps the person out; one that goes down for a time signs the record of its switch.
//!
//! The key is made when the demo service starts and is for nothing else. The edge fetches its public half from
//! [`KEYS`], past every route, because it asks the origin itself.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fetch;
use crate::jose::Object;
use crate::keys::{Algorithm, SigningKey, random_uuid};
use crate::origin::settings::Settings;

/// Where the public half of the key is.
pub const KEYS: &str = "/service-jwks.json";

/// For how long the demo keeps a person out, in seconds.
pub const KEPT_OUT: i64 = 60;

/// How long the edge may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The service's own key, and where its messages go.
#[derive(Debug)]
pub struct Closing {
    key: SigningKey,
    issuer: String,
    audience: String,
}

impl Closing {
    /// A new key.
    pub fn new(settings: &Settings) -> Self {
        Self {
            key: SigningKey::generate(Algorithm::Es256),
            // The edge's name is the audience of what this service says, and the other way round.
            issuer: settings.audience.clone(),
            audience: settings.issuer.clone(),
        }
    }

    /// The edge's address, without a slash at its end.
    pub fn edge(&self) -> &str {
        &self.audience
    }

    /// The key set for the edge.
    pub fn keys(&self) -> Value {
        let mut key = self.key.public_jwk().clone();
        key.insert("kid".to_owned(), self.key.kid().into());
        json!({ "keys": [key] })
    }

    /// The record of the switch, in which a part is off or none: its name in the edge's KV, and its text. The part is
    /// `sign_in_off` or `service_closed`; it is off until there is another record.
    pub fn switched(&self, part: Option<&str>, now: i64) -> (String, String) {
        let mut claims = self.claims(now);
        if let Some(part) = part {
            claims.insert(part.to_owned(), true.into());
        }
        let name = format!("switch/{}", self.audience);
        (name, self.key.token(&[("typ", "switch+jwt")], &claims))
    }

    /// The claims of everything that this service says.
    fn claims(&self, now: i64) -> Object {
        let claims = [
            ("iss", Value::from(self.issuer.as_str())),
            ("aud", self.audience.as_str().into()),
            ("iat", now.into()),
        ];
        let claims = claims.map(|(name, value)| (name.to_owned(), value));
        claims.into_iter().collect()
    }

    /// Ends every session of a person. The same message may be sent again where this fails.
    pub async fn close(&self, subject: &str, now: i64) -> Result<(), String> {
        let about = [("block_until", Value::from(now + KEPT_OUT))];
        let message = ("end-sessions+jwt", "sessions/end");
        self.send(message, subject, &about, now).await.map(drop)
    }

    /// Changes the list of the people who may come in; the answer says how many there are. The act is `add` or `clear`.
    pub async fn invite(&self, act: &str, who: &[&str], now: i64) -> Result<Value, String> {
        let about = [("act", Value::from(act)), ("who", json!(who))];
        let message = ("admission+jwt", "admission");
        let answer = self.send(message, &self.issuer, &about, now).await?;
        serde_json::from_slice(&answer).map_err(|error| error.to_string())
    }

    /// Sends a message of a type to one of the edge's own addresses.
    async fn send(
        &self,
        (typ, page): (&str, &str),
        subject: &str,
        about: &[(&str, Value)],
        now: i64,
    ) -> Result<Vec<u8>, String> {
        let mut claims = self.claims(now);
        let own = [
            ("sub", Value::from(subject)),
            ("exp", (now + 60).into()),
            ("jti", random_uuid().into()),
        ];
        for (name, value) in own.iter().chain(about) {
            claims.insert((*name).to_owned(), value.clone());
        }
        let token = self.key.token(&[("typ", typ)], &claims);
        let url = format!("{}/auth/{page}", self.audience);
        let headers = [("content-type".to_owned(), "application/jwt".to_owned())];
        let answer =
            fetch::send("POST", &url, &headers, token.into_bytes(), 1_024, PATIENCE).await?;
        match answer.status {
            200 => Ok(answer.body),
            status => Err(format!("{url} answered {status}")),
        }
    }
}
