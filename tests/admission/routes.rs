//! A route for invited people: others may have a session, and use the rest of the service.

use serde_json::json;
use simulator::jose::Unverified;

use super::{CODE, PAGE, tell, with_code};
use crate::world::assertion::verified;
use crate::world::http::parameter;
use crate::world::service_key::listed;
use crate::world::signing_out::own;
use crate::world::{Browser, By, Incoming, SERVICE, Shown, World};

const BETA: &str = "/beta/start";

fn world() -> World {
    World::with(|setup| {
        listed(setup);
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        routes.unwrap().extend([
            json!({ "path": "/beta/*", "admission": "invited" }),
            json!({ "path": "/beta/young", "admission": "invited", "level": "Cl", "reauthenticate_within": 300 }),
            json!({ "path": "/pay", "reauthenticate_within": 300 }),
        ]);
    })
}

fn is_refused(world: &World, shown: &Shown) {
    assert_eq!((shown.by, shown.status), (By::Edge, 403), "{}", shown.url);
    let happened = world.happened();
    assert_eq!(happened.lines().last().unwrap(), "refused: not_invited");
    assert!(
        happened
            .reached()
            .iter()
            .all(|reached| !reached.url.contains("beta"))
    );
}

/// Follows the page's link.
fn tries_again(world: &World, browser: &mut Browser, shown: &Shown) -> Shown {
    let (_, link) = shown.body.split_once("href=\"/auth/sign-in?").unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    browser.open(world, &format!("/auth/sign-in?{link}"))
}

#[test]
fn t154_when_a_route_invites_then_other_people_use_the_rest_and_the_list_is_asked_again_on_their_wish()
 {
    let world = world();
    world.person("kenneth");
    let mut browser = Browser::new();
    assert_eq!(browser.open(&world, PAGE).by, By::Origin);
    world.forget();
    let shown = browser.open(&world, BETA);
    is_refused(&world, &shown);
    assert!(shown.body.contains("You need an invitation"));
    let again = tries_again(&world, &mut browser, &shown);
    is_refused(&world, &again);
    let page = "/beta/licence?part=2&q=a%20b";
    let with_query = browser.open(&world, page);
    is_refused(&world, &with_query);
    let again = tries_again(&world, &mut browser, &with_query);
    assert_eq!(again.url, format!("{SERVICE}{page}"));
    assert_eq!(
        browser.open(&world, PAGE).by,
        By::Origin,
        "the session goes on"
    );
    tell(
        &world,
        json!({ "act": "add", "who": ["kenneth@example.gov.uk"] }),
    );
    is_refused(&world, &browser.open(&world, BETA));
    let shown = tries_again(&world, &mut browser, &shown);
    assert_eq!(
        (shown.by, shown.url),
        (By::Origin, format!("{SERVICE}{BETA}"))
    );
    assert_eq!(browser.open(&world, "/beta/next").by, By::Origin);
    // The session says so for as long as it lives, whatever isolate it meets.
    world.new_isolate();
    world.pass(120);
    assert_eq!(browser.open(&world, BETA).by, By::Origin);
}

#[test]
fn t154_when_a_person_who_is_signed_in_opens_a_code_then_the_list_is_asked() {
    let world = world();
    tell(&world, json!({ "act": "add", "who": [CODE] }));
    world.person("kenneth");
    let mut browser = Browser::new();
    assert_eq!(browser.open(&world, PAGE).by, By::Origin);
    assert_eq!(browser.open(&world, BETA).status, 403);
    assert_eq!(browser.open(&world, &with_code(BETA)).by, By::Origin);
    world.forget();
    // Once in, the link asks for nothing.
    let shown = browser.step(&world, &with_code(BETA));
    assert_eq!((shown.status, shown.location()), (303, BETA));
    assert!(world.happened().asked().is_empty());
}

#[test]
fn t154_when_a_script_a_form_or_a_frame_asks_a_route_for_invited_people_then_nothing_reaches_the_service()
 {
    let world = world();
    world.person("kenneth");
    let mut browser = Browser::new();
    assert_eq!(browser.open(&world, PAGE).by, By::Origin);
    world.forget();
    let script = own(BETA)
        .with("sec-fetch-dest", "empty")
        .with("sec-fetch-mode", "cors")
        .with("accept", "application/json");
    let shown = browser.send(&world, script);
    assert_eq!(
        shown.header("content-type"),
        Some("application/problem+json")
    );
    is_refused(&world, &shown);
    let form = own(BETA).method("POST").with("origin", SERVICE);
    let shown = browser.send(&world, form);
    assert!(shown.body.contains("We did not save what you just sent"));
    is_refused(&world, &shown);
    let frame = own(BETA).with("sec-fetch-dest", "iframe");
    let shown = browser.send(&world, frame);
    assert!(shown.body.contains("You need an invitation"));
    is_refused(&world, &shown);
    let none = world.ask(Incoming::get(BETA).with("accept", "application/json"));
    assert_eq!(
        none.status, 401,
        "without a session it is as on other routes"
    );
}

#[test]
fn t154_when_a_path_is_spelt_in_another_way_then_it_is_no_way_round_the_invitation() {
    let world = world();
    world.person("kenneth");
    let mut browser = Browser::new();
    assert_eq!(browser.open(&world, PAGE).by, By::Origin);
    for path in [
        "/BETA/start",
        "/Beta",
        "/beta.json",
        "/%62eta/start",
        "/beta/",
    ] {
        let shown = browser.open(&world, path);
        assert_eq!((shown.by, shown.status), (By::Edge, 403), "{path}");
    }
    for path in ["//beta/start", "/x/../beta/start", "/\u{ff42}eta/start"] {
        let shown = browser.open(&world, path);
        assert_eq!((shown.by, shown.status), (By::Edge, 400), "{path}");
    }
}

#[test]
fn when_a_person_who_signed_in_just_now_opens_a_code_then_no_other_sign_in_is_asked_for_and_no_lower_one()
 {
    let world = world();
    world.provider().set_single_sign_on(Some(true));
    tell(&world, json!({ "act": "add", "who": [CODE] }));
    world.person("kenneth");
    let mut browser = Browser::new();
    browser.open(&world, PAGE);
    world.pass(400);
    assert_eq!(browser.open(&world, "/pay").by, By::Origin);
    world.pass(61);
    world.forget();
    browser.history.clear();
    assert_eq!(
        browser.open(&world, &with_code("/beta/young")).by,
        By::Origin
    );
    let asked = browser
        .history
        .iter()
        .filter_map(|at| parameter(at, "request"));
    let asked: Vec<_> = asked
        .map(|object| Unverified::parse(&object).unwrap())
        .collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].claims["vtr"], json!(["Cl.Cm"]));
    assert_eq!(asked[0].claims.get("id_token_hint"), None);
    let reached = world.happened().reached().pop().unwrap();
    let told = verified(&world, reached.assertions()[0]).claims;
    assert_eq!(told["vot"], "Cl.Cm");
    assert_eq!(told["reauth_time"].as_i64().unwrap(), world.now() - 61);
}
