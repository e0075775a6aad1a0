//! The files that pages load: which there are, under which addresses, and for how long they are kept.
//!
//! The files themselves are no part of the program. They are made by `assets/build.mjs` and uploaded
//! with it, and the platform hands them out by name.

use crate::config::Service;
use crate::gate::decision::Decision;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;

/// A hash of every file that is served, so that no file changes under its address.
pub const VERSION: &str = env!("ASSETS_VERSION");

/// Every file with its type. A file that is not listed is not served.
pub const FILES: [(&str, &str); 10] = [
    ("bold.woff2", "font/woff2"),
    ("crest.svg", "image/svg+xml"),
    ("favicon.svg", "image/svg+xml"),
    ("govuk.css", "text/css; charset=utf-8"),
    ("header.css", "text/css; charset=utf-8"),
    ("light.woff2", "font/woff2"),
    ("plain.css", "text/css; charset=utf-8"),
    ("session.css", "text/css; charset=utf-8"),
    ("session.js", "text/javascript; charset=utf-8"),
    ("symbols.svg", "image/svg+xml"),
];

/// A style sheet without a rule. A page that a person sees after a session's end loads it, and then Back shows nothing
/// of that session.
pub const CLEAR: &str = "clear.css";

/// The answer to a request for [`CLEAR`]. Only for a style sheet of this host's own page it empties anything: another
/// site could take the forms away to which people want to go back.
#[must_use]
pub fn clear(service: &Service, request: &Request) -> Reply {
    let says = |name, value| request.headers.get(name) == Some(value);
    let reply = Reply::new(200)
        .body("text/css; charset=utf-8", String::new())
        .of(service);
    match says("sec-fetch-site", "same-origin") && says("sec-fetch-dest", "style") {
        true => reply.emptying(),
        false => reply,
    }
}

/// The files that a service's own pages load, by names that never change.
const STABLE: [&str; 2] = ["session.css", "session.js"];

/// For ever, because another file has another address.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// For as long as people may go on with the file of the deployment before.
const SHORT: &str = "public, max-age=300";

/// The address of a file.
#[must_use]
pub fn address(service: &Service, file: &str) -> String {
    service.own_page(&format!("assets/{VERSION}/{file}"))
}

/// The file behind the path below `assets/`, or `None` when there is no such file.
///
/// Its reply has no body: that is the platform's. While a deployment spreads, a page of one version may
/// ask another for its files; those are handed out as they are, and no cache keeps them.
#[must_use]
pub fn find(service: &Service, path: &str) -> Option<Decision> {
    let (name, caching) = match path.split_once('/') {
        Some((VERSION, name)) => (name, IMMUTABLE),
        Some((version, name)) if is_version(version) => (name, "no-store"),
        None if STABLE.contains(&path) => (path, SHORT),
        _ => return None,
    };
    let (file, kind) = FILES.into_iter().find(|(file, _)| *file == name)?;
    let reply = Reply::new(200)
        .with("cache-control", caching)
        .body(kind, String::new())
        .of(service);
    Some(Decision::Asset { file, reply })
}

/// Whether a text has the form of a version.
fn is_version(text: &str) -> bool {
    let digits = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
    text.len() == VERSION.len() && digits
}
