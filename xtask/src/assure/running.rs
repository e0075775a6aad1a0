//! Runs against the Worker in workerd that take minutes: a soak, and a flood while signed-in people use the service.

use super::report::report;
use crate::build;
use crate::setup::{self, Need};
use crate::simulator;
use crate::test::node;
use anyhow::{Context, Result, bail};
use shell::places::Places;
use std::process::Stdio;

/// Runs `tests/harness/<name>.mjs`, which prints its report, and keeps it.
pub fn command(places: &Places, name: &str, arguments: &[String]) -> Result<()> {
    setup::ensure(places, Need::Worker)?;
    let simulator = simulator::build(places)?;
    build::build(places)?;
    let output = node::command(places, &simulator)?
        .arg(format!("tests/harness/{name}.mjs"))
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("Node cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    if text.is_empty() {
        bail!("{name} said nothing ({})", output.status);
    }
    report(places, &format!("{name}.md"), &text)?;
    if !output.status.success() {
        bail!("{name} did not end as it must");
    }
    Ok(())
}
