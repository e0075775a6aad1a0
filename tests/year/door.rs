//! The platform of one request: every call takes time, and may fail.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

use one_login_edge::oidc::jwk::PrivateJwk;
use one_login_edge::oidc::jwks::VerifyingKey;
use one_login_edge::oidc::jws::Alg;
use one_login_edge::platform::{Answer, Call, Event, Limit, Outage, Platform};
use one_login_edge::session::account::{AccountReply, Question};
use serde_json::Value;
use simulator::http::Request;
use simulator::jose::{Object, Unverified};

use super::deployment::TEAM;
use super::house::{House, Iso};
use super::keys;
use super::oracle::logs;
use crate::world::chance::Chance;
use crate::world::outside::DID_DOCUMENT;
use crate::world::record::kind;
use crate::world::settings::ISSUER;
use crate::world::wire::{as_provider_sees, received};
use crate::world::{Trouble, Verb};

/// The claims in which userinfo carries a core identity, and codes that say why it carries one or not.
const CORE_IDENTITY: &str = "https://vocab.account.gov.uk/v1/coreIdentityJWT";
const RETURN_CODE: &str = "https://vocab.account.gov.uk/v1/returnCode";

/// The words of the provider and the accounts while a request was served, as an observer on the wire
/// hears it.
#[derive(Default)]
pub struct Heard {
    /// The claims of the ID token that was handed out.
    pub id_token: RefCell<Option<Object>>,
    /// Whether an account gave no answer.
    pub account_failed: Cell<bool>,
    /// The lines that were written: event and label.
    pub lines: RefCell<Vec<(&'static str, &'static str)>>,
}

/// One request's view of the outside.
#[derive(Clone)]
pub struct Door {
    /// Everything.
    pub house: Rc<House>,
    /// Where the request is served.
    pub iso: Rc<Iso>,
    /// The words that were heard.
    pub heard: Rc<Heard>,
    body: Rc<[u8]>,
    chance: Rc<RefCell<Chance>>,
}

impl Door {
    /// The view of a request with a body, whose calls take times drawn from a number.
    pub fn new(house: &Rc<House>, iso: &Rc<Iso>, body: &[u8], seed: u64) -> Self {
        Self {
            house: Rc::clone(house),
            iso: Rc::clone(iso),
            heard: Rc::default(),
            body: body.into(),
            chance: Rc::new(RefCell::new(Chance::seed(seed))),
        }
    }

    async fn wait(&self, least: i64, most: i64) {
        let time = least + self.chance.borrow_mut().seconds(most - least + 1);
        self.house.runtime.sleep(time).await;
    }

    /// Listens to an answer of the provider.
    fn listen(&self, url: &str, answer: &Answer) {
        let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
            return;
        };
        let claims = |token: &Value| Some(Unverified::parse(token.as_str()?)?.claims);
        if url.ends_with("/token") {
            self.heard.id_token.replace(claims(&body["id_token"]));
        } else if url.ends_with("/userinfo") {
            let id_token = self.heard.id_token.borrow();
            let Some(id_token) = &*id_token else { return };
            let (core, has_codes) = (claims(&body[CORE_IDENTITY]), !body[RETURN_CODE].is_null());
            let mut oracle = self.house.oracle.borrow_mut();
            oracle.proved(self.house.seconds(), id_token, core.as_ref(), has_codes);
        }
    }
}

impl Platform for Door {
    fn random(&self, out: &mut [u8]) {
        let mut random = self.house.random.borrow_mut();
        for byte in out {
            *byte = random.bytes::<1>()[0];
        }
    }

    async fn sign(&self, key: &PrivateJwk, alg: Alg, message: &[u8]) -> Result<Vec<u8>, Outage> {
        self.wait(0, 2).await;
        if self.house.strikes(Verb::Sign, &key.key_id).is_some() {
            return Err(Outage::Cryptography);
        }
        keys::sign(key.json.expose(), alg, message).ok_or(Outage::Cryptography)
    }

    async fn verify(
        &self,
        key: &VerifyingKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Outage> {
        self.wait(0, 2).await;
        match self.house.strikes(Verb::Verify, &key.key_id) {
            Some(_) => Err(Outage::Cryptography),
            None => Ok(keys::verify(
                &key.material.to_json(),
                key.alg,
                message,
                signature,
            )),
        }
    }

    async fn send(&self, call: Call) -> Result<Answer, Outage> {
        // The provider plays the staff's team too.
        let request = match call.url.strip_prefix(TEAM) {
            Some(target) => Request::get(target),
            None => as_provider_sees(&call),
        };
        let trouble = self.house.strikes(Verb::Send, &call.url);
        let of_team = call.url.starts_with(TEAM);
        let known = call.url.starts_with(ISSUER) || call.url == DID_DOCUMENT || of_team;
        if trouble == Some(Trouble::CallNotSent) || !known {
            self.wait(1, 300).await;
            return Err(Outage::Unreachable);
        }
        self.wait(10, 150).await;
        let answer = received(self.house.ask_provider(&request));
        if let Ok(answer) = &answer {
            self.listen(&call.url, answer);
        }
        match trouble {
            Some(Trouble::CallTimesOut) => {
                self.house.runtime.sleep(call.timeout_ms.into()).await;
                return Err(Outage::TimedOut);
            }
            Some(Trouble::CallTooLarge) => return Err(Outage::TooLarge),
            Some(_) => return Err(Outage::Unreachable),
            None => self.wait(10, 150).await,
        }
        answer
    }

    async fn stored(&self, name: &str) -> Result<Option<String>, Outage> {
        self.wait(1, 30).await;
        if self.house.strikes(Verb::Stored, name).is_some() {
            return Err(Outage::Storage);
        }
        let now = self.house.runtime.now();
        Ok(self.house.storage.read(name, now, self.iso.behind_ms))
    }

    async fn store(&self, name: &str, document: &str) -> Result<(), Outage> {
        self.wait(5, 100).await;
        let trouble = self.house.strikes(Verb::Store, name);
        if trouble != Some(Trouble::WriteFails) {
            let now = self.house.runtime.now();
            self.house
                .storage
                .write(name, now, Some(document.to_owned()));
        }
        trouble.map_or(Ok(()), |_| Err(Outage::Storage))
    }

    async fn ask(&self, account: &str, question: Question) -> Result<AccountReply, Outage> {
        let moves = self.house.moves.get();
        let is_moved = || {
            let is_moved = self.house.moves.get() != moves;
            self.heard
                .account_failed
                .set(self.heard.account_failed.get() || is_moved);
            is_moved
        };
        self.wait(1, 40).await;
        if is_moved() {
            return Err(Outage::Unreachable);
        }
        let trouble = self.house.strikes(Verb::Ask, kind(&question));
        if trouble.is_some() {
            self.heard.account_failed.set(true);
        }
        match trouble {
            Some(Trouble::AccountHangs) => {
                self.house.runtime.sleep(2_000).await;
                return Err(Outage::TimedOut);
            }
            Some(Trouble::AccountOverloaded) => return Err(Outage::Overloaded),
            Some(Trouble::AccountNotReached) => return Err(Outage::Unreachable),
            _ => {}
        }
        let now = self.house.seconds();
        let reply = self.house.accounts.answer(account, &question, now);
        self.wait(1, 20).await;
        match trouble {
            Some(_) => Err(Outage::Unreachable),
            None if is_moved() => Err(Outage::Unreachable),
            None => reply.ok_or(Outage::Unreachable),
        }
    }

    async fn body(&self, most: usize) -> Result<Vec<u8>, Outage> {
        self.wait(0, 10).await;
        match self.house.strikes(Verb::Body, "") {
            Some(Trouble::BodyHangs) => Err(Outage::TimedOut),
            Some(_) => Err(Outage::Unreachable),
            None if self.body.len() > most => Err(Outage::TooLarge),
            None => Ok(self.body.to_vec()),
        }
    }

    async fn pause(&self, milliseconds: u32) {
        self.house.runtime.sleep(milliseconds.into()).await;
    }

    async fn within_limit(&self, limit: Limit, _: &str) -> bool {
        self.wait(0, 2).await;
        !self.house.used_up.borrow().contains(&limit)
    }

    fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        if self.house.strikes(Verb::Spawn, "").is_none() {
            self.house.runtime.spawn(work);
        }
    }

    fn log(&self, event: &Event) {
        self.heard
            .lines
            .borrow_mut()
            .push((event.name, event.label));
        let mut oracle = self.house.oracle.borrow_mut();
        oracle.lines.insert((event.name, event.label));
        if let Some(wrong) = logs::judge(event) {
            oracle.broken(wrong);
        }
    }
}
