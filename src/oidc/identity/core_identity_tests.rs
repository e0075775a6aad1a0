use serde_json::json;

use super::*;
use crate::oidc::jws::encode;

const NOW: i64 = 1_700_000_000;
const DID: &str = "did:web:identity.example";

fn good() -> Value {
    json!({
        "iss": "https://identity.example/",
        "sub": "urn:fdc:gov.uk:2022:subject",
        "aud": "client",
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 31_536_000,
        "vot": "P2",
        "vtm": "https://oidc.example/trustmark",
        "vc": {
            "type": ["VerifiableCredential", "IdentityCheckCredential"],
            "credentialSubject": {
                "name": [{ "nameParts": [{ "type": "GivenName", "value": "A" }] }],
                "birthDate": [{ "value": "1970-01-01" }],
            },
        },
        "unknown": {"members": ["are", "ignored"]},
    })
}

fn run_at(claims: &Value, now: i64) -> Result<CoreIdentity, Refusal> {
    let expected = Expected {
        issuer: "https://identity.example/",
        client_id: "client",
        subject: "urn:fdc:gov.uk:2022:subject",
        now,
    };
    let object = Object::parse(claims.to_string().as_bytes()).unwrap();
    check(&object, &expected)
}

fn with(name: &str, value: Value) -> Result<CoreIdentity, Refusal> {
    let mut claims = good();
    claims[name] = value;
    run_at(&claims, NOW)
}

fn without(name: &str) -> Result<CoreIdentity, Refusal> {
    let mut claims = good();
    claims.as_object_mut().unwrap().remove(name);
    run_at(&claims, NOW)
}

#[test]
fn when_a_core_identity_is_honest_then_it_is_accepted() {
    let identity = run_at(&good(), NOW).unwrap();
    assert_eq!(identity.level, Level::P2);
    assert_eq!(identity.claims, good()["vc"]["credentialSubject"]);
    assert_eq!(with("vot", json!("P1")).unwrap().level, Level::P1);
    assert!(with("aud", json!(["client"])).is_ok());
    assert!(without("nbf").is_ok());
}

#[test]
fn t7_when_a_core_identity_claims_a_longer_life_then_half_an_hour_is_the_limit() {
    assert_eq!(run_at(&good(), NOW).unwrap().until, NOW + LIFETIME);
    assert_eq!(with("exp", json!(NOW + 60)).unwrap().until, NOW + 60);
    let end = NOW + LIFETIME + SKEW;
    assert!(run_at(&good(), end).is_ok());
    assert_eq!(run_at(&good(), end + 1).unwrap_err(), Refusal::Expired);
}

#[test]
fn t13_t14_rejects_a_core_identity_with_any_wrong_claim() {
    let subject = |subject: Value| with("vc", json!({ "credentialSubject": subject }));
    let birth = json!([{ "value": "1970-01-01" }]);
    for (answer, refusal) in [
        (without("iss"), Refusal::IssuerMismatch),
        (
            with("iss", json!("https://oidc.example/")),
            Refusal::IssuerMismatch,
        ),
        (
            with("iss", json!("https://identity.example")),
            Refusal::IssuerMismatch,
        ),
        (
            with("iss", json!(["https://identity.example/"])),
            Refusal::ClaimsMalformed,
        ),
        (without("aud"), Refusal::AudienceMismatch),
        (with("aud", json!("other")), Refusal::AudienceMismatch),
        (
            with("aud", json!(["client", "other"])),
            Refusal::AudienceMismatch,
        ),
        (without("sub"), Refusal::SubjectInvalid),
        (with("sub", json!("")), Refusal::SubjectInvalid),
        (with("sub", json!("a".repeat(256))), Refusal::SubjectInvalid),
        (with("sub", json!(7)), Refusal::ClaimsMalformed),
        (
            with("sub", json!("urn:fdc:gov.uk:2022:other")),
            Refusal::IdentitySubjectMismatch,
        ),
        (without("iat"), Refusal::IssuedAtInvalid),
        (with("iat", json!(NOW + SKEW + 1)), Refusal::IssuedAtInvalid),
        (
            with("iat", json!(NOW - LIFETIME - SKEW - 1)),
            Refusal::Expired,
        ),
        (with("nbf", json!(NOW + SKEW + 1)), Refusal::NotYetValid),
        (without("exp"), Refusal::Expired),
        (with("exp", json!(NOW - SKEW - 1)), Refusal::Expired),
        (with("exp", json!(NOW)), Refusal::Expired),
        (with("exp", json!("soon")), Refusal::ClaimsMalformed),
        (without("vot"), Refusal::VectorMismatch),
        (with("vot", json!("P0")), Refusal::VectorMismatch),
        (with("vot", json!("Cl.Cm.P2")), Refusal::VectorMismatch),
        (with("vot", json!(["P2"])), Refusal::ClaimsMalformed),
        (with("nonce", json!("nonce")), Refusal::NoncePresent),
        (with("events", json!({})), Refusal::LogoutToken),
        (without("vc"), Refusal::ClaimsMalformed),
        (with("vc", json!([])), Refusal::ClaimsMalformed),
        (subject(json!({})), Refusal::ClaimsMalformed),
        (
            subject(json!({ "birthDate": birth })),
            Refusal::ClaimsMalformed,
        ),
        (
            subject(json!({ "name": [], "birthDate": birth })),
            Refusal::ClaimsMalformed,
        ),
    ] {
        assert_eq!(answer.unwrap_err(), refusal);
    }
}

#[test]
fn t15_t20_rejects_a_core_identity_header_of_another_kind_or_controller() {
    let header = |header: Value| {
        let token = format!("{}.e30.AAAA", encode(header.to_string().as_bytes()));
        check_header(&Untrusted::parse(&token).unwrap(), DID)
    };
    let kid = format!("{DID}#a");
    assert_eq!(header(json!({"alg": "ES256", "kid": kid})), Ok(()));
    assert_eq!(
        header(json!({"alg": "ES256", "kid": kid, "typ": "JWT"})),
        Ok(())
    );
    for typ in [
        "logout+jwt",
        "at+jwt",
        "one-login-assertion+jwt",
        "oauth-authz-req+jwt",
    ] {
        let refused = header(json!({"alg": "ES256", "kid": kid, "typ": typ}));
        assert_eq!(refused, Err(Refusal::WrongType));
    }
    let refused = header(json!({"alg": "RS256", "kid": kid}));
    assert_eq!(refused, Err(Refusal::AlgorithmMismatch));
    for other in [
        "a",
        "did:web:evil.example#a",
        "did:web:identity.example#a#b",
    ] {
        let refused = header(json!({"alg": "ES256", "kid": other}));
        assert_eq!(refused, Err(Refusal::KeyControllerMismatch));
    }
}
