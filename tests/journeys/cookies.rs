//! Cookies that the edge did not seal for this person, service and deployment.

use std::collections::BTreeSet;

use one_login_edge::oidc::jws::decode;
use simulator::provider::personas::Persona;

use crate::world::{Browser, By, HOST, Incoming, SESSION, Shown, World, assertion};

fn signed_in(world: &World) -> Browser {
    let mut browser = Browser::new();
    let shown = browser.open(world, "/account/details");
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    browser
}

#[test]
fn t42_rejects_a_changed_session_cookie_without_deleting_it() {
    let world = World::new();
    let mut browser = signed_in(&world);
    let good = browser.cookie(SESSION).unwrap().to_owned();
    let mut wrong: Vec<String> = (0..good.len())
        .map(|at| {
            let other = if &good[at..=at] == "A" { "B" } else { "A" };
            format!("{}{other}{}", &good[..at], &good[at + 1..])
        })
        .collect();
    wrong.extend([
        String::new(),
        format!("{good}A"),
        format!("{good}=="),
        good[1..].to_owned(),
    ]);
    wrong.push("A".repeat(100_000));
    for value in wrong {
        browser.plant(SESSION, &value);
        world.forget();
        let request = Incoming::get("/account/x").with("accept", "application/json");
        let shown = browser.send(&world, request);
        assert_eq!((shown.status, shown.set_cookies().count()), (401, 0));
        let happened = world.happened();
        assert_eq!(happened.0.len(), 1, "no account and no provider is asked");
        assert_eq!(happened.lines(), ["refused: no_session"]);
    }
    browser.plant(SESSION, &good);
    assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
}

#[test]
fn t48_rejects_a_cookie_that_another_service_sealed() {
    let world = World::with(|setup| setup.add_other("other.example.gov.uk", "other-client"));
    let mut browser = signed_in(&world);
    let session = browser.cookie(SESSION).unwrap().to_owned();
    let start = browser.step(&world, "/auth/sign-in?return_to=/wallet");
    assert_eq!(start.status, 303, "a signed-in person is sent on");
    // The same keys, another host and client: a cookie that was carried over is not a session.
    let shown = world.ask(
        Incoming::get("https://other.example.gov.uk/account/details")
            .with("accept", "application/json")
            .with("cookie", &format!("{SESSION}={session}")),
    );
    assert_eq!((shown.by, shown.status), (By::Edge, 401));
    // Nor does an attempt open as a session.
    let mut fresh = Browser::new();
    fresh.step(&world, "/account/details");
    let attempt = fresh.attempts()[0].to_owned();
    let sealed = fresh.cookie(&attempt).unwrap().to_owned();
    fresh.plant(SESSION, &sealed);
    let shown = fresh.send(&world, Incoming::get("/account/x"));
    assert_eq!(shown.status, 401);
}

#[test]
fn t48_rejects_a_session_of_another_environment_or_client() {
    let world = World::new();
    let browser = signed_in(&world);
    world.deploy(|setup| setup.field("client_id", "renamed-client"));
    let shown = world.ask(browser.dressed(&world, Incoming::get("/account/x")));
    assert_eq!(shown.status, 401);
    world.deploy(|setup| {
        setup.field("client_id", crate::world::CLIENT);
        setup.field("environment", "integration");
        setup.set("DEPLOYMENT", "integration");
    });
    let shown = world.ask(browser.dressed(&world, Incoming::get("/account/x")));
    assert_eq!(shown.status, 401);
    world.deploy(|setup| {
        setup.field("environment", "production");
        setup.set("DEPLOYMENT", "production");
    });
    let shown = world.ask(browser.dressed(&world, Incoming::get("/account/x")));
    assert_eq!(shown.by, By::Origin);
}

#[test]
fn t45_rejects_a_cookie_header_in_which_another_cookie_could_pass_for_the_session() {
    let world = World::new();
    let mut browser = signed_in(&world);
    let good = browser.cookie(SESSION).unwrap().to_owned();
    for header in [
        format!("__host-ol-session={good}"),
        format!("={SESSION}={good}"),
        format!("a=b, {SESSION}={good}"),
        format!("\u{a0}{SESSION}={good}"),
        format!("{SESSION} ={good}"),
        format!("{SESSION}=\"{good}\""),
    ] {
        let request = Incoming::get("/account/x").with("cookie", &header);
        assert_eq!(world.ask(request).status, 401, "{header}");
        // On an open page it does not reach the service either.
        world.forget();
        world.ask(Incoming::get("/").with("cookie", &header));
        let reached = world.happened().reached().pop().unwrap();
        let cookie = reached.header("cookie").unwrap_or_default().to_lowercase();
        assert!(!cookie.contains("__host-ol-"), "{header}");
    }
    assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
}

#[test]
fn t118_when_a_planted_cookie_has_the_sessions_name_then_the_person_is_not_locked_out() {
    let world = World::new();
    let mut browser = signed_in(&world);
    let name = *browser
        .names()
        .iter()
        .find(|name| name.starts_with(SESSION))
        .unwrap();
    let name = name.to_owned();
    for (other, value) in [
        (name.as_str(), "planted"),
        (SESSION, "planted"),
        (SESSION, ""),
    ] {
        browser.plant_beside(other, value);
        assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
    }
    // Signing out takes all of them away, in both partitions.
    browser.sign_out(&world, "");
    assert!(!browser.has_session(), "{:?}", browser.names());
}

#[test]
fn t45_t118_when_a_browser_has_cookies_of_two_people_then_it_is_signed_out_until_one_signs_in() {
    let world = World::new();
    let mut browser = signed_in(&world);
    world.person("sian");
    let attacker = signed_in(&world);
    world.person("kenneth");
    browser.plant_beside(SESSION, attacker.cookie(SESSION).unwrap());
    let script = browser.dressed(&world, Incoming::get("/account/x"));
    assert_eq!(world.ask(script).status, 401);
    assert_eq!(browser.open(&world, "/account/details").by, By::Origin);
    assert_eq!(
        browser
            .names()
            .iter()
            .filter(|name| name.starts_with(SESSION))
            .count(),
        1
    );
    // Even where the other one comes back, because a person puts it there again.
    browser.plant_beside(SESSION, attacker.cookie(SESSION).unwrap());
    world.forget();
    assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
    let reached = world.happened().reached();
    let stated = assertion::verified(&world, reached[0].assertions()[0]);
    let own = Persona::find("kenneth").unwrap().subject(HOST);
    assert_eq!(stated.claims["sub"], own);
}

/// The nonce of each sealed cookie of an answer: the 24 bytes behind version and generation.
fn nonces(shown: &Shown) -> Vec<Vec<u8>> {
    let sealed = shown.set_cookies().filter_map(|cookie| {
        let (_, value) = cookie.split(';').next()?.split_once('=')?;
        decode(value).ok().filter(|bytes| bytes.len() > 60)
    });
    sealed.map(|bytes| bytes[2..26].to_vec()).collect()
}

#[test]
fn t50_when_a_text_is_sealed_then_its_nonce_is_its_own() {
    let world = World::new();
    let mut all = Vec::new();
    let mut browser = signed_in(&world);
    for _ in 0..500 {
        // The same session is sealed again; only its times differ.
        world.pass(60);
        let renewed = nonces(&browser.step(&world, "/account/details"));
        assert_eq!(renewed.len(), 1);
        all.extend(renewed);
        let started = nonces(&Browser::new().step(&world, "/account/details"));
        assert_eq!(started.len(), 1);
        all.extend(started);
    }
    let distinct: BTreeSet<_> = all.iter().map(|nonce| &nonce[..8]).collect();
    assert_eq!(distinct.len(), 1_000, "not even a part of one comes twice");
}
