//! `examples/department`, unchanged: three services of one deployment, two of which share their users.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use simulator::jose::Unverified;

use crate::world::settings::registration;
use crate::world::{Browser, By, ISSUER, World};

/// Each service with a page of it that wants a sign-in.
const PAGES: [(&str, &str); 3] = [
    (
        "APPLY",
        "https://apply.licences.example.gov.uk/application/new",
    ),
    ("RENEW", "https://renew.licences.example.gov.uk/renewal/1"),
    ("APPEAL", "https://appeal.licences.example.gov.uk/case/1"),
];

fn file(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/department");
    toml::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// The example's production, where each service has a client of its own, registered with its sector identifier.
fn department() -> World {
    let tables = file("wrangler.toml")["env"]["production"]["vars"].clone();
    let sectors = file("registration.toml")["production"].clone();
    World::with(|setup| {
        setup.unset("SERVICE_DEMO");
        setup.registrations.clear();
        for (id, _) in PAGES {
            let mut table = tables[format!("SERVICE_{id}")].clone();
            let client = format!("{id}-client");
            table["client_id"] = client.as_str().into();
            let origin = format!("https://{}", table["host"].as_str().unwrap());
            let mut registered = registration(&client, &origin);
            registered["scopes"] = table["scopes"].clone();
            let sector = sectors[id]["sector_identifier"].as_str().unwrap();
            registered["sector"] = sector.strip_prefix("https://").unwrap().into();
            setup.registrations.push(registered);
            setup.add_service(id, table);
        }
    })
}

/// Opens a page, and gives the subject that the service got and the number of requests to the provider.
fn visit(world: &World, browser: &mut Browser, page: &str) -> (Value, Value, usize) {
    world.forget();
    let before = browser.history.len();
    let shown = browser.open(world, page);
    assert_eq!((shown.by, shown.status), (By::Origin, 200), "{page}");
    let reached = world.happened().reached().pop().unwrap();
    let claims = Unverified::parse(reached.assertions()[0]).unwrap().claims;
    let authorize = format!("{ISSUER}authorize?");
    let asked = browser.history[before..].iter();
    let asked = asked.filter(|address| address.starts_with(&authorize));
    (claims["sub"].clone(), claims["sid"].clone(), asked.count())
}

#[test]
fn when_a_person_goes_to_another_service_then_the_provider_is_passed_once() {
    let world = department();
    let mut browser = Browser::new();
    let first = PAGES.map(|(_, page)| visit(&world, &mut browser, page));
    assert!(first.iter().all(|(.., asked)| *asked == 1), "{first:?}");
    // Each has a session of its own then, whichever way people go.
    let again = PAGES.map(|(_, page)| visit(&world, &mut browser, page));
    for ((sub, sid, _), again) in first.iter().zip(&again) {
        assert_eq!((sub, sid, 0), (&again.0, &again.1, again.2));
    }
}

#[test]
fn when_two_services_share_a_sector_then_they_know_one_person_and_a_third_does_not() {
    let world = department();
    let mut browser = Browser::new();
    let [apply, renew, appeal] = PAGES.map(|(_, page)| visit(&world, &mut browser, page));
    assert_eq!(apply.0, renew.0);
    assert_ne!(apply.0, appeal.0);
    assert_ne!(apply.1, renew.1, "a session is one service's");
}

#[test]
fn when_one_service_has_a_fault_then_the_others_stay_open() {
    let world = department();
    world.deploy(|setup| setup.vars.get_mut("SERVICE_RENEW").unwrap()["scopes"] = json!(["email"]));
    let mut browser = Browser::new();
    let shown = browser.open(&world, PAGES[1].1);
    assert_eq!((shown.by, shown.status), (By::Edge, 500));
    visit(&world, &mut browser, PAGES[0].1);
    visit(&world, &mut browser, PAGES[2].1);
}
