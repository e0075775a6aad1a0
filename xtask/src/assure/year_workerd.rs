//! The simulated weeks against the built Worker, and the mistakes that they must find there: those of code that the native
//! world does not run.

use super::report::{self, report};
use super::year::{Mutant, PLANS, commit, test};
use super::{mutants, running};
use crate::build;
use crate::setup::{self, Need};
use crate::simulator;
use crate::test::{node, stream};
use anyhow::{Context, Result, bail};
use shell::places::Places;
use shell::terminal;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The mistakes, each with the promise that it breaks.
const MUTANTS: &str = "tests/year/mutants-workerd.json";

/// Their report.
const REPORT: &str = "year-workerd-mutants.md";

/// Writes the plans of these weeks down, as the native world draws them.
fn plans(places: &Places, from: u64, seeds: u64) -> Result<PathBuf> {
    let directory = places.root.join("target/edge");
    fs::create_dir_all(&directory).context("target/edge cannot be made")?;
    let weeks = directory.join("year.txt");
    // Those of an earlier run are other weeks.
    let _ = fs::remove_file(&weeks);
    let mut cargo = test(&places.root, PLANS, from, seeds);
    cargo.env("EDGE_YEAR_OUT", &weeks);
    stream(&mut cargo, None, "writing the weeks down")?;
    if !weeks.exists() {
        bail!("the test {PLANS} wrote no weeks down");
    }
    Ok(weeks)
}

/// Tries weeks against the built Worker.
pub fn weeks(places: &Places, from: u64, seeds: u64) -> Result<()> {
    let weeks = plans(places, from, seeds)?;
    running::command(places, "year-workerd", &[weeks.display().to_string()])?;
    report::page(places)
}

/// Builds the Worker of the last commit with each mistake, and sees with which week it is found.
pub fn mistakes(places: &Places, from: u64, seeds: u64) -> Result<()> {
    setup::ensure(places, Need::Worker)?;
    let weeks = plans(places, from, seeds)?;
    let simulator = simulator::build(places)?;
    let inside = Places {
        root: mutants::tree(places)?,
        ..places.clone()
    };
    lend_packages(places, &inside)?;
    let text =
        fs::read(inside.root.join(MUTANTS)).with_context(|| format!("{MUTANTS} is missing"))?;
    let all: Vec<Mutant> =
        serde_json::from_slice(&text).with_context(|| format!("{MUTANTS} is broken"))?;
    let mut page = format!(
        "# Mistakes that the simulated weeks find in the built Worker\n\n`cargo edge assure year --workerd --mutants` at commit \
         `{}` built the Worker with each by itself, and tried weeks {from} to {}.\n\n\
         | mistake | file | promise | found with seed |\n|---|---|---|---|\n",
        commit(places)?,
        from + seeds - 1,
    );
    let mut missed = Vec::new();
    for mutant in &all {
        let file = inside.root.join(&mutant.file);
        let sound =
            fs::read_to_string(&file).with_context(|| format!("{} is missing", mutant.file))?;
        fs::write(&file, mutant.made_in(&sound, "true")?)?;
        let found =
            build::build(&inside).and_then(|_| find(&inside, &simulator, &weeks, &mutant.promise));
        fs::write(&file, sound)?;
        let found = found?;
        if found.is_none() {
            missed.push(mutant.mistake.as_str());
        }
        let seed = found.unwrap_or_else(|| "none".to_owned());
        terminal::line(format_args!("{}: {seed}", mutant.mistake))?;
        let _ = writeln!(
            page,
            "| {} | `{}` | {} | {seed} |",
            mutant.mistake, mutant.file, mutant.promise
        );
    }
    report(places, REPORT, &page)?;
    if !missed.is_empty() {
        bail!("no week finds: {}", missed.join("; "));
    }
    report::page(places)
}

/// The copy of the code uses the packages of npm that are there.
fn lend_packages(places: &Places, inside: &Places) -> Result<()> {
    let packages = inside.root.join("node_modules");
    if !packages.exists() {
        std::os::unix::fs::symlink(places.root.join("node_modules"), &packages)
            .context("node_modules cannot be lent")?;
    }
    Ok(())
}

/// The seed of the first week that breaks the promise; no other is judged.
fn find(inside: &Places, simulator: &Path, weeks: &Path, promise: &str) -> Result<Option<String>> {
    let output = node::command(inside, simulator)?
        .arg("tests/harness/year-workerd.mjs")
        .arg(weeks)
        .arg("--first")
        .env("EDGE_YEAR_PROMISE", promise)
        .stdin(Stdio::null())
        .output()
        .context("Node cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rows = text.lines().filter_map(outcome);
    let failed = rows.into_iter().find(|(_, outcome)| outcome.contains(": "));
    match (failed, output.status.success()) {
        (None, true) => Ok(None),
        (Some((seed, _)), false) => Ok(Some(seed.to_owned())),
        _ => bail!(
            "the weeks did not run:\n{}",
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

/// The seed and the outcome of a row of the report.
fn outcome(row: &str) -> Option<(&str, &str)> {
    let cells: Vec<_> = row.split('|').map(str::trim).collect();
    let [_, seed, .., outcome, _] = cells[..] else {
        return None;
    };
    seed.parse::<u64>().is_ok().then_some((seed, outcome))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_mistake_is_listed_then_it_changes_one_place() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let all: Vec<Mutant> =
            serde_json::from_slice(&fs::read(root.join(MUTANTS)).unwrap()).unwrap();
        assert!(!all.is_empty());
        for mutant in &all {
            let code = fs::read_to_string(root.join(&mutant.file)).unwrap();
            assert_ne!(mutant.made_in(&code, "true").unwrap(), code);
        }
    }

    #[test]
    fn when_a_mistake_was_tried_then_its_row_says_seed_and_outcome() {
        let row =
            "| 3 | 324 | 97 | 17 | 98 MiB | bound: a session lives 90 seconds after its end |";
        assert_eq!(
            outcome(row),
            Some(("3", "bound: a session lives 90 seconds after its end"))
        );
        assert_eq!(outcome("| seed | events | outcome |"), None);
        assert_eq!(outcome("|---|---|"), None);
    }
}
