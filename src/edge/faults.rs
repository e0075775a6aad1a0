//! Faults beneath the Worker, for tests: `faults.js` lists them and says how a test asks for one.
//!
//! A build without the feature `fault-injection` has none of this, which a test shows of what is
//! uploaded.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./faults.js")]
extern "C" {
    fn fault(kind: &str, value: &JsValue) -> JsValue;
}

/// Takes note of what a request says; panics if it says so.
pub fn hear(request: &web_sys::Request) {
    fault("request", request);
    panic_if_told("panic-at-once", request);
}

/// How far the clock is off, in seconds.
pub fn clock() -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a test asks for minutes, not for ages"
    )]
    let seconds = fault("clock", &JsValue::UNDEFINED).as_f64().unwrap_or(0.0) as i64;
    seconds
}

/// A binding, or the state of an account, that fails when it should. The request in whose midst it
/// is asked for panics if it says so.
pub fn around(name: &str, binding: &JsValue, request: Option<&web_sys::Request>) -> JsValue {
    if let Some(request) = request {
        panic_if_told("panic-later", request);
    }
    fault(name, binding)
}

fn panic_if_told(kind: &str, request: &web_sys::Request) {
    assert!(!fault(kind, request).is_truthy(), "a test asked for it");
}
