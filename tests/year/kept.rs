//! Weeks that failed once, each with the fewest events that made it fail. A seed means another week when the plan's
//! drawing changes; these weeks stay the same.

use super::event::{Event, Timed};
use super::people::How;
use super::plan::Plan;
use super::rules::Limits;

const fn at(at_ms: i64, number: usize, event: Event) -> Timed {
    Timed {
        at_ms,
        number,
        event,
    }
}

/// A quick navigation on the first computer and service.
const fn visit(tab: usize, place: usize, origin_ms: i64, dwell: i64) -> Event {
    Event::Visit {
        computer: 0,
        tab,
        host: 0,
        place,
        how: How::Navigation,
        origin_ms,
        dwell,
        gives_up: false,
    }
}

/// A person signs in in two tabs in the same second, so that their browser has two sessions and neither is older.
pub fn twice_in_a_second() -> Plan {
    let everywhere = Event::SignOut {
        computer: 2,
        host: 0,
        everywhere: true,
    };
    Plan {
        seed: 183,
        calm: false,
        limits: Limits {
            idle: 3_600,
            absolute: 7_200,
            check: 60,
            grace: 300,
        },
        events: vec![
            at(153_632_256, 144, everywhere),
            at(153_634_896, 145, visit(1, 5, 60, 10)),
            at(154_083_569, 149, Event::Close(0)),
            at(154_890_061, 157, visit(0, 4, 45, 2)),
            at(154_892_102, 159, visit(2, 4, 18, 6)),
        ],
    }
}

/// A page of the provider's waits in one tab, where a recent sign-in is asked for, while the person signs in in another one:
/// by the time that they go on in the first, the provider says when that was.
pub fn waits_in_another_tab() -> Plan {
    Plan {
        seed: 192,
        calm: true,
        limits: Limits {
            idle: 1_800,
            absolute: 7_200,
            check: 60,
            grace: 300,
        },
        events: vec![
            at(1_000, 0, visit(2, 6, 143, 939)),
            at(33_681, 1, visit(0, 2, 151, 2)),
            at(1_200_000, 2, visit(0, 2, 151, 2)),
        ],
    }
}
