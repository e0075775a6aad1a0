//! The claims that the service gets, on which routes, how, and until when; and where none of them may be.

use serde_json::{Value, json};
use simulator::jose::{Object, Unverified};

use crate::world::{Browser, By, STREET, World};
use crate::{told, world};

/// Every identity claim, and the claims about them.
const CLAIMS: [&str; 6] = [
    "coreIdentity",
    "address",
    "passport",
    "drivingPermit",
    "returnCode",
    "identity_claims",
];

fn present(claims: &serde_json::Map<String, Value>) -> Vec<&'static str> {
    let all = CLAIMS.into_iter();
    all.filter(|name| claims.contains_key(*name)).collect()
}

#[test]
fn t54_when_a_route_lists_claims_then_the_service_gets_only_those() {
    let world = world();
    let mut browser = Browser::new();
    // Twice, so that the second time assertions of other routes are kept in memory.
    for _ in 0..2 {
        for (path, claims) in [
            (
                "/apply/form",
                &["coreIdentity", "address", "identity_claims"][..],
            ),
            ("/apply/name", &["coreIdentity", "identity_claims"]),
            ("/apply/bare", &[]),
            ("/licence", &["passport", "identity_claims"]),
            ("/small", &["coreIdentity", "identity_claims"]),
            ("/account/x", &[]),
            ("/whoami", &[]),
            ("/low/x", &[]),
            ("/elsewhere", &[]),
        ] {
            let stated = told(&world, &mut browser, path);
            assert_eq!(present(&stated.claims), claims, "{path}");
            assert!(!stated.claims.contains_key("identity_outcome"), "{path}");
        }
    }
}

#[test]
fn t83_when_an_identity_is_proved_then_no_cookie_log_line_or_stored_text_holds_it() {
    let world = world();
    let mut browser = Browser::new();
    world.forget();
    for path in ["/apply/form", "/licence", "/account/x"] {
        browser.open(&world, path);
    }
    let happened = world.happened();
    let logged: Vec<_> = happened.events().iter().map(|e| format!("{e:?}")).collect();
    let stored = format!(
        "{} {:?}",
        world.outside.accounts.text(),
        world.outside.documents.borrow()
    );
    let cookies: Vec<_> = browser
        .cookies()
        .iter()
        .map(|c| browser.cookie(c).unwrap())
        .collect();
    let everything = format!("{} {stored} {}", logged.join(" "), cookies.join(" "));
    for canary in [
        "Decerqueira",
        "RGVjZXJxdWVpcm",
        "1965-07-08",
        "BA2 5AA",
        "321654987",
        "HADLEY",
        "eyJhbGciOi",
        "/apply/form",
    ] {
        assert!(!everything.contains(canary), "{canary} in {everything}");
    }
    // The raw core identity went nowhere.
    let sent: Vec<_> = happened
        .reached()
        .iter()
        .map(|r| format!("{:?}", r.headers))
        .collect();
    assert!(!sent.join(" ").contains("vtm"));
}

#[test]
fn when_half_an_hour_has_passed_then_the_service_gets_no_identity_claims_but_still_the_level() {
    let world = crate::World::with(|setup| {
        setup.prove_identities();
        setup.field("session_idle_seconds", 20_000);
    });
    let mut browser = Browser::new();
    let proved = told(&world, &mut browser, "/apply/form");
    assert_eq!(proved.claims["identity_claims"], "here");
    let kept = world.outside.accounts.text().len();
    // The last assertion with claims ends when the half hour does.
    world.pass(1_740);
    let last = told(&world, &mut browser, "/apply/form").claims;
    assert_eq!(last["identity_claims"], "here");
    assert!(last["exp"].as_i64().unwrap() <= crate::world::BEGINNING + 1_800);
    world.pass(31);
    let gone = told(&world, &mut browser, "/apply/form").claims;
    assert_eq!(present(&gone), ["identity_claims"]);
    assert_eq!(
        (&gone["identity_claims"], &gone["vot"]),
        (&json!("gone"), &json!("Cl.Cm.P2"))
    );
    world.pass(30);
    assert!(world.outside.accounts.text().len() < kept - 400);
    // The person proves the identity again.
    browser.open(
        &world,
        "/auth/sign-in?refresh=identity&return_to=%2Fapply%2Fform",
    );
    let anew = told(&world, &mut browser, "/apply/form").claims;
    assert_eq!(anew["identity_claims"], "here");
    assert_eq!(anew["sid"], proved.claims["sid"]);
}

#[test]
fn t87_when_an_identity_is_proved_again_within_the_second_then_the_service_gets_the_new_one() {
    let world = world();
    let mut browser = Browser::new();
    let streets = |browser: &mut Browser| {
        let claims = told(&world, browser, "/apply/form").claims;
        claims["address"].as_array().unwrap().len()
    };
    let anew = "/auth/sign-in?refresh=identity&return_to=%2Fapply%2Fform";
    for count in [1, 2] {
        world.addresses(count);
        browser.open(&world, anew);
        assert_eq!([(); 2].map(|()| streets(&mut browser)), [count; 2]);
    }
    // Of the next second on it is kept, and the account is spared.
    world.pass(1);
    streets(&mut browser);
    world.forget();
    assert_eq!(streets(&mut browser), 2);
    assert!(world.happened().asked().is_empty());
}

#[test]
fn t44_t55_when_claims_are_large_then_they_go_in_a_separate_header_or_not_at_all() {
    for (count, place) in [(1, "here"), (35, "header"), (70, "too_large")] {
        let world = world();
        world.addresses(count);
        let mut browser = Browser::new();
        let claims = told(&world, &mut browser, "/apply/form").claims;
        assert_eq!(claims["identity_claims"], place, "{count}");
        assert!(browser.refused().is_empty());
        browser.step(&world, "/apply/form");
        let request = world.happened().reached().pop().unwrap();
        assert!(request.assertions()[0].len() <= 4_096);
        let second = request.header("one-login-identity");
        assert_eq!(second.is_some(), place == "header");
        let here = match second {
            None => claims,
            Some(second) => {
                assert!(second.len() <= 8_000);
                assert_eq!(present(&claims), ["identity_claims"]);
                beside(&world, second, &claims)
            }
        };
        if place != "too_large" {
            assert_eq!(here["address"].as_array().unwrap().len(), count);
            let street = here["address"][0]["streetName"].as_str().unwrap();
            assert_eq!(street, STREET.repeat(4));
        }
    }
}

#[test]
fn t105_when_the_origin_takes_only_so_long_a_head_then_an_identity_is_sent_only_where_it_fits() {
    // The limit, the bytes of the service's own cookies, the addresses, and where the identity is.
    for (limit, cookies, count, place) in [
        (8_192, 100, 35, "header"),
        (8_192, 3_000, 35, "too_large"),
        (8_192, 5_000, 1, "here"),
        (8_192, 6_500, 1, "too_large"),
        (4_096, 100, 1, "here"),
        (4_096, 100, 18, "too_large"),
        (16_384, 3_000, 35, "header"),
        (65_536, 100, 70, "too_large"),
    ] {
        let case = format!("{limit} with {cookies} and {count}");
        let world = World::with(|setup| {
            setup.prove_identities();
            setup.field("origin_header_limit", limit);
        });
        world.addresses(count);
        let mut browser = Browser::new();
        browser.plant("own", &"c".repeat(cookies));
        let claims = told(&world, &mut browser, "/apply/form").claims;
        assert_eq!(claims["identity_claims"], place, "{case}");
        browser.step(&world, "/apply/form");
        let request = world.happened().reached().pop().unwrap();
        let lines = request.headers.iter();
        let size: usize = lines
            .map(|(name, value)| name.len() + value.len() + 4)
            .sum();
        assert!(
            place == "too_large" || size + 400 <= limit,
            "{case}: {size}"
        );
        // The next request has the same room and the same statement; one with more room, more.
        world.pass(1);
        told(&world, &mut browser, "/apply/form");
        world.forget();
        told(&world, &mut browser, "/apply/form");
        assert!(world.happened().asked().is_empty(), "{case}");
        browser.drop_cookie("own");
        let more = told(&world, &mut browser, "/apply/form").claims;
        let fits = count < 70 && (limit > 4_096 || count == 1);
        assert_eq!(more["identity_claims"] != "too_large", fits, "{case}");
    }
}

/// The claims of the second statement, which is verified as a service would.
pub fn beside(world: &World, second: &str, first: &Object) -> Object {
    let token = Unverified::parse(second).unwrap();
    assert_eq!(token.header_text("typ"), Some("one-login-identity+jwt"));
    assert_eq!(token.header_text("alg"), Some("ES256"));
    let keys = crate::world::assertion::keys(world);
    let key = keys
        .iter()
        .find(|key| Some(key["kid"].as_str().unwrap()) == token.header_text("kid"));
    let public = Value::Object(key.unwrap().clone());
    let (input, signature) = second.rsplit_once('.').unwrap();
    let signature = one_login_edge::oidc::jws::decode(signature).unwrap();
    let members =
        json!({ "kty": public["kty"], "crv": public["crv"], "x": public["x"], "y": public["y"] });
    let alg = one_login_edge::oidc::jws::Alg::Es256;
    assert!(crate::world::keys::verify(
        &members.to_string(),
        alg,
        input.as_bytes(),
        &signature
    ));
    for name in ["iss", "aud", "sub", "sid"] {
        assert_eq!(token.claims[name], first[name], "{name}");
    }
    let names: Vec<_> = token.claims.keys().map(String::as_str).collect();
    assert_eq!(names.len(), 8, "{names:?}");
    token.claims
}

#[test]
fn t53_when_a_client_sends_identity_headers_then_they_never_reach_the_service() {
    let world = world();
    let mut browser = Browser::new();
    told(&world, &mut browser, "/apply/form");
    for path in ["/apply/form", "/account/x", "/"] {
        let request = crate::world::Incoming::get(path)
            .with("sec-fetch-dest", "document")
            .with("one-login-identity", "forged")
            .with("one_login_identity", "forged");
        assert_eq!(browser.send(&world, request).by, By::Origin);
        let reached = world.happened().reached().pop().unwrap();
        assert!(
            !format!("{:?}", reached.headers).contains("forged"),
            "{path}"
        );
    }
}
