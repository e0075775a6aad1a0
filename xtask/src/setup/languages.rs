//! The languages of the verifiers in `packages` and of the servers in `tests/origins`, only for their tests: Go,
//! Java and Ruby with its JWT library. Python has a file of its own.

use super::debian::{apt_by_hand, apt_install};
use super::step::{State, Step};
use anyhow::Result;
use shell::child;
use shell::places::{Places, on_path};
use shell::progress::Progress;

/// Go with its standard library, which is all that the verifier needs.
pub struct Go;

impl Step for Go {
    fn name(&self) -> String {
        "Go: `apt-get install`, as root (about 30 s)".into()
    }

    fn check(&self, _: &Places) -> Result<State> {
        Ok(present(on_path("go").is_some()))
    }

    fn act(&self, _: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &["golang-go"])
    }

    fn by_hand(&self, _: &Places) -> String {
        format!(
            "{}; or Go 1.19 or newer from https://go.dev",
            apt_by_hand("golang-go")
        )
    }
}

/// Java with its compiler, which runs the source of a program.
pub struct Java;

impl Step for Java {
    fn name(&self) -> String {
        "Java: `apt-get install`, as root (about 1 min)".into()
    }

    fn check(&self, _: &Places) -> Result<State> {
        Ok(present(
            on_path("java").is_some() && on_path("javac").is_some(),
        ))
    }

    fn act(&self, _: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &["default-jdk-headless"])
    }

    fn by_hand(&self, _: &Places) -> String {
        format!(
            "{}; or a JDK 17 or newer of your own",
            apt_by_hand("default-jdk-headless")
        )
    }
}

/// Maven, which fetches what the package for Java needs into the cache.
pub struct Maven;

impl Step for Maven {
    fn name(&self) -> String {
        "Maven: `apt-get install`, as root (about 20 s)".into()
    }

    fn check(&self, _: &Places) -> Result<State> {
        Ok(present(on_path("mvn").is_some()))
    }

    fn act(&self, _: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &["maven"])
    }

    fn by_hand(&self, _: &Places) -> String {
        format!(
            "{}; or Maven 3.8 or newer of your own",
            apt_by_hand("maven")
        )
    }
}

/// Ruby with `jwt` and `minitest`.
pub struct Ruby;

impl Step for Ruby {
    fn name(&self) -> String {
        "Ruby with its JWT library: `apt-get install`, as root (about 20 s)".into()
    }

    fn check(&self, _: &Places) -> Result<State> {
        Ok(present(answers(
            "ruby",
            "require 'jwt'; require 'minitest'",
        )))
    }

    fn act(&self, _: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &["ruby", "ruby-jwt", "ruby-minitest"])
    }

    fn by_hand(&self, _: &Places) -> String {
        let packages = apt_by_hand("ruby ruby-jwt ruby-minitest");
        format!("{packages}; or, with a Ruby of your own: gem install jwt minitest")
    }
}

pub(super) fn present(present: bool) -> State {
    if present { State::Done } else { State::Missing }
}

/// Whether a language is there and runs such a line without a fault.
pub(super) fn answers(program: &str, line: &str) -> bool {
    let option = if program == "ruby" { "-e" } else { "-c" };
    on_path(program).is_some()
        && child::output(child::command(program).args([option, line])).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_language_is_not_installed_then_it_gives_no_answer() {
        assert!(!answers("no-such-language", "1"));
    }
}
