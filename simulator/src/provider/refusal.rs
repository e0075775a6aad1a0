//! The two ways in which the provider refuses an authorisation request.

use crate::http::{Response, append_query};

/// A refused authorisation request.
#[derive(Debug)]
pub enum Refusal {
    /// A text page; the client is not told.
    Page {
        /// 400 for what the client did wrong, 500 for what made the provider fail.
        status: u16,
        /// Why, for the record.
        reason: String,
    },
    /// A redirect to the client with an error.
    Redirect {
        /// Where to.
        uri: String,
        /// The request's `state`, if it had one.
        state: Option<String>,
        /// The error code.
        error: &'static str,
        /// The description.
        description: String,
    },
}

impl Refusal {
    pub(super) fn page(status: u16, reason: impl Into<String>) -> Self {
        Self::Page {
            status,
            reason: reason.into(),
        }
    }

    /// The answer that the browser gets.
    pub fn into_response(self) -> Response {
        match self {
            Self::Page { status, reason } => {
                let text = if status == 400 {
                    "Request is missing parameters or is invalid"
                } else {
                    "Internal Server Error"
                };
                Response::text(status, text).because(reason)
            }
            Self::Redirect {
                uri,
                state,
                error,
                description,
            } => {
                let mut pairs = vec![
                    ("error", error),
                    ("error_description", description.as_str()),
                ];
                if let Some(state) = &state {
                    pairs.push(("state", state));
                }
                Response::redirect(302, append_query(&uri, &pairs))
                    .because(format!("{error}: {description}"))
            }
        }
    }
}
