//! Several pending sign-outs in one browser, late answers, and the pages about a pending sign-out.

use super::unfinished::signed_out_in_vain;
use super::{is_in, signed_in};
use crate::world::{Browser, ENDING, Incoming, SESSION, Shown, Trouble, When, World};

/// A navigation to the page after signing out, with the cookies that the browser has now.
fn coming_back(world: &World, browser: &Browser) -> Shown {
    let document = Incoming::get("/auth/signed-out")
        .with("accept", "text/html")
        .with("sec-fetch-dest", "document");
    world.ask(browser.dressed(world, document))
}

#[test]
fn t71_when_an_answer_to_an_earlier_try_comes_late_then_a_newer_wish_stays() {
    for finished in [true, false] {
        let world = World::new();
        let (mut browser, mut first) = signed_out_in_vain(&world, "", Trouble::AccountNotReached);
        if finished {
            world.mend();
        }
        let late = coming_back(&world, &browser);
        // Meanwhile another person signs in with the same browser, and out in vain.
        world.mend();
        let theirs = signed_in(&world, "sian");
        browser.plant(SESSION, theirs.cookie(SESSION).unwrap());
        let mut second = theirs.clone();
        world.trouble(Trouble::AccountNotReached, When::Always);
        browser.sign_out(&world, "");
        browser.keep(&world, &late);
        let left = if finished { 1 } else { 2 };
        assert_eq!(browser.cookies(), vec![ENDING; left]);
        world.mend();
        browser.step(&world, "/auth/signed-out");
        assert!(browser.cookies().is_empty());
        world.pass(60);
        assert!(!is_in(&world, &mut first) && !is_in(&world, &mut second));
    }
}

#[test]
fn t71_when_a_wish_was_granted_then_no_late_answer_undoes_that() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let (tab, mut thief) = (browser.clone(), browser.clone());
    world.trouble(Trouble::AccountNotReached, When::Always);
    let late = tab.clone().sign_out(&world, "");
    browser.sign_out(&world, "");
    world.mend();
    browser.step(&world, "/auth/signed-out");
    browser.keep(&world, &late);
    world.forget();
    let shown = browser.step(&world, "/auth/signed-out");
    assert_eq!(shown.heading(), "You have signed out");
    assert!(browser.cookies().is_empty());
    world.pass(60);
    assert!(!is_in(&world, &mut thief));
}

#[test]
fn t71_when_one_tab_signs_out_here_and_one_everywhere_then_both_wishes_are_granted() {
    for everywhere_first in [true, false] {
        let world = World::new();
        let mut other = signed_in(&world, "kenneth");
        let mut browser = signed_in(&world, "kenneth");
        let tab = browser.clone();
        world.trouble(Trouble::AccountNotReached, When::Always);
        let here = tab.clone().sign_out(&world, "");
        let everywhere = tab.clone().sign_out(&world, "?everywhere");
        let mut answers = [everywhere, here];
        if !everywhere_first {
            answers.reverse();
        }
        for answer in &answers {
            browser.keep(&world, answer);
        }
        assert_eq!(browser.cookies(), [ENDING; 2]);
        world.mend();
        world.pass(i64::from(everywhere_first));
        browser.step(&world, "/auth/signed-out");
        assert!(browser.cookies().is_empty());
        world.pass(60);
        assert!(!is_in(&world, &mut other), "{everywhere_first}");
    }
}

#[test]
fn t71_when_a_browser_holds_two_sessions_then_the_wish_of_each_is_kept() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let mut copies = vec![browser.clone()];
    let theirs = signed_in(&world, "sian");
    browser.plant_beside(SESSION, theirs.cookie(SESSION).unwrap());
    copies.push(theirs);
    world.trouble(Trouble::AccountNotReached, When::Always);
    browser.sign_out(&world, "");
    assert_eq!(browser.cookies(), [ENDING; 2]);
    world.mend();
    browser.step(&world, "/auth/signed-out");
    world.pass(60);
    for copy in &mut copies {
        assert!(!is_in(&world, copy));
    }
}

#[test]
fn t71_when_a_fifth_sign_out_is_pending_then_the_oldest_of_four_is_dropped() {
    let world = World::new();
    let mut browser = Browser::new();
    let mut copies = Vec::new();
    for persona in ["kenneth", "sian", "amal", "mo", "olivia"] {
        world.mend();
        let theirs = signed_in(&world, persona);
        browser.plant(SESSION, theirs.cookie(SESSION).unwrap());
        copies.push(theirs);
        world.trouble(Trouble::AccountNotReached, When::Always);
        browser.sign_out(&world, "");
        world.pass(1);
    }
    assert_eq!(browser.cookies(), [ENDING; 4]);
    world.mend();
    browser.step(&world, "/auth/signed-out");
    world.pass(60);
    let alive: Vec<_> = copies.iter_mut().map(|copy| is_in(&world, copy)).collect();
    assert_eq!(alive, [true, false, false, false, false]);
}

#[test]
fn t71_t97_when_a_sign_out_is_pending_then_the_signed_out_page_says_so_until_it_is_done() {
    for (query, unfinished, finished) in [
        (
            "",
            [
                "We could not finish signing you out",
                "Nid oeddem yn gallu gorffen eich allgofnodi",
            ],
            "You have signed out",
        ),
        (
            "?everywhere",
            [
                "We could not sign you out of all devices",
                "Nid oeddem yn gallu eich allgofnodi o bob dyfais",
            ],
            "You have signed out of all devices",
        ),
    ] {
        for (trouble, _) in Trouble::ACCOUNT {
            let world = World::new();
            let (mut browser, _) = signed_out_in_vain(&world, query, trouble);
            for (address, heading) in ["/auth/signed-out", "/auth/signed-out?lang=cy"]
                .into_iter()
                .zip(unfinished)
            {
                let shown = browser.step(&world, address);
                assert_eq!(
                    (shown.status, shown.heading()),
                    (200, heading),
                    "{trouble:?}"
                );
                // Its button is the way to try again.
                assert!(
                    shown.body.contains("href=\"/auth/signed-out?lang="),
                    "{}",
                    shown.body
                );
            }
            world.mend();
            let shown = browser.step(&world, "/auth/signed-out?lang=en");
            let is_lost = trouble == Trouble::AccountAnswerLost;
            assert_eq!(shown.heading(), finished, "{is_lost}");
        }
    }
}

#[test]
fn t71_t97_when_the_provider_is_unreachable_too_then_the_sign_out_itself_says_so() {
    for (query, heading) in [
        ("", "We could not finish signing you out"),
        ("?everywhere", "We could not sign you out of all devices"),
    ] {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        world.new_isolate();
        world.outside.documents.borrow_mut().clear();
        world.trouble(Trouble::CallNotSent, When::Always);
        world.trouble(Trouble::AccountNotReached, When::Always);
        let shown = browser.sign_out(&world, query);
        assert_eq!((shown.status, shown.heading()), (200, heading));
        assert_eq!(browser.cookies(), [ENDING]);
    }
}
