//! Refusals: every way in which the provider can go wrong, run through a whole sign-in.
//!
//! The faults cover these rows of the threat table: 1 to 15, 18, 19, 21, 25, 26, 28, 29, 35 and 38.
//! In [`request_object`] our own request is broken, and the provider refuses it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;

#[path = "refusals/callback.rs"]
mod callback;
#[path = "refusals/confusion.rs"]
mod confusion;
#[path = "refusals/documents.rs"]
mod documents;
#[path = "refusals/expected.rs"]
mod expected;
#[path = "refusals/headings.rs"]
mod headings;
#[path = "refusals/matrices.rs"]
mod matrices;
#[path = "refusals/request_object.rs"]
mod request_object;
#[path = "refusals/return_paths.rs"]
mod return_paths;

use expected::{Expected, Refused, expected};
use simulator::provider::fault::Fault;
use simulator::provider::fault::claims::ClaimFault;
use world::http::parameter;
use world::{Browser, By, ISSUER, Record, SESSION, Shown, World};

/// A whole sign-in with one fault at the provider.
struct Outcome {
    shown: Shown,
    browser: Browser,
    happened: Record,
    code: Option<String>,
}

fn signing_in(world: &World, fault: Fault) -> Outcome {
    world.provider_fault(fault);
    let mut browser = Browser::new();
    let shown = browser.open(world, "/account/details");
    let code = browser
        .history
        .iter()
        .find_map(|address| parameter(address, "code"));
    Outcome {
        shown,
        browser,
        happened: world.happened(),
        code,
    }
}

#[test]
fn t1_to_t38_when_the_provider_has_a_fault_then_the_sign_in_ends_as_expected() {
    let mut wrong = Vec::new();
    for fault in Fault::ALL {
        let world = World::new();
        let outcome = signing_in(&world, *fault);
        let complaint = match expected(*fault) {
            Expected::SignedIn => not_signed_in(&outcome),
            Expected::Refused(refused) => not_refused(&outcome, refused),
        };
        wrong.extend(complaint.map(|complaint| format!("{}: {complaint}", fault.name())));
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        Fault::ALL.len(),
        wrong.join("\n")
    );
}

/// Why this is not a person who is signed in.
fn not_signed_in(outcome: &Outcome) -> Option<String> {
    let seen = (outcome.shown.by, outcome.shown.status);
    let reached = outcome.happened.reached();
    let good = seen == (By::Origin, 200)
        && outcome.browser.has_session()
        && outcome.browser.attempts().is_empty()
        && reached.len() == 1
        && reached[0].assertions().len() == 1;
    (!good).then(|| format!("not signed in: {seen:?} {:?}", outcome.happened.lines()))
}

/// Why this is not the refusal that it should be.
fn not_refused(outcome: &Outcome, expected: Refused) -> Option<String> {
    let Outcome {
        shown,
        browser,
        happened,
        ..
    } = outcome;
    let page = (shown.by, shown.status, shown.heading());
    if page != (By::Edge, expected.status, expected.heading) {
        return Some(format!("another page: {page:?} {:?}", happened.lines()));
    }
    if happened.lines() != expected.lines {
        return Some(format!("other lines: {:?}", happened.lines()));
    }
    if browser.has_session() || !happened.reached().is_empty() {
        return Some("a person got in".to_owned());
    }
    if browser.attempts().is_empty() != expected.attempt_over {
        return Some(format!("attempts left: {:?}", browser.attempts()));
    }
    let elsewhere = |address: &&String| !address.starts_with(ISSUER);
    if let Some(call) = happened.calls().iter().find(elsewhere) {
        return Some(format!("a call to {call}"));
    }
    if happened
        .calls()
        .iter()
        .filter(|call| call.ends_with("/token"))
        .count()
        > 1
    {
        return Some("a code was sent twice".to_owned());
    }
    betrayed(outcome).or_else(|| badly_dressed(shown, happened))
}

/// A value of the provider's or the person's where people or operators read it.
fn betrayed(outcome: &Outcome) -> Option<String> {
    let events: Vec<_> = outcome
        .happened
        .events()
        .iter()
        .map(|e| format!("{e:?}"))
        .collect();
    let headers: Vec<_> = outcome
        .shown
        .headers
        .iter()
        .map(|(_, value)| value.clone())
        .collect();
    let public = format!(
        "{} {} {}",
        outcome.shown.body,
        events.join(" "),
        headers.join(" ")
    );
    let code = outcome.code.as_deref().filter(|code| code.len() > 8);
    [
        "Simulated",
        "svg",
        "alert(",
        "planted",
        "\u{202e}",
        "Invalid grant",
        "canary",
        "urn:fdc",
    ]
    .into_iter()
    .chain([
        "kenneth",
        "eyJ",
        "another-client",
        "169.254",
        "forged",
        "<script",
    ])
    .chain(code)
    .find(|word| public.contains(word))
    .map(|word| format!("{word:?} is on the page or in the log"))
}

/// A page of the edge that lacks a part that all its pages have.
fn badly_dressed(shown: &Shown, happened: &Record) -> Option<String> {
    let events = happened.events();
    let reference = events.last().map(|event| event.reference.clone());
    if shown.reference().is_none() || shown.reference() != reference.as_deref() {
        return Some(format!(
            "references differ: {:?} {reference:?}",
            shown.reference()
        ));
    }
    let wanted = [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("content-type", "text/html; charset=utf-8"),
    ];
    let missing = wanted
        .iter()
        .find(|(name, value)| shown.header(name) != Some(value));
    let policy = shown.header("content-security-policy").unwrap_or_default();
    let transport = shown
        .header("strict-transport-security")
        .unwrap_or_default();
    let retry = (shown.status == 503) == shown.header("retry-after").is_some();
    let good = missing.is_none()
        && policy.starts_with("default-src 'none'")
        && transport.contains("max-age=31536000")
        && retry;
    (!good).then(|| format!("headers: {:?}", shown.headers))
}

#[test]
fn t19_when_the_provider_has_a_fault_then_the_edge_calls_no_other_host() {
    for fault in Fault::ALL {
        let world = World::new();
        let outcome = signing_in(&world, *fault);
        let at_home = outcome
            .happened
            .calls()
            .iter()
            .all(|call| call.starts_with(ISSUER));
        assert!(at_home, "{}: {:?}", fault.name(), outcome.happened.calls());
        let canary = world
            .provider()
            .requests()
            .iter()
            .any(|r| r.path.contains("canary"));
        assert!(!canary, "{}", fault.name());
    }
}

#[test]
fn t46_when_a_sign_in_fails_then_no_earlier_session_ends() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/low/page");
    let session = browser.cookie(SESSION).unwrap().to_owned();
    world.provider_fault(Fault::Claim(ClaimFault::NonceOther));
    let shown = browser.open(&world, "/account/details");
    assert_eq!(shown.status, 502);
    assert_eq!(browser.cookie(SESSION), Some(session.as_str()));
    assert_eq!(browser.step(&world, "/low/page").by, By::Origin);
}

#[test]
fn t36_when_the_clock_is_wrong_then_the_page_does_not_blame_the_person() {
    // The provider is ahead by more than it forgives: the assertion of a minute has expired there.
    let world = World::new();
    world.provider().set_clock_offset(91);
    let mut browser = Browser::new();
    let shown = browser.open(&world, "/account/details");
    assert_eq!((shown.status, shown.heading()), (500, expected::PROBLEM));
    assert_eq!(world.happened().lines(), ["callback: assertion_expired"]);
}

#[test]
fn t7_t8_when_clocks_differ_by_half_a_minute_then_a_token_is_taken_and_not_beyond() {
    for (offset, signed_in) in [
        (-30, true),
        (30, true),
        (31, false),
        (-151, false),
        (-150, true),
    ] {
        let world = World::new();
        let mut browser = Browser::new();
        let start = browser.step(&world, "/account/details");
        let back = browser.step(&world, start.location());
        // The code was issued before; only the ID token is of the other clock.
        world.provider().set_clock_offset(offset);
        let shown = browser.step(&world, back.location());
        assert_eq!(
            shown.status == 303,
            signed_in,
            "{offset} {:?}",
            world.happened().lines()
        );
    }
}

#[test]
fn t55_when_a_claim_is_odd_then_the_service_gets_it_whole_or_not_at_all() {
    use simulator::provider::fault::userinfo::UserinfoFault as F;
    for (fault, email, verified) in [
        (F::EmailMissing, None, None),
        (F::EmailLong, None, None),
        (F::EmailLineEnd, None, None),
        (
            F::EmailUnverified,
            Some("kenneth@example.gov.uk"),
            Some(false),
        ),
        (
            F::EmailBidirectional,
            Some("\u{202e}ku.vog@\u{1f600}example"),
            Some(true),
        ),
    ] {
        let world = World::new();
        let outcome = signing_in(&world, Fault::Userinfo(fault));
        let reached = outcome.happened.reached();
        let person = world::assertion::verified(&world, reached[0].assertions()[0]).person;
        assert_eq!(person.email.as_deref(), email, "{fault:?}");
        assert_eq!(person.email_verified, verified, "{fault:?}");
    }
}
