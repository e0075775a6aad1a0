//! How often a signed-in request asks for memory: the same number on every machine, where a time is not.
//!
//! The counts cover the decision and the change of the origin's answer, without the runtime around them. A number here
//! changes only together with the code that it counts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;

use allocation_counter::measure;
use one_login_edge::gate;
use one_login_edge::gate::access::answer::{OriginAnswer, changes};
use one_login_edge::gate::decision::{Decision, Verdict};
use serde_json::json;
use world::{Browser, Incoming, World};

/// How often the decision about a path, and then the answer to it, asked for memory.
fn allocations(world: &World, browser: &Browser, path: &str, caching: Option<&str>) -> (u64, u64) {
    let request = browser.dressed(world, Incoming::get(path)).to_request();
    let (isolate, now) = (world.isolate(), world.now());
    let mut forward = None;
    let decided = measure(|| {
        let (verdict, _) = gate::decide(&isolate, &world.outside, &request, now);
        if let Verdict::Now(decision) = verdict
            && let Decision::Forward(out) = *decision
        {
            forward = Some(out);
        }
    });
    let forward = forward.expect("nothing has to be waited for");
    let answer = OriginAnswer {
        status: 200,
        cache_control: caching.map(str::to_owned),
        ..OriginAnswer::default()
    };
    let changed = measure(|| drop(changes(&forward.answer, &answer)));
    (decided.count_total, changed.count_total)
}

#[test]
fn when_a_request_is_answered_then_it_allocates_memory_the_pinned_number_of_times() {
    let world = World::new();
    let mut browser = Browser::new();
    for _ in 0..2 {
        browser.open(&world, "/account/details");
    }
    let counted = |path, caching| allocations(&world, &browser, path, caching);
    // The names of the headers are remembered from the request before.
    counted("/assets/app.css", None);
    let counts = [
        counted("/assets/app.css", None),
        counted("/account/details", None),
        counted("/account/details", Some("private")),
    ];
    let expected = [(17, 0), (20, 2), (20, 0)];
    assert_eq!(counts, expected, "public, re-wrapped, untouched");
}

#[test]
fn when_a_service_has_forty_routes_then_a_request_allocates_as_often_as_with_six() {
    let counted = |more: usize| {
        let world = World::with(|setup| {
            let table = setup.vars.get_mut("SERVICE_DEMO").unwrap();
            let routes = table["routes"].as_array_mut().unwrap();
            routes.extend((0..more).map(|n| json!({ "path": format!("/section-{n}/*") })));
        });
        let mut browser = Browser::new();
        for _ in 0..2 {
            browser.open(&world, "/account/details");
        }
        allocations(&world, &browser, "/account/details", None)
    };
    assert_eq!(counted(0), counted(34));
}
