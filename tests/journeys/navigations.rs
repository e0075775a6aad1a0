//! The requests that browsers, apps and service workers send for a person's navigation, and those of others.
//!
//! The headers were recorded in Chromium 156, Firefox ESR 153.8, WebKitGTK 2.50.6 and Android's WebView.

use crate::world::{Browser, By, Incoming, SERVICE, Shown, World};

type Headers = &'static [(&'static str, &'static str)];

const HTML: (&str, &str) = (
    "accept",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
);

/// The senders of a navigation, with their headers.
const NAVIGATIONS: [(&str, Headers); 7] = [
    (
        "an app's WebView",
        &[
            HTML,
            ("sec-fetch-dest", "document"),
            ("sec-fetch-mode", "navigate"),
            ("x-requested-with", "com.facebook.katana"),
        ],
    ),
    (
        "an old WebView",
        &[HTML, ("x-requested-with", "com.google.android.gm")],
    ),
    (
        "an old WebView of no app",
        &[HTML, ("x-requested-with", "")],
    ),
    (
        "a service worker in Chromium or WebKit",
        &[
            HTML,
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-mode", "navigate"),
        ],
    ),
    (
        "a service worker in an app's WebView",
        &[
            HTML,
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-mode", "navigate"),
            ("x-requested-with", "com.facebook.katana"),
        ],
    ),
    (
        "a service worker in Firefox",
        &[
            HTML,
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-mode", "same-origin"),
            ("upgrade-insecure-requests", "1"),
        ],
    ),
    (
        "a navigation preload",
        &[
            HTML,
            ("sec-fetch-dest", "document"),
            ("sec-fetch-mode", "navigate"),
            ("service-worker-navigation-preload", "true"),
        ],
    ),
];

fn sent(browser: &mut Browser, world: &World, address: &str, headers: Headers) -> Shown {
    let request = Incoming::get(address);
    let add = |request: Incoming, (name, value): &(&str, &str)| request.with(name, value);
    browser.send(world, headers.iter().fold(request, add))
}

#[test]
fn when_any_engine_or_worker_carries_a_navigation_then_the_person_gets_in() {
    for (who, headers) in NAVIGATIONS {
        for target in [
            "/account/details",
            "/auth/sign-in?return_to=/account/details",
        ] {
            let world = World::new();
            let mut browser = Browser::new();
            let start = sent(&mut browser, &world, target, headers);
            assert_eq!(start.status, 302, "{who} {target}");
            let back = browser.step(&world, start.location());
            let signed_in = sent(&mut browser, &world, back.location(), headers);
            let landed = (signed_in.status, signed_in.location());
            assert_eq!(landed, (303, "/account/details"), "{who}");
            let shown = sent(&mut browser, &world, signed_in.location(), headers);
            assert_eq!((shown.by, shown.status), (By::Origin, 200), "{who}");
        }
    }
}

#[test]
fn when_any_engine_or_worker_carries_a_form_then_the_page_says_that_it_was_not_saved() {
    for (who, headers) in NAVIGATIONS {
        let world = World::new();
        let form = Incoming::post("/account/apply", "a=b");
        let add = |request: Incoming, (name, value): &(&str, &str)| request.with(name, value);
        let shown = world.ask(headers.iter().fold(form, add));
        let heading = "You need to sign in before you can send this";
        assert_eq!((shown.status, shown.heading()), (401, heading), "{who}");
    }
}

#[test]
fn when_any_engine_or_worker_carries_a_sign_out_then_it_leads_on_or_asks() {
    for (who, headers) in NAVIGATIONS {
        let world = World::new();
        let mut browser = Browser::new();
        browser.open(&world, "/account/details");
        let shown = sent(&mut browser, &world, "/auth/sign-out", headers);
        let heading = "Do you want to sign out?";
        assert_eq!((shown.status, shown.heading()), (200, heading), "{who}");
        let page = format!("{SERVICE}/auth/sign-out");
        let add = |request: Incoming, (name, value): &(&str, &str)| request.with(name, value);
        let form = Incoming::post("/auth/sign-out", "")
            .with("origin", SERVICE)
            .with("referer", &page)
            .with("sec-fetch-site", "same-origin");
        let shown = browser.send(&world, headers.iter().fold(form, add));
        let heading = "You are being signed out";
        assert_eq!((shown.status, shown.heading()), (200, heading), "{who}");
        assert!(!browser.has_session(), "{who}");
    }
}

#[test]
fn t41_rejects_a_script_that_accepts_pages() {
    let scripts: [Headers; 5] = [
        &[HTML, ("x-requested-with", "XMLHttpRequest")],
        &[
            HTML,
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-mode", "cors"),
        ],
        &[
            HTML,
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-mode", "same-origin"),
        ],
        &[("accept", "*/*"), ("accept-language", "en-GB")],
        &[
            ("accept", "*/*"),
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-dest", "empty"),
        ],
    ];
    let world = World::new();
    for headers in scripts {
        for target in ["/account/details", "/auth/sign-in"] {
            let mut browser = Browser::new();
            let shown = sent(&mut browser, &world, target, headers);
            assert_eq!((shown.by, shown.status), (By::Edge, 401), "{headers:?}");
            assert_eq!(shown.set_cookies().count(), 0, "{headers:?}");
        }
    }
}

#[test]
fn when_a_link_checker_asks_then_it_gets_the_redirect_of_a_person() {
    let world = World::new();
    for target in ["/account/details", "/auth/sign-in"] {
        for method in ["GET", "HEAD"] {
            let check = Incoming::get(target)
                .method(method)
                .with("accept", "*/*")
                .with("user-agent", "GOV.UK Link Checker");
            let shown = world.ask(check);
            assert_eq!(shown.status, 302, "{method} {target}");
        }
    }
}

#[test]
fn when_head_asks_for_a_page_then_the_status_is_that_of_get() {
    let world = World::new();
    for path in [
        "/account/details",
        "/auth/sign-in",
        "/auth/page?name=problem",
        "/auth/signed-out",
        "/auth/sign-out",
        "/auth/jwks.json",
        "/auth/health",
        "/auth/nothing",
    ] {
        let status = |method| {
            let request = Incoming::get(path)
                .method(method)
                .with("accept", "text/html")
                .with("sec-fetch-dest", "document");
            world.ask(request).status
        };
        assert_eq!(status("HEAD"), status("GET"), "{path}");
    }
}

#[test]
fn t30_t101_when_an_own_page_declines_a_look_ahead_then_the_answer_is_503_and_not_stored() {
    let world = World::new();
    for path in [
        "/auth/sign-in",
        "/auth/sign-out",
        "/auth/sign-out?everywhere",
        "/auth/signed-out",
        "/auth/callback?code=a&state=b",
    ] {
        for purpose in [
            "prefetch",
            "prefetch;prerender",
            "prefetch;anonymous-client-ip",
        ] {
            let request = Incoming::get(path)
                .with("sec-fetch-dest", "document")
                .with("sec-purpose", purpose);
            let shown = world.ask(request);
            assert_eq!(
                (shown.by, shown.status),
                (By::Edge, 503),
                "{path} {purpose}"
            );
            assert_eq!(shown.header("cache-control"), Some("no-store"));
            assert_eq!(shown.set_cookies().count(), 0);
        }
    }
    assert!(world.happened().0.is_empty());
}
