//! Requests as they come from `glue.js`, and decisions as they go back to it.

use super::platform::Edge;
use super::{forward, glue};
use crate::gate::context::Context;
use crate::gate::decision::Decision;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::{Headers, Request};
use crate::gate::pages::Page;
use crate::gate::pages::bilingual::both;
use wasm_bindgen::JsValue;

/// How long the text of a request usually is at most, in bytes.
const USUAL_LENGTH: usize = 8 * 1024;

/// A request from the text that `glue.js` joins.
pub fn read(incoming: &web_sys::Request) -> Option<Request> {
    let mut text = vec![0; USUAL_LENGTH];
    let mut length = glue::read(incoming, &mut text);
    if length > text.len() {
        text.resize(length, 0);
        length = glue::read(incoming, &mut text);
    }
    text.truncate(length);
    let text = String::from_utf8(text).ok()?;
    let (method, rest) = text.split_once('\n')?;
    let url = rest.split('\n').next()?;
    let begin = method.len() + url.len() + 2;
    Some(Request {
        method: method.to_owned(),
        url: url.to_owned(),
        headers: Headers::from_lines(text, begin)?,
    })
}

/// Carries a decision out; gives the answer, or the promise of one.
pub fn carry_out(
    decision: &Decision,
    incoming: &web_sys::Request,
    edge: &Edge,
    context: Option<&Context<Edge>>,
) -> JsValue {
    match (decision, context) {
        (Decision::Reply(reply), _) => send(reply),
        (Decision::Asset { file, reply }, _) => glue::asset(&edge.env, file, &lines(reply)).into(),
        (Decision::Forward(out), Some(context)) => forward::forward(out, incoming, edge)
            .unwrap_or_else(|| send(&context.page(500, Page::Problem))),
        (Decision::Forward(_), None) => send(&both(
            500,
            Page::Problem,
            None,
            "This request cannot be forwarded.",
        )),
    }
}

/// A reply as an answer.
pub fn send(reply: &Reply) -> JsValue {
    glue::respond(reply.status, &lines(reply), &reply.body)
}

/// The headers of a reply, joined for `glue.js`.
fn lines(reply: &Reply) -> String {
    let headers = reply.headers.iter();
    glue::joined(headers.map(|(name, value)| (*name, value.as_str())))
}
