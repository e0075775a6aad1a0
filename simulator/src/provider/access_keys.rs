//! The keys of the simulated team of Cloudflare Access.

use std::sync::{Arc, OnceLock};

use crate::keys::SigningKey;

/// The team's keys: the current one, and the one before it, whose tokens are good for seven days more.
#[derive(Debug, Default)]
pub struct AccessTeam {
    current: OnceLock<Arc<SigningKey>>,
    before: Option<Arc<SigningKey>>,
}

impl AccessTeam {
    /// The key that signs.
    pub fn current(&self) -> &SigningKey {
        self.current.get_or_init(SigningKey::shared_team)
    }

    /// Signs with another key from now on.
    pub fn rotate(&mut self) {
        let fresh = OnceLock::from(Arc::new(SigningKey::generate_rsa_2048()));
        let old = std::mem::replace(&mut self.current, fresh).into_inner();
        self.before = Some(old.unwrap_or_else(SigningKey::shared_team));
    }

    /// Every published key, the current one last.
    pub fn published(&self) -> Vec<&SigningKey> {
        let before = self.before.iter().map(AsRef::as_ref);
        before.chain([self.current()]).collect()
    }
}
