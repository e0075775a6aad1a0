//! `cargo edge`: sets up, builds, runs and tests One Login at the edge on a developer's machine or a build server.
//!
//! Nothing here is deployed. Reading order: `setup` (what must be installed, and how it gets there), `build` (the
//! Worker for wasm32), `dev` (everything running at one address), `session` (headers for a service's own tests), `test` and
//! `bench`. `registration` is for the way to production. `places` knows where files live, `worker_config` what
//! `wrangler.toml` says of a service, `child` runs other programs, `progress` is all that a person sees while they run,
//! `terminal` how answers look and are written.
#![warn(clippy::print_stderr)]

mod assure;
mod bench;
mod build;
mod child;
mod dev;
mod difference;
mod doctor;
mod groups;
mod keys;
mod local_config;
mod npm;
mod places;
mod progress;
mod registration;
mod revocation;
mod sbom;
mod session;
mod setup;
mod simulator;
mod stamp;
mod terminal;
mod test;
mod wasm;
mod worker_config;

use anyhow::Result;
use bench::Format;
use build::Worker;
use clap::{Parser, Subcommand};
use places::Places;
use setup::Need;
use std::io::IsTerminal;
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
        /// Go, Ruby and Python as well, which only the tests of the verifiers in examples/origin need
        #[arg(long)]
        origins: bool,
    },
    /// Build the Worker for wasm32 into build/ (wrangler calls this too)
    Build {
        /// The one beneath which tests make everything fail, into target/edge/faulty/
        #[arg(long, hide = true)]
        faulty: bool,
    },
    /// Run the Worker, a simulated One Login and a demo service until Ctrl-C
    Dev {
        /// Use this provider in place of the simulated one, such as http://localhost:3000
        #[arg(long, value_name = "URL")]
        provider: Option<String>,
        /// The client id at the provider [default: demo]
        #[arg(long, value_name = "ID")]
        client_id: Option<String>,
        /// The Worker's port; the next two are used as well [default: 8787]
        #[arg(long, value_name = "N")]
        port: Option<u16>,
        /// Put the Worker in front of this service in place of the demo service
        #[arg(long, value_name = "URL")]
        origin: Option<String>,
        /// Serve the Worker and the simulated provider at https, which Safari needs
        #[arg(long)]
        https: bool,
    },
    /// Look at a deployed service, or with `--env local` at what `cargo edge dev` runs; exit 1 on errors
    Doctor(doctor::Options),
    /// Make, show, import and rotate the keys of a service; Cloudflare keeps them as secrets
    Keys {
        #[command(subcommand)]
        task: keys::Task,
    },
    /// Register a service with GOV.UK One Login: plan, check and fill the provider's JSON
    Registration {
        #[command(subcommand)]
        task: registration::Task,
    },
    /// Make what the Worker tells a service of somebody who is signed in, for the service's own tests
    Session {
        #[command(subcommand)]
        task: session::Task,
    },
    /// Set up, build and run every test
    Test {
        /// One part alone
        #[arg(long, value_name = "PART")]
        only: Option<Part>,
        /// Run tests whose names contain one of these, and nothing but tests
        #[arg(value_name = "FILTER")]
        filters: Vec<String>,
    },
    /// Measure how long a copied cookie is of use once its session has ended, beside what is promised
    Revocation {
        /// The service's `revocation_check_seconds`
        #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(0..=3_600))]
        check_seconds: u32,
    },
    /// Make pictures of every page in both languages and themes, in target/edge/test/pages/
    Screenshots,
    /// Measure what the Worker adds to a request, beside what a team would write instead
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
    /// Write a configuration for `wrangler dev`, derived from wrangler.toml; for the tests in workerd
    #[command(hide = true)]
    LocalConfig {
        /// The directory that gets wrangler.json
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// A JSON object of variables, laid over wrangler.toml's own
        #[arg(long, value_name = "FILE")]
        vars: PathBuf,
        /// The Worker's name
        #[arg(long)]
        name: Option<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            groups::wait_if_ending();
            let is_terminal = std::io::stderr().is_terminal();
            terminal::note(format_args!("\n{}", terminal::error(&error, is_terminal)));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    groups::end_children_on_signals()?;
    let places = Places::find()?;
    match arguments.command {
        Task::Setup {
            browser,
            engines,
            origins,
        } => {
            setup::command(&places, Need::of(browser, engines, origins))?;
        }
        Task::Build { faulty: false } => build::command(&places, Worker::Released)?,
        Task::Build { faulty: true } => build::command(&places, Worker::Faulty)?,
        Task::Dev {
            provider,
            client_id,
            port,
            origin,
            https,
        } => {
            dev::command(
                &places,
                &dev::Options {
                    provider,
                    client_id,
                    port,
                    origin,
                    https,
                },
            )?;
        }
        Task::Doctor(options) => return doctor::command(&places, &options),
        Task::Registration { task } => return registration::command(&places, &task),
        Task::Session { task } => session::command(&places, &task)?,
        Task::Keys { task } => keys::command(&places, &task)?,
        Task::Test { only, filters } => test::command(&places, &Selection::new(only, filters))?,
        Task::Revocation { check_seconds } => revocation::command(&places, check_seconds)?,
        Task::Screenshots => test::screenshots(&places)?,
        Task::Bench {
            rounds,
            requests,
            quick,
            format,
            svg,
        } => bench::command(
            &places,
            &bench::Options {
                rounds,
                requests,
                quick,
                format,
                svg,
            },
        )?,
        Task::Assure { task } => assure::command(&places, &task)?,
        Task::Sbom { out } => sbom::command(&places, out.as_deref())?,
        Task::LocalConfig { out, vars, name } => {
            local_config::command(&places, &out, &vars, name.as_deref())?
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod docs_tests;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
#[path = "main_tests.rs"]
mod tests;
