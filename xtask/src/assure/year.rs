//! Weeks of the simulated system by the thousand, and mistakes that they must find; `docs/simulation.md` says how.

use super::mutants;
use super::report::{self, report};
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

/// The test that tries weeks.
const PROMISES: &str = "when_a_week_is_simulated_then_every_promise_holds";

/// The test that writes weeks down.
pub(super) const PLANS: &str =
    "when_a_week_is_planned_then_the_run_against_the_built_worker_knows_its_events";

/// The test is built for speed here, because the run is long: the product, the simulator, and the crates in which it spends
/// most of its time. Overflow checks and assertions stay on.
const FASTER: [&str; 8] = [
    "profile.dev.package.one-login-edge.opt-level=1",
    "profile.dev.package.one-login-simulator.opt-level=1",
    // The C code of signatures is built by this level too.
    "profile.dev.package.aws-lc-sys.opt-level=3",
    "profile.dev.package.aws-lc-rs.opt-level=1",
    "profile.dev.package.serde_json.opt-level=1",
    "profile.dev.package.url.opt-level=1",
    "profile.dev.package.percent-encoding.opt-level=1",
    "profile.dev.package.generic-array.opt-level=1",
];

/// Within so many weeks each mistake must be found: those that every test run tries.
const WEEKS: u64 = 200;

/// So many weeks show that the code which holds every mistake, and makes none, is sound.
const SOUND: u64 = 8;

/// One mistake.
#[derive(Debug, Deserialize)]
pub(super) struct Mutant {
    pub(super) mistake: String,
    pub(super) promise: String,
    pub(super) file: String,
    find: String,
    replace: String,
}

pub(super) fn test(root: &Path, name: &str, from: u64, seeds: u64) -> Command {
    let mut cargo = child::command("cargo");
    cargo
        .arg("test")
        .args(FASTER.map(|setting| format!("--config={setting}")))
        .args(["--quiet", "--test", "year", name, "--", "--nocapture"])
        .env("EDGE_YEAR_FROM", from.to_string())
        .env("EDGE_YEAR_SEEDS", seeds.to_string())
        .current_dir(root);
    cargo
}

/// Tries so many weeks.
pub fn weeks(places: &Places, from: u64, seeds: u64) -> Result<()> {
    let output = test(&places.root, PROMISES, from, seeds)
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
    report(places, "year.md", &page)?;
    report::page(places)
}

pub(super) fn commit(places: &Places) -> Result<String> {
    let output = child::command("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .current_dir(&places.root)
        .output()
        .context("git cannot be started")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A copy of the code gets this, so that one build has every mistake and a run makes one of them.
const MISTAKEN: &str = r#"
/// Whether this run makes the mistake of this number.
#[must_use]
pub fn mistaken(number: usize) -> bool {
    static MADE: std::sync::OnceLock<Option<usize>> = std::sync::OnceLock::new();
    let read = || std::env::var("EDGE_YEAR_MISTAKE").ok()?.parse().ok();
    *MADE.get_or_init(read) == Some(number)
}
"#;

/// Puts every mistake into a copy of the last commit, and sees with which week each is found.
pub fn mistakes(places: &Places) -> Result<()> {
    let tree = mutants::tree(places)?;
    let text = fs::read(tree.join(MUTANTS)).with_context(|| format!("{MUTANTS} is missing"))?;
    let all: Vec<Mutant> =
        serde_json::from_slice(&text).with_context(|| format!("{MUTANTS} is broken"))?;
    for (number, mutant) in all.iter().enumerate() {
        let path = tree.join(&mutant.file);
        let code =
            fs::read_to_string(&path).with_context(|| format!("{} is missing", mutant.file))?;
        fs::write(
            &path,
            mutant.made_in(&code, &format!("crate::mistaken({number})"))?,
        )?;
    }
    let root = tree.join("src/lib.rs");
    let code = fs::read_to_string(&root).context("src/lib.rs is missing")?;
    fs::write(&root, code + MISTAKEN)?;
    // The crates of others are compiled there already.
    let target = places.root.join("target");
    if let Some(seed) = find(&tree, &target, None)? {
        bail!("without any mistake, seed {seed} breaks a promise");
    }
    let mut page = String::from(
        "# Mistakes that the simulation finds\n\n`cargo edge assure year --mutants` put them into a copy of the code, made each in a run of \
         its own, and tried the weeks of every test run, from seed 0 on. Only the promise of its row was judged.\n\n\
         | mistake | promise | found with seed |\n|---|---|---|\n",
    );
    let mut missed = Vec::new();
    for (number, mutant) in all.iter().enumerate() {
        let found = find(&tree, &target, Some((number, &mutant.promise)))?;
        if found.is_none() {
            missed.push(mutant.mistake.as_str());
        }
        let seed = found.unwrap_or_else(|| "none".to_owned());
        terminal::line(format_args!("{}: {seed}", mutant.mistake))?;
        let _ = writeln!(page, "| {} | {} | {seed} |", mutant.mistake, mutant.promise);
    }
    report(places, "year-mutants.md", &page)?;
    if !missed.is_empty() {
        bail!("no week finds: {}", missed.join("; "));
    }
    report::page(places)
}

impl Mutant {
    /// The code of its file with the mistake, which is made where `when`, an expression, is true.
    pub(super) fn made_in(&self, code: &str, when: &str) -> Result<String> {
        if code.matches(&self.find).count() != 1 {
            bail!("{} does not hold the place of: {}", self.file, self.mistake);
        }
        Ok(code.replacen(&self.find, &self.replace.replace("MISTAKE", when), 1))
    }
}

/// The seed with which a mistake, by its number, is seen to break its promise; without one, that with which sound code fails.
fn find(tree: &Path, target: &Path, mistake: Option<(usize, &str)>) -> Result<Option<String>> {
    let mut test = match mistake {
        Some((number, promise)) => {
            let mut test = test(tree, PROMISES, 0, WEEKS);
            test.env("EDGE_YEAR_MISTAKE", number.to_string());
            test.env("EDGE_YEAR_PROMISE", promise);
            test
        }
        None => test(tree, PROMISES, 0, SOUND),
    };
    let output = test
        .env("EDGE_YEAR_QUICK", "1")
        .env("CARGO_TARGET_DIR", target)
        .stdin(Stdio::null())
        .output()
        .context("cargo cannot be started")?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    if output.status.success() {
        return Ok(None);
    }
    let mut lines = text
        .lines()
        .skip_while(|line| !line.contains("breaks a promise"));
    let Some(seed) = lines.next().and_then(|line| line.split(' ').nth(1)) else {
        bail!("the code with its mistakes does not compile or run:\n{text}");
    };
    Ok(Some(seed.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_mistakes_number_is_asked_for_then_the_mistake_is_made() {
        let mutant = Mutant {
            mistake: "one more".to_owned(),
            promise: "limits".to_owned(),
            file: "src/a.rs".to_owned(),
            find: "age < 5".to_owned(),
            replace: "age < if MISTAKE { 6 } else { 5 }".to_owned(),
        };
        let made = mutant
            .made_in("if age < 5 {", "crate::mistaken(3)")
            .unwrap();
        assert_eq!(made, "if age < if crate::mistaken(3) { 6 } else { 5 } {");
        for moved in ["if age < 6 {", "age < 5 && age < 5"] {
            assert!(mutant.made_in(moved, "true").is_err(), "{moved}");
        }
    }

    #[test]
    fn when_a_test_is_asked_for_then_it_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let tests = fs::read_to_string(root.join("tests/year.rs")).unwrap();
        for name in [PROMISES, PLANS] {
            assert!(tests.contains(&format!("#[test]\nfn {name}()")), "{name}");
        }
    }

    #[test]
    fn when_a_promise_is_listed_then_a_mistake_breaks_it() {
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
