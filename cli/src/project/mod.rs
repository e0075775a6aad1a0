//! A team's project: its `sign-in.toml`, and the commands that lay a configuration for wrangler out of it.
//!
//! `sign-in.toml` has the team's part of the configuration under the names that wrangler gives it. The product's package
//! brings the rest as data, `worker/wrangler.json`. Reading order: `own` (the team's file), `layout` (the two together),
//! then a file for each command.

mod commands;
pub mod layout;
pub mod own;
pub mod preview;
pub mod upgrade;
mod verify;
mod zone;

pub use commands::{Of, check, config, deploy, eject, wrangler};
pub use verify::command as verify;
