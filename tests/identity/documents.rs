//! The DID document: fetched from its one address, kept like the other documents, and believed for
//! as long as it may be.

use serde_json::{Value, json};
use simulator::provider::fault::Fault;
use simulator::provider::fault::did::DidFault;
use simulator::provider::rotation::{Keys, When as Rotate};

use crate::forged::{DID, NAME, forge, header, publish, token};
use crate::world::outside::DID_DOCUMENT;
use crate::world::{Browser, By, Incoming, Trouble, When, World};
use crate::{kept_out, signed_in, told, world};

/// How often the document was fetched since this was last asked.
fn fetches(world: &World) -> usize {
    let calls = world.happened().calls();
    calls.iter().filter(|call| *call == DID_DOCUMENT).count()
}

/// A person proved an identity a while ago.
fn warm() -> World {
    let world = world();
    told(&world, &mut Browser::new(), "/apply/form");
    world.pass(120);
    world.forget();
    world
}

#[test]
fn t16_when_a_new_key_signs_then_it_is_fetched_once_and_accepted() {
    let world = warm();
    let mut browser = signed_in(&world);
    publish(&world);
    forge(&world, |_, _| {});
    world.forget();
    browser.open(&world, "/apply/form");
    assert_eq!(fetches(&world), 1);
    assert_eq!(
        told(&world, &mut browser, "/apply/form").claims["vot"],
        "Cl.Cm.P2"
    );
    told(&world, &mut Browser::new(), "/apply/form");
    assert_eq!(fetches(&world), 0);
}

#[test]
fn t16_when_a_key_changes_at_any_age_of_the_document_then_it_is_accepted_at_once() {
    for age in [
        0, 1, 59, 60, 3_599, 3_600, 3_601, 5_000, 7_000, 7_199, 7_200, 7_201,
    ] {
        let world = world();
        told(&world, &mut Browser::new(), "/apply/form");
        world.pass(age);
        world
            .provider()
            .rotate_keys(Keys::Identity, Rotate::Now, false);
        told(&world, &mut Browser::new(), "/apply/form");
        let lines = world.happened().lines();
        let reported = lines.iter().any(|line| line.starts_with("unknown_key"));
        assert!(!reported, "{age}: {lines:?}");
    }
}

#[test]
fn t16_rejects_a_removed_identity_key_after_the_next_refresh() {
    let world = warm();
    let mut browser = signed_in(&world);
    // The old key signs, and the document lists another.
    publish(&world);
    world.refresh();
    let shown = kept_out(&world, &mut browser, "/apply/form");
    assert_eq!(shown.status, 502);
    let lines = world.happened().lines();
    assert_eq!(
        lines,
        ["unknown_key: core_identity", "callback: key_unknown"]
    );
    world.new_isolate();
    assert_eq!(
        kept_out(&world, &mut signed_in(&world), "/apply/form").status,
        502
    );
}

#[test]
fn t16_when_the_provider_rotates_its_identity_key_then_people_still_prove_identities() {
    let world = warm();
    let proves = |expected: usize| {
        world.pass(90);
        world.forget();
        let mut browser = Browser::new();
        assert_eq!(browser.open(&world, "/apply/form").by, By::Origin);
        assert_eq!(fetches(&world), expected);
    };
    // As documented: the provider publishes the new key first, and every isolate has it before it signs.
    world.provider().announce_identity_key();
    proves(0);
    world.refresh();
    world
        .provider()
        .rotate_keys(Keys::Identity, Rotate::Now, true);
    proves(0);
    // In an emergency: at once, or between the document and the token.
    for (when, keeps_old) in [
        (Rotate::Now, false),
        (Rotate::BeforeNextSignature, true),
        (Rotate::BeforeNextSignature, false),
    ] {
        world
            .provider()
            .rotate_keys(Keys::Identity, when, keeps_old);
        proves(1);
    }
}

#[test]
fn t17_when_tokens_with_made_up_keys_flood_in_then_few_fetches_are_made() {
    let world = warm();
    world.change("/userinfo", |answer| {
        if answer.get(NAME).is_some() {
            let mut header = header();
            header["kid"] = json!(format!("{DID}#made-up"));
            answer[NAME] = json!(token(&header, &json!({})));
        }
    });
    world.pass(3_000);
    let mut total = 0;
    for _ in 0..60 {
        kept_out(&world, &mut signed_in(&world), "/apply/form");
        total += fetches(&world);
        world.pass(1);
    }
    assert!((15..=21).contains(&total), "{total} fetches in a minute");
}

#[test]
fn t19_t20_when_a_token_names_other_addresses_then_only_the_configured_one_is_fetched() {
    for kid in [
        "did:web:evil.example#test",
        "https://evil.example/did.json#test",
        "did:web:identity.account.gov.uk:evil#test",
        "did:web:identity.account.gov.uk#../../evil",
    ] {
        let world = world();
        let mut browser = signed_in(&world);
        world.change("/userinfo", move |answer| {
            let mut header = header();
            header["kid"] = json!(kid);
            header["jku"] = json!("https://evil.example/keys");
            answer[NAME] = json!(token(&header, &json!({})));
        });
        kept_out(&world, &mut browser, "/apply/form");
        let calls = world.happened().calls();
        assert!(calls.iter().all(|call| !call.contains("evil")), "{calls:?}");
        let names: Vec<_> = world.outside.documents.borrow().keys().cloned().collect();
        assert!(names.iter().all(|name| !name.contains("evil")), "{names:?}");
    }
}

#[test]
fn t18_when_the_did_document_is_invalid_and_no_copy_is_good_then_no_identity_is_proved() {
    for fault in [
        DidFault::Status500,
        DidFault::Page,
        DidFault::Redirect,
        DidFault::Truncated,
        DidFault::Huge,
        DidFault::Hang,
        DidFault::IdOther,
        DidFault::ControllerOther,
        DidFault::Empty,
    ] {
        let world = world();
        let mut browser = signed_in(&world);
        world.provider_fault(Fault::Did(fault));
        assert_eq!(
            kept_out(&world, &mut browser, "/apply/form").status,
            503,
            "{fault:?}"
        );
        let line = "callback: documents_unavailable".to_owned();
        assert!(world.happened().lines().contains(&line), "{fault:?}");
        world.mend();
        world.pass(121);
        told(&world, &mut browser, "/apply/form");
        // With a good copy the same fault stops no proof.
        world.provider_fault(Fault::Did(fault));
        world.pass(7_500);
        told(&world, &mut Browser::new(), "/apply/form");
    }
    let world = world();
    world.provider_fault(Fault::Did(DidFault::AlgMissing));
    told(&world, &mut Browser::new(), "/apply/form");
}

#[test]
fn t68_when_an_hour_has_passed_then_the_did_document_is_refreshed_and_in_health() {
    let world = world();
    let health = |world: &World| {
        let shown = world.ask(Incoming::get("/auth/health"));
        let document: Value = serde_json::from_str(&shown.body).unwrap();
        (shown.status, document["documents"]["did"].clone())
    };
    world.refresh();
    assert_eq!(fetches(&world), 1);
    assert_eq!(health(&world), (200, json!("fresh")));
    world.trouble(Trouble::CallNotSent, When::About("did.json"));
    world.pass(3_601);
    assert_eq!(health(&world), (200, json!("stale")));
    world.pass(86_400);
    assert_eq!(health(&world).0, 503);
    let plain = World::new();
    plain.refresh();
    assert_eq!(fetches(&plain), 0);
    assert_eq!(health(&plain), (200, Value::Null));
    assert_eq!(Browser::new().open(&plain, "/account/x").by, By::Origin);
}
