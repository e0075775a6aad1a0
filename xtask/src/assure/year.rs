//! Weeks of the simulated system by the thousand, and mistakes that they must find; `docs/simulation.md` says how.

use super::{mutants, report};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use shell::child;
use shell::places::Places;
use shell::terminal;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The mistakes, each with the promise that it breaks.
const MUTANTS: &str = "tests/year/mutants.json";

/// Within so many weeks each mistake must be found: those that every test run tries.
const WEEKS: u64 = 200;

/// One mistake.
#[derive(Debug, Deserialize)]
struct Mutant {
    mistake: String,
    promise: String,
    file: String,
    find: String,
    replace: String,
}

fn test(root: &Path, from: u64, seeds: u64) -> Command {
    let mut cargo = child::command("cargo");
    cargo
        .args([
            "test",
            "--quiet",
            "--test",
            "year",
            "every_promise",
            "--",
            "--nocapture",
        ])
        .env("EDGE_YEAR_FROM", from.to_string())
        .env("EDGE_YEAR_SEEDS", seeds.to_string())
        .current_dir(root);
    cargo
}

/// Tries so many weeks.
pub fn weeks(places: &Places, from: u64, seeds: u64) -> Result<()> {
    let output = test(&places.root, from, seeds)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        terminal::line(text.trim_end())?;
        bail!("a week breaks a promise");
    }
    let tried = text.lines().find(|line| line.contains("weeks from seed"));
    let tried = tried.context("the test did not say what it tried")?;
    // How fast it was belongs to the machine.
    let tried = tried.rsplit_once(", ").map_or(tried, |(tried, _)| tried);
    let commit = commit(places)?;
    let page = format!(
        "# {seeds} simulated weeks, in which every promise held\n\n`cargo edge assure year --seeds {seeds}` at commit `{commit}`: {tried}.\n"
    );
    report(places, "year.md", &page)
}

fn commit(places: &Places) -> Result<String> {
    let output = child::command("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .current_dir(&places.root)
        .output()
        .context("git cannot be started")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Puts each mistake into a copy of the last commit, and sees with which week it is found.
pub fn mistakes(places: &Places) -> Result<()> {
    let tree = mutants::tree(places)?;
    let text = fs::read(tree.join(MUTANTS)).with_context(|| format!("{MUTANTS} is missing"))?;
    let all: Vec<Mutant> =
        serde_json::from_slice(&text).with_context(|| format!("{MUTANTS} is broken"))?;
    let mut page = String::from(
        "# Mistakes that the simulation finds\n\n`cargo edge assure year --mutants` put each into a copy of the code and \
         tried the weeks of every test run, from seed 0 on.\n\n| mistake | promise | found with seed |\n|---|---|---|\n",
    );
    let mut missed = Vec::new();
    for mutant in &all {
        // The crates of others are compiled there already.
        let found = find(&tree, &places.root.join("target"), mutant)?;
        let seed = match &found {
            Some((seed, promise)) if *promise == mutant.promise => seed.clone(),
            Some((seed, promise)) => format!("{seed}, by the promise \"{promise}\""),
            None => "none".to_owned(),
        };
        terminal::line(format_args!("{}: {seed}", mutant.mistake))?;
        if found.is_none() {
            missed.push(mutant.mistake.as_str());
        }
        let _ = writeln!(page, "| {} | {} | {seed} |", mutant.mistake, mutant.promise);
        // A run that is stopped leaves the rows so far.
        report(places, "year-mutants.md", &page)?;
    }
    if !missed.is_empty() {
        bail!("no week finds: {}", missed.join("; "));
    }
    Ok(())
}

/// The seed and the promise with which a mistake is found.
fn find(tree: &Path, target: &Path, mutant: &Mutant) -> Result<Option<(String, String)>> {
    let path = tree.join(&mutant.file);
    let sound = fs::read_to_string(&path).with_context(|| format!("{} is missing", mutant.file))?;
    if sound.matches(&mutant.find).count() != 1 {
        bail!(
            "{} does not hold the place of: {}",
            mutant.file,
            mutant.mistake
        );
    }
    fs::write(&path, sound.replacen(&mutant.find, &mutant.replace, 1))?;
    let output = test(tree, 0, WEEKS)
        .env("EDGE_YEAR_QUICK", "1")
        .env("CARGO_TARGET_DIR", target)
        .stdin(Stdio::null())
        .output();
    fs::write(&path, sound)?;
    let output = output.context("cargo cannot be started")?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    if output.status.success() {
        return Ok(None);
    }
    let mut lines = text
        .lines()
        .skip_while(|line| !line.contains("breaks a promise"));
    let (Some(seed), Some(wrong)) = (lines.next(), lines.next()) else {
        bail!("{} does not compile or run:\n{text}", mutant.mistake);
    };
    let seed = seed.split(' ').nth(1).unwrap_or_default();
    let promise = wrong.trim().split(':').next().unwrap_or_default();
    Ok(Some((seed.to_owned(), promise.to_owned())))
}

/// Runs what was asked for.
pub fn command(places: &Places, from: u64, seeds: u64, with_mutants: bool) -> Result<()> {
    match with_mutants {
        true => mistakes(places)?,
        false => weeks(places, from, seeds)?,
    }
    super::page(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_promise_has_a_mistake() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let text = fs::read(root.join(MUTANTS)).unwrap();
        let all: Vec<Mutant> = serde_json::from_slice(&text).unwrap();
        let page = fs::read_to_string(root.join("docs/simulation.md")).unwrap();
        for mutant in &all {
            let row = format!("| `{}` |", mutant.promise);
            assert!(
                page.contains(&row),
                "docs/simulation.md has no row for {}",
                mutant.promise
            );
        }
        for row in page.lines().filter(|line| line.starts_with("| `")) {
            let promise = row.split('`').nth(1).unwrap();
            assert!(
                all.iter().any(|mutant| mutant.promise == promise),
                "no mistake breaks {promise}"
            );
        }
    }
}
