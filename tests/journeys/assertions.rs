//! Assertions: signed once and used again, but never for another route, session or person.

use crate::world::assertion::{verified, verified_for};
use crate::world::{Browser, By, HOST, Incoming, SERVICE, World};
use serde_json::json;
use simulator::provider::personas::Persona;

/// The assertion that the service gets for a path, and whether it was signed for this request.
fn asserted(world: &World, browser: &mut Browser, path: &str) -> (String, bool) {
    world.forget();
    let shown = browser.open(world, path);
    assert_eq!((shown.by, shown.status), (By::Origin, 200), "{path}");
    let happened = world.happened();
    let reached = happened.reached().pop().unwrap();
    let [assertion] = reached.assertions()[..] else {
        panic!("{reached:?}");
    };
    (assertion.to_owned(), !happened.signers().is_empty())
}

#[test]
fn t87_when_half_an_assertions_life_is_over_then_it_is_signed_again() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    let (first, signed) = asserted(&world, &mut browser, "/account/details");
    assert!(!signed);
    world.pass(30);
    let (second, signed) = asserted(&world, &mut browser, "/account/other");
    assert!(!signed && second == first, "thirty seconds are left");
    world.pass(1);
    let (third, signed) = asserted(&world, &mut browser, "/account/details");
    assert!(signed && third != first, "fewer are left");
    assert_eq!(verified(&world, &third).claims["exp"], world.now() + 60);
}

#[test]
fn t87_when_two_routes_release_different_claims_then_they_never_share_an_assertion() {
    let world = World::new();
    let mut browser = Browser::new();
    let names = ["email", "phone_number", "wallet_subject_id"];
    let wallet = Persona::find("kenneth").unwrap().wallet_subject(HOST);
    // In every order, so that an assertion of one route is cached when the next route is requested.
    for _ in 0..2 {
        for (path, released) in [
            (
                "/account/details",
                json!(["kenneth@example.gov.uk", "+447700900000", null]),
            ),
            ("/wallet", json!([null, null, wallet])),
            ("/whoami", json!(["kenneth@example.gov.uk", null, null])),
            ("/anything/else", json!([null, null, null])),
            ("/low/page", json!([null, null, null])),
        ] {
            let (assertion, _) = asserted(&world, &mut browser, path);
            let stated = verified(&world, &assertion);
            let values = names.map(|name| stated.claims.get(name).cloned());
            assert_eq!(json!(values), released, "{path}");
            let verified = ["email_verified", "phone_number_verified"];
            for (index, name) in verified.into_iter().enumerate() {
                assert_eq!(stated.claims.contains_key(name), !released[index].is_null());
            }
        }
    }
}

#[test]
fn t87_when_two_routes_have_the_same_release_then_they_share_an_assertion() {
    let world = World::new();
    let mut browser = Browser::new();
    let (first, _) = asserted(&world, &mut browser, "/anything/else");
    let (second, signed) = asserted(&world, &mut browser, "/low/page");
    assert!(!signed && first == second);
}

#[test]
fn t87_when_the_same_person_begins_a_new_session_then_it_has_its_own_assertion() {
    let world = World::new();
    let (mut one, mut two) = (Browser::new(), Browser::new());
    let (first, _) = asserted(&world, &mut one, "/account/details");
    let (second, signed) = asserted(&world, &mut two, "/account/details");
    assert!(signed);
    let (first, second) = (verified(&world, &first), verified(&world, &second));
    assert_eq!(first.person.sub, second.person.sub);
    assert_ne!(first.person.sid, second.person.sid);
}

#[test]
fn t87_when_a_browser_uses_two_services_then_their_assertions_are_never_mixed_up() {
    let other = "other.example.gov.uk";
    let world = World::with(|setup| setup.add_other(other, "other-client"));
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    let (here, _) = asserted(&world, &mut browser, "/account/details");
    let (there, _) = asserted(
        &world,
        &mut browser,
        &format!("https://{other}/account/details"),
    );
    let read = |text: &str| simulator::jose::Unverified::parse(text).unwrap();
    assert_eq!(
        read(&there).text("iss"),
        Some("https://other.example.gov.uk")
    );
    assert_eq!(
        read(&there).text("aud"),
        Some("https://other.example.gov.uk")
    );
    assert_ne!(
        read(&here).text("sub"),
        read(&there).text("sub"),
        "subjects are pairwise"
    );
}

#[test]
fn t56_when_an_audience_is_configured_then_the_assertion_names_it() {
    let world = World::with(|setup| setup.field("origin_audience", "https://origin.internal"));
    let mut browser = Browser::new();
    let (assertion, _) = asserted(&world, &mut browser, "/account/details");
    verified_for(&world, &assertion, "https://origin.internal");
}

#[test]
fn t87_when_requests_of_one_session_run_in_parallel_then_all_get_a_good_assertion() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    world.pass(31);
    world.forget();
    let page = browser.dressed(&world, Incoming::get("/account/details"));
    let shown = world.ask_together(vec![page; 5]);
    assert!(shown.iter().all(|shown| shown.by == By::Origin));
    for reached in world.happened().reached() {
        verified(&world, reached.assertions()[0]);
    }
}

#[test]
fn t63_t64_when_an_answer_is_personal_then_no_cache_keeps_it_under_any_name() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    for path in [
        "/account/x.css",
        "/account/photo.jpg",
        "/whoami",
        "/account/details?a=b.js",
    ] {
        for open in [None, Some("public, max-age=3600"), Some("s-maxage=60")] {
            world.answer.borrow_mut().cache_control = open.map(str::to_owned);
            world.forget();
            let shown = browser.step(&world, path);
            assert_eq!(shown.header("cache-control"), Some("private, no-cache"));
            assert!(world.happened().reached().pop().unwrap().personal);
        }
    }
    world.answer.borrow_mut().cache_control = Some("public, max-age=3600".to_owned());
    world.pass(120);
    world.forget();
    let shown = browser.step(&world, "/assets/app.css");
    assert_eq!(shown.header("cache-control"), Some("public, max-age=3600"));
    assert_eq!(
        shown.set_cookies().count(),
        0,
        "t65: no person's cookie is on a public page"
    );
    assert!(!world.happened().reached().pop().unwrap().personal);
}

#[test]
fn t63_when_an_answer_is_personal_then_it_carries_no_header_for_shared_caches() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    world.answer.borrow_mut().shared_caching = true;
    world.answer.borrow_mut().cache_control = Some("private".to_owned());
    let personal = browser.step(&world, "/account/details");
    let public = browser.step(&world, "/assets/app.css");
    for name in [
        "cdn-cache-control",
        "cloudflare-cdn-cache-control",
        "surrogate-control",
    ] {
        assert_eq!(personal.header(name), None);
        assert!(
            public.header(name).is_some(),
            "an open page may be cached as it says"
        );
    }
    // Also with a renewed session in it: no engine takes a cookie from an answer that it kept.
    world.pass(60);
    let renewed = browser.step(&world, "/account/details");
    assert!(renewed.set_cookies().count() > 0);
    assert_eq!(renewed.header("cache-control"), Some("private"));
}

/// A world in which one route, or the whole service, has its assertions name the request.
fn binding(of_service: bool) -> World {
    World::with(|setup| match of_service {
        true => setup.field("bind", true),
        false => setup.field(
            "routes",
            json!([{ "path": "/account/*", "bind": true }, { "path": "/low/*" }]),
        ),
    })
}

#[test]
fn t56_when_an_assertion_is_bound_then_it_names_its_request_and_serves_no_other() {
    for of_service in [false, true] {
        let world = binding(of_service);
        let mut browser = Browser::new();
        browser.open(&world, "/account/details");
        let named = |assertion: &str| {
            let claims = verified(&world, assertion).claims;
            ["htm", "htu"].map(|name| claims.get(name).cloned())
        };
        let at = |path: &str| Some(json!(format!("{SERVICE}{path}")));
        for path in ["/account/details", "/account/b%20c", "/account/details"] {
            let (assertion, _) = asserted(&world, &mut browser, path);
            assert_eq!(named(&assertion), [Some(json!("GET")), at(path)]);
        }
        // The same request once more, whatever its query, costs no second signature.
        let (first, _) = asserted(&world, &mut browser, "/account/details?one");
        let (second, signed) = asserted(&world, &mut browser, "/account/details?two");
        assert!(!signed && first == second);
        // As the path is forwarded, and with the method as it came.
        let (assertion, _) = asserted(&world, &mut browser, "/account/%64etails");
        assert_eq!(named(&assertion)[1], at("/account/details"));
        world.forget();
        browser.send(&world, Incoming::post("/account/details", "a=b"));
        let reached = world.happened().reached().pop().unwrap();
        let posted = named(reached.assertions()[0]);
        assert_eq!(posted, [Some(json!("POST")), at("/account/details")]);
        let (other, _) = asserted(&world, &mut browser, "/low/page");
        let expected = of_service.then(|| json!("GET"));
        assert_eq!(named(&other)[0], expected, "{of_service}");
    }
}

#[test]
fn t56_when_an_identity_goes_next_to_a_bound_assertion_then_it_is_bound_too() {
    let world = World::with(|setup| {
        setup.prove_identities();
        setup.field("bind", true);
    });
    world.addresses(35);
    Browser::new().open(&world, "/apply/form");
    let reached = world.happened().reached().pop().unwrap();
    let identity = reached.header("one-login-identity").unwrap();
    let claims = simulator::jose::Unverified::parse(identity).unwrap().claims;
    assert_eq!(claims["htu"], format!("{SERVICE}/apply/form"));
    assert_eq!(claims["htm"], "GET");
}
