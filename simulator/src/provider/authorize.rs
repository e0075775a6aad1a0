//! The authorisation request, in the provider's order: what is outside the request object, who signed it, and when.
//!
//! An error that cannot be sent back to the client safely is a text page with 400 or 500, which only the person sees.
//! Every other error is a redirect. The choice for each error is copied from the provider, not from the specification.

use std::collections::BTreeMap;

use crate::http::{Request, Response, last_wins};
use crate::jose::{Object, Unverified, rsa_algorithm, verify_rsa};
use crate::provider::client_keys::ClientKeys;
use crate::provider::refusal::Refusal;
use crate::provider::request_object::Parameters;
use crate::provider::settings::Client;
use crate::provider::state::{Provider, SKEW_SECONDS};

impl Provider {
    /// `GET /authorize`.
    pub(super) fn authorize(
        &mut self,
        now: i64,
        request: &Request,
        keys: &mut dyn ClientKeys,
    ) -> Response {
        let outer = last_wins(request.query().as_bytes());
        let accepted = self
            .requested(now, &outer, keys)
            .and_then(|(client, parameters)| parameters.check(self, &client, now));
        match accepted {
            Ok(journey) => self.begin(now, request, journey),
            Err(refusal) => refusal.into_response(),
        }
    }

    /// Finds the client and the parameters that count: those of the verified request object, or the query of the rare
    /// client that needs none.
    fn requested(
        &mut self,
        now: i64,
        outer: &BTreeMap<String, String>,
        keys: &mut dyn ClientKeys,
    ) -> Result<(Client, Parameters), Refusal> {
        // 1. The query names a client that exists.
        let client_id = outer
            .get("client_id")
            .ok_or_else(|| Refusal::page(400, "no client_id"))?;
        let client = self.settings.client(client_id).cloned();
        let client = client.ok_or_else(|| Refusal::page(400, "unknown client"))?;
        // 2. The query has a scope, which the provider reads without looking whether it is there, and a response type.
        if !outer.contains_key("scope") {
            return Err(Refusal::page(500, "no scope in the query"));
        }
        if !outer.contains_key("response_type") {
            return Err(Refusal::page(400, "no response_type in the query"));
        }
        // 3. A request object by reference is not supported; without one only some clients are served.
        let from_query = Parameters::from_query(outer);
        if outer.contains_key("request_uri") {
            return Err(outer_error(
                &client,
                outer,
                "request_uri_not_supported",
                "Request URI parameter not supported",
            ));
        }
        let Some(token) = outer.get("request") else {
            if client.jar_required {
                return Err(outer_error(
                    &client,
                    outer,
                    "access_denied",
                    "JAR required for client but request does not contain Request Object",
                ));
            }
            return Ok((client, from_query));
        };
        // 4. The request object is a signed token that does not pretend to be a client assertion.
        let token = Unverified::parse(token)
            .ok_or_else(|| Refusal::page(400, "the request object is not a signed token"))?;
        if token.text("sub") == Some(client_id) {
            return Err(Refusal::page(
                400,
                "the request object has the client as its sub",
            ));
        }
        // 5. The client signed it, with RSA.
        self.check_signature(&client, &token, now, keys)?;
        // 6. It has not expired and is already valid.
        within_time(&token.claims, now)?;
        Ok((client, Parameters::from_request_object(token.claims, outer)))
    }

    fn check_signature(
        &mut self,
        client: &Client,
        token: &Unverified,
        now: i64,
        keys: &mut dyn ClientKeys,
    ) -> Result<(), Refusal> {
        let named = token.header_text("alg").unwrap_or_default();
        let algorithm = rsa_algorithm(named).ok_or_else(|| {
            Refusal::page(
                400,
                format!("the request object's alg {named:?} is not an RSA signature"),
            )
        })?;
        if client.public_jwk.is_none() && client.jwks_uri.is_none() {
            // A client with a secret may have neither. The provider cannot verify its request object then.
            return Err(Refusal::page(400, "the client has registered no key"));
        }
        let key = self
            .client_keys
            .find(client, token.header_text("kid"), now, keys)
            .map_err(|why| Refusal::page(500, format!("no key for the request object: {why}")))?;
        if !verify_rsa(&key, algorithm, &token.signed, &token.signature) {
            return Err(Refusal::page(
                400,
                "the request object's signature is wrong",
            ));
        }
        Ok(())
    }
}

/// An error that arose before the request object was read: it goes to the redirect address in the query, if that is one of
/// the client's, and else nowhere.
fn outer_error(
    client: &Client,
    outer: &BTreeMap<String, String>,
    error: &'static str,
    description: &str,
) -> Refusal {
    match outer
        .get("redirect_uri")
        .filter(|uri| client.may_return_to(uri))
    {
        Some(uri) => Refusal::Redirect {
            uri: uri.clone(),
            state: outer.get("state").cloned(),
            error,
            description: description.to_owned(),
        },
        None => Refusal::page(400, format!("{error}: {description}")),
    }
}

fn within_time(claims: &Object, now: i64) -> Result<(), Refusal> {
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => match value.as_i64().or_else(|| value.as_f64().map(|f| f as i64)) {
            Some(seconds) => Ok(Some(seconds)),
            None => Err(Refusal::page(
                400,
                format!("the request object's {name} is not a number"),
            )),
        },
    };
    if time("exp")?.is_some_and(|exp| now > exp + SKEW_SECONDS) {
        return Err(Refusal::page(400, "the request object has expired"));
    }
    if time("nbf")?.is_some_and(|nbf| now < nbf - SKEW_SECONDS) {
        return Err(Refusal::page(400, "the request object is not valid yet"));
    }
    Ok(())
}
