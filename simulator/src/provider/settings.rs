//! The settings of the simulated provider at its start: its own addresses, and the clients registered with it.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::keys::Algorithm;

/// The five names under which a service may ask for claims about identity.
pub const CLAIM_PREFIX: &str = "https://vocab.account.gov.uk/v1/";

/// The short names of those claims.
pub const CLAIM_NAMES: [&str; 5] = [
    "coreIdentityJWT",
    "address",
    "passport",
    "drivingPermit",
    "returnCode",
];

/// The scopes that exist.
pub const SCOPES: [&str; 4] = ["openid", "email", "phone", "wallet-subject-id"];

/// Everything that distinguishes one simulated provider from another.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The issuer, with its trailing slash.
    pub issuer: String,
    /// The issuer of core identity tokens; the same as the issuer unless said otherwise.
    pub identity_issuer: String,
    /// The clients.
    pub clients: Vec<Client>,
    /// How long after an attempt a logout notification that was not answered with 200 is tried again.
    pub retry_delay_seconds: i64,
}

/// The time after which the real provider's queue hands a message out again.
pub const RETRY_DELAY_SECONDS: i64 = 30;

impl Settings {
    /// A provider whose identity issuer is its own address, as in development. A missing trailing slash is added.
    pub fn new(issuer: &str, clients: Vec<Client>) -> Self {
        let issuer = format!("{}/", issuer.trim_end_matches('/'));
        Self {
            identity_issuer: issuer.clone(),
            issuer,
            clients,
            retry_delay_seconds: RETRY_DELAY_SECONDS,
        }
    }

    /// The address of one of the provider's own paths, given without a leading slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// The `did:web` identifier that belongs to the identity issuer's host: a port's colon is percent-encoded.
    pub fn did(&self) -> String {
        format!(
            "did:web:{}",
            host_of(&self.identity_issuer).replace(':', "%3A")
        )
    }

    /// The client of this id.
    pub fn client(&self, client_id: &str) -> Option<&Client> {
        self.clients.iter().find(|c| c.client_id == client_id)
    }
}

/// The host, with its port, of an absolute address.
pub fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// How a client proves itself at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenAuthMethod {
    /// A signed assertion.
    #[default]
    PrivateKeyJwt,
    /// A shared secret in the form; such a client may not ask for identity.
    ClientSecretPost,
}

/// The ID token algorithm as it is spelt in a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum IdTokenAlg {
    /// ECDSA, the default.
    #[default]
    ES256,
    /// RSA.
    RS256,
}

impl From<IdTokenAlg> for Algorithm {
    fn from(alg: IdTokenAlg) -> Self {
        match alg {
            IdTokenAlg::ES256 => Self::Es256,
            IdTokenAlg::RS256 => Self::Rs256,
        }
    }
}

fn yes() -> bool {
    true
}

fn openid() -> Vec<String> {
    vec!["openid".to_owned()]
}

fn no_identity() -> Vec<String> {
    vec!["P0".to_owned()]
}

/// Where a client takes signals, and how the provider proves itself there. Registrations have no field for it: the team of Signal
/// Exchange and the service's team agree on it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// Where signals go.
    pub uri: String,
    /// Where the provider gets an access token first.
    pub token_uri: String,
    /// The provider's id there.
    pub client_id: String,
    /// Its secret there.
    pub client_secret: String,
    /// The audience of signals.
    pub audience: String,
}

/// One registered client. The members are those of the provider's registration form.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The client id.
    pub client_id: String,
    /// The name shown on the sign-in page.
    #[serde(default)]
    pub client_name: String,
    /// Where answers may go, compared as exact strings but for a `*` in place of a host's first label, for previews.
    pub redirect_uris: Vec<String>,
    /// Where a person may be sent after signing out, compared likewise.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where logout notifications go.
    #[serde(default)]
    pub back_channel_logout_uri: Option<String>,
    /// Where the client's public keys are.
    #[serde(default)]
    pub jwks_uri: Option<String>,
    /// The client's one public key (a JWK), when it publishes no document. Its `kid` is then ignored.
    #[serde(default)]
    pub public_jwk: Option<Value>,
    /// The secret of a `client_secret_post` client.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// How the client proves itself.
    #[serde(default)]
    pub token_auth_method: TokenAuthMethod,
    /// The scopes it may ask for.
    #[serde(default = "openid")]
    pub scopes: Vec<String>,
    /// The claims it may ask for, as full or short names.
    #[serde(default)]
    pub claims: Vec<String>,
    /// The algorithm of its ID tokens.
    #[serde(default)]
    pub id_token_alg: IdTokenAlg,
    /// The levels of identity it may ask for.
    #[serde(default = "no_identity")]
    pub client_locs: Vec<String>,
    /// Whether a request without PKCE is refused.
    #[serde(default)]
    pub pkce_enforced: bool,
    /// Whether a request without a request object is refused.
    #[serde(default = "yes")]
    pub jar_required: bool,
    /// Whether `max_age` is honoured.
    #[serde(default)]
    pub max_age_enabled: bool,
    /// Where people go who come back from a Post Office.
    #[serde(default)]
    pub landing_page_url: Option<String>,
    /// Where it takes signals, if it does.
    #[serde(default)]
    pub signals: Option<Receiver>,
    /// The host from which subject identifiers are derived; that of the first redirect address unless given.
    #[serde(default)]
    pub sector: Option<String>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret stays out of logs, even a simulated one: this is the habit to copy.
        f.debug_struct("Client")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Reads the file of clients.
    pub fn list_from_json(text: &str) -> Result<Vec<Self>, String> {
        let clients: Vec<Self> = serde_json::from_str(text).map_err(|e| e.to_string())?;
        for (position, client) in clients.iter().enumerate() {
            if clients[..position]
                .iter()
                .any(|c| c.client_id == client.client_id)
            {
                return Err(format!("client_id {} appears twice", client.client_id));
            }
            if client.redirect_uris.is_empty() {
                return Err(format!("client {} has no redirect_uris", client.client_id));
            }
        }
        Ok(clients)
    }

    /// Whether the client registered this claim, given by its full name.
    pub fn may_claim(&self, full_name: &str) -> bool {
        let Some(short) = full_name.strip_prefix(CLAIM_PREFIX) else {
            return false;
        };
        CLAIM_NAMES.contains(&short) && self.claims.iter().any(|c| c == short || c == full_name)
    }

    /// Whether answers may go to this address.
    pub fn may_return_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|one| is_at(uri, one))
    }

    /// Whether a person may be sent to this address after signing out.
    pub fn may_end_at(&self, uri: &str) -> bool {
        let mut registered = self.post_logout_redirect_uris.iter();
        registered.any(|one| is_at(uri, one))
    }

    /// The host from which subject identifiers for this client are derived.
    pub fn sector(&self) -> &str {
        self.sector.as_deref().unwrap_or_else(|| {
            let host = self.redirect_uris.first().map_or("", |uri| host_of(uri));
            host.split(':').next().unwrap_or(host)
        })
    }
}

/// Whether an address is a registered one. One Login compares exactly; `https://*.` is for previews, each at a host of its own.
fn is_at(uri: &str, registered: &str) -> bool {
    let Some((start, end)) = registered.split_once("://*.") else {
        return uri == registered;
    };
    let host = uri
        .strip_prefix(start)
        .and_then(|rest| rest.strip_prefix("://"));
    let Some((label, rest)) = host.and_then(|host| host.split_once('.')) else {
        return false;
    };
    let is_of_a_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    rest == end && !label.is_empty() && label.bytes().all(is_of_a_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_issuer_has_a_port_then_the_did_encodes_it() {
        let settings = Settings::new("http://127.0.0.1:8788", Vec::new());
        assert_eq!(settings.did(), "did:web:127.0.0.1%3A8788");
        assert_eq!(settings.url("token"), "http://127.0.0.1:8788/token");
    }

    #[test]
    fn rejects_a_faulty_client_file() {
        let one = r#"{"client_id":"a","redirect_uris":["https://a.example/cb"]}"#;
        let read = Client::list_from_json(&format!("[{one}]")).expect("a minimal client");
        assert!(read[0].jar_required && !read[0].pkce_enforced);
        assert_eq!(read[0].sector(), "a.example");
        assert!(Client::list_from_json(&format!("[{one},{one}]")).is_err());
        assert!(Client::list_from_json(r#"[{"client_id":"a","redirect_uris":[]}]"#).is_err());
        assert!(
            Client::list_from_json(r#"[{"client_id":"a","redirect_uris":["x"],"typo":1}]"#)
                .is_err()
        );
    }

    #[test]
    fn when_a_registered_address_has_a_wildcard_then_one_label_takes_its_place() {
        let registered = "https://*.preview.example.net/auth/callback";
        assert!(is_at(
            "https://pr-12.preview.example.net/auth/callback",
            registered
        ));
        for other in [
            "https://preview.example.net/auth/callback",
            "https://a.b.preview.example.net/auth/callback",
            "https://a/b.preview.example.net/auth/callback",
            "https://a@b.preview.example.net/auth/callback",
            "http://pr-12.preview.example.net/auth/callback",
            "https://pr-12.preview.example.net/auth/callback?a",
            "https://.preview.example.net/auth/callback",
        ] {
            assert!(!is_at(other, registered), "{other}");
        }
        assert!(!is_at("https://*.a.example/cb?", "https://*.a.example/cb"));
        assert!(is_at("https://a.example/*", "https://a.example/*"));
    }
}
