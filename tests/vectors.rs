//! Published vectors: what the specifications themselves say is a good signature, and what is not.
//!
//! They go through the platform double's `verify`, and so through `jwt-compact`'s own algorithms,
//! and through this product's parser where the example has the form that it accepts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;

#[path = "vectors/wycheproof.rs"]
mod wycheproof;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use one_login_edge::oidc::json::Object;
use one_login_edge::oidc::jwk::Material;
use one_login_edge::oidc::jwks::{KeySet, VerifyingKey};
use one_login_edge::oidc::jws::{Alg, Untrusted, decode};
use one_login_edge::oidc::refusal::Refusal;
use one_login_edge::platform::Platform;
use sha2::Sha256;
use world::{World, block_on};

/// RFC 7515, the payload of every example in its appendix A.
const PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// RFC 7515 A.2.1: the RSA key, and its signature.
const A2_KEY: &str = r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#;
const A2_SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

/// RFC 7515 A.3.1: the elliptic curve key, and its signature.
const A3_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
const A3_SIGNATURE: &str =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

/// RFC 7520 3.3 and 4.1: a key with an id, a payload that is prose, and a signature over it.
const KEY_7520: &str = r#"{"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"}"#;
const TOKEN_7520: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg";

fn verifies(key: &str, alg: Alg, message: &str, signature: &[u8]) -> bool {
    let material = Material::read(&Object::parse(key.as_bytes()).unwrap()).unwrap();
    let key = VerifyingKey {
        key_id: "vector".to_owned(),
        alg,
        material,
    };
    block_on(
        World::new()
            .outside
            .verify(&key, message.as_bytes(), signature),
    )
    .unwrap()
}

#[test]
fn when_the_rs256_example_of_rfc_7515_a_2_is_verified_then_only_it_is_accepted() {
    let message = format!("eyJhbGciOiJSUzI1NiJ9.{PAYLOAD}");
    let mut signature = decode(A2_SIGNATURE).unwrap();
    assert!(verifies(A2_KEY, Alg::Rs256, &message, &signature));
    assert!(
        !verifies(A2_KEY, Alg::Ps256, &message, &signature),
        "another padding"
    );
    assert!(!verifies(A2_KEY, Alg::Rs256, &message[1..], &signature));
    signature[0] ^= 1;
    assert!(!verifies(A2_KEY, Alg::Rs256, &message, &signature));
}

#[test]
fn when_the_es256_example_of_rfc_7515_a_3_is_verified_then_only_it_is_accepted() {
    let message = format!("eyJhbGciOiJFUzI1NiJ9.{PAYLOAD}");
    let mut signature = decode(A3_SIGNATURE).unwrap();
    assert_eq!(signature.len(), 64);
    assert!(verifies(A3_KEY, Alg::Es256, &message, &signature));
    assert!(!verifies(A3_KEY, Alg::Es256, &message, &signature[..63]));
    assert!(!verifies(A3_KEY, Alg::Es256, &message, &[0; 64]));
    signature[63] ^= 1;
    assert!(!verifies(A3_KEY, Alg::Es256, &message, &signature));
}

#[test]
fn rejects_the_examples_of_rfc_7515_a_2_and_a_3_for_their_missing_key_id() {
    for (header, signature) in [
        ("eyJhbGciOiJSUzI1NiJ9", A2_SIGNATURE),
        ("eyJhbGciOiJFUzI1NiJ9", A3_SIGNATURE),
    ] {
        let token = format!("{header}.{PAYLOAD}.{signature}");
        assert_eq!(Untrusted::parse(&token).unwrap_err(), Refusal::KeyIdMissing);
    }
}

#[test]
fn t1_rejects_the_unsecured_token_of_rfc_7515_a_5_before_any_key_lookup() {
    let token = format!("eyJhbGciOiJub25lIn0.{PAYLOAD}.");
    assert_eq!(
        Untrusted::parse(&token).unwrap_err(),
        Refusal::AlgorithmNotAllowed
    );
}

#[test]
fn t2_rejects_the_hmac_of_rfc_7515_a_1_before_any_key_lookup() {
    let header = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9";
    let token = format!("{header}.{PAYLOAD}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(
        Untrusted::parse(&token).unwrap_err(),
        Refusal::AlgorithmNotAllowed
    );
}

#[test]
fn when_the_token_of_rfc_7520_4_1_has_a_key_id_then_it_is_parsed_and_verifies() {
    let keys = KeySet::parse(format!("{{\"keys\":[{KEY_7520}]}}").as_bytes()).unwrap();
    let token = Untrusted::parse(TOKEN_7520).unwrap();
    assert_eq!(token.key_id, "bilbo.baggins@hobbiton.example");
    let key = keys.select(&token, Alg::Rs256).unwrap();
    assert_eq!(
        keys.select(&token, Alg::Es256).unwrap_err(),
        Refusal::AlgorithmMismatch
    );
    let outside = World::new().outside;
    let verdict = outside.verify(key, token.signing_input(), token.signature());
    assert_eq!(block_on(verdict), Ok(true));
    // A good signature over prose makes prose, and no claims.
    assert_eq!(token.trust(true).unwrap_err(), Refusal::ClaimsMalformed);
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn when_the_text_of_draft_irtf_cfrg_xchacha_a_3_1_is_sealed_then_its_bytes_agree() {
    let key = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    let nonce = hex("404142434445464748494a4b4c4d4e4f5051525354555657");
    let aad = hex("50515253c0c1c2c3c4c5c6c7");
    let text =
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
        future, sunscreen would be it.";
    let cipher = XChaCha20Poly1305::new(key.as_slice().into());
    let payload = Payload {
        msg: text,
        aad: &aad,
    };
    let sealed = cipher.encrypt(XNonce::from_slice(&nonce), payload).unwrap();
    let expected = hex(
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39
         ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9
         21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49",
    );
    assert_eq!(sealed, expected);
}

#[test]
fn when_keys_are_derived_from_rfc_5869_a_1_and_a_3_then_they_agree() {
    // The third case has neither salt nor info, and no salt is what cookies' keys are made with.
    let input = hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
    for (salt, info, expected) in [
        (
            Some(hex("000102030405060708090a0b0c")),
            hex("f0f1f2f3f4f5f6f7f8f9"),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            None,
            Vec::new(),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ] {
        let mut output = [0; 42];
        Hkdf::<Sha256>::new(salt.as_deref(), &input)
            .expand(&info, &mut output)
            .unwrap();
        assert_eq!(output.to_vec(), hex(expected));
    }
}
