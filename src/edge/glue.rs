//! The bindings of `glue.js`, which says what each of them does.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./glue.js")]
extern "C" {
    pub fn read(request: &web_sys::Request, into: &mut [u8]) -> usize;

    pub fn variables(env: &worker::Env) -> String;

    pub fn respond(status: u16, headers: &str, body: &str) -> JsValue;

    pub fn forward(
        request: &web_sys::Request,
        env: &JsValue,
        execution: &JsValue,
        url: &str,
        headers: &str,
        target: &JsValue,
        personal: bool,
        plan: &str,
    ) -> Promise;

    pub fn asset(env: &worker::Env, file: &str, headers: &str) -> Promise;

    pub fn call(url: &str, headers: &str, body: Option<String>, timeout: u32, most: u32)
    -> Promise;

    pub fn stored(documents: &JsValue, name: &str, timeout: u32) -> Promise;

    pub fn store(documents: &JsValue, name: &str, text: &str, timeout: u32) -> Promise;

    pub fn ask(
        accounts: &JsValue,
        jurisdiction: Option<String>,
        name: &str,
        question: &[u8],
        timeout: u32,
    ) -> Promise;

    #[wasm_bindgen(js_name = withinLimit)]
    pub fn within_limit(limiter: &JsValue, key: &str, timeout: u32) -> Promise;

    pub fn pause(milliseconds: u32) -> Promise;

    pub fn body(request: &web_sys::Request, most: u32) -> Promise;

    #[wasm_bindgen(catch)]
    pub fn load(state: &JsValue) -> Result<Option<Vec<u8>>, JsValue>;

    #[wasm_bindgen(catch)]
    pub fn save(
        state: &JsValue,
        bytes: Option<Vec<u8>>,
        alarm: Option<f64>,
        list: bool,
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = isList)]
    pub fn is_list(state: &JsValue) -> Result<bool, JsValue>;

    pub fn holds(id: &str, algorithm: &str) -> bool;

    pub fn sign(id: &str, jwk: &str, algorithm: &str, message: &Uint8Array) -> Promise;

    pub fn verify(
        jwk: &str,
        algorithm: &str,
        message: &Uint8Array,
        signature: &Uint8Array,
    ) -> Promise;

    #[wasm_bindgen(catch)]
    pub fn after(execution: &JsValue, work: &Promise) -> Result<(), JsValue>;

    pub fn log(line: &str);

    pub fn count(env: &worker::Env, labels: &str, number: u32, seconds: u32);
}

/// How long the changes of a request or an answer usually are at most, in bytes.
const USUAL_LENGTH: usize = 2 * 1024;

/// Pairs of lines. No name of a header holds a line feed, and no value can.
pub fn joined<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    // Room for an assertion and the headers around it: a text that grows is moved each time.
    let mut text = String::with_capacity(USUAL_LENGTH);
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(name);
        text.push('\n');
        text.push_str(value);
    }
    text
}
