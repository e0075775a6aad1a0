//! Keys change while people are signed in: the next generation is known everywhere before it is used.

use serde_json::{Value, json};
use simulator::jose::{Object, Unverified, thumbprint};

use crate::world::http::parameter;
use crate::world::{Browser, By, Incoming, SERVICE, SESSION, Setup, World, assertion, keys};

fn signed_in(world: &World) -> Browser {
    let mut browser = Browser::new();
    let shown = browser.open(world, "/account/details");
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    browser
}

/// Which generation sealed a cookie: the second byte of its content says so.
fn sealed_by(browser: &Browser) -> char {
    let sealed = simulator::jose::unb64(browser.cookie(SESSION).unwrap()).unwrap();
    char::from(sealed[1])
}

fn session_keys(setup: &mut Setup, present: &[usize], active: &str) {
    for (index, name) in ["SESSION_KEY_A", "SESSION_KEY_B"].into_iter().enumerate() {
        match present.contains(&index) {
            true => setup.set(name, keys::SESSION[index]),
            false => setup.unset(name),
        }
    }
    setup.set("SESSION_KEY_ACTIVE", active);
}

#[test]
fn t49_when_the_session_key_changes_then_people_stay_signed_in() {
    let world = World::new();
    let mut browser = signed_in(&world);
    let mut idle = browser.clone();
    assert_eq!(sealed_by(&browser), 'A');

    // 1. The next generation opens everywhere and seals nothing.
    world.deploy(|setup| session_keys(setup, &[0, 1], "A"));
    world.pass(60);
    assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
    assert_eq!(sealed_by(&browser), 'A');

    // 2. The new key seals. Cookies of the old key still open, and the new key seals them at their next renewal.
    world.deploy(|setup| session_keys(setup, &[0, 1], "B"));
    world.pass(60);
    assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
    assert_eq!(sealed_by(&browser), 'B');

    // 3. The old key is retired: only people who sent no request meanwhile have to sign in again.
    world.deploy(|setup| session_keys(setup, &[1], "B"));
    assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
    let shown = idle.step(&world, "/account/details");
    assert_eq!((shown.by, shown.status), (By::Edge, 302));
    assert!(
        !shown.deleted().contains(&SESSION),
        "a version behind might still open it"
    );
}

#[test]
fn t49_when_a_version_is_rolled_back_then_it_ignores_newer_cookies_and_keeps_them() {
    let world = World::with(|setup| session_keys(setup, &[0, 1], "B"));
    let mut browser = signed_in(&world);
    world.deploy(|setup| session_keys(setup, &[0], "A"));
    let shown = browser.send(&world, Incoming::get("/account/x"));
    assert_eq!((shown.status, shown.set_cookies().count()), (401, 0));
    world.deploy(|setup| session_keys(setup, &[0, 1], "B"));
    assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
}

#[test]
fn t49_when_the_session_key_changes_then_a_sign_in_under_way_still_finishes() {
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, "/account/details");
    world.deploy(|setup| session_keys(setup, &[0, 1], "B"));
    let shown = browser.open(&world, start.location());
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
}

#[test]
fn t49_when_the_active_session_key_is_missing_then_every_path_is_closed() {
    let world = World::new();
    let mut browser = signed_in(&world);
    world.deploy(|setup| session_keys(setup, &[0], "B"));
    world.forget();
    for path in ["/", "/whoami", "/account/details", "/auth/jwks.json"] {
        let shown = browser.step(&world, path);
        assert_eq!((shown.by, shown.status), (By::Edge, 500), "{path}");
    }
    assert!(world.happened().reached().is_empty());
}

fn client_keys(setup: &mut Setup, present: &[usize], active: &str) {
    for (index, name) in ["CLIENT_KEY_DEMO_A", "CLIENT_KEY_DEMO_B"]
        .into_iter()
        .enumerate()
    {
        match present.contains(&index) {
            true => setup.set(name, keys::CLIENT[index]),
            false => setup.unset(name),
        }
    }
    setup.field("client_key_active", active);
}

/// The thumbprint of one of the test keys, made by the provider's library.
fn kid(jwk: &str) -> String {
    let jwk: Object = serde_json::from_str(jwk).unwrap();
    thumbprint(&jwk).unwrap()
}

/// The ids that an address publishes, in order.
fn published(world: &World, path: &str) -> Vec<String> {
    let shown = world.ask(Incoming::get(path));
    assert_eq!(shown.status, 200);
    let document: Value = serde_json::from_str(&shown.body).unwrap();
    let keys = document["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// The id of the key that signs the next request object.
fn request_kid(world: &World) -> String {
    let start = Browser::new().step(world, "/account/details");
    let object = parameter(start.location(), "request").unwrap();
    let token = Unverified::parse(&object).unwrap();
    token.header_text("kid").unwrap().to_owned()
}

#[test]
fn t82_when_the_clients_key_changes_then_the_next_is_published_before_it_signs() {
    let (a, b) = (kid(keys::CLIENT[0]), kid(keys::CLIENT[1]));
    let world = World::new();
    let both = ["/auth/jwks.json", "/.well-known/jwks.json"];
    assert!(
        both.iter()
            .all(|path| published(&world, path) == [a.clone()])
    );
    signed_in(&world);

    world.deploy(|setup| client_keys(setup, &[0, 1], "A"));
    assert!(
        both.iter()
            .all(|path| published(&world, path) == [a.clone(), b.clone()])
    );
    assert_eq!(request_kid(&world), a);
    signed_in(&world);

    world.deploy(|setup| client_keys(setup, &[0, 1], "B"));
    assert!(
        both.iter()
            .all(|path| published(&world, path) == [b.clone(), a.clone()])
    );
    assert_eq!(request_kid(&world), b);
    signed_in(&world);

    world.deploy(|setup| client_keys(setup, &[1], "B"));
    assert!(
        both.iter()
            .all(|path| published(&world, path) == [b.clone()])
    );
    signed_in(&world);
}

#[test]
fn t82_when_a_key_set_is_published_then_it_holds_only_public_members_that_the_provider_needs() {
    let world = World::with(|setup| client_keys(setup, &[0, 1], "A"));
    for (path, alg, numbers) in [
        ("/auth/jwks.json", "RS256", &["n", "e"][..]),
        ("/auth/assertion-jwks.json", "ES256", &["crv", "x", "y"]),
    ] {
        let shown = world.ask(Incoming::get(path));
        let document: Value = serde_json::from_str(&shown.body).unwrap();
        assert_eq!(document.as_object().unwrap().len(), 1);
        for key in document["keys"].as_array().unwrap() {
            let key = key.as_object().unwrap();
            let kty = if alg == "RS256" { "RSA" } else { "EC" };
            let kid = json!(thumbprint(key).unwrap());
            for (name, value) in [
                ("use", json!("sig")),
                ("alg", json!(alg)),
                ("kty", json!(kty)),
                ("kid", kid),
            ] {
                assert_eq!(key[name], value);
            }
            assert_eq!(key.len(), 4 + numbers.len(), "{key:?}");
            assert!(numbers.iter().all(|name| key.contains_key(*name)));
        }
        let head = world.ask(Incoming::get(path).method("HEAD"));
        assert_eq!(head.status, 200);
        assert!(
            head.header("cache-control")
                .unwrap()
                .starts_with("public, max-age=")
        );
        let post = world.ask(Incoming::get(path).method("POST"));
        assert_eq!(
            (post.status, post.header("allow")),
            (405, Some("GET, HEAD"))
        );
        assert!(
            world.happened().calls().is_empty(),
            "the answer waits for no call"
        );
    }
}

#[test]
fn t82_when_the_well_known_address_is_the_services_own_then_the_origin_answers_it() {
    let world = World::with(|setup| {
        setup.field("publish_well_known_jwks", false);
        setup.register("jwks_uri", format!("{SERVICE}/auth/jwks.json"));
        setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "path": "/.well-known/*", "access": "public" }));
    });
    let shown = world.ask(Incoming::get("/.well-known/jwks.json"));
    assert_eq!(shown.by, By::Origin);
    signed_in(&world);
}

#[test]
fn t82_when_the_assertion_key_changes_then_the_next_is_published_before_it_signs() {
    let world = World::new();
    let assertion_keys = |world: &World, active: &str| {
        world.deploy(|setup| {
            setup.set("ASSERTION_KEY_DEMO_B", keys::ASSERTION[1]);
            setup.field("assertion_key_active", active);
        });
    };
    let mut browser = signed_in(&world);
    assertion_keys(&world, "A");
    // An origin that fetched the keys now and keeps them for long...
    let kept = assertion::keys(&world);
    assert_eq!(kept.len(), 2);
    assertion_keys(&world, "B");
    world.forget();
    browser.open(&world, "/account/details");
    let reached = world.happened().reached().pop().unwrap();
    let token = Unverified::parse(reached.assertions()[0]).unwrap();
    assert_eq!(
        token.header_text("kid"),
        Some(kid(keys::ASSERTION[1]).as_str())
    );
    // ...verifies signatures of the new key without another fetch.
    let named = kept
        .iter()
        .find(|key| key["kid"] == token.header["kid"])
        .unwrap();
    assert!(simulator::jose::verify_es256(
        named,
        &token.signed,
        &token.signature
    ));
}
