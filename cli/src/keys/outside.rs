//! The door to the outside: Cloudflare through wrangler, Node's cryptography, and a deployment's health page.
//!
//! A secret never stands on a command line, where other programs could read it, or in a file: it goes from Node to this
//! program and on to wrangler through pipes.

use crate::places::Places;
use crate::terminal::plain;
use crate::{child, npm, setup};
use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value};
use std::io::Write;
use std::process::{Command, Stdio};

/// What makes and reads keys.
const KEYS: &str = include_str!("keys.js");

/// Prints what the address in EDGE_URL answers.
const FETCH: &str = "
    fetch(process.env.EDGE_URL, { redirect: 'manual', signal: AbortSignal.timeout(10000) })
        .then(answer => answer.text()).then(text => process.stdout.write(text));";

/// What to do when Cloudflare takes nothing from this machine.
const SIGN_IN: &str = "sign in with `npx wrangler login`, or on a build server set CLOUDFLARE_API_TOKEN, and try again";

/// Changes of secrets by name: a text to set, or none to delete. It cannot be printed by accident.
#[derive(Default)]
pub struct Changes(Map<String, Value>);

impl Changes {
    /// Sets a secret.
    pub fn set(&mut self, name: String, secret: Secret) {
        self.0.insert(name, Value::String(secret.0));
    }

    /// Deletes a secret.
    pub fn delete(&mut self, name: String) {
        self.0.insert(name, Value::Null);
    }

    /// The names that are set, in order.
    pub fn names(&self) -> Vec<&str> {
        let set = self.0.iter().filter(|(_, value)| !value.is_null());
        set.map(|(name, _)| name.as_str()).collect()
    }

    /// What `wrangler secret bulk` reads: an object of texts, null where a secret is deleted.
    pub fn reveal(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}

/// A secret text. It cannot be printed by accident.
pub struct Secret(String);

impl Secret {
    /// Takes a secret.
    pub const fn new(text: String) -> Self {
        Self(text)
    }
}

/// What the commands ask of the outside.
pub trait Outside {
    /// The names of the secrets that Cloudflare has for an environment; none when the Worker was never deployed.
    fn secret_names(&self, environment: &str) -> Result<Vec<String>>;
    /// Sets and deletes secrets, all in one request.
    fn change_secrets(&self, environment: &str, changes: &Changes) -> Result<()>;
    /// Lets Node make or read a key; `keys.js` says what a job is.
    fn key_job(&self, job: &Value) -> Result<Value>;
    /// What a deployment's health page answers.
    fn health(&self, url: &str) -> Result<Value>;
}

/// This machine.
pub struct Machine<'a>(pub &'a Places);

impl<'a> Machine<'a> {
    /// Sees to it that wrangler and Node are there.
    ///
    /// # Errors
    /// When they cannot be installed.
    pub fn ready(places: &'a Places) -> Result<Self> {
        setup::ensure(places, setup::Need::Worker)?;
        Ok(Self(places))
    }
}

impl Outside for Machine<'_> {
    fn secret_names(&self, environment: &str) -> Result<Vec<String>> {
        let listed = npm::wrangler(self.0)?
            .args(["secret", "list", "--env", environment, "--format", "json"])
            .current_dir(&self.0.root)
            .stdin(Stdio::null())
            .output()
            .context("wrangler cannot be started")?;
        let complaint = String::from_utf8_lossy(&listed.stderr);
        if !listed.status.success() {
            // Cloudflare's codes for a Worker that does not exist.
            if ["10007", "10090"]
                .iter()
                .any(|code| complaint.contains(code))
            {
                return Ok(Vec::new());
            }
            bail!(
                "Cloudflare does not say which secrets there are; {SIGN_IN}\n{}",
                reason(&complaint)
            );
        }
        names(&String::from_utf8_lossy(&listed.stdout))
    }

    fn change_secrets(&self, environment: &str, changes: &Changes) -> Result<()> {
        let mut wrangler = npm::wrangler(self.0)?;
        wrangler
            .args(["secret", "bulk", "--env", environment])
            .current_dir(&self.0.root);
        pipe(&mut wrangler, &changes.reveal())
            .map(|_| ())
            .map_err(|error| {
                let reason = reason(&format!("{error:#}"));
                anyhow!("Cloudflare did not take the secrets; {SIGN_IN}\n{reason}")
            })
    }

    fn key_job(&self, job: &Value) -> Result<Value> {
        let mut node = npm::node(self.0)?;
        node.args(["-e", KEYS]).current_dir(&self.0.root);
        let answer =
            pipe(&mut node, &job.to_string()).context("Node cannot make or read the key")?;
        serde_json::from_str(&answer).context("Node's answer cannot be read")
    }

    fn health(&self, url: &str) -> Result<Value> {
        let mut node = npm::node(self.0)?;
        node.args(["-e", FETCH])
            .env("EDGE_URL", url)
            .current_dir(&self.0.root);
        // What Node prints when an address does not answer is a page of its own code.
        let answer = child::output(&mut node).map_err(|_| anyhow!("{url} does not answer"))?;
        serde_json::from_str(&answer)
            .with_context(|| format!("{url} is not the Worker's health page"))
    }
}

/// Why wrangler failed, without its advice: another account than the service's would get the keys, and the log repeats it.
fn reason(complaint: &str) -> String {
    let complaint = plain(complaint);
    let lines = complaint.lines().map(str::trim);
    let own =
        |line: &&str| !line.is_empty() && !line.starts_with('🪵') && !line.contains("--temporary");
    let said: Vec<_> = lines.filter(own).collect();
    said.join("\n").trim_start_matches("✘ [ERROR] ").to_owned()
}

fn names(json: &str) -> Result<Vec<String>> {
    let secrets: Vec<Map<String, Value>> =
        serde_json::from_str(json).context("wrangler's list of secrets cannot be read")?;
    let name = |secret: &Map<String, Value>| secret.get("name")?.as_str().map(str::to_owned);
    Ok(secrets.iter().filter_map(name).collect())
}

/// Runs a command with a text on its standard input and returns its standard output.
pub fn pipe(command: &mut Command, input: &str) -> Result<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("the program cannot be started")?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends before it has read everything says why on its standard error.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_complaint_the_reason_is_kept() {
        let complaint = "\n✘ [ERROR] A request failed.\n\n  Not yours [code: 1]\n\n  \
                         Try `--temporary`.\n\n🪵  Logs\n";
        assert_eq!(reason(complaint), "A request failed.\nNot yours [code: 1]");
        assert_eq!(reason("boom"), "boom");
    }

    #[test]
    fn the_list_of_secrets_is_read_by_name() {
        let json = r#"[{"name":"SESSION_KEY_A","type":"secret_text"},{"type":"odd"}]"#;
        assert_eq!(names(json).unwrap(), ["SESSION_KEY_A"]);
        assert!(names("not JSON").is_err());
    }
}
