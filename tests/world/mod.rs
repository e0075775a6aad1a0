//! One world for the native tests: the edge, the provider, an origin, a clock and browsers, without
//! a runtime, a socket or a thread.
//!
//! [`settings`] has the deployment, [`outside`] the edge's surroundings, [`browser`] the people's
//! browsers, [`trouble`] the failures, and [`record`] the events.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test file uses a part of the world"
)]

pub mod accounts;
pub mod assertion;
pub mod behind;
pub mod browser;
pub mod chance;
pub mod executor;
pub mod http;
pub mod jar;
pub mod keys;
pub mod logs;
pub mod outside;
pub mod record;
pub mod service_key;
pub mod settings;
pub mod signing_out;
pub mod trouble;
pub mod wire;

use std::cell::{Cell, RefCell, RefMut};
use std::rc::Rc;

use one_login_edge::config::Config;
use one_login_edge::gate;
use one_login_edge::gate::access::answer::OriginAnswer;
use one_login_edge::gate::decision::Forward;
use one_login_edge::gate::decision::{Decision, Verdict};
use one_login_edge::gate::http::request::Request;
use one_login_edge::gate::isolate::Isolate;
use serde_json::{Value, json};
use simulator::provider::Provider;
use simulator::provider::fault::Fault;
use simulator::provider::personas::Persona;

pub use browser::{Browser, ENDING, SESSION, common};
pub use executor::{block_on, together};
pub use http::{By, Incoming, Shown};
pub use outside::Outside;
pub use record::{Happened, OriginRequest, Record};
pub use settings::{ALIAS, CLIENT, HOST, IDENTITY, ISSUER, SERVICE, Setup};
pub use trouble::{Trouble, Verb, When};

/// When every world begins.
pub const BEGINNING: i64 = 1_800_000_000;

/// A part of an address, for [`World::addresses`].
pub const STREET: &str = "漢字\u{1f600}é\r\n;,";

/// Everything at once.
pub struct World {
    /// The platform of the edge.
    pub outside: Outside,
    /// The answer of the service behind the edge.
    pub answer: RefCell<OriginAnswer>,
    /// The `WWW-Authenticate` of a 401 in `answer`.
    pub challenge: RefCell<Option<String>>,
    /// How many seconds it takes to answer.
    pub takes: Cell<i64>,
    setup: RefCell<Setup>,
}

impl World {
    /// A world with the usual deployment.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// A world whose deployment was changed before it began; it must be sound.
    pub fn with(change: impl FnOnce(&mut Setup)) -> Self {
        let world = Self::possibly_faulty(change);
        let faults = world.isolate().config.faults.clone();
        assert!(faults.is_empty(), "{faults:?}");
        world
    }

    /// A world whose deployment may have faults.
    pub fn possibly_faulty(change: impl FnOnce(&mut Setup)) -> Self {
        let mut setup = Setup::default();
        change(&mut setup);
        let isolate = Rc::new(Isolate::new(Config::parse(&setup.vars)));
        Self {
            outside: Outside::new(BEGINNING, setup.provider(), isolate),
            answer: RefCell::new(OriginAnswer {
                status: 200,
                ..OriginAnswer::default()
            }),
            challenge: RefCell::default(),
            takes: Cell::new(0),
            setup: RefCell::new(setup),
        }
    }

    /// Now, in seconds since the epoch.
    pub fn now(&self) -> i64 {
        self.outside.clock.get()
    }

    /// Time passes, and the alarms that are due run.
    pub fn pass(&self, seconds: i64) {
        self.outside.clock.set(self.now() + seconds);
        self.outside.accounts.tidy(self.now());
    }

    /// The isolate that answers now.
    pub fn isolate(&self) -> Rc<Isolate> {
        Rc::clone(&self.outside.isolate.borrow())
    }

    /// The same version goes on in an isolate that remembers nothing.
    pub fn new_isolate(&self) {
        self.deploy(|_| {});
    }

    /// Another version is deployed, in an isolate that remembers nothing. KV and the provider stay.
    pub fn deploy(&self, change: impl FnOnce(&mut Setup)) {
        let mut setup = self.setup.borrow_mut();
        change(&mut setup);
        let isolate = Isolate::new(Config::parse(&setup.vars));
        self.outside.isolate.replace(Rc::new(isolate));
    }

    /// The provider.
    pub fn provider(&self) -> RefMut<'_, Provider> {
        self.outside.provider.borrow_mut()
    }

    /// Sets the person who signs in at the provider from now on.
    pub fn person(&self, id: &str) {
        let persona = Persona::find(id);
        assert!(persona.is_some(), "there is no persona {id}");
        self.provider().set_automatic(persona);
    }

    /// The provider breaks its answers in one way from now on.
    pub fn provider_fault(&self, fault: Fault) {
        self.provider().set_fault(Some(fault), None);
    }

    /// A verb of the platform fails.
    pub fn trouble(&self, trouble: Trouble, when: When) {
        self.outside.troubles.plan(trouble, when);
    }

    /// Changes the provider's answers at addresses that contain this part.
    pub fn change(&self, part: &'static str, change: impl Fn(&mut Value) + 'static) {
        let mut changes = self.outside.changes.borrow_mut();
        changes.push((part, Box::new(change)));
    }

    /// Gives every persona with an address this many addresses, in letters outside ASCII.
    pub fn addresses(&self, count: usize) {
        const ADDRESS: &str = "https://vocab.account.gov.uk/v1/address";
        self.change("/userinfo", move |answer| {
            if answer.get(ADDRESS).is_some() {
                let entry = json!({ "streetName": STREET.repeat(4), "postalCode": "BA2 5AA" });
                answer[ADDRESS] = json!(vec![entry; count]);
            }
        });
    }

    /// Everything works again, on the platform and at the provider.
    pub fn mend(&self) {
        self.outside.troubles.mend();
        self.outside.changes.borrow_mut().clear();
        self.provider().set_fault(None, None);
    }

    /// The events since the last call of this function or of `forget`.
    pub fn happened(&self) -> Record {
        self.outside.record.take()
    }

    /// Forgets what happened.
    pub fn forget(&self) {
        self.outside.record.take();
    }

    /// The edge's answer to one request, and then the work that it left for afterwards.
    pub fn ask(&self, request: Incoming) -> Shown {
        let mut shown = self.ask_together(vec![request]);
        shown.remove(0)
    }

    /// The edge's answers to several requests that one isolate serves at the same time.
    pub fn ask_together(&self, requests: Vec<Incoming>) -> Vec<Shown> {
        let answers = requests.into_iter().map(|request| self.answer(request));
        let shown = block_on(together(answers.collect()));
        self.finish_spawned();
        shown
    }

    /// The edge's answer to one request, in the middle of which something else happens: as soon as
    /// the record says so.
    pub fn ask_while(
        &self,
        request: Incoming,
        now: impl Fn(&Record) -> bool,
        happens: impl FnOnce(),
    ) -> Shown {
        let ready = || now(&self.outside.record.borrow());
        let shown = executor::interrupted(self.answer(request), ready, happens);
        self.finish_spawned();
        shown
    }

    /// Requests whose clients leave as soon as the edge waits for something.
    pub fn ask_and_leave(&self, requests: Vec<Incoming>) {
        for request in requests {
            executor::poll_to_a_call(self.answer(request), || {
                self.outside.record.borrow().calls().len()
            });
        }
    }

    /// A request that is cut off while it waits for an answer from an address with this part.
    pub fn ask_and_leave_at(&self, request: Incoming, part: &str) {
        executor::poll_to_a_call(self.answer(request), || {
            let calls = self.outside.record.borrow().calls();
            calls.iter().filter(|call| call.contains(part)).count()
        });
    }

    /// Runs the work that requests left for afterwards, and the work that it leaves in its turn.
    fn finish_spawned(&self) {
        loop {
            let work = self.outside.take_spawned();
            if work.is_empty() {
                return;
            }
            block_on(together(work));
        }
    }

    /// In how many seconds an open WebSocket is looked at again that this request opened; 0 where it closes.
    pub fn attend(&self, opened: Incoming) -> i64 {
        let (isolate, opened) = (self.isolate(), opened.to_request());
        block_on(gate::attend(&isolate, &self.outside, &opened, self.now()))
    }

    /// The hourly task.
    pub fn refresh(&self) {
        block_on(gate::refresh(&self.isolate(), &self.outside, self.now()));
        self.finish_spawned();
    }

    async fn answer(&self, request: Incoming) -> Shown {
        let parsed = request.to_request();
        let isolate = self.isolate();
        let outside = self.outside.with_body(&request.body);
        let decision = match gate::decide(&isolate, &outside, &parsed, self.now()) {
            (Verdict::Now(decision), _) => {
                self.judge_again(&parsed, &decision);
                *decision
            }
            (Verdict::Later(task), Some(scene)) => gate::finish(&scene, &parsed, task).await,
            (Verdict::Later(_), None) => panic!("a task without a scene"),
        };
        match decision {
            Decision::Reply(reply) => behind::replied(request, reply),
            // Where there is a Worker, the file of this name is the body.
            Decision::Asset { file, reply } => Shown {
                body: file.to_owned(),
                ..behind::replied(request, reply)
            },
            Decision::Forward(mut forward) => {
                self.outside.clock.set(self.now() + self.takes.get());
                if self.takes.get() > 5 {
                    let plan = &mut forward.answer;
                    gate::prolong(&isolate, &outside, &parsed, self.now(), plan);
                }
                let shown = self.reach(request.clone(), &forward);
                let challenge = self.challenge.borrow().clone();
                match challenge.filter(|_| shown.status == 401) {
                    Some(challenge) => {
                        let now = self.now();
                        gate::asked(&isolate, &outside, &parsed, now, &challenge)
                            .await
                            .map_or(shown, |reply| behind::replied(request, reply))
                    }
                    None => shown,
                }
            }
        }
    }

    /// A request that passes at once passes in the same way when its cookie has to be opened again.
    fn judge_again(&self, request: &Request, decision: &Decision) {
        let Decision::Forward(out) = decision else {
            return;
        };
        // A renewed cookie is another each time, and one that is renewed was opened.
        if !out.answer.cookies.is_empty() {
            return;
        }
        let isolate = self.isolate();
        isolate.opened.take();
        isolate.names.take();
        match gate::decide(&isolate, &self.outside, request, self.now()).0 {
            Verdict::Now(again) => assert_eq!(*again, *decision, "it was remembered wrongly"),
            Verdict::Later(task) => panic!("it was remembered, and asks for {task:?}"),
        }
    }

    /// The service behind the edge takes a request and answers it, and the edge changes the answer.
    fn reach(&self, request: Incoming, forward: &Forward) -> Shown {
        let reached = behind::reached(&request, forward);
        self.outside.note(Happened::Reached(reached));
        behind::changed(request, forward, self.answer.borrow().clone())
    }
}
