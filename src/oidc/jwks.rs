//! Key sets: the provider's public keys, and the one that a token's header points at.
//!
//! Where a set comes from, how long it may be used and when it is fetched again is not decided
//! here; see [`crate::gate::provider`].
//!
//! Source: RFC 7517 section 5, RFC 8725 3.1 and 3.10, `provider.md` 6.

use serde_json::Value;

use crate::oidc::json::Object;
use crate::oidc::jwk::Material;
use crate::oidc::jws::{Alg, Untrusted};
use crate::oidc::refusal::Refusal;

/// The most keys that are read from one set; the provider publishes three.
pub(super) const MAX_KEYS: usize = 64;

/// A key of the provider that may verify signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    /// The key's id.
    pub key_id: String,
    /// The one algorithm that it is for.
    pub alg: Alg,
    /// Its numbers.
    pub material: Material,
}

/// The usable keys of one document.
#[derive(Clone, Debug)]
pub struct KeySet(Vec<VerifyingKey>);

impl KeySet {
    /// Reads a key set, passing over every key that is not for verifying with an allowed algorithm.
    ///
    /// # Errors
    /// [`Refusal::DocumentMalformed`] when the document is no key set, has more keys than any
    /// honest provider publishes, or has no usable one: an older copy is better than that.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let document = Object::parse(bytes).map_err(|_| Refusal::DocumentMalformed)?;
        let entries = document
            .get("keys")
            .and_then(|keys| keys.as_array())
            .filter(|keys| keys.len() <= MAX_KEYS)
            .ok_or(Refusal::DocumentMalformed)?;
        let keys: Vec<_> = entries
            .iter()
            .filter_map(|entry| {
                let entry = Object::of(entry)?;
                usable(&entry, entry.text("kid").ok()??)
            })
            .collect();
        Self::of(keys)
    }

    /// The set of these keys.
    ///
    /// # Errors
    /// [`Refusal::DocumentMalformed`] when the set has no usable key.
    pub(super) fn of(keys: Vec<VerifyingKey>) -> Result<Self, Refusal> {
        if keys.is_empty() {
            return Err(Refusal::DocumentMalformed);
        }
        Ok(Self(keys))
    }

    /// The set of these keys, each of which must be usable; a key without `kid` has its thumbprint as id.
    ///
    /// `None` for no key, for one that is private or of another kind, and for two of one id.
    #[must_use]
    pub fn listed(entries: &[Value]) -> Option<Self> {
        let mut keys: Vec<VerifyingKey> = Vec::new();
        for entry in entries {
            let entry = Object::of(entry)?;
            let id = match entry.text("kid").ok()? {
                Some(id) => id.to_owned(),
                None => Material::read(&entry)?.thumbprint(),
            };
            let key = usable(&entry, &id)?;
            if keys.iter().any(|other| other.key_id == key.key_id) {
                return None;
            }
            keys.push(key);
        }
        Self::of(keys).ok()
    }

    /// The key that a token's header names, if the key, the header and `expected` agree on the
    /// algorithm.
    ///
    /// `expected` is the algorithm of the registration; for tokens that the provider signs with
    /// one algorithm whatever the registration says, it is that one.
    ///
    /// # Errors
    /// [`Refusal::AlgorithmMismatch`], or [`Refusal::KeyUnknown`] when no key or more than one has
    /// the id.
    pub fn select(&self, token: &Untrusted, expected: Alg) -> Result<&VerifyingKey, Refusal> {
        if token.alg != expected {
            return Err(Refusal::AlgorithmMismatch);
        }
        let mut named = self.0.iter().filter(|key| key.key_id == token.key_id);
        match (named.next(), named.next()) {
            (Some(key), None) if key.alg == expected => Ok(key),
            (Some(_), None) => Err(Refusal::AlgorithmMismatch),
            _ => Err(Refusal::KeyUnknown),
        }
    }
}

/// The key, if it may verify: right use, no private members, a known algorithm.
pub(super) fn usable(key: &Object, key_id: &str) -> Option<VerifyingKey> {
    if key.has("d") || key.has("k") {
        return None;
    }
    if key.text("use").ok()?.is_some_and(|usage| usage != "sig") {
        return None;
    }
    let operations = key.texts("key_ops").ok()?;
    if !operations.is_empty() && !operations.contains(&"verify") {
        return None;
    }
    let material = Material::read(key)?;
    let alg = match (key.text("alg").ok()?, &material) {
        (Some(name), _) => Alg::parse(name)?,
        (None, Material::Rsa { .. }) => Alg::Rs256,
        (None, Material::Ec { .. }) => Alg::Es256,
    };
    material.fits(alg).then(|| VerifyingKey {
        key_id: key_id.to_owned(),
        alg,
        material,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::jws::encode;

    fn rsa(extra: &str) -> String {
        let modulus = encode(&[0xff; 256]);
        format!(r#"{{"kty":"RSA","e":"AQAB","n":"{modulus}"{extra}}}"#)
    }

    fn set(keys: &[String]) -> Result<KeySet, Refusal> {
        KeySet::parse(format!(r#"{{"keys":[{}]}}"#, keys.join(",")).as_bytes())
    }

    fn token(alg: &str, key_id: &str) -> Untrusted {
        let header = format!(r#"{{"alg":"{alg}","kid":"{key_id}"}}"#);
        Untrusted::parse(&format!("{}.e30.AAAA", encode(header.as_bytes()))).unwrap()
    }

    #[test]
    fn t4_rejects_a_key_id_that_does_not_match_exactly_one_key() {
        let one = set(&[rsa(r#","kid":"a""#), rsa(r#","kid":"b""#)]).unwrap();
        assert!(one.select(&token("RS256", "a"), Alg::Rs256).is_ok());
        for other in ["A", "a ", "../a", "a' or '1'='1", "c"] {
            assert_eq!(
                one.select(&token("RS256", other), Alg::Rs256).unwrap_err(),
                Refusal::KeyUnknown
            );
        }
        let two = set(&[rsa(r#","kid":"a""#), rsa(r#","kid":"a""#)]).unwrap();
        assert_eq!(
            two.select(&token("RS256", "a"), Alg::Rs256).unwrap_err(),
            Refusal::KeyUnknown
        );
    }

    #[test]
    fn t5_rejects_a_token_when_header_key_and_registration_differ_in_the_algorithm() {
        let keys = set(&[
            rsa(r#","kid":"rs","alg":"RS256""#),
            rsa(r#","kid":"ps","alg":"PS256""#),
        ])
        .unwrap();
        for (alg, key_id, expected, good) in [
            ("RS256", "rs", Alg::Rs256, true),
            ("RS256", "rs", Alg::Es256, false),
            ("PS256", "rs", Alg::Ps256, false),
            ("RS256", "ps", Alg::Rs256, false),
            ("ES256", "rs", Alg::Es256, false),
        ] {
            let answer = keys.select(&token(alg, key_id), expected);
            if good {
                assert!(answer.is_ok());
            } else {
                assert_eq!(answer.unwrap_err(), Refusal::AlgorithmMismatch);
            }
        }
    }

    #[test]
    fn t18_when_a_key_is_not_for_verifying_then_it_is_passed_over() {
        for extra in [
            r#","kid":"a","use":"enc""#,
            r#","kid":"a","use":7"#,
            r#","kid":"a","key_ops":["sign"]"#,
            r#","kid":"a","d":"AAAA""#,
            r#","kid":"a","k":"AAAA""#,
            r#","kid":"a","alg":"RS512""#,
            r#","kid":"a","alg":"ES256""#,
            r#","kid":7"#,
            "",
        ] {
            assert_eq!(set(&[rsa(extra)]).unwrap_err(), Refusal::DocumentMalformed);
            let beside = set(&[rsa(extra), rsa(r#","kid":"b""#)]).unwrap();
            assert!(beside.select(&token("RS256", "b"), Alg::Rs256).is_ok());
        }
    }

    #[test]
    fn t130_rejects_a_listed_key_of_a_service_that_is_unusable_or_private() {
        let listed = |keys: &[String]| {
            let keys: Vec<Value> = keys
                .iter()
                .map(|key| serde_json::from_str(key).unwrap())
                .collect();
            KeySet::listed(&keys)
        };
        assert!(listed(&[rsa(r#","kid":"a""#), rsa(r#","kid":"b""#)]).is_some());
        let unnamed = listed(&[rsa("")]).unwrap();
        let id = unnamed.0[0].material.thumbprint();
        assert!(unnamed.select(&token("RS256", &id), Alg::Rs256).is_ok());
        for extra in [
            r#","d":"AAAA""#,
            r#","k":"AAAA""#,
            r#","use":"enc""#,
            r#","kid":7"#,
            r#","alg":"RS512""#,
        ] {
            assert!(
                listed(&[rsa(r#","kid":"b""#), rsa(extra)]).is_none(),
                "{extra}"
            );
        }
        assert!(listed(&[rsa(""), rsa("")]).is_none());
        assert!(listed(&[]).is_none());
    }

    #[test]
    fn t18_rejects_a_document_that_is_no_key_set() {
        let many: Vec<_> = (0..65).map(|n| rsa(&format!(r#","kid":"{n}""#))).collect();
        assert!(set(&many).is_err());
        for text in [
            "{}",
            "[]",
            r#"{"keys":{}}"#,
            r#"{"keys":[1,"a",null]}"#,
            "<html>",
        ] {
            assert_eq!(
                KeySet::parse(text.as_bytes()).unwrap_err(),
                Refusal::DocumentMalformed
            );
        }
    }
}
