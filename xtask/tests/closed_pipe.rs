//! A reader may stop before the end, as `head` does: no command fails because of that, and none panics.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

use std::io::pipe;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn edge(line: &str) -> Command {
    let mut edge = Command::new(env!("CARGO_BIN_EXE_edge"));
    edge.args(line.split_whitespace());
    edge.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap());
    edge
}

/// A pipe whose reader has gone.
fn closed() -> Stdio {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn when_no_program_reads_an_answer_then_the_command_does_not_fail() {
    for line in [
        "--help",
        "bench --help",
        "registration plan --service DEMO --env integration",
        "sbom",
        "session keys",
        "session mint",
        "session mint --json",
    ] {
        let Output { status, stderr, .. } = edge(line).stdout(closed()).output().unwrap();
        let said = String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{line}: {status}\n{said}");
        assert!(!said.contains("panicked"), "{line}: {said}");
        let status = edge(line).stdout(closed()).stderr(closed()).status();
        assert!(status.unwrap().success(), "{line}, and nobody hears more");
    }
}

#[test]
fn when_no_program_reads_the_error_then_the_exit_code_still_says_failure() {
    for line in [
        "session mint --persona nobody",
        "local-config --out target/edge/none --vars target/edge/none.json",
    ] {
        let status = edge(line).stdout(closed()).stderr(closed()).status();
        assert_eq!(status.unwrap().code(), Some(1), "{line}");
    }
}
