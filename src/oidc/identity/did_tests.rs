use serde_json::{Value, json};

use super::*;
use crate::oidc::jws::{Untrusted, encode};

const DID: &str = "did:web:identity.example";

fn point() -> String {
    encode(&[7; 32])
}

fn method(key: &str) -> Value {
    json!({
        "id": format!("{DID}#{key}"),
        "type": "JsonWebKey",
        "controller": DID,
        "publicKeyJwk": { "kty": "EC", "crv": "P-256", "x": point(), "y": point() },
    })
}

fn document(methods: &[Value]) -> Result<KeySet, Refusal> {
    let document = json!({ "@context": [], "id": DID, "assertionMethod": methods });
    keys(document.to_string().as_bytes(), DID)
}

fn token(alg: &str, key_id: &str) -> Untrusted {
    let header = json!({ "alg": alg, "kid": key_id }).to_string();
    Untrusted::parse(&format!("{}.e30.AAAA", encode(header.as_bytes()))).unwrap()
}

#[test]
fn when_a_did_key_is_looked_up_then_its_whole_id_finds_it_with_or_without_alg() {
    let mut named = method("b");
    named["publicKeyJwk"]["alg"] = json!("ES256");
    let document = document(&[method("a"), named]).unwrap();
    for key in ["a", "b"] {
        let id = format!("{DID}#{key}");
        assert_eq!(
            document
                .select(&token("ES256", &id), Alg::Es256)
                .unwrap()
                .key_id,
            id
        );
    }
}

#[test]
fn t20_rejects_a_kid_that_is_not_one_fragment_of_the_configured_controller() {
    let document = document(&[method("a")]).unwrap();
    for other in [
        "a",
        "#a",
        "did:web:identity.example",
        "did:web:identity.example#",
        "did:web:identity.example##a",
        "did:web:identity.example#a#a",
        "did:web:identity.example#a#",
        "did:web:IDENTITY.example#a",
        "did:web:identity.example:x#a",
        "did:web:identity.example/#a",
        "did:web:identity.example%23a#a",
        "did:web:evil.example#a",
        "https://evil.example/.well-known/did.json#a",
        " did:web:identity.example#a",
    ] {
        let refused = document
            .select(&token("ES256", other), Alg::Es256)
            .unwrap_err();
        assert_eq!(refused, Refusal::KeyUnknown, "{other}");
        assert_eq!(fragment(other, DID), None, "{other}");
    }
    assert_eq!(fragment("did:web:identity.example#a", DID), Some("a"));
    for other in ["A", "a ", "b", "../a"] {
        let refused = document.select(&token("ES256", &format!("{DID}#{other}")), Alg::Es256);
        assert_eq!(refused.unwrap_err(), Refusal::KeyUnknown, "{other}");
    }
}

#[test]
fn t5_rejects_a_core_identity_algorithm_other_than_es256() {
    let document = document(&[method("a")]).unwrap();
    for alg in ["RS256", "PS256"] {
        let refused = document.select(&token(alg, &format!("{DID}#a")), Alg::Es256);
        assert_eq!(refused.unwrap_err(), Refusal::AlgorithmMismatch);
    }
}

#[test]
fn t18_when_an_entry_of_a_did_document_cannot_be_used_then_it_is_passed_over() {
    let modulus = encode(&[0xff; 256]);
    let with = |pointer: &str, value: Value| {
        let mut method = method("a");
        *method.pointer_mut(pointer).unwrap() = value;
        method
    };
    let key = |key: Value| with("/publicKeyJwk", key);
    let mut private = method("a");
    private["publicKeyJwk"]["d"] = json!(point());
    let mut other_alg = method("a");
    other_alg["publicKeyJwk"]["alg"] = json!("ES384");
    let mut encryption = method("a");
    encryption["publicKeyJwk"]["use"] = json!("enc");
    for odd in [
        private,
        other_alg,
        encryption,
        json!(format!("{DID}#a")),
        json!(7),
        with("/id", json!("a")),
        with("/id", json!("#a")),
        with("/id", json!("did:web:evil.example#a")),
        with("/id", json!(format!("{DID}#a#b"))),
        with("/id", json!(7)),
        with("/controller", json!("did:web:evil.example")),
        with("/controller", json!([DID])),
        with("/type", json!("Multikey")),
        key(json!("a")),
        key(json!({ "kty": "RSA", "n": modulus, "e": "AQAB" })),
        key(json!({ "kty": "EC", "crv": "P-384", "x": point(), "y": point() })),
        key(json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": point() })),
        key(json!({ "kty": "oct", "k": point() })),
    ] {
        let alone = document(std::slice::from_ref(&odd));
        assert_eq!(alone.unwrap_err(), Refusal::DocumentMalformed, "{odd}");
        let beside = document(&[odd, method("b")]).unwrap();
        assert!(
            beside
                .select(&token("ES256", &format!("{DID}#b")), Alg::Es256)
                .is_ok()
        );
        let passed = beside.select(&token("ES256", &format!("{DID}#a")), Alg::Es256);
        assert_eq!(passed.unwrap_err(), Refusal::KeyUnknown);
    }
}

#[test]
fn t18_rejects_an_id_that_two_keys_have() {
    let document = document(&[method("a"), method("a")]).unwrap();
    let refused = document.select(&token("ES256", &format!("{DID}#a")), Alg::Es256);
    assert_eq!(refused.unwrap_err(), Refusal::KeyUnknown);
}

#[test]
fn t18_t20_rejects_a_did_document_of_another_controller_or_form() {
    let many: Vec<_> = (0..65).map(|n| method(&n.to_string())).collect();
    assert_eq!(document(&many).unwrap_err(), Refusal::DocumentMalformed);
    for (text, refusal) in [
        ("<html>", Refusal::DocumentMalformed),
        ("[]", Refusal::DocumentMalformed),
        (r#"{"id":7}"#, Refusal::DocumentMalformed),
        (
            r#"{"id":"did:web:identity.example"}"#,
            Refusal::DocumentMalformed,
        ),
        (
            r#"{"id":"did:web:identity.example","assertionMethod":{}}"#,
            Refusal::DocumentMalformed,
        ),
        (
            r#"{"id":"did:web:identity.example","id":"did:web:evil.example"}"#,
            Refusal::DocumentMalformed,
        ),
        ("{}", Refusal::DocumentIssuerMismatch),
        (
            r#"{"id":"did:web:evil.example"}"#,
            Refusal::DocumentIssuerMismatch,
        ),
        (
            r#"{"id":"did:web:identity.example/"}"#,
            Refusal::DocumentIssuerMismatch,
        ),
    ] {
        let refused = keys(text.as_bytes(), DID).unwrap_err();
        assert_eq!(refused, refusal, "{text}");
    }
}
