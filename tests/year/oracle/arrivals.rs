//! The arrival path: the first page of a new session, and the place to which a person goes on from there.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::standing::Who;
use super::{Asked, Oracle, Signed};
use crate::world::Shown;
use crate::world::http::By;
use crate::world::record::OriginRequest;
use crate::year::arriving::ARRIVED;
use crate::year::deployment::{ARRIVING, Access, PLACES, WELCOME};

/// For how long the judge is sure that a wanted place is kept, in milliseconds: no key goes away sooner.
const KEPT_MS: i64 = 3_600_000;

/// The place that a browser keeps: of whom, where, and since when in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    sub: String,
    place: String,
    since_ms: i64,
}

/// The wanted places.
#[derive(Debug, Default)]
pub struct Arrivals {
    /// Every place that a subject wanted.
    possible: BTreeMap<String, BTreeSet<String>>,
    /// The place that a computer's browser keeps for certain.
    kept: BTreeMap<usize, Wanted>,
}

/// In the place of one that the judge does not know: a page of the edge's own had the sign-in begin again.
const UNKNOWN: &str = "*";

fn inside(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let query = url.query().map(|query| format!("?{query}"));
    Some(format!("{}{}", url.path(), query.unwrap_or_default()))
}

fn is_welcome(place: &str) -> bool {
    place.split('?').next() == Some(PLACES[WELCOME].path)
}

/// The path and query to which an answer of the edge's leads within its host.
fn leads_to(shown: &Shown) -> Option<String> {
    let is_redirect = shown.by == By::Edge && shown.status == 303;
    let location = shown.header("location").filter(|_| is_redirect)?;
    let base = Url::parse(&shown.url).ok()?;
    let url = base.join(location).ok()?;
    (url.host_str() == base.host_str())
        .then(|| inside(url.as_str()))
        .flatten()
}

/// Whether an answer of the edge's leads to the arrival path.
pub fn leads_to_welcome(asked: &Asked, shown: &Shown) -> bool {
    asked.host == ARRIVING && leads_to(shown).is_some_and(|place| is_welcome(&place))
}

/// Whether an answer of the edge's took a person on from the arrival path.
pub fn has_gone_on(asked: &Asked, shown: &Shown) -> bool {
    asked.host == ARRIVING
        && inside(&shown.url).is_some_and(|at| at.starts_with(ARRIVED))
        && leads_to(shown).is_some_and(|place| !is_welcome(&place))
}

/// Notes of which sign-ins an answer of the edge's has taken a person on.
pub fn note(asked: &Asked, shown: &Shown) {
    let people = asked.who.iter().filter(|_| has_gone_on(asked, shown));
    for who in people {
        if let Who::Person(signed) = who {
            signed.went_on.set(true);
        }
    }
}

impl Oracle {
    /// The place that a computer's browser keeps for certain.
    pub fn wanted(&self, computer: usize) -> Option<Wanted> {
        self.arrivals.kept.get(&computer).cloned()
    }

    /// A browser keeps no place any more, or the judge does not know which.
    pub fn forgets_wanted(&mut self, computer: usize) {
        self.arrivals.kept.remove(&computer);
    }

    /// A page was opened in a session: in a new one the arrival page comes first.
    pub(super) fn held_back(&mut self, asked: &Asked, reached: &OriginRequest, signed: &Signed) {
        let is_page =
            reached.method == "GET" && reached.header("sec-fetch-dest") == Some("document");
        let held = asked
            .place
            .filter(|number| *number != WELCOME && PLACES[*number].access == Access::Required);
        let is_held = asked.host == ARRIVING && is_page && asked.who.len() == 1;
        if let Some(number) = held.filter(|_| is_held && signed.is_new && !signed.went_on.get()) {
            let path = PLACES[number].path;
            self.broken(format!(
                "arrival: {path} comes before the arrival page of a new session"
            ));
        }
    }

    /// An answer has come to a browser that was sent `kept` before; `from` is the page at which the sign-in began that it
    /// completes, and `is_there` whether the browser keeps the answer.
    pub fn arrives(
        &mut self,
        now: i64,
        asked: &Asked,
        shown: &Shown,
        (from, signed): (Option<&str>, Option<&Signed>),
        (kept, is_there): (Option<&Wanted>, bool),
    ) {
        let Some(at) = inside(&shown.url).filter(|_| asked.host == ARRIVING) else {
            return;
        };
        if has_gone_on(asked, shown) {
            self.goes_on(now, asked, shown, kept);
            return self.forgets_wanted(asked.computer);
        }
        if signed.is_none() && !leads_to_welcome(asked, shown) {
            if at.starts_with("/auth/sign-out") || at.starts_with("/auth/callback") {
                self.forgets_wanted(asked.computer);
            }
            return;
        }
        let place = match signed {
            // A place is withheld from another person than the one who asked for it.
            Some(_) => from
                .filter(|_| leads_to_welcome(asked, shown))
                .and_then(inside),
            None => Some(at).filter(|at| !at.starts_with("/auth/")),
        };
        let subs: BTreeSet<String> = match signed {
            Some(signed) => [signed.sub.clone()].into(),
            None => asked
                .who
                .iter()
                .filter_map(Who::sub)
                .map(str::to_owned)
                .collect(),
        };
        if let Some(place) = &place {
            for sub in &subs {
                let possible = self.arrivals.possible.entry(sub.clone()).or_default();
                let is_known = !place.starts_with("/auth/");
                possible.insert(if is_known { place } else { UNKNOWN }.to_owned());
            }
        }
        self.forgets_wanted(asked.computer);
        // A page of the edge's own may lead to another one.
        let is_kept = |place: &String| !is_welcome(place) && !place.starts_with("/auth/");
        let place = place.filter(|place| is_kept(place) && is_there);
        let place = place.filter(|_| leads_to_welcome(asked, shown));
        if let (Some(place), 1, Some(sub)) = (place, subs.len(), subs.first()) {
            let wanted = Wanted {
                sub: sub.clone(),
                place,
                since_ms: now,
            };
            self.arrivals.kept.insert(asked.computer, wanted);
        }
    }

    fn goes_on(&mut self, now: i64, asked: &Asked, shown: &Shown, kept: Option<&Wanted>) {
        let Some(place) = leads_to(shown) else { return };
        let subs: Vec<_> = asked.who.iter().filter_map(Who::sub).collect();
        let possible = |sub: &&&str| {
            let places = self.arrivals.possible.get(**sub);
            places.is_some_and(|places| places.contains(&place) || places.contains(UNKNOWN))
        };
        let is_theirs = place == "/" || place.starts_with("/auth/");
        if !is_theirs && subs.iter().find(possible).is_none() {
            return self.broken(format!(
                "arrival: a person is led to {place}, which they did not ask for"
            ));
        }
        for sub in &subs {
            let possible = self.arrivals.possible.entry((*sub).to_owned()).or_default();
            if possible.remove(UNKNOWN) {
                possible.insert(place.clone());
            }
        }
        let Some(kept) = kept.filter(|kept| now - kept.since_ms < KEPT_MS) else {
            return;
        };
        if self.calm
            && subs[..] == [kept.sub.as_str()]
            && asked.who.len() == 1
            && place != kept.place
        {
            let wanted = &kept.place;
            self.broken(format!(
                "arrival: a person who asked for {wanted} is led to {place}"
            ));
        }
    }
}
