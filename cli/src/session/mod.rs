//! `cargo edge session`: makes what the Worker tells a service about a signed-in person, without a browser.
//!
//! For a service's own tests. The Worker's code lays the assertion out; the key is the local one of `cargo edge dev`,
//! which no deployment publishes. Reading order: `place` (for which service), `person` (who it is), `mint`, `serve`.

mod mint;
mod person;
mod place;
mod serve;
mod sign;

use crate::supply::Supply;
use anyhow::{Context, Result};
use clap::Subcommand;
use mint::{Minted, mint};
use one_login_edge::gate::endpoints::assertion_keys;
use person::Person;
use place::Place;
use shell::places::Places;
use shell::{child, terminal};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The tasks of `cargo edge session`.
#[derive(Subcommand)]
pub enum Task {
    /// Print the headers with which the Worker would forward a request, signed with a local key; good for a minute
    Mint {
        #[command(flatten)]
        of: Of,
        /// The path that is asked for; its route says what is released
        #[arg(long, default_value = "/account")]
        path: String,
        /// The method, for routes whose assertions name it (`bind`)
        #[arg(long, default_value = "GET")]
        method: String,
        /// One of the simulated One Login's people [default: kenneth]
        #[arg(long, value_name = "NAME")]
        persona: Option<String>,
        /// A JSON file of claims that replace the person's own
        #[arg(long, value_name = "FILE")]
        claims: Option<PathBuf>,
        /// As a JSON object of headers, not as lines
        #[arg(long)]
        json: bool,
    },
    /// Print the key set with which a service verifies such headers
    Keys {
        #[command(flatten)]
        of: Of,
        /// Serve it on this port, at the Worker's path, until Ctrl-C
        #[arg(long, value_name = "PORT")]
        serve: Option<u16>,
    },
}

/// For which service.
#[derive(clap::Args)]
pub struct Of {
    /// The service's id [default: the only one]
    #[arg(long, value_name = "ID")]
    service: Option<String>,
    /// As wrangler.toml has it for this environment [default: as `cargo edge dev` has it]
    #[arg(long, value_name = "ENV")]
    env: Option<String>,
    /// The port of `cargo edge dev` [default: 8787]
    #[arg(long, value_name = "N", conflicts_with = "env")]
    port: Option<u16>,
}

/// `cargo edge session`.
pub fn command(places: &Places, supply: &dyn Supply, task: &Task) -> Result<()> {
    supply.node(places)?;
    match task {
        Task::Mint {
            of,
            path,
            method,
            persona,
            claims,
            json,
        } => {
            let place = Place::find(places, of.service.as_deref(), of.env.as_deref(), of.port)?;
            let persona = persona.as_deref().unwrap_or("kenneth");
            let mut person = Person::read(&told_by(&supply.simulator(places)?, &place, persona)?)?;
            if let Some(file) = claims {
                let text = fs::read_to_string(file)
                    .with_context(|| format!("{} cannot be read", file.display()))?;
                person
                    .replace(&text)
                    .with_context(|| format!("{} cannot be used", file.display()))?;
            }
            let minted = mint(places, &place, &person, (method, path), now()?)?;
            print(minted, *json)?;
        }
        Task::Keys { of, serve } => {
            let place = Place::find(places, of.service.as_deref(), of.env.as_deref(), of.port)?;
            let document = assertion_keys(&place.service).body;
            match serve {
                None => terminal::line(document)?,
                Some(port) => {
                    serve::run(
                        *port,
                        &format!("{}/assertion-jwks.json", place.service.own_path),
                        &document,
                    )?;
                }
            }
        }
    }
    Ok(())
}

/// Only the header lines go to standard output, so that `curl -H @-` reads them; their meaning goes to standard error.
fn print(minted: Minted, json: bool) -> Result<()> {
    terminal::note(minted.about);
    if json {
        let headers = minted.headers.into_iter();
        let headers: serde_json::Map<_, _> = headers
            .map(|(name, token)| (name.to_owned(), token.into()))
            .collect();
        terminal::line(serde_json::Value::Object(headers))
    } else {
        let lines = minted.headers.into_iter();
        let lines: String = lines
            .map(|(name, token)| format!("{name}: {token}\n"))
            .collect();
        terminal::print(&lines)
    }
}

/// A person of the simulated One Login, as its userinfo endpoint tells of them.
fn told_by(simulator: &Path, place: &Place, persona: &str) -> Result<String> {
    let mut simulator = child::command(simulator);
    let host = place.service.host.split(':').next().unwrap_or_default();
    child::output(simulator.args(["person", persona, "--sector", host]))
}

fn now() -> Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since
        .context("this machine's clock is before 1970")?
        .as_secs();
    i64::try_from(seconds).context("this machine's clock is far ahead")
}
