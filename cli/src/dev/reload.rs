//! Lays the Worker's configuration out again when `sign-in.toml` changes; wrangler loads it by itself.

use super::service::Local;
use super::settings::{Options, Settings};
use crate::local_config;
use anyhow::Result;
use one_login_edge::config::{Config, Vars};
use serde_json::json;
use shell::places::{PROJECT, Places};
use shell::terminal;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often the file is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// The name of the Worker that `dev` runs.
pub const NAME: &str = "one-login-edge-dev";

/// Watches the file of a project. A clone has no such file, and nothing happens.
pub struct Reload<'a> {
    places: &'a Places,
    options: &'a Options,
    directory: PathBuf,
    looked: Instant,
    seen: Option<String>,
}

impl<'a> Reload<'a> {
    /// From how the file is now.
    pub fn new(places: &'a Places, options: &'a Options, directory: &Path) -> Self {
        Self {
            places,
            options,
            directory: directory.to_owned(),
            looked: Instant::now(),
            seen: fs::read_to_string(places.root.join(PROJECT)).ok(),
        }
    }

    /// Lays the configuration out if the text has changed, and says what the Worker makes of it. A file that cannot be
    /// used is reported, and the Worker that runs goes on.
    pub fn if_changed(&mut self) {
        if self.looked.elapsed() < EVERY {
            return;
        }
        self.looked = Instant::now();
        // Between the two halves of an editor's saving there is no file.
        let Ok(text) = fs::read_to_string(self.places.root.join(PROJECT)) else {
            return;
        };
        if self.seen.as_ref() == Some(&text) {
            return;
        }
        self.seen = Some(text);
        let said = self.lay_out().unwrap_or_else(|error| {
            vec![
                format!("{error:#}"),
                "the Worker as it was goes on running".to_owned(),
            ]
        });
        for line in said {
            // It goes on though its words find no place.
            let _ = terminal::line(format_args!("[config] {line}"));
        }
    }

    fn lay_out(&self) -> Result<Vec<String>> {
        let local = Local::find(self.places, self.options.service.as_deref())?;
        let settings = Settings::new(self.options, local)?;
        local_config::write(
            self.places,
            &self.directory,
            Some(NAME),
            settings.variables(),
        )?;
        let mut said = vec![format!("{PROJECT} has changed; wrangler loads it")];
        said.extend(faults(&settings));
        Ok(said)
    }
}

/// The faults of the configuration, by the Worker's own parser; keys and bindings, which `dev` brings, are not looked at.
pub fn faults(settings: &Settings) -> Vec<String> {
    let mut vars: Vars = settings.variables().into_iter().collect();
    vars.extend(["DOCUMENTS", "ACCOUNTS"].map(|name| (name.to_owned(), json!(true))));
    let faults = Config::parse(&vars).faults;
    let own = faults.iter().filter(|fault| !fault.field.contains("_KEY_"));
    own.map(ToString::to_string).collect()
}
