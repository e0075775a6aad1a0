//! Mutants: mistakes that `cargo mutants` puts into the code one by one, to see whether a test notices.
//!
//! Each file is tried by itself: first with the unit tests in the crate, which takes seconds for each
//! mutant, then the mutants left alive with the native tests that notice most for their time, and at
//! last with every native test. The result of a file is kept in `docs/assurance/mutants.json` with a
//! hash of the file, so that a run goes on where the last one stopped and tries again only what has
//! changed since.

use super::report::page;
use crate::test::stream;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use shell::child;
use shell::digest::sha256;
use shell::places::{Places, on_path};
use shell::terminal;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const RESULTS: &str = "docs/assurance/mutants.json";

/// The rounds: the tests that `cargo test` runs on the mutants still alive, in the last round all, and the seconds that
/// a busy machine may take. A mutant that takes longer is in an endless loop.
const ROUNDS: [(&[&str], u32); 3] = [
    (&["--lib"], 30),
    (&["--test=journeys", "--test=sessions_end"], 200),
    (&[], 600),
];

/// How a mutant is built: without debug information, because each is linked again. Its dependencies are
/// built once, so they may take longer to build and let the tests run faster. Overflow checks stay on.
const PROFILE: [&str; 3] = [
    "profile.dev.debug=false",
    "profile.dev.package.'*'.opt-level=2",
    "profile.dev.package.one-login-simulator.opt-level=2",
];

/// The results of one file's mutants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Outcome {
    /// SHA-256 of the file.
    hash: String,
    /// How many could be compiled.
    viable: usize,
    /// Those that no test noticed, without their lines, so that one name may stand here twice.
    survived: Vec<String>,
}

/// The scope, the outcome of every file tried, and the reasons why a survivor is no mistake.
#[derive(Debug, Serialize, Deserialize)]
struct Results {
    /// Files and directories: the specifications' code, the session's, and the parts of the gate
    /// between strangers and the origin.
    scope: Vec<String>,
    files: BTreeMap<String, Outcome>,
    reasons: BTreeMap<String, String>,
}

/// Tries every mutant of the files that changed since they were tried, or one part of those files (`1/8`). Then it
/// rewrites the page.
pub fn command(places: &Places, shard: Option<&str>) -> Result<()> {
    if on_path("cargo-mutants").is_none() {
        bail!("cargo-mutants is not there; `cargo install --locked cargo-mutants`");
    }
    let (part, parts) = shard.map_or(Ok((1, 1)), read_shard)?;
    let mine = files(&places.root, &results(places)?.scope)?
        .into_iter()
        .skip(part - 1)
        .step_by(parts);
    let tree = tree(places)?;
    for file in mine {
        let hash = sha256(&fs::read(tree.join(&file))?);
        // Another part may have written meanwhile.
        let before = results(places)?;
        let known = before.files.get(&file);
        if known.is_some_and(|known| known.hash == hash) {
            continue;
        }
        let outcome = try_file(places, &tree, &file, hash, &before.reasons)?;
        let (viable, survived) = (outcome.viable, outcome.survived.len());
        terminal::line(format_args!("{file}: {viable} viable, {survived} survived"))?;
        let mut results = results(places)?;
        results.files.insert(file, outcome);
        let text = serde_json::to_string_pretty(&results)?;
        fs::write(places.root.join(RESULTS), text + "\n")
            .with_context(|| format!("{RESULTS} cannot be written"))?;
    }
    page(places)
}

/// `2/8`.
fn read_shard(text: &str) -> Result<(usize, usize)> {
    let parts = text.split_once('/');
    let numbers = parts.and_then(|(part, parts)| Some((part.parse().ok()?, parts.parse().ok()?)));
    match numbers {
        Some((part, parts)) if part >= 1 && part <= parts => Ok((part, parts)),
        _ => bail!("a part is written like 2/8, and not {text}"),
    }
}

/// The files of the scope in its order, without those that are tests.
fn files(root: &Path, scope: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for part in scope {
        let before = found.len();
        let mut places = vec![PathBuf::from(part)];
        while let Some(place) = places.pop() {
            let whole = root.join(&place);
            if whole.is_dir() {
                for entry in fs::read_dir(&whole)? {
                    places.push(place.join(entry?.file_name()));
                }
            } else {
                found.push(place.to_string_lossy().into_owned());
            }
        }
        found[before..].sort();
    }
    found.retain(|file| file.ends_with(".rs") && !file.ends_with("_tests.rs"));
    Ok(found)
}

fn results(places: &Places) -> Result<Results> {
    let text =
        fs::read(places.root.join(RESULTS)).with_context(|| format!("{RESULTS} is missing"))?;
    serde_json::from_slice(&text).with_context(|| format!("{RESULTS} is broken"))
}

/// A clone of the last commit, in which mistakes are made; it is kept, and what is compiled there with it.
pub fn tree(places: &Places) -> Result<PathBuf> {
    let tree = places.root.join("target/edge/mutants/tree");
    let git = |arguments: &[&str], directory: &Path| {
        let mut git = child::command("git");
        git.args(arguments).current_dir(directory);
        stream(&mut git, None, "git")
    };
    if !tree.is_dir() {
        let (from, to) = (places.root.display(), tree.display());
        git(
            &["clone", "--quiet", &from.to_string(), &to.to_string()],
            &places.root,
        )?;
    }
    git(&["fetch", "--quiet", "origin", "HEAD"], &tree)?;
    git(
        &["checkout", "--quiet", "--force", "--detach", "FETCH_HEAD"],
        &tree,
    )?;
    Ok(tree)
}

/// Tries one file. A survivor with a recorded reason skips the later rounds.
fn try_file(
    places: &Places,
    tree: &Path,
    file: &str,
    hash: String,
    reasons: &BTreeMap<String, String>,
) -> Result<Outcome> {
    let out = places
        .root
        .join("target/edge/mutants")
        .join(file.replace('/', "-"));
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).context("target/edge/mutants cannot be made")?;
    let mut viable = 0;
    let (mut survived, mut explained) = (BTreeSet::new(), BTreeSet::new());
    for (round, (tests, seconds)) in ROUNDS.iter().enumerate() {
        let mut cargo = cargo_mutants(tree, &out, file);
        cargo.args(tests.iter().map(|test| format!("--cargo-arg={test}")));
        cargo.arg(format!("--timeout={seconds}"));
        if round > 0 {
            cargo.arg("--iterate");
        }
        run(&mut cargo)?;
        let (missed, endless) = (named(&out, &["missed"]), named(&out, &["timeout"]));
        if round == 0 {
            viable = missed.len() + endless.len() + named(&out, &["caught"]).len();
        }
        let is_known = |name: &String| reasons.contains_key(&without_line(name));
        let (known, open) = missed.into_iter().partition(is_known);
        pass_over(&out, endless.union(&known))?;
        explained.extend(known);
        survived = open;
        if survived.is_empty() {
            break;
        }
    }
    survived.append(&mut explained);
    Ok(Outcome {
        hash,
        viable,
        survived: survived.iter().map(|name| without_line(name)).collect(),
    })
}

fn cargo_mutants(tree: &Path, out: &Path, file: &str) -> Command {
    let mut cargo = child::command("cargo");
    cargo
        .args(["mutants", "--in-place", "--no-shuffle", "--colors=never"])
        .args(["--package", "one-login-edge", "--file", file, "--output"])
        .arg(out)
        .args(PROFILE.map(|setting| format!("--cargo-arg=--config={setting}")))
        .env("CARGO_TARGET_DIR", tree.with_file_name("target"))
        .current_dir(tree);
    cargo
}

/// Runs it to its end. It ends with 2 when some were missed and with 3 when some took too long, which is what it is for,
/// and with 4 when a test fails without any mistake, which would count as having noticed them all.
fn run(cargo: &mut Command) -> Result<()> {
    let status = cargo.status().context("cargo mutants cannot be started")?;
    match status.code() {
        Some(0 | 2 | 3) => Ok(()),
        Some(4) => bail!("a test fails without any mistake"),
        _ => bail!("cargo mutants failed ({status})"),
    }
}

/// Adds mutants to those that the next round passes over; cargo-mutants passes over only the caught ones.
fn pass_over<'a>(out: &Path, names: impl Iterator<Item = &'a String>) -> Result<()> {
    let path = out.join("mutants.out/caught.txt");
    let mut text =
        fs::read_to_string(&path).context("cargo mutants left no list of what was caught")?;
    for name in names {
        text.push_str(name);
        text.push('\n');
    }
    fs::write(&path, text).context("what was caught cannot be remembered")
}

/// The mutants that the last run put into these lists.
fn named(out: &Path, lists: &[&str]) -> BTreeSet<String> {
    let texts = lists.iter().filter_map(|list| {
        fs::read_to_string(out.join("mutants.out").join(format!("{list}.txt"))).ok()
    });
    texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// `src/a.rs:12:3: replace x` without its line, so that a change above it changes no name.
fn without_line(name: &str) -> String {
    let mut parts = name.splitn(4, ':');
    let (file, mistake) = (parts.next().unwrap_or_default(), parts.nth(2));
    format!("{file}: {}", mistake.unwrap_or_default().trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_a_shard_that_is_not_one_of_its_total() {
        assert_eq!(read_shard("2/8").unwrap(), (2, 8));
        for wrong in ["0/8", "9/8", "2", "a/b", "/"] {
            assert!(read_shard(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn when_a_mutant_is_named_then_its_name_has_no_line_number() {
        assert_eq!(
            without_line("src/oidc/identity/did.rs:12:9: replace keys -> Result<T> with Ok(x::y)"),
            "src/oidc/identity/did.rs: replace keys -> Result<T> with Ok(x::y)"
        );
    }

    #[test]
    fn when_mutants_are_tried_then_their_files_exist_and_are_no_tests() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let text = fs::read_to_string(root.join(RESULTS)).unwrap();
        let results: Results = serde_json::from_str(&text).unwrap();
        let files = files(root, &results.scope).unwrap();
        for file in ["src/oidc/id_token.rs", "src/session/account/message.rs"] {
            assert!(files.iter().any(|known| known == file), "{file}");
        }
        assert!(files.len() > 25 && files.iter().all(|file| !file.ends_with("_tests.rs")));
    }
}
