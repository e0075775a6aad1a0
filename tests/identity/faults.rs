//! Every fault of the provider in an identity, run through a whole journey, as [`crate::expected`] says
//! that it ends.

use simulator::provider::fault::Fault;
use simulator::provider::fault::did::DidFault;

use crate::expected::{Expected, expected};
use crate::world::{Browser, By, IDENTITY, ISSUER, Record, SESSION, Shown, World};
use crate::{signed_in, told, world};

/// A journey to a route with an identity, with one fault at the provider.
pub struct Outcome {
    pub world: World,
    pub browser: Browser,
    shown: Shown,
    happened: Record,
    before: String,
}

/// Goes on such a journey.
pub fn proving(fault: Fault) -> Outcome {
    let world = world();
    let mut browser = signed_in(&world);
    let before = browser.cookie(SESSION).unwrap().to_owned();
    world.provider_fault(fault);
    let shown = browser.open(&world, "/apply/form");
    let happened = world.happened();
    Outcome {
        world,
        browser,
        shown,
        happened,
        before,
    }
}

#[test]
fn t13_t14_t15_t16_t18_t20_when_an_identity_has_a_fault_then_it_ends_in_the_expected_outcome() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for fault in Fault::ALL {
        let Some(expected) = expected(*fault) else {
            continue;
        };
        count += 1;
        let mut outcome = proving(*fault);
        let complaint = betrayed(&outcome).or_else(|| match expected {
            Expected::Proved => not_proved(&outcome),
            Expected::NotProved(label) => not_ended(&mut outcome, label),
            Expected::Refused { status, lines } => not_refused(&mut outcome, status, lines),
        });
        wrong.extend(complaint.map(|complaint| format!("{}: {complaint}", fault.name())));
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Why the journey did not end with a proved identity.
fn not_proved(outcome: &Outcome) -> Option<String> {
    let Outcome {
        shown, happened, ..
    } = outcome;
    let reached = happened.reached();
    let good = (shown.by, shown.status) == (By::Origin, 200) && reached.len() == 1;
    (!good).then(|| format!("not proved: {} {:?}", shown.status, happened.lines()))
}

/// Why the journey did not end with the page that no identity was proved.
fn not_ended(outcome: &mut Outcome, label: &str) -> Option<String> {
    let shown = &outcome.shown;
    let heading = match label {
        "level_too_low" => "We need stronger proof of your identity",
        _ => "We could not confirm your identity",
    };
    let page = (shown.by, shown.status, shown.heading());
    if page != (By::Edge, 403, heading)
        || outcome.happened.lines() != [format!("identity: {label}")]
    {
        return Some(format!("{page:?} {:?}", outcome.happened.lines()));
    }
    let level = match label {
        "level_too_low" => "Cl.Cm.P1",
        _ => "Cl.Cm",
    };
    got_in(outcome, level)
}

/// Why this is not the refusal that it should be.
fn not_refused(outcome: &mut Outcome, status: u16, lines: &[&str]) -> Option<String> {
    let Outcome {
        shown, happened, ..
    } = &*outcome;
    let heading = match status {
        503 => "We could not finish checking your identity",
        _ => "Sorry, there is a problem with the service",
    };
    let page = (shown.by, shown.status, shown.heading());
    if page != (By::Edge, status, heading) || happened.lines() != lines {
        return Some(format!("{page:?} {:?}", happened.lines()));
    }
    if outcome.browser.cookie(SESSION) != Some(outcome.before.as_str()) {
        return Some("the session is another".to_owned());
    }
    got_in(outcome, "Cl.Cm")
}

/// Why the refusal let the person in: a request reached the service, or the session's level is not this one.
fn got_in(outcome: &mut Outcome, level: &str) -> Option<String> {
    if !outcome.happened.reached().is_empty() || !outcome.browser.attempts().is_empty() {
        return Some("the person got in, or the attempt is left".to_owned());
    }
    outcome.world.mend();
    let claims = told(&outcome.world, &mut outcome.browser, "/account/x").claims;
    (claims["vot"] != level).then(|| format!("signed in at {}", claims["vot"]))
}

/// A call to another host, or a value of the provider's or the person's where people
/// or operators read it, or in storage.
fn betrayed(outcome: &Outcome) -> Option<String> {
    let Outcome {
        world,
        browser,
        shown,
        happened,
        ..
    } = outcome;
    let home = |call: &String| call.starts_with(ISSUER) || call.starts_with(IDENTITY);
    if let Some(call) = happened.calls().iter().find(|call| !home(call)) {
        return Some(format!("a call to {call}"));
    }
    let events = happened.events();
    let cookies: Vec<_> = browser
        .cookies()
        .into_iter()
        .map(|name| browser.cookie(name))
        .collect();
    let stored = world.outside.accounts.text();
    let page = (shown.by == By::Edge).then_some((&shown.body, &shown.headers));
    let public = format!("{events:?} {cookies:?} {stored} {page:?}");
    [
        "alert(",
        "planted",
        "\u{202e}",
        "Decerqueira",
        "1965-",
        "HADLEY",
        "BA2 5AA",
        "321654987",
        "QQ123456C",
        "somebody-else",
        "another-client",
        "canary",
        "eyJhbGciOi",
        "urn:fdc",
    ]
    .into_iter()
    .find(|word| public.contains(word))
    .map(|word| format!("{word:?} is on the page, in the log, in a cookie or in storage"))
}

#[test]
fn t13_t14_when_a_fault_fails_a_sign_in_then_it_fails_an_identity_too() {
    for fault in Fault::ALL {
        if !matches!(
            fault,
            Fault::Claim(_) | Fault::Form(_) | Fault::Userinfo(_) | Fault::Token(_)
        ) {
            continue;
        }
        let plain = world();
        plain.provider_fault(*fault);
        let signed_in = Browser::new().open(&plain, "/account/x");
        let outcome = proving(*fault);
        assert_eq!(outcome.shown.by, signed_in.by, "{}", fault.name());
        if outcome.shown.by == By::Edge {
            let end = |world: &World, shown: &Shown| (shown.status, world.happened().lines());
            let expected = end(&plain, &signed_in);
            let lines = outcome.happened.lines();
            assert_eq!((outcome.shown.status, lines), expected, "{}", fault.name());
            let kept = outcome.browser.cookie(SESSION) == Some(outcome.before.as_str());
            assert!(kept, "{}", fault.name());
        }
    }
}

#[test]
fn t18_when_the_did_document_has_a_fault_then_a_good_copy_is_still_used() {
    use DidFault as F;
    for fault in DidFault::ALL {
        let world = world();
        told(&world, &mut Browser::new(), "/apply/form");
        world.provider_fault(Fault::Did(*fault));
        world.pass(7_500);
        let shown = signed_in(&world).open(&world, "/apply/form");
        // A document that can be used takes the place of the copy, whatever keys are in it.
        let replaced = matches!(
            fault,
            F::SigningKeyMissing | F::KeyIdTwice | F::OffCurve | F::ZeroPoint
        );
        let by = if replaced { By::Edge } else { By::Origin };
        assert_eq!(shown.by, by, "{fault:?} {:?}", world.happened().lines());
    }
}
