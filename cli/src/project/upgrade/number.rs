//! The one number of a project: the exact version of the product in `package.json`.

use anyhow::{Context, Result, bail, ensure};
use semver::Version;
use serde_json::Value;
use shell::child;
use shell::places::Places;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The product's name at npm.
pub const PRODUCT: &str = "one-login-edge";

/// The file that has it.
const FILE: &str = "package.json";

/// npm, which says within seconds where no registry answers: by its own settings it tries for more than a minute.
///
/// Source: npm 11, `fetch-retries` (2), `fetch-retry-mintimeout` (10 seconds), `fetch-retry-factor` (10).
pub fn npm(words: &[&str]) -> Command {
    let mut npm = child::command("npm");
    npm.args(words).args([
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=1000",
        "--fetch-retry-maxtimeout=1000",
    ]);
    npm
}

/// The number as it is now.
pub struct Number {
    /// The version in `package.json`.
    pub version: Version,
    /// The version that npm has installed.
    pub installed: Version,
    text: String,
}

impl Number {
    /// Reads it, and the installed version.
    ///
    /// # Errors
    /// When the product is not installed, or `package.json` does not name one exact version of it.
    pub fn read(root: &Path) -> Result<Self> {
        let path = root.join(FILE);
        let text = fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        let package = root.join("node_modules").join(PRODUCT).join(FILE);
        let installed = fs::read_to_string(&package)
            .with_context(|| format!("{} cannot be read; run `npm install`", package.display()))?;
        let installed: Value = serde_json::from_str(&installed)
            .with_context(|| format!("{} is damaged", package.display()))?;
        let installed = installed["version"].as_str().unwrap_or_default();
        Ok(Self {
            version: named(&text)?,
            installed: Version::parse(installed)
                .with_context(|| format!("{} names no version", package.display()))?,
            text,
        })
    }

    /// The number at a revision of git; the installed version is of no account there.
    ///
    /// # Errors
    /// When git does not have the file at that revision, or it does not name one exact version.
    pub fn at(places: &Places, revision: &str) -> Result<Self> {
        let text = at_revision(places, revision, FILE)?;
        let version = named(&text)?;
        Ok(Self {
            installed: version.clone(),
            version,
            text,
        })
    }

    /// Changes the number, and nothing else of the file, and has npm install it. The file is as before where npm fails.
    ///
    /// # Errors
    /// When the file cannot be changed, or npm fails.
    pub fn change(&self, places: &Places, to: &Version) -> Result<()> {
        let path = places.root.join(FILE);
        let write = |text: &str| {
            fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
        };
        write(&with(&self.text, &self.version, to)?)?;
        let mut npm = npm(&["install", "--no-audit", "--no-fund"]);
        npm.current_dir(&places.root);
        if let Err(error) = child::output(&mut npm) {
            write(&self.text)?;
            return Err(error.context(format!(
                "npm does not install {to}; {FILE} keeps {}. Run `npm install` to have its packages again",
                self.version
            )));
        }
        Ok(())
    }
}

/// A file of the project at a revision of git.
///
/// # Errors
/// When git does not have it.
pub fn at_revision(places: &Places, revision: &str, file: &str) -> Result<String> {
    ensure!(
        !revision.starts_with('-'),
        "{revision:?} is no revision of git"
    );
    let mut git = child::command("git");
    git.args(["show", &format!("{revision}:./{file}")])
        .current_dir(&places.root);
    child::output(&mut git).with_context(|| format!("git has no {file} at {revision}"))
}

/// The version that the text of a `package.json` names.
fn named(text: &str) -> Result<Version> {
    let file: Value = serde_json::from_str(text).with_context(|| format!("{FILE} is no JSON"))?;
    let named = ["dependencies", "devDependencies"]
        .iter()
        .find_map(|key| file[*key][PRODUCT].as_str());
    let Some(named) = named else {
        bail!("{FILE} does not depend on {PRODUCT}");
    };
    Version::parse(named).map_err(|_| {
        anyhow::anyhow!(
            "{FILE} must name one exact version of {PRODUCT}, such as 1.2.3, and not {named:?}"
        )
    })
}

/// The text with another number.
fn with(text: &str, from: &Version, to: &Version) -> Result<String> {
    let key = format!("\"{PRODUCT}\"");
    let value = format!("\"{from}\"");
    let places: Vec<_> = text
        .match_indices(&key)
        .filter_map(|(at, _)| {
            let after = at + key.len();
            let rest = text[after..].trim_start().strip_prefix(':')?.trim_start();
            rest.starts_with(&value).then(|| text.len() - rest.len())
        })
        .collect();
    let [place] = places[..] else {
        bail!(
            "{FILE} has {PRODUCT} {from} in {} places; change it by hand",
            places.len()
        );
    };
    Ok(format!(
        "{}\"{to}\"{}",
        &text[..place],
        &text[place + value.len()..]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"name\": \"one-login-edge\",\n  \"dependencies\": { \"one-login-edge\" :  \"1.0.0\" }\n}\n";

    #[test]
    fn when_the_number_changes_then_no_other_byte_does() {
        let version = |text| Version::parse(text).unwrap();
        let changed = with(TEXT, &version("1.0.0"), &version("1.1.0")).unwrap();
        assert_eq!(changed, TEXT.replace("1.0.0", "1.1.0"));
        assert!(with(TEXT, &version("1.0.1"), &version("1.1.0")).is_err());
        assert_eq!(named(TEXT).unwrap(), version("1.0.0"));
    }

    #[test]
    fn rejects_a_range_and_a_file_without_the_product() {
        for (text, said) in [
            (TEXT.replace("1.0.0", "^1.0.0"), "one exact version"),
            ("{}".to_owned(), "does not depend"),
            ("{".to_owned(), "no JSON"),
        ] {
            let error = named(&text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
