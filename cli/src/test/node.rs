//! Runs the tests that are written for Node: against the built Worker in workerd, and in Chromium.

use super::stream;
use crate::npm;
use crate::places::Places;
use crate::setup;
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A test that hangs must not hold a build server for ever.
const LIMIT: Duration = Duration::from_secs(25 * 60);

/// Runs `tests/<directory>/*.test.mjs`. No directory, no file or no test that ran is a failure, never a skip.
pub fn run(
    places: &Places,
    directory: &str,
    filters: &[String],
    simulator: &Path,
) -> Result<String> {
    let files = test_files(&places.root.join("tests").join(directory))?;
    let report = places
        .root
        .join("target/edge/test")
        .join(format!("{directory}.tap"));
    fs::create_dir_all(report.parent().unwrap_or(&report))
        .context("target/edge/test cannot be made")?;
    let mut node = npm::node(places)?;
    node.args([
        "--test",
        "--test-concurrency=1",
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
    ])
    .args(["--test-reporter=tap", "--test-reporter-destination"])
    .arg(&report)
    .args(
        filters
            .iter()
            .map(|filter| format!("--test-name-pattern={filter}")),
    )
    .args(files)
    .current_dir(&places.root)
    .env("EDGE_ROOT", &places.root)
    .env("EDGE_SIMULATOR", simulator)
    .env("EDGE_CLI", env::current_exe()?)
    .env("WRANGLER_SEND_METRICS", "false");
    if let Some(chromium) = setup::find_chromium() {
        node.env("EDGE_CHROMIUM", chromium);
    }
    stream(&mut node, Some(LIMIT), &format!("tests/{directory}"))?;
    let text = fs::read_to_string(&report)
        .with_context(|| format!("{} cannot be read", report.display()))?;
    match passed(&text) {
        // A filter may be meant for another directory's tests.
        Some(count) if count > 0 || !filters.is_empty() => Ok(format!("{count} passed")),
        _ => bail!("no test in tests/{directory} ran"),
    }
}

fn test_files(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory)
        .with_context(|| format!("{} cannot be read", directory.display()))?;
    let mut files = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    if files.is_empty() {
        bail!("{} holds no *.test.mjs", directory.display());
    }
    Ok(files)
}

/// From the line `# pass 12` at the end of a TAP report.
fn passed(report: &str) -> Option<u32> {
    report
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("# pass "))?
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_did_not_run_are_not_counted() {
        assert_eq!(
            passed("TAP version 13\n# tests 3\n# pass 2\n# fail 1\n"),
            Some(2)
        );
        assert_eq!(passed("TAP version 13\n"), None);
    }

    #[test]
    fn a_directory_without_tests_is_a_failure() {
        let directory = std::env::temp_dir().join(format!("edge-tests-{}", std::process::id()));
        assert!(test_files(&directory).is_err());
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("helper.mjs"), "").unwrap();
        assert!(test_files(&directory).is_err());
        fs::write(directory.join("a.test.mjs"), "").unwrap();
        assert_eq!(test_files(&directory).unwrap().len(), 1);
        fs::remove_dir_all(&directory).unwrap();
    }
}
