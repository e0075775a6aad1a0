//! Runs another program without a terminal and without input, shows its last line, and keeps the last lines for the
//! error message should it fail.

use crate::groups;
use crate::progress::Progress;
use anyhow::{Context, Result, anyhow};
use std::collections::VecDeque;
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many lines of a failed program are shown.
const KEPT_LINES: usize = 40;

/// How long output is still read once the program itself has ended: a grandchild may hold the pipe open.
const DRAIN: Duration = Duration::from_millis(500);

/// The end of a program that was waited for.
pub struct Ended {
    /// None when it took too long and was ended.
    pub status: Option<ExitStatus>,
    /// Its last lines, standard output and standard error together.
    pub tail: Tail,
}

impl Ended {
    /// Whether it ended by itself and without fault.
    pub fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// Turns anything but success into an error that shows the last lines.
    pub fn into_result(self, what: &str) -> Result<()> {
        match self.status {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(anyhow!("{what} failed ({status})\n{}", self.tail)),
            None => Err(anyhow!(
                "{what} took too long and was stopped\n{}",
                self.tail
            )),
        }
    }
}

/// The last lines of some output.
#[derive(Default)]
pub struct Tail(VecDeque<String>);

impl Tail {
    /// Adds a line and lets the oldest go.
    pub fn push(&mut self, line: String) {
        if self.0.len() == KEPT_LINES {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }
}

impl std::fmt::Display for Tail {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in &self.0 {
            writeln!(formatter, "    {line}")?;
        }
        Ok(())
    }
}

/// A command that inherits nothing from the `cargo run` around this program.
///
/// Cargo and rustup tell their children which toolchain and which package they work for. A nested cargo of another
/// toolchain would believe it, and load the wrong libraries.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_cargos_own) {
            command.env_remove(name);
        }
    }
    command
}

/// Variables that `cargo run` and rustup's proxies set for what they start.
fn is_cargos_own(name: &str) -> bool {
    matches!(
        name,
        "CARGO"
            | "CARGO_PRIMARY_PACKAGE"
            | "RUST_RECURSION_COUNT"
            | "LD_LIBRARY_PATH"
            | "DYLD_FALLBACK_LIBRARY_PATH"
    ) || [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}

/// Runs a command to its end, or until it has taken `limit`.
pub fn run(progress: &Progress, command: &mut Command, limit: Option<Duration>) -> Result<Ended> {
    run_with(command, limit, |line| progress.line(line))
}

/// Runs a command to its end and gives each line of its output to `show`.
pub fn run_with(
    command: &mut Command,
    limit: Option<Duration>,
    mut show: impl FnMut(&str),
) -> Result<Ended> {
    let (mut child, lines) = start(command)?;
    let deadline = limit.map(|limit| Instant::now() + limit);
    let mut tail = Tail::default();
    let status = loop {
        let open = receive(&lines, Duration::from_millis(100), &mut tail, &mut show);
        if let Some(status) = child.try_wait().context("a child cannot be waited for")? {
            break Some(status);
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            break None;
        }
        if !open {
            thread::sleep(Duration::from_millis(20));
        }
    };
    let drained = Instant::now() + DRAIN;
    while Instant::now() < drained
        && receive(&lines, Duration::from_millis(50), &mut tail, &mut show)
    {}
    groups::end(&mut child);
    Ok(Ended { status, tail })
}

/// Runs a command and returns its standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{program}` cannot be started"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(anyhow!(
            "`{program}` failed ({}): {complaint}",
            output.status
        ));
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{program}` printed something that is not UTF-8"))
}

/// Starts a command with its output sent line by line over a channel, which closes when the output does.
pub fn start(command: &mut Command) -> Result<(Child, Receiver<String>)> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = groups::spawn(command)?;
    let (sender, lines) = channel();
    if let Some(output) = child.stdout.take() {
        forward(output, sender.clone());
    }
    if let Some(output) = child.stderr.take() {
        forward(output, sender);
    }
    Ok((child, lines))
}

/// Takes lines for at most `wait`; says whether more may come.
fn receive(
    lines: &Receiver<String>,
    wait: Duration,
    tail: &mut Tail,
    show: &mut impl FnMut(&str),
) -> bool {
    let deadline = Instant::now() + wait;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                show(&line);
                tail.push(line);
            }
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

fn forward(output: impl Read + Send + 'static, sender: Sender<String>) {
    thread::spawn(move || {
        let mut reader = BufReader::new(output);
        let mut line = Vec::new();
        while reader
            .read_until(b'\n', &mut line)
            .is_ok_and(|count| count > 0)
        {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            if sender.send(text).is_err() {
                break;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_output_is_longer_than_the_tail_then_the_newest_lines_are_kept() {
        let mut tail = Tail::default();
        (0..KEPT_LINES + 5).for_each(|number| tail.push(number.to_string()));
        assert!(tail.to_string().starts_with("    5\n"));
        assert!(
            tail.to_string()
                .ends_with(&format!("    {}\n", KEPT_LINES + 4))
        );
    }

    #[test]
    fn when_a_variable_is_cargos_own_then_it_is_told_from_the_users() {
        assert!(
            is_cargos_own("CARGO")
                && is_cargos_own("CARGO_PKG_NAME")
                && is_cargos_own("LD_LIBRARY_PATH")
        );
        assert!(
            !is_cargos_own("CARGO_HOME")
                && !is_cargos_own("CARGO_NET_OFFLINE")
                && !is_cargos_own("PATH")
        );
    }

    #[test]
    fn when_a_program_fails_then_the_error_shows_its_last_lines() {
        let ended = run_with(
            command("sh").args(["-c", "echo first; echo second >&2; exit 3"]),
            None,
            |_| {},
        )
        .unwrap();
        let error = ended.into_result("the test").unwrap_err().to_string();
        assert!(
            error.contains("the test failed")
                && error.contains("first")
                && error.contains("second"),
            "{error}"
        );
    }

    #[test]
    fn when_a_program_takes_too_long_then_it_is_ended_with_its_children() {
        let started = Instant::now();
        let limit = Some(Duration::from_millis(200));
        let ended = run_with(
            command("sh").args(["-c", "sleep 30 & sleep 30"]),
            limit,
            |_| {},
        )
        .unwrap();
        assert!(ended.status.is_none() && started.elapsed() < Duration::from_secs(10));
    }
}
