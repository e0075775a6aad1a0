//! A sign-out that is pending: the pages say so to the person whose it is, and to no other.

use super::again::{PAY, world};
use super::unfinished::signed_out_in_vain;
use super::{PAGE, is_in, signed_in};
use crate::world::{Browser, By, ENDING, Trouble, When, World};

const UNFINISHED: &str = "We could not finish signing you out";

const DONE: &str = "You have signed out";

/// The page after a sign-out, for a person who comes back from the provider while no account answers.
fn page_after(world: &World, browser: &mut Browser, query: &str) -> (String, String) {
    let shown = browser.sign_out(world, query);
    world.trouble(Trouble::AccountNotReached, When::Always);
    let page = browser.open(world, shown.location());
    world.mend();
    assert_eq!((page.by, page.status), (By::Edge, 200));
    (page.heading().to_owned(), page.url)
}

#[test]
fn t71_when_a_person_did_not_sign_in_again_and_their_account_is_away_then_the_page_says_so() {
    for (trouble, _) in Trouble::ACCOUNT {
        let world = world();
        let mut browser = signed_in(&world, "kenneth");
        let mut thief = browser.clone();
        world.pass(400);
        world.person("sian");
        world.trouble(trouble, When::About("end"));
        world.forget();
        let shown = browser.open(&world, PAY);
        assert_eq!((shown.status, shown.heading()), (400, UNFINISHED));
        let lines = world.happened().lines();
        assert!(
            lines.contains(&"callback: login_required".to_owned()),
            "{lines:?}"
        );
        assert!(!browser.has_session());
        // The page's button is the way to try again.
        let link = shown.link().unwrap().to_owned();
        assert_eq!(link, "/auth/signed-out?lang=en");
        assert_eq!(browser.clone().step(&world, &link).heading(), UNFINISHED);
        world.mend();
        assert_eq!(browser.step(&world, &link).heading(), DONE);
        world.pass(60);
        assert!(!is_in(&world, &mut thief), "{trouble:?}");
    }
}

#[test]
fn t71_when_another_persons_sign_out_is_pending_then_the_next_person_is_told_of_their_own() {
    for (query, theirs, done) in [
        ("", "", DONE),
        ("?everywhere", "", DONE),
        ("", "?everywhere", "You have signed out of all devices"),
        (
            "?everywhere",
            "?everywhere",
            "You have signed out of all devices",
        ),
    ] {
        let world = World::new();
        let (mut browser, mut thief) =
            signed_out_in_vain(&world, query, Trouble::AccountNotReached);
        world.mend();
        world.person("sian");
        world.pass(5);
        // The start of a sign-in tries again, in vain.
        world.trouble(Trouble::AccountNotReached, When::About("end"));
        let shown = browser.open(&world, PAGE);
        assert_eq!((shown.by, shown.status), (By::Origin, 200));
        world.mend();
        world.pass(5);
        let (page, url) = page_after(&world, &mut browser, theirs);
        assert_eq!(page, done, "{query} {theirs}");
        // It stays pending, and is granted without a word of it.
        assert_eq!(browser.cookies(), [ENDING]);
        let page = browser.step(&world, &url);
        assert_eq!(page.heading(), done, "{query} {theirs}");
        assert!(browser.cookies().is_empty());
        world.pass(60);
        assert!(!is_in(&world, &mut thief));
    }
}

#[test]
fn t71_when_a_persons_own_earlier_sign_out_is_pending_then_the_page_says_so() {
    let world = World::new();
    let (mut browser, _) = signed_out_in_vain(&world, "", Trouble::AccountNotReached);
    world.mend();
    world.pass(5);
    world.trouble(Trouble::AccountNotReached, When::About("end"));
    assert_eq!(browser.open(&world, PAGE).by, By::Origin);
    world.mend();
    assert_eq!(page_after(&world, &mut browser, "").0, UNFINISHED);
}

#[test]
fn t71_when_a_later_sign_out_is_pending_then_the_page_of_an_earlier_one_says_so() {
    let world = World::new();
    let (mut browser, _) = signed_out_in_vain(&world, "", Trouble::AccountNotReached);
    world.mend();
    world.person("sian");
    world.pass(5);
    world.trouble(Trouble::AccountNotReached, When::About("end"));
    browser.open(&world, PAGE);
    world.mend();
    let shown = browser.sign_out(&world, "");
    let page = browser.open(&world, shown.location());
    assert_eq!(page.heading(), DONE);
    let earlier = page.url;
    world.pass(5);
    assert_eq!(browser.open(&world, PAGE).by, By::Origin);
    world.trouble(Trouble::AccountNotReached, When::Always);
    browser.sign_out(&world, "");
    assert_eq!(browser.step(&world, &earlier).heading(), UNFINISHED);
}
