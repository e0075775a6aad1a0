//! Why a request is not believed, and what is answered then.

use std::fmt;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::json;

use crate::Log;

const PAGE: &str = include_str!("refused.html");

/// Why a request is not believed: a label of docs/verify-the-assertion.md, and what helps to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The label, such as `wrong_audience`.
    pub reason: &'static str,
    /// A hint for mending it; no claim about a person is in it. May be empty.
    pub detail: String,
}

impl Refused {
    /// With nothing to add.
    pub(crate) const fn new(reason: &'static str) -> Self {
        let detail = String::new();
        Self { reason, detail }
    }

    /// With what helps to mend it.
    pub(crate) fn with(reason: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { reason, detail }
    }

    /// The answer: a page for browsers, JSON for everything else. Writes the one line about it.
    pub(crate) fn answer(&self, headers: &HeaderMap, log: &Log) -> Response {
        log(&format!("one-login-edge: refused: {self}"));
        let status = match self.reason {
            "keys_unavailable" => 503_u16,
            "level_too_low" => 403,
            _ => 401,
        };
        let accepted = headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok());
        let (kind, body) = if accepted.is_some_and(|accepted| accepted.contains("text/html")) {
            let page = PAGE.replacen("{reason}", self.reason, 1);
            ("text/html; charset=utf-8", page)
        } else {
            let title = "The request was refused";
            let problem = json!({ "title": title, "status": status, "reason": self.reason });
            ("application/problem+json", problem.to_string())
        };
        let response = Response::builder()
            .status(status)
            .header(header::CACHE_CONTROL, "no-store")
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body));
        // Every part is a constant that HTTP takes.
        response.unwrap_or_default()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)?;
        if self.detail.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.detail)
    }
}

impl std::error::Error for Refused {}
