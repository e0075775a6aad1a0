//! A team's project: its `sign-in.toml`, and the commands that lay a configuration for wrangler out of it.
//!
//! `sign-in.toml` has the team's part of the configuration under the names that wrangler gives it. The product's package
//! brings the rest as data, `worker/wrangler.json`. Reading order: `own` (the team's file), `layout` (the two together),
//! then a file for each command.

mod commands;
mod layout;
mod own;
mod verify;

pub use commands::{check, config, deploy, eject};
pub use layout::{Layout, local};
pub use own::Own;
pub use verify::command as verify;

use clap::Args;

/// The environment that a command is about.
#[derive(Args)]
pub struct Of {
    /// The environment in sign-in.toml, such as integration
    #[arg(long, value_name = "ENV")]
    pub env: String,
}
