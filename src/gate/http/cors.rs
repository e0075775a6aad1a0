//! The answers that scripts of listed origins may read.
//!
//! Source: Fetch (CORS protocol).

use super::reply::Reply;
use super::request::Request;
use crate::config::Service;

/// The methods that a script of a listed origin may send.
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// The headers with which an answer says what to do next. A script of another origin reads no other but a few.
const EXPOSED: &str = "Retry-After, WWW-Authenticate";

/// Lets a script of `cors_origins` read an answer in place of the service's, so that it knows a sign-in that is missing from
/// an outage. The Worker's own addresses answer no other origin.
pub fn readable(reply: &mut Reply, service: &Service, request: &Request) {
    let own = |path| service.path(path).is_ok_and(|path| service.has_own(&path));
    if let Some(origin) = listed(service, request)
        && !request.address().is_some_and(|address| own(address.path))
    {
        let plain = std::mem::replace(reply, Reply::new(0));
        *reply = readable_by(plain, origin).with("access-control-expose-headers", EXPOSED);
    }
}

/// The origin of the request, if it is one of `cors_origins`.
fn listed<'a>(service: &Service, request: &'a Request) -> Option<&'a str> {
    let origin = request.headers.get("origin")?;
    let is_listed = service.cors_origins.iter().any(|allowed| allowed == origin);
    is_listed.then_some(origin)
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
    let origin = listed(service, request)?;
    if request.method != "OPTIONS" {
        return None;
    }
    let answer = readable_by(Reply::new(204).of(service), origin)
        .with("access-control-allow-methods", METHODS)
        .with("access-control-allow-headers", &service.cors_headers)
        .with("access-control-max-age", "600");
    Some(answer)
}
