//! The settings of the demo service.

/// The settings of the demo service at its start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The `iss` of assertions: the service's public origin.
    pub issuer: String,
    /// The `aud` of assertions.
    pub audience: String,
    /// Where the edge publishes the keys of assertions.
    pub jwks: String,
}
