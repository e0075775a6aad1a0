//! The files of a package, in the order of their names.

use anyhow::{Context, Result};
use serde_json::Value;
use shell::digest::sha256;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A file of a package.
#[derive(Clone)]
pub struct File {
    /// The content.
    pub bytes: Vec<u8>,
    /// Whether it is a program.
    pub is_program: bool,
}

/// Files by their path in the package, with `/` between names.
#[derive(Default)]
pub struct Files(pub BTreeMap<String, File>);

impl Files {
    /// Adds every file below a directory; those of a directory `bin`, and scripts that begin with `#!`, are programs.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn below(&mut self, directory: &Path, prefix: &str) -> Result<()> {
        let entries = fs::read_dir(directory)
            .with_context(|| format!("{} cannot be read", directory.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let inside = match prefix {
                "" => name,
                _ => format!("{prefix}/{name}"),
            };
            match entry.path().is_dir() {
                true => self.below(&entry.path(), &inside)?,
                false => self.file(&entry.path(), &inside)?,
            }
        }
        Ok(())
    }

    /// Adds a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn file(&mut self, from: &Path, name: &str) -> Result<()> {
        let bytes = read(from)?;
        let is_program = bytes.starts_with(b"#!");
        self.0.insert(name.to_owned(), File { bytes, is_program });
        Ok(())
    }

    /// Adds a program.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn program(&mut self, from: &Path, name: &str) -> Result<()> {
        let bytes = read(from)?;
        let is_program = true;
        self.0.insert(name.to_owned(), File { bytes, is_program });
        Ok(())
    }

    /// Adds every file of another package below a directory.
    pub fn all_of(&mut self, other: &Self, below: &str) {
        let named = |(name, file): (&String, &File)| (format!("{below}/{name}"), file.clone());
        self.0.extend(other.0.iter().map(named));
    }

    /// Adds a text.
    pub fn text(&mut self, name: &str, text: &str) {
        let bytes = text.as_bytes().to_vec();
        let is_program = false;
        self.0.insert(name.to_owned(), File { bytes, is_program });
    }

    /// Adds a value as JSON.
    pub fn json(&mut self, name: &str, value: &Value) {
        self.text(name, &format!("{value:#}\n"));
    }

    /// The SHA-256 of each file whose path begins so, in the form of `sha256sum`.
    pub fn sums(&self, prefix: &str) -> String {
        let own = self.0.iter().filter(|(name, _)| name.starts_with(prefix));
        own.map(|(name, file)| format!("{}  {name}\n", sha256(&file.bytes)))
            .collect()
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}
