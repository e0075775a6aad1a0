//! The Worker's configuration as the registration sees it: its addresses, and what it requests from One Login.

use crate::worker_config::WorkerConfig;
use anyhow::Result;
use one_login_edge::config::{Access, Claim, Environment, Freshness, Service, TokenAuth};
use one_login_edge::oidc::vector::Level;
use std::rc::Rc;

/// The scopes that a service may ask for.
pub const SCOPES: [&str; 4] = ["openid", "email", "phone", "wallet-subject-id"];

/// A scope as a service asks for it. The provider's registry spells the wallet's with underscores.
pub fn as_asked(scope: &str) -> &str {
    match scope {
        "wallet_subject_id" => SCOPES[3],
        other => other,
    }
}

/// The values that the Worker needs in a service's registration.
pub struct Expected {
    pub id: String,
    /// The name of the environment in `wrangler.toml`.
    pub environment: String,
    pub service: Rc<Service>,
    pub redirect: String,
    pub signed_out: String,
    pub back_channel: String,
    /// Where the client's public keys are, the address to register first.
    pub jwks: Vec<String>,
    pub landing: String,
    pub scopes: Vec<String>,
    /// Full names.
    pub claims: Vec<String>,
    /// Levels of confidence, `P0` (no identity) first.
    pub levels: Vec<&'static str>,
    /// Whether identity proving is used.
    pub identity: bool,
    /// Whether any route asks the provider how long ago a person signed in.
    pub max_age: bool,
    pub token_method: &'static str,
    pub id_token_alg: &'static str,
}

impl Expected {
    /// Reads a service of an environment.
    pub fn read(config: &WorkerConfig, environment: &str, service: &str) -> Result<Self> {
        let id = config.find(environment, service)?;
        let service = config.service(environment, &id)?;
        let page = |name: &str| format!("{}{}", service.origin_url, service.own_page(name));
        let well_known = format!(
            "{}{}",
            service.origin_url,
            one_login_edge::config::WELL_KNOWN_JWKS
        );
        let mut jwks = vec![page(CLIENT_KEYS)];
        if service.publish_well_known_jwks {
            jwks.insert(0, well_known);
        }
        let claims = Claim::ALL.into_iter();
        let claims: Vec<_> = claims
            .filter(|claim| service.registered_claims.contains(claim))
            .map(|claim| claim.name().to_owned())
            .collect();
        let levels = levels(&service);
        Ok(Self {
            redirect: service.redirect_uri(),
            signed_out: page(SIGNED_OUT),
            back_channel: page(BACK_CHANNEL),
            jwks,
            landing: page(LANDING),
            scopes: service.scope.split(' ').map(str::to_owned).collect(),
            identity: levels.len() > 1 || !claims.is_empty(),
            claims,
            levels,
            max_age: service
                .rules
                .listed()
                .iter()
                .any(|rule| matches!(rule.freshness, Some(Freshness::MaxAge(_)))),
            token_method: match service.token_auth {
                TokenAuth::PrivateKeyJwt => "private_key_jwt",
                TokenAuth::ClientSecretPost(_) => "client_secret_post",
            },
            id_token_alg: service.id_token_alg.as_str(),
            environment: environment.to_owned(),
            service,
            id,
        })
    }

    /// Whether the provider's rules for production hold.
    pub fn is_production(&self) -> bool {
        self.service.environment == Environment::Production
    }

    /// Whether the client proves itself at the token endpoint with a secret. It registers a key all the same: the Worker
    /// signs every request, and without a key the provider answers 400 (`docs/provider.md` 8b.6).
    pub fn has_secret(&self) -> bool {
        self.token_method == "client_secret_post"
    }

    /// Every address of the Worker that a registration may name, and in which field.
    pub fn addresses(&self) -> Vec<(&'static str, &str)> {
        let mut addresses = vec![
            ("RedirectUrls", self.redirect.as_str()),
            ("PostLogoutRedirectUrls", &self.signed_out),
            ("BackChannelLogoutUri", &self.back_channel),
            ("LandingPageUrl", &self.landing),
        ];
        addresses.extend(self.jwks.iter().map(|url| ("JwksUrl", url.as_str())));
        addresses
    }
}

/// The names of the Worker's own pages, as the Worker reads them.
const CLIENT_KEYS: &str = "jwks.json";
const SIGNED_OUT: &str = "signed-out";
const BACK_CHANNEL: &str = "backchannel-logout";
const LANDING: &str = "return";

/// The levels of confidence that any path asks for.
fn levels(service: &Service) -> Vec<&'static str> {
    let rules = service.rules.listed().iter();
    let asked = rules
        .filter(|rule| rule.access == Access::Required)
        .map(|rule| rule.level);
    let asked: Vec<_> = asked.chain([service.level]).collect();
    let proved = [(Level::P1, "P1"), (Level::P2, "P2")];
    let proved = proved
        .into_iter()
        .filter(|(level, _)| asked.contains(level));
    std::iter::once("P0")
        .chain(proved.map(|(_, name)| name))
        .collect()
}

/// Whether a client id is still the example's.
pub fn is_unset(client_id: &str) -> bool {
    client_id.starts_with("replace-with-")
}
