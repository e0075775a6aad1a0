//! The callback and the account: a session is recorded before its cookie is sent, once.

use one_login_edge::session::account::{AccountReply, Begun, Question};

use super::{PAGE, is_in, signed_in};
use crate::world::{Browser, By, ISSUER, Incoming, SESSION, Shown, Trouble, When, World};

const AGAIN: &str = "You need to start signing in again";
const LATER: &str = "Sorry, you cannot sign in right now";

/// A browser on its way back from the provider, and the address of the callback.
fn on_the_way_back(world: &World, browser: &mut Browser) -> String {
    let start = browser.step(world, PAGE);
    assert!(start.location().starts_with(ISSUER), "{start:?}");
    let back = browser.step(world, start.location());
    back.location().to_owned()
}

/// The same with a session in the browser meanwhile, as when two tabs sign in.
fn back_into_a_session(world: &World, first: &str, second: &str) -> (Browser, String) {
    let mut browser = Browser::new();
    world.person(second);
    let callback = on_the_way_back(world, &mut browser);
    world.person(first);
    let other_tab = on_the_way_back(world, &mut browser);
    assert_eq!(browser.open(world, &other_tab).by, By::Origin);
    (browser, callback)
}

#[test]
fn when_a_session_begins_then_its_account_knows_it_before_the_browser() {
    let world = World::new();
    let mut browser = Browser::new();
    let callback = on_the_way_back(&world, &mut browser);
    world.forget();
    let shown = browser.step(&world, &callback);
    assert_eq!(shown.status, 303);
    let happened = world.happened();
    assert_eq!(happened.asked(), ["begin"]);
    let calls = happened.calls();
    assert!(calls.last().unwrap().ends_with("/userinfo"), "{calls:?}");
    let [
        Question::Begin {
            session, replaces, ..
        },
    ] = &happened.questions()[..]
    else {
        panic!("{happened:?}");
    };
    assert_eq!((session.born_at, replaces), (world.now(), &None));
    let hint = session.hint.as_deref().unwrap();
    assert!(!hint.contains("eyJ"), "the ID token is sealed");
    let stored = world.outside.accounts.text();
    assert!(
        !stored.contains("urn:fdc") && !stored.contains('@'),
        "{stored}"
    );
}

#[test]
fn t71_when_the_account_cannot_answer_then_no_session_cookie_is_set() {
    for (trouble, label) in Trouble::ACCOUNT {
        let world = World::new();
        let mut browser = Browser::new();
        let callback = on_the_way_back(&world, &mut browser);
        world.trouble(trouble, When::About("begin"));
        world.forget();
        let shown = browser.step(&world, &callback);
        let page = (shown.by, shown.status, shown.heading());
        assert_eq!(page, (By::Edge, 503, LATER), "{trouble:?}");
        assert_eq!(shown.header("retry-after"), Some("30"));
        assert!(!browser.has_session() && browser.attempts().is_empty());
        assert_eq!(
            world.happened().lines().last().unwrap(),
            &format!("callback: account_{label}")
        );
        world.mend();
        assert_eq!(browser.open(&world, PAGE).by, By::Origin);
    }
}

#[test]
fn t27_when_a_question_is_repeated_then_the_answer_is_the_same_and_another_a_replay() {
    let world = World::new();
    let browser = signed_in(&world, "kenneth");
    let questions = world.happened().questions();
    let [question @ Question::Begin { .. }] = &questions[..] else {
        panic!("{questions:?}");
    };
    let accounts = &world.outside.accounts;
    let name = accounts.stored.borrow().keys().next().unwrap().clone();
    let before = accounts.stored.borrow().clone();
    let answer = |question: &Question| accounts.answer(&name, question, world.now()).unwrap();
    assert_eq!(answer(question), AccountReply::Begun(Begun::Listed));
    assert_eq!(*accounts.stored.borrow(), before, "nothing changed");

    let mut other = question.clone();
    if let Question::Begin { session, .. } = &mut other {
        session.id = "AAAAAAAAAAAAAAAAAAAAAA".to_owned();
    }
    assert_eq!(answer(&other), AccountReply::Begun(Begun::Repeated));
    assert_eq!(*accounts.stored.borrow(), before);
    world.pass(60);
    assert!(is_in(&world, &mut browser.clone()));
}

#[test]
fn t27_when_a_callback_is_repeated_then_no_session_begins() {
    let world = World::new();
    let mut browser = Browser::new();
    let callback = on_the_way_back(&world, &mut browser);
    let early = browser.clone();
    assert_eq!(browser.step(&world, &callback).status, 303);
    world.forget();
    // With the attempt's cookie, as a browser that went back would have; the code is used up.
    let shown = early.clone().step(&world, &callback);
    assert_eq!((shown.status, shown.heading()), (400, AGAIN));
    assert!(world.happened().asked().is_empty());
    world.pass(60);
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t27_when_two_callbacks_come_at_once_then_one_session_begins() {
    let world = World::new();
    let mut browser = Browser::new();
    let callback = on_the_way_back(&world, &mut browser);
    let request = browser.dressed(&world, Incoming::get(&callback).with("accept", "text/html"));
    world.forget();
    let shown = world.ask_together(vec![request.clone(), request]);
    let mut statuses: Vec<_> = shown.iter().map(|shown| shown.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 400]);
    assert_eq!(world.happened().asked(), ["begin"]);
}

#[test]
fn t46_when_a_new_session_begins_then_the_one_that_the_browser_presented_ends() {
    let world = World::new();
    let (mut browser, callback) = back_into_a_session(&world, "kenneth", "kenneth");
    let mut old = browser.clone();
    world.forget();
    assert_eq!(browser.step(&world, &callback).status, 303);
    let happened = world.happened();
    assert_eq!(happened.asked(), ["begin"], "both in one step");
    assert_ne!(browser.cookie(SESSION), old.cookie(SESSION));
    world.pass(60);
    assert!(!is_in(&world, &mut old));
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t46_when_a_session_is_past_its_limits_here_then_its_copies_end_too() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let mut copy = browser.clone();
    for _ in 0..2 {
        world.pass(3_000);
        assert!(is_in(&world, &mut copy), "a copy is kept in use elsewhere");
    }
    let callback = on_the_way_back(&world, &mut browser);
    world.forget();
    assert_eq!(browser.step(&world, &callback).status, 303);
    let questions = world.happened().questions();
    let replaced = |question: &Question| {
        matches!(
            question,
            Question::Begin {
                replaces: Some(_),
                ..
            }
        )
    };
    assert!(questions.iter().any(replaced), "{questions:?}");
    world.pass(60);
    assert!(!is_in(&world, &mut copy));
}

#[test]
fn t46_when_another_person_signs_in_then_only_the_first_ones_presented_session_ends() {
    let world = World::new();
    let mut elsewhere = signed_in(&world, "kenneth");
    let (mut browser, callback) = back_into_a_session(&world, "kenneth", "sian");
    let mut old = browser.clone();
    world.forget();
    let shown = browser.step(&world, &callback);
    assert_eq!(shown.status, 200);
    let happened = world.happened();
    assert_eq!(happened.asked(), ["begin", "end"]);
    let lines = happened.lines();
    assert!(
        lines.contains(&"changed_subject: other_session_ended".to_owned()),
        "{lines:?}"
    );
    world.pass(60);
    assert!(!is_in(&world, &mut old));
    assert!(is_in(&world, &mut elsewhere));
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t98_when_another_person_signs_in_after_a_session_ended_by_time_then_they_begin_at_the_front_page()
 {
    let expired = |next: &str, place: &str| {
        let world = World::with(|setup| {
            let home = serde_json::json!({ "en": "/start", "cy": "/dechrau" });
            setup.field("home", home);
        });
        let mut browser = signed_in(&world, "kenneth");
        browser.language = "cy";
        world.pass(20_000);
        world.person(next);
        let start = browser.step(&world, place);
        let back = browser.step(&world, start.location());
        browser.step(&world, back.location())
    };
    let place = "/account/details?part=2";
    let same = expired("kenneth", place);
    assert_eq!((same.status, same.location()), (303, place));
    let other = expired("sian", place);
    let heading = "Rydych wedi mewngofnodi gyda GOV.UK One Login gwahanol";
    assert_eq!((other.status, other.heading()), (200, heading));
    assert_eq!(other.link(), Some("/dechrau"));
    assert!(!other.body.contains("details"));
    assert_eq!(other.header("clear-site-data"), Some("\"cache\""));
    assert!(other.body.contains("/auth/assets/clear.css"));
    assert_eq!(same.header("clear-site-data"), None);
    // Also where nothing is withheld: another site may have planted the sign-in.
    let front = expired("sian", "/auth/sign-in?return_to=/");
    assert_eq!((front.status, front.heading()), (200, heading));
}

#[test]
fn t46_when_the_other_persons_account_cannot_be_reached_then_the_sign_in_goes_on_and_the_end_is_retried()
 {
    let world = World::new();
    let (mut browser, callback) = back_into_a_session(&world, "kenneth", "sian");
    let mut old = browser.clone();
    world.trouble(Trouble::AccountNotReached, When::About("end"));
    world.forget();
    assert_eq!(browser.step(&world, &callback).status, 200);
    let lines = world.happened().lines();
    let line = "sign_out_unfinished: unreachable".to_owned();
    assert!(lines.contains(&line), "{lines:?}");
    assert!(is_in(&world, &mut browser));
    // The next request that can tries again.
    world.mend();
    browser.step(&world, "/auth/signed-out");
    assert_eq!(
        world.happened().lines().last().unwrap(),
        "signed_out: later"
    );
    world.pass(60);
    assert!(!is_in(&world, &mut old));
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t46_when_a_sign_in_fails_then_the_earlier_session_goes_on() {
    let world = World::new();
    let (mut browser, callback) = back_into_a_session(&world, "kenneth", "kenneth");
    world.trouble(Trouble::AccountNotReached, When::About("begin"));
    assert_eq!(browser.step(&world, &callback).status, 503);
    world.mend();
    world.pass(60);
    assert!(is_in(&world, &mut browser));
}

/// A callback in the middle of which the provider says that the person has signed out.
fn notified_meanwhile(world: &World, browser: &mut Browser, moment: &str) -> Shown {
    let callback = on_the_way_back(world, browser);
    let request = browser.dressed(world, Incoming::get(&callback).with("accept", "text/html"));
    world.forget();
    let shown = world.ask_while(
        request,
        |record| record.calls().iter().any(|call| call.ends_with(moment)),
        || assert_eq!(world.notify("kenneth", |_| {}).status, 200),
    );
    browser.keep(world, &shown);
    shown
}

#[test]
fn t79_when_a_notification_comes_between_code_and_session_then_the_sign_in_ends() {
    let world = World::new();
    signed_in(&world, "sian");
    world.person("kenneth");
    let mut browser = Browser::new();
    // The ID token is there, and the session is not yet.
    let shown = notified_meanwhile(&world, &mut browser, "/userinfo");
    assert_eq!((shown.by, shown.status), (By::Edge, 303));
    assert!(!browser.has_session() && browser.attempts().is_empty());
    let lines = world.happened().lines();
    assert_eq!(lines.last().unwrap(), "callback: signed_out_meanwhile");
    // It happens once by itself. The second time there is a page, whose link leads on.
    let again = shown.location().to_owned();
    let start = browser.step(&world, &again);
    let back = browser.step(&world, start.location());
    let callback = back.location().to_owned();
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    let shown = browser.step(&world, &callback);
    let heading = "You signed out while you were signing in";
    assert_eq!((shown.status, shown.heading()), (400, heading));
    assert_eq!(shown.link(), Some(again.as_str()));
    // A person who signs in after that is signed in.
    world.pass(1);
    assert_eq!(browser.open(&world, &again).by, By::Origin);
    world.pass(60);
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t79_when_a_notification_meets_a_sign_in_then_an_earlier_session_ends_too() {
    let world = World::new();
    let mut phone = signed_in(&world, "kenneth");
    let mut browser = Browser::new();
    notified_meanwhile(&world, &mut browser, "/userinfo");
    world.pass(60);
    assert!(!is_in(&world, &mut phone));
}
