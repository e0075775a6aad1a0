//! Matrices of what strangers send: every odd spelling against every kind of route, every method
//! against every path, cookies by the hundred, and parameters said twice.

use serde_json::json;
use url::Url;

use crate::world::{Browser, By, HOST, Incoming, SERVICE, SESSION, World};

/// The texts to put between a path of one kind and the name of another.
const TRICKS: [&str; 44] = [
    "/../",
    "/./../",
    "/x/../../",
    "//../",
    "/%2e%2e/",
    "/%2E%2E/",
    "/.%2e/",
    "/%2e./",
    "/..%2f",
    "/..%2F",
    "%2f..%2f",
    "/..%5c",
    "%5c..%5c",
    "/..\\",
    "\\..\\",
    "/..;/",
    "/..;x=y/",
    "/.;/../",
    "/;/../",
    ";/../",
    ";x=y/../",
    "/..%3b/",
    "/%252e%252e/",
    "/..%252f",
    "/%25252e%25252e/",
    "/..%255c",
    "/..%00/",
    "%00/../",
    "/..%20/",
    "/.%20./",
    "/%20../",
    "/%09../",
    "/..%0a/",
    "/.../../",
    "/c%0d/../",
    "/%c0%ae%c0%ae/",
    "/..%c0%af",
    "/%e0%80%ae%e0%80%ae/",
    "/%u002e%u002e/",
    "/%3f/../",
    "/%23/../",
    "%3f/../",
    "%253f/../",
    "#/../",
];

/// Ways to write one name. A name without a trick in front is protected as it is.
fn spellings(name: &str) -> Vec<String> {
    let first = format!("%{:02x}{}", name.as_bytes()[0], &name[1..]);
    let twice = format!("%25{:02x}{}", name.as_bytes()[0], &name[1..]);
    let mut found: Vec<_> = [
        "", ".", "%20", "%2e", ";x", "%3bx", "%00", "%09", "%2f", "%5c",
    ]
    .iter()
    .map(|end| format!("{name}{end}"))
    .collect();
    found.extend([name.to_uppercase(), first, twice]);
    found
}

/// The first segment that the most lenient origin finds in a path. It decodes as often as it can, takes `\` for
/// `/`, drops parameters, empty segments, dots and spaces at an end, resolves dots and ignores case.
fn obliging(path: &str) -> String {
    let mut text = path.to_owned();
    while let Ok(further) = decoded(&text) {
        text = further;
    }
    let text = text.replace('\\', "/").to_lowercase();
    let text = text.split(['?', '#', '\0']).next().unwrap();
    let mut segments: Vec<&str> = Vec::new();
    for segment in text.split('/') {
        let plain = segment.split(';').next().unwrap();
        match plain.trim() {
            "" | "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(plain.trim_end_matches(['.', ' '])),
        }
    }
    segments.first().copied().unwrap_or_default().to_owned()
}

/// One round of decoding; an error when nothing changes any more.
fn decoded(text: &str) -> Result<String, ()> {
    let bytes = percent(text.as_bytes());
    let further = String::from_utf8_lossy(&bytes).into_owned();
    if further == text {
        Err(())
    } else {
        Ok(further)
    }
}

fn percent(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let pair = text
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let value = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match value {
            Some(value) if text[at] == b'%' => {
                out.push(value);
                at += 3;
            }
            _ => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    out
}

/// A service with a route of each kind, and the names of those that are closed to whom.
fn every_kind() -> World {
    World::with(|setup| {
        setup.field(
            "routes",
            json!([
                { "path": "/open/*", "access": "public" },
                { "path": "/maybe/*", "access": "optional", "release": ["email"] },
                { "path": "/closed/*", "access": "required" },
                { "path": "/fresh/*", "access": "required", "reauthenticate_within": 60 },
            ]),
        );
    })
}

const KINDS: [&str; 5] = ["open", "maybe", "closed", "fresh", "unlisted"];

#[test]
fn t57_t64_when_a_path_is_spelt_oddly_then_it_is_no_other_kind_of_route() {
    let world = every_kind();
    let mut browser = Browser::new();
    browser.open(&world, "/closed/x");
    world.pass(120);
    assert_eq!(browser.step(&world, "/closed/x").by, By::Origin);
    assert_eq!(browser.step(&world, "/fresh/x").by, By::Edge);
    world.forget();
    let (mut asked, mut passed) = (0, 0);
    for from in KINDS {
        for to in KINDS {
            let tricked = TRICKS.iter().flat_map(|trick| {
                let ends = spellings(to).into_iter().take(1).chain([to.to_uppercase()]);
                ends.map(move |end| format!("/{from}{trick}{end}/x.css"))
            });
            let named = spellings(to)
                .into_iter()
                .map(|end| format!("/{end}/x.js?/{from}/"));
            for path in tricked.chain(named) {
                for signed_in in [false, true] {
                    let request = Incoming::get(&path).with("accept", "*/*");
                    let shown = match signed_in {
                        true => browser.send(&world, request),
                        false => world.ask(request),
                    };
                    asked += 1;
                    assert!(shown.status < 500, "{path}: {}", shown.status);
                    for reached in world.happened().reached() {
                        passed += 1;
                        let closed: &[&str] = match signed_in {
                            true => &["fresh"],
                            false => &["closed", "fresh", "unlisted"],
                        };
                        let sent = reached.url.strip_prefix(SERVICE).unwrap();
                        let found = obliging(sent.split('?').next().unwrap());
                        assert!(!closed.contains(&found.as_str()), "{path} is {found}");
                        let open = sent.starts_with("/open/");
                        assert!(!open || reached.assertions().is_empty(), "{path}");
                    }
                }
            }
        }
    }
    assert!(asked > 4_000 && passed > 50, "{asked} {passed}");
}

#[test]
fn t60_t88_when_any_method_meets_any_path_then_the_edge_answers_all_but_open_pages() {
    let world = every_kind();
    let own = [
        "/auth/callback",
        "/auth/callback?code=a&state=b",
        "/auth/sign-in",
        "/auth/sign-out",
        "/auth/signed-out",
        "/auth/backchannel-logout",
        "/auth/session",
        "/auth/health",
        "/auth/page?name=problem",
        "/auth/return",
        "/auth/jwks.json",
        "/auth/assertion-jwks.json",
        "/auth/assets/none.css",
        "/auth/nothing",
        "/.well-known/jwks.json",
    ];
    let methods = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "TRACK", "CONNECT",
        "PROPFIND", "MKCOL", "LOCK", "SEARCH", "get", "Post", "GETX", "", "G ET",
    ];
    for method in methods {
        for path in own
            .into_iter()
            .chain(["/closed/x", "/fresh/x", "/unlisted"])
        {
            let shown = world.ask(Incoming::get(path).method(method));
            assert_eq!(shown.by, By::Edge, "{method} {path}");
            assert!(shown.status < 500, "{method} {path}: {}", shown.status);
            let cookies: Vec<_> = shown.set_cookies().collect();
            assert!(
                cookies.iter().all(|cookie| cookie.contains("Max-Age=0")),
                "{method} {path} keeps {cookies:?}"
            );
        }
        for path in ["/open/x", "/maybe/x"] {
            let shown = world.ask(Incoming::get(path).method(method));
            let refused = ["TRACE", "TRACK", "CONNECT"].contains(&method);
            assert_eq!(shown.by == By::Edge, refused, "{method} {path}");
        }
    }
    let reached = world.happened().reached();
    assert!(
        reached
            .iter()
            .all(|request| request.assertions().is_empty())
    );
}

#[test]
fn t43_t45_when_a_session_is_among_many_cookies_then_it_is_found_once_or_not_at_all() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    world.forget();
    let session = format!("{SESSION}={}", browser.cookie(SESSION).unwrap());
    let others = |count: usize, name: &str| -> Vec<String> {
        (0..count)
            .map(|n| format!("{name}{n}={}", "v".repeat(40)))
            .collect()
    };
    let among = |mut cookies: Vec<String>, at: usize| {
        cookies.insert(at, session.clone());
        cookies.join("; ")
    };
    let long = "x".repeat(64 * 1024);
    let cases = [
        (true, among(others(200, "c"), 0)),
        (true, among(others(200, "c"), 100)),
        (true, among(others(200, "c"), 200)),
        (true, among(others(200, "__Host-ol-attempt-"), 7)),
        (true, among(vec![format!("long={long}")], 1)),
        (true, among(vec!["__host-ol-session=x".to_owned()], 0)),
        (true, among(vec![String::new(); 300], 150)),
        (true, among(vec![session.clone()], 0)),
        (true, among(vec![format!("{SESSION}=")], 0)),
        (true, among(others(180, "__Host-ol-session-"), 180)),
        (
            false,
            among(others(200, SESSION), 100).replace(&session, ""),
        ),
        (false, format!("={session}")),
        (false, session.replace("__Host-", "__host-")),
        (false, session.replace("__Host-", "__HOST-")),
        (false, session.replace('=', " =")),
        (false, session.replace('=', "==")),
        (false, format!("a={session}")),
        (false, format!("\"{session}\"")),
        (false, format!("{session}{long}")),
        (false, format!("{SESSION}={long}")),
        (false, format!("$Version=1, {session}")),
    ];
    for (signed_in, header) in cases {
        let about: String = header.chars().take(60).collect();
        let request = Incoming::get("/account/details").with("cookie", &header);
        let shown = world.ask(request);
        let expected = if signed_in {
            (By::Origin, 200)
        } else {
            (By::Edge, 401)
        };
        assert_eq!((shown.by, shown.status), expected, "{about}");
        assert_eq!(shown.set_cookies().count(), 0, "{about}");
        for reached in world.happened().reached() {
            let passed = reached.headers.iter().filter(|(name, _)| name == "cookie");
            assert!(
                passed
                    .into_iter()
                    .all(|(_, value)| !value.contains("ol-session")),
                "{about}"
            );
        }
    }
}

#[test]
fn t26_t32_when_a_parameter_is_repeated_then_it_leads_to_no_other_host() {
    let world = World::new();
    let evil = [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
    ];
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    for evil in evil {
        for query in [
            format!("return_to=%2Faccount%2Fhere&return_to={evil}"),
            format!("return_to={evil}&return_to=%2Faccount%2Fhere"),
            format!("return_to[]={evil}"),
            format!("return_to={evil}&Return_To={evil}"),
            format!("return%5Fto={evil}"),
            format!("return_to%00={evil}&return_to="),
            format!("rd={evil}&next={evil}&url={evil}&redirect_uri={evil}"),
            format!("return_to=%2Faccount;return_to={evil}"),
        ] {
            let shown = browser.step(&world, &format!("/auth/sign-in?{query}"));
            assert_eq!(shown.status, 303, "{query}");
            let there = Url::parse(SERVICE).unwrap().join(shown.location()).unwrap();
            assert_eq!(there.host_str(), Some(HOST), "{query}: {there}");
        }
        for path in [
            "/auth/sign-out",
            "/auth/signed-out",
            "/auth/page?name=problem",
        ] {
            let sign = if path.contains('?') { '&' } else { '?' };
            let query =
                format!("return_to={evil}&post_logout_redirect_uri={evil}&return_to={evil}");
            let shown = browser
                .clone()
                .step(&world, &format!("{path}{sign}{query}"));
            assert!(!shown.body.contains("evil.example"), "{path}");
            assert!(
                shown
                    .header("location")
                    .is_none_or(|there| !there.contains("evil")),
                "{path}"
            );
        }
    }
}
