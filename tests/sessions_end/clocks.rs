//! Clocks that differ from the Worker's by half a minute: the provider's, the Worker's and the account's.

use super::{PAGE, is_in, signed_in};
use crate::world::{Browser, By, Trouble, When, World};

/// The provider is ahead by the first, the account by the second.
fn worlds() -> impl Iterator<Item = (i64, i64, World)> {
    let pairs = (0..9).map(|number| ((number / 3 - 1) * 30, (number % 3 - 1) * 30));
    pairs.map(|(provider, account)| {
        let world = World::new();
        world.provider().set_clock_offset(provider);
        world.outside.accounts.ahead.set(account);
        (provider, account, world)
    })
}

#[test]
fn when_the_clocks_differ_then_people_sign_in_and_stay_signed_in() {
    for (provider, account, world) in worlds() {
        let mut browser = signed_in(&world, "kenneth");
        for _ in 0..10 {
            world.pass(60);
            assert!(is_in(&world, &mut browser), "{provider} {account}");
        }
    }
}

#[test]
fn t79_when_the_clocks_differ_then_a_notification_still_ends_the_session() {
    for after in [0, 1, 10, 29, 30, 31, 600] {
        for (provider, account, world) in worlds() {
            let mut browser = signed_in(&world, "kenneth");
            world.pass(after);
            assert_eq!(world.notify("kenneth", |_| {}).status, 200);
            world.pass(60);
            let alive = is_in(&world, &mut browser);
            assert!(!alive, "{provider} {account}: {after} s after the sign-in");
        }
    }
}

#[test]
fn t79_when_a_person_signs_in_after_a_notification_then_they_stay_signed_in_with_any_clocks() {
    for (provider, account, world) in worlds() {
        signed_in(&world, "kenneth");
        world.pass(40);
        assert_eq!(world.notify("kenneth", |_| {}).status, 200);
        // Only by the provider's clock is it later.
        world.pass(1);
        let mut browser = Browser::new();
        let shown = browser.open(&world, PAGE);
        assert_eq!(shown.by, By::Origin, "{provider} {account}");
        world.pass(60);
        assert!(is_in(&world, &mut browser), "{provider} {account}");
    }
}

#[test]
fn t71_when_a_person_signs_out_everywhere_then_only_sessions_from_before_end_with_any_clocks() {
    for (provider, account, world) in worlds() {
        let mut there = signed_in(&world, "kenneth");
        let mut browser = signed_in(&world, "kenneth");
        let mut thief = browser.clone();
        world.trouble(Trouble::AccountNotReached, When::Always);
        browser.sign_out(&world, "?everywhere");
        world.mend();
        // Twice the difference that clocks may have, as the account may be behind by as much.
        world.pass(61);
        let mut since = signed_in(&world, "kenneth");
        world.pass(500);
        world.forget();
        browser.step(&world, "/auth/signed-out");
        assert_eq!(world.happened().lines(), ["signed_out: later"]);
        assert!(browser.cookies().is_empty());
        world.pass(60);
        let alive = [&mut there, &mut thief, &mut since].map(|browser| is_in(&world, browser));
        assert_eq!(alive, [false, false, true], "{provider} {account}");
    }
}

#[test]
fn t51_when_a_check_time_is_in_the_future_then_the_account_is_asked() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let now = world.now();
    for (back, asked) in [(0, 0), (1, 1), (30, 1)] {
        world.outside.clock.set(now - back);
        world.forget();
        assert!(is_in(&world, &mut browser));
        assert_eq!(world.happened().asked().len(), asked, "{back}");
    }
}

#[test]
fn t51_t71_when_a_check_time_is_in_the_future_then_it_gives_no_grace_and_is_replaced() {
    let world = World::new();
    let browser = signed_in(&world, "kenneth");
    let now = world.now();
    for back in [1, 30] {
        world.outside.clock.set(now - back);
        world.new_isolate();
        world.trouble(Trouble::AccountHangs, When::Always);
        let shown = browser.clone().step(&world, PAGE);
        assert_eq!((shown.by, shown.status), (By::Edge, 503), "{back}");
        world.mend();
        world.forget();
        for _ in 0..3 {
            assert!(is_in(&world, &mut browser.clone()));
        }
        assert_eq!(world.happened().asked(), ["check"], "{back}");
    }
}
