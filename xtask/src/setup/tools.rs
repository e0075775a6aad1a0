//! wasm-bindgen's program, compiled from crates.io into the cache.
//!
//! A debug build: it takes a third of the time to compile and is fast enough for one small module.

use super::step::{State, Step};
use anyhow::Result;
use shell::child;
use shell::places::Places;
use shell::progress::Progress;
use std::path::PathBuf;

const PACKAGE: &str = "wasm-bindgen-cli";

/// Writes the JavaScript around the wasm.
pub struct WasmBindgen;

impl WasmBindgen {
    /// The library's in `Cargo.lock`: the program reads what the library of its own version wrote.
    fn version(places: &Places) -> Result<String> {
        places.locked_version("wasm-bindgen")
    }

    /// Where the program is once the step is done.
    pub fn path(places: &Places) -> Result<PathBuf> {
        Ok(places.cargo_tool(PACKAGE, &Self::version(places)?, "wasm-bindgen"))
    }

    fn arguments(places: &Places) -> Result<Vec<String>> {
        let version = Self::version(places)?;
        let root = places.cargo_tool_root(PACKAGE, &version);
        let root = root.display().to_string();
        let fixed = [
            "install",
            "--locked",
            "--debug",
            "--root",
            &root,
            PACKAGE,
            "--version",
            &version,
        ];
        Ok(fixed.map(str::to_owned).to_vec())
    }
}

impl Step for WasmBindgen {
    fn name(&self) -> String {
        format!("{PACKAGE}: `cargo install` (2 to 3 min, once)")
    }

    fn check(&self, places: &Places) -> Result<State> {
        Ok(if Self::path(places)?.is_file() {
            State::Done
        } else {
            State::Missing
        })
    }

    fn act(&self, places: &Places, progress: &Progress) -> Result<()> {
        let mut cargo = child::command("cargo");
        // A target directory or flags meant for the user's own builds are not for this one.
        for name in [
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_TARGET",
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
        ] {
            cargo.env_remove(name);
        }
        cargo
            .args(Self::arguments(places)?)
            .current_dir(&places.root);
        child::run(progress, &mut cargo, None)?.into_result(&format!("`cargo install {PACKAGE}`"))
    }

    fn by_hand(&self, places: &Places) -> String {
        match Self::arguments(places) {
            Ok(arguments) => format!("cargo {}", arguments.join(" ")),
            Err(error) => error.to_string(),
        }
    }
}
