//! Texts that tests keep as files, for the program's own tests and for those that run it.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test` rewrites them; read the difference before you commit it.

use std::fs;
use std::path::Path;

/// Compares a text with the file of this name below `cli/`.
pub fn matches(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "{name} differs; if that is right, run with UPDATE_SNAPSHOTS=1\n\n{text}"
    );
}
