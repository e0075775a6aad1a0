//! Starts programs that npm installed, with npm's own Node, which is new enough for them.

use crate::child;
use crate::places::Places;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// wrangler, which asks nothing, paints nothing, reports nothing about its use, and does not look for a newer version of itself: its
/// version is the one that the product was tested with.
pub fn wrangler(places: &Places) -> Result<Command> {
    let mut command = program(places, "wrangler")?;
    command
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_HIDE_BANNER", "true")
        .env("CI", "true")
        // Locally it would ask Cloudflare where this machine is, which the Worker has no use for.
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .env("FORCE_COLOR", "0");
    Ok(command)
}

/// Node itself.
pub fn node(places: &Places) -> Result<Command> {
    program(places, "node")
}

fn program(places: &Places, name: &str) -> Result<Command> {
    let mut command = child::command(places.npm_bin(name));
    // npm's programs are scripts, which look for Node on PATH.
    let node = places.npm_bin("node");
    let directory = node.parent().map(Path::to_path_buf);
    command.env(
        "PATH",
        places.path_with(&directory.into_iter().collect::<Vec<_>>())?,
    );
    Ok(command)
}
