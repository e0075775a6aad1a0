//! Answers that were on their way while something happened: whatever the order, the browser is
//! where the last event put it.
//!
//! Every pair of events is tried, with answers from before the first and from between the two. The
//! statements to the service are compared with a browser in which no answer came late.

use serde_json::{Value, json};

use super::{PAGE, signed_in};
use crate::world::assertion::verified;
use crate::world::signing_out::own;
use crate::world::{Browser, Incoming, SERVICE, SESSION, Shown, World};

const PAY: &str = "/pay";
const PROVED: &str = "/apply/bare";

fn world() -> World {
    World::with(|setup| {
        setup.prove_identities();
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        let pay = json!({ "path": PAY, "reauthenticate_within": 300 });
        routes.unwrap().push(pay);
        setup.field("session_idle_seconds", 1_800);
    })
}

/// Another person signs in here, with a sign-in that was under way next to the session.
fn another_signs_in(world: &World, browser: &mut Browser) {
    world.person("sian");
    let mut tab = Browser::new();
    let start = tab.step(world, PAGE);
    let back = tab.step(world, start.location());
    let attempt = tab.attempts()[0].to_owned();
    browser.plant(&attempt, tab.cookie(&attempt).unwrap());
    let shown = browser.step(world, back.location());
    // A page says that the place is withheld where the first session was still there.
    let withheld = (
        200,
        "You are signed in with a different GOV.UK One Login".to_owned(),
    );
    let seen = (shown.status, shown.heading().to_owned());
    assert!([withheld, (303, String::new())].contains(&seen), "{seen:?}");
    world.person("kenneth");
}

type Event = fn(&World, &mut Browser);

/// Events of the session of a browser.
const EVENTS: [(&str, Event); 8] = [
    ("signed out", |world, browser| {
        browser.sign_out(world, "");
    }),
    ("signed out everywhere", |world, browser| {
        browser.sign_out(world, "?everywhere");
    }),
    ("another signed in", another_signs_in),
    ("signed in again", |world, browser| {
        world.pass(301);
        browser.open(world, PAY);
    }),
    ("proved an identity", |world, browser| {
        browser.open(world, PROVED);
    }),
    ("went unused", |world, _| world.pass(1_800)),
    ("was notified", |world, browser| {
        assert_eq!(world.notify("kenneth", |_| {}).status, 200);
        world.pass(61);
        browser.step(world, PAGE);
    }),
    ("nothing", |_, _| {}),
];

/// The answers to everything that a page might be waiting for, a minute after the last renewal.
fn on_their_way(world: &World, browser: &Browser) -> Vec<Shown> {
    world.pass(61);
    let post = Incoming::post("/auth/session", "").with("origin", SERVICE);
    let requests = [
        Incoming::get(PAGE),
        own("/account/other"),
        post,
        Incoming::get("/pay"),
        Incoming::get("/help"),
    ];
    let ask = |request| world.ask(browser.dressed(world, request));
    let mut shown: Vec<_> = requests.into_iter().map(ask).collect();
    for status in [304, 200] {
        world.answer.borrow_mut().status = status;
        shown.push(ask(Incoming::get(PAGE)));
    }
    world.new_isolate();
    world.takes.set(40);
    shown.push(ask(Incoming::get(PAGE)));
    world.takes.set(0);
    shown
}

/// The statements to a service about this browser, on a few of its pages; nothing is kept of the answers.
fn told_of(world: &World, browser: &Browser) -> Vec<(u16, Value)> {
    let paths = [PAGE, PAY, PROVED];
    let told = |path: &str| {
        world.forget();
        let shown = world.ask(browser.dressed(world, Incoming::get(path)));
        let reached = world.happened().reached();
        let said = reached.first().map(|reached| {
            let claims = verified(world, reached.assertions()[0]).claims;
            json!([claims["sub"], claims["sid"], claims["vot"]])
        });
        (shown.status, said.unwrap_or_default())
    };
    paths.map(told).into()
}

#[test]
fn t110_when_an_older_answer_arrives_late_then_it_undoes_no_sign_in_and_no_sign_out() {
    let mut seen = std::collections::BTreeSet::new();
    for (first, one) in EVENTS {
        for (second, two) in EVENTS {
            let what = format!("{first}, then {second}");
            let world = world();
            let mut browser = signed_in(&world, "kenneth");
            let mut late = on_their_way(&world, &browser);
            assert!(late.iter().any(|shown| shown.set_cookies().count() > 0));
            one(&world, &mut browser);
            late.extend(on_their_way(&world, &browser));
            two(&world, &mut browser);
            let mut behind = browser.clone();
            late.iter().for_each(|shown| behind.keep(&world, shown));
            let mut mixed = browser.clone();
            late.iter()
                .rev()
                .for_each(|shown| mixed.keep(&world, shown));
            for wait in [0, 30, 70, 400] {
                world.pass(wait);
                for isolate in ["the same isolate", "another"] {
                    let expected = told_of(&world, &browser);
                    let mut later = browser.clone();
                    late.iter().for_each(|shown| later.keep(&world, shown));
                    for browser in [&behind, &mixed, &later] {
                        let found = told_of(&world, browser);
                        assert_eq!(found, expected, "{what}, {isolate}, {wait} s");
                    }
                    seen.insert(
                        expected
                            .iter()
                            .map(|(status, _)| *status)
                            .collect::<Vec<_>>(),
                    );
                    world.new_isolate();
                }
            }
            // The next answer deletes each cookie that came back: one session cookie is left at most.
            let mut next = later(&world, &browser, &late);
            next.step(&world, PAGE);
            let sessions = |name: &&&str| name.starts_with(SESSION);
            assert!(next.names().iter().filter(sessions).count() <= 1, "{what}");
        }
    }
    assert!(seen.len() >= 4, "{seen:?}");
}

fn later(world: &World, browser: &Browser, late: &[Shown]) -> Browser {
    let mut later = browser.clone();
    late.iter().for_each(|shown| later.keep(world, shown));
    later
}

#[test]
fn t110_when_a_session_has_the_earlier_name_then_it_goes_on_and_ends_like_any_other() {
    for (what, event) in EVENTS {
        let world = world();
        let mut browser = signed_in(&world, "kenneth");
        let value = browser.cookie(SESSION).unwrap().to_owned();
        browser.plant(SESSION, &value);
        assert_eq!(told_of(&world, &browser)[0].0, 200);
        let late = on_their_way(&world, &browser);
        let mut renewed = late.iter().flat_map(Shown::set_cookies);
        let own = format!("{SESSION}=");
        assert!(renewed.any(|line| line.starts_with(&own)));
        event(&world, &mut browser);
        let behind = later(&world, &browser, &late);
        world.new_isolate();
        assert_eq!(
            told_of(&world, &behind),
            told_of(&world, &browser),
            "{what}"
        );
    }
}

#[test]
fn t110_when_an_upload_takes_an_hour_then_its_answer_still_counts_as_use_of_the_session() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    world.takes.set(3_600);
    let upload = browser.dressed(&world, Incoming::post("/account/upload", "x"));
    let shown = world.ask(upload);
    world.takes.set(0);
    assert_eq!(
        told_of(&world, &browser)[0].0,
        401,
        "no person has heard of it yet"
    );
    browser.keep(&world, &shown);
    assert_eq!(told_of(&world, &browser)[0].0, 200);
    // An end of the session that was meant meanwhile holds.
    world.takes.set(60);
    let slow = world.ask(browser.dressed(&world, Incoming::get(PAGE)));
    world.takes.set(0);
    browser.sign_out(&world, "");
    browser.keep(&world, &slow);
    assert_eq!(told_of(&world, &browser)[0].0, 401);
}
