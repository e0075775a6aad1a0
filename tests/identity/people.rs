//! Two people, two tabs, and accounts that cannot be reached.

use simulator::provider::personas::Persona;

use crate::world::{By, SESSION, Trouble, When};
use crate::{asked, kept_out, signed_in, told, world};

#[test]
fn t46_when_two_people_use_one_computer_then_their_identities_are_never_mixed() {
    let world = world();
    let mut browser = signed_in(&world);
    let kenneth = told(&world, &mut browser, "/account/x");
    let start = browser.step(&world, "/apply/form?of=kenneth");
    let mut copy = browser.clone();
    // At the provider another person signs in, on the same computer and for the same request.
    let sian = Persona::find("sian");
    world.outside.provider.replace({
        let mut setup = crate::world::Setup::default();
        setup.prove_identities();
        let mut provider = setup.provider();
        provider.set_automatic(sian);
        provider
    });
    world.new_isolate();
    world.outside.documents.borrow_mut().clear();
    let back = browser.step(&world, start.location());
    let shown = browser.step(&world, back.location());
    let heading = "You are signed in with a different GOV.UK One Login";
    assert_eq!(
        (shown.status, shown.heading()),
        (200, heading),
        "{:?}",
        world.happened().lines()
    );
    assert_eq!(shown.link(), Some("/"));
    assert!(!shown.body.contains("apply/form"));
    let lines = world.happened().lines();
    assert!(
        lines.contains(&"changed_subject: other_session_ended".to_owned()),
        "{lines:?}"
    );
    let told = told(&world, &mut browser, "/apply/name").claims;
    assert_ne!(told["sub"], kenneth.claims["sub"]);
    assert_ne!(told["sid"], kenneth.claims["sid"]);
    let family = told["coreIdentity"]["name"][0]["nameParts"].to_string();
    assert!(family.contains("Łukasiewicz") && !family.contains("Decerqueira"));
    // The first person's session is over wherever its cookie still is.
    world.pass(61);
    assert_eq!(copy.step(&world, "/account/x").by, By::Edge);
}

#[test]
fn t50_when_a_cookie_is_older_than_the_step_up_then_it_opens_the_identity_route() {
    let world = world();
    let mut browser = signed_in(&world);
    let old = browser.cookie(SESSION).unwrap().to_owned();
    told(&world, &mut browser, "/apply/form");
    world.pass(1);
    // A late answer to another tab put the old cookie back.
    browser.plant(SESSION, &old);
    browser.history.clear();
    let claims = told(&world, &mut browser, "/apply/form").claims;
    assert_eq!(
        (&claims["vot"], &claims["identity_claims"]),
        (&"Cl.Cm.P2".into(), &"here".into())
    );
    assert!(
        asked(&browser).is_empty(),
        "the provider was not asked again"
    );
    assert_ne!(browser.cookie(SESSION), Some(old.as_str()));
}

#[test]
fn t14_when_a_sign_in_has_a_lower_level_then_it_gets_no_identity_of_a_higher_one() {
    let world = crate::World::with(|setup| {
        setup.prove_identities();
        setup.field("session_idle_seconds", 60);
        let routes = &mut setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"];
        let maybe = r#"{ "path": "/maybe", "access": "optional", "release": ["coreIdentity"] }"#;
        let maybe = serde_json::from_str(maybe).unwrap();
        routes.as_array_mut().unwrap().push(maybe);
    });
    let mut browser = signed_in(&world);
    told(&world, &mut browser, "/apply/form");
    assert!(
        told(&world, &mut browser, "/maybe")
            .claims
            .contains_key("coreIdentity")
    );
    // The session is too old, and the next sign-in is with a password only.
    world.pass(61);
    assert_eq!(told(&world, &mut browser, "/low/x").claims["vot"], "Cl");
    let claims = told(&world, &mut browser, "/maybe").claims;
    assert_eq!(claims["vot"], "Cl");
    assert!(!claims.contains_key("coreIdentity"));
    // With both factors again it is the same person's.
    world.pass(60);
    browser.history.clear();
    assert_eq!(
        told(&world, &mut browser, "/apply/form").claims["identity_claims"],
        "here"
    );
    assert_eq!(asked(&browser).len(), 1);
}

#[test]
fn t70_when_the_account_cannot_answer_then_routes_that_need_an_identity_are_closed() {
    for (trouble, label) in Trouble::ACCOUNT {
        let world = world();
        let mut browser = signed_in(&world);
        world.trouble(trouble, When::About("proof"));
        let shown = kept_out(&world, &mut browser, "/apply/form");
        assert_eq!(
            (shown.status, shown.header("retry-after")),
            (503, Some("30"))
        );
        assert_eq!(
            world.happened().lines(),
            [format!("session_unchecked: {label}")]
        );
        world.mend();
        told(&world, &mut browser, "/apply/form");
        // With a session that was checked long enough ago there is no grace here.
        world.pass(61);
        world.trouble(trouble, When::Always);
        assert_eq!(kept_out(&world, &mut browser, "/apply/form").status, 503);
        assert_eq!(kept_out(&world, &mut browser, "/apply/bare").status, 503);
    }
}

#[test]
fn t27_rejects_an_identity_when_the_account_does_not_confirm_the_step_up() {
    for (trouble, _) in Trouble::ACCOUNT {
        let world = world();
        let mut browser = signed_in(&world);
        world.trouble(trouble, When::About("step_up"));
        assert_eq!(kept_out(&world, &mut browser, "/apply/form").status, 503);
        world.mend();
        assert_eq!(
            told(&world, &mut browser, "/apply/form").claims["vot"],
            "Cl.Cm.P2"
        );
    }
}

#[test]
fn t47_when_the_session_ended_during_the_step_up_then_a_new_session_begins() {
    let world = world();
    let mut browser = signed_in(&world);
    let before = told(&world, &mut browser, "/account/x");
    let start = browser.step(&world, "/apply/form");
    world.pass(5);
    world.outside.accounts.empty();
    let back = browser.step(&world, start.location());
    let shown = browser.step(&world, back.location());
    assert_eq!(shown.status, 303);
    let after = told(&world, &mut browser, "/apply/form");
    assert_ne!(before.claims["sid"], after.claims["sid"]);
    assert_eq!(after.claims["vot"], "Cl.Cm.P2");
    assert_eq!(after.claims["identity_claims"], "here");
}

#[test]
fn t31_when_proving_an_identity_takes_four_hours_then_the_attempt_is_over() {
    let world = crate::World::with(|setup| {
        setup.prove_identities();
        setup.field("session_idle_seconds", 20_000);
    });
    for (seconds, in_time) in [(14_399, true), (14_400, false)] {
        let mut browser = signed_in(&world);
        let start = browser.step(&world, "/apply/form");
        let back = browser.step(&world, start.location());
        world.pass(seconds);
        let shown = browser.step(&world, back.location());
        // In time it is the provider's code that is too old.
        let lines = world.happened().lines();
        let expected = match in_time {
            true => "callback: invalid_grant",
            false => "callback: no_attempt",
        };
        assert!(lines.contains(&expected.to_owned()), "{seconds} {lines:?}");
        assert!(
            shown.body.contains("return_to=%2Fapply%2Fform"),
            "{seconds} {}",
            shown.body
        );
    }
}

#[test]
fn when_a_person_is_sent_to_prove_an_identity_then_the_account_was_asked_once() {
    let world = world();
    let mut browser = signed_in(&world);
    // The same holds when the session's own check is due.
    for seconds in [0, 61] {
        world.pass(seconds);
        world.forget();
        assert_eq!(browser.step(&world, "/apply/form").status, 302);
        assert_eq!(world.happened().asked(), ["proof"]);
    }
}

#[test]
fn t50_when_a_step_up_succeeds_then_the_sessions_begin_time_is_unchanged() {
    // A notification of before the birth is nothing to the session; one of between birth and step-up
    // ends it.
    for (seconds, ends) in [(-21, false), (-10, true)] {
        let world = world();
        let mut browser = signed_in(&world);
        world.pass(15);
        told(&world, &mut browser, "/apply/form");
        world.pass(5);
        let shown = world.notify("kenneth", |notice| notice.iat_offset = seconds);
        assert_eq!(shown.status, 200);
        world.pass(61);
        let shown = browser.step(&world, "/account/x");
        assert_eq!(shown.by == By::Edge, ends, "{seconds}");
    }
}
