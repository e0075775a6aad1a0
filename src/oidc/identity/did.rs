//! The DID document: the public keys of those who sign core identities.
//!
//! The document comes from one configured address. A `kid` names a key inside it and is never
//! followed anywhere. When the document is fetched is not decided here; see
//! [`crate::gate::provider`].
//!
//! Source: W3C Decentralized Identifiers 1.0 sections 5.3.2 and 7.1.2, `provider.md` 5.

use crate::oidc::json::Object;
use crate::oidc::jwks::{KeySet, MAX_KEYS, VerifyingKey, usable};
use crate::oidc::jws::Alg;
use crate::oidc::refusal::Refusal;

/// The type of every verification method that is read.
const METHOD: &str = "JsonWebKey";

/// Reads the document of `did`: its usable keys, each under its whole DID URL.
///
/// Every entry of `assertionMethod` is passed over that is not a P-256 key of this controller's. A
/// key that names no algorithm is for ES256. An entry that only refers to a key elsewhere in the
/// document is passed over: the provider embeds its keys.
///
/// # Errors
/// [`Refusal::DocumentIssuerMismatch`] when the document is another's, and
/// [`Refusal::DocumentMalformed`] when it is no DID document, has more keys than any honest one, or
/// has no usable key: an older copy is better than that.
pub fn keys(bytes: &[u8], did: &str) -> Result<KeySet, Refusal> {
    let document = Object::parse(bytes).map_err(|_| Refusal::DocumentMalformed)?;
    let id = document
        .text("id")
        .map_err(|_| Refusal::DocumentMalformed)?;
    if id != Some(did) {
        return Err(Refusal::DocumentIssuerMismatch);
    }
    let methods = document
        .get("assertionMethod")
        .and_then(|methods| methods.as_array())
        .filter(|methods| methods.len() <= MAX_KEYS)
        .ok_or(Refusal::DocumentMalformed)?;
    let keys = methods
        .iter()
        .filter_map(|method| key(&Object::of(method)?, did));
    KeySet::of(keys.collect())
}

/// The fragment of a DID URL of this DID.
#[must_use]
pub fn fragment<'a>(url: &'a str, did: &str) -> Option<&'a str> {
    let (controller, fragment) = url.split_once('#')?;
    let whole = controller == did && !fragment.is_empty() && !fragment.contains('#');
    whole.then_some(fragment)
}

/// The key of an entry, if it is one that may verify core identities.
fn key(method: &Object, did: &str) -> Option<VerifyingKey> {
    let text = |name| method.text(name).ok()?;
    let id = text("id")?;
    fragment(id, did)?;
    if text("controller") != Some(did) || text("type") != Some(METHOD) {
        return None;
    }
    let key = usable(&Object::of(method.get("publicKeyJwk")?)?, id)?;
    (key.alg == Alg::Es256).then_some(key)
}

#[cfg(test)]
#[path = "did_tests.rs"]
mod tests;
