//! From a number to a week of events.

use one_login_edge::platform::Limit;

use super::deployment::{ACCOUNT, Key, Limits, PLACES, Step};
use super::event::{Event, Timed};
use super::people::{How, PEOPLE};
use super::storage::Meddling;
use crate::world::Trouble;
use crate::world::chance::Chance;

/// How many computers there are.
pub const COMPUTERS: usize = 6;

/// How many events a week has, without rotations.
const EVENTS: usize = 300;

/// A week, in milliseconds.
const WEEK: i64 = 7 * 86_400_000;

const HOUR: i64 = 3_600_000;

/// A plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The number that it comes from.
    pub seed: u64,
    /// Whether nothing goes wrong in it.
    pub calm: bool,
    /// The limits of both services.
    pub limits: Limits,
    /// The events, in order.
    pub events: Vec<Timed>,
}

/// The events that may be drawn, with their weights: [`ROUGH`] never in a calm world.
type Draw = fn(&mut Chance) -> Event;

const QUIET: [(usize, Draw); 13] = [
    (52, visit),
    (7, together),
    (7, sign_out),
    (2, |chance| Event::Back(computer(chance))),
    (4, hand_over),
    (3, |chance| Event::Close(computer(chance))),
    (1, |chance| Event::Restore(computer(chance))),
    (3, leave),
    (5, start),
    (4, |_| Event::Stop),
    (2, |chance| match chance.coin() {
        true => Event::Deploy,
        false => Event::Hourly,
    }),
    (3, |chance| Event::ProviderEnds(chance.below(PEOPLE.len()))),
    (2, |chance| provider_rotates(chance, true)),
];

const ROUGH: [(usize, Draw); 8] = [
    (2, |chance| provider_rotates(chance, false)),
    (7, trouble),
    (5, |chance| Event::Mend {
        computer: computer(chance),
    }),
    (1, meddle),
    (1, |chance| match chance.below(4) {
        0 => Event::EmptyAccounts,
        _ => Event::AccountsAhead(chance.seconds(41) - 20),
    }),
    (1, |chance| {
        Event::UseUp(*chance.one(&[Limit::Starts, Limit::RefusedNotifications]))
    }),
    (2, |chance| Event::Copy {
        from: computer(chance),
        to: computer(chance),
    }),
    (1, |chance| Event::PostOffice(chance.coin())),
];

fn computer(chance: &mut Chance) -> usize {
    // Most happens at few of them, so that one thing meets another.
    let few = 1 + chance.below(COMPUTERS);
    chance.below(few)
}

fn place(chance: &mut Chance) -> usize {
    match chance.below(10) {
        0..5 => ACCOUNT,
        _ => chance.below(PLACES.len()),
    }
}

fn host(chance: &mut Chance) -> usize {
    usize::from(chance.below(5) == 0)
}

fn visit(chance: &mut Chance) -> Event {
    let how = match chance.below(20) {
        0..13 => How::Navigation,
        13..17 => How::Script,
        17 => How::Form,
        18 => How::Status,
        _ => How::StayAlive,
    };
    Event::Visit {
        computer: computer(chance),
        tab: chance.below(3),
        host: host(chance),
        place: place(chance),
        how,
        origin_ms: origin_ms(chance),
        dwell: match chance.below(20) {
            0 => chance.seconds(1_200),
            _ => 1 + chance.seconds(15),
        },
        gives_up: chance.below(30) == 0,
    }
}

/// How long a service takes: most answers are quick, some are late.
fn origin_ms(chance: &mut Chance) -> i64 {
    match chance.below(8) {
        0 => chance.seconds(20_000),
        _ => chance.seconds(200),
    }
}

fn together(chance: &mut Chance) -> Event {
    Event::Together {
        computer: computer(chance),
        host: host(chance),
        place: place(chance),
        count: 2 + chance.below(9),
        origin_ms: origin_ms(chance),
    }
}

fn sign_out(chance: &mut Chance) -> Event {
    Event::SignOut {
        computer: computer(chance),
        host: host(chance),
        everywhere: chance.below(3) == 0,
    }
}

fn hand_over(chance: &mut Chance) -> Event {
    Event::HandOver {
        computer: computer(chance),
        person: chance.below(PEOPLE.len()),
    }
}

fn leave(chance: &mut Chance) -> Event {
    Event::Leave {
        computer: computer(chance),
        tab: chance.below(3),
    }
}

fn start(chance: &mut Chance) -> Event {
    Event::Start {
        ahead_ms: chance.seconds(8_000) - 4_000,
        behind_ms: chance.seconds(60_000),
    }
}

fn trouble(chance: &mut Chance) -> Event {
    Event::Trouble {
        trouble: *chance.one(&Trouble::ALL),
        nth: match chance.below(3) {
            0 => None,
            _ => Some(chance.below(8)),
        },
    }
}

fn provider_rotates(chance: &mut Chance, keep_old: bool) -> Event {
    Event::ProviderRotates {
        identity: chance.coin(),
        keep_old,
    }
}

fn meddle(chance: &mut Chance) -> Event {
    use Meddling::{Changed, CutShort, Empty, PutBack};
    Event::Meddle(*chance.one(&[Empty, CutShort, Changed, PutBack]))
}

/// The time until the next event: bursts of seconds, pauses of minutes, nights.
fn gap(chance: &mut Chance) -> i64 {
    match chance.below(100) {
        0..45 => chance.seconds(3_000),
        45..75 => chance.seconds(60_000),
        75..94 => chance.seconds(20 * 60_000),
        94..98 => chance.seconds(4 * HOUR),
        _ => chance.seconds(16 * HOUR),
    }
}

/// The week of a number.
pub fn plan(seed: u64) -> Plan {
    let mut chance = Chance::seed(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let calm = seed.is_multiple_of(4);
    let limits = Limits {
        idle: *chance.one(&[3_600, 1_800]),
        absolute: *chance.one(&[43_200, 43_200, 7_200]),
        check: *chance.one(&[60, 60, 0, 180]),
        grace: 300,
    };
    let rough = ROUGH.iter().filter(|_| !calm);
    let draws = QUIET.iter().chain(rough);
    let draws: Vec<_> = draws.collect();
    let total: usize = draws.iter().map(|(weight, _)| weight).sum();
    let mut events = Vec::new();
    let mut at_ms = 0;
    for number in 0..EVENTS {
        at_ms += gap(&mut chance);
        let mut drawn = chance.below(total);
        let draw = draws.iter().find(|(weight, _)| {
            let found = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            found
        });
        let (_, draw) = draw.expect("the weights add up");
        let event = draw(&mut chance);
        events.push(Timed {
            at_ms,
            number,
            event,
        });
    }
    rotation(&mut chance, limits, at_ms.min(WEEK), &mut events);
    events.sort_by_key(|timed| (timed.at_ms, timed.number));
    Plan {
        seed,
        calm,
        limits,
        events,
    }
}

/// In every third week a key is rotated, by the waits that `docs/rotation.md` states.
fn rotation(chance: &mut Chance, limits: Limits, end: i64, events: &mut Vec<Timed>) {
    if chance.below(3) != 0 {
        return;
    }
    let key = *chance.one(&[Key::Session, Key::Client, Key::Assertion]);
    let (published, replaced) = match key {
        Key::Session => (HOUR, limits.absolute * 1_000 + HOUR),
        Key::Client => (24 * HOUR, 24 * HOUR),
        Key::Assertion => (HOUR, HOUR),
    };
    let mut at_ms = chance.seconds((end / 2).max(1));
    let steps = [
        (Step::Publish, 0),
        (Step::Use, published),
        (Step::Remove, replaced),
    ];
    for (index, (step, wait)) in steps.into_iter().enumerate() {
        at_ms += wait;
        events.push(Timed {
            at_ms,
            number: EVENTS + index,
            event: Event::Rotate { key, step, to: 1 },
        });
    }
}
