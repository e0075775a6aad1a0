//! A service's changes to the list of headers that the origin does not get.

use crate::config::fault::Fault;
use crate::config::headers::{RESERVED, Removed, meaning};
use crate::config::table::Table;

/// Headers without which a request is another one.
const NEEDED: [&str; 12] = [
    "host",
    "cookie",
    "connection",
    "upgrade",
    "transfer-encoding",
    "content-length",
    "content-type",
    "content-encoding",
    "te",
    "trailer",
    "keep-alive",
    "expect",
];

/// Headers that the Worker or Cloudflare sets; the origin would get a second spelling of one as well.
const SET: [&str; 5] = [
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-for",
    "cf-connecting-ip",
    "cookie",
];

/// Reads `drop_headers` and `keep_headers`; each header that is kept is a warning.
pub fn read_removed(table: &Table<'_>, warnings: &mut Vec<Fault>) -> Removed {
    let mut dropped = Vec::new();
    for name in table.texts("drop_headers").unwrap_or_default() {
        let lower = name.to_ascii_lowercase();
        let beginning = lower.strip_suffix('*').unwrap_or(&lower);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let needed = NEEDED.iter().any(|needed| match lower.ends_with('*') {
            true => needed.starts_with(beginning),
            false => *needed == lower,
        });
        if beginning.is_empty() || !beginning.bytes().all(plain) || needed {
            table.fault(
                "drop_headers",
                format!(
                    "{name:?} is no name such as \"X-Staff-Id\" or \"X-Staff-*\" that a request can be without"
                ),
            );
            continue;
        }
        dropped.push(lower);
    }
    let mut kept = Vec::new();
    for name in table.texts("keep_headers").unwrap_or_default() {
        let lower = name.to_ascii_lowercase();
        let folded = lower.replace(['_', '.'], "-");
        let token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if lower.is_empty()
            || !lower.bytes().all(token)
            || folded.starts_with(RESERVED)
            || SET.contains(&folded.as_str())
        {
            let problem = format!("{name:?} can never come from outside");
            table.fault("keep_headers", problem);
            continue;
        }
        let Some(reads) = meaning(&lower) else {
            let problem = format!("{name:?} goes to the origin anyway");
            table.fault("keep_headers", problem);
            continue;
        };
        warnings.push(Fault {
            service: Some(table.id().to_owned()),
            field: "keep_headers".to_owned(),
            problem: format!(
                "{name:?} reaches the origin as anybody sent it, and servers read it as: {reads}"
            ),
        });
        kept.push(lower);
    }
    Removed::new(&dropped, kept)
}

/// The headers that scripts of other origins may send where a service names none: what forms and usual libraries add.
const CORS_HEADERS: [&str; 3] = ["content-type", "x-csrf-token", "x-requested-with"];

/// Reads `cors_headers` as the value of `Access-Control-Allow-Headers`. The Worker's own header is always among them.
pub fn read_cors_headers(table: &Table<'_>, removed: &Removed) -> String {
    let named = table.texts("cors_headers");
    let mut value = "one-login-counts-as-use".to_owned();
    let mut allow = |name: &str| {
        value.push_str(", ");
        value.push_str(name);
    };
    let Some(named) = named else {
        CORS_HEADERS.into_iter().for_each(&mut allow);
        return value;
    };
    for name in named {
        let lower = name.to_ascii_lowercase();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if lower.is_empty() || !lower.bytes().all(plain) || removed.holds(&lower) {
            let problem = format!("{name:?} is no header that reaches the origin");
            table.fault("cors_headers", problem);
        }
        allow(&lower);
    }
    value
}
