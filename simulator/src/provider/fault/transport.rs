//! Ways in which any answer can go wrong on its way. Each takes the good answer and spoils it.

use crate::http::{Delivery, Response};

/// The size of a huge body: far above any limit that a careful client has, small enough to send in a test.
pub const HUGE: usize = 2 * 1024 * 1024;

/// A page of the kind that a firewall or a load balancer puts in front of a service that is down.
const PAGE: &str = "<!doctype html><html><head><title>Sorry</title></head><body><h1>Sorry, there is a problem</h1></body></html>";

/// The seconds after which a busy provider takes requests again.
const RETRY_AFTER: &str = "45";

/// Only a status, with a short page.
pub fn status(status: u16) -> Response {
    let answer = Response::html(status, PAGE);
    if status == 429 || status == 503 {
        return answer.with_header("retry-after", RETRY_AFTER);
    }
    answer
}

/// Status 200, but a page instead of the document.
pub fn page() -> Response {
    Response::html(200, PAGE)
}

/// The first half of the body, with a length that fits.
pub fn truncated(mut good: Response) -> Response {
    good.body.truncate(good.body.len() / 2);
    good
}

/// The good JSON followed by two megabytes of white space: well-formed for whoever reads it all.
pub fn huge(mut good: Response) -> Response {
    good.body.resize(good.body.len() + HUGE, b' ');
    good
}

/// The good body compressed, with four mebibytes of white space that take next to nothing on the wire.
pub fn gzip_bomb(good: Response) -> Response {
    let body = super::bomb::gzip(&good.body);
    good.with_header("content-encoding", "gzip").with_body(body)
}

/// A redirect to an address that the client must not ask.
pub fn redirect(canary: &str) -> Response {
    Response::redirect(302, canary)
}

/// The good answer inside an array.
pub fn in_array(mut good: Response) -> Response {
    good.body.insert(0, b'[');
    good.body.push(b']');
    good
}

/// The good answer, delivered in another way.
pub fn delivered(mut good: Response, delivery: Delivery) -> Response {
    good.delivery = delivery;
    good
}

/// The good JSON object with one member changed, or taken away.
pub fn member(good: Response, name: &str, value: Option<serde_json::Value>) -> Response {
    let mut body = good.body_json();
    if let Some(members) = body.as_object_mut() {
        match value {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
    }
    good.with_body(body.to_string())
}

/// The good JSON object with raw text put in front of its first member, for what a JSON library would not write.
pub fn raw_member_first(good: Response, raw: &str) -> Response {
    let text = String::from_utf8_lossy(&good.body).into_owned();
    good.with_body(text.replacen('{', &format!("{{{raw},"), 1))
}

/// The good JSON object with a member that is not UTF-8.
pub fn not_utf8(mut good: Response) -> Response {
    good.body.splice(1..1, *b"\"name\":\"\xff\",");
    good
}

/// The good JSON object with a member that is a thousand arrays deep.
pub fn nested(good: Response) -> Response {
    raw_member_first(good, &super::workshop::nested())
}

/// The good answer with a header replaced, or taken away.
pub fn header(mut good: Response, name: &str, value: Option<&str>) -> Response {
    good.headers.retain(|(n, _)| n != name);
    match value {
        Some(value) => good.with_header(name, value),
        None => good,
    }
}
