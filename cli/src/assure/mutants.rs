//! Mutants: mistakes that `cargo mutants` puts into the code one by one, to see whether a test notices.

use crate::child;
use crate::places::{Places, on_path};
use crate::test::stream;
use anyhow::{Result, bail};

/// Tries every mutant of some files, or one part of them (`1/8`). Results are in `target/edge/mutants/mutants.out/`.
pub fn command(places: &Places, files: &[String], shard: Option<&str>) -> Result<()> {
    if on_path("cargo-mutants").is_none() {
        bail!("cargo-mutants is not there; `cargo install --locked cargo-mutants`");
    }
    let mut cargo = child::command("cargo");
    cargo
        .args([
            "mutants",
            "--package",
            "one-login-edge",
            "--output",
            "target/edge/mutants",
        ])
        .args(["--no-shuffle", "--baseline", "skip", "--timeout", "300"])
        .args(files.iter().flat_map(|file| ["--file", file]))
        .args(shard.into_iter().flat_map(|shard| ["--shard", shard]))
        .current_dir(&places.root);
    stream(&mut cargo, None, "cargo mutants")
}
