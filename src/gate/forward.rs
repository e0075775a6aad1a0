//! The request as the origin gets it: which address, which headers go and which are set.
//!
//! The method, the body and every header that neither is named here nor removed by its name
//! ([`crate::config::headers`]) go through untouched. Whether the request may pass has been decided before.
//!
//! Source: RFC 9700 section 4.13 (a reverse proxy sanitises what it vouches for).

use super::assertion::Signed;
use super::cookies::Cookies;
use super::path::CanonicalPath;
use super::request::Request;
use crate::config::{Origin, Service};

/// The header that carries the assertion, in lower case.
pub const ASSERTION: &str = "one-login-assertion";

/// The header that carries identity claims that did not fit into it, in lower case.
pub const IDENTITY: &str = "one-login-identity";

/// A request on its way to the origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// The service binding that takes it, or `None` for a fetch.
    pub binding: Option<String>,
    /// The address in full.
    pub url: String,
    /// Headers that are removed, before any is set.
    pub remove: Vec<String>,
    /// Headers that are set, names in lower case.
    pub set: Vec<(String, String)>,
    /// The plan for the answer.
    pub answer: AnswerPlan,
}

/// The changes that the platform makes to the origin's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerPlan {
    /// Whether the answer may be personal: then no cache keeps it, on the way there or back.
    pub personal: bool,
    /// Whether a person sees it as a page: then their own browser may go back to it.
    pub page: bool,
    /// Whether not even that browser keeps it, whatever the origin says.
    pub unkept: bool,
    /// Whether the request asked for a WebSocket.
    pub upgrade: bool,
    /// Whether it is use of a session, so that an answer that takes long prolongs it.
    pub used: bool,
    /// Whether a WebSocket that is opened ends with the session.
    pub attended: bool,
    /// The `Set-Cookie` lines of ours: the session's renewal, and what goes of others.
    pub cookies: Vec<String>,
    /// The origin's own address and the service's: a `Location` on the first is moved to the second.
    pub relocate: Option<(String, String)>,
}

/// Lays out the request for the origin.
///
/// `signed` is the statement of who this is; `None` for a request without a person.
#[must_use]
pub fn forward(
    service: &Service,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
    signed: Option<Signed>,
) -> Forward {
    let base = match &service.origin {
        Origin::Url(url) => url.as_str(),
        Origin::Route | Origin::Binding(_) => service.origin_url.as_str(),
    };
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let (cookie_gone, cookie) = cookies(request);
    let mut remove: Vec<_> = request
        .headers
        .names()
        .filter(|name| service.removed.holds(name))
        .map(str::to_owned)
        .collect();
    if cookie_gone {
        remove.push("cookie".to_owned());
    }
    let mut set = vec![
        ("x-forwarded-host".to_owned(), service.host.clone()),
        ("x-forwarded-proto".to_owned(), scheme(service).to_owned()),
    ];
    if let Some(address) = request.headers.get("cf-connecting-ip") {
        set.push(("x-forwarded-for".to_owned(), address.to_owned()));
    }
    set.extend(cookie.map(|cookie| ("cookie".to_owned(), cookie)));
    set.extend(signed.into_iter().flat_map(Signed::headers));
    // A header that is set replaces the one that was sent, and equal ones stay: each change is a call of
    // the platform's, and Cloudflare says the client's address and the scheme as they are set here.
    remove.retain(|name| !set.iter().any(|(other, _)| other == name));
    set.retain(|(name, value)| request.headers.get(name) != Some(value));
    // Secrets come last, so that none is compared with a value from a client.
    for (name, secret) in &service.origin_headers {
        set.push((name.clone(), secret.expose().to_owned()));
    }
    Forward {
        binding: match &service.origin {
            Origin::Binding(name) => Some(name.clone()),
            Origin::Route | Origin::Url(_) => None,
        },
        url: format!("{base}{}{query}", path.text),
        remove,
        set,
        answer: AnswerPlan {
            upgrade: request.is_upgrade(),
            relocate: match &service.origin {
                Origin::Url(url) => Some((url.clone(), service.origin_url.clone())),
                Origin::Route | Origin::Binding(_) => None,
            },
            ..AnswerPlan::default()
        },
    }
}

fn scheme(service: &Service) -> &str {
    let (scheme, _) = service.origin_url.split_once("://").unwrap_or_default();
    scheme
}

/// Whether the `Cookie` header is removed, and what it is replaced with. One that holds no cookie
/// of ours is not touched at all.
fn cookies(request: &Request) -> (bool, Option<String>) {
    let cookies = Cookies::new(request.headers.get("cookie"));
    if !cookies.mentions_reserved() {
        return (false, None);
    }
    let left = cookies.for_origin();
    (left.is_none(), left)
}

#[cfg(test)]
mod tests {
    use super::super::request::Headers;
    use super::*;

    #[test]
    fn t52_a_header_without_our_cookies_is_not_touched() {
        let left = |cookie: &str| {
            cookies(&Request {
                method: "GET".to_owned(),
                url: "https://h/".to_owned(),
                headers: Headers::new(&[("cookie".to_owned(), cookie.to_owned())]),
            })
        };
        assert_eq!(left("a=b;c=d"), (false, None));
        assert_eq!(left("__Host-ol-session=x"), (true, None));
        let others = Some("a=b".to_owned());
        assert_eq!(left("__Host-ol-session=x; a=b"), (false, others));
    }
}
