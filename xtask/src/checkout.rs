//! The supply of the operators' commands in a clone of the repository: set up and built where it is missing or old.

use crate::setup::{self, Need};
use crate::{build, simulator};
use anyhow::Result;
use cli::Supply;
use shell::places::Places;
use std::path::PathBuf;

/// A clone with Rust on the machine.
pub struct Checkout;

impl Supply for Checkout {
    fn node(&self, places: &Places) -> Result<()> {
        setup::ensure(places, Need::Worker).map(drop)
    }

    fn worker(&self, places: &Places) -> Result<String> {
        build::build(places).map(|size| size.to_string())
    }

    fn simulator(&self, places: &Places) -> Result<PathBuf> {
        simulator::build(places)
    }

    fn sources(&self) -> &'static [&'static str] {
        &["src", "assets", "build.rs", "Cargo.toml", "Cargo.lock"]
    }
}
