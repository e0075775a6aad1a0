//! Keys that change during a session, and the hint that is sealed with one of them.

use one_login_edge::config::Host;
use one_login_edge::session::seal::{NONCE, Purpose};

use super::{is_in, signed_in};
use crate::world::http::parameter;
use crate::world::{HOST, ISSUER, Setup, World, keys};

fn session_keys(world: &World, present: &[usize], active: &str) {
    world.deploy(|setup: &mut Setup| {
        for (index, name) in ["SESSION_KEY_A", "SESSION_KEY_B"].into_iter().enumerate() {
            match present.contains(&index) {
                true => setup.set(name, keys::SESSION[index]),
                false => setup.unset(name),
            }
        }
        setup.set("SESSION_KEY_ACTIVE", active);
    });
}

/// Replaces the hint that the one account keeps.
fn set_hint(world: &World, hint: &str) {
    world.outside.accounts.set_hint(hint);
}

/// A text sealed as a hint of this deployment's.
fn sealed_hint(world: &World, content: &str) -> String {
    let isolate = world.isolate();
    let Some(Host::Service(service)) = isolate.config.host(HOST) else {
        panic!("there is a service");
    };
    let ring = isolate.config.ring.as_ref().unwrap();
    let nonce = [7; NONCE];
    ring.seal(Purpose::Hint, &service.binding, nonce, content.as_bytes())
}

#[test]
fn t49_when_the_session_key_changed_twice_then_the_session_can_still_be_ended() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    for (present, active) in [
        (&[0, 1][..], "A"),
        (&[0, 1], "B"),
        (&[1], "B"),
        (&[0, 1], "B"),
        (&[0, 1], "A"),
        (&[0], "A"),
    ] {
        session_keys(&world, present, active);
        for _ in 0..2 {
            world.pass(60);
            assert!(is_in(&world, &mut browser), "{present:?} {active}");
        }
    }
    let mut thief = browser.clone();
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    world.pass(60);
    assert!(!is_in(&world, &mut thief));
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn t49_when_the_session_key_changes_then_the_same_account_is_found() {
    let world = World::new();
    signed_in(&world, "kenneth");
    session_keys(&world, &[1], "B");
    signed_in(&world, "kenneth");
    assert_eq!(world.outside.accounts.stored.borrow().len(), 1);
}

#[test]
fn t49_t75_when_a_hints_key_is_gone_then_it_is_left_out_and_the_session_still_ends() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    session_keys(&world, &[0, 1], "B");
    world.pass(60);
    assert!(is_in(&world, &mut browser));
    session_keys(&world, &[1], "B");
    let mut thief = browser.clone();
    let shown = browser.sign_out(&world, "");
    assert_eq!(
        (shown.status, shown.location()),
        (303, format!("{ISSUER}logout").as_str())
    );
    world.pass(60);
    assert!(!is_in(&world, &mut thief));
}

#[test]
fn t75_when_a_hint_would_break_the_address_then_it_is_left_out() {
    for (length, sent) in [(1_500, true), (2_049, false), (6_000, false)] {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        set_hint(&world, &sealed_hint(&world, &"a".repeat(length)));
        let shown = browser.sign_out(&world, "");
        let hint = parameter(shown.location(), "id_token_hint");
        assert_eq!(hint.is_some(), sent, "{length}");
        assert!(shown.location().len() <= ISSUER.len() + "logout?".len() + 2_048);
    }
}

#[test]
fn t48_rejects_a_hint_that_was_sealed_for_another_purpose() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let session = browser.cookie(crate::world::SESSION).unwrap().to_owned();
    for planted in ["", "nonsense", session.as_str()] {
        set_hint(&world, planted);
        let shown = browser.clone().sign_out(&world, "");
        assert_eq!(shown.status, 303);
        assert_eq!(parameter(shown.location(), "id_token_hint"), None);
        browser = signed_in(&world, "kenneth");
    }
}

#[test]
fn t49_when_an_account_has_an_unknown_format_then_every_session_has_ended() {
    for bytes in [
        &b""[..],
        b"{\"format\":1}",
        b"null",
        &[0],
        &[1],
        &[2],
        &[3],
        &[2; 64],
    ] {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        for stored in world.outside.accounts.stored.borrow_mut().values_mut() {
            match bytes {
                // Another version's, whatever else it says.
                [3] => stored[0] = 3,
                bytes => *stored = bytes.to_vec(),
            }
        }
        world.pass(60);
        assert!(!is_in(&world, &mut browser), "{bytes:?}");
        // And a new one can be begun.
        let mut browser = signed_in(&world, "kenneth");
        world.pass(60);
        assert!(is_in(&world, &mut browser), "{bytes:?}");
    }
}
