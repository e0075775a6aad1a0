//! Runs the tests that are written for Node: against the built Worker in workerd, and in browsers.

use super::stream::stream;
use crate::setup;
use anyhow::{Context, Result, bail};
use shell::child;
use shell::npm;
use shell::places::Places;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A test that hangs must not hold a build server for ever.
const LIMIT: Duration = Duration::from_secs(25 * 60);

/// How many files of browsers' tests run at once: they mostly wait, and each has a world and browsers of its own. The
/// files for workerd run one by one, because some count work, build the Worker, or change a file of the checkout.
const AT_ONCE: usize = 2;

/// Runs `tests/<directory>/*.test.mjs`. No directory, no file or no test that ran is a failure, never a skip.
pub fn run(
    places: &Places,
    directory: &str,
    filters: &[String],
    simulator: &Path,
) -> Result<String> {
    let mut files = test_files(&places.root.join("tests").join(directory))?;
    if !filters.is_empty() {
        files = chosen(places, &files, filters, simulator)?;
        if files.is_empty() {
            // A filter may be meant for another directory's tests.
            return Ok("none of that name".into());
        }
    }
    let report = places
        .root
        .join("target/edge/test")
        .join(format!("{directory}.tap"));
    fs::create_dir_all(report.parent().unwrap_or(&report))
        .context("target/edge/test cannot be made")?;
    let mut node = command(places, simulator)?;
    node.arg("--test")
        .arg(format!("--test-concurrency={}", at_once(directory)))
        .args(["--test-reporter=spec", "--test-reporter-destination=stdout"])
        .args(["--test-reporter=tap", "--test-reporter-destination"])
        .arg(&report)
        .args(filters.iter().map(|filter| name_pattern(filter)))
        .args(files);
    stream(&mut node, Some(LIMIT), &format!("tests/{directory}"))?;
    let text = fs::read_to_string(&report)
        .with_context(|| format!("{} cannot be read", report.display()))?;
    match passed(&text) {
        Some(count) if count > 0 => Ok(format!("{count} passed")),
        _ => bail!("no test in tests/{directory} ran"),
    }
}

fn at_once(directory: &str) -> usize {
    match directory {
        "engines" => AT_ONCE,
        _ => 1,
    }
}

/// Node with the environment that `tests/harness/places.mjs` reads.
pub fn command(places: &Places, simulator: &Path) -> Result<Command> {
    let mut node = npm::node(places)?;
    node.current_dir(&places.root)
        .env("EDGE_ROOT", &places.root)
        .env("EDGE_SIMULATOR", simulator)
        .env("EDGE_CLI", &places.program)
        .env("WRANGLER_SEND_METRICS", "false");
    if let Some(chromium) = setup::find_chromium() {
        node.env("EDGE_CHROMIUM", chromium);
    }
    node.env("EDGE_SERVERS", setup::servers(places))
        .env("EDGE_PYTHON", setup::PYTHON.program(places, "python")?);
    for program in setup::ENGINE_PROGRAMS {
        if let Some(path) = program.find() {
            node.env(program.variable, path);
        }
    }
    Ok(node)
}

/// The files that hold a test of such a name. Node would start and never stop the world of every other.
fn chosen(
    places: &Places,
    files: &[PathBuf],
    filters: &[String],
    simulator: &Path,
) -> Result<Vec<PathBuf>> {
    let mut node = command(places, simulator)?;
    node.arg("tests/harness/chosen.mjs")
        .arg(serde_json::to_string(filters)?)
        .args(files);
    let output = child::output(&mut node)?;
    Ok(output.lines().map(PathBuf::from).collect())
}

/// Node takes a regular expression, and a filter is a text.
fn name_pattern(filter: &str) -> String {
    let mut pattern = String::from("--test-name-pattern=");
    for character in filter.chars() {
        if r"\^$.*+?()[]{}|/".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
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
    fn when_tests_did_not_run_then_they_are_not_counted() {
        assert_eq!(
            passed("TAP version 13\n# tests 3\n# pass 2\n# fail 1\n"),
            Some(2)
        );
        assert_eq!(passed("TAP version 13\n"), None);
    }

    #[test]
    fn when_a_filter_holds_signs_of_a_pattern_then_it_is_taken_as_text() {
        assert_eq!(
            name_pattern("t47 a cookie (of two) is dead."),
            r"--test-name-pattern=t47 a cookie \(of two\) is dead\."
        );
    }

    #[test]
    fn rejects_a_directory_without_tests() {
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
