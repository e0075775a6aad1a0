//! People who were away to prove their identity, and come back days later.

use crate::world::signing_out::own;
use crate::world::{Browser, By, Incoming, SERVICE, SESSION, Trouble, When, World};
use crate::{asked, kept_out, signed_in, told, world};

const DAY: i64 = 86_400;

/// A person is sent to prove an identity for a path, and goes away.
fn left(world: &World, path: &str) {
    let mut browser = signed_in(world);
    let start = browser.step(world, path);
    assert_eq!(start.status, 302);
    world.pass(DAY);
    world.forget();
}

/// A world in which a person first reaches an arrival path.
fn with_arrival() -> World {
    World::with(|setup| {
        setup.prove_identities();
        setup.field("arrival", "/welcome");
    })
}

/// Goes on from the arrival path; where that leads.
fn gone_on(world: &World, browser: &mut Browser) -> String {
    let form = own("/auth/arrived").method("POST").with("origin", SERVICE);
    let shown = browser.send(world, form);
    assert_eq!((shown.by, shown.status), (By::Edge, 303));
    shown.location().to_owned()
}

/// Comes back on another computer, as far as the page that leads on.
fn back(world: &World) -> (Browser, String) {
    let mut browser = Browser::new();
    let shown = browser.open(world, "/auth/return");
    let seen = (shown.by, shown.status, shown.heading());
    assert_eq!(seen, (By::Edge, 200, "Continue proving your identity"));
    let link = shown.link().unwrap().to_owned();
    (browser, link)
}

#[test]
fn when_a_person_comes_back_by_the_link_then_they_sign_in_prove_and_reach_their_page() {
    let world = world();
    left(&world, "/apply/form?step=3");
    let (mut browser, link) = back(&world);
    assert_eq!(asked(&browser).len(), 1);
    assert_eq!(asked(&browser)[0].0, serde_json::json!(["Cl.Cm"]));
    let stated = told(&world, &mut browser, &link);
    assert_eq!(stated.claims["vot"], "Cl.Cm.P2");
    assert_eq!(asked(&browser)[1].0, serde_json::json!(["Cl.Cm.P2"]));
    let last = browser.history.last().unwrap();
    assert_eq!(last, "https://licence.example.gov.uk/apply/form?step=3");
    // After the person has arrived, the link leads to the front page.
    browser.open(&world, &link);
    assert_eq!(
        browser.history.last().unwrap(),
        "https://licence.example.gov.uk/"
    );
}

#[test]
fn when_sixteen_days_have_passed_then_the_place_is_forgotten_and_the_identity_asked() {
    let world = world();
    left(&world, "/apply/form");
    world.pass(16 * DAY);
    let (mut browser, link) = back(&world);
    let shown = browser.open(&world, &link);
    assert_eq!(asked(&browser)[1].0, serde_json::json!(["Cl.Cm.P2"]));
    let heading = "We could not take you back to where you were";
    assert_eq!((shown.by, shown.heading()), (By::Edge, heading));
    assert_eq!(shown.link(), Some("/"));
    // The person has done what they left for, so that nothing is lost the next time.
    browser.open(&world, &link);
    assert_eq!(
        browser.history.last().unwrap(),
        "https://licence.example.gov.uk/"
    );
    assert_eq!(
        told(&world, &mut browser, "/apply/form").claims["vot"],
        "Cl.Cm.P2"
    );
}

#[test]
fn when_another_person_opens_the_link_back_then_it_does_not_reveal_the_first_ones_page() {
    let world = world();
    left(&world, "/apply/form");
    world
        .provider()
        .set_automatic(simulator::provider::personas::Persona::find("sian"));
    let (mut browser, link) = back(&world);
    let shown = browser.open(&world, &link);
    assert_eq!(
        shown.heading(),
        "We could not take you back to where you were"
    );
    assert!(!shown.body.contains("apply"));
}

#[test]
fn when_no_identities_are_proved_or_no_page_is_opened_then_no_way_back_exists() {
    let plain = World::new();
    let shown = plain.ask(Incoming::get("/auth/return").with("sec-fetch-dest", "document"));
    assert_eq!(shown.status, 404);
    let world = world();
    assert_eq!(world.ask(Incoming::get("/auth/return")).status, 405);
    for (purpose, status) in [("", 302), ("prefetch;prerender", 503)] {
        for method in ["GET", "HEAD"] {
            let request = Incoming::get("/auth/return")
                .method(method)
                .with("sec-fetch-dest", "document")
                .with("sec-purpose", purpose);
            assert_eq!(world.ask(request).status, status, "{method} {purpose}");
        }
    }
    let mut browser = signed_in(&world);
    world.trouble(Trouble::AccountHangs, When::About("proof"));
    assert_eq!(
        kept_out(&world, &mut browser, "/auth/return?continue").status,
        503
    );
}

#[test]
fn t71_when_a_sign_out_is_pending_then_the_person_signs_in_before_proving_an_identity() {
    let world = world();
    for place in ["/auth/return", "/auth/return?continue"] {
        let mut browser = signed_in(&world);
        let late = browser.cookie(SESSION).unwrap().to_owned();
        world.trouble(Trouble::AccountNotReached, When::About("end"));
        browser.sign_out(&world, "");
        world.mend();
        browser.plant(SESSION, &late);
        world.new_isolate();
        world.forget();
        let shown = browser.step(&world, place);
        assert_eq!((shown.by, shown.status), (By::Edge, 302), "{place}");
        let happened = world.happened();
        assert_eq!(happened.asked(), ["end"], "of an identity nothing: {place}");
        assert_eq!(happened.lines(), ["signed_out: later"]);
    }
}

#[test]
fn t47_when_the_session_ended_while_the_person_was_away_then_they_sign_in_first() {
    let world = world();
    let (mut browser, link) = back(&world);
    world.outside.accounts.empty();
    let shown = browser.open(&world, &link);
    assert_eq!(
        (shown.by, shown.heading()),
        (By::Edge, "Continue proving your identity")
    );
    assert_eq!(asked(&browser).len(), 2);
}

#[test]
fn when_a_person_who_comes_back_first_arrives_then_they_go_on_to_the_page_that_leads_on() {
    let world = with_arrival();
    let mut browser = Browser::new();
    for (asked, page) in [
        ("/auth/return", "/auth/return"),
        ("/auth/return?lang=cy", "/auth/return?lang=cy"),
    ] {
        browser.close();
        let shown = browser.open(&world, asked);
        assert!(shown.by == By::Origin && shown.url.ends_with("/welcome"));
        assert_eq!(gone_on(&world, &mut browser), page);
        assert_eq!(browser.step(&world, page).status, 200);
    }
}

#[test]
fn when_a_place_is_forgotten_and_the_person_has_still_to_arrive_then_they_are_told_after_it() {
    let world = with_arrival();
    let mut browser = Browser::new();
    browser.open(&world, "/auth/return");
    browser.open(&world, "/auth/return?continue");
    assert_eq!(asked(&browser)[1].0, serde_json::json!(["Cl.Cm.P2"]));
    let place = gone_on(&world, &mut browser);
    let heading = "We could not take you back to where you were";
    assert_eq!(browser.open(&world, &place).heading(), heading);
}

#[test]
fn when_the_sign_in_of_a_person_who_comes_back_fails_then_its_page_leads_back_in_either_language() {
    let world = world();
    left(&world, "/apply/form");
    let mut browser = Browser::new();
    world.trouble(Trouble::AccountNotReached, When::About("begin"));
    let failed = browser.open(&world, "/auth/return");
    assert_eq!((failed.by, failed.status), (By::Edge, 503));
    // The page about the failure is loaded again, and shown in Welsh.
    let again = browser.open(&world, &failed.url);
    let (_, welsh) = failed.body.split_once("href=\"/auth/page?").unwrap();
    let welsh = welsh.split('"').next().unwrap().replace("&amp;", "&");
    let welsh = browser.open(&world, &format!("/auth/page?{welsh}"));
    world.mend();
    for (shown, heading) in [
        (failed, "Continue proving your identity"),
        (again, "Continue proving your identity"),
        (welsh, "Parhau i brofi eich hunaniaeth"),
    ] {
        let mut browser = Browser::new();
        let link = shown.link().unwrap().replace("&amp;", "&");
        let shown = browser.open(&world, &link);
        assert_eq!((shown.by, shown.heading()), (By::Edge, heading), "{link}");
    }
}

#[test]
fn when_a_proof_without_a_place_fails_then_its_page_leads_to_another_try() {
    let world = world();
    let mut browser = Browser::new();
    browser.open(&world, "/auth/return");
    world.trouble(Trouble::AccountNotReached, When::About("step_up"));
    let failed = browser.open(&world, "/auth/return?continue");
    assert_eq!((failed.by, failed.status), (By::Edge, 503));
    world.mend();
    let link = failed.link().unwrap().replace("&amp;", "&");
    let shown = browser.open(&world, &link);
    assert_eq!(shown.heading(), "Continue proving your identity");
}
