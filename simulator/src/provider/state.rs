//! Everything that the provider remembers, and the settings of it that a test may change.

use std::collections::{BTreeSet, HashMap};

use crate::provider::access_keys::AccessTeam;
use crate::provider::client_keys::KeyCache;
use crate::provider::desk_state::{Desk, Switched};
use crate::provider::fault::{ActiveFault, Fault};
use crate::provider::grant::Grant;
use crate::provider::journey::{Code, Journey};
use crate::provider::notification::Notifications;
use crate::provider::personas::Persona;
use crate::provider::record::{Record, Recorded};
use crate::provider::rotation::{Due, Keys, When};
use crate::provider::session::Sessions;
use crate::provider::settings::{IdTokenAlg, Settings};
use crate::provider::signal::WaitingSignal;
use crate::provider::signing::Keyring;
use crate::provider::times::Times;
use crate::provider::wish::Wish;

/// The difference between clocks that the provider forgives.
pub const SKEW_SECONDS: i64 = 30;

/// One simulated provider with everything that it remembers.
#[derive(Debug)]
pub struct Provider {
    pub(super) settings: Settings,
    pub(super) keyring: Keyring,
    pub(super) access_team: AccessTeam,
    pub(super) client_keys: KeyCache,
    pub(super) journeys: HashMap<String, Journey>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) grants: HashMap<String, Grant>,
    pub(super) sessions: Sessions,
    pub(super) notifications: Notifications,
    /// The signals that wait for their time.
    pub(super) signals: Vec<WaitingSignal>,
    /// The people whom a Post Office has seen, by their ids.
    pub(super) seen_in_person: BTreeSet<&'static str>,
    /// The return codes that everybody's identity check ends with, in place of their own.
    pub(super) return_codes: Option<Vec<String>>,
    pub(super) fault: ActiveFault,
    /// The wishes of the request that is being answered, and the faults that were wished for codes and tokens.
    pub(super) wishing: Wish,
    pub(super) wished: HashMap<String, Fault>,
    /// Without it no control is answered, where one is set.
    pub(super) control_token: Option<String>,
    pub(super) automatic: Option<&'static Persona>,
    /// The decision of a test; without one it depends on the automatic mode.
    pub(super) single_sign_on: Option<bool>,
    pub(super) rotation_due: Due,
    pub(super) id_token_times: Times,
    pub(super) core_identity_times: Times,
    pub(super) clock_offset: i64,
    pub(super) record: Record,
    pub(super) desk: Desk,
}

impl Provider {
    /// A provider with fresh keys and no memory.
    pub fn new(settings: Settings) -> Self {
        Self {
            notifications: Notifications::new(settings.retry_delay_seconds),
            settings,
            keyring: Keyring::new(),
            access_team: AccessTeam::default(),
            client_keys: KeyCache::default(),
            journeys: HashMap::new(),
            codes: HashMap::new(),
            grants: HashMap::new(),
            sessions: Sessions::default(),
            signals: Vec::new(),
            seen_in_person: BTreeSet::new(),
            return_codes: None,
            fault: ActiveFault::default(),
            wishing: Wish::default(),
            wished: HashMap::new(),
            control_token: None,
            automatic: None,
            single_sign_on: None,
            rotation_due: Due::default(),
            id_token_times: Times::default(),
            core_identity_times: Times::default(),
            clock_offset: 0,
            record: Record::default(),
            desk: Desk::default(),
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

    pub(super) fn signs_in_silently(&self) -> bool {
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
        self.rotation_due = Due::default();
        self.desk.switched = Switched::default();
        self.set_id_token_times(Times::default());
        self.set_core_identity_times(Times::default());
        self.sessions = Sessions::default();
        self.signals.clear();
        self.notifications.reset(self.settings.retry_delay_seconds);
    }

    /// Keeps what the request wanted for a code or token that it leads to.
    pub(super) fn wish_goes_with(&mut self, key: &str) {
        if let Some(fault) = self.wishing.fault {
            self.wished.insert(key.to_owned(), fault);
        }
    }

    /// Every request since the start or the last clearing, in order; `/control/` is not recorded.
    pub fn requests(&self) -> &[Recorded] {
        self.record.entries()
    }

    /// Forgets the recorded requests.
    pub fn clear_requests(&mut self) {
        self.record.clear();
    }

    /// Sets the times of ID tokens until they are set again.
    pub fn set_id_token_times(&mut self, times: Times) {
        self.id_token_times = times;
    }

    /// Sets the times of core identities until they are set again.
    pub fn set_core_identity_times(&mut self, times: Times) {
        self.core_identity_times = times;
    }

    /// Replaces the keys of tokens at once. The old ones stay published only when `keep_old` is set.
    pub fn rotate(&mut self, keep_old: bool) {
        self.rotate_keys(Keys::Tokens, When::Now, keep_old);
    }

    /// Replaces keys. The old ones stay published only when `keep_old` is set.
    pub fn rotate_keys(&mut self, keys: Keys, when: When, keep_old: bool) {
        if when != When::Now {
            *self.rotation_due.of(keys) = Some((when, keep_old));
            return;
        }
        match keys {
            Keys::Identity => self.keyring.rotate_identity(keep_old),
            Keys::Tokens => {
                let rsa = |alg| alg == IdTokenAlg::RS256;
                let uses_rsa = self.settings.clients.iter().any(|c| rsa(c.id_token_alg));
                self.keyring.rotate(keep_old, uses_rsa);
            }
        }
    }

    /// Publishes the key that the next rotation for core identities will use, while the old one goes on signing: the first
    /// step of the real provider's weekly rotation.
    pub fn announce_identity_key(&mut self) {
        self.keyring.announce_identity();
    }

    pub(super) fn before_signing(&mut self, keys: Keys) {
        if let Some(keep_old) = self.rotation_due.take(keys, When::BeforeNextSignature) {
            self.rotate_keys(keys, When::Now, keep_old);
        }
    }

    pub(super) fn after_signing(&mut self, keys: Keys) {
        if let Some(keep_old) = self.rotation_due.take(keys, When::AfterNextSignature) {
            self.rotate_keys(keys, When::Now, keep_old);
        }
    }
}
