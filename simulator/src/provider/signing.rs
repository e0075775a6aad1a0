//! The provider's keys by their use, and their rotation.

use std::sync::{Arc, OnceLock};

use crate::jose::{Object, Unverified, rsa_algorithm, verify_es256, verify_rsa};
use crate::keys::{Algorithm, SigningKey};

/// The keys of one provider.
#[derive(Debug)]
pub struct Keyring {
    ec: Arc<SigningKey>,
    /// Empty until it is needed for the first time, because an RSA key of 4096 bits is slow to make.
    rsa: OnceLock<Arc<SigningKey>>,
    /// The key of another product that the real document lists first. It signs nothing that a client should accept.
    doc_app: SigningKey,
    /// The key of the identity issuer, published in the DID document only.
    identity: Arc<SigningKey>,
    /// The key that will follow it, when it has been announced.
    next_identity: Option<Arc<SigningKey>>,
    /// Old keys of the identity issuer that are still published.
    kept_identity: Vec<Arc<SigningKey>>,
    /// Old keys that are still published.
    kept: Vec<Arc<SigningKey>>,
    /// Old EC keys, published or not, with which a re-authentication hint may be signed.
    old_ec: Vec<Arc<SigningKey>>,
}

impl Default for Keyring {
    fn default() -> Self {
        Self::new()
    }
}

impl Keyring {
    /// Fresh keys.
    pub fn new() -> Self {
        Self {
            ec: Arc::new(SigningKey::generate(Algorithm::Es256)),
            rsa: OnceLock::new(),
            doc_app: SigningKey::generate(Algorithm::Es256),
            identity: Arc::new(SigningKey::generate(Algorithm::Es256)),
            next_identity: None,
            kept_identity: Vec::new(),
            kept: Vec::new(),
            old_ec: Vec::new(),
        }
    }

    /// The current ES256 key.
    pub fn ec(&self) -> &SigningKey {
        &self.ec
    }

    /// The current RS256 key.
    pub fn rsa(&self) -> &SigningKey {
        self.rsa.get_or_init(SigningKey::shared_rsa)
    }

    /// The current key of an algorithm.
    pub fn current(&self, algorithm: Algorithm) -> &SigningKey {
        match algorithm {
            Algorithm::Es256 => self.ec(),
            Algorithm::Rs256 => self.rsa(),
        }
    }

    /// The key of the identity issuer.
    pub fn identity(&self) -> &SigningKey {
        &self.identity
    }

    /// Every key of the DID document: the current one, the next one if it has been announced, then old ones that were kept.
    pub fn published_identity(&self) -> Vec<&SigningKey> {
        [self.identity()]
            .into_iter()
            .chain(self.next_identity.iter().map(AsRef::as_ref))
            .chain(self.kept_identity.iter().map(AsRef::as_ref))
            .collect()
    }

    /// Makes the key that will follow the identity issuer's, and publishes both.
    pub fn announce_identity(&mut self) {
        self.next_identity = Some(Arc::new(SigningKey::generate(Algorithm::Es256)));
    }

    /// Replaces the identity issuer's key by the announced one, or by one that was never published.
    pub fn rotate_identity(&mut self, keep_old: bool) {
        let next = self.next_identity.take();
        let next = next.unwrap_or_else(|| Arc::new(SigningKey::generate(Algorithm::Es256)));
        let old = std::mem::replace(&mut self.identity, next);
        self.kept_identity = if keep_old { vec![old] } else { Vec::new() };
    }

    /// Every published key: one that signs nothing of ours, the current two, then old ones that were kept.
    pub fn published(&self) -> Vec<&Object> {
        [&self.doc_app, self.ec(), self.rsa()]
            .into_iter()
            .chain(self.kept.iter().map(AsRef::as_ref))
            .map(SigningKey::public_jwk)
            .collect()
    }

    /// Replaces the ES256 key, and the RS256 key too when some client needs it.
    pub fn rotate(&mut self, keep_old: bool, with_rsa: bool) {
        let fresh = Arc::new(SigningKey::generate(Algorithm::Es256));
        let old = std::mem::replace(&mut self.ec, fresh);
        self.old_ec.push(old.clone());
        let mut replaced = vec![old];
        if with_rsa {
            replaced.push(self.rsa.take().unwrap_or_else(SigningKey::shared_rsa));
            let fresh = Arc::new(SigningKey::generate(Algorithm::Rs256));
            self.rsa = OnceLock::from(fresh);
        }
        self.kept = if keep_old { replaced } else { Vec::new() };
    }

    /// Whether a token was signed by the current key of its algorithm, as a logout hint must be.
    pub fn signed_by_current(&self, token: &Unverified) -> bool {
        match token.header_text("alg") {
            Some("ES256") => verify_es256(self.ec.public_jwk(), &token.signed, &token.signature),
            Some("RS256") => rsa_algorithm("RS256").is_some_and(|algorithm| {
                verify_rsa(
                    self.rsa().public_jwk(),
                    algorithm,
                    &token.signed,
                    &token.signature,
                )
            }),
            _ => false,
        }
    }

    /// Whether a token was signed by any EC key that ever was current, as a re-authentication hint must be.
    pub fn signed_by_any_ec(&self, token: &Unverified) -> bool {
        token.header_text("alg") == Some("ES256")
            && std::iter::once(&self.ec)
                .chain(&self.old_ec)
                .any(|key| verify_es256(key.public_jwk(), &token.signed, &token.signature))
    }
}
