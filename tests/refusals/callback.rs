//! Callbacks that no provider sent: other methods, other parameters, other people's addresses.

use simulator::provider::fault::Fault;
use simulator::provider::fault::token_endpoint::TokenFault;
use simulator::provider::fault::userinfo::UserinfoFault;

use crate::expected::{AGAIN, FAILED};
use crate::world::{Browser, By, Incoming, SERVICE, World};

/// A sign-in just before its callback: the browser, and the callback's address.
fn before_callback(world: &World) -> (Browser, String) {
    let mut browser = Browser::new();
    let start = browser.step(world, "/account/details");
    let back = browser.step(world, start.location());
    let callback = back.location().to_owned();
    world.forget();
    (browser, callback)
}

#[test]
fn t30_rejects_a_callback_with_any_method_but_get() {
    for method in [
        "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "get", "PROPFIND",
    ] {
        let world = World::new();
        let (mut browser, callback) = before_callback(&world);
        let shown = browser.send(&world, Incoming::get(&callback).method(method));
        assert_eq!(
            (shown.status, shown.header("allow")),
            (405, Some("GET")),
            "{method}"
        );
        assert!(world.happened().calls().is_empty());
        // The attempt and the code are still there for the person's own step.
        assert_eq!(browser.open(&world, &callback).by, By::Origin);
    }
}

#[test]
fn t30_when_a_browser_prefetches_the_callback_then_no_code_is_spent() {
    let ways = [
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-moz", "prefetch"),
    ];
    for (name, value) in ways {
        let world = World::new();
        let (mut browser, callback) = before_callback(&world);
        let shown = browser.send(&world, Incoming::get(&callback).with(name, value));
        // The browser would show a prefetched page with status 200 when the person follows the link.
        assert_eq!(shown.status, 503);
        assert_eq!(shown.header("cache-control"), Some("no-store"));
        assert_eq!(shown.set_cookies().count(), 0);
        assert!(world.happened().calls().is_empty());
        assert_eq!(browser.open(&world, &callback).by, By::Origin);
    }
}

#[test]
fn t26_rejects_missing_doubled_or_odd_callback_parameters_without_spending_a_code() {
    let world = World::new();
    let (mut browser, callback) = before_callback(&world);
    let (_, query) = callback.split_once('?').unwrap();
    let code = query
        .split('&')
        .find(|pair| pair.starts_with("code="))
        .unwrap();
    let state = query
        .split('&')
        .find(|pair| pair.starts_with("state="))
        .unwrap();
    for query in [
        String::new(),
        code.to_owned(),
        state.to_owned(),
        format!("{code}&{code}&{state}"),
        format!("{code}&{state}&{state}"),
        format!("{code}&{state}&error=access_denied"),
        format!("{code}&{state}&iss=https://oidc.account.gov.uk/&iss=https://oidc.account.gov.uk/"),
        format!("{code}%00&{state}"),
        format!("{code}%0d%0aSet-Cookie:a&{state}"),
        format!("{code}&{}", state.replace("state", "state[]")),
        format!("{code}&{}", state.replace("state", "State")),
        format!("{code};{state}"),
        format!("{code}{}&{state}", "c".repeat(8_192)),
        format!("{code}&state=%3Csvg%20onload%3D1%3E%3Csvg%3E"),
    ] {
        world.forget();
        let shown = browser.open(&world, &format!("{SERVICE}/auth/callback?{query}"));
        let heading = shown.heading();
        assert_eq!(shown.status, 400, "{query}");
        assert!([AGAIN, FAILED].contains(&heading), "{query}: {heading}");
        assert!(world.happened().calls().is_empty(), "{query}");
        assert_eq!(shown.set_cookies().count(), 0, "{query}");
        assert!(!shown.body.contains("svg"));
    }
    assert_eq!(browser.open(&world, &callback).by, By::Origin);
}

#[test]
fn t32_when_a_return_path_could_leave_the_service_then_the_person_lands_on_the_front_page() {
    let evil = [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%09/evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\\\\evil.example",
        "/.//evil.example",
        "https://licence.example.gov.uk@evil.example",
        "https://licence.example.gov.uk/account",
        "/\r\nLocation: https://evil.example",
        "@evil.example",
        "/auth/callback?code=1&state=2",
        "",
    ];
    for wanted in evil {
        let query: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
        let world = World::new();
        let mut browser = Browser::new();
        let shown = browser.open(&world, &format!("{SERVICE}/auth/sign-in?return_to={query}"));
        let path = shown.url.strip_prefix(SERVICE);
        assert_eq!(path, Some("/"), "{wanted:?}");
        assert!(browser.has_session());
        // The same rule applies to a person who is signed in already.
        let shown = browser.step(&world, &format!("{SERVICE}/auth/sign-in?return_to={query}"));
        assert_eq!((shown.status, shown.location()), (303, "/"), "{wanted:?}");
    }
}

#[test]
fn t41_when_a_request_is_no_top_level_navigation_then_it_starts_no_sign_in() {
    let world = World::new();
    for (name, value) in [
        ("sec-fetch-dest", "image"),
        ("sec-fetch-dest", "iframe"),
        ("sec-fetch-dest", "empty"),
        ("accept", "application/json"),
        ("x-requested-with", "XMLHttpRequest"),
    ] {
        for path in ["/account/details", "/auth/sign-in"] {
            let shown = world.ask(Incoming::get(path).with(name, value));
            assert_eq!((shown.by, shown.status), (By::Edge, 401), "{name} {value}");
            assert_eq!(shown.set_cookies().count(), 0);
            assert_eq!(shown.header("location"), None);
        }
    }
    let shown = world.ask(Incoming::get("/account/details"));
    assert_eq!(
        shown.header("content-type"),
        Some("application/problem+json")
    );
    let challenge = "OneLogin realm=\"licence.example.gov.uk\"";
    assert_eq!(shown.header("www-authenticate"), Some(challenge));
    let happened = world.happened();
    assert_eq!(happened.0.len(), 6, "no account and no provider is asked");
    assert_eq!(happened.lines(), ["refused: no_session"; 6]);
}

#[test]
fn t60_t61_rejects_every_method_on_a_protected_page_and_redirects_no_form() {
    let world = World::new();
    for method in [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get",
    ] {
        let shown = world.ask(Incoming::get("/account/details").method(method));
        assert_eq!((shown.by, shown.status), (By::Edge, 401), "{method}");
    }
    for method in ["TRACE", "TRACK", "CONNECT"] {
        for path in ["/", "/account/details", "/auth/callback"] {
            let shown = world.ask(Incoming::get(path).method(method));
            assert_eq!((shown.by, shown.status), (By::Edge, 405), "{method} {path}");
        }
    }
    // workerd would send a WebSocket's request as GET, which was not judged.
    for method in ["HEAD", "POST", "PUT", "OPTIONS"] {
        for path in ["/", "/account/details"] {
            let asked = Incoming::get(path).method(method);
            let shown = world.ask(asked.with("upgrade", "websocket"));
            assert_eq!((shown.by, shown.status), (By::Edge, 405), "{method} {path}");
        }
    }
    let form = Incoming::get("/account/apply?step=2")
        .method("POST")
        .with("sec-fetch-dest", "document");
    let shown = world.ask(form);
    assert_eq!(
        (shown.status, shown.heading()),
        (401, "You need to sign in before you can send this")
    );
    assert_eq!(
        shown.link(),
        Some("/auth/sign-in?return_to=%2Faccount%2Fapply")
    );
    assert!(world.happened().reached().is_empty());
}

#[test]
fn t62_rejects_a_websocket_from_an_origin_that_is_neither_the_services_nor_listed() {
    let listed = "https://app.example.gov.uk";
    let world = World::with(|setup| setup.field("websocket_origins", serde_json::json!([listed])));
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    world.forget();
    let upgrade = |path: &str, origin: Option<&str>| {
        let request = Incoming::get(path).with("upgrade", "websocket");
        match origin {
            Some(origin) => request.with("origin", origin),
            None => request,
        }
    };
    for path in ["/whoami", "/account/socket"] {
        for origin in [
            "null",
            "https://evil.example",
            "http://licence.example.gov.uk",
        ] {
            let shown = browser.send(&world, upgrade(path, Some(origin)));
            assert_eq!(
                (shown.by, shown.status),
                (By::Edge, 403),
                "{path} {origin:?}"
            );
        }
    }
    // A client without an origin is no browser, so that no page of another origin speaks through it.
    for path in ["/whoami", "/account/socket"] {
        for origin in [Some(SERVICE), Some(listed), None] {
            let shown = browser.send(&world, upgrade(path, origin));
            assert_eq!(shown.by, By::Origin, "{path} {origin:?}");
        }
    }
    // Where no session is used there is nothing to guard.
    for origin in [Some("https://evil.example"), Some("null"), None] {
        let shown = browser.send(&world, upgrade("/", origin));
        assert_eq!(shown.by, By::Origin, "{origin:?}");
    }
    for origin in [Some(SERVICE), None] {
        let shown = world.ask(upgrade("/account/socket", origin));
        assert_eq!(
            (shown.by, shown.status),
            (By::Edge, 401),
            "no person is signed in: {origin:?}"
        );
    }
}

#[test]
fn t88_when_a_path_is_under_the_edges_own_then_it_never_reaches_the_service() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    world.forget();
    for path in [
        "/auth",
        "/auth/",
        "/auth/unknown",
        "/auth/callback/",
        "/auth/jwks.json/",
        "/auth/health/x",
        "/AUTH/health",
        "/Auth/Callback",
        "/auth/%63allback/x",
        "/auth./health",
        "/auth/SIGN-IN",
        "/%61uth/nothing",
    ] {
        let shown = browser.step(&world, path);
        assert_eq!((shown.by, shown.status), (By::Edge, 404), "{path}");
    }
    assert!(world.happened().reached().is_empty());
    assert_eq!(browser.step(&world, "/authority").by, By::Origin);
}

#[test]
fn t57_rejects_every_spelling_of_a_protected_path() {
    let world = World::new();
    for path in [
        "/account/x",
        "/Account/x",
        "/ACCOUNT/X",
        "//account/x",
        "/./account/x",
        "/assets/../account/x",
        "/account./x",
        "/assets/%2e%2e/account/x",
        "/assets%2f..%2faccount/x",
        "/assets/..%5caccount/x",
        "/assets\\..\\account",
        "/%61ccount/x",
        "/account;x=y/x",
        "/account%20/x",
        "/account%00",
        "/%252e%252e/account",
        "/account#/assets/",
        "/assets/..;/account",
        "/assets/%c0%ae%c0%ae/account",
        "/ASSETS/app.css",
        "/assets./app.css",
        "/assets%2fapp.css",
    ] {
        let shown = world.ask(Incoming::get(path));
        assert_eq!(shown.by, By::Edge, "{path}");
        assert!(matches!(shown.status, 400 | 401), "{path} {}", shown.status);
    }
    assert!(world.happened().reached().is_empty());
}

#[test]
fn when_the_provider_is_busy_then_the_person_is_told_when_to_come_back_and_keeps_the_place() {
    for fault in [
        Fault::Token(TokenFault::Status429),
        Fault::Token(TokenFault::Status503),
        Fault::Userinfo(UserinfoFault::Status429),
        Fault::Userinfo(UserinfoFault::Status503),
    ] {
        let world = World::new();
        let (mut browser, callback) = before_callback(&world);
        world.provider_fault(fault);
        let shown = browser.open(&world, &callback);
        let said = (shown.status, shown.header("retry-after"));
        assert_eq!(said, (503, Some("45")), "{}", fault.name());
        let link = "/auth/sign-in?return_to=%2Faccount%2Fdetails";
        assert_eq!(shown.link(), Some(link), "{}", fault.name());
        world.mend();
        assert_eq!(browser.open(&world, link).by, By::Origin);
    }
}

#[test]
fn t30_when_an_error_belongs_to_no_sign_in_then_its_label_says_so() {
    for (query, label) in [
        (
            "error=invalid_request&state=AAAAAAAAAAAAAAAAAAAAAA",
            "error_without_attempt",
        ),
        ("error=unauthorized_client&state=x", "error_without_attempt"),
        ("error=server_error", "error_without_state"),
        ("code=c&state=AAAAAAAAAAAAAAAAAAAAAA", "no_attempt"),
    ] {
        let world = World::new();
        let (mut browser, callback) = before_callback(&world);
        let shown = browser.step(&world, &format!("/auth/callback?{query}"));
        assert_eq!(shown.status, 400, "{query}");
        assert_eq!(world.happened().lines(), [format!("callback: {label}")]);
        assert_eq!(browser.open(&world, &callback).by, By::Origin, "{query}");
    }
}
