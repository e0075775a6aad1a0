//! Cloudflare: the entry points, and how a decision becomes what workerd sends.
//!
//! Nothing is decided here. The entry for requests is synchronous, because asynchronous glue costs
//! as much as all cryptography of a signed-in request; what has to wait becomes a promise.

mod account;
mod exchange;
#[cfg(feature = "fault-injection")]
mod faults;
mod forward;
mod glue;
mod platform;

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Once;

use js_sys::Promise;
use wasm_bindgen::handler::{schedule_reinit, set_on_abort};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use worker::Env;

use crate::config::Config;
use crate::gate;
use crate::gate::decision::Verdict;
use crate::gate::http::reply::RETRY_AFTER;
use crate::gate::isolate::Isolate;
use crate::gate::pages::Page;
use crate::gate::pages::bilingual::both;
use crate::oidc::json::Object;
use crate::platform::{Event, EventOutcome};
use exchange::{carry_out, read, send};
use platform::{Calls, Edge};

thread_local! {
    static ISOLATE: OnceCell<Rc<Isolate>> = const { OnceCell::new() };
}

/// Prepares an instance, once; every entry point begins with it.
///
/// After a panic an instance is lost, with all that waits in it; the next call gets a new one. The log
/// gets only the panic's place, because its message may hold what came from outside. The `worker`
/// crate sets a hook that prints the message when an instance starts; this one takes its place, which
/// a start function of our own could not promise.
fn prepare() {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location();
            platform::log(&Event {
                name: "panic",
                label: "panicked",
                detail: place.map(ToString::to_string).unwrap_or_default(),
                ..Event::default()
            });
        }));
        set_on_abort(schedule_reinit);
    });
}

/// A request from a browser, the provider or an origin.
#[wasm_bindgen]
#[must_use]
pub fn fetch(incoming: web_sys::Request, env: Env, execution: JsValue) -> JsValue {
    prepare();
    #[cfg(feature = "fault-injection")]
    faults::hear(&incoming);
    let isolate = isolate(&env);
    let edge = Edge::new(&isolate, env, execution, Some(&incoming));
    let Some(request) = read(&incoming) else {
        return send(&both(
            400,
            Page::BadAddress,
            None,
            "This request cannot be understood.",
        ));
    };
    let (verdict, context) = gate::decide(&isolate, &edge, &request, now());
    match (verdict, context) {
        (Verdict::Now(decision), context) => {
            carry_out(&decision, &incoming, &edge, context.as_ref())
        }
        (Verdict::Later(task), Some(mut context)) => {
            let execution = context.platform.execution.clone();
            let answer = future_to_promise(async move {
                context.platform.calls = Some(Rc::default());
                let decision = gate::finish(&context, &request, task).await;
                Ok(carry_out(&decision, &incoming, &edge, Some(&context)))
            });
            // Cloudflare drops what a request waits for when its browser goes away. A sign-in would stay
            // half done then, and what waits here in memory for ever.
            let _ = glue::after(&execution, &answer);
            answer.into()
        }
        (Verdict::Later(_), None) => send(&both(
            500,
            Page::Problem,
            None,
            "This request cannot be answered.",
        )),
    }
}

/// The answer to a request whose origin gave none in these milliseconds, was not asked at all, or gave one that
/// Cloudflare's runtime cannot send on. The log names service and rule.
///
/// Where a body was on its way, workerd's error is the same for a visitor who breaks off and an origin that drops the
/// connection ("Network connection lost.", 1.20261117.1), so that such a request is no sign of an outage.
#[wasm_bindgen]
#[must_use]
pub fn unreachable(
    incoming: web_sys::Request,
    env: Env,
    execution: JsValue,
    elapsed: f64,
    what: &str,
) -> JsValue {
    prepare();
    let isolate = isolate(&env);
    let mut edge = Edge::new(&isolate, env, execution, None);
    edge.calls = Some(Rc::new(Calls::of("origin", elapsed)));
    let request = read(&incoming);
    // It was decided before that the request passes; asking again gives the context, which nothing kept meanwhile.
    let met = request.and_then(|request| {
        let (_, context) = gate::decide(&isolate, &edge, &request, now());
        context.map(|context| (context.logging(&request), request))
    });
    match met {
        Some((context, request)) if what == "request" => {
            context.log_failed("origin", "request_not_sendable");
            send(&gate::unsendable(&context, &request))
        }
        Some((context, request)) if what == "answer" => {
            context.log_failed("origin", "answer_not_sendable");
            send(&gate::unanswered(&context, &request))
        }
        Some((context, request)) => {
            match what {
                "upload" => context.log_refused("origin", "broken_off"),
                _ => context.log_failed("origin", "unreachable"),
            }
            send(&gate::unanswered(&context, &request).with("retry-after", RETRY_AFTER))
        }
        None => send(&both(
            502,
            Page::Problem,
            None,
            "The service cannot be reached.",
        )),
    }
}

/// The page in place of an answer with which the origin refuses a request for its cookies; nothing where the answer stays.
#[wasm_bindgen]
#[must_use]
pub fn overfull(incoming: web_sys::Request, env: Env, execution: JsValue, status: u16) -> JsValue {
    prepare();
    let isolate = isolate(&env);
    let edge = Edge::new(&isolate, env, execution, None);
    let page = read(&incoming).and_then(|request| {
        let (_, context) = gate::decide(&isolate, &edge, &request, now());
        gate::overfull(&context?.logging(&request), &request, status)
    });
    page.map_or(JsValue::UNDEFINED, |page| send(&page))
}

/// The answer in place of a 401 of the service's with this challenge; nothing where the service's goes on.
#[wasm_bindgen]
pub fn asked(
    incoming: web_sys::Request,
    env: Env,
    execution: JsValue,
    challenge: String,
) -> Promise {
    prepare();
    let isolate = isolate(&env);
    let mut edge = Edge::new(&isolate, env, execution, None);
    edge.calls = Some(Rc::default());
    future_to_promise(async move {
        let Some(request) = read(&incoming) else {
            return Ok(JsValue::UNDEFINED);
        };
        let reply = gate::asked(&isolate, &edge, &request, now(), &challenge).await;
        Ok(reply.map_or(JsValue::UNDEFINED, |reply| send(&reply)))
    })
}

/// The plan for an answer that took long, from the plan of its request.
#[wasm_bindgen(js_name = afterLong)]
#[must_use]
pub fn after_long(incoming: web_sys::Request, env: Env, execution: JsValue, plan: &str) -> String {
    prepare();
    let isolate = isolate(&env);
    let edge = Edge::new(&isolate, env, execution, None);
    let mut plan = forward::read(plan);
    if let Some(request) = read(&incoming) {
        gate::prolong(&isolate, &edge, &request, now(), &mut plan);
    }
    forward::written(&plan)
}

/// In how many seconds an open WebSocket, which this request opened, is looked at again; 0 where it has to close.
#[wasm_bindgen]
pub fn attend(incoming: web_sys::Request, env: Env, execution: JsValue) -> Promise {
    prepare();
    let isolate = isolate(&env);
    let edge = Edge::new(&isolate, env, execution, None);
    future_to_promise(async move {
        let seconds = match read(&incoming) {
            Some(request) => gate::attend(&isolate, &edge, &request, now()).await,
            None => 0,
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "a session lives for seven days at most"
        )]
        Ok(JsValue::from_f64(seconds as f64))
    })
}

/// The hourly task: the provider's documents are fetched before anybody waits for them.
#[wasm_bindgen]
pub fn scheduled(env: Env, execution: JsValue) -> Promise {
    prepare();
    let isolate = isolate(&env);
    let edge = Edge::new(&isolate, env, execution, None);
    future_to_promise(async move {
        gate::refresh(&isolate, &edge, now()).await;
        Ok(JsValue::UNDEFINED)
    })
}

/// The values that this isolate keeps; parsed with its first request, whose log gets every fault.
fn isolate(env: &Env) -> Rc<Isolate> {
    ISOLATE.with(|isolate| {
        Rc::clone(isolate.get_or_init(|| {
            let vars = Object::parse(glue::variables(env).as_bytes());
            let vars = vars.map(Object::into_members).unwrap_or_default();
            let config = Config::parse(&vars);
            let report = |outcome: EventOutcome, label: &'static str, detail: String| {
                platform::log(&Event {
                    name: "configuration",
                    outcome,
                    label,
                    detail,
                    ..Event::default()
                });
            };
            for fault in &config.faults {
                report(EventOutcome::Failed, "fault", fault.to_string());
            }
            for warning in &config.warnings {
                report(EventOutcome::Done, "warning", warning.to_string());
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
    #[cfg(feature = "fault-injection")]
    let seconds = seconds + faults::clock();
    seconds
}
