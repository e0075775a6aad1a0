//! A person has to sign in again and cannot: which session ends, and which does not.

use simulator::provider::fault::Fault;

use super::again::{ACCOUNT, NOT_AGAIN, PAY, SIGNED_OUT, callback, passes, world};
use super::signed_in;
use crate::world::{By, SESSION, Trouble, When};

#[test]
fn t28_when_a_person_cannot_sign_in_again_then_they_are_signed_out() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    let mut thief = browser.clone();
    world.pass(400);
    world.person("sian");
    world.forget();
    let shown = browser.open(&world, PAY);
    assert_eq!((shown.status, shown.heading()), (400, SIGNED_OUT));
    let happened = world.happened();
    assert_eq!(happened.asked(), ["check", "id_token", "end"]);
    let lines = happened.lines();
    assert!(
        lines.contains(&"reauthentication_failed: session_ended".to_owned()),
        "{lines:?}"
    );
    assert!(!browser.has_session());
    world.pass(60);
    assert!(!passes(&world, &mut thief, ACCOUNT));
}

#[test]
fn t28_when_login_required_ends_a_session_then_this_isolate_refuses_its_copies_at_once() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    let mut thief = browser.clone();
    world.pass(400);
    assert!(passes(&world, &mut thief, ACCOUNT), "the lease is new");
    world.person("sian");
    browser.open(&world, PAY);
    assert!(!passes(&world, &mut thief, ACCOUNT));
}

#[test]
fn t28_when_another_tab_began_a_session_meanwhile_then_that_session_goes_on() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    let mut thief = browser.clone();
    world.pass(400);
    let start = browser.step(&world, PAY);
    let newer = signed_in(&world, "kenneth");
    browser.plant(SESSION, newer.cookie(SESSION).unwrap());
    world.person("sian");
    let shown = callback(&world, &mut browser, &start);
    assert_eq!((shown.status, shown.heading()), (400, NOT_AGAIN));
    assert!(browser.has_session());
    world.pass(60);
    assert!(passes(&world, &mut browser, ACCOUNT));
    assert!(!passes(&world, &mut thief, ACCOUNT));
}

#[test]
fn t28_when_signing_in_again_ends_in_another_error_then_the_session_goes_on() {
    for (fault, status, line) in [
        ("server-error", 502, "callback: server_error"),
        (
            "temporarily-unavailable",
            503,
            "callback: temporarily_unavailable",
        ),
    ] {
        let world = world();
        let mut browser = signed_in(&world, "kenneth");
        world.pass(400);
        assert!(passes(&world, &mut browser, ACCOUNT));
        world.provider_fault(Fault::from_name(&format!("error-{fault}")).unwrap());
        world.forget();
        let shown = browser.open(&world, PAY);
        assert_eq!((shown.by, shown.status), (By::Edge, status), "{fault}");
        let happened = world.happened();
        assert_eq!(happened.asked(), ["id_token"], "{fault}");
        assert!(happened.lines().contains(&line.to_owned()), "{fault}");
        assert!(browser.has_session(), "{fault}");
        world.mend();
        world.pass(60);
        assert!(passes(&world, &mut browser, ACCOUNT), "{fault}");
    }
}

#[test]
fn t28_when_login_required_answers_a_plain_sign_in_then_no_session_ends() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    let mut other = browser.clone();
    other.drop_cookie(SESSION);
    let start = other.step(&world, ACCOUNT);
    for cookie in other.attempts() {
        browser.plant(cookie, other.cookie(cookie).unwrap());
    }
    world.provider_fault(Fault::from_name("error-login-required").unwrap());
    world.forget();
    let back = other.step(&world, start.location());
    let shown = browser.step(&world, back.location());
    assert_eq!(
        (shown.status, shown.heading()),
        (400, "There was a problem with GOV.UK One Login")
    );
    assert!(world.happened().asked().is_empty());
    world.pass(60);
    assert!(passes(&world, &mut browser, ACCOUNT));
}

#[test]
fn t28_t71_when_the_account_cannot_be_reached_then_the_end_is_tried_again() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    let mut thief = browser.clone();
    world.pass(400);
    world.person("sian");
    world.trouble(Trouble::AccountNotReached, When::About("end"));
    let shown = browser.open(&world, PAY);
    assert_eq!(shown.status, 400);
    assert!(browser.cookie("__Host-ol-ending").is_some());
    assert!(!browser.has_session());
    world.mend();
    world.person("kenneth");
    assert_eq!(browser.open(&world, ACCOUNT).by, By::Origin);
    world.pass(60);
    assert!(!passes(&world, &mut thief, ACCOUNT));
    assert!(passes(&world, &mut browser, ACCOUNT));
}
