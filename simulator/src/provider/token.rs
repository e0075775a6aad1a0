//! The token endpoint. A code is used up by the first request that names it, whatever is wrong with that request.

use std::collections::BTreeMap;

use serde_json::json;

use crate::http::{Request, Response, last_wins};
use crate::jose::pkce_challenge;
use crate::keys::random_id;
use crate::provider::client_keys::ClientKeys;
use crate::provider::fault::{Fault, token_endpoint};
use crate::provider::grant::{ACCESS_TOKEN_SECONDS, Grant};
use crate::provider::journey::Code;
use crate::provider::rotation::Keys;
use crate::provider::settings::Client;
use crate::provider::state::Provider;

/// How long a code may be used.
pub const CODE_SECONDS: i64 = 300;

/// A refusal: always 400, and JSON.
#[derive(Debug)]
pub struct TokenError {
    error: &'static str,
    description: &'static str,
    reason: String,
}

impl TokenError {
    /// An error code and description for the client, and the true reason for the record.
    pub fn new(error: &'static str, description: &'static str, reason: impl Into<String>) -> Self {
        Self {
            error,
            description,
            reason: reason.into(),
        }
    }

    fn grant(reason: &str) -> Self {
        Self::new("invalid_grant", "Invalid grant", reason)
    }

    fn request(reason: &str) -> Self {
        Self::new("invalid_request", "Invalid request", reason)
    }

    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        uncached(Response::json(400, &body)).because(format!("{}: {}", self.error, self.reason))
    }
}

fn uncached(response: Response) -> Response {
    response
        .with_header("cache-control", "no-cache, no-store")
        .with_header("pragma", "no-cache")
}

impl Provider {
    /// `POST /token`.
    pub(super) fn token(
        &mut self,
        now: i64,
        request: &Request,
        keys: &mut dyn ClientKeys,
    ) -> Response {
        match self.exchange(now, request, keys) {
            Ok(good) => {
                let fault = self.fault.take(|f| {
                    if let Fault::Token(f) = f {
                        Some(f)
                    } else {
                        None
                    }
                });
                match fault {
                    Some(fault) => token_endpoint::apply(fault, good, &self.canary()),
                    None => good,
                }
            }
            Err(error) => error.into_response(),
        }
    }

    fn exchange(
        &mut self,
        now: i64,
        request: &Request,
        keys: &mut dyn ClientKeys,
    ) -> Result<Response, TokenError> {
        // 1. A form with the parameters that every exchange has.
        let form = read_form(request)?;
        // 2. The code is taken and marked as used before anything about the client is looked at.
        let named = form.get("code").cloned().unwrap_or_default();
        let found = self.codes.get_mut(&named).map(|code| {
            let before = code.clone();
            code.used = true;
            before
        });
        // 3. The client proves itself.
        let client = self.authenticate(now, &form, keys)?;
        // 4. The code is good, and belongs to this client, this address and this browser.
        let code = found.ok_or_else(|| TokenError::grant("unknown code"))?;
        check_code(&code, &client, &form, now)?;
        // 5. The tokens.
        Ok(self.issue(now, &client, &code))
    }

    fn issue(&mut self, now: i64, client: &Client, code: &Code) -> Response {
        self.before_signing(Keys::Tokens);
        let subject = code.persona.subject(client.sector());
        let claims = json!({
            "iss": self.settings.issuer,
            "sub": subject,
            "client_id": client.client_id,
            "scope": code.journey.scopes,
            "sid": code.sid,
            "jti": random_id(),
            "iat": now,
            "exp": now + ACCESS_TOKEN_SECONDS,
        });
        let access_token = self
            .keyring
            .ec()
            .token(&[], claims.as_object().unwrap_or(&Default::default()));
        let id_token = self.id_token(now, client, code, &subject, &access_token);
        self.after_signing(Keys::Tokens);
        let grant = Grant {
            client_id: client.client_id.clone(),
            persona: code.persona,
            subject,
            scopes: code.journey.scopes.clone(),
            claims: code.journey.claims.clone(),
            asked: code.journey.asked.clone(),
            expires_at: now + ACCESS_TOKEN_SECONDS,
        };
        self.wish_goes_with(&access_token);
        self.grants.insert(access_token.clone(), grant);
        uncached(Response::json(
            200,
            &json!({
                "access_token": access_token,
                "id_token": id_token,
                "token_type": "Bearer",
                "expires_in": ACCESS_TOKEN_SECONDS,
            }),
        ))
    }
}

fn read_form(request: &Request) -> Result<BTreeMap<String, String>, TokenError> {
    let content_type = request.header("content-type").unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(TokenError::request(
            "the content type is not that of a form",
        ));
    }
    let form = last_wins(&request.body);
    match form.get("grant_type").map(String::as_str) {
        None | Some("") => return Err(TokenError::request("no grant_type")),
        Some("authorization_code") => {}
        Some(_) => {
            return Err(TokenError::new(
                "unsupported_grant_type",
                "Unsupported grant type",
                "grant_type is not authorization_code",
            ));
        }
    }
    for name in ["code", "redirect_uri"] {
        if form.get(name).is_none_or(String::is_empty) {
            return Err(TokenError::request(&format!("no {name}")));
        }
    }
    Ok(form)
}

fn check_code(
    code: &Code,
    client: &Client,
    form: &BTreeMap<String, String>,
    now: i64,
) -> Result<(), TokenError> {
    if code.used {
        return Err(TokenError::grant("the code has been used"));
    }
    if now >= code.issued_at + CODE_SECONDS {
        return Err(TokenError::grant("the code has expired"));
    }
    if code.journey.client_id != client.client_id {
        return Err(TokenError::grant("the code belongs to another client"));
    }
    if form.get("redirect_uri") != Some(&code.journey.redirect_uri) {
        return Err(TokenError::grant(
            "redirect_uri differs from the authorisation request",
        ));
    }
    match (&code.journey.challenge, form.get("code_verifier")) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if pkce_challenge(verifier) == *challenge => Ok(()),
        (Some(_), Some(_)) => Err(TokenError::grant(
            "code_verifier does not match code_challenge",
        )),
        (Some(_), None) => Err(TokenError::grant("no code_verifier")),
        (None, Some(_)) => Err(TokenError::grant("code_verifier without a code_challenge")),
    }
}
