//! All that a build depends on.

use crate::stamp::Fingerprint;
use crate::wasm::{Compiler, INLINING};
use anyhow::Result;
use shell::places::Places;

/// Whether the JavaScript is wanted as a person can read it.
pub fn is_readable() -> bool {
    std::env::var_os("NO_MINIFY").is_some()
}

/// Everything that the output depends on.
pub fn inputs(places: &Places, compiler: &Compiler) -> Result<String> {
    let mut fingerprint = Fingerprint::default();
    fingerprint.directory(&places.root, "src")?;
    fingerprint.directory(&places.root, "assets")?;
    // The lock files pin every library and tool but the compiler; esbuild and wasm-opt are npm's.
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "build.rs",
        ".cargo/config.toml",
        "package.json",
        "package-lock.json",
    ] {
        fingerprint.file(&places.root, file)?;
    }
    fingerprint.text("compiler", &compiler.identity(places)?);
    fingerprint.text("settings", &settings());
    fingerprint.text("inlining", INLINING);
    fingerprint.text("readable", if is_readable() { "yes" } else { "no" });
    Ok(fingerprint.finish())
}

/// The compiler of the next build and what the environment changes in the profile, as one text.
pub fn compiled_by(places: &Places) -> Result<String> {
    let identity = Compiler::choose(places)?.identity(places)?;
    let release = identity.lines().next().unwrap_or_default();
    Ok(format!("{release} {}", settings()).trim_end().to_owned())
}

/// The changes of the environment to the profile that `Cargo.toml` has.
fn settings() -> String {
    let changes = std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PROFILE_RELEASE_"));
    let mut changes: Vec<_> = changes
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    changes.sort();
    changes.join(" ")
}
