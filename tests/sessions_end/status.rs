//! The session's status for a page of the service: reading it changes nothing, posting prolongs the session,
//! and no other origin learns anything.

use serde_json::{Value, json};

use super::{PAGE, signed_in};
use crate::world::{Browser, By, ISSUER, Incoming, SERVICE, SESSION, Shown, Trouble, When, World};

const STATUS: &str = "/auth/session";

/// A page of the service asks.
fn ask(world: &World, browser: &mut Browser, method: &str) -> Shown {
    let request = Incoming::get(STATUS).method(method);
    browser.send(world, request.with("sec-fetch-site", "same-origin"))
}

fn document(shown: &Shown) -> Value {
    assert_eq!((shown.by, shown.status), (By::Edge, 200), "{}", shown.body);
    assert_eq!(shown.header("content-type"), Some("application/json"));
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    serde_json::from_str(&shown.body).unwrap()
}

#[test]
fn when_a_page_asks_for_the_status_then_it_learns_the_sessions_time_and_level() {
    let world = World::new();
    let mut nobody = Browser::new();
    let shown = ask(&world, &mut nobody, "GET");
    assert_eq!(document(&shown), json!({ "signed_in": false }));
    let mut browser = signed_in(&world, "kenneth");
    let start = document(&ask(&world, &mut browser, "GET"));
    let expected = json!({
        "signed_in": true, "level": "Cl.Cm", "idle_seconds": 3_600, "absolute_seconds": 43_200,
    });
    assert_eq!(start, expected);
    world.pass(100);
    let later = document(&ask(&world, &mut browser, "GET"));
    assert_eq!(later["idle_seconds"], 3_500);
    assert_eq!(later["absolute_seconds"], 43_100);
}

#[test]
fn when_a_session_status_is_read_then_only_posting_prolongs_it_to_its_limit() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    for _ in 0..36 {
        let shown = ask(&world, &mut browser, "GET");
        assert_eq!(document(&shown)["signed_in"], true);
        assert_eq!(shown.set_cookies().count(), 0);
        world.pass(100);
    }
    let shown = ask(&world, &mut browser, "GET");
    assert_eq!(document(&shown), json!({ "signed_in": false }));

    let mut browser = signed_in(&world, "kenneth");
    for round in 1..12 {
        world.pass(3_599);
        let shown = ask(&world, &mut browser, "POST");
        let answer = document(&shown);
        assert_eq!(answer["idle_seconds"], 3_600);
        assert_eq!(answer["absolute_seconds"], 43_200 - 3_599 * round);
        assert!(shown.set_cookies().all(|line| line.starts_with(SESSION)));
        assert_eq!(shown.set_cookies().count(), 1);
        assert_eq!(
            document(&ask(&world, &mut browser, "GET"))["idle_seconds"],
            3_600
        );
    }
    world.pass(3_599 + 12);
    let shown = ask(&world, &mut browser, "POST");
    assert_eq!(document(&shown), json!({ "signed_in": false }));
    assert_eq!(
        shown.set_cookies().count(),
        0,
        "no session comes back by asking"
    );
}

#[test]
fn t47_when_a_page_asks_for_the_status_then_the_account_is_asked_as_usual() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let mut other = browser.clone();
    world.forget();
    world.pass(59);
    assert_eq!(
        document(&ask(&world, &mut browser, "GET"))["signed_in"],
        true
    );
    assert!(world.happened().asked().is_empty());
    world.pass(1);
    assert_eq!(
        document(&ask(&world, &mut browser, "GET"))["signed_in"],
        true
    );
    assert_eq!(world.happened().asked(), ["check"]);
    other.sign_out(&world, "");
    world.pass(60);
    for method in ["GET", "POST"] {
        let shown = ask(&world, &mut browser, method);
        assert_eq!(document(&shown), json!({ "signed_in": false }), "{method}");
        assert_eq!(shown.set_cookies().count(), 0, "{method}");
    }
}

#[test]
fn t71_when_the_account_gives_no_answer_then_the_status_is_known_for_the_grace() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.trouble(Trouble::AccountHangs, When::Always);
    world.pass(299);
    assert_eq!(
        document(&ask(&world, &mut browser, "POST"))["signed_in"],
        true
    );
    world.pass(1);
    for method in ["GET", "POST"] {
        let shown = ask(&world, &mut browser, method);
        assert_eq!((shown.by, shown.status), (By::Edge, 503), "{method}");
        assert_eq!(shown.header("retry-after"), Some("30"));
        assert_eq!(
            shown.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(shown.set_cookies().count(), 0);
    }
    assert_eq!(
        browser.step(&world, PAGE).status,
        503,
        "as any other request"
    );
}

#[test]
fn rejects_another_origin_that_reads_or_prolongs_the_session() {
    let world = World::new();
    let browser = signed_in(&world, "kenneth");
    let own = [("origin", SERVICE)];
    let none: [(&str, &str); 0] = [];
    let foreign = [("origin", "https://evil.example")];
    let opaque = [("origin", "null")];
    let site = |site| [("sec-fetch-site", site)];
    let lying = [("sec-fetch-site", "cross-site"), ("origin", SERVICE)];
    for (method, headers, status) in [
        ("GET", &own[..], 200),
        ("POST", &own, 200),
        // A browser without `Sec-Fetch-Site` sends no `Origin` with a same-origin GET.
        ("GET", &none, 200),
        ("POST", &none, 403),
        ("GET", &foreign, 403),
        ("POST", &foreign, 403),
        ("GET", &opaque, 403),
        ("POST", &opaque, 403),
        ("GET", &site("same-site"), 403),
        ("GET", &site("cross-site"), 403),
        ("GET", &site("none"), 403),
        ("POST", &site("same-site"), 403),
        ("POST", &lying, 403),
    ] {
        let mut browser = browser.clone();
        let request = Incoming::get(STATUS).method(method);
        let add = |request: Incoming, (name, value): &(&str, &str)| request.with(name, value);
        let shown = browser.send(&world, headers.iter().fold(request, add));
        assert_eq!(shown.status, status, "{method} {headers:?}");
        if status == 403 {
            assert_eq!(shown.set_cookies().count(), 0);
            assert!(!shown.body.contains("signed_in"));
        }
        let policy = shown.header("cross-origin-resource-policy");
        assert_eq!(policy, Some("same-origin"));
        assert_eq!(shown.header("access-control-allow-origin"), None);
    }
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        let shown = ask(&world, &mut browser.clone(), method);
        assert_eq!(
            (shown.status, shown.header("allow")),
            (405, Some("GET, HEAD, POST"))
        );
    }
}

#[test]
fn t71_when_a_sign_out_is_pending_then_the_status_page_names_no_session() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let late = browser.cookie(SESSION).unwrap().to_owned();
    world.trouble(Trouble::AccountNotReached, When::Always);
    browser.sign_out(&world, "");
    // The cookie comes back, as with another tab's answer that was late.
    browser.plant(SESSION, &late);
    world.new_isolate();
    for method in ["GET", "POST"] {
        let shown = ask(&world, &mut browser, method);
        assert_eq!(document(&shown), json!({ "signed_in": false }), "{method}");
        assert_eq!(shown.set_cookies().count(), 0, "{method}");
    }
}

#[test]
fn when_a_page_has_heard_that_its_session_ended_then_its_link_signs_the_person_in() {
    for new_isolate in [false, true] {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        let mut other = signed_in(&world, "kenneth");
        assert_eq!(browser.open(&world, "/whoami").by, By::Origin);
        other.sign_out(&world, "?everywhere");
        world.deliver();
        world.pass(61);
        let shown = ask(&world, &mut browser, "GET");
        assert_eq!(document(&shown), json!({ "signed_in": false }));
        assert_eq!(shown.set_cookies().count(), 0, "the form behind it stays");
        if new_isolate {
            world.new_isolate();
        }
        world.forget();
        let link = "/auth/sign-in?return_to=%2Fwhoami%3Fa%3Db";
        let shown = browser.step(&world, link);
        assert_eq!((shown.by, shown.status), (By::Edge, 302), "{link}");
        assert!(shown.location().starts_with(ISSUER));
        assert_eq!(shown.header("clear-site-data"), Some("\"cache\""));
        assert!(!browser.has_session());
        let shown = browser.open(&world, shown.location());
        assert_eq!(shown.url, format!("{SERVICE}/whoami?a=b"));
        let reached = world.happened().reached().pop().unwrap();
        assert_eq!(reached.assertions().len(), 1, "the page knows them");
    }
}

#[test]
fn when_a_person_who_is_signed_in_follows_the_link_then_the_account_is_asked_where_that_is_due() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let link = "/auth/sign-in?return_to=%2Fwhoami";
    for (seconds, asked) in [(0, 0), (61, 1)] {
        world.pass(seconds);
        world.forget();
        let shown = browser.step(&world, link);
        assert_eq!((shown.status, shown.location()), (303, "/whoami"));
        assert_eq!(world.happened().asked().len(), asked);
    }
    // The place itself says what is so without the account.
    world.trouble(Trouble::AccountHangs, When::Always);
    world.pass(400);
    let shown = browser.step(&world, link);
    assert_eq!((shown.status, shown.location()), (303, "/whoami"));
}
