//! Data points: each line of the log is counted, by nothing but labels and numbers.

use one_login_edge::platform::{Event, EventOutcome};
use serde_json::json;

use crate::world::{Browser, World};

/// The events of this name since the last look.
fn events(world: &World, name: &str) -> Vec<Event> {
    let mut events = world.happened().events();
    events.retain(|event| event.name == name);
    events
}

#[test]
fn when_a_sign_in_is_finished_then_its_level_and_its_seconds_are_counted() {
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, "/account/details");
    let [started] = &events(&world, "sign_in_started")[..] else {
        panic!("no start");
    };
    assert_eq!((started.level, started.seconds), ("Cl.Cm", 0));
    world.pass(47);
    browser.open(&world, start.header("location").unwrap());
    let [done] = &events(&world, "signed_in")[..] else {
        panic!("no end");
    };
    assert_eq!((done.level, done.seconds), ("Cl.Cm", 47));
    assert_eq!(done.labels(), "signed_in\ndone\nCl.Cm\nDEMO\nCl.Cm");
}

#[test]
fn when_a_sign_in_fails_then_the_level_of_its_attempt_is_counted() {
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, "/low/a");
    world.person("declan");
    world.pass(9);
    world.forget();
    let shown = browser.open(&world, start.header("location").unwrap());
    let events = events(&world, "callback");
    let [failed] = &events[..] else {
        panic!("{} {events:?}", shown.status);
    };
    assert_eq!((failed.level, failed.seconds), ("Cl", 9));
    // An error that no attempt led to has no level, so that it counts as no start's end.
    let made_up = "/auth/callback?error=access_denied&state=AAAA";
    Browser::new().step(&world, made_up);
    let made_up = world.happened().events();
    assert_eq!((made_up[0].level, made_up[0].seconds), ("", 0));
}

#[test]
fn t145_when_a_line_is_about_a_person_or_a_path_then_its_data_point_is_not() {
    let event = Event {
        name: "signed_in",
        outcome: EventOutcome::Done,
        label: "Cl.Cm",
        service: "DEMO".to_owned(),
        route: "/account/*".to_owned(),
        reference: "8c5f0a1b2c3d4e5f-LHR".to_owned(),
        trace: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        person: "5f1c0d9a7be2436c".to_owned(),
        detail: "jwks".to_owned(),
        level: "Cl.Cm",
        ..Event::default()
    };
    assert_eq!(event.labels(), "signed_in\ndone\nCl.Cm\nDEMO\nCl.Cm");
}

#[test]
fn when_numbers_is_no_binding_then_a_warning_says_that_nothing_is_counted() {
    let with = |value: serde_json::Value| {
        let world = World::with(|setup| setup.set("NUMBERS", value));
        let config = &world.isolate().config;
        (config.has_numbers, config.warnings.len())
    };
    assert_eq!(with(json!(true)), (true, 0));
    assert_eq!(with(json!("one_login")), (false, 1));
    assert!(!World::new().isolate().config.has_numbers);
}
