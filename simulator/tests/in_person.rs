//! An identity that is proved at a Post Office, and the pages in Welsh.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::{Value, json};
use simulator::http::{Request, Response, form_encode};
use simulator::provider::personas::Persona;
use simulator::provider::settings::CLAIM_NAMES;
use support::identity::claim;
use support::{World, changed, described, registration_with};

const LANDING: &str = "http://localhost:8787/auth/return";

fn world() -> World {
    let mut world = World::with(&[registration_with(json!({
        "claims": CLAIM_NAMES, "landing_page_url": LANDING,
    }))]);
    world.provider.set_automatic(Persona::find("ivor"));
    world
}

fn asks(world: &mut World) -> Response {
    let (header, claims) = (world.header(), world.asking_identity("P2", &CLAIM_NAMES));
    world.authorize(&header, &claims)
}

fn page(answer: &Response) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    String::from_utf8(answer.body.clone()).unwrap()
}

/// Presses a button of the page.
fn presses(world: &mut World, answer: &Response, seen: &str) -> Response {
    let text = page(answer);
    let journey = text.split("name=\"journey\" value=\"").nth(1).unwrap();
    let journey = journey.split('"').next().unwrap();
    let form = form_encode(&[("journey", journey), ("persona", "ivor"), ("seen", seen)]);
    world.send(&Request::post_form("/in-person", form))
}

#[test]
fn when_a_person_must_go_to_a_post_office_then_only_a_later_request_succeeds() {
    let mut world = world();
    for _ in 0..2 {
        let answer = asks(&mut world);
        assert!(page(&answer).contains("Take your letter to a Post Office"));
        assert_eq!(answer.header("location"), None, "the service hears nothing");
    }
    let code = world.code();
    assert_eq!(
        world.tokens(&code).status,
        200,
        "signing in goes on as before"
    );

    let done = Request::post_form("/control/in-person", r#"{"persona":"ivor"}"#);
    assert_eq!(world.send(&done).status, 200);
    let answer = world.identity("P2");
    assert!(answer[claim("coreIdentityJWT")].is_string());
    let undone = Request::post_form("/control/in-person", r#"{"persona":"ivor","seen":false}"#);
    assert_eq!(world.send(&undone).status, 200);
    assert_eq!(described(&asks(&mut world)), "200");
    for wrong in [r#"{"persona":"nobody"}"#, r#"{"persona":"ivor","seen":1}"#] {
        assert_eq!(
            world
                .send(&Request::post_form("/control/in-person", wrong))
                .status,
            400
        );
    }
}

#[test]
fn when_the_in_person_page_is_answered_then_days_go_by_or_access_is_denied() {
    let mut world = world();
    let answer = asks(&mut world);
    let back = presses(&mut world, &answer, "no");
    assert_eq!(
        (back.status, described(&back).as_str()),
        (303, "access_denied")
    );
    let again = presses(&mut world, &answer, "yes");
    assert_eq!(again.status, 400, "a page works once");

    let answer = asks(&mut world);
    let done = presses(&mut world, &answer, "yes");
    assert!(
        page(&done).contains(&format!("href=\"{LANDING}\"")),
        "as the e-mail does"
    );
    assert_eq!(described(&asks(&mut world)), "code");
}

#[test]
fn when_welsh_is_asked_for_first_then_the_pages_are_welsh() {
    let mut world = world();
    let header = world.header();
    let asking = changed(
        &world.asking_identity("P2", &CLAIM_NAMES),
        "ui_locales",
        json!("cy"),
    );
    let in_person = page(&world.authorize(&header, &asking));
    assert!(in_person.contains("<html lang=\"cy\">") && in_person.contains("Swyddfa'r Post"));

    world.provider.set_automatic(None);
    let sign_in = page(&world.authorize(&header, &asking));
    assert!(sign_in.contains("<html lang=\"cy\">") && sign_in.contains("Pwy sy'n mewngofnodi i "));
    assert!(sign_in.contains("ugain cyfeiriad") && !sign_in.contains("twenty addresses"));
    for locales in [json!("en"), json!("en cy"), Value::Null] {
        let asking = changed(&asking, "ui_locales", locales);
        let sign_in = page(&world.authorize(&header, &asking));
        assert!(sign_in.contains("<html lang=\"en\">") && sign_in.contains("twenty addresses"));
    }
}
