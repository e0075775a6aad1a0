//! Signatures by the simulator's library, which takes a tenth of the time of the tests' other one: a year has
//! hundreds of thousands of them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
};
use one_login_edge::oidc::jws::Alg;
use serde_json::Value;
use simulator::jose::{self, unb64};

enum Key {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

thread_local! {
    static READ: RefCell<HashMap<String, Rc<Key>>> = RefCell::default();
}

/// Signs; `None` for a key that does not fit the algorithm.
pub fn sign(jwk: &str, alg: Alg, message: &[u8]) -> Option<Vec<u8>> {
    let random = SystemRandom::new();
    match (&*key(jwk)?, alg) {
        (Key::Ec(pair), Alg::Es256) => Some(pair.sign(&random, message).ok()?.as_ref().to_vec()),
        (Key::Rsa(pair), Alg::Rs256 | Alg::Ps256) => {
            let mut signature = vec![0; pair.public_modulus_len()];
            let padding: &dyn aws_lc_rs::signature::RsaEncoding = match alg {
                Alg::Ps256 => &RSA_PSS_SHA256,
                _ => &RSA_PKCS1_SHA256,
            };
            pair.sign(padding, &random, message, &mut signature).ok()?;
            Some(signature)
        }
        _ => None,
    }
}

/// Whether a signature verifies with a public key.
pub fn verify(jwk: &str, alg: Alg, message: &[u8], signature: &[u8]) -> bool {
    let Ok(Value::Object(jwk)) = serde_json::from_str(jwk) else {
        return false;
    };
    match alg {
        Alg::Es256 => jose::verify_es256(&jwk, message, signature),
        Alg::Rs256 | Alg::Ps256 => {
            let alg = jose::rsa_algorithm(if alg == Alg::Rs256 { "RS256" } else { "PS256" });
            alg.is_some_and(|alg| jose::verify_rsa(&jwk, alg, message, signature))
        }
    }
}

fn key(jwk: &str) -> Option<Rc<Key>> {
    READ.with_borrow_mut(|read| {
        if let Some(key) = read.get(jwk) {
            return Some(Rc::clone(key));
        }
        let members: Value = serde_json::from_str(jwk).ok()?;
        let part = |name: &str| unb64(members[name].as_str()?);
        let key = if members["kty"] == "RSA" {
            let parts = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
            let parts: Option<Vec<_>> = parts.into_iter().map(part).collect();
            Key::Rsa(RsaKeyPair::from_der(&private_key(&parts?)).ok()?)
        } else {
            let point = [vec![4], part("x")?, part("y")?].concat();
            let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let pair =
                EcdsaKeyPair::from_private_key_and_public_key(algorithm, &part("d")?, &point);
            Key::Ec(pair.ok()?)
        };
        let key = Rc::new(key);
        read.insert(jwk.to_owned(), Rc::clone(&key));
        Some(key)
    })
}

/// An `RSAPrivateKey` in DER: version 0 and eight numbers.
///
/// Source: RFC 8017 appendix A.1.2.
fn private_key(numbers: &[Vec<u8>]) -> Vec<u8> {
    let version = vec![2, 1, 0];
    let numbers = numbers.iter().map(|number| {
        // JSON Web Keys pad with zeros to a length, which DER does not.
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = &number[zeros..];
        let sign: &[u8] = if number.first().is_some_and(|byte| *byte > 127) {
            &[0]
        } else {
            &[]
        };
        element(2, &[sign, number].concat())
    });
    let inside: Vec<u8> = std::iter::once(version).chain(numbers).flatten().collect();
    element(0x30, &inside)
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let [high, low] = u16::try_from(length).expect("a short key").to_be_bytes();
    let head = match length {
        0..128 => vec![tag, low],
        128..256 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&head, content].concat()
}
