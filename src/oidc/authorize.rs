//! The authorisation request: a signed request object and the address that carries it.
//!
//! The object is laid out here and signed by the caller. Which level, claims and language are
//! asked for is the caller's decision as well.
//!
//! Source: RFC 9101, RFC 7636, `provider.md` 1.

use serde::Serialize;
use sha2::{Digest, Sha256};
use url::form_urlencoded::byte_serialize;

use crate::oidc::jws::{Alg, Unsigned, encode};
use crate::oidc::refusal::Refusal;
use crate::oidc::vector::Level;

/// How long a request object can be used, in seconds: the provider's own advice.
pub const LIFETIME: i64 = 300;

/// The longest query that the provider's firewall lets through to `/authorize`, in bytes.
pub const MAX_QUERY: usize = 4096;

/// The values that one sign-in asks for.
#[derive(Debug)]
pub struct AuthorisationRequest<'a> {
    /// The discovered authorisation endpoint; the object's audience (`provider.md` 1.11).
    pub endpoint: &'a str,
    /// The client id.
    pub client_id: &'a str,
    /// The registered redirect address, in full.
    pub redirect_uri: &'a str,
    /// Scopes separated by spaces, `openid` first.
    pub scope: &'a str,
    /// The one vector that is asked for.
    pub level: Level,
    /// Userinfo claims beyond the scopes, as full names; empty for a plain sign-in.
    pub claims: &'a [&'a str],
    /// `en` or `cy`.
    pub locale: &'a str,
    /// How long ago the person may have signed in, in seconds; honoured only for clients that are
    /// registered for it, so that what comes back is checked whatever was asked.
    pub max_age: Option<i64>,
    /// The ID token of the session whose person has to sign in again. It goes with `prompt=login`,
    /// one without the other means nothing to the provider (`provider.md` 1.16).
    pub id_token_hint: Option<&'a str>,
    /// The attempt's state.
    pub state: &'a str,
    /// The attempt's nonce.
    pub nonce: &'a str,
    /// The PKCE challenge, from [`challenge`].
    pub challenge: &'a str,
    /// An id that no other object has.
    pub id: &'a str,
    /// Now, in seconds since the epoch.
    pub now: i64,
}

/// The members of a request object, in the order in which they are written.
#[derive(Serialize)]
struct Members<'a> {
    iss: &'a str,
    aud: &'a str,
    client_id: &'a str,
    response_type: &'static str,
    redirect_uri: &'a str,
    scope: &'a str,
    state: &'a str,
    nonce: &'a str,
    vtr: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<String>,
    ui_locales: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token_hint: Option<&'a str>,
    code_challenge: &'a str,
    code_challenge_method: &'static str,
    iat: i64,
    exp: i64,
    jti: &'a str,
}

impl AuthorisationRequest<'_> {
    /// Lays out the request object.
    ///
    /// It carries neither `sub` (the provider refuses it) nor `request`, `request_uri` or
    /// `response_mode`. `claims` is a JSON text, not an object: both are documented, the
    /// provider's public simulator takes only the text (`provider.md` 9).
    ///
    /// # Errors
    /// [`Refusal::ClaimsMalformed`] if the members do not serialise, which plain texts always do.
    pub fn object(&self, alg: Alg, key_id: &str) -> Result<Unsigned, Refusal> {
        let members = Members {
            iss: self.client_id,
            aud: self.endpoint,
            client_id: self.client_id,
            response_type: "code",
            redirect_uri: self.redirect_uri,
            scope: self.scope,
            state: self.state,
            nonce: self.nonce,
            vtr: [self.level.as_str()],
            claims: requested(self.claims),
            ui_locales: self.locale,
            max_age: self.max_age,
            prompt: self.id_token_hint.map(|_| "login"),
            id_token_hint: self.id_token_hint,
            code_challenge: self.challenge,
            code_challenge_method: "S256",
            iat: self.now,
            exp: self.now + LIFETIME,
            jti: self.id,
        };
        Unsigned::new(alg, key_id, "oauth-authz-req+jwt", &members)
    }

    /// The address to send the person to, with the signed object; `None` when its query is longer
    /// than [`MAX_QUERY`] and the provider's firewall would refuse it.
    ///
    /// Outside the object stand exactly the three parameters that the provider needs there.
    #[must_use]
    pub fn address(&self, object: &str) -> Option<String> {
        let query = format!(
            "response_type=code&client_id={}&scope={}&request={object}",
            escape(self.client_id),
            escape(self.scope),
        );
        (query.len() <= MAX_QUERY).then(|| format!("{}?{query}", self.endpoint))
    }
}

/// The `claims` parameter as a JSON text, or `None` when nothing is asked for.
fn requested(names: &[&str]) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let mut userinfo = serde_json::Map::new();
    for name in names {
        userinfo.insert((*name).to_owned(), serde_json::Value::Null);
    }
    Some(serde_json::json!({ "userinfo": userinfo }).to_string())
}

/// The S256 challenge of a PKCE code verifier.
#[must_use]
pub fn challenge(verifier: &str) -> String {
    encode(&Sha256::digest(verifier.as_bytes()))
}

/// A query value; a space becomes `%20`, which every reader understands the same way.
fn escape(text: &str) -> String {
    byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::jws::decode;

    fn request<'a>() -> AuthorisationRequest<'a> {
        AuthorisationRequest {
            endpoint: "https://oidc.example/authorize",
            client_id: "client",
            redirect_uri: "https://service.example/auth/callback",
            scope: "openid email",
            level: Level::ClCm,
            claims: &[],
            locale: "cy",
            max_age: None,
            id_token_hint: None,
            state: "state",
            nonce: "nonce",
            challenge: "challenge",
            id: "id",
            now: 1_700_000_000,
        }
    }

    fn members(request: &AuthorisationRequest<'_>) -> serde_json::Value {
        let text = request
            .object(Alg::Rs256, "key")
            .unwrap()
            .finish(b"signature");
        let payload = text.split('.').nth(1).unwrap();
        serde_json::from_slice(&decode(payload).unwrap()).unwrap()
    }

    #[test]
    fn t40_when_a_request_object_is_made_then_it_has_exactly_the_documented_members() {
        assert_eq!(
            members(&request()),
            serde_json::json!({
                "iss": "client",
                "aud": "https://oidc.example/authorize",
                "client_id": "client",
                "response_type": "code",
                "redirect_uri": "https://service.example/auth/callback",
                "scope": "openid email",
                "state": "state",
                "nonce": "nonce",
                "vtr": ["Cl.Cm"],
                "ui_locales": "cy",
                "code_challenge": "challenge",
                "code_challenge_method": "S256",
                "iat": 1_700_000_000,
                "exp": 1_700_000_300,
                "jti": "id",
            })
        );
    }

    #[test]
    fn when_identity_claims_are_requested_then_the_claims_member_is_a_json_text() {
        let name = "https://vocab.account.gov.uk/v1/coreIdentityJWT";
        let request = AuthorisationRequest {
            claims: &[name],
            ..request()
        };
        let members = members(&request);
        let claims: serde_json::Value =
            serde_json::from_str(members["claims"].as_str().unwrap()).unwrap();
        assert_eq!(claims, serde_json::json!({ "userinfo": { name: null } }));
    }

    #[test]
    fn t40_when_a_request_object_has_a_hint_then_it_has_the_prompt_too() {
        let request = AuthorisationRequest {
            max_age: Some(900),
            id_token_hint: Some("e.e.e"),
            ..request()
        };
        let again = members(&request);
        assert_eq!(again["max_age"], 900);
        assert_eq!(again["prompt"], "login");
        assert_eq!(again["id_token_hint"], "e.e.e");
        assert_eq!(again["vtr"], serde_json::json!(["Cl.Cm"]));
    }

    #[test]
    fn when_an_authorisation_address_is_made_then_it_repeats_only_three_parameters() {
        assert_eq!(
            request().address("e.e.e").unwrap(),
            "https://oidc.example/authorize?response_type=code&client_id=client&scope=openid%20email&request=e.e.e"
        );
    }

    #[test]
    fn t34_rejects_an_authorisation_query_that_is_too_long() {
        let room =
            MAX_QUERY - "response_type=code&client_id=client&scope=openid%20email&request=".len();
        assert!(request().address(&"a".repeat(room)).is_some());
        assert!(request().address(&"a".repeat(room + 1)).is_none());
    }

    #[test]
    fn when_the_rfc_7636_appendix_b_verifier_is_hashed_then_its_challenge_is_computed() {
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
