//! The desk: what a developer sees and chooses.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::json;
use simulator::http::Request;
use simulator::provider::desk_state::About;
use support::World;

fn page(world: &mut World) -> String {
    let page = world.get("/control/");
    assert_eq!(page.status, 200);
    String::from_utf8(page.body).unwrap()
}

fn choose(world: &mut World, form: &str) -> u16 {
    world
        .send(&Request::post_form("/control/choose", form))
        .status
}

#[test]
fn when_the_desk_is_opened_then_it_names_the_programs_and_links_the_journeys() {
    let mut world = World::new();
    assert!(page(&mut world).contains("started by itself"));
    let about = json!({
        "service": "http://localhost:8787",
        "origin": "http://127.0.0.1:8789",
        "journeys": [{ "path": "/account", "shows": "wants a sign-in" }],
    });
    let about: About = serde_json::from_value(about).unwrap();
    world.provider.set_about(about);
    let page = page(&mut world);
    assert!(
        page.contains(r#"<a href="http://localhost:8787/account">/account</a> – wants a sign-in"#)
    );
    assert!(page.contains("http://127.0.0.1:8789"));
    assert!(
        world.provider.requests().is_empty(),
        "the desk is not recorded"
    );
}

#[test]
fn when_a_form_of_the_desk_is_sent_then_it_chooses_a_person_and_a_fault() {
    let mut world = World::new();
    assert_eq!(choose(&mut world, "persona=sian"), 303);
    assert_eq!(choose(&mut world, "fault=token-500"), 303);
    let shown = page(&mut world);
    assert!(shown.contains(r#"<option value="sian" selected>"#));
    assert!(shown.contains("broken on purpose: <strong>token-500</strong>"));
    assert_eq!(choose(&mut world, "persona=&fault="), 303);
    assert!(!page(&mut world).contains("broken on purpose"));
    for wrong in ["persona=nobody", "fault=everything", "end=nobody"] {
        assert_eq!(choose(&mut world, wrong), 400, "{wrong}");
    }
}

#[test]
fn when_decisions_are_noted_then_the_desk_shows_them_newest_first_with_numbers() {
    let mut world = World::new();
    let note = |world: &mut World, list: serde_json::Value| {
        let mut request = Request::get("/control/decisions");
        request.method = "POST".to_owned();
        request.body = list.to_string().into_bytes();
        world.send(&request).status
    };
    let first = json!({ "time": "10:00:00", "event": "signed_in", "label": "ok", "reference": "" });
    let second = json!({ "event": "refused", "label": "<script>", "service": "DEMO" });
    assert_eq!(note(&mut world, json!([first, second])), 200);
    assert_eq!(note(&mut world, json!({})), 400);
    let shown = page(&mut world);
    let (newer, older) = (shown.find("&lt;script&gt;"), shown.find("signed_in"));
    assert!(newer.unwrap() < older.unwrap());
    assert!(shown.contains("service DEMO") && !shown.contains("reference"));
    let later = world.get("/control/decisions?after=1").body_json();
    assert_eq!(later, json!([{ "number": 2, "said": second }]));
    for _ in 0..300 {
        note(&mut world, json!([first]));
    }
    let all = world.get("/control/decisions").body_json();
    assert_eq!(all.as_array().unwrap().len(), 200);
    assert_eq!(all[199]["number"], 302);
}
