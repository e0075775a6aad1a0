//! `one-login-edge`: the operators' commands with what is installed, for where nothing is built.

use clap::Parser;
use cli::{Installed, Task};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "one-login-edge",
    bin_name = "one-login-edge",
    term_width = shell::terminal::WIDTH,
    about = "Run, check and operate One Login at the edge"
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    cli::main_with(|places| cli::run(places, &Installed, arguments.task))
}
