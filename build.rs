//! Gives the edge's own files one version: it is part of their addresses, so that a file never
//! changes under its address and may be kept for ever.
//!
//! The files are made from these inputs and nothing else, so the version is known before they are.

use std::fs;
use std::io;
use std::path::Path;

/// The inputs that the files are made from: their sources, the pages that say which classes are used, and the
/// version of GOV.UK Frontend.
const INPUTS: [&str; 5] = [
    "assets",
    "src/gate/pages/layout.rs",
    "src/gate/pages/mod.rs",
    "src/gate/pages/template.rs",
    "package.json",
];

fn main() -> io::Result<()> {
    let mut hash = Fnv::default();
    for input in INPUTS {
        println!("cargo::rerun-if-changed={input}");
        add(&mut hash, Path::new(input))?;
    }
    println!("cargo::rustc-env=ASSETS_VERSION={:016x}", hash.0);
    Ok(())
}

/// Adds a file, or every file of a directory in the order of their names.
fn add(hash: &mut Fnv, path: &Path) -> io::Result<()> {
    if path.is_dir() {
        let entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
        let mut paths = entries.collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        return paths.iter().try_for_each(|path| add(hash, path));
    }
    hash.write(path.to_string_lossy().as_bytes());
    hash.write(&fs::read(path)?);
    Ok(())
}

/// FNV-1a: the same on every machine and with every compiler, and nothing secret depends on it.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
