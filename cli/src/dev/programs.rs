//! The programs of `dev`, each as a command, and the files that they read.

use super::keys::LocalKeys;
use super::settings::Settings;
use super::{encrypted, listen};
use anyhow::{Context, Result};
use shell::places::Places;
use shell::{child, npm};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The register of clients, which the simulated provider reads when it starts.
pub const CLIENTS: &str = "clients.json";

/// The file from which the simulated provider's desk reads what it shows.
const ABOUT: &str = "about.json";

/// The client's public key, for a provider that cannot fetch the Worker's key document.
pub const PUBLIC_KEY: &str = "client-public-key.pem";

/// The file that describes the client to the public GOV.UK One Login simulator.
pub const SIMULATOR_CONFIG: &str = "simulator-config.json";

/// The parts of a command that no change of the configuration touches.
pub struct Programs<'a> {
    /// Where things live.
    pub places: &'a Places,
    /// The program with the simulated provider and the demo service.
    pub simulator: PathBuf,
    /// The directory of what is running.
    pub directory: PathBuf,
    /// The token of the controls, where other machines reach them.
    pub token: Option<String>,
}

impl Programs<'_> {
    /// Writes what the programs read, but for wrangler's configuration.
    ///
    /// # Errors
    /// When a file cannot be written, or no keys can be made.
    pub fn write_files(&self, settings: &Settings) -> Result<()> {
        let write = |name: &str, text: String| {
            let path = self.directory.join(name);
            fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
        };
        fs::create_dir_all(&self.directory)
            .with_context(|| format!("{} cannot be made", self.directory.display()))?;
        let keys = LocalKeys::read_or_make(self.places)?;
        keys.write_dev_vars(&self.directory, &settings.local.id)?;
        write(ABOUT, format!("{:#}\n", settings.about()))?;
        write(CLIENTS, clients(settings))?;
        let public_key = keys.client_public_pem()?;
        let config = settings.simulator_config(&public_key);
        write(SIMULATOR_CONFIG, format!("{config:#}\n"))?;
        write(PUBLIC_KEY, public_key)
    }

    /// The simulated provider.
    pub fn provider(&self, settings: &Settings) -> Command {
        let mut command = child::command(&self.simulator);
        let port = settings.control_port().to_string();
        command.args(["provider", "--port", &port, "--clients"]);
        command.arg(self.directory.join(CLIENTS));
        command.arg("--about").arg(self.directory.join(ABOUT));
        if let (Some(address), Some(token)) = (settings.listen, &self.token) {
            command.args(["--listen", &address.to_string()]);
            command.env(listen::TOKEN, token);
        }
        if settings.https {
            command.args(["--https-port", &(settings.port + 1).to_string()]);
            encrypted::believed_by_the_simulator(&mut command, self.places);
        }
        command
    }

    /// The demo service.
    pub fn demo(&self, settings: &Settings) -> Command {
        let service = settings.service();
        let mut command = child::command(&self.simulator);
        command.args(["origin", "--port", &(settings.port + 2).to_string()]);
        command.args(["--issuer", &service, "--audience", &service]);
        command.args(["--jwks", &settings.own_page("assertion-jwks.json")]);
        if settings.https {
            encrypted::believed_by_the_simulator(&mut command, self.places);
        }
        command
    }

    /// wrangler, which runs the Worker and loads it again when its configuration changes.
    ///
    /// # Errors
    /// When it cannot be found.
    pub fn wrangler(&self, settings: &Settings) -> Result<Command> {
        let mut command = npm::wrangler(self.places)?;
        command
            .args(["dev", "--local", "--port", &settings.port.to_string()])
            .args(listen::for_wrangler(settings.listen, &settings.service()))
            // wrangler looks for a free port of its inspector before it takes it, so that two that start at once take one.
            .args(["--inspector-port", "0"])
            .args(["--show-interactive-dev-session=false", "--persist-to"])
            .arg(self.directory.join("state"))
            .arg("--config")
            .arg(self.directory.join("wrangler.json"))
            .current_dir(&self.directory);
        if settings.https {
            encrypted::shown_by_wrangler(&mut command, self.places);
        }
        Ok(command)
    }
}

/// The text of the register of clients.
pub fn clients(settings: &Settings) -> String {
    format!("{:#}\n", settings.clients())
}
