//! `cargo edge bench`: what the Worker adds to a request, compared with what a team would write instead.
//!
//! `bench/run.mjs` measures and prints one figure after the other; `figures` collects them, `statistics` makes ratios of
//! them, `results` holds each against its target, and `table`, `json` and `chart` show what came of it.

mod chart;
mod figures;
mod json;
mod results;
mod statistics;
mod table;
mod targets;

use crate::build;
use crate::setup::{self, Need};
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use figures::Figures;
use results::Results;
use serde_json::json;
use shell::places::Places;
use shell::progress::Progress;
use shell::{child, npm, terminal};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// A run that hangs must not hold a build server for ever.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// How the result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table with every target and its measured ratio
    Table,
    /// One JSON object: the ratios, and every raw figure beside them
    Json,
}

/// The options of the command line.
#[derive(Debug)]
pub struct Options {
    /// How many rounds, in each of which every case has its turn.
    pub rounds: Option<u32>,
    /// How many requests of a case in a round; those that cost milliseconds get a sixth of them.
    pub requests: Option<u32>,
    /// Fewer of everything: a look, not a measurement.
    pub quick: bool,
    /// How the result is printed.
    pub format: Format,
    /// Where a chart goes, if one is wanted.
    pub svg: Option<PathBuf>,
}

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Amount {
    rounds: u32,
    requests: u32,
    /// How often every process is restarted.
    generations: u32,
    /// Requests after which memory is looked at.
    lifetime: u32,
    /// Starts of a process.
    starts: u32,
    /// Turns of busy Workers, and of accounts that fall asleep.
    turns: u32,
}

impl Options {
    fn amount(&self) -> Amount {
        let usual = match self.quick {
            true => Amount {
                rounds: 8,
                requests: 120,
                generations: 1,
                lifetime: 5_000,
                starts: 4,
                turns: 2,
            },
            false => Amount {
                rounds: 60,
                requests: 200,
                generations: 3,
                lifetime: 200_000,
                starts: 15,
                turns: 6,
            },
        };
        Amount {
            rounds: self.rounds.unwrap_or(usual.rounds),
            requests: self.requests.unwrap_or(usual.requests),
            ..usual
        }
    }
}

/// `cargo edge bench`.
pub fn command(places: &Places, options: &Options) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("the CPU time of another process can be read on Linux alone; run this there");
    }
    let amount = options.amount();
    if amount.rounds < 2 || amount.requests < 12 {
        bail!("fewer than 2 rounds or 12 requests say nothing");
    }
    setup::ensure(places, Need::Worker)?;
    build::build(places)?;
    let figures = measure(places, amount)?;
    let results = Results::new(&figures)?;
    if let Some(file) = &options.svg {
        fs::write(file, chart::draw(&results))
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    match options.format {
        Format::Table => terminal::print(&table::lay_out(&results, &figures)),
        Format::Json => terminal::line(format_args!("{:#}", json::object(&results, &figures))),
    }
}

/// Runs `bench/run.mjs` and collects what it prints.
fn measure(places: &Places, amount: Amount) -> Result<Figures> {
    let settings = json!({
        "rounds": amount.rounds,
        "requests": amount.requests,
        "generations": amount.generations,
        "lifetime": amount.lifetime,
        "starts": amount.starts,
        "turns": amount.turns,
    });
    let mut node = npm::node(places)?;
    node.arg(places.root.join("bench/run.mjs"))
        .current_dir(&places.root)
        .env("EDGE_ROOT", &places.root)
        .env("EDGE_CLI", &places.program)
        .env("EDGE_BENCH", settings.to_string())
        .env("WRANGLER_SEND_METRICS", "false");
    let mut figures = Figures::default();
    let title = format!("{} rounds of {} requests", amount.rounds, amount.requests);
    Progress::during(&title, |progress| {
        let ended = child::run_with(&mut node, Some(LIMIT), |line| {
            if let Some(news) = figures.take(line) {
                progress.line(&news);
            }
        })?;
        ended.into_result("the benchmark")
    })?;
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_an_amount_is_given_then_it_wins_over_the_usual_one() {
        let options = Options {
            rounds: Some(9),
            requests: None,
            quick: true,
            format: Format::Table,
            svg: None,
        };
        let amount = options.amount();
        assert_eq!(
            (amount.rounds, amount.requests, amount.lifetime),
            (9, 120, 5_000)
        );
    }
}
