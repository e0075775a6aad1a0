//! `cargo edge assure`: what shows that the product holds and takes too long for every change. Reports are written into
//! `docs/assurance/`, where they are committed.

mod reproducible;

use crate::child;
use crate::places::Places;
use crate::test::stream;
use anyhow::{Context, Result};
use clap::Subcommand;
use std::fs;

/// One run.
#[derive(Subcommand)]
pub enum Task {
    /// Write docs/assurance.md from the names of the tests
    Page,
    /// Build the last commit twice, in two places, and compare
    Reproducible,
}

/// Does one run.
pub fn command(places: &Places, task: &Task) -> Result<()> {
    match task {
        Task::Page => page(places),
        Task::Reproducible => reproducible::command(places),
    }
}

fn page(places: &Places) -> Result<()> {
    let mut cargo = child::command("cargo");
    cargo
        .args(["test", "--quiet", "--test", "assurance"])
        .env("EDGE_WRITE_ASSURANCE", "1")
        .current_dir(&places.root);
    stream(&mut cargo, None, "writing docs/assurance.md")
}

/// Writes a report that is to be committed.
fn report(places: &Places, name: &str, text: &str) -> Result<()> {
    let directory = places.root.join("docs/assurance");
    let path = directory.join(name);
    fs::create_dir_all(&directory)
        .and_then(|()| fs::write(&path, text))
        .with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{text}\nwritten to docs/assurance/{name}");
    Ok(())
}
