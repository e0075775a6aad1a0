//! Notifications: which are taken, which are refused, and what an outage does to them.

use simulator::provider::fault::logout_token::NotificationFault;

use super::expected::expected;
use super::{is_in, signed_in};
use crate::world::{By, Incoming, Shown, Trouble, When, World};

/// A notification with a fault about a signed-in person, and whether they are still signed in.
fn notified(fault: Option<NotificationFault>) -> (World, Shown, bool) {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(5);
    world.forget();
    let shown = world.notify("kenneth", |notice| notice.fault = fault);
    world.pass(60);
    let seen = world.happened();
    let alive = is_in(&world, &mut browser);
    world.outside.record.replace(seen);
    (world, shown, alive)
}

#[test]
fn t76_t77_when_a_notification_is_refused_then_its_status_fits_and_no_session_ends() {
    let mut wrong = Vec::new();
    for fault in NotificationFault::ALL {
        let (status, label) = expected(*fault);
        let (world, shown, alive) = notified(Some(*fault));
        let happened = world.happened();
        let line = format!("notification: {label}");
        let lines: Vec<_> = (!label.is_empty()).then_some(line).into_iter().collect();
        let ended = !alive;
        let good = (shown.by, shown.status) == (By::Edge, status)
            && happened.lines() == lines
            && ended == (status == 200)
            && ended == fault.is_accepted()
            && happened.asked().is_empty() != (status == 200)
            && shown.body.is_empty()
            && shown.header("cache-control") == Some("no-store")
            && shown.set_cookies().count() == 0;
        if !good {
            let name = fault.name();
            wrong.push(format!(
                "{name}: {} {alive} {:?}",
                shown.status,
                happened.lines()
            ));
        }
    }
    let all = NotificationFault::ALL.len();
    assert!(
        wrong.is_empty(),
        "{} of {all}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A case of the conformance suite, which asserts the exact status.
fn suite(fault: Option<NotificationFault>, status: u16) {
    let (_, shown, alive) = notified(fault);
    assert_eq!((shown.status, alive), (status, status != 200));
}

#[test]
fn oidcc_client_test_rp_backchannel_rpinitlogout() {
    suite(None, 200);
    suite(Some(NotificationFault::IgnoredClaim), 200);
}

#[test]
fn oidcc_client_test_rp_backchannel_rpinitlogout_alg_none() {
    suite(Some(NotificationFault::AlgNone), 400);
}

#[test]
fn oidcc_client_test_rp_backchannel_rpinitlogout_wrong_alg() {
    suite(Some(NotificationFault::AlgRs256), 400);
    suite(Some(NotificationFault::Hs256Jwk), 400);
}

#[test]
fn oidcc_client_test_rp_backchannel_rpinitlogout_no_event() {
    suite(Some(NotificationFault::EventsMissing), 400);
}

#[test]
fn oidcc_client_test_rp_backchannel_rpinitlogout_wrong_event() {
    suite(Some(NotificationFault::EventsOther), 400);
}

#[test]
fn oidcc_client_test_rp_backchannel_rpinitlogout_with_nonce() {
    suite(Some(NotificationFault::NoncePresent), 400);
}

#[test]
fn oidcc_client_test_rp_backchannel_rpinitlogout_wrong_aud() {
    suite(Some(NotificationFault::AudLonger), 400);
    suite(Some(NotificationFault::AudOther), 400);
}

#[test]
fn oidcc_client_test_rp_backchannel_rpinitlogout_wrong_iss() {
    suite(Some(NotificationFault::IssOther), 400);
}

#[test]
fn when_a_client_has_rs256_id_tokens_then_only_es256_notifications_count() {
    let world = World::with(|setup| {
        setup.field("id_token_alg", "RS256");
        setup.register("id_token_alg", "RS256");
    });
    let mut browser = signed_in(&world, "kenneth");
    let wrong = world.notify("kenneth", |n| n.fault = Some(NotificationFault::AlgRs256));
    assert_eq!(wrong.status, 400);
    world.pass(60);
    assert!(is_in(&world, &mut browser));
    assert_eq!(world.notify("kenneth", |_| {}).status, 200);
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn t81_when_a_notification_is_answered_then_the_answer_does_not_reveal_who_is_signed_in() {
    let world = World::new();
    signed_in(&world, "kenneth");
    world.forget();
    let mut answers = Vec::new();
    let mut happened = Vec::new();
    for persona in ["kenneth", "sian"] {
        let shown = world.notify(persona, |_| {});
        answers.push((shown.status, shown.headers, shown.body));
        happened.push(world.happened().lines());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(happened[0], happened[1]);
    assert_eq!(answers[0].0, 200);
}

#[test]
fn t77_rejects_any_notification_that_is_not_a_posted_form() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let good = world.notification("kenneth", |_| {});
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let shown = world.ask(good.clone().method(method));
        assert_eq!(
            (shown.status, shown.header("allow")),
            (405, Some("POST")),
            "{method}"
        );
    }
    for content_type in [
        "",
        "text/plain",
        "multipart/form-data",
        "application/x-www-form",
        "a, b",
    ] {
        let mut request = good.clone();
        request.headers.retain(|(name, _)| name != "content-type");
        let shown = world.ask(request.with("content-type", content_type));
        assert_eq!(shown.status, 400, "{content_type}");
    }
    let token = String::from_utf8(good.body.clone()).unwrap();
    let form = |body: &str| {
        world
            .ask(Incoming::post("/auth/backchannel-logout", body))
            .status
    };
    for body in [
        "logout_token",
        "logout_token=",
        "logout_token=&logout_token=",
        "LOGOUT_TOKEN=a.b.c",
        "logout_token[]=a.b.c",
        "logout_token=%ff%fe",
        "&&&=&",
    ] {
        assert_eq!(form(body), 400, "{body}");
    }
    assert_eq!(form(&format!("{token}&logout_token=")), 400);
    assert_eq!(form(&format!("{token}%00")), 400);
    world.pass(60);
    assert!(is_in(&world, &mut browser));
    // The edge ignores other parameters of the form, and the media type's case.
    let mut request = good;
    request.headers.retain(|(name, _)| name != "content-type");
    request.body = format!("a=b&{token}&c").into_bytes();
    let content_type = "Application/X-WWW-Form-Urlencoded ;charset=UTF-8";
    assert_eq!(
        world.ask(request.with("content-type", content_type)).status,
        200
    );
}

#[test]
fn t77_rejects_a_notification_form_longer_than_64_kibibytes() {
    for (length, status) in [(65_536, 200), (65_537, 413)] {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        let mut request = world.notification("kenneth", |_| {});
        request.body.extend(b"&padding=");
        request.body.resize(length, b'x');
        assert_eq!(world.ask(request).status, status);
        world.pass(60);
        assert_eq!(is_in(&world, &mut browser), status != 200);
    }
}

#[test]
fn t72_when_an_outage_meets_a_notification_then_503_makes_the_provider_try_again() {
    use Trouble::{BodyBreaksOff, BodyHangs, CallNotSent, VerifyFails};
    let kinds = [BodyBreaksOff, BodyHangs, CallNotSent, VerifyFails];
    let accounts = Trouble::ACCOUNT.map(|(trouble, _)| trouble);
    for trouble in kinds.into_iter().chain(accounts) {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        world.pass(5);
        world.outside.documents.borrow_mut().clear();
        world.new_isolate();
        world.end_at_provider("kenneth");
        world.trouble(trouble, When::Always);
        assert_eq!(world.deliver(), [503], "{trouble:?}");
        world.mend();
        if trouble != Trouble::AccountAnswerLost {
            world.pass(10);
            assert!(
                is_in(&world, &mut browser),
                "{trouble:?}: nothing is revoked"
            );
        }
        // The queue tries again with a new token.
        world.pass(30);
        assert_eq!(world.deliver(), [200], "{trouble:?}");
        world.pass(60);
        assert!(!is_in(&world, &mut browser), "{trouble:?}");
    }
}

/// The answer to a notification: its status and when to try again.
fn answered(shown: &Shown) -> (u16, Option<&str>) {
    (shown.status, shown.header("retry-after"))
}

#[test]
fn t72_t111_when_a_key_cannot_be_known_yet_then_503_is_sent_until_a_newer_copy_came() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.provider().rotate(false);
    world.end_at_provider("kenneth");
    world.forget();
    // The three attempts of the provider, in a minute and a half.
    for attempt in [1, 2] {
        let good = world.notification("kenneth", |_| {});
        assert_eq!(answered(&world.ask(good)), (503, Some("30")));
        let happened = world.happened();
        // Any sender can cause it, so that there is a line a minute.
        let line = (attempt == 1).then(|| "notification: key_not_yet_known".to_owned());
        assert_eq!(happened.lines(), Vec::from_iter(line));
        assert!(happened.calls().is_empty(), "{:?}", happened.calls());
        world.pass(30);
        world.forget();
    }
    assert_eq!(world.deliver(), [200]);
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn t76_rejects_a_made_up_key_once_a_newer_copy_was_read() {
    let world = World::new();
    signed_in(&world, "kenneth");
    world.pass(60);
    world.forget();
    let made_up = |world: &World| {
        world.notification("kenneth", |notice| {
            notice.fault = Some(NotificationFault::KidUnknown);
        })
    };
    assert_eq!(world.ask(made_up(&world)).status, 400);
    let lines = world.happened().lines();
    assert_eq!(
        lines,
        ["unknown_key: logout_token", "notification: key_unknown"]
    );
    assert_eq!(answered(&world.ask(made_up(&world))), (503, Some("30")));
}

#[test]
fn t72_when_the_providers_keys_cannot_be_refetched_then_a_notification_gets_503_and_is_retried() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(600);
    world.provider().rotate(false);
    world.end_at_provider("kenneth");
    world.trouble(Trouble::CallNotSent, When::About("jwks.json"));
    let statuses = world.deliver();
    assert_eq!(statuses, [503]);
    world.mend();
    world.pass(30);
    assert_eq!(world.deliver(), [200]);
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn t83_when_sessions_end_then_the_log_holds_no_personal_data() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let mut other = signed_in(&world, "sian");
    world.pass(60);
    is_in(&world, &mut browser);
    let shown = browser.sign_out(&world, "?everywhere");
    let next = browser.open(&world, shown.location());
    world.notify("sian", |_| {});
    world.notify("sian", |n| n.fault = Some(NotificationFault::SubNotText));
    is_in(&world, &mut other);
    let lines = format!("{:?}{}", world.happened().events(), next.body);
    for word in [
        "urn:fdc",
        "eyJ",
        "@",
        "kenneth",
        "sian",
        "jti",
        "203.0.113",
        "198.51",
    ] {
        assert!(!lines.contains(word), "{word}: {lines}");
    }
}
