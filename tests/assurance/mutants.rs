//! The results of the mutants, as `cargo edge assure mutants` stores them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::root;

/// The mutants of one file.
#[derive(Deserialize)]
pub struct Outcome {
    /// SHA-256 of the file as it was tried.
    pub hash: String,
    /// How many could be compiled.
    pub viable: usize,
    /// Those that no test noticed.
    pub survived: Vec<String>,
}

/// The files to mutate, every file that was mutated, and the reason for each mutant that survives.
#[derive(Deserialize)]
pub struct Results {
    /// Files and directories to mutate.
    pub scope: Vec<String>,
    /// By the file's path.
    pub files: BTreeMap<String, Outcome>,
    /// By the mutant's name.
    pub reasons: BTreeMap<String, String>,
}

/// The results of the last runs.
pub fn results() -> Results {
    let path = root().join("docs/assurance/mutants.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Files to mutate that no run has covered in their present form.
pub fn untried(results: &Results) -> Vec<String> {
    let mut files = Vec::new();
    for part in &results.scope {
        walk(&root().join(part), &mut files);
    }
    let tried = |file: &String| {
        let digest = Sha256::digest(fs::read(root().join(file)).unwrap());
        let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        results
            .files
            .get(file)
            .is_some_and(|known| known.hash == hash)
    };
    files.retain(|file| !file.ends_with("_tests.rs") && !tried(file));
    files.sort();
    files
}

/// The files of a directory, or the one file that is named.
fn walk(path: &Path, files: &mut Vec<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            walk(&entry.unwrap().path(), files);
        }
    } else {
        let file = path.strip_prefix(root()).unwrap();
        files.push(file.to_str().unwrap().replace('\\', "/"));
    }
}

const INTRODUCTION: &str = "
## Mutants

`cargo edge assure mutants` puts mistakes into the code one by one and runs the native tests, those beside the code first;
a mistake that no test notices has survived. It is for all of `src/oidc/` and `src/session/`, and of `src/gate/` for what
stands between strangers and the origin.

| file | mistakes that compile | noticed | survived |
|---|---|---|---|
";

/// The part of the page.
pub fn section(page: &mut String) {
    let results = results();
    page.push_str(INTRODUCTION);
    for (
        file,
        Outcome {
            viable, survived, ..
        },
    ) in &results.files
    {
        let noticed = viable - survived.len();
        let _ = writeln!(
            page,
            "| `{file}` | {viable} | {noticed} | {} |",
            survived.len()
        );
    }
    let viable: usize = results.files.values().map(|file| file.viable).sum();
    let survived: usize = results.files.values().map(|file| file.survived.len()).sum();
    let _ = writeln!(
        page,
        "| all | {viable} | {} | {survived} |",
        viable - survived
    );
    let untried = untried(&results);
    if !untried.is_empty() {
        let list: Vec<_> = untried.iter().map(|file| format!("`{file}`")).collect();
        let _ = writeln!(
            page,
            "\nNot tried yet, or changed since: {}.",
            list.join(", ")
        );
    }
    if survived > 0 {
        page.push_str("\n| survivor | why it is no mistake |\n|---|---|\n");
    }
    let names: BTreeSet<_> = results
        .files
        .values()
        .flat_map(|file| &file.survived)
        .collect();
    for name in names {
        let reason = results.reasons.get(name).map_or("", String::as_str);
        let _ = writeln!(page, "| `{}` | {reason} |", name.replace('|', "\\|"));
    }
}
