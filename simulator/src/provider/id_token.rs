//! The ID token: what the provider says about one sign-in.

use serde_json::json;

use crate::jose::{Object, at_hash};
use crate::keys::Algorithm;
use crate::provider::fault::workshop::Workshop;
use crate::provider::fault::{Fault, claims, form};
use crate::provider::journey::Code;
use crate::provider::settings::Client;
use crate::provider::state::Provider;

/// How long an ID token is valid.
pub const ID_TOKEN_SECONDS: i64 = 120;

impl Provider {
    /// Builds the ID token; this is also where it is broken on request. The header has no `typ`, as in the real ones.
    pub(super) fn id_token(
        &mut self,
        now: i64,
        client: &Client,
        code: &Code,
        subject: &str,
        access_token: &str,
    ) -> String {
        let mut members = honest_claims(
            &self.settings.issuer,
            now,
            client,
            code,
            subject,
            access_token,
        );
        self.id_token_times.apply(&mut members, now);
        let broken_claim = self.fault.take(|f| {
            if let Fault::Claim(f) = f {
                Some(f)
            } else {
                None
            }
        });
        if let Some(fault) = broken_claim {
            claims::apply(fault, &mut members, now);
        }
        let broken_form = self.fault.take(|f| {
            if let Fault::Form(f) = f {
                Some(f)
            } else {
                None
            }
        });
        let algorithm = Algorithm::from(client.id_token_alg);
        let Some(fault) = broken_form else {
            return self.keyring.current(algorithm).token(&[], &members);
        };
        let other = match algorithm {
            Algorithm::Es256 => Algorithm::Rs256,
            Algorithm::Rs256 => Algorithm::Es256,
        };
        let key = self.keyring.current(algorithm);
        let workshop = Workshop {
            key,
            kid: key.kid().to_owned(),
            other: self.keyring.current(other),
            canary: self.canary(),
            typ: None,
        };
        form::forge(fault, &workshop, &members)
    }
}

fn honest_claims(
    issuer: &str,
    now: i64,
    client: &Client,
    code: &Code,
    subject: &str,
    access_token: &str,
) -> Object {
    let members = json!({
        "iss": issuer,
        "sub": subject,
        "aud": client.client_id,
        "iat": now,
        "exp": now + ID_TOKEN_SECONDS,
        "at_hash": at_hash(access_token),
        "sid": code.sid,
        "nonce": code.journey.nonce,
        // The lowest sign-in level that was asked for; identity never appears here.
        "vot": code.journey.asked.credential,
        "vtm": format!("{issuer}trustmark"),
        "auth_time": code.auth_time,
    });
    members.as_object().cloned().unwrap_or_default()
}
