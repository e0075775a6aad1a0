//! The public documents, with the caching headers of the real ones.

use serde_json::{Value, json};

use crate::http::Response;
use crate::keys::SigningKey;
use crate::provider::fault::{Fault, did, documents};
use crate::provider::settings::{CLAIM_NAMES, CLAIM_PREFIX, host_of};
use crate::provider::signal;
use crate::provider::state::Provider;

/// The algorithms that clients may sign with.
const CLIENT_ALGORITHMS: [&str; 6] = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

impl Provider {
    /// An address on a host that is not the provider's, where no client should ever come. In development it is this same
    /// process under another name, so that a visit would be recorded.
    pub fn canary(&self) -> String {
        let host = host_of(&self.settings.issuer);
        let other = match host.split_once(':') {
            Some(("127.0.0.1", port)) => format!("http://localhost:{port}"),
            Some(("localhost", port)) => format!("http://127.0.0.1:{port}"),
            _ => "https://canary.invalid".to_owned(),
        };
        format!("{other}/canary")
    }

    /// `GET /.well-known/openid-configuration`.
    pub(super) fn discovery(&mut self) -> Response {
        let good = cacheable(&self.discovery_document());
        let fault = self.fault.take(|f| {
            if let Fault::Discovery(f) = f {
                Some(f)
            } else {
                None
            }
        });
        match fault {
            Some(fault) => documents::apply_discovery(fault, good, &self.canary()),
            None => good,
        }
    }

    fn discovery_document(&self) -> Value {
        let url = |path: &str| self.settings.url(path);
        let claims: Vec<String> = [
            "sub",
            "email",
            "email_verified",
            "phone_number",
            "phone_number_verified",
            "wallet_subject_id",
        ]
        .into_iter()
        .map(str::to_owned)
        .chain(
            CLAIM_NAMES
                .iter()
                .chain(&["inheritedIdentityJWT"])
                .map(|name| format!("{CLAIM_PREFIX}{name}")),
        )
        .collect();
        json!({
            "issuer": self.settings.issuer,
            "authorization_endpoint": url("authorize"),
            "token_endpoint": url("token"),
            "userinfo_endpoint": url("userinfo"),
            "registration_endpoint": url("connect/register"),
            "end_session_endpoint": url("logout"),
            "jwks_uri": url(".well-known/jwks.json"),
            "trustmarks": url("trustmark"),
            "scopes_supported": ["openid", "email", "phone", "offline_access"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public", "pairwise"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"],
            "token_endpoint_auth_signing_alg_values_supported": CLIENT_ALGORITHMS,
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
            "code_challenge_methods_supported": ["S256"],
            "claim_types_supported": ["normal"],
            "claims_supported": claims,
            "request_parameter_supported": true,
            "request_uri_parameter_supported": false,
            "backchannel_logout_supported": true,
            "ui_locales_supported": ["en", "cy"],
        })
    }

    /// `GET /.well-known/jwks.json`.
    pub(super) fn jwks(&mut self) -> Response {
        let good = cacheable(&json!({ "keys": self.keyring.published() }));
        let fault = self.fault.take(|f| {
            if let Fault::Jwks(f) = f {
                Some(f)
            } else {
                None
            }
        });
        match fault {
            Some(fault) => {
                documents::apply_jwks(fault, good, &self.canary(), self.keyring.ec().kid())
            }
            None => good,
        }
    }

    /// `GET /signals/jwks.json`: the key set of Signal Exchange, which the real one has on a host of its own.
    pub fn signal_keys(&self) -> Response {
        cacheable(&json!({ "keys": [signal::key().public_jwk()] }))
    }

    /// `GET /.well-known/did.json`.
    pub(super) fn did_document(&mut self) -> Response {
        let did = self.settings.did();
        let method = |key: &SigningKey| {
            let public = key.public_jwk();
            json!({
                "id": format!("{did}#{}", key.kid()),
                "type": "JsonWebKey",
                "controller": did,
                "publicKeyJwk": {
                    "kty": public["kty"], "crv": public["crv"], "x": public["x"], "y": public["y"], "alg": "ES256",
                },
            })
        };
        let keys = self.keyring.published_identity();
        let document = json!({
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
            "id": did,
            "assertionMethod": keys.into_iter().map(method).collect::<Value>(),
        });
        let good =
            Response::json(200, &document).with_header("cache-control", "max-age=3600, private");
        let fault = self
            .fault
            .take(|f| if let Fault::Did(f) = f { Some(f) } else { None });
        match fault {
            Some(fault) => did::apply(fault, good, &self.canary()),
            None => good,
        }
    }
}

/// The two headers contradict each other, as they do at the real provider: `Cache-Control` is the one to obey.
fn cacheable(document: &Value) -> Response {
    Response::json(200, document)
        .with_header("cache-control", "max-age=86400")
        .with_header("pragma", "no-cache")
}
