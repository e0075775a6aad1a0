//! `cargo edge keys`: makes, shows, imports and rotates the keys of a deployed service.
//!
//! Reading order: `state` (what is remembered, in committed files without secrets), `rotation` (what may happen when, as
//! a pure state machine), then a file for each command. `outside` is the door to Cloudflare and to Node's cryptography,
//! so that tests see everything that would go through it.

mod client_secret;
pub mod cloudflare;
mod deployment;
mod import;
mod key;
pub mod machine;
mod new;
pub mod outside;
mod rotate;
mod rotation;
mod scene;
mod show;
pub mod state;
pub mod store;
mod to_jwks;
pub mod when;
mod whose;

#[cfg(test)]
mod command_tests;
#[cfg(test)]
mod docs_tests;
#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod leak_tests;
#[cfg(test)]
mod project_tests;
#[cfg(test)]
mod retry_tests;
#[cfg(test)]
mod rotate_tests;
#[cfg(test)]
mod rotation_tests;
#[cfg(test)]
mod sound_tests;
#[cfg(test)]
mod state_tests;
#[cfg(test)]
mod world_tests;

use crate::supply::Supply;
use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use cloudflare::Machine;
use key::BITS;
use outside::Outside;
use scene::{Answer, Scene};
use shell::places::Places;
use shell::terminal;
use state::Kind;
use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use when::Time;

/// The tasks of `cargo edge keys`.
#[derive(Subcommand)]
pub enum Task {
    /// Make the first keys of a service and hand them to Cloudflare; keys that exist are never replaced
    New {
        #[command(flatten)]
        of: Of,
        /// The size of the client's RSA key
        #[arg(long, value_name = "BITS", default_value_t = BITS[0], value_parser = bits)]
        bits: u32,
        /// Write the secrets to standard output in place of Cloudflare; refused on a terminal
        #[arg(long)]
        stdout: bool,
    },
    /// Make the secret of a client_secret_post client, and print the hash that One Login asks for
    Secret {
        #[command(flatten)]
        of: Of,
        /// Make another in place of the one in use; every sign-in fails until One Login has its hash
        #[arg(long)]
        replace: bool,
        /// Write the secret to standard output in place of Cloudflare; refused on a terminal
        #[arg(long)]
        stdout: bool,
    },
    /// Print the public keys, from the committed file
    Show {
        #[command(flatten)]
        of: Of,
    },
    /// Hand a private key that you have to Cloudflare: RSA becomes a client's key, P-256 an assertion's
    Import {
        #[command(flatten)]
        of: Of,
        /// The PEM file (PKCS#8 or PKCS#1) [default: standard input]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// One Login has this client's public key as a fixed key (STATIC)
        #[arg(long = "static")]
        fixed: bool,
    },
    /// Say what the next step of a rotation is, and with --write do it
    Rotate {
        /// Which key
        kind: Kind,
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        options: rotate::Options,
    },
    /// Move a client from a fixed key (STATIC) to the Worker's key set (JWKS)
    ToJwks {
        #[command(flatten)]
        of: Of,
        /// One Login has confirmed the change
        #[arg(long)]
        confirmed: bool,
        /// Do it
        #[arg(long)]
        write: bool,
    },
}

/// The service and the environment that a command is about.
#[derive(Args)]
pub struct Of {
    /// The service's id, as in SERVICE_<ID> in wrangler.toml, in any case
    #[arg(long, value_name = "ID")]
    pub(crate) service: String,
    /// The environment in wrangler.toml, such as integration
    #[arg(long, value_name = "ENV")]
    pub(crate) env: String,
}

fn bits(text: &str) -> Result<u32, String> {
    let allowed = BITS.iter().find(|size| size.to_string() == text);
    allowed.copied().ok_or_else(|| format!("one of {BITS:?}"))
}

/// `cargo edge keys`.
pub fn command(places: &Places, supply: &dyn Supply, task: &Task) -> Result<()> {
    let to_stdout = matches!(
        task,
        Task::New { stdout: true, .. } | Task::Secret { stdout: true, .. }
    );
    if to_stdout && io::stdout().is_terminal() {
        bail!("--stdout writes secrets; send it to a program or a file that you protect");
    }
    let pem = match task {
        Task::Import { file, .. } => Some(read_pem(file.as_deref())?),
        _ => None,
    };
    supply.node(places)?;
    let machine = Machine::new(places);
    let answer = answer(&machine, &places.root, task, pem.as_deref(), Time::now())?;
    match answer.secrets {
        None => terminal::print(&answer.text)?,
        Some(secrets) => {
            terminal::note(answer.text.trim_end());
            let mut out = io::stdout().lock();
            let taken = writeln!(out, "{}", secrets.reveal()).and_then(|()| out.flush());
            taken.context(
                "nobody took the secrets; undo what changed below keys/ (`git status` names it) and try again",
            )?;
        }
    }
    Ok(())
}

/// The answer to a task at a time; everything but the terminal.
fn answer(
    outside: &dyn Outside,
    root: &Path,
    task: &Task,
    pem: Option<&str>,
    now: Time,
) -> Result<Answer> {
    let (Task::New { of, .. }
    | Task::Secret { of, .. }
    | Task::Show { of }
    | Task::Import { of, .. }
    | Task::Rotate { of, .. }
    | Task::ToJwks { of, .. }) = task;
    let mut scene = Scene::load(outside, root, &of.service, &of.env, now)?;
    match task {
        Task::New { bits, stdout, .. } => new::run(&mut scene, *bits, *stdout),
        Task::Secret {
            replace, stdout, ..
        } => {
            let config = WorkerConfig::of(root)?;
            let (env, id) = (&scene.deployment.environment, &scene.deployment.service);
            let method = config.text(env, id, "token_auth_method");
            let is_used = method == Some("client_secret_post");
            client_secret::run(&scene, is_used, *replace, *stdout)
        }
        Task::Show { .. } => show::run(&scene),
        Task::Import { file, fixed, .. } => {
            let pem = pem.context("there is no key to import")?;
            let tracked = file.as_deref().filter(|file| is_below(root, file));
            import::run(&mut scene, pem, *fixed, tracked)
        }
        Task::Rotate { kind, options, .. } => rotate::run(&mut scene, *kind, options),
        Task::ToJwks {
            confirmed, write, ..
        } => to_jwks::run(&mut scene, root, *confirmed, *write),
    }
}

fn read_pem(file: Option<&Path>) -> Result<String> {
    let bytes = match file {
        Some(path) => {
            let bytes = fs::read(path);
            bytes.with_context(|| format!("{} cannot be read", path.display()))?
        }
        None if io::stdin().is_terminal() => bail!(
            "there is no key; name its PEM file, or send it to this command:\n\n  \
             cargo edge keys import --service ID --env ENV < private_key.pem"
        ),
        None => {
            let mut bytes = Vec::new();
            let read = io::stdin().read_to_end(&mut bytes);
            read.context("standard input cannot be read")?;
            bytes
        }
    };
    String::from_utf8(bytes).ok().context(
        "that is no PEM file, which is text; this makes one of a DER file:\n\n  \
         openssl pkey -inform DER -in FILE | cargo edge keys import --service ID --env ENV",
    )
}

fn is_below(root: &Path, file: &Path) -> bool {
    let whole = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    whole(file).starts_with(whole(root))
}
