//! Proving an identity: from a route that requires one to a service that receives the claims.
//!
//! This file follows one person there. The others break the core identity in every way, go through
//! the ways in which a proof fails, and check which service gets which claims and for how long.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;

#[path = "identity/away.rs"]
mod away;
#[path = "identity/broken.rs"]
mod broken;
#[path = "identity/by_reference.rs"]
mod by_reference;
#[path = "identity/documents.rs"]
mod documents;
#[path = "identity/expected.rs"]
mod expected;
#[path = "identity/faults.rs"]
mod faults;
#[path = "identity/forged.rs"]
mod forged;
#[path = "identity/not_proved.rs"]
mod not_proved;
#[path = "identity/odd.rs"]
mod odd;
#[path = "identity/people.rs"]
mod people;
#[path = "identity/released.rs"]
mod released;
#[path = "identity/run_time.rs"]
mod run_time;

use serde_json::{Value, json};
use simulator::jose::Unverified;
use world::assertion::{Stated, verified};
use world::http::parameter;
use world::{Browser, By, Setup, Shown, World};

/// A world in which some routes ask for an identity.
fn world() -> World {
    World::with(Setup::prove_identities)
}

/// The assertion with the last request that reached the service, if one did.
fn stated(world: &World) -> Option<Stated> {
    let reached = world.happened().reached();
    Some(verified(world, reached.last()?.assertions()[0]))
}

/// Opens a path that lets the person in, and gives the claims that the service got.
fn told(world: &World, browser: &mut Browser, path: &str) -> Stated {
    world.forget();
    let shown = browser.open(world, path);
    let seen = (shown.by, shown.status);
    assert_eq!(
        seen,
        (By::Origin, 200),
        "{path} {:?}",
        world.happened().lines()
    );
    stated(world).unwrap()
}

/// The request objects that a browser carried since it was new, by what they ask for.
fn asked(browser: &Browser) -> Vec<(Value, Value)> {
    let objects = browser
        .history
        .iter()
        .filter_map(|a| parameter(a, "request"));
    let parsed = objects.map(|object| Unverified::parse(&object).unwrap());
    parsed
        .map(|object| {
            let claims = object.claims.get("claims").and_then(Value::as_str);
            let claims = claims.map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
            (object.claims["vtr"].clone(), claims["userinfo"].clone())
        })
        .collect()
}

/// Signed in at `Cl.Cm`, and nothing more.
fn signed_in(world: &World) -> Browser {
    let mut browser = Browser::new();
    browser.open(world, "/account/details");
    world.forget();
    browser
}

/// The page of a path, which does not let the person in.
fn kept_out(world: &World, browser: &mut Browser, path: &str) -> Shown {
    world.forget();
    let shown = browser.open(world, path);
    assert_eq!(shown.by, By::Edge, "{path}");
    assert!(world.outside.record.borrow().reached().is_empty());
    shown
}

#[test]
fn t14_when_a_route_needs_an_identity_then_it_is_requested_after_the_sign_in() {
    let world = world();
    let mut browser = Browser::new();
    let stated = told(&world, &mut browser, "/apply/form?step=2");
    let name = |claim: &str| format!("https://vocab.account.gov.uk/v1/{claim}");
    let all = [
        "coreIdentityJWT",
        "address",
        "passport",
        "drivingPermit",
        "returnCode",
    ];
    let all: serde_json::Map<_, _> = all.iter().map(|c| (name(c), Value::Null)).collect();
    let expected = [
        (json!(["Cl.Cm"]), Value::Null),
        (json!(["Cl.Cm.P2"]), Value::Object(all)),
    ];
    assert_eq!(asked(&browser), expected);
    let last = browser.history.last().unwrap();
    assert_eq!(last, "https://licence.example.gov.uk/apply/form?step=2");
    assert_eq!(stated.claims["vot"], "Cl.Cm.P2");
    assert_eq!(stated.claims["identity_claims"], "here");
    let parts = &stated.claims["coreIdentity"]["name"][0]["nameParts"];
    assert_eq!(
        parts[1],
        json!({ "type": "FamilyName", "value": "Decerqueira" })
    );
    assert_eq!(
        stated.claims["coreIdentity"]["birthDate"][0]["value"],
        "1965-07-08"
    );
    assert_eq!(stated.claims["address"][0]["postalCode"], "BA2 5AA");
    assert!(browser.attempts().is_empty());
}

#[test]
fn t46_when_a_step_up_starts_then_the_session_is_kept_and_only_the_identity_is_requested() {
    let world = world();
    let mut browser = signed_in(&world);
    let before = told(&world, &mut browser, "/account/details");
    world.pass(10);
    browser.history.clear();
    let after = told(&world, &mut browser, "/apply/form");
    assert_eq!(asked(&browser).len(), 1);
    for claim in ["sub", "sid", "session_exp"] {
        assert_eq!(before.claims[claim], after.claims[claim], "{claim}");
    }
    assert_eq!(before.claims["vot"], "Cl.Cm");
    let again = told(&world, &mut browser, "/account/details");
    assert_eq!(again.claims["vot"], "Cl.Cm.P2");
}

#[test]
fn when_an_identity_is_proved_then_it_opens_every_route_of_its_level_and_below() {
    let world = world();
    let mut browser = Browser::new();
    told(&world, &mut browser, "/apply/form");
    browser.history.clear();
    for path in [
        "/apply/bare",
        "/apply/name",
        "/licence",
        "/small",
        "/account/x",
        "/whoami",
    ] {
        assert_eq!(told(&world, &mut browser, path).claims["vot"], "Cl.Cm.P2");
    }
    assert!(asked(&browser).is_empty());
}

#[test]
fn when_a_route_needs_an_identity_then_the_request_has_the_routes_own_level() {
    let world = world();
    let mut browser = signed_in(&world);
    assert_eq!(
        told(&world, &mut browser, "/small").claims["vot"],
        "Cl.Cm.P1"
    );
    assert_eq!(asked(&browser).last().unwrap().0, json!(["Cl.Cm.P1"]));
    assert_eq!(
        told(&world, &mut browser, "/apply/bare").claims["vot"],
        "Cl.Cm.P2"
    );
}

#[test]
fn t37_rejects_a_request_that_is_no_navigation_and_starts_no_step_up() {
    let world = world();
    let mut browser = signed_in(&world);
    let script = world::Incoming::get("/apply/form").with("sec-fetch-dest", "empty");
    let shown = browser.send(&world, script);
    assert_eq!((shown.by, shown.status), (By::Edge, 401));
    let posted = world::Incoming::post("/apply/form", "a=b")
        .with("sec-fetch-dest", "document")
        .with("sec-fetch-site", "same-origin");
    let shown = browser.send(&world, posted);
    assert_eq!(
        (shown.status, shown.heading()),
        (
            401,
            "You need to prove your identity before you can send this"
        )
    );
    assert!(
        browser.attempts().is_empty() && browser.has_session() && !shown.body.contains("sign in")
    );
    let link = shown.link().unwrap().to_owned();
    assert_eq!(browser.open(&world, &link).by, By::Origin);
    // A person without a session is told of the sign-in, which comes first.
    let posted = world::Incoming::post("/apply/form", "a=b").with("sec-fetch-dest", "document");
    let shown = world.ask(posted.with("accept-language", "cy"));
    let heading = "Mae angen i chi fewngofnodi cyn y gallwch anfon hyn";
    assert_eq!((shown.status, shown.heading()), (401, heading));
}
