//! The logout token: what the provider says to a client when a session has ended, in words that no ID token could be
//! mistaken for.

use serde_json::{Value, json};

use crate::jose::{Object, Unverified};
use crate::keys::{Algorithm, random_uuid};
use crate::provider::Provider;
use crate::provider::fault::Fault;
use crate::provider::fault::logout_message::{self, Message};
use crate::provider::fault::logout_token::NotificationFault;
use crate::provider::fault::workshop::Workshop;
use crate::provider::notification::Notice;
use crate::provider::rotation::Keys;
use crate::provider::settings::Client;

/// How long a logout token is valid.
pub const LOGOUT_TOKEN_SECONDS: i64 = 120;

/// The member of `events` that makes a token a logout token.
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The `typ` of its header.
pub const TYP: &str = "logout+jwt";

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

fn honest_claims(issuer: &str, iat: i64, client: &Client, notice: &Notice) -> Object {
    let members = json!({
        "iss": issuer,
        "sub": notice.sub,
        "aud": client.client_id,
        "iat": iat,
        "exp": iat + LOGOUT_TOKEN_SECONDS,
        "jti": notice.jti.clone().unwrap_or_else(random_uuid),
        "events": { EVENT: {} },
    });
    members.as_object().cloned().unwrap_or_default()
}
