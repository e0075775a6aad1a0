//! How long a session lasts, how it is renewed, and what level it has.

use crate::world::assertion::verified;
use crate::world::{BEGINNING, Browser, By, ISSUER, Incoming, SESSION, World};
use serde_json::json;

fn signed_in(world: &World) -> Browser {
    let mut browser = Browser::new();
    let shown = browser.open(world, "/account/details");
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    browser
}

#[test]
fn when_a_person_signs_in_then_the_cookie_is_whole_and_ends_with_the_window() {
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, "/account/details");
    for cookie in start.set_cookies() {
        assert!(
            cookie.ends_with("; Secure; HttpOnly; SameSite=Lax"),
            "{cookie}"
        );
        assert!(cookie.contains("; Path=/; Max-Age="), "{cookie}");
    }
    let back = browser.step(&world, start.location());
    let signed_in = browser.step(&world, back.location());
    assert_eq!(signed_in.status, 303);
    assert_eq!(signed_in.header("cache-control"), Some("no-store"));
    let session: Vec<_> = signed_in
        .set_cookies()
        .filter(|c| c.starts_with(SESSION))
        .collect();
    assert_eq!(session.len(), 1);
    assert!(
        session[0].ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"),
        "{}",
        session[0]
    );
    browser.close();
    assert!(!browser.has_session());
}

/// A world where a page asks for news on a route of its own.
fn with_news() -> World {
    World::with(|setup| {
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        let routes = routes.unwrap();
        routes.push(json!({ "path": "/news", "counts_as_use": false }));
        routes.push(json!({ "path": "/hint", "access": "optional", "counts_as_use": false }));
    })
}

fn script(path: &str) -> Incoming {
    let request = Incoming::get(path).with("accept", "application/json");
    request.with("sec-fetch-dest", "empty")
}

#[test]
fn when_a_page_asks_by_itself_then_its_session_ends_as_if_it_had_not() {
    const HEADER: &str = "one-login-counts-as-use";
    for (path, header, ends) in [
        ("/news", None, true),
        ("/hint", None, true),
        ("/account/news", Some("false"), true),
        ("/account/news", None, false),
        ("/account/news", Some("true"), false),
        ("/account/news", Some(""), false),
    ] {
        let world = with_news();
        let mut browser = signed_in(&world);
        world.forget();
        let mut passed = 0;
        while passed < 3_600 {
            let request = script(path);
            let request = match header {
                Some(value) => request.with(HEADER, value),
                None => request,
            };
            let shown = browser.send(&world, request);
            assert_eq!((shown.by, shown.status), (By::Origin, 200), "{path}");
            assert!(shown.set_cookies().next().is_none() || !ends, "{path}");
            let happened = world.happened();
            let reached = happened.reached();
            assert_eq!(reached[0].assertions().len(), 1, "{path}");
            assert_eq!(reached[0].header(HEADER), None, "{path}");
            world.pass(90);
            passed += 90;
        }
        let shown = browser.step(&world, "/account/details");
        let by = if ends { By::Edge } else { By::Origin };
        assert_eq!(shown.by, by, "{path} {header:?}");
    }
}

#[test]
fn when_a_slow_answer_is_no_use_then_it_neither_prolongs_nor_takes_back_what_a_person_did() {
    let world = with_news();
    let mut browser = signed_in(&world);
    world.pass(1_800);
    // The page asks, the person goes on, and the answer to the page's question comes last.
    let asked = browser.dressed(&world, script("/news"));
    world.takes.set(600);
    let late = world.ask(asked);
    world.takes.set(0);
    assert_eq!(late.set_cookies().count(), 0);
    browser.step(&world, "/account/details");
    let before = browser.cookie(SESSION).unwrap().to_owned();
    browser.keep(&world, &late);
    assert_eq!(browser.cookie(SESSION), Some(before.as_str()));
    world.pass(3_599);
    assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
}

#[test]
fn when_a_session_ended_elsewhere_then_a_request_that_is_no_use_learns_it_too() {
    let world = with_news();
    let mut browser = signed_in(&world);
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    world.pass(61);
    let shown = browser.send(&world, script("/news"));
    assert_eq!((shown.by, shown.status), (By::Edge, 401));
}

#[test]
fn when_a_session_is_not_used_for_an_hour_then_it_ends() {
    for (seconds, by) in [(3_599, By::Origin), (3_600, By::Edge)] {
        let world = World::new();
        let mut browser = signed_in(&world);
        world.pass(seconds);
        world.forget();
        let shown = browser.step(&world, "/account/details");
        assert_eq!(shown.by, by, "{seconds}");
        assert_eq!(
            world.happened().reached().len(),
            usize::from(by == By::Origin)
        );
    }
}

#[test]
fn when_a_session_is_used_all_day_then_it_ends_after_twelve_hours() {
    let world = World::new();
    let mut browser = signed_in(&world);
    for _ in 0..14 {
        world.pass(3_000);
        assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
    }
    world.pass(43_199 - 42_000);
    assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
    world.pass(1);
    assert_eq!(browser.step(&world, "/account/details").by, By::Edge);
}

#[test]
fn when_a_service_sets_its_own_limits_then_sessions_keep_them() {
    let world = World::with(|setup| {
        setup.field("session_idle_seconds", 120);
        setup.field("session_absolute_seconds", 300);
    });
    let mut browser = signed_in(&world);
    let exp = |world: &World| {
        let reached = world.happened().reached().pop().unwrap();
        verified(world, reached.assertions()[0]).person.session_exp
    };
    assert_eq!(exp(&world), BEGINNING + 300);
    for _ in 0..2 {
        world.pass(119);
        assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
    }
    assert_eq!(
        exp(&world),
        BEGINNING + 300,
        "use does not move the absolute limit"
    );
    world.pass(62);
    assert_eq!(browser.step(&world, "/account/details").by, By::Edge);
}

#[test]
fn when_a_session_is_used_all_the_time_then_it_is_renewed_once_a_minute() {
    let world = World::new();
    let mut browser = signed_in(&world);
    let mut renewals = Vec::new();
    for second in 1..=200 {
        world.pass(1);
        let shown = browser.step(&world, "/account/details");
        if shown
            .set_cookies()
            .any(|cookie| cookie.starts_with(SESSION))
        {
            renewals.push(second);
        }
    }
    assert_eq!(renewals, [60, 120, 180]);
    assert!(browser.refused().is_empty());
}

#[test]
fn when_a_session_is_used_then_that_renews_it_and_sockets_and_public_pages_do_not() {
    let world = World::new();
    let mut browser = signed_in(&world);
    world.pass(60);
    let renews = |browser: &Browser, request: Incoming| {
        let shown = world.ask(browser.dressed(&world, request));
        assert_eq!(shown.by, By::Origin);
        shown
            .set_cookies()
            .any(|cookie| cookie.starts_with(SESSION))
    };
    let page = Incoming::get("/account/details");
    world.answer.borrow_mut().status = 304;
    assert!(renews(&browser, page.clone()), "a cached page is use");
    world.answer.borrow_mut().status = 200;
    world.takes.set(30);
    assert!(renews(&browser, page.clone()), "a slow page is use");
    world.takes.set(0);
    let upgrade = page
        .clone()
        .with("upgrade", "websocket")
        .with("origin", crate::world::SERVICE);
    assert!(
        !renews(&browser, upgrade),
        "a socket is no answer to keep a cookie from"
    );
    assert!(
        !renews(&browser, Incoming::get("/")),
        "a public page may be in a shared cache"
    );
    assert!(renews(&browser, page));
    browser.open(&world, "/account/details");
}

#[test]
fn t51_when_a_slow_answer_arrives_last_then_it_does_not_shorten_the_session() {
    let world = World::new();
    let mut browser = signed_in(&world);
    let early = browser.clone();
    world.pass(70);
    let slow = world.ask(early.dressed(&world, Incoming::get("/account/slow")));
    world.pass(3_000);
    browser.step(&world, "/account/details");
    // The slow answer's older renewal arrives last. The browser keeps it, and it is still good.
    browser.keep(&world, &slow);
    world.pass(500);
    assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
}

#[test]
fn t51_rejects_a_session_from_the_future() {
    let world = World::new();
    let mut browser = signed_in(&world);
    for (back, by) in [(30, By::Origin), (31, By::Edge)] {
        world.outside.clock.set(BEGINNING - back);
        assert_eq!(browser.step(&world, "/account/details").by, by, "{back}");
    }
}

#[test]
fn t14_when_a_session_has_a_lower_level_then_the_person_signs_in_again() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/low/page");
    let vot = |world: &World| {
        let reached = world.happened().reached().pop().unwrap();
        verified(world, reached.assertions()[0]).person.vot
    };
    assert_eq!(vot(&world), "Cl");
    let start = browser.step(&world, "/account/details");
    assert_eq!(
        (start.by, start.status),
        (By::Edge, 302),
        "Cl is not enough for Cl.Cm"
    );
    world.forget();
    browser.open(&world, "/account/details");
    assert_eq!(vot(&world), "Cl.Cm");
    // A session of a higher level opens a route of a lower one, and an optional route gets the session's level.
    for path in ["/low/page", "/whoami"] {
        let shown = browser.step(&world, path);
        assert_eq!(shown.by, By::Origin);
        assert_eq!(vot(&world), "Cl.Cm");
    }
}

#[test]
fn t14_when_a_sign_in_is_asked_for_then_its_level_is_that_of_the_page_it_leads_to() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/low/page");
    let ask = |browser: &mut Browser, path: &str| {
        let shown = browser.step(&world, &format!("/auth/sign-in?return_to={path}"));
        (shown.status, shown.location().starts_with(ISSUER))
    };
    assert_eq!(
        ask(&mut browser, "/low/page"),
        (303, false),
        "there already"
    );
    assert_eq!(ask(&mut browser, "/account/details"), (302, true));
    assert_eq!(ask(&mut browser, "/not-listed"), (302, true));
}

#[test]
fn t14_rejects_a_script_of_a_session_of_a_lower_level_with_401() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/low/page");
    world.forget();
    let request = Incoming::get("/account/data").with("accept", "application/json");
    let shown = browser.send(&world, request);
    assert_eq!((shown.by, shown.status), (By::Edge, 401));
    assert!(world.happened().reached().is_empty());
}

#[test]
fn t55_when_an_address_has_any_letters_then_its_person_signs_in() {
    let world = World::new();
    for (persona, email, phone) in [
        ("sian", "siân.ŵyn@enghraifft.cymru", json!("+447700900001")),
        ("mo", "mo.o'neill+licences@example.gov.uk", json!(null)),
        ("amal", "amal@example.gov.uk", json!("+447700900002")),
    ] {
        world.person(persona);
        world.forget();
        signed_in(&world);
        let reached = world.happened().reached().pop().unwrap();
        let person = verified(&world, reached.assertions()[0]).person;
        assert_eq!(person.email.as_deref(), Some(email));
        assert_eq!(json!(person.phone_number), phone);
        if persona == "amal" {
            assert_eq!(person.phone_number_verified, Some(false));
        }
    }
}
