//! Accounts that give no answer: for how long a session goes on, and which routes are closed then.

use super::{PAGE, is_in, signed_in};
use crate::world::{Browser, By, Incoming, SESSION, Trouble, When, World};

const LATER: &str = "Sorry, there is a problem with the service";

/// Every way but the one that earns no grace.
fn forgiven() -> impl Iterator<Item = (Trouble, &'static str)> {
    let all = Trouble::ACCOUNT.into_iter();
    all.filter(|(trouble, _)| *trouble != Trouble::AccountOverloaded)
}

fn is_closed(world: &World, browser: &mut Browser) {
    let shown = browser.step(world, PAGE);
    assert_eq!(
        (shown.by, shown.status, shown.heading()),
        (By::Edge, 503, LATER)
    );
    assert_eq!(shown.header("retry-after"), Some("30"));
    assert_eq!(shown.set_cookies().count(), 0, "the session may be alive");
}

#[test]
fn t71_when_grace_is_over_then_the_service_closes_and_before_that_sessions_go_on() {
    for (trouble, label) in forgiven() {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        world.trouble(trouble, When::Always);
        for seconds in [60, 60, 60, 60, 59] {
            world.pass(seconds);
            world.forget();
            assert!(is_in(&world, &mut browser), "{trouble:?}");
            // The last of them is within a minute of the line before it, and is counted.
            let line = (seconds == 60).then(|| format!("session_unchecked: {label}"));
            assert_eq!(world.happened().lines(), Vec::from_iter(line));
        }
        world.pass(1);
        world.forget();
        is_closed(&world, &mut browser);
        assert!(world.happened().reached().is_empty());
        // It answers again: the session was alive all the time.
        world.mend();
        assert!(is_in(&world, &mut browser));
    }
}

#[test]
fn t71_when_accounts_are_silent_then_grace_counts_from_the_last_answer_everywhere() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let early = browser.clone();
    world.pass(200);
    assert!(is_in(&world, &mut browser));
    world.trouble(Trouble::AccountHangs, When::Always);
    world.pass(299);
    // This isolate knows of the answer that came to the other copy, and no other isolate does.
    assert!(is_in(&world, &mut early.clone()));
    world.new_isolate();
    is_closed(&world, &mut early.clone());
    assert!(is_in(&world, &mut browser));
    world.new_isolate();
    world.pass(1);
    is_closed(&world, &mut browser);
}

#[test]
fn t71_when_a_session_is_renewed_within_grace_then_its_lease_does_not_move() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.trouble(Trouble::AccountNotReached, When::Always);
    world.pass(100);
    let before = browser.cookie(SESSION).unwrap().to_owned();
    assert!(is_in(&world, &mut browser));
    assert_ne!(browser.cookie(SESSION), Some(before.as_str()), "renewed");
    world.new_isolate();
    world.pass(200);
    is_closed(&world, &mut browser);
}

#[test]
fn t71_when_an_account_is_overloaded_then_there_is_no_grace() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.trouble(Trouble::AccountOverloaded, When::Always);
    world.pass(59);
    assert!(is_in(&world, &mut browser), "the edge does not ask yet");
    world.pass(1);
    world.forget();
    is_closed(&world, &mut browser);
    let happened = world.happened();
    assert_eq!(happened.lines(), ["session_unchecked: overloaded"]);
    assert_eq!(happened.asked().len(), 1, "asking again makes it worse");
}

#[test]
fn t71_when_there_is_no_grace_then_only_the_lease_counts() {
    for (trouble, _) in Trouble::ACCOUNT {
        let world = World::with(|setup| setup.field("revocation_grace_seconds", 0));
        let mut browser = signed_in(&world, "kenneth");
        world.trouble(trouble, When::Always);
        world.pass(59);
        assert!(is_in(&world, &mut browser));
        world.pass(1);
        is_closed(&world, &mut browser);
    }
}

#[test]
fn t71_when_an_account_cannot_answer_then_a_script_gets_problem_json() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.trouble(Trouble::AccountHangs, When::Always);
    world.pass(300);
    let script = Incoming::get("/account/data").with("sec-fetch-dest", "empty");
    let shown = browser.send(&world, script);
    assert_eq!((shown.by, shown.status), (By::Edge, 503));
    assert_eq!(
        shown.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(shown.header("retry-after"), Some("30"));
    assert!(shown.body.contains("\"status\":503"), "{}", shown.body);
}

#[test]
fn t71_when_accounts_are_silent_then_only_optional_pages_turn_anonymous() {
    for (trouble, _) in Trouble::ACCOUNT {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        world.trouble(trouble, When::Always);
        world.pass(300);
        world.forget();
        for path in ["/whoami", "/"] {
            assert_eq!(browser.step(&world, path).by, By::Origin, "{path}");
        }
        let happened = world.happened();
        assert_eq!(happened.asked(), ["check"], "{trouble:?}");
        assert!(happened.reached().iter().all(|r| r.assertions().is_empty()));
        assert!(browser.has_session(), "it may be alive");
        world.mend();
        assert!(is_in(&world, &mut browser));
    }
}

#[test]
fn t71_when_accounts_are_gone_then_an_ended_session_lives_no_longer_than_its_grace() {
    // The isolate in which it ended knows, and another one has only the cookie's word.
    for (elsewhere, longest) in [(false, 0), (true, 300)] {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        let mut thief = browser.clone();
        browser.sign_out(&world, "");
        if elsewhere {
            world.new_isolate();
        }
        world.trouble(Trouble::AccountHangs, When::Always);
        let mut used_for = 0;
        for second in 0..400 {
            let script = thief.dressed(&world, Incoming::get(PAGE));
            let shown = world.ask(script);
            if shown.by == By::Origin {
                used_for = second + 1;
                thief.keep(&world, &shown);
            }
            world.pass(1);
        }
        assert_eq!(used_for, longest);
    }
}

#[test]
fn t71_when_a_page_has_many_parts_then_all_go_on_within_grace() {
    let world = World::new();
    let browser = signed_in(&world, "kenneth");
    world.trouble(Trouble::AccountHangs, When::Always);
    world.pass(100);
    for _ in 0..3 {
        let parts = (0..50).map(|_| browser.dressed(&world, Incoming::get(PAGE)));
        let shown = world.ask_together(parts.collect());
        let passed = shown.iter().filter(|shown| shown.by == By::Origin);
        assert_eq!(passed.count(), 50);
    }
}

#[test]
fn t71_when_an_outage_ends_within_grace_then_it_leaves_no_trace() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.trouble(Trouble::AccountAnswerLost, When::Nth(0));
    world.pass(60);
    assert!(is_in(&world, &mut browser));
    world.forget();
    assert!(is_in(&world, &mut browser));
    assert_eq!(world.happened().asked(), ["check"]);
    assert!(is_in(&world, &mut browser));
    assert!(world.happened().asked().is_empty());
}
