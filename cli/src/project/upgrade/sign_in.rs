//! Both versions in workerd, one after the other on the same storage with the same keys: a session of the first must be alive at
//! the second, and a user must be able to sign in there.

use super::judge::Finding;
use super::side::Side;
use crate::dev::{Company, Local, is_free};
use crate::keys::outside::pipe;
use crate::project::own::Own;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use shell::npm;
use shell::places::PROJECT;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process;
use std::time::Duration;
use toml_edit::{DocumentMut, value};

/// Does a browser's part; see there.
const BROWSER: &str = include_str!("sign_in.js");

/// The longest that a version may take to start.
const PATIENCE: Duration = Duration::from_secs(180);

/// The keys that `dev` makes, and where what it stores is, below a project's root.
const KEYS: &str = ".local";

/// Runs both and says what came of it.
///
/// # Errors
/// When no free port is found or a file cannot be written. A version that does not run is a finding.
pub fn between(old: &Side, new: &Side) -> Result<Vec<Finding>> {
    let Some(id) = Own::read(&new.root)?.services().into_iter().next() else {
        return Ok(Vec::new());
    };
    let port = free_port()?;
    let mut found = Vec::new();
    let before =
        ask_each_time(old, &id).and_then(|()| run(old, &id, port, &json!({ "task": "sign-in" })));
    match &before {
        Ok(_) => {
            let state = format!(".one-login-edge/dev-{port}/state");
            for part in [KEYS, &state] {
                copy(&old.root.join(part), &new.root.join(part))?;
            }
        }
        Err(error) => found.push(Finding::Note(format!(
            "{} does not run here, so none of its sessions was tried: {error:#}",
            old.version
        ))),
    }
    ask_each_time(new, &id)?;
    let cookies = before
        .as_ref()
        .map_or(Value::Null, |said| said["cookies"].clone());
    match run(
        new,
        &id,
        port,
        &json!({ "task": "both", "cookies": cookies }),
    ) {
        Ok(said) => {
            if before.is_ok() {
                let session = format!("a session that {} made for {id}", old.version);
                found.push(match said["signed_in"] == true {
                    true => Finding::Good(format!("{session} goes on in {}", new.version)),
                    false => {
                        Finding::SignsOut(format!("{session} does not go on in {}", new.version))
                    }
                });
            }
            found.push(Finding::Good(format!(
                "a user signs in to {id} in {}",
                new.version
            )));
        }
        Err(error) => found.push(Finding::Refused(format!(
            "no user can sign in to {id} in {}: {error:#}",
            new.version
        ))),
    }
    Ok(found)
}

/// Starts a version, has the browser do its task, and ends the version.
fn run(side: &Side, id: &str, port: u16, task: &Value) -> Result<Value> {
    let mut company = Company::default();
    let text = port.to_string();
    company.start(
        "dev",
        &mut side.tool(&["dev", "--port", &text, "--service", id])?,
    )?;
    company.wait_until_said("Ctrl-C ends everything", PATIENCE)?;
    let local = Local::find(&side.places, Some(id))?;
    let mut job = task.clone();
    job["port"] = json!(port);
    job["own"] = json!(local.own_path());
    let mut node = npm::node(&side.places)?;
    node.args(["-e", BROWSER]);
    let answer = pipe(&mut node, &job.to_string())?;
    serde_json::from_str(&answer).context("the browser's answer cannot be read")
}

/// Has the account asked with each request, so that a session counts only where its account still knows it.
fn ask_each_time(side: &Side, id: &str) -> Result<()> {
    let path = side.root.join(PROJECT);
    let mut file: DocumentMut = fs::read_to_string(&path)?.parse()?;
    let service = format!("SERVICE_{id}");
    let ways: [&[&str]; 2] = [&["env", "local", "vars", &service], &["vars", &service]];
    let first = Own::read(&side.root)?
        .environments()
        .next()
        .map(str::to_owned);
    let first = first.unwrap_or_default();
    let last: &[&str] = &["env", &first, "vars", &service];
    let is_there = |way: &&[&str]| {
        way.iter()
            .try_fold(file.as_item(), |item, name| item.get(name))
            .is_some()
    };
    let Some(way) = ways.into_iter().chain([last]).find(is_there) else {
        bail!("{PROJECT} has no {service}");
    };
    let table = way
        .iter()
        .fold(file.as_item_mut(), |item, name| &mut item[*name]);
    for name in ["revocation_check_seconds", "revocation_grace_seconds"] {
        table[name] = value(0);
    }
    fs::write(&path, file.to_string())
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// The ports that are tried, each with the next two. The system takes the ports of outgoing connections from those above, so
/// that none of them is taken between the two versions.
const PORTS: Range<u16> = 20_000..32_000;

/// A port whose next two are free as well. Where the search begins differs between processes, which may run side by side.
fn free_port() -> Result<u16> {
    let own = u16::try_from(process::id() % 4_000).unwrap_or_default();
    let (before, after) = (
        PORTS.step_by(3).take(own.into()),
        PORTS.step_by(3).skip(own.into()),
    );
    let has_room = |port: &u16| (0..3).all(|next| is_free(port + next));
    let found = after.chain(before).find(has_room);
    found.context("there are no three free ports in a row")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.is_file() {
        fs::copy(from, to).with_context(|| format!("{} cannot be copied", from.display()))?;
    }
    Ok(())
}
