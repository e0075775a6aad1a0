//! The people whom a service has invited, where only those may come in.

use std::collections::BTreeMap;

use super::Oracle;
use super::standing::Who;
use crate::year::deployment::HOSTS;
use crate::year::door::Heard;

/// Whether the service had invited a person when they signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Guest {
    /// It had.
    Invited,
    /// It had not.
    Stranger,
    /// A message about the person was under way or without an answer, or no service invites.
    #[default]
    Unclear,
}

/// One person, as far as the judge knows.
#[derive(Debug, Default)]
struct Known {
    /// How many messages about the person are under way.
    under_way: usize,
    /// Whether two of those crossed, so that either may have come last.
    crossed: bool,
    /// The word of the last message, once it was answered; strangers until then.
    last: Guest,
    /// Since when, in milliseconds.
    since_ms: i64,
}

/// The people of every service, by subject.
#[derive(Debug, Default)]
pub struct Guests(BTreeMap<String, Known>);

impl Oracle {
    /// Every account was emptied, and every list of invitations with them.
    pub fn forgotten(&mut self, now: i64) {
        self.away.doubt(i64::MAX);
        for known in self.guests.0.values_mut() {
            known.last = match known.under_way {
                0 => Guest::Stranger,
                _ => Guest::Unclear,
            };
            known.crossed = true;
            known.since_ms = now;
        }
    }

    /// Whether only people who are invited may sign in at a service.
    fn invites_at(&self, host: usize) -> bool {
        host + 1 == HOSTS.len() && self.running.iter().all(|rules| rules.invites)
    }

    /// Whether a person was invited from a moment until now.
    pub(super) fn guest(&self, sub: &str, from_ms: i64) -> Guest {
        if !self.running.iter().all(|rules| rules.invites) {
            return Guest::Unclear;
        }
        match self.guests.0.get(sub) {
            None => Guest::Stranger,
            Some(known) if known.since_ms <= from_ms => known.last,
            Some(_) => Guest::Unclear,
        }
    }

    /// The lists may have lost their keys, so that an invitation which was not used may count no more.
    pub fn doubt_invitations(&mut self) {
        for known in self.guests.0.values_mut() {
            if known.last == Guest::Invited {
                known.last = Guest::Unclear;
            }
        }
    }

    /// A message of the service about invitations of these subjects is on its way.
    pub fn invites(&mut self, subs: &[String]) {
        for sub in subs {
            let known = self.guests.0.entry(sub.clone()).or_default();
            known.crossed = known.under_way > 0;
            known.under_way += 1;
            known.last = Guest::Unclear;
        }
    }

    /// It was answered, after which these subjects are `guest`; `excused` says that another answer than 200 and 503 has its reason.
    pub fn invited(
        &mut self,
        now: i64,
        (subs, guest): (&[String], Guest),
        (status, excused): (u16, bool),
        heard: &Heard,
    ) {
        for sub in subs {
            let known = self.guests.0.entry(sub.clone()).or_default();
            known.under_way -= 1;
            if status == 200 && !known.crossed {
                known.last = guest;
                known.since_ms = now;
            }
        }
        let is_sound = match status {
            200 | 503 => true,
            400 | 429 => excused,
            _ => false,
        };
        if !is_sound {
            let lines = heard.lines.borrow().clone();
            self.broken(format!(
                "notification: a good message about invitations is answered {status}: {lines:?}"
            ));
        }
    }

    /// A sign-in was completed at a service; a whole service may be for invited people.
    pub(super) fn comes_in_as(&mut self, host: usize, guest: Guest) {
        if self.invites_at(host) && guest == Guest::Stranger {
            self.broken(
                "invited: a person gets a session whom the service has not invited".to_owned(),
            );
        }
    }

    /// A person of a browser has reached a page for invited people.
    pub(super) fn is_guest(&mut self, who: &[Who], sub: &str) {
        let mut own = who.iter().filter_map(|who| match who {
            Who::Person(signed) if signed.sub == sub => Some(signed.guest),
            _ => None,
        });
        if own.all(|guest| guest == Guest::Stranger) {
            self.broken(
                "invited: a person reaches a page who was not invited when they signed in"
                    .to_owned(),
            );
        }
    }

    /// Whether each person whom a browser may have was invited for certain when they signed in.
    pub(super) fn are_guests(who: &[Who]) -> bool {
        who.iter().all(|who| match who {
            Who::Person(signed) => signed.guest == Guest::Invited,
            Who::Stranger => false,
        })
    }
}
