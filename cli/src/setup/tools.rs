//! worker-build and wasm-bindgen, compiled from crates.io into the cache.
//!
//! Debug builds: they take a third of the time to compile and are fast enough for one small module.

use super::{State, Step};
use crate::child;
use crate::places::Places;
use crate::progress::Progress;
use anyhow::Result;

/// A program that `cargo install` brings.
#[derive(Clone, Copy)]
pub enum CargoTool {
    /// Drives cargo, wasm-bindgen, wasm-opt and esbuild.
    WorkerBuild,
    /// Writes the JavaScript around the wasm.
    WasmBindgen,
}

impl CargoTool {
    fn package(self) -> &'static str {
        match self {
            Self::WorkerBuild => "worker-build",
            Self::WasmBindgen => "wasm-bindgen-cli",
        }
    }

    fn program(self) -> &'static str {
        match self {
            Self::WorkerBuild => "worker-build",
            Self::WasmBindgen => "wasm-bindgen",
        }
    }

    /// Program and library must be of one version: `worker-build` is released with `worker`, and wasm-bindgen's
    /// program reads what its library wrote. So both versions are the library's in `Cargo.lock`.
    pub fn version(self, places: &Places) -> Result<String> {
        places.locked_version(match self {
            Self::WorkerBuild => "worker",
            Self::WasmBindgen => "wasm-bindgen",
        })
    }

    /// Where the program is once the step is done.
    pub fn path(self, places: &Places) -> Result<std::path::PathBuf> {
        Ok(places.cargo_tool(self.package(), &self.version(places)?, self.program()))
    }

    fn arguments(self, places: &Places) -> Result<Vec<String>> {
        let version = self.version(places)?;
        let root = places
            .cargo_tool_root(self.package(), &version)
            .display()
            .to_string();
        let fixed = [
            "install",
            "--locked",
            "--debug",
            "--root",
            &root,
            self.package(),
            "--version",
            &version,
        ];
        Ok(fixed.map(str::to_owned).to_vec())
    }
}

impl Step for CargoTool {
    fn name(&self) -> String {
        format!("{}: `cargo install` (2 to 3 min, once)", self.package())
    }

    fn check(&self, places: &Places) -> Result<State> {
        Ok(if self.path(places)?.is_file() {
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
            .args(self.arguments(places)?)
            .current_dir(&places.root);
        child::run(progress, &mut cargo, None)?
            .into_result(&format!("`cargo install {}`", self.package()))
    }

    fn by_hand(&self, places: &Places) -> String {
        match self.arguments(places) {
            Ok(arguments) => format!("cargo {}", arguments.join(" ")),
            Err(error) => error.to_string(),
        }
    }
}
