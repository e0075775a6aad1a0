//! `cargo edge dev`: the Worker in workerd, a simulated One Login and a demo service, at one address.

mod decisions;
mod encrypted;
mod files;
mod keys;
mod rebuild;
mod reload;
mod service;
mod settings;
mod supervise;

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

/// For a provider that cannot fetch the Worker's key document.
const PUBLIC_KEY: &str = "client-public-key.pem";

/// The file that describes the client to the public GOV.UK One Login simulator.
const SIMULATOR_CONFIG: &str = "simulator-config.json";

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

    let mut company = Company::default();
    Progress::during("starting everything", |_| {
        start(&mut company, places, &settings, &simulator, &directory)
    })?;
    groups::a_signal_is_success();
    terminal::line(welcome(places, &settings, &directory))?;
    for fault in reload::faults(&settings) {
        terminal::line(format_args!("[config] {fault}"))?;
    }
    let mut rebuild = Rebuild::new(places, supply);
    let mut reload = Reload::new(places, options, &directory);
    let mut decisions = settings
        .own_provider
        .then(|| Decisions::new(settings.control_port()));
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
) -> Result<()> {
    if settings.own_provider {
        company.start(
            "provider",
            &mut provider(places, simulator, settings, directory),
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
        SIMULATOR_CONFIG,
        format!("{:#}\n", settings.simulator_config(&public_key)),
    )?;
    write(PUBLIC_KEY, public_key)
}

fn provider(places: &Places, simulator: &Path, settings: &Settings, directory: &Path) -> Command {
    let mut command = child::command(simulator);
    command.args([
        "provider",
        "--port",
        &settings.control_port().to_string(),
        "--clients",
    ]);
    command.arg(directory.join("clients.json"));
    command.arg("--about").arg(directory.join(ABOUT));
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
        .args([
            "dev",
            "--local",
            "--ip",
            "127.0.0.1",
            "--port",
            &settings.port.to_string(),
        ])
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

fn welcome(places: &Places, settings: &Settings, directory: &Path) -> String {
    let service = settings.service();
    let mut text = format!("\n  {service}/\n");
    if settings.https {
        text += &encrypted::how_to_trust(places);
    } else {
        text += "\n  In Safari, start with --https: it keeps no cookie of this kind at a plain address.\n";
    }
    if settings.own_provider {
        text += &format!(
            "\n  Begin at {}/control/\n  It says what is running and shows what the Worker decides; choose there who signs in and what breaks.\n",
            settings.provider
        );
    }
    if !settings.own_origin {
        text += &format!(
            "\n  The service is {}.{}\n",
            settings.origin,
            match places.is_project() {
                true => "",
                false => " / is public, /account wants a sign-in.",
            }
        );
    }
    if !settings.own_provider {
        text += &format!(
            "\n  /account wants a sign-in, by your provider; {service}/auth/health says whether the Worker is sound.\n\n\
             At {} register this client:\n  client id          {}\n  redirect URL       {}\n  \
             after signing out  {}\n  public keys (JWKS) {}\n  or, as PEM,        {}\n  \
             scopes             openid email phone\n  ID token           ES256\n\n\
             The public GOV.UK One Login simulator takes it by:\n  \
             curl --silent --fail --json @{} {}/config\n",
            settings.provider,
            settings.client_id(),
            settings.redirect_url(),
            settings.signed_out_url(),
            settings.jwks_url(),
            directory.join(PUBLIC_KEY).display(),
            directory.join(SIMULATOR_CONFIG).display(),
            settings.provider
        );
    }
    let changes = match places.is_project() {
        true => "A change of sign-in.toml is loaded by itself.",
        false => "A change of the Worker is built and loaded by itself.",
    };
    text + "\n" + changes + " Ctrl-C ends everything."
}
