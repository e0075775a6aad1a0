//! The whole system: a provider, storage, accounts, and isolates of several versions, each with its own
//! clock and its own view of KV.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use one_login_edge::config::Config;
use one_login_edge::gate::access::answer::OriginAnswer;
use one_login_edge::gate::decision::{Decision, Verdict};
use one_login_edge::gate::isolate::Isolate;
use one_login_edge::gate::{self, endpoints};
use one_login_edge::platform::Limit;
use serde_json::Value;
use simulator::http::{self, Response};
use simulator::jose::{Object, Unverified, verify_es256};
use simulator::provider::Provider;

use super::demand;
use super::deployment;
use super::door::{Door, Heard};
use super::oracle::{Asked, Oracle, Seal};
use super::referring;
use super::rules::Rules;
use super::runtime::Runtime;
use super::storage::Storage;
use super::trace::Trace;
use crate::world::accounts::Accounts;
use crate::world::chance::Chance;
use crate::world::record::OriginRequest;
use crate::world::trouble::Troubles;
use crate::world::{BEGINNING, Incoming, Setup, Shown, Trouble, Verb, behind, jar};

/// One isolate.
pub struct Iso {
    /// Its number, counted from the beginning.
    pub number: usize,
    /// Which version runs in it.
    pub version: usize,
    /// The product's own memory in it.
    pub isolate: Rc<Isolate>,
    /// By how many milliseconds its clock is ahead.
    pub ahead_ms: i64,
    /// By how many milliseconds its KV is behind.
    pub behind_ms: i64,
    /// The keys for assertions that it publishes, for the first service.
    pub keys: Vec<Object>,
}

/// Everything.
pub struct House {
    /// The clock.
    pub runtime: Runtime,
    /// GOV.UK One Login.
    pub provider: RefCell<Provider>,
    /// KV.
    pub storage: Storage,
    /// The accounts.
    pub accounts: Accounts,
    /// The troubles that lie ahead.
    pub troubles: Troubles,
    /// Since when everything works, in milliseconds since the epoch; `None` while something does not.
    pub works_since: Cell<Option<i64>>,
    /// The limits that are used up.
    pub used_up: RefCell<Vec<Limit>>,
    /// The isolates that take requests.
    pub isolates: RefCell<Vec<Rc<Iso>>>,
    /// Those that take none any more.
    pub ended: RefCell<Vec<Rc<Iso>>>,
    /// The versions that were deployed with their rules, the last one last.
    pub versions: RefCell<Vec<(Setup, Rules)>>,
    /// The version before which no rollback goes: the one that replaced a leaked key.
    pub floor: Cell<usize>,
    /// The version that put another session key in the place of a leaked one.
    pub resealed: Cell<Option<usize>>,
    /// Whether a version was rolled back, after which a rotation begins from the start.
    pub is_rolled_back: Cell<bool>,
    /// When a rotation began to use the next session key, in milliseconds.
    pub key_used_ms: Cell<i64>,
    /// Whether a list of invitations may have lost its own key, which a session key of before sealed.
    pub may_lose_list: Cell<bool>,
    /// How often a deployment has moved the accounts.
    pub moves: Cell<usize>,
    /// The judge.
    pub oracle: RefCell<Oracle>,
    /// Where the product's random numbers come from.
    pub random: RefCell<Chance>,
    /// The record.
    pub trace: RefCell<Trace>,
    next_isolate: Cell<usize>,
}

/// How a request is served.
pub struct Served {
    /// The request as the service got it, if it did.
    pub reached: Option<OriginRequest>,
    /// The answer.
    pub shown: Shown,
    /// Whether the service refused the request and said what it lacks.
    pub is_refused_by_service: bool,
    /// Whether a WebSocket of it closes with its session.
    pub is_attended: bool,
    /// The words that were heard meanwhile.
    pub heard: Rc<Heard>,
}

impl House {
    /// A house with one version and one isolate.
    pub fn new(seed: u64, rules: Rules, oracle: Oracle) -> Rc<Self> {
        let setup = deployment::setup(rules);
        simulator::keys::repeat(seed);
        let house = Rc::new(Self {
            runtime: Runtime::new(BEGINNING * 1_000, seed),
            provider: RefCell::new(deployment::provider(&setup)),
            storage: Storage::default(),
            accounts: Accounts::default(),
            troubles: Troubles::default(),
            works_since: Cell::new(Some(BEGINNING * 1_000)),
            used_up: RefCell::default(),
            isolates: RefCell::default(),
            ended: RefCell::default(),
            versions: RefCell::new(vec![(setup, rules)]),
            floor: Cell::new(0),
            resealed: Cell::default(),
            is_rolled_back: Cell::new(false),
            key_used_ms: Cell::default(),
            may_lose_list: Cell::new(false),
            moves: Cell::new(0),
            oracle: RefCell::new(oracle),
            random: RefCell::new(Chance::seed(seed ^ 0x5eed)),
            trace: RefCell::default(),
            next_isolate: Cell::new(0),
        });
        house.start_isolate(0, 0, 0);
        house
    }

    /// Now, in seconds since the epoch.
    pub fn seconds(&self) -> i64 {
        self.runtime.now() / 1_000
    }

    /// An isolate of a version begins to take requests.
    pub fn start_isolate(&self, version: usize, ahead_ms: i64, behind_ms: i64) {
        let versions = self.versions.borrow();
        let config = Config::parse(&versions[version].0.vars);
        assert!(config.faults.is_empty(), "{:?}", config.faults);
        let isolate = Rc::new(Isolate::new(config));
        let number = self.next_isolate.replace(self.next_isolate.get() + 1);
        let mut iso = Iso {
            number,
            version,
            isolate,
            ahead_ms,
            behind_ms,
            keys: Vec::new(),
        };
        let reply = endpoints::assertion_keys(&deployment::known(&iso, deployment::HOSTS[0]));
        let document: Value = serde_json::from_str(&reply.body).unwrap();
        let keys = document["keys"].as_array().unwrap().iter();
        iso.keys = keys.filter_map(|key| key.as_object().cloned()).collect();
        self.isolates.borrow_mut().push(Rc::new(iso));
    }

    /// With which session key an isolate seals: the first, or the one in the place of a leaked one. No isolate opens what the
    /// other one sealed.
    pub fn seal(&self, iso: &Iso) -> Seal {
        match self.resealed.get().is_some_and(|from| iso.version >= from) {
            true => Seal::Replaced,
            false => Seal::First,
        }
    }

    /// Some isolates take no more requests.
    pub fn end_isolates(&self, which: impl Fn(&Iso) -> bool) {
        let mut isolates = self.isolates.borrow_mut();
        let (ended, left) = isolates.drain(..).partition(|iso| which(iso));
        *isolates = left;
        let ended: Vec<_> = ended;
        self.ended.borrow_mut().extend(ended);
    }

    /// An isolate's document at an address where its client's keys are.
    fn client_keys(iso: &Iso, address: &str) -> Result<Vec<u8>, String> {
        let host = jar::host(address);
        let reply = endpoints::client_keys(&deployment::known(iso, &host));
        Ok(reply.body.into_bytes())
    }

    /// The trouble that strikes a use of the platform.
    pub fn strikes(&self, verb: Verb, about: &str) -> Option<Trouble> {
        let struck = self.troubles.strike(verb, about);
        if struck.is_some() {
            self.works_since.set(None);
        }
        struck
    }

    /// The provider's answer to a request, be it the edge's or a browser's.
    pub fn ask_provider(&self, request: &http::Request) -> Response {
        let newest = self.isolates.borrow().last().cloned();
        let mut client_keys = |address: &str| match &newest {
            Some(iso) => Self::client_keys(iso, address),
            None => Err("no isolate answers".to_owned()),
        };
        let mut provider = self.provider.borrow_mut();
        let answer = provider.handle(self.seconds(), request, &mut client_keys);
        provider.clear_requests();
        referring::lengthen(request, answer)
    }

    /// An isolate serves a request, and the service behind it takes so long to answer.
    pub async fn serve(
        self: &Rc<Self>,
        iso: &Rc<Iso>,
        request: Incoming,
        asked: Option<&Asked>,
        origin_ms: i64,
        seed: u64,
    ) -> Served {
        let arrived_ms = self.runtime.now();
        let parsed = request.to_request();
        let door = Door::new(self, iso, &request.body, seed);
        let heard = Rc::clone(&door.heard);
        let now = (self.runtime.now() + iso.ahead_ms).div_euclid(1_000);
        let decision = match gate::decide(&iso.isolate, &door, &parsed, now) {
            (Verdict::Now(decision), _) => *decision,
            (Verdict::Later(task), Some(scene)) => gate::finish(&scene, &parsed, task).await,
            (Verdict::Later(_), None) => panic!("a task without a scene"),
        };
        let mut forward = match decision {
            Decision::Reply(reply) | Decision::Asset { reply, .. } => {
                return Served {
                    reached: None,
                    shown: behind::replied(request, reply),
                    is_refused_by_service: false,
                    is_attended: false,
                    heard,
                };
            }
            Decision::Forward(forward) => forward,
        };
        let reached = behind::reached(&request, &forward);
        if let Some(asked) = asked {
            let mut oracle = self.oracle.borrow_mut();
            oracle.reached(self, asked, arrived_ms, &reached, &heard);
            drop(oracle);
            referring::fetch(self, asked.host, &reached, seed);
        }
        self.runtime.sleep(origin_ms).await;
        let challenge = demand::challenge(&reached, self.seconds());
        let is_refused_by_service = challenge.is_some();
        if let Some(challenge) = challenge {
            let now = (self.runtime.now() + iso.ahead_ms).div_euclid(1_000);
            let asked = gate::asked(&iso.isolate, &door, &parsed, now, &challenge).await;
            if let Some(reply) = asked {
                return Served {
                    reached: Some(reached),
                    shown: behind::replied(request, reply),
                    is_refused_by_service,
                    is_attended: false,
                    heard,
                };
            }
        }
        // As in `glue.js`: the decision made at the request is out of date by then.
        if origin_ms > 5_000 {
            let now = (self.runtime.now() + iso.ahead_ms).div_euclid(1_000);
            gate::prolong(&iso.isolate, &door, &parsed, now, &mut forward.answer);
        }
        let answer = OriginAnswer {
            status: if is_refused_by_service { 401 } else { 200 },
            ..OriginAnswer::default()
        };
        Served {
            reached: Some(reached),
            shown: behind::changed(request, &forward, answer),
            is_refused_by_service,
            is_attended: forward.answer.attended,
            heard,
        }
    }

    /// In how many seconds an isolate looks again whether a WebSocket may stay open that this request opened; 0 where it closes it.
    pub async fn attend(
        self: &Rc<Self>,
        iso: &Rc<Iso>,
        opened: &Incoming,
        seed: u64,
    ) -> (i64, Rc<Heard>) {
        let door = Door::new(self, iso, &[], seed);
        let now = (self.runtime.now() + iso.ahead_ms).div_euclid(1_000);
        let seconds = gate::attend(&iso.isolate, &door, &opened.to_request(), now).await;
        (seconds, door.heard)
    }

    /// The hourly task runs in an isolate.
    pub async fn refresh(self: &Rc<Self>, iso: &Rc<Iso>, seed: u64) {
        let door = Door::new(self, iso, &[], seed);
        let now = (self.runtime.now() + iso.ahead_ms).div_euclid(1_000);
        gate::refresh(&iso.isolate, &door, now).await;
    }

    /// Whether a statement is signed by a key that an isolate publishes, or published before it ended.
    pub fn has_signed(&self, token: &Unverified) -> bool {
        let (isolates, ended) = (self.isolates.borrow(), self.ended.borrow());
        let mut keys = isolates
            .iter()
            .chain(ended.iter())
            .flat_map(|iso| &iso.keys);
        keys.any(|key| {
            let kid = key.get("kid").and_then(Value::as_str);
            kid.is_some()
                && token.header_text("kid") == kid
                && verify_es256(key, &token.signed, &token.signature)
        })
    }
}
