//! Tokens whose key is not known: the provider changed its keys, or an attacker makes keys up.

use simulator::http;
use simulator::provider::fault::Fault;
use simulator::provider::fault::form::FormFault;
use simulator::provider::fault::logout_token::NotificationFault;

use crate::world::{Browser, By, Incoming, Setup, Trouble, When, World};
use crate::{LATER, PROBLEM};

fn signs_in(world: &World) -> bool {
    signs_in_or(world, &[(502, PROBLEM)])
}

/// Whether a person can sign in; if not, the edge shows one of these pages.
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
fn t16_when_a_key_is_new_since_yesterday_then_it_is_fetched_once_and_accepted() {
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
fn t16_when_rsa_keys_change_then_they_are_fetched_the_same_way() {
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
fn t16_rejects_a_removed_key_after_the_next_refresh() {
    let world = warm();
    // The provider with the old keys, in place of an attacker who stole one of them.
    let changed = Setup::default().provider();
    let old = world.outside.provider.replace(changed);
    world.pass(3_600);
    let published = http::Request::get("/.well-known/jwks.json").with_header("user-agent", "test");
    let published = world.outside.ask_provider(&published).body_json();
    world.refresh();
    world.outside.provider.replace(old);
    world.change("jwks.json", move |document| *document = published.clone());
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

/// How many seconds after a copy was fetched a key may change.
fn moments(fresh: i64) -> Vec<i64> {
    let around = |end: i64| [end - 1, end, end + 1];
    [
        vec![0, 1, 59, 60],
        around(fresh).into(),
        vec![fresh + 10, fresh + 1_800],
    ]
    .into_iter()
    .flatten()
    .chain(around(fresh + 3_600))
    .collect()
}

#[test]
fn t16_t104_when_a_key_changes_at_any_age_of_the_copy_then_it_is_accepted_at_once() {
    for age in moments(86_400) {
        let world = warm();
        world.pass(age);
        world.provider().rotate(false);
        assert!(signs_in(&world), "{age}");
        assert!((1..=2).contains(&fetches(&world)), "{age}");
        let lines = world.happened().lines();
        let reported = lines.iter().any(|line| line.starts_with("unknown_key"));
        assert!(!reported, "{age}: {lines:?}");
    }
}

#[test]
fn t72_t111_when_a_key_changed_at_any_age_of_the_copy_then_its_notification_counts() {
    for age in moments(86_400) {
        let world = warm();
        world.pass(age);
        world.provider().rotate(false);
        let status = world.notify("kenneth", |_| {}).status;
        let expected = if age < 60 { 503 } else { 200 };
        assert_eq!(status, expected, "{age}");
    }
}

#[test]
fn t16_when_keys_change_twice_within_a_second_then_people_still_sign_in() {
    let world = warm();
    for _ in 0..3 {
        world.provider().rotate(false);
        assert!(signs_in(&world));
    }
    assert_eq!(fetches(&world), 3);
}

#[test]
fn t16_when_the_health_page_began_a_fetch_then_a_new_key_waits_for_it() {
    let world = warm();
    world.pass(86_401);
    world.provider().rotate(false);
    world.forget();
    // Of the two requests the first begins the fetches behind it.
    let health = Incoming::get("/auth/health");
    let notice = world.notification("kenneth", |_| {});
    let shown = world.ask_together(vec![health, notice]);
    assert_eq!(shown[1].status, 200, "{:?}", world.happened().lines());
    assert_eq!(fetches(&world), 1, "the fetch is shared");
}

#[test]
fn t70_when_sign_ins_meet_a_new_key_together_then_they_share_one_fetch() {
    let world = warm();
    let person = |_| {
        let mut browser = Browser::new();
        let start = browser.step(&world, "/account/details");
        let back = browser.step(&world, start.location());
        browser.dressed(&world, Incoming::get(back.location()))
    };
    let callbacks: Vec<_> = (0..20).map(person).collect();
    world.provider().rotate(false);
    world.forget();
    let shown = world.ask_together(callbacks);
    let statuses: Vec<_> = shown.iter().map(|shown| shown.status).collect();
    assert_eq!(statuses, [303; 20], "{:?}", world.happened().lines());
    assert_eq!(fetches(&world), 1);
}

#[test]
fn t70_when_the_request_that_fetches_is_cut_off_then_the_next_fetches_itself() {
    let world = warm();
    world.provider().rotate(false);
    let mut browser = Browser::new();
    let start = browser.step(&world, "/account/details");
    let back = browser.step(&world, start.location());
    let callback = browser.dressed(&world, Incoming::get(back.location()));
    world.ask_and_leave_at(callback, "jwks.json");
    world.forget();
    assert!(signs_in(&world));
    assert_eq!(fetches(&world), 1);
}

#[test]
fn t17_when_a_key_is_unknown_then_kv_is_asked_before_the_provider() {
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
fn t17_when_keys_are_not_a_minute_old_then_a_notification_does_not_fetch_them_again() {
    let world = warm();
    let made_up = |world: &World| {
        let shown = world.notify("kenneth", |n| n.fault = Some(NotificationFault::KidUnknown));
        (shown.status, fetches(world))
    };
    world.pass(59);
    assert_eq!(made_up(&world), (503, 0));
    world.pass(1);
    assert_eq!(made_up(&world), (400, 1));
}

#[test]
fn t17_when_tokens_with_made_up_keys_flood_in_then_few_fetches_are_made() {
    let world = warm();
    world.provider_fault(Fault::Form(FormFault::KidUnknown));
    world.pass(3_600);
    let mut total = 0;
    for _ in 0..120 {
        // Not every one of them looked at a copy that is newer than its token.
        assert!(!signs_in_or(&world, &[(502, PROBLEM), (503, LATER)]));
        total += fetches(&world);
        world.pass(1);
    }
    assert!((30..=41).contains(&total), "{total} fetches in two minutes");
}

#[test]
fn t17_when_keys_cannot_be_fetched_then_a_flood_is_throttled_too() {
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
    assert!(total <= 21, "{total} fetches in a minute");
    // The flood does not keep out a person with an honest token.
    world.mend();
    assert!(signs_in(&world));
}

#[test]
fn t4_when_a_key_id_is_hostile_then_no_document_name_contains_it() {
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
