//! The people who may come in: only people whom the service has invited, by their address or with a code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;

#[path = "admission/codes.rs"]
mod codes;
#[path = "admission/messages.rs"]
mod messages;
#[path = "admission/routes.rs"]
mod routes;

use std::hash::{DefaultHasher, Hash, Hasher};

use one_login_edge::gate::admission::TYPE;
use one_login_edge::session::account::admission::name;
use serde_json::{Value, json};
use world::service_key::{KEY, key_id, listed, token};
use world::{Browser, By, CLIENT, Incoming, SERVICE, Setup, Shown, Trouble, When, World, keys};

/// A page that only people who are signed in see.
const PAGE: &str = "/account/details";

/// The invited person's address.
const ADDRESS: &str = "kenneth@example.gov.uk";

/// A code, as a link has it.
const CODE: &str = "AAECAwQFBgcICQoLDA0ODw";

/// A session key that the world has not used yet.
const THIRD: &str = "Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M";

fn invited(setup: &mut Setup) {
    listed(setup);
    setup.field("admission", "invited");
    setup.field("contact", "https://licence.example.gov.uk/contact");
}

fn world() -> World {
    World::with(invited)
}

/// An id that says nothing of the message.
fn id(act: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    act.to_string().hash(&mut hasher);
    hasher.finish()
}

/// The claims of a good message.
fn claims(world: &World, act: &Value) -> Value {
    let now = world.now();
    let mut claims = json!({
        "iss": SERVICE, "aud": SERVICE, "sub": SERVICE, "iat": now, "exp": now + 60,
        "jti": format!("{now} {}", id(act)),
    });
    for (name, value) in act.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn request(token: &str) -> Incoming {
    let mut request = Incoming::get("/auth/admission")
        .method("POST")
        .with("content-type", "application/jwt")
        .with("cf-connecting-ip", "203.0.113.7");
    request.body = token.as_bytes().to_vec();
    request
}

fn good(claims: &Value) -> String {
    token(KEY, &key_id(KEY), TYPE, claims)
}

/// Sends a good message; the numbers that come back.
fn tell(world: &World, act: Value) -> Value {
    let shown = world.ask(request(&good(&claims(world, &act))));
    assert_eq!((shown.by, shown.status), (By::Edge, 200), "{}", shown.body);
    serde_json::from_str(&shown.body).unwrap()
}

fn open(world: &World, persona: &str, page: &str) -> Shown {
    world.person(persona);
    Browser::new().open(world, page)
}

/// Whether a person comes in in a browser of their own, to a page that says so or to the service.
fn comes_in(world: &World, persona: &str, page: &str) -> bool {
    world.forget();
    let shown = open(world, persona, page);
    match (shown.by, shown.status) {
        (By::Origin, 200) => true,
        (By::Edge, 403) => {
            let happened = world.happened();
            let last = happened.lines().last().cloned();
            assert_eq!(last.as_deref(), Some("callback: not_invited"));
            assert!(happened.reached().is_empty(), "the service got no request");
            assert!(!happened.asked().contains(&"begin"), "no session began");
            false
        }
        other => panic!("{other:?}"),
    }
}

fn with_code(page: &str) -> String {
    format!("/auth/sign-in?return_to={page}&invitation={CODE}")
}

#[test]
fn t155_when_a_service_invites_then_only_people_with_an_invited_address_get_a_session() {
    let world = world();
    assert!(!comes_in(&world, "kenneth", PAGE));
    let told = tell(
        &world,
        json!({ "act": "add", "who": ["KENNETH@example.gov.uk"] }),
    );
    let expected = json!({ "invitations": 1, "people": 0, "max": 10_000 });
    assert_eq!(told, expected);
    assert!(comes_in(&world, "kenneth", PAGE));
    assert!(!comes_in(&world, "sian", PAGE));
    assert!(!comes_in(&world, "amal", PAGE), "of the same host");
    let told = tell(&world, json!({ "act": "count" }));
    assert_eq!(
        (&told["invitations"], &told["people"]),
        (&json!(1), &json!(1))
    );
    // The storage has only hashes of those who were invited.
    let stored = world.outside.accounts.text();
    assert!(!stored.to_lowercase().contains("kenneth"), "{stored}");
    assert!(stored.contains(&name("production", CLIENT)));
}

#[test]
fn t155_when_an_address_is_not_verified_then_it_lets_no_person_in() {
    let world = world();
    tell(
        &world,
        json!({ "act": "add", "who": ["kenneth@example.gov.uk"] }),
    );
    world.change("/userinfo", |answer| {
        answer["email_verified"] = json!(false)
    });
    assert!(!comes_in(&world, "kenneth", PAGE));
    world.mend();
    world.change("/userinfo", |answer| {
        answer.as_object_mut().unwrap().remove("email_verified");
    });
    assert!(!comes_in(&world, "kenneth", PAGE));
    world.mend();
    assert!(comes_in(&world, "kenneth", PAGE));
    // A person who is in stays in, whatever the provider says of the address now.
    world.change("/userinfo", |answer| {
        answer["email"] = json!("other@example.gov.uk")
    });
    assert!(comes_in(&world, "kenneth", PAGE));
}

#[test]
fn when_a_person_is_not_invited_then_the_page_says_what_helps_and_where_the_contact_is() {
    let world = world();
    for (language, heading, says) in [
        ("en", "You need an invitation", "open it again"),
        ("cy", "Mae angen gwahoddiad arnoch", "agorwch hi eto"),
    ] {
        world.person("kenneth");
        let mut browser = Browser::new();
        browser.language = language;
        let shown = browser.open(&world, PAGE);
        assert_eq!((shown.by, shown.status), (By::Edge, 403));
        assert!(
            shown.body.contains(heading) && shown.body.contains(says),
            "{language}"
        );
        assert!(
            shown
                .body
                .contains("https://licence.example.gov.uk/contact")
        );
        assert!(
            browser.cookie(world::SESSION).is_none(),
            "{:?}",
            browser.cookies()
        );
    }
}

#[test]
fn t151_when_a_person_comes_with_a_code_then_it_is_theirs_and_no_second_person_uses_it() {
    let world = world();
    tell(&world, json!({ "act": "add", "who": [CODE] }));
    assert!(comes_in(&world, "amal", &with_code(PAGE)));
    assert!(!comes_in(&world, "sian", &with_code(PAGE)));
    assert!(comes_in(&world, "amal", PAGE), "without the code");
    let stored = world.outside.accounts.text();
    assert!(!stored.contains(CODE));
    tell(&world, json!({ "act": "remove", "who": [CODE] }));
    assert!(!comes_in(&world, "amal", PAGE));
}

#[test]
fn t155_when_a_person_who_is_not_invited_answers_for_another_then_that_session_ends() {
    let world = World::with(|setup| {
        invited(setup);
        setup.register("max_age_enabled", true);
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        let recent = json!({ "path": "/recent", "max_age": 60 });
        routes.unwrap().push(recent);
    });
    tell(&world, json!({ "act": "add", "who": [ADDRESS] }));
    world.person("kenneth");
    let mut browser = Browser::new();
    assert_eq!(browser.open(&world, PAGE).by, By::Origin);
    world.pass(120);
    world.person("amal");
    let shown = browser.open(&world, "/recent");
    assert_eq!((shown.by, shown.status), (By::Edge, 403));
    assert_eq!(
        browser.step(&world, PAGE).status,
        302,
        "the first person is out"
    );
}

#[test]
fn t155_when_the_list_gives_no_answer_then_there_is_no_session_and_no_request_reaches_the_service()
{
    let world = world();
    tell(
        &world,
        json!({ "act": "add", "who": ["kenneth@example.gov.uk"] }),
    );
    assert!(comes_in(&world, "kenneth", PAGE));
    for nth in [0, 1] {
        world.forget();
        world.trouble(Trouble::AccountNotReached, When::Nth(nth));
        let person = if nth == 0 { "kenneth" } else { "sian" };
        let shown = open(&world, person, PAGE);
        world.mend();
        assert_eq!((shown.by, shown.status), (By::Edge, 503), "{nth}");
        let happened = world.happened();
        assert_eq!(
            happened.lines().last().unwrap(),
            "callback: account_unreachable"
        );
        assert!(happened.reached().is_empty());
        assert!(!happened.asked().contains(&"begin"));
    }
}

#[test]
fn t151_when_the_list_is_closed_then_those_who_are_in_stay_and_no_other_comes_in() {
    let world = world();
    let emails = json!(["kenneth@example.gov.uk", "amal@example.gov.uk"]);
    tell(&world, json!({ "act": "add", "who": emails }));
    let told = tell(&world, json!({ "act": "limit", "max": 1 }));
    assert_eq!(told["max"], 1);
    assert!(comes_in(&world, "kenneth", PAGE));
    assert!(!comes_in(&world, "amal", PAGE));
    assert!(comes_in(&world, "kenneth", PAGE));
    tell(&world, json!({ "act": "limit" }));
    assert!(comes_in(&world, "amal", PAGE));
}

#[test]
fn t153_when_session_keys_are_rotated_twice_then_the_list_is_whole() {
    let world = world();
    tell(
        &world,
        json!({ "act": "add", "who": ["kenneth@example.gov.uk"] }),
    );
    for (added, active, gone) in [("B", "B", "A"), ("A", "A", "B")] {
        world.deploy(|setup| {
            let key = if added == "A" {
                THIRD
            } else {
                keys::SESSION[1]
            };
            setup.set(&format!("SESSION_KEY_{added}"), key);
        });
        world.deploy(|setup| setup.set("SESSION_KEY_ACTIVE", active));
        world.refresh();
        world.deploy(|setup| setup.unset(&format!("SESSION_KEY_{gone}")));
    }
    assert!(comes_in(&world, "kenneth", PAGE));
}

#[test]
fn t153_when_the_key_is_lost_then_nothing_replaces_it_until_the_service_clears_the_list() {
    let world = world();
    let emails = json!(["kenneth@example.gov.uk", "amal@example.gov.uk"]);
    tell(
        &world,
        json!({ "act": "add", "who": ["kenneth@example.gov.uk", "amal@example.gov.uk", CODE] }),
    );
    assert!(comes_in(&world, "amal", PAGE));
    world.deploy(|setup| setup.set("SESSION_KEY_A", THIRD));
    world.forget();
    world.refresh();
    let lines = world.happened().lines();
    assert!(
        lines.contains(&"admission: key_lost".to_owned()),
        "{lines:?}"
    );
    assert!(!comes_in(&world, "kenneth", PAGE));
    assert!(
        comes_in(&world, "amal", PAGE),
        "a person who is in stays in"
    );
    assert!(!comes_in(&world, "sian", &with_code(PAGE)));
    let again = claims(&world, &json!({ "act": "add", "who": emails }));
    let shown = world.ask(request(&good(&again)));
    assert_eq!(
        (shown.status, shown.body.as_str()),
        (400, r#"{"error":"key_lost"}"#)
    );
    tell(&world, json!({ "act": "clear" }));
    assert!(comes_in(&world, "amal", PAGE), "in spite of the loss");
    tell(&world, json!({ "act": "add", "who": emails }));
    assert!(comes_in(&world, "kenneth", PAGE));
}

#[test]
fn t153_when_another_version_stored_the_list_then_it_stays_and_no_person_comes_in_until_that_one_is_back()
 {
    let world = world();
    let add = json!({ "act": "add", "who": ["kenneth@example.gov.uk", "amal@example.gov.uk"] });
    tell(&world, add.clone());
    assert!(comes_in(&world, "amal", PAGE));
    let accounts = &world.outside.accounts;
    let list = name("production", CLIENT);
    let as_format = |format: u8| {
        let mut stored = accounts.stored.borrow_mut();
        let bytes = stored.get_mut(&list).unwrap();
        bytes[0] = format;
        bytes.clone()
    };
    let newer = as_format(3);
    // The hourly task and the alarms come, people and the service.
    world.refresh();
    world.pass(7_200);
    for persona in ["kenneth", "amal"] {
        let shown = open(&world, persona, PAGE);
        assert_eq!((shown.by, shown.status), (By::Edge, 503), "{persona}");
    }
    world.pass(1);
    for act in [add, json!({ "act": "clear" }), json!({ "act": "count" })] {
        let shown = world.ask(request(&good(&claims(&world, &act))));
        assert_eq!(shown.status, 503, "{act}");
    }
    assert_eq!(accounts.stored.borrow()[&list], newer);
    as_format(2);
    for persona in ["kenneth", "amal"] {
        assert!(comes_in(&world, persona, PAGE), "{persona}");
    }
}

#[test]
fn t153_when_the_list_is_damaged_then_no_person_comes_in_until_it_is_cleared() {
    let world = world();
    let add = json!({ "act": "add", "who": ["kenneth@example.gov.uk"] });
    tell(&world, add.clone());
    let list = name("production", CLIENT);
    let accounts = &world.outside.accounts;
    accounts
        .stored
        .borrow_mut()
        .insert(list, b"<html>".to_vec());
    world.pass(200);
    assert!(!comes_in(&world, "kenneth", PAGE));
    world.pass(1);
    let shown = world.ask(request(&good(&claims(&world, &add))));
    assert_eq!(
        (shown.status, shown.body.as_str()),
        (400, r#"{"error":"key_lost"}"#)
    );
    tell(&world, json!({ "act": "clear" }));
    tell(
        &world,
        json!({ "act": "add", "who": ["kenneth@example.gov.uk", CODE] }),
    );
    assert!(comes_in(&world, "kenneth", PAGE));
}

#[test]
fn t154_when_no_admission_is_configured_then_a_sign_in_asks_no_list() {
    let world = World::with(listed);
    world.person("kenneth");
    let shown = Browser::new().open(&world, &with_code(PAGE));
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    assert_eq!(world.happened().asked(), ["begin"]);
    world.refresh();
    assert!(world.happened().asked().is_empty());
}
