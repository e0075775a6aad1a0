//! For which service an assertion is made: as `cargo edge dev` runs it, or as `wrangler.toml` has it.

use crate::dev::{Local, LocalKeys, Options, Settings};
use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, bail};
use one_login_edge::config::{Config, Service, Vars};
use serde_json::json;
use shell::places::Places;
use std::rc::Rc;

/// A service that the Worker's parser has read, with the local key in the place of its own.
pub struct Place {
    /// The service.
    pub service: Rc<Service>,
    /// The private key of its assertions, as a JSON Web Key.
    pub key: String,
}

impl Place {
    /// Finds the service, which is a project's only one or the demo unless it is named; its key is always the local one.
    ///
    /// # Errors
    /// When there is no such service, or the Worker would not serve it.
    pub fn find(
        places: &Places,
        id: Option<&str>,
        environment: Option<&str>,
        port: Option<u16>,
    ) -> Result<Self> {
        let id = match id {
            Some(id) => id.to_owned(),
            None => Local::find(places, None)?.id,
        };
        let keys = LocalKeys::read_or_make(places)?;
        let key = keys.assertion();
        let service = match environment {
            Some(environment) => {
                let config = WorkerConfig::of(&places.root)?;
                let id = config.find(environment, &id)?;
                config.service_with_key(environment, &id, &key)?
            }
            None => {
                let service = Local::find(places, Some(&id))?;
                if !service.id.eq_ignore_ascii_case(&id) {
                    bail!(
                        "`cargo edge dev` serves only {}; name the environment of wrangler.toml that has {id} with --env",
                        service.id
                    );
                }
                local(&keys, port, service)?
            }
        };
        Ok(Self { service, key })
    }
}

/// The service as a local Worker reads it.
fn local(keys: &LocalKeys, port: Option<u16>, service: Local) -> Result<Rc<Service>> {
    let id = service.id.clone();
    let options = Options {
        port,
        ..Options::default()
    };
    let settings = Settings::new(&options, service)?;
    let mut vars: Vars = settings.variables().into_iter().collect();
    vars.extend(keys.secrets(&id));
    vars.extend(["DOCUMENTS", "ACCOUNTS"].map(|name| (name.to_owned(), json!(true))));
    let config = Config::parse(&vars);
    let service = config.services().next().cloned();
    service.with_context(|| format!("the local configuration has faults: {:?}", config.faults))
}
