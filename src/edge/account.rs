//! The account object: one for each person, client and environment, on SQLite-backed storage.
//!
//! It loads, asks the pure [`Account`], saves and answers, and decides nothing. Cloudflare runs one
//! instance of an object in the whole world, and while an instance waits for its storage no other
//! request of it begins (input gates). There is no other `await` between the load and the save, so
//! each question sees the changes of the one before. An answer leaves only once what was written
//! before it is durable (output gates): a session is recorded before its cookie is sent, and a
//! notification is stored before the provider hears of success.

use serde_json::Value;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object, wasm_bindgen};

use crate::session::account::{Account, Message, Question};

/// The one key of the storage.
const KEY: &str = "account";

/// The least time until the next tidying, in milliseconds, so that alarms never follow in a rush.
const MIN_ALARM_MS: i64 = 60_000;

/// A person's account where it is kept.
#[durable_object(alarm)]
pub struct AccountObject {
    state: State,
}

impl DurableObject for AccountObject {
    fn new(state: State, _: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let question = request.text().await?;
        let question: Option<Message<Question>> = serde_json::from_str(&question).ok();
        let Some(question) = question.and_then(Message::open) else {
            return Response::error("unknown message", 400);
        };
        let now = super::now();
        let (mut account, before) = self.load().await?;
        let answer = account.answer(question, now);
        self.save(&account, before.as_deref(), now).await?;
        Response::from_json(&Message::new(answer))
    }

    async fn alarm(&self) -> Result<Response> {
        let now = super::now();
        let (mut account, before) = self.load().await?;
        account.tidy(now);
        self.save(&account, before.as_deref(), now).await?;
        Response::empty()
    }
}

impl AccountObject {
    /// The account as it is stored, with its text. A storage that fails is an error, never an
    /// empty account.
    async fn load(&self) -> Result<(Account, Option<String>)> {
        let stored: Option<Value> = self.state.storage().get(KEY).await?;
        let text = stored.as_ref().and_then(Value::as_str).map(str::to_owned);
        Ok((Account::from_stored(text.as_deref()), text))
    }

    /// Stores the account if it changed, and has it tidied when something in it has served its
    /// purpose; an account with nothing to keep leaves nothing behind.
    async fn save(&self, account: &Account, before: Option<&str>, now: i64) -> Result<()> {
        let after = account.to_stored();
        if after.as_deref() == before {
            return Ok(());
        }
        let storage = self.state.storage();
        let Some(text) = after else {
            storage.delete_alarm().await?;
            return storage.delete_all().await;
        };
        storage.put(KEY, text).await?;
        if let Some(next) = account.next_tidy() {
            let wait = ((next - now).saturating_mul(1_000)).max(MIN_ALARM_MS);
            storage.set_alarm(wait).await?;
        }
        Ok(())
    }
}
