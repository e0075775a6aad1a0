//! The keys of the tests, and signatures by `jwt-compact`'s own algorithms in the place of WebCrypto.
//!
//! The files in `keys/` were made once for these tests and protect nothing. The provider's side of
//! every signature is made and judged by another library, in the simulator.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jwt_compact::alg::{Es256, Rsa, RsaPrivateKey, RsaPublicKey};
use jwt_compact::jwk::JsonWebKey;
use jwt_compact::{Algorithm, AlgorithmSignature};
use one_login_edge::oidc::jws::Alg;
use serde_json::Value;

/// The client's keys in both generations.
pub const CLIENT: [&str; 2] = [
    include_str!("keys/test-client-a.json"),
    include_str!("keys/test-client-b.json"),
];

/// The keys of assertions in both generations.
pub const ASSERTION: [&str; 2] = [
    include_str!("keys/test-assertion-a.json"),
    include_str!("keys/test-assertion-b.json"),
];

/// The secrets of cookies in both generations: base64url of 32 bytes of A and of B.
pub const SESSION: [&str; 2] = [
    "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE",
    "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI",
];

thread_local! {
    /// Reading an RSA key takes longer than signing with it, as WebCrypto's import does.
    static IMPORTED: RefCell<HashMap<String, Rc<RsaPrivateKey>>> = RefCell::default();
}

/// The members of a private key without its `note`.
fn members(jwk: &str) -> Value {
    let mut members: Value = serde_json::from_str(jwk).unwrap();
    members.as_object_mut().unwrap().remove("note");
    members
}

/// Signs; `None` for a key that does not fit the algorithm or is not a key at all.
pub fn sign(jwk: &str, alg: Alg, message: &[u8]) -> Option<Vec<u8>> {
    match alg {
        Alg::Es256 => {
            let jwk: JsonWebKey<'_> = serde_json::from_value(members(jwk)).ok()?;
            let key = <Es256 as Algorithm>::SigningKey::try_from(&jwk).ok()?;
            Some(Es256.sign(&key, message).as_bytes().into_owned())
        }
        Alg::Rs256 | Alg::Ps256 => {
            let key = rsa_key(jwk)?;
            Some(rsa(alg).sign(&key, message).as_bytes().into_owned())
        }
    }
}

fn rsa_key(jwk: &str) -> Option<Rc<RsaPrivateKey>> {
    IMPORTED.with_borrow_mut(|imported| {
        if let Some(key) = imported.get(jwk) {
            return Some(Rc::clone(key));
        }
        let parsed: JsonWebKey<'_> = serde_json::from_value(members(jwk)).ok()?;
        let key = Rc::new(RsaPrivateKey::try_from(&parsed).ok()?);
        imported.insert(jwk.to_owned(), Rc::clone(&key));
        Some(key)
    })
}

fn rsa(alg: Alg) -> Rsa {
    match alg {
        Alg::Ps256 => Rsa::ps256(),
        Alg::Rs256 | Alg::Es256 => Rsa::rs256(),
    }
}

/// Whether a signature verifies with a public key; an invalid key verifies nothing.
pub fn verify(jwk: &str, alg: Alg, message: &[u8], signature: &[u8]) -> bool {
    let verdict = || -> Option<bool> {
        let jwk: JsonWebKey<'_> = serde_json::from_str(jwk).ok()?;
        Some(match alg {
            Alg::Es256 => {
                let key = <Es256 as Algorithm>::VerifyingKey::try_from(&jwk).ok()?;
                let signature = <Es256 as Algorithm>::Signature::try_from_slice(signature).ok()?;
                Es256.verify_signature(&signature, &key, message)
            }
            Alg::Rs256 | Alg::Ps256 => {
                let key = RsaPublicKey::try_from(&jwk).ok()?;
                let signature = <Rsa as Algorithm>::Signature::try_from_slice(signature).ok()?;
                rsa(alg).verify_signature(&signature, &key, message)
            }
        })
    };
    verdict().unwrap_or(false)
}
