//! Journeys: what people do, from the first click to the page that they wanted.
//!
//! This file follows one person through one sign-in; the others follow sessions, people who come
//! in another way, keys that change, and assertions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;

#[path = "journeys/arrival.rs"]
mod arrival;
#[path = "journeys/assertions.rs"]
mod assertions;
#[path = "journeys/cookies.rs"]
mod cookies;
#[path = "journeys/cross_origin.rs"]
mod cross_origin;
#[path = "journeys/department.rs"]
mod department;
#[path = "journeys/form_warning.rs"]
mod form_warning;
#[path = "journeys/forwarded.rs"]
mod forwarded;
#[path = "journeys/frames.rs"]
mod frames;
#[path = "journeys/generations.rs"]
mod generations;
#[path = "journeys/going_on.rs"]
mod going_on;
#[path = "journeys/header.rs"]
mod header;
#[path = "journeys/health.rs"]
mod health;
#[path = "journeys/languages.rs"]
mod languages;
#[path = "journeys/navigations.rs"]
mod navigations;
#[path = "journeys/numbers.rs"]
mod numbers;
#[path = "journeys/origin_vectors.rs"]
mod origin_vectors;
#[path = "journeys/previews.rs"]
mod previews;
#[path = "journeys/programs.rs"]
mod programs;
#[path = "journeys/sessions.rs"]
mod sessions;
#[path = "journeys/staff.rs"]
mod staff;
#[path = "journeys/tabs.rs"]
mod tabs;
#[path = "journeys/variants.rs"]
mod variants;

use serde_json::json;
use simulator::provider::personas::Persona;
use world::assertion::verified;
use world::http::parameter;
use world::{BEGINNING, Browser, By, Happened, ISSUER, SERVICE, World};

#[test]
fn when_a_page_is_public_then_it_has_no_assertion_and_costs_no_call() {
    let world = World::new();
    let mut browser = Browser::new();
    for path in ["/", "/assets/app.css", "/assets/a/b.js?v=1"] {
        let shown = browser.open(&world, path);
        assert_eq!((shown.by, shown.status), (By::Origin, 200), "{path}");
        let happened = world.happened();
        let [reached] = &happened.reached()[..] else {
            panic!("{happened:?}");
        };
        assert_eq!(reached.url, format!("{SERVICE}{path}"));
        assert!(reached.assertions().is_empty() && !reached.personal);
        assert_eq!(happened.0.len(), 1, "nothing else happened: {happened:?}");
    }
    assert!(browser.cookies().is_empty());
}

#[test]
fn when_a_protected_page_is_opened_then_the_way_leads_through_the_provider_to_it() {
    let world = World::new();
    let mut browser = Browser::new();
    let shown = browser.open(&world, "/account/details?tab=2&tab=3");
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    assert_eq!(shown.url, format!("{SERVICE}/account/details?tab=2&tab=3"));

    // The way leads from the service to the provider, back to the callback, and to the page.
    let ways: Vec<_> = browser
        .history
        .iter()
        .map(|url| url.split('?').next().unwrap())
        .collect();
    let page = format!("{SERVICE}/account/details");
    let (authorize, callback) = (
        format!("{ISSUER}authorize"),
        format!("{SERVICE}/auth/callback"),
    );
    assert_eq!(ways, [&page, &authorize, &callback, &page]);

    // The browser keeps only two of the edge's cookies: the session and the count of starts.
    assert!(browser.refused().is_empty());
    let mut cookies = browser.cookies();
    cookies.sort_unstable();
    assert_eq!(cookies, ["__Host-ol-session", "__Host-ol-starts"]);
    let happened = world.happened();
    assert!(happened.lines().contains(&"signed_in: Cl.Cm".to_owned()));
    assert_eq!(
        happened.reached().len(),
        1,
        "the service saw the last request alone"
    );
}

#[test]
fn when_a_person_is_signed_in_then_the_service_gets_an_assertion_with_every_claim() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    let reached = world.happened().reached().pop().unwrap();
    let stated = verified(&world, reached.assertions()[0]);
    let kenneth = Persona::find("kenneth").unwrap();

    let kid = &world::assertion::keys(&world)[0]["kid"];
    let header = json!({ "alg": "ES256", "typ": "one-login-assertion+jwt", "kid": kid });
    assert_eq!(json!(stated.header), header);
    let sid = stated.claims["sid"].clone();
    assert_eq!(sid.as_str().unwrap().len(), 22);
    let claims = json!({
        "iss": SERVICE,
        "aud": SERVICE,
        "sub": kenneth.subject("licence.example.gov.uk"),
        "sid": sid,
        "vot": "Cl.Cm",
        "auth_time": BEGINNING,
        "session_exp": BEGINNING + 43_200,
        "iat": BEGINNING - 5,
        "exp": BEGINNING + 60,
        "email": "kenneth@example.gov.uk",
        "email_verified": true,
        "phone_number": "+447700900000",
        "phone_number_verified": true,
    });
    assert_eq!(json!(stated.claims), claims);
}

#[test]
fn when_a_page_is_optional_then_it_names_the_person_only_if_they_are_signed_in() {
    let world = World::new();
    let mut browser = Browser::new();
    let shown = browser.open(&world, "/whoami");
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    assert_eq!(shown.header("cache-control"), Some("private, no-cache"));
    let reached = world.happened().reached().pop().unwrap();
    assert!(reached.assertions().is_empty() && reached.personal);

    browser.open(&world, "/auth/sign-in?return_to=%2Fwhoami");
    let reached = world.happened().reached().pop().unwrap();
    let stated = verified(&world, reached.assertions()[0]);
    assert_eq!(
        stated.person.email.as_deref(),
        Some("kenneth@example.gov.uk")
    );
    assert_eq!(
        stated.person.phone_number, None,
        "this route does not release it"
    );
}

#[test]
fn when_a_person_signs_in_then_each_step_makes_only_its_documented_calls() {
    let world = World::new();
    let mut browser = Browser::new();
    // The first sign-in of all fetches discovery when it starts and the keys when it ends.
    let start = browser.step(&world, "/account/details");
    assert_eq!(
        paths(&world.happened().calls()),
        [".well-known/openid-configuration"]
    );
    let back = browser.step(&world, start.location());
    browser.step(&world, back.location());
    assert_eq!(
        paths(&world.happened().calls()),
        ["token", ".well-known/jwks.json", "userinfo"]
    );

    // With warm documents a start calls no endpoint, and a callback calls exactly two.
    let mut another = Browser::new();
    let start = another.step(&world, "/account/details");
    let happened = world.happened();
    assert_eq!((happened.calls().len(), happened.storage()), (0, (0, 0)));
    assert!(happened.asked().is_empty());
    assert_eq!(happened.signers().len(), 1);
    let back = another.step(&world, start.location());
    another.step(&world, back.location());
    let happened = world.happened();
    assert_eq!(paths(&happened.calls()), ["token", "userinfo"]);
    assert_eq!(happened.storage(), (0, 0));
    assert_eq!(happened.asked(), ["begin"]);

    // Signed in: the first request signs an assertion, and after that nothing leaves the edge.
    another.open(&world, "/account/details");
    assert_eq!(world.happened().signers().len(), 1);
    for _ in 0..3 {
        another.open(&world, "/account/details");
        let happened = world.happened();
        assert!(
            matches!(happened.0[..], [Happened::Reached(_)]),
            "{happened:?}"
        );
    }
}

fn paths(calls: &[String]) -> Vec<&str> {
    calls
        .iter()
        .map(|call| call.strip_prefix(ISSUER).unwrap_or(call))
        .collect()
}

#[test]
fn t39_t40_when_the_edge_calls_the_provider_then_user_agent_and_token_request_are_exact() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    let happened = world.happened();
    for event in &happened.0 {
        if let Happened::Called {
            user_agent,
            timeout_ms,
            ..
        } = event
        {
            let version = env!("CARGO_PKG_VERSION");
            assert_eq!(*user_agent, format!("one-login-edge/{version} ({SERVICE})"));
            assert!(*timeout_ms <= 8_000);
        }
    }
    let forms = happened.forms();
    assert_eq!(forms.len(), 1);
    let form = |name: &str| parameter(&format!("https://x/?{}", forms[0]), name).unwrap();
    assert_eq!(form("grant_type"), "authorization_code");
    assert_eq!(form("redirect_uri"), format!("{SERVICE}/auth/callback"));
    assert_eq!(form("code_verifier").len(), 43);
    let assertion = simulator::jose::Unverified::parse(&form("client_assertion")).unwrap();
    let id = assertion.claims["jti"].clone();
    let expected = json!({
        "iss": world::CLIENT, "sub": world::CLIENT, "aud": ISSUER, "jti": id,
        "iat": BEGINNING, "exp": BEGINNING + 60,
    });
    assert_eq!(json!(assertion.claims), expected);
}
