//! How a rotation is asked for, and what the deployment is asked.

use crate::keys::scene::Scene;
use crate::keys::state::{Kind, Pair, Slot};
use anyhow::{Result, bail};
use clap::Args;
use shell::terminal::headed;

/// How a rotation is asked for.
#[derive(Args)]
pub struct Options {
    /// Do the step
    #[arg(long)]
    pub write: bool,
    /// You know that the deployment uses the key that wrangler.toml names; its health page is not asked
    #[arg(long)]
    pub deployed: bool,
    /// The key has leaked: a new one at once, the old ones removed
    #[arg(long)]
    pub emergency: bool,
}

/// Whether the deployment's health page says that it uses the key in a slot.
pub fn uses(scene: &Scene<'_>, kind: Kind, pair: &Pair, slot: Slot) -> Result<bool> {
    let url = scene.deployment.page("health");
    let health = match scene.outside.health(&url) {
        Ok(health) => health,
        Err(error) => bail!(
            "{}",
            headed(
                "which key the deployment uses cannot be seen",
                &format!(
                    "{error:#}. Look at that page from where you can; if the {kind} key in use there is {slot}, say so \
                     with --deployed."
                )
            )
        ),
    };
    let keys = &health["keys"][kind.to_string()];
    let kid = pair
        .generations
        .get(&slot)
        .and_then(|key| key.kid.as_deref());
    Ok(match kid {
        Some(kid) => keys["active"] == kid,
        None => keys["generation"] == slot.to_string(),
    })
}
