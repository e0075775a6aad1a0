//! An accepted request on its way through the provider, the code at its end, and the error in the code's place.

use crate::http::{Response, append_query};
use crate::locale::Locale;
use crate::provider::personas::Persona;
use crate::provider::vectors::Asked;

/// An accepted request that waits for a person.
#[derive(Debug, Clone)]
pub struct Journey {
    /// The client.
    pub client_id: String,
    /// Its name, for the page.
    pub client_name: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// Repeated in the answer.
    pub state: String,
    /// Repeated in the ID token.
    pub nonce: String,
    /// The scopes granted.
    pub scopes: Vec<String>,
    /// The full names of the claims asked for.
    pub claims: Vec<String>,
    /// The levels asked for.
    pub asked: Asked,
    /// The PKCE challenge.
    pub challenge: Option<String>,
    /// The `sub` that must come back when a service asks a person to sign in again.
    pub must_be: Option<String>,
    /// How many seconds ago the person may have signed in at most, for clients for whom this is honoured.
    pub max_age: Option<i64>,
    /// The language of the pages.
    pub locale: Locale,
    /// When the request came.
    pub begun_at: i64,
}

/// An issued authorisation code. It stays here after it was used, so that a second use can be told from an unknown code.
#[derive(Debug, Clone)]
pub struct Code {
    /// The request.
    pub journey: Journey,
    /// The person who signed in.
    pub persona: &'static Persona,
    /// The identifier of this journey, new for each one.
    pub sid: String,
    /// When the code was issued.
    pub issued_at: i64,
    /// When the person signed in, which may be long before in a session of the provider's.
    pub auth_time: i64,
    /// Whether it has been used.
    pub used: bool,
}

impl Journey {
    /// Whether a sign-in is too long ago for what was asked. An age of zero always asks again, even within the same second,
    /// so that no test depends on where a second ends. A time in the future is never too long ago, as with the provider.
    pub(super) fn finds_too_old(&self, auth_time: i64, now: i64) -> bool {
        self.max_age
            .is_some_and(|age| auth_time <= now && (age == 0 || now - auth_time > age))
    }
}

/// An error code and its description.
pub(super) type AuthorisationError = (&'static str, &'static str);

pub(super) const ACCESS_DENIED: AuthorisationError = (
    "access_denied",
    "Access denied by resource owner or authorization server",
);

/// The redirect back to the client with an error.
pub(super) fn declined(
    status: u16,
    journey: &Journey,
    (error, description): AuthorisationError,
) -> Response {
    let pairs = [
        ("error", error),
        ("error_description", description),
        ("state", journey.state.as_str()),
    ];
    Response::redirect(status, append_query(&journey.redirect_uri, &pairs))
        .because(format!("{error}: {description}"))
}

impl Persona {
    /// Whether identity was asked for and this person cannot prove it at any of the levels.
    pub fn failed_identity(&self, asked: &Asked) -> bool {
        let reached = self
            .identity
            .as_ref()
            .map_or("P0", |identity| identity.level);
        asked
            .identity
            .first()
            .is_some_and(|lowest| reached < *lowest)
    }
}
