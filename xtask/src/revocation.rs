//! `cargo edge revocation`: measures how long a copied cookie works after its session has ended, and prints the time
//! with the promised limit.

use crate::build;
use crate::setup::{self, Need};
use crate::simulator;
use crate::test::node;
use crate::test::stream;
use anyhow::Result;
use shell::places::Places;
use shell::terminal;
use std::time::Duration;

/// Everything around the measurement: starting the Worker and signing in.
const BESIDE: Duration = Duration::from_secs(3 * 60);

/// Sets up, builds, starts the Worker twice with the simulated One Login, and measures; longer than promised is a failure.
pub fn command(places: &Places, check_seconds: u32) -> Result<()> {
    setup::ensure(places, Need::Worker)?;
    let simulator = simulator::build(places)?;
    build::build(places)?;
    let mut node = node::command(places, &simulator)?;
    node.arg("tests/harness/measure-revocation.mjs")
        .arg(check_seconds.to_string());
    terminal::note(format_args!("this takes about {} s", check_seconds + 20));
    let limit = BESIDE + Duration::from_secs(check_seconds.into());
    stream(&mut node, Some(limit), "the measurement")
}
