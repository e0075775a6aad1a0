//! The request as the origin gets it: which address, which headers go and which are set.
//!
//! The method, the body and every header that neither is named here nor removed by its name
//! ([`crate::config::headers`]) go through untouched. Whether the request may pass has been decided before.
//!
//! Source: RFC 9700 section 4.13 (a reverse proxy sanitises what it vouches for).

use std::cell::RefCell;

use super::names::Names;
use super::statement::Signed;
use crate::config::{Origin, Service};
use crate::gate::decision::{AnswerPlan, Forward};
use crate::gate::http::cookies::Cookies;
use crate::gate::http::request::Request;
use crate::path::CanonicalPath;

/// The bytes that Cloudflare adds to the headers on the way: `CDN-Loop`, `CF-Worker`, `CF-EW-Via`, `Connection` and the
/// host of the origin, with room for the next ones.
const ADDED: usize = 320;

impl Forward {
    /// The bytes that the request leaves of a limit for its whole head: the request line and every header.
    #[must_use]
    pub fn room(&self, request: &Request, limit: usize) -> usize {
        let line = |name: &str, value: &str| name.len() + value.len() + 4;
        let goes = |name: &str| {
            self.remove.iter().any(|other| other == name)
                || self.set.iter().any(|(other, _)| other == name)
        };
        let stays = request.headers.names().filter(|name| !goes(name));
        let stays = stays.map(|name| line(name, request.headers.get(name).unwrap_or_default()));
        let set = self.set.iter().map(|(name, value)| line(name, value));
        let headers: usize = stays.chain(set).sum();
        let first = request.method.len() + self.url.len() + " HTTP/1.1\r\n".len();
        limit.saturating_sub(first + headers + ADDED)
    }
}

/// Lays out the request for the origin.
///
/// `signed` is the statement of who this is; `None` for a request without a person.
#[must_use]
pub fn forward(
    service: &Service,
    names: &RefCell<Names>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
    signed: Option<Signed>,
) -> Forward {
    let base = match &service.origin {
        Origin::Url(url) => url.as_str(),
        Origin::Route | Origin::Binding(_) => service.origin_url.as_str(),
    };
    let mark = if query.is_some() { "?" } else { "" };
    let (cookie_gone, cookie) = cookies(request);
    let mut remove = names.borrow_mut().removed(service, &request.headers);
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
        url: [base, &path.text, mark, query.unwrap_or_default()].concat(),
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
    use super::*;
    use crate::gate::http::request::Headers;

    #[test]
    fn t52_when_a_request_has_no_cookies_of_the_edge_then_its_header_is_not_changed() {
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
