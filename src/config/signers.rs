//! Those besides the provider whose signatures count: the service itself, and its team of Cloudflare Access.

use crate::oidc::jwks::KeySet;

/// Where the keys are with which a service signs its messages to the edge.
#[derive(Clone, Debug)]
pub enum ServiceKeys {
    /// In the configuration.
    Listed(KeySet),
    /// In a key set at this address.
    At(String),
}

/// A team of Cloudflare Access, and the application of it that guards the service's staff pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessTeam {
    /// The team's own address: scheme and host. It is the issuer of its tokens.
    pub issuer: String,
    /// Where its keys are.
    pub keys: String,
    /// The application's audience tag.
    pub audience: String,
}
