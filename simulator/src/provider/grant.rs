//! The rights of an access token, and how long they last.

use crate::provider::personas::Persona;
use crate::provider::vectors::Asked;

/// How long an access token may be used.
pub const ACCESS_TOKEN_SECONDS: i64 = 180;

/// The rights of an access token.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The client that holds it.
    pub client_id: String,
    /// The person of whom it speaks.
    pub persona: &'static Persona,
    /// The person's identifier for this client.
    pub subject: String,
    /// The scopes granted.
    pub scopes: Vec<String>,
    /// The full names of the claims asked for.
    pub claims: Vec<String>,
    /// The levels asked for.
    pub asked: Asked,
    /// When it ends.
    pub expires_at: i64,
}
