//! The platform on Cloudflare: WebCrypto, `fetch`, KV and `waitUntil`.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Date, Promise, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use worker::Env;

use super::glue;
use crate::gate::isolate::Isolate;
use crate::oidc::jwk::PrivateJwk;
use crate::oidc::jwks::VerifyingKey;
use crate::oidc::jws::Alg;
use crate::platform::{Answer, Body, Call, Event, Limit, MAX_ANSWER, Outage, Platform};
use crate::session::account::{AccountReply, Question};

/// One request's bindings and its way to go on after the answer.
#[derive(Clone)]
pub struct Edge {
    pub env: Env,
    pub execution: JsValue,
    /// The request, for those who read its body; none for scheduled work.
    pub incoming: Option<web_sys::Request>,
    /// Where accounts are kept.
    pub jurisdiction: Option<&'static str>,
    /// Whether each line of the log is a data point as well.
    pub has_numbers: bool,
    /// How long outgoing calls took; of a request that just passes, which makes none, nothing is kept.
    pub calls: Option<Rc<Calls>>,
}

/// How long each kind of outgoing call took, all calls of a kind together, in milliseconds.
#[derive(Default)]
pub struct Calls(RefCell<Vec<(&'static str, u32)>>);

impl Calls {
    /// One call that took this long.
    pub fn of(kind: &'static str, elapsed: f64) -> Self {
        let calls = Self::default();
        calls.add(kind, elapsed);
        calls
    }

    fn add(&self, kind: &'static str, elapsed: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "milliseconds of one request; what is negative becomes 0"
        )]
        let elapsed = elapsed as u32;
        let mut calls = self.0.borrow_mut();
        match calls.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, total)) => *total += elapsed,
            None => calls.push((kind, elapsed)),
        }
    }
}

/// How long KV may take, in milliseconds; it usually takes a few.
const KV_TIMEOUT_MS: u32 = 2_000;

/// How long an account may take, in milliseconds, both attempts together.
const ACCOUNT_TIMEOUT_MS: u32 = 2_000;

/// How long a limiter may take, in milliseconds; it only saves cost.
const LIMITER_TIMEOUT_MS: u32 = 500;

impl Edge {
    /// One request's view, or that of work which no request waits for.
    pub fn new(
        isolate: &Isolate,
        env: Env,
        execution: JsValue,
        incoming: Option<&web_sys::Request>,
    ) -> Self {
        Self {
            env,
            execution,
            incoming: incoming.cloned(),
            jurisdiction: isolate.config.jurisdiction,
            has_numbers: isolate.config.has_numbers,
            calls: None,
        }
    }

    /// The answer of a call; its time is noted. workerd's clock moves when an answer comes in.
    async fn timed(&self, kind: &'static str, call: Promise) -> Result<JsValue, JsValue> {
        let started = Date::now();
        let answer = JsFuture::from(call).await;
        if let Some(calls) = &self.calls {
            calls.add(kind, Date::now() - started);
        }
        answer
    }

    /// A binding by its name.
    fn binding(&self, name: &str) -> Result<JsValue, Outage> {
        let found = Reflect::get(&self.env, &JsValue::from_str(name));
        #[cfg(feature = "fault-injection")]
        let found =
            found.map(|found| crate::edge::faults::around(name, &found, self.incoming.as_ref()));
        found.map_err(|_| Outage::Unreachable)
    }

    /// The KV namespace of the provider's documents.
    fn documents(&self) -> Result<JsValue, Outage> {
        self.binding("DOCUMENTS").map_err(|_| Outage::Storage)
    }
}

impl Platform for Edge {
    fn random(&self, out: &mut [u8]) {
        #[expect(
            clippy::expect_used,
            reason = "a Worker without randomness must not go on"
        )]
        getrandom::fill(out).expect("workerd's crypto.getRandomValues does not fail");
    }

    async fn sign(&self, key: &PrivateJwk, alg: Alg, message: &[u8]) -> Result<Vec<u8>, Outage> {
        let message = Uint8Array::from(message);
        let jwk = match glue::holds(&key.key_id, alg.as_str()) {
            true => "",
            false => key.json.expose(),
        };
        let signed = glue::sign(&key.key_id, jwk, alg.as_str(), &message);
        let signature = JsFuture::from(signed)
            .await
            .map_err(|_| Outage::Cryptography)?;
        Ok(Uint8Array::new(&signature).to_vec())
    }

    async fn verify(
        &self,
        key: &VerifyingKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Outage> {
        let verdict = glue::verify(
            &key.material.to_json(),
            key.alg.as_str(),
            &Uint8Array::from(message),
            &Uint8Array::from(signature),
        );
        let verdict = JsFuture::from(verdict)
            .await
            .map_err(|_| Outage::Cryptography)?;
        Ok(verdict.as_bool() == Some(true))
    }

    async fn send(&self, call: Call) -> Result<Answer, Outage> {
        let mut headers = format!("user-agent\n{}\naccept\napplication/json", call.user_agent);
        let (kind, body) = match call.body {
            Body::Nothing => ("documents", None),
            Body::Bearer(token) => {
                headers.push_str(&format!("\nauthorization\nBearer {}", token.expose()));
                ("userinfo", None)
            }
            Body::Form(form) => {
                headers.push_str("\ncontent-type\napplication/x-www-form-urlencoded");
                ("token", Some(form.expose().to_owned()))
            }
        };
        let most = u32::try_from(MAX_ANSWER).unwrap_or(u32::MAX);
        let answer = glue::call(&call.url, &headers, body, call.timeout_ms, most);
        let answer = self
            .timed(kind, answer)
            .await
            .map_err(|_| Outage::Unreachable)?;
        parts(&answer)
    }

    async fn stored(&self, name: &str) -> Result<Option<String>, Outage> {
        let stored = glue::stored(&self.documents()?, name, KV_TIMEOUT_MS);
        let stored = self.timed("kv", stored).await;
        let stored = stored.map_err(|_| Outage::Storage)?;
        if stored == JsValue::FALSE {
            return Err(Outage::Storage);
        }
        Ok(stored.as_string())
    }

    async fn store(&self, name: &str, document: &str) -> Result<(), Outage> {
        let done = glue::store(&self.documents()?, name, document, KV_TIMEOUT_MS);
        match JsFuture::from(done).await {
            Ok(done) if done == JsValue::TRUE => Ok(()),
            _ => Err(Outage::Storage),
        }
    }

    async fn ask(&self, account: &str, question: Question) -> Result<AccountReply, Outage> {
        let accounts = self.binding("ACCOUNTS")?;
        let home = self.jurisdiction.map(str::to_owned);
        let asked = glue::ask(
            &accounts,
            home,
            account,
            &question.to_bytes(),
            ACCOUNT_TIMEOUT_MS,
        );
        let answer = self.timed("account", asked).await;
        let answer = answer.map_err(|_| Outage::Unreachable)?;
        if let Some(outage) = answer.as_string() {
            return Err(match outage.as_str() {
                "timed_out" => Outage::TimedOut,
                "overloaded" => Outage::Overloaded,
                _ => Outage::Unreachable,
            });
        }
        let answer = Uint8Array::new(&answer).to_vec();
        AccountReply::from_bytes(&answer).ok_or(Outage::Unreachable)
    }

    async fn body(&self, most: usize) -> Result<Vec<u8>, Outage> {
        let incoming = self.incoming.as_ref().ok_or(Outage::Unreachable)?;
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let body = JsFuture::from(glue::body(incoming, most))
            .await
            .map_err(|_| Outage::Unreachable)?;
        if body.is_undefined() {
            return Err(Outage::TooLarge);
        }
        if body == JsValue::FALSE {
            return Err(Outage::Unreachable);
        }
        Ok(Uint8Array::new(&body).to_vec())
    }

    async fn within_limit(&self, limit: Limit, key: &str) -> bool {
        let name = match limit {
            Limit::Starts => "SIGN_IN_STARTS",
            Limit::RefusedNotifications => "REFUSED_NOTIFICATIONS",
        };
        let Ok(limiter) = self.binding(name) else {
            return true;
        };
        let verdict = JsFuture::from(glue::within_limit(&limiter, key, LIMITER_TIMEOUT_MS)).await;
        verdict.ok().and_then(|verdict| verdict.as_bool()) != Some(false)
    }

    async fn pause(&self, milliseconds: u32) {
        let _ = JsFuture::from(glue::pause(milliseconds)).await;
    }

    fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        let work = future_to_promise(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        });
        // Without `waitUntil` the work is cut off when the answer was sent, which it must bear.
        let _ = glue::after(&self.execution, &work);
    }

    fn log(&self, event: &Event) {
        match &self.calls {
            // A sum is about other requests than the one in which it is written.
            Some(calls) if event.count == 0 => glue::log(&event.line(&calls.0.borrow())),
            _ => log(event),
        }
        if self.has_numbers {
            glue::count(
                &self.env,
                &event.labels(),
                event.count.max(1),
                event.seconds,
            );
        }
    }
}

/// The parts of an answer as `glue.js` gives them: an array, or the name of an outage.
fn parts(answer: &JsValue) -> Result<Answer, Outage> {
    if let Some(outage) = answer.as_string() {
        return Err(match outage.as_str() {
            "timed_out" => Outage::TimedOut,
            "too_large" => Outage::TooLarge,
            _ => Outage::Unreachable,
        });
    }
    let parts = Array::from(answer);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a status has three digits"
    )]
    let status = parts.get(0).as_f64().ok_or(Outage::Unreachable)? as u16;
    Ok(Answer {
        status,
        cache_control: parts.get(1).as_string().unwrap_or_default(),
        retry_after: parts.get(2).as_string().unwrap_or_default(),
        body: Uint8Array::new(&parts.get(3)).to_vec(),
    })
}

/// Writes an event as one line of JSON.
pub fn log(event: &Event) {
    glue::log(&event.line(&[]));
}
