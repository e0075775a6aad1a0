//! Events of others than people with a session, of an arrival path, and of references: drawn and carried out.

use std::rc::Rc;

use super::arriving::{self, ARRIVED};
use super::deployment::{API, APPLY, ARRIVING, HOSTS, PEOPLES, PLACES, STAFF, WELCOME};
use super::draw::{self, Draw};
use super::event::Event;
use super::house::House;
use super::outsiders::{self, Pass};
use super::people::{Computer, Go, How, go, poll};
use super::referring::{Fetching, LONG};
use crate::world::chance::Chance;

/// Those of every week.
pub const FURTHER: [(usize, Draw); 7] = [
    (3, refer),
    (3, arrive),
    (1, succeed),
    (2, |chance| Event::GoOn {
        computer: draw::computer(chance),
        how: *chance.one(&[How::Form, How::Navigation]),
    }),
    (2, watch),
    (3, outsider),
    (3, foreign),
];

fn refer(chance: &mut Chance) -> Event {
    Event::Refer {
        computer: draw::computer(chance),
        host: draw::host(chance),
        fetching: *chance.one(&Fetching::ALL),
    }
}

fn arrive(chance: &mut Chance) -> Event {
    Event::Arrive {
        computer: draw::computer(chance),
        place: chance.below(PEOPLES),
        stays: chance.below(3) == 0,
    }
}

fn succeed(chance: &mut Chance) -> Event {
    Event::Succeed {
        computer: draw::computer(chance),
        next: draw::person(chance),
    }
}

fn watch(chance: &mut Chance) -> Event {
    Event::Watch {
        computer: draw::computer(chance),
        tab: chance.below(3),
        host: draw::host(chance),
        place: chance.below(PEOPLES),
        every: 120 + chance.seconds(480),
    }
}

fn outsider(chance: &mut Chance) -> Event {
    Event::Outsider {
        computer: draw::computer(chance),
        host: draw::host(chance),
        is_staff: chance.below(3) > 0,
        pass: match chance.coin() {
            true => Pass::Good,
            false => *chance.one(&Pass::ALL),
        },
        rotates: chance.below(6) == 0,
    }
}

fn foreign(chance: &mut Chance) -> Event {
    Event::Foreign {
        computer: draw::computer(chance),
        tab: chance.below(3),
        host: draw::host(chance),
        place: chance.below(PEOPLES),
        how: *chance.one(&[How::Foreign, How::Sibling, How::Link]),
    }
}

/// Does what such an event says.
pub fn happen(
    house: &Rc<House>,
    computers: &[Rc<Computer>],
    event: &Event,
    (seed, number): (u64, usize),
) {
    let to = |host: usize, path: &str, tab: usize, how: How| Go {
        tab,
        address: format!("https://{}{path}", HOSTS[host]),
        how,
        origin_ms: 50,
        dwell_ms: 2_000,
        gives_up: false,
        seed,
    };
    let send = |computer: usize, order: Go| {
        let computer = Rc::clone(&computers[computer]);
        house.runtime.spawn(go(Rc::clone(house), computer, order));
    };
    match *event {
        Event::Refer {
            computer,
            host,
            fetching,
        } => {
            computers[computer].person.set(LONG);
            let path = format!("{}?{}", PLACES[APPLY].path, fetching.query());
            send(computer, to(host, &path, 0, How::Navigation));
        }
        Event::Arrive {
            computer,
            place,
            stays,
        } => {
            let path = arriving::path(place, number, stays);
            send(computer, to(ARRIVING, &path, 0, How::Navigation));
        }
        Event::Succeed { computer, next } => {
            let order = |path: &str| to(ARRIVING, path, 1, How::Navigation);
            let orders = [
                order(&arriving::path(draw_place(number), number, true)),
                order(PLACES[WELCOME].path),
                order(ARRIVED),
            ];
            arriving::succeed(house, &computers[computer], next, orders, seed);
        }
        Event::GoOn { computer, how } => send(computer, to(ARRIVING, ARRIVED, 0, how)),
        Event::Watch {
            computer,
            tab,
            host,
            place,
            every,
        } => {
            let first = to(host, PLACES[place].path, tab, How::Watch);
            // For longer than any session lives unused.
            let waits = (0..4_800 / every).map(move |_| every * 1_000);
            poll(house, &computers[computer], first, waits, false);
        }
        Event::Outsider {
            computer,
            host,
            is_staff,
            pass,
            rotates,
        } => {
            if rotates {
                outsiders::rotate(house);
            }
            let place = if is_staff { STAFF } else { API };
            outsiders::come(house, &computers[computer], (host, place), pass, seed);
        }
        Event::Foreign {
            computer,
            tab,
            host,
            place,
            how,
        } => send(computer, to(host, PLACES[place].path, tab, how)),
        _ => unreachable!("another part does this"),
    }
}

/// One of the places that ask for a sign-in and for no more.
const fn draw_place(number: usize) -> usize {
    [super::deployment::ACCOUNT, 3, 4][number % 3]
}
