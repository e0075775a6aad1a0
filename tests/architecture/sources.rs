//! The Rust files of the repository, as text.

use std::fs;
use std::path::{Path, PathBuf};

/// One file.
pub struct Source {
    path: PathBuf,
    /// The file's content.
    pub text: String,
}

impl Source {
    /// The path from the repository's root.
    pub fn name(&self) -> String {
        let relative = self.path.strip_prefix(root()).unwrap();
        relative.to_str().unwrap().to_owned()
    }

    /// The part under `src/` that it belongs to.
    pub fn part(&self) -> String {
        let name = self.name();
        let inside = name.strip_prefix("src/").unwrap();
        let part = inside.split(['/', '.']).next().unwrap();
        part.to_owned()
    }

    /// Every line that is not a comment, with its number.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().map(str::trim).enumerate();
        lines
            .filter(|(_, line)| !line.starts_with("//"))
            .map(|(number, line)| (number + 1, line))
    }
}

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a directory of the repository.
pub fn sources(directory: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut open = vec![root().join(directory)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path, text });
            }
        }
    }
    assert!(!found.is_empty());
    found
}
