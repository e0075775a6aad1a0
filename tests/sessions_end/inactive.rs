//! A session that ends because a person was away: the next person at the computer is asked to sign in.

use super::foreign::foreign;
use super::{PAGE, is_in, signed_in};
use crate::world::signing_out::own;
use crate::world::{Browser, By, ISSUER, SERVICE, SESSION, Shown, Trouble, When, World};

const NAME: &str = "__Host-ol-inactive";
const LEAVES: &str = "/auth/sign-out?inactive&lang=cy&return_to=%2Faccount%2Fdetails%3Fpart%3D2";
const BACK: &str = "/auth/sign-in?return_to=%2Faccount%2Fdetails%3Fpart%3D2";
const ENDED: &str = "Mae eich sesiwn wedi dod i ben";

/// The script of the service's page leads to the sign-out, and the browser goes on to where it rests.
fn leave(world: &World, browser: &mut Browser) -> Shown {
    let shown = browser.send(world, own(LEAVES));
    assert_eq!(shown.status, 303);
    let location = shown.location().to_owned();
    browser.open(world, &location)
}

#[test]
fn t47_when_a_session_ends_unused_then_the_next_person_is_asked_to_sign_in() {
    // Before its end, and after it.
    for idle in [599, 601] {
        let world = World::with(|setup| setup.field("session_idle_seconds", 600));
        let mut browser = signed_in(&world, "kenneth");
        // The provider's session outlives the service's, and signs people in silently.
        world.provider().set_automatic(None);
        world.pass(idle);
        let mut without = browser.clone();
        without.drop_cookie(SESSION);
        assert_eq!(without.open(&world, PAGE).by, By::Origin, "silently");

        let shown = leave(&world, &mut browser);
        assert_eq!((shown.by, shown.heading()), (By::Edge, ENDED), "{idle}");
        assert!(shown.url.starts_with(&format!("{SERVICE}/auth/signed-out")));
        let link = shown.link().unwrap_or_default();
        assert_eq!(
            link,
            format!("{BACK}&amp;lang=cy"),
            "the place has no language"
        );
        assert!(!browser.has_session());
        let asked = browser.open(&world, BACK);
        assert_eq!((asked.by, asked.status), (By::Provider, 200), "{idle}");
        // The page can be loaded again, and the next person's own sign-out is not taken for it.
        assert_eq!(browser.open(&world, "/auth/signed-out").heading(), ENDED);
        let back = browser.choose(&world, &asked, "sian");
        let shown = browser.open(&world, back.location());
        assert_eq!((shown.by, shown.status), (By::Origin, 200));
        let alive = browser.open(&world, "/auth/signed-out");
        assert_eq!(alive.heading(), "You are still signed in");
        let location = browser.sign_out(&world, "").location().to_owned();
        let shown = browser.open(&world, &location);
        assert_eq!(shown.heading(), "You have signed out");
        assert_eq!(browser.cookie(NAME), None);
    }
}

#[test]
fn t73_when_another_site_says_that_a_person_was_away_then_nothing_ends() {
    for mut request in foreign() {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        request.url = request.url.replace("/auth/sign-out", LEAVES);
        let said = format!("{request:?}");
        world.forget();
        let shown = browser.send(&world, request);
        assert_eq!(shown.heading(), "Ydych chi eisiau allgofnodi?", "{said}");
        assert_eq!(shown.set_cookies().count(), 0);
        assert!(world.happened().asked().is_empty());
        world.pass(100);
        assert!(is_in(&world, &mut browser), "{said}");
    }
}

#[test]
fn when_another_tab_has_signed_out_already_then_the_page_is_shown_at_once() {
    let world = World::new();
    let mut browser = Browser::new();
    let shown = browser.send(&world, own(LEAVES));
    assert_eq!((shown.status, shown.heading()), (200, ENDED));
    let link = shown.link().unwrap_or_default();
    assert!(link.starts_with(BACK), "{link}");
    assert_eq!(shown.set_cookies().count(), 0);
    for evil in ["https://evil.example/", "//evil.example", "/auth/sign-out"] {
        let shown = browser.send(
            &world,
            own(&format!("/auth/sign-out?inactive&return_to={evil}")),
        );
        let link = shown.link().unwrap_or_default();
        let front = "/auth/sign-in?return_to=%2F";
        assert!(link.split("&amp;").next() == Some(front), "{evil}: {link}");
    }
}

#[test]
fn t71_when_the_account_gives_no_answer_then_the_provider_signs_out_all_the_same() {
    for (trouble, _) in Trouble::ACCOUNT {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        world.provider().set_automatic(None);
        world.trouble(trouble, When::Always);
        let shown = browser.send(&world, own(LEAVES));
        let location = shown.location().to_owned();
        assert_eq!(location, format!("{ISSUER}logout"), "without a hint");
        browser.open(&world, &location);
        world.mend();
        world.pass(5);
        let asked = browser.open(&world, PAGE);
        assert_eq!((asked.by, asked.status), (By::Provider, 200));
    }
}

#[test]
fn t74_when_an_attacker_plants_a_return_cookie_then_the_signed_out_page_is_the_same() {
    for value in ["", "cy/account", "cyL2FjY291bnQ", "AAAA"] {
        let world = World::new();
        let mut browser = Browser::new();
        browser.plant(NAME, value);
        let shown = browser.open(&world, "/auth/signed-out");
        assert_eq!(shown.heading(), "You have signed out", "{value}");
        assert_eq!(shown.link(), Some("/auth/sign-in?lang=en"));
    }
}
