//! The switch: the service says in KV that sign-in is off or that it is closed, and people see so within a minute.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;

#[path = "switch/records.rs"]
mod records;

use one_login_edge::oidc::jwk::PrivateJwk;
use one_login_edge::oidc::jws::{Alg, Unsigned};
use one_login_edge::oidc::switch::{SERVICE_CLOSED, SIGN_IN_OFF, TYPE};
use serde_json::{Value, json};
use world::{
    Browser, By, Happened, ISSUER, Incoming, SERVICE, Setup, Shown, Trouble, When, World, keys,
};

/// The service's key: no other part of the world uses it.
const KEY: &str = keys::ASSERTION[1];

/// A page that only people who are signed in see.
const PAGE: &str = "/account/details";

fn public(key: &str) -> Value {
    let mut key: Value = serde_json::from_str(key).unwrap();
    for private in ["d", "note"] {
        key.as_object_mut().unwrap().remove(private);
    }
    key
}

fn key_id(key: &str) -> String {
    PrivateJwk::parse(key, Alg::Es256).unwrap().key_id
}

fn with_switch(setup: &mut Setup) {
    setup.field("service_keys", json!([public(KEY)]));
    setup.field("switch", json!(true));
}

fn world() -> World {
    World::with(with_switch)
}

fn signed(key: &str, key_id: &str, typ: &str, claims: &Value) -> String {
    let unsigned = Unsigned::new(Alg::Es256, key_id, typ, claims).unwrap();
    let signature = keys::sign(key, Alg::Es256, unsigned.signing_input()).unwrap();
    unsigned.finish(&signature)
}

fn claims(world: &World, off: &Value) -> Value {
    let mut claims = json!({ "iss": SERVICE, "aud": SERVICE, "iat": world.now() });
    for (name, value) in off.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn name() -> String {
    format!("switch/{SERVICE}")
}

fn put(world: &World, record: String) {
    world.outside.documents.borrow_mut().insert(name(), record);
}

/// The service's own record, which every isolate has read after a minute.
fn set(world: &World, off: Value) {
    put(world, signed(KEY, &key_id(KEY), TYPE, &claims(world, &off)));
    world.pass(60);
}

fn signed_in(world: &World, persona: &str) -> Browser {
    world.person(persona);
    let mut browser = Browser::new();
    assert_eq!(browser.open(world, PAGE).by, By::Origin);
    browser
}

fn page(world: &World, path: &str) -> Shown {
    Browser::new().step(world, path)
}

fn json_of(shown: &Shown) -> Value {
    serde_json::from_str(&shown.body).unwrap()
}

#[test]
fn when_sign_in_is_off_then_each_start_gets_a_page_and_people_who_are_signed_in_go_on() {
    let world = World::with(|setup| {
        with_switch(setup);
        setup.prove_identities();
    });
    let mut inside = signed_in(&world, "kenneth");
    let mut under_way = Browser::new();
    let at_provider = under_way.step(&world, PAGE);
    assert!(at_provider.location().starts_with(ISSUER));
    // 2027-01-15T18:00Z.
    set(&world, json!({ SIGN_IN_OFF: 1_800_036_000 }));
    world.forget();
    for path in [PAGE, "/auth/sign-in?return_to=%2Faccount"] {
        let mut browser = Browser::new();
        for (language, heading, time) in [
            (
                "en",
                "Sorry, signing in is unavailable",
                "You will be able to sign in from 6pm on Friday 15 January 2027.",
            ),
            (
                "cy",
                "Mae’n ddrwg gennym, nid yw mewngofnodi ar gael",
                "Byddwch yn gallu mewngofnodi o 6pm ddydd Gwener 15 Ionawr 2027.",
            ),
        ] {
            browser.language = language;
            let shown = browser.step(&world, path);
            assert_eq!((shown.by, shown.status), (By::Edge, 503), "{path}");
            assert!(shown.body.contains(heading), "{}", shown.body);
            assert!(shown.body.contains(time), "{}", shown.body);
            let seconds = (1_800_036_000 - world.now()).to_string();
            assert_eq!(shown.header("retry-after"), Some(seconds.as_str()));
            assert_eq!(shown.set_cookies().count(), 0);
        }
    }
    // A step-up is a start too; everything else goes on.
    let stepped = inside.step(&world, "/apply/bare");
    assert_eq!((stepped.by, stepped.status), (By::Edge, 503));
    assert_eq!(inside.step(&world, PAGE).by, By::Origin);
    assert_eq!(page(&world, "/").by, By::Origin);
    let lines = world.happened().lines();
    assert_eq!(lines, ["switch: sign_in_off"], "one line a minute");
    // A sign-in that began before comes to its end, and signing out works.
    let came_back = under_way.open(&world, at_provider.location());
    assert_eq!(came_back.by, By::Origin);
    assert_eq!(inside.sign_out(&world, "").status, 303);
    // The time comes by itself.
    world.pass(1_800_036_000 - world.now());
    assert_eq!(page(&world, PAGE).status, 302);
}

#[test]
fn when_the_service_is_closed_then_only_what_people_and_servers_need_is_answered() {
    let world = world();
    let mut inside = signed_in(&world, "kenneth");
    set(&world, json!({ SERVICE_CLOSED: true }));
    world.forget();
    let callback = "/auth/callback?code=a&state=b";
    for path in [
        "/",
        PAGE,
        "/auth/sign-in",
        callback,
        "/auth/header",
        "/auth/x",
    ] {
        let shown = inside.step(&world, path);
        assert_eq!((shown.by, shown.status), (By::Edge, 503), "{path}");
        assert_eq!(shown.header("retry-after"), Some("600"), "{path}");
        let later = "You will be able to use the service later.";
        assert!(shown.body.contains(later), "{path} {}", shown.body);
        assert!(!shown.body.contains("Go back to the service"), "{path}");
    }
    let posted = world.ask(inside.dressed(&world, Incoming::get(PAGE).method("POST")));
    assert_eq!((posted.by, posted.status), (By::Edge, 503));
    let script = Incoming::get(PAGE)
        .with("sec-fetch-dest", "empty")
        .with("accept", "*/*");
    let script = world.ask(script);
    assert_eq!(json_of(&script)["status"], 503);
    assert!(world.happened().reached().is_empty());
    for path in [
        "/auth/jwks.json",
        "/auth/assertion-jwks.json",
        "/.well-known/jwks.json",
    ] {
        assert_eq!(world.ask(Incoming::get(path)).status, 200, "{path}");
    }
    let health = world.ask(Incoming::get("/auth/health"));
    assert_eq!(health.status, 200);
    let closed = json!({
        "sign_in": { "state": "on", "until": null },
        "service": { "state": "closed", "until": null },
    });
    assert_eq!(json_of(&health)["switch"], closed);
    let session = inside.step(&world, "/auth/session");
    assert_eq!(json_of(&session)["switch"], closed);
    assert_eq!(json_of(&session)["signed_in"], true);
    let welsh = page(&world, "/auth/page?name=service-closed&lang=cy");
    assert!(welsh.body.contains("nid yw’r gwasanaeth ar gael"));
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    assert_eq!(inside.sign_out(&world, "").status, 303);
    set(&world, json!({}));
    assert_eq!(page(&world, "/").by, By::Origin);
    assert_eq!(page(&world, PAGE).status, 302);
}

#[test]
fn when_the_service_is_closed_then_programs_and_scripts_of_listed_origins_can_read_so() {
    const LISTED: &str = "https://www.example.gov.uk";
    let world = World::with(|setup| {
        with_switch(setup);
        setup.field("cors_origins", json!([LISTED]));
        setup.field("redirect_path", "/api/return");
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        routes
            .unwrap()
            .push(json!({ "path": "/api/*", "access": "api" }));
    });
    set(&world, json!({ SERVICE_CLOSED: true }));
    // The Worker's own addresses are for people.
    let callback = page(&world, "/api/return?code=a&state=b");
    assert_eq!(callback.status, 503);
    assert!(
        callback
            .header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    let from = |path: &str, origin: &str| {
        Incoming::get(path)
            .with("origin", origin)
            .with("accept", "*/*")
    };
    let script = world.ask(from(PAGE, LISTED).with("sec-fetch-dest", "empty"));
    assert_eq!(json_of(&script)["status"], 503);
    assert_eq!(script.header("access-control-allow-origin"), Some(LISTED));
    assert_eq!(
        script.header("access-control-allow-credentials"),
        Some("true")
    );
    let preflight = |path: &str, origin: &str| {
        let asked = from(path, origin).method("OPTIONS");
        world.ask(asked.with("access-control-request-method", "PUT"))
    };
    assert_eq!(preflight(PAGE, LISTED).status, 204);
    for (path, origin) in [(PAGE, "https://evil.example"), ("/auth/arrived", LISTED)] {
        assert_eq!(preflight(path, origin).status, 503, "{path} {origin}");
    }
    let other = world.ask(from(PAGE, "https://evil.example").with("sec-fetch-dest", "empty"));
    assert_eq!(
        (other.status, other.header("access-control-allow-origin")),
        (503, None)
    );
    // A program may say that it takes pages.
    let program = Incoming::get("/api/list")
        .with("accept", "text/html")
        .with("authorization", "Bearer a");
    let program = world.ask(program);
    assert_eq!(
        (program.status, program.header("content-type")),
        (503, Some("application/problem+json"))
    );
}

#[test]
fn when_a_page_is_asked_for_in_the_other_language_then_it_has_the_time_too() {
    let world = world();
    set(&world, json!({ SERVICE_CLOSED: 1_800_036_000 }));
    for (lang, time) in [
        (
            "en",
            "You will be able to use the service from 6pm on Friday 15 January 2027.",
        ),
        (
            "cy",
            "Byddwch yn gallu defnyddio’r gwasanaeth o 6pm ddydd Gwener 15 Ionawr 2027.",
        ),
    ] {
        let path = format!("/auth/page?name=service-closed&lang={lang}");
        let shown = page(&world, &path);
        assert!(shown.body.contains(time), "{}", shown.body);
    }
}

#[test]
fn when_there_is_no_switch_then_nothing_is_read_and_no_record_counts() {
    let world = World::with(|setup| setup.field("service_keys", json!([public(KEY)])));
    set(&world, json!({ SERVICE_CLOSED: true }));
    assert_eq!(page(&world, "/").by, By::Origin);
    let health = world.ask(Incoming::get("/auth/health"));
    assert!(json_of(&health).get("switch").is_none());
    let read = |event: &Happened| matches!(event, Happened::Read(key) if *key == name());
    assert!(!world.happened().0.iter().any(read));
}

#[test]
fn when_an_hour_of_requests_passes_then_the_record_is_read_once_a_minute_and_verified_once() {
    let world = world();
    set(&world, json!({}));
    world.forget();
    for _ in 0..600 {
        assert_eq!(page(&world, "/").by, By::Origin);
        world.pass(6);
    }
    let happened = world.happened();
    assert_eq!(happened.storage().0, 60);
    let verified = |event: &&Happened| matches!(event, Happened::Verified { .. });
    assert_eq!(happened.0.iter().filter(verified).count(), 1);
}

#[test]
fn when_the_service_is_closed_then_a_form_that_its_page_asks_about_would_be_lost() {
    let world = World::with(|setup| {
        with_switch(setup);
        let routes = json!([{ "path": "/account/*", "form_warning": true }, { "path": "/other" }]);
        setup.field("routes", routes);
    });
    let mut inside = signed_in(&world, "kenneth");
    let asked = |browser: &mut Browser, path: &str| {
        let question = Incoming::get(&format!("/auth/session?form={path}"));
        json_of(&browser.send(&world, question.with("sec-fetch-site", "same-origin")))
    };
    assert_eq!(asked(&mut inside, PAGE).get("form_lost"), None);
    set(&world, json!({ SERVICE_CLOSED: true }));
    for browser in [&mut inside, &mut Browser::new()] {
        assert_eq!(asked(browser, PAGE)["form_lost"], "service-closed");
        assert_eq!(asked(browser, "/other").get("form_lost"), None);
    }
    let form = Incoming::post(PAGE, "a=b").with("sec-fetch-dest", "document");
    let shown = inside.send(&world, form.with("sec-fetch-site", "same-origin"));
    assert_eq!((shown.by, shown.status), (By::Edge, 503));
    set(&world, json!({ SERVICE_CLOSED: false }));
    assert_eq!(asked(&mut inside, PAGE).get("form_lost"), None);
}
