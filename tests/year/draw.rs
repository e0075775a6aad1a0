//! The events that may be drawn, with their weights.

use one_login_edge::platform::Limit;
use simulator::provider::rotation::When as Moment;

use super::demand::Demand;
use super::deployment::{ACCOUNT, ASKING, PEOPLES};
use super::event::Event;
use super::inviting::Invite;
use super::people::{FEW, How, PEOPLE};
use super::plan::COMPUTERS;
use super::rules::{Change, Limits};
use super::storage::Meddling;
use crate::world::Trouble;
use crate::world::chance::Chance;

/// The events that may be drawn, with their weights: [`ROUGH`] never in a calm world.
pub type Draw = fn(&mut Chance) -> Event;

/// Those of every week.
pub const QUIET: [(usize, Draw); 21] = [
    (52, visit),
    (7, together),
    (5, poll),
    (2, stay_on),
    (2, overtake),
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
    (3, |chance| Event::ProviderEnds(person(chance))),
    (2, service_ends),
    (1, |chance| Event::Configure(change(chance))),
    (1, |_| Event::ProviderAnnounces),
    (2, |chance| provider_rotates(chance, true)),
    (2, demand),
    (2, |chance| Event::Socket {
        computer: computer(chance),
        host: host(chance),
    }),
];

/// Those of a week that is not calm.
pub const ROUGH: [(usize, Draw); 10] = [
    (2, |chance| provider_rotates(chance, false)),
    (7, trouble),
    (5, |chance| Event::Mend {
        computer: computer(chance),
    }),
    (1, meddle),
    (2, |chance| match chance.below(8) {
        0 => Event::EmptyAccounts,
        1..4 => Event::MoveAccounts,
        _ => Event::AccountsAhead(chance.seconds(41) - 20),
    }),
    (1, |chance| {
        Event::UseUp(*chance.one(&[Limit::Starts, Limit::RefusedNotifications]))
    }),
    (3, |chance| Event::Copy {
        from: computer(chance),
        to: computer(chance),
    }),
    (1, |chance| Event::PostOffice(chance.coin())),
    (1, |chance| match chance.below(6) {
        0 => Event::Crowd(person(chance)),
        _ => Event::CopyAcross(computer(chance)),
    }),
    (1, |chance| Event::Forget(computer(chance))),
];

/// Those of a week in which the services invite.
pub const INVITING: [(usize, Draw); 1] = [(3, |chance| Event::Invite {
    host: usize::from(chance.coin()),
    first: chance.below(PEOPLE.len()),
    count: 1 + chance.below(4),
    invite: *chance.one(&[Invite::Addresses, Invite::Names, Invite::NoLonger]),
})];

/// A computer: most happens at few of them, so that one thing meets another.
pub fn computer(chance: &mut Chance) -> usize {
    let few = 1 + chance.below(COMPUTERS);
    chance.below(few)
}

/// Most happens to few people; the others are at a computer when one was handed to them.
pub fn person(chance: &mut Chance) -> usize {
    match chance.below(5) {
        0 => chance.below(PEOPLE.len()),
        _ => chance.below(FEW),
    }
}

/// Some limits.
pub fn limits(chance: &mut Chance) -> Limits {
    // With the longest check of all, nothing but its use keeps a session alive.
    let (check, grace) = *chance.one(&[
        (60, 300),
        (60, 300),
        (60, 300),
        (0, 300),
        (180, 300),
        (3_600, 3_600),
    ]);
    Limits {
        idle: *chance.one(&[3_600, 1_800]),
        absolute: *chance.one(&[43_200, 43_200, 7_200]),
        check,
        grace,
    }
}

fn change(chance: &mut Chance) -> Change {
    match chance.below(3) {
        0 => Change::Limits(limits(chance)),
        1 => Change::Level,
        _ => Change::Route,
    }
}

fn place(chance: &mut Chance) -> usize {
    match chance.below(10) {
        0..5 => ACCOUNT,
        _ => chance.below(PEOPLES),
    }
}

/// A service: most happens at the first.
pub fn host(chance: &mut Chance) -> usize {
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

fn demand(chance: &mut Chance) -> Event {
    Event::Demand {
        computer: computer(chance),
        tab: chance.below(3),
        host: host(chance),
        place: *chance.one(&ASKING),
        demand: *chance.one(&[Demand::Identity, Demand::Recent]),
        origin_ms: origin_ms(chance),
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

/// Some pages ask often and for a short time, others seldom and for longer than a session lives unused.
fn poll(chance: &mut Chance) -> Event {
    let (every, times) = match chance.coin() {
        true => (20 + chance.seconds(150), 3 + chance.below(10)),
        false => (240 + chance.seconds(480), 8 + chance.below(8)),
    };
    Event::Poll {
        computer: computer(chance),
        tab: chance.below(3),
        host: host(chance),
        place: place(chance),
        every,
        times: times as u64,
    }
}

fn stay_on(chance: &mut Chance) -> Event {
    Event::StayOn {
        computer: computer(chance),
        tab: chance.below(3),
        host: host(chance),
        place: ACCOUNT,
    }
}

fn overtake(chance: &mut Chance) -> Event {
    Event::Overtake {
        computer: computer(chance),
        host: host(chance),
        origin_ms: 2_000 + chance.seconds(28_000),
        next: match chance.coin() {
            true => Some(person(chance)),
            false => None,
        },
        after_ms: chance.seconds(20_000),
    }
}

fn sign_out(chance: &mut Chance) -> Event {
    Event::SignOut {
        computer: computer(chance),
        host: host(chance),
        everywhere: chance.below(3) == 0,
    }
}

fn service_ends(chance: &mut Chance) -> Event {
    Event::ServiceEnds {
        host: host(chance),
        person: person(chance),
        block: match chance.below(4) {
            0 => None,
            1 => Some(0),
            _ => Some(60 + chance.seconds(1_800)),
        },
    }
}

fn hand_over(chance: &mut Chance) -> Event {
    Event::HandOver {
        computer: computer(chance),
        person: person(chance),
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
        when: *chance.one(&[
            Moment::Now,
            Moment::BeforeNextSignature,
            Moment::AfterNextSignature,
        ]),
    }
}

fn meddle(chance: &mut Chance) -> Event {
    use Meddling::{Changed, CutShort, Empty, PutBack};
    Event::Meddle(*chance.one(&[Empty, CutShort, Changed, PutBack]))
}
