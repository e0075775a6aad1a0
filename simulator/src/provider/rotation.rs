//! New signing keys, now or around the next signature, for the tokens and for core identities.
//!
//! A client that has just fetched the keys meets one that was not among them when the keys are replaced right before a
//! signature; it meets a token whose key has been withdrawn when they are replaced right after.

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
    pub(super) fn of(&mut self, keys: Keys) -> &mut Option<(When, bool)> {
        match keys {
            Keys::Tokens => &mut self.tokens,
            Keys::Identity => &mut self.identity,
        }
    }

    pub(super) fn take(&mut self, keys: Keys, when: When) -> Option<bool> {
        self.of(keys)
            .take_if(|(due, _)| *due == when)
            .map(|(_, keep_old)| keep_old)
    }
}
