//! The errors of the provider, and the answer to each.

use super::{FailureAnswer, outcome};
use crate::gate::pages::Page;
use crate::session::identity::IdentityOutcome;

/// The errors that the provider answers with instead of a code.
///
/// Source: `provider.md` 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderError {
    /// Of an identity: the person gave up, or cannot go on. Of a plain sign-in: the provider lost the
    /// browser's session, or does not like the request.
    AccessDenied,
    /// The person has to sign in, which a new start will ask for.
    LoginRequired,
    /// The provider is too busy.
    TemporarilyUnavailable,
    /// The client may not do this, or is not registered for it.
    UnauthorizedClient,
    /// The request was not right; ours, so a fault of the configuration.
    InvalidRequest,
    /// The scopes are not registered.
    InvalidScope,
    /// The provider failed.
    ServerError,
    /// Any other code.
    Other,
}

impl ProviderError {
    /// Reads an error code; its description is never read.
    #[must_use]
    pub fn parse(code: &str) -> Self {
        match code {
            "access_denied" => Self::AccessDenied,
            "login_required" => Self::LoginRequired,
            "temporarily_unavailable" => Self::TemporarilyUnavailable,
            "unauthorized_client" => Self::UnauthorizedClient,
            "invalid_request" => Self::InvalidRequest,
            "invalid_scope" => Self::InvalidScope,
            "server_error" => Self::ServerError,
            _ => Self::Other,
        }
    }

    /// How a request for an identity ends with it, if that is an end of it and no fault.
    #[must_use]
    pub const fn of_identity(self) -> Option<IdentityOutcome> {
        match self {
            Self::AccessDenied => Some(IdentityOutcome::AccessDenied),
            Self::TemporarilyUnavailable => Some(IdentityOutcome::TemporarilyUnavailable),
            Self::UnauthorizedClient => Some(IdentityOutcome::UnauthorizedClient),
            Self::LoginRequired
            | Self::InvalidRequest
            | Self::InvalidScope
            | Self::ServerError
            | Self::Other => None,
        }
    }

    pub(super) const fn outcome(self) -> FailureAnswer {
        match self {
            // A person who only signs in has nothing to decline: the provider lost the browser's session, or does not like
            // the request. For whoever runs the service it is a technical problem; for the person
            // it may go well the next time.
            Self::AccessDenied => outcome(502, Page::ProviderProblem, "access_denied"),
            Self::LoginRequired => outcome(400, Page::ProviderProblem, "login_required"),
            Self::TemporarilyUnavailable => outcome(503, Page::TryLater, "temporarily_unavailable"),
            Self::UnauthorizedClient => outcome(500, Page::NotSetUp, "unauthorized_client"),
            Self::InvalidRequest => outcome(500, Page::Problem, "invalid_request"),
            Self::InvalidScope => outcome(500, Page::Problem, "invalid_scope"),
            Self::ServerError => outcome(502, Page::ProviderProblem, "server_error"),
            Self::Other => outcome(502, Page::Problem, "other_provider_error"),
        }
    }
}
