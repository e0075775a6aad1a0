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
fn t47_when_the_check_time_is_too_old_then_the_account_is_asked_and_not_before() {
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
fn t47_when_a_new_isolate_gets_the_cookie_then_it_uses_the_cookies_check_time() {
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
    // The older cookie carries no fresh check time, so the isolate asks the account.
    assert!(is_in(&world, &mut stale.clone()));
    assert_eq!(checks(&world), 1);
    assert!(is_in(&world, &mut stale.clone()));
    assert_eq!(checks(&world), 0, "now it knows");
}

#[test]
fn when_a_page_has_fifty_parts_then_the_account_is_asked_once() {
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
fn t71_when_fifty_requests_come_at_once_then_all_are_answered() {
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
fn t47_rejects_fifty_requests_at_once_of_a_session_that_has_ended() {
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
fn t47_when_the_check_interval_is_zero_then_every_request_asks_the_account() {
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

/// Asking at every request, and grace for routes without an identity.
fn always_asking() -> World {
    World::with(|setup| setup.field("revocation_check_seconds", 0))
}

/// The distinct statuses of so many requests, one after the other.
fn answers(world: &World, browser: &mut Browser, requests: usize) -> Vec<u16> {
    let statuses = (0..requests).map(|_| browser.step(world, PAGE).status);
    let mut statuses: Vec<_> = statuses.collect();
    statuses.dedup();
    statuses
}

#[test]
fn t71_when_an_account_gives_no_answer_then_it_is_asked_a_few_times_and_once_in_a_pause() {
    for (trouble, _) in Trouble::ACCOUNT {
        let world = always_asking();
        let mut browser = signed_in(&world, "kenneth");
        let mut other = signed_in(&world, "sian");
        world.trouble(trouble, When::Always);
        world.forget();
        let overloaded = trouble == Trouble::AccountOverloaded;
        // The answer is the same whether or not the account is asked.
        let expected = [if overloaded { 503 } else { 200 }];
        assert_eq!(answers(&world, &mut browser, 1_000), expected);
        assert_eq!(checks(&world), 4, "{trouble:?}");
        other.step(&world, PAGE);
        assert_eq!(checks(&world), 1, "one account says nothing of others");
        let pause = if overloaded { 1 } else { 5 };
        for _ in 0..3 {
            world.pass(pause);
            world.forget();
            assert_eq!(answers(&world, &mut browser, 1_000), expected);
            assert_eq!(checks(&world), 1, "{trouble:?}");
        }
        // As soon as it answers, all is well: after a second where it had too much to do.
        world.mend();
        world.pass(pause);
        assert!(is_in(&world, &mut browser));
        world.forget();
        assert!(is_in(&world, &mut browser));
        assert_eq!(checks(&world), 1, "every request asks again");
    }
}

#[test]
fn t71_when_accounts_hang_then_a_few_misses_of_any_sessions_are_enough_and_the_grace_holds() {
    let world = World::with(|setup| setup.field("revocation_grace_seconds", 90));
    let people = ["kenneth", "sian", "amal", "mo", "olivia"];
    let mut browsers: Vec<_> = people.map(|one| signed_in(&world, one)).into();
    world.pass(60);
    world.trouble(Trouble::AccountHangs, When::Always);
    world.forget();
    for browser in &mut browsers {
        assert!(is_in(&world, browser));
    }
    assert_eq!(checks(&world), 4, "the fifth is not asked about");
    world.pass(29);
    world.forget();
    for _ in 0..200 {
        for browser in &mut browsers {
            assert!(is_in(&world, browser), "within the grace");
        }
    }
    // A few requests try after each pause; their misses go on to be few.
    assert!(checks(&world) <= 4);
    world.pass(1);
    for browser in &mut browsers {
        assert_eq!(browser.step(&world, PAGE).status, 503, "after the grace");
    }
    world.mend();
    world.pass(5);
    for browser in &mut browsers {
        assert!(is_in(&world, browser), "at once when they answer");
    }
}

#[test]
fn t71_when_asking_pauses_then_an_ended_session_lives_no_longer_than_its_grace() {
    let world = always_asking();
    let mut browser = signed_in(&world, "kenneth");
    let mut thief = browser.clone();
    let mut others = ["sian", "amal", "mo"].map(|one| signed_in(&world, one));
    browser.sign_out(&world, "");
    world.new_isolate();
    world.trouble(Trouble::AccountHangs, When::Always);
    for _ in 0..4 {
        for other in &mut others {
            other.step(&world, PAGE);
        }
        thief.clone().step(&world, PAGE);
    }
    world.mend();
    let mut used_for = 0;
    for _ in 0..10 {
        used_for += i64::from(thief.clone().step(&world, PAGE).by == By::Origin);
        world.pass(1);
    }
    assert_eq!(used_for, 5, "the pause is over, and its account is asked");
    thief.step(&world, PAGE);
    assert!(!is_in(&world, &mut thief));
}

#[test]
fn t71_when_accounts_fail_then_each_label_has_a_line_a_minute_with_its_count() {
    for (trouble, label) in Trouble::ACCOUNT {
        let world = World::with(|setup| {
            setup.field("revocation_check_seconds", 0);
            setup.field("revocation_grace_seconds", 900);
        });
        let mut browser = signed_in(&world, "kenneth");
        world.trouble(trouble, When::Always);
        world.forget();
        answers(&world, &mut browser, 1_000);
        let happened = world.happened();
        let first = format!("session_unchecked: {label}");
        assert_eq!(
            happened.lines(),
            [first, "session_unchecked: limited".to_owned()]
        );
        assert!(happened.events().iter().all(|line| line.person.len() == 16));
        world.pass(59);
        answers(&world, &mut browser, 100);
        assert!(world.happened().lines().is_empty(), "not yet a minute");
        world.pass(1);
        world.mend();
        // The next request that makes a call logs the sum, also when the call succeeds.
        assert!(is_in(&world, &mut browser));
        let happened = world.happened();
        assert_eq!(
            happened.lines(),
            [
                format!("session_unchecked: {label} (7 more)"),
                "session_unchecked: limited (1091 more)".to_owned()
            ]
        );
        for sum in happened.events() {
            let of_one = [&sum.person, &sum.reference, &sum.route, &sum.trace];
            assert!(of_one.iter().all(|text| text.is_empty()), "{sum:?}");
            assert_eq!(sum.service, "DEMO");
        }
    }
}

#[test]
fn t47_when_a_session_has_ended_then_the_account_is_asked_once() {
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
fn when_a_public_page_or_one_of_the_edge_is_opened_then_no_account_is_asked() {
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
fn when_a_session_is_below_the_level_of_a_page_then_its_account_is_not_asked() {
    let world = World::with(|setup| setup.field("revocation_check_seconds", 0));
    let mut browser = Browser::new();
    browser.open(&world, "/low/page");
    world.forget();
    assert!(!is_in(&world, &mut browser));
    assert_eq!(checks(&world), 0);
    assert!(browser.has_session(), "it is still good for its own pages");
}

/// A browser whose session has ended, and that still has the cookie.
fn ended(world: &World) -> Browser {
    let browser = signed_in(world, "kenneth");
    browser.clone().sign_out(world, "");
    world.pass(60);
    world.forget();
    browser
}

#[test]
fn t47_when_a_session_ended_elsewhere_then_the_person_signs_in_again() {
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
fn t47_rejects_scripts_and_posts_of_a_session_that_has_ended() {
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
fn t47_when_a_session_has_ended_then_optional_pages_are_anonymous() {
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
fn t51_when_a_session_is_checked_then_it_never_lives_beyond_its_limits() {
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
