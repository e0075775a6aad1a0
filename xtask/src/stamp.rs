//! A stamp says what something was made from, so that it is not made again from the same.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use shell::digest::hexadecimal;
use std::fs;
use std::path::Path;

/// A fingerprint of named inputs, each with its length before it so that no two lists of inputs read alike.
#[derive(Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Takes in a value under a name.
    pub fn text(&mut self, name: &str, value: &str) {
        self.bytes(name, value.as_bytes());
    }

    /// Takes in a file, or the fact that it is absent.
    pub fn file(&mut self, root: &Path, name: &str) -> Result<()> {
        let path = root.join(name);
        match fs::read(&path) {
            Ok(content) => self.bytes(name, &content),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.text("absent", name),
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be read", path.display()));
            }
        }
        Ok(())
    }

    /// Takes in every file below a directory, in the order of their names.
    pub fn directory(&mut self, root: &Path, name: &str) -> Result<()> {
        let directory = root.join(name);
        let entries = fs::read_dir(&directory)
            .with_context(|| format!("{} cannot be read", directory.display()))?;
        let mut names = entries
            .map(|entry| {
                entry.map(|entry| {
                    (
                        entry.file_name().to_string_lossy().into_owned(),
                        entry.path().is_dir(),
                    )
                })
            })
            .collect::<std::io::Result<Vec<_>>>()?;
        names.sort();
        for (entry, is_directory) in names {
            let below = format!("{name}/{entry}");
            if is_directory {
                self.directory(root, &below)?
            } else {
                self.file(root, &below)?
            }
        }
        Ok(())
    }

    /// The fingerprint as hexadecimal text.
    pub fn finish(self) -> String {
        hexadecimal(&self.0.finalize())
    }

    fn bytes(&mut self, name: &str, value: &[u8]) {
        for part in [name.as_bytes(), value] {
            self.0.update((part.len() as u64).to_be_bytes());
            self.0.update(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: &[(&str, &str)]) -> String {
        let mut fingerprint = Fingerprint::default();
        parts
            .iter()
            .for_each(|(name, value)| fingerprint.text(name, value));
        fingerprint.finish()
    }

    #[test]
    fn when_inputs_only_look_alike_then_their_fingerprints_differ() {
        assert_eq!(of(&[("a", "b")]), of(&[("a", "b")]));
        assert_ne!(of(&[("a", "b")]), of(&[("ab", "")]));
        assert_ne!(of(&[("a", "bc")]), of(&[("a", "b"), ("c", "")]));
    }

    #[test]
    fn when_a_file_is_changed_added_or_removed_then_the_fingerprint_changes() {
        let root = std::env::temp_dir().join(format!("edge-stamp-{}", std::process::id()));
        fs::create_dir_all(root.join("src/inner")).unwrap();
        let print = || {
            let mut fingerprint = Fingerprint::default();
            fingerprint.directory(&root, "src").unwrap();
            fingerprint.finish()
        };
        let empty = print();
        fs::write(root.join("src/inner/a.rs"), "1").unwrap();
        let one = print();
        fs::write(root.join("src/inner/a.rs"), "2").unwrap();
        let other = print();
        fs::remove_dir_all(&root).unwrap();
        assert!(empty != one && one != other && empty != other);
    }
}
