//! Whole sign-ins against the pure provider, and what follows them.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::json;
use simulator::http::Request;
use simulator::jose::{at_hash, rsa_algorithm, verify_es256, verify_rsa};
use simulator::provider::personas::Persona;
use support::{ISSUER, NOW, REDIRECT, World, changed, parameters, parsed, registration_with};

#[test]
fn when_a_person_signs_in_then_every_answer_has_the_documented_members() {
    let mut world = World::new();
    let (header, claims) = (world.header(), world.asking());
    let answer = world.authorize(&header, &claims);
    assert_eq!(answer.status, 302);
    assert!(answer.header("location").unwrap().starts_with(REDIRECT));
    let found = parameters(&answer);
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        ["code", "state"],
        "no iss, nothing else"
    );
    assert_eq!(found["state"], "the-state");

    let answer = world.tokens(&found["code"]);
    assert_eq!(answer.status, 200, "{:?}", answer.reason);
    assert_eq!(answer.header("cache-control"), Some("no-cache, no-store"));
    let tokens = answer.body_json();
    assert_eq!(
        (&tokens["token_type"], &tokens["expires_in"]),
        (&json!("Bearer"), &json!(180))
    );
    let access_token = tokens["access_token"].as_str().unwrap();

    let id_token = parsed(&tokens["id_token"]);
    assert_eq!(
        id_token.header.keys().collect::<Vec<_>>(),
        ["alg", "kid"],
        "no typ"
    );
    let kid = id_token.header_text("kid").unwrap();
    let key = world.published(kid).expect("the key is published");
    assert!(verify_es256(&key, &id_token.signed, &id_token.signature));
    let subject = Persona::find("kenneth").unwrap().subject("localhost");
    let expected = json!({
        "iss": ISSUER, "sub": subject, "aud": "demo", "iat": NOW, "exp": NOW + 120, "at_hash": at_hash(access_token),
        "sid": id_token.claims["sid"], "nonce": "the-nonce", "vot": "Cl.Cm", "vtm": format!("{ISSUER}trustmark"),
        "auth_time": NOW,
    });
    assert_eq!(json!(id_token.claims), expected);

    let answer = world.userinfo(access_token);
    assert_eq!(answer.status, 200);
    let expected = json!({
        "sub": subject, "email": "kenneth@example.gov.uk", "email_verified": true, "phone_number": "+447700900000",
        "phone_number_verified": true,
    });
    assert_eq!(answer.body_json(), expected);
}

#[test]
fn when_a_client_is_registered_for_rs256_then_its_token_is_signed_with_4096_bits() {
    let mut world = World::with(&[registration_with(json!({ "id_token_alg": "RS256" }))]);
    let code = world.code();
    let tokens = world.tokens(&code).body_json();
    let id_token = parsed(&tokens["id_token"]);
    assert_eq!(
        (id_token.header_text("alg"), id_token.signature.len()),
        (Some("RS256"), 512)
    );
    let key = world
        .published(id_token.header_text("kid").unwrap())
        .unwrap();
    assert!(verify_rsa(
        &key,
        rsa_algorithm("RS256").unwrap(),
        &id_token.signed,
        &id_token.signature
    ));
}

#[test]
fn when_any_token_request_names_a_code_then_that_code_is_used_up() {
    let mut world = World::new();
    let code = world.code();
    assert_eq!(world.tokens(&code).status, 200);
    assert_eq!(world.tokens(&code).body_json()["error"], "invalid_grant");
    assert_eq!(
        world.last_reason().unwrap(),
        "invalid_grant: the code has been used"
    );

    let code = world.code();
    let mut wrong = world.exchange(&code);
    wrong.insert("code_verifier".to_owned(), "wrong".to_owned());
    assert_eq!(world.token(&wrong).status, 400);
    assert_eq!(
        world.tokens(&code).body_json()["error"],
        "invalid_grant",
        "burnt by the wrong verifier"
    );

    let code = world.code();
    let mut wrong = world.exchange(&code);
    wrong.remove("client_assertion");
    assert_eq!(world.token(&wrong).status, 400);
    assert_eq!(
        world.tokens(&code).body_json()["error"],
        "invalid_grant",
        "burnt by the missing assertion"
    );
}

#[test]
fn when_the_shifted_clock_passes_a_time_limit_then_the_code_or_token_is_refused() {
    let mut world = World::new();
    let code = world.code();
    world.now += 299;
    let tokens = world.tokens(&code).body_json();
    let access_token = tokens["access_token"].as_str().unwrap();
    world.now += 179;
    assert_eq!(world.userinfo(access_token).status, 200);
    world.now += 1;
    let answer = world.userinfo(access_token);
    assert_eq!((answer.status, answer.body.len()), (401, 0));
    assert_eq!(
        answer.header("www-authenticate"),
        Some(r#"Bearer error="invalid_token""#)
    );

    let code = world.code();
    world.now += 300;
    assert_eq!(world.tokens(&code).body_json()["error"], "invalid_grant");

    // A provider that is ahead finds a fresh assertion expired, and calls that a bad grant.
    let code = world.code();
    world.provider.set_clock_offset(91);
    let refused = world.tokens(&code).body_json();
    assert_eq!(
        refused,
        json!({ "error": "invalid_grant", "error_description": "private_key_jwt has expired" })
    );
    world.provider.set_clock_offset(90);
    let code = world.code();
    assert_eq!(world.tokens(&code).status, 200, "30 seconds are forgiven");
}

#[test]
fn when_a_person_answers_the_sign_in_page_then_a_303_leads_back() {
    let mut world = World::new();
    world.provider.set_automatic(None);
    let (header, claims) = (world.header(), world.asking());
    let page = String::from_utf8(world.authorize(&header, &claims).body).unwrap();
    assert!(page.contains("This is a simulation") && page.contains("Siân Ŵyn-Łukasiewicz"));
    let journey = page
        .split("name=\"journey\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();

    let form = format!("journey={journey}&persona=sian");
    let answer = world.send(&Request::post_form("/sign-in", form.clone()));
    assert_eq!(answer.status, 303);
    let tokens = world.tokens(&parameters(&answer)["code"]).body_json();
    let person = world
        .userinfo(tokens["access_token"].as_str().unwrap())
        .body_json();
    assert_eq!(person["email"], "siân.ŵyn@enghraifft.cymru");
    assert_eq!(
        world.send(&Request::post_form("/sign-in", form)).status,
        400,
        "the page answers once"
    );

    let page = String::from_utf8(world.authorize(&header, &claims).body).unwrap();
    let journey = page
        .split("name=\"journey\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let answer = world.send(&Request::post_form(
        "/sign-in",
        format!("journey={journey}&persona=declan"),
    ));
    let found = parameters(&answer);
    assert_eq!(
        (found["error"].as_str(), found["state"].as_str()),
        ("access_denied", "the-state")
    );
}

#[test]
fn when_two_journeys_and_sectors_sign_in_then_each_has_its_own_sid_and_sub() {
    let elsewhere = "https://other.example/cb";
    let other = registration_with(json!({ "client_id": "other", "redirect_uris": [elsewhere] }));
    let mut world = World::with(&[support::registration(), other]);
    let sign_in = |world: &mut World| {
        let code = world.code();
        parsed(&world.tokens(&code).body_json()["id_token"])
    };
    let (one, two) = (sign_in(&mut world), sign_in(&mut world));
    assert_eq!(one.claims["sub"], two.claims["sub"]);
    assert_ne!(one.claims["sid"], two.claims["sid"]);
    let client = world.provider.settings().client("other").unwrap();
    assert_ne!(
        Persona::find("kenneth").unwrap().subject(client.sector()),
        one.text("sub").unwrap()
    );
}

#[test]
fn when_an_identity_is_told_then_the_key_of_the_did_document_verifies_it() {
    let mut world = World::new();
    let wanted = json!({ "userinfo": {
        "https://vocab.account.gov.uk/v1/coreIdentityJWT": null, "https://vocab.account.gov.uk/v1/passport": null,
    } });
    let claims = changed(&world.asking(), "vtr", json!("[\"P2.Cl.Cm\"]"));
    let claims = changed(&claims, "claims", json!(wanted.to_string()));
    let code = world.code_for(&claims);
    let tokens = world.tokens(&code).body_json();
    assert_eq!(
        parsed(&tokens["id_token"]).text("vot"),
        Some("Cl.Cm"),
        "identity never appears in vot"
    );
    let person = world
        .userinfo(tokens["access_token"].as_str().unwrap())
        .body_json();
    assert!(person["https://vocab.account.gov.uk/v1/passport"].is_array());

    let core = parsed(&person["https://vocab.account.gov.uk/v1/coreIdentityJWT"]);
    let document = world.get("/.well-known/did.json");
    assert_eq!(
        document.header("cache-control"),
        Some("max-age=3600, private")
    );
    let method = &document.body_json()["assertionMethod"][0];
    assert_eq!(method["id"].as_str(), core.header_text("kid"));
    assert!(verify_es256(
        method["publicKeyJwk"].as_object().unwrap(),
        &core.signed,
        &core.signature
    ));
    assert_eq!(
        (core.text("vot"), core.text("aud"), &core.claims["sub"]),
        (Some("P2"), Some("demo"), &person["sub"])
    );

    world.provider.set_automatic(Persona::find("mo"));
    let header = world.header();
    assert_eq!(
        parameters(&world.authorize(&header, &claims))["error"],
        "access_denied",
        "identity was not proved"
    );
}

#[test]
fn when_a_sign_in_is_repeated_then_it_needs_a_good_hint_and_the_same_person() {
    let mut world = World::new();
    let code = world.code();
    let hint = world.tokens(&code).body_json()["id_token"].clone();
    world.now += 10_000;
    world.provider.rotate(false);
    let claims = changed(
        &changed(&world.asking(), "id_token_hint", hint.clone()),
        "prompt",
        json!("login"),
    );
    let header = world.header();
    assert!(
        parameters(&world.authorize(&header, &claims)).contains_key("code"),
        "expired, and of an old key"
    );
    world.provider.set_automatic(Persona::find("mo"));
    assert_eq!(
        parameters(&world.authorize(&header, &claims))["error"],
        "login_required"
    );
    let forged = changed(&claims, "id_token_hint", json!("a.b.c"));
    assert_eq!(
        parameters(&world.authorize(&header, &forged))["error_description"],
        "Unable to validate id_token_hint"
    );
    let without_vtr = changed(&claims, "vtr", json!(null));
    assert_eq!(world.authorize(&header, &without_vtr).status, 500);
}
