//! The operators' commands: what a team does that runs One Login at the edge before its service.
//!
//! Nothing here is deployed, and nothing here compiles: `supply` says where the Worker and the programs come from.
//! Reading order: `project` (a team's `sign-in.toml`), `worker_config` (the configuration of a service), `dev` (everything running at one address),
//! `session` (headers for a service's own tests), `registration` (the way to production), `keys`, and `doctor`.
#![warn(clippy::print_stderr)]

mod dev;
mod difference;
mod doctor;
mod invite;
mod keys;
mod lines;
mod local_config;
mod project;
mod public_key;
mod registration;
mod report;
mod session;
mod sessions;
mod stand_in;
mod supply;
mod switch;
mod worker_config;

#[cfg(test)]
mod snapshots;

pub use supply::{Installed, Supply};

use anyhow::Result;
use clap::Subcommand;
use clap::error::ContextValue;
use shell::places::Places;
use shell::{groups, terminal};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

/// A command of an operator.
#[derive(Subcommand)]
pub enum Task {
    /// Run the Worker, a simulated One Login and a demo service until Ctrl-C
    Dev(dev::Options),
    /// Look at a deployed service, or with `--env local` at what `cargo edge dev` runs; exit 1 on errors
    Doctor(doctor::Options),
    /// Make, show, import and rotate the keys of a service; Cloudflare keeps them as secrets
    Keys {
        /// The command
        #[command(subcommand)]
        task: keys::Task,
    },
    /// Register a service with GOV.UK One Login: plan, check and fill the provider's JSON
    Registration {
        /// The command
        #[command(subcommand)]
        task: registration::Task,
    },
    /// Make what the Worker tells a service of a signed-in user, for the service's own tests
    Session {
        /// The command
        #[command(subcommand)]
        task: session::Task,
    },
    /// Tell how many sign-ins were started and came to their end, in the last weeks
    Report(report::Options),
    /// End a person's sessions at a deployed service, as the service itself does
    Sessions {
        /// The command
        #[command(subcommand)]
        task: sessions::Task,
    },
    /// Invite people to a deployed service that has `admission`, or invite them no longer
    Invite {
        /// The command
        #[command(subcommand)]
        task: invite::Task,
    },
    /// Switch sign-in off, or close the whole service, without a deployment
    Switch {
        /// The command
        #[command(subcommand)]
        task: switch::Task,
    },
    /// Judge every environment's configuration by the Worker's own parser; exit 1 on faults
    Check,
    /// Print the whole configuration of an environment, as wrangler is given it
    Config(project::Of),
    /// Deploy the Worker to an environment
    Deploy {
        /// Where to
        #[command(flatten)]
        of: project::Of,
        /// Do everything but the upload
        #[arg(long)]
        dry_run: bool,
        /// A file of secrets that go with it, as `keys new --stdout` writes it
        #[arg(long, value_name = "FILE")]
        secrets_file: Option<PathBuf>,
    },
    /// Compare the installed Worker with its published checksums, and with --env the deployed one; exit 1 where they differ
    Verify {
        /// The environment in sign-in.toml whose deployed Worker is compared
        #[arg(long, value_name = "ENV")]
        env: Option<String>,
    },
    /// Judge another version by your configuration and by a sign-in, then change the number in package.json
    Upgrade(project::upgrade::Options),
    /// Run the pinned wrangler with the configuration of the environment that `--env` names
    Wrangler {
        /// Its words, such as `tail --env production`
        #[arg(
            value_name = "WORDS",
            required = true,
            trailing_var_arg = true,
            allow_hyphen_values = true
        )]
        words: Vec<String>,
    },
    /// Write the whole configuration into a file of your own, for wrangler without this tool
    Eject,
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

/// Runs a command. The exit code is not 0 where its answer is a bad one, such as an error that `doctor` found.
///
/// # Errors
/// When the command cannot give an answer.
pub fn run(places: &Places, supply: &'static dyn Supply, task: Task) -> Result<ExitCode> {
    match task {
        Task::Dev(options) => dev::command(places, supply, &options)?,
        Task::Doctor(options) => return doctor::command(places, supply, &options),
        Task::Registration { task } => return registration::command(places, &task),
        Task::Session { task } => session::command(places, supply, &task)?,
        Task::Sessions { task } => sessions::command(places, supply, &task)?,
        Task::Invite { task } => invite::command(places, supply, &task)?,
        Task::Switch { task } => switch::command(places, supply, &task)?,
        Task::Report(options) => report::command(places, supply, &options)?,
        Task::Keys { task } => keys::command(places, supply, &task)?,
        Task::Check => return project::check(places),
        Task::Config(of) => project::config(places, &of)?,
        Task::Deploy {
            of,
            dry_run,
            secrets_file,
        } => return project::deploy(places, &of, dry_run, secrets_file.as_deref()),
        Task::Verify { env } => return project::verify(places, env.as_deref()),
        Task::Upgrade(options) => return project::upgrade::command(places, &options),
        Task::Wrangler { words } => {
            supply.node(places)?;
            return project::wrangler(places, &words);
        }
        Task::Eject => project::eject(places)?,
        Task::LocalConfig { out, vars, name } => {
            local_config::command(places, &out, &vars, name.as_deref())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The same fault of a command line without the e-mail addresses and people that it may repeat.
pub fn discreet(mut fault: clap::Error) -> clap::Error {
    let names = |value: &ContextValue| ["@", "urn:"].map(|sign| value.to_string().contains(sign));
    let named: Vec<_> = fault
        .context()
        .filter_map(|(kind, value)| (names(value) != [false; 2]).then_some(kind))
        .collect();
    for kind in named {
        fault.insert(kind, ContextValue::String("…".to_owned()));
    }
    fault
}

/// Runs a whole program: children end with it, and an error is told on standard error.
pub fn main_with(work: impl FnOnce(&Places) -> Result<ExitCode>) -> ExitCode {
    let run = || {
        groups::end_children_on_signals()?;
        work(&Places::find()?)
    };
    run().unwrap_or_else(|error: anyhow::Error| {
        groups::wait_if_ending();
        let is_terminal = std::io::stderr().is_terminal();
        terminal::note(format_args!("\n{}", terminal::error(&error, is_terminal)));
        ExitCode::FAILURE
    })
}
