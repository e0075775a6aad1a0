//! Two releases of one commit, each from a clone of its own with nothing compiled before, are the same bytes.

use super::report::report;
use crate::setup::{self, Need};
use crate::test::stream;
use anyhow::{Context, Result, bail};
use shell::child;
use shell::digest::sha256;
use shell::places::Places;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Below a clone: the files that a deployment uploads, and the directory of a release.
const UPLOADED: [&str; 2] = ["build/index.js", "build/index_bg.wasm"];
const RELEASE: &str = "target/release-artifacts";

/// One release from nothing.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// Makes the release twice and compares; a difference is a failure.
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
        hashes.push(outputs(&clone)?);
        fs::remove_dir_all(&clone).context("a clone cannot be removed")?;
    }
    let names: BTreeSet<_> = hashes.iter().flat_map(BTreeMap::keys).collect();
    let hash = |build: usize, name: &str| {
        let found = hashes[build].get(name);
        found.map_or("missing", String::as_str).to_owned()
    };
    let rows: String = names
        .iter()
        .map(|name| format!("| `{name}` | `{}` | `{}` |\n", hash(0, name), hash(1, name)))
        .collect();
    let same = hashes[0] == hashes[1];
    let verdict = if same {
        "The two are the same."
    } else {
        "**The two differ.**"
    };
    report(
        places,
        "reproducible.md",
        &format!(
            "# Two releases of one commit\n\n`cargo edge assure reproducible`: commit `{}`, {}. Each had a clone of \
             its own, in a\ndirectory of another name, and nothing compiled before.\n\n\
             | file | SHA-256 of the first | SHA-256 of the second |\n|---|---|---|\n{rows}\n{verdict}\n",
            commit.trim(),
            compiler.trim(),
        ),
    )?;
    if !same {
        bail!("two releases of one commit differ");
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
    edge.arg("release").current_dir(clone);
    stream(&mut edge, Some(LIMIT), "the release")
}

/// The SHA-256 of each file that a clone has made, by its path in the clone.
fn outputs(clone: &Path) -> Result<BTreeMap<String, String>> {
    let mut names: Vec<_> = UPLOADED.map(str::to_owned).into();
    for entry in fs::read_dir(clone.join(RELEASE)).context("a clone has made no release")? {
        names.push(format!(
            "{RELEASE}/{}",
            entry?.file_name().to_string_lossy()
        ));
    }
    let hashed = |name: String| {
        let bytes =
            fs::read(clone.join(&name)).with_context(|| format!("{name} cannot be read"))?;
        Ok((name, sha256(&bytes)))
    };
    names.into_iter().map(hashed).collect()
}
