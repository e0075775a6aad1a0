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
        "report": "npx one-login-edge report",
    });
    let about: About = serde_json::from_value(about).unwrap();
    world.provider.set_about(about);
    let page = page(&mut world);
    assert!(
        page.contains(r#"<a href="http://localhost:8787/account">/account</a> – wants a sign-in"#)
    );
    assert!(page.contains("http://127.0.0.1:8789"));
    assert!(page.contains("<code>npx one-login-edge report</code> prints the same"));
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
fn when_the_desk_switches_the_service_off_then_the_command_that_writes_the_record_is_told() {
    let mut world = World::new();
    assert!(!page(&mut world).contains("Set switch"));
    let about = json!({ "service": "http://localhost:8787", "origin": "x", "journeys": [], "switch": true });
    world
        .provider
        .set_about(serde_json::from_value(about).unwrap());
    let told = |world: &mut World| world.get("/control/switch").body_json()["switch"].clone();
    assert_eq!(told(&mut world), "open");
    assert!(!page(&mut world).contains("Switched off by the service"));
    for name in ["sign-in-off", "service-closed"] {
        assert_eq!(choose(&mut world, &format!("switch={name}")), 303);
        assert_eq!(told(&mut world), name);
        let shown = page(&mut world);
        assert!(shown.contains(&format!(r#"<option value="{name}" selected>"#)));
        assert!(shown.contains("Switched off by the service"));
    }
    assert_eq!(choose(&mut world, "switch=everything"), 400);
    assert_eq!(choose(&mut world, "switch=open"), 303);
    assert_eq!(told(&mut world), "open");
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
    let (newer, older) = (shown.find("&lt;script&gt;"), shown.find("<td>signed_in"));
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

#[test]
fn when_decisions_are_noted_then_the_desk_shows_the_figures_with_a_bar_for_each_number() {
    let mut world = World::new();
    let note = |world: &mut World, list: serde_json::Value| {
        let mut request = Request::get("/control/decisions");
        request.method = "POST".to_owned();
        request.body = list.to_string().into_bytes();
        world.send(&request)
    };
    let start = json!({ "event": "sign_in_started", "outcome": "done", "label": "Cl.Cm" });
    let end = json!({ "event": "signed_in", "outcome": "done", "label": "Cl.Cm", "seconds": 41 });
    let hostile =
        json!({ "event": "callback", "outcome": "refused", "label": "<b>", "level": "Cl.Cm" });
    note(
        &mut world,
        json!([start, start, start, start, end, hostile]),
    );
    // Older lines than those that are remembered still count.
    let other = json!({ "event": "refused", "label": "other_site" });
    note(&mut world, json!(vec![other; 300]));
    let part = String::from_utf8(world.get("/control/numbers").body).unwrap();
    for row in [
        r#"<th scope="row">Started</th><td>4</td><td>100.0 %"#,
        r#"<th scope="row">Completed</th><td>1</td><td>25.0 %<div class="bar" aria-hidden="true" style="width:25%">"#,
        r#"<th scope="row">callback &lt;b&gt;</th><td>1</td>"#,
        r#"<th scope="row">Did not come back</th><td>2</td><td>50.0 %"#,
        "Median time of signed_in Cl.Cm: 41 seconds",
    ] {
        assert!(part.contains(row), "{row}: {part}");
    }
    assert!(page(&mut world).contains(&part));
    let mut forget = Request::get("/control/decisions");
    forget.method = "DELETE".to_owned();
    assert_eq!(world.send(&forget).status, 200);
    assert!(page(&mut world).contains("<th scope=\"row\">Started</th><td>0</td><td>–</td>"));
}
