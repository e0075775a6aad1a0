//! Wycheproof's vectors of what this product computes itself, and of the keys that it reads. Signatures
//! are WebCrypto's work, so `tests/workerd/vectors.test.mjs` goes through those.
//!
//! The files in `wycheproof/` are those of the crate `wycheproof` 0.6.0 (Apache-2.0, see LICENSE
//! there), without the encodings of keys that nobody here reads.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use one_login_edge::oidc::json::Object;
use one_login_edge::oidc::jwk::Material;
use one_login_edge::oidc::jws::encode;
use serde_json::Value;
use sha2::Sha256;

use super::hex;

/// The groups of a file.
fn groups(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).unwrap();
    let groups = file["testGroups"].as_array().unwrap().clone();
    let counted: usize = groups.iter().map(|group| tests(group).len()).sum();
    assert_eq!(file["numberOfTests"], counted);
    groups
}

fn tests(group: &Value) -> &Vec<Value> {
    group["tests"].as_array().unwrap()
}

fn bytes(test: &Value, name: &str) -> Vec<u8> {
    hex(test[name].as_str().unwrap())
}

fn is_valid(test: &Value) -> bool {
    match test["result"].as_str().unwrap() {
        "valid" => true,
        "invalid" => false,
        other => panic!("{other}"),
    }
}

#[test]
fn t42_when_wycheproof_tests_xchacha20_poly1305_then_every_verdict_agrees() {
    for group in groups(include_str!("wycheproof/xchacha20_poly1305.json")) {
        for test in tests(&group) {
            let cipher = XChaCha20Poly1305::new(bytes(test, "key").as_slice().into());
            let nonce = bytes(test, "iv");
            // A cookie's nonce has 24 bytes by its format; no other length gets as far as the cipher.
            if nonce.len() != 24 {
                assert!(!is_valid(test));
                continue;
            }
            let nonce = XNonce::from_slice(&nonce);
            let (aad, message) = (bytes(test, "aad"), bytes(test, "msg"));
            let sealed = [bytes(test, "ct"), bytes(test, "tag")].concat();
            let opened = cipher.decrypt(
                nonce,
                Payload {
                    msg: &sealed,
                    aad: &aad,
                },
            );
            if is_valid(test) {
                assert_eq!(opened.unwrap(), message, "{test}");
                let again = cipher.encrypt(
                    nonce,
                    Payload {
                        msg: &message,
                        aad: &aad,
                    },
                );
                assert_eq!(again.unwrap(), sealed, "{test}");
            } else {
                assert!(opened.is_err(), "{test}");
            }
        }
    }
}

#[test]
fn when_wycheproof_tests_hkdf_sha256_then_every_verdict_agrees() {
    for group in groups(include_str!("wycheproof/hkdf_sha256.json")) {
        for test in tests(&group) {
            let salt = bytes(test, "salt");
            let key = Hkdf::<Sha256>::new(Some(salt.as_slice()), &bytes(test, "ikm"));
            let size = usize::try_from(test["size"].as_u64().unwrap()).unwrap();
            let mut out = vec![0; size];
            let made = key.expand(&bytes(test, "info"), &mut out).is_ok();
            assert_eq!(made, is_valid(test), "{test}");
            if made {
                assert_eq!(out, bytes(test, "okm"), "{test}");
            }
        }
    }
}

#[test]
fn t68_when_wycheproof_tests_hmac_sha256_then_only_whole_codes_are_accepted() {
    for group in groups(include_str!("wycheproof/hmac_sha256.json")) {
        for test in tests(&group) {
            let mut code = <Hmac<Sha256> as Mac>::new_from_slice(&bytes(test, "key")).unwrap();
            code.update(&bytes(test, "msg"));
            let verdict = code.verify_slice(&bytes(test, "tag")).is_ok();
            // Half a code is no code here: those groups are refused whole, a known deviation.
            let whole = group["tagSize"] == 256;
            assert_eq!(verdict, whole && is_valid(test), "{test}");
        }
    }
}

#[test]
fn t18_when_wycheproof_keys_are_read_then_each_is_read_unchanged_or_refused() {
    let mut read = 0;
    for text in [
        include_str!("wycheproof/rsa_signature_2048_sha256.json"),
        include_str!("wycheproof/rsa_signature_4096_sha256.json"),
        include_str!("wycheproof/rsa_pss_2048_sha256_mgf1_32.json"),
        include_str!("wycheproof/ecdsa_secp256r1_sha256_p1363.json"),
    ] {
        for group in groups(text) {
            let public = &group["publicKey"];
            let number = |name: &str| {
                let digits = public[name].as_str().unwrap();
                let bytes = hex(digits);
                let leading = bytes.iter().take_while(|byte| **byte == 0).count();
                bytes[leading..].to_vec()
            };
            let Some(jwk) = ["keyJwk", "publicKeyJwk"]
                .iter()
                .find_map(|name| group.get(*name))
            else {
                // Where the set has no JSON form the key is one that this product does not read either.
                assert_ne!(number("publicExponent"), [1, 0, 1], "{public}");
                continue;
            };
            let object = Object::parse(jwk.to_string().as_bytes()).unwrap();
            match Material::read(&object) {
                Some(Material::Rsa { n, .. }) => {
                    assert_eq!(n, encode(&number("modulus")));
                    assert_eq!(number("publicExponent"), [1, 0, 1]);
                }
                Some(Material::Ec { x, y }) => {
                    let padded = |name: &str| {
                        let digits = number(name);
                        encode(&[vec![0; 32 - digits.len()], digits].concat())
                    };
                    assert_eq!((x, y), (padded("wx"), padded("wy")));
                }
                None => {
                    assert_ne!(number("publicExponent"), [1, 0, 1], "{public}");
                    continue;
                }
            }
            read += 1;
        }
    }
    assert!(read > 100, "{read}");
}
