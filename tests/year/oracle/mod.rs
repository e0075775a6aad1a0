//! The judge: the promises, stated without a line of the product's code.
//!
//! It sees the network traffic: the provider's tokens, the requests that reach a service, the answers that reach a
//! browser, and the log. From these it knows who is signed in where, since when and how, and it names the promise that
//! is broken.

pub mod arrivals;
pub mod assertion;
pub mod away;
pub mod blocks;
pub mod demands;
pub mod ends;
pub mod faults;
pub mod guests;
pub mod logs;
pub mod outsiders;
pub mod references;
pub mod sockets;
pub mod standing;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::rc::Rc;

use simulator::jose::{Object, Unverified};

use super::deployment::Place;
use super::door::Heard;
use super::house::Served;
use super::rules::{Limits, Rules};
use crate::world::Incoming;
use arrivals::Arrivals;
use away::Away;
use blocks::Blocks;
use guests::{Guest, Guests};
use references::References;
use standing::Who;

/// The session key of an isolate: one that replaces a leaked key opens nothing of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// That of the first version, or one that a rotation put in its place.
    First,
    /// The one that replaced a leaked key.
    Replaced,
}

/// A completed sign-in, as the provider said it.
#[derive(Debug)]
pub struct Signed {
    /// The subject.
    pub sub: String,
    /// When the person proved who they are.
    pub auth_time: i64,
    /// The ID token's vector.
    pub vot: String,
    /// When the ID token was made.
    pub iat: i64,
    /// When the edge answered the callback, in milliseconds.
    pub created_ms: i64,
    /// The key of the isolate that began its session.
    pub seal: Seal,
    /// Whether an identity was asked for.
    pub proving: bool,
    /// Whether the service had invited the person.
    pub guest: Guest,
    /// The sign-in before, whose session goes on if an identity was asked for in it.
    pub before: Option<Rc<Self>>,
    /// The session's id, once a service has learnt it.
    pub sid: RefCell<Option<String>>,
    /// When its session ended, in milliseconds, if that was before a service learnt of it.
    pub ended_ms: Cell<Option<i64>>,
    /// Whether its session may have ended before that, for a reason that the wire does not show.
    pub doubtful: Cell<bool>,
    /// Whether its session is new for certain, at the service with an arrival path.
    pub is_new: bool,
    /// Whether an answer has taken its person on from there.
    pub went_on: Cell<bool>,
    /// Whether that answer has reached a browser.
    pub is_on: Cell<bool>,
}

impl Signed {
    /// Its session has ended, whether or not a service has learnt of it.
    fn end(&self, now: i64) {
        self.ended_ms.set(self.ended_ms.get().or(Some(now)));
    }
}

/// A session that a service has seen.
#[derive(Debug)]
pub struct Life {
    /// Its subject.
    pub sub: String,
    /// The service that has seen it.
    pub host: usize,
    /// When its ID token was made.
    pub iat: i64,
    /// When it began, in milliseconds.
    pub created_ms: i64,
    /// When it ended, in milliseconds.
    pub ended_ms: Option<i64>,
    /// Whether it may have ended for a reason that the wire does not show.
    pub doubtful: bool,
}

/// The identity that a person proved.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// The highest level: `P1` or `P2`.
    pub level: String,
    /// When the last core identity was made.
    pub iat: i64,
    /// When the provider last gave return codes, in seconds.
    pub coded: i64,
}

/// A browser's request, with the oracle's knowledge when it was sent.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The computer.
    pub computer: usize,
    /// The service.
    pub host: usize,
    /// The place, if it is one of the service's.
    pub place: Option<usize>,
    /// When it was sent, in milliseconds.
    pub sent_ms: i64,
    /// The people who may be signed in there.
    pub who: Vec<Who>,
    /// How many answers had settled who that is.
    pub settled: u64,
    /// When the session was last used there, in milliseconds.
    pub used_ms: i64,
    /// Whether the way there asked for an identity.
    pub proving: bool,
    /// When the sign-in began from which it comes back, in milliseconds, if that is for the first time and the browser still
    /// has the cookie.
    pub began_ms: Option<i64>,
}

/// The judge.
#[derive(Debug)]
pub struct Oracle {
    /// The first promise that was broken, and how.
    pub wrong: Option<String>,
    /// The only promise that is judged, if a run asks for one.
    only: Option<String>,
    /// The rules of every version that may still answer, the newest last.
    pub running: Vec<Rules>,
    /// By how many milliseconds two clocks may differ, and what a request takes.
    pub spread_ms: i64,
    /// Whether nothing goes wrong in this world.
    pub calm: bool,
    /// Since when accounts have answered every question, in milliseconds.
    pub accounts_since_ms: i64,
    /// Whether each isolate publishes what another signs with, which an emergency interrupts.
    pub keys_everywhere: bool,
    lives: BTreeMap<String, Life>,
    signed: Vec<Rc<Signed>>,
    /// The sessions that may belong to either of two sign-ins, by their ids.
    unplaced: BTreeSet<String>,
    proofs: BTreeMap<String, Proof>,
    /// How many requests are under way that may end a subject's sessions.
    ending: BTreeMap<String, usize>,
    /// The people whom a service keeps out.
    blocks: Blocks,
    /// The people whom a service has invited.
    guests: Guests,
    /// Where people were who went to prove their identity.
    away: Away,
    /// The places that people wanted before they arrived.
    arrivals: Arrivals,
    /// The references that services have used.
    references: References,
    /// When the staff's team last changed its key, in milliseconds.
    pub team_changed_ms: i64,
    /// How many requests were judged.
    pub judged: usize,
    /// Each kind of line that was written: event and label.
    pub lines: BTreeSet<(&'static str, &'static str)>,
}

fn text<'a>(claims: &'a Object, name: &str) -> &'a str {
    claims
        .get(name)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
}

fn seconds(claims: &Object, name: &str) -> i64 {
    claims
        .get(name)
        .and_then(serde_json::Value::as_i64)
        .unwrap_or_default()
}

impl Oracle {
    /// A judge of services with these rules, who knows how far clocks differ and whether all is calm.
    pub fn new(rules: Rules, spread_ms: i64, calm: bool) -> Self {
        Self {
            wrong: None,
            only: env::var("EDGE_YEAR_PROMISE").ok(),
            running: vec![rules],
            spread_ms,
            calm,
            accounts_since_ms: 0,
            keys_everywhere: true,
            lives: BTreeMap::new(),
            signed: Vec::new(),
            unplaced: BTreeSet::new(),
            proofs: BTreeMap::new(),
            ending: BTreeMap::new(),
            blocks: Blocks::default(),
            guests: Guests::default(),
            away: Away::default(),
            arrivals: Arrivals::default(),
            references: References::default(),
            team_changed_ms: 0,
            judged: 0,
            lines: BTreeSet::new(),
        }
    }

    /// The longest of a limit that a running version may have.
    pub(super) fn most(&self, limit: impl Fn(&Limits) -> i64) -> i64 {
        let all = self.running.iter().map(|rules| limit(&rules.limits));
        all.max().unwrap_or_default()
    }

    /// The shortest.
    pub(super) fn least(&self, limit: impl Fn(&Limits) -> i64) -> i64 {
        let all = self.running.iter().map(|rules| limit(&rules.limits));
        all.min().unwrap_or_default()
    }

    /// Whether a moment, in seconds, is when a session ends by a running version that began at another.
    pub(super) fn is_end(&self, moment: i64, began: i64) -> bool {
        let spread = self.spread_ms / 1_000 + 1;
        let ends = |rules: &Rules| (moment - began - rules.limits.absolute).abs() <= spread;
        self.running.iter().any(ends)
    }

    /// A place as each running version has it.
    pub(super) fn places(&self, number: usize) -> Vec<Place> {
        let running = self.running.iter();
        running.map(|rules| rules.place(number)).collect()
    }

    /// Notes that a promise is broken; the first counts.
    pub fn broken(&mut self, how: String) {
        let promise = how.split(':').next();
        if self
            .only
            .as_deref()
            .is_none_or(|only| promise == Some(only))
        {
            self.wrong.get_or_insert(how);
        }
    }

    /// The edge has answered: notes the consequences, and gives the sign-in that it completed, if it did.
    pub fn answered(
        &mut self,
        now: i64,
        asked: &Asked,
        request: &Incoming,
        served: &Served,
        seal: Seal,
    ) -> Option<Rc<Signed>> {
        let heard = &served.heard;
        if heard.account_failed.get() {
            self.accounts_since_ms = now;
        }
        let said = |event: &str, label: &str| {
            let lines = heard.lines.borrow();
            lines
                .iter()
                .any(|line| line.0 == event && (label.is_empty() || line.1 == label))
        };
        if request.url.contains("/auth/sign-out") && said("signed_out", "everywhere") {
            self.end_all(now, asked, seal);
        } else if request.url.contains("/auth/sign-out") && said("signed_out", "here") {
            self.end_presented(now, asked, seal);
        }
        arrivals::note(asked, &served.shown);
        let is_callback = request.url.contains("/auth/callback");
        let sets = served.shown.set_cookies().any(standing::sets_session);
        let id_token = heard.id_token.borrow();
        let claims = id_token.as_ref().filter(|_| is_callback && sets)?;
        let signed = Rc::new(Signed {
            sub: text(claims, "sub").to_owned(),
            auth_time: seconds(claims, "auth_time"),
            vot: text(claims, "vot").to_owned(),
            iat: seconds(claims, "iat"),
            created_ms: now,
            seal,
            proving: asked.proving,
            guest: self.guest(text(claims, "sub"), asked.sent_ms),
            before: asked.who.iter().find_map(|who| match who {
                Who::Person(signed) if asked.proving => Some(Rc::clone(signed)),
                _ => None,
            }),
            sid: RefCell::default(),
            ended_ms: Cell::default(),
            doubtful: Cell::default(),
            is_new: asked
                .who
                .iter()
                .all(|who| who.sub() != Some(text(claims, "sub"))),
            went_on: Cell::default(),
            is_on: Cell::default(),
        });
        self.comes_in(&signed.sub, asked.sent_ms, now);
        self.comes_in_as(asked.host, signed.guest);
        let finished = !said("sign_out_unfinished", "");
        let goes_on = |who: &Who| asked.proving && who.sub() == Some(signed.sub.as_str());
        if finished && !asked.who.iter().any(goes_on) {
            self.end_presented(now, asked, seal);
        }
        self.signed.push(Rc::clone(&signed));
        let all = self.signed.iter().filter(|other| other.sub == signed.sub);
        if all.count() > 20 {
            // The account ends the oldest, which the wire does not show.
            let own = self
                .lives
                .values_mut()
                .filter(|life| life.sub == signed.sub);
            own.for_each(|life| life.doubtful = true);
        }
        Some(signed)
    }

    /// The provider has said what a person proved, or why they did not.
    pub fn proved(&mut self, now: i64, id_token: &Object, core: Option<&Object>, has_codes: bool) {
        let proof = self.proofs.entry(text(id_token, "sub").to_owned());
        let proof = proof.or_default();
        if let Some(core) = core {
            // Another browser of the same person may have reached a higher level.
            proof.level = text(core, "vot").max(&proof.level).to_owned();
            proof.iat = seconds(core, "iat");
        }
        if has_codes {
            proof.coded = now;
        }
    }

    /// When a session began that is seen for the first time, by the end that it names itself.
    pub(super) fn began<'a>(&self, signed: &'a Signed, session_exp: i64) -> &'a Signed {
        let fits = |signed: &Signed| self.is_end(session_exp, signed.created_ms / 1_000);
        let before = std::iter::successors(Some(signed), |signed| signed.before.as_deref());
        let mut own = before.filter(|other| other.sub == signed.sub);
        own.find(|other| fits(other)).unwrap_or(signed)
    }

    /// Records the answer to a valid notification. 200 says that it is stored, and 503 that the provider
    /// must send it again. So does 429, while the address has sent too many that were refused. A notification
    /// whose key was withdrawn is no longer valid.
    pub fn told(
        &mut self,
        now: i64,
        form: &[u8],
        (status, limited, withdrawn): (u16, bool, bool),
        heard: &Heard,
    ) {
        if heard.account_failed.get() {
            self.accounts_since_ms = now;
        }
        let token = simulator::http::last_wins(form).remove("logout_token");
        let token = token.and_then(|token| Unverified::parse(&token));
        let Some(token) = token else { return };
        // One whose body broke off or hung has not come whole.
        let whole = heard
            .lines
            .borrow()
            .iter()
            .all(|line| !line.1.starts_with("body_"));
        match status {
            _ if !whole => {}
            200 => self.notified(
                now,
                text(&token.claims, "sub"),
                seconds(&token.claims, "iat"),
            ),
            503 => {}
            429 if limited => {}
            400 if withdrawn => {}
            _ => {
                let lines = heard.lines.borrow().clone();
                self.broken(format!(
                    "notification: a good one is answered {status}: {lines:?}"
                ));
            }
        }
    }
}
