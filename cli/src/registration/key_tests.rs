//! Keys in every form that people have them in.

use super::*;

const PEM: &str = include_str!("../../tests/registration/client-a.pem");
const SET: &str = include_str!("../../tests/registration/client-b.jwks.json");
const RECORD: &str = include_str!("../../tests/registration/keys/DEMO-production.json");
const CURVE: &str = include_str!("../../tests/registration/curve.pem");
const SMALL: &str = include_str!("../../tests/registration/small.pem");

#[test]
fn when_a_key_is_given_as_pem_body_or_jwk_then_the_same_key_is_read() {
    let record: Value = serde_json::from_str(RECORD).unwrap();
    let generation = &record["client"]["generations"]["A"];
    let body: String = PEM.lines().filter(|line| !line.contains("---")).collect();
    let jwk = generation["public_jwk"].to_string();
    let keys: Vec<_> = [PEM, &body, &jwk].map(|text| parse(text).unwrap()).concat();
    assert!(keys.iter().all(|key| *key == keys[0]));
    assert_eq!(keys[0].bits(), 2048);
    assert_eq!(keys[0].thumbprint(), generation["kid"].as_str().unwrap());
    assert_eq!(keys[0].pem_body().unwrap(), body);
    assert_ne!(parse(SET).unwrap()[0], keys[0]);
    assert_eq!(parse(SMALL).unwrap()[0].bits(), 1024);
}

#[test]
fn rejects_a_text_that_is_no_public_rsa_key() {
    let private = include_str!("../../../tests/world/keys/test-client-a.json");
    let header = concat!("-----BEGIN ", "PRIVATE KEY-----");
    for (text, expected) in [
        (CURVE, "not an RSA key"),
        (private, "private key"),
        (header, "private key"),
        ("not base64!", "not base64"),
        ("AAAA", "not the body of a PEM file"),
        (r#"{"keys": []}"#, "empty"),
        (r#"{"kty": "EC"}"#, "not an RSA key"),
        (r#"{"kty": "RSA", "e": "AQAB"}"#, "\"n\""),
        (r#"{"kty": "RSA", "n": "AQ", "e": "AQ"}"#, "no RSA key"),
    ] {
        let found = parse(text).unwrap_err().to_string();
        assert!(found.contains(expected), "{text}: {found}");
    }
}
