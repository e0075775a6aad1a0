//! Arrival: a person whose session is new reaches the service's arrival path before any other page.

use serde_json::{Value, json};

use crate::world::assertion::verified;
use crate::world::signing_out::own;
use crate::world::{Browser, By, Incoming, SERVICE, Shown, World};

pub const WANTED: &str = "/account/details?tab=2";
pub const FIRST: &str = "/welcome";
pub const PLACE: &str = "__Host-ol-arrival";

pub fn world() -> World {
    World::with(|setup| {
        setup.field("arrival", FIRST);
        setup.field("session_idle_seconds", 1_800);
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        let pay = json!({ "path": "/pay", "reauthenticate_within": 300 });
        routes.unwrap().push(pay);
    })
}

/// A browser whose person signed in on the way to the wanted place, and is at the arrival path.
pub fn new(world: &World) -> Browser {
    let mut browser = Browser::new();
    assert_eq!(at(&browser.open(world, WANTED)), FIRST);
    browser
}

/// The same after the person has gone on.
fn arrived(world: &World) -> Browser {
    let mut browser = new(world);
    assert_eq!(go_on(world, &mut browser), WANTED);
    browser
}

/// Where a page of the service's is, which the service itself answered.
pub fn at(shown: &Shown) -> &str {
    assert_eq!((shown.by, shown.status), (By::Origin, 200), "{}", shown.url);
    shown.url.strip_prefix(SERVICE).unwrap()
}

pub fn form() -> Incoming {
    own("/auth/arrived").method("POST").with("origin", SERVICE)
}

/// Posts the arrival page's form; where it leads.
pub fn go_on(world: &World, browser: &mut Browser) -> String {
    leads(&browser.send(world, form()))
}

pub fn leads(shown: &Shown) -> String {
    assert_eq!((shown.by, shown.status), (By::Edge, 303));
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    shown.location().to_owned()
}

/// The `arrival` of the assertion for the last request that reached the service.
pub fn said(world: &World) -> Value {
    let reached = world.happened().reached().pop().unwrap();
    let claims = verified(world, reached.assertions()[0]).claims;
    claims.get("arrival").cloned().unwrap_or_default()
}

#[test]
fn when_a_session_is_new_then_the_arrival_path_comes_first_and_the_wanted_place_after_it() {
    for posts in [true, false] {
        let world = world();
        let mut browser = new(&world);
        assert_eq!(said(&world), true);
        let asked = if posts { form() } else { own("/auth/arrived") };
        let shown = browser.send(&world, asked);
        assert_eq!(leads(&shown), WANTED);
        assert_eq!(world.happened().lines(), ["arrival: arrived"]);
        assert_eq!(at(&browser.open(&world, WANTED)), WANTED);
        assert_eq!(said(&world), Value::Null);
        assert!(browser.refused().is_empty(), "{:?}", browser.refused());
        // Only the session is left, and the count of sign-ins.
        world.pass(61);
        let mut left = browser.cookies();
        left.retain(|name| *name != PLACE);
        assert_eq!(left.len(), 2, "{left:?}");
        let sent = browser.dressed(&world, Incoming::get("/"));
        assert!(!format!("{:?}", sent.headers).contains(PLACE));
    }
}

#[test]
fn when_a_person_opens_another_page_first_then_they_come_back_and_go_on_to_that_one() {
    let world = world();
    let mut browser = new(&world);
    world.forget();
    assert_eq!(at(&browser.open(&world, "/account/other?a=b")), FIRST);
    assert!(
        world
            .happened()
            .lines()
            .contains(&"arrival: held_back".to_owned())
    );
    assert_eq!(
        at(&browser.open(&world, "/welcome/terms")),
        "/welcome/terms"
    );
    assert_eq!(go_on(&world, &mut browser), "/account/other?a=b");
}

#[test]
fn when_no_page_would_be_shown_or_a_form_be_lost_then_the_request_passes_and_says_so() {
    let world = world();
    let browser = new(&world);
    let page = "/account/details";
    let script = Incoming::get(page).with("sec-fetch-dest", "empty");
    let requests = [
        script.with("sec-fetch-mode", "cors"),
        Incoming::get(page).with("sec-fetch-dest", "image"),
        Incoming::get(page).with("sec-fetch-dest", "iframe"),
        Incoming::get(page).with("accept", "application/json"),
        own(page).method("POST").with("origin", SERVICE),
        own("/whoami"),
    ];
    for request in requests {
        let shown = world.ask(browser.dressed(&world, request.clone()));
        assert_eq!((shown.by, shown.status), (By::Origin, 200), "{request:?}");
        assert_eq!(said(&world), true, "{request:?}");
    }
    assert_eq!(at(&world.ask(browser.dressed(&world, own("/")))), "/");
}

#[test]
fn when_a_person_has_not_gone_on_then_they_can_sign_out() {
    let world = world();
    let mut browser = new(&world);
    let shown = browser.sign_out(&world, "");
    assert_eq!((shown.by, shown.status), (By::Edge, 303));
    assert!(browser.cookies().is_empty(), "{:?}", browser.cookies());
}

#[test]
fn when_a_person_signs_in_again_or_steps_up_then_they_arrive_no_second_time() {
    let world = World::with(|setup| {
        setup.prove_identities();
        setup.field("arrival", "/low/welcome");
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        let pay = json!({ "path": "/pay", "reauthenticate_within": 300 });
        routes.unwrap().push(pay);
    });
    let mut browser = Browser::new();
    assert_eq!(at(&browser.open(&world, "/low/page")), "/low/welcome");
    assert_eq!(go_on(&world, &mut browser), "/low/page");
    // To a higher level, to a younger sign-in, and to an identity.
    assert_eq!(at(&browser.open(&world, WANTED)), WANTED);
    world.pass(400);
    assert_eq!(at(&browser.open(&world, "/pay")), "/pay");
    assert_eq!(at(&browser.open(&world, "/apply/bare")), "/apply/bare");
    assert_eq!(said(&world), Value::Null);
}

#[test]
fn when_a_person_steps_up_before_they_went_on_then_the_arrival_path_still_comes_first() {
    let world = World::with(|setup| {
        setup.prove_identities();
        setup.field("arrival", "/low/welcome");
    });
    let mut browser = Browser::new();
    assert_eq!(at(&browser.open(&world, "/low/page")), "/low/welcome");
    assert_eq!(at(&browser.open(&world, WANTED)), "/low/welcome");
    let refresh = "/auth/sign-in?refresh=identity&return_to=%2Fapply%2Fbare";
    assert_eq!(at(&browser.open(&world, refresh)), "/low/welcome");
    assert_eq!(said(&world), true);
    assert_eq!(go_on(&world, &mut browser), "/apply/bare");
    assert_eq!(at(&browser.open(&world, "/apply/bare")), "/apply/bare");
}

#[test]
fn when_the_session_before_went_unused_or_ended_then_the_next_one_arrives() {
    let world = world();
    let mut browser = arrived(&world);
    world.pass(1_801);
    assert_eq!(at(&browser.open(&world, WANTED)), FIRST);
    assert_eq!(go_on(&world, &mut browser), WANTED);
    world.pass(5);
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    world.pass(61);
    assert_eq!(at(&browser.open(&world, WANTED)), FIRST);
    assert_eq!(said(&world), true);
}

#[test]
fn t136_when_another_person_signs_in_then_the_page_that_says_so_leads_to_the_arrival_path() {
    let world = world();
    let mut browser = arrived(&world);
    world.pass(1_801);
    world.person("sian");
    let shown = browser.open(&world, WANTED);
    assert_eq!((shown.by, shown.status), (By::Edge, 200));
    assert_eq!(shown.link(), Some(FIRST), "{}", shown.body);
    let again = browser.step(&world, "/auth/page?name=place-withheld");
    assert_eq!(again.link(), Some(FIRST));
    assert_eq!(at(&browser.step(&world, FIRST)), FIRST);
    assert_eq!(go_on(&world, &mut browser), "/");
    let again = browser.step(&world, "/auth/page?name=place-withheld");
    assert_eq!(again.link(), Some("/"));
}

#[test]
fn when_a_page_is_welsh_then_the_arrival_path_is() {
    let world = World::with(|setup| {
        setup.field("arrival", json!({ "en": FIRST, "cy": "/cy/croeso" }));
        setup.field("language_prefix", true);
    });
    for (wanted, first) in [("/cy/cyfrif", "/cy/croeso"), ("/account/details", FIRST)] {
        let mut browser = Browser::new();
        assert_eq!(at(&browser.open(&world, wanted)), first);
        assert_eq!(at(&browser.open(&world, wanted)), first);
        // The other language of the same page is no way round it.
        assert_eq!(at(&browser.open(&world, FIRST)), FIRST);
        assert_eq!(go_on(&world, &mut browser), wanted);
    }
}

#[test]
fn when_a_service_has_no_arrival_path_then_nothing_of_it_is_there() {
    let plain = World::new();
    let mut browser = Browser::new();
    assert_eq!(at(&browser.open(&plain, WANTED)), WANTED);
    assert_eq!(said(&plain), Value::Null);
    assert_eq!(browser.send(&plain, form()).status, 404);
    // Taken out of the configuration, it holds back no session that it began; put in, none that was there.
    let world = world();
    let mut browser = new(&world);
    world.deploy(|setup| {
        setup
            .vars
            .get_mut("SERVICE_DEMO")
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove("arrival");
    });
    assert_eq!(at(&browser.open(&world, WANTED)), WANTED);
    assert_eq!(said(&world), Value::Null);
    let mut before = Browser::new();
    assert_eq!(at(&before.open(&world, WANTED)), WANTED);
    world.deploy(|setup| setup.field("arrival", FIRST));
    assert_eq!(at(&before.open(&world, WANTED)), WANTED);
    assert_eq!(at(&browser.open(&world, WANTED)), FIRST);
}

#[test]
fn when_the_service_asks_at_run_time_then_the_arrival_path_still_comes_first() {
    let world = world();
    let mut browser = new(&world);
    let link = "/auth/sign-in?return_to=%2Fwhoami";
    assert_eq!(at(&browser.open(&world, link)), "/whoami");
    world.answer.borrow_mut().status = 401;
    let challenge = "OneLogin max_age=300".to_owned();
    world.challenge.replace(Some(challenge));
    assert_eq!(leads(&browser.step(&world, "/whoami")), FIRST);
}

#[test]
fn t136_rejects_looking_ahead_past_the_arrival_path() {
    let world = world();
    let mut browser = new(&world);
    world.forget();
    for purpose in ["prefetch", "prefetch;prerender"] {
        let shown = browser.send(&world, own(WANTED).with("sec-purpose", purpose));
        assert_eq!((shown.by, shown.status), (By::Edge, 503), "{purpose}");
        assert_eq!(shown.set_cookies().count(), 0, "{purpose}");
    }
    // The arrival path, the pages below it and an optional page may be fetched ahead.
    for path in [FIRST, "/welcome/terms", "/whoami"] {
        let shown = browser.send(&world, own(path).with("sec-purpose", "prefetch"));
        assert_eq!(at(&shown), path);
    }
    assert_eq!(go_on(&world, &mut browser), WANTED);
    let shown = browser.send(&world, own(WANTED).with("sec-purpose", "prefetch"));
    assert_eq!(at(&shown), WANTED);
}
