//! WebSockets that close with the session: when the edge looks at an open one again.

use serde_json::json;

use super::signed_in;
use crate::world::{Browser, Incoming, Trouble, When, World};

/// A world whose sockets close with the session, which is looked at every three minutes.
fn world() -> World {
    World::with(|setup| {
        setup.field("revocation_check_seconds", 180);
        setup.field("revocation_grace_seconds", 300);
        let table = setup.vars.get_mut("SERVICE_DEMO").unwrap();
        let live = json!({ "path": "/live", "close_sockets_with_session": true });
        table["routes"].as_array_mut().unwrap().push(live);
    })
}

/// The request with which a browser opened one.
fn opened(world: &World, browser: &Browser) -> Incoming {
    let request = Incoming::get("/live").with("upgrade", "websocket");
    browser.dressed(world, request)
}

#[test]
fn t47_when_a_socket_is_looked_at_then_the_accounts_word_counts_no_longer_than_without_it() {
    let world = world();
    let browser = signed_in(&world, "kenneth");
    let socket = opened(&world, &browser);
    assert_eq!(world.attend(socket.clone()), 180);
    world.pass(170);
    assert_eq!(
        world.attend(socket.clone()),
        10,
        "the word is 170 seconds old"
    );
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    world.pass(10);
    assert_eq!(world.attend(socket), 0);
}

#[test]
fn t71_when_the_account_gives_no_answer_then_a_socket_is_looked_at_when_the_grace_is_over() {
    let world = world();
    let browser = signed_in(&world, "kenneth");
    let socket = opened(&world, &browser);
    world.trouble(Trouble::AccountNotReached, When::Always);
    world.pass(200);
    assert_eq!(world.attend(socket.clone()), 100);
    world.pass(100);
    assert_eq!(world.attend(socket), 0);
}

#[test]
fn when_accounts_are_asked_with_each_request_then_a_socket_is_looked_at_every_ten_seconds() {
    let world = World::with(|setup| setup.field("revocation_check_seconds", 0));
    let browser = signed_in(&world, "kenneth");
    assert_eq!(world.attend(opened(&world, &browser)), 10);
}
