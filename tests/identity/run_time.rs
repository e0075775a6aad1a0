//! The service asks at run time for a level or a younger sign-in, by its answer of 401.

use one_login_edge::gate::access::answer::OriginAnswer;
use serde_json::json;

use crate::not_proved::fails;
use crate::world::{Browser, By, Incoming, SESSION, Setup, Shown, Trouble, When, World};
use crate::{asked, signed_in, stated, told, world};

const PAGE: &str = "/account/details";

/// The service refuses with this challenge from now on.
fn refuses(world: &World, challenge: &str) {
    world.answer.replace(OriginAnswer {
        status: 401,
        ..OriginAnswer::default()
    });
    world.challenge.replace(Some(challenge.to_owned()));
}

/// The service answers every request again.
fn agrees(world: &World) {
    world.answer.replace(OriginAnswer {
        status: 200,
        ..OriginAnswer::default()
    });
}

/// The service's own answer of 401 arrived.
fn is_its_own(shown: &Shown) -> bool {
    (shown.by, shown.status) == (By::Origin, 401)
}

#[test]
fn when_the_service_asks_for_a_level_then_a_page_leads_to_the_proof_and_back() {
    let world = world();
    let mut browser = signed_in(&world);
    refuses(&world, r#"OneLogin level="Cl.Cm.P2""#);
    // One request for an identity; the session then has the level, so that the service's answer goes on as it is.
    let shown = browser.open(&world, &format!("{PAGE}?a=b"));
    assert!(is_its_own(&shown), "{:?}", shown.status);
    assert!(
        browser
            .history
            .last()
            .unwrap()
            .ends_with("/account/details?a=b")
    );
    assert_eq!(asked(&browser).last().unwrap().0, json!(["Cl.Cm.P2"]));
    assert_eq!(asked(&browser).len(), 2);
    assert_eq!(stated(&world).unwrap().claims["vot"], "Cl.Cm.P2");
}

#[test]
fn when_a_request_is_no_navigation_then_the_services_answer_goes_on_as_it_is() {
    let world = world();
    let browser = signed_in(&world);
    refuses(&world, r#"OneLogin level="Cl.Cm.P2""#);
    let page = Incoming::get(PAGE);
    let script = [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")];
    for request in [
        script
            .iter()
            .fold(page.clone(), |page, (n, v)| page.with(n, v)),
        page.clone().with("sec-fetch-dest", "image"),
        page.clone().with("sec-fetch-dest", "style"),
        page.clone()
            .with("sec-fetch-dest", "document")
            .with("sec-purpose", "prefetch"),
        Incoming::post(PAGE, "a=b")
            .with("sec-fetch-site", "same-origin")
            .with("sec-fetch-dest", "document"),
        page.clone().method("HEAD").with("sec-fetch-dest", "empty"),
        Incoming::post(PAGE, "a=b").with("sec-fetch-site", "same-origin"),
    ] {
        let shown = world.ask(browser.dressed(&world, request));
        assert!(is_its_own(&shown), "{}", shown.status);
    }
}

#[test]
fn t131_when_the_service_asks_for_what_no_route_has_then_its_answer_goes_on_and_the_log_says_so() {
    let without = World::new();
    let mut browser = signed_in(&without);
    for challenge in [
        r#"OneLogin level="Cl.Cm.P2""#,
        r#"OneLogin level="P2""#,
        "OneLogin max_age=59",
        "OneLogin max_age=86401",
        "OneLogin max_age=soon",
    ] {
        without.pass(61);
        without.forget();
        refuses(&without, challenge);
        assert!(is_its_own(&browser.step(&without, PAGE)), "{challenge}");
        assert_eq!(without.happened().lines(), ["service_asked: not_possible"]);
    }
    for challenge in [
        r#"OneLogin realm="a""#,
        r#"Bearer level="Cl.Cm.P2""#,
        "Basic",
    ] {
        without.forget();
        refuses(&without, challenge);
        assert!(is_its_own(&browser.step(&without, PAGE)), "{challenge}");
        assert!(without.happened().lines().is_empty(), "{challenge}");
    }
}

#[test]
fn when_the_service_asks_for_a_younger_sign_in_then_the_person_signs_in_again_once() {
    let world = world();
    let mut browser = signed_in(&world);
    refuses(&world, "OneLogin max_age=300");
    assert!(
        is_its_own(&browser.step(&world, PAGE)),
        "it is young enough"
    );
    // The assertion says how old it is, and the service judges by its own clock without a tolerance.
    world.pass(315);
    let before = asked(&browser).len();
    let shown = browser.open(&world, PAGE);
    assert!(is_its_own(&shown), "{}", shown.status);
    assert_eq!(asked(&browser).len(), before + 1);
    let claims = stated(&world).unwrap().claims;
    assert!(claims["reauth_time"].as_i64().unwrap() > world.now() - 60);
}

#[test]
fn when_the_account_knows_of_the_identity_that_the_service_asks_for_then_the_person_comes_once_more()
 {
    let world = world();
    let mut browser = signed_in(&world);
    assert_eq!(
        told(&world, &mut browser, "/apply/form").claims["vot"],
        "Cl.Cm.P2"
    );
    world.pass(400);
    refuses(&world, "OneLogin max_age=300");
    assert!(is_its_own(&browser.open(&world, PAGE)), "signed in again");
    assert_eq!(stated(&world).unwrap().claims["vot"], "Cl.Cm");
    refuses(&world, r#"OneLogin level="Cl.Cm.P2""#);
    for page in ["/whoami?a=b", PAGE] {
        let mut browser = browser.clone();
        let shown = browser.step(&world, page);
        assert_eq!((shown.by, shown.status), (By::Edge, 303), "{page}");
        assert_eq!(shown.header("location"), Some(page));
        // The service gets the level with the next request, and its answer is not taken away again.
        assert!(is_its_own(&browser.step(&world, page)), "{page}");
        assert_eq!(stated(&world).unwrap().claims["vot"], "Cl.Cm.P2");
    }
}

#[test]
fn when_the_provider_takes_no_hint_then_a_younger_sign_in_is_asked_for_by_its_age() {
    let world = World::with(|setup| {
        setup.field("id_token_alg", "RS256");
        setup.register("id_token_alg", "RS256");
        setup.register("max_age_enabled", true);
    });
    let mut browser = signed_in(&world);
    refuses(&world, "OneLogin max_age=300");
    world.pass(315);
    assert!(is_its_own(&browser.open(&world, PAGE)));
    let claims = stated(&world).unwrap().claims;
    assert!(claims["auth_time"].as_i64().unwrap() > world.now() - 60);
}

#[test]
fn when_an_optional_page_asks_for_a_sign_in_then_a_stranger_is_sent_to_one() {
    let world = world();
    let mut browser = Browser::new();
    refuses(&world, r#"OneLogin level="Cl.Cm""#);
    let start = browser.step(&world, "/whoami");
    assert_eq!((start.by, start.status), (By::Edge, 302));
    assert!(is_its_own(&browser.open(&world, "/whoami")));
    assert_eq!(asked(&browser).len(), 1);
    assert_eq!(stated(&world).unwrap().claims["vot"], "Cl.Cm");
}

#[test]
fn when_a_public_page_asks_then_its_answer_goes_on_to_strangers_and_people_as_it_is() {
    let world = world();
    let inside = signed_in(&world);
    refuses(&world, r#"OneLogin level="Cl.Cm.P2", max_age=60"#);
    world.pass(400);
    for mut browser in [Browser::new(), inside] {
        world.forget();
        // It never learns who is signed in, so that no sign-in would change its answer.
        assert!(is_its_own(&browser.step(&world, "/")));
        assert!(world.happened().lines().is_empty());
        assert!(asked(&browser).len() < 2);
    }
}

#[test]
fn when_the_service_asks_for_a_level_and_a_younger_sign_in_then_the_session_gets_both() {
    let world = world();
    // The proof is no sign-in: the provider keeps the time of the person's own.
    world.provider().set_single_sign_on(Some(true));
    let mut browser = signed_in(&world);
    world.pass(400);
    refuses(&world, r#"OneLogin level="Cl.Cm.P2", max_age=300"#);
    let before = asked(&browser).len();
    assert!(is_its_own(&browser.open(&world, PAGE)));
    let claims = stated(&world).unwrap().claims;
    assert_eq!(claims["vot"], "Cl.Cm.P2");
    assert!(claims["reauth_time"].as_i64().unwrap() > world.now() - 60);
    assert_eq!(asked(&browser).len(), before + 2);
}

#[test]
fn when_the_account_knows_more_than_the_cookie_then_the_cookie_learns_it_before_the_service_is_asked_again()
 {
    // A sign-in after the idle limit, and an answer with the proof that was lost on its way.
    for is_lost in [false, true] {
        let world = world();
        let mut browser = signed_in(&world);
        let late = browser.cookie(SESSION).unwrap().to_owned();
        told(&world, &mut browser, "/apply/bare");
        if is_lost {
            browser = Browser::new();
            browser.plant(SESSION, &late);
        } else {
            world.pass(3_600);
        }
        assert_eq!(told(&world, &mut browser, PAGE).claims["vot"], "Cl.Cm");
        let late = browser.dressed(&world, Incoming::get(PAGE));
        refuses(&world, r#"OneLogin level="Cl.Cm.P2""#);
        // Longer than a place that a cookie holds.
        let address = format!("{PAGE}?a=b%20{}", "c".repeat(3_000));
        let shown = browser.step(&world, &address);
        assert_eq!((shown.by, shown.status), (By::Edge, 303), "{is_lost}");
        assert_eq!(shown.location(), address);
        assert!(is_its_own(&browser.open(&world, PAGE)));
        assert_eq!(stated(&world).unwrap().claims["vot"], "Cl.Cm.P2");
        assert!(browser.attempts().is_empty());
        // An answer to a request of before renews the old cookie, and takes nothing back.
        world.pass(70);
        agrees(&world);
        let shown = world.ask(late);
        assert!(shown.set_cookies().count() > 0);
        browser.keep(&world, &shown);
        assert_eq!(told(&world, &mut browser, PAGE).claims["vot"], "Cl.Cm.P2");
    }
}

#[test]
fn when_the_service_asks_for_less_than_the_route_then_its_answer_goes_on_at_once() {
    let world = world();
    let mut browser = signed_in(&world);
    told(&world, &mut browser, "/apply/bare");
    world.pass(3_600);
    told(&world, &mut browser, PAGE);
    // The route itself told the service what the account knows.
    refuses(&world, r#"OneLogin level="Cl.Cm", max_age=60"#);
    assert!(is_its_own(&browser.step(&world, "/apply/bare")));
    assert_eq!(stated(&world).unwrap().claims["vot"], "Cl.Cm.P2");
}

#[test]
fn t131_when_the_service_asks_again_and_again_then_a_page_ends_the_circle() {
    let world = world();
    let mut browser = signed_in(&world);
    fails(&world, Some("N"));
    refuses(&world, r#"OneLogin level="Cl.Cm.P2""#);
    let mut shown = || browser.open(&world, PAGE);
    // The sign-in at this place was the first of three.
    let statuses: Vec<_> = (0..2).map(|_| shown().status).collect();
    assert_eq!(statuses, [403, 403]);
    let last = shown();
    assert_eq!(
        (last.status, last.heading()),
        (429, "We could not keep you signed in")
    );
}

#[test]
fn when_the_account_gives_no_answer_then_nothing_is_begun() {
    let world = world();
    let mut browser = signed_in(&world);
    refuses(&world, r#"OneLogin level="Cl.Cm.P2""#);
    world.trouble(Trouble::AccountNotReached, When::Always);
    let shown = browser.step(&world, PAGE);
    assert_eq!((shown.by, shown.status), (By::Edge, 503));
    world.mend();
    agrees(&world);
    assert_eq!(told(&world, &mut browser, PAGE).claims["vot"], "Cl.Cm");
}

#[test]
fn when_the_session_ended_meanwhile_then_the_person_signs_in() {
    let world = World::with(Setup::prove_identities);
    let mut browser = signed_in(&world);
    world.pass(5);
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    refuses(&world, r#"OneLogin level="Cl.Cm.P2""#);
    let shown = browser.step(&world, PAGE);
    assert_eq!((shown.by, shown.status), (By::Edge, 302));
}
