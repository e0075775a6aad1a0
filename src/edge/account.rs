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

/// After how many seconds the alarm looks again at a list that another version stored: a day.
const NEXT_LOOK: i64 = 86_400;

/// The answer to a question of the Worker; an empty one where the question is not understood, or is about a list that
/// another version stored. A storage that fails is an exception and never an answer.
///
/// # Errors
/// The error of the storage.
#[wasm_bindgen]
pub fn account(state: JsValue, question: &[u8]) -> Result<JsValue, JsValue> {
    prepare();
    #[cfg(feature = "fault-injection")]
    let state = crate::edge::faults::around("state", &state, None);
    let answer = match Question::from_bytes(question) {
        Some(question) => change(&state, Some(question))?,
        None => Vec::new(),
    };
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
    change(&state, None).map(|_| ())
}

/// Loads the account, has it answer a question, or tidies it for the alarm, and stores it if that made a difference. An alarm
/// that found nothing to do has been used up and must be set again.
fn change(state: &JsValue, question: Option<Question>) -> Result<Vec<u8>, JsValue> {
    let stored = glue::load(state)?;
    let now = now();
    let is_alarm = question.is_none();
    let is_list = match &question {
        Some(question) => matches!(question, Question::Admission(_)),
        None => glue::is_list(state)?,
    };
    let account = Account::from_stored(stored.as_deref()).or_else(|unreadable| {
        platform::log(&Event {
            name: "account_unreadable",
            label: unreadable.label(),
            ..Event::default()
        });
        Account::in_place_of(unreadable, is_list, now).ok_or(())
    });
    let Ok(mut account) = account else {
        if is_alarm {
            let alarm = milliseconds(now + NEXT_LOOK);
            glue::save(state, stored, Some(alarm), is_list)?;
        }
        return Ok(Vec::new());
    };
    let answer = match question {
        Some(question) => account.answer(question, now).to_bytes(),
        None => {
            account.wake(now);
            Vec::new()
        }
    };
    let alarm = account.set_alarm(now);
    let changed = account.to_stored();
    if changed != stored || is_alarm {
        glue::save(state, changed, alarm.map(milliseconds), is_list)?;
    }
    Ok(answer)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since the epoch fit in 53 bits"
)]
const fn milliseconds(at: i64) -> f64 {
    (at * 1_000) as f64
}
