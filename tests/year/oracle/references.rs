//! References to claims: each is good once, for a minute, while its session lives, and for the person whom it is about.

use std::collections::{BTreeMap, BTreeSet};

use simulator::jose::Unverified;

use super::{Oracle, text};
use crate::year::by_service::subject;
use crate::year::deployment::{APPLY, HOSTS, PLACES};
use crate::year::house::{House, Served};
use crate::year::referring::{ADDRESSES, LONG};

/// How long a reference is good, in milliseconds.
const MINUTE_MS: i64 = 60_000;

/// The least time that claims must still be good for, in seconds, where the judge is sure that they are handed out.
const MARGIN: i64 = 180;

/// How long claims may be used, in seconds.
const CLAIMS: i64 = 1_800;

/// The members of the statement apart from claims.
const MEMBERS: [&str; 6] = ["iss", "aud", "sub", "sid", "iat", "exp"];

/// One use of a reference by the service.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// The service.
    pub host: usize,
    /// The session of its assertion.
    pub sid: String,
    /// The subject that the service's token names.
    pub sub: String,
    /// The subject of its assertion.
    pub whose: String,
    /// The reference.
    pub reference: String,
    /// When the service got it, in milliseconds.
    pub made_ms: i64,
    /// When the service used it, in milliseconds.
    pub sent_ms: i64,
}

/// The references that services have used.
#[derive(Debug, Default)]
pub struct References {
    sent: BTreeMap<String, usize>,
    handed: BTreeSet<String>,
}

impl Oracle {
    /// A service uses a reference.
    pub fn fetches(&mut self, fetch: &Fetch) {
        let sent = self.references.sent.entry(fetch.reference.clone());
        *sent.or_default() += 1;
    }

    /// It was answered.
    pub fn fetched(&mut self, house: &House, fetch: &Fetch, served: &Served) {
        if served.heard.account_failed.get() {
            self.accounts_since_ms = house.runtime.now();
        }
        let own = fetch.sub == fetch.whose;
        if served.shown.status != 200 {
            let status = served.shown.status;
            // Of two uses on their way at once, either may be the first.
            let is_only = self.references.sent.get(&fetch.reference) == Some(&1);
            if own && is_only && self.is_due(house, fetch) {
                let lines = served.heard.lines.borrow().clone();
                self.broken(format!(
                    "reference: a good one is answered {status} in a calm world: {lines:?}"
                ));
            }
            return;
        }
        let is_new = self.references.handed.insert(fetch.reference.clone());
        let life = self.lives.get(&fetch.sid);
        let ended = life.and_then(|life| life.ended_ms);
        let is_over = ended.is_some_and(|ended| {
            self.accounts_since_ms <= ended && fetch.sent_ms > ended + self.spread_ms
        });
        let wrong = if !is_new {
            "is good twice"
        } else if fetch.sent_ms > fetch.made_ms + MINUTE_MS + self.spread_ms {
            "is good for longer than a minute"
        } else if is_over {
            "is good after its session"
        } else if !own {
            "is good for another person"
        } else if !Self::is_true(house, fetch, &served.shown.body) {
            "gives a statement that is not the right one"
        } else {
            return;
        };
        self.broken(format!("reference: one {wrong}"));
    }

    /// Whether a fetch must bring the claims: all is well, and neither the session nor the claims are about to end.
    fn is_due(&self, house: &House, fetch: &Fetch) -> bool {
        let now = house.seconds();
        let proof = self.proofs.get(&fetch.sub);
        let is_fresh = proof.is_some_and(|proof| now - proof.iat < CLAIMS - MARGIN);
        let lives = self.certain(&fetch.sid).is_some_and(|life| {
            let absolute = self.least(|limits| limits.absolute) * 1_000;
            fetch.sent_ms < life.created_ms + absolute - MARGIN * 1_000
        });
        let in_time = fetch.sent_ms < fetch.made_ms + MINUTE_MS - self.spread_ms;
        self.calm && is_fresh && lives && in_time && !self.is_ending(&fetch.sub)
    }

    /// Whether the statement is signed by a published key, about this person and session, with the claims of the route.
    fn is_true(house: &House, fetch: &Fetch, body: &str) -> bool {
        let Some(token) = Unverified::parse(body) else {
            return false;
        };
        let service = format!("https://{}", HOSTS[fetch.host]);
        let about = [
            ("iss", service.as_str()),
            ("aud", &service),
            ("sub", &fetch.whose),
            ("sid", &fetch.sid),
        ];
        let is_about = about
            .iter()
            .all(|(name, value)| text(&token.claims, name) == *value);
        let released = PLACES[APPLY].released;
        let names: BTreeSet<_> = token.claims.keys().map(String::as_str).collect();
        let wanted = MEMBERS.iter().chain(released).copied().collect();
        let addresses = token.claims.get("address");
        let addresses = addresses.and_then(serde_json::Value::as_array);
        let has_all = names == wanted && addresses.is_some_and(|all| all.len() == ADDRESSES);
        // Another person's may fit no header because the browser sends so much else, and may lack an address.
        let is_long = fetch.whose == subject(LONG, fetch.host);
        house.has_signed(&token)
            && is_about
            && token.header_text("typ") == Some("one-login-identity+jwt")
            && names.is_subset(&wanted)
            && (has_all || !is_long)
    }
}
