//! `cargo edge assure`: what shows that the product holds and takes too long for every change. Reports are written into
//! `docs/assurance/`, where they are committed.

mod fuzz;
mod mutants;
mod report;
mod reproducible;
mod running;
mod supply_chain;
mod year;
mod year_workerd;

use anyhow::Result;
use clap::Subcommand;
use shell::places::Places;

/// One run.
#[derive(Subcommand)]
pub enum Task {
    /// Write docs/assurance.md from the names of the tests
    Page,
    /// Ask whether anything that the product is made of is known to be broken; needs cargo-deny
    SupplyChain,
    /// Build the last commit twice, in two places, and compare
    Reproducible,
    /// Fuzz every target, guided by what it reaches
    Fuzz {
        /// How long each target is fuzzed
        #[arg(long, value_name = "N", default_value_t = 60)]
        seconds: u32,
    },
    /// Send the Worker a great many requests and watch its memory
    Soak {
        /// How many
        #[arg(long, value_name = "N", default_value_t = 200_000)]
        requests: u32,
    },
    /// Flood the Worker with garbage and see how much people who are signed in notice
    Load {
        /// How many notifications, and how many starts
        #[arg(long, value_name = "N", default_value_t = 10_000)]
        requests: u32,
    },
    /// Put mistakes into the code and see whether a test notices; needs cargo-mutants, goes on where it stopped
    Mutants {
        /// One part of the files, such as 1/8
        #[arg(long, value_name = "K/N")]
        shard: Option<String>,
    },
    /// Simulate the whole system, a week for each seed, and judge every promise
    Year {
        /// How many weeks: 10,000, or 8 against the built Worker
        #[arg(long, value_name = "N")]
        seeds: Option<u64>,
        /// The first seed
        #[arg(long, value_name = "N", default_value_t = 0)]
        from: u64,
        /// Put known mistakes into a copy of the code instead, and see whether the weeks find each
        #[arg(long)]
        mutants: bool,
        /// Try the weeks, thinner, against the built Worker in workerd
        #[arg(long)]
        workerd: bool,
    },
}

/// Does one run.
pub fn command(places: &Places, task: &Task) -> Result<()> {
    match task {
        Task::Page => report::page(places),
        Task::SupplyChain => supply_chain::command(places),
        Task::Reproducible => reproducible::command(places),
        Task::Fuzz { seconds } => fuzz::command(places, *seconds),
        Task::Soak { requests } => running::command(places, "soak", &[requests.to_string()]),
        Task::Load { requests } => running::command(places, "load", &[requests.to_string()]),
        Task::Mutants { shard } => mutants::command(places, shard.as_deref()),
        Task::Year {
            seeds,
            from,
            mutants,
            workerd: true,
        } => {
            let tried = match mutants {
                true => year_workerd::mistakes,
                false => year_workerd::weeks,
            };
            tried(places, *from, seeds.unwrap_or(8))
        }
        Task::Year { mutants: true, .. } => year::mistakes(places),
        Task::Year { seeds, from, .. } => year::weeks(places, *from, seeds.unwrap_or(10_000)),
    }
}
