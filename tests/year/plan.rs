//! From a number to a week of events.

use super::deployment::{HOSTS, Key, PROVING, Step};
use super::draw::{self, limits};
use super::event::{Event, Timed};
use super::inviting::Invite;
use super::people::{FEW, IN_PERSON};
use super::rules::Limits;
use super::temper::Temper;
use crate::world::chance::Chance;

/// How many computers there are.
pub const COMPUTERS: usize = 6;

/// How many events a week has, without rotations.
const EVENTS: usize = 300;

/// A week, in milliseconds.
const WEEK: i64 = 7 * 86_400_000;

/// An hour, in milliseconds.
pub const HOUR: i64 = 3_600_000;

/// How long a person may be away to prove their identity, in milliseconds.
const AWAY: i64 = 16 * 24 * HOUR;

/// A plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The number that it comes from.
    pub seed: u64,
    /// Whether nothing goes wrong in it.
    pub calm: bool,
    /// Whether the second service, and a page of the first, are for people who are invited.
    pub invites: bool,
    /// The limits of both services.
    pub limits: Limits,
    /// The events, in order.
    pub events: Vec<Timed>,
}

/// The time until the next event: bursts of seconds, pauses of minutes, nights, seldom weeks.
fn gap(chance: &mut Chance) -> i64 {
    match chance.below(1_000) {
        0..450 => chance.seconds(3_000),
        450..750 => chance.seconds(60_000),
        750..940 => chance.seconds(20 * 60_000),
        940..980 => chance.seconds(4 * HOUR),
        980..999 => chance.seconds(16 * HOUR),
        // As long as a Post Office may take.
        _ => chance.seconds(17 * 24 * HOUR),
    }
}

/// The week of a number.
pub fn plan(seed: u64) -> Plan {
    let mut chance = Chance::seed(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let calm = seed.is_multiple_of(4);
    let limits = limits(&mut chance);
    // One week in four, of the calm as of the others.
    let invites = seed % 16 / 4 == 1;
    let temper = Temper::draw(&mut chance, calm, invites);
    let mut events = Vec::new();
    let mut at_ms = 0;
    for number in 0..EVENTS {
        at_ms += gap(&mut chance);
        let event = temper.event(&mut chance);
        events.push(Timed {
            at_ms,
            number,
            event,
        });
    }
    // Operators act while people use the service.
    let moments: Vec<i64> = events.iter().map(|timed| timed.at_ms).collect();
    let end = at_ms.min(WEEK);
    if chance.coin() {
        hourly(&mut chance, end, &mut events);
    }
    match chance.below(6) {
        0..3 => rotation(&mut chance, limits, &moments, &mut events),
        3 if !calm => {
            let key = *chance.one(&[Key::Session, Key::Client, Key::Assertion]);
            let at_ms = *chance.one(&moments);
            once(at_ms, Event::Emergency(key), &mut events);
        }
        _ => {}
    }
    if chance.below(3) == 0 {
        let at_ms = *chance.one(&moments);
        once(at_ms, Event::Rollback, &mut events);
    }
    if chance.below(3) > 0 {
        away(&mut chance, &moments, &mut events);
    }
    if invites {
        lists(&mut chance, &mut events);
    }
    events.sort_by_key(|timed| (timed.at_ms, timed.number));
    Plan {
        seed,
        calm,
        invites,
        limits,
        events,
    }
}

/// Adds one more event.
fn once(at_ms: i64, event: Event, events: &mut Vec<Timed>) {
    let number = events.len();
    events.push(Timed {
        at_ms,
        number,
        event,
    });
}

/// The hourly task runs each hour for a day or two, and is missing before and after.
fn hourly(chance: &mut Chance, end: i64, events: &mut Vec<Timed>) {
    let from = chance.seconds(end.max(1));
    for hour in 0..12 + chance.seconds(24) {
        let late = match chance.below(4) {
            0 => chance.seconds(HOUR),
            _ => 0,
        };
        once(from + hour * HOUR + late, Event::Hourly, events);
    }
}

/// The services begin with people on their lists.
fn lists(chance: &mut Chance, events: &mut Vec<Timed>) {
    for host in 0..HOSTS.len() {
        let event = Event::Invite {
            host,
            first: chance.below(FEW),
            count: 2 + chance.below(FEW),
            invite: *chance.one(&[Invite::Addresses, Invite::Names]),
        };
        once(0, event, events);
    }
}

/// People go away to prove their identity, a Post Office sees them or does not, and they come back, some within the day, some
/// when their place is nearly forgotten or has been.
fn away(chance: &mut Chance, moments: &[i64], events: &mut Vec<Timed>) {
    for _ in 0..1 + chance.below(3) {
        let (computer, host) = (draw::computer(chance), draw::host(chance));
        let person = match chance.below(3) {
            0 => draw::person(chance),
            _ => IN_PERSON,
        };
        let at_ms = *chance.one(moments);
        let place = *chance.one(&PROVING);
        let leaves = Event::GoAway {
            computer,
            host,
            place,
            person,
        };
        // A visit of before would count for the next check too.
        once(at_ms, Event::PostOffice(false), events);
        once(at_ms, leaves, events);
        let days = match chance.below(3) {
            0 => chance.seconds(24 * HOUR),
            1 => chance.seconds(15 * 24 * HOUR),
            _ => 15 * 24 * HOUR + chance.seconds(3 * 24 * HOUR),
        };
        let is_seen = chance.below(8) > 0;
        once(at_ms + days / 2, Event::PostOffice(is_seen), events);
        let comes = Event::ComeBack {
            computer: draw::computer(chance),
            host,
            person,
        };
        once(at_ms + days, comes, events);
    }
}

/// A key is rotated, by the waits that `docs/rotation.md` states at the least; the sessions' by the longest that there may
/// be, and in one week in two without the days of people who are away. Each step is made when something else happens too.
fn rotation(chance: &mut Chance, limits: Limits, moments: &[i64], events: &mut Vec<Timed>) {
    let key = *chance.one(&[Key::Session, Key::Client, Key::Assertion]);
    let (published, replaced) = match key {
        Key::Session => {
            let away = if chance.coin() { AWAY } else { 43_200_000 };
            (HOUR, away.max(limits.absolute * 1_000) + HOUR)
        }
        Key::Client => (24 * HOUR, 24 * HOUR),
        Key::Assertion => (HOUR, HOUR),
    };
    let mut at_ms = *chance.one(&moments[..moments.len() / 2]);
    let steps = [
        (Step::Publish, 0),
        (Step::Use, published),
        (Step::Remove, replaced),
    ];
    for (step, wait) in steps {
        let least = at_ms + wait;
        let later = moments.iter().copied().find(|moment| *moment >= least);
        at_ms = later.unwrap_or(least);
        // The hourly task seals again what the old key has sealed.
        if (key, step) == (Key::Session, Step::Remove) {
            once(at_ms - HOUR / 2, Event::Hourly, events);
        }
        once(at_ms, Event::Rotate { key, step, to: 1 }, events);
    }
}
