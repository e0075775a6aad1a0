//! Checks the dependencies of the product and its tools: whether any is known to be broken, comes from
//! elsewhere, or may not be used as it is.

use super::report::report;
use anyhow::{Context, Result, bail};
use shell::child;
use shell::places::{Places, on_path};
use shell::terminal::note;

/// The checks: the program that runs, its arguments, and the meaning of a success.
const QUESTIONS: [(&str, &[&str], &str); 7] = [
    (
        "cargo",
        &["metadata", "--locked", "--format-version", "1"],
        "every crate has one version, pinned with its checksum in `Cargo.lock`",
    ),
    (
        "cargo",
        &["deny", "--workspace", "check", "advisories"],
        "no crate has a known vulnerability or was withdrawn, but for those that `deny.toml` gives a reason for",
    ),
    (
        "cargo",
        &["deny", "--workspace", "check", "licenses"],
        "every licence is one that a service team can deploy under",
    ),
    (
        "cargo",
        &["deny", "--workspace", "check", "bans"],
        "no crate is there twice without a reason",
    ),
    (
        "cargo",
        &["deny", "--workspace", "check", "sources"],
        "every crate comes from crates.io",
    ),
    (
        "npm",
        &["ci", "--dry-run", "--ignore-scripts"],
        "every package of npm's has one version, pinned with its checksum in `package-lock.json`",
    ),
    (
        "npm",
        &["audit"],
        "no package of npm's has a known vulnerability; none of them is deployed",
    ),
];

/// Asks everything and writes down the answers; a bad answer, or a missing one, is a failure.
pub fn command(places: &Places) -> Result<()> {
    if on_path("cargo-deny").is_none() {
        bail!("cargo-deny is not there; `cargo install --locked cargo-deny`");
    }
    let mut rows = String::new();
    let mut bad = Vec::new();
    for (program, arguments, meaning) in QUESTIONS {
        let line = format!("{program} {}", arguments.join(" "));
        let answer = ask(places, program, arguments)?;
        rows.push_str(&format!(
            "| `{line}` | {meaning} | {} |\n",
            answer.as_deref().unwrap_or("yes")
        ));
        bad.extend(answer.map(|answer| format!("{line}: {answer}")));
    }
    report(
        places,
        "supply-chain.md",
        &format!(
            "# What it is made of\n\n`cargo edge assure supply-chain`. `cargo edge sbom` lists every part, with its \
             version, checksum and licence.\n\n| asked | what a yes means | answer |\n|---|---|---|\n{rows}"
        ),
    )?;
    if !bad.is_empty() {
        bail!("{}", bad.join("\n"));
    }
    Ok(())
}

/// One question; nothing when all is well, else in a few words what is not.
fn ask(places: &Places, program: &str, arguments: &[&str]) -> Result<Option<String>> {
    note(format_args!("{program} {}", arguments.join(" ")));
    let mut command = child::command(program);
    command.args(arguments).current_dir(&places.root);
    let output = command
        .output()
        .with_context(|| format!("{program} cannot be started"))?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    note(format_args!(
        "{said}{}",
        String::from_utf8_lossy(&output.stdout)
    ));
    Ok(Some(words(&said).to_owned()))
}

/// Whether the check had no answer, or the answer is no.
fn words(said: &str) -> &'static str {
    let unanswered = [
        "endpoint returned an error",
        "failed to fetch",
        "network",
        "ENOTFOUND",
    ];
    if unanswered.iter().any(|word| said.contains(word)) {
        "**no answer**: the check needs access to the list of vulnerabilities"
    } else {
        "**no**"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_list_is_unreachable_then_the_answer_is_neither_yes_nor_no() {
        assert!(words("npm error audit endpoint returned an error").contains("no answer"));
        assert!(words("error[vulnerability]: a crate").contains("no"));
        assert!(!words("error[vulnerability]: a crate").contains("no answer"));
    }
}
