//! Two builds of one commit, each from a clone of its own with nothing compiled before, are the same bytes.

use super::report::report;
use crate::setup::{self, Need};
use crate::test::stream;
use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use shell::child;
use shell::places::Places;
use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The files that a deployment uploads.
const OUTPUTS: [&str; 2] = ["index.js", "index_bg.wasm"];

/// One build from nothing.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Builds twice and compares; a difference is a failure.
pub fn command(places: &Places) -> Result<()> {
    setup::ensure(places, Need::Worker)?;
    let commit = child::output(
        child::command("git")
            .args(["rev-parse", "HEAD"])
            .current_dir(&places.root),
    )?;
    let compiler = child::output(
        child::command("rustc")
            .arg("--version")
            .current_dir(&places.root),
    )?;
    let base = places.root.join("target/edge/reproducible");
    let mut hashes = Vec::new();
    // Paths of different lengths, so that none that stays in the output goes unseen.
    for name in ["a", "another-place"] {
        let clone = base.join(name);
        let _ = fs::remove_dir_all(&clone);
        build(places, &clone)?;
        hashes.push(OUTPUTS.map(|output| hash(&clone.join("build").join(output))));
        fs::remove_dir_all(&clone).context("a clone cannot be removed")?;
    }
    let rows = OUTPUTS.iter().enumerate().map(|(n, output)| {
        let hash = |build: usize| hashes[build][n].as_deref().unwrap_or("missing").to_owned();
        format!("| `{output}` | `{}` | `{}` |\n", hash(0), hash(1))
    });
    let rows: String = rows.collect();
    let same = hashes[0] == hashes[1] && hashes[0].iter().all(Option::is_some);
    let verdict = if same {
        "The two are the same."
    } else {
        "**The two differ.**"
    };
    report(
        places,
        "reproducible.md",
        &format!(
            "# Two builds of one commit\n\n`cargo edge assure reproducible`: commit `{}`, {}. Each build had a clone of \
             its own, in a\ndirectory of another name, and nothing compiled before.\n\n\
             | file | SHA-256 of the first | SHA-256 of the second |\n|---|---|---|\n{rows}\n{verdict}\n",
            commit.trim(),
            compiler.trim(),
        ),
    )?;
    if !same {
        bail!("two builds of one commit differ");
    }
    Ok(())
}

fn build(places: &Places, clone: &Path) -> Result<()> {
    let mut git = child::command("git");
    git.args(["clone", "--quiet", "--no-hardlinks"])
        .arg(&places.root)
        .arg(clone);
    stream(&mut git, Some(LIMIT), "git clone")?;
    // npm's tools are pinned by their lock file, which the clone has too.
    #[cfg(unix)]
    std::os::unix::fs::symlink(places.root.join("node_modules"), clone.join("node_modules"))
        .context("node_modules cannot be linked")?;
    let mut edge = child::command(env::current_exe()?);
    edge.arg("build").current_dir(clone);
    stream(&mut edge, Some(LIMIT), "the build")
}

fn hash(path: &Path) -> Option<String> {
    let digest = Sha256::digest(fs::read(path).ok()?);
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
