//! Signing in again, where a route says how recent the sign-in must be.

use one_login_edge::session::account::Question;
use serde_json::json;
use simulator::jose::{Object, Unverified};
use simulator::provider::fault::Fault;

use super::signed_in;
use crate::world::assertion::verified;
use crate::world::http::parameter;
use crate::world::signing_out::own;
use crate::world::{Browser, By, ISSUER, Incoming, SESSION, Setup, Shown, Trouble, When, World};

/// Asks again after 300 seconds, whatever the provider remembers.
pub const PAY: &str = "/pay";

/// Lets the provider decide after 600 seconds.
pub const RECENT: &str = "/recent";

/// Does not ask.
pub const ACCOUNT: &str = "/account/details";

pub const SIGNED_OUT: &str = "You are signed out because you did not sign in again";
pub const NOT_AGAIN: &str = "You did not sign in again";
const LATER: &str = "Sorry, you cannot sign in right now";

pub fn routes(setup: &mut Setup) {
    let routes = json!([
        { "path": PAY, "reauthenticate_within": 300 },
        { "path": RECENT, "max_age": 600 },
        { "path": "/account/*" },
    ]);
    setup.field("routes", routes);
    setup.register("max_age_enabled", true);
}

/// An event at an account.
type Happens = fn(&World);

pub fn world() -> World {
    World::with(routes)
}

/// The claims of the request object with which the edge sends the person to the provider.
fn object(shown: &Shown) -> Object {
    assert_eq!(shown.status, 302, "{}", shown.body);
    assert!(shown.location().starts_with(ISSUER));
    let object = parameter(shown.location(), "request").unwrap();
    Unverified::parse(&object).unwrap().claims
}

/// Follows a redirect to the provider and its way back, and stops at the callback's answer.
pub fn callback(world: &World, browser: &mut Browser, start: &Shown) -> Shown {
    let back = browser.step(world, start.location());
    let address = back.location().to_owned();
    browser.step(world, &address)
}

pub fn passes(world: &World, browser: &mut Browser, page: &str) -> bool {
    browser.step(world, page).by == By::Origin
}

#[test]
fn t46_when_a_route_wants_a_recent_sign_in_then_a_new_session_replaces_the_old_one() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    assert!(
        passes(&world, &mut browser, PAY),
        "no person is asked twice"
    );
    world.pass(400);
    assert!(passes(&world, &mut browser, ACCOUNT));
    let mut thief = browser.clone();
    world.forget();
    let start = browser.step(&world, "/pay?amount=12");
    assert_eq!(world.happened().asked(), ["id_token"], "nothing has ended");
    let claims = object(&start);
    assert_eq!(claims["prompt"], "login");
    assert_eq!(claims["vtr"], json!(["Cl.Cm"]));
    assert!(!claims.contains_key("max_age"));
    let hint = Unverified::parse(claims["id_token_hint"].as_str().unwrap()).unwrap();
    assert_eq!(hint.header["alg"], "ES256");

    world.pass(20);
    let back = callback(&world, &mut browser, &start);
    assert_eq!((back.status, back.location()), (303, "/pay?amount=12"));
    let happened = world.happened();
    assert_eq!(happened.asked(), ["begin"], "both in one step");
    assert!(happened.lines().contains(&"signed_in: Cl.Cm".to_owned()));
    assert!(passes(&world, &mut browser, PAY));
    let told = times(&world);
    assert_eq!(told, (Some(world.now() - 420), Some(world.now())));

    world.pass(60);
    assert!(
        !passes(&world, &mut thief, ACCOUNT),
        "the old one has ended"
    );
    // The provider's notification about the old session does not end the new one.
    world.deliver();
    world.pass(60);
    assert!(passes(&world, &mut browser, ACCOUNT));
}

/// The two times that the origin was told last: of the sign-in, and of signing in again.
pub fn times(world: &World) -> (Option<i64>, Option<i64>) {
    let reached = world.happened().reached().pop().unwrap();
    let claims = verified(world, reached.assertions()[0]).claims;
    let time = |name: &str| claims.get(name).and_then(serde_json::Value::as_i64);
    (time("auth_time"), time("reauth_time"))
}

#[test]
fn t14_when_a_sign_in_passes_its_age_plus_clock_skew_by_a_second_then_it_is_too_old() {
    for (page, seconds) in [(PAY, 300), (RECENT, 600)] {
        let world = world();
        let mut browser = signed_in(&world, "kenneth");
        world.pass(seconds + 30);
        assert!(passes(&world, &mut browser, page), "{page}");
        world.pass(1);
        assert!(!passes(&world, &mut browser, page), "{page}");
        assert!(passes(&world, &mut browser, ACCOUNT), "only there");
    }
}

#[test]
fn t14_when_a_repeated_sign_in_passes_its_age_by_a_second_then_it_is_too_old() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(400);
    assert_eq!(browser.open(&world, PAY).by, By::Origin);
    world.pass(330);
    assert!(passes(&world, &mut browser, PAY));
    world.pass(1);
    assert!(!passes(&world, &mut browser, PAY));
}

#[test]
fn when_a_route_has_a_max_age_then_first_and_later_sign_ins_tell_the_provider() {
    let world = world();
    world.person("kenneth");
    let mut browser = Browser::new();
    let first = object(&browser.step(&world, RECENT));
    assert_eq!(first["max_age"], 600);
    assert!(!first.contains_key("prompt") && !first.contains_key("id_token_hint"));
    let start = object(&Browser::new().step(&world, PAY));
    let told = ["max_age", "prompt", "id_token_hint"].map(|name| start.contains_key(name));
    assert_eq!(
        told, [false; 3],
        "no person has signed in yet who could sign in again"
    );

    assert_eq!(browser.open(&world, RECENT).by, By::Origin);
    world.pass(700);
    let start = browser.step(&world, RECENT);
    assert_eq!(object(&start)["max_age"], 600);
    world.pass(5);
    assert_eq!(callback(&world, &mut browser, &start).location(), RECENT);
    assert!(passes(&world, &mut browser, RECENT));
    world.deliver();
    assert!(passes(&world, &mut browser, ACCOUNT));
}

#[test]
fn t14_when_the_provider_does_not_ask_again_then_a_page_ends_the_circle() {
    let problem = "Sorry, there is a problem with the service";
    for (fault, status, heading, label) in [
        (
            "id-token-auth-time-old",
            403,
            "Sign out first, then sign in",
            "auth_time_too_old",
        ),
        (
            "id-token-auth-time-missing",
            502,
            problem,
            "auth_time_invalid",
        ),
    ] {
        let world = world();
        let mut browser = signed_in(&world, "kenneth");
        world.pass(700);
        assert!(passes(&world, &mut browser, ACCOUNT));
        world.provider_fault(Fault::from_name(fault).unwrap());
        world.forget();
        let shown = browser.open(&world, RECENT);
        let seen = (shown.by, shown.status, shown.heading());
        assert_eq!(seen, (By::Edge, status, heading), "{fault}");
        let lines = world.happened().lines();
        assert_eq!(lines.last().unwrap(), &format!("callback: {label}"));
        world.mend();
        let kept = passes(&world, &mut browser, ACCOUNT);
        assert!(kept, "the session is spared: {fault}");
    }
}

#[test]
fn t46_when_another_person_signs_in_instead_then_they_start_at_the_front_page_and_the_first_session_ends()
 {
    for keeps_cookie in [true, false] {
        let world = world();
        let mut browser = signed_in(&world, "kenneth");
        let mut thief = browser.clone();
        world.pass(700);
        world.person("sian");
        let start = browser.step(&world, RECENT);
        if !keeps_cookie {
            browser.drop_cookie(SESSION);
        }
        world.forget();
        let back = callback(&world, &mut browser, &start);
        let heading = "You are signed in with a different GOV.UK One Login";
        assert_eq!((back.status, back.heading()), (200, heading));
        assert_eq!(back.link(), Some("/"), "{keeps_cookie}");
        let happened = world.happened();
        assert_eq!(happened.asked(), ["begin", "end"]);
        let lines = happened.lines();
        for line in ["other_session_ended", "signed_in_again_as_another"] {
            let line = format!("changed_subject: {line}");
            assert!(lines.contains(&line), "{line} {lines:?}");
        }
        world.pass(60);
        assert!(!passes(&world, &mut thief, ACCOUNT));
        assert!(passes(&world, &mut browser, RECENT));
    }
}

#[test]
fn t71_when_the_account_cannot_answer_then_no_person_is_sent_to_the_provider() {
    for (trouble, _) in Trouble::ACCOUNT {
        let world = world();
        let mut browser = signed_in(&world, "kenneth");
        world.pass(400);
        assert!(passes(&world, &mut browser, ACCOUNT));
        world.trouble(trouble, When::About("id_token"));
        let shown = browser.step(&world, PAY);
        assert_eq!(
            (shown.by, shown.status, shown.heading()),
            (By::Edge, 503, LATER)
        );
        world.mend();
        assert!(passes(&world, &mut browser, ACCOUNT), "nothing is lost");
        assert_eq!(object(&browser.step(&world, PAY))["prompt"], "login");
    }
}

#[test]
fn t75_when_there_is_no_hint_then_signing_in_again_is_a_plain_sign_in() {
    // The session ended elsewhere within its lease, or the key that sealed the hint is gone.
    let ended: Happens = |world| {
        world.notify("kenneth", |_| {});
    };
    let forgotten: Happens = |world| {
        world.outside.accounts.set_hint("AAAA");
    };
    for (what, happens) in [("ended", ended), ("forgotten", forgotten)] {
        let world = world();
        let mut browser = signed_in(&world, "kenneth");
        world.pass(400);
        assert!(passes(&world, &mut browser, ACCOUNT));
        happens(&world);
        let start = browser.step(&world, PAY);
        let claims = object(&start);
        let told = ["max_age", "prompt", "id_token_hint"].map(|name| claims.contains_key(name));
        assert_eq!(told, [false; 3], "{what}");
        world.pass(5);
        assert_eq!(browser.open(&world, PAY).by, By::Origin, "{what}");
    }
}

#[test]
fn when_the_sign_in_is_too_old_then_scripts_and_forms_get_that_reason() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(400);
    assert!(passes(&world, &mut browser, ACCOUNT));
    world.forget();
    let script = Incoming::get(PAY)
        .with("accept", "application/json")
        .with("sec-fetch-dest", "empty");
    let shown = browser.send(&world, script);
    assert_eq!(shown.status, 401);
    let challenge = shown.header("www-authenticate").unwrap();
    let expected = "error=\"insufficient_user_authentication\", max_age=\"300\"";
    assert!(challenge.ends_with(expected), "{challenge}");
    let form = Incoming::post(PAY, "amount=12")
        .with("accept", "text/html")
        .with("sec-fetch-dest", "document");
    let shown = browser.send(&world, form);
    assert_eq!((shown.by, shown.status), (By::Edge, 401));
    assert!(shown.body.contains("sign-in?return_to=%2Fpay"));
    assert!(world.happened().asked().is_empty());
    let link = browser.step(&world, "/auth/sign-in?return_to=%2Fpay");
    assert_eq!(object(&link)["prompt"], "login");
    let link = browser.step(&world, "/auth/sign-in?return_to=%2Faccount%2Fdetails");
    assert_eq!((link.status, link.location()), (303, ACCOUNT));
}

#[test]
fn t71_when_a_check_is_due_then_the_account_is_asked_before_the_decision() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(400);
    world.forget();
    let start = browser.step(&world, PAY);
    let questions = world.happened().questions();
    let kinds = questions.iter().map(|question| match question {
        Question::Check { .. } => "check",
        Question::IdToken { .. } => "id_token",
        _ => "another",
    });
    assert_eq!(kinds.collect::<Vec<_>>(), ["check", "id_token"]);
    assert_eq!(object(&start)["prompt"], "login");
    world.trouble(Trouble::AccountNotReached, When::Always);
    let shown = browser.clone().send(&world, own(PAY));
    assert_eq!((shown.by, shown.status), (By::Edge, 503));
}
