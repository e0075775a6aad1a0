//! Signing out while the account cannot be reached: it is tried again until it has happened.

use one_login_edge::session::account::Question;

use super::{PAGE, is_in, signed_in};
use crate::world::{Browser, By, ENDING, Incoming, SESSION, Trouble, When, World};

/// A browser that signed out in vain, and a copy of its session.
pub fn signed_out_in_vain(world: &World, query: &str, trouble: Trouble) -> (Browser, Browser) {
    let mut browser = signed_in(world, "kenneth");
    let thief = browser.clone();
    world.trouble(trouble, When::Always);
    let shown = browser.sign_out(world, query);
    assert_eq!(shown.status, 303);
    assert_eq!(browser.cookies(), [ENDING]);
    (browser, thief)
}

#[test]
fn t71_when_the_account_cannot_be_reached_then_the_pending_sign_out_is_sealed_and_logged() {
    for (trouble, label) in Trouble::ACCOUNT {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        world.trouble(trouble, When::Always);
        world.forget();
        let shown = browser.sign_out(&world, "");
        let happened = world.happened();
        assert_eq!(happened.lines(), [format!("sign_out_unfinished: {label}")]);
        let kept: Vec<_> = shown
            .set_cookies()
            .filter(|cookie| cookie.starts_with(ENDING))
            .collect();
        assert_eq!(kept.len(), 1);
        let attributes = "; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax";
        assert!(kept[0].ends_with(attributes), "{}", kept[0]);
        assert!(!browser.has_session(), "it is over in this browser");
        let held = browser.cookie(ENDING).unwrap();
        assert!(!held.contains("urn"), "{held}");
        // The person goes on to the provider without a hint, because only the account has it.
        assert_eq!(shown.location(), format!("{}logout", crate::world::ISSUER));
    }
}

#[test]
fn t71_when_the_person_comes_back_from_the_provider_then_the_pending_sign_out_is_retried() {
    for query in ["", "?everywhere"] {
        let world = World::new();
        let mut other = signed_in(&world, "kenneth");
        let (mut browser, mut thief) =
            signed_out_in_vain(&world, query, Trouble::AccountNotReached);
        // The account fails once more, so the pending sign-out stays.
        let shown = browser.step(&world, "/auth/signed-out");
        assert_eq!((shown.status, browser.cookies()), (200, vec![ENDING]));
        world.mend();
        world.forget();
        browser.step(&world, "/auth/signed-out");
        let happened = world.happened();
        assert_eq!(happened.lines(), ["signed_out: later"]);
        let [Question::End { everywhere, .. }] = &happened.questions()[..] else {
            panic!("{happened:?}");
        };
        assert_eq!(*everywhere, !query.is_empty());
        assert!(browser.cookies().is_empty());
        world.pass(60);
        assert!(!is_in(&world, &mut thief));
        assert_eq!(is_in(&world, &mut other), query.is_empty());
    }
}

#[test]
fn t71_when_a_second_sign_out_is_pending_then_the_first_is_kept() {
    let world = World::new();
    let mut other = signed_in(&world, "kenneth");
    let mut copies = Vec::new();
    let mut browser = Browser::new();
    for (before, persona) in ["kenneth", "sian", "amal"].into_iter().enumerate() {
        world.mend();
        world.person(persona);
        // Another browser of theirs brings the session here, so that no sign-in tries again.
        let mut theirs = signed_in(&world, persona);
        browser.plant(SESSION, theirs.cookie(SESSION).unwrap());
        theirs.drop_cookie(SESSION);
        copies.push(browser.clone());
        world.trouble(Trouble::AccountNotReached, When::Always);
        browser.sign_out(&world, "");
        assert_eq!(browser.cookies(), vec![ENDING; before + 1]);
        world.pass(5);
    }
    // No copy of these sessions opens a page in this browser.
    for copy in &copies {
        let mut tab = browser.clone();
        tab.plant(SESSION, copy.cookie(SESSION).unwrap());
        let script = tab.dressed(&world, Incoming::get(PAGE));
        assert_eq!(world.ask(script).status, 401);
    }
    // The account fails once more: the edge asks once, and every pending sign-out keeps its lifetime.
    world.forget();
    let shown = browser.step(&world, "/auth/signed-out");
    assert_eq!(world.happened().asked(), ["end"]);
    assert_eq!(shown.set_cookies().count(), 0);
    world.mend();
    world.forget();
    browser.step(&world, "/auth/signed-out");
    assert_eq!(world.happened().asked(), ["end"; 3]);
    assert!(browser.cookies().is_empty());
    world.pass(60);
    for copy in &mut copies {
        copy.drop_cookie(ENDING);
        assert!(!is_in(&world, copy));
    }
    assert!(is_in(&world, &mut other));
}

#[test]
fn t71_when_one_account_stays_away_then_the_others_still_end() {
    let world = World::new();
    let mut browser = Browser::new();
    let mut copies = Vec::new();
    for persona in ["kenneth", "sian"] {
        world.mend();
        let theirs = signed_in(&world, persona);
        browser.plant(SESSION, theirs.cookie(SESSION).unwrap());
        copies.push(theirs);
        world.trouble(Trouble::AccountNotReached, When::Always);
        browser.sign_out(&world, "");
    }
    world.mend();
    // Kenneth's is asked first and gives no answer; a second later Siân's is asked first.
    assert_eq!(world.now() % 2, 0);
    world.trouble(Trouble::AccountHangs, When::Nth(0));
    browser.step(&world, "/auth/signed-out");
    world.mend();
    world.pass(1);
    world.trouble(Trouble::AccountHangs, When::Nth(1));
    browser.step(&world, "/auth/signed-out");
    assert_eq!(browser.cookies(), [ENDING]);
    world.mend();
    world.pass(60);
    assert!(!is_in(&world, &mut copies[1]));
    assert!(is_in(&world, &mut copies[0]));
    browser.step(&world, "/auth/signed-out");
    assert!(browser.cookies().is_empty());
    world.pass(60);
    assert!(!is_in(&world, &mut copies[0]));
}

#[test]
fn t71_when_the_person_signs_in_again_then_the_pending_sign_out_is_done_and_the_new_session_stays()
{
    let world = World::new();
    let (mut browser, mut thief) = signed_out_in_vain(&world, "", Trouble::AccountHangs);
    world.mend();
    world.pass(10);
    let shown = browser.open(&world, PAGE);
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    assert_eq!(browser.cookie(ENDING), None);
    world.pass(60);
    assert!(!is_in(&world, &mut thief));
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t71_when_the_accounts_answer_is_lost_then_the_sign_out_is_not_done_twice() {
    let world = World::new();
    let (mut browser, mut thief) = signed_out_in_vain(&world, "", Trouble::AccountAnswerLost);
    world.mend();
    browser.step(&world, "/auth/signed-out");
    assert!(browser.cookies().is_empty());
    world.pass(60);
    assert!(!is_in(&world, &mut thief));
}

#[test]
fn t48_rejects_another_cookies_content_as_a_pending_sign_out() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let session = browser.cookie(SESSION).unwrap().to_owned();
    for planted in [session.as_str(), "", "AUE", "AUE-nonsense"] {
        let mut attacked = browser.clone();
        attacked.plant(ENDING, planted);
        world.forget();
        attacked.step(&world, "/auth/signed-out");
        let asked = world.happened().asked();
        assert!(!asked.contains(&"end"), "{planted}: {asked:?}");
        let kept = attacked.cookie(ENDING);
        assert_eq!(kept, Some(planted), "a version ahead might open it");
    }
    // Nor the other way round.
    let (ending, _) = signed_out_in_vain(&world, "", Trouble::AccountNotReached);
    world.mend();
    let mut attacked = Browser::new();
    attacked.plant(SESSION, ending.cookie(ENDING).unwrap());
    assert!(!is_in(&world, &mut attacked));
    world.pass(60);
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t71_when_a_sign_out_is_pending_then_this_browser_refuses_its_session() {
    let world = World::new();
    let (mut browser, thief) = signed_out_in_vain(&world, "", Trouble::AccountNotReached);
    // The cookie comes back, as from another tab's answer that was late.
    browser.plant(SESSION, thief.cookie(SESSION).unwrap());
    world.new_isolate();
    let script = Incoming::get(PAGE);
    let shown = world.ask(browser.dressed(&world, script));
    assert_eq!((shown.by, shown.status), (By::Edge, 401));
    let shown = browser.step(&world, "/whoami");
    assert_eq!(shown.by, By::Origin);
    let reached = world.happened().reached().pop().unwrap();
    assert!(reached.assertions().is_empty());
}

#[test]
fn t71_when_ten_minutes_have_passed_then_a_pending_sign_out_is_ignored() {
    for (seconds, ends) in [(599, true), (600, false)] {
        let world = World::new();
        let (browser, mut thief) = signed_out_in_vain(&world, "", Trouble::AccountNotReached);
        let mut keeper = Browser::new();
        keeper.plant(ENDING, browser.cookie(ENDING).unwrap());
        world.mend();
        world.pass(seconds);
        keeper.step(&world, "/auth/signed-out");
        assert_eq!(keeper.cookie(ENDING), None);
        world.new_isolate();
        assert_eq!(is_in(&world, &mut thief), !ends, "{seconds}");
    }
}

#[test]
fn t48_when_a_sign_out_is_pending_then_its_cookie_never_reaches_the_service() {
    let world = World::new();
    let (mut browser, _) = signed_out_in_vain(&world, "", Trouble::AccountNotReached);
    world.forget();
    browser.step(&world, "/");
    let reached = world.happened().reached().pop().unwrap();
    assert_eq!(reached.header("cookie"), None);
}

#[test]
fn t71_when_the_account_is_still_gone_then_a_sign_in_starts() {
    let world = World::new();
    let (mut browser, _) = signed_out_in_vain(&world, "", Trouble::AccountHangs);
    let start = browser.step(&world, PAGE);
    assert_eq!((start.by, start.status), (By::Edge, 302));
    assert!(browser.cookie(ENDING).is_some());
}
