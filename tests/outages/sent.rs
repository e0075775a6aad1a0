//! The text of a page about the form that a request carried: it was not saved, it may have been, or nothing is said.

use one_login_edge::config::Locale;
use one_login_edge::gate;
use one_login_edge::gate::pages::messages::around::{NOT_KNOWN, NOT_SAVED};
use serde_json::json;

use crate::world::signing_out::own;
use crate::world::{Browser, By, Incoming, SERVICE, Setup, Shown, Trouble, When, World};

const FORM: &str = "answer=canary";

fn world() -> World {
    World::with(|setup| {
        setup.prove_identities();
        setup.register("max_age_enabled", true);
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        routes
            .unwrap()
            .push(json!({ "path": "/recent/*", "max_age": 600 }));
    })
}

fn document(request: Incoming) -> Incoming {
    request
        .with("accept", "text/html")
        .with("sec-fetch-dest", "document")
        .with("sec-fetch-mode", "navigate")
}

/// How often each of the two texts is on a page, in its language.
fn said(shown: &Shown, locale: Locale) -> [usize; 2] {
    [NOT_SAVED, NOT_KNOWN].map(|text| shown.body.matches(text.in_locale(locale)).count())
}

/// Opens the same page in the other language, by the link on it.
fn in_welsh(world: &World, shown: &Shown) -> Shown {
    let (_, rest) = shown
        .body
        .split_once("language-navigation__link\" href=\"")
        .unwrap();
    let address = rest.split_once('"').unwrap().0.replace("&amp;", "&");
    Browser::new().step(world, &address)
}

#[test]
fn when_the_edge_keeps_a_form_from_the_service_then_every_page_says_once_that_it_was_not_saved() {
    type Happens = fn(&World, &mut Browser);
    let nothing: Happens = |_, _| {};
    let signed_in: Happens =
        |world, browser| assert_eq!(browser.open(world, "/account/x").by, By::Origin);
    let account_is_down: Happens = |world, browser| {
        browser.open(world, "/account/x");
        world.pass(3_000);
        world.trouble(Trouble::AccountNotReached, When::Always);
    };
    let nothing_is_signed: Happens = |world, browser| {
        browser.open(world, "/account/x");
        world.new_isolate();
        world.trouble(Trouble::SignFails, When::Always);
    };
    let old: Happens = |world, browser| {
        browser.open(world, "/account/x");
        world.pass(700);
    };
    for (path, happens, status, page) in [
        ("/account/send", nothing, 401, "form-expired"),
        ("/recent/send", old, 401, "form-sign-in-again"),
        ("/apply/form", signed_in, 401, "form-needs-identity"),
        ("/account/send", account_is_down, 503, "problem"),
        ("/account/send", nothing_is_signed, 500, "problem"),
        ("/account/%2e%2e/send", signed_in, 400, "bad-address"),
    ] {
        let world = world();
        let mut browser = Browser::new();
        happens(&world, &mut browser);
        world.forget();
        let request =
            document(Incoming::post(path, FORM)).with("origin", "https://licence.example.gov.uk");
        let shown = browser.send(&world, request);
        assert_eq!((shown.by, shown.status), (By::Edge, status), "{page}");
        assert!(
            shown
                .body
                .contains(&format!("page?name={page}&amp;lang=cy")),
            "{page}"
        );
        assert_eq!(said(&shown, Locale::En), [1, 0], "{page}");
        let other = in_welsh(&world, &shown);
        assert_eq!(said(&other, Locale::Cy), [1, 0], "{page}");
        assert!(
            world.happened().reached().is_empty(),
            "no request reached the service"
        );
        assert!(!shown.body.contains("canary"));
        world.mend();
        // A person who asked for a page has sent nothing.
        let asked = browser
            .clone()
            .send(&world, document(Incoming::get("/account/%2e%2e/send")));
        assert_eq!(said(&asked, Locale::En), [0, 0], "{page}");
    }
}

#[test]
fn when_the_service_gives_no_answer_then_the_page_says_that_a_form_may_have_been_received() {
    let world = World::with(Setup::prove_identities);
    let mut browser = Browser::new();
    browser.open(&world, "/account/x");
    for (request, expected) in [
        (Incoming::post("/account/send", FORM), [0, 1]),
        (Incoming::get("/account/send").method("DELETE"), [0, 1]),
        (Incoming::get("/account/send"), [0, 0]),
        (Incoming::get("/account/send").method("HEAD"), [0, 0]),
    ] {
        let request = browser.dressed(&world, document(request)).to_request();
        let isolate = world.isolate();
        let (_, scene) = gate::decide(&isolate, &world.outside, &request, world.now());
        let reply = gate::unanswered(&scene.unwrap(), &request);
        let counted = [NOT_SAVED, NOT_KNOWN]
            .map(|text| reply.body.matches(text.in_locale(Locale::En)).count());
        assert_eq!(counted, expected, "{}", request.method);
        assert_eq!(reply.body.contains("sent=not-known"), expected[1] == 1);
    }
    let address = "/auth/page?name=problem&lang=cy&sent=not-known";
    assert_eq!(said(&browser.step(&world, address), Locale::Cy), [0, 1]);
    // A made-up state says nothing.
    let address = "/auth/page?name=problem&lang=cy&sent=saved";
    assert_eq!(said(&browser.step(&world, address), Locale::Cy), [0, 0]);
}

#[test]
fn when_a_path_only_begins_with_the_letters_of_the_edges_own_then_it_is_the_services() {
    let world = World::with(|setup| {
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        routes.unwrap().push(json!({ "path": "/authority/*" }));
    });
    let mut browser = Browser::new();
    assert_eq!(browser.open(&world, "/authority/new").by, By::Origin);
    world.trouble(Trouble::AccountHangs, When::Always);
    world.pass(400);
    // The query is the service's too.
    let address = "/authority/new?lang=cy&return_to=/cy/cyfrif";
    let form = own(address).method("POST").with("origin", SERVICE);
    let shown = browser.send(&world, form);
    assert_eq!((shown.by, shown.status), (By::Edge, 503));
    assert_eq!(shown.header("content-language"), Some("en"));
    let said = NOT_SAVED.in_locale(Locale::En);
    assert!(shown.body.contains(said), "{}", shown.body);
}
