//! The simulated GOV.UK One Login: strict where the real one is strict, and silent where it is silent.
//!
//! This module is pure. It opens no socket and reads no clock: [`Provider::handle`] takes the time and a request, and
//! returns an answer. [`server`] puts it on a port; tests may call it directly. Logout notifications wait in it until
//! a caller takes and sends them, which on a port is [`delivery`].
//!
//! Reading order: [`authorize`] (a request object comes in), [`request_object`] (its rules), [`journey`] (a person chooses
//! who to be) with [`session`] (or has done so within the hour), [`token`] with [`client_auth`] and [`id_token`],
//! [`userinfo`] with [`identity`], [`documents`]; [`in_person`] (an identity takes days); [`logout`] (a session ends), [`notification`] with [`logout_token`] (its clients are told);
//! then [`fault`], [`wishes`], [`control`] and [`desk`], which the real provider does not have.

pub mod authorize;
pub mod breakable;
pub mod client_auth;
pub mod client_keys;
pub mod control;
pub mod control_sessions;
pub mod delivery;
pub mod desk;
pub mod desk_page;
pub mod documents;
pub mod fault;
mod firewall;
pub mod id_token;
pub mod identities;
pub mod identity;
pub mod in_person;
pub mod journey;
pub mod logout;
pub mod logout_token;
pub mod notification;
pub mod pages;
pub mod parameter_forms;
pub mod personas;
pub mod record;
pub mod request_object;
pub mod rotation;
pub mod server;
pub mod session;
pub mod settings;
pub mod signing;
pub mod times;
pub mod token;
pub mod userinfo;
pub mod vectors;
pub mod wishes;

use std::collections::{BTreeSet, HashMap};

use crate::http::{Request, Response};
use client_keys::{ClientKeys, KeyCache};
use fault::{ActiveFault, Fault};
use journey::{Code, Journey};
use notification::Notifications;
use personas::Persona;
use record::{Record, Recorded};
use session::Sessions;
use settings::Settings;
use signing::Keyring;
use times::Times;
use userinfo::Grant;
use wishes::Wish;

/// The difference between clocks that the provider forgives.
pub const SKEW_SECONDS: i64 = 30;

/// One simulated provider with everything that it remembers.
#[derive(Debug)]
pub struct Provider {
    settings: Settings,
    keyring: Keyring,
    client_keys: KeyCache,
    journeys: HashMap<String, Journey>,
    codes: HashMap<String, Code>,
    grants: HashMap<String, Grant>,
    sessions: Sessions,
    notifications: Notifications,
    /// The people whom a Post Office has seen, by their ids.
    seen_in_person: BTreeSet<&'static str>,
    /// The return codes that everybody's identity check ends with, in place of their own.
    return_codes: Option<Vec<String>>,
    fault: ActiveFault,
    /// The wishes of the request that is being answered, and the faults that were wished for codes and tokens.
    wishing: Wish,
    wished: HashMap<String, Fault>,
    /// Without it no control is answered, where one is set.
    control_token: Option<String>,
    automatic: Option<&'static Persona>,
    /// The decision of a test; without one it depends on the automatic mode.
    single_sign_on: Option<bool>,
    rotation_due: rotation::Due,
    id_token_times: Times,
    core_identity_times: Times,
    clock_offset: i64,
    record: Record,
    desk: desk::Desk,
}

impl Provider {
    /// A provider with fresh keys and no memory.
    pub fn new(settings: Settings) -> Self {
        Self {
            notifications: Notifications::new(settings.retry_delay_seconds),
            settings,
            keyring: Keyring::new(),
            client_keys: KeyCache::default(),
            journeys: HashMap::new(),
            codes: HashMap::new(),
            grants: HashMap::new(),
            sessions: Sessions::default(),
            seen_in_person: BTreeSet::new(),
            return_codes: None,
            fault: ActiveFault::default(),
            wishing: Wish::default(),
            wished: HashMap::new(),
            control_token: None,
            automatic: None,
            single_sign_on: None,
            rotation_due: rotation::Due::default(),
            id_token_times: Times::default(),
            core_identity_times: Times::default(),
            clock_offset: 0,
            record: Record::default(),
            desk: desk::Desk::default(),
        }
    }

    /// The settings of the provider at its start.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Sets the person who signs in without being asked; `None` shows the sign-in page again.
    pub fn set_automatic(&mut self, persona: Option<&'static Persona>) {
        self.automatic = persona;
    }

    /// Decides whether a session signs people in silently. `None` leaves it to the mode: with the sign-in page it does, and in
    /// automatic mode every journey is a new sign-in of the person who was chosen last.
    pub fn set_single_sign_on(&mut self, enabled: Option<bool>) {
        self.single_sign_on = enabled;
    }

    fn signs_in_silently(&self) -> bool {
        self.single_sign_on
            .unwrap_or(self.automatic.is_none() && self.wishing.persona.is_none())
    }

    /// Sets the letters with which everybody's identity check ends; `None` leaves each person their own.
    pub fn set_return_codes(&mut self, codes: Option<Vec<String>>) {
        self.return_codes = codes;
    }

    /// Sets or clears the one fault; with `times` it clears itself after so many applications.
    pub fn set_fault(&mut self, fault: Option<Fault>, times: Option<u32>) {
        self.fault.set(fault, times);
    }

    /// The fault that is set.
    pub fn fault(&self) -> Option<Fault> {
        self.fault.get()
    }

    /// Sets by how many seconds the provider's clock is ahead of the time that it is given.
    pub fn set_clock_offset(&mut self, seconds: i64) {
        self.clock_offset = seconds;
    }

    /// Forgets everything that a test may have set or caused. Keys and registrations stay, and no client is notified.
    pub fn reset(&mut self) {
        self.set_automatic(None);
        self.set_single_sign_on(None);
        self.set_return_codes(None);
        self.seen_in_person.clear();
        self.set_fault(None, None);
        self.set_clock_offset(0);
        self.clear_requests();
        self.wished.clear();
        self.rotation_due = rotation::Due::default();
        self.set_id_token_times(Times::default());
        self.set_core_identity_times(Times::default());
        self.sessions = Sessions::default();
        self.notifications.reset(self.settings.retry_delay_seconds);
    }

    /// Every request since the start or the last clearing, in order; `/control/` is not recorded.
    pub fn requests(&self) -> &[Recorded] {
        self.record.entries()
    }

    /// Forgets the recorded requests.
    pub fn clear_requests(&mut self) {
        self.record.clear();
    }

    /// The key document of a client that [`Self::handle`] would ask for with this request. A shell fetches it first, without
    /// holding the provider, and then hands it over.
    pub fn key_document_needed(&self, now: i64, request: &Request) -> Option<String> {
        let now = now + self.clock_offset;
        let (token, client_id) = match request.path() {
            "/authorize" => {
                let mut query = crate::http::last_wins(request.query().as_bytes());
                (query.remove("request")?, query.remove("client_id"))
            }
            "/token" => (
                crate::http::last_wins(&request.body).remove("client_assertion")?,
                None,
            ),
            _ => return None,
        };
        let token = crate::jose::Unverified::parse(&token)?;
        let client_id = client_id.or_else(|| token.text("iss").map(str::to_owned))?;
        let client = self.settings.client(&client_id)?;
        self.client_keys
            .missing(client, token.header_text("kid"), now)
    }

    /// Answers one request at a time given in seconds since 1970.
    pub fn handle(
        &mut self,
        now: i64,
        request: &Request,
        client_keys: &mut dyn ClientKeys,
    ) -> Response {
        if request.path().starts_with("/control/") {
            let now = now + self.clock_offset;
            if let Some(refused) = self.control_refused(request) {
                return refused;
            }
            return match self.desk(now, request) {
                Some(answer) => answer,
                None => self.control(now, request),
            };
        }
        let now = now + self.clock_offset;
        let response =
            firewall::refused(request).unwrap_or_else(|| self.wished(now, request, client_keys));
        self.record.add(request, &response);
        response
    }

    fn route(&mut self, now: i64, request: &Request, client_keys: &mut dyn ClientKeys) -> Response {
        let allowed = |method: &str| request.method == method;
        match request.path() {
            // Here another method makes the provider's code throw: a server error, and no redirect.
            "/authorize" if !allowed("GET") => {
                Response::text(500, "Internal Server Error").because("only GET is answered")
            }
            "/authorize" => self.authorize(now, request, client_keys),
            "/sign-in" if allowed("POST") => self.sign_in(now, request),
            "/in-person" if allowed("POST") => self.in_person(request),
            "/token" if allowed("POST") => self.token(now, request, client_keys),
            "/userinfo" if allowed("GET") => self.userinfo(now, request),
            "/logout" if allowed("GET") => self.logout(now, request),
            "/signed-out" if allowed("GET") => pages::signed_out(request),
            "/.well-known/openid-configuration" if allowed("GET") => self.discovery(),
            "/.well-known/jwks.json" if allowed("GET") => self.jwks(),
            "/.well-known/did.json" if allowed("GET") => self.did_document(),
            "/" if allowed("GET") => pages::front(&self.settings),
            "/sign-in"
            | "/in-person"
            | "/token"
            | "/userinfo"
            | "/logout"
            | "/.well-known/openid-configuration"
            | "/.well-known/jwks.json"
            | "/.well-known/did.json" => {
                Response::text(405, "Method Not Allowed").because("method not allowed")
            }
            _ => Response::text(404, "Not Found").because("no such path"),
        }
    }
}
