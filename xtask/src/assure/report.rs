//! Reports, and the page of tests.

use crate::test::stream;
use anyhow::{Context, Result};
use shell::places::Places;
use shell::{child, terminal};
use std::fs;

/// Writes `docs/assurance.md` from the names of the tests.
pub fn page(places: &Places) -> Result<()> {
    let mut cargo = child::command("cargo");
    cargo
        .args(["test", "--quiet", "--test", "assurance"])
        .env("EDGE_WRITE_ASSURANCE", "1")
        .current_dir(&places.root);
    stream(&mut cargo, None, "writing docs/assurance.md")
}

/// Writes a report that is to be committed.
pub fn report(places: &Places, name: &str, text: &str) -> Result<()> {
    let directory = places.root.join("docs/assurance");
    let path = directory.join(name);
    fs::create_dir_all(&directory)
        .and_then(|()| fs::write(&path, text))
        .with_context(|| format!("{} cannot be written", path.display()))?;
    terminal::line(format_args!("{text}\nwritten to docs/assurance/{name}"))
}
