//! Where the things come from that an operator's command starts: a clone builds them, a package brings them.

use anyhow::{Context, Result, ensure};
use shell::places::Places;
use std::path::PathBuf;

/// Sees to it that they are there. Each method is quick where nothing is missing.
pub trait Supply: Sync {
    /// Node and wrangler, as [`shell::npm`] starts them.
    ///
    /// # Errors
    /// When they are absent and cannot be installed.
    fn node(&self, places: &Places) -> Result<()>;

    /// The Worker's files, in [`Places::worker`], as new as their sources. Returns how large they are, in words.
    ///
    /// # Errors
    /// When they are absent and cannot be built.
    fn worker(&self, places: &Places) -> Result<String>;

    /// The program with the simulated One Login and the demo service.
    ///
    /// # Errors
    /// When it is absent and cannot be built.
    fn simulator(&self, places: &Places) -> Result<PathBuf>;

    /// Files and directories below the root from which [`Supply::worker`] builds. `dev` builds again when one changes.
    fn sources(&self) -> &'static [&'static str];
}

/// An installation as it is: nothing is built and nothing is fetched.
pub struct Installed;

impl Supply for Installed {
    fn node(&self, places: &Places) -> Result<()> {
        for program in ["node", "wrangler"] {
            let path = places.npm_bin(program);
            ensure!(
                path.exists(),
                "{} is missing; run `npm install` in {}",
                path.display(),
                places.root.display()
            );
        }
        Ok(())
    }

    fn worker(&self, places: &Places) -> Result<String> {
        let script = places.worker().join("index.js");
        let about = script.metadata();
        let about = about.with_context(|| format!("{} is missing", script.display()))?;
        Ok(format!("{:.0} KiB", about.len() as f64 / 1024.0))
    }

    fn simulator(&self, places: &Places) -> Result<PathBuf> {
        let program = places.program.with_file_name("simulator");
        ensure!(program.is_file(), "{} is missing", program.display());
        Ok(program)
    }

    fn sources(&self) -> &'static [&'static str] {
        &[]
    }
}
