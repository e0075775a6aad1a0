//! The question before `sudo`: a person is asked before a command of the set-up runs as root on their machine.
//!
//! Root itself, a build server and a script are not asked, because they could not answer.

use anyhow::{Context, Result, bail};
use nix::unistd::Uid;
use shell::progress::Progress;
use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the person has allowed every later command as well.
static ALL: AtomicBool = AtomicBool::new(false);

/// The answer to the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// This command may run.
    Yes,
    /// This one and every later one of this run.
    All,
    /// It may not.
    No,
}

/// Asks whether a command may run as root, where there is a person to ask.
///
/// # Errors
/// When the person refuses, or the terminal cannot be read.
pub fn ask(progress: &Progress, command: &str) -> Result<()> {
    let terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    let attended = is_attended(
        Uid::effective().is_root(),
        terminal,
        env::var_os("CI").as_deref(),
    );
    if !attended || ALL.load(Ordering::Relaxed) {
        return Ok(());
    }
    let answer = progress
        .suspend(|| question(command, &mut io::stdin().lock(), &mut io::stderr().lock()))?;
    match answer {
        Answer::Yes => {}
        Answer::All => ALL.store(true, Ordering::Relaxed),
        Answer::No => bail!("you did not allow it, and nothing was changed"),
    }
    Ok(())
}

/// Whether there is a person whose machine it is and who can answer.
fn is_attended(root: bool, terminal: bool, ci: Option<&OsStr>) -> bool {
    let built = ci.is_some_and(|value| !value.is_empty() && value != "false" && value != "0");
    terminal && !root && !built
}

/// Anything but a clear yes is a no, the end of the input too.
fn question(command: &str, input: &mut impl BufRead, output: &mut impl Write) -> Result<Answer> {
    let mut line = String::new();
    write!(
        output,
        "Set-up needs to run as root:\n  {command}\nAllow it? y: yes, a: yes to all, n: no [n] "
    )
    .and_then(|()| output.flush())
    .and_then(|()| input.read_line(&mut line).map(|_| ()))
    .context("the terminal cannot be read")?;
    Ok(match line.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Answer::Yes,
        "a" | "all" => Answer::All,
        _ => Answer::No,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_root_a_build_server_or_a_script_sets_up_then_it_is_not_asked() {
        let ci = |value: &'static str| Some(OsStr::new(value));
        for (root, terminal, ci, attended) in [
            (false, true, None, true),
            (false, true, ci(""), true),
            (false, true, ci("false"), true),
            (false, true, ci("true"), false),
            (false, true, ci("1"), false),
            (false, false, None, false),
            (true, true, None, false),
        ] {
            assert_eq!(
                is_attended(root, terminal, ci),
                attended,
                "{root} {terminal} {ci:?}"
            );
        }
    }

    #[test]
    fn when_a_person_is_asked_then_the_command_is_shown_and_only_a_yes_allows_it() {
        for (typed, answer) in [
            ("y\n", Answer::Yes),
            (" YES \n", Answer::Yes),
            ("a\n", Answer::All),
            ("\n", Answer::No),
            ("n\n", Answer::No),
            ("yesterday\n", Answer::No),
            ("", Answer::No),
        ] {
            let mut shown = Vec::new();
            let found = question("sudo apt-get update", &mut typed.as_bytes(), &mut shown);
            assert_eq!(found.unwrap(), answer, "{typed:?}");
            assert!(
                String::from_utf8(shown)
                    .unwrap()
                    .contains("\n  sudo apt-get update\n")
            );
        }
    }
}
