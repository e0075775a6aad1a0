//! One of the two versions of an upgrade, in a directory where it is a project's: the team's files and the product.
//!
//! The installed version is the project's own, by a link; npm installs the other one. So every answer is the version's own,
//! from its own tool and parser, and the project stays as it is.

use super::number::{PRODUCT, at_revision, npm};
use anyhow::{Context, Result, bail};
use semver::Version;
use serde_json::{Value, json};
use shell::child;
use shell::npm::node;
use shell::places::{PROJECT, Places};
use shell::progress::Progress;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The team's files that commands read, and npm's settings, which say where packages come from.
const FILES: [&str; 3] = [PROJECT, "registration.toml", ".npmrc"];

/// The longest that npm may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// A version where it can be asked.
pub struct Side {
    /// The version.
    pub version: Version,
    /// Its directory.
    pub root: PathBuf,
    /// The places of a command that runs there.
    pub places: Places,
}

impl Side {
    /// Makes the directory. With a revision of git the configuration is that revision's.
    ///
    /// # Errors
    /// When a file cannot be copied, or npm does not install the version.
    pub fn make(
        places: &Places,
        name: &str,
        version: &Version,
        is_installed: bool,
        revision: Option<&str>,
        progress: &Progress,
    ) -> Result<Self> {
        let root = places.work().join("upgrade").join(name);
        fs::create_dir_all(&root).with_context(|| format!("{} cannot be made", root.display()))?;
        for file in FILES {
            let from = places.root.join(file);
            let bytes = match revision {
                Some(revision) if file == PROJECT => {
                    at_revision(places, revision, file)?.into_bytes()
                }
                _ if !from.is_file() => continue,
                _ => fs::read(&from).with_context(|| format!("{file} cannot be read"))?,
            };
            fs::write(root.join(file), bytes)
                .with_context(|| format!("{file} cannot be copied"))?;
        }
        if is_installed {
            std::os::unix::fs::symlink(places.root.join("node_modules"), root.join("node_modules"))
                .context("the installed version cannot be linked")?;
        } else {
            install(&root, version, progress)?;
        }
        let places = Places {
            root: root.clone(),
            ..places.clone()
        };
        let version = version.clone();
        Ok(Self {
            version,
            root,
            places,
        })
    }

    /// A command of this version's own tool.
    ///
    /// # Errors
    /// When Node is not found.
    pub fn tool(&self, words: &[&str]) -> Result<Command> {
        let mut command = node(&self.places)?;
        command
            .arg(self.package().join("bin/one-login-edge.mjs"))
            .args(words)
            .current_dir(&self.root);
        Ok(command)
    }

    /// The faults that the version's parser finds in the configuration, a line for each, if there are any.
    ///
    /// # Errors
    /// When its tool cannot be started.
    pub fn faults(&self) -> Result<Option<String>> {
        let output = self
            .tool(&["check"])?
            .output()
            .context("the tool cannot be started")?;
        if output.status.success() {
            return Ok(None);
        }
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let faults: String = said
            .lines()
            .filter_map(|line| line.strip_prefix("fault "))
            .map(|line| format!("{}\n", line.trim()))
            .collect();
        Ok(Some(match faults.is_empty() {
            true => String::from_utf8_lossy(&output.stderr).into_owned(),
            false => faults,
        }))
    }

    /// The configuration that this version hands to wrangler for an environment, with paths from the directory.
    ///
    /// # Errors
    /// When the version refuses.
    pub fn configuration(&self, environment: &str) -> Result<Value> {
        let mut tool = self.tool(&["config", "--env", environment])?;
        let text = child::output(&mut tool)?;
        let own = format!("{}/", self.root.display());
        serde_json::from_str(&text.replace(&own, "./")).context("the configuration is no JSON")
    }

    /// The formats of what outlives a deployment.
    ///
    /// # Errors
    /// When the version has no list.
    pub fn formats(&self) -> Result<Value> {
        let text = self.read("formats.json")?;
        serde_json::from_str(&text)
            .with_context(|| format!("formats.json of {} is damaged", self.version))
    }

    /// The changelog.
    ///
    /// # Errors
    /// When the version has none.
    pub fn changelog(&self) -> Result<String> {
        self.read("CHANGELOG.md")
    }

    fn read(&self, name: &str) -> Result<String> {
        fs::read_to_string(self.package().join(name))
            .with_context(|| format!("version {} has no {name}", self.version))
    }

    fn package(&self) -> PathBuf {
        self.places.package()
    }
}

fn install(root: &Path, version: &Version, progress: &Progress) -> Result<()> {
    let file = json!({ "private": true, "dependencies": { PRODUCT: version.to_string() } });
    fs::write(root.join("package.json"), file.to_string())
        .context("package.json cannot be written")?;
    let mut npm = npm(&["install", "--no-audit", "--no-fund", "--no-package-lock"]);
    npm.current_dir(root);
    let ended = child::run(progress, &mut npm, Some(PATIENCE))?;
    if !ended.success() {
        bail!("npm does not install {PRODUCT} {version}:\n{}", ended.tail);
    }
    Ok(())
}
