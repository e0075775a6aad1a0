//! A simulated team of Cloudflare Access, for routes of staff. It is no part of One Login; it is here so that `dev` has one.
//!
//! The team's address is the provider's, without its final slash. Access itself would have a person sign in and send the token
//! with each request; here a control hands it out, and a client sends it.
//!
//! Source: Cloudflare One documentation, "Application token" (claims) and "Validate JWTs" (keys, rotation), May 2026. The real
//! key document has each key as PEM too, in `public_cert` and `public_certs`.

use serde_json::{Value, json};

use crate::http::Response;
use crate::jose::{Object, hex, sha256};
use crate::keys::{SigningKey, random_id};
use crate::provider::control_answer::mistake;
use crate::provider::state::Provider;

/// Where the team's keys are.
pub const CERTS: &str = "/cdn-cgi/access/certs";

/// The control that hands out a token.
pub const CONTROL: &str = "/control/staff";

/// The audience tag of the demo's application: 64 hexadecimal digits, as Access has them.
pub const AUDIENCE: &str = "5e1f4c0d9a27b3688c41f0e2d7935ab61c0f8e4472d95b3ea8167c24f90b3d51";

/// How long a token lives unless it is said, in seconds: the default of a session is a day.
const LIFETIME: i64 = 86_400;

impl Provider {
    /// `GET /cdn-cgi/access/certs`.
    pub(super) fn access_certs(&self) -> Response {
        let keys = self.access_team.published().into_iter();
        let keys: Vec<_> = keys.map(SigningKey::public_jwk).collect();
        Response::json(200, &json!({ "keys": keys }))
    }

    /// A token as text, for a client to send as `Cf-Access-Jwt-Assertion`. The body may name the `email` of a user or the
    /// `common_name` of a program, the `audience`, and `claims` in place of those that Access would make; `null` leaves one
    /// out. With `rotate` another key signs first.
    pub(super) fn control_staff(&mut self, now: i64, body: &Value) -> Response {
        let said = |name: &str| match &body[name] {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            _ => Err(mistake(&format!("{name} must be a text"))),
        };
        let (email, name, audience) = match (said("email"), said("common_name"), said("audience")) {
            (Ok(email), Ok(name), Ok(audience)) => (email, name, audience),
            (Err(refused), ..) | (_, Err(refused), _) | (.., Err(refused)) => return refused,
        };
        if body["rotate"] == true {
            self.access_team.rotate();
        }
        let audience = audience.as_deref().unwrap_or(AUDIENCE);
        let mut claims = self.staff_claims(now, email, name, audience);
        for (name, value) in body["claims"].as_object().into_iter().flatten() {
            match value {
                Value::Null => drop(claims.remove(name)),
                value => drop(claims.insert(name.clone(), value.clone())),
            }
        }
        Response::text(200, self.staff_token(&claims)).with_header("cache-control", "no-store")
    }

    /// The tokens that the desk offers, each with what it is: of a user, of a program, and of a user of another application.
    pub(super) fn staff_tokens(&self, now: i64) -> [(&'static str, String); 3] {
        let made = |name: Option<&str>, audience: &str| {
            self.staff_token(&self.staff_claims(now, None, name.map(str::to_owned), audience))
        };
        [
            ("a caseworker", made(None, AUDIENCE)),
            ("a program", made(Some("reports.access"), AUDIENCE)),
            (
                "a user of another application",
                made(None, &AUDIENCE.replace('5', "6")),
            ),
        ]
    }

    fn staff_token(&self, claims: &Object) -> String {
        self.access_team.current().token(&[("typ", "JWT")], claims)
    }

    /// The claims of a program, where it has a name, or of a user.
    fn staff_claims(
        &self,
        now: i64,
        email: Option<String>,
        name: Option<String>,
        audience: &str,
    ) -> Object {
        let issuer = self.settings.issuer.trim_end_matches('/');
        let mut claims = json!({
            "type": "app", "aud": [audience], "iss": issuer, "iat": now, "exp": now + LIFETIME, "sub": "",
        });
        match name {
            Some(name) => claims["common_name"] = name.into(),
            None => {
                let email = email.unwrap_or_else(|| "caseworker@example.gov.uk".to_owned());
                claims["sub"] = subject(&email).into();
                claims["email"] = email.into();
                claims["nbf"] = now.into();
                claims["identity_nonce"] = random_id()[..16].into();
                claims["country"] = "GB".into();
            }
        }
        claims.as_object().cloned().unwrap_or_default()
    }
}

/// A user's id, which is unique to an e-mail address in a team: a UUID.
fn subject(email: &str) -> String {
    let digits = hex(sha256(email));
    [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..32],
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Request;
    use crate::jose::{Unverified, rsa_algorithm, verify_rsa};
    use crate::provider::settings::Settings;

    fn ask(provider: &mut Provider, request: &Request) -> Response {
        provider.handle(1_000, request, &mut |_: &str| Err("none".to_owned()))
    }

    fn token(provider: &mut Provider, body: &Value) -> Unverified {
        let mut request = Request::get(CONTROL);
        request.method = "POST".to_owned();
        request.body = body.to_string().into_bytes();
        let answer = ask(provider, &request);
        assert_eq!(answer.status, 200);
        Unverified::parse(std::str::from_utf8(&answer.body).unwrap()).unwrap()
    }

    fn is_published(provider: &mut Provider, token: &Unverified) -> bool {
        let document = ask(provider, &Request::get(CERTS)).body_json();
        let keys = document["keys"].as_array().unwrap().iter();
        let mut keys = keys.filter_map(Value::as_object);
        keys.any(|key| {
            key["kid"] == token.header_text("kid").unwrap()
                && verify_rsa(
                    key,
                    rsa_algorithm("RS256").unwrap(),
                    &token.signed,
                    &token.signature,
                )
        })
    }

    #[test]
    fn when_the_team_changes_its_key_then_the_one_before_stays_published_for_one_change() {
        let mut provider = Provider::new(Settings::new("http://127.0.0.1:8788/", Vec::new()));
        let first = token(&mut provider, &json!({}));
        assert_eq!(first.text("iss"), Some("http://127.0.0.1:8788"));
        assert_eq!(first.text("email"), Some("caseworker@example.gov.uk"));
        assert!(first.audience_contains(AUDIENCE));
        assert!(is_published(&mut provider, &first));
        let second = token(
            &mut provider,
            &json!({ "rotate": true, "common_name": "a.access" }),
        );
        assert_eq!(
            (second.text("sub"), second.text("common_name")),
            (Some(""), Some("a.access"))
        );
        assert!(is_published(&mut provider, &first) && is_published(&mut provider, &second));
        token(
            &mut provider,
            &json!({ "rotate": true, "claims": { "nbf": null, "type": "org" } }),
        );
        assert!(!is_published(&mut provider, &first));
    }
}
