//! The platform double: the provider in the same process, KV as a map, and a fault for every verb.
//!
//! Each verb waits once before it takes effect, so that requests that run side by side meet at
//! every place where they could meet in a Worker.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::ops::Deref;
use std::rc::Rc;
use std::task::Poll;

use one_login_edge::gate;
use one_login_edge::gate::decision::{Decision, Verdict};
use one_login_edge::gate::http::request::{Headers, Request};
use one_login_edge::gate::isolate::Isolate;
use one_login_edge::oidc::jwk::PrivateJwk;
use one_login_edge::oidc::jwks::VerifyingKey;
use one_login_edge::oidc::jws::Alg;
use one_login_edge::platform::{Answer, Body, Call, Event, Limit, Outage, Platform};
use one_login_edge::session::account::{AccountReply, Question};
use simulator::http::{self, Response};
use simulator::provider::Provider;

use super::accounts::Accounts;
use super::executor::{Work, pause};
use super::keys;
use super::logs::is_documented;
use super::record::{Carried, Happened, Record, kind};
use super::settings::ISSUER;
use super::trouble::{Trouble, Troubles, Verb};
use super::wire::{as_provider_sees, received};

/// Changes a JSON document.
pub type Change = Box<dyn Fn(&mut serde_json::Value)>;

/// Where the keys of core identities are.
pub const DID_DOCUMENT: &str = "https://identity.account.gov.uk/.well-known/did.json";

/// One request's view of the outside; clones see the same outside.
#[derive(Clone)]
pub struct Outside {
    inner: Rc<Inner>,
    body: Rc<[u8]>,
}

/// The outside itself.
pub struct Inner {
    /// Seconds since the epoch, the same for the edge and the provider.
    pub clock: Cell<i64>,
    /// The provider.
    pub provider: RefCell<Provider>,
    /// KV.
    pub documents: RefCell<BTreeMap<String, String>>,
    /// The accounts, which know who is signed in.
    pub accounts: Accounts,
    /// The limits that are used up.
    pub used_up: RefCell<Vec<Limit>>,
    /// The troubles that are set.
    pub troubles: Troubles,
    /// How answers of the provider are changed on their way, by a part of the address.
    pub changes: RefCell<Vec<(&'static str, Change)>>,
    /// Documents at addresses of others than the provider.
    pub elsewhere: RefCell<BTreeMap<&'static str, String>>,
    /// The events so far.
    pub record: RefCell<Record>,
    /// The isolate that answers, which the provider asks for the client's keys.
    pub isolate: RefCell<Rc<Isolate>>,
    random: Cell<u64>,
    spawned: RefCell<Vec<Work>>,
}

impl Deref for Outside {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl Outside {
    /// An outside in which nothing has happened.
    pub fn new(now: i64, provider: Provider, isolate: Rc<Isolate>) -> Self {
        let inner = Rc::new(Inner {
            clock: Cell::new(now),
            provider: RefCell::new(provider),
            documents: RefCell::default(),
            accounts: Accounts::default(),
            used_up: RefCell::default(),
            troubles: Troubles::default(),
            changes: RefCell::default(),
            elsewhere: RefCell::default(),
            record: RefCell::default(),
            isolate: RefCell::new(isolate),
            random: Cell::new(1),
            spawned: RefCell::default(),
        });
        let body = Rc::default();
        Self { inner, body }
    }

    /// The view of a request with a body.
    pub fn with_body(&self, body: &[u8]) -> Self {
        Self {
            inner: Rc::clone(&self.inner),
            body: body.into(),
        }
    }

    /// Notes what happened.
    pub fn note(&self, event: Happened) {
        self.record.borrow_mut().0.push(event);
    }

    /// The work that was left for after the answer.
    pub fn take_spawned(&self) -> Vec<Work> {
        self.spawned.take()
    }

    /// The provider's answer to a request, be it the edge's or a browser's.
    pub fn ask_provider(&self, request: &http::Request) -> Response {
        let mut client_keys = |address: &str| self.published(address);
        let mut provider = self.provider.borrow_mut();
        provider.handle(self.clock.get(), request, &mut client_keys)
    }

    /// The answer as it arrives, with every change that a test set for its address.
    fn changed(&self, url: &str, mut answer: Answer) -> Answer {
        for (_, change) in self
            .changes
            .borrow()
            .iter()
            .filter(|(part, _)| url.contains(part))
        {
            let mut document = serde_json::from_slice(&answer.body).unwrap();
            change(&mut document);
            answer.body = document.to_string().into_bytes();
        }
        answer
    }

    /// The edge's own answer at the address where a client publishes its keys, for the provider.
    fn published(&self, address: &str) -> Result<Vec<u8>, String> {
        let request = Request {
            method: "GET".to_owned(),
            url: address.to_owned(),
            headers: Headers::default(),
        };
        let isolate = Rc::clone(&self.isolate.borrow());
        match gate::decide(&isolate, self, &request, self.clock.get()).0 {
            Verdict::Now(decision) => match *decision {
                Decision::Reply(reply) if reply.status == 200 => Ok(reply.body.into_bytes()),
                _ => Err("no keys".to_owned()),
            },
            Verdict::Later(_) => Err("the keys have to be waited for".to_owned()),
        }
    }
}

impl Platform for Outside {
    fn random(&self, out: &mut [u8]) {
        for byte in out {
            // SplitMix64: enough for values that differ, and the same in every run.
            let state = self.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
            self.random.set(state);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (mixed >> 56) as u8;
        }
    }

    async fn sign(&self, key: &PrivateJwk, alg: Alg, message: &[u8]) -> Result<Vec<u8>, Outage> {
        pause().await;
        let key_id = key.key_id.clone();
        let trouble = self.troubles.strike(Verb::Sign, &key_id);
        self.note(Happened::Signed { key_id, alg });
        if trouble.is_some() {
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
        pause().await;
        let broken = self.troubles.strike(Verb::Verify, &key.key_id).is_some();
        let verdict =
            (!broken).then(|| keys::verify(&key.material.to_json(), key.alg, message, signature));
        let key_id = key.key_id.clone();
        self.note(Happened::Verified { key_id, verdict });
        verdict.ok_or(Outage::Cryptography)
    }

    async fn send(&self, call: Call) -> Result<Answer, Outage> {
        pause().await;
        let request = as_provider_sees(&call);
        self.note(Happened::Called {
            url: call.url.clone(),
            user_agent: call.user_agent,
            carried: match &call.body {
                Body::Nothing => Carried::Nothing,
                Body::Bearer(_) => Carried::Bearer,
                Body::Form(form) => Carried::Form(form.expose().to_owned()),
            },
            timeout_ms: call.timeout_ms,
        });
        let trouble = self.troubles.strike(Verb::Send, &call.url);
        if let (Some(document), None) = (self.elsewhere.borrow().get(call.url.as_str()), trouble) {
            return Ok(Answer {
                status: 200,
                cache_control: String::new(),
                retry_after: String::new(),
                body: document.clone().into_bytes(),
            });
        }
        let known = call.url.starts_with(ISSUER) || call.url == DID_DOCUMENT;
        if trouble == Some(Trouble::CallNotSent) || !known {
            return Err(Outage::Unreachable);
        }
        let answer = received(self.ask_provider(&request));
        let answer = answer.map(|answer| self.changed(&call.url, answer));
        pause().await;
        match trouble {
            Some(Trouble::CallAnswerLost) => Err(Outage::Unreachable),
            Some(Trouble::CallTimesOut) => Err(Outage::TimedOut),
            Some(Trouble::CallTooLarge) => Err(Outage::TooLarge),
            _ => answer,
        }
    }

    async fn stored(&self, name: &str) -> Result<Option<String>, Outage> {
        pause().await;
        self.note(Happened::Read(name.to_owned()));
        if self.troubles.strike(Verb::Stored, name).is_some() {
            return Err(Outage::Storage);
        }
        Ok(self.documents.borrow().get(name).cloned())
    }

    async fn store(&self, name: &str, document: &str) -> Result<(), Outage> {
        pause().await;
        self.note(Happened::Written(name.to_owned()));
        let trouble = self.troubles.strike(Verb::Store, name);
        if trouble != Some(Trouble::WriteFails) {
            let mut documents = self.documents.borrow_mut();
            documents.insert(name.to_owned(), document.to_owned());
        }
        trouble.map_or(Ok(()), |_| Err(Outage::Storage))
    }

    async fn ask(&self, account: &str, question: Question) -> Result<AccountReply, Outage> {
        pause().await;
        let trouble = self.troubles.strike(Verb::Ask, kind(&question));
        self.note(Happened::Asked {
            account: account.to_owned(),
            question: question.clone(),
        });
        match trouble {
            Some(Trouble::AccountHangs) => return Err(Outage::TimedOut),
            Some(Trouble::AccountOverloaded) => return Err(Outage::Overloaded),
            Some(Trouble::AccountNotReached) => return Err(Outage::Unreachable),
            _ => {}
        }
        let reply = self.accounts.answer(account, &question, self.clock.get());
        pause().await;
        match trouble {
            Some(_) => Err(Outage::Unreachable),
            None => reply.ok_or(Outage::Unreachable),
        }
    }

    async fn body(&self, most: usize) -> Result<Vec<u8>, Outage> {
        pause().await;
        match self.troubles.strike(Verb::Body, "") {
            Some(Trouble::BodyHangs) => Err(Outage::TimedOut),
            Some(_) => Err(Outage::Unreachable),
            None if self.body.len() > most => Err(Outage::TooLarge),
            None => Ok(self.body.to_vec()),
        }
    }

    async fn within_limit(&self, limit: Limit, key: &str) -> bool {
        pause().await;
        self.note(Happened::Counted(limit, key.to_owned()));
        !self.used_up.borrow().contains(&limit)
    }

    async fn pause(&self, milliseconds: u32) {
        self.note(Happened::Waited(milliseconds));
        pause().await;
        // Work that no request waits for goes on while one does.
        poll_fn(|context| {
            let mut pending = Vec::new();
            for mut work in self.spawned.take() {
                if work.as_mut().poll(context).is_pending() {
                    pending.push(work);
                }
            }
            self.spawned.borrow_mut().extend(pending);
            Poll::Ready(())
        })
        .await;
    }

    fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        self.note(Happened::Spawned);
        if self.troubles.strike(Verb::Spawn, "").is_none() {
            self.spawned.borrow_mut().push(Box::pin(work));
        }
    }

    fn log(&self, event: &Event) {
        assert!(
            is_documented(event),
            "docs/logs.md has no row for {event:?}"
        );
        self.note(Happened::Logged(event.clone()));
    }
}
