//! Python environments outside the tree, with packages that are pinned by their hashes: one for the services' package
//! and its servers, one with the program that checks the spelling.

use super::debian::{apt_by_hand, apt_install};
use super::languages::{answers, present};
use super::step::{State, Step};
use crate::stamp::Fingerprint;
use anyhow::{Context, Result};
use shell::child;
use shell::places::Places;
use shell::progress::Progress;
use std::fs;
use std::path::PathBuf;

/// An environment, whose folder is named after the lists of packages that it was made from.
pub struct Python {
    /// The packages, in a few words, and the time that they take.
    brings: &'static str,
    /// Where the environments of this kind are, in the cache.
    folder: &'static str,
    /// Lists of packages in pip's format, from the top of the checkout, with a hash for each file.
    lists: &'static [&'static str],
}

/// The packages with which the services' package is tested, and the servers.
pub const SERVICES: Python = Python {
    brings: "Python's frameworks, JWT library, gunicorn and Envoy: `pip install` into the cache (about 30 s)",
    folder: "python",
    lists: &[
        "packages/python/requirements.txt",
        "tests/origins/requirements.txt",
    ],
};

/// `typos`, which its makers publish for pip as a program that is built already.
pub const SPELLING: Python = Python {
    brings: "the spelling checker `typos`: `pip install` into the cache (about 5 s)",
    folder: "typos",
    lists: &["xtask/typos.txt"],
};

/// The check that a Python can make an environment.
const ABLE: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))";

impl Python {
    /// A program of the environment, present once the step was run.
    ///
    /// # Errors
    ///
    /// A list of packages that cannot be read.
    pub fn program(&self, places: &Places, name: &str) -> Result<PathBuf> {
        Ok(self.environment(places)?.join("bin").join(name))
    }

    fn environment(&self, places: &Places) -> Result<PathBuf> {
        let mut fingerprint = Fingerprint::default();
        for list in self.lists {
            fingerprint.file(&places.root, list)?;
        }
        let name = fingerprint.finish();
        Ok(places.cache.join(self.folder).join(&name[..16]))
    }

    /// Written last, so that half an environment is never taken for a whole one.
    fn complete(&self, places: &Places) -> Result<PathBuf> {
        Ok(self.environment(places)?.join("complete"))
    }
}

impl Step for Python {
    fn name(&self) -> String {
        self.brings.into()
    }

    fn check(&self, places: &Places) -> Result<State> {
        Ok(present(self.complete(places)?.is_file()))
    }

    fn act(&self, places: &Places, progress: &Progress) -> Result<()> {
        if !answers("python3", ABLE) {
            apt_install(progress, &["python3", "python3-venv"])?;
        }
        let mut venv = child::command("python3");
        venv.args(["-m", "venv", "--clear"])
            .arg(self.environment(places)?);
        child::run(progress, &mut venv, None)?.into_result("`python3 -m venv`")?;
        let mut pip = child::command(self.program(places, "python")?);
        pip.args(["-m", "pip", "install", "--disable-pip-version-check"])
            .args(["--no-input", "--only-binary", ":all:", "--require-hashes"]);
        for list in self.lists {
            pip.arg("--requirement").arg(places.root.join(list));
        }
        child::run(progress, &mut pip, None)?.into_result("`pip install`")?;
        fs::write(self.complete(places)?, "").context("the cache cannot be written to")
    }

    fn by_hand(&self, places: &Places) -> String {
        format!(
            "install Python 3.10 or newer with venv ({}), delete {} and run the command again",
            apt_by_hand("python3 python3-venv"),
            places.cache.join(self.folder).display()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_list_of_packages_changes_then_the_environment_is_another() {
        let root = std::env::temp_dir().join(format!("edge-python-{}", std::process::id()));
        let list = root.join(SPELLING.lists[0]);
        fs::create_dir_all(list.parent().unwrap()).unwrap();
        let places = Places {
            root: root.clone(),
            cache: root.join("cache"),
            program: root.join("edge"),
        };
        let of = |text: &str| {
            fs::write(&list, text).unwrap();
            SPELLING.environment(&places).unwrap()
        };
        let (one, other) = (of("typos==1\n"), of("typos==2\n"));
        assert!(one.starts_with(&places.cache) && one != other);
        assert_eq!(SPELLING.check(&places).unwrap(), State::Missing);
        fs::create_dir_all(&other).unwrap();
        assert_eq!(
            SPELLING.check(&places).unwrap(),
            State::Missing,
            "half made"
        );
        fs::write(SPELLING.complete(&places).unwrap(), "").unwrap();
        assert_eq!(SPELLING.check(&places).unwrap(), State::Done);
        fs::remove_dir_all(&root).unwrap();
    }
}
