//! A page of the service asks before it posts a form: the answer says what the form would meet.

use one_login_edge::config::Locale;
use one_login_edge::gate::pages::Page;
use serde_json::{Value, json};

use crate::world::{Browser, By, Incoming, Trouble, When, World};

const FORM: &str = "/account/form";
const PAY: &str = "/pay/now";
const APPLY: &str = "/apply/form";
const OTHER: &str = "/plain";

/// A world whose routes warn, but for one.
fn world() -> World {
    World::with(|setup| {
        setup.prove_identities();
        let routes = json!([
            { "path": "/account/*", "form_warning": true },
            { "path": "/pay/*", "form_warning": true, "reauthenticate_within": 300 },
            { "path": "/apply/*", "form_warning": true, "level": "Cl.Cm.P2" },
            { "path": "/low/*", "level": "Cl" },
        ]);
        setup.field("routes", routes);
    })
}

fn signed_in(world: &World, path: &str) -> Browser {
    world.person("kenneth");
    let mut browser = Browser::new();
    let shown = browser.open(world, path);
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    browser
}

/// The answer to a page that is about to post a form to a path, percent-encoded.
fn asked(world: &World, browser: &Browser, path: &str) -> Value {
    let encoded: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let question = Incoming::get(&format!("/auth/session?form={encoded}"));
    let question = question.with("sec-fetch-site", "same-origin");
    let shown = world.ask(browser.dressed(world, question));
    assert_eq!((shown.by, shown.status), (By::Edge, 200), "{}", shown.body);
    assert_eq!(shown.set_cookies().count(), 0, "asking prolongs nothing");
    let document: Value = serde_json::from_str(&shown.body).unwrap();
    assert_eq!(document["form_warning"], true);
    document
}

/// The page by which a form is refused now, which has to be the one that was said before.
fn lost(world: &World, browser: &Browser, path: &str) -> Option<String> {
    let said = asked(world, browser, path)["form_lost"].clone();
    let form = Incoming::post(path, "a=b")
        .with("sec-fetch-site", "same-origin")
        .with("sec-fetch-dest", "document");
    let shown = world.ask(browser.dressed(world, form));
    match said.as_str() {
        Some(name) => {
            assert_eq!((shown.by, shown.status), (By::Edge, 401), "{path}");
            let title = Page::parse(name).unwrap().message().title;
            assert_eq!(shown.heading(), title.in_locale(Locale::En), "{path}");
            Some(name.to_owned())
        }
        None => {
            assert_eq!(said, Value::Null);
            assert_eq!((shown.by, shown.status), (By::Origin, 200), "{path}");
            None
        }
    }
}

#[test]
fn when_a_form_would_be_lost_then_its_page_is_told_what_it_would_get() {
    let world = world();
    let stranger = Browser::new();
    for path in [FORM, PAY, APPLY] {
        assert_eq!(
            lost(&world, &stranger, path).as_deref(),
            Some("form-expired")
        );
    }
    let mut browser = signed_in(&world, FORM);
    assert_eq!(lost(&world, &browser, FORM), None);
    assert_eq!(lost(&world, &browser, PAY), None);
    let identity = lost(&world, &browser, APPLY);
    assert_eq!(identity.as_deref(), Some("form-needs-identity"));
    world.pass(400);
    assert_eq!(lost(&world, &browser, FORM), None);
    let again = lost(&world, &browser, PAY);
    assert_eq!(again.as_deref(), Some("form-sign-in-again"));
    browser.sign_out(&world, "");
    let gone = lost(&world, &browser, FORM);
    assert_eq!(gone.as_deref(), Some("form-expired"));
}

#[test]
fn when_a_session_is_of_a_lower_level_then_a_form_of_a_higher_one_is_lost() {
    let world = world();
    let browser = signed_in(&world, "/low/page");
    let found = lost(&world, &browser, FORM);
    assert_eq!(found.as_deref(), Some("form-expired"));
    assert_eq!(asked(&world, &browser, FORM)["signed_in"], true);
}

#[test]
fn when_another_tab_proves_an_identity_then_the_form_that_needs_it_passes() {
    let world = world();
    let mut browser = signed_in(&world, FORM);
    let before = browser.clone();
    assert!(lost(&world, &before, APPLY).is_some());
    let shown = browser.open(&world, "/apply/page");
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    // The first tab's request left before the cookie of the proof came.
    assert_eq!(lost(&world, &before, APPLY), None);
}

#[test]
fn t71_when_the_account_gives_no_answer_then_no_page_is_told_that_a_form_is_lost() {
    let world = world();
    let browser = signed_in(&world, FORM);
    world.trouble(Trouble::AccountHangs, When::Always);
    world.pass(100);
    assert_eq!(lost(&world, &browser, FORM), None, "within the grace");
    for (path, seconds) in [(APPLY, 0), (FORM, 300)] {
        world.pass(seconds);
        let question = Incoming::get(&format!("/auth/session?form={path}"));
        let shown = world.ask(browser.dressed(&world, question));
        assert_eq!(shown.status, 503, "{path}: {}", shown.body);
        assert!(!shown.body.contains("form_lost"));
    }
}

#[test]
fn when_no_route_asks_for_it_or_the_edge_takes_the_form_then_nothing_is_said_of_it() {
    let world = world();
    let stranger = Browser::new();
    for path in [
        OTHER,
        "/auth/sign-out",
        "/auth/arrived",
        "/AUTH/sign-out",
        "//evil.example/account",
        "/account/%2e%2e/form",
        "https://evil.example/account/form",
        "",
    ] {
        let document = asked(&world, &stranger, path);
        assert_eq!(document.get("form_lost"), None, "{path}");
    }
    // The route is that of the path's one spelling.
    let document = asked(&world, &stranger, "/%61ccount/form");
    assert_eq!(document["form_lost"], "form-expired");
    let plain = World::new();
    let question = Incoming::get("/auth/session?form=/account/form");
    let shown = plain.ask(question.with("sec-fetch-site", "same-origin"));
    let document: Value = serde_json::from_str(&shown.body).unwrap();
    assert_eq!(document, json!({ "signed_in": false }));
}
