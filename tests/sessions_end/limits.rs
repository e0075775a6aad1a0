//! The requests that are limited, and those that never are.

use one_login_edge::platform::Limit;
use simulator::provider::fault::logout_token::NotificationFault as F;

use super::{PAGE, is_in, signed_in};
use crate::world::signing_out::PROVIDERS_ADDRESS;
use crate::world::{Browser, By, Incoming, Trouble, When, World};

fn used_up(world: &World, limit: Limit) {
    world.outside.used_up.borrow_mut().push(limit);
}

/// How often the keys were fetched since this was last asked.
fn fetches(world: &World) -> usize {
    let calls = world.happened().calls();
    let keys = calls.iter().filter(|call| call.ends_with("jwks.json"));
    keys.count()
}

#[test]
fn t31_when_one_address_starts_too_many_sign_ins_then_it_gets_429() {
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, PAGE);
    assert_eq!(start.status, 302);
    let counted = world.happened().counted();
    assert_eq!(counted, [(Limit::Starts, "DEMO 203.0.113.7".to_owned())]);

    used_up(&world, Limit::Starts);
    let shown = browser.step(&world, PAGE);
    assert_eq!((shown.by, shown.status), (By::Edge, 429));
    assert_eq!(
        shown.heading(),
        "There have been too many attempts to sign in"
    );
    assert_eq!(shown.header("retry-after"), Some("60"));
    assert!(
        shown.link().unwrap().contains("return_to="),
        "{:?}",
        shown.link()
    );
    let happened = world.happened();
    assert!(happened.calls().is_empty() && happened.signers().is_empty());
    assert_eq!(happened.lines(), ["sign_in_start: too_many_requests"]);
    assert_eq!(browser.attempts().len(), 1, "nothing is added");

    // One click leads on, from this network and for ten minutes.
    let link = shown.link().unwrap().replace("&amp;", "&");
    let mut clicking = browser.clone();
    let landed = clicking.open(&world, &link);
    assert_eq!((landed.by, landed.status), (By::Origin, 200));
    let elsewhere = Incoming::get(&link)
        .with("accept", "text/html")
        .with("cf-connecting-ip", "203.0.113.8");
    assert_eq!(world.ask(elsewhere).status, 429);
    for forged in [
        link.replace("go_on=", "go_on=1"),
        format!("{link}x"),
        link.replace("go_on", "gone"),
    ] {
        assert_eq!(
            browser.clone().step(&world, &forged).status,
            429,
            "{forged}"
        );
    }
    let mut late = browser.clone();
    world.forget();

    // A sign-in under way finishes, and a signed-in person goes on.
    let shown = browser.open(&world, start.location());
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    world.pass(60);
    assert!(is_in(&world, &mut browser));
    world.pass(541);
    assert_eq!(late.step(&world, &link).status, 429);
}

#[test]
fn t31_t94_when_a_person_is_signed_in_then_a_step_up_is_never_limited() {
    let world = World::with(|setup| {
        let routes = [
            serde_json::json!({ "path": "/account/close", "max_age": 60 }),
            serde_json::json!({ "path": "/account/*" }),
        ];
        setup.field("routes", routes.to_vec());
        setup.register("max_age_enabled", true);
    });
    let mut browser = signed_in(&world, "kenneth");
    used_up(&world, Limit::Starts);
    world.pass(100);
    world.forget();
    let start = browser.step(&world, "/account/close");
    assert_eq!(start.status, 302);
    assert!(world.happened().counted().is_empty());
}

#[test]
fn t31_when_requests_come_then_only_starts_and_refused_notifications_are_counted() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.forget();
    world.pass(60);
    is_in(&world, &mut browser);
    browser.step(&world, "/");
    browser.step(&world, "/whoami");
    browser.step(&world, "/auth/signed-out");
    world.notify("kenneth", |_| {});
    browser.sign_out(&world, "");
    world.ask(Incoming::get(PAGE));
    assert!(world.happened().counted().is_empty());
    world.notify("kenneth", |notice| notice.fault = Some(F::TypJwt));
    let counted = world.happened().counted();
    let wanted = (Limit::RefusedNotifications, PROVIDERS_ADDRESS.to_owned());
    assert_eq!(counted, [wanted]);
}

#[test]
fn t80_when_many_notifications_were_refused_then_a_valid_one_is_still_accepted() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    used_up(&world, Limit::RefusedNotifications);
    for fault in [F::AlgNone, F::SignedByStranger, F::OneMegabyte] {
        let shown = world.notify("kenneth", |notice| notice.fault = Some(fault));
        assert_eq!((shown.status, shown.body.as_str()), (429, ""), "{fault:?}");
    }
    world.pass(60);
    assert!(is_in(&world, &mut browser));
    world.pass(1);
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn t80_when_notifications_name_many_made_up_keys_then_the_keys_are_fetched_once_in_ten_seconds() {
    let world = World::new();
    signed_in(&world, "kenneth");
    world.pass(3_600);
    used_up(&world, Limit::RefusedNotifications);
    world.forget();
    let made_up = || world.notify("kenneth", |notice| notice.fault = Some(F::KidUnknown));
    // A newer copy has no such key, so that it will never be good.
    assert_eq!(made_up().status, 429);
    for _ in 0..100 {
        let shown = made_up();
        assert_eq!(
            (shown.status, shown.header("retry-after")),
            (503, Some("30"))
        );
    }
    let happened = world.happened();
    assert_eq!(happened.calls().len(), 1, "{:?}", happened.calls());
    assert!(happened.storage().0 <= 2, "{happened:?}");
}

#[test]
fn t72_t80_when_many_were_refused_then_a_notification_with_a_new_key_is_accepted_or_put_off() {
    for (age, expected) in [(3_600, 200), (30, 503)] {
        let world = World::new();
        signed_in(&world, "kenneth");
        world.pass(age);
        used_up(&world, Limit::RefusedNotifications);
        world.provider().rotate(false);
        let shown = world.notify("kenneth", |_| {});
        assert_eq!(shown.status, expected, "{age}");
        assert_eq!(
            shown.header("retry-after"),
            (expected == 503).then_some("30")
        );
    }
}

#[test]
fn t80_when_refusals_exceed_a_limit_then_one_line_sums_them_up() {
    let world = World::new();
    signed_in(&world, "kenneth");
    world.forget();
    let bad = || world.notify("kenneth", |notice| notice.fault = Some(F::AlgNone));
    let written = |requests| {
        for _ in 0..requests {
            bad();
        }
        world.happened().lines()
    };
    assert_eq!(written(20).len(), 20, "within the limit each has its line");
    used_up(&world, Limit::RefusedNotifications);
    assert_eq!(written(1_000), ["notification: algorithm_not_allowed"]);
    world.pass(60);
    assert_eq!(
        written(1_000),
        ["notification: algorithm_not_allowed (999 more)"]
    );
    used_up(&world, Limit::Starts);
    for _ in 0..1_000 {
        assert_eq!(Browser::new().step(&world, PAGE).status, 429);
    }
    assert_eq!(
        world.happened().lines(),
        ["sign_in_start: too_many_requests"]
    );
}

#[test]
fn t80_when_a_notification_is_refused_then_it_counts_once() {
    let world = World::new();
    signed_in(&world, "kenneth");
    world.pass(3_600);
    for fault in [F::KidUnknown, F::SignedByStranger, F::AlgNone, F::Empty] {
        world.forget();
        let shown = world.notify("kenneth", |notice| notice.fault = Some(fault));
        assert_eq!(shown.status, 400, "{fault:?}");
        assert_eq!(world.happened().counted().len(), 1, "{fault:?}");
    }
    // One that may be good at its next attempt is no refusal.
    world.forget();
    let shown = world.notify("kenneth", |notice| notice.fault = Some(F::KidUnknown));
    assert_eq!(shown.status, 503);
    // With a key of the provider's that is new here it is good.
    world.pass(60);
    world.provider().rotate(false);
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    assert!(world.happened().counted().is_empty());
}

#[test]
fn t80_when_notifications_fail_by_an_outage_then_they_do_not_count_towards_the_limit() {
    let world = World::new();
    signed_in(&world, "kenneth");
    used_up(&world, Limit::RefusedNotifications);
    world.trouble(Trouble::AccountHangs, When::Always);
    world.forget();
    assert_eq!(world.notify("kenneth", |_| {}).status, 503);
    assert!(world.happened().counted().is_empty());
}

#[test]
fn t80_when_a_thousand_notifications_have_made_up_keys_then_few_fetches_are_made() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(3_600 - 1);
    world.forget();
    let unknown =
        |world: &World| world.notification("kenneth", |notice| notice.fault = Some(F::KidUnknown));
    let mut fetched = 0;
    for round in 0..100 {
        let requests = (0..10).map(|_| unknown(&world)).collect();
        let shown = world.ask_together(requests);
        let statuses: Vec<_> = shown.iter().map(|shown| shown.status).collect();
        let happened = world.outside.record.borrow().clone();
        let looked = fetches(&world);
        let expected = if looked > 0 { 400 } else { 503 };
        assert_eq!(statuses, [expected; 10], "those who wait share the fetch");
        assert!(happened.asked().is_empty(), "no account hears of them");
        fetched += looked;
        if round % 2 == 1 {
            world.pass(1);
        }
    }
    assert!(
        (1..=2).contains(&fetched),
        "{fetched} fetches in 50 seconds"
    );
    // The provider's own, with keys that it has just changed, are not kept out by the flood.
    world.pass(60);
    world.provider().rotate(false);
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    assert_eq!(fetches(&world), 1);
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn t80_when_a_notification_is_malformed_then_it_costs_no_call_and_no_storage() {
    let world = World::new();
    signed_in(&world, "kenneth");
    world.pass(90_000);
    world.forget();
    for fault in [
        F::AlgNone,
        F::Hs256Pem,
        F::AlgRs256,
        F::TypJwt,
        F::IsIdToken,
        F::IssOther,
        F::AudOther,
        F::ExpPast,
        F::IatFuture,
        F::SubMissing,
        F::EventsOther,
        F::NoncePresent,
        F::JtiMissing,
        F::Twice,
        F::JsonBody,
        F::Empty,
        F::OneMegabyte,
    ] {
        let shown = world.notify("kenneth", |notice| notice.fault = Some(fault));
        assert!((400..500).contains(&shown.status), "{fault:?}");
        let happened = world.happened();
        assert!(happened.calls().is_empty(), "{fault:?}");
        assert_eq!(happened.storage(), (0, 0), "{fault:?}");
        assert!(happened.asked().is_empty(), "{fault:?}");
        // The refusal costs one log line and one count.
        assert_eq!(happened.0.len(), 2, "{fault:?}: {happened:?}");
    }
}
