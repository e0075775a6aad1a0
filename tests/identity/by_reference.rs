//! The service fetches identity claims that fit no header: once, for a minute, with a token of its own.

use serde_json::{Value, json};
use simulator::provider::personas::Persona;

use crate::released::beside;
use crate::told;
use crate::world::service_key::{KEY, claims, key_id, listed, token};
use crate::world::{Browser, By, HOST, Incoming, Setup, Shown, Trouble, When, World, keys};

/// The page whose identity does not fit.
const PAGE: &str = "/apply/form";

fn set_up(setup: &mut Setup) {
    setup.prove_identities();
    listed(setup);
    setup.field("claims_by_reference", true);
}

/// A world, and a browser whose person has seventy addresses.
fn large() -> (World, Browser) {
    let world = World::with(set_up);
    world.addresses(70);
    let mut browser = Browser::new();
    browser.open(&world, PAGE);
    world.pass(1);
    (world, browser)
}

/// The reference in the assertion of one more request.
fn reference(world: &World, browser: &mut Browser) -> String {
    let stated = told(world, browser, PAGE).claims;
    assert_eq!(stated["identity_claims"], "too_large");
    stated["claims_reference"].as_str().unwrap().to_owned()
}

/// The claims of the service's token.
fn asking(world: &World, reference: &str) -> Value {
    let mut claims = claims(world, "kenneth");
    claims["reference"] = json!(reference);
    claims
}

fn request(token: &str) -> Incoming {
    Incoming::get("/auth/claims")
        .with("authorization", &format!("Bearer {token}"))
        .with("cf-connecting-ip", "203.0.113.7")
}

fn good(claims: &Value) -> String {
    token(KEY, &key_id(KEY), "fetch-claims+jwt", claims)
}

fn fetch(world: &World, reference: &str) -> Shown {
    world.ask(request(&good(&asking(world, reference))))
}

/// The request is refused for this reason, which the log has too, and no account was asked unless `asked` says so.
fn refused(world: &World, shown: &Shown, label: &str, asked: &[&str]) {
    assert_eq!(shown.status, 400, "{label}");
    assert_eq!(shown.body, json!({ "error": label }).to_string());
    let happened = world.happened();
    let last = happened.lines().pop();
    assert_eq!(last, Some(format!("claims: {label}")));
    assert_eq!(happened.asked(), asked, "{label}");
    assert!(happened.signers().is_empty(), "{label}");
}

#[test]
fn t132_when_claims_fit_no_header_then_the_service_fetches_them_once() {
    let (world, mut browser) = large();
    let stated = told(&world, &mut browser, PAGE).claims;
    let reference = stated["claims_reference"].as_str().unwrap();
    world.forget();
    let shown = fetch(&world, reference);
    assert_eq!((shown.by, shown.status), (By::Edge, 200));
    let header = |name| shown.header(name);
    assert_eq!(header("content-type"), Some("application/jwt"));
    assert_eq!(header("cache-control"), Some("no-store"));
    let here = beside(&world, &shown.body, &stated);
    assert_eq!(here["address"].as_array().unwrap().len(), 70);
    assert_eq!(here["exp"].as_i64(), Some(world.now() + 60));
    let happened = world.happened();
    assert_eq!(happened.lines(), ["claims: handed_out"]);
    assert_eq!(happened.asked(), ["refer"]);
    // Once, however often and with whichever token; and in an isolate that remembers nothing.
    for again in 0..2 {
        world.pass(1);
        world.forget();
        refused(
            &world,
            &fetch(&world, reference),
            "reference_used",
            &["refer"],
        );
        if again == 0 {
            world.new_isolate();
        }
    }
}

#[test]
fn t132_when_several_requests_carry_references_then_each_is_another_one() {
    let (world, mut browser) = large();
    let first = reference(&world, &mut browser);
    let second = reference(&world, &mut browser);
    assert_ne!(first, second);
    for each in [&first, &second] {
        assert_eq!(fetch(&world, each).status, 200);
    }
    // Both end with their minute.
    let (one, other) = (
        reference(&world, &mut browser),
        reference(&world, &mut browser),
    );
    world.pass(60);
    assert_eq!(fetch(&world, &one).status, 200);
    world.pass(1);
    world.forget();
    refused(&world, &fetch(&world, &other), "reference_expired", &[]);
}

#[test]
fn t132_rejects_a_reference_after_a_sign_out_or_a_notification() {
    let ends: [fn(&World, &mut Browser); 2] = [
        |world, browser| drop(browser.sign_out(world, "")),
        |world, _| assert_eq!(world.notify("kenneth", |_| {}).status, 200),
    ];
    for end in ends {
        let (world, mut browser) = large();
        let reference = reference(&world, &mut browser);
        end(&world, &mut browser);
        world.forget();
        let answer = fetch(&world, &reference);
        refused(&world, &answer, "session_over", &["refer"]);
    }
}

#[test]
fn t132_rejects_every_caller_that_is_not_the_service_and_the_reference_stays_unused() {
    let (world, mut browser) = large();
    let reference = reference(&world, &mut browser);
    let about = asking(&world, &reference);
    let with = |name: &str, value: Value| {
        let mut claims = about.clone();
        claims[name] = value;
        good(&claims)
    };
    let id = key_id(KEY);
    let kind = |typ| token(KEY, &id, typ, &about);
    let stranger = token(keys::ASSERTION[0], &id, "fetch-claims+jwt", &about);
    let other = "https://other.example";
    for (token, label) in [
        (stranger, "signature_invalid"),
        (
            token(KEY, "another", "fetch-claims+jwt", &about),
            "key_unknown",
        ),
        (kind("end-sessions+jwt"), "wrong_type"),
        (kind("one-login-assertion+jwt"), "wrong_type"),
        (kind("jwt"), "wrong_type"),
        (with("iss", json!(other)), "issuer_mismatch"),
        (with("aud", json!(other)), "audience_mismatch"),
        (with("exp", json!(world.now() + 61)), "expired"),
        (with("sub", json!("")), "subject_invalid"),
        (with("reference", json!(7)), "claims_malformed"),
        (with("reference", Value::Null), "reference_invalid"),
        (
            with("reference", json!(reference[1..])),
            "reference_invalid",
        ),
        (
            with("reference", json!(format!("{reference}A"))),
            "reference_invalid",
        ),
        (String::new(), "token_missing"),
        (reference.clone(), "token_malformed"),
    ] {
        world.forget();
        refused(&world, &world.ask(request(&token)), label, &[]);
    }
    // A session's cookie opens under another key than a reference.
    let cookies = browser.cookies();
    let cookie = cookies
        .iter()
        .find(|name| name.contains("session"))
        .unwrap();
    let cookie = browser.cookie(cookie).unwrap().to_owned();
    world.forget();
    refused(&world, &fetch(&world, &cookie), "reference_invalid", &[]);
    // A reference with another person's `sub`: that account has no such session.
    let mut another = about.clone();
    another["sub"] = json!(Persona::find("sian").unwrap().subject(HOST));
    world.forget();
    let shown = world.ask(request(&good(&another)));
    refused(&world, &shown, "session_over", &["refer"]);
    // No token, or one that is somewhere else.
    let address = format!("/auth/claims?reference={reference}");
    for request in [
        Incoming::get("/auth/claims"),
        Incoming::get(&address).with("authorization", "Basic YTpi"),
        Incoming::get(&format!("/auth/claims?token={}", good(&about))),
    ] {
        world.forget();
        let shown = world.ask(request.with("cf-connecting-ip", "203.0.113.8"));
        refused(&world, &shown, "token_missing", &[]);
        let logged = format!("{:?}", world.happened().events());
        assert!(!logged.contains(&reference) && !logged.contains("?"));
    }
    for method in ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
        let shown = world.ask(request(&good(&about)).method(method));
        let seen = (shown.status, shown.header("allow"));
        assert_eq!(seen, (405, Some("GET")), "{method}");
    }
    assert_eq!(fetch(&world, &reference).status, 200);
}

#[test]
fn t132_rejects_another_services_key_and_another_services_reference() {
    let host = "other.example.gov.uk";
    let world = World::with(|setup| {
        set_up(setup);
        setup.add_other(host, "other-client");
        let own = crate::world::service_key::public(keys::ASSERTION[0]);
        let table = setup.vars.get_mut("SERVICE_OTHER").unwrap();
        table["service_keys"] = json!([own]);
        table["claims_by_reference"] = json!(true);
    });
    world.addresses(70);
    let mut browser = Browser::new();
    browser.open(&world, PAGE);
    world.pass(1);
    let reference = reference(&world, &mut browser);
    let own = keys::ASSERTION[0];
    let ask = |at: &str, key: &str, party: &str| {
        let mut about = asking(&world, &reference);
        about["iss"] = json!(party);
        about["aud"] = json!(party);
        let mut request = request(&token(key, &key_id(key), "fetch-claims+jwt", &about));
        request.url = format!("https://{at}/auth/claims");
        world.forget();
        world.ask(request)
    };
    let there = format!("https://{host}");
    refused(&world, &ask(HOST, own, &there), "issuer_mismatch", &[]);
    refused(
        &world,
        &ask(HOST, own, crate::world::SERVICE),
        "key_unknown",
        &[],
    );
    // The other service by itself is in order, and what it has is not its own.
    refused(&world, &ask(host, own, &there), "reference_invalid", &[]);
    assert_eq!(ask(HOST, KEY, crate::world::SERVICE).status, 200);
}

#[test]
fn t132_when_the_account_gives_no_answer_then_nothing_is_handed_out() {
    let (world, mut browser) = large();
    let reference = reference(&world, &mut browser);
    world.trouble(Trouble::AccountNotReached, When::Always);
    world.forget();
    let shown = fetch(&world, &reference);
    let seen = (shown.status, shown.header("retry-after"));
    assert_eq!((seen, shown.body.as_str()), ((503, Some("30")), ""));
    let happened = world.happened();
    assert_eq!(happened.lines(), ["claims: account_unreachable"]);
    assert!(happened.signers().is_empty());
    world.mend();
    assert_eq!(fetch(&world, &reference).status, 200);
    // An answer that was lost on its way has used the reference up: the next request of the person has another.
    let lost = crate::by_reference::reference(&world, &mut browser);
    world.trouble(Trouble::AccountAnswerLost, When::Always);
    assert_eq!(fetch(&world, &lost).status, 503);
    world.mend();
    world.forget();
    refused(&world, &fetch(&world, &lost), "reference_used", &["refer"]);
    // Nor without a signature.
    let unsigned = crate::by_reference::reference(&world, &mut browser);
    world.trouble(Trouble::SignFails, When::Always);
    let shown = fetch(&world, &unsigned);
    assert_eq!((shown.status, shown.body.as_str()), (503, ""));
}

#[test]
fn t132_when_half_an_hour_has_passed_then_a_reference_opens_nothing_any_more() {
    let (world, mut browser) = large();
    world.pass(1_738);
    let reference = reference(&world, &mut browser);
    world.pass(2);
    world.forget();
    refused(
        &world,
        &fetch(&world, &reference),
        "claims_gone",
        &["refer"],
    );
    let stated = told(&world, &mut browser, PAGE).claims;
    assert_eq!(stated["identity_claims"], "gone");
    assert!(!stated.contains_key("claims_reference"));
}

#[test]
fn t132_when_claims_are_fetched_then_only_those_of_the_route_are_given() {
    let world = World::with(|setup| {
        set_up(setup);
        setup.field("origin_header_limit", 2_048);
    });
    world.addresses(8);
    let mut browser = Browser::new();
    browser.plant("own", &"c".repeat(1_000));
    browser.open(&world, "/apply/form");
    let stated = told(&world, &mut browser, "/apply/name").claims;
    // Too little room for a reference as well: the request goes without, as it does where none may be fetched.
    assert_eq!(stated["identity_claims"], "too_large");
    assert!(!stated.contains_key("claims_reference"));
    world.deploy(|setup| setup.field("origin_header_limit", 3_000));
    let stated = told(&world, &mut browser, "/apply/form").claims;
    assert_eq!(stated["identity_claims"], "too_large");
    let reference = stated["claims_reference"].as_str().unwrap();
    let here = beside(&world, &fetch(&world, reference).body, &stated);
    assert!(here.contains_key("coreIdentity") && here.contains_key("address"));
    assert!(!here.contains_key("passport") && !here.contains_key("email"));
}

#[test]
fn t132_when_claims_are_fetched_then_no_log_line_or_stored_text_holds_them() {
    let (world, mut browser) = large();
    world.forget();
    let reference = reference(&world, &mut browser);
    assert_eq!(fetch(&world, &reference).status, 200);
    fetch(&world, &reference);
    let happened = world.happened();
    let subject = Persona::find("kenneth").unwrap().subject(HOST);
    let everything = format!(
        "{:?} {} {:?}",
        happened.events(),
        world.outside.accounts.text(),
        world.outside.documents.borrow()
    );
    for canary in [
        "Decerqueira",
        "1965-07-08",
        "BA2 5AA",
        &subject,
        &reference,
        PAGE,
    ] {
        assert!(!everything.contains(canary), "{canary} in {everything}");
    }
}

#[test]
fn t132_when_the_service_has_not_turned_it_on_then_there_is_no_reference_and_no_address() {
    let world = World::with(|setup| {
        setup.prove_identities();
        listed(setup);
    });
    world.addresses(70);
    let mut browser = Browser::new();
    browser.open(&world, PAGE);
    world.pass(1);
    let stated = told(&world, &mut browser, PAGE).claims;
    assert_eq!(stated["identity_claims"], "too_large");
    assert!(!stated.contains_key("claims_reference"));
    // The statement is kept, and the account is spared.
    world.forget();
    told(&world, &mut browser, PAGE);
    assert!(world.happened().asked().is_empty());
    let shown = fetch(&world, "any");
    assert_eq!((shown.by, shown.status), (By::Edge, 404));
}

#[test]
fn when_a_service_may_fetch_claims_then_an_identity_that_fits_costs_what_it_cost() {
    let world = World::with(set_up);
    let mut browser = Browser::new();
    browser.open(&world, PAGE);
    world.pass(1);
    told(&world, &mut browser, PAGE);
    world.forget();
    let stated = told(&world, &mut browser, PAGE).claims;
    assert_eq!(stated["identity_claims"], "here");
    assert!(!stated.contains_key("claims_reference"));
    let happened = world.happened();
    assert!(happened.asked().is_empty() && happened.signers().is_empty());
}
