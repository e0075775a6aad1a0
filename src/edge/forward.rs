//! The way to the origin and back.
//!
//! Each direction is one call between WebAssembly and JavaScript, in which all texts travel at once.
//! Nothing waits here meanwhile: what is done with the answer is handed over as a text and handed
//! back with it, because a closure would cost a request more than opening its cookie does.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use super::glue;
use crate::edge::platform::Edge;
use crate::gate::access::answer::{self, OriginAnswer, SHARED_CACHING};
use crate::gate::decision::{AnswerPlan, Forward};

/// Sends a request to its origin; `None` when there is no such binding.
pub fn forward(out: &Forward, incoming: &web_sys::Request, edge: &Edge) -> Option<JsValue> {
    let target = match &out.binding {
        None => JsValue::UNDEFINED,
        Some(name) => Reflect::get(&edge.env, &JsValue::from_str(name))
            .ok()
            .filter(|binding| !binding.is_undefined())?,
    };
    let removed = out.remove.iter().map(|name| (name.as_str(), ""));
    let set = out.set.iter();
    let set = set.map(|(name, value)| (name.as_str(), value.as_str()));
    let answer = glue::forward(
        incoming,
        &edge.env,
        &edge.execution,
        &out.url,
        &glue::joined(removed.chain(set)),
        &target,
        out.answer.personal,
        &written(&out.answer),
    );
    Some(answer.into())
}

/// The changes to an origin's answer, as pairs of lines: a name and its new value, or an empty
/// line where it goes. `None` when the answer goes on untouched.
#[wasm_bindgen]
#[must_use]
pub fn answered(
    plan: &str,
    status: u16,
    cache_control: Option<String>,
    location: Option<String>,
    cookies: Option<String>,
    shared_caching: bool,
) -> Option<String> {
    let cookies = cookies.unwrap_or_default();
    let cookies = cookies.lines().filter(|line| !line.is_empty());
    let answer = OriginAnswer {
        status,
        cache_control,
        shared_caching,
        location,
        set_cookies: cookies.map(str::to_owned).collect(),
    };
    let changes = answer::changes(&read(plan), &answer)?;
    let removed = changes.remove.iter().map(|name| (*name, ""));
    let set = changes.set.iter();
    let set = set.map(|(name, value)| (*name, value.as_str()));
    // Where one of the origin's must go, all of them go before the others are added again.
    let none = changes.set_cookies.iter().map(|_| ("set-cookie", ""));
    let cookies = changes.set_cookies.iter().flatten();
    let cookies = cookies.chain(&changes.added_cookies);
    let cookies = cookies.map(|cookie| ("set-cookie", cookie.as_str()));
    Some(glue::joined(removed.chain(set).chain(none).chain(cookies)))
}

/// The headers that speak only to shared caches, a line each.
#[wasm_bindgen(js_name = sharedCaching)]
#[must_use]
pub fn shared_caching() -> String {
    SHARED_CACHING.join("\n")
}

/// How long a plan without a renewed cookie is at most, in bytes, but for very long hosts.
const USUAL_LENGTH: usize = 128;

/// A plan as lines: its switches, our cookies, and the two hosts of a moved `Location`.
pub fn written(plan: &AnswerPlan) -> String {
    let mut text = String::with_capacity(USUAL_LENGTH);
    for is_on in [
        plan.personal,
        plan.upgrade,
        plan.used,
        plan.page,
        plan.unkept,
        // `glue.js` reads this one.
        plan.attended,
    ] {
        text.push(if is_on { '1' } else { '0' });
    }
    let (origin, service) = plan
        .relocate
        .as_ref()
        .map_or(("", ""), |(origin, service)| {
            (origin.as_str(), service.as_str())
        });
    // No cookie holds a tab.
    let cookies = plan.cookies.join("\t");
    for line in [cookies.as_str(), origin, service] {
        text.push('\n');
        text.push_str(line);
    }
    text
}

/// The plan that [`written`] wrote.
pub fn read(text: &str) -> AnswerPlan {
    let mut lines = text.split('\n');
    let switches = lines.next().unwrap_or_default().as_bytes();
    let is_on = |at: usize| switches.get(at) == Some(&b'1');
    let mut next = || {
        let line = lines.next().filter(|line| !line.is_empty());
        line.map(str::to_owned)
    };
    AnswerPlan {
        personal: is_on(0),
        upgrade: is_on(1),
        used: is_on(2),
        page: is_on(3),
        unkept: is_on(4),
        attended: is_on(5),
        cookies: next().map_or_else(Vec::new, |line| {
            line.split('\t').map(str::to_owned).collect()
        }),
        relocate: next().zip(next()),
    }
}
