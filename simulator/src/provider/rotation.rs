//! New signing keys, now or around the next signature, for the tokens and for core identities.
//!
//! A client that has just fetched the keys meets one that was not among them when the keys are replaced right before a
//! signature; it meets a token whose key has been withdrawn when they are replaced right after.

use crate::provider::Provider;
use crate::provider::settings::IdTokenAlg;

/// Which keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Those of ID tokens, access tokens and logout tokens, in the key document.
    Tokens,
    /// Those of core identities, in the DID document.
    Identity,
}

/// When.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At once.
    Now,
    /// At the last moment before the next token is signed with them.
    BeforeNextSignature,
    /// As soon as the next token has been signed with them, before it is handed out.
    AfterNextSignature,
}

/// The rotations that wait for a signature, each with whether the old keys stay published.
#[derive(Debug, Default)]
pub struct Due {
    tokens: Option<(When, bool)>,
    identity: Option<(When, bool)>,
}

impl Due {
    fn of(&mut self, keys: Keys) -> &mut Option<(When, bool)> {
        match keys {
            Keys::Tokens => &mut self.tokens,
            Keys::Identity => &mut self.identity,
        }
    }

    fn take(&mut self, keys: Keys, when: When) -> Option<bool> {
        self.of(keys)
            .take_if(|(due, _)| *due == when)
            .map(|(_, keep_old)| keep_old)
    }
}

impl Provider {
    /// Replaces the keys of tokens at once. The old ones stay published only when `keep_old` is set.
    pub fn rotate(&mut self, keep_old: bool) {
        self.rotate_keys(Keys::Tokens, When::Now, keep_old);
    }

    /// Replaces keys. The old ones stay published only when `keep_old` is set.
    pub fn rotate_keys(&mut self, keys: Keys, when: When, keep_old: bool) {
        if when != When::Now {
            *self.rotation_due.of(keys) = Some((when, keep_old));
            return;
        }
        match keys {
            Keys::Identity => self.keyring.rotate_identity(keep_old),
            Keys::Tokens => {
                let rsa = |alg| alg == IdTokenAlg::RS256;
                let uses_rsa = self.settings.clients.iter().any(|c| rsa(c.id_token_alg));
                self.keyring.rotate(keep_old, uses_rsa);
            }
        }
    }

    /// Publishes the key that the next rotation for core identities will use, while the old one goes on signing: the first
    /// step of the real provider's weekly rotation.
    pub fn announce_identity_key(&mut self) {
        self.keyring.announce_identity();
    }

    pub(super) fn before_signing(&mut self, keys: Keys) {
        if let Some(keep_old) = self.rotation_due.take(keys, When::BeforeNextSignature) {
            self.rotate_keys(keys, When::Now, keep_old);
        }
    }

    pub(super) fn after_signing(&mut self, keys: Keys) {
        if let Some(keep_old) = self.rotation_due.take(keys, When::AfterNextSignature) {
            self.rotate_keys(keys, When::Now, keep_old);
        }
    }
}
