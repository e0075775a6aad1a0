//! The rules in front of the provider: the length of the query, and a `User-Agent` on calls that no browser makes.

use crate::http::{Request, Response};

/// Longest query string on `/authorize`, in bytes; the firewall refuses more.
const LONGEST_AUTHORIZE_QUERY: usize = 4096;

/// Longest query string on every other path.
const LONGEST_OTHER_QUERY: usize = 2048;

/// The answer to a request that breaks one.
pub fn refused(request: &Request) -> Option<Response> {
    let path = request.path();
    let longest = if path == "/authorize" {
        LONGEST_AUTHORIZE_QUERY
    } else {
        LONGEST_OTHER_QUERY
    };
    let length = request.query().len();
    if length > longest {
        let reason = format!("the query has {length} bytes, more than {longest}");
        return Some(forbidden().because(reason));
    }
    let direct = matches!(path, "/token" | "/userinfo") || path.starts_with("/.well-known/");
    if direct
        && request
            .header("user-agent")
            .is_none_or(|agent| agent.trim().is_empty())
    {
        return Some(forbidden().because("no User-Agent"));
    }
    None
}

fn forbidden() -> Response {
    Response::html(
        403,
        "<html><head><title>403 Forbidden</title></head><body>403 Forbidden</body></html>",
    )
}
