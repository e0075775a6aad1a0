//! The account object: one for each person, client and environment, on SQLite-backed storage.
//!
//! It loads, asks the pure [`Account`], saves and answers, and decides nothing. Each question is one
//! synchronous call, from the load to the save: Cloudflare runs one instance of an object in the
//! whole world, and nothing else can happen in it meanwhile, so that each question sees the changes
//! of the one before. Writes of one turn are stored at its end, all of it or nothing. An
//! answer leaves only once that is durable (output gates): a session is recorded before its cookie
//! is sent, and a notification is stored before the provider hears of success. A commit that fails
//! resets the object, and whoever asked gets an exception.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::{glue, now, platform, prepare};
use crate::platform::Event;
use crate::session::account::{Account, Question};

/// The answer to a question of the Worker; an empty one where the question is not understood. A
/// storage that fails is an exception and never an answer.
///
/// # Errors
/// The error of the storage.
#[wasm_bindgen]
pub fn account(state: JsValue, question: &[u8]) -> Result<JsValue, JsValue> {
    prepare();
    #[cfg(feature = "fault-injection")]
    let state = crate::edge::faults::around("state", &state, None);
    let mut answer = Vec::new();
    if let Some(question) = Question::from_bytes(question) {
        let put = |account: &mut Account, now| answer = account.answer(question, now).to_bytes();
        change(&state, put, false)?;
    }
    let answer = Uint8Array::from(&answer[..]).into();
    #[cfg(feature = "fault-injection")]
    let answer = crate::edge::faults::around("answer", &answer, None);
    Ok(answer)
}

/// Cloudflare wakes an account when something in it has served its purpose.
///
/// # Errors
/// The error of the storage; Cloudflare tries again then.
#[wasm_bindgen]
pub fn tidy(state: JsValue) -> Result<(), JsValue> {
    prepare();
    change(&state, Account::wake, true)
}

/// Loads the account, changes it, and stores it if that made a difference, or `always`: an alarm
/// that found nothing to do has been used up and must be set again.
fn change(
    state: &JsValue,
    change: impl FnOnce(&mut Account, i64),
    always: bool,
) -> Result<(), JsValue> {
    let stored = glue::load(state)?;
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
    let alarm = account.set_alarm(now);
    let changed = account.to_stored();
    if changed == stored && !always {
        return Ok(());
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since the epoch fit in 53 bits"
    )]
    let alarm = alarm.map(|at| (at * 1_000) as f64);
    glue::save(state, changed, alarm)
}
