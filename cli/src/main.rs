//! `one-login-edge`: the operators' commands for a team's project, where nothing is built.

use clap::{Command, CommandFactory, FromArgMatches, Parser};
use cli::{Installed, Task};
use shell::{places, terminal};
use std::process::ExitCode;

/// How a clone's words are said in a project.
const SPEECH: &[(&str, &str)] = &[
    (
        "npx wrangler deploy --env",
        "npx one-login-edge deploy --env",
    ),
    ("npx wrangler tail", "npx one-login-edge wrangler tail"),
    ("npx wrangler secret", "npx one-login-edge wrangler secret"),
    (
        "npx wrangler rollback",
        "npx one-login-edge wrangler rollback",
    ),
    (
        "npx wrangler deployments",
        "npx one-login-edge wrangler deployments",
    ),
    (
        "`git checkout wrangler.toml` brings the example back",
        "`npm create one-login-edge` makes one",
    ),
    ("cargo edge", "npx one-login-edge"),
    ("wrangler.toml", "sign-in.toml"),
];

#[derive(Parser)]
#[command(
    name = "one-login-edge",
    bin_name = "npx one-login-edge",
    version,
    term_width = terminal::WIDTH,
    about = "Run, check and operate One Login at the edge"
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

/// A command whose help speaks of a project.
fn spoken(command: Command) -> Command {
    let said = |text: Option<&clap::builder::StyledStr>| {
        text.map(|text| terminal::spoken(&text.to_string()))
    };
    let about = said(command.get_about());
    let command = match about {
        Some(about) => command.about(about),
        None => command,
    };
    let command = command.mut_args(|arg| match said(arg.get_help()) {
        Some(help) => arg.help(help),
        None => arg,
    });
    // A usage that is written by hand, because the one that clap makes is wider than a terminal, names a clone's command.
    let usage = command.clone().render_usage().to_string();
    let by_hand = usage
        .strip_prefix("Usage: ")
        .filter(|usage| usage.starts_with("cargo edge"));
    let command = match by_hand {
        Some(usage) => command.override_usage(terminal::spoken(usage)),
        None => command,
    };
    command.mut_subcommands(spoken)
}

fn main() -> ExitCode {
    if places::is_packaged() {
        terminal::speak(SPEECH);
    }
    let matches = spoken(Arguments::command())
        .try_get_matches()
        .unwrap_or_else(|fault| cli::discreet(fault).exit());
    cli::main_with(|places| {
        let arguments = Arguments::from_arg_matches(&matches)?;
        cli::run(places, &Installed, arguments.task)
    })
}
