//! The lease: when an account is asked whether a session is alive, and what its answer does.

use super::{PAGE, is_in, signed_in};
use crate::world::assertion::verified;
use crate::world::signing_out::own;
use crate::world::{Browser, By, Incoming, SERVICE, SESSION, Trouble, When, World};

/// How often an account was asked since this was last asked.
fn checks(world: &World) -> usize {
    let asked = world.happened().asked();
    assert!(asked.iter().all(|kind| *kind == "check"), "{asked:?}");
    asked.len()
}

#[test]
fn t47_the_account_is_asked_when_its_last_word_is_too_old_and_not_before() {
    for (field, seconds) in [(None, 60), (Some(1), 1), (Some(120), 120), (Some(300), 300)] {
        let world = World::with(|setup| {
            if let Some(seconds) = field {
                setup.field("revocation_check_seconds", seconds);
            }
        });
        let mut browser = signed_in(&world, "kenneth");
        world.forget();
        for round in 0..3 {
            world.pass(seconds - 1);
            assert!(is_in(&world, &mut browser));
            assert_eq!(checks(&world), 0, "{seconds} {round}");
            world.pass(1);
            assert!(is_in(&world, &mut browser));
            assert_eq!(checks(&world), 1, "{seconds} {round}");
        }
    }
}

#[test]
fn t47_the_answer_travels_with_the_cookie_to_isolates_that_know_nothing() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let stale = browser.clone();
    world.pass(60);
    assert!(is_in(&world, &mut browser));
    world.new_isolate();
    world.forget();
    world.pass(59);
    assert!(is_in(&world, &mut browser));
    assert_eq!(checks(&world), 0);
    // What the older cookie does not say the isolate does not know.
    assert!(is_in(&world, &mut stale.clone()));
    assert_eq!(checks(&world), 1);
    assert!(is_in(&world, &mut stale.clone()));
    assert_eq!(checks(&world), 0, "now it knows");
}

#[test]
fn a_page_with_fifty_parts_asks_once() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(600);
    world.forget();
    let before = browser.clone();
    assert!(is_in(&world, &mut browser));
    let part = |number: usize| Incoming::get(&format!("/account/part/{number}"));
    // Half of the parts are asked for before the browser has the new cookie.
    let parts = (0..50).map(|number| {
        let browser = if number % 2 == 0 { &before } else { &browser };
        browser.dressed(&world, part(number))
    });
    let shown = world.ask_together(parts.collect());
    assert!(shown.iter().all(|shown| shown.by == By::Origin));
    assert_eq!(checks(&world), 1);
}

#[test]
fn t71_fifty_requests_at_once_are_all_answered() {
    let world = World::new();
    let browser = signed_in(&world, "kenneth");
    world.pass(100);
    world.forget();
    let requests = (0..50).map(|_| browser.dressed(&world, Incoming::get(PAGE)));
    let shown = world.ask_together(requests.collect());
    let passed = shown.iter().filter(|shown| shown.by == By::Origin);
    assert_eq!(passed.count(), 50);
    assert!((1..=50).contains(&checks(&world)));
}

#[test]
fn t47_fifty_requests_at_once_of_a_session_that_has_ended_all_fail() {
    let world = World::new();
    let browser = ended(&world);
    for _ in 0..3 {
        let requests = (0..50).map(|_| browser.dressed(&world, Incoming::get(PAGE)));
        let shown = world.ask_together(requests.collect());
        let passed = shown.iter().filter(|shown| shown.by == By::Origin);
        assert_eq!(passed.count(), 0);
        world.pass(20);
    }
}

#[test]
fn t47_at_zero_every_request_asks() {
    let world = World::with(|setup| {
        setup.field("revocation_check_seconds", 0);
        setup.field("revocation_grace_seconds", 0);
    });
    let mut browser = signed_in(&world, "kenneth");
    world.forget();
    for request in 0..100 {
        assert!(is_in(&world, &mut browser), "{request}");
        assert_eq!(checks(&world), 1, "{request}");
    }
}

#[test]
fn t71_at_most_thirty_questions_of_a_session_go_unanswered_in_a_minute() {
    for (trouble, _) in Trouble::ACCOUNT {
        let world = World::with(|setup| setup.field("revocation_check_seconds", 0));
        let mut browser = signed_in(&world, "kenneth");
        let mut other = signed_in(&world, "sian");
        world.trouble(trouble, When::Always);
        for _ in 0..3 {
            world.pass(60);
            world.forget();
            let mut answers = Vec::new();
            for _ in 0..50 {
                answers.push(browser.step(&world, PAGE).status);
            }
            assert_eq!(checks(&world), 30, "{trouble:?}");
            // Whether enough was asked makes no difference to what is answered.
            answers.dedup();
            let overloaded = trouble == Trouble::AccountOverloaded;
            assert_eq!(answers, [if overloaded { 503 } else { 200 }], "{trouble:?}");
            other.step(&world, PAGE);
            assert_eq!(checks(&world), 1, "the limit is each session's own");
        }
        // As soon as a minute begins in which the account answers, all is well.
        world.mend();
        world.pass(60);
        assert!(is_in(&world, &mut browser));
    }
}

#[test]
fn t47_that_a_session_has_ended_is_asked_once() {
    let world = World::new();
    let browser = ended(&world);
    world.new_isolate();
    for round in 0..50 {
        world.forget();
        let script = browser.dressed(&world, Incoming::get(PAGE));
        assert_eq!(world.ask(script).status, 401);
        assert_eq!(checks(&world), usize::from(round == 0));
        world.pass(30);
    }
}

#[test]
fn public_pages_and_our_own_never_ask() {
    let world = World::with(|setup| setup.field("revocation_check_seconds", 0));
    let mut browser = signed_in(&world, "kenneth");
    world.pass(10);
    world.forget();
    for path in [
        "/",
        "/assets/app.css",
        "/auth/health",
        "/auth/jwks.json",
        "/auth/sign-in?return_to=%2Faccount%2Fdetails",
        "/auth/nothing",
    ] {
        browser.step(&world, path);
    }
    browser.send(&world, Incoming::get("/auth/sign-out"));
    assert_eq!(checks(&world), 0);
}

#[test]
fn a_session_below_the_level_of_the_page_is_not_asked_for() {
    let world = World::with(|setup| setup.field("revocation_check_seconds", 0));
    let mut browser = Browser::new();
    browser.open(&world, "/low/page");
    world.forget();
    assert!(!is_in(&world, &mut browser));
    assert_eq!(checks(&world), 0);
    assert!(browser.has_session(), "it is still good for its own pages");
}

/// A browser whose session has ended, which it does not know yet.
fn ended(world: &World) -> Browser {
    let browser = signed_in(world, "kenneth");
    browser.clone().sign_out(world, "");
    world.pass(60);
    world.forget();
    browser
}

#[test]
fn t47_a_session_that_ended_elsewhere_signs_in_again() {
    let world = World::new();
    let mut browser = ended(&world);
    let shown = browser.step(&world, PAGE);
    assert_eq!((shown.by, shown.status), (By::Edge, 302));
    assert!(shown.deleted().contains(&SESSION));
    assert!(!browser.has_session());
    let happened = world.happened();
    assert_eq!(happened.lines(), ["session: ended_elsewhere"]);
    assert!(happened.reached().is_empty());
    let shown = browser.open(&world, shown.location());
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
}

#[test]
fn t47_scripts_of_a_session_that_ended_get_401_and_posts_a_page() {
    let world = World::new();
    let browser = ended(&world);
    let script = Incoming::get("/account/data").with("sec-fetch-dest", "empty");
    let shown = browser.clone().send(&world, script);
    assert_eq!((shown.by, shown.status), (By::Edge, 401));
    assert_eq!(
        shown.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(shown.deleted(), [SESSION]);

    let post = own("/account/data").method("POST");
    let shown = browser.clone().send(&world, post);
    assert_eq!(
        (shown.status, shown.heading()),
        (401, "You need to sign in before you can send this")
    );
    assert_eq!(shown.deleted(), [SESSION]);

    let upgrade = Incoming::get("/account/socket")
        .with("upgrade", "websocket")
        .with("origin", SERVICE);
    let shown = browser.clone().send(&world, upgrade);
    assert_eq!((shown.by, shown.status), (By::Edge, 401));
    assert!(world.happened().reached().is_empty());
}

#[test]
fn t47_optional_pages_of_a_session_that_ended_are_anonymous() {
    let world = World::new();
    let mut browser = ended(&world);
    let shown = browser.step(&world, "/whoami");
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    let reached = world.happened().reached().pop().unwrap();
    assert!(reached.assertions().is_empty() && reached.personal);
    assert!(!browser.has_session(), "its cookie is deleted");
    assert_eq!(shown.header("cache-control"), Some("private, no-cache"));
}

#[test]
fn t51_checks_never_prolong_a_session_beyond_its_limits() {
    let world = World::with(|setup| {
        setup.field("session_idle_seconds", 3_600);
        setup.field("session_absolute_seconds", 3_700);
    });
    let mut browser = signed_in(&world, "kenneth");
    for _ in 0..37 {
        world.forget();
        assert!(is_in(&world, &mut browser));
        let reached = world.happened().reached().pop().unwrap();
        let person = verified(&world, reached.assertions()[0]).person;
        assert!(person.session_exp - world.now() > 0);
        world.pass(100);
    }
    assert!(!is_in(&world, &mut browser));
}
