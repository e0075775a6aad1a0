//! `verify`: whether the bytes that are installed, and those that Cloudflare runs, are the published ones.

use super::layout::Layout;
use super::preview;
use crate::keys::outside::pipe;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use shell::digest::sha256;
use shell::places::Places;
use shell::{npm, terminal};
use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

/// The list of the Worker's files in the product's package, in the form of `sha256sum`.
const SUMS: &str = "SHA256SUMS";

/// The files that Cloudflare runs.
const DEPLOYED: [&str; 2] = ["index.js", "index_bg.wasm"];

/// Asks Cloudflare for the parts of the Worker that is deployed and prints the SHA-256 of each.
const FETCH: &str = include_str!("verify.js");

/// Compares the installed files with the package's own list, and with `--env` the deployed ones. The exit code is 1 where
/// something differs. The package's list proves nothing about the package: compare its own checksum with the release's.
///
/// # Errors
/// When a file cannot be read, or Cloudflare does not answer.
pub fn command(places: &Places, environment: Option<&str>) -> Result<ExitCode> {
    ensure!(
        places.is_project(),
        "only a project has a package that can be verified"
    );
    let package = places.package();
    let text = fs::read_to_string(package.join(SUMS)).context("the package has no SHA256SUMS")?;
    let published = parse(&text)?;
    let mut is_same = true;
    for (name, sum) in &published {
        let installed = fs::read(package.join(name)).map(|bytes| sha256(&bytes));
        is_same &= tell("installed", name, installed.ok().as_ref() == Some(sum))?;
    }
    if !is_same {
        terminal::line("`npm ci` installs the published files again; run this after it.")?;
    }
    let is_installed = is_same;
    if let Some(environment) = environment {
        let deployed = deployed(places, environment)?;
        for name in DEPLOYED {
            let own = published.get(&format!("worker/{name}"));
            let own = own.with_context(|| format!("SHA256SUMS has no {name}"))?;
            let there = deployed.get(name).and_then(Value::as_str);
            is_same &= tell(environment, name, there == Some(own))?;
        }
        let more = deployed
            .keys()
            .filter(|name| !DEPLOYED.contains(&name.as_str()));
        for name in more {
            is_same &= tell(environment, name, false)?;
        }
    }
    if let Some(environment) = environment.filter(|_| is_installed && !is_same) {
        terminal::line(format_args!(
            "Cloudflare runs another version, or files that this package did not publish. `npx wrangler deployments \
             status --env {environment}` says who deployed; a deployment of this version replaces them."
        ))?;
    }
    Ok(ExitCode::from(u8::from(!is_same)))
}

fn tell(place: &str, name: &str, is_same: bool) -> Result<bool> {
    let word = if is_same { "same" } else { "differs" };
    terminal::line(format_args!(
        "{word:<8} {place}: {}",
        terminal::visible(name)
    ))?;
    Ok(is_same)
}

/// The SHA-256 of each module of the deployed Worker, by its name.
fn deployed(places: &Places, environment: &str) -> Result<serde_json::Map<String, Value>> {
    let layout = Layout::read(&places.root, &places.worker())?;
    preview::require_named(environment, &layout.environment(environment)?["vars"])?;
    let config = layout.into_value();
    let part = &config["env"][environment];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let account = text(&part["account_id"])
        .or_else(|| text(&config["account_id"]))
        .or_else(|| std::env::var("CLOUDFLARE_ACCOUNT_ID").ok())
        .context("name the account: account_id in sign-in.toml, or CLOUDFLARE_ACCOUNT_ID")?;
    if std::env::var_os("CLOUDFLARE_API_TOKEN").is_none() {
        bail!("set CLOUDFLARE_API_TOKEN to a token that may read Workers scripts");
    }
    let name = text(&part["name"])
        .or_else(|| Some(format!("{}-{environment}", text(&config["name"])?)))
        .context("sign-in.toml has no name")?;
    let mut node = npm::node(places)?;
    node.args(["-e", FETCH]);
    let job = json!({ "account": account, "name": name });
    let answer = pipe(&mut node, &job.to_string())
        .with_context(|| format!("Cloudflare does not hand out the Worker {name}"))?;
    serde_json::from_str(&answer).context("the answer about the deployed Worker cannot be read")
}

fn parse(text: &str) -> Result<BTreeMap<String, String>> {
    let lines = text.lines().map(|line| {
        let (sum, name) = line.split_once("  ").context("SHA256SUMS is damaged")?;
        Ok((name.to_owned(), sum.to_owned()))
    });
    lines.collect()
}
