//! Weeks that failed once, each with the fewest events that made it fail. A seed means another week when the plan's
//! drawing changes; these weeks stay the same.

use super::demand::Demand;
use super::deployment::Key;
use super::event::{Event, Timed};
use super::people::How;
use super::plan::Plan;
use super::rules::{Change, Limits};
use crate::world::Trouble;

const fn at(at_ms: i64, number: usize, event: Event) -> Timed {
    Timed {
        at_ms,
        number,
        event,
    }
}

/// A quick navigation on the first computer and service.
const fn visit(tab: usize, place: usize, origin_ms: i64, dwell: i64) -> Event {
    visit_at(0, 0, tab, place, origin_ms, dwell)
}

/// A quick navigation.
const fn visit_at(
    computer: usize,
    host: usize,
    tab: usize,
    place: usize,
    origin_ms: i64,
    dwell: i64,
) -> Event {
    Event::Visit {
        computer,
        tab,
        host,
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
        invites: false,
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
        invites: false,
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

/// A person sits down where another one's session is not forgotten yet, half a minute before the last try, and sees the page
/// which says that they are signed in and leads on by its button.
pub fn takes_over_before_the_last_try() -> Plan {
    Plan {
        seed: 9_326,
        calm: false,
        invites: false,
        limits: Limits {
            idle: 1_800,
            absolute: 7_200,
            check: 0,
            grace: 300,
        },
        events: vec![
            at(537_851_086, 208, visit(0, 7, 148, 2)),
            at(
                547_887_201,
                229,
                Event::HandOver {
                    computer: 0,
                    person: 7,
                },
            ),
            at(554_216_218, 249, Event::Mend { computer: 0 }),
            at(
                554_373_663,
                259,
                Event::HandOver {
                    computer: 0,
                    person: 3,
                },
            ),
        ],
    }
}

/// The session key is replaced at once. A sign-in at an isolate that still has the leaked one cannot end the session that a
/// newer isolate began, and its answer does not come to the browser, which goes on with that session.
pub fn signs_in_where_the_leaked_key_is() -> Plan {
    Plan {
        seed: 9_031,
        calm: false,
        invites: false,
        limits: Limits {
            idle: 3_600,
            absolute: 43_200,
            check: 180,
            grace: 300,
        },
        events: vec![
            at(3_040_447, 21, Event::Configure(Change::Route)),
            at(3_040_447, 335, Event::Emergency(Key::Session)),
            at(3_044_671, 24, Event::Mend { computer: 0 }),
            at(3_046_988, 25, Event::Deploy),
            at(3_054_563, 26, visit(2, 2, 180, 5)),
            at(3_056_151, 27, Event::Mend { computer: 0 }),
            at(3_284_123, 29, Event::Close(2)),
        ],
    }
}

/// A page asks while the callback that brings an identity is still answered: the account knows the identity by then, and the
/// person proved another one six hours before.
pub fn asks_while_an_identity_comes() -> Plan {
    let applies = Event::Poll {
        computer: 0,
        tab: 2,
        host: 0,
        place: 7,
        every: 54,
        times: 8,
    };
    let elsewhere = visit_at(0, 1, 1, 2, 55, 13);
    Plan {
        seed: 7_092,
        calm: true,
        invites: false,
        limits: Limits {
            idle: 3_600,
            absolute: 43_200,
            check: 0,
            grace: 300,
        },
        events: vec![
            at(188_631_728, 166, visit(0, 7, 63, 12)),
            at(210_892_945, 201, Event::Close(0)),
            at(210_894_256, 202, elsewhere),
            at(210_894_861, 203, applies),
            at(210_947_640, 204, visit(1, 7, 153, 7)),
        ],
    }
}

/// A person proves an identity in two tabs at once: both proofs go on with the session that they are signed in by.
pub fn proves_in_two_tabs() -> Plan {
    Plan {
        seed: 127,
        calm: false,
        invites: false,
        limits: Limits {
            idle: 1_800,
            absolute: 7_200,
            check: 180,
            grace: 300,
        },
        events: vec![
            at(149_102_222, 78, visit(0, 2, 129, 2)),
            at(149_270_466, 81, visit(0, 8, 176, 4)),
            at(149_270_781, 82, visit(2, 8, 9_846, 9)),
        ],
    }
}

/// A person goes back to the callback of a proof while its first answer is on the way: the second request brings the identity.
pub fn goes_back_while_proving() -> Plan {
    let proves = visit_at(2, 0, 1, 8, 63, 1);
    Plan {
        seed: 3_339,
        calm: false,
        invites: false,
        limits: Limits {
            idle: 3_600,
            absolute: 43_200,
            check: 0,
            grace: 300,
        },
        events: vec![
            at(167_207_292, 125, Event::Mend { computer: 2 }),
            at(169_370_535, 134, proves),
            at(169_370_720, 135, Event::Back(2)),
        ],
    }
}

/// A person signs in in two tabs at once. The second one's callback leaves in the millisecond in which the first one's answer
/// comes, and just before it: neither session knows of the other, and both began in the same second.
pub fn leaves_as_an_answer_comes() -> Plan {
    Plan {
        seed: 10_589,
        calm: true,
        invites: false,
        limits: Limits {
            idle: 3_600,
            absolute: 43_200,
            check: 60,
            grace: 300,
        },
        events: vec![
            at(1_000, 0, visit(1, 2, 100, 1)),
            at(1_700, 1, visit(2, 2, 100, 1)),
        ],
    }
}

/// A browser loses the session's cookie while an answer is on its way that renews it.
pub fn loses_a_cookie_that_comes_back() -> Plan {
    Plan {
        seed: 3_071,
        calm: false,
        invites: false,
        limits: Limits {
            idle: 1_800,
            absolute: 43_200,
            check: 60,
            grace: 300,
        },
        events: vec![
            at(1_000, 0, visit(0, 2, 100, 1)),
            at(1_000_000, 1, visit(0, 2, 24_000, 1)),
            at(1_001_000, 2, Event::Forget(0)),
            at(1_002_000, 3, visit(1, 0, 100, 1)),
            at(1_010_000, 4, Event::Mend { computer: 2 }),
            at(1_040_000, 5, visit(2, 2, 100, 1)),
        ],
    }
}

/// An account's answer is lost, so that an optional page takes a person for a stranger and refuses, and the account knows the
/// person again when the refusal is judged.
pub fn asks_of_a_stranger_for_a_moment() -> Plan {
    let starts = Event::Start {
        ahead_ms: 1_903,
        behind_ms: 13_959,
    };
    let trouble = Event::Trouble {
        trouble: Trouble::AccountAnswerLost,
        nth: Some(1),
    };
    let asks = Event::Demand {
        computer: 1,
        tab: 2,
        host: 0,
        place: 1,
        demand: Demand::Recent,
        origin_ms: 99,
    };
    Plan {
        seed: 7_019,
        calm: false,
        invites: false,
        limits: Limits {
            idle: 1_800,
            absolute: 7_200,
            check: 0,
            grace: 300,
        },
        events: vec![
            at(203_059_180, 253, starts),
            at(222_125_164, 278, trouble),
            at(222_970_207, 281, asks),
        ],
    }
}

/// A browser that loses its session's cookie asks in two tabs; the page that ends one tab's circle has the other one's counted
/// from zero.
pub fn goes_round_in_two_tabs() -> Plan {
    let asks = Event::Demand {
        computer: 0,
        tab: 0,
        host: 0,
        place: 3,
        demand: Demand::Recent,
        origin_ms: 23,
    };
    Plan {
        seed: 8_399,
        calm: false,
        invites: false,
        limits: Limits {
            idle: 1_800,
            absolute: 7_200,
            check: 60,
            grace: 300,
        },
        events: vec![
            at(1_277_681_821, 171, Event::Forget(0)),
            at(1_279_256_552, 181, visit_at(1, 1, 1, 5, 13_522, 10)),
            at(1_279_296_584, 183, Event::Copy { from: 1, to: 0 }),
            at(1_279_340_261, 184, Event::Deploy),
            at(1_279_343_181, 186, asks),
            at(1_279_343_806, 187, visit(1, 2, 12, 3)),
        ],
    }
}

/// A person who has gone on from the arrival path presses its button again later, which is no use of their session.
pub fn presses_the_button_again() -> Plan {
    let presses = Event::GoOn {
        computer: 2,
        how: How::Navigation,
    };
    Plan {
        seed: 940,
        calm: true,
        invites: false,
        limits: Limits {
            idle: 3_600,
            absolute: 43_200,
            check: 0,
            grace: 300,
        },
        events: vec![
            at(47_136_057, 24, visit_at(2, 1, 2, 8, 106, 6)),
            at(49_535_285, 36, presses),
            at(51_740_534, 54, visit_at(2, 1, 2, 12, 31, 4)),
        ],
    }
}
