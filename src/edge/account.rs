//! The account object: one for each person, client and environment, on SQLite-backed storage.
//!
//! It loads, asks the pure [`Account`], saves and answers, and decides nothing. Cloudflare runs one
//! instance of an object in the whole world, and while an instance waits for its storage no other
//! request of it begins (input gates). There is no other `await` between the load and the save, so
//! each question sees the changes of the one before. An answer leaves only once what was written
//! before it is durable (output gates): a session is recorded before its cookie is sent, and a
//! notification is stored before the provider hears of success.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::{glue, now, platform, prepare};
use crate::platform::Event;
use crate::session::account::{Account, Message, Question};

/// The least time until the next tidying, in seconds, so that alarms never follow in a rush.
const MIN_WAIT: i64 = 60;

/// A question of the Worker: a version and a body as JSON. 400 for a version that is not this one's; a
/// storage that fails is an exception and never an answer.
#[wasm_bindgen]
pub fn account(state: JsValue, request: web_sys::Request) -> Promise {
    prepare();
    #[cfg(feature = "fault-injection")]
    let state = super::faults::around("state", &state, None);
    future_to_promise(async move {
        // Nobody but the Worker itself reaches an object, so that the length needs no limit.
        let question = JsFuture::from(request.text()?).await?;
        let question = question.as_string().unwrap_or_default();
        let question: Option<Message<Question>> = serde_json::from_str(&question).ok();
        let Some(question) = question.and_then(Message::open) else {
            return Ok(glue::respond(400, "", ""));
        };
        let mut answer = None;
        let put = |account: &mut Account, now| answer = Some(account.answer(question, now));
        change(&state, put, false).await?;
        let answer = serde_json::to_string(&answer.map(Message::new));
        Ok(glue::respond(200, "", &answer.unwrap_or_default()))
    })
}

/// Cloudflare wakes an account when something in it has served its purpose.
#[wasm_bindgen]
pub fn tidy(state: JsValue) -> Promise {
    prepare();
    future_to_promise(async move {
        change(&state, Account::tidy, true).await?;
        Ok(JsValue::UNDEFINED)
    })
}

/// Loads the account, changes it, and stores it if that made a difference, or `always`: an alarm
/// that found nothing to do has been used up and must be set again.
async fn change(
    state: &JsValue,
    change: impl FnOnce(&mut Account, i64),
    always: bool,
) -> Result<(), JsValue> {
    let stored = JsFuture::from(glue::load(state)).await?.as_string();
    let now = now();
    let mut account = Account::from_stored(stored.as_deref()).unwrap_or_else(|unreadable| {
        platform::log(&Event {
            name: "account_unreadable",
            label: unreadable.label(),
            ..Event::default()
        });
        Account::default()
    });
    change(&mut account, now);
    let changed = account.to_stored();
    if changed == stored && !always {
        return Ok(());
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since the epoch fit in 53 bits"
    )]
    let wake = account
        .next_tidy()
        .map(|at| (at.max(now + MIN_WAIT) * 1_000) as f64);
    JsFuture::from(glue::save(state, changed, wake)).await?;
    Ok(())
}
