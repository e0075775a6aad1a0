//! Runs the tests of `packages`, each in its own language: all of them judge the shared vectors, and what the Worker's own
//! code has signed.

use super::stream::stream;
use super::summary::Summary;
use crate::setup;
use crate::simulator;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use shell::child;
use shell::npm;
use shell::places::Places;
use shell::terminal;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Compiling is the longest of it.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// The test in which the Worker's code signs, and the file that it leaves.
const SIGNED: &str =
    "origin_vectors::t56_when_the_edge_signs_then_vectors_for_every_verifier_are_written";
const SIGNED_FILE: &str = "tmp/origin-vectors.json";

/// The commands that run the tests of a package. Each must check every vector.
type Package = fn(&Places) -> Result<Vec<Command>>;

/// The languages, each with the commands that run its tests.
const LANGUAGES: [(&str, Package); 7] = [
    ("Java", java),
    ("Node", node),
    ("PHP", php),
    ("Python", python),
    ("Ruby", ruby),
    ("Go", go),
    ("Rust", rust),
];

/// Runs every package, or those whose languages the filters name.
pub fn run(places: &Places, filters: &[String], summary: &mut Summary) -> Result<()> {
    let chosen = chosen(filters);
    if chosen.is_empty() {
        return Ok(());
    }
    let shared = places.root.join("packages/vectors.json");
    let signed = simulator::target(places).join(SIGNED_FILE);
    summary.step("vectors for packages", || {
        let mut maker = child::command(setup::PYTHON.program(places, "python")?);
        maker.args(["packages/make_vectors.py", "--check"]);
        maker.current_dir(&places.root);
        stream(&mut maker, Some(LIMIT), "make_vectors.py --check")?;
        sign(places, &signed)?;
        Ok(format!("{} and {}", count(&shared)?, count(&signed)?))
    })?;
    let expected = count(&shared)? + count(&signed)?;
    for (language, commands) in chosen {
        summary.step(&format!("package for {language}"), || {
            for mut tests in commands(places)? {
                tests.env("ONE_LOGIN_VECTORS", &signed);
                let mut checked = None;
                let ended = child::run_with(&mut tests, Some(LIMIT), |line| {
                    terminal::note(line);
                    checked = checked.or_else(|| checked_in(line));
                })?;
                ended.into_result(&format!("the tests of the package for {language}"))?;
                if checked != Some(expected) {
                    bail!("it checked {checked:?} vectors of {expected}");
                }
            }
            Ok(format!("{expected} vectors"))
        })?;
    }
    Ok(())
}

/// Whether to run the servers of `tests/origins`: filters that name only languages are about the packages.
pub fn wants_servers(filters: &[String]) -> bool {
    filters.is_empty() || chosen(filters).len() < filters.len()
}

fn chosen(filters: &[String]) -> Vec<(&'static str, Package)> {
    let named = |language: &str| {
        let language = language.to_lowercase();
        filters
            .iter()
            .any(|filter| filter.to_lowercase() == language)
    };
    let languages = LANGUAGES.into_iter();
    languages
        .filter(|(language, _)| filters.is_empty() || named(language))
        .collect()
}

/// The Worker's own code signs; what an earlier run left is no proof of today's.
fn sign(places: &Places, file: &Path) -> Result<()> {
    if file.exists() {
        fs::remove_file(file).with_context(|| format!("{} cannot be removed", file.display()))?;
    }
    let mut cargo = cargo_test(places, "journeys")?;
    cargo.args(["--exact", SIGNED]);
    stream(&mut cargo, Some(LIMIT), "the test that signs vectors")
}

/// One file of native tests, with the workspace's features, with which it is compiled already.
fn cargo_test(places: &Places, file: &str) -> Result<Command> {
    let mut cargo = child::command("cargo");
    cargo
        .args(["test", "--workspace", "--test", file, "--target-dir"])
        .arg(simulator::target(places))
        .arg("--")
        .current_dir(&places.root);
    Ok(cargo)
}

fn count(file: &Path) -> Result<usize> {
    let text = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let document: Value = serde_json::from_slice(&text)?;
    match document["vectors"].as_array() {
        Some(vectors) if !vectors.is_empty() => Ok(vectors.len()),
        _ => bail!("{} holds no vectors", file.display()),
    }
}

/// From a line such as `# vectors checked: 124`.
fn checked_in(line: &str) -> Option<usize> {
    line.split_once("vectors checked: ")?.1.trim().parse().ok()
}

fn at(places: &Places, language: &str) -> PathBuf {
    places.root.join("packages").join(language)
}

/// Spring Boot's versions in which the starter is run: the example, and the version.
const BOOT: [(&str, &str); 3] = [
    ("spring-boot", "3.5.7"),
    ("spring-boot", "4.0.7"),
    ("kotlin", "4.1.2"),
];

/// A program that ends after seconds is done before the second compiler has paid: half of the processor's time.
const QUICK_START: &str = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

fn java(places: &Places) -> Result<Vec<Command>> {
    let maven = |directory: PathBuf| {
        let mut maven = child::command("mvn");
        let repository = places.cache.join("maven");
        maven
            .args(["--batch-mode", "--quiet"])
            .arg(format!("-Dmaven.repo.local={}", repository.display()))
            .arg(format!("-DargLine={QUICK_START}"))
            .env("MAVEN_OPTS", QUICK_START)
            .current_dir(directory);
        maven
    };
    let home = at(places, "java");
    let mut package = maven(home.clone());
    package.arg("install");
    let examples = BOOT.map(|(example, version)| {
        let mut tests = maven(home.join("examples").join(example));
        tests.arg(format!("-Dboot={version}")).arg("test");
        tests
    });
    let mut quarkus = maven(home.join("examples/quarkus"));
    quarkus.arg("test");
    Ok([package]
        .into_iter()
        .chain(examples)
        .chain([quarkus])
        .collect())
}

fn node(places: &Places) -> Result<Vec<Command>> {
    let mut node = npm::node(places)?;
    node.args(["--test", "--test-reporter=tap"])
        .args(["index.test.js", "installed.test.js"])
        .current_dir(at(places, "node"));
    Ok(vec![node])
}

/// The middleware of PSR-15, Symfony and Laravel: one program each, because their packages contradict each other.
fn php(places: &Places) -> Result<Vec<Command>> {
    let home = at(places, "php");
    let programs = [
        ("tests/vectors.php", &["psr"][..]),
        ("tests/symfony.php", &setup::FRAMEWORK_MODULES[..]),
        ("tests/laravel.php", &setup::FRAMEWORK_MODULES[..]),
    ];
    let commands = programs.map(|(script, modules)| setup::php(places, &home, script, modules));
    commands.into_iter().collect()
}

fn python(places: &Places) -> Result<Vec<Command>> {
    let mut python = child::command(setup::PYTHON.program(places, "python")?);
    let home = at(places, "python");
    // -B leaves nothing compiled in the tree.
    python
        .args(["-B", "-m", "unittest", "discover", "-s", "tests"])
        .env("PYTHONPATH", &home)
        .current_dir(home);
    Ok(vec![python])
}

fn ruby(places: &Places) -> Result<Vec<Command>> {
    let mut ruby = child::command("ruby");
    ruby.arg("test/test_vectors.rb")
        .current_dir(at(places, "ruby"));
    Ok(vec![ruby])
}

fn go(places: &Places) -> Result<Vec<Command>> {
    let mut go = child::command("go");
    go.args(["test", "-count=1", "-v", "."])
        .current_dir(at(places, "go"))
        .env("GOCACHE", places.cache.join("go-build"))
        .env("CGO_ENABLED", "0")
        // There is nothing to fetch: a dependency that is added shall fail here.
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local");
    Ok(vec![go])
}

fn rust(places: &Places) -> Result<Vec<Command>> {
    let mut cargo = cargo_test(places, "middleware")?;
    cargo.arg("--nocapture");
    Ok(vec![cargo])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_filter_names_a_language_then_the_whole_name_must_match() {
        let names = |filters: &[&str]| {
            let filters: Vec<_> = filters.iter().map(|text| (*text).to_owned()).collect();
            let chosen = chosen(&filters).into_iter();
            chosen.map(|(language, _)| language).collect::<Vec<_>>()
        };
        assert_eq!(names(&[]).len(), LANGUAGES.len());
        assert_eq!(names(&["go", "Ruby"]), ["Ruby", "Go"]);
        assert!(names(&["a cookie is dead"]).is_empty());
        let servers = |filters: &[&str]| {
            wants_servers(
                &filters
                    .iter()
                    .map(|&text| text.to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert!(servers(&[]) && servers(&["t90 puma"]) && !servers(&["go", "ruby"]));
    }

    #[test]
    fn when_any_reporter_counts_checked_vectors_then_the_count_is_read() {
        assert_eq!(checked_in("# vectors checked: 124"), Some(124));
        assert_eq!(checked_in("vectors checked: 7 "), Some(7));
        assert_eq!(checked_in("ok 1 - vectors"), None);
    }

    #[test]
    fn when_a_package_is_listed_then_its_refusal_page_is_the_shared_one() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages");
        let shared = fs::read(root.join("refused.html")).unwrap();
        for copy in [
            "go",
            "java/src/main/resources/uk/gov/example/oneloginedge",
            "node",
            "php/src",
            "python/one_login_edge",
            "ruby/lib",
            "rust/src",
        ] {
            let page = fs::read(root.join(copy).join("refused.html")).unwrap();
            assert!(page == shared, "{copy}");
        }
    }

    #[test]
    fn when_a_package_is_in_its_folder_then_its_tests_are_run() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages");
        let entries = fs::read_dir(root).unwrap().map(Result::unwrap);
        let mut found: Vec<_> = entries
            .filter(|entry| entry.path().is_dir())
            // The product's own packages have a part of the tests to themselves.
            .filter(|entry| !entry.path().ends_with("one-login-edge"))
            .filter(|entry| !entry.path().ends_with("create-one-login-edge"))
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        found.sort();
        let mut run = LANGUAGES.map(|(language, _)| language.to_lowercase());
        run.sort();
        assert_eq!(found, run);
    }
}
