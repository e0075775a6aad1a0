//! `cargo edge dev`: the Worker in workerd, a simulated One Login and a demo service, at one address.

mod decisions;
mod encrypted;
mod files;
mod keys;
mod listen;
mod rebuild;
mod reload;
mod service;
mod settings;
mod supervise;
mod welcome;

pub use keys::LocalKeys;
pub use service::Local;
pub use settings::{Options, Settings};
pub use supervise::{Company, require_free};

use crate::local_config;
use crate::supply::Supply;
use anyhow::{Context, Result};
use decisions::Decisions;
use rebuild::Rebuild;
use reload::Reload;
use shell::child;
use shell::groups;
use shell::npm;
use shell::places::Places;
use shell::progress::Progress;
use shell::terminal;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long a program may take until it answers.
const SIMULATOR_PATIENCE: Duration = Duration::from_secs(30);
const WORKER_PATIENCE: Duration = Duration::from_secs(120);

/// The Worker's name among what is running.
const WORKER: &str = "worker";

/// The file from which the simulated provider's desk reads what it shows.
const ABOUT: &str = "about.json";

/// Sets up, builds, starts everything, and stays until Ctrl-C or until one of them ends.
pub fn command(places: &Places, supply: &'static dyn Supply, options: &Options) -> Result<()> {
    let local = Local::find(places, options.service.as_deref())?;
    let settings = Settings::new(options, local)?;
    for (port, purpose) in settings.ports() {
        require_free(port, purpose)?;
    }
    supply.node(places)?;
    let simulator = supply.simulator(places)?;
    supply.worker(places)?;
    let directory = places.work().join(settings.directory());
    write_files(places, &settings, &directory)?;
    if settings.https {
        encrypted::make(places, &simulator)?;
    }

    let token = listen::token(settings.own_provider && settings.listen.is_some())?;
    let mut company = Company::default();
    Progress::during("starting everything", |_| {
        start(
            &mut company,
            places,
            &settings,
            &simulator,
            &directory,
            token.as_deref(),
        )
    })?;
    groups::a_signal_is_success();
    terminal::line(welcome::text(
        places,
        &settings,
        &directory,
        token.as_deref(),
    ))?;
    for fault in reload::faults(&settings) {
        terminal::line(format_args!("[config] {fault}"))?;
    }
    let mut rebuild = Rebuild::new(places, supply);
    let mut reload = Reload::new(places, options, &directory);
    let mut decisions = settings
        .own_provider
        .then(|| Decisions::new(settings.control_port(), token));
    company.run(|said| {
        for (name, line) in said {
            // Servers are not ended because their words find no place.
            let _ = terminal::line(format_args!("[{name}] {line}"));
            if let Some(decisions) = decisions.as_mut().filter(|_| name == WORKER) {
                decisions.hear(&line);
            }
        }
        if let Some(decisions) = &mut decisions {
            decisions.pass_on();
        }
        rebuild.if_changed();
        reload.if_changed();
    })
}

/// One after the other: each is needed by the next.
fn start(
    company: &mut Company,
    places: &Places,
    settings: &Settings,
    simulator: &Path,
    directory: &Path,
    token: Option<&str>,
) -> Result<()> {
    if settings.own_provider {
        company.start(
            "provider",
            &mut provider(places, simulator, settings, directory, token),
        )?;
        company.wait_for(
            settings.control_port(),
            "/.well-known/openid-configuration",
            SIMULATOR_PATIENCE,
        )?;
    }
    if settings.own_origin {
        company.start("demo", &mut demo(places, simulator, settings))?;
        company.wait_for(settings.port + 2, "/", SIMULATOR_PATIENCE)?;
    }
    company.start(WORKER, &mut wrangler(places, settings, directory)?)?;
    if settings.https {
        return company.wait_until_said("Ready on https://", WORKER_PATIENCE);
    }
    let health = format!("{}/health", settings.local.own_path());
    company.wait_for(settings.port, &health, WORKER_PATIENCE)
}

/// The directory of the `cargo edge dev` that was started last.
pub fn newest(places: &Places) -> PathBuf {
    let all = places.work();
    let entries = fs::read_dir(&all).into_iter().flatten().flatten();
    let written = |path: &PathBuf| {
        let about = fs::metadata(path.join("wrangler.json"));
        about.and_then(|about| about.modified()).ok()
    };
    let own = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name == "dev" || name.starts_with("dev-")
    };
    let paths = entries.filter(own).map(|entry| entry.path());
    let newest = paths.max_by_key(written);
    newest.unwrap_or_else(|| all.join("dev"))
}

/// Everything the children read.
fn write_files(places: &Places, settings: &Settings, directory: &Path) -> Result<()> {
    let keys = LocalKeys::read_or_make(places)?;
    local_config::write(places, directory, Some(reload::NAME), settings.variables())?;
    keys.write_dev_vars(directory, &settings.local.id)?;
    let write = |name: &str, text: String| {
        let path = directory.join(name);
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
    };
    write(ABOUT, format!("{:#}\n", settings.about()))?;
    write("clients.json", format!("{:#}\n", settings.clients()))?;
    let public_key = keys.client_public_pem()?;
    write(
        welcome::SIMULATOR_CONFIG,
        format!("{:#}\n", settings.simulator_config(&public_key)),
    )?;
    write(welcome::PUBLIC_KEY, public_key)
}

fn provider(
    places: &Places,
    simulator: &Path,
    settings: &Settings,
    directory: &Path,
    token: Option<&str>,
) -> Command {
    let mut command = child::command(simulator);
    command.args([
        "provider",
        "--port",
        &settings.control_port().to_string(),
        "--clients",
    ]);
    command.arg(directory.join("clients.json"));
    command.arg("--about").arg(directory.join(ABOUT));
    if let (Some(address), Some(token)) = (settings.listen, token) {
        command.args(["--listen", &address.to_string()]);
        command.env(listen::TOKEN, token);
    }
    if settings.https {
        command.args(["--https-port", &(settings.port + 1).to_string()]);
        encrypted::believed_by_the_simulator(&mut command, places);
    }
    command
}

fn demo(places: &Places, simulator: &Path, settings: &Settings) -> Command {
    let service = settings.service();
    let mut command = child::command(simulator);
    command.args(["origin", "--port", &(settings.port + 2).to_string()]);
    command.args(["--issuer", &service, "--audience", &service]);
    command.args(["--jwks", &settings.own_page("assertion-jwks.json")]);
    if settings.https {
        encrypted::believed_by_the_simulator(&mut command, places);
    }
    command
}

fn wrangler(places: &Places, settings: &Settings, directory: &Path) -> Result<Command> {
    let mut command = npm::wrangler(places)?;
    command
        .args(["dev", "--local", "--port", &settings.port.to_string()])
        .args(listen::for_wrangler(settings.listen, &settings.service()))
        // wrangler looks for a free port of its inspector before it takes it, so that two that start at once take one.
        .args(["--inspector-port", "0"])
        .args(["--show-interactive-dev-session=false", "--persist-to"])
        .arg(directory.join("state"))
        .arg("--config")
        .arg(directory.join("wrangler.json"))
        .current_dir(directory);
    if settings.https {
        encrypted::shown_by_wrangler(&mut command, places);
    }
    Ok(command)
}
