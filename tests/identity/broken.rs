//! Every check of the core identity broken once, in a whole journey: the route stays closed, nothing is
//! kept, and the person stays signed in as before.

use serde_json::{Value, json};

use crate::forged::{DID, NAME, forge, publish};
use crate::world::{Browser, By, SESSION, World};
use crate::{kept_out, signed_in, told, world};

const PROBLEM: &str = "Sorry, there is a problem with the service";

/// How a journey to a route with an identity ends.
fn refused(world: &World, browser: &mut Browser) -> (u16, Vec<String>) {
    let session = browser.cookie(SESSION).unwrap().to_owned();
    let shown = kept_out(world, browser, "/apply/form");
    assert_eq!(shown.heading(), PROBLEM);
    assert_eq!(
        browser.cookie(SESSION),
        Some(session.as_str()),
        "the session stays as it was"
    );
    assert!(browser.attempts().is_empty());
    (shown.status, world.happened().lines())
}

fn broken(change: impl Fn(&mut Value, &mut Value) + 'static) -> Vec<String> {
    let world = world();
    publish(&world);
    let mut browser = signed_in(&world);
    forge(&world, change);
    let (status, lines) = refused(&world, &mut browser);
    assert!([500, 502].contains(&status));
    assert_eq!(
        told(&world, &mut browser, "/account/x").claims["vot"],
        "Cl.Cm"
    );
    lines
}

#[test]
fn when_a_published_key_signed_the_core_identity_then_it_is_accepted() {
    let world = world();
    publish(&world);
    forge(&world, |_, _| {});
    let stated = told(&world, &mut Browser::new(), "/apply/form");
    let parts = &stated.claims["coreIdentity"]["name"][0]["nameParts"];
    assert_eq!(parts[0]["value"], "Canary");
}

#[test]
fn t13_t14_t15_rejects_each_claim_and_header_broken_once() {
    type Break = fn(&mut Value, &mut Value);
    let each: [(&str, Break); 22] = [
        ("wrong_type", |header, _| {
            header["typ"] = json!("logout+jwt")
        }),
        ("header_extension", |header, _| {
            header["crit"] = json!(["x"])
        }),
        ("algorithm_not_allowed", |header, _| {
            header["alg"] = json!("none")
        }),
        ("algorithm_mismatch", |header, _| {
            header["alg"] = json!("RS256")
        }),
        ("key_id_missing", |header, _| header["kid"] = json!("")),
        ("key_controller_mismatch", |header, _| {
            header["kid"] = json!("test")
        }),
        ("key_controller_mismatch", |header, _| {
            header["kid"] = json!("did:web:evil.example#test");
        }),
        ("key_controller_mismatch", |header, _| {
            header["kid"] = json!(format!("{DID}#test#test"));
        }),
        ("issuer_mismatch", |_, claims| {
            claims["iss"] = json!("https://oidc.account.gov.uk/")
        }),
        ("issuer_mismatch", |_, claims| {
            claims["iss"] = json!("https://identity.integration.account.gov.uk/");
        }),
        ("audience_mismatch", |_, claims| {
            claims["aud"] = json!("another-client")
        }),
        ("identity_subject_mismatch", |_, claims| {
            claims["sub"] = json!("urn:fdc:other")
        }),
        ("subject_invalid", |_, claims| claims["sub"] = Value::Null),
        ("issued_at_invalid", |_, claims| {
            claims["iat"] = json!(1_800_000_031)
        }),
        ("expired", |_, claims| {
            claims["iat"] = json!(1_800_000_000 - 1_831)
        }),
        ("expired", |_, claims| {
            claims["exp"] = json!(1_800_000_000 - 31)
        }),
        ("not_yet_valid", |_, claims| {
            claims["nbf"] = json!(1_800_000_031)
        }),
        ("vector_mismatch", |_, claims| {
            claims["vot"] = json!("Cl.Cm.P2")
        }),
        ("vector_mismatch", |_, claims| claims["vot"] = json!("P0")),
        ("nonce_present", |_, claims| {
            claims["nonce"] = json!("nonce")
        }),
        ("logout_token", |_, claims| claims["events"] = json!({})),
        ("claims_malformed", |_, claims| claims["vc"] = json!({})),
    ];
    for (label, change) in each {
        assert_eq!(broken(change), [format!("callback: {label}")]);
    }
}

#[test]
fn t6_rejects_a_core_identity_signed_with_another_key() {
    // The document lists the provider's key under the id that the token of ours names.
    let world = world();
    let mut browser = signed_in(&world);
    world.change("did.json", |document| {
        document["assertionMethod"][0]["id"] = json!(format!("{DID}#test"));
    });
    forge(&world, |_, _| {});
    let (status, lines) = refused(&world, &mut browser);
    assert_eq!(
        (status, lines),
        (502, vec!["callback: signature_invalid".to_owned()])
    );
}

#[test]
fn t21_rejects_a_core_identity_that_is_not_a_token_or_not_there() {
    type Break = fn(&mut Value);
    let each: [(&str, Break); 6] = [
        ("token_malformed", |answer| answer[NAME] = json!("")),
        ("token_malformed", |answer| answer[NAME] = json!("a.b.c")),
        ("token_too_long", |answer| {
            answer[NAME] = json!("a".repeat(20_000))
        }),
        ("userinfo_malformed", |answer| {
            answer[NAME] = json!({ "name": [] })
        }),
        ("userinfo_malformed", |answer| {
            answer["https://vocab.account.gov.uk/v1/address"] = json!("8 HADLEY ROAD");
        }),
        ("userinfo_malformed", |answer| {
            answer["https://vocab.account.gov.uk/v1/passport"] = json!([{ "documentNumber": 7 }]);
        }),
    ];
    for (label, change) in each {
        let world = world();
        let mut browser = signed_in(&world);
        world.change("/userinfo", change);
        assert_eq!(
            refused(&world, &mut browser).1,
            [format!("callback: {label}")]
        );
    }
}

#[test]
fn t46_when_a_sign_in_needs_no_identity_then_identity_claims_are_not_read() {
    let world = world();
    world.change("/userinfo", |answer| answer[NAME] = json!("not a token"));
    let shown = Browser::new().open(&world, "/account/x");
    assert_eq!(shown.by, By::Origin);
}
