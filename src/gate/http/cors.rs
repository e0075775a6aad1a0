//! The answers that scripts of listed origins may read.
//!
//! Source: Fetch (CORS protocol).

use super::reply::Reply;
use super::request::Request;
use crate::config::Service;

/// The methods that a script of a listed origin may send.
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// Lets scripts of `cors_origins` read the answer.
#[must_use]
pub fn readable(reply: Reply, service: &Service, request: &Request) -> Reply {
    match request.headers.get("origin") {
        Some(origin) if service.cors_origins.iter().any(|allowed| allowed == origin) => {
            readable_by(reply, origin)
        }
        _ => reply,
    }
}

/// Lets a listed origin's script read the answer.
fn readable_by(reply: Reply, origin: &str) -> Reply {
    reply
        .with("access-control-allow-origin", origin)
        .with("access-control-allow-credentials", "true")
        .with("cross-origin-resource-policy", "cross-origin")
        .with("vary", "Origin")
}

/// The answer to a preflight of a listed origin, the same whatever was asked for: the browser compares.
#[must_use]
pub fn preflight(service: &Service, request: &Request) -> Option<Reply> {
    request.headers.get("access-control-request-method")?;
    let origin = request.headers.get("origin");
    let origin =
        origin.filter(|origin| service.cors_origins.iter().any(|allowed| allowed == origin))?;
    if request.method != "OPTIONS" {
        return None;
    }
    let answer = readable_by(Reply::new(204).of(service), origin)
        .with("access-control-allow-methods", METHODS)
        .with("access-control-allow-headers", &service.cors_headers)
        .with("access-control-max-age", "600");
    Some(answer)
}
