//! The ways in which there is no identity, each with its place, and none of them a loop.

use serde_json::{Value, json};
use simulator::jose::Object;
use simulator::provider::fault::Fault;
use simulator::provider::fault::token_endpoint::TokenFault;

use crate::forged::{NAME, forge, publish};
use crate::world::http::parameter;
use crate::world::{Browser, By, Shown, World};
use crate::{asked, kept_out, signed_in, told, world};

const CODE: &str = "https://vocab.account.gov.uk/v1/returnCode";

/// Userinfo without an identity, with a return code if there is one.
pub fn fails(world: &World, code: Option<&'static str>) {
    world.change("/userinfo", move |answer| {
        let members = answer.as_object_mut().unwrap();
        members.retain(|name, _| !name.contains("vocab"));
        if let Some(code) = code {
            members.insert(CODE.to_owned(), json!([{ "code": code }]));
        }
    });
}

/// Goes to a path, and brings the provider's answer to the identity request as this error.
fn declined(world: &World, browser: &mut Browser, path: &str, error: &str) -> Shown {
    let start = browser.step(world, path);
    let object = parameter(start.location(), "request").unwrap();
    let state = simulator::jose::Unverified::parse(&object).unwrap();
    let state = state.text("state").unwrap().to_owned();
    world.forget();
    browser.open(
        world,
        &format!("/auth/callback?error={error}&state={state}"),
    )
}

#[test]
fn t14_when_no_identity_is_proved_then_a_page_is_shown_and_the_route_stays_closed() {
    let world = world();
    let mut browser = signed_in(&world);
    fails(&world, Some("N"));
    let shown = kept_out(&world, &mut browser, "/apply/form");
    assert_eq!(
        (shown.status, shown.heading()),
        (403, "We could not confirm your identity")
    );
    assert_eq!(world.happened().lines(), ["identity: not_proved"]);
    assert_eq!(
        asked(&browser).len(),
        2,
        "one sign-in, one request for an identity"
    );
    // The person is signed in as before, and may try again.
    assert_eq!(
        told(&world, &mut browser, "/account/x").claims["vot"],
        "Cl.Cm"
    );
    world.pass(120);
    kept_out(&world, &mut browser, "/apply/form");
    world.mend();
    let link = shown.link().unwrap().to_owned();
    world.pass(120);
    assert_eq!(told(&world, &mut browser, &link).claims["vot"], "Cl.Cm.P2");
}

/// The claims that the service gets on a route that lets people through without an identity.
fn why(world: &World, browser: &mut Browser, shown: &Shown) -> Object {
    assert_eq!(
        (shown.by, shown.status),
        (By::Origin, 200),
        "{:?}",
        world.happened().lines()
    );
    assert_eq!(
        browser.history.last().unwrap(),
        "https://licence.example.gov.uk/why"
    );
    let claims = told(world, browser, "/why").claims;
    assert_eq!(claims["vot"], "Cl.Cm");
    claims
}

#[test]
fn t14_t28_when_a_route_takes_people_without_an_identity_then_the_service_gets_the_reason() {
    for code in [Some("C"), None] {
        let world = world();
        let mut browser = signed_in(&world);
        fails(&world, code);
        let shown = browser.open(&world, "/licence");
        let claims = why(&world, &mut browser, &shown);
        assert_eq!(claims["identity_outcome"], "not_proved");
        assert_eq!(claims["identity_claims"], "here");
        let codes = code.map(|code| json!([{ "code": code }]));
        assert_eq!(claims.get("returnCode"), codes.as_ref());
        let elsewhere = told(&world, &mut browser, "/account/x").claims;
        let personal = ["identity_outcome", "identity_claims", "returnCode"];
        assert!(personal.iter().all(|name| !elsewhere.contains_key(*name)));
    }
    for error in [
        "access_denied",
        "temporarily_unavailable",
        "unauthorized_client",
    ] {
        let world = without_return_codes();
        let mut browser = signed_in(&world);
        let shown = declined(&world, &mut browser, "/licence", error);
        let claims = why(&world, &mut browser, &shown);
        assert_eq!(claims["identity_outcome"], error);
        assert_eq!(claims["identity_outcome_source"], "browser");
        assert!(browser.attempts().is_empty());
    }
}

#[test]
fn t14_t93_when_only_the_browser_gives_an_error_then_the_providers_return_code_is_kept() {
    let world = world();
    let mut browser = signed_in(&world);
    fails(&world, Some("N"));
    let shown = browser.open(&world, "/licence");
    let claims = why(&world, &mut browser, &shown);
    assert_eq!(claims["identity_outcome_source"], "provider");
    world.mend();
    world.pass(130);
    let error = "temporarily_unavailable";
    let shown = declined(&world, &mut browser, "/licence", error);
    let claims = why(&world, &mut browser, &shown);
    assert_eq!(claims["identity_outcome"], error);
    assert_eq!(claims["identity_outcome_source"], "browser");
    assert_eq!(claims["returnCode"], json!([{ "code": "N" }]));
}

/// A service without the claim `returnCode`.
fn without_return_codes() -> World {
    World::with(|setup| {
        setup.prove_identities();
        setup.without_return_codes();
    })
}

#[test]
fn t28_when_the_provider_lost_the_browser_then_the_person_is_helped_to_try_again() {
    for path in ["/licence", "/apply/form"] {
        let world = world();
        let mut browser = signed_in(&world);
        let shown = declined(&world, &mut browser, path, "access_denied");
        assert_eq!((shown.by, shown.status), (By::Edge, 400), "{path}");
        assert_eq!(
            shown.heading(),
            "We could not finish checking your identity"
        );
        assert_eq!(
            world.happened().lines(),
            ["callback: identity_browser_lost"]
        );
        // The person is signed in as before, and the page's link begins the check again, as a reload of the page does.
        let link = shown.link().unwrap().to_owned();
        let reload = browser.history.last().unwrap().clone();
        let reloaded = browser.step(&world, &reload);
        assert_eq!((reloaded.status, reloaded.location()), (303, link.as_str()));
        let shown = browser.open(&world, &link);
        assert_eq!((shown.by, shown.status), (By::Origin, 200), "{path}");
        assert_eq!(told(&world, &mut browser, path).claims["vot"], "Cl.Cm.P2");
    }
}

#[test]
fn t14_when_the_identitys_level_is_too_low_then_it_only_opens_routes_of_that_level() {
    let world = world();
    publish(&world);
    let mut browser = signed_in(&world);
    forge(&world, |_, claims| claims["vot"] = json!("P1"));
    let shown = browser.open(&world, "/licence");
    assert_eq!(shown.by, By::Origin);
    let claims = told(&world, &mut browser, "/why").claims;
    let said = (&claims["identity_outcome"], &claims["vot"]);
    assert_eq!(said, (&json!("level_too_low"), &json!("Cl.Cm.P1")));
    // It does for a route that asks for no more.
    let small = told(&world, &mut browser, "/small").claims;
    assert_eq!(small["coreIdentity"]["birthDate"][0]["value"], "1970-01-01");
    kept_out(&world, &mut browser, "/apply/form");
}

#[test]
fn t28_when_a_route_names_no_page_for_errors_then_each_error_has_its_own_page() {
    for (error, status, heading, line) in [
        (
            "access_denied",
            403,
            "You did not finish proving your identity",
            "identity: access_denied",
        ),
        (
            "temporarily_unavailable",
            503,
            "You cannot prove your identity right now",
            "identity: temporarily_unavailable",
        ),
        (
            "unauthorized_client",
            500,
            "You cannot use this service at the moment",
            "identity: unauthorized_client",
        ),
        (
            "server_error",
            502,
            "We could not finish checking your identity",
            "callback: server_error",
        ),
        (
            "login_required",
            400,
            "We could not finish checking your identity",
            "callback: login_required",
        ),
        (
            "invalid_request",
            500,
            "Sorry, there is a problem with the service",
            "callback: invalid_request",
        ),
        (
            "invalid_scope",
            500,
            "Sorry, there is a problem with the service",
            "callback: invalid_scope",
        ),
        (
            "something_new",
            502,
            "Sorry, there is a problem with the service",
            "callback: other_provider_error",
        ),
    ] {
        let world = without_return_codes();
        let mut browser = signed_in(&world);
        let shown = declined(&world, &mut browser, "/apply/form", error);
        assert_eq!(
            (shown.by, shown.status, shown.heading()),
            (By::Edge, status, heading)
        );
        assert_eq!(world.happened().lines(), [line]);
        assert_eq!(shown.header("retry-after").is_some(), status == 503);
        assert_eq!(
            told(&world, &mut browser, "/account/x").claims["vot"],
            "Cl.Cm"
        );
    }
}

#[test]
fn t28_when_a_plain_sign_in_is_declined_then_it_fails_as_a_sign_in() {
    let world = world();
    let mut browser = Browser::new();
    let shown = declined(&world, &mut browser, "/licence", "access_denied");
    assert_eq!((shown.by, shown.status), (By::Edge, 502));
    assert_eq!(world.happened().lines(), ["callback: access_denied"]);
    assert!(!browser.has_session());
}

#[test]
fn t28_rejects_an_error_callback_without_the_session_cookie() {
    let world = world();
    let mut browser = signed_in(&world);
    let start = browser.step(&world, "/licence");
    let object = parameter(start.location(), "request").unwrap();
    let state = simulator::jose::Unverified::parse(&object).unwrap();
    let state = state.text("state").unwrap().to_owned();
    browser.drop_cookie(crate::world::SESSION);
    let shown = browser.step(
        &world,
        &format!("/auth/callback?error=access_denied&state={state}"),
    );
    assert_eq!((shown.by, shown.status), (By::Edge, 400));
    assert!(!browser.has_session());
}

#[test]
fn t27_t28_when_a_code_is_refused_then_a_page_is_shown_and_when_a_callback_repeats_then_it_goes_on()
{
    let world = world();
    let mut browser = signed_in(&world);
    world.provider_fault(Fault::Token(TokenFault::InvalidGrant));
    let shown = browser.open(&world, "/apply/form");
    let heading = "We could not finish checking your identity";
    assert_eq!((shown.status, shown.heading()), (400, heading));
    // A good one, and the same callback again, because the browser never got the first answer.
    world.mend();
    let start = browser.step(&world, "/apply/form");
    let back = browser.step(&world, start.location());
    let mut before = browser.clone();
    assert_eq!(browser.step(&world, back.location()).status, 303);
    let shown = before.step(&world, back.location());
    assert_eq!((shown.status, shown.location()), (303, "/apply/form"));
    before.history.clear();
    assert_eq!(
        told(&world, &mut before, "/apply/form").claims["vot"],
        "Cl.Cm.P2"
    );
    assert!(asked(&before).is_empty());
}

#[test]
fn when_a_refresh_fails_then_the_earlier_identity_is_kept() {
    let world = world();
    let mut browser = Browser::new();
    told(&world, &mut browser, "/licence");
    fails(&world, Some("N"));
    world.pass(130);
    let shown = browser.open(&world, "/auth/sign-in?refresh=identity&return_to=/licence");
    assert_eq!(shown.by, By::Origin);
    let claims = told(&world, &mut browser, "/why").claims;
    assert_eq!(claims["identity_outcome"], "not_proved");
    assert_eq!(claims["vot"], "Cl.Cm.P2");
    let claims = told(&world, &mut browser, "/licence").claims;
    assert_eq!(claims["passport"][0]["documentNumber"], "321654987");
}

#[test]
fn t14_when_a_refreshed_identity_has_a_lower_level_then_the_service_still_gets_the_earlier_one() {
    let world = world();
    let mut browser = Browser::new();
    told(&world, &mut browser, "/apply/name");
    publish(&world);
    world.pass(130);
    world.refresh();
    forge(&world, |_, claims| claims["vot"] = json!("P1"));
    let shown = browser.open(
        &world,
        "/auth/sign-in?refresh=identity&return_to=/apply/name",
    );
    assert_eq!(shown.status, 403);
    let claims = told(&world, &mut browser, "/apply/name").claims;
    assert_eq!(claims["vot"], "Cl.Cm.P2");
    let name = claims["coreIdentity"].to_string();
    assert!(name.contains("Decerqueira") && !name.contains("Canary"));
}

#[test]
fn t14_when_a_person_has_no_identity_then_they_never_go_round_in_circles() {
    let world = world();
    let mut browser = signed_in(&world);
    fails(&world, None);
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(browser.open(&world, "/apply/form").status);
    }
    assert_eq!(seen[..2], [403, 403]);
    assert!(seen.contains(&429), "{seen:?}");
    let none: Option<&Value> = None;
    assert_eq!(
        told(&world, &mut browser, "/account/x").claims.get(NAME),
        none
    );
}
