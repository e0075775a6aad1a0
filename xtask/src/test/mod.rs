//! `cargo edge test`: everything that must hold before a change is merged, in the order that fails soonest.

mod deployment;
pub mod node;
mod origins;
mod stream;
mod summary;

use crate::setup::{self, Need};
use crate::simulator;
use crate::wasm::{self, Compiler};
use crate::{build, release};
use anyhow::Result;
use clap::ValueEnum;
use shell::child;
use shell::places::Places;
use shell::terminal;
use std::path::PathBuf;
pub use stream::stream;
use summary::Summary;

/// A part of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Formatting, lints, and the tests that need no Worker
    Native,
    /// The packages for services, each in its language, and the built Worker in front of real servers
    Origins,
    /// The built Worker in workerd, and whether it could be deployed
    Workerd,
    /// Journeys in Chromium
    Browser,
    /// The same journeys in Chromium, Firefox and WebKit, and the Nu HTML checker
    Engines,
    /// The packed release in an empty directory, with Node and without Rust
    Package,
}

/// The tests to run.
pub struct Selection {
    only: Option<Part>,
    filters: Vec<String>,
}

impl Selection {
    /// Everything, unless narrowed. With filters, only tests whose names contain one run, and nothing but tests.
    pub fn new(only: Option<Part>, filters: Vec<String>) -> Self {
        Self { only, filters }
    }

    fn includes(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }

    fn need(&self) -> Need {
        Need::of(
            self.includes(Part::Browser),
            self.includes(Part::Engines),
            self.includes(Part::Origins),
        )
    }
}

/// Runs what is selected and stops at the first failure; the summary is printed either way.
pub fn command(places: &Places, selection: &Selection) -> Result<()> {
    let mut summary = Summary::default();
    let result = run(places, selection, &mut summary);
    let shown = terminal::line(format_args!("\n{summary}"));
    result.and(shown)
}

/// The names of the tests that leave a picture of every page.
const PICTURED: [&str; 5] = [
    "every page is",
    "leave nothing invisible",
    "warning comes before",
    "screen reader is told",
    "leads on to the provider",
];

/// `cargo edge screenshots`: runs only the tests that save pictures of the pages.
pub fn screenshots(places: &Places) -> Result<()> {
    setup::ensure(places, Need::Browser)?;
    let simulator = simulator::build(places)?;
    build::build(places)?;
    let pictured = PICTURED.map(str::to_owned);
    node::run(places, "browser", &pictured, &simulator)?;
    terminal::line("Pictures of every page are in target/edge/test/pages/")
}

fn run(places: &Places, selection: &Selection, summary: &mut Summary) -> Result<()> {
    summary.step("set-up", || {
        setup::ensure(places, selection.need()).map(|_| String::new())
    })?;
    if selection.includes(Part::Native) {
        native(places, selection, summary)?;
    }
    if selection.includes(Part::Origins) {
        origins::run(places, &selection.filters, summary)?;
    }
    let servers = selection.includes(Part::Origins) && origins::wants_servers(&selection.filters);
    if servers
        || [Part::Workerd, Part::Browser, Part::Engines, Part::Package]
            .into_iter()
            .any(|part| selection.includes(part))
    {
        let mut simulator = PathBuf::new();
        summary.step("simulated One Login", || {
            simulator = simulator::build(places)?;
            Ok(String::new())
        })?;
        summary.step("Worker for wasm32", || {
            build::build(places).map(|size| size.to_string())
        })?;
        if selection.includes(Part::Workerd) {
            if selection.filters.is_empty() {
                summary.step("Worker beneath which all can fail", || {
                    build::of(places, build::Worker::Faulty).map(|_| String::new())
                })?;
                lint_for_wasm(places, summary)?;
                for environment in ["integration", "production"] {
                    let name = format!("deployment to {environment}, tried");
                    summary.step(&name, || deployment::dry_run(places, environment))?;
                }
            }
            summary.step("tests in workerd", || {
                node::run(places, "workerd", &selection.filters, &simulator)
            })?;
        }
        if servers {
            summary.step("tests with real servers", || {
                node::run(places, "origins", &selection.filters, &simulator)
            })?;
        }
        if selection.includes(Part::Browser) {
            summary.step("tests in Chromium", || {
                node::run(places, "browser", &selection.filters, &simulator)
            })?;
        }
        if selection.includes(Part::Engines) {
            summary.step("tests in three engines", || {
                node::run(places, "engines", &selection.filters, &simulator)
            })?;
        }
        // A filter is seldom meant for these, and a release takes minutes.
        if selection.only == Some(Part::Package)
            || selection.includes(Part::Package) && selection.filters.is_empty()
        {
            summary.step("release", || {
                release::command(places, &[], None).map(|()| String::new())
            })?;
            summary.step("tests of the packed release", || {
                node::run(places, "package", &selection.filters, &simulator)
            })?;
        }
    }
    Ok(())
}

fn native(places: &Places, selection: &Selection, summary: &mut Summary) -> Result<()> {
    let cargo = |line: &str, filters: &[String]| {
        let mut cargo = child::command("cargo");
        cargo
            .args(line.split(' '))
            .args(filters)
            .current_dir(&places.root);
        stream(&mut cargo, None, &format!("`cargo {line}`")).map(|()| String::new())
    };
    if !selection.filters.is_empty() {
        let line = "test --workspace --";
        return summary.step("native tests", || cargo(line, &selection.filters));
    }
    let lints = "clippy --workspace --all-targets -- -D warnings";
    summary.step("formatting", || cargo("fmt --all --check", &[]))?;
    summary.step("spelling", || spelling(places).map(|()| String::new()))?;
    summary.step("lints", || cargo(lints, &[]))?;
    summary.step("native tests", || cargo("test --workspace", &[]))
}

fn spelling(places: &Places) -> Result<()> {
    setup::ensure_spelling(places)?;
    let mut typos = child::command(setup::SPELLING.program(places, "typos")?);
    typos.args(["--format", "brief"]).current_dir(&places.root);
    stream(&mut typos, None, "`typos`")
}

/// A native lint does not see code for wasm32 only. Debian's compiler has no clippy that fits rustup's.
fn lint_for_wasm(places: &Places, summary: &mut Summary) -> Result<()> {
    let compiler = Compiler::choose(places)?;
    if !matches!(compiler, Compiler::Own) {
        summary.left_out("lints for wasm32", "they need rustup's target");
        return Ok(());
    }
    summary.step("lints for wasm32", || {
        let mut cargo = child::command("cargo");
        compiler.prepare(&mut cargo, places)?;
        cargo.args([
            "clippy",
            "--package",
            "one-login-edge",
            "--target",
            wasm::TARGET,
        ]);
        cargo
            .args(["--", "-D", "warnings"])
            .current_dir(&places.root);
        stream(&mut cargo, None, "clippy for wasm32").map(|()| String::new())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_only_is_given_then_the_selection_is_narrowed() {
        let all = Selection::new(None, Vec::new());
        let native = Selection::new(Some(Part::Native), Vec::new());
        assert!(
            all.includes(Part::Native)
                && all.includes(Part::Browser)
                && all.need() == Need::Everything
        );
        assert!(
            native.includes(Part::Native)
                && !native.includes(Part::Workerd)
                && native.need() == Need::Worker
        );
    }
}
