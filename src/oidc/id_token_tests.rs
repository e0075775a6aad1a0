use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_700_000_000;

fn expected<'a>() -> Expected<'a> {
    Expected {
        issuer: "https://oidc.example/",
        client_id: "client",
        nonce: "nonce",
        access_token: "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
        level: Level::ClCm,
        max_age: None,
        now: NOW,
    }
}

/// The access token and its hash are the published example of OpenID Connect Core, A.3.
fn good() -> Value {
    json!({
        "iss": "https://oidc.example/",
        "sub": "urn:fdc:gov.uk:2022:subject",
        "aud": "client",
        "iat": NOW - 1,
        "exp": NOW + 119,
        "nonce": "nonce",
        "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
        "vot": "Cl.Cm",
        "vtm": "https://oidc.example/trustmark",
        "sid": "sid",
        "auth_time": NOW - 30,
        "unknown": {"members": ["are", "ignored"]},
    })
}

fn run(claims: &Value) -> Result<IdToken, Refusal> {
    let object = Object::parse(claims.to_string().as_bytes()).unwrap();
    check(&object, &expected())
}

fn with(name: &str, value: Value) -> Result<IdToken, Refusal> {
    let mut claims = good();
    claims[name] = value;
    run(&claims)
}

fn without(name: &str) -> Result<IdToken, Refusal> {
    let mut claims = good();
    claims.as_object_mut().unwrap().remove(name);
    run(&claims)
}

#[track_caller]
fn refused(answer: Result<IdToken, Refusal>, refusal: Refusal) {
    assert_eq!(answer.unwrap_err(), refusal);
}

#[test]
fn when_an_id_token_is_honest_then_it_is_accepted() {
    let token = run(&good()).unwrap();
    assert_eq!(token.subject, "urn:fdc:gov.uk:2022:subject");
    assert_eq!(token.issued_at, NOW - 1);
    assert_eq!(token.auth_time, Some(NOW - 30));
    assert_eq!(without("auth_time").unwrap().auth_time, None);
    assert_eq!(with("auth_time", Value::Null).unwrap().auth_time, None);
}

#[test]
fn t9_oidcc_client_test_invalid_iss() {
    for other in [
        "https://oidc.example",
        "https://oidc.integration.example/",
        "http://oidc.example/",
        "https://OIDC.example/",
        "https://oidc.example:443/",
        "",
    ] {
        refused(with("iss", json!(other)), Refusal::IssuerMismatch);
    }
    refused(without("iss"), Refusal::IssuerMismatch);
    refused(
        with("iss", json!(["https://oidc.example/"])),
        Refusal::ClaimsMalformed,
    );
}

#[test]
fn t10_oidcc_client_test_invalid_aud() {
    for other in [
        json!("client1"),
        json!("clien"),
        json!("Client"),
        json!([]),
        json!(["client", "other"]),
        json!(["client", "client"]),
        json!([["client"]]),
        json!({"client": true}),
        json!(7),
        Value::Null,
    ] {
        refused(with("aud", other), Refusal::AudienceMismatch);
    }
    refused(without("aud"), Refusal::AudienceMismatch);
    assert!(with("aud", json!(["client"])).is_ok());
    assert!(with("azp", json!("client")).is_ok());
    refused(
        with("azp", json!("other")),
        Refusal::AuthorisedPartyMismatch,
    );
}

#[test]
fn t7_rejects_an_id_token_one_second_after_its_expiry() {
    assert!(with("exp", json!(NOW - SKEW)).is_ok());
    refused(with("exp", json!(NOW - SKEW - 1)), Refusal::Expired);
    refused(without("exp"), Refusal::Expired);
    for odd in [
        json!("1700000119"),
        json!(1e308),
        json!(1_700_000_119.5),
        json!(-1),
    ] {
        refused(with("exp", odd), Refusal::ClaimsMalformed);
    }
}

#[test]
fn t8_oidcc_client_test_missing_iat() {
    refused(without("iat"), Refusal::IssuedAtInvalid);
    assert!(with("iat", json!(NOW + SKEW)).is_ok());
    refused(with("iat", json!(NOW + SKEW + 1)), Refusal::IssuedAtInvalid);
    assert!(with("iat", json!(NOW - MAX_AGE)).is_ok());
    refused(
        with("iat", json!(NOW - MAX_AGE - 1)),
        Refusal::IssuedAtInvalid,
    );
    refused(with("iat", json!("now")), Refusal::ClaimsMalformed);
    assert!(with("nbf", json!(NOW + SKEW)).is_ok());
    refused(with("nbf", json!(NOW + SKEW + 1)), Refusal::NotYetValid);
}

#[test]
fn t11_oidcc_client_test_nonce_invalid() {
    for other in ["", "nonc", "nonce1", "NONCE"] {
        refused(with("nonce", json!(other)), Refusal::NonceMismatch);
    }
    refused(without("nonce"), Refusal::NonceMismatch);
    refused(with("nonce", json!(["nonce"])), Refusal::ClaimsMalformed);
}

#[test]
fn t12_oidcc_client_test_invalid_athash() {
    for other in ["", "77QmUPtjPfzWtF2AnpK9RA", "77QmUPtjPfzWtF2AnpK9RQ=="] {
        refused(
            with("at_hash", json!(other)),
            Refusal::AccessTokenHashMismatch,
        );
    }
    refused(without("at_hash"), Refusal::AccessTokenHashMismatch);
}

#[test]
fn t13_oidcc_client_test_missing_sub() {
    refused(without("sub"), Refusal::SubjectInvalid);
    for odd in [
        String::new(),
        "a".repeat(256),
        "a b".to_owned(),
        "é".to_owned(),
    ] {
        refused(with("sub", json!(odd)), Refusal::SubjectInvalid);
    }
    assert!(with("sub", json!("a".repeat(255))).is_ok());
    refused(with("sub", json!(7)), Refusal::ClaimsMalformed);
}

#[test]
fn t14_rejects_a_vector_that_was_not_asked_for() {
    for other in ["Cl", "Cl.Cm.P2", "P2", "Cm.Cl", ""] {
        refused(with("vot", json!(other)), Refusal::VectorMismatch);
    }
    refused(without("vot"), Refusal::VectorMismatch);
    refused(
        with("auth_time", json!(NOW + SKEW + 1)),
        Refusal::AuthTimeInvalid,
    );
}

#[test]
fn t14_rejects_a_sign_in_one_second_older_than_the_age_asked_for() {
    let aged = |auth_time: Value| {
        let mut claims = good();
        claims["auth_time"] = auth_time;
        let object = Object::parse(claims.to_string().as_bytes()).unwrap();
        let expected = Expected {
            max_age: Some(900),
            ..expected()
        };
        check(&object, &expected)
    };
    assert!(aged(json!(NOW - 900 - SKEW)).is_ok());
    refused(aged(json!(NOW - 901 - SKEW)), Refusal::AuthTimeTooOld);
    refused(aged(Value::Null), Refusal::AuthTimeInvalid);
    refused(aged(json!(NOW + SKEW + 1)), Refusal::AuthTimeInvalid);
}

#[test]
fn t15_rejects_a_logout_token_as_an_id_token() {
    let events = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    refused(with("events", events), Refusal::LogoutToken);
    refused(with("events", Value::Null), Refusal::LogoutToken);
    for typ in [
        "logout+jwt",
        "at+jwt",
        "oauth-authz-req+jwt",
        "one-login-assertion+jwt",
    ] {
        let header = json!({"alg": "ES256", "kid": "k", "typ": typ}).to_string();
        let token = format!("{}.e30.AAAA", encode(header.as_bytes()));
        let parsed = Untrusted::parse(&token).unwrap();
        assert_eq!(check_header(&parsed), Err(Refusal::WrongType));
    }
}
