//! `check`, `config`, `deploy` and `eject`: a project's configuration judged, shown, deployed and handed over.

use super::layout::Layout;
use super::own::Own;
use super::{preview, zone};
use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use one_login_edge::config::Config;
use shell::places::{PROJECT, Places};
use shell::{groups, npm, terminal};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// A client id that `create` left to be filled in.
const UNSET: &str = "replace-with-";

/// The environment that a command is about.
#[derive(Args)]
pub struct Of {
    /// The environment in sign-in.toml, such as integration
    #[arg(long, value_name = "ENV")]
    pub env: String,
}

fn project(places: &Places) -> Result<Layout> {
    ensure!(
        places.is_project(),
        "this is a clone, whose wrangler.toml wrangler reads itself; a project has a {PROJECT}"
    );
    Layout::read(&places.root, &places.worker())
}

/// `check`: every environment, judged by the Worker's own parser. The exit code is 1 on a fault.
///
/// # Errors
/// When the configuration cannot be read.
pub fn check(places: &Places) -> Result<ExitCode> {
    let config = match places.is_project() {
        true => WorkerConfig::of(&places.root)?,
        false => WorkerConfig::read(&places.root.join("wrangler.toml"))?,
    };
    let mut is_sound = true;
    ensure!(
        !config.environments().is_empty(),
        "{} has no environment with a service",
        config.name()
    );
    for environment in config.environments() {
        let parsed = config.parsed(environment);
        let faults = faults(places, &config, &parsed, environment)?;
        let warnings = config.said(environment, &parsed.warnings);
        for (word, list) in [("fault", &faults), ("warning", &warnings)] {
            for fault in list {
                terminal::line(format_args!("{word:<8} {environment}: {fault}"))?;
            }
        }
        is_sound &= faults.is_empty();
        tell_open(&config, environment)?;
        if faults.is_empty() {
            let services = config.services(environment).join(", ");
            terminal::line(format_args!("ok       {environment}: {services}"))?;
        }
    }
    Ok(ExitCode::from(u8::from(!is_sound)))
}

/// Names each service whose client id `create` left open: One Login shows its users an error until it is there.
fn tell_open(config: &WorkerConfig, environment: &str) -> Result<()> {
    for id in config.services(environment) {
        let client = config.text(environment, id, "client_id");
        if client.unwrap_or_default().starts_with(UNSET) {
            terminal::line(format_args!(
                "open     {environment}: SERVICE_{id}.client_id: One Login gives it; `cargo edge registration plan` says how"
            ))?;
        }
    }
    Ok(())
}

/// Everything for which an environment cannot be deployed: the faults that the Worker's own parser finds, and in a project a zone
/// that does not have the hosts.
fn faults(
    places: &Places,
    config: &WorkerConfig,
    parsed: &Config,
    environment: &str,
) -> Result<Vec<String>> {
    let mut faults = config.said(environment, &parsed.faults);
    if places.is_project() {
        faults.extend(zone::faults(&places.root, environment)?);
    }
    Ok(faults)
}

/// `config`: prints what wrangler is given for an environment.
///
/// # Errors
/// When the configuration cannot be read or has no such environment.
pub fn config(places: &Places, of: &Of) -> Result<()> {
    terminal::print(&project(places)?.json(Some(&of.env))?)
}

/// `deploy`: hands the configuration of an environment to wrangler, and with it the secrets of a file, which wrangler reads. A
/// configuration that the Worker would refuse is not deployed.
///
/// # Errors
/// When the configuration has a fault in this environment, or wrangler fails.
pub fn deploy(places: &Places, of: &Of, dry_run: bool, secrets: Option<&Path>) -> Result<ExitCode> {
    let layout = project(places)?;
    preview::require_named(&of.env, &layout.environment(&of.env)?["vars"])?;
    let config = WorkerConfig::of(&places.root)?;
    let faults = faults(places, &config, &config.parsed(&of.env), &of.env)?;
    if !faults.is_empty() {
        bail!(
            "the Worker would not serve {} with this {PROJECT}:\n  {}",
            of.env,
            faults.join("\n  ")
        );
    }
    tell_open(&config, &of.env)?;
    let path = layout.write(&places.work(), &of.env)?;
    let mut wrangler = npm::wrangler(places)?;
    wrangler
        .arg("deploy")
        .arg("--config")
        .arg(&path)
        .args(["--env", &of.env]);
    if let Some(file) = secrets {
        ensure!(file.is_file(), "there is no file {}", file.display());
        wrangler.arg("--secrets-file").arg(file);
    }
    if dry_run {
        let out = path.with_file_name("dry-run");
        wrangler.arg("--dry-run").arg("--outdir").arg(out);
    }
    let mut child = groups::spawn(&mut wrangler)?;
    let status = child.wait()?;
    Ok(ExitCode::from(u8::from(!status.success())))
}

/// `wrangler`: runs the installed wrangler, in a project with the configuration of the environment that the words name. wrangler
/// itself would find none there.
///
/// # Errors
/// When `sign-in.toml` cannot be read or has no such environment, or wrangler cannot be started.
pub fn wrangler(places: &Places, words: &[String]) -> Result<ExitCode> {
    let mut wrangler = npm::wrangler(places)?;
    wrangler.args(words).current_dir(&places.root);
    if let Some(environment) = named(words).filter(|_| places.is_project()) {
        let layout = project(places)?;
        preview::require_named(environment, &layout.environment(environment)?["vars"])?;
        wrangler
            .arg("--config")
            .arg(layout.write(&places.work(), environment)?);
    }
    let status = groups::spawn(&mut wrangler)?.wait()?;
    Ok(ExitCode::from(u8::from(!status.success())))
}

/// The environment that words for wrangler name, by `--env` or `-e`.
fn named(words: &[String]) -> Option<&str> {
    words
        .iter()
        .enumerate()
        .find_map(|(at, word)| match word.as_str() {
            "--env" | "-e" => words.get(at + 1).map(String::as_str),
            word => word.strip_prefix("--env="),
        })
}

/// `eject`: writes the whole configuration as `wrangler.json`, which is the team's own from then on.
///
/// # Errors
/// When the file is there already or cannot be written.
pub fn eject(places: &Places) -> Result<()> {
    let path = places.root.join("wrangler.json");
    ensure!(!path.exists(), "{} is there already", path.display());
    Own::read(&places.root)?;
    let text = project(places)?.json(None)?;
    // Relative to the file, so that another checkout finds the package too.
    let here = format!("\"{}/", places.root.display());
    fs::write(&path, text.replace(&here, "\"./"))
        .with_context(|| format!("{} cannot be written", path.display()))?;
    terminal::line(
        "wrangler.json has the whole configuration. wrangler deploys it without this tool, which goes on reading \
         sign-in.toml:\n\n  npx wrangler deploy --config wrangler.json --env integration",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_words_for_wrangler_name_an_environment_then_it_is_found() {
        for (line, found) in [
            ("tail --env production", Some("production")),
            ("secret put A --env=integration", Some("integration")),
            ("-e integration versions list", Some("integration")),
            ("login", None),
            ("tail --env", None),
        ] {
            let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(named(&words), found, "{line}");
        }
    }
}
