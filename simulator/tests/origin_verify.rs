//! The assertions that the demo service's verifier accepts and refuses.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use simulator::jose::b64;
use simulator::keys::{Algorithm, SigningKey};
use simulator::origin::person::Person;
use simulator::origin::token::Refused;
use simulator::origin::verify::{Verifier, check, read};
use support::assertion::{ASSERTION, SERVICE, asserting, origin_settings, serve_keys};
use support::{NOW, changed};

/// Steps 1 to 6 without the network.
fn judged(token: &str, key: &SigningKey) -> Result<Person, Refused> {
    let (_, parsed) = read(&[token])?;
    check(&parsed, key.public_jwk(), &origin_settings(""), NOW)
}

#[test]
fn when_an_assertion_is_good_then_it_names_the_person() {
    let key = SigningKey::generate(Algorithm::Es256);
    let token = key.token(&[ASSERTION], asserting(NOW).as_object().unwrap());
    let person = judged(&token, &key).unwrap();
    assert_eq!(
        (person.email.as_deref(), person.email_verified),
        (Some("zoë@example.gov.uk"), Some(true))
    );
    assert_eq!((person.vot.as_str(), person.phone_number), ("Cl.Cm", None));
}

#[test]
fn rejects_an_assertion_with_a_wrong_claim() {
    let key = SigningKey::generate(Algorithm::Es256);
    let cases: Vec<(&str, Value, Result<(), Refused>)> = vec![
        ("iss", json!("http://localhost:8788"), Err(Refused::Issuer)),
        ("iss", json!("http://localhost:8787/"), Err(Refused::Issuer)),
        ("iss", json!(null), Err(Refused::Issuer)),
        ("aud", json!("another"), Err(Refused::Audience)),
        ("aud", json!([SERVICE]), Err(Refused::Audience)),
        ("aud", json!(null), Err(Refused::Audience)),
        ("exp", json!(NOW - 9), Ok(())),
        ("exp", json!(NOW - 10), Err(Refused::Expired)),
        ("exp", json!("later"), Err(Refused::Expired)),
        ("exp", json!(null), Err(Refused::Expired)),
        ("session_exp", json!(NOW - 10), Err(Refused::Expired)),
        ("session_exp", json!(null), Err(Refused::Expired)),
        ("iat", json!(NOW + 10), Ok(())),
        ("iat", json!(NOW + 11), Err(Refused::NotYet)),
        ("iat", json!(null), Err(Refused::NotYet)),
        ("nbf", json!(NOW + 11), Err(Refused::NotYet)),
        ("nbf", json!("now"), Err(Refused::NotYet)),
        ("sub", json!(null), Err(Refused::Nobody)),
        ("sub", json!(""), Err(Refused::Nobody)),
        ("sid", json!(7), Err(Refused::Nobody)),
        ("vot", json!(null), Err(Refused::Nobody)),
        ("auth_time", json!(null), Ok(())),
        ("email", json!(null), Ok(())),
    ];
    for (claim, value, expected) in cases {
        let text = value.to_string();
        let token = key.token(
            &[ASSERTION],
            changed(&asserting(NOW), claim, value).as_object().unwrap(),
        );
        assert_eq!(
            judged(&token, &key).map(|_| ()),
            expected,
            "{claim} = {text}"
        );
    }
}

#[test]
fn rejects_a_malformed_or_forged_assertion() {
    let key = SigningKey::generate(Algorithm::Es256);
    let stranger = SigningKey::generate(Algorithm::Es256);
    let good_claims = asserting(NOW);
    let members = good_claims.as_object().unwrap();
    let good = key.token(&[ASSERTION], members);
    let cases = [
        (String::new(), Refused::NotToken),
        ("x".to_owned(), Refused::NotToken),
        (format!("{good} "), Refused::NotToken),
        (format!("{good}.x"), Refused::NotToken),
        ("a".repeat(9_000), Refused::NotToken),
        (key.token(&[], members), Refused::Type),
        (key.token(&[("typ", "JWT")], members), Refused::Type),
        (
            stranger.token(&[ASSERTION, ("kid", key.kid())], members),
            Refused::Signature,
        ),
        (good[..good.len() - 6].to_owned(), Refused::Signature),
    ];
    for (token, expected) in cases {
        assert_eq!(judged(&token, &key).map(|_| ()), Err(expected), "{token}");
    }
    assert_eq!(read(&[]).map(|_| ()).unwrap_err(), Refused::Missing);
    assert_eq!(
        read(&[&good, &good]).map(|_| ()).unwrap_err(),
        Refused::Several
    );
}

#[test]
fn rejects_an_assertion_with_a_wrong_header() {
    let key = SigningKey::generate(Algorithm::Es256);
    let (typ, kid) = (ASSERTION.1, key.kid());
    let cases = [
        (
            json!({ "alg": "none", "typ": typ, "kid": kid }),
            Refused::Algorithm,
        ),
        (
            json!({ "alg": "HS256", "typ": typ, "kid": kid }),
            Refused::Algorithm,
        ),
        (
            json!({ "alg": "RS256", "typ": typ, "kid": kid }),
            Refused::Algorithm,
        ),
        (json!({ "typ": typ, "kid": kid }), Refused::Algorithm),
        (json!({ "alg": "ES256", "typ": typ }), Refused::UnknownKey),
        (
            json!({ "alg": "ES256", "typ": typ, "kid": 7 }),
            Refused::UnknownKey,
        ),
        (
            json!({ "alg": "ES256", "typ": typ, "kid": kid, "crit": ["exp"] }),
            Refused::Critical,
        ),
    ];
    for (header, expected) in cases {
        let signed = format!(
            "{}.{}",
            b64(header.to_string()),
            b64(asserting(NOW).to_string())
        );
        let token = format!("{signed}.{}", b64(key.sign(signed.as_bytes())));
        assert_eq!(judged(&token, &key).map(|_| ()), Err(expected), "{header}");
    }
}

#[tokio::test]
async fn when_assertions_name_unknown_keys_then_few_fetches_follow() {
    let key = SigningKey::generate(Algorithm::Es256);
    let (url, count) = serve_keys(&key).await;
    let verifier = Verifier::new(origin_settings(&url));
    let good = key.token(&[ASSERTION], asserting(NOW).as_object().unwrap());
    let stranger = SigningKey::generate(Algorithm::Es256)
        .token(&[ASSERTION], asserting(NOW).as_object().unwrap());
    for _ in 0..3 {
        assert!(verifier.person(&[&good], NOW).await.is_ok());
        assert_eq!(
            verifier.person(&[&stranger], NOW).await,
            Err(Refused::UnknownKey)
        );
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert_eq!(
        verifier.person(&[&stranger], NOW + 10).await,
        Err(Refused::UnknownKey)
    );
    assert_eq!(count.load(Ordering::SeqCst), 2);
    let nowhere = Verifier::new(origin_settings("http://127.0.0.1:1/jwks.json"));
    assert_eq!(
        nowhere.person(&[&good], NOW).await,
        Err(Refused::UnknownKey)
    );
}
