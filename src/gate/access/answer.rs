//! The origin's answer on its way back: what is changed in it, if anything has to be.
//!
//! An answer that needs nothing is handed on as the very object that arrived, which is what keeps
//! streams, ranges and compression as they are.
//!
//! Source: RFC 9111 section 5.2 (cache directives), RFC 9110 section 10.2.2 (`Location`).

use url::{Position, Url};

use crate::gate::decision::AnswerPlan;
use crate::gate::http::cookies::imitates;

/// Headers that shared caches obey before `Cache-Control`.
///
/// Source: RFC 9213 (targeted cache control).
pub const SHARED_CACHING: [&str; 3] = [
    "cdn-cache-control",
    "cloudflare-cdn-cache-control",
    "surrogate-control",
];

/// The word on a page where the origin gives none: the person's own browser goes back to it, and shows it in no other way
/// without asking. With `no-store` Firefox 153 and WebKitGTK 2.50.6 empty the form to which a person
/// goes back. The answers that end a session empty the cache ([`crate::gate::http::reply::Reply::emptying`]).
const PAGE: &str = "private, no-cache";

/// The word on everything else.
const NOTHING: &str = "private, no-store";

/// The parts of an answer that matter here.
#[derive(Clone, Debug, Default)]
pub struct OriginAnswer {
    /// The status.
    pub status: u16,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// Whether a header other than `Cache-Control` speaks to shared caches.
    pub shared_caching: bool,
    /// `Location`.
    pub location: Option<String>,
    /// Every `Set-Cookie`.
    pub set_cookies: Vec<String>,
}

/// The changes that an answer needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Headers that are removed, before any is set.
    pub remove: Vec<&'static str>,
    /// Headers that replace any of their name, names in lower case.
    pub set: Vec<(&'static str, String)>,
    /// Every `Set-Cookie` of the origin's that stays, if one of them must not.
    pub set_cookies: Option<Vec<String>>,
    /// Each `Set-Cookie` of ours that is added; the origin's keep their bytes.
    pub added_cookies: Vec<String>,
}

/// The changes that the plan asks of an answer; `None` when it goes on untouched.
#[must_use]
pub fn changes(plan: &AnswerPlan, answer: &OriginAnswer) -> Option<Changes> {
    let mut changes = Changes::default();
    let upgraded = plan.upgrade && answer.status == 101;
    if plan.personal && !upgraded && answer.shared_caching {
        changes.remove.extend(SHARED_CACHING);
    }
    let own: &[String] = if plan.upgrade { &[] } else { &plan.cookies };
    let kept_out = match plan.unkept {
        true => says(answer, &["no-store"]),
        false => says(answer, &["private", "no-store"]),
    };
    if plan.personal && !upgraded && !kept_out {
        let said = if plan.page && !plan.unkept {
            PAGE
        } else {
            NOTHING
        };
        changes.set.push(("cache-control", said.to_owned()));
    }
    if let Some(location) = relocated(plan, answer) {
        changes.set.push(("location", location));
    }
    if answer.set_cookies.iter().any(|cookie| is_reserved(cookie)) {
        let mut cookies = answer.set_cookies.clone();
        cookies.retain(|cookie| !is_reserved(cookie));
        changes.set_cookies = Some(cookies);
    }
    changes.added_cookies = own.to_vec();
    (changes != Changes::default()).then_some(changes)
}

/// Whether `Cache-Control` holds one of these directives, without a list of header names.
fn says(answer: &OriginAnswer, directives: &[&str]) -> bool {
    let header = answer.cache_control.as_deref().unwrap_or_default();
    header.split(',').map(str::trim).any(|directive| {
        directives
            .iter()
            .any(|wanted| directive.eq_ignore_ascii_case(wanted))
    })
}

/// Whether an origin tries to set a cookie of ours, by any spelling that a browser takes for it.
fn is_reserved(set_cookie: &str) -> bool {
    imitates(set_cookie.trim_start_matches([' ', '\t', '=']))
}

/// A `Location` on the origin's own host, moved to the service's. All behind the host keeps its bytes.
///
/// http and https count as one: an origin behind something that ends TLS takes itself for http.
fn relocated(plan: &AnswerPlan, answer: &OriginAnswer) -> Option<String> {
    let (origin, service) = plan.relocate.as_ref()?;
    let text = answer.location.as_deref()?;
    if text.starts_with('/') && !text.starts_with("//") {
        return None;
    }
    let own = Url::parse(origin).ok()?;
    let location = own
        .join(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let same_port = location.port() == own.port();
    let moved = location.host() == own.host() && same_port && is_absolute(text);
    if !moved {
        return None;
    }
    // Spellings that only a lenient reader takes for an address go on in the form in which it reads them.
    let Some(behind_scheme) = behind_scheme(text) else {
        return Some(format!("{service}{}", &location[Position::BeforePath..]));
    };
    let end = behind_scheme.find(['/', '?', '#', '\\']);
    let rest = end.and_then(|end| behind_scheme.get(end..));
    Some(format!("{service}{}", rest.unwrap_or("/")))
}

/// The text behind `//`, `http://` or `https://`.
fn behind_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("//")?;
    let known = ["", "http:", "https:"];
    known
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        .then_some(rest)
}

/// Whether a `Location` names a host, with or without a scheme.
fn is_absolute(text: &str) -> bool {
    text.starts_with("//") || Url::parse(text).is_ok()
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
