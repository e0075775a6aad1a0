//! For which service an assertion is made: as `cargo edge dev` runs it, or as `wrangler.toml` has it.

use crate::dev::{LocalKeys, Options, Settings};
use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, bail};
use one_login_edge::config::{Config, Service, Vars};
use serde_json::json;
use shell::places::Places;
use std::rc::Rc;

/// The one service of `cargo edge dev`.
const LOCAL: &str = "DEMO";

/// A service that the Worker's parser has read, with the local key in the place of its own.
pub struct Place {
    /// The service.
    pub service: Rc<Service>,
    /// The private key of its assertions, as a JSON Web Key.
    pub key: String,
}

impl Place {
    /// Finds the service; its key is always the local one.
    ///
    /// # Errors
    /// When there is no such service, or the Worker would not serve it.
    pub fn find(
        places: &Places,
        id: &str,
        environment: Option<&str>,
        port: Option<u16>,
    ) -> Result<Self> {
        let keys = LocalKeys::read_or_make(places)?;
        let key = keys.assertion();
        let service = match environment {
            Some(environment) => {
                let config = WorkerConfig::read(&places.root.join("wrangler.toml"))?;
                let id = config.find(environment, id)?;
                config.service_with_key(environment, &id, &key)?
            }
            None if id.eq_ignore_ascii_case(LOCAL) => local(&keys, port)?,
            None => bail!(
                "`cargo edge dev` serves {LOCAL} alone; name the environment of wrangler.toml that has {id} with --env"
            ),
        };
        Ok(Self { service, key })
    }
}

/// The service as a local Worker reads it.
fn local(keys: &LocalKeys, port: Option<u16>) -> Result<Rc<Service>> {
    let settings = Settings::new(&Options {
        port,
        ..Options::default()
    })?;
    let mut vars: Vars = settings.variables().into_iter().collect();
    vars.extend(keys.secrets());
    vars.extend(["DOCUMENTS", "ACCOUNTS"].map(|name| (name.to_owned(), json!(true))));
    let config = Config::parse(&vars);
    let service = config.services().next().cloned();
    service.with_context(|| format!("the local configuration has faults: {:?}", config.faults))
}
