//! Notifications that come late, twice, all at once or about ended sessions.

use super::{PAGE, is_in, signed_in};
use crate::world::{Browser, By, Incoming, SESSION, World};

#[test]
fn t78_when_the_same_token_comes_again_then_it_is_taken_without_effect() {
    let world = World::new();
    signed_in(&world, "kenneth");
    world.pass(5);
    let token = world.notification("kenneth", |_| {});
    assert_eq!(world.ask(token.clone()).status, 200);
    world.pass(5);
    let mut browser = signed_in(&world, "kenneth");
    let before = world.outside.accounts.stored.borrow().clone();
    for _ in 0..3 {
        assert_eq!(world.ask(token.clone()).status, 200);
        world.pass(20);
    }
    assert_eq!(*world.outside.accounts.stored.borrow(), before);
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t78_when_a_token_has_a_known_id_and_another_time_then_it_has_no_effect() {
    let world = World::new();
    let notice = |world: &World| world.notify("kenneth", |n| n.jti = Some("one".to_owned()));
    assert_eq!(notice(&world).status, 200);
    world.pass(5);
    let mut browser = signed_in(&world, "kenneth");
    world.pass(5);
    assert_eq!(notice(&world).status, 200);
    world.pass(60);
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t78_when_duplicates_come_at_the_same_moment_then_all_are_taken() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(5);
    let token = world.notification("kenneth", |_| {});
    let shown = world.ask_together(vec![token; 20]);
    assert!(shown.iter().all(|shown| shown.status == 200));
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn t79_when_a_token_is_delayed_then_it_spares_a_younger_session() {
    let world = World::new();
    let mut old = signed_in(&world, "kenneth");
    world.pass(100);
    let delayed = world.notification("kenneth", |_| {});
    world.pass(1);
    let mut new = signed_in(&world, "kenneth");
    world.pass(60);
    assert_eq!(world.ask(delayed).status, 200);
    world.pass(60);
    assert!(!is_in(&world, &mut old));
    assert!(is_in(&world, &mut new));
}

#[test]
fn t79_when_a_token_is_of_the_same_second_then_it_ends_the_session() {
    let world = World::new();
    let token = world.notification("kenneth", |_| {});
    let mut browser = signed_in(&world, "kenneth");
    assert_eq!(world.ask(token).status, 200);
    world.pass(60);
    assert!(!is_in(&world, &mut browser), "the safe direction");
}

#[test]
fn t79_when_a_newer_retry_ends_a_session_then_signing_in_works() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(10);
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    world.pass(60);
    let shown = browser.step(&world, PAGE);
    assert!(shown.deleted().contains(&SESSION));
    assert_eq!(browser.open(&world, shown.location()).by, By::Origin);
    world.pass(60);
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t79_when_an_older_notification_comes_later_then_it_takes_no_newer_one_back() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(20);
    let older = world.notification("kenneth", |notice| notice.iat_offset = -60);
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    assert_eq!(world.ask(older).status, 200);
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn t81_when_a_person_signs_out_then_the_providers_notification_follows_and_is_accepted() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let mut other = signed_in(&world, "kenneth");
    world.pass(30);
    let shown = browser.sign_out(&world, "");
    let shown = browser.open(&world, shown.location());
    assert_eq!(shown.heading(), "You have signed out");
    // The provider notifies every client, also the service that began the sign-out.
    assert_eq!(world.deliver(), [200]);
    world.pass(1);
    let mut again = Browser::new();
    assert_eq!(again.open(&world, PAGE).by, By::Origin);
    assert!(world.deliver().is_empty());
    world.pass(60);
    assert!(is_in(&world, &mut again));
    // It names no session, so it ends the other browser's too.
    assert!(!is_in(&world, &mut other));
}

#[test]
fn t47_when_an_account_is_emptied_then_no_ended_session_lives_again() {
    let world = World::new();
    let mut ended = signed_in(&world, "kenneth");
    let mut thief = ended.clone();
    let mut alive = signed_in(&world, "kenneth");
    ended.sign_out(&world, "");
    world.outside.accounts.empty();
    world.pass(60);
    assert!(!is_in(&world, &mut thief));
    assert!(
        !is_in(&world, &mut alive),
        "it is not listed, so it has ended"
    );
    let mut new = signed_in(&world, "kenneth");
    world.pass(60);
    assert!(!is_in(&world, &mut thief));
    assert!(is_in(&world, &mut new));
}

#[test]
fn t47_when_a_session_of_one_service_ends_then_another_service_is_not_affected() {
    let host = "passport.example.gov.uk";
    let world = World::with(|setup| setup.add_other(host, "passport-client"));
    let mut browser = signed_in(&world, "kenneth");
    let other = format!("https://{host}{PAGE}");
    assert_eq!(browser.open(&world, &other).by, By::Origin);
    assert_eq!(world.outside.accounts.stored.borrow().len(), 2);
    world.pass(5);
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
    assert_eq!(browser.step(&world, &other).by, By::Origin);
    // A logout token for one client is refused by another.
    let mut request = world.notification("kenneth", |_| {});
    request.url = format!("https://{host}/auth/backchannel-logout");
    assert_eq!(world.ask(request).status, 400);
}

#[test]
fn t47_when_an_accounts_entries_are_no_longer_needed_then_they_are_deleted() {
    let world = World::with(|setup| {
        setup.field("session_idle_seconds", 3_600);
        setup.field("session_absolute_seconds", 3_600);
    });
    signed_in(&world, "kenneth");
    world.pass(5);
    world.notify("kenneth", |_| {});
    assert_eq!(world.outside.accounts.stored.borrow().len(), 1);
    // An attempt is remembered until it could not be finished any more.
    for _ in 0..80 {
        world.pass(60);
    }
    assert!(world.outside.accounts.stored.borrow().is_empty());
}

#[test]
fn t47_when_a_check_meets_a_notification_then_it_sees_the_state_before_or_after() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(60);
    let script = browser.dressed(&world, Incoming::get(PAGE));
    let notification = world.notification("kenneth", |_| {});
    let mut requests = vec![script; 5];
    requests.insert(2, notification);
    let shown = world.ask_together(requests);
    assert_eq!(shown[2].status, 200);
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
}
