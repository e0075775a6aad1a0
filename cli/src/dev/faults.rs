//! The configuration as `dev` would run it: sound, or each fault in it with its file, its line and its variable.

use super::service::Local;
use super::settings::{Options, Settings};
use crate::lines::Lines;
use crate::local_config;
use crate::worker_config::WorkerConfig;
use anyhow::Result;
use one_login_edge::config::{Config, Vars};
use serde_json::{Value, json};
use shell::places::{PROJECT, Places};
use std::fs;
use std::path::PathBuf;

/// The name of the Worker that `dev` runs.
pub const NAME: &str = "one-login-edge-dev";

/// A configuration that was judged.
pub struct Judged {
    /// The settings, with wrangler's configuration; none where there are faults.
    pub sound: Option<(Settings, Value)>,
    /// The faults for which nothing can be run.
    pub faults: Vec<String>,
    /// The faults of environments that can be deployed, which `dev` does not run.
    pub of_others: Vec<String>,
}

/// The file in which a person mends the configuration.
pub fn file(places: &Places) -> PathBuf {
    places.root.join(name(places))
}

/// Its name.
pub fn name(places: &Places) -> &'static str {
    match places.is_project() {
        true => PROJECT,
        false => "wrangler.toml",
    }
}

/// Judges the configuration by the Worker's own parser. No key is looked at, because `dev` makes its own.
pub fn judge(places: &Places, options: &Options) -> Judged {
    let text = fs::read_to_string(file(places)).unwrap_or_default();
    let (sound, faults) = match local(places, options, &Lines::new(&text)) {
        Ok((settings, config, faults)) if faults.is_empty() => (Some((settings, config)), faults),
        Ok((_, _, faults)) => (None, faults),
        Err(error) => (
            None,
            format!("{error:#}").lines().map(str::to_owned).collect(),
        ),
    };
    let of_others = deployed(places, &faults);
    Judged {
        sound,
        faults,
        of_others,
    }
}

/// The settings, the configuration and its faults.
fn local(
    places: &Places,
    options: &Options,
    lines: &Lines<'_>,
) -> Result<(Settings, Value, Vec<String>)> {
    let local = Local::find(places, options.service.as_deref())?;
    let settings = Settings::new(options, local)?;
    let config = local_config::made(places, Some(NAME), settings.variables())?;
    let mut vars: Vars = config["vars"].as_object().cloned().unwrap_or_default();
    vars.extend(["DOCUMENTS", "ACCOUNTS"].map(|name| (name.to_owned(), json!(true))));
    let faults = Config::parse(&vars).faults;
    let own = faults.iter().filter(|fault| !fault.field.contains("_KEY_"));
    let own = own.map(|fault| lines.fault(name(places), "local", fault));
    let faults = own.collect();
    Ok((settings, config, faults))
}

/// Faults of the environments that can be deployed, without those that the local one has too; none of a file that cannot be read.
fn deployed(places: &Places, known: &[String]) -> Vec<String> {
    let Ok(config) = WorkerConfig::of(&places.root) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for environment in config.environments() {
        let faults = config.parsed(environment).faults;
        let said = config.said(environment, &faults);
        let own = said.into_iter().filter(|said| !known.contains(said));
        all.extend(own.map(|said| format!("{environment}: {said}")));
    }
    all
}
