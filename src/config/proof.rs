//! How the client and the sender of signals prove themselves.

use crate::secret::Secret;

/// How the client proves itself at the token endpoint.
#[derive(Clone, Debug)]
pub enum TokenAuth {
    /// With a signed assertion, by the client's key.
    PrivateKeyJwt,
    /// With a secret; the provider then allows no identity proving.
    ClientSecretPost(Secret),
}

/// The receiver of the provider's Signal Exchange.
#[derive(Clone, Debug)]
pub struct Signals {
    /// The audience of its Security Event Tokens.
    pub audience: String,
    /// The id by which the provider gets an access token.
    pub client_id: String,
    /// The SHA-256 of each secret by which it does: 64 hexadecimal digits, one or two of them.
    pub secret_hashes: Vec<String>,
}
