//! `oidcc-client-config-certification-test-plan`. Endpoints and keys that move are followed in
//! `tests/workerd/other-provider.test.mjs`, whose provider has none of the usual paths.

use simulator::provider::fault::Fault;
use simulator::provider::fault::documents::DiscoveryFault;
use simulator::provider::rotation::{Keys, When};

use super::sign_in;
use crate::with_rsa;
use crate::world::{Browser, By, Happened, World};

/// How often the provider's keys were fetched.
fn fetched(happened: &crate::world::Record) -> usize {
    let keys = |event: &&Happened| matches!(event, Happened::Called { url, .. } if url.ends_with("jwks.json"));
    happened.0.iter().filter(keys).count()
}

#[test]
fn oidcc_client_test_discovery_issuer_mismatch() {
    for fault in [DiscoveryFault::IssuerOther, DiscoveryFault::IssuerNoSlash] {
        let world = World::new();
        world.provider_fault(Fault::Discovery(fault));
        let shown = Browser::new().step(&world, "/account/details");
        assert_eq!((shown.by, shown.status), (By::Edge, 503));
        assert_eq!(
            shown.header("location"),
            None,
            "stopped before any redirect"
        );
    }
}

#[test]
fn oidcc_client_test_signing_key_rotation_just_before_signing() {
    for world in [World::new(), with_rsa()] {
        sign_in(&world).accepted();
        // An unknown key is fetched for once the copy is a minute old.
        world.pass(61);
        let mut provider = world.provider();
        provider.rotate_keys(Keys::Tokens, When::BeforeNextSignature, false);
        drop(provider);
        let ended = sign_in(&world);
        ended.accepted();
        assert_eq!(fetched(&ended.happened), 1);
    }
}

#[test]
fn oidcc_client_test_signing_key_rotation() {
    for world in [World::new(), with_rsa()] {
        sign_in(&world).accepted();
        world.pass(61);
        world.provider().rotate(false);
        let ended = sign_in(&world);
        ended.accepted();
        assert_eq!(fetched(&ended.happened), 1);
    }
}
