//! The team's decisions, in `registration.toml` next to `wrangler.toml`: committed, because a sector identifier must
//! never change by accident.

use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;

/// The file's name.
pub const FILE: &str = "registration.toml";

/// A team's decisions about one service in one environment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// E-mail addresses of the team.
    #[serde(default)]
    pub contacts: Vec<String>,
    /// The name that people see when One Login sends them back; the English name in `wrangler.toml` unless given.
    pub client_name: Option<String>,
    /// The sector identifier: scheme and host, which every `sub` depends on.
    pub sector_identifier: Option<String>,
    /// Ids of services that are to recognise the same people.
    #[serde(default)]
    pub shares_users_with: Vec<String>,
}

/// The decisions for every environment and service.
#[derive(Debug, Default)]
pub struct People {
    by_place: BTreeMap<String, BTreeMap<String, Decisions>>,
}

impl People {
    /// Reads the file; one that is absent decides nothing. Every service in it must exist, so that no misspelt
    /// name leaves a decision without effect.
    pub fn read(config: &WorkerConfig) -> Result<Self> {
        let path = config.directory().join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be read", path.display()));
            }
        };
        let by_place: BTreeMap<String, BTreeMap<String, Decisions>> = toml::from_str(&text)
            .with_context(|| format!("{} cannot be understood", path.display()))?;
        for (environment, services) in &by_place {
            let known = config.services(environment);
            let shared = services.values().flat_map(|own| &own.shares_users_with);
            for id in services.keys().chain(shared) {
                if !known.contains(&id.as_str()) {
                    bail!(
                        "{} names {id} in {environment}; wrangler.toml has {} there",
                        path.display(),
                        known.join(", ")
                    );
                }
            }
        }
        Ok(Self { by_place })
    }

    /// The decisions for a service.
    pub fn of(&self, environment: &str, service: &str) -> Decisions {
        let services = self.by_place.get(environment);
        let own = services.and_then(|services| services.get(service));
        own.cloned().unwrap_or_default()
    }

    /// Whether either of two services says that they share their users.
    pub fn share(&self, environment: &str, one: &str, other: &str) -> bool {
        let says = |a: &str, b: &str| {
            let own = self.of(environment, a);
            own.shares_users_with.iter().any(|id| id == b)
        };
        says(one, other) || says(other, one)
    }
}

/// The host of a sector identifier, in lower case: One Login makes a `sub` from it.
pub fn sector_host(identifier: &str) -> Option<String> {
    url::Url::parse(identifier)
        .ok()?
        .host_str()
        .map(str::to_owned)
}
