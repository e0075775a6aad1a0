//! The provider's documents: fresh, stale, shared between isolates, and asked for by many at once.

use one_login_edge::gate::pages::assets;
use serde_json::Value;
use simulator::provider::fault::Fault;
use simulator::provider::fault::documents::{DiscoveryFault, JwksFault};

use crate::LATER;
use crate::world::{Browser, By, Happened, Incoming, Trouble, When, World};

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
const DISCOVERY: &str = ".well-known/openid-configuration";

/// A world in which a person has signed in, so that every document is stored.
fn warm() -> World {
    let world = World::new();
    let shown = Browser::new().open(&world, "/account/details");
    assert_eq!(shown.by, By::Origin);
    world.forget();
    world
}

/// Starts a sign-in and says what came of it and which calls were made.
fn start(world: &World) -> (u16, Vec<String>) {
    world.forget();
    let shown = Browser::new().step(world, "/account/details");
    (shown.status, world.happened().calls())
}

fn health(world: &World) -> (u16, Value) {
    let shown = world.ask(Incoming::get("/auth/health"));
    (shown.status, serde_json::from_str(&shown.body).unwrap())
}

#[test]
fn t37_when_the_provider_is_down_then_documents_in_memory_or_kv_are_still_used() {
    let world = warm();
    world.trouble(Trouble::CallNotSent, When::About(".well-known"));
    for new_isolate in [false, true] {
        if new_isolate {
            world.new_isolate();
        }
        let mut browser = Browser::new();
        assert_eq!(browser.open(&world, "/account/details").by, By::Origin);
        assert!(
            !world
                .happened()
                .calls()
                .iter()
                .any(|call| call.contains(".well-known"))
        );
    }
}

#[test]
fn t70_when_a_document_is_stale_then_it_is_used_at_once_and_refetched_after_the_answer() {
    let world = warm();
    world.pass(DAY - 1);
    assert_eq!(start(&world), (302, vec![]), "still fresh");
    world.pass(1);
    world.forget();
    let shown = Browser::new().step(&world, "/account/details");
    assert_eq!(shown.status, 302);
    let happened = world.happened();
    assert!(happened.spawned() > 0);
    assert_eq!(happened.calls().len(), 1);
    // The person's request object was signed before the call was made.
    let place = |wanted: fn(&Happened) -> bool| happened.0.iter().position(wanted).unwrap();
    let signed = place(|event| matches!(event, Happened::Signed { .. }));
    let called = place(|event| matches!(event, Happened::Called { .. }));
    assert!(signed < called, "{:?}", happened.0);
    assert_eq!(start(&world), (302, vec![]), "it is fresh again");
}

#[test]
fn t37_when_a_document_is_an_hour_overdue_then_it_is_awaited_shortly_and_still_used() {
    let world = warm();
    world.trouble(Trouble::CallTimesOut, When::About(DISCOVERY));
    world.pass(DAY + HOUR + 1);
    world.forget();
    let shown = Browser::new().step(&world, "/account/details");
    assert_eq!(shown.status, 302, "stale on error, without limit");
    let happened = world.happened();
    let waits: Vec<_> = happened
        .0
        .iter()
        .filter_map(|event| match event {
            Happened::Called { timeout_ms, .. } => Some(*timeout_ms),
            _ => None,
        })
        .collect();
    assert_eq!(waits, [2_000], "and no request waits for long");
    assert_eq!(happened.spawned(), 0);
    assert_eq!(happened.lines(), ["document_not_fetched: timed_out"]);
}

#[test]
fn t37_when_a_document_is_a_day_overdue_then_it_is_used_and_the_log_warns() {
    let world = warm();
    world.trouble(Trouble::CallNotSent, When::About(".well-known"));
    world.pass(2 * DAY - 1);
    assert_eq!(start(&world).0, 302);
    assert_eq!(health(&world).0, 200);
    world.pass(12);
    world.forget();
    assert_eq!(Browser::new().step(&world, "/account/details").status, 302);
    let lines = world.happened().lines();
    assert!(
        lines.contains(&"document_stale: discovery".to_owned()),
        "{lines:?}"
    );
    let (status, document) = health(&world);
    assert_eq!(
        (status, &document["status"]),
        (503, &Value::from("failing"))
    );
    assert_eq!(document["documents"]["discovery"], "stale");
}

#[test]
fn t70_when_two_hundred_people_find_a_stale_document_then_one_fetches_it() {
    for overdue in [1, HOUR + 10] {
        let world = warm();
        world.pass(DAY + overdue);
        world.forget();
        let request = Browser::new().dressed(
            &world,
            Incoming::get("/account/details").with("sec-fetch-dest", "document"),
        );
        let shown = world.ask_together(vec![request; 200]);
        assert!(shown.iter().all(|shown| shown.status == 302));
        let happened = world.happened();
        assert_eq!(happened.calls().len(), 1, "{overdue}");
        assert!(happened.storage().0 <= 200);
    }
}

#[test]
fn t70_when_two_hundred_people_find_no_document_then_sixteen_wait_for_it() {
    let world = World::new();
    let request = Browser::new().dressed(
        &world,
        Incoming::get("/account/details").with("sec-fetch-dest", "document"),
    );
    let shown = world.ask_together(vec![request; 200]);
    let sent_on = shown.iter().filter(|shown| shown.status == 302).count();
    let told_to_wait = shown.iter().filter(|shown| shown.status == 503).count();
    assert_eq!((sent_on, told_to_wait), (16, 184));
    assert_eq!(world.happened().calls().len(), 16);
    assert_eq!(start(&world), (302, vec![]), "and then it is there");
}

#[test]
fn t70_when_waiting_requests_were_cut_off_then_they_do_not_keep_others_out() {
    let world = World::new();
    let request = Browser::new().dressed(
        &world,
        Incoming::get("/account/details").with("sec-fetch-dest", "document"),
    );
    world.ask_and_leave(vec![request; 16]);
    assert_eq!(start(&world).0, 503);
    world.pass(10);
    assert_eq!(start(&world).0, 302);
}

#[test]
fn t70_when_the_provider_stays_down_then_it_is_asked_every_ten_seconds_at_most() {
    let world = World::new();
    world.trouble(Trouble::CallNotSent, When::Always);
    let mut calls = 0;
    for _ in 0..60 {
        let (status, made) = start(&world);
        assert_eq!(status, 503);
        calls += made.len();
        world.pass(1);
    }
    assert!(calls <= 6, "{calls}");
    // The same with a copy to fall back to.
    let world = warm();
    world.trouble(Trouble::CallNotSent, When::Always);
    world.pass(DAY + 2 * HOUR);
    let mut calls = 0;
    for _ in 0..60 {
        let (status, made) = start(&world);
        assert_eq!(status, 302);
        calls += made.len();
        world.pass(1);
    }
    assert!(calls <= 6, "{calls}");
}

#[test]
fn t18_when_a_fetched_document_is_wrong_then_it_never_replaces_a_right_one() {
    let wrong = [
        Fault::Discovery(DiscoveryFault::Page),
        Fault::Discovery(DiscoveryFault::IssuerOther),
        Fault::Discovery(DiscoveryFault::TokenElsewhere),
        Fault::Discovery(DiscoveryFault::Truncated),
        Fault::Jwks(JwksFault::Empty),
        Fault::Jwks(JwksFault::UseEnc),
        Fault::Jwks(JwksFault::Truncated),
        Fault::Jwks(JwksFault::ManyKeys),
    ];
    for fault in wrong {
        let world = warm();
        let before = world.outside.documents.borrow().clone();
        world.provider_fault(fault);
        world.refresh();
        let touched = |name: &str| before.get(name) != world.outside.documents.borrow().get(name);
        let spoiled = if matches!(fault, Fault::Jwks(_)) {
            "jwks"
        } else {
            "discovery"
        };
        for name in before.keys().filter(|name| name.ends_with(spoiled)) {
            assert!(!touched(name), "{}", fault.name());
        }
        assert_eq!(
            Browser::new().open(&world, "/account/details").by,
            By::Origin
        );
        world.new_isolate();
        assert_eq!(
            Browser::new().open(&world, "/account/details").by,
            By::Origin
        );
    }
}

#[test]
fn when_the_hourly_task_runs_then_it_fetches_every_document_before_a_request_needs_it() {
    let world = World::new();
    world.refresh();
    let happened = world.happened();
    assert_eq!((happened.calls().len(), happened.storage().1), (2, 2));
    let (status, calls) = start(&world);
    assert_eq!((status, calls.len()), (302, 0));
    // Another isolate, anywhere, finds it in KV.
    world.new_isolate();
    let (status, calls) = start(&world);
    assert_eq!((status, calls.len()), (302, 0));
    assert_eq!(health(&world).1["documents"]["jwks"], "fresh");
    world.trouble(Trouble::CallNotSent, When::Always);
    world.refresh();
    assert_eq!(start(&world).0, 302);
}

#[test]
fn when_two_services_have_one_provider_then_they_share_its_documents() {
    let world = World::with(|setup| setup.add_other("other.example.gov.uk", "other-client"));
    world.refresh();
    assert_eq!(world.happened().calls().len(), 2);
    for page in [
        "/account/details",
        "https://other.example.gov.uk/account/details",
    ] {
        assert_eq!(Browser::new().step(&world, page).status, 302);
    }
    assert!(world.happened().calls().is_empty());
}

#[test]
fn t19_rejects_a_discovery_document_that_names_another_issuer() {
    let world = World::new();
    world.provider_fault(Fault::Discovery(DiscoveryFault::IssuerOther));
    let shown = Browser::new().open(&world, "/account/details");
    assert_eq!((shown.status, shown.heading()), (503, LATER));
    assert!(world.outside.documents.borrow().is_empty());
}

#[test]
fn t85_when_a_page_of_the_edge_is_shown_then_it_asks_only_for_its_own_style() {
    let world = World::new();
    let shown = Browser::new().open(&world, "/auth/nothing");
    assert_eq!((shown.status, shown.heading()), (404, "Page not found"));
    let style = format!("/auth/assets/{}/plain.css", assets::VERSION);
    assert!(
        shown
            .body
            .contains(&format!("<link rel=\"stylesheet\" href=\"{style}\">"))
    );
    assert!(!shown.body.contains("<script") && !shown.body.contains("http"));
    assert!(!shown.body.contains("style=") && !shown.body.contains("<style"));
    let sheet = world.ask(Incoming::get(&style));
    assert_eq!(
        (sheet.status, sheet.header("content-type")),
        (200, Some("text/css; charset=utf-8"))
    );
    assert_eq!(
        sheet.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
}
