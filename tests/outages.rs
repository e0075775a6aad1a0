//! Outages: the routes that work and those that are closed while a dependency does not answer.
//!
//! An outage never opens a protected path, and the service behind it gets no request.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;

#[path = "outages/documents.rs"]
mod documents;
#[path = "outages/sent.rs"]
mod sent;
#[path = "outages/storage.rs"]
mod storage;
#[path = "outages/unknown_keys.rs"]
mod unknown_keys;

use world::{Browser, By, Incoming, SESSION, Trouble, When, World};

const LATER: &str = "Sorry, you cannot sign in right now";
const PROBLEM: &str = "Sorry, there is a problem with the service";

#[test]
fn t37_when_the_provider_is_down_from_the_start_then_sign_ins_fail_and_public_pages_work() {
    let world = World::new();
    world.trouble(Trouble::CallNotSent, When::Always);
    let mut browser = Browser::new();
    let shown = browser.open(&world, "/account/details");
    assert_eq!(
        (shown.by, shown.status, shown.heading()),
        (By::Edge, 503, LATER)
    );
    assert_eq!(shown.header("retry-after"), Some("30"));
    assert_eq!(shown.set_cookies().count(), 0);
    let happened = world.happened();
    let lines = [
        "document_not_fetched: unreachable",
        "sign_in_start: documents_unavailable",
    ];
    assert_eq!(happened.lines(), lines);
    assert!(happened.reached().is_empty());
    for path in ["/", "/assets/app.css", "/whoami"] {
        assert_eq!(browser.open(&world, path).by, By::Origin, "{path}");
    }
    let health = world.ask(Incoming::get("/auth/health"));
    assert_eq!(health.status, 503);
    assert!(
        health.body.contains("\"status\":\"failing\""),
        "{}",
        health.body
    );
    // It comes back: the person goes on from where they are.
    world.mend();
    world.pass(10);
    assert_eq!(browser.open(&world, "/account/details").by, By::Origin);
}

#[test]
fn t37_when_the_provider_is_down_then_signed_in_people_do_not_notice() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    world.trouble(Trouble::CallNotSent, When::Always);
    world.trouble(Trouble::ReadFails, When::Always);
    world.new_isolate();
    for _ in 0..5 {
        world.pass(3_000);
        assert_eq!(browser.step(&world, "/account/details").by, By::Origin);
    }
}

#[test]
fn t35_when_the_token_answer_is_lost_then_the_code_is_not_sent_again() {
    for (trouble, line) in [
        (Trouble::CallNotSent, "callback: token_endpoint_unreachable"),
        (
            Trouble::CallAnswerLost,
            "callback: token_endpoint_unreachable",
        ),
        (Trouble::CallTimesOut, "callback: token_endpoint_timed_out"),
        (Trouble::CallTooLarge, "callback: token_endpoint_too_large"),
    ] {
        let world = World::new();
        world.trouble(trouble, When::About("/token"));
        let mut browser = Browser::new();
        let shown = browser.open(&world, "/account/details");
        assert_eq!(
            (shown.by, shown.status, shown.heading()),
            (By::Edge, 503, LATER)
        );
        let happened = world.happened();
        assert_eq!(happened.lines(), [line]);
        assert_eq!(happened.forms().len(), 1, "never twice");
        assert!(!browser.has_session() && browser.attempts().is_empty());
        world.mend();
        assert_eq!(browser.open(&world, "/account/details").by, By::Origin);
    }
}

#[test]
fn rejects_a_sign_in_when_a_signature_cannot_be_made_or_verified() {
    use Trouble::{SignFails, VerifyFails};
    // The request object, the client assertion, the ID token, and the assertion for the service;
    // the last number says whether the code has been sent by then.
    for (trouble, nth, status, heading, line, spent) in [
        (SignFails, 0, 503, LATER, "sign_in_start: cryptography", 0),
        (SignFails, 1, 503, LATER, "callback: cryptography", 0),
        (VerifyFails, 0, 503, LATER, "callback: cryptography", 1),
        (
            SignFails,
            2,
            500,
            PROBLEM,
            "refused: assertion_not_signed",
            1,
        ),
    ] {
        let world = World::new();
        world.trouble(trouble, When::Nth(nth));
        let mut browser = Browser::new();
        let shown = browser.open(&world, "/account/details");
        let page = (shown.by, shown.status, shown.heading());
        assert_eq!(page, (By::Edge, status, heading), "{line}");
        let happened = world.happened();
        assert_eq!(happened.lines().last().unwrap(), line);
        assert!(happened.reached().is_empty());
        assert_eq!(happened.forms().len(), spent, "{line}");
    }
}

#[test]
fn when_an_assertion_cannot_be_signed_then_optional_pages_are_closed_too() {
    // A page without an assertion would claim that no person is signed in, and the service might act on that.
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    world.new_isolate();
    world.trouble(Trouble::SignFails, When::Always);
    world.forget();
    let shown = browser.open(&world, "/whoami");
    assert_eq!(
        (shown.by, shown.status, shown.heading()),
        (By::Edge, 500, PROBLEM)
    );
    assert!(world.happened().reached().is_empty());
    assert!(browser.has_session());
}

/// A sign-in, a page a minute later, and the hourly task: everything that uses the platform.
fn everything(world: &World, browser: &mut Browser) -> Vec<(By, u16)> {
    let mut seen = Vec::new();
    let mut note = |shown: world::Shown| seen.push((shown.by, shown.status));
    note(browser.open(world, "/account/details"));
    world.refresh();
    // The documents have just stopped being fresh, so they are used and fetched behind the person.
    world.pass(86_400 + 60);
    note(browser.open(world, "/account/details"));
    note(browser.open(world, "/whoami"));
    seen
}

#[test]
fn t66_when_any_platform_call_fails_at_any_step_then_no_protected_page_opens() {
    // How often each verb is used when all goes well.
    let world = World::new();
    assert_eq!(
        everything(&world, &mut Browser::new()),
        [(By::Origin, 200); 3]
    );
    let mut runs = 0;
    for trouble in Trouble::ALL {
        for nth in 0.. {
            let world = World::new();
            world.trouble(trouble, When::Nth(nth));
            let mut browser = Browser::new();
            for (shown, path) in everything(&world, &mut browser)
                .into_iter()
                .zip(["account", "account", "whoami"])
            {
                let fine = shown == (By::Origin, 200);
                let closed = shown.0 == By::Edge && shown.1 >= 500;
                assert!(fine || closed, "{trouble:?} {nth} {path}: {shown:?}");
                // A store that fails costs time and never a sign-in.
                let harmless = matches!(
                    trouble,
                    Trouble::ReadFails
                        | Trouble::WriteFails
                        | Trouble::WriteUnconfirmed
                        | Trouble::SpawnCutOff
                );
                assert!(fine || !harmless, "{trouble:?} {nth} {path}: {shown:?}");
            }
            for reached in world.happened().reached() {
                let protected = reached.url.contains("/account/");
                assert!(
                    !protected || reached.assertions().len() == 1,
                    "{trouble:?} {nth}"
                );
            }
            let struck = world.outside.troubles.struck();
            world.mend();
            world.pass(60);
            assert_eq!(
                browser.open(&world, "/account/details").by,
                By::Origin,
                "{trouble:?} {nth}"
            );
            if !struck {
                break; // There are no more uses of this verb.
            }
            runs += 1;
        }
    }
    assert!(runs > 40, "{runs}");
}

#[test]
fn t69_t37_when_everything_is_down_then_protected_routes_are_closed_and_public_ones_open() {
    let world = World::new();
    for trouble in Trouble::ALL {
        world.trouble(trouble, When::Always);
    }
    let mut browser = Browser::new();
    for (path, by) in [
        ("/", By::Origin),
        ("/whoami", By::Origin),
        ("/account/details", By::Edge),
    ] {
        let shown = browser.open(&world, path);
        assert_eq!(shown.by, by, "{path}");
        assert!(shown.by == By::Origin || shown.status == 503);
    }
    let keys = world.ask(Incoming::get("/auth/jwks.json"));
    assert_eq!(keys.status, 200, "the provider can always fetch our keys");
    world.refresh();
    assert!(!browser.has_session());
    let reached = world.happened().reached();
    assert!(
        reached
            .iter()
            .all(|request| !request.url.contains("account"))
    );
    assert_eq!(browser.cookie(SESSION), None);
}

#[test]
fn t84_when_the_configuration_has_a_fault_then_every_path_is_closed_and_no_page_says_why() {
    for break_it in [
        |setup: &mut world::Setup| setup.unset("SESSION_KEY_A"),
        |setup: &mut world::Setup| setup.unset("CLIENT_KEY_DEMO_A"),
        |setup: &mut world::Setup| setup.unset("DOCUMENTS"),
        |setup: &mut world::Setup| setup.set("DEPLOYMENT", "integration"),
        |setup: &mut world::Setup| setup.field("scopes", serde_json::json!(["openid", "address"])),
        |setup: &mut world::Setup| setup.field("unknown_field", true),
    ] {
        let world = World::possibly_faulty(break_it);
        for path in [
            "/",
            "/whoami",
            "/account/details",
            "/auth/health",
            "/auth/sign-in",
            "/.well-known/jwks.json",
        ] {
            let shown = world.ask(Incoming::get(path).with("accept", "text/html"));
            assert_eq!((shown.by, shown.status), (By::Edge, 500), "{path}");
            assert!(
                !shown.body.contains("KEY") && !shown.body.contains("DEMO"),
                "{}",
                shown.body
            );
        }
        assert!(world.happened().0.is_empty());
    }
}

#[test]
fn t84_when_a_configuration_is_wrong_then_only_a_developers_own_machine_shows_why() {
    for (host, shows) in [("localhost:8787", true), ("licence.example.gov.uk", false)] {
        let world = World::possibly_faulty(|setup| {
            setup.set("DEPLOYMENT", "local");
            setup.field("environment", "local");
            setup.field("aliases", serde_json::json!([]));
            setup.field("host", host);
        });
        let shown = world.ask(Incoming::get(&format!("http://{host}/")));
        assert_eq!((shown.by, shown.status), (By::Edge, 500));
        assert_eq!(
            shown.body.contains("SERVICE_DEMO.issuer"),
            shows,
            "{}",
            shown.body
        );
        assert!(!shown.body.contains(world::keys::SESSION[0]));
    }
}
