//! Sessions end: the person signs out or the provider sends a notification, and the session ends everywhere within a bound.
//!
//! This file keeps the promise as a whole: who is affected, and for how long a copied cookie can
//! still be used. The others follow the lease, outages, signing out, the callback, notifications
//! and what happens when several of these meet.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;

#[path = "sessions_end/again.rs"]
mod again;
#[path = "sessions_end/begin.rs"]
mod begin;
#[path = "sessions_end/by_service.rs"]
mod by_service;
#[path = "sessions_end/clocks.rs"]
mod clocks;
#[path = "sessions_end/every_step.rs"]
mod every_step;
#[path = "sessions_end/expected.rs"]
mod expected;
#[path = "sessions_end/foreign.rs"]
mod foreign;
#[path = "sessions_end/grace.rs"]
mod grace;
#[path = "sessions_end/inactive.rs"]
mod inactive;
#[path = "sessions_end/keys.rs"]
mod keys;
#[path = "sessions_end/late.rs"]
mod late;
#[path = "sessions_end/lease.rs"]
mod lease;
#[path = "sessions_end/limits.rs"]
mod limits;
#[path = "sessions_end/login_required.rs"]
mod login_required;
#[path = "sessions_end/notification.rs"]
mod notification;
#[path = "sessions_end/pending.rs"]
mod pending;
#[path = "sessions_end/races.rs"]
mod races;
#[path = "sessions_end/reauthenticated.rs"]
mod reauthenticated;
#[path = "sessions_end/sign_out.rs"]
mod sign_out;
#[path = "sessions_end/signal_access.rs"]
mod signal_access;
#[path = "sessions_end/signals.rs"]
mod signals;
#[path = "sessions_end/signed_out.rs"]
mod signed_out;
#[path = "sessions_end/sockets.rs"]
mod sockets;
#[path = "sessions_end/status.rs"]
mod status;
#[path = "sessions_end/unfinished.rs"]
mod unfinished;
#[path = "sessions_end/wishes.rs"]
mod wishes;

use world::assertion::verified;
use world::{Browser, By, Incoming, SESSION, World};

/// A page that only people who are signed in see.
const PAGE: &str = "/account/details";

/// A browser in which a person has just signed in.
fn signed_in(world: &World, persona: &str) -> Browser {
    world.person(persona);
    let mut browser = Browser::new();
    let shown = browser.open(world, PAGE);
    let lines = world.outside.record.borrow().lines();
    assert_eq!((shown.by, shown.status), (By::Origin, 200), "{lines:?}");
    browser
}

/// Whether the browser's session is alive; one that is not leads to a new sign-in.
fn is_in(world: &World, browser: &mut Browser) -> bool {
    let shown = browser.step(world, PAGE);
    match shown.by {
        By::Origin => assert_eq!(shown.status, 200),
        _ => {
            assert_eq!(shown.status, 302, "{:?}", shown.body);
            assert!(shown.location().starts_with(world::ISSUER));
        }
    }
    shown.by == By::Origin
}

/// An action that ends a session.
type Ending = fn(&World, &mut Browser);

/// How a session can end without the copy of its cookie.
const ENDINGS: [(&str, Ending); 3] = [
    ("signed out", |world, browser| {
        assert_eq!(browser.sign_out(world, "").status, 303);
    }),
    ("signed out everywhere", |world, browser| {
        assert_eq!(browser.sign_out(world, "?everywhere").status, 303);
    }),
    ("notified", |world, _| {
        assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    }),
];

/// Uses a copied cookie every second, as an attacker would to keep it alive, and gives the last second
/// in which it opened the page. The attacker ignores every deletion of the cookie.
fn last_use(world: &World, thief: &mut Browser) -> i64 {
    let mut last = world.now() - 1;
    for _ in 0..180 {
        let shown = world.ask(thief.dressed(world, Incoming::get(PAGE)));
        if shown.by == By::Origin {
            assert_eq!(last, world.now() - 1, "it came back to life");
            last = world.now();
            thief.keep(world, &shown);
        } else {
            assert_eq!(shown.status, 401);
        }
        world.pass(1);
    }
    last
}

#[test]
fn t47_when_a_session_ended_then_a_copied_cookie_is_dead_within_the_bound() {
    for (what, end) in ENDINGS {
        for after in [0, 1, 30, 59, 60, 61, 3_000] {
            for same_isolate in [true, false] {
                let world = World::new();
                let mut browser = signed_in(&world, "kenneth");
                let mut thief = browser.clone();
                world.pass(after);
                end(&world, &mut browser);
                let ended_at = world.now();
                if !same_isolate {
                    world.new_isolate();
                }
                world.forget();
                let used_for = last_use(&world, &mut thief) - ended_at + 1;
                assert!(used_for <= 60, "{what} {after}: used for {used_for} s");
                // The assertions that the service got have expired too, a minute later.
                for reached in world.happened().reached() {
                    let token = simulator::jose::Unverified::parse(reached.assertions()[0]);
                    let exp = token.unwrap().claims["exp"].as_i64().unwrap();
                    assert!(exp <= ended_at + 120, "{what} {after}: {exp}");
                }
            }
        }
    }
}

#[test]
fn t47_when_every_request_is_checked_then_a_copied_cookie_is_dead_at_once() {
    for (what, end) in ENDINGS {
        let world = World::with(|setup| setup.field("revocation_check_seconds", 0));
        let mut browser = signed_in(&world, "kenneth");
        let mut thief = browser.clone();
        world.pass(10);
        end(&world, &mut browser);
        assert!(!is_in(&world, &mut thief), "{what}");
        assert!(!thief.has_session(), "{what}");
    }
}

#[test]
fn t47_t81_when_the_provider_ends_a_persons_sessions_then_both_browsers_end_and_other_people_stay()
{
    let world = World::new();
    let mut laptop = signed_in(&world, "kenneth");
    let mut phone = signed_in(&world, "kenneth");
    let mut other = signed_in(&world, "sian");
    world.pass(20);
    world.end_at_provider("kenneth");
    assert_eq!(world.deliver(), [200, 200], "one for each sign-in");
    world.pass(60);
    assert!(!is_in(&world, &mut laptop));
    assert!(!is_in(&world, &mut phone));
    for _ in 0..30 {
        assert!(is_in(&world, &mut other));
        world.pass(100);
    }
}

#[test]
fn t47_when_a_person_signs_out_then_other_browsers_end_only_with_everywhere() {
    for (query, other_lives) in [("", true), ("?everywhere", false), ("?everywhere=", false)] {
        let world = World::new();
        let mut laptop = signed_in(&world, "kenneth");
        let mut phone = signed_in(&world, "kenneth");
        let mut other = signed_in(&world, "sian");
        world.pass(20);
        laptop.sign_out(&world, query);
        world.pass(60);
        assert!(!is_in(&world, &mut laptop), "{query}");
        assert_eq!(is_in(&world, &mut phone), other_lives, "{query}");
        assert!(is_in(&world, &mut other), "{query}");
    }
}

#[test]
fn when_a_twenty_first_session_begins_then_the_oldest_ends() {
    let world = World::new();
    let mut browsers: Vec<_> = (0..20).map(|_| signed_in(&world, "kenneth")).collect();
    let ended = "session_limit: oldest_ended".to_owned();
    assert!(!world.happened().lines().contains(&ended));
    browsers.push(signed_in(&world, "kenneth"));
    assert!(world.happened().lines().contains(&ended));
    world.pass(60);
    let alive: Vec<_> = browsers
        .iter_mut()
        .map(|browser| is_in(&world, browser))
        .collect();
    assert!(!alive[0]);
    assert!(alive[1..].iter().all(|alive| *alive), "{alive:?}");
}

#[test]
fn t47_when_a_session_is_alive_then_its_page_names_the_person_after_every_check() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let mut sids = Vec::new();
    for _ in 0..5 {
        world.pass(600);
        world.forget();
        assert!(is_in(&world, &mut browser));
        let reached = world.happened().reached().pop().unwrap();
        let stated = verified(&world, reached.assertions()[0]);
        sids.push(stated.claims["sid"].as_str().unwrap().to_owned());
    }
    sids.dedup();
    assert_eq!(sids.len(), 1);
    assert!(browser.cookie(SESSION).is_some());
}
