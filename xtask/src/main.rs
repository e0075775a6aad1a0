//! `cargo edge`: sets up, builds, tests and measures One Login at the edge, and hands the operators' commands to `cli`.
//!
//! Nothing here is deployed, and nothing here leaves the repository. Reading order: `setup` (what must be installed, and
//! how it gets there), `build` (the Worker for wasm32), `checkout` (what operators' commands get from both), `test` and
//! `bench`.
#![warn(clippy::print_stderr)]

mod assure;
mod bench;
mod binary;
mod build;
mod checkout;
mod graph;
mod meter;
mod release;
mod revocation;
mod sbom;
mod setup;
mod simulator;
mod stamp;
mod test;
mod wasm;

use anyhow::Result;
use bench::Format;
use build::Worker;
use checkout::Checkout;
use clap::{Parser, Subcommand};
use setup::Need;
use shell::places::Places;
use shell::terminal;
use std::path::PathBuf;
use std::process::ExitCode;
use test::{Part, Selection};

#[derive(Parser)]
#[command(
    name = "cargo edge",
    bin_name = "cargo edge",
    term_width = terminal::WIDTH,
    about = "Set up, build, run and test One Login at the edge"
)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install whatever is missing; takes under a second when nothing is
    Setup {
        /// Chromium as well, which only the browser tests need
        #[arg(long)]
        browser: bool,
        /// Firefox and WebKit too, which only the tests in all engines need
        #[arg(long)]
        engines: bool,
        /// Go, Ruby, Python, Java and PHP as well, which only the tests of packages/ need
        #[arg(long)]
        origins: bool,
    },
    /// Build the Worker for wasm32 into build/ (wrangler calls this too)
    Build {
        /// The one beneath which tests make everything fail, into target/edge/faulty/
        #[arg(long, hide = true)]
        faulty: bool,
        /// A copy that counts its instructions as well, into target/edge/metered/
        #[arg(long, hide = true, conflicts_with = "faulty")]
        metered: bool,
    },
    /// Set up, build and run every test
    Test {
        /// Run one part only
        #[arg(long, value_name = "PART")]
        only: Option<Part>,
        /// Run tests whose names contain one of these, and nothing but tests
        #[arg(value_name = "FILTER")]
        filters: Vec<String>,
    },
    /// Measure how long a copied cookie is of use once its session has ended, and compare it with the promise
    Revocation {
        /// The service's `revocation_check_seconds`
        #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(0..=3_600))]
        check_seconds: u32,
    },
    /// Make pictures of every page in both languages and themes, in target/edge/test/pages/
    Screenshots,
    /// Measure what the Worker adds to a request, and what a team would write instead
    Bench {
        /// How many rounds, in each of which every case has its turn [default: 60]
        #[arg(long, value_name = "N")]
        rounds: Option<u32>,
        /// How many requests of a case in a round [default: 200]
        #[arg(long, value_name = "N")]
        requests: Option<u32>,
        /// Fewer of everything: a look in two minutes, not a measurement
        #[arg(long)]
        quick: bool,
        /// How the result is printed
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        /// Draw a chart into this file
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
    },
    /// Show that it holds, by runs that take too long for every change; reports go to docs/assurance/
    Assure {
        #[command(subcommand)]
        task: assure::Task,
    },
    /// List everything that the Worker and its tools are made of, as a CycloneDX document
    Sbom {
        /// Write it to this file in place of standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Pack the Worker, the tool and what makes a team's repository, into target/release-artifacts/
    Release {
        /// The platforms whose tools the Worker's package asks for, such as linux-x64,darwin-arm64 [default: this one]
        #[arg(long, value_name = "LIST", value_delimiter = ',')]
        platforms: Vec<String>,
        /// The public repository that it is published from, which npm compares with the provenance
        #[arg(long, value_name = "URL")]
        repository: Option<String>,
    },
    /// A command of the operators.
    #[command(flatten)]
    Operator(cli::Task),
}

fn main() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|fault| cli::discreet(fault).exit());
    cli::main_with(|places| run(places, arguments.command))
}

fn run(places: &Places, task: Task) -> Result<ExitCode> {
    match task {
        Task::Setup {
            browser,
            engines,
            origins,
        } => {
            setup::command(places, Need::of(browser, engines, origins))?;
        }
        Task::Build { metered: true, .. } => meter::command(places)?,
        Task::Build { faulty: true, .. } => build::command(places, Worker::Faulty)?,
        Task::Build { .. } => build::command(places, Worker::Released)?,
        Task::Test { only, filters } => test::command(places, &Selection::new(only, filters))?,
        Task::Revocation { check_seconds } => revocation::command(places, check_seconds)?,
        Task::Screenshots => test::screenshots(places)?,
        Task::Bench {
            rounds,
            requests,
            quick,
            format,
            svg,
        } => bench::command(
            places,
            &bench::Options {
                rounds,
                requests,
                quick,
                format,
                svg,
            },
        )?,
        Task::Assure { task } => assure::command(places, &task)?,
        Task::Sbom { out } => sbom::command(places, out.as_deref())?,
        Task::Release {
            platforms,
            repository,
        } => release::command(places, &platforms, repository.as_deref())?,
        Task::Operator(task) => return cli::run(places, &Checkout, task),
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod docs_tests;
#[cfg(test)]
#[path = "main_tests.rs"]
mod tests;
