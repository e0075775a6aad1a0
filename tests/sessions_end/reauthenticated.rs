//! Signing in again at a provider that keeps the time of the first sign-in, as GOV.UK One Login does.
//!
//! Source: `provider.md` 8b.1 to 8b.3 (`AuthenticationCallbackHandler`, `AuthorisationHandler`).

use serde_json::json;
use simulator::provider::fault::Fault;

use super::again::{ACCOUNT, NOT_AGAIN, PAY, RECENT, SIGNED_OUT, passes, routes, times, world};
use super::signed_in;
use crate::world::{Browser, By, SESSION, Setup, World};

/// A world whose sessions outlive the provider's, which end after an hour.
fn long_world() -> World {
    let change = |setup: &mut Setup| {
        routes(setup);
        setup.field("session_idle_seconds", 20_000);
    };
    World::with(change)
}

/// Asks for a page and goes all the way.
fn reaches(world: &World, browser: &mut Browser, page: &str) -> bool {
    browser.open(world, page).by == By::Origin
}

#[test]
fn when_a_person_signs_in_again_within_the_hour_then_the_old_time_stays() {
    let world = long_world();
    let mut browser = signed_in(&world, "kenneth");
    let first = world.now();
    for _ in 0..3 {
        world.pass(1_800);
        assert!(reaches(&world, &mut browser, PAY));
        assert_eq!(times(&world), (Some(first), Some(world.now())));
        assert!(passes(&world, &mut browser, PAY), "asked once");
    }
    assert!(world.deliver().is_empty(), "nothing has ended");
}

#[test]
fn when_a_person_signs_in_again_after_the_hour_then_both_times_are_new() {
    let world = long_world();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(3_700);
    assert!(reaches(&world, &mut browser, PAY));
    assert_eq!(times(&world), (Some(world.now()), Some(world.now())));
}

#[test]
fn t103_when_the_answer_has_no_auth_time_or_an_old_one_then_signing_in_again_counts() {
    for fault in ["id-token-auth-time-old", "id-token-auth-time-missing"] {
        let world = world();
        let mut browser = signed_in(&world, "kenneth");
        world.pass(400);
        world.provider_fault(Fault::from_name(fault).unwrap());
        assert!(reaches(&world, &mut browser, PAY), "{fault}");
        assert!(passes(&world, &mut browser, PAY), "{fault}");
        assert_eq!(times(&world).1, Some(world.now()), "{fault}");
    }
}

#[test]
fn t14_when_a_max_age_is_checked_then_the_time_that_stayed_counts() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(700);
    assert!(reaches(&world, &mut browser, PAY));
    let old = world.now() - 700;
    assert_eq!(times(&world), (Some(old), Some(world.now())));
    let start = browser.step(&world, RECENT);
    assert_eq!(start.status, 302, "{}", start.body);
    assert!(reaches(&world, &mut browser, RECENT));
    assert_eq!(times(&world), (Some(world.now()), None));
    assert!(passes(&world, &mut browser, PAY), "that was a sign-in too");
}

#[test]
fn t28_when_a_person_declines_to_sign_in_again_then_they_are_signed_out() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    let mut thief = browser.clone();
    world.pass(400);
    world.person("declan");
    world.forget();
    let shown = browser.open(&world, PAY);
    assert_eq!((shown.status, shown.heading()), (400, SIGNED_OUT));
    let lines = world.happened().lines();
    for line in [
        "callback: declined",
        "reauthentication_failed: session_ended",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line} {lines:?}");
    }
    assert!(!browser.has_session());
    assert!(!passes(&world, &mut thief, ACCOUNT));
}

#[test]
fn t28_when_an_answer_is_about_another_person_then_the_session_ends_and_none_begins() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    let mut thief = browser.clone();
    world.pass(400);
    world.provider_fault(Fault::from_name("id-token-sub-other").unwrap());
    world.forget();
    let shown = browser.open(&world, PAY);
    assert_eq!(
        (shown.status, shown.heading()),
        (400, "You used a different GOV.UK One Login")
    );
    let happened = world.happened();
    assert_eq!(happened.asked().last(), Some(&"end"));
    let lines = happened.lines();
    for line in [
        "callback: another_person",
        "reauthentication_failed: session_ended",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line} {lines:?}");
    }
    let fetched = happened.calls();
    assert!(
        !fetched.iter().any(|call| call.contains("userinfo")),
        "nothing more is asked about them: {fetched:?}"
    );
    assert!(!browser.has_session());
    assert!(!passes(&world, &mut thief, ACCOUNT));
    // Where the first person was going is not the other's to see, nor after the page is loaded again.
    let front = Some("/auth/sign-in?return_to=%2F");
    assert_eq!(shown.link(), front);
    let callback = browser.history.last().unwrap().clone();
    let again = browser.step(&world, &callback);
    assert_eq!(again.header("location"), front);
}

#[test]
fn t28_when_a_person_declines_after_a_max_age_then_no_session_ends() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(700);
    assert!(passes(&world, &mut browser, ACCOUNT));
    world.person("declan");
    let shown = browser.open(&world, RECENT);
    assert_eq!((shown.status, shown.heading()), (400, NOT_AGAIN));
    assert!(world.deliver().is_empty(), "no client is told");
    assert!(browser.has_session());
    assert!(passes(&world, &mut browser, ACCOUNT));
}

#[test]
fn t46_when_the_same_person_signs_in_after_a_max_age_then_no_other_session_ends() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(700);
    assert!(reaches(&world, &mut browser, RECENT));
    assert_eq!(times(&world), (Some(world.now()), None));
    assert!(world.deliver().is_empty(), "no client is told");
}

#[test]
fn t46_when_another_person_signs_in_after_a_max_age_then_the_first_sessions_end() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    let mut thief = browser.clone();
    world.pass(700);
    world.person("sian");
    assert!(reaches(&world, &mut browser, RECENT) || browser.has_session());
    assert_eq!(world.deliver(), [200], "of the first person's end");
    assert!(!passes(&world, &mut thief, ACCOUNT));
    assert!(passes(&world, &mut browser, ACCOUNT));
}

#[test]
fn when_an_identity_is_proved_after_signing_in_again_then_that_time_is_remembered() {
    let world = World::with(|setup| {
        setup.prove_identities();
        let routes = json!([
            { "path": PAY, "reauthenticate_within": 300, "level": "Cl.Cm.P2" },
            { "path": "/account/*" },
        ]);
        setup.field("routes", routes);
    });
    let mut browser = signed_in(&world, "kenneth");
    assert!(reaches(&world, &mut browser, PAY));
    world.pass(400);
    assert!(reaches(&world, &mut browser, PAY));
    let again = world.now();
    assert_eq!(times(&world).1, Some(again));
    world.pass(60);
    let proving = browser.step(&world, "/auth/sign-in?return_to=%2Fpay&refresh=identity");
    assert_eq!(proving.status, 302);
    assert!(reaches(&world, &mut browser, proving.location()));
    assert_eq!(times(&world).1, Some(again));
    assert!(browser.cookie(SESSION).is_some());
}
