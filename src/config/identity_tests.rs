//! Routes that ask for an identity: their fields, and the registration that they need.

use serde_json::{Value, json};

use super::{Config, Vars};
use crate::config::sample::*;
use crate::oidc::vector::Level;
use crate::path::CanonicalPath;

/// A service whose client is registered for identities.
fn proving(routes: Value) -> Vars {
    let mut vars = vars();
    set(&mut vars, "routes", routes);
    let claims = json!(["coreIdentityJWT", "address", "returnCode"]);
    set(&mut vars, "registered_claims", claims);
    vars
}

#[test]
fn when_a_route_asks_for_an_identity_then_its_level_claims_and_place_are_read() {
    let service = demo(&proving(json!([
        { "path": "/", "access": "public" },
        { "path": "/help/*", "level": "Cl.Cm", "release": ["returnCode"] },
        { "path": "/apply", "level": "Cl.Cm.P2", "release": ["coreIdentity"], "not_proved": "/help/why" },
        { "path": "/more", "level": "Cl.Cm.P1", "not_proved": "/elsewhere" },
        { "path": "/last", "level": "Cl.Cm.P1", "not_proved": "page" },
    ])));
    let rules = service.rules.listed();
    assert_eq!(
        rules[2].release.identity,
        [true, false, false, false, false]
    );
    assert_eq!(
        rules[1].release.identity,
        [false, false, false, false, true]
    );
    let outcomes = rules.iter().map(|rule| rule.release.outcome);
    assert_eq!(
        outcomes.collect::<Vec<_>>(),
        [false, true, false, false, false]
    );
    let elsewhere = CanonicalPath::parse("/elsewhere", true).unwrap();
    assert!(service.rules.find(&elsewhere).release.outcome);
    let places = rules.iter().map(|rule| rule.not_proved.as_deref());
    let expected = [None, None, Some("/help/why"), Some("/elsewhere"), None];
    assert_eq!(places.collect::<Vec<_>>(), expected);
    assert_eq!(
        (service.proves_identity(), service.highest_level()),
        (true, Level::P2)
    );
    let name = |claim: &str| format!("https://vocab.account.gov.uk/v1/{claim}");
    let requested = ["coreIdentityJWT", "returnCode"].map(name);
    assert_eq!(service.requested_claims(), requested);
    assert!(!demo(&vars()).proves_identity());
}

#[test]
fn t14_rejects_a_not_proved_place_that_people_without_an_identity_cannot_reach() {
    for (route, place) in [
        (json!({ "not_proved": "/" }), "routes"),
        (json!({ "not_proved": "/apply" }), "routes"),
        (json!({ "not_proved": "/apply/help" }), "routes"),
        (json!({ "not_proved": "/APPLY" }), "routes"),
        (json!({ "not_proved": "help" }), "routes[1].not_proved"),
        (
            json!({ "not_proved": "https://evil.example/" }),
            "routes[1].not_proved",
        ),
        (
            json!({ "not_proved": "//evil.example/" }),
            "routes[1].not_proved",
        ),
        (
            json!({ "not_proved": "/auth/sign-in" }),
            "routes[1].not_proved",
        ),
        (json!({ "not_proved": "/a/../b" }), "routes[1].not_proved"),
        (json!({ "not_proved": true }), "routes[1].not_proved"),
        (json!({ "release": ["passport"] }), "routes[1].release"),
    ] {
        let mut all = json!({ "path": "/apply/*", "level": "Cl.Cm.P2" });
        all.as_object_mut()
            .unwrap()
            .extend(route.as_object().unwrap().clone());
        let config = Config::parse(&proving(json!([{ "path": "/", "access": "public" }, all])));
        assert_eq!(places(&config.faults), [format!("DEMO {place}")], "{route}");
    }
}

#[test]
fn rejects_an_identity_route_for_a_client_with_a_secret() {
    let mut vars = proving(json!([{ "path": "/apply", "level": "Cl.Cm.P2" }]));
    set(&mut vars, "token_auth_method", json!("client_secret_post"));
    vars.insert("CLIENT_SECRET_DEMO".to_owned(), json!("secret"));
    assert_eq!(
        places(&Config::parse(&vars).faults),
        ["DEMO token_auth_method"]
    );
}
