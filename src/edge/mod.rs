//! Cloudflare: the entry points, and how a decision becomes what workerd sends.
//!
//! Nothing is decided here. The entry for requests is synchronous, because asynchronous glue costs
//! as much as all cryptography of a signed-in request; what has to wait becomes a promise.

mod account;
mod glue;
mod platform;

use std::cell::OnceCell;
use std::rc::Rc;

use js_sys::{Promise, Reflect};
use serde_json::json;
use wasm_bindgen::handler::{schedule_reinit, set_on_abort};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::config::{Config, Vars};
use crate::gate::answer::{OriginAnswer, SHARED_CACHING, changes};
use crate::gate::forward::Forward;
use crate::gate::pages::Page;
use crate::gate::reply::Reply;
use crate::gate::request::{Headers, Request};
use crate::gate::{self, Decision, Isolate, Scene, Verdict};
use crate::platform::Event;
use platform::Edge;

thread_local! {
    static ISOLATE: OnceCell<Rc<Isolate>> = const { OnceCell::new() };
}

/// Runs once for each instance.
///
/// After a panic an instance is lost, with all that waits in it; the next call gets a new one. The log
/// gets the panic's place alone, because its message may hold what came from outside.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location();
        platform::log(&Event {
            name: "panic",
            service: String::new(),
            label: "panicked",
            reference: String::new(),
            detail: place.map(ToString::to_string).unwrap_or_default(),
        });
    }));
    set_on_abort(schedule_reinit);
}

/// A request from a browser, the provider or an origin.
#[wasm_bindgen]
#[must_use]
pub fn fetch(incoming: web_sys::Request, env: JsValue, context: JsValue) -> JsValue {
    let isolate = isolate(&env);
    let edge = Edge {
        env,
        context,
        incoming: Some(Clone::clone(&incoming)),
        jurisdiction: isolate.config.jurisdiction,
    };
    let Some(request) = parse(&glue::read(&incoming)) else {
        return send(&Reply::plain(400, "This request cannot be understood."));
    };
    let (verdict, scene) = gate::decide(&isolate, &edge, &request, now());
    match (verdict, scene) {
        (Verdict::Now(decision), scene) => carry_out(*decision, &incoming, &edge, scene),
        (Verdict::Later(task), Some(scene)) => future_to_promise(async move {
            let decision = gate::finish(&scene, &request, task).await;
            Ok(carry_out(decision, &incoming, &edge, Some(scene)))
        })
        .into(),
        (Verdict::Later(_), None) => send(&Reply::plain(500, "This request cannot be answered.")),
    }
}

/// The hourly task: the provider's documents are fetched before anybody waits for them.
#[wasm_bindgen]
pub fn scheduled(env: JsValue, context: JsValue) -> Promise {
    let isolate = isolate(&env);
    let edge = Edge {
        env,
        context,
        incoming: None,
        jurisdiction: isolate.config.jurisdiction,
    };
    future_to_promise(async move {
        gate::refresh(&isolate, &edge, now()).await;
        Ok(JsValue::UNDEFINED)
    })
}

/// What this isolate keeps; parsed with its first request, whose log gets every fault.
fn isolate(env: &JsValue) -> Rc<Isolate> {
    ISOLATE.with(|isolate| {
        Rc::clone(isolate.get_or_init(|| {
            let vars: Vars = serde_json::from_str(&glue::variables(env)).unwrap_or_default();
            let config = Config::parse(&vars);
            let report = |name: &'static str, label: &'static str, detail: String| {
                platform::log(&Event {
                    name,
                    service: String::new(),
                    label,
                    reference: String::new(),
                    detail,
                });
            };
            for fault in &config.faults {
                report("configuration", "fault", fault.to_string());
            }
            for warning in &config.warnings {
                report("configuration", "warning", warning.to_string());
            }
            Rc::new(Isolate::new(config))
        }))
    })
}

/// Seconds since the epoch. workerd moves its clock with input and output only, so this is the
/// request's one time.
fn now() -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "seconds since the epoch fit in 53 bits"
    )]
    let seconds = (js_sys::Date::now() / 1_000.0) as i64;
    seconds
}

/// A request from the text that `glue.js` joined.
fn parse(text: &str) -> Option<Request> {
    let mut parts = text.split('\n').map(str::to_owned);
    let (method, url) = (parts.next()?, parts.next()?);
    let mut headers = Vec::new();
    while let Some(name) = parts.next() {
        headers.push((name, parts.next()?));
    }
    Some(Request {
        method,
        url,
        headers: Headers::new(headers),
    })
}

fn carry_out(
    decision: Decision,
    incoming: &web_sys::Request,
    edge: &Edge,
    scene: Option<Scene<Edge>>,
) -> JsValue {
    match (decision, scene) {
        (Decision::Reply(reply), _) => send(&reply),
        (Decision::Asset { file, reply }, _) => glue::asset(&edge.env, file, &lines(&reply)).into(),
        (Decision::Forward(out), Some(scene)) => forward(out, incoming, edge, scene),
        (Decision::Forward(_), None) => {
            send(&Reply::plain(500, "This request cannot be forwarded."))
        }
    }
}

fn send(reply: &Reply) -> JsValue {
    glue::respond(reply.status, &lines(reply), &reply.body)
}

/// The headers of a reply, joined for `glue.js`.
fn lines(reply: &Reply) -> String {
    let headers: Vec<_> = reply
        .headers
        .iter()
        .map(|(name, value)| format!("{name}\n{value}"))
        .collect();
    headers.join("\n")
}

/// Sends a request to its origin and changes the answer where the plan asks for it.
fn forward(out: Forward, incoming: &web_sys::Request, edge: &Edge, scene: Scene<Edge>) -> JsValue {
    let target = match &out.binding {
        None => JsValue::UNDEFINED,
        Some(name) => match Reflect::get(&edge.env, &JsValue::from_str(name)) {
            Ok(binding) if !binding.is_undefined() => binding,
            _ => return send(&scene.page(500, Page::Problem)),
        },
    };
    let set: Vec<_> = out
        .set
        .iter()
        .map(|(name, value)| format!("{name}\n{value}"))
        .collect();
    let plan = out.answer;
    let personal = plan.personal;
    let done = Closure::once_into_js(
        move |status: u16,
              cache_control: Option<String>,
              location: Option<String>,
              cookies: String,
              shared_caching: bool,
              elapsed: f64| {
            if status == 0 {
                scene.log("origin", "unreachable");
                return send(&scene.page(502, Page::TryLater));
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "milliseconds of one request"
            )]
            let elapsed_ms = elapsed as u64;
            let cookies = cookies.lines().filter(|line| !line.is_empty());
            let answer = OriginAnswer {
                status,
                cache_control,
                shared_caching,
                location,
                set_cookies: cookies.map(str::to_owned).collect(),
                elapsed_ms,
            };
            match changes(&plan, &answer) {
                None => JsValue::UNDEFINED,
                Some(changes) => {
                    let parts = json!([changes.remove, changes.set, changes.set_cookies]);
                    JsValue::from_str(&parts.to_string())
                }
            }
        },
    );
    glue::forward(
        incoming,
        &out.url,
        &out.remove.join("\n"),
        &set.join("\n"),
        personal,
        &target,
        &SHARED_CACHING.join("\n"),
        &done,
    )
    .into()
}
