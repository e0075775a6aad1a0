//! The places that people left to prove their identity, and to which they come back.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::standing::Who;
use super::{Asked, Oracle, text};
use crate::world::Incoming;
use crate::world::http::{By, Shown};
use crate::world::settings::ISSUER;
use crate::year::deployment::{PLACES, WELCOME};
use crate::year::house::Served;
use crate::year::requests::{is_page, proves};

/// How long a person may be away, in milliseconds.
const AWAY_MS: i64 = 16 * 86_400_000;

/// By how much the clock of an account may be off, and an answer late, in milliseconds.
const MARGIN_MS: i64 = 60_000;

/// The headings of the pages that ask a person who comes back to go on.
const GOES_ON: [&str; 2] = [
    "Continue proving your identity",
    "Parhau i brofi eich hunaniaeth",
];

/// The last place that a person left, as far as the judge knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Last {
    /// They left none, or have proved their identity since.
    #[default]
    Nothing,
    /// This one at this moment, in milliseconds.
    At(String, i64),
    /// Two answers crossed, or the account may have lost it.
    Unclear,
}

/// The places of one person.
#[derive(Clone, Debug, Default)]
pub struct Left {
    last: Last,
    /// Every one that the account may remember.
    possible: BTreeSet<String>,
    /// When the last answer came that settled it, in milliseconds.
    since_ms: i64,
    /// When the person last proved their identity, in milliseconds.
    proved_ms: i64,
    /// How often the person left one.
    times: usize,
}

/// The places of every person, by subject.
#[derive(Debug, Default)]
pub struct Away(BTreeMap<String, Left>);

impl Away {
    /// Accounts may have lost what they remembered of the places that were left until this moment.
    pub(super) fn doubt(&mut self, until_ms: i64) {
        for left in self.0.values_mut() {
            if !matches!(left.last, Last::At(_, at_ms) if at_ms > until_ms) {
                left.last = Last::Unclear;
            }
        }
    }

    fn of(&mut self, sub: &str) -> &mut Left {
        self.0.entry(sub.to_owned()).or_default()
    }
}

/// An address of a service without its host.
fn inside(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let query = url.query().map(|query| format!("?{query}"));
    Some(format!("{}{}", url.path(), query.unwrap_or_default()))
}

fn asks_for_identity(level: &str) -> bool {
    level.contains('P')
}

impl Oracle {
    /// An isolate cannot open any more what an older key has sealed, such as the places that people left until this moment.
    pub fn doubt_places(&mut self, until_ms: i64) {
        self.away.doubt(until_ms);
    }

    /// The edge has answered a navigation: it may have sent the person to prove an identity.
    pub fn leaves(&mut self, now: i64, asked: &Asked, request: &Incoming, served: &Served) {
        let Some(number) = asked.place.filter(|_| is_page(request)) else {
            return;
        };
        let may_ask = served.is_refused_by_service
            || self
                .places(number)
                .iter()
                .any(|place| asks_for_identity(place.level));
        let location = served.shown.header("location");
        let is_sent = location.is_some_and(|to| to.starts_with(ISSUER) && proves(to));
        let Some(place) = inside(&request.url).filter(|_| may_ask) else {
            return;
        };
        let people = asked.who.iter().filter(|who| matches!(who, Who::Person(_)));
        let is_clear = is_sent && asked.who.len() == 1;
        for who in people {
            let Who::Person(signed) = who else { continue };
            let left = self.away.of(&signed.sub);
            // A session from before another sign-in may know less of its level than the account.
            let is_clear =
                is_clear && left.since_ms <= asked.sent_ms && left.proved_ms <= signed.created_ms;
            left.times += 1;
            left.possible.insert(place.clone());
            left.last = match is_clear {
                true => Last::At(place.clone(), now),
                false => Last::Unclear,
            };
            left.since_ms = now;
        }
    }

    /// A callback of a request for an identity was answered: a person who has proved it has done what they left for.
    pub fn has_proved(&mut self, now: i64, asked: &Asked, served: &Served) {
        let token = served.heard.id_token.borrow();
        let told = token.as_ref().map(|claims| text(claims, "sub"));
        let lines = served.heard.lines.borrow();
        let is_proved = lines.iter().any(|(event, label)| {
            matches!(*event, "signed_in" | "stepped_up") && asks_for_identity(label)
        });
        let people = asked.who.iter().filter_map(Who::sub).chain(told);
        for sub in people {
            let left = self.away.of(sub);
            if is_proved && told == Some(sub) && left.since_ms <= asked.sent_ms {
                left.possible.clear();
                left.last = Last::Nothing;
                left.proved_ms = now;
            } else {
                left.last = Last::Unclear;
            }
            left.since_ms = now;
        }
    }

    /// The known places of a person who goes on from the page for those who come back.
    pub fn left(&mut self, sub: &str) -> Left {
        self.away.of(sub).clone()
    }

    /// A person who goes on from that page, by what was known before, has come to rest.
    pub fn came_back(
        &mut self,
        sub: &str,
        before: &Left,
        (from_ms, to_ms): (i64, i64),
        shown: &Shown,
    ) {
        let Some(place) = inside(&shown.url) else {
            return;
        };
        let number = PLACES
            .iter()
            .position(|known| place.split('?').next() == Some(known.path));
        let is_left = number.is_some_and(|number| asks_for_identity(PLACES[number].level));
        let is_others = is_left && !before.possible.contains(&place);
        if is_others && self.away.of(sub).times == before.times {
            self.broken(format!(
                "return: a person is led to {place}, which they did not leave"
            ));
        }
        let Last::At(left, at_ms) = &before.last else {
            return;
        };
        if from_ms - at_ms > AWAY_MS + MARGIN_MS && place == *left {
            self.broken(format!(
                "return: {left} is remembered for longer than sixteen days"
            ));
        }
        let is_excused = !self.calm
            || self.away.of(sub).times != before.times
            || shown.by == By::Provider
            || shown.status >= 400
            || GOES_ON.contains(&shown.heading())
            || place == "/why"
            || place.split('?').next() == Some(PLACES[WELCOME].path);
        if !is_excused && to_ms - at_ms < AWAY_MS - MARGIN_MS && place != *left {
            self.broken(format!(
                "return: a person who left {left} is led to {place}"
            ));
        }
    }
}
