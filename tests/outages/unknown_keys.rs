//! Tokens whose key is not known: the provider changed its keys, or somebody makes keys up.

use simulator::provider::fault::Fault;
use simulator::provider::fault::form::FormFault;

use crate::world::{Browser, By, Setup, Trouble, When, World};
use crate::{LATER, PROBLEM};

fn signs_in(world: &World) -> bool {
    signs_in_or(world, &[(502, PROBLEM)])
}

/// Whether somebody can sign in; if not, one of these pages is shown.
fn signs_in_or(world: &World, pages: &[(u16, &str)]) -> bool {
    let shown = Browser::new().open(world, "/account/details");
    if shown.by == By::Edge {
        let page = (shown.status, shown.heading());
        assert!(
            pages.contains(&page),
            "{page:?} {:?}",
            world.happened().lines()
        );
    }
    shown.by == By::Origin
}

/// How often the keys were fetched since this was last asked.
fn fetches(world: &World) -> usize {
    let calls = world.happened().calls();
    calls
        .iter()
        .filter(|call| call.ends_with("jwks.json"))
        .count()
}

fn warm() -> World {
    let world = World::new();
    assert!(signs_in(&world));
    world.forget();
    world
}

#[test]
fn t16_a_key_that_is_new_since_yesterday_is_fetched_once_and_believed() {
    for keep_old in [true, false] {
        let world = warm();
        world.pass(3_600);
        world.provider().rotate(keep_old);
        assert!(signs_in(&world));
        assert_eq!(fetches(&world), 1);
        assert!(signs_in(&world));
        assert_eq!(fetches(&world), 0);
    }
}

#[test]
fn t16_rsa_keys_are_renewed_the_same_way() {
    let world = World::with(|setup: &mut Setup| {
        setup.field("id_token_alg", "RS256");
        setup.register("id_token_alg", "RS256");
    });
    assert!(signs_in(&world));
    world.pass(3_600);
    world.provider().rotate(false);
    world.forget();
    assert!(signs_in(&world));
    assert_eq!(fetches(&world), 1);
}

#[test]
fn t16_a_key_that_was_removed_is_refused_after_the_next_refresh() {
    let world = warm();
    // The provider with the old keys, as somebody who stole one of them would be.
    let changed = Setup::default().provider();
    let old = world.outside.provider.replace(changed);
    world.pass(3_600);
    world.refresh();
    world.outside.provider.replace(old);
    world.forget();
    assert!(!signs_in(&world));
    let happened = world.happened();
    assert_eq!(
        happened.lines(),
        ["unknown_key: id_token", "callback: key_unknown"]
    );
    // Nor is it believed in an isolate that only has KV.
    world.new_isolate();
    assert!(!signs_in(&world));
}

#[test]
fn t17_kv_is_asked_before_the_provider() {
    let world = warm();
    let first = world.isolate();
    world.pass(30);
    world.provider().rotate(false);
    world.new_isolate();
    world.refresh();
    world.outside.isolate.replace(first);
    world.forget();
    // Memory is half a minute old, so it is used as it is; the key is unknown; KV has it.
    assert!(signs_in(&world));
    let happened = world.happened();
    assert_eq!(happened.storage().0, 1);
    assert!(
        !happened
            .calls()
            .iter()
            .any(|call| call.ends_with("jwks.json"))
    );
}

#[test]
fn t17_keys_that_are_a_minute_old_are_not_fetched_again_for_a_stranger() {
    let world = warm();
    world.provider_fault(Fault::Form(FormFault::KidUnknown));
    world.pass(59);
    assert!(!signs_in(&world));
    assert_eq!(fetches(&world), 0);
    world.pass(1);
    assert!(!signs_in(&world));
    assert_eq!(fetches(&world), 1);
}

#[test]
fn t17_a_flood_of_made_up_keys_is_no_flood_of_requests() {
    let world = warm();
    world.provider_fault(Fault::Form(FormFault::KidUnknown));
    world.pass(3_600);
    let mut total = 0;
    for _ in 0..120 {
        assert!(!signs_in(&world));
        total += fetches(&world);
        world.pass(1);
    }
    assert!(total <= 3, "{total} fetches in two minutes");
}

#[test]
fn t17_a_flood_while_the_keys_cannot_be_fetched_is_throttled_too() {
    let world = warm();
    world.provider_fault(Fault::Form(FormFault::KidUnknown));
    world.trouble(Trouble::CallNotSent, When::About("jwks.json"));
    world.pass(3_600);
    let mut total = 0;
    for _ in 0..60 {
        // Whether the key is the provider's is not known when the provider did not answer.
        assert!(!signs_in_or(&world, &[(502, PROBLEM), (503, LATER)]));
        total += fetches(&world);
        world.pass(1);
    }
    assert!(total <= 6, "{total} fetches in a minute");
    // Somebody with an honest token is not kept out by the flood.
    world.mend();
    assert!(signs_in(&world));
}

#[test]
fn t4_no_name_of_a_document_is_made_of_a_key_id() {
    for fault in [
        FormFault::KidPath,
        FormFault::KidUnknown,
        FormFault::KidLong,
    ] {
        let world = warm();
        world.pass(3_600);
        world.provider_fault(Fault::Form(fault));
        assert!(!signs_in(&world));
        let names: Vec<_> = world.outside.documents.borrow().keys().cloned().collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(
            world
                .happened()
                .calls()
                .iter()
                .all(|call| !call.contains("null"))
        );
    }
}
