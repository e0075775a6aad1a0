//! Coverage-guided fuzzing with libFuzzer, on the compiler that everything else is built with.
//!
//! The flags are those that `cargo fuzz` gives, without the address sanitiser: it needs a nightly compiler, and there is
//! no `unsafe` in what is fuzzed. Inputs that reach something new are kept in `target/edge/fuzz/`.

use super::report::report;
use anyhow::{Context, Result, bail};
use shell::child;
use shell::places::Places;
use shell::progress::Progress;
use shell::terminal;
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// The compiler's flags that make LLVM count the code that an input reaches.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

/// Fuzzes every target of `fuzz/targets.rs` for this many seconds; an input that makes one fail is a failure.
pub fn command(places: &Places, seconds: u32) -> Result<()> {
    let corpora = places.root.join("fuzz/corpus");
    let mut targets = fs::read_dir(&corpora)
        .context("fuzz/corpus cannot be read")?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<Vec<_>>>()?;
    targets.sort();
    let host = host(places)?;
    let mut cargo = child::command("cargo");
    cargo
        .args(["build", "--release", "--target", &host])
        .env("RUSTFLAGS", FLAGS)
        .env(
            "CARGO_TARGET_DIR",
            places.root.join("target/edge/fuzz-build"),
        )
        .current_dir(places.root.join("fuzz"));
    Progress::during("the fuzzing targets", |progress| {
        child::run(progress, &mut cargo, None)?.into_result("the build of fuzz/")
    })?;
    let program = places.root.join(format!(
        "target/edge/fuzz-build/{host}/release/one-login-edge-fuzz"
    ));
    let mut rows = String::new();
    for target in &targets {
        rows.push_str(&run(places, &program, target, seconds)?);
    }
    report(
        places,
        "fuzzing.md",
        &format!(
            "# Fuzzing, guided by coverage\n\n`cargo edge assure fuzz --seconds {seconds}`: every target of \
             `fuzz/targets.rs` for {seconds} s, begun from its corpus. No input made\none fail.\n\n\
             | target | inputs | places reached | inputs that reached something new |\n|---|---|---|---|\n{rows}"
        ),
    )
}

/// The triple of this machine. With it given to cargo, the flags apply only to the targets and not to build scripts.
fn host(places: &Places) -> Result<String> {
    let version = child::output(child::command("rustc").arg("-vV").current_dir(&places.root))?;
    let line = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line
        .context("rustc does not say what machine this is")?
        .to_owned())
}

/// One target; gives its row of the report.
fn run(places: &Places, program: &Path, target: &str, seconds: u32) -> Result<String> {
    let found = places.root.join("target/edge/fuzz").join(target);
    fs::create_dir_all(&found).context("target/edge/fuzz cannot be made")?;
    terminal::note(format_args!("{target}: {seconds} s"));
    let output = child::command(program)
        .env("FUZZ_TARGET", target)
        .arg(&found)
        .arg(places.root.join("fuzz/corpus").join(target))
        .arg(format!("-max_total_time={seconds}"))
        .args([
            "-print_final_stats=1",
            "-max_len=8192",
            "-timeout=5",
            "-rss_limit_mb=2048",
        ])
        .arg(format!("-artifact_prefix={}/failed-", found.display()))
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let tail: Vec<_> = said.lines().rev().take(30).collect();
        let tail: Vec<_> = tail.into_iter().rev().collect();
        bail!(
            "{target} fails; the input is in target/edge/fuzz/{target}/\n{}",
            tail.join("\n")
        );
    }
    let number = |name: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(name));
        line.map_or("?", str::trim).to_owned()
    };
    Ok(format!(
        "| {target} | {} | {} | {} |\n",
        number("stat::number_of_executed_units:"),
        reached(&said).unwrap_or("?"),
        number("stat::new_units_added:"),
    ))
}

/// How many places were reached, from libFuzzer's last line that says so.
fn reached(said: &str) -> Option<&str> {
    let line = said.lines().rev().find(|line| line.contains(" cov: "))?;
    line.split(" cov: ").nth(1)?.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_fuzzer_reports_places_then_the_last_count_is_read() {
        let said = "#2\tINITED cov: 10 ft: 11 corp: 1/1b\n#9\tNEW    cov: 120 ft: 11\n#9\tDONE   cov: 121 ft: 12\nDone";
        assert_eq!(reached(said), Some("121"));
        assert_eq!(reached("nothing"), None);
    }
}
