//! Other origins: which scripts may send requests, and which may read that no person is signed in.

use one_login_edge::gate;
use serde_json::json;

use crate::world::{Browser, By, Incoming, Trouble, When, World};

const LISTED: &str = "https://www.example.gov.uk";

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const HEADERS: &str = "one-login-counts-as-use, content-type, x-csrf-token, x-requested-with";

fn listing() -> World {
    World::with(|setup| setup.field("cors_origins", json!([LISTED])))
}

fn preflight(path: &str, origin: &str) -> Incoming {
    Incoming::get(path)
        .method("OPTIONS")
        .with("origin", origin)
        .with("access-control-request-method", "PUT")
        .with("access-control-request-headers", "content-type")
}

#[test]
fn t60_when_a_listed_origin_sends_a_preflight_then_the_edge_answers_it() {
    let world = listing();
    let shown = world.ask(preflight("/account/data", LISTED));
    assert_eq!((shown.by, shown.status), (By::Edge, 204));
    for (name, value) in [
        ("access-control-allow-origin", LISTED),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", METHODS),
        ("access-control-allow-headers", HEADERS),
        ("vary", "Origin"),
    ] {
        assert_eq!(shown.header(name), Some(value), "{name}");
    }
    assert!(world.happened().0.is_empty());
}

#[test]
fn t60_when_a_preflight_asks_for_anything_then_the_answer_names_what_is_allowed() {
    let world = World::with(|setup| {
        setup.field("cors_origins", json!([LISTED]));
        setup.field("cors_headers", json!(["X-Trace"]));
    });
    let asks = [
        ("PURGE", "x-evil, one-login-assertion"),
        ("TRACE", "x_forwarded_host"),
        ("GET", "*"),
    ];
    for (method, headers) in asks {
        let mut asked = preflight("/account/data", LISTED);
        asked
            .headers
            .retain(|(name, _)| !name.starts_with("access-"));
        let asked = asked
            .with("access-control-request-method", method)
            .with("access-control-request-headers", headers);
        let shown = world.ask(asked);
        let found = ["methods", "headers"]
            .map(|what| shown.header(&format!("access-control-allow-{what}")));
        let allowed = "one-login-counts-as-use, x-trace";
        assert_eq!(found, [Some(METHODS), Some(allowed)], "{method} {headers}");
    }
}

#[test]
fn t60_rejects_a_preflight_of_an_unlisted_origin_like_any_request() {
    let world = listing();
    for origin in [
        "https://evil.example",
        "null",
        "http://www.example.gov.uk",
        "https://www.example.gov.uk.evil.example",
        "https://WWW.example.gov.uk",
    ] {
        let shown = world.ask(preflight("/account/data", origin));
        assert_eq!((shown.by, shown.status), (By::Edge, 401), "{origin}");
        assert_eq!(shown.header("access-control-allow-origin"), None);
        // On a public path it is the service's own business.
        assert_eq!(world.ask(preflight("/", origin)).by, By::Origin);
    }
    // A GET with a preflight's headers is not a preflight.
    let get = preflight("/account/data", LISTED).method("GET");
    assert_eq!(world.ask(get).status, 401);
}

#[test]
fn when_no_person_is_signed_in_then_a_listed_origin_can_read_the_refusal_and_others_cannot() {
    let world = listing();
    for (origin, readable) in [(LISTED, true), ("https://evil.example", false)] {
        let shown = world.ask(Incoming::get("/account/data").with("origin", origin));
        assert_eq!(shown.status, 401);
        let allowed = shown.header("access-control-allow-origin");
        assert_eq!(allowed, readable.then_some(origin));
        let shared = shown.header("cross-origin-resource-policy");
        let policy = if readable {
            "cross-origin"
        } else {
            "same-origin"
        };
        assert_eq!(shared, Some(policy));
    }
}

#[test]
fn t60_when_the_edge_answers_for_the_service_then_a_listed_origins_script_reads_why_and_no_other() {
    const EXPOSED: &str = "Retry-After, WWW-Authenticate";
    for (origin, is_listed) in [(LISTED, true), ("https://evil.example", false)] {
        let world = listing();
        let mut browser = Browser::new();
        browser.open(&world, "/account/data");
        let script = |path: &str| {
            let request = Incoming::get(path).with("sec-fetch-dest", "empty");
            let request = request.with("sec-fetch-site", "cross-site");
            browser.dressed(&world, request.with("origin", origin))
        };
        let request = script("/account/data").to_request();
        let (_, context) = gate::decide(&world.isolate(), &world.outside, &request, world.now());
        let unanswered = gate::unanswered(&context.unwrap(), &request);
        assert_eq!(unanswered.status, 502);
        let ambiguous = world.ask(script("/account/%2e%2e/data"));
        assert_eq!(ambiguous.status, 400);
        let wrong = world.ask(script("/account/data").method("TRACE"));
        assert_eq!(wrong.status, 405);
        world.new_isolate();
        world.trouble(Trouble::SignFails, When::Always);
        let unsigned = world.ask(script("/account/data"));
        assert_eq!((unsigned.by, unsigned.status), (By::Edge, 500));
        world.mend();
        world.trouble(Trouble::AccountNotReached, When::Always);
        world.pass(400);
        let unknown = world.ask(script("/account/data"));
        assert_eq!(
            (unknown.status, unknown.header("retry-after")),
            (503, Some("30"))
        );
        type Header<'a> = &'a dyn Fn(&'static str) -> Option<String>;
        let owned = |found: Option<&str>| found.map(str::to_owned);
        let answers: [Header<'_>; 5] = [
            &|name| owned(unanswered.header(name)),
            &|name| owned(ambiguous.header(name)),
            &|name| owned(wrong.header(name)),
            &|name| owned(unknown.header(name)),
            &|name| owned(unsigned.header(name)),
        ];
        for answer in answers {
            let kind = answer("content-type");
            assert_eq!(kind.as_deref(), Some("application/problem+json"));
            for (name, value) in [
                ("access-control-allow-origin", origin),
                ("access-control-allow-credentials", "true"),
                ("access-control-expose-headers", EXPOSED),
            ] {
                let found = answer(name);
                assert_eq!(found.as_deref(), is_listed.then_some(value), "{name}");
            }
        }
        // The edge's own addresses are for pages of the service.
        for path in [
            "/auth/session",
            "/auth/health",
            "/auth/sign-in",
            "/auth/nothing",
            "/AUTH/x",
        ] {
            let shown = world.ask(script(path));
            assert_eq!(
                (shown.by, shown.header("access-control-allow-origin")),
                (By::Edge, None),
                "{path}"
            );
        }
    }
}

#[test]
fn t83_when_people_sign_in_then_no_log_line_has_personal_data_or_secrets() {
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, "/account/details?private=query");
    let back = browser.step(&world, start.location());
    browser.step(&world, back.location());
    browser.open(&world, "/account/details?private=query");
    browser.open(&world, back.location());
    browser.open(
        &world,
        "/auth/callback?error=access_denied&error_description=private",
    );
    browser.open(&world, "/account/%00private");
    world.refresh();
    let happened = world.happened();
    let lines: Vec<_> = happened
        .events()
        .iter()
        .map(|event| format!("{event:?}"))
        .collect();
    assert!(lines.len() >= 4, "{lines:?}");
    let parameter = |name: &str| crate::world::http::parameter(back.location(), name).unwrap();
    let session = browser.cookie(crate::world::SESSION).unwrap().to_owned();
    let assertion = happened.reached()[0].assertions()[0].to_owned();
    let secrets = [parameter("code"), parameter("state"), session, assertion];
    let words = [
        "kenneth",
        "urn:fdc",
        "+44",
        "203.0.113.7",
        "private",
        "eyJ",
        "Mozilla",
    ];
    for line in lines {
        for word in words.into_iter().chain(secrets.iter().map(String::as_str)) {
            assert!(!line.contains(word), "{word} is in {line}");
        }
    }
}

#[test]
fn t83_when_the_callback_has_run_then_the_address_has_no_code_and_no_referrer_is_sent() {
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, "/account/details");
    let back = browser.step(&world, start.location());
    let signed_in = browser.step(&world, back.location());
    assert_eq!(
        (signed_in.status, signed_in.location()),
        (303, "/account/details")
    );
    assert_eq!(signed_in.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(start.header("referrer-policy"), Some("no-referrer"));
}
