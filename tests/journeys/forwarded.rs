//! The request as the service behind the edge gets it, and the headers that the service cannot send to a browser.

use crate::world::{Browser, Incoming, SESSION, World};
use serde_json::json;

#[test]
fn t53_t58_when_a_client_sends_headers_of_the_edge_then_the_service_does_not_get_them() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    world.forget();
    let lies = [
        ("One-Login-Assertion", "forged"),
        ("one_login_assertion", "forged"),
        ("ONE-LOGIN_Subject", "forged"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-For", "10.0.0.1"),
        ("x_forwarded_proto", "http"),
        ("Forwarded", "host=evil.example"),
        ("X-Original-URL", "/"),
        ("X-Rewrite-URL", "/"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Real-IP", "evil.example"),
        ("True-Client-IP", "evil.example"),
        ("X-Original-Host", "evil.example"),
        ("CF_Connecting_IP", "evil.example"),
    ];
    for path in ["/", "/whoami", "/account/details"] {
        let mut request = Incoming::get(path)
            .with("x-own", "kept")
            .with("cookie", "own=kept");
        for (name, value) in lies {
            request = request.with(name, value);
        }
        // The browser's own cookies come as a second line, which the platform joins by a comma.
        browser.send(&world, request);
        let reached = world.happened().reached().pop();
        let Some(reached) = reached else {
            assert_eq!(
                path, "/account/details",
                "only a protected path is closed to a torn cookie"
            );
            continue;
        };
        let told = format!("{:?}", reached.headers);
        assert!(
            !told.contains("forged") && !told.contains("evil.example"),
            "{told}"
        );
        assert!(!told.to_lowercase().contains("__host-ol-"), "{told}");
        assert_eq!(
            reached.header("x-forwarded-host"),
            Some("licence.example.gov.uk")
        );
        assert_eq!(reached.header("x-forwarded-proto"), Some("https"));
        assert_eq!(reached.header("x-forwarded-for"), Some("203.0.113.7"));
        assert_eq!(reached.header("x-own"), Some("kept"));
        for gone in [
            "x_forwarded_proto",
            "forwarded",
            "x-original-url",
            "x-rewrite-url",
        ] {
            assert_eq!(reached.header(gone), None);
        }
    }
}

#[test]
fn when_a_client_sends_forwarding_headers_then_the_service_gets_those_of_the_edge() {
    let world = World::new();
    let mut browser = Browser::new();
    for (address, scheme) in [
        ("203.0.113.7", "https"),
        ("203.0.113.7, 203.0.113.7", "https, https"),
        ("", "HTTPS"),
    ] {
        let request = Incoming::get("/whoami")
            .with("x-forwarded-for", address)
            .with("x-forwarded-proto", scheme);
        browser.send(&world, request);
        let reached = world.happened().reached().pop().unwrap();
        assert_eq!(reached.header("x-forwarded-for"), Some("203.0.113.7"));
        assert_eq!(reached.header("x-forwarded-proto"), Some("https"));
    }
}

#[test]
fn t52_when_a_request_is_forwarded_then_the_service_sees_only_its_own_cookies() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    browser.plant("theme", "dark");
    world.answer.borrow_mut().set_cookies = vec![
        "seen=1; Path=/".to_owned(),
        "__Host-ol-session=planted; Path=/; Secure".to_owned(),
    ];
    let session = browser.cookie(SESSION).unwrap().to_owned();
    world.forget();
    browser.open(&world, "/account/details");
    let reached = world.happened().reached().pop().unwrap();
    assert_eq!(reached.header("cookie"), Some("theme=dark"));
    assert_eq!(browser.cookie("seen"), Some("1"));
    assert_eq!(browser.cookie(SESSION), Some(session.as_str()));
}

#[test]
fn t57_when_a_route_keeps_encoded_slashes_then_they_reach_the_service_as_they_came() {
    let world = World::with(|setup| {
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        routes.unwrap().extend([
            json!({ "path": "/files/*", "access": "public", "encoded_slashes": "keep" }),
            json!({ "path": "/files/a/own/*" }),
        ]);
    });
    let mut browser = Browser::new();
    for (path, status) in [
        ("/files/a%2fb", 200),
        // A slash in its place would meet the stricter route.
        ("/files/a%2Fown/b", 400),
        ("/files/a%2F..%2Fb", 400),
        // Another route keeps none.
        ("/assets/a%2Fb", 400),
    ] {
        world.forget();
        let shown = browser.send(&world, Incoming::get(path));
        assert_eq!(shown.status, status, "{path}");
        let reached: Vec<_> = world.happened().reached();
        assert_eq!(reached.len(), usize::from(status == 200), "{path}");
        let is_kept = |url: &str| url.ends_with("/files/a%2Fb");
        assert!(
            reached.iter().all(|request| is_kept(&request.url)),
            "{path}"
        );
    }
}
