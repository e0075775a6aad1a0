//! The rules for what a request asks, one after the other in the provider's order. The signature has been checked before.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::jose::{Object, Unverified};
use crate::locale::Locale;
use crate::provider::journey::Journey;
use crate::provider::parameter_forms::{Rule, check_response_type, check_scope, is_language_tag};
use crate::provider::refusal::Refusal;
use crate::provider::settings::{Client, TokenAuthMethod};
use crate::provider::state::Provider;
use crate::provider::vectors;

/// The parameters that count.
#[derive(Debug)]
pub struct Parameters {
    values: Object,
    /// The other query parameters of a request with a request object.
    outer: Option<BTreeMap<String, String>>,
}

fn invalid<T>(description: impl Into<String>) -> Rule<T> {
    Err(("invalid_request", description.into()))
}

impl Parameters {
    /// The claims of a verified request object.
    pub fn from_request_object(values: Object, outer: &BTreeMap<String, String>) -> Self {
        Self {
            values,
            outer: Some(outer.clone()),
        }
    }

    /// The query of a client that needs no request object. The two hints are only taken from a request object.
    pub fn from_query(query: &BTreeMap<String, String>) -> Self {
        let kept = query
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "login_hint" | "id_token_hint"));
        Self {
            values: kept
                .map(|(name, value)| (name.clone(), json!(value)))
                .collect(),
            outer: None,
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_str()
    }

    /// Applies every rule.
    pub fn check(
        &self,
        provider: &Provider,
        client: &Client,
        now: i64,
    ) -> Result<Journey, Refusal> {
        // The redirect address comes first: until it is known to be the client's, nothing can be sent there.
        let uri = self.text("redirect_uri").unwrap_or_default();
        if !client.may_return_to(uri) {
            return Err(Refusal::page(400, "redirect_uri is not registered"));
        }
        if let Some(mode) = self.values.get("response_mode")
            && !matches!(mode.as_str(), Some("query" | "fragment"))
        {
            return Err(Refusal::page(400, "response_mode is not valid"));
        }
        let hint = self.reauthentication_hint(provider, client)?;
        let redirect = |(error, description)| Refusal::Redirect {
            uri: uri.to_owned(),
            state: self.text("state").map(str::to_owned),
            error,
            description,
        };
        let mut journey = self.rules(provider, client, now).map_err(redirect)?;
        journey.must_be = hint.map_err(redirect)?;
        Ok(journey)
    }

    fn rules(&self, provider: &Provider, client: &Client, now: i64) -> Rule<Journey> {
        let Some(state) = self.text("state").filter(|s| !s.is_empty()) else {
            return invalid("Request is missing state parameter");
        };
        if let Some(outer) = &self.outer {
            self.outside_equals_inside(provider, client, outer)?;
        }
        check_response_type(self.text("response_type"))?;
        let scopes = check_scope(self.text("scope"), client)?;
        let Some(nonce) = self.text("nonce").filter(|n| !n.is_empty()) else {
            return invalid("Request is missing nonce parameter");
        };
        let claims = self.check_claims(client)?;
        let challenge = self.check_pkce(client)?;
        let asked = vectors::parse(self.values.get("vtr"), &client.client_locs).or_else(invalid)?;
        if !asked.identity.is_empty()
            && client.token_auth_method == TokenAuthMethod::ClientSecretPost
        {
            return invalid("Request vtr is not permitted");
        }
        self.check_optional()?;
        let max_age = self.max_age().filter(|_| client.max_age_enabled);
        Ok(Journey {
            client_id: client.client_id.clone(),
            client_name: client.client_name.clone(),
            redirect_uri: self.text("redirect_uri").unwrap_or_default().to_owned(),
            state: state.to_owned(),
            nonce: nonce.to_owned(),
            scopes,
            claims,
            asked,
            challenge: challenge.map(str::to_owned),
            must_be: None,
            max_age,
            locale: Locale::preferred(self.text("ui_locales").unwrap_or_default()),
            begun_at: now,
        })
    }

    /// The rules that tie a request object to its sender and to this provider.
    fn outside_equals_inside(
        &self,
        provider: &Provider,
        client: &Client,
        outer: &BTreeMap<String, String>,
    ) -> Rule {
        check_response_type(outer.get("response_type").map(String::as_str))?;
        check_scope(outer.get("scope").map(String::as_str), client)?;
        if self.text("client_id") != Some(client.client_id.as_str()) {
            return Err((
                "unauthorized_client",
                "client_id differs inside and outside the request object".to_owned(),
            ));
        }
        for forbidden in ["request", "request_uri"] {
            if self.values.contains_key(forbidden) {
                return invalid(format!("Request object contains {forbidden}"));
            }
        }
        let here = provider.settings().url("authorize");
        let audience = match self.values.get("aud") {
            Some(Value::String(one)) => *one == here,
            Some(Value::Array(many)) => many.iter().any(|v| v.as_str() == Some(here.as_str())),
            _ => false,
        };
        if !audience {
            return Err((
                "access_denied",
                "aud does not contain the authorisation endpoint".to_owned(),
            ));
        }
        if self.text("iss") != Some(client.client_id.as_str()) {
            return Err(("unauthorized_client", "iss is not the client".to_owned()));
        }
        Ok(())
    }

    /// The names of userinfo claims: an object, or a string that holds one as JSON.
    fn check_claims(&self, client: &Client) -> Rule<Vec<String>> {
        let parsed = match self.values.get("claims") {
            None => return Ok(Vec::new()),
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
            Some(other) => other.clone(),
        };
        let Some(members) = parsed.as_object() else {
            return invalid("Request contains invalid claims");
        };
        let names: Vec<String> = match members.get("userinfo") {
            None => Vec::new(),
            Some(Value::Object(userinfo)) => userinfo.keys().cloned().collect(),
            Some(_) => return invalid("Request contains invalid claims"),
        };
        if !names.iter().all(|name| client.may_claim(name)) {
            return invalid("Request contains invalid claims");
        }
        Ok(names)
    }

    fn check_pkce(&self, client: &Client) -> Rule<Option<&str>> {
        let Some(challenge) = self.values.get("code_challenge") else {
            if client.pkce_enforced {
                return invalid(
                    "Request is missing code_challenge parameter, but PKCE is enforced.",
                );
            }
            return Ok(None);
        };
        let Some(challenge) = challenge.as_str().filter(|c| !c.trim().is_empty()) else {
            return invalid("Invalid value for code_challenge parameter.");
        };
        match self.values.get("code_challenge_method").map(Value::as_str) {
            Some(Some("S256")) => Ok(Some(challenge)),
            None => invalid(
                "Request is missing code_challenge_method parameter. code_challenge_method is required when code_challenge is present.",
            ),
            Some(_) => invalid("Invalid value for code_challenge_method parameter."),
        }
    }

    fn check_optional(&self) -> Rule {
        if let Some(locales) = self.values.get("ui_locales") {
            let valid = |text: &str| {
                text.split(' ')
                    .filter(|t| !t.is_empty())
                    .all(is_language_tag)
            };
            if !locales.as_str().is_some_and(valid) {
                return invalid("ui_locales parameter is invalid");
            }
        }
        if self.values.contains_key("max_age") && self.max_age().is_none() {
            return invalid("Max age could not be parsed to an integer or is negative");
        }
        if let Some(hint) = self.values.get("login_hint")
            && hint.as_str().is_none_or(|h| h.chars().count() > 256)
        {
            return invalid("login_hint parameter is invalid");
        }
        if let Some(channel) = self.values.get("channel")
            && !matches!(channel.as_str(), Some("web" | "generic_app"))
        {
            return invalid("Invalid value for channel parameter.");
        }
        if self.prompts().any(|p| p == "select_account") {
            return Err((
                "unmet_authentication_requirements",
                "select_account is not supported".to_owned(),
            ));
        }
        Ok(())
    }

    /// A number of seconds, which may be written as text.
    fn max_age(&self) -> Option<i64> {
        let age = self.values.get("max_age")?;
        let seconds = age.as_i64().or_else(|| age.as_str()?.parse().ok());
        seconds.filter(|s| *s >= 0)
    }

    fn prompts(&self) -> impl Iterator<Item = &str> {
        self.text("prompt").unwrap_or_default().split(' ')
    }

    /// Signing in again as the same person: `id_token_hint` with `prompt=login`. Returns the `sub` that must come back.
    /// Without `vtr` the provider trips over the hint's `vot`, which is a server error and no redirect.
    fn reauthentication_hint(
        &self,
        provider: &Provider,
        client: &Client,
    ) -> Result<Rule<Option<String>>, Refusal> {
        let Some(hint) = self.values.get("id_token_hint") else {
            return Ok(Ok(None));
        };
        if self.outer.is_none() || !self.prompts().any(|p| p == "login") {
            return Ok(Ok(None));
        }
        if !self.values.contains_key("vtr") {
            return Err(Refusal::page(
                500,
                "a re-authentication request without vtr",
            ));
        }
        let verified = hint
            .as_str()
            .and_then(Unverified::parse)
            .filter(|token| provider.keyring.signed_by_any_ec(token));
        Ok(match verified {
            None => invalid("Unable to validate id_token_hint"),
            Some(token) if !token.audience_contains(&client.client_id) => {
                invalid("Invalid id_token_hint for client")
            }
            Some(token) => Ok(token.text("sub").map(str::to_owned)),
        })
    }
}
