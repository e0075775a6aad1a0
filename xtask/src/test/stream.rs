//! Runs a program whose output goes to the terminal as it comes.

use anyhow::{Result, bail};
use shell::groups;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Runs a program that speaks to the terminal itself.
pub fn stream(command: &mut Command, limit: Option<Duration>, what: &str) -> Result<()> {
    let mut child = groups::spawn(command.stdin(Stdio::null()))?;
    let deadline = limit.map(|limit| Instant::now() + limit);
    loop {
        if let Some(status) = child.try_wait()? {
            groups::end(&mut child);
            return if status.success() {
                Ok(())
            } else {
                bail!("{what} failed ({status})")
            };
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            groups::end(&mut child);
            bail!("{what} took too long and was stopped");
        }
        sleep(Duration::from_millis(50));
    }
}
