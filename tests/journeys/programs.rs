//! Programs on the host of people: routes with `access = "api"`.

use serde_json::{Value, json};

use crate::world::{ALIAS, Browser, By, HOST, Incoming, SESSION, Setup, Shown, World};

const API: &str = "/api/orders";

/// A service with an interface for programs, and a page for people below it.
fn programs(setup: &mut Setup) {
    let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
    routes.unwrap().extend([
        json!({ "path": "/api/*", "access": "api" }),
        json!({ "path": "/api/admin", "level": "Cl.Cm" }),
        json!({ "path": "/assets/api/*", "access": "api" }),
    ]);
}

fn world() -> World {
    World::with(programs)
}

/// A request as a browser opens a page, so that nothing but the route keeps it from a sign-in.
fn page(path: &str) -> Incoming {
    Incoming::get(path)
        .with("accept", "text/html")
        .with("sec-fetch-dest", "document")
        .with("sec-fetch-mode", "navigate")
}

/// The edge refused a program: no page, no redirect, no cookie.
fn is_refused(shown: &Shown, status: u16) {
    assert_eq!(
        (shown.by, shown.status),
        (By::Edge, status),
        "{}",
        shown.body
    );
    assert_eq!(
        shown.header("content-type"),
        Some("application/problem+json")
    );
    let problem: Value = serde_json::from_str(&shown.body).unwrap();
    assert_eq!(problem["status"], status);
    assert_eq!(shown.header("location"), None);
    assert_eq!(shown.set_cookies().count(), 0);
}

#[test]
fn t145_when_a_program_brings_authorization_then_it_goes_on_untouched_and_nothing_of_ours_with_it()
{
    let world = world();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    let session = browser.cookie(SESSION).unwrap().to_owned();
    for value in [
        "Bearer a.b.c",
        "Basic dTpw",
        "  odd, \u{e9}=\"\" ",
        "OneLogin x",
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
            world.forget();
            let request = page(&format!("{API}?a=b"))
                .method(method)
                .with("authorization", value)
                .with("one-login-assertion", "forged")
                .with("One_Login_Subject", "forged")
                .with("x-original-url", "/forged")
                .with("cookie", "own=kept");
            let before = browser.clone();
            let shown = browser.send(&world, request);
            assert_eq!((shown.by, shown.status), (By::Origin, 200), "{method}");
            assert_eq!(shown.set_cookies().count(), 0);
            let happened = world.happened();
            assert_eq!(happened.0.len(), 1, "nothing else happened: {happened:?}");
            let reached = happened.reached().pop().unwrap();
            assert_eq!(reached.header("authorization"), Some(value));
            assert!(reached.assertions().is_empty() && reached.personal);
            let told = format!("{:?}", reached.headers).to_lowercase();
            assert!(
                !told.contains("forged") && !told.contains("__host-ol-"),
                "{told}"
            );
            assert_eq!(browser.cookie(SESSION), before.cookie(SESSION));
        }
    }
    assert_eq!(browser.cookie(SESSION), Some(session.as_str()));
}

#[test]
fn t145_rejects_a_program_without_authorization_whoever_is_signed_in() {
    let world = world();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    for value in [None, Some(""), Some("  ")] {
        for method in ["GET", "POST", "OPTIONS"] {
            world.forget();
            let request = page(API).method(method);
            let shown = browser.send(
                &world,
                match value {
                    Some(value) => request.with("authorization", value),
                    None => request,
                },
            );
            is_refused(&shown, 401);
            let challenge = format!("Bearer realm=\"{HOST}\"");
            assert_eq!(shown.header("www-authenticate"), Some(challenge.as_str()));
            let happened = world.happened();
            assert!(happened.reached().is_empty());
            assert_eq!(happened.lines(), ["refused: no_authorization"]);
        }
    }
}

#[test]
fn t145_when_a_path_is_stricter_or_spelt_in_another_way_then_authorization_opens_nothing() {
    let world = world();
    for (path, status) in [
        ("/api/admin", 302),
        ("/API/admin", 302),
        ("/api/admin.json", 302),
        ("/account/details", 302),
        // The fallback holds for another spelling: what an origin takes for `/api` is not worse than a person's page.
        ("/API/orders", 302),
        ("/api/../account", 400),
        ("/api//orders", 400),
        ("/api/a%2fb", 400),
    ] {
        let shown = world.ask(page(path).with("authorization", "Bearer a"));
        assert_eq!((shown.by, shown.status), (By::Edge, status), "{path}");
        assert!(world.happened().reached().is_empty(), "{path}");
    }
    // Below a public route the other spelling is the program's too.
    is_refused(&world.ask(page("/assets/API/x")), 401);
    let shown = world.ask(
        Incoming::get(API)
            .method("TRACE")
            .with("authorization", "a"),
    );
    assert_eq!((shown.by, shown.status), (By::Edge, 405));
}

#[test]
fn t145_when_the_service_asks_a_program_to_sign_in_then_its_answer_goes_on() {
    let world = world();
    world.answer.borrow_mut().status = 401;
    world
        .challenge
        .replace(Some("OneLogin level=\"Cl.Cm\"".to_owned()));
    let shown = world.ask(page(API).with("authorization", "Bearer a"));
    assert_eq!((shown.by, shown.status), (By::Origin, 401));
    assert!(world.happened().lines().is_empty());
}

#[test]
fn t145_rejects_a_program_at_another_host_or_scheme_without_a_redirect() {
    let world = world();
    for address in [
        format!("https://{ALIAS}{API}"),
        format!("http://{HOST}{API}"),
    ] {
        let shown = world.ask(page(&address).with("authorization", "Bearer a"));
        is_refused(&shown, 400);
    }
    let moved = world.ask(page(&format!("http://{HOST}/account")));
    assert_eq!(moved.status, 308);
}

#[test]
fn t121_when_a_page_elsewhere_uses_a_remembered_password_then_it_changes_nothing() {
    let world = world();
    let post = |site: &str| {
        page(API)
            .method("POST")
            .with("authorization", "Basic dTpw")
            .with("sec-fetch-site", site)
    };
    is_refused(&world.ask(post("cross-site")), 403);
    is_refused(&world.ask(post("same-site")), 403);
    assert!(world.happened().reached().is_empty());
    assert_eq!(world.ask(post("same-origin")).by, By::Origin);
    // A program is no browser, and says nothing of a site.
    let program = Incoming::post(API, "a=b").with("authorization", "Bearer a");
    assert_eq!(world.ask(program).by, By::Origin);
}

#[test]
fn t60_when_a_listed_origin_calls_the_interface_then_its_preflight_is_answered_and_its_401_read() {
    const LISTED: &str = "https://www.example.gov.uk";
    let world = World::with(|setup| {
        programs(setup);
        setup.field("cors_origins", json!([LISTED]));
        setup.field("cors_headers", json!(["Authorization"]));
    });
    let preflight = Incoming::get(API)
        .method("OPTIONS")
        .with("origin", LISTED)
        .with("access-control-request-method", "PUT")
        .with("access-control-request-headers", "authorization");
    let shown = world.ask(preflight);
    assert_eq!(shown.status, 204);
    let allowed = shown.header("access-control-allow-headers").unwrap();
    assert!(allowed.ends_with("authorization"), "{allowed}");
    let shown = world.ask(Incoming::get(API).with("origin", LISTED));
    is_refused(&shown, 401);
    assert_eq!(shown.header("access-control-allow-origin"), Some(LISTED));
}

#[test]
fn rejects_fields_about_people_on_a_programs_route() {
    let mut routes = vec![
        json!({ "level": "Cl.Cm" }),
        json!({ "release": ["email"] }),
        json!({ "bind": true }),
        json!({ "counts_as_use": false }),
        json!({ "close_sockets_with_session": true }),
        json!({ "max_age": 300 }),
        json!({ "reauthenticate_within": 300 }),
        json!({ "not_proved": "/" }),
    ];
    for route in &mut routes {
        route["path"] = json!("/api/*");
        route["access"] = json!("api");
        let wrong = route.clone();
        let world = World::possibly_faulty(|setup| {
            let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
            routes.unwrap().push(wrong);
        });
        assert!(!world.isolate().config.faults.is_empty(), "{route}");
    }
    for dropped in ["Authorization", "Auth*"] {
        let world = World::possibly_faulty(|setup| {
            programs(setup);
            setup.field("drop_headers", json!([dropped]));
        });
        let faults = format!("{:?}", world.isolate().config.faults);
        assert!(faults.contains("drop_headers names"), "{faults}");
    }
    let world = World::with(|setup| {
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        let route = json!({ "path": "/api/*", "access": "api", "cache": "none",
                            "encoded_slashes": "keep", "other_sites": "allow" });
        routes.unwrap().push(route);
    });
    let sent = world.ask(
        page("/api/a%2fb")
            .method("POST")
            .with("sec-fetch-site", "cross-site")
            .with("authorization", "a"),
    );
    assert_eq!(
        (sent.by, sent.header("cache-control")),
        (By::Origin, Some("private, no-store"))
    );
}
