//! How a client proves at the token endpoint that it is the client.

use std::collections::BTreeMap;

use crate::jose::{Unverified, rsa_algorithm, verify_rsa};
use crate::provider::client_keys::ClientKeys;
use crate::provider::settings::{Client, TokenAuthMethod};
use crate::provider::state::{Provider, SKEW_SECONDS};
use crate::provider::token::TokenError;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn invalid_client(why: &str) -> TokenError {
    TokenError::new("invalid_client", "Client authentication failed", why)
}

impl Provider {
    /// Authenticates the sender of a token request by the method with which it is registered.
    pub(super) fn authenticate(
        &mut self,
        now: i64,
        form: &BTreeMap<String, String>,
        keys: &mut dyn ClientKeys,
    ) -> Result<Client, TokenError> {
        if form.contains_key("client_assertion") || form.contains_key("client_assertion_type") {
            return self.by_assertion(now, form, keys);
        }
        if form.contains_key("client_secret") {
            return self.by_secret(form);
        }
        Err(invalid_client("no client authentication"))
    }

    fn by_secret(&self, form: &BTreeMap<String, String>) -> Result<Client, TokenError> {
        let client = form
            .get("client_id")
            .and_then(|id| self.settings.client(id));
        let client = client.ok_or_else(|| invalid_client("unknown client"))?;
        if client.token_auth_method != TokenAuthMethod::ClientSecretPost {
            return Err(invalid_client(
                "the client is not registered for client_secret_post",
            ));
        }
        if client.client_secret.is_none()
            || client.client_secret.as_ref() != form.get("client_secret")
        {
            return Err(invalid_client("wrong client_secret"));
        }
        Ok(client.clone())
    }

    fn by_assertion(
        &mut self,
        now: i64,
        form: &BTreeMap<String, String>,
        keys: &mut dyn ClientKeys,
    ) -> Result<Client, TokenError> {
        if form.get("client_assertion_type").map(String::as_str) != Some(ASSERTION_TYPE) {
            let reason = "client_assertion_type is wrong";
            return Err(TokenError::new(
                "invalid_request",
                "Invalid request",
                reason,
            ));
        }
        let token = form
            .get("client_assertion")
            .and_then(|text| Unverified::parse(text));
        let token = token.ok_or_else(|| invalid_client("the assertion is not a signed token"))?;
        // 1. Issuer and subject are one client, known here and registered for this method.
        let client = self.claimed_client(&token, form.get("client_id"))?;
        // 2. It is meant for this provider.
        let (endpoint, issuer) = (self.settings.url("token"), &self.settings.issuer);
        if !token.audience_contains(&endpoint) && !token.audience_contains(issuer) {
            return Err(invalid_client(
                "the assertion's aud is neither endpoint nor issuer",
            ));
        }
        // 3. The client signed it.
        self.check_assertion_signature(&client, &token, now, keys)?;
        // 4. It has not expired. The error code is that of a bad code, so that a client may take its clock for its code.
        let expiry = token.seconds("exp");
        let expiry = expiry.ok_or_else(|| invalid_client("the assertion has no exp"))?;
        if now > expiry + SKEW_SECONDS {
            let description = "private_key_jwt has expired";
            return Err(TokenError::new(
                "invalid_grant",
                description,
                "the assertion has expired",
            ));
        }
        Ok(client)
    }

    fn claimed_client(
        &self,
        token: &Unverified,
        client_id: Option<&String>,
    ) -> Result<Client, TokenError> {
        let subject = token.text("sub");
        let subject = subject.ok_or_else(|| invalid_client("the assertion has no sub"))?;
        if token.text("iss") != Some(subject) {
            return Err(invalid_client("the assertion's iss and sub differ"));
        }
        if client_id.is_some_and(|id| id != subject) {
            return Err(invalid_client("client_id differs from the assertion's sub"));
        }
        let client = self.settings.client(subject);
        let client = client.ok_or_else(|| invalid_client("unknown client"))?;
        if client.token_auth_method != TokenAuthMethod::PrivateKeyJwt {
            return Err(invalid_client(
                "the client is not registered for private_key_jwt",
            ));
        }
        Ok(client.clone())
    }

    /// RSA signatures only, as for request objects. Failing to get the key is a server error, with 400 all the same.
    fn check_assertion_signature(
        &mut self,
        client: &Client,
        token: &Unverified,
        now: i64,
        keys: &mut dyn ClientKeys,
    ) -> Result<(), TokenError> {
        let algorithm = token.header_text("alg").and_then(rsa_algorithm);
        let algorithm = algorithm
            .ok_or_else(|| invalid_client("the assertion's alg is not an RSA signature"))?;
        let found = self
            .client_keys
            .find(client, token.header_text("kid"), now, keys);
        let key = found.map_err(|why| {
            let reason = format!("no key for the assertion: {why}");
            TokenError::new("server_error", "Unexpected server error", reason)
        })?;
        if !verify_rsa(&key, algorithm, &token.signed, &token.signature) {
            return Err(invalid_client("the assertion's signature is wrong"));
        }
        Ok(())
    }
}
