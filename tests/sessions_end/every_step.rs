//! Every platform call fails once at every step of ending a session, and the session still ends.

use super::{PAGE, is_in, signed_in};
use crate::world::{Browser, By, Incoming, SESSION, Trouble, When, World};

/// A person who has been signed in for so long that the edge must check and fetch everything again.
fn begun() -> (World, Browser, Browser) {
    let world = World::new();
    let browser = signed_in(&world, "kenneth");
    let thief = browser.clone();
    world.pass(60);
    world.outside.documents.borrow_mut().clear();
    world.new_isolate();
    (world, browser, thief)
}

/// Runs every trouble at every use of its call, until a run in which it does not strike. After each run
/// the platform works again, and `in_the_end` checks the result.
fn every_step(
    at_least: usize,
    run: impl Fn(&World, &mut Browser, &str),
    in_the_end: impl Fn(&World, &mut Browser, &Browser, &str),
) {
    let mut runs = 0;
    for trouble in Trouble::ALL {
        for nth in 0.. {
            let (world, mut browser, thief) = begun();
            world.trouble(trouble, When::Nth(nth));
            let what = format!("{trouble:?} {nth}");
            run(&world, &mut browser, &what);
            let struck = world.outside.troubles.struck();
            world.mend();
            in_the_end(&world, &mut browser, &thief, &what);
            if !struck {
                break;
            }
            runs += 1;
        }
    }
    assert!(runs >= at_least, "{runs}");
}

/// Whether a copied cookie is still of use.
fn is_of_use(world: &World, thief: &Browser) -> bool {
    let shown = world.ask(thief.dressed(world, Incoming::get(PAGE)));
    assert!(
        shown.by == By::Origin || shown.status == 401,
        "{}",
        shown.status
    );
    shown.by == By::Origin
}

#[test]
fn t71_t72_when_a_notification_meets_an_outage_then_its_last_attempt_ends_a_session() {
    let run = |world: &World, _: &mut Browser, what: &str| {
        world.end_at_provider("kenneth");
        for _ in 0..3 {
            let statuses = world.deliver();
            let fine = statuses.iter().all(|status| [200, 503].contains(status));
            assert!(fine, "{what}: {statuses:?}");
            world.pass(30);
        }
        assert!(world.deliver().is_empty(), "{what}: it was taken");
    };
    every_step(15, run, |world, _, thief, what| {
        world.new_isolate();
        assert!(!is_of_use(world, thief), "{what}");
    });
}

#[test]
fn t71_when_a_person_signs_out_then_the_browser_is_signed_out_at_once_and_every_copy_soon() {
    let run = |world: &World, browser: &mut Browser, what: &str| {
        let shown = browser.sign_out(world, "");
        assert!(!browser.has_session(), "{what}");
        assert!(shown.deleted().contains(&SESSION), "{what}");
        if shown.status == 200 {
            let said = shown.heading();
            assert_eq!(said, "You have signed out of this service only", "{what}");
            return;
        }
        assert_eq!((shown.by, shown.status), (By::Edge, 303), "{what}");
        let shown = browser.open(world, shown.location());
        assert!(shown.by == By::Provider || shown.status == 200, "{what}");
    };
    every_step(10, run, |world, browser, thief, what| {
        // Without a hint the person stayed at the provider, and comes back some time or other.
        browser.open(world, "/auth/signed-out");
        assert!(browser.cookies().is_empty(), "{what}");
        world.pass(60);
        world.new_isolate();
        assert!(!is_of_use(world, thief), "{what}");
    });
}

#[test]
fn t71_when_the_platform_fails_once_then_a_signed_in_person_gets_their_page_or_an_error() {
    let run = |world: &World, browser: &mut Browser, what: &str| {
        let shown = browser.step(world, PAGE);
        let good = shown.by == By::Origin || shown.status >= 500;
        assert!(good && browser.has_session(), "{what}: {}", shown.status);
    };
    every_step(5, run, |world, browser, _, what| {
        assert!(is_in(world, browser), "{what}");
    });
}
