//! The languages of the verifiers in `packages` and of the servers in `tests/origins`, only for their tests: Go,
//! Java, Ruby with its JWT library, and Python with pinned packages, in an environment outside the tree.

use super::debian::{apt_by_hand, apt_install};
use super::step::{State, Step};
use crate::stamp::Fingerprint;
use anyhow::{Context, Result};
use shell::child;
use shell::places::{Places, on_path};
use shell::progress::Progress;
use std::fs;
use std::path::{Path, PathBuf};

/// Go with its standard library, which is all that the verifier needs.
pub struct Go;

impl Step for Go {
    fn name(&self) -> String {
        "Go: `apt-get install`, as root (about 30 s)".into()
    }

    fn check(&self, _: &Places) -> Result<State> {
        Ok(present(on_path("go").is_some()))
    }

    fn act(&self, _: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &["golang-go"])
    }

    fn by_hand(&self, _: &Places) -> String {
        format!(
            "{}; or Go 1.19 or newer from https://go.dev",
            apt_by_hand("golang-go")
        )
    }
}

/// Java with its compiler, which runs the source of a program.
pub struct Java;

impl Step for Java {
    fn name(&self) -> String {
        "Java: `apt-get install`, as root (about 1 min)".into()
    }

    fn check(&self, _: &Places) -> Result<State> {
        Ok(present(
            on_path("java").is_some() && on_path("javac").is_some(),
        ))
    }

    fn act(&self, _: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &["default-jdk-headless"])
    }

    fn by_hand(&self, _: &Places) -> String {
        format!(
            "{}; or a JDK 17 or newer of your own",
            apt_by_hand("default-jdk-headless")
        )
    }
}

/// Maven, which fetches what the package for Java needs into the cache.
pub struct Maven;

impl Step for Maven {
    fn name(&self) -> String {
        "Maven: `apt-get install`, as root (about 20 s)".into()
    }

    fn check(&self, _: &Places) -> Result<State> {
        Ok(present(on_path("mvn").is_some()))
    }

    fn act(&self, _: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &["maven"])
    }

    fn by_hand(&self, _: &Places) -> String {
        format!(
            "{}; or Maven 3.8 or newer of your own",
            apt_by_hand("maven")
        )
    }
}

/// Ruby with `jwt` and `minitest`.
pub struct Ruby;

impl Step for Ruby {
    fn name(&self) -> String {
        "Ruby with its JWT library: `apt-get install`, as root (about 20 s)".into()
    }

    fn check(&self, _: &Places) -> Result<State> {
        Ok(present(answers(
            "ruby",
            "require 'jwt'; require 'minitest'",
        )))
    }

    fn act(&self, _: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &["ruby", "ruby-jwt", "ruby-minitest"])
    }

    fn by_hand(&self, _: &Places) -> String {
        let packages = apt_by_hand("ruby ruby-jwt ruby-minitest");
        format!("{packages}; or, with a Ruby of your own: gem install jwt minitest")
    }
}

/// Python's packages, each with its hash, in an environment that belongs to the list that it was made from.
pub struct Python;

/// The lists of what the package is tested with, and of the server.
const REQUIREMENTS: [&str; 2] = [
    "packages/python/requirements.txt",
    "tests/origins/requirements.txt",
];

/// The check that a Python can make an environment.
const ABLE: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))";

impl Step for Python {
    fn name(&self) -> String {
        "Python's frameworks, JWT library, gunicorn and Envoy: `pip install` into the cache (about 30 s)"
            .into()
    }

    fn check(&self, places: &Places) -> Result<State> {
        Ok(present(complete(&environment(places)?).is_file()))
    }

    fn act(&self, places: &Places, progress: &Progress) -> Result<()> {
        if !answers("python3", ABLE) {
            apt_install(progress, &["python3", "python3-venv"])?;
        }
        let home = environment(places)?;
        let mut venv = child::command("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&home);
        child::run(progress, &mut venv, None)?.into_result("`python3 -m venv`")?;
        let mut pip = child::command(home.join("bin/python"));
        pip.args(["-m", "pip", "install", "--disable-pip-version-check"])
            .args(["--no-input", "--only-binary", ":all:", "--require-hashes"]);
        for list in REQUIREMENTS {
            pip.arg("--requirement").arg(places.root.join(list));
        }
        child::run(progress, &mut pip, None)?.into_result("`pip install`")?;
        fs::write(complete(&home), "").context("the cache cannot be written to")
    }

    fn by_hand(&self, places: &Places) -> String {
        format!(
            "install Python 3.10 or newer with venv ({}), delete {} and run `cargo edge setup --origins`",
            apt_by_hand("python3 python3-venv"),
            places.cache.join("python").display()
        )
    }
}

/// The Python that has the packages.
pub fn python(places: &Places) -> Result<PathBuf> {
    Ok(environment(places)?.join("bin/python"))
}

fn environment(places: &Places) -> Result<PathBuf> {
    let mut fingerprint = Fingerprint::default();
    for list in REQUIREMENTS {
        fingerprint.file(&places.root, list)?;
    }
    let name = fingerprint.finish();
    Ok(places.cache.join("python").join(&name[..16]))
}

/// Written last, so that half an environment is never taken for a whole one.
fn complete(environment: &Path) -> PathBuf {
    environment.join("complete")
}

fn present(present: bool) -> State {
    if present { State::Done } else { State::Missing }
}

/// Whether a language is there and runs such a line without a fault.
fn answers(program: &str, line: &str) -> bool {
    let option = if program == "ruby" { "-e" } else { "-c" };
    on_path(program).is_some()
        && child::output(child::command(program).args([option, line])).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_list_of_packages_gets_another_environment() {
        let root = std::env::temp_dir().join(format!("edge-python-{}", std::process::id()));
        let list = root.join(REQUIREMENTS[0]);
        fs::create_dir_all(list.parent().unwrap()).unwrap();
        let places = Places {
            root: root.clone(),
            cache: root.join("cache"),
            program: root.join("edge"),
        };
        let of = |text: &str| {
            fs::write(&list, text).unwrap();
            environment(&places).unwrap()
        };
        let (one, other) = (of("pyjwt==1\n"), of("pyjwt==2\n"));
        assert!(one.starts_with(&places.cache) && one != other);
        assert_eq!(Python.check(&places).unwrap(), State::Missing);
        fs::create_dir_all(&other).unwrap();
        assert_eq!(Python.check(&places).unwrap(), State::Missing, "half made");
        fs::write(complete(&other), "").unwrap();
        assert_eq!(Python.check(&places).unwrap(), State::Done);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_language_that_is_not_there_answers_nothing() {
        assert!(!answers("no-such-language", "1"));
    }
}
